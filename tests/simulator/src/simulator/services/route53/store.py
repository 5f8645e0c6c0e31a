# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Route 53 remembers: plain records whose `shown` is the output shape of the service model. No rules here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Shown = dict[str, Any]
Key = tuple[str, str, str]
"""Name as it is stored, type, set identifier ("" where there is none)."""
Records = dict[Key, Shown]


@dataclass(slots=True)
class Zone:
    """A hosted zone and everything that dies with it."""

    id: str
    name: str
    """As it is stored: lower case, escaped, with a trailing dot."""
    account: str
    shown: Shown
    """`CallerReference`, `Config`, `Features`."""
    name_servers: list[str] = field(default_factory=list)
    records: Records = field(default_factory=dict)
    vpcs: list[Shown] = field(default_factory=list)
    authorizations: list[Shown] = field(default_factory=list)
    """VPCs of other accounts that may be associated."""
    protections: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """(name, type) → comment."""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        """Say whether only VPCs see the zone."""
        return bool(self.shown["Config"]["PrivateZone"])


@dataclass(slots=True)
class Change:
    """What GetChange tells."""

    shown: Shown


@dataclass(slots=True)
class HealthCheck:
    """A health check; `observed` is what its checkers see, before inversion."""

    shown: Shown
    tags: dict[str, str] = field(default_factory=dict)
    observed: bool = True


@dataclass(slots=True)
class Account:
    """Route 53 of one account: it has no regions."""

    zones: dict[str, Zone] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    health_checks: dict[str, HealthCheck] = field(default_factory=dict)
    policies: dict[str, Shown] = field(default_factory=dict)
    """Traffic policies, each in its only version."""
    instances: dict[str, Shown] = field(default_factory=dict)
    """Traffic policy instances."""
    zone_references: set[str] = field(default_factory=set)
    """Every CallerReference that ever made a hosted zone; they outlive it."""
    check_references: dict[str, str] = field(default_factory=dict)
    """CallerReference → id of the health check that it made, also of a deleted one."""


def key_of(record: Shown) -> Key:
    """Give what tells a record set from the others of its zone."""
    return (record["Name"], record["Type"], record.get("SetIdentifier", ""))
