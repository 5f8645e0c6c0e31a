# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts that a network is declared of: VPC, groups of subnets, security groups with their rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .reference import Value


class Tier(StrEnum):
    """What a subnet is for: reached from outside, reaching outside, or neither."""

    PRIVATE = "private"
    PUBLIC = "public"
    INTRA = "intra"


class Nat(StrEnum):
    """How private subnets reach the outside: not, through one NAT gateway, or through one in each zone."""

    NONE = "none"
    SINGLE = "single"
    ZONAL = "zonal"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredVpc:
    """The VPC: one to make, or one to adopt by id or by tags. A field that is None is not compared."""

    id: Value | None = None
    match_tags: Mapping[str, str] = field(default_factory=dict)
    cidr: str | None = None
    dns_support: bool | None = None
    dns_hostnames: bool | None = None

    @property
    def adopted(self) -> bool:
        """Say whether an existing VPC is meant."""
        return self.id is not None or bool(self.match_tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetGroup:
    """The subnets of one tier: given by id, by block (one per zone), or computed from a size."""

    tier: Tier
    ids: tuple[Value, ...] = ()
    cidrs: tuple[str, ...] = ()
    prefix_length: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    map_public_ip: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One permission of a security group towards one peer."""

    protocol: str
    from_port: int | None = None
    to_port: int | None = None
    cidr: str = ""
    security_group: Value = ""
    """Name of a group of this network, or the id of any."""
    self_: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """A security group; a direction that is None is not compared, an empty one has no rules."""

    name: str
    description: str
    ingress: tuple[Rule, ...] | None = None
    egress: tuple[Rule, ...] | None = None
    purge_rules: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
