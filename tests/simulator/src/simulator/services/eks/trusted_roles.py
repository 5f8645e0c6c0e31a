# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles of nodes, pods and add-ons, whose refusals are worded by those who ask. The cluster's own role is `roles`' affair."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from ...seam import Refusal
from .context import Context
from .roles import require_visible


def role_name(arn: str) -> str:
    """Give the name at the end of a role's ARN, its path left out."""
    return arn.rpartition("/")[2]


def visible_role(context: Context, arn: str) -> dict[str, Any] | None:
    """Give IAM's role, or None while EKS does not see it: it is missing, or so new that it has not propagated yet."""
    try:
        return require_visible(context, arn)
    except Refusal as refused:
        if refused.code == "InvalidParameterException":
            return None
        raise


def trusted_actions(role: dict[str, Any], principal: str) -> set[str]:
    """Name what the role's trust policy lets a service principal do."""
    document = role["AssumeRolePolicyDocument"]
    policy = json.loads(unquote(document)) if isinstance(document, str) else document
    allowed = (s for s in _listed(policy.get("Statement")) if s.get("Effect") == "Allow" and principal in _principals(s))
    return {action for statement in allowed for action in _listed(statement.get("Action"))}


def _principals(statement: dict[str, Any]) -> list[Any]:
    principal = statement.get("Principal")
    return _listed(principal.get("Service")) if isinstance(principal, dict) else []


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
