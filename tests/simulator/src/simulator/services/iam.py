# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM: roles and what hangs on them, with AWS's refusals, and what other parts ask of identities."""

from __future__ import annotations

from typing import Any

from ..allowlist import allow
from ..moto_service import MotoService
from ..seam import Call, World

ALLOWED = {
    "CreateRole": allow("Path RoleName AssumeRolePolicyDocument Description MaxSessionDuration PermissionsBoundary Tags"),
    "GetRole": allow("RoleName"),
}


class Iam(MotoService):
    """Identity and access."""

    name = "iam"
    allowed = ALLOWED

    def role_age(self, account: str, arn: str) -> float | None:
        """Give the simulated seconds since a role was created, None when there is no such role."""
        return None


def create(world: World) -> Iam:
    """Make the service."""
    return Iam(world)
