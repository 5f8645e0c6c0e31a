# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a network is read from EC2: one sweep in two rounds (the VPC, then what is in it), a third for a deletion. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._model.network import Network
from .._model.network_actual import (
    ActualAddress,
    ActualInternetGateway,
    ActualNatGateway,
    ActualRouteTable,
    ActualRule,
    ActualSecurityGroup,
    ActualSubnet,
    ActualVpc,
    Interface,
    NetworkActual,
    Route,
    Zone,
)
from .._model.reference import is_unknown
from .._model.scope import OWNER, Scope
from .._run.gateway import Answer, Gateway, Read

Api = Mapping[str, Any]


def read_network(gateway: Gateway, scope: Scope, desired: Network) -> NetworkActual:
    """See everything that planning this network needs."""
    owner = desired.owner(scope)
    by_owner = [_filter(f"tag:{owner[0]}", owner[1])]
    first = [
        Read("ec2", "DescribeAvailabilityZones", {"Filters": [_filter("zone-type", "availability-zone")]}),
        Read("ec2", "DescribeAddresses", {"Filters": by_owner}),
        Read("ec2", "DescribeInternetGateways", {"Filters": by_owner}),
    ]
    selection = _vpc_selection(desired, by_owner)
    zones, addresses, gateways, *vpcs = _answers(
        gateway, [*first, *([Read("ec2", "DescribeVpcs", selection, missing=True)] if selection else [])]
    )
    actual = NetworkActual(
        zones=tuple(
            Zone(name=z["ZoneName"], id=z["ZoneId"], available=z["State"] == "available") for z in zones.get("AvailabilityZones", [])
        ),
        addresses=tuple(_address(address) for address in addresses.get("Addresses", [])),
        internet_gateways=tuple(_internet_gateway(found) for found in gateways.get("InternetGateways", [])),
        vpcs=tuple(_vpc(found) for answer in vpcs for found in answer.get("Vpcs", [])),
    )
    return actual if actual.vpc is None else _inside(gateway, scope, desired, actual, actual.vpc)


def _vpc_selection(desired: Network, by_owner: list[Api]) -> Api | None:
    """Give the request that selects the VPC, None when its id is known only after apply."""
    if is_unknown(desired.vpc.id):
        return None
    if desired.vpc.id is not None:
        return {"VpcIds": [desired.vpc.id]}
    if desired.vpc.match_tags:
        return {"Filters": [_filter(f"tag:{key}", value) for key, value in sorted(desired.vpc.match_tags.items())]}
    return {"Filters": by_owner}


def _inside(gateway: Gateway, scope: Scope, desired: Network, actual: NetworkActual, vpc: ActualVpc) -> NetworkActual:
    """Read what is in the VPC."""
    in_vpc = {"Filters": [_filter("vpc-id", vpc.id)]}
    attributes = [
        Read("ec2", "DescribeVpcAttribute", {"VpcId": vpc.id, "Attribute": attribute})
        for attribute in ("enableDnsSupport", "enableDnsHostnames")
    ]
    members = [
        Read("ec2", operation, in_vpc)
        for operation in ("DescribeSubnets", "DescribeRouteTables", "DescribeSecurityGroups", "DescribeNatGateways")
    ]
    # Our own gateway was found by its tag; one that somebody else attached is asked for only when ours is not there.
    attached = [Read("ec2", "DescribeInternetGateways", {"Filters": [_filter("attachment.vpc-id", vpc.id)]})]
    missing = not any(found.vpc_id == vpc.id for found in actual.internet_gateways)
    leaving = [Read("ec2", "DescribeNetworkInterfaces", in_vpc)] if desired.state == "absent" else []
    support, hostnames, subnets, tables, groups, nats, *rest = _answers(
        gateway, [*attributes, *members, *(attached if missing else []), *leaving]
    )
    seen = replace(
        actual,
        vpcs=(replace(vpc, dns_support=support["EnableDnsSupport"]["Value"], dns_hostnames=hostnames["EnableDnsHostnames"]["Value"]),),
        subnets=tuple(_subnet(found) for found in subnets.get("Subnets", [])),
        route_tables=tuple(_route_table(found) for found in tables.get("RouteTables", [])),
        security_groups=tuple(security_group_of(found) for found in groups.get("SecurityGroups", [])),
        nat_gateways=tuple(_nat_gateway(found) for found in nats.get("NatGateways", [])),
        internet_gateways=(
            *actual.internet_gateways,
            *(_internet_gateway(g) for answer in rest for g in answer.get("InternetGateways", [])),
        ),
        interfaces=tuple(interface_of(found) for answer in rest for found in answer.get("NetworkInterfaces", [])),
    )
    return replace(seen, clusters=_living_clusters(gateway, scope, seen)) if leaving else seen


def _living_clusters(gateway: Gateway, scope: Scope, actual: NetworkActual) -> frozenset[str]:
    """Ask which of the clusters that left marks in the network exist: interfaces linger for minutes after their cluster."""
    prefix = scope.owner("")
    named = {interface.cluster for interface in actual.interfaces}
    named |= {vpc.tags[OWNER].removeprefix(prefix) for vpc in actual.vpcs if vpc.tags.get(OWNER, "").startswith(prefix)}
    names = sorted(named - {""})
    answers = gateway.read_all([Read("eks", "DescribeCluster", {"name": name}, missing=True) for name in names])
    return frozenset(name for name, answer in zip(names, answers, strict=True) if answer is not None)


def _answers(gateway: Gateway, reads: Sequence[Read]) -> list[Answer]:
    return [answer or {} for answer in gateway.read_all(reads)]


def _filter(name: str, value: str) -> Api:
    return {"Name": name, "Values": [value]}


def tags_of(found: Api) -> dict[str, str]:
    """Give an EC2 thing's tags as a mapping."""
    return {tag["Key"]: tag["Value"] for tag in found.get("Tags") or found.get("TagSet") or []}


def _vpc(found: Api) -> ActualVpc:
    blocks = (
        block["CidrBlock"]
        for block in found.get("CidrBlockAssociationSet", [])
        if block.get("CidrBlockState", {}).get("State", "associated") == "associated"
    )
    return ActualVpc(id=found["VpcId"], tags=tags_of(found), cidr=found["CidrBlock"], cidrs=tuple(blocks) or (found["CidrBlock"],))


def _subnet(found: Api) -> ActualSubnet:
    return ActualSubnet(
        id=found["SubnetId"],
        tags=tags_of(found),
        cidr=found["CidrBlock"],
        zone=found["AvailabilityZone"],
        map_public_ip=bool(found.get("MapPublicIpOnLaunch")),
    )


_TARGETS = ("NatGatewayId", "GatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId", "EgressOnlyInternetGatewayId")


def _route_table(found: Api) -> ActualRouteTable:
    associations = [
        link for link in found.get("Associations", []) if link.get("AssociationState", {}).get("State", "associated") == "associated"
    ]
    return ActualRouteTable(
        id=found["RouteTableId"],
        tags=tags_of(found),
        main=any(link.get("Main") for link in associations),
        associations={link["SubnetId"]: link["RouteTableAssociationId"] for link in associations if link.get("SubnetId")},
        routes=tuple(
            Route(
                destination=route["DestinationCidrBlock"],
                target=next((route[target] for target in _TARGETS if route.get(target)), ""),
                blackhole=route.get("State") == "blackhole",
            )
            for route in found.get("Routes", [])
            if route.get("DestinationCidrBlock")
        ),
    )


def _internet_gateway(found: Api) -> ActualInternetGateway:
    attached = next(
        (link["VpcId"] for link in found.get("Attachments", []) if link.get("State") in {"available", "attached", "attaching"}), ""
    )
    return ActualInternetGateway(id=found["InternetGatewayId"], tags=tags_of(found), vpc_id=attached)


def _nat_gateway(found: Api) -> ActualNatGateway:
    return ActualNatGateway(
        id=found["NatGatewayId"],
        tags=tags_of(found),
        subnet_id=found["SubnetId"],
        state=found["State"],
        allocation_ids=tuple(address["AllocationId"] for address in found.get("NatGatewayAddresses", []) if address.get("AllocationId")),
    )


def _address(found: Api) -> ActualAddress:
    return ActualAddress(
        id=found["AllocationId"],
        tags=tags_of(found),
        association_id=found.get("AssociationId", ""),
        interface_id=found.get("NetworkInterfaceId", ""),
    )


def security_group_of(found: Api) -> ActualSecurityGroup:
    """Turn EC2's answer about a security group into what was seen."""
    directions = (("ingress", found.get("IpPermissions", [])), ("egress", found.get("IpPermissionsEgress", [])))
    return ActualSecurityGroup(
        id=found["GroupId"],
        tags=tags_of(found),
        name=found["GroupName"],
        description=found.get("Description", ""),
        rules=tuple(rule for direction, permissions in directions for permission in permissions for rule in _rules(direction, permission)),
    )


_PEERS = (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6"), ("UserIdGroupPairs", "GroupId"), ("PrefixListIds", "PrefixListId"))


def _rules(direction: str, permission: Api) -> Iterable[ActualRule]:
    """Give one rule for each peer of a permission."""
    for peers, name in _PEERS:
        for peer in permission.get(peers, []):
            yield ActualRule(
                direction=direction,
                protocol=permission["IpProtocol"],
                from_port=permission.get("FromPort"),
                to_port=permission.get("ToPort"),
                peer=peer[name],
                description=peer.get("Description") or "",
            )


def interface_of(found: Api) -> Interface:
    """Turn EC2's answer about a network interface into what was seen."""
    return Interface(
        id=found["NetworkInterfaceId"],
        tags=tags_of(found),
        kind=found.get("InterfaceType", "interface"),
        status=found["Status"],
        description=found.get("Description", ""),
        subnet_id=found.get("SubnetId", ""),
        instance_id=found.get("Attachment", {}).get("InstanceId", ""),
        requester=found.get("RequesterId", ""),
        groups={group["GroupId"]: group.get("GroupName", "") for group in found.get("Groups", [])},
    )
