# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a resource is, read from its tags: ours or not; and what a user may see and change of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .scope import OWNER, STEP, Scope

RESERVED = ("cutover.eks/", "aws:")
"""Prefixes of tags that no user declares: ours, and those that AWS alone writes."""


def made_by(scope: Scope, cluster: str, key: str, tags: Mapping[str, str] | None) -> dict[str, str]:
    """Give the tags of a create call: the user's and the two that say whose it is and which step made it."""
    return {**(tags or {}), OWNER: scope.owner(cluster), STEP: key}


def is_ours(scope: Scope, cluster: str, tags: Mapping[str, str]) -> bool:
    """Say whether the tags carry our owner tag for this cluster."""
    return tags.get(OWNER) == scope.owner(cluster)


def users_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Give the tags that a user may declare."""
    return {tag: value for tag, value in tags.items() if not tag.startswith(RESERVED)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDrift:
    """What must happen to the tags of one resource."""

    put: Mapping[str, str]
    drop: tuple[str, ...] = ()


def tag_drift(declared: Mapping[str, str] | None, actual: Mapping[str, str], *, purge: bool) -> TagDrift:
    """Compare declared tags with those seen; undeclared ones are dropped only with `purge`, reserved ones never."""
    if declared is None:
        return TagDrift(put={})
    wanted = users_tags(declared)
    extra = sorted(users_tags(actual).keys() - wanted.keys()) if purge else []
    return TagDrift(put={tag: value for tag, value in wanted.items() if actual.get(tag) != value}, drop=tuple(extra))
