# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of a cluster's add-ons: those that nodes need first, then the others; each created, updated or deleted by one call."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .._model.addons import DEFAULT, Addon, Addons, AddonsActual, LiveAddon, resolved_version, version_order, version_to_be
from .._model.duration import USUAL
from .._model.ownership import is_ours, made_by, tag_drift
from .._model.problem import Problems
from .._model.reference import Ref, Value, is_unknown
from .._model.scope import Scope
from .addon_checks import check_addons, check_deletions, deferred_checks
from .eks_update import BUSY, IDEMPOTENT_BY, own_update_wait, tag_steps, under_way_steps
from .plan import Change, Disruption, Kind, Plan, Step, Wait


def plan_addons(desired: Addons, actual: AddonsActual, scope: Scope) -> Plan:
    """Plan what makes the add-ons what is declared, or refuse it with every problem found."""
    problems = Problems()
    leaving = _leaving(desired, actual, scope)
    if desired.state == "absent":
        check_deletions(desired, leaving, scope, problems)
        problems.refuse_if_any()
        return Plan(steps=tuple(_deletion(live, desired) for live in leaving), unmanaged=_unmanaged(desired, actual, scope))
    check_addons(desired, actual, problems)
    problems.refuse_unless_checked_later()
    early = [step for addon in desired.addons if addon.before_compute for step in _addon_steps(addon, desired, actual, scope, frozenset())]
    first = frozenset(step.key for step in early)
    late = [step for addon in desired.addons if not addon.before_compute for step in _addon_steps(addon, desired, actual, scope, first)]
    return Plan(
        steps=(*early, *late, *(_deletion(live, desired) for live in leaving)),
        unmanaged=_unmanaged(desired, actual, scope),
        notes=tuple(_notes(desired, actual)),
        deferred_checks=deferred_checks(desired, actual),
        problems=tuple(problems.found),
    )


def around_compute(desired: Addons, plan: Plan) -> tuple[Plan, Plan]:
    """Split a plan at the point where nodes come: what they need, and what needs them."""
    early = {addon.name for addon in desired.addons if addon.before_compute}
    before = tuple(step for step in plan if step.key.split("/")[1] in early)
    after = tuple(step for step in plan if step not in before)
    return Plan(steps=before), Plan(steps=after, unmanaged=plan.unmanaged, notes=plan.notes, deferred_checks=plan.deferred_checks)


def _leaving(desired: Addons, actual: AddonsActual, scope: Scope) -> tuple[LiveAddon, ...]:
    named = {addon.name for addon in desired.addons}
    if desired.state == "absent" and not desired.all_of_ours:
        return tuple(live for name, live in actual.addons.items() if name in named)
    if not desired.needs_all:
        return ()
    others = (live for name, live in actual.addons.items() if name not in named)
    return tuple(live for live in others if desired.purge_unmanaged or is_ours(scope, desired.cluster, live.tags))


def _unmanaged(desired: Addons, actual: AddonsActual, scope: Scope) -> tuple[str, ...]:
    if not desired.needs_all or desired.purge_unmanaged:
        return ()
    named = {addon.name for addon in desired.addons}
    others = (live for name, live in sorted(actual.addons.items()) if name not in named)
    return tuple(f"addon/{live.name}" for live in others if not is_ours(scope, desired.cluster, live.tags))


def _notes(desired: Addons, actual: AddonsActual) -> Iterator[str]:
    for addon in desired.addons:
        live = actual.addons.get(addon.name)
        if live is None:
            continue
        for issue in live.issues:
            yield f"Add-on {addon.name} is {live.status}: {issue}"
        offered = actual.offered.get(addon.name, ())
        if offered and not addon.update and version_order(offered[0].version) > version_order(addon.exact_version or live.version):
            yield f"Add-on {addon.name}: {offered[0].version} is offered; declare it, or update: true with version: most_recent"


def _target(desired: Addons, name: str) -> dict[str, str]:
    return {"clusterName": desired.cluster, "addonName": name}


def _wait(desired: Addons, name: str, *, success: frozenset[str], failure: str, usual: str) -> Wait:
    return Wait(
        service="eks",
        operation="DescribeAddon",
        request=_target(desired, name),
        status="addon.status",
        success=success,
        failure=frozenset({failure}),
        gone=not success,
        issues="addon.health.issues",
        usual=USUAL[usual],
    )


def _usable_wait(desired: Addons, name: str) -> Wait:
    """Wait for an add-on; without nodes some stay DEGRADED until the first one comes, which is no failure."""
    return _wait(desired, name, success=frozenset({"ACTIVE", "DEGRADED"}), failure="CREATE_FAILED", usual="addon.create")


def _gone_wait(desired: Addons, name: str) -> Wait:
    return _wait(desired, name, success=frozenset(), failure="DELETE_FAILED", usual="addon.delete")


def _addon_steps(addon: Addon, desired: Addons, actual: AddonsActual, scope: Scope, first: frozenset[str]) -> Iterator[Step]:
    key = f"cluster/{desired.cluster}"
    after = first | {key, f"{key}/version"}
    live = actual.addons.get(addon.name)
    if live and not live.stays:
        ended = f"addon/{addon.name}/deletion"
        yield Step(key=ended, service="eks", kind=Kind.WAIT, wait=_gone_wait(desired, addon.name))
        live, after = None, after | {ended}
    if live is None:
        yield _creation(addon, desired, actual, scope, after)
    else:
        yield from _convergence(addon, live, desired, actual, after)


def _creation(addon: Addon, desired: Addons, actual: AddonsActual, scope: Scope, after: frozenset[str]) -> Step:
    key = f"addon/{addon.name}"
    associations = addon.pod_identity_associations
    fields: dict[str, Any] = {
        "addonVersion": _first_version(addon, desired, actual),
        "serviceAccountRoleArn": addon.service_account_role_arn,
        "configurationValues": _json(addon.configuration_values) if addon.configuration_values else None,
        "podIdentityAssociations": [found.to_api() for found in associations] if associations else None,
        "resolveConflicts": addon.resolve_conflicts if addon.resolve_conflicts != "PRESERVE" else None,
    }
    declared = {name: value for name, value in fields.items() if value is not None}
    return Step(
        key=key,
        service="eks",
        operation="CreateAddon",
        request={**_target(desired, addon.name), **declared, "tags": made_by(scope, desired.cluster, key, addon.tags)},
        kind=Kind.CREATE,
        changes=(Change(path="version", after=declared.get("addonVersion", addon.version or DEFAULT)),),
        after=after,
        wait=_usable_wait(desired, addon.name),
        token=IDEMPOTENT_BY,
    )


def _first_version(addon: Addon, desired: Addons, actual: AddonsActual) -> Value | None:
    """Give the version to create; what a cluster that is not there yet will be offered, nobody knows."""
    if actual.cluster_version is None and not desired.cluster_planned and not addon.exact_version:
        return Ref(f"addon/{addon.name}", "addon.addonVersion")
    return resolved_version(addon, actual.offered.get(addon.name, ()))


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def _convergence(addon: Addon, live: LiveAddon, desired: Addons, actual: AddonsActual, after: frozenset[str]) -> Iterator[Step]:
    key = f"addon/{addon.name}"
    update_target = {"name": desired.cluster, "addonName": addon.name}
    if live.status == "CREATING":
        yield Step(key=key, service="eks", kind=Kind.WAIT, wait=_usable_wait(desired, addon.name))
        after |= {key}
    waits = list(under_way_steps(key, update_target, live.updates, USUAL["addon.update"]))
    yield from waits
    drift = tag_drift(addon.tags, live.tags, purge=desired.purge_tags)
    yield from tag_steps(key, live.arn, drift, live.tags, after | {step.key for step in waits})
    if not waits:
        yield from _update(addon, live, desired, actual, after)


def _update(addon: Addon, live: LiveAddon, desired: Addons, actual: AddonsActual, after: frozenset[str]) -> Iterator[Step]:
    changes = tuple(_changes(addon, live, actual))
    if not changes:
        return
    key = f"addon/{addon.name}/update"
    changed = {change.path: change.after for change in changes}
    yield Step(
        key=key,
        service="eks",
        operation="UpdateAddon",
        request={**_target(desired, addon.name), **_update_fields(addon, live, changed)},
        kind=Kind.UPDATE,
        changes=changes,
        after=after,
        wait=own_update_wait(key, {"name": desired.cluster, "addonName": addon.name}, USUAL["addon.update"]),
        token=IDEMPOTENT_BY,
        obstacles=BUSY,
        disruption=Disruption.ROLLING,
    )


def _changes(addon: Addon, live: LiveAddon, actual: AddonsActual) -> Iterator[Change]:
    version = version_to_be(addon, live, actual.offered.get(addon.name, ()))
    if version != live.version:
        yield Change(path="version", before=live.version, after=version)
    if addon.configuration_values is not None and addon.configuration_values != live.configuration_values:
        yield Change(path="configuration_values", before=live.configuration_values, after=dict(addon.configuration_values))
    role = addon.service_account_role_arn
    if role is not None and not is_unknown(role) and role != (live.service_account_role_arn or ""):
        yield Change(path="service_account_role_arn", before=live.service_account_role_arn, after=role)
    wanted = addon.pod_identity_associations
    if wanted is not None and frozenset((found.service_account, found.role_arn) for found in wanted) != live.associations:
        before = [{"serviceAccount": account, "roleArn": arn} for account, arn in sorted(live.associations or ())]
        yield Change(path="pod_identity_associations", before=before, after=[found.to_api() for found in wanted])


def _update_fields(addon: Addon, live: LiveAddon, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Give role and configuration in every update: EKS takes their absence for a wish to drop them."""
    role = addon.service_account_role_arn or live.service_account_role_arn
    configuration = live.configuration if addon.configuration_values is None else _json(addon.configuration_values)
    fields = {
        "addonVersion": changed.get("version"),
        "configurationValues": configuration or None,
        "serviceAccountRoleArn": role or None,
        "podIdentityAssociations": changed.get("pod_identity_associations"),
        "resolveConflicts": addon.resolve_conflicts,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _deletion(live: LiveAddon, desired: Addons) -> Step:
    key = f"addon/{live.name}"
    if not live.stays:
        return Step(key=key, service="eks", kind=Kind.WAIT, wait=_gone_wait(desired, live.name))
    preserve = any(addon.preserve for addon in desired.addons if addon.name == live.name)
    return Step(
        key=key,
        service="eks",
        operation="DeleteAddon",
        request={**_target(desired, live.name), **({"preserve": True} if preserve else {})},
        kind=Kind.DELETE,
        wait=_gone_wait(desired, live.name),
        obstacles=BUSY,
        disruption=Disruption.NONE if preserve else Disruption.OUTAGE,
        reversible=False,
    )
