# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Life cycles of what belongs to a cluster: they end in what was ordered, and only for the very thing that they began with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...lifecycles import Outcome
from ...seam import Refusal
from .context import Context, new_update
from .store import Cluster, Record, Shown
from .tags import ARN_MEMBERS

Issues = list[dict[str, Any]]
End = Callable[..., None]
"""`end(context, cluster, record, outcome, issues, *values)`, a module-level function; an empty outcome is the usual one."""

NAMES = {"nodegroup": "nodegroupName", "addon": "addonName", "fargateprofile": "fargateProfileName"}
FAILURES = ("Failed", "Cancelled")
ENDS = {"CREATING": ("ACTIVE", "CREATE_FAILED", "DEGRADED"), "DELETING": ("DELETE_FAILED",)}
"""What a life cycle can be ordered to end in, by the state in which it begins."""


def begin(context: Context, kind: str, record: Record, seconds: float, end: End, *values: Any) -> None:
    """Begin a life cycle of a node group, add-on or Fargate profile, and take the fate that was ordered for it."""
    _begin(context, kind, record, seconds, end, context.fate(kind, record.shown[NAMES[kind]], ENDS[record.shown["status"]]), *values)


def begin_update(context: Context, kind: str, record: Record, seconds: float, end: End, *values: Any) -> None:
    """Begin an update's life cycle: it has the fate that was ordered for an `update` of that name."""
    _begin(context, kind, record, seconds, end, context.fate("update", record.shown[NAMES[kind]]), *values)


def meanwhile(context: Context, kind: str, record: Record, seconds: float, end: End, *values: Any) -> None:
    """Let something happen on the way, which no order concerns."""
    _begin(context, kind, record, seconds, end, None, *values)


def _begin(context: Context, kind: str, record: Record, seconds: float, end: End, fate: Outcome | None, *values: Any) -> None:
    cluster, name, arn = record.shown["clusterName"], record.shown[NAMES[kind]], record.shown[ARN_MEMBERS[kind][1]]
    outcome, issues = (fate.outcome, fate.issues) if fate else ("", [])
    due = seconds if fate is None or fate.after is None else fate.after
    context.later(kind, f"{cluster}/{name}", due, _finish, (kind, cluster, name, arn), end, outcome, issues, values)


def _finish(context: Context, whose: tuple[str, str, str, str], end: End, outcome: str, issues: Issues, values: tuple[Any, ...]) -> None:
    kind, cluster_name, name, arn = whose
    store, member = ARN_MEMBERS[kind]
    cluster = context.region.clusters.get(cluster_name)
    record: Record | None = getattr(cluster, store, {}).get(name)
    # A cluster that went, or came again, took the thing with it: a life cycle never ends for a namesake.
    if cluster and record and record.shown[member] == arn:
        end(context, cluster, record, outcome, issues, *values)


def active_cluster(context: Context, name: str, what: str) -> Cluster:
    """Give a cluster to which something may be added, or refuse."""
    cluster = context.cluster(name)
    if cluster.shown["status"] != "ACTIVE":
        message = f"Cannot create {what} because cluster {name} is not ACTIVE but {cluster.shown['status']}"
        raise Refusal("InvalidRequestException", message, clusterName=name)
    return cluster


def open_update(context: Context, cluster: Cluster, kind: str, parameters: Mapping[str, str], **owner: str) -> Shown:
    """Open an update of a node group or add-on; its end is `close_update`'s."""
    return new_update(context, cluster, kind, dict(parameters), **owner).shown


def close_update(cluster: Cluster, update_id: str, outcome: str, issues: Issues) -> bool:
    """End an update as ordered and say whether it succeeded; issues become its errors."""
    update = cluster.updates[update_id].shown
    is_failed = bool(issues) or outcome not in ("", "Successful")
    update["status"] = outcome if outcome in FAILURES else "Failed" if is_failed else "Successful"
    update["errors"] = [_error(issue) for issue in issues]
    return bool(update["status"] == "Successful")


def _error(issue: dict[str, Any]) -> dict[str, Any]:
    """Word an ordered issue as an update's error; it may be given in either shape."""
    code, message = issue.get("errorCode", issue.get("code", "Unknown")), issue.get("errorMessage", issue.get("message", ""))
    return {"errorCode": code, "errorMessage": message, "resourceIds": issue.get("resourceIds", [])}
