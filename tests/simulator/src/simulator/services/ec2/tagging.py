# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of EC2: at creation, afterwards, and the rules about them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...moto_service import MotoService, is_internal
from ...seam import Call, Refusal

LARGEST_NUMBER = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256


@dataclass(frozen=True, slots=True)
class Created:
    """One operation that creates something taggable."""

    resource_type: str
    id: str
    member: str = ""
    """The member of the answer that holds the new resource; empty: the answer itself."""
    tags: str = "Tags"


CREATED = {
    "AllocateAddress": Created("elastic-ip", "AllocationId", tags=""),
    "CreateEgressOnlyInternetGateway": Created("egress-only-internet-gateway", "EgressOnlyInternetGatewayId", "EgressOnlyInternetGateway"),
    "CreateInternetGateway": Created("internet-gateway", "InternetGatewayId", "InternetGateway"),
    "CreateLaunchTemplate": Created("launch-template", "LaunchTemplateId", "LaunchTemplate"),
    "CreateNatGateway": Created("natgateway", "NatGatewayId", "NatGateway"),
    "CreateNetworkInterface": Created("network-interface", "NetworkInterfaceId", "NetworkInterface", "TagSet"),
    "CreateRouteTable": Created("route-table", "RouteTableId", "RouteTable"),
    "CreateSecurityGroup": Created("security-group", "GroupId"),
    "CreateSubnet": Created("subnet", "SubnetId", "Subnet"),
    "CreateVolume": Created("volume", "VolumeId"),
    "CreateVpc": Created("vpc", "VpcId", "Vpc"),
    "CreateVpcEndpoint": Created("vpc-endpoint", "VpcEndpointId", "VpcEndpoint"),
}
"""RunInstances tags several kinds of things at once and does it itself."""


def create(ec2: MotoService, call: Call, answer: Callable[[Call], dict[str, Any]]) -> dict[str, Any]:
    """Check the tags, create, tag: moto takes TagSpecifications of some creates only."""
    created = CREATED[call.operation]
    tags = specified(call, created.resource_type)
    rest = {name: value for name, value in call.parameters.items() if name != "TagSpecifications"}
    answered = answer(dataclasses.replace(call, parameters=rest))
    resource = answered[created.member] if created.member else answered
    if tags:
        attach(ec2, call, [resource[created.id]], tags)
    if created.tags:
        resource[created.tags] = tags
    return answered


def specified(call: Call, resource_type: str) -> list[dict[str, str]]:
    """Give the tags of the call's TagSpecifications after checking them."""
    tags: list[dict[str, str]] = []
    for specification in call.parameters.get("TagSpecifications", ()):
        found = specification.get("ResourceType")
        if found != resource_type:
            raise Refusal("InvalidParameterValue", f"'{found}' is not a valid taggable resource type for this operation.")
        tags += specification.get("Tags", ())
    check(tags, by_aws=is_internal(call))
    return tags


def check(tags: Sequence[dict[str, str]], *, by_aws: bool = False) -> None:
    """Refuse tags that EC2 refuses."""
    keys = [tag.get("Key", "") for tag in tags]
    if any(key.lower().startswith("aws:") for key in keys) and not by_aws:
        text = "Tag keys starting with 'aws:' are reserved for internal use"
        raise Refusal("InvalidParameterValue", text)
    if len(set(keys)) != len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Refusal("InvalidParameterValue", f"Duplicate tag key '{twice}' specified.")
    for tag in tags:
        _check_length(tag)
    if len([key for key in keys if not key.startswith("aws:")]) > LARGEST_NUMBER:
        raise too_many()


def _check_length(tag: dict[str, str]) -> None:
    if not 1 <= len(tag.get("Key", "")) <= LONGEST_KEY:
        raise Refusal("InvalidParameterValue", f"Tag key exceeds the maximum length of {LONGEST_KEY} characters")
    if len(tag.get("Value", "")) > LONGEST_VALUE:
        raise Refusal("InvalidParameterValue", f"Tag value exceeds the maximum length of {LONGEST_VALUE} characters")


def too_many() -> Refusal:
    """Refuse the 51st tag."""
    return Refusal("TagLimitExceeded", f"The maximum number of Tags for a resource has been reached: {LARGEST_NUMBER}")


def attach(ec2: MotoService, call: Call, ids: Sequence[str], tags: Sequence[dict[str, str]]) -> None:
    """Write tags that have been checked."""
    ec2.backend(call).create_tags(list(ids), {tag["Key"]: tag.get("Value", "") for tag in tags})


def create_tags(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Tag things that exist; the number is counted with the tags that they have."""
    backend, ids, tags = ec2.backend(call), call.parameters["Resources"], call.parameters["Tags"]
    check(tags, by_aws=is_internal(call))
    for id in ids:
        _require_existing(backend, id)
        merged = {key for key in backend.tags.get(id, {}) if not key.startswith("aws:")} | {tag["Key"] for tag in tags}
        if len(merged) > LARGEST_NUMBER and not is_internal(call):
            raise too_many()
    attach(ec2, call, ids, tags)
    return {}


def delete_tags(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Take tags away: by key, by key and value, or all of the caller's own."""
    backend, wanted = ec2.backend(call), call.parameters.get("Tags")
    if wanted is not None and not is_internal(call):
        check(wanted)
    for id in call.parameters["Resources"]:
        tags = backend.tags.get(id, {})
        own = [{"Key": key} for key in tags if not key.startswith("aws:")]
        for tag in own if wanted is None else wanted:
            if tag.get("Value") is None or tags.get(tag["Key"]) == tag["Value"]:
                tags.pop(tag["Key"], None)
    return {}


def describe_tags(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show all tags in the words of EC2; moto names some kinds of resources wrongly."""
    backend = ec2.backend(call)
    return {
        "Tags": [
            {"Key": key, "Value": value, "ResourceId": id, "ResourceType": resource_type(id)}
            for id, tags in backend.tags.items()
            for key, value in tags.items()
        ]
    }


def resource_type(id: str) -> str:
    """Give the kind of a resource as DescribeTags names it."""
    return KINDS.get(id.rpartition("-")[0], ("", ""))[0]


def _require_existing(backend: Any, id: str) -> None:
    prefix = id.rpartition("-")[0]
    if prefix not in KINDS:
        raise Refusal("InvalidID", f"The ID '{id}' is not valid")
    if not _exists(backend, prefix, id):
        code, kind = KINDS[prefix][1], KINDS[prefix][0]
        raise Refusal(code, f"The {kind} ID '{id}' does not exist")


def _exists(backend: Any, prefix: str, id: str) -> bool:
    match prefix:
        case "subnet":
            return any(id in subnets for subnets in backend.subnets.values())
        case "sg":
            return any(id in groups for groups in backend.groups.values())
        case "sgr":
            groups = (group for groups in backend.groups.values() for group in groups.values())
            return any(rule.id == id for group in groups for rule in (*group.ingress_rules, *group.egress_rules))
        case "eipalloc":
            return any(address.allocation_id == id for address in backend.addresses)
        case "i":
            return any(each.id == id for reservation in backend.reservations.values() for each in reservation.instances)
    return id in getattr(backend, STORES[prefix])


KINDS = {
    "acl": ("network-acl", "InvalidNetworkAclID.NotFound"),
    "eigw": ("egress-only-internet-gateway", "InvalidGatewayID.NotFound"),
    "eipalloc": ("elastic-ip", "InvalidAllocationID.NotFound"),
    "eni": ("network-interface", "InvalidNetworkInterfaceID.NotFound"),
    "i": ("instance", "InvalidInstanceID.NotFound"),
    "igw": ("internet-gateway", "InvalidInternetGatewayID.NotFound"),
    "lt": ("launch-template", "InvalidLaunchTemplateId.NotFound"),
    "nat": ("natgateway", "NatGatewayNotFound"),
    "rtb": ("route-table", "InvalidRouteTableID.NotFound"),
    "sg": ("security-group", "InvalidGroup.NotFound"),
    "sgr": ("security-group-rule", "InvalidSecurityGroupRuleId.NotFound"),
    "subnet": ("subnet", "InvalidSubnetID.NotFound"),
    "vol": ("volume", "InvalidVolume.NotFound"),
    "vpc": ("vpc", "InvalidVpcID.NotFound"),
    "vpce": ("vpc-endpoint", "InvalidVpcEndpointId.NotFound"),
}
"""Prefix of an id → the kind in DescribeTags, the error of an id that is not there."""
STORES = {
    "acl": "network_acls",
    "eigw": "egress_only_internet_gateways",
    "eni": "enis",
    "igw": "internet_gateways",
    "lt": "launch_templates",
    "nat": "nat_gateways",
    "rtb": "route_tables",
    "vol": "volumes",
    "vpc": "vpcs",
    "vpce": "vpc_end_points",
}
"""Prefix of an id → where moto keeps such things by id."""

HANDLERS = {"CreateTags": create_tags, "DeleteTags": delete_tags, "DescribeTags": describe_tags}
