# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security groups: rules are taken or refused as a whole, and a group that anything uses stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...moto_service import MotoService
from ...seam import Call, Refusal
from .lookups import invalid, missing, vpc_of
from .network import forget_tags

LONGEST_NAME = 255
ALLOWED_TEXT = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]*")
DIRECTIONS = {"Ingress": "ingress_rules", "Egress": "egress_rules"}


def create(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Create one with a name that is free in the VPC; without a VPC it is the default one."""
    backend, parameters = ec2.backend(call), call.parameters
    vpc = vpc_of(backend, parameters["VpcId"]) if "VpcId" in parameters else backend.get_default_vpc()
    if vpc is None:
        raise Refusal("VPCIdNotSpecified", "No default VPC for this user")
    _check_text("GroupName", parameters["GroupName"], LONGEST_NAME)
    _check_text("GroupDescription", parameters["Description"], LONGEST_NAME)
    name = parameters["GroupName"]
    if name.startswith("sg-"):
        raise invalid(f"Invalid security group name '{name}': group names may not be in the format sg-*.")
    if any(group.name == name for group in backend.groups.get(vpc.id, {}).values()):
        raise Refusal("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{vpc.id}'")
    answer = ec2.moto(call, VpcId=vpc.id)
    arn = f"arn:aws:ec2:{call.region}:{call.account}:security-group/{answer['GroupId']}"
    return {"GroupId": answer["GroupId"], "SecurityGroupArn": arn}


def _check_text(name: str, text: str, longest: int) -> None:
    if len(text) > longest or not ALLOWED_TEXT.fullmatch(text):
        told = "Character sets beyond ASCII are not supported." if not text.isascii() else "Invalid characters or too long."
        raise invalid(f"Value ({text}) for parameter {name} is invalid. {told}")


def delete(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Delete one that is neither default nor on an interface nor named in a rule of another group."""
    backend = ec2.backend(call)
    group = _group(backend, call.parameters.get("GroupId"))
    if group.name == "default":
        told = f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
        raise Refusal("CannotDelete", told)
    if _is_on_an_interface(backend, group) or _is_named_elsewhere(backend, group):
        raise Refusal("DependencyViolation", f"resource {group.id} has a dependent object")
    forget_tags(backend, group.id, *(rule.id for rule in (*group.ingress_rules, *group.egress_rules)))
    ec2.moto(call)
    return {"Return": True, "GroupId": group.id}


def _is_on_an_interface(backend: Any, group: Any) -> bool:
    return any(group.id == each.id for interface in backend.enis.values() for each in interface.group_set)


def _is_named_elsewhere(backend: Any, group: Any) -> bool:
    others = (other for groups in backend.groups.values() for other in groups.values() if other.id != group.id)
    return any(
        (rule.source_group or {}).get("GroupId") == group.id for other in others for rule in (*other.ingress_rules, *other.egress_rules)
    )


def _group(backend: Any, id: str | None) -> Any:
    if not id:
        raise missing("groupId")
    for groups in backend.groups.values():
        if id in groups:
            return groups[id]
    raise Refusal("InvalidGroup.NotFound", f"The security group '{id}' does not exist")


def authorize(direction: str) -> Callable[[MotoService, Call], dict[str, Any]]:
    """Give the handler that adds rules in one direction, all or none of them."""

    def handler(ec2: MotoService, call: Call) -> dict[str, Any]:
        group = _group(ec2.backend(call), call.parameters.get("GroupId"))
        if not call.parameters.get("IpPermissions"):
            raise missing("ipPermissions")
        _check_permissions(ec2.backend(call), call.parameters["IpPermissions"])
        before = list(getattr(group, DIRECTIONS[direction]))
        known = {rule.id for rule in (*group.ingress_rules, *group.egress_rules)}
        try:
            ec2.moto(call)
        except Refusal as refusal:
            setattr(group, DIRECTIONS[direction], before)
            raise _worded(refusal, call) from None
        added = [rule for rule in _rules(ec2, call, group.id) if rule["SecurityGroupRuleId"] not in known]
        return {"Return": True, "SecurityGroupRules": added}

    return handler


def _check_permissions(backend: Any, permissions: list[dict[str, Any]]) -> None:
    for permission in permissions:
        for pair in permission.get("UserIdGroupPairs", ()):
            _group(backend, pair.get("GroupId"))
        if permission["IpProtocol"] in ("tcp", "udp", "6", "17") and not {"FromPort", "ToPort"} <= permission.keys():
            raise invalid(f"Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange: {permission['IpProtocol']}")


def _worded(refusal: Refusal, call: Call) -> Refusal:
    if refusal.code != "InvalidPermission.Duplicate":
        return refusal
    permission = call.parameters["IpPermissions"][0]
    peers = [each.get("CidrIp") or each.get("CidrIpv6") or each.get("GroupId") for each in _peers(permission)]
    protocol = {"-1": "ALL", "tcp": "TCP", "udp": "UDP"}.get(permission["IpProtocol"], permission["IpProtocol"])
    ports = f", from port: {permission['FromPort']}, to port: {permission['ToPort']}" if permission.get("FromPort", -1) != -1 else ""
    told = f'the specified rule "peer: {peers[0] if peers else ""}, {protocol}{ports}, ALLOW" already exists'
    return Refusal("InvalidPermission.Duplicate", told)


def _peers(permission: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for name in ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs") for each in permission.get(name, ())]


def revoke(direction: str) -> Callable[[MotoService, Call], dict[str, Any]]:
    """Give the handler that takes rules away in one direction, all or none of them."""

    def handler(ec2: MotoService, call: Call) -> dict[str, Any]:
        backend = ec2.backend(call)
        group = _group(backend, call.parameters.get("GroupId"))
        before = list(getattr(group, DIRECTIONS[direction]))
        try:
            ec2.moto(call)
        except Refusal:
            setattr(group, DIRECTIONS[direction], before)
            raise
        kept = {rule.id for rule in getattr(group, DIRECTIONS[direction])}
        forget_tags(backend, *(rule.id for rule in before if rule.id not in kept))
        return {"Return": True}

    return handler


def describe_rules(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show the rules of all groups."""
    return {"SecurityGroupRules": _rules(ec2, call)}


def _rules(ec2: MotoService, call: Call, group_id: str = "") -> list[dict[str, Any]]:
    parameters = {"Filters": [{"Name": "group-id", "Values": [group_id]}]} if group_id else {}
    rules = ec2.ask(call, "DescribeSecurityGroupRules", parameters)["SecurityGroupRules"]
    for rule in rules:
        rule.setdefault("GroupOwnerId", call.account)
        arn = f"arn:aws:ec2:{call.region}:{call.account}:security-group-rule/{rule['SecurityGroupRuleId']}"
        rule.setdefault("SecurityGroupRuleArn", arn)
        # EC2 shows -1 for the ports of a rule that has none
        rule.setdefault("FromPort", -1)
        rule.setdefault("ToPort", -1)
    return list(rules)


HANDLERS = {
    "CreateSecurityGroup": create,
    "DeleteSecurityGroup": delete,
    "DescribeSecurityGroupRules": describe_rules,
    **{f"AuthorizeSecurityGroup{direction}": authorize(direction) for direction in DIRECTIONS},
    **{f"RevokeSecurityGroup{direction}": revoke(direction) for direction in DIRECTIONS},
}
