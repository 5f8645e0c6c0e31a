# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a network looks like now: what was seen in EC2, as plain values. No API shapes, no decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from .scope import STEP

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone of the region that this account may use."""

    name: str
    id: str
    available: bool = True


class Tagged(Protocol):
    """What every EC2 thing has."""

    @property
    def id(self) -> str:
        """Give its id."""

    @property
    def tags(self) -> Tags:
        """Give its tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualVpc:
    """A VPC; its DNS attributes are None where they were not read."""

    id: str
    tags: Tags = field(default_factory=dict)
    cidr: str
    cidrs: tuple[str, ...] = ()
    """All blocks, secondary ones too."""
    dns_support: bool | None = None
    dns_hostnames: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualSubnet:
    """A subnet."""

    id: str
    tags: Tags = field(default_factory=dict)
    cidr: str
    zone: str
    map_public_ip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route by its destination; `target` is the id of whatever it leads to."""

    destination: str
    target: str
    blackhole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualRouteTable:
    """A route table with its routes and explicit associations (subnet id to association id)."""

    id: str
    tags: Tags = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    associations: Mapping[str, str] = field(default_factory=dict)
    main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualInternetGateway:
    """An internet gateway and the VPC it is attached to."""

    id: str
    tags: Tags = field(default_factory=dict)
    vpc_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualNatGateway:
    """A NAT gateway; a deleted one stays visible for about an hour."""

    id: str
    tags: Tags = field(default_factory=dict)
    subnet_id: str
    state: str
    allocation_ids: tuple[str, ...] = ()

    @property
    def lives(self) -> bool:
        """Say whether it serves or will."""
        return self.state in {"pending", "available"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualAddress:
    """An Elastic IP; `id` is the allocation's."""

    id: str
    tags: Tags = field(default_factory=dict)
    association_id: str = ""
    interface_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualRule:
    """One permission towards one peer: a block, a group or a prefix list."""

    direction: str
    protocol: str
    from_port: int | None
    to_port: int | None
    peer: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualSecurityGroup:
    """A security group with its rules, one for each peer."""

    id: str
    tags: Tags = field(default_factory=dict)
    name: str
    description: str = ""
    rules: tuple[ActualRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A network interface: what still uses a network, and whose it is."""

    id: str
    tags: Tags = field(default_factory=dict)
    kind: str
    status: str
    description: str = ""
    subnet_id: str = ""
    instance_id: str = ""
    requester: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Name by id of the security groups it is in."""

    @property
    def cluster(self) -> str:
        """Name the cluster it belongs to, as far as its marks tell; empty otherwise."""
        if self.description.startswith(CLUSTER_INTERFACE):
            return self.description.removeprefix(CLUSTER_INTERFACE)
        for key in ("cluster.k8s.amazonaws.com/name", "eks:cluster-name"):
            if key in self.tags:
                return self.tags[key]
        return next((cluster_of_group(name) for name in self.groups.values() if cluster_of_group(name)), "")


CLUSTER_INTERFACE = "Amazon EKS "
"""How EKS describes the interfaces of a control plane: `Amazon EKS <cluster>`."""
_CLUSTER_GROUP = "eks-cluster-sg-"


def cluster_of_group(name: str) -> str:
    """Name the cluster of a security group that EKS made (`eks-cluster-sg-<cluster>-<digits>`); empty for others."""
    return name.removeprefix(_CLUSTER_GROUP).rpartition("-")[0] if name.startswith(_CLUSTER_GROUP) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkActual:
    """Everything seen of one network; `vpcs` holds each one that matched the selection."""

    zones: tuple[Zone, ...] = ()
    vpcs: tuple[ActualVpc, ...] = ()
    subnets: tuple[ActualSubnet, ...] = ()
    route_tables: tuple[ActualRouteTable, ...] = ()
    internet_gateways: tuple[ActualInternetGateway, ...] = ()
    nat_gateways: tuple[ActualNatGateway, ...] = ()
    addresses: tuple[ActualAddress, ...] = ()
    security_groups: tuple[ActualSecurityGroup, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    """Read for a deletion only."""
    clusters: frozenset[str] = frozenset()
    """Of the clusters that the interfaces and the owner tag name: those that exist. Read for a deletion only."""

    @property
    def vpc(self) -> ActualVpc | None:
        """Give the VPC when exactly one matched."""
        return self.vpcs[0] if len(self.vpcs) == 1 else None


T = TypeVar("T", bound=Tagged)


def belongs_to(thing: Tagged, owner: tuple[str, str]) -> bool:
    """Say whether it carries this owner tag."""
    return thing.tags.get(owner[0]) == owner[1]


def owned(things: Iterable[T], owner: tuple[str, str]) -> list[T]:
    """Keep what carries the owner tag."""
    return [thing for thing in things if belongs_to(thing, owner)]


def made_by(things: Iterable[T], owner: tuple[str, str], step: str) -> T | None:
    """Find the thing that the step of this key made for this owner."""
    return next((thing for thing in things if belongs_to(thing, owner) and thing.tags.get(STEP) == step), None)
