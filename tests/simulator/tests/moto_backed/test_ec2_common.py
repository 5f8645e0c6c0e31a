# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all operations of EC2 share: the allow-list, filters, pages, dry runs, tags."""

from __future__ import annotations

import pytest

from simulator.inprocess import Client


def specification(kind: str, *tags: tuple[str, str]) -> list[dict[str, object]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags]}]


def names(ask: Client, *filters: tuple[str, list[str]]) -> list[str]:
    wanted = [{"Name": name, "Values": values} for name, values in filters]
    vpcs = ask("ec2.DescribeVpcs", Filters=wanted)["Vpcs"]
    return sorted(tag["Value"] for vpc in vpcs for tag in vpc["Tags"] if tag["Key"] == "Name")


@pytest.fixture
def three(ask: Client) -> list[str]:
    """Three VPCs with names."""
    return [
        ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16", TagSpecifications=specification("vpc", ("Name", name), ("team", team)))["Vpc"][
            "VpcId"
        ]
        for name, team in (("red", "a"), ("green", "b"), ("grey", "b"))
    ]


@pytest.mark.parametrize(
    ("operation", "parameters", "told"),
    [
        ("ec2.CreateCustomerGateway", {}, "ec2.CreateCustomerGateway"),
        ("ec2.CreateVpc", {"CidrBlock": "10.0.0.0/16", "Ipv6Pool": "x"}, "ec2.CreateVpc field Ipv6Pool"),
        ("ec2.DescribeVpcs", {"Filters": [{"Name": "colour", "Values": ["red"]}]}, "ec2.DescribeVpcs filter colour"),
        ("ec2.DescribeNatGateways", {"Filter": [{"Name": "colour", "Values": ["red"]}]}, "ec2.DescribeNatGateways filter colour"),
    ],
)
def test_what_the_table_does_not_have_is_refused_by_name(ask: Client, operation: str, parameters: dict[str, object], told: str) -> None:
    refusal = ask.refused(operation, **parameters)

    assert (refusal.code, refusal.status) == ("NotImplementedBySimulator", 501)
    assert refusal.message == f"{told} is not implemented by the simulator"


def test_values_of_a_filter_mean_or_and_filters_mean_and(ask: Client, three: list[str]) -> None:
    assert names(ask, ("tag:Name", ["red", "green"])) == ["green", "red"]
    assert names(ask, ("tag:Name", ["red", "green"]), ("tag:team", ["b"])) == ["green"]
    assert names(ask, ("vpc-id", three[:1])) == ["red"]


def test_filters_know_the_wildcards_star_and_question_mark(ask: Client, three: list[str]) -> None:
    assert names(ask, ("tag:Name", ["gr*"])) == ["green", "grey"]
    assert names(ask, ("tag:Name", ["gre?"])) == ["grey"]
    assert names(ask, ("tag-key", ["te??"])) == ["green", "grey", "red"]


def test_a_listing_comes_in_pages(ask: Client, three: list[str]) -> None:
    for number in range(4):
        ask("ec2.CreateVpc", CidrBlock=f"10.{number}.0.0/16")

    first = ask("ec2.DescribeVpcs", MaxResults=5)
    second = ask("ec2.DescribeVpcs", MaxResults=5, NextToken=first["NextToken"])

    ids = [vpc["VpcId"] for page in (first, second) for vpc in page["Vpcs"]]
    assert (len(first["Vpcs"]), len(ids), len(set(ids)), "NextToken" in second) == (5, 8, 8, False)
    assert set(three) <= set(ids)


@pytest.mark.parametrize("parameters", [{"MaxResults": 4}, {"MaxResults": 1001}, {"NextToken": "nonsense"}])
def test_pages_out_of_bounds_and_foreign_tokens_are_refused(ask: Client, parameters: dict[str, object]) -> None:
    assert ask.code("ec2.DescribeVpcs", **parameters) == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("operation", "member", "code"),
    [
        ("DescribeVpcs", "VpcIds", "InvalidVpcID.NotFound"),
        ("DescribeSubnets", "SubnetIds", "InvalidSubnetID.NotFound"),
        ("DescribeInternetGateways", "InternetGatewayIds", "InvalidInternetGatewayID.NotFound"),
        ("DescribeNatGateways", "NatGatewayIds", "NatGatewayNotFound"),
        ("DescribeAddresses", "AllocationIds", "InvalidAllocationID.NotFound"),
        ("DescribeRouteTables", "RouteTableIds", "InvalidRouteTableID.NotFound"),
        ("DescribeSecurityGroups", "GroupIds", "InvalidGroup.NotFound"),
        ("DescribeNetworkInterfaces", "NetworkInterfaceIds", "InvalidNetworkInterfaceID.NotFound"),
        ("DescribeInstances", "InstanceIds", "InvalidInstanceID.NotFound"),
        ("DescribeVolumes", "VolumeIds", "InvalidVolume.NotFound"),
        ("DescribeLaunchTemplates", "LaunchTemplateIds", "InvalidLaunchTemplateId.NotFound"),
        ("DescribeLaunchTemplates", "LaunchTemplateNames", "InvalidLaunchTemplateName.NotFoundException"),
        ("DescribeInstanceTypes", "InstanceTypes", "InvalidInstanceType"),
        ("DescribeImages", "ImageIds", "InvalidAMIID.NotFound"),
    ],
)
def test_an_id_that_is_not_there_is_an_error_of_its_kind(ask: Client, operation: str, member: str, code: str) -> None:
    assert ask.code(f"ec2.{operation}", **{member: ["x-0123456789abcdef0"]}) == code


def test_a_dry_run_changes_nothing_and_says_so(ask: Client) -> None:
    before = ask("ec2.DescribeVpcs")

    refusal = ask.refused("ec2.CreateVpc", CidrBlock="10.0.0.0/16", DryRun=True)

    assert (refusal.code, refusal.status) == ("DryRunOperation", 412)
    assert refusal.message == "Request would have succeeded, but DryRun flag is set."
    assert ask("ec2.DescribeVpcs") == before


@pytest.mark.row("Idempotency")
@pytest.mark.parametrize(
    ("operation", "required", "longest"),
    [
        ("ec2.CreateRouteTable", {"VpcId": "vpc-0123456789abcdef0"}, 64),
        ("ec2.CreateLaunchTemplate", {"LaunchTemplateName": "nodes", "LaunchTemplateData": {}}, 128),
    ],
)
def test_a_client_token_has_a_longest_length(ask: Client, operation: str, required: dict[str, object], longest: int) -> None:
    assert f"at most {longest} " in ask.refused(operation, **required, ClientToken="t" * (longest + 1)).message
    assert "ClientToken" not in ask.refused(operation, **required, ClientToken="t" * longest).message


def test_tags_are_written_replaced_listed_and_taken_away(ask: Client, three: list[str]) -> None:
    ask("ec2.CreateTags", Resources=three[:2], Tags=[{"Key": "team", "Value": "c"}, {"Key": "cost", "Value": "7"}])
    ask("ec2.DeleteTags", Resources=three[:1], Tags=[{"Key": "Name"}, {"Key": "cost", "Value": "8"}])

    listed = ask("ec2.DescribeTags", Filters=[{"Name": "resource-id", "Values": three[:1]}])["Tags"]

    assert {tag["Key"]: tag["Value"] for tag in listed} == {"team": "c", "cost": "7"}
    assert {tag["ResourceType"] for tag in listed} == {"vpc"}


def test_delete_tags_without_tags_takes_all_of_the_callers_tags(ask: Client, three: list[str]) -> None:
    ask("ec2.DeleteTags", Resources=three[:1])

    assert ask("ec2.DescribeVpcs", VpcIds=three[:1])["Vpcs"][0]["Tags"] == []


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ([("aws:mine", "x")], "InvalidParameterValue"),
        ([("k" * 129, "x")], "InvalidParameterValue"),
        ([("k", "x" * 257)], "InvalidParameterValue"),
        ([("k", "1"), ("k", "2")], "InvalidParameterValue"),
        ([(f"k{number}", "x") for number in range(51)], "TagLimitExceeded"),
    ],
)
def test_tags_have_limits_at_creation_and_later(ask: Client, three: list[str], tags: list[tuple[str, str]], code: str) -> None:
    assert ask.code("ec2.CreateVpc", CidrBlock="10.0.0.0/16", TagSpecifications=specification("vpc", *tags)) == code
    assert ask.code("ec2.CreateTags", Resources=three[:1], Tags=[{"Key": key, "Value": value} for key, value in tags]) == code


def test_tags_of_another_kind_are_refused_at_creation(ask: Client) -> None:
    wrong = specification("subnet", ("a", "b"))

    assert ask.code("ec2.CreateVpc", CidrBlock="10.0.0.0/16", TagSpecifications=wrong) == "InvalidParameterValue"


def test_tagging_what_is_not_there_is_refused(ask: Client) -> None:
    tags = [{"Key": "a", "Value": "b"}]

    assert ask.code("ec2.CreateTags", Resources=["vpc-0123456789abcdef0"], Tags=tags) == "InvalidVpcID.NotFound"
    assert ask.code("ec2.CreateTags", Resources=["thing-1"], Tags=tags) == "InvalidID"


def test_every_kind_of_resource_takes_its_tags_at_creation(ask: Client) -> None:
    mark = ("owner", "me")
    vpc = ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16", TagSpecifications=specification("vpc", mark))["Vpc"]["VpcId"]
    subnet = ask("ec2.CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24", TagSpecifications=specification("subnet", mark))["Subnet"][
        "SubnetId"
    ]
    ask("ec2.CreateInternetGateway", TagSpecifications=specification("internet-gateway", mark))
    address = ask("ec2.AllocateAddress", Domain="vpc", TagSpecifications=specification("elastic-ip", mark))["AllocationId"]
    ask("ec2.CreateNatGateway", SubnetId=subnet, AllocationId=address, TagSpecifications=specification("natgateway", mark))
    ask("ec2.CreateRouteTable", VpcId=vpc, TagSpecifications=specification("route-table", mark))
    ask("ec2.CreateSecurityGroup", GroupName="g", Description="g", VpcId=vpc, TagSpecifications=specification("security-group", mark))
    ask("ec2.CreateNetworkInterface", SubnetId=subnet, TagSpecifications=specification("network-interface", mark))
    ask("ec2.CreateVolume", AvailabilityZone="eu-central-1a", Size=1, TagSpecifications=specification("volume", mark))
    data = {"InstanceType": "t3.large"}
    ask(
        "ec2.CreateLaunchTemplate",
        LaunchTemplateName="tpl",
        LaunchTemplateData=data,
        TagSpecifications=specification("launch-template", mark),
    )

    wanted = {
        "DescribeVpcs": "Vpcs",
        "DescribeSubnets": "Subnets",
        "DescribeInternetGateways": "InternetGateways",
        "DescribeAddresses": "Addresses",
        "DescribeRouteTables": "RouteTables",
        "DescribeSecurityGroups": "SecurityGroups",
        "DescribeNetworkInterfaces": "NetworkInterfaces",
        "DescribeVolumes": "Volumes",
        "DescribeLaunchTemplates": "LaunchTemplates",
    }
    by_tag = [{"Name": "tag:owner", "Values": ["me"]}]
    found = {operation: len(ask(f"ec2.{operation}", Filters=by_tag)[member]) for operation, member in wanted.items()}
    assert found == dict.fromkeys(wanted, 1)
    assert len(ask("ec2.DescribeNatGateways", Filter=by_tag)["NatGateways"]) == 1
