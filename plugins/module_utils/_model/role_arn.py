# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ARNs of roles that are handed to EKS: their shape, and that they are of the account in which the cluster is. No rule of a noun."""

from __future__ import annotations

import re

from .fields import Fields
from .reference import Value, is_unknown
from .scope import Scope

_ROLE = re.compile(r"arn:(?P<partition>[a-z0-9-]+):iam::(?P<account>\d{12}):role/([!-~]+/)?[\w+=,.@-]{1,64}", re.ASCII)


def passed_role(fields: Fields, name: str, scope: Scope, *, otherwise: str = "") -> Value | None:
    """Read the ARN of a role that EKS is to use; `otherwise` says what may be given instead of an ARN.

    Nobody can pass a role of another account (iam:PassRole), and EKS says so only when its turn comes, in the middle of a run.
    """
    arn = fields.value(name)
    if not arn or is_unknown(arn):
        return arn
    found = _ROLE.fullmatch(str(arn))
    pattern = f"arn:{scope.partition}:iam::{scope.account}:role/NAME"
    if found is None:
        fields.refuse("bad_arn", name, wanted=f"the ARN of a role{otherwise}", do=f"Give {pattern}: the ARN, not the name.")
    elif (found["partition"], found["account"]) != (scope.partition, scope.account):
        fields.refuse(
            "other_account",
            name,
            wanted=f"a role of this account ({pattern})",
            do="Name a role of the cluster's own account: a role of another one cannot be passed to EKS.",
        )
    return arn
