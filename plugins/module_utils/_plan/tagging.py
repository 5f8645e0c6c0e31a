# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of EC2 things: written in the create call, looked up after an unanswered one, repaired when they drift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._model.network_actual import Tagged
from .._model.reference import Value
from .._model.scope import STEP
from .plan import Change, Kind, Lookup, Step

_KEPT = ("aws:", "cutover.eks/", "kubernetes.io/", "k8s.io/")
"""Keys that `purge_tags` never removes: AWS's, ours, and those by which controllers find their things."""


def specifications(resource_type: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give tags in the shape that EC2's create calls take."""
    return [{"ResourceType": resource_type, "Tags": api_tags(tags)}]


def key_of(thing: Tagged, kind: str) -> str:
    """Give the key of the step that made a thing; one without that tag is called by its id."""
    step = thing.tags.get(STEP, "")
    return step if step.split("/")[0] == kind else f"{kind}/{thing.id}"


def api_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Give tags as EC2 and IAM spell them, sorted."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def lookup(operation: str, plural: str, owner: tuple[str, str], step: str, answer: str) -> Lookup:
    """Find what an unanswered create made, by the owner and step tags it wrote; `answer` holds `{}` for the thing."""
    filters = [{"Name": f"tag:{owner[0]}", "Values": [owner[1]]}, {"Name": f"tag:{STEP}", "Values": [step]}]
    return Lookup(operation=operation, request={"Filters": filters}, found=f"{plural}[0] && {answer.format(f'{plural}[0]')}")


def tag_steps(key: str, resource: Value, wanted: Mapping[str, str], actual: Mapping[str, str], *, purge: bool) -> Iterator[Step]:
    """Write declared tags that differ, and remove undeclared ones when asked to."""
    differing = {name: value for name, value in wanted.items() if actual.get(name) != value}
    if differing:
        yield Step(
            key=f"{key}/tags",
            service="ec2",
            operation="CreateTags",
            request={"Resources": [resource], "Tags": api_tags(differing)},
            kind=Kind.UPDATE,
            changes=tuple(Change(path=f"tags.{name}", before=actual.get(name), after=value) for name, value in sorted(differing.items())),
        )
    removed = {
        name: value for name, value in actual.items() if purge and name not in wanted and name != "Name" and not name.startswith(_KEPT)
    }
    if removed:
        yield Step(
            key=f"{key}/tags-removed",
            service="ec2",
            operation="DeleteTags",
            request={"Resources": [resource], "Tags": [{"Key": name} for name in sorted(removed)]},
            kind=Kind.UPDATE,
            changes=tuple(Change(path=f"tags.{name}", before=value) for name, value in sorted(removed.items())),
        )
