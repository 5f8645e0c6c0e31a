# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling groups of a client's own: what fits, what is spread, what is refused."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from simulator.inprocess import REGION, Client

TEMPLATE = {"ImageId": "ami-12345678", "InstanceType": "t3.large"}
TAG = {"Key": "team", "Value": "a", "ResourceId": "g", "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
MIX: dict[str, Any] = {
    "LaunchTemplate": {
        "LaunchTemplateSpecification": {"LaunchTemplateName": "nodes", "Version": "1"},
        "Overrides": [{"InstanceType": "t3.large"}, {"InstanceType": "m5.large"}],
    },
    "InstancesDistribution": {"OnDemandPercentageAboveBaseCapacity": 0},
}


@pytest.fixture
def subnets(ask: Client) -> str:
    vpc = ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = enumerate(("a", "b"))
    made = [ask("ec2.CreateSubnet", VpcId=vpc, CidrBlock=f"10.0.{at}.0/24", AvailabilityZone=f"{REGION}{zone}") for at, zone in zones]
    return ",".join(each["Subnet"]["SubnetId"] for each in made)


@pytest.fixture
def group(ask: Client, subnets: str) -> dict[str, Any]:
    """A group `g` of three, and how a client names it."""
    ask("ec2.CreateLaunchTemplate", LaunchTemplateName="nodes", LaunchTemplateData=TEMPLATE)
    sizes = {"MinSize": 1, "MaxSize": 4, "DesiredCapacity": 3}
    ask("autoscaling.CreateAutoScalingGroup", AutoScalingGroupName="g", MixedInstancesPolicy=MIX, VPCZoneIdentifier=subnets, **sizes)
    return {"AutoScalingGroupName": "g"}


def shown(ask: Client) -> dict[str, Any]:
    found: dict[str, Any] = ask("autoscaling.DescribeAutoScalingGroups", AutoScalingGroupNames=["g"])["AutoScalingGroups"][0]
    return found


def test_a_mixed_group_starts_as_many_as_wanted_spread_over_the_zones(ask: Client, group: dict[str, Any]) -> None:
    zones = Counter(each["AvailabilityZone"] for each in shown(ask)["Instances"])

    assert zones == {f"{REGION}a": 2, f"{REGION}b": 1}
    listed = ask("autoscaling.DescribeAutoScalingInstances")["AutoScalingInstances"]
    assert {each["AutoScalingGroupName"] for each in listed} == {"g"}
    assert len(listed) == 3


@pytest.mark.parametrize(
    "policy",
    [
        MIX | {"InstancesDistribution": {"OnDemandPercentageAboveBaseCapacity": 50}},
        MIX | {"LaunchTemplate": {**MIX["LaunchTemplate"], "Overrides": [{"InstanceType": "t3.large", "WeightedCapacity": "2"}]}},
    ],
)
def test_a_mix_that_would_start_another_number_is_refused_by_name(ask: Client, subnets: str, policy: dict[str, Any]) -> None:
    parameters = {"AutoScalingGroupName": "m", "MixedInstancesPolicy": policy, "VPCZoneIdentifier": subnets, "MinSize": 1, "MaxSize": 2}

    assert ask.code("autoscaling.CreateAutoScalingGroup", **parameters) == "NotImplementedBySimulator"


def test_an_update_keeps_what_it_does_not_name(ask: Client, group: dict[str, Any]) -> None:
    ask("autoscaling.UpdateAutoScalingGroup", **group, MaxSize=5)

    found = shown(ask)
    assert (found["MinSize"], found["MaxSize"], found["DesiredCapacity"], len(found["Instances"])) == (1, 5, 3, 3)
    assert found["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"] == MIX["LaunchTemplate"]["Overrides"]


@pytest.mark.parametrize(("wanted", "told"), [(5, "value 5 is above max value 4 for"), (0, "value 0 is below min value 1 for")])
def test_the_number_of_instances_stays_within_the_bounds(ask: Client, group: dict[str, Any], wanted: int, told: str) -> None:
    ask("autoscaling.SetDesiredCapacity", **group, DesiredCapacity=4)
    assert len(shown(ask)["Instances"]) == 4

    assert told in ask.refused("autoscaling.SetDesiredCapacity", **group, DesiredCapacity=wanted).message


def test_an_instance_is_ended_with_its_place_unless_the_minimum_forbids(ask: Client, group: dict[str, Any]) -> None:
    first, second, third = (each["InstanceId"] for each in shown(ask)["Instances"])
    for id in (first, second):
        ask("autoscaling.TerminateInstanceInAutoScalingGroup", InstanceId=id, ShouldDecrementDesiredCapacity=True)

    assert (shown(ask)["DesiredCapacity"], [each["InstanceId"] for each in shown(ask)["Instances"]]) == (1, [third])
    refusal = ask.refused("autoscaling.TerminateInstanceInAutoScalingGroup", InstanceId=third, ShouldDecrementDesiredCapacity=True)
    assert (refusal.code, "min size constraint" in refusal.message) == ("ValidationError", True)
    refusal = ask.refused("autoscaling.TerminateInstanceInAutoScalingGroup", InstanceId=first, ShouldDecrementDesiredCapacity=False)
    assert "No managed instance found" in refusal.message


def test_processes_are_suspended_and_resumed(ask: Client, group: dict[str, Any]) -> None:
    ask("autoscaling.SuspendProcesses", **group, ScalingProcesses=["AZRebalance", "Launch"])
    ask("autoscaling.ResumeProcesses", **group, ScalingProcesses=["Launch"])

    assert [each["ProcessName"] for each in shown(ask)["SuspendedProcesses"]] == ["AZRebalance"]
    assert ask.code("autoscaling.SuspendProcesses", **group, ScalingProcesses=["Sleep"]) == "ValidationError"


def test_tags_of_a_group_come_and_go(ask: Client, group: dict[str, Any]) -> None:
    ask("autoscaling.CreateOrUpdateTags", Tags=[TAG, TAG | {"Key": "cost"}])
    ask("autoscaling.DeleteTags", Tags=[{name: TAG[name] for name in ("Key", "ResourceId", "ResourceType")}])

    of_group = [{"Name": "auto-scaling-group", "Values": ["g"]}]
    assert [each["Key"] for each in ask("autoscaling.DescribeTags", Filters=of_group)["Tags"]] == ["cost"]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("autoscaling.UpdateAutoScalingGroup", {"AutoScalingGroupName": "none", "MaxSize": 1}),
        ("autoscaling.SetDesiredCapacity", {"AutoScalingGroupName": "none", "DesiredCapacity": 1}),
        ("autoscaling.SuspendProcesses", {"AutoScalingGroupName": "none"}),
        ("autoscaling.DeleteAutoScalingGroup", {"AutoScalingGroupName": "none"}),
        ("autoscaling.CreateOrUpdateTags", {"Tags": [TAG | {"ResourceId": "none"}]}),
    ],
)
def test_a_group_that_is_not_there_is_an_error(ask: Client, operation: str, parameters: dict[str, Any]) -> None:
    refusal = ask.refused(operation, **parameters)

    assert (refusal.code, refusal.message) == (
        "ValidationError",
        "AutoScalingGroup name not found - AutoScalingGroup 'none' not found",
    )
