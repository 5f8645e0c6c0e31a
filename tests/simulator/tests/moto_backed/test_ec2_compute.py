# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch templates, instances, Auto Scaling groups and what AWS offers to run."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.inprocess import Client
from simulator.seam import Call, Caller, World

DATA = {"InstanceType": "t3.large", "ImageId": "ami-12345678", "MetadataOptions": {"HttpTokens": "required"}}


@pytest.fixture
def template(ask: Client) -> str:
    template: str = ask("ec2.CreateLaunchTemplate", LaunchTemplateName="nodes", LaunchTemplateData=DATA)["LaunchTemplate"][
        "LaunchTemplateId"
    ]
    return template


@pytest.fixture
def subnet(ask: Client) -> str:
    vpc = ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet: str = ask("ec2.CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24", AvailabilityZone="eu-central-1a")["Subnet"]["SubnetId"]
    return subnet


def image(ask: Client) -> str:
    """Name the image that one would take for a node."""
    parameter = "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id"
    return str(ask("ssm.GetParameter", Name=parameter)["Parameter"]["Value"])


def versions(ask: Client, **parameters: Any) -> list[int]:
    found = ask("ec2.DescribeLaunchTemplateVersions", LaunchTemplateName="nodes", **parameters)["LaunchTemplateVersions"]
    return [each["VersionNumber"] for each in found]


def test_a_name_is_taken_once(ask: Client, template: str) -> None:
    code = ask.code("ec2.CreateLaunchTemplate", LaunchTemplateName="nodes", LaunchTemplateData=DATA)

    assert code == "InvalidLaunchTemplateName.AlreadyExistsException"
    assert template.startswith("lt-")


def test_a_version_keeps_what_its_source_says_and_it_does_not(ask: Client, template: str) -> None:
    made = ask(
        "ec2.CreateLaunchTemplateVersion", LaunchTemplateId=template, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"}
    )
    bare = ask("ec2.CreateLaunchTemplateVersion", LaunchTemplateId=template, LaunchTemplateData={"InstanceType": "t3.small"})

    assert made["LaunchTemplateVersion"]["LaunchTemplateData"] == {**DATA, "InstanceType": "t3.small"}
    assert bare["LaunchTemplateVersion"]["LaunchTemplateData"] == {"InstanceType": "t3.small"}


def test_a_new_version_is_the_latest_and_not_the_default_until_that_is_said(ask: Client, template: str) -> None:
    ask("ec2.CreateLaunchTemplateVersion", LaunchTemplateId=template, LaunchTemplateData={"InstanceType": "t3.small"})
    assert (versions(ask, Versions=["$Latest"]), versions(ask, Versions=["$Default"])) == ([2], [1])

    changed = ask("ec2.ModifyLaunchTemplate", LaunchTemplateId=template, DefaultVersion="2")["LaunchTemplate"]

    assert (changed["DefaultVersionNumber"], changed["LatestVersionNumber"]) == (2, 2)
    assert versions(ask, Versions=["$Default"]) == [2]
    assert versions(ask) == [2, 1]


def test_the_default_version_stays_and_numbers_are_never_used_again(ask: Client, template: str) -> None:
    for _attempt in range(2):
        ask("ec2.CreateLaunchTemplateVersion", LaunchTemplateId=template, LaunchTemplateData={"InstanceType": "t3.small"})

    answer = ask("ec2.DeleteLaunchTemplateVersions", LaunchTemplateId=template, Versions=["1", "3"])
    made = ask("ec2.CreateLaunchTemplateVersion", LaunchTemplateId=template, LaunchTemplateData={"InstanceType": "t3.small"})

    assert [each["VersionNumber"] for each in answer["SuccessfullyDeletedLaunchTemplateVersions"]] == [3]
    assert [each["VersionNumber"] for each in answer["UnsuccessfullyDeletedLaunchTemplateVersions"]] == [1]
    assert made["LaunchTemplateVersion"]["VersionNumber"] == 4


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"LaunchTemplateName": "other"}, "InvalidLaunchTemplateName.NotFoundException"),
        ({"LaunchTemplateId": "lt-0123456789abcdef0"}, "InvalidLaunchTemplateId.NotFound"),
        ({"LaunchTemplateName": "nodes", "Versions": ["9"]}, "InvalidLaunchTemplateId.VersionNotFound"),
    ],
)
def test_a_template_or_version_that_is_not_there(ask: Client, template: str, parameters: dict[str, Any], code: str) -> None:
    assert ask.code("ec2.DescribeLaunchTemplateVersions", **parameters) == code


def test_later_tags_of_a_template_are_shown(ask: Client, template: str) -> None:
    ask("ec2.CreateTags", Resources=[template], Tags=[{"Key": "a", "Value": "b"}])

    assert ask("ec2.DescribeLaunchTemplates")["LaunchTemplates"][0]["Tags"] == [{"Key": "a", "Value": "b"}]


def test_a_terminated_instance_takes_its_interface_and_volume_along_and_is_seen_for_an_hour(ask: Client, world: World, subnet: str) -> None:
    tags = [{"ResourceType": kind, "Tags": [{"Key": "of", "Value": kind}]} for kind in ("instance", "volume")]
    instance = ask(
        "ec2.RunInstances", ImageId=image(ask), InstanceType="t3.large", MinCount=1, MaxCount=1, SubnetId=subnet, TagSpecifications=tags
    )["Instances"][0]
    assert (instance["State"]["Name"], instance["PrivateIpAddress"], instance["Tags"]) == (
        "pending",
        "10.0.0.4",
        [{"Key": "of", "Value": "instance"}],
    )
    assert ask("ec2.DescribeVolumes", Filters=[{"Name": "tag:of", "Values": ["volume"]}])["Volumes"][0]["State"] == "in-use"
    assert ask.code("ec2.DeleteSubnet", SubnetId=subnet) == "DependencyViolation"

    ask("ec2.TerminateInstances", InstanceIds=[instance["InstanceId"]])

    shown = ask("ec2.DescribeInstances", InstanceIds=[instance["InstanceId"]])["Reservations"][0]["Instances"][0]
    assert (shown["State"]["Name"], "SubnetId" in shown) == ("terminated", False)
    assert ask("ec2.DescribeVolumes")["Volumes"] == ask("ec2.DescribeNetworkInterfaces")["NetworkInterfaces"] == []
    ask("ec2.DeleteSubnet", SubnetId=subnet)
    world.clock.advance(3700)
    ask("ec2.DescribeInstances")
    assert ask.code("ec2.DescribeInstances", InstanceIds=[instance["InstanceId"]]) == "InvalidInstanceID.NotFound"


def test_an_interface_of_a_service_of_aws_is_in_use_and_not_the_callers_to_delete(ask: Client, world: World, subnet: str) -> None:
    wanted = {"SubnetId": subnet, "Description": "Amazon EKS blue"}
    made = world.call("ec2", "CreateNetworkInterface", wanted, account=ask.account, region=ask.region)["NetworkInterface"]

    shown = ask("ec2.DescribeNetworkInterfaces", Filters=[{"Name": "description", "Values": ["Amazon EKS *"]}])["NetworkInterfaces"][0]

    assert (shown["Status"], shown["RequesterManaged"], shown["Attachment"]["InstanceOwnerId"]) == ("in-use", True, "amazon-aws")
    refusal = ask.refused("ec2.DeleteNetworkInterface", NetworkInterfaceId=made["NetworkInterfaceId"])
    assert refusal.message == f"Network interface '{made['NetworkInterfaceId']}' is currently in use."
    caller = Caller(account=ask.account, region=ask.region, arn="")
    wanted = {"NetworkInterfaceId": made["NetworkInterfaceId"]}
    world.services["ec2"].handle(Call(caller=caller, service="ec2", operation="DeleteNetworkInterface", parameters=wanted))
    ask("ec2.DeleteSubnet", SubnetId=subnet)


def test_an_auto_scaling_group_launches_instances_and_stays_while_it_has_any(ask: Client, template: str, subnet: str) -> None:
    version = {"LaunchTemplateId": template, "Version": "1"}
    tag = {"Key": "eks:cluster-name", "Value": "blue", "PropagateAtLaunch": True, "ResourceId": "g", "ResourceType": "auto-scaling-group"}
    sizes = {"MinSize": 1, "MaxSize": 3, "DesiredCapacity": 2}
    group = {"AutoScalingGroupName": "g", "LaunchTemplate": version, "VPCZoneIdentifier": subnet, "Tags": [tag]}
    ask("autoscaling.CreateAutoScalingGroup", **group, **sizes)
    assert ask.code("autoscaling.CreateAutoScalingGroup", **group, **sizes) == "AlreadyExists"

    by_tag = [{"Name": "tag:eks:cluster-name", "Values": ["blue"]}]
    assert len(ask("autoscaling.DescribeAutoScalingGroups", Filters=by_tag)["AutoScalingGroups"][0]["Instances"]) == 2
    running = [*by_tag, {"Name": "instance-state-name", "Values": ["running"]}]
    instances = [each for reservation in ask("ec2.DescribeInstances", Filters=running)["Reservations"] for each in reservation["Instances"]]
    assert sorted(each["PrivateIpAddress"] for each in instances) == ["10.0.0.4", "10.0.0.5"]
    assert ask.code("autoscaling.DeleteAutoScalingGroup", AutoScalingGroupName="g") == "ResourceInUse"
    ask("autoscaling.DeleteAutoScalingGroup", AutoScalingGroupName="g", ForceDelete=True)
    assert ask("ec2.DescribeNetworkInterfaces")["NetworkInterfaces"] == []


@pytest.mark.parametrize("sizes", [{"MinSize": 3, "MaxSize": 2}, {"MinSize": 1, "MaxSize": 2, "DesiredCapacity": 3}])
def test_sizes_of_a_group_fit_each_other(ask: Client, template: str, subnet: str, sizes: dict[str, int]) -> None:
    group = {"AutoScalingGroupName": "g", "LaunchTemplate": {"LaunchTemplateId": template}, "VPCZoneIdentifier": subnet}

    assert ask.code("autoscaling.CreateAutoScalingGroup", **group, **sizes) == "ValidationError"


def test_a_deleted_template_is_gone_with_its_versions(ask: Client, template: str) -> None:
    assert ask("ec2.DeleteLaunchTemplate", LaunchTemplateName="nodes")["LaunchTemplate"]["LaunchTemplateId"] == template

    assert ask.code("ec2.DeleteLaunchTemplate", LaunchTemplateId=template) == "InvalidLaunchTemplateId.NotFound"
    ask("ec2.CreateLaunchTemplate", LaunchTemplateName="nodes", LaunchTemplateData=DATA)


def test_a_volume_stands_in_a_zone_of_the_region_and_goes(ask: Client) -> None:
    volume = ask("ec2.CreateVolume", AvailabilityZone="eu-central-1a", Size=8, VolumeType="gp3")["VolumeId"]
    assert ask.code("ec2.CreateVolume", AvailabilityZone="us-east-1a", Size=8) == "InvalidZone.NotFound"

    ask("ec2.DeleteVolume", VolumeId=volume)
    assert ask.code("ec2.DeleteVolume", VolumeId=volume) == "InvalidVolume.NotFound"


def test_instance_types_are_offered_by_zone(ask: Client) -> None:
    only = [{"Name": "instance-type", "Values": ["t3.large"]}]
    offered = ask("ec2.DescribeInstanceTypeOfferings", LocationType="availability-zone", Filters=only)["InstanceTypeOfferings"]

    assert sorted(each["Location"] for each in offered) == ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    assert ask.code("ec2.DescribeInstanceTypeOfferings", LocationType="planet") == "InvalidParameterValue"


def test_instance_types_say_their_architecture(ask: Client) -> None:
    found = ask("ec2.DescribeInstanceTypes", InstanceTypes=["t3.large", "m6g.large"])["InstanceTypes"]

    assert {each["InstanceType"]: each["ProcessorInfo"]["SupportedArchitectures"] for each in found} == {
        "t3.large": ["x86_64"],
        "m6g.large": ["arm64"],
    }


@pytest.mark.parametrize("version", ["1.33", "1.34", "1.35", "1.36"])
def test_the_public_parameters_name_images_that_ec2_knows(ask: Client, version: str) -> None:
    prefix = f"/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/x86_64/standard/recommended"
    image = ask("ssm.GetParameter", Name=f"{prefix}/image_id")["Parameter"]["Value"]
    release = ask("ssm.GetParameter", Name=f"{prefix}/release_version")["Parameter"]["Value"]

    shown = ask("ec2.DescribeImages", ImageIds=[image])["Images"][0]

    assert (shown["Architecture"], shown["State"]) == ("x86_64", "available")
    assert release.startswith(f"{version}.")
    assert release in shown["Description"]


def test_an_image_that_is_not_there_starts_nothing(ask: Client, subnet: str) -> None:
    code = ask.code("ec2.RunInstances", ImageId="ami-12345678", InstanceType="t3.large", MinCount=1, MaxCount=1, SubnetId=subnet)

    assert code == "InvalidAMIID.NotFound"
    assert ask("ec2.DescribeInstances")["Reservations"] == []


@pytest.mark.parametrize(
    "parameter",
    [
        "/aws/service/eks/optimized-ami/1.32/amazon-linux-2-arm64/recommended/image_id",
        "/aws/service/eks/optimized-ami/1.36/amazon-linux-2023/arm64/nvidia/recommended/image_id",
        "/aws/service/bottlerocket/aws-k8s-1.35-nvidia/x86_64/latest/image_id",
        "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.34/image_id",
    ],
)
def test_every_family_names_its_images(ask: Client, parameter: str) -> None:
    found = ask("ssm.GetParameter", Name=parameter)["Parameter"]["Value"]

    assert len(ask("ec2.DescribeImages", ImageIds=[found])["Images"]) == 1
