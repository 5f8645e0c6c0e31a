# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What controllers in a cluster made and left behind in AWS: by which marks it is known. Nothing here was made by this collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .network_actual import ActualSecurityGroup, Interface, Tags, cluster_of_group
from .scope import NETWORK_OWNER, OWNER

OWNED = "kubernetes.io/cluster/"
"""Tag of the service controllers and of the CSI drivers: `kubernetes.io/cluster/<name>: owned`."""
BALANCED = "elbv2.k8s.aws/cluster"
"""Tag of the AWS load balancer controller; its value is the cluster's name."""
AMONG_EKS = "aws:eks:cluster-name"
"""Tag of what EKS itself made, and takes away with the cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancer:
    """A load balancer; a classic one has no ARN."""

    name: str
    arn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGroup:
    """A target group of a load balancer."""

    name: str
    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A volume of a persistent volume claim."""

    id: str
    claim: str = ""
    """Name space and name of the claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphans:
    """Everything that was found of one cluster."""

    load_balancers: tuple[LoadBalancer, ...] = ()
    target_groups: tuple[TargetGroup, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    """Interfaces that nothing uses any more."""
    lingering: frozenset[str] = frozenset()
    """Ids of interfaces that go with the load balancers."""
    security_groups: tuple[ActualSecurityGroup, ...] = ()
    neighbours: tuple[ActualSecurityGroup, ...] = ()
    """The other groups of the VPC: their rules may name a group that goes."""
    volumes: tuple[Volume, ...] = field(default=())


def is_of(cluster: str, tags: Tags) -> bool:
    """Say whether a controller of this cluster made it."""
    ours = OWNER in tags or NETWORK_OWNER in tags
    return not ours and AMONG_EKS not in tags and (tags.get(f"{OWNED}{cluster}") == "owned" or tags.get(BALANCED) == cluster)


def is_left_group(cluster: str, group: ActualSecurityGroup) -> bool:
    """Say whether a security group is a controller's; the one that EKS makes goes with the cluster."""
    return is_of(cluster, group.tags) and not cluster_of_group(group.name)


def is_left_interface(cluster: str, interface: Interface) -> bool:
    """Say whether an interface was the network plugin's, and nothing uses it."""
    return interface.status == "available" and interface.cluster == cluster


def serves(interface: Interface, balancers: Mapping[str, LoadBalancer]) -> bool:
    """Say whether an interface belongs to one of the load balancers: `ELB app/<name>/<digits>`, or `ELB <name>` for a classic one."""
    words = interface.description.removeprefix("ELB ").split("/")
    return interface.description.startswith("ELB ") and (words[1] if len(words) > 1 else words[0]) in balancers
