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
