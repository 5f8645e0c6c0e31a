# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs, subnets, internet gateways and routes as EC2 documents them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from simulator.inprocess import ACCOUNT, REGION, Client
from simulator.seam import World


@dataclass(frozen=True)
class Network:
    """A VPC with a subnet, an attached gateway and a route table."""

    vpc: str
    subnet: str
    gateway: str
    table: str


@pytest.fixture
def network(ask: Client) -> Network:
    vpc = ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ask("ec2.CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24", AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
    gateway = ask("ec2.CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    ask("ec2.AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    table = ask("ec2.CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    return Network(vpc, subnet, gateway, table)


def tagged(kind: str, **tags: str) -> list[dict[str, object]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


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


def test_accounts_and_regions_are_worlds_of_their_own(ask: Client, network: Network) -> None:
    for other in (ask.elsewhere(account="444455556666"), ask.elsewhere(region="us-west-2")):
        assert other.code("ec2.DescribeVpcs", VpcIds=[network.vpc]) == "InvalidVpcID.NotFound"


@pytest.mark.parametrize("block", ["10.0.0.0/8", "10.0.0.0/29"])
def test_a_vpc_is_between_16_and_28_bits(ask: Client, block: str) -> None:
    assert ask.code("ec2.CreateVpc", CidrBlock=block) == "InvalidVpc.Range"


def test_the_block_of_a_vpc_is_stored_in_its_canonical_form(ask: Client) -> None:
    assert ask("ec2.CreateVpc", CidrBlock="10.7.0.9/16")["Vpc"]["CidrBlock"] == "10.7.0.0/16"


def test_dns_attributes_are_set_one_at_a_time_and_read_back(ask: Client, network: Network) -> None:
    both = {"EnableDnsSupport": {"Value": True}, "EnableDnsHostnames": {"Value": True}}
    assert ask.code("ec2.ModifyVpcAttribute", VpcId=network.vpc, **both) == "InvalidParameterCombination"

    ask("ec2.ModifyVpcAttribute", VpcId=network.vpc, EnableDnsHostnames={"Value": True})

    shown = ask("ec2.DescribeVpcAttribute", VpcId=network.vpc, Attribute="enableDnsHostnames")
    assert shown["EnableDnsHostnames"] == {"Value": True}


@pytest.mark.parametrize(
    ("block", "zone", "code"),
    [
        ("10.0.0.128/25", "eu-central-1a", "InvalidSubnet.Conflict"),
        ("10.1.0.0/24", "eu-central-1a", "InvalidSubnet.Range"),
        ("10.0.0.0/15", "eu-central-1a", "InvalidSubnet.Range"),
        ("10.0.1.0/24", "us-east-1a", "InvalidParameterValue"),
    ],
)
def test_a_subnet_fits_into_its_vpc_beside_the_others_in_a_zone_of_the_region(
    ask: Client, network: Network, block: str, zone: str, code: str
) -> None:
    assert ask.code("ec2.CreateSubnet", VpcId=network.vpc, CidrBlock=block, AvailabilityZone=zone) == code


def test_a_created_subnet_is_no_default_one_even_where_it_is_the_first_of_its_zone(ask: Client, network: Network) -> None:
    subnet = ask("ec2.DescribeSubnets", SubnetIds=[network.subnet])["Subnets"][0]

    assert (subnet["DefaultForAz"], subnet["MapPublicIpOnLaunch"], subnet["AvailableIpAddressCount"]) == (False, False, 251)


def test_a_subnet_gives_public_addresses_when_told_to(ask: Client, network: Network) -> None:
    ask("ec2.ModifySubnetAttribute", SubnetId=network.subnet, MapPublicIpOnLaunch={"Value": True})

    giving = [{"Name": "map-public-ip-on-launch", "Values": ["true"]}, {"Name": "vpc-id", "Values": [network.vpc]}]
    assert [each["SubnetId"] for each in ask("ec2.DescribeSubnets", Filters=giving)["Subnets"]] == [network.subnet]


def test_an_interface_takes_an_address_of_its_subnet_and_blocks_its_deletion(ask: Client, network: Network) -> None:
    interface = ask("ec2.CreateNetworkInterface", SubnetId=network.subnet)["NetworkInterface"]

    assert interface["PrivateIpAddress"] == "10.0.0.4"
    assert ask("ec2.DescribeSubnets", SubnetIds=[network.subnet])["Subnets"][0]["AvailableIpAddressCount"] == 250
    assert ask.refused("ec2.DeleteSubnet", SubnetId=network.subnet).message == (
        f"The subnet '{network.subnet}' has dependencies and cannot be deleted."
    )
    ask("ec2.DeleteNetworkInterface", NetworkInterfaceId=interface["NetworkInterfaceId"])
    ask("ec2.DeleteSubnet", SubnetId=network.subnet)
    assert ask.code("ec2.DescribeSubnets", SubnetIds=[network.subnet]) == "InvalidSubnetID.NotFound"


def test_one_gateway_per_vpc_and_one_vpc_per_gateway(ask: Client, network: Network) -> None:
    other = ask("ec2.CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]

    assert ask.code("ec2.AttachInternetGateway", InternetGatewayId=network.gateway, VpcId=network.vpc) == "Resource.AlreadyAssociated"
    assert ask.code("ec2.AttachInternetGateway", InternetGatewayId=other, VpcId=network.vpc) == "InvalidParameterValue"
    assert ask.code("ec2.DetachInternetGateway", InternetGatewayId=other, VpcId=network.vpc) == "Gateway.NotAttached"
    assert ask.code("ec2.DeleteInternetGateway", InternetGatewayId=network.gateway) == "DependencyViolation"
    attached = ask("ec2.DescribeInternetGateways", Filters=[{"Name": "attachment.vpc-id", "Values": [network.vpc]}])["InternetGateways"]
    assert [each["InternetGatewayId"] for each in attached] == [network.gateway]


@pytest.mark.parametrize("left", ["subnet", "gateway", "table", "group", "nothing"])
def test_a_vpc_goes_only_when_nothing_of_the_callers_is_left_in_it(ask: Client, left: str) -> None:
    vpc = ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    if left == "subnet":
        ask("ec2.CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")
    if left == "gateway":
        gateway = ask("ec2.CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
        ask("ec2.AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    if left == "table":
        ask("ec2.CreateRouteTable", VpcId=vpc)
    if left == "group":
        ask("ec2.CreateSecurityGroup", GroupName="web", Description="web", VpcId=vpc)

    if left != "nothing":
        assert ask.refused("ec2.DeleteVpc", VpcId=vpc).message == f"The vpc '{vpc}' has dependencies and cannot be deleted."
        return
    ask("ec2.DeleteVpc", VpcId=vpc)
    for operation, member in (("RouteTables", "RouteTables"), ("SecurityGroups", "SecurityGroups"), ("NetworkAcls", "NetworkAcls")):
        assert ask(f"ec2.Describe{operation}", Filters=[{"Name": "vpc-id", "Values": [vpc]}])[member] == []


def test_a_route_needs_one_target_that_is_there_and_a_destination_that_is_free(ask: Client, network: Network) -> None:
    route = {"RouteTableId": network.table, "DestinationCidrBlock": "0.0.0.0/0"}
    detached = ask("ec2.CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]

    assert ask.code("ec2.CreateRoute", **route) == "InvalidParameterCombination"
    assert ask.code("ec2.CreateRoute", **route, GatewayId=detached) == "InvalidParameterValue"
    assert ask.code("ec2.ReplaceRoute", **route, GatewayId=network.gateway) == "InvalidParameterValue"
    assert ask.code("ec2.DeleteRoute", **route) == "InvalidRoute.NotFound"
    ask("ec2.CreateRoute", **route, GatewayId=network.gateway)
    assert ask.refused("ec2.CreateRoute", **route, GatewayId=network.gateway).code == "RouteAlreadyExists"


def test_a_route_becomes_a_black_hole_when_its_gateway_goes(ask: Client, network: Network) -> None:
    ask("ec2.CreateRoute", RouteTableId=network.table, DestinationCidrBlock="0.0.0.0/0", GatewayId=network.gateway)
    ask("ec2.DetachInternetGateway", InternetGatewayId=network.gateway, VpcId=network.vpc)

    routes = ask("ec2.DescribeRouteTables", RouteTableIds=[network.table])["RouteTables"][0]["Routes"]

    assert {route["DestinationCidrBlock"]: route["State"] for route in routes} == {"10.0.0.0/16": "active", "0.0.0.0/0": "blackhole"}


def test_a_subnet_has_one_explicit_route_table_which_stays_while_it_is_associated(ask: Client, network: Network) -> None:
    other = ask("ec2.CreateRouteTable", VpcId=network.vpc)["RouteTable"]["RouteTableId"]
    association = ask("ec2.AssociateRouteTable", RouteTableId=network.table, SubnetId=network.subnet)["AssociationId"]

    assert ask("ec2.AssociateRouteTable", RouteTableId=network.table, SubnetId=network.subnet)["AssociationId"] == association
    assert ask.code("ec2.AssociateRouteTable", RouteTableId=other, SubnetId=network.subnet) == "Resource.AlreadyAssociated"
    assert ask.code("ec2.DeleteRouteTable", RouteTableId=network.table) == "DependencyViolation"
    moved = ask("ec2.ReplaceRouteTableAssociation", AssociationId=association, RouteTableId=other)["NewAssociationId"]
    assert moved != association
    ask("ec2.DeleteRouteTable", RouteTableId=network.table)
    ask("ec2.DisassociateRouteTable", AssociationId=moved)
    assert ask.code("ec2.DisassociateRouteTable", AssociationId=moved) == "InvalidAssociationID.NotFound"


def test_associations_of_a_deleted_subnet_are_gone(ask: Client, network: Network) -> None:
    ask("ec2.AssociateRouteTable", RouteTableId=network.table, SubnetId=network.subnet)
    ask("ec2.DeleteSubnet", SubnetId=network.subnet)

    assert ask("ec2.DescribeRouteTables", RouteTableIds=[network.table])["RouteTables"][0]["Associations"] == []
    ask("ec2.DeleteRouteTable", RouteTableId=network.table)


def test_an_egress_only_gateway_belongs_to_a_vpc_that_is_there(ask: Client, network: Network) -> None:
    made = ask("ec2.CreateEgressOnlyInternetGateway", VpcId=network.vpc)["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]
    shown = ask("ec2.DescribeEgressOnlyInternetGateways", EgressOnlyInternetGatewayIds=[made])["EgressOnlyInternetGateways"]
    assert [each["Attachments"] for each in shown] == [[{"State": "attached", "VpcId": network.vpc}]]

    assert ask.code("ec2.CreateEgressOnlyInternetGateway", VpcId="vpc-0123456789abcdef0") == "InvalidVpcID.NotFound"
    ask("ec2.DeleteEgressOnlyInternetGateway", EgressOnlyInternetGatewayId=made)
    assert ask.code("ec2.DeleteEgressOnlyInternetGateway", EgressOnlyInternetGatewayId=made) == "InvalidGatewayID.NotFound"


def test_a_vpc_has_a_default_acl_over_all_its_subnets_and_no_endpoint(ask: Client, network: Network) -> None:
    of_vpc = [{"Name": "vpc-id", "Values": [network.vpc]}]

    [acl] = ask("ec2.DescribeNetworkAcls", Filters=[*of_vpc, {"Name": "default", "Values": ["true"]}])["NetworkAcls"]
    assert [each["SubnetId"] for each in acl["Associations"]] == [network.subnet]
    assert ask("ec2.DescribeVpcEndpoints", Filters=of_vpc)["VpcEndpoints"] == []


def test_the_main_route_table_cannot_be_deleted(ask: Client, network: Network) -> None:
    main = [{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "association.main", "Values": ["true"]}]
    table = ask("ec2.DescribeRouteTables", Filters=main)["RouteTables"][0]["RouteTableId"]

    assert ask.code("ec2.DeleteRouteTable", RouteTableId=table) == "DependencyViolation"


def test_zones_are_those_of_the_region(ask: Client) -> None:
    zones = ask.elsewhere(region="us-west-2")("ec2.DescribeAvailabilityZones", Filters=[{"Name": "state", "Values": ["available"]}])

    assert {zone["RegionName"] for zone in zones["AvailabilityZones"]} == {"us-west-2"}


def test_times_are_the_simulated_ones(ask: Client, world: World) -> None:
    world.clock.advance(86_400)
    ask("ec2.CreateLaunchTemplate", LaunchTemplateName="late", LaunchTemplateData={"InstanceType": "t3.large"})

    created = ask("ec2.DescribeLaunchTemplates")["LaunchTemplates"][0]["CreateTime"]

    assert abs(created.timestamp() - world.clock.seconds()) < 5
