# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a plan applies, and how what it makes is marked as ours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

OWNER = "cutover.eks/cluster"
"""Tag of everything that belongs to one cluster; its value is `<region>/<cluster>`."""
NETWORK_OWNER = "cutover.eks/network"
"""Tag of a network that several clusters may share; its value is `<region>/<network>`."""
STEP = "cutover.eks/step"
"""Tag written in a create call: the key of the step that made the thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The account and region of a plan, as STS named them."""

    account: str
    region: str
    partition: str = "aws"
    caller_arn: str = ""

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """Build an ARN in the caller's partition: `scope.arn("iam", "role/x", regional=False)`."""
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.account}:{resource}"

    def owner(self, cluster: str) -> str:
        """Give the value of the owner tag."""
        return f"{self.region}/{cluster}"


def limited_name(name: str, limit: int) -> str:
    """Cut a name to a service's limit; a cut name ends with 8 digits of the hash of the full one."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
