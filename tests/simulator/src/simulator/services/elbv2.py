# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network and application load balancers with their target groups, as the AWS load balancer controller makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..allowlist import allow
from ..load_balancers import add_interfaces, remove_interfaces_later, require_subnets
from ..moto_service import MotoService, page, plain
from ..seam import Call, Refusal, World

ALLOWED = {
    "CreateLoadBalancer": allow("Name Subnets SecurityGroups Scheme Tags Type IpAddressType"),
    "DescribeLoadBalancers": allow("LoadBalancerArns Names Marker PageSize"),
    "DescribeLoadBalancerAttributes": allow("LoadBalancerArn"),
    "DeleteLoadBalancer": allow("LoadBalancerArn"),
    "CreateTargetGroup": allow("Name Protocol Port VpcId TargetType HealthCheckProtocol HealthCheckPath HealthCheckPort Tags"),
    "DescribeTargetGroups": allow("LoadBalancerArn TargetGroupArns Names Marker PageSize"),
    "DeleteTargetGroup": allow("TargetGroupArn"),
    "DescribeTags": allow("ResourceArns"),
    "AddTags": allow("ResourceArns Tags"),
    "RemoveTags": allow("ResourceArns TagKeys"),
}
PAGED = {"DescribeLoadBalancers": "LoadBalancers", "DescribeTargetGroups": "TargetGroups"}
DEFAULT_PAGE = 400
DEFAULT_SCHEME = "internet-facing"


class Elbv2(MotoService):
    """Elastic Load Balancing, version 2."""

    name = "elbv2"
    allowed = ALLOWED

    def handle(self, call: Call) -> dict[str, Any]:
        """Page what is listed; moto's own pages are not to be relied on."""
        if call.operation not in PAGED:
            return super().handle(call)
        self.check(call)
        found = self.moto(call, Marker=None, PageSize=None)[PAGED[call.operation]]
        limit = call.parameters.get("PageSize", DEFAULT_PAGE)
        items, marker = page(found, limit, call.parameters.get("Marker"), "ValidationError")
        return {PAGED[call.operation]: list(items)} | ({"NextMarker": marker} if marker else {})

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give load balancers and target groups with their tags."""
        call = self.own_call(account, region)
        balancers = self.ask(call, "DescribeLoadBalancers", {})["LoadBalancers"]
        targets = self.ask(call, "DescribeTargetGroups", {})["TargetGroups"]
        found = {f"load-balancer/{each['LoadBalancerName']}": (each, each["LoadBalancerArn"]) for each in balancers}
        found |= {f"target-group/{each['TargetGroupName']}": (each, each["TargetGroupArn"]) for each in targets}
        return {key: plain(item | {"Tags": self._tags(call, arn)}) for key, (item, arn) in found.items()}

    def _tags(self, call: Call, arn: str) -> list[dict[str, str]]:
        tags: list[dict[str, str]] = self.ask(call, "DescribeTags", {"ResourceArns": [arn]})["TagDescriptions"][0]["Tags"]
        return tags


def create_balancer(elb: MotoService, call: Call) -> dict[str, Any]:
    """Create one with an interface in each subnet; the same one again is the one that is there."""
    subnets = call.parameters.get("Subnets", [])
    require_subnets(elb.world, call, subnets, "SubnetNotFound")
    if found := _namesake(elb, call):
        return {"LoadBalancers": [found]}
    answer = elb.moto(call, Scheme=call.parameters.get("Scheme", DEFAULT_SCHEME))
    balancer = answer["LoadBalancers"][0]
    if balancer["Type"] == "network":
        balancer["LoadBalancerArn"] = _as_network(elb.backend(call), balancer["LoadBalancerArn"])
    add_interfaces(elb.world, call, subnets, call.parameters.get("SecurityGroups", []), _description(balancer["LoadBalancerArn"]))
    return answer


def _namesake(elb: MotoService, call: Call) -> dict[str, Any] | None:
    """Give the load balancer that has the name already, if it has everything else too."""
    name, given = call.parameters["Name"], call.parameters
    for found in elb.ask(call, "DescribeLoadBalancers", {})["LoadBalancers"]:
        if found["LoadBalancerName"] != name:
            continue
        there = (found["Type"], found["Scheme"], {zone["SubnetId"] for zone in found["AvailabilityZones"]})
        if there == (given.get("Type", "application"), given.get("Scheme", DEFAULT_SCHEME), set(given.get("Subnets", []))):
            balancer: dict[str, Any] = found
            return balancer
        told = f"A load balancer with the same name '{name}' exists, but with different settings"
        raise Refusal("DuplicateLoadBalancerName", told)
    return None


def _as_network(backend: Any, arn: str) -> str:
    """Name a network load balancer as one: moto gives every one the ARN of an application's."""
    renamed = arn.replace(":loadbalancer/app/", ":loadbalancer/net/")
    balancer = backend.load_balancers.pop(arn)
    balancer.arn, backend.load_balancers[renamed] = renamed, balancer
    backend.tagging_service.copy_tags(arn, renamed)
    backend.tagging_service.delete_all_tags_for_resource(arn)
    return renamed


def with_tags(elb: MotoService, call: Call) -> dict[str, Any]:
    """Read or write tags of things that are there."""
    backend = elb.backend(call)
    for arn in call.parameters["ResourceArns"]:
        if ":targetgroup/" in arn and arn not in backend.target_groups:
            raise Refusal("TargetGroupNotFound", "One or more target groups not found")
        if ":loadbalancer/" in arn and arn not in backend.load_balancers:
            raise Refusal("LoadBalancerNotFound", f"Load balancers '[{arn}]' not found")
    return elb.moto(call)


def _description(arn: str) -> str:
    return f"ELB {arn.partition(':loadbalancer/')[2]}"


def delete_balancer(elb: MotoService, call: Call) -> dict[str, Any]:
    """Delete one; deleting what is not there succeeds."""
    remove_interfaces_later(elb.world, call, _description(call.parameters["LoadBalancerArn"]))
    return elb.moto(call)


Elbv2.handlers = {
    "CreateLoadBalancer": create_balancer,
    "DeleteLoadBalancer": delete_balancer,
    **dict.fromkeys(("AddTags", "RemoveTags", "DescribeTags"), with_tags),
}


def create(world: World) -> Elbv2:
    """Make the service."""
    return Elbv2(world)
