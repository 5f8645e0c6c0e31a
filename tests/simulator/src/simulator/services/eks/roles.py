# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles as EKS sees them: late, with a trust policy and managed policies; and the service-linked roles that EKS makes itself."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from ...seam import Refusal
from .context import Context
from .durations import ROLE_INVISIBLE

ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")


def require_visible(context: Context, arn: str) -> dict[str, Any]:
    """Give the role, or refuse: it is not there, or so young that EKS cannot see it yet."""
    if not ROLE_ARN.fullmatch(arn):
        raise Refusal("InvalidParameterException", "Error in role params")
    if arn.split(":")[4:5] != [context.caller.account]:
        raise Refusal("AccessDeniedException", "Cross-account pass role is not allowed.", 403)
    role = _role(context, arn.rpartition("/")[2])
    if role is None or role["Arn"] != arn or _is_young(context, arn):
        raise Refusal("InvalidParameterException", f"roleArn, {arn}, does not exist")
    return role


def require_trust(role: dict[str, Any], principal: str) -> None:
    """Refuse a role that `principal` (`eks.amazonaws.com`) may not assume."""
    if not any(_trusts(statement, principal) for statement in _listed(_policy(role["AssumeRolePolicyDocument"]).get("Statement"))):
        raise Refusal("InvalidParameterException", "Role could not be assumed because the trusted entity is not correct")


def require_managed_policies(context: Context, role: dict[str, Any], policies: Sequence[str]) -> None:
    """Refuse a role to which one of these managed policies (by name) is not attached."""
    attached = context.aws("iam", "ListAttachedRolePolicies", RoleName=role["RoleName"])["AttachedPolicies"]
    if missing := [name for name in policies if name not in {policy["PolicyName"] for policy in attached}]:
        listed = ", ".join(f"arn:aws:iam::aws:policy/{name}" for name in missing)
        told = "The provided role doesn't have the Amazon EKS Managed Policies associated with it."
        raise Refusal("InvalidParameterException", f"{told} Please ensure the following policies [{listed}] are attached")


def ensure_service_linked(context: Context, service: str, role: str) -> None:
    """Make the service-linked role at its first need in an account; it stays when everything else goes."""
    if _role(context, role) is None:
        context.aws("iam", "CreateServiceLinkedRole", AWSServiceName=service)


def _role(context: Context, name: str) -> dict[str, Any] | None:
    try:
        role: dict[str, Any] = context.aws("iam", "GetRole", RoleName=name)["Role"]
    except Refusal as refusal:
        if refusal.code == "NoSuchEntity":
            return None
        raise
    return role


def _is_young(context: Context, arn: str) -> bool:
    """Say whether IAM has not told EKS yet; the delay is a fixed one per ARN, so that a run can be repeated."""
    role_age = getattr(context.world.services["iam"], "role_age", None)
    age = role_age(context.caller.account, arn) if role_age else None
    low, high = ROLE_INVISIBLE
    return age is not None and age < low + zlib.crc32(arn.encode()) % (high - low + 1)


def _policy(document: dict[str, Any] | str) -> dict[str, Any]:
    return json.loads(unquote(document)) if isinstance(document, str) else document


def _trusts(statement: dict[str, Any], principal: str) -> bool:
    principals = statement.get("Principal", {})
    services = _listed(principals.get("Service")) if isinstance(principals, dict) else []
    return statement.get("Effect") == "Allow" and "sts:AssumeRole" in _listed(statement.get("Action")) and principal in services


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
