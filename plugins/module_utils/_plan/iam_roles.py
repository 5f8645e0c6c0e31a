# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must change in the roles of a cluster: each with its trust, its policies and its tags; and how they go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._model.iam_roles import IamRole, IamRoles, IamRolesActual, LiveRole, role_arn
from .._model.ownership import is_ours, made_by, tag_drift
from .._model.policy import canonical, written
from .._model.problem import Problems
from .._model.reference import Value, is_unknown
from .._model.scope import OWNER, Scope
from .plan import Change, Kind, Lookup, Plan, Step
from .tagging import api_tags

GONE = frozenset({"NoSuchEntity"})


def iam_roles_outputs(desired: IamRoles, actual: IamRolesActual) -> dict[str, Value]:
    """Give the ARN of each role by its purpose."""
    return {role.purpose: role_arn(role, actual) for role in desired.roles}


def plan_iam_roles(desired: IamRoles, actual: IamRolesActual, scope: Scope) -> Plan:
    """Plan what makes the roles what is declared, or refuse it with every problem found."""
    if desired.state == "absent":
        return _deletion(desired, actual, scope)
    problems = Problems()
    _check(desired, actual, scope, problems)
    problems.refuse_if_any()
    return Plan(steps=tuple(step for role in desired.roles for step in _role_steps(role, desired, actual.roles.get(role.name), scope)))


def _check(desired: IamRoles, actual: IamRolesActual, scope: Scope, problems: Problems) -> None:
    for at, role in enumerate(desired.roles):
        live = actual.roles.get(role.name)
        if live is None:
            continue
        if not is_ours(scope, desired.cluster, live.tags):
            problems.add(
                "not_ours",
                f"roles[{at}].purpose",
                found=f"role {role.name} with owner tag {live.tags.get(OWNER) or '(none)'}",
                wanted=f"no role of that name, or one with {OWNER}={scope.owner(desired.cluster)}",
                do="Rename or delete that role, or use its ARN directly: it is never adopted.",
            )
        elif live.path != desired.path:
            problems.add(
                "immutable", "path", found=f"{desired.path} for {role.name}", wanted=live.path, do="IAM cannot move a role: keep its path."
            )


def _role_steps(role: IamRole, desired: IamRoles, live: LiveRole | None, scope: Scope) -> Iterator[Step]:
    key = f"role/{role.purpose}"
    if live is None:
        yield _creation(key, role, desired, scope)
    else:
        yield from _drift(key, role, desired, live)
    attached = live.attached if live else frozenset()
    for arn in role.managed_policies:
        if arn not in attached:
            name = "unknown" if is_unknown(arn) else str(arn).rpartition("/")[2]
            request = {"RoleName": role.name, "PolicyArn": arn}
            yield _step(f"{key}/policy/{name}", "AttachRolePolicy", request, Change(path=f"{role.purpose}.policy", after=arn), after=key)
    for name, document in role.inline_policies.items():
        seen = live.inline.get(name) if live else None
        if seen is None or canonical(seen) != canonical(document):
            request = {"RoleName": role.name, "PolicyName": name, "PolicyDocument": written(document)}
            yield _step(
                f"{key}/inline/{name}", "PutRolePolicy", request, Change(path=f"inline.{name}", before=seen, after=document), after=key
            )
    if live and desired.purge_policies:
        yield from _purged(key, role, live)


def _creation(key: str, role: IamRole, desired: IamRoles, scope: Scope) -> Step:
    owner = f"Role.Tags[?Key=='{OWNER}' && Value=='{scope.owner(desired.cluster)}'] | [0]"
    boundary = {"PermissionsBoundary": desired.permissions_boundary} if desired.permissions_boundary else {}
    return Step(
        key=key,
        service="iam",
        operation="CreateRole",
        request={
            "RoleName": role.name,
            "Path": desired.path,
            "AssumeRolePolicyDocument": written(role.trust),
            "Tags": api_tags(made_by(scope, desired.cluster, key, desired.tags)),
            **boundary,
        },
        kind=Kind.CREATE,
        changes=(Change(path="name", after=role.name),),
        lookup=Lookup(operation="GetRole", request={"RoleName": role.name}, found=f"({owner}) && {{Role: Role}}"),
        already=frozenset({"EntityAlreadyExists"}),
    )


def _drift(key: str, role: IamRole, desired: IamRoles, live: LiveRole) -> Iterator[Step]:
    if canonical(live.trust) != canonical(role.trust):
        request = {"RoleName": role.name, "PolicyDocument": written(role.trust)}
        yield _step(f"{key}/trust", "UpdateAssumeRolePolicy", request, Change(path="trust", before=live.trust, after=role.trust))
    boundary = desired.permissions_boundary
    if boundary and boundary != live.permissions_boundary:
        change = Change(path="permissions_boundary", before=live.permissions_boundary, after=boundary)
        yield _step(f"{key}/boundary", "PutRolePermissionsBoundary", {"RoleName": role.name, "PermissionsBoundary": boundary}, change)
    drift = tag_drift(desired.tags, live.tags, purge=desired.purge_tags)
    if drift.put:
        changes = [Change(path=f"tags.{tag}", before=live.tags.get(tag), after=value) for tag, value in sorted(drift.put.items())]
        yield _step(f"{key}/tags", "TagRole", {"RoleName": role.name, "Tags": api_tags(drift.put)}, *changes)
    if drift.drop:
        changes = [Change(path=f"tags.{tag}", before=live.tags[tag]) for tag in drift.drop]
        yield _step(f"{key}/tags-removed", "UntagRole", {"RoleName": role.name, "TagKeys": list(drift.drop)}, *changes)


def _purged(key: str, role: IamRole, live: LiveRole) -> Iterator[Step]:
    for arn in sorted(live.attached - set(map(str, role.managed_policies))):
        yield _detached(key, live.name, arn)
    for name in sorted(live.inline.keys() - role.inline_policies.keys()):
        yield _inline_deleted(key, live.name, name)


def _step(key: str, operation: str, request: Mapping[str, Any], *changes: Change, after: str = "") -> Step:
    needs = frozenset({after} if after else ())
    return Step(key=key, service="iam", operation=operation, request=request, kind=Kind.UPDATE, changes=changes, after=needs)


def _detached(key: str, role: str, arn: str) -> Step:
    request = {"RoleName": role, "PolicyArn": arn}
    return _deleted(f"{key}/policy/{arn.rpartition('/')[2]}", "DetachRolePolicy", request, Change(path="policy", before=arn))


def _inline_deleted(key: str, role: str, policy: str) -> Step:
    return _deleted(
        f"{key}/inline/{policy}", "DeleteRolePolicy", {"RoleName": role, "PolicyName": policy}, Change(path="inline", before=policy)
    )


def _deleted(key: str, operation: str, request: Mapping[str, Any], change: Change, after: frozenset[str] = frozenset()) -> Step:
    return Step(
        key=key, service="iam", operation=operation, request=request, kind=Kind.DELETE, changes=(change,), already=GONE, after=after
    )


def _deletion(desired: IamRoles, actual: IamRolesActual, scope: Scope) -> Plan:
    """Delete what carries our tag; a role under our prefix without it is somebody else's and is only named."""
    steps: list[Step] = []
    foreign: list[str] = []
    for live in actual.roles.values():
        if not is_ours(scope, desired.cluster, live.tags):
            foreign.append(f"role/{live.name}")
            continue
        key = f"role/{live.name.removeprefix(f'{desired.cluster}-{scope.region}-')}"
        parts = [*(_detached(key, live.name, arn) for arn in sorted(live.attached))]
        parts += [_inline_deleted(key, live.name, name) for name in sorted(live.inline)]
        change = Change(path="name", before=live.name)
        steps += [*parts, _deleted(key, "DeleteRole", {"RoleName": live.name}, change, frozenset(part.key for part in parts))]
    return Plan(steps=tuple(steps), unmanaged=tuple(foreign))
