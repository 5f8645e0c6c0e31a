# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of a cluster's node groups: all at the same time, each with its launch template, its version and its configuration in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._model.duration import USUAL
from .._model.nodegroups import LiveNodegroup, LiveTemplate, Nodegroup, Nodegroups, NodegroupsActual, Taint
from .._model.ownership import is_ours, made_by, tag_drift
from .._model.problem import Problems
from .._model.reference import Value
from .._model.scope import Scope
from . import launch_templates
from .eks_update import BUSY, IDEMPOTENT_BY, own_update_wait, tag_steps, under_way_steps
from .nodegroup_checks import check_deletions, check_nodegroups, deferred_checks, replaced_fields
from .plan import Change, Disruption, Kind, Plan, Step, Wait

_VERSION_FIELDS = {"version": "version", "release_version": "releaseVersion", "launch_template.version": "launchTemplate"}
"""Members of UpdateNodegroupVersion by the options that set them."""


def plan_nodegroups(desired: Nodegroups, actual: NodegroupsActual, scope: Scope) -> Plan:
    """Plan what makes the node groups what is declared, or refuse it with every problem found.

    A plan that replaces groups is given with its problems, so that it can be shown: EKS has no call for that.
    """
    problems = Problems()
    leaving = _leaving(desired, actual, scope)
    if desired.state == "absent":
        check_deletions(desired, leaving, scope, problems)
        problems.refuse_if_any()
        return Plan(steps=tuple(_deletions(desired, actual, leaving)), unmanaged=_unmanaged(desired, actual, scope))
    check_nodegroups(desired, actual, problems)
    steps = [step for group in desired.nodegroups for step in _group_steps(group, desired, actual, scope)]
    if not any(step.kind is Kind.REPLACE for step in steps):
        problems.refuse_unless_checked_later()
    return Plan(
        steps=(*steps, *_deletions(desired, actual, leaving)),
        unmanaged=_unmanaged(desired, actual, scope),
        notes=tuple(_notes(desired, actual)),
        deferred_checks=deferred_checks(desired, actual),
        problems=tuple(problems.found),
    )


def _leaving(desired: Nodegroups, actual: NodegroupsActual, scope: Scope) -> tuple[LiveNodegroup, ...]:
    named = {group.name for group in desired.nodegroups}
    if desired.state == "absent" and not desired.all_of_ours:
        return tuple(live for name, live in actual.nodegroups.items() if name in named)
    if not desired.needs_all:
        return ()
    others = (live for name, live in actual.nodegroups.items() if name not in named)
    return tuple(live for live in others if desired.purge_unmanaged or is_ours(scope, desired.cluster, live.tags))


def _unmanaged(desired: Nodegroups, actual: NodegroupsActual, scope: Scope) -> tuple[str, ...]:
    if not desired.needs_all or desired.purge_unmanaged:
        return ()
    named = {group.name for group in desired.nodegroups}
    others = (live for name, live in sorted(actual.nodegroups.items()) if name not in named)
    return tuple(f"nodegroup/{live.name}" for live in others if not is_ours(scope, desired.cluster, live.tags))


def _notes(desired: Nodegroups, actual: NodegroupsActual) -> Iterator[str]:
    version = desired.cluster_version or actual.cluster_version
    for group in desired.nodegroups:
        live = actual.nodegroups.get(group.name)
        if live is None:
            continue
        for issue in live.issues if live.status == "DEGRADED" else ():
            yield f"Node group {group.name} is DEGRADED: {issue}"
        if version and live.version and live.version != version and group.version is None and not group.update:
            yield f"Node group {group.name} runs {live.version}, its cluster {version}: declare the version, or update: true"


def _follows(desired: Nodegroups) -> frozenset[str]:
    """A group comes after its cluster, and is never newer than it."""
    key = f"cluster/{desired.cluster}"
    return frozenset({key, f"{key}/version"})


def _target(desired: Nodegroups, name: str) -> dict[str, str]:
    return {"clusterName": desired.cluster, "nodegroupName": name}


def _update_target(desired: Nodegroups, name: str) -> dict[str, str]:
    return {"name": desired.cluster, "nodegroupName": name}


def _wait(desired: Nodegroups, name: str, *, success: str, failure: str, usual: str) -> Wait:
    return Wait(
        service="eks",
        operation="DescribeNodegroup",
        request=_target(desired, name),
        status="nodegroup.status",
        success=frozenset({success} - {""}),
        failure=frozenset({failure}),
        gone=not success,
        issues="nodegroup.health.issues",
        usual=USUAL[usual],
    )


def _gone_wait(desired: Nodegroups, name: str) -> Wait:
    return _wait(desired, name, success="", failure="DELETE_FAILED", usual="nodegroup.delete")


def _group_steps(group: Nodegroup, desired: Nodegroups, actual: NodegroupsActual, scope: Scope) -> Iterator[Step]:
    live = actual.nodegroups.get(group.name)
    after = _follows(desired)
    if live and live.status == "DELETING":
        ended = f"nodegroup/{group.name}/deletion"
        yield Step(key=ended, service="eks", kind=Kind.WAIT, wait=_gone_wait(desired, group.name))
        live, after = None, after | {ended}
    template = actual.templates.get(launch_templates.template_name(desired.cluster, group.name))
    replaced = tuple(replaced_fields(group, live, template)) if live else ()
    if replaced:
        yield _replacement(group, desired, replaced)
        return
    uses = None
    if group.has_own_template:
        content = launch_templates.content_of(group, desired.cluster, scope)
        uses = launch_templates.used_template(group, template, live, content)
        made = launch_templates.convergence(group, template, uses["version"], content) if template else ()
        yield from made or [launch_templates.creation(group, desired.cluster, scope)]
    elif group.launch_template:
        uses = _users_template(group)
    if live is None:
        yield _creation(group, desired, uses, scope, after)
    else:
        yield from _convergence(group, live, desired, actual, uses)


def _users_template(group: Nodegroup) -> dict[str, Value]:
    given = group.launch_template
    values = {"id": given.id, "name": given.name, "version": given.version} if given else {}
    return {name: value for name, value in values.items() if value is not None}


def _replacement(group: Nodegroup, desired: Nodegroups, changes: tuple[Change, ...]) -> Step:
    return Step(
        key=f"nodegroup/{group.name}/replace",
        service="eks",
        request=_target(desired, group.name),
        kind=Kind.REPLACE,
        changes=changes,
        disruption=Disruption.ROLLING,
        reversible=False,
    )


def _creation(group: Nodegroup, desired: Nodegroups, uses: Mapping[str, Value] | None, scope: Scope, after: frozenset[str]) -> Step:
    key = f"nodegroup/{group.name}"
    fields: dict[str, Any] = {
        "scalingConfig": _first_sizes(group),
        "subnets": list(group.subnet_ids or ()),
        "instanceTypes": list(group.instance_types) if group.instance_types else None,
        "amiType": group.ami_type,
        "nodeRole": group.node_role_arn,
        "labels": dict(group.labels) if group.labels else None,
        "taints": [taint.to_api() for taint in group.taints] if group.taints else None,
        "launchTemplate": uses,
        "updateConfig": group.update_config or None,
        "nodeRepairConfig": None if group.node_repair is None else {"enabled": group.node_repair},
        "capacityType": group.capacity_type,
        "version": group.version,
        "releaseVersion": group.release_version,
    }
    declared = {name: value for name, value in fields.items() if value is not None}
    return Step(
        key=key,
        service="eks",
        operation="CreateNodegroup",
        request={**_target(desired, group.name), **declared, "tags": made_by(scope, desired.cluster, key, group.tags)},
        kind=Kind.CREATE,
        changes=tuple(_first_facts(group)),
        after=after,
        wait=_wait(desired, group.name, success="ACTIVE", failure="CREATE_FAILED", usual="nodegroup.create"),
        token=IDEMPOTENT_BY,
    )


def _first_facts(group: Nodegroup) -> Iterator[Change]:
    """Say what a person wants to see of a new group; the rest is in the request."""
    if group.instance_types:
        yield Change(path="instance_types", after=", ".join(group.instance_types))
    sizes = _first_sizes(group)
    if sizes:
        yield Change(path="scaling", after=f"{sizes['minSize']}–{sizes['maxSize']} nodes")


def _first_sizes(group: Nodegroup) -> dict[str, int] | None:
    """Give all three sizes as soon as one is declared; the undeclared ones as EKS would choose them, inside of the bounds."""
    sizes = group.scaling
    given = [size for size in (sizes.desired_size, sizes.initial_size, sizes.min_size, sizes.max_size) if size is not None]
    if not given:
        return None
    first = next((size for size in (sizes.desired_size, sizes.initial_size, sizes.min_size) if size is not None), 1)
    low = min(1, first) if sizes.min_size is None else sizes.min_size
    return {"minSize": low, "maxSize": max(2, first, low) if sizes.max_size is None else sizes.max_size, "desiredSize": first}


def _convergence(
    group: Nodegroup, live: LiveNodegroup, desired: Nodegroups, actual: NodegroupsActual, uses: Mapping[str, Value] | None
) -> Iterator[Step]:
    """Wait for what is under way, then version before configuration: the two exclude each other in time."""
    waits = list(_under_way(live, desired))
    yield from waits
    after = _follows(desired) | {step.key for step in waits}
    drift = tag_drift(group.tags, live.tags, purge=desired.purge_tags)
    yield from tag_steps(f"nodegroup/{group.name}", live.arn, drift, live.tags, after)
    moving = {update.type for update in live.updates}
    if "VersionUpdate" not in moving:
        yield from _version_step(group, live, desired, actual, uses, after)
    if "ConfigUpdate" not in moving:
        yield from _config_step(group, live, desired, after | {f"nodegroup/{group.name}/version"})


def _under_way(live: LiveNodegroup, desired: Nodegroups) -> Iterator[Step]:
    key = f"nodegroup/{live.name}"
    if live.status == "CREATING":
        wait = _wait(desired, live.name, success="ACTIVE", failure="CREATE_FAILED", usual="nodegroup.create")
        yield Step(key=key, service="eks", kind=Kind.WAIT, wait=wait)
    yield from under_way_steps(key, _update_target(desired, live.name), live.updates, USUAL["nodegroup.config"])


def _version_step(
    group: Nodegroup,
    live: LiveNodegroup,
    desired: Nodegroups,
    actual: NodegroupsActual,
    uses: Mapping[str, Value] | None,
    after: frozenset[str],
) -> Iterator[Step]:
    changes = tuple(_version_changes(group, live, desired, actual, uses))
    if not changes:
        return
    key = f"nodegroup/{group.name}/version"
    request: dict[str, Any] = {_VERSION_FIELDS[change.path]: change.after for change in changes}
    if "launchTemplate" in request:
        request["launchTemplate"] = dict(uses or {})
    yield Step(
        key=key,
        service="eks",
        operation="UpdateNodegroupVersion",
        request={**_target(desired, group.name), **request},
        kind=Kind.UPDATE,
        changes=changes,
        after=after,
        wait=own_update_wait(key, _update_target(desired, group.name), USUAL["nodegroup.version"]),
        token=IDEMPOTENT_BY,
        obstacles=BUSY,
        disruption=Disruption.ROLLING,
    )


def _version_changes(
    group: Nodegroup, live: LiveNodegroup, desired: Nodegroups, actual: NodegroupsActual, uses: Mapping[str, Value] | None
) -> Iterator[Change]:
    newest = (desired.cluster_version or actual.cluster_version) if group.update else None
    version = group.version or newest
    if version and version != live.version:
        yield Change(path="version", before=live.version, after=version)
    release = group.release_version or actual.releases.get(group.name)
    if release and release != live.release_version:
        yield Change(path="release_version", before=live.release_version, after=release)
    if uses and "version" in uses and uses["version"] != live.template_version:
        yield Change(path="launch_template.version", before=live.template_version, after=uses["version"])


def _config_step(group: Nodegroup, live: LiveNodegroup, desired: Nodegroups, after: frozenset[str]) -> Iterator[Step]:
    parts = {
        "labels": _label_update(group, live, purge=desired.purge_labels),
        "taints": _taint_update(group, live),
        "scalingConfig": _size_update(group, live),
        "updateConfig": dict(group.update_config) if group.update_config and group.update_config != dict(live.update_config) else {},
        "nodeRepairConfig": {"enabled": group.node_repair} if group.node_repair not in (None, live.node_repair) else {},
    }
    request = {name: part for name, part in parts.items() if part}
    if not request:
        return
    key = f"nodegroup/{group.name}/config"
    yield Step(
        key=key,
        service="eks",
        operation="UpdateNodegroupConfig",
        request={**_target(desired, group.name), **request},
        kind=Kind.UPDATE,
        changes=tuple(_config_changes(request, live)),
        after=after,
        wait=own_update_wait(key, _update_target(desired, group.name), USUAL["nodegroup.config"]),
        token=IDEMPOTENT_BY,
        obstacles=BUSY,
    )


def _label_update(group: Nodegroup, live: LiveNodegroup, *, purge: bool) -> dict[str, Any]:
    wanted = group.labels or {}
    put = {key: value for key, value in wanted.items() if live.labels.get(key) != value}
    drop = sorted(live.labels.keys() - wanted.keys()) if purge and group.labels is not None else []
    return {name: part for name, part in (("addOrUpdateLabels", put), ("removeLabels", drop)) if part}


def _taint_update(group: Nodegroup, live: LiveNodegroup) -> dict[str, Any]:
    """The declared list is the whole list: a taint that somebody removed comes back, one that somebody added goes."""
    if group.taints is None:
        return {}
    named = {(taint.key, taint.effect) for taint in group.taints}
    put = [taint.to_api() for taint in group.taints if taint not in live.taints]
    drop = [taint.to_api() for taint in sorted(live.taints) if (taint.key, taint.effect) not in named]
    return {name: part for name, part in (("addOrUpdateTaints", put), ("removeTaints", drop)) if part}


def _size_update(group: Nodegroup, live: LiveNodegroup) -> dict[str, int]:
    """Move the bounds; the size itself only if it is declared, or would lie outside of them, which EKS refuses."""
    low = live.min_size if group.scaling.min_size is None else group.scaling.min_size
    high = live.max_size if group.scaling.max_size is None else group.scaling.max_size
    size = live.desired_size if group.scaling.desired_size is None else group.scaling.desired_size
    wanted = {"minSize": low, "maxSize": high, "desiredSize": max(low, min(size, high))}
    seen = {"minSize": live.min_size, "maxSize": live.max_size, "desiredSize": live.desired_size}
    return {name: value for name, value in wanted.items() if value != seen[name]}


def _config_changes(request: Mapping[str, Any], live: LiveNodegroup) -> Iterator[Change]:
    labels, taints = request.get("labels", {}), request.get("taints", {})
    for key, value in labels.get("addOrUpdateLabels", {}).items():
        yield Change(path=f"labels.{key}", before=live.labels.get(key), after=value)
    for key in labels.get("removeLabels", ()):
        yield Change(path=f"labels.{key}", before=live.labels[key])
    for taint in taints.get("addOrUpdateTaints", ()):
        yield Change(path=f"taints.{taint['key']}", before=_taint_value(live.taints, taint), after=taint["value"])
    for taint in taints.get("removeTaints", ()):
        yield Change(path=f"taints.{taint['key']}", before=taint["value"])
    sizes = {
        "minSize": ("min_size", live.min_size),
        "maxSize": ("max_size", live.max_size),
        "desiredSize": ("desired_size", live.desired_size),
    }
    for name, after in request.get("scalingConfig", {}).items():
        yield Change(path=f"scaling.{sizes[name][0]}", before=sizes[name][1], after=after)
    if "updateConfig" in request:
        yield Change(path="update_config", before=dict(live.update_config), after=request["updateConfig"])
    if "nodeRepairConfig" in request:
        yield Change(path="node_repair_config.enabled", before=live.node_repair, after=request["nodeRepairConfig"]["enabled"])


def _taint_value(taints: frozenset[Taint], wanted: Mapping[str, str]) -> str | None:
    return next((taint.value for taint in taints if (taint.key, taint.effect) == (wanted["key"], wanted["effect"])), None)


def _deletions(desired: Nodegroups, actual: NodegroupsActual, leaving: tuple[LiveNodegroup, ...]) -> Iterator[Step]:
    for live in leaving:
        yield _deletion(live, desired)
    yield from (launch_templates.deletion(template) for template in _leftover_templates(desired, actual, leaving))


def _leftover_templates(desired: Nodegroups, actual: NodegroupsActual, leaving: tuple[LiveNodegroup, ...]) -> list[LiveTemplate]:
    """A template goes with its group; one whose group a broken-off deletion has removed goes by its own tags."""
    gone = {live.name for live in leaving}
    named = {group.name for group in desired.nodegroups}
    if desired.state == "absent" and not desired.all_of_ours:
        gone |= named - actual.nodegroups.keys()
        return [template for template in actual.templates.values() if template.nodegroup in gone]
    if not desired.needs_all:
        return []
    staying = (actual.nodegroups.keys() | named) - gone
    return [template for template in actual.templates.values() if template.nodegroup and template.nodegroup not in staying]


def _deletion(live: LiveNodegroup, desired: Nodegroups) -> Step:
    key = f"nodegroup/{live.name}"
    if live.status == "DELETING":
        return Step(key=key, service="eks", kind=Kind.WAIT, wait=_gone_wait(desired, live.name))
    return Step(
        key=key,
        service="eks",
        operation="DeleteNodegroup",
        request=_target(desired, live.name),
        kind=Kind.DELETE,
        wait=_gone_wait(desired, live.name),
        obstacles=BUSY,
        disruption=Disruption.ROLLING,
        reversible=False,
    )
