# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the roles of a cluster are read from IAM. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._model.iam_roles import IamRoles, IamRolesActual, LiveRole
from .._model.policy import Document, parsed
from .._model.scope import Scope
from .._run.gateway import Answer, Gateway, Read


def read_iam_roles(gateway: Gateway, scope: Scope, desired: IamRoles) -> IamRolesActual:
    """See the declared roles; for a deletion every one under the cluster's prefix."""
    leaving = desired.state == "absent"
    names = _named(gateway, desired, scope) if leaving else [role.name for role in desired.roles]
    inline = {role.name: tuple(role.inline_policies) for role in desired.roles}
    asks_inline = leaving or desired.purge_policies
    kinds = ["GetRole", "ListAttachedRolePolicies", *(["ListRolePolicies"] if asks_inline else [])]
    answers = iter(gateway.read_all([Read("iam", kind, {"RoleName": name}, missing=True) for name in names for kind in kinds]))
    seen = {name: [next(answers) for _kind in kinds] for name in names}
    there = {name: found for name, found in seen.items() if found[0] is not None}
    documents = _documents(gateway, {name: () if leaving else inline.get(name, ()) for name in there})
    roles = {}
    for name, (role, attached, *listed) in there.items():
        extra = dict.fromkeys(_names(listed))
        roles[name] = _live(role or {}, attached or {}, {**extra, **documents.get(name, {})})
    return IamRolesActual(roles=roles)


def _named(gateway: Gateway, desired: IamRoles, scope: Scope) -> list[str]:
    """Find every role under the cluster's prefix, so that roles that are declared no longer go too."""
    found = gateway.read("iam", "ListRoles", {"PathPrefix": desired.path})
    prefix = f"{desired.cluster}-{scope.region}-"
    declared = {role.name for role in desired.roles}
    return [role["RoleName"] for role in found.get("Roles", ()) if role["RoleName"].startswith(prefix) or role["RoleName"] in declared]


def _documents(gateway: Gateway, wanted: Mapping[str, Iterable[str]]) -> dict[str, dict[str, Document | None]]:
    pairs = [(role, policy) for role, policies in wanted.items() for policy in policies]
    answers = gateway.read_all([Read("iam", "GetRolePolicy", {"RoleName": r, "PolicyName": p}, missing=True) for r, p in pairs])
    documents: dict[str, dict[str, Document | None]] = {}
    for (role, policy), answer in zip(pairs, answers, strict=True):
        if answer is not None:
            documents.setdefault(role, {})[policy] = parsed(answer["PolicyDocument"])
    return documents


def _names(listed: Iterable[Answer | None]) -> list[str]:
    return [name for answer in listed for name in (answer or {}).get("PolicyNames", ())]


def _live(answer: Answer, attached: Answer, inline: Mapping[str, Document | None]) -> LiveRole:
    role: Mapping[str, Any] = answer["Role"]
    return LiveRole(
        name=role["RoleName"],
        arn=role["Arn"],
        path=role.get("Path", "/"),
        trust=parsed(role["AssumeRolePolicyDocument"]),
        permissions_boundary=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        attached=frozenset(policy["PolicyArn"] for policy in attached.get("AttachedPolicies", ())),
        inline=inline,
        tags={tag["Key"]: tag["Value"] for tag in role.get("Tags", ())},
    )
