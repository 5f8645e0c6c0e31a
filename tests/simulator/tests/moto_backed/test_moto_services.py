# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs, SSM, KMS, load balancers, the tagging API: what our code relies on in each."""

from __future__ import annotations

import pytest

from simulator.inprocess import ACCOUNT, REGION, Client
from simulator.seam import World

GROUP = "/aws/eks/blue/cluster"
GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"
LOCK = f"/cutover.eks/{REGION}/blue/lock"


@pytest.mark.parametrize(
    ("operation", "parameters", "code", "told"),
    [
        ("ec2.CreateSubnet", {"CidrBlock": "10.0.0.0/24"}, "MissingParameter", "The request must contain the parameter VpcId"),
        ("ec2.DescribeVpcs", {"MaxResults": "many"}, "InvalidParameterValue", "Invalid type for parameter MaxResults"),
        ("iam.AttachRolePolicy", {"RoleName": "blue"}, "ValidationError", "The request must contain the parameter PolicyArn"),
        ("logs.CreateLogGroup", {}, "InvalidParameterException", "The request must contain the parameter logGroupName"),
        ("ssm.PutParameter", {"Name": "/a"}, "ValidationException", "The request must contain the parameter Value"),
    ],
)
def test_what_breaks_the_service_model_is_refused(ask: Client, operation: str, parameters: dict[str, object], code: str, told: str) -> None:
    refusal = ask.refused(operation, **parameters)

    assert (refusal.code, refusal.status) == (code, 400)
    assert told in refusal.message


def test_an_unknown_member_is_refused_by_name_at_any_depth(ask: Client) -> None:
    permission = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8", "Colour": "red"}]}

    refusal = ask.refused("ec2.AuthorizeSecurityGroupIngress", GroupId="sg-1", IpPermissions=[permission])

    assert (refusal.code, refusal.status) == ("NotImplementedBySimulator", 501)
    assert "ec2.AuthorizeSecurityGroupIngress field IpPermissions[0].IpRanges[0].Colour" in refusal.message


def test_a_log_group_with_retention_and_tags(ask: Client) -> None:
    ask("logs.CreateLogGroup", logGroupName=GROUP, tags={"a": "b"})
    ask("logs.PutRetentionPolicy", logGroupName=GROUP, retentionInDays=90)
    ask("logs.TagResource", resourceArn=GROUP_ARN, tags={"c": "d"})
    ask("logs.UntagResource", resourceArn=GROUP_ARN, tagKeys=["a"])

    shown = ask("logs.DescribeLogGroups", logGroupNamePrefix="/aws/eks/")["logGroups"]

    assert [(each["logGroupName"], each["retentionInDays"], each["logGroupClass"]) for each in shown] == [(GROUP, 90, "STANDARD")]
    assert ask("logs.ListTagsForResource", resourceArn=GROUP_ARN)["tags"] == {"c": "d"}
    assert ask("logs.ListTagsLogGroup", logGroupName=GROUP)["tags"] == {"c": "d"}
    ask("logs.DeleteRetentionPolicy", logGroupName=GROUP)
    assert "retentionInDays" not in ask("logs.DescribeLogGroups", logGroupNamePrefix=GROUP)["logGroups"][0]


def test_a_log_group_is_created_and_deleted_once(ask: Client) -> None:
    ask("logs.CreateLogGroup", logGroupName=GROUP, tags={"a": "b"})
    assert ask.code("logs.CreateLogGroup", logGroupName=GROUP) == "ResourceAlreadyExistsException"
    assert ask.code("logs.PutRetentionPolicy", logGroupName=GROUP, retentionInDays=91) == "InvalidParameterException"

    ask("logs.DeleteLogGroup", logGroupName=GROUP)
    assert ask.code("logs.DeleteLogGroup", logGroupName=GROUP) == "ResourceNotFoundException"
    assert ask.code("logs.ListTagsForResource", resourceArn=GROUP_ARN) == "ResourceNotFoundException"
    ask("logs.CreateLogGroup", logGroupName=GROUP)
    assert ask("logs.ListTagsForResource", resourceArn=GROUP_ARN)["tags"] == {}


def test_log_groups_come_in_pages(ask: Client) -> None:
    for number in range(3):
        ask("logs.CreateLogGroup", logGroupName=f"/g/{number}")

    first = ask("logs.DescribeLogGroups", limit=2)
    second = ask("logs.DescribeLogGroups", limit=2, nextToken=first["nextToken"])

    assert [each["logGroupName"] for each in first["logGroups"] + second["logGroups"]] == ["/g/0", "/g/1", "/g/2"]


def test_a_parameter_that_is_there_is_overwritten_only_on_demand(ask: Client) -> None:
    ask("ssm.PutParameter", Name=LOCK, Value="mine", Type="String", Overwrite=False)
    assert ask.code("ssm.PutParameter", Name=LOCK, Value="yours", Type="String", Overwrite=False) == "ParameterAlreadyExists"
    assert ask("ssm.GetParameter", Name=LOCK)["Parameter"]["Value"] == "mine"

    assert ask("ssm.PutParameter", Name=LOCK, Value="yours", Type="String", Overwrite=True)["Version"] == 2
    tags = [{"Key": "a", "Value": "b"}]
    assert ask.code("ssm.PutParameter", Name=LOCK, Value="x", Type="String", Overwrite=True, Tags=tags) == "ValidationException"


def test_parameters_that_are_not_there(ask: Client) -> None:
    assert ask.code("ssm.GetParameter", Name=LOCK) == "ParameterNotFound"
    assert ask.code("ssm.GetParameter", Name="/aws/service/eks/optimized-ami/1.2/x") == "ParameterNotFound"
    assert ask.code("ssm.DeleteParameter", Name=LOCK) == "ParameterNotFound"
    assert ask("ssm.GetParameters", Names=[LOCK])["InvalidParameters"] == [LOCK]


def test_parameters_are_listed_tagged_and_deleted(ask: Client) -> None:
    ask("ssm.PutParameter", Name=LOCK, Value="mine", Type="String", Tags=[{"Key": "a", "Value": "b"}])
    which = {"ResourceType": "Parameter", "ResourceId": LOCK}
    ask("ssm.AddTagsToResource", **which, Tags=[{"Key": "c", "Value": "d"}])
    ask("ssm.RemoveTagsFromResource", **which, TagKeys=["a"])
    assert ask("ssm.ListTagsForResource", **which)["TagList"] == [{"Key": "c", "Value": "d"}]

    below = [{"Key": "Name", "Option": "BeginsWith", "Values": ["/cutover.eks/"]}]
    assert [each["Name"] for each in ask("ssm.DescribeParameters", ParameterFilters=below)["Parameters"]] == [LOCK]
    assert ask.code("ssm.DescribeParameters", ParameterFilters=[{"Key": "Colour", "Values": ["red"]}]) == "ValidationException"
    assert ask("ssm.DeleteParameters", Names=[LOCK, "/none"]) == {"DeletedParameters": [LOCK], "InvalidParameters": ["/none"]}


def test_parameters_below_a_path(ask: Client) -> None:
    ask("ssm.PutParameter", Name=LOCK, Value="mine", Type="String")

    found = ask("ssm.GetParametersByPath", Path="/cutover.eks", Recursive=True)["Parameters"]
    assert [each["Name"] for each in found] == [LOCK]
    assert ask("ssm.GetParametersByPath", Path="/cutover.eks")["Parameters"] == []
    path = "/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/x86_64/standard/recommended"
    names = {each["Name"].rpartition("/")[2] for each in ask("ssm.GetParametersByPath", Path=path)["Parameters"]}
    assert names == {"image_id", "image_name", "release_version"}


def test_a_key_that_is_scheduled_to_go_refuses_changes_and_is_gone_in_time(ask: Client, world: World) -> None:
    key = ask("kms.CreateKey", Description="secrets")["KeyMetadata"]["KeyId"]
    ask("kms.EnableKeyRotation", KeyId=key)
    assert ask("kms.GetKeyRotationStatus", KeyId=key)["KeyRotationEnabled"] is True

    assert ask("kms.ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)["KeyState"] == "PendingDeletion"
    assert ask.code("kms.EnableKeyRotation", KeyId=key) == "KMSInvalidStateException"
    assert ask("kms.DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    world.clock.advance(7 * 86_400 + 1)
    assert ask.code("kms.DescribeKey", KeyId=key) == "NotFoundException"


def test_a_key_kept_after_all_is_disabled(ask: Client) -> None:
    key = ask("kms.CreateKey")["KeyMetadata"]["KeyId"]
    ask("kms.ScheduleKeyDeletion", KeyId=key)
    ask("kms.CancelKeyDeletion", KeyId=key)

    assert ask("kms.DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"


@pytest.mark.parametrize("days", [6, 31])
def test_a_key_waits_for_a_week_to_a_month(ask: Client, days: int) -> None:
    key = ask("kms.CreateKey")["KeyMetadata"]["KeyId"]

    assert ask.code("kms.ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=days) == "ValidationException"


def test_a_key_is_switched_off_and_on(ask: Client) -> None:
    key = ask("kms.CreateKey")["KeyMetadata"]["KeyId"]
    ask("kms.DisableKey", KeyId=key)
    assert ask("kms.DescribeKey", KeyId=key)["KeyMetadata"]["Enabled"] is False
    ask("kms.EnableKey", KeyId=key)
    assert ask("kms.DescribeKey", KeyId=key)["KeyMetadata"]["Enabled"] is True

    assert [each["KeyId"] for each in ask("kms.ListKeys")["Keys"]] == [key]
    ask("kms.EnableKeyRotation", KeyId=key)
    ask("kms.DisableKeyRotation", KeyId=key)
    assert ask("kms.GetKeyRotationStatus", KeyId=key)["KeyRotationEnabled"] is False


def test_policy_and_tags_of_a_key(ask: Client) -> None:
    key = ask("kms.CreateKey", Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]["KeyId"]
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]}'
    ask("kms.PutKeyPolicy", KeyId=key, PolicyName="default", Policy=policy)
    assert ask("kms.GetKeyPolicy", KeyId=key, PolicyName="default")["Policy"] == policy

    ask("kms.TagResource", KeyId=key, Tags=[{"TagKey": "c", "TagValue": "d"}])
    ask("kms.UntagResource", KeyId=key, TagKeys=["a"])
    assert ask("kms.ListResourceTags", KeyId=key)["Tags"] == [{"TagKey": "c", "TagValue": "d"}]


def test_an_alias_moves_to_another_key_and_is_part_of_the_state(ask: Client, world: World) -> None:
    first, second = (ask("kms.CreateKey")["KeyMetadata"]["KeyId"] for _key in range(2))
    ask("kms.CreateAlias", AliasName="alias/blue", TargetKeyId=first)
    ask("kms.UpdateAlias", AliasName="alias/blue", TargetKeyId=second)

    assert [each["AliasName"] for each in ask("kms.ListAliases", KeyId=second)["Aliases"]] == ["alias/blue"]
    assert world.services["kms"].resources(ACCOUNT, REGION)["alias/blue"]["TargetKeyId"] == second
    assert ask.code("kms.UpdateAlias", AliasName="alias/none", TargetKeyId=first) == "NotFoundException"


def test_an_alias_names_a_key_once(ask: Client) -> None:
    key = ask("kms.CreateKey")["KeyMetadata"]["KeyId"]
    ask("kms.CreateAlias", AliasName="alias/blue", TargetKeyId=key)

    assert ask.code("kms.CreateAlias", AliasName="alias/blue", TargetKeyId=key) == "AlreadyExistsException"
    assert ask("kms.DescribeKey", KeyId="alias/blue")["KeyMetadata"]["KeyId"] == key
    ask("kms.DeleteAlias", AliasName="alias/blue")
    assert ask.code("kms.DescribeKey", KeyId="alias/blue") == "NotFoundException"


@pytest.fixture
def subnets(ask: Client) -> list[str]:
    vpc = ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    places = enumerate(("a", "b"))
    return [
        ask("ec2.CreateSubnet", VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
        for number, zone in places
    ]


@pytest.mark.parametrize("service", ["elb", "elbv2"])
def test_interfaces_of_a_load_balancer_outlive_it_for_a_while(ask: Client, world: World, subnets: list[str], service: str) -> None:
    tags = [{"Key": "kubernetes.io/cluster/blue", "Value": "owned"}]
    if service == "elb":
        listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80}
        ask("elb.CreateLoadBalancer", LoadBalancerName="old", Listeners=[listener], Subnets=subnets, Tags=tags)
        which = {"LoadBalancerName": "old"}
    else:
        made = ask("elbv2.CreateLoadBalancer", Name="new", Type="network", Subnets=subnets, Tags=tags)["LoadBalancers"][0]
        which = {"LoadBalancerArn": made["LoadBalancerArn"]}
    assert ask.code("ec2.DeleteSubnet", SubnetId=subnets[0]) == "DependencyViolation"

    ask(f"{service}.DeleteLoadBalancer", **which)

    assert ask.code("ec2.DeleteSubnet", SubnetId=subnets[0]) == "DependencyViolation"
    world.clock.advance(61)
    ask("ec2.DeleteSubnet", SubnetId=subnets[0])


@pytest.mark.row("Tagging API")
def test_the_tagging_api_leaves_out_roles_and_auto_scaling_groups(ask: Client, subnets: list[str]) -> None:
    tag = {"Key": "cutover.eks/cluster", "Value": f"{REGION}/blue"}
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
    )
    ask("iam.CreateRole", RoleName="blue", AssumeRolePolicyDocument=trust, Tags=[tag])
    ask("ec2.CreateTags", Resources=subnets, Tags=[tag])
    ask("logs.CreateLogGroup", logGroupName=GROUP, tags={tag["Key"]: tag["Value"]})
    template = ask("ec2.CreateLaunchTemplate", LaunchTemplateName="nodes", LaunchTemplateData={"ImageId": "ami-12345678"})
    which = {"LaunchTemplateId": template["LaunchTemplate"]["LaunchTemplateId"]}
    group_tag = {**tag, "PropagateAtLaunch": False, "ResourceId": "g", "ResourceType": "auto-scaling-group"}
    sizes = {"MinSize": 0, "MaxSize": 1}
    ask(
        "autoscaling.CreateAutoScalingGroup",
        AutoScalingGroupName="g",
        LaunchTemplate=which,
        VPCZoneIdentifier=subnets[0],
        Tags=[group_tag],
        **sizes,
    )

    found = ask("resourcegroupstaggingapi.GetResources", TagFilters=[{"Key": tag["Key"], "Values": [tag["Value"]]}])

    arns = {each["ResourceARN"] for each in found["ResourceTagMappingList"]}
    assert arns == {GROUP_ARN, *(f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/{subnet}" for subnet in subnets)}
    assert ask("resourcegroupstaggingapi.GetTagKeys")["TagKeys"] == [tag["Key"]]
    of_type = ask("resourcegroupstaggingapi.GetResources", ResourceTypeFilters=["ec2:subnet"])["ResourceTagMappingList"]
    assert len(of_type) == 2
