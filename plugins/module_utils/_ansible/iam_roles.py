# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `iam_roles`: its options, and the functions behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._aws.iam_roles import read_iam_roles
from .._model.iam_roles import IamRoles, iam_roles_result
from .._plan.iam_roles import plan_iam_roles
from .noun import Noun

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "cluster": {"type": "str", "required": True},
    "roles": {
        "type": "list",
        "elements": "dict",
        "options": {
            "purpose": {"type": "str", "required": True},
            "trust": {"type": "dict"},
            "managed_policies": {"type": "list", "elements": "str"},
            "inline_policies": {"type": "dict"},
        },
    },
    "path": {"type": "str"},
    "permissions_boundary": {"type": "str"},
    "purge_policies": {"type": "bool", "default": False},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": False},
    "status": {"type": "dict"},
}

NOUN = Noun(
    name="iam_roles",
    options=OPTIONS,
    desired=IamRoles.from_options,
    read=read_iam_roles,
    plan=plan_iam_roles,
    result=iam_roles_result,
    lock_name=lambda desired: str(desired.cluster),
)
