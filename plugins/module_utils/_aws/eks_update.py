# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of what several EKS nouns share: updates under way, health issues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._model.eks_update import Issue, UpdateUnderWay
from .._run.gateway import Gateway, Read


def issues_of(health: Mapping[str, Any] | None) -> tuple[Issue, ...]:
    """Take the issues out of the API's `health`."""
    return tuple(Issue(code=found.get("code", ""), message=found.get("message", "")) for found in (health or {}).get("issues", ()))


def read_updates_under_way(gateway: Gateway, cluster: str, member: Mapping[str, str] | None = None) -> tuple[UpdateUnderWay, ...]:
    """Find the updates in progress of a cluster, or of one member of it (`{"nodegroupName": …}`, `{"addonName": …}`)."""
    target = {"name": cluster, **(member or {})}
    ids = gateway.read("eks", "ListUpdates", target).get("updateIds", ())
    answers = gateway.read_all([Read("eks", "DescribeUpdate", {**target, "updateId": found}) for found in ids])
    return tuple(_under_way(answer["update"] for answer in answers if answer))


def _under_way(updates: Iterable[Mapping[str, Any]]) -> Iterable[UpdateUnderWay]:
    for update in updates:
        if update.get("status") == "InProgress":
            parameters = {parameter["type"]: parameter["value"] for parameter in update.get("params", ())}
            yield UpdateUnderWay(id=update["id"], type=update["type"], parameters=parameters)
