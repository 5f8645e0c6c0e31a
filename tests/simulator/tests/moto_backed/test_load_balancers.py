# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancers, classic and new, as Kubernetes' controllers make and a tear-down finds them."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.inprocess import REGION, Client

LISTENER = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 30080}
TAG = {"Key": "kubernetes.io/cluster/blue", "Value": "owned"}


@pytest.fixture
def vpc(ask: Client) -> str:
    return str(ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


@pytest.fixture
def subnets(ask: Client, vpc: str) -> list[str]:
    zones = enumerate(("a", "b"))
    made = [ask("ec2.CreateSubnet", VpcId=vpc, CidrBlock=f"10.0.{at}.0/24", AvailabilityZone=f"{REGION}{zone}") for at, zone in zones]
    return [each["Subnet"]["SubnetId"] for each in made]


@pytest.fixture
def network(ask: Client, subnets: list[str]) -> dict[str, Any]:
    """A network load balancer `web`."""
    made: dict[str, Any] = ask("elbv2.CreateLoadBalancer", Name="web", Type="network", Subnets=subnets, Tags=[TAG])["LoadBalancers"][0]
    return made


def test_a_network_load_balancer_is_named_as_one_and_has_an_interface_in_each_subnet(
    ask: Client, network: dict[str, Any], subnets: list[str]
) -> None:
    arn = network["LoadBalancerArn"]
    assert (":loadbalancer/net/web/" in arn, network["Scheme"]) == (True, "internet-facing")
    assert [each["LoadBalancerArn"] for each in ask("elbv2.DescribeLoadBalancers", LoadBalancerArns=[arn])["LoadBalancers"]] == [arn]
    assert ask("elbv2.DescribeTags", ResourceArns=[arn])["TagDescriptions"] == [{"ResourceArn": arn, "Tags": [TAG]}]
    found = ask("ec2.DescribeNetworkInterfaces", Filters=[{"Name": "description", "Values": ["ELB net/web/*"]}])["NetworkInterfaces"]
    assert {each["SubnetId"] for each in found} == set(subnets)


def test_the_same_load_balancer_again_is_the_one_that_is_there(ask: Client, network: dict[str, Any], subnets: list[str]) -> None:
    same = ask("elbv2.CreateLoadBalancer", Name="web", Type="network", Subnets=subnets)["LoadBalancers"][0]

    assert same["LoadBalancerArn"] == network["LoadBalancerArn"]
    assert ask.code("elbv2.CreateLoadBalancer", Name="web", Type="network", Subnets=subnets[:1]) == "DuplicateLoadBalancerName"
    assert len(ask("elbv2.DescribeLoadBalancers")["LoadBalancers"]) == 1


def test_deleting_a_load_balancer_that_is_gone_succeeds(ask: Client, network: dict[str, Any]) -> None:
    for _attempt in range(2):
        ask("elbv2.DeleteLoadBalancer", LoadBalancerArn=network["LoadBalancerArn"])

    assert ask("elbv2.DescribeLoadBalancers")["LoadBalancers"] == []


def test_tags_and_attributes_of_a_load_balancer(ask: Client, network: dict[str, Any]) -> None:
    arn = network["LoadBalancerArn"]
    ask("elbv2.AddTags", ResourceArns=[arn], Tags=[{"Key": "a", "Value": "b"}])
    ask("elbv2.RemoveTags", ResourceArns=[arn], TagKeys=[TAG["Key"]])

    assert ask("elbv2.DescribeTags", ResourceArns=[arn])["TagDescriptions"][0]["Tags"] == [{"Key": "a", "Value": "b"}]
    attributes = {each["Key"]: each["Value"] for each in ask("elbv2.DescribeLoadBalancerAttributes", LoadBalancerArn=arn)["Attributes"]}
    assert attributes["deletion_protection.enabled"] == "false"


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("elbv2.DescribeLoadBalancers", {"Names": ["none"]}),
        ("elbv2.DescribeLoadBalancerAttributes", {"LoadBalancerArn": "arn:aws:elasticloadbalancing:x:1:loadbalancer/net/none/1"}),
        ("elbv2.AddTags", {"ResourceArns": ["arn:aws:elasticloadbalancing:x:1:loadbalancer/net/none/1"], "Tags": [TAG]}),
        ("elbv2.DescribeTags", {"ResourceArns": ["arn:aws:elasticloadbalancing:x:1:loadbalancer/net/none/1"]}),
        ("elb.DescribeLoadBalancers", {"LoadBalancerNames": ["none"]}),
        ("elb.DescribeLoadBalancerAttributes", {"LoadBalancerName": "none"}),
        ("elb.AddTags", {"LoadBalancerNames": ["none"], "Tags": [TAG]}),
        ("elb.DescribeTags", {"LoadBalancerNames": ["none"]}),
    ],
)
def test_a_load_balancer_that_is_not_there_is_an_error(ask: Client, operation: str, parameters: dict[str, Any]) -> None:
    assert ask.code(operation, **parameters) == "LoadBalancerNotFound"


def test_a_target_group_has_a_name_once_and_goes(ask: Client, vpc: str) -> None:
    wanted = {"Name": "web", "Protocol": "TCP", "VpcId": vpc, "TargetType": "ip"}
    arn = ask("elbv2.CreateTargetGroup", **wanted, Port=80)["TargetGroups"][0]["TargetGroupArn"]

    assert ask.code("elbv2.CreateTargetGroup", **wanted, Port=81) == "DuplicateTargetGroupName"
    assert [each["Port"] for each in ask("elbv2.DescribeTargetGroups", Names=["web"])["TargetGroups"]] == [80]
    ask("elbv2.DeleteTargetGroup", TargetGroupArn=arn)
    assert ask.code("elbv2.DescribeTargetGroups", Names=["web"]) == "TargetGroupNotFound"
    assert ask.code("elbv2.DescribeTags", ResourceArns=[arn]) == "TargetGroupNotFound"


def test_load_balancers_come_in_pages(ask: Client, subnets: list[str]) -> None:
    for number in range(3):
        ask("elbv2.CreateLoadBalancer", Name=f"web-{number}", Type="network", Subnets=subnets)
        ask("elb.CreateLoadBalancer", LoadBalancerName=f"old-{number}", Listeners=[LISTENER], Subnets=subnets)

    for operation, member in (("elbv2.DescribeLoadBalancers", "LoadBalancers"), ("elb.DescribeLoadBalancers", "LoadBalancerDescriptions")):
        first = ask(operation, PageSize=2)
        assert (len(first[member]), len(ask(operation, PageSize=2, Marker=first["NextMarker"])[member])) == (2, 1)


def test_a_classic_load_balancer_with_tags(ask: Client, subnets: list[str]) -> None:
    wanted = {"LoadBalancerName": "old", "Listeners": [LISTENER], "Subnets": subnets}
    assert ask("elb.CreateLoadBalancer", **wanted, Tags=[TAG])["DNSName"].endswith(f".{REGION}.elb.amazonaws.com")
    assert ask.code("elb.CreateLoadBalancer", **wanted) == "DuplicateLoadBalancerName"
    ask("elb.AddTags", LoadBalancerNames=["old"], Tags=[{"Key": "a", "Value": "b"}])
    ask("elb.RemoveTags", LoadBalancerNames=["old"], Tags=[{"Key": "a"}])

    assert ask("elb.DescribeTags", LoadBalancerNames=["old"])["TagDescriptions"] == [{"LoadBalancerName": "old", "Tags": [TAG]}]
    assert ask("elb.DescribeLoadBalancerAttributes", LoadBalancerName="old")["LoadBalancerAttributes"]["ConnectionSettings"] == {
        "IdleTimeout": 60
    }
    ask("elb.DeleteLoadBalancer", LoadBalancerName="old")
    assert ask("elb.DescribeLoadBalancers")["LoadBalancerDescriptions"] == []
