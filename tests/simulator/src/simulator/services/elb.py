# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classic load balancers, as old Kubernetes service controllers leave them behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..allowlist import allow
from ..load_balancers import add_interfaces, remove_interfaces_later, require_subnets
from ..moto_service import MotoService, page, plain
from ..seam import Call, World

ALLOWED = {
    "CreateLoadBalancer": allow("LoadBalancerName Listeners Subnets SecurityGroups Scheme Tags"),
    "DescribeLoadBalancers": allow("LoadBalancerNames Marker PageSize"),
    "DeleteLoadBalancer": allow("LoadBalancerName"),
    "DescribeTags": allow("LoadBalancerNames"),
    "AddTags": allow("LoadBalancerNames Tags"),
    "RemoveTags": allow("LoadBalancerNames Tags"),
    "DescribeLoadBalancerAttributes": allow("LoadBalancerName"),
}
MOTO_REGION = ".us-east-1.elb."


class Elb(MotoService):
    """Classic Elastic Load Balancing."""

    name = "elb"
    allowed = ALLOWED

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give the load balancers with their tags."""
        call = self.own_call(account, region)
        found = _described(self, call, {})
        return {f"classic-load-balancer/{each['LoadBalancerName']}": plain(each | {"Tags": self._tags(call, each)}) for each in found}

    def _tags(self, call: Call, balancer: dict[str, Any]) -> list[dict[str, str]]:
        answer = self.ask(call, "DescribeTags", {"LoadBalancerNames": [balancer["LoadBalancerName"]]})
        tags: list[dict[str, str]] = answer["TagDescriptions"][0]["Tags"]
        return tags


def _described(elb: MotoService, call: Call, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    found = elb.ask(call, "DescribeLoadBalancers", parameters)["LoadBalancerDescriptions"]
    return [{name: _in_region(value, call) for name, value in each.items()} for each in found]


def _in_region(value: Any, call: Call) -> Any:
    """Put the region into a host name: moto always writes the same one."""
    return value.replace(MOTO_REGION, f".{call.region}.elb.") if isinstance(value, str) else value


def create_balancer(elb: MotoService, call: Call) -> dict[str, Any]:
    """Create one with an interface in each subnet."""
    subnets = call.parameters.get("Subnets", [])
    require_subnets(elb.world, call, subnets, "SubnetNotFound")
    answer = elb.moto(call)
    groups = call.parameters.get("SecurityGroups", [])
    add_interfaces(elb.world, call, subnets, groups, _description(call))
    return {"DNSName": _in_region(answer["DNSName"], call)}


def _description(call: Call) -> str:
    return f"ELB {call.parameters['LoadBalancerName']}"


def describe(elb: MotoService, call: Call) -> dict[str, Any]:
    """List them in pages."""
    names = call.parameters.get("LoadBalancerNames")
    found = _described(elb, call, {"LoadBalancerNames": names} if names else {})
    items, marker = page(found, call.parameters.get("PageSize", 400), call.parameters.get("Marker"), "ValidationError")
    return {"LoadBalancerDescriptions": list(items)} | ({"NextMarker": marker} if marker else {})


def describe_attributes(elb: MotoService, call: Call) -> dict[str, Any]:
    """Show the attributes of one that is there."""
    _described(elb, call, {"LoadBalancerNames": [call.parameters["LoadBalancerName"]]})
    return elb.moto(call)


def delete_balancer(elb: MotoService, call: Call) -> dict[str, Any]:
    """Delete one; deleting what is not there succeeds."""
    remove_interfaces_later(elb.world, call, _description(call))
    return elb.moto(call)


Elb.handlers = {
    "CreateLoadBalancer": create_balancer,
    "DescribeLoadBalancers": describe,
    "DescribeLoadBalancerAttributes": describe_attributes,
    "DeleteLoadBalancer": delete_balancer,
}


def create(world: World) -> Elb:
    """Make the service."""
    return Elb(world)
