# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of a control plane: its creation, the chain of its updates, its deletion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .._model.cluster import CREATION, IMMUTABLE, SETTINGS, Cluster, ClusterActual, LiveCluster, Setting, nested
from .._model.duration import USUAL
from .._model.ownership import TagDrift, is_ours, made_by, tag_drift
from .._model.problem import Problems
from .._model.scope import OWNER, Scope
from .cluster_checks import check_cluster, check_deletion, deferred_checks
from .eks_update import BUSY, IDEMPOTENT_BY, own_update_wait, tag_steps, under_way_steps
from .plan import Change, Disruption, Kind, Plan, Step, Wait

LATE_LOGS = USUAL["log_group.late"]
"""For so long logs of a cluster that is gone may come."""
IRREVERSIBLE = frozenset({"access", "encryption"})
"""Updates that EKS never takes back."""
UPDATE_TYPES = {
    "endpoint": {"EndpointAccessUpdate", "VpcConfigUpdate"},
    "subnets": {"VpcConfigUpdate"},
    "security-groups": {"VpcConfigUpdate"},
    "logging": {"LoggingUpdate"},
    "access": {"AccessConfigUpdate"},
    "zonal-shift": {"ZonalShiftConfigUpdate"},
    "deletion-protection": {"DeletionProtectionUpdate"},
    "scaling": {"ControlPlaneScalingConfigUpdate"},
    "remote-network": {"RemoteNetworkConfigUpdate"},
    "encryption": {"AssociateEncryptionConfig"},
    "version": {"VersionUpdate"},
    "upgrade-policy": {"UpgradePolicyUpdate"},
}
"""The updates in the order in which they are made, one type per call, and how EKS calls each when it is under way.

The upgrade policy comes after the version: extended support is left by an upgrade, and only then EKS takes STANDARD.
"""


def plan_cluster(desired: Cluster, actual: ClusterActual, scope: Scope) -> Plan:
    """Plan what makes the cluster what is declared, or refuse it with every problem found."""
    if desired.state == "absent":
        return _deletion(desired, actual, scope)
    problems = Problems()
    check_cluster(desired, actual, problems)
    problems.refuse_if_any()
    return Plan(
        steps=(*_log_group_steps(desired, actual, scope), *_cluster_steps(desired, actual, scope)),
        deferred_checks=deferred_checks(desired, actual),
        notes=_notes(actual.cluster),
    )


def cluster_key(name: str) -> str:
    """Give the key of the step that makes or deletes the cluster."""
    return f"cluster/{name}"


def _notes(live: LiveCluster | None) -> tuple[str, ...]:
    return tuple(f"Cluster {live.name} reports {issue}" for issue in live.issues) if live else ()


def _log_group_steps(desired: Cluster, actual: ClusterActual, scope: Scope) -> Iterator[Step]:
    """Make the log group before EKS would make it, without retention and without an owner."""
    days = desired.log_retention_days
    if days is None:
        return
    key = f"log-group/{desired.name}"
    if actual.log_group is None:
        yield Step(
            key=key,
            service="logs",
            operation="CreateLogGroup",
            request={"logGroupName": desired.log_group, "tags": made_by(scope, desired.name, key, desired.tags)},
            kind=Kind.CREATE,
            changes=(Change(path="log_group", after=desired.log_group),),
            already=frozenset({"ResourceAlreadyExistsException"}),
        )
    before = actual.log_group.retention_days if actual.log_group else None
    if before != days:
        yield Step(
            key=f"{key}/retention",
            service="logs",
            operation="PutRetentionPolicy",
            request={"logGroupName": desired.log_group, "retentionInDays": days},
            kind=Kind.UPDATE,
            changes=(Change(path="log_retention_days", before=before, after=days),),
            after=frozenset({key}),
        )


def _cluster_steps(desired: Cluster, actual: ClusterActual, scope: Scope) -> Iterator[Step]:
    live = actual.cluster
    if live is None:
        yield _creation(desired, scope)
    elif not live.stays:
        ended = f"{cluster_key(desired.name)}/deletion"
        yield Step(key=ended, service="eks", kind=Kind.WAIT, wait=gone_wait(desired.name))
        yield _creation(desired, scope, after=frozenset({ended}))
    else:
        yield from _convergence(desired, live, scope)


def _creation(desired: Cluster, scope: Scope, after: frozenset[str] = frozenset()) -> Step:
    key, logs = cluster_key(desired.name), f"log-group/{desired.name}"
    declared = [setting for setting in SETTINGS if setting.option in desired.settings]
    request: dict[str, Any] = {"name": desired.name, **({"version": desired.version} if desired.version else {})}
    request |= nested({setting.api: setting.codec.to_api(desired.settings[setting.option]) for setting in declared})
    if not desired.settings.get("logging", True):
        request.pop("logging")
    return Step(
        key=key,
        service="eks",
        operation="CreateCluster",
        request={**request, "tags": made_by(scope, desired.name, key, desired.tags)},
        kind=Kind.CREATE,
        changes=(Change(path="version", after=desired.version),) if desired.version else (),
        after=after | {logs, f"{logs}/retention"},
        wait=_active_wait(desired.name),
        token=IDEMPOTENT_BY,
    )


def _active_wait(name: str) -> Wait:
    return Wait(
        service="eks",
        operation="DescribeCluster",
        request={"name": name},
        status="cluster.status",
        success=frozenset({"ACTIVE"}),
        failure=frozenset({"FAILED", "DELETING"}),
        issues="cluster.health.issues",
        usual=USUAL["cluster.create"],
    )


def gone_wait(name: str) -> Wait:
    """Wait until the cluster is no longer there."""
    return Wait(
        service="eks",
        operation="DescribeCluster",
        request={"name": name},
        status="cluster.status",
        success=frozenset(),
        failure=frozenset({"FAILED", "ACTIVE"}),
        gone=True,
        issues="cluster.health.issues",
        usual=USUAL["cluster.delete"],
    )


def _convergence(desired: Cluster, live: LiveCluster, scope: Scope) -> Iterator[Step]:
    """Wait for what is under way, then make one update after the other: EKS takes one at a time."""
    key = cluster_key(desired.name)
    waits = list(_under_way(desired, live))
    yield from waits
    after = frozenset(step.key for step in waits)
    yield from tag_steps(key, live.arn, _tag_drift(desired, live, scope), live.tags, after)
    moving = {update.type for update in live.updates}
    for update, types in UPDATE_TYPES.items():
        step = None if types & moving else _update(update, desired, live, after)
        if step:
            yield step
            after = frozenset({step.key})


def _under_way(desired: Cluster, live: LiveCluster) -> Iterator[Step]:
    """What EKS is at work on is awaited, not compared: its settings show their target only at its end."""
    key = cluster_key(desired.name)
    if live.status == "CREATING":
        yield Step(key=key, service="eks", kind=Kind.WAIT, wait=_active_wait(desired.name))
    yield from under_way_steps(key, {"name": desired.name}, live.updates, USUAL["cluster.config"])


def _tag_drift(desired: Cluster, live: LiveCluster, scope: Scope) -> TagDrift:
    drift = tag_drift(desired.tags, live.tags, purge=desired.purge_tags)
    if desired.adopt and not is_ours(scope, desired.name, live.tags):
        return TagDrift(put={**drift.put, OWNER: scope.owner(desired.name)}, drop=drift.drop)
    return drift


def _update(update: str, desired: Cluster, live: LiveCluster, after: frozenset[str]) -> Step | None:
    if update == "version":
        return _version_step(desired, live, after)
    changed = [setting for setting in drifted(desired, live) if setting.update == update]
    if not changed:
        return None
    key, target = f"{cluster_key(desired.name)}/{update}", {"name": desired.name}
    values = nested({setting.api: setting.codec.to_api(desired.settings[setting.option]) for setting in changed})
    associate = update == "encryption"
    return Step(
        key=key,
        service="eks",
        operation="AssociateEncryptionConfig" if associate else "UpdateClusterConfig",
        request={"clusterName" if associate else "name": desired.name, **values},
        kind=Kind.UPDATE,
        changes=tuple(
            Change(path=setting.option, before=live.settings.get(setting.option), after=desired.settings[setting.option])
            for setting in changed
        ),
        after=after,
        wait=own_update_wait(key, target, USUAL["cluster.config"]),
        token=IDEMPOTENT_BY,
        obstacles=BUSY,
        reversible=update not in IRREVERSIBLE,
        consent="allow_irreversible" if update in IRREVERSIBLE else "",
    )


def _version_step(desired: Cluster, live: LiveCluster, after: frozenset[str]) -> Step | None:
    if desired.version is None or desired.version == live.version:
        return None
    key, target = f"{cluster_key(desired.name)}/version", {"name": desired.name}
    return Step(
        key=key,
        service="eks",
        operation="UpdateClusterVersion",
        request={**target, "version": desired.version},
        kind=Kind.UPDATE,
        changes=(Change(path="version", before=live.version, after=desired.version),),
        after=after,
        wait=own_update_wait(key, target, USUAL["cluster.version"]),
        token=IDEMPOTENT_BY,
        obstacles=BUSY,
        disruption=Disruption.NONE,
        reversible=False,
        consent="allow_irreversible",
    )


def drifted(desired: Cluster, live: LiveCluster) -> list[Setting]:
    """Find the declared settings that differ from those seen; the order of lists says nothing."""
    return [
        setting
        for setting in SETTINGS
        if setting.update not in (IMMUTABLE, CREATION) and setting.option in desired.settings and live.differs(desired, setting.option)
    ]


def _deletion(desired: Cluster, actual: ClusterActual, scope: Scope) -> Plan:
    problems = Problems()
    check_deletion(desired, actual, scope, problems)
    problems.refuse_if_any()
    return Plan(
        steps=(*_cluster_deletion(desired, actual.cluster), *_log_group_deletion(desired, actual)), notes=_kept(desired, actual, scope)
    )


def _cluster_deletion(desired: Cluster, live: LiveCluster | None) -> Iterator[Step]:
    if live is None:
        return
    key = cluster_key(desired.name)
    if live.status == "DELETING":
        yield Step(key=key, service="eks", kind=Kind.WAIT, wait=gone_wait(desired.name))
        return
    waits = list(_under_way(desired, live))
    yield from (step for step in waits if step.key != key)
    protection = (
        None if live.status in ("CREATING", "FAILED") else _update("deletion-protection", desired, live, frozenset(s.key for s in waits))
    )
    if protection:
        yield protection
    yield Step(
        key=key,
        service="eks",
        operation="DeleteCluster",
        request={"name": desired.name},
        kind=Kind.DELETE,
        after=frozenset({f"{key}/deletion-protection", *(step.key for step in waits if step.key != key)})
        | {f"nodegroup/{name}" for name in desired.nodegroups_deleted},
        wait=gone_wait(desired.name),
        obstacles=BUSY,
        disruption=Disruption.OUTAGE,
        reversible=False,
    )


def _log_group_deletion(desired: Cluster, actual: ClusterActual) -> Iterator[Step]:
    """Delete the log group only after the cluster is gone, and watch it: EKS makes it again for logs that come late."""
    logs = bool(actual.cluster and actual.cluster.settings.get("logging"))
    if desired.delete_log_group and (logs or actual.log_group) and not _foreign_log_group(actual):
        yield Step(
            key=f"log-group/{desired.name}",
            service="logs",
            operation="DeleteLogGroup",
            request={"logGroupName": desired.log_group},
            kind=Kind.DELETE,
            after=frozenset({cluster_key(desired.name)}),
            wait=Wait(
                service="logs",
                operation="DescribeLogGroups",
                request={"logGroupNamePrefix": desired.log_group},
                status="'watched'",
                success=frozenset({"watched"}),
                least_seconds=LATE_LOGS.seconds,
                usual=LATE_LOGS,
            ),
            already=frozenset({"ResourceNotFoundException"}),
            reversible=False,
        )


def _foreign_log_group(actual: ClusterActual) -> bool:
    """A group with tags but not ours was made by somebody; EKS makes it without any."""
    return bool(actual.log_group and actual.log_group.tags and OWNER not in actual.log_group.tags)


def _kept(desired: Cluster, actual: ClusterActual, scope: Scope) -> tuple[str, ...]:
    if not desired.delete_log_group:
        return (f"Log group {desired.log_group} is kept: delete_log_group is false",)
    return (f"Log group {desired.log_group} is kept: its tags are not {scope.owner(desired.name)}'s",) if _foreign_log_group(actual) else ()
