# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security groups: rules all or none, and what keeps a group from going."""

from __future__ import annotations

import pytest

from simulator.inprocess import Client

HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "office"}]}
SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}


@pytest.fixture
def vpc(ask: Client) -> str:
    vpc: str = ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return vpc


@pytest.fixture
def group(ask: Client, vpc: str) -> str:
    group: str = ask("ec2.CreateSecurityGroup", GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    return group


def test_a_name_is_taken_once_per_vpc(ask: Client, vpc: str, group: str) -> None:
    refusal = ask.refused("ec2.CreateSecurityGroup", GroupName="web", Description="again", VpcId=vpc)

    assert (refusal.code, refusal.message) == ("InvalidGroup.Duplicate", f"The security group 'web' already exists for VPC '{vpc}'")
    assert group.startswith("sg-")


def test_a_new_group_lets_everything_out_and_nothing_in(ask: Client, group: str) -> None:
    shown = ask("ec2.DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"][0]

    assert shown["IpPermissions"] == []
    assert [(rule["IpProtocol"], rule["IpRanges"]) for rule in shown["IpPermissionsEgress"]] == [("-1", [{"CidrIp": "0.0.0.0/0"}])]


def test_added_rules_are_answered_with_their_ids_and_listed(ask: Client, group: str) -> None:
    own = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    added = ask("ec2.AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[HTTPS, own])["SecurityGroupRules"]

    listed = ask("ec2.DescribeSecurityGroupRules", Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]

    assert len(added) == 2
    assert {rule["SecurityGroupRuleId"] for rule in added} == {rule["SecurityGroupRuleId"] for rule in listed if not rule["IsEgress"]}
    assert {(rule["FromPort"], rule.get("CidrIpv4"), rule.get("Description")) for rule in added} == {
        (443, "10.0.0.0/8", "office"),
        (-1, None, None),
    }


def test_rules_are_added_all_or_none(ask: Client, group: str) -> None:
    ask("ec2.AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[HTTPS])

    refusal = ask.refused("ec2.AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[SSH, HTTPS])

    assert refusal.code == "InvalidPermission.Duplicate"
    ports = [rule["FromPort"] for rule in ask("ec2.DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]]
    assert ports == [443]


def test_revoking_a_rule_that_is_not_there_is_an_error_and_takes_nothing(ask: Client, group: str) -> None:
    ask("ec2.AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[HTTPS])

    assert ask.code("ec2.RevokeSecurityGroupIngress", GroupId=group, IpPermissions=[HTTPS, SSH]) == "InvalidPermission.NotFound"
    assert len(ask("ec2.DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]) == 1
    ask("ec2.RevokeSecurityGroupIngress", GroupId=group, IpPermissions=[HTTPS])
    assert ask("ec2.DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == []


def test_rules_to_the_outside_are_kept_apart_from_those_to_the_inside(ask: Client, group: str) -> None:
    ask("ec2.AuthorizeSecurityGroupEgress", GroupId=group, IpPermissions=[HTTPS])
    ask("ec2.RevokeSecurityGroupEgress", GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])

    shown = ask("ec2.DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"][0]
    assert ([rule["FromPort"] for rule in shown["IpPermissionsEgress"]], shown["IpPermissions"]) == ([443], [])
    assert ask.code("ec2.AuthorizeSecurityGroupEgress", GroupId=group, IpPermissions=[HTTPS]) == "InvalidPermission.Duplicate"
    assert ask.code("ec2.RevokeSecurityGroupEgress", GroupId=group, IpPermissions=[SSH]) == "InvalidPermission.NotFound"


def test_a_rule_is_revoked_by_its_id(ask: Client, group: str) -> None:
    rule = ask("ec2.AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[SSH])["SecurityGroupRules"][0]

    ask("ec2.RevokeSecurityGroupIngress", GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])

    assert ask("ec2.DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == []


def test_a_rule_naming_a_group_that_is_not_there_is_refused(ask: Client, group: str) -> None:
    rule = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-0123456789abcdef0"}]}

    assert ask.code("ec2.AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[rule]) == "InvalidGroup.NotFound"


def test_a_group_named_in_a_rule_of_another_stays(ask: Client, vpc: str, group: str) -> None:
    other = ask("ec2.CreateSecurityGroup", GroupName="db", Description="db", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": group}]}
    ask("ec2.AuthorizeSecurityGroupIngress", GroupId=other, IpPermissions=[rule])

    assert ask.refused("ec2.DeleteSecurityGroup", GroupId=group).message == f"resource {group} has a dependent object"
    ask("ec2.RevokeSecurityGroupIngress", GroupId=other, IpPermissions=[rule])
    ask("ec2.DeleteSecurityGroup", GroupId=group)


def test_a_group_on_an_interface_stays(ask: Client, vpc: str, group: str) -> None:
    subnet = ask("ec2.CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    interface = ask("ec2.CreateNetworkInterface", SubnetId=subnet, Groups=[group])["NetworkInterface"]["NetworkInterfaceId"]

    assert ask.code("ec2.DeleteSecurityGroup", GroupId=group) == "DependencyViolation"
    ask("ec2.DeleteNetworkInterface", NetworkInterfaceId=interface)
    ask("ec2.DeleteSecurityGroup", GroupId=group)


def test_an_interface_changes_its_groups(ask: Client, vpc: str, group: str) -> None:
    subnet = ask("ec2.CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    interface = ask("ec2.CreateNetworkInterface", SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    ask("ec2.ModifyNetworkInterfaceAttribute", NetworkInterfaceId=interface, Groups=[group])

    by_group = [{"Name": "group-id", "Values": [group]}]
    assert [each["NetworkInterfaceId"] for each in ask("ec2.DescribeNetworkInterfaces", Filters=by_group)["NetworkInterfaces"]] == [
        interface
    ]
    none = {"NetworkInterfaceId": interface, "Groups": ["sg-0123456789abcdef0"]}
    assert ask.code("ec2.ModifyNetworkInterfaceAttribute", **none) == "InvalidGroup.NotFound"


def test_a_group_that_names_itself_can_go_and_the_default_one_cannot(ask: Client, vpc: str, group: str) -> None:
    ask("ec2.AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}])
    ask("ec2.DeleteSecurityGroup", GroupId=group)

    default = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    default_group = ask("ec2.DescribeSecurityGroups", Filters=default)["SecurityGroups"][0]["GroupId"]
    assert ask.code("ec2.DeleteSecurityGroup", GroupId=default_group) == "CannotDelete"
