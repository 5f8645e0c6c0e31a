# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When each id and name came into being, for the fault `not_yet_visible`, and how each service says that it knows no such thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .clock import Clock
from .seam import Call, Refusal

GENERATED = re.compile(r"^([a-z]+(?:-[a-z]+)*)-[0-9a-f]{8}(?:[0-9a-f]{9})?$")
IDENTIFIER = re.compile(r"^(?:arn:aws[\w-]*:.+|(?:[a-z]+-)+[0-9a-f]{8,17}|A[A-Z0-9]{20}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
CREATES = re.compile(r"^(?:Create|Put|Register|Request)(\w+)$")

EC2_NOT_FOUND: Mapping[str, tuple[str, str]] = {
    "vpc": ("InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
    "subnet": ("InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist"),
    "igw": ("InvalidInternetGatewayID.NotFound", "The internetGateway ID '{}' does not exist"),
    "eigw": ("InvalidEgressOnlyInternetGatewayId.NotFound", "The eigw ID '{}' does not exist"),
    "rtb": ("InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist"),
    "rtbassoc": ("InvalidAssociationID.NotFound", "The association ID '{}' does not exist"),
    "nat": ("NatGatewayNotFound", "The Nat Gateway {} was not found"),
    "eipalloc": ("InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist"),
    "sg": ("InvalidGroup.NotFound", "The security group '{}' does not exist"),
    "sgr": ("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '{}' does not exist"),
    "lt": ("InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID {}, does not exist."),
    "eni": ("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{}' does not exist"),
    "i": ("InvalidInstanceID.NotFound", "The instance ID '{}' does not exist"),
    "vol": ("InvalidVolume.NotFound", "The volume '{}' does not exist."),
    "vpce": ("InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{}' does not exist"),
    "acl": ("InvalidNetworkAclID.NotFound", "The networkAcl ID '{}' does not exist"),
    "dopt": ("InvalidDhcpOptionID.NotFound", "The dhcpOption ID '{}' does not exist"),
}
NOT_FOUND: Mapping[str, tuple[str, str, int]] = {
    "iam": ("NoSuchEntity", "The entity with name {} cannot be found.", 404),
    "eks": ("ResourceNotFoundException", "No resource found for: {}.", 404),
    "ssm": ("ParameterNotFound", "Parameter {} not found.", 400),
    "kms": ("NotFoundException", "Key '{}' does not exist", 400),
    "logs": ("ResourceNotFoundException", "The specified log group does not exist: {}", 400),
    "elbv2": ("LoadBalancerNotFound", "'{}' not found", 400),
    "elb": ("LoadBalancerNotFound", "There is no ACTIVE Load Balancer named '{}'", 400),
    "autoscaling": ("ValidationError", "'{}' not found", 400),
    "route53": ("NoSuchHostedZone", "No hosted zone found with ID: {}", 404),
    "sts": ("AccessDenied", "{} is not authorized", 403),
}
OTHERS = ("ResourceNotFoundException", "{} was not found.", 404)
EKS_ELSEWHERE: Mapping[str, str] = {
    "subnet": "The subnet ID '{}' does not exist",
    "sg": "The security group ID '{}' does not exist",
    "vpc": "The vpc ID '{}' does not exist",
    "lt": "Launch template {} does not exist",
}
"""EKS speaks of other services' things as bad parameters (eks-semantics 3)."""


def not_found(service: str, name: str) -> Refusal:
    """Refuse as the service refuses an id that it does not know."""
    found = GENERATED.match(name)
    prefix = found.group(1) if found else ""
    if service == "ec2":
        code, text = EC2_NOT_FOUND.get(prefix, ("InvalidID", "The ID '{}' is not valid"))
        return Refusal(code, text.format(name))
    if service == "eks" and prefix in EKS_ELSEWHERE:
        return Refusal("InvalidParameterException", EKS_ELSEWHERE[prefix].format(name))
    if service == "eks" and ":iam:" in name:
        return Refusal("InvalidParameterException", f"The role with name {name.rpartition('/')[2]} does not exist.")
    code, text, status = NOT_FOUND.get(service, OTHERS)
    return Refusal(code, text.format(name), status)


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for item in value.values():
                yield from _strings(item)
        case list() | tuple():
            for item in value:
                yield from _strings(item)


def own_name(call: Call) -> str | None:
    """Give the name that a creating call gives to what it makes: `nodegroupName` of CreateNodegroup, `Name` of PutParameter."""
    found = CREATES.match(call.operation)
    if found is None:
        return None
    noun = found.group(1).lower()
    for member, value in call.parameters.items():
        lower = member.lower()
        if isinstance(value, str) and lower.endswith("name") and (lower == "name" or f"{noun}name".endswith(lower)):
            return value
    return None


class Births:
    """The simulated time of creation of everything that a mutating answer named."""

    def __init__(self, clock: Clock) -> None:
        """Know nothing."""
        self._clock = clock
        self.ids: dict[tuple[str, str], float] = {}
        """(account, id or ARN) → time."""
        self.names: dict[tuple[str, str, str], float] = {}
        """(account, service, name) → time."""

    def note(self, call: Call, output: Mapping[str, Any], name: str | None) -> None:
        """Learn from the answer of a mutating call; what was known or mentioned before is no newborn."""
        now, mentioned = self._clock.seconds(), set(_strings(call.parameters))
        for found in _strings(output):
            if IDENTIFIER.match(found) and found not in mentioned:
                self.ids.setdefault((call.account, found), now)
        if name is not None:
            self.names[(call.account, call.service, name)] = now

    def newborn(self, call: Call, seconds: float) -> str | None:
        """Give something that a call names and that is younger than `seconds`."""
        limit, own = self._clock.seconds() - seconds, own_name(call)
        for found in _strings(call.parameters):
            born = self.ids.get((call.account, found))
            if born is None and found != own:
                born = self.names.get((call.account, call.service, found))
            if born is not None and born > limit:
                return found
        return None

    def clear(self) -> None:
        """Forget all."""
        self.ids.clear()
        self.names.clear()
