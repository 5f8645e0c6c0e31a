# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster's place in EC2: which subnets and security groups it may have, and what EKS makes there for it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...seam import Refusal
from .context import Context

FREE_ADDRESSES = 6
"""Each subnet must have these free at creation (user guide, network requirements)."""
MOST_SECURITY_GROUPS = 5
MOST_INTERFACES = 4
UNSUPPORTED_ZONES = {"use1-az3", "usw1-az2", "cac1-az3"}
"""By zone id: EKS has no control plane there (user guide)."""
PRIVATE = tuple(ipaddress.IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
DESCRIPTION = (
    "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Subnets that were found good for a cluster."""

    vpc: str
    subnets: tuple[dict[str, Any], ...]


def bad(message: str) -> Refusal:
    """Refuse as EKS refuses a bad parameter."""
    return Refusal("InvalidParameterException", message)


def place(context: Context, subnet_ids: Sequence[str]) -> Place:
    """Find the subnets, or refuse what EKS would not put a control plane in."""
    if not subnet_ids:
        raise bad("Subnets specified must be in at least two different AZs")
    subnets = _described(context, "DescribeSubnets", "Subnets", SubnetIds=list(subnet_ids))
    _require_supported_zones(subnets)
    if len({subnet["AvailabilityZone"] for subnet in subnets}) < 2:
        raise bad("Subnets specified must be in at least two different AZs")
    vpcs = sorted({subnet["VpcId"] for subnet in subnets})
    if len(vpcs) > 1:
        raise bad(f"Subnets specified must belong to the same VPC, found [{', '.join(vpcs)}]")
    if full := [subnet["SubnetId"] for subnet in subnets if subnet["AvailableIpAddressCount"] < FREE_ADDRESSES]:
        raise bad(f"Subnets [{', '.join(full)}] must have at least {FREE_ADDRESSES} free IP addresses each")
    by_id = {subnet["SubnetId"]: subnet for subnet in subnets}
    return Place(vpc=vpcs[0], subnets=tuple(by_id[name] for name in subnet_ids))


def require_security_groups(context: Context, groups: Sequence[str], vpc: str) -> None:
    """Refuse groups that are too many, missing, or of another VPC."""
    if not groups:
        return
    if len(groups) > MOST_SECURITY_GROUPS:
        raise bad(f"The securityGroupIds parameter must have at most {MOST_SECURITY_GROUPS} items.")
    found = _described(context, "DescribeSecurityGroups", "SecurityGroups", GroupIds=list(groups))
    if foreign := [group["GroupId"] for group in found if group["VpcId"] != vpc]:
        raise bad(f"Security group(s) [{', '.join(foreign)}] are not in the same VPC as the subnets.")


def service_cidr(context: Context, vpc: str, wanted: str | None) -> str:
    """Give the services' CIDR: the wanted one if it may be, else the one of EKS's two that is free."""
    taken = _vpc_cidrs(context, vpc)
    if wanted is None:
        return "172.20.0.0/16" if any(cidr.overlaps(PRIVATE[0]) for cidr in taken) else "10.100.0.0/16"
    try:
        network = ipaddress.IPv4Network(wanted)
    except ValueError:
        raise bad(f"The specified serviceIpv4Cidr {wanted} is not a valid CIDR block.") from None
    if not any(network.subnet_of(block) for block in PRIVATE):
        raise bad(f"The specified serviceIpv4Cidr {wanted} must be within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.")
    if not 12 <= network.prefixlen <= 24:
        raise bad(f"The specified serviceIpv4Cidr {wanted} must be between /24 and /12.")
    if any(network.overlaps(cidr) for cidr in taken):
        raise bad(f"The specified serviceIpv4Cidr {wanted} overlaps with a CIDR block of VPC {vpc}.")
    return wanted


def create_security_group(context: Context, cluster: str, vpc: str) -> str:
    """Make the cluster security group: every member may talk to every other."""
    name = f"eks-cluster-sg-{cluster}-{int(context.world.token(8), 16)}"
    tags = {"Name": name, "aws:eks:cluster-name": cluster, f"kubernetes.io/cluster/{cluster}": "owned"}
    specification = {"ResourceType": "security-group", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    group: str = context.aws(
        "ec2", "CreateSecurityGroup", GroupName=name, Description=DESCRIPTION, VpcId=vpc, TagSpecifications=[specification]
    )["GroupId"]
    rule = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    context.aws("ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[rule])
    return group


def create_interfaces(context: Context, cluster: str, subnets: Sequence[dict[str, Any]], groups: Sequence[str]) -> list[str]:
    """Put one of the control plane's interfaces into each zone."""
    zones = {subnet["AvailabilityZone"]: subnet["SubnetId"] for subnet in reversed(subnets)}
    return [
        context.aws("ec2", "CreateNetworkInterface", SubnetId=subnet, Groups=list(groups), Description=f"Amazon EKS {cluster}")[
            "NetworkInterface"
        ]["NetworkInterfaceId"]
        for _zone, subnet in sorted(zones.items())[:MOST_INTERFACES]
    ]


def remove_interfaces(context: Context, interfaces: Sequence[str]) -> None:
    """Take the interfaces away; somebody else may have been there first."""
    for interface in interfaces:
        _attempt(context, "DeleteNetworkInterface", NetworkInterfaceId=interface)


def remove_security_group(context: Context, group: str) -> None:
    """Take the cluster security group away; while a rule or interface refers to it, it stays, as on AWS."""
    _attempt(context, "DeleteSecurityGroup", GroupId=group)


def free_addresses(context: Context, subnet_ids: Sequence[str]) -> int:
    """Count the free addresses of all subnets that are still there."""
    subnets = context.aws("ec2", "DescribeSubnets", Filters=[{"Name": "subnet-id", "Values": list(subnet_ids)}])["Subnets"]
    return sum(subnet["AvailableIpAddressCount"] for subnet in subnets)


def _described(context: Context, operation: str, key: str, **parameters: Any) -> list[dict[str, Any]]:
    """Look up in EC2; EKS hands EC2's NotFound on as its own error with EC2's text."""
    try:
        found: list[dict[str, Any]] = context.aws("ec2", operation, **parameters)[key]
    except Refusal as refusal:
        raise bad(refusal.message) from refusal
    return found


def _attempt(context: Context, operation: str, **parameters: Any) -> None:
    try:
        context.aws("ec2", operation, **parameters)
    except Refusal as refusal:
        if refusal.code != "DependencyViolation" and not refusal.code.endswith(".NotFound"):
            raise


def _require_supported_zones(subnets: Sequence[dict[str, Any]]) -> None:
    wrong = sorted({subnet["AvailabilityZone"] for subnet in subnets if subnet.get("AvailabilityZoneId") in UNSUPPORTED_ZONES})
    if wrong:
        valid = sorted({subnet["AvailabilityZone"] for subnet in subnets} - set(wrong))
        told = f"Cannot create cluster because {', '.join(wrong)}, the targeted availability zone, does not currently have"
        told += f" sufficient capacity to support the cluster. Retry and choose from these availability zones: {', '.join(valid)}"
        raise Refusal("UnsupportedAvailabilityZoneException", told, validZones=valid)


def _vpc_cidrs(context: Context, vpc: str) -> list[ipaddress.IPv4Network]:
    found = _described(context, "DescribeVpcs", "Vpcs", VpcIds=[vpc])[0]
    blocks = [association["CidrBlock"] for association in found.get("CidrBlockAssociationSet", [])] or [found["CidrBlock"]]
    return [ipaddress.IPv4Network(block) for block in blocks]
