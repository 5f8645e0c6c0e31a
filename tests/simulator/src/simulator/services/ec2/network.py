# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs, subnets, internet gateways: what may be created where, and what is in the way of a deletion."""

from __future__ import annotations

import ipaddress
from typing import Any

from ...moto_service import MotoService, is_internal
from ...seam import Call, Refusal
from .lookups import gateway_of, in_the_way, interfaces_in, invalid, not_found, subnet_of, subnets_in, vpc_of

ATTRIBUTES = ("EnableDnsSupport", "EnableDnsHostnames")


def create_vpc(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Create one; EC2 stores the canonical form of the block."""
    block = _block(call.parameters.get("CidrBlock", ""), "InvalidVpc.Range")
    return ec2.moto(call, CidrBlock=str(block))


def modify_vpc_attribute(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Change one attribute: EC2 refuses two at once."""
    vpc = vpc_of(ec2.backend(call), call.parameters["VpcId"])
    given = [name for name in ATTRIBUTES if name in call.parameters]
    if len(given) != 1:
        raise Refusal(
            "InvalidParameterCombination", "Fields for multiple attribute types specified" if given else "No attributes specified."
        )
    hostnames = call.parameters.get("EnableDnsHostnames", {}).get("Value")
    if hostnames and vpc.enable_dns_support in ("false", False):
        raise invalid("Enabling DNS hostnames requires DNS support")
    return ec2.moto(call)


def describe_vpc_attribute(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show one attribute of a VPC that exists."""
    vpc_of(ec2.backend(call), call.parameters["VpcId"])
    return ec2.moto(call)


def delete_vpc(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Delete one in which nothing is left but its main route table, default group and default ACL."""
    backend, vpc_id = ec2.backend(call), call.parameters["VpcId"]
    vpc_of(backend, vpc_id)
    tables = [table for table in backend.route_tables.values() if table.vpc_id == vpc_id]
    groups = list(backend.groups.get(vpc_id, {}).values())
    gateways = [gateway for gateway in backend.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id]
    endpoints = [each for each in backend.vpc_end_points.values() if each.vpc_id == vpc_id and each.state != "deleted"]
    in_use = (subnets_in(backend, vpc_id), gateways, endpoints, interfaces_in(backend, vpc_id), tables[1:], groups[1:])
    if any(in_use):
        raise in_the_way("vpc", vpc_id)
    ids = [vpc_id, *(table.id for table in tables), *(group.id for group in groups)]
    answer = ec2.moto(call)
    for acl_id in [acl.id for acl in backend.network_acls.values() if acl.vpc_id == vpc_id]:
        del backend.network_acls[acl_id]
    forget_tags(backend, *ids)
    return answer


def forget_tags(backend: Any, *ids: str) -> None:
    """Drop the tags of what is gone; moto keeps them."""
    for id in ids:
        backend.tags.pop(id, None)


def create_subnet(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Create one inside the VPC, beside the others, in a zone of this region."""
    backend, parameters = ec2.backend(call), call.parameters
    vpc = vpc_of(backend, parameters["VpcId"])
    block = _block(parameters.get("CidrBlock", ""), "InvalidSubnet.Range")
    blocks = [ipaddress.IPv4Network(each["cidr_block"]) for each in vpc.get_cidr_block_association_set()]
    if not any(block.subnet_of(each) for each in blocks):
        raise Refusal("InvalidSubnet.Range", f"The CIDR '{block}' is invalid.")
    if any(block.overlaps(ipaddress.IPv4Network(subnet.cidr_block)) for subnet in subnets_in(backend, vpc.id)):
        raise Refusal("InvalidSubnet.Conflict", f"The CIDR '{block}' conflicts with another subnet")
    zone = _zone(backend, parameters)
    return _shown_as_created(ec2.moto(call, CidrBlock=str(block), AvailabilityZone=zone.name, AvailabilityZoneId=None), backend)


def _shown_as_created(answer: dict[str, Any], backend: Any) -> dict[str, Any]:
    # moto takes the first subnet in a zone for a default one, which only CreateDefaultSubnet makes on AWS
    subnet = subnet_of(backend, answer["Subnet"]["SubnetId"])
    subnet.default_for_az = subnet.map_public_ip_on_launch = False
    answer["Subnet"] |= {"DefaultForAz": False, "MapPublicIpOnLaunch": False}
    return answer


def _zone(backend: Any, parameters: dict[str, Any]) -> Any:
    zones = backend.describe_availability_zones()
    name, id = parameters.get("AvailabilityZone"), parameters.get("AvailabilityZoneId")
    for zone in zones:
        if zone.name == name or (not name and zone.zone_id == id) or not (name or id):
            return zone
    parameter, possible = (
        ("availabilityZone", [zone.name for zone in zones]) if name else ("availabilityZoneId", [z.zone_id for z in zones])
    )
    text = "Subnets can currently only be created in the following availability zones"
    raise invalid(f"Value ({name or id}) for parameter {parameter} is invalid. {text}: {', '.join(possible)}.")


def _block(text: str, out_of_range: str) -> ipaddress.IPv4Network:
    try:
        block = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        raise invalid(f"Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.") from None
    if "/" not in text:
        raise invalid(f"Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.")
    if not 16 <= block.prefixlen <= 28:
        raise Refusal(out_of_range, f"The CIDR '{text}' is invalid.")
    return block


def modify_subnet_attribute(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Change an attribute of a subnet that exists."""
    subnet_of(ec2.backend(call), call.parameters["SubnetId"])
    return ec2.moto(call)


def describe_subnets(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Count the free addresses ourselves: five are AWS's, one goes to every address of an interface."""
    subnets = ec2.ask(call, "DescribeSubnets", {})["Subnets"]
    used: dict[str, int] = {}
    for interface in ec2.backend(call).enis.values():
        used[interface.subnet.id] = used.get(interface.subnet.id, 0) + len(interface.private_ip_addresses or [1])
    for subnet in subnets:
        size = ipaddress.ip_network(subnet["CidrBlock"]).num_addresses
        subnet["AvailableIpAddressCount"] = size - 5 - used.get(subnet["SubnetId"], 0)
    return {"Subnets": subnets}


def delete_subnet(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Delete one without interfaces; its associations go with it."""
    backend, subnet_id = ec2.backend(call), call.parameters["SubnetId"]
    subnet_of(backend, subnet_id)
    if any(interface.subnet.id == subnet_id for interface in backend.enis.values()):
        raise in_the_way("subnet", subnet_id)
    for table in backend.route_tables.values():
        for association in [key for key, target in table._associations.items() if target == subnet_id]:
            del table._associations[association]
    for acl in backend.network_acls.values():
        acl._associations = {key: each for key, each in acl._associations.items() if each.subnet_id != subnet_id}
    forget_tags(backend, subnet_id)
    return ec2.moto(call)


def attach_gateway(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Attach: one gateway per VPC, one VPC per gateway."""
    backend = ec2.backend(call)
    gateway = gateway_of(backend, call.parameters["InternetGatewayId"])
    vpc = vpc_of(backend, call.parameters["VpcId"])
    if gateway.vpc:
        text = f"resource {gateway.id} is already attached to network {gateway.vpc.id}"
        raise Refusal("Resource.AlreadyAssociated", text)
    if any(other.vpc and other.vpc.id == vpc.id for other in backend.internet_gateways.values()):
        raise invalid(f"Network {vpc.id} already has an internet gateway attached")
    return ec2.moto(call)


def detach_gateway(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Detach from a VPC in which no interface has a public address."""
    backend, vpc_id = ec2.backend(call), call.parameters["VpcId"]
    gateway = gateway_of(backend, call.parameters["InternetGatewayId"])
    if not gateway.vpc or gateway.vpc.id != vpc_id:
        raise Refusal("Gateway.NotAttached", f"resource {gateway.id} is not attached to network {vpc_id}")
    if not is_internal(call) and _has_public_addresses(backend, vpc_id):
        text = "has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
        raise Refusal("DependencyViolation", f"Network {vpc_id} {text}")
    return ec2.moto(call)


def _has_public_addresses(backend: Any, vpc_id: str) -> bool:
    mapped = {address.eni.id for address in backend.addresses if address.eni}
    return any(interface.public_ip or interface.id in mapped for interface in interfaces_in(backend, vpc_id))


def delete_gateway(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Delete one that is attached to nothing."""
    backend = ec2.backend(call)
    gateway = gateway_of(backend, call.parameters["InternetGatewayId"])
    if gateway.vpc:
        raise in_the_way("internetGateway", gateway.id)
    forget_tags(backend, gateway.id)
    return ec2.moto(call)


def delete_egress_only_gateway(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Delete one that exists."""
    id = call.parameters["EgressOnlyInternetGatewayId"]
    if id not in ec2.backend(call).egress_only_internet_gateways:
        raise not_found("InvalidGatewayID.NotFound", "eigw", id)
    return ec2.moto(call)


HANDLERS = {
    "CreateVpc": create_vpc,
    "ModifyVpcAttribute": modify_vpc_attribute,
    "DescribeVpcAttribute": describe_vpc_attribute,
    "DeleteVpc": delete_vpc,
    "CreateSubnet": create_subnet,
    "ModifySubnetAttribute": modify_subnet_attribute,
    "DescribeSubnets": describe_subnets,
    "DeleteSubnet": delete_subnet,
    "AttachInternetGateway": attach_gateway,
    "DetachInternetGateway": detach_gateway,
    "DeleteInternetGateway": delete_gateway,
    "DeleteEgressOnlyInternetGateway": delete_egress_only_gateway,
}
