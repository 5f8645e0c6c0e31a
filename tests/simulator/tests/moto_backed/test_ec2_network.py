# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs, subnets, gateways and routes as EC2 documents them."""

from __future__ import annotations

from simulator.inprocess import ACCOUNT, Client


def test_a_vpc_is_created_with_its_tags_and_found_by_them(ask: Client) -> None:
    tags = [{"Key": "cutover.eks/cluster", "Value": "eu-central-1/blue"}]
    vpc = ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])["Vpc"]

    found = ask("ec2.DescribeVpcs", Filters=[{"Name": "tag:cutover.eks/cluster", "Values": ["eu-central-1/*"]}])["Vpcs"]

    assert [each["VpcId"] for each in found] == [vpc["VpcId"]]
    assert vpc["Tags"] == found[0]["Tags"] == tags
    assert found[0]["OwnerId"] == ACCOUNT


def test_a_fresh_account_has_a_default_vpc_with_a_subnet_in_every_zone(ask: Client) -> None:
    vpcs = ask("ec2.DescribeVpcs", Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    subnets = ask("ec2.DescribeSubnets", Filters=[{"Name": "vpc-id", "Values": [vpcs[0]["VpcId"]]}])["Subnets"]

    assert len(vpcs) == 1
    assert sorted(each["AvailabilityZone"] for each in subnets) == ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
