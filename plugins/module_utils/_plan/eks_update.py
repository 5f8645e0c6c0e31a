# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that several EKS nouns share: an awaited update, the wait for one that is under way, changes of tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._model.duration import Usual
from .._model.eks_update import UpdateUnderWay
from .._model.ownership import TagDrift
from .._model.reference import Ref, Value
from .plan import Change, Kind, Step, Wait

IDEMPOTENT_BY = "clientRequestToken"
BUSY = frozenset({"ResourceInUseException"})
"""Another update holds the resource, or its end is not visible everywhere yet: it passes."""


def update_wait(target: Mapping[str, Any], update: Value, usual: Usual) -> Wait:
    """Wait for the end of an update: the resource's own status lags behind."""
    return Wait(
        service="eks",
        operation="DescribeUpdate",
        request={**target, "updateId": update},
        status="update.status",
        success=frozenset({"Successful"}),
        failure=frozenset({"Failed", "Cancelled"}),
        issues="update.errors",
        usual=usual,
    )


def own_update_wait(key: str, target: Mapping[str, Any], usual: Usual) -> Wait:
    """Wait for the update that the step itself begins."""
    return update_wait(target, Ref(key, "update.id"), usual)


def under_way_steps(key: str, target: Mapping[str, Any], updates: Iterable[UpdateUnderWay], usual: Usual) -> Iterator[Step]:
    """Wait for updates that were found in progress."""
    for number, update in enumerate(updates, start=1):
        yield Step(key=f"{key}/under-way-{number}", service="eks", kind=Kind.WAIT, wait=update_wait(target, update.id, usual))


def tag_steps(key: str, arn: str, drift: TagDrift, actual: Mapping[str, str], after: frozenset[str]) -> Iterator[Step]:
    """Write and drop tags of one EKS resource."""
    if drift.put:
        yield Step(
            key=f"{key}/tags",
            service="eks",
            operation="TagResource",
            request={"resourceArn": arn, "tags": dict(drift.put)},
            kind=Kind.UPDATE,
            changes=tuple(Change(path=f"tags.{tag}", before=actual.get(tag), after=value) for tag, value in drift.put.items()),
            after=after,
        )
    if drift.drop:
        yield Step(
            key=f"{key}/tags/purge",
            service="eks",
            operation="UntagResource",
            request={"resourceArn": arn, "tagKeys": list(drift.drop)},
            kind=Kind.UPDATE,
            changes=tuple(Change(path=f"tags.{tag}", before=actual.get(tag)) for tag in drift.drop),
            after=after,
        )
