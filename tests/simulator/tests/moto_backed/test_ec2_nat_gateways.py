# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NAT gateways and Elastic IPs through their whole life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from simulator.inprocess import Client, make_world
from simulator.lifecycles import Outcome
from simulator.seam import World


@dataclass(frozen=True)
class Place:
    """Where a NAT gateway can stand."""

    vpc: str
    subnet: str
    gateway: str
    address: str


def build(ask: Client) -> Place:
    vpc = ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ask("ec2.CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = ask("ec2.CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    ask("ec2.AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    return Place(vpc, subnet, gateway, ask("ec2.AllocateAddress", Domain="vpc")["AllocationId"])


@pytest.fixture
def place(ask: Client) -> Place:
    return build(ask)


def create(ask: Client, place: Place) -> str:
    nat: str = ask("ec2.CreateNatGateway", SubnetId=place.subnet, AllocationId=place.address)["NatGateway"]["NatGatewayId"]
    return nat


def show(ask: Client, nat: str) -> dict[str, Any]:
    found: dict[str, Any] = ask("ec2.DescribeNatGateways", NatGatewayIds=[nat])["NatGateways"][0]
    return found


def test_a_nat_gateway_is_pending_then_available_with_an_address_of_its_subnet(ask: Client, world: World, place: Place) -> None:
    nat = create(ask, place)
    assert show(ask, nat)["State"] == "pending"
    world.clock.advance(90)
    assert show(ask, nat)["State"] == "pending"
    world.clock.advance(15)

    shown = show(ask, nat)

    assert shown["State"] == "available"
    assert shown["NatGatewayAddresses"][0]["PrivateIp"] == "10.0.0.4"
    assert shown["NatGatewayAddresses"][0]["AllocationId"] == place.address


def test_a_route_to_a_nat_gateway_that_is_pending_is_refused(ask: Client, world: World, place: Place) -> None:
    nat = create(ask, place)
    table = ask("ec2.CreateRouteTable", VpcId=place.vpc)["RouteTable"]["RouteTableId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": nat}

    assert ask.code("ec2.CreateRoute", **route) == "InvalidNatGatewayID.NotFound"
    world.clock.advance(101)
    ask("ec2.CreateRoute", **route)


@pytest.mark.row("NAT gateway")
def test_what_a_nat_gateway_uses_stays_until_it_is_deleted(ask: Client, world: World, place: Place) -> None:
    nat = create(ask, place)
    world.clock.advance(101)
    ask("ec2.DeleteNatGateway", NatGatewayId=nat)
    assert show(ask, nat)["State"] == "deleting"

    assert ask.refused("ec2.ReleaseAddress", AllocationId=place.address).code == "AuthFailure"
    assert ask.code("ec2.DeleteSubnet", SubnetId=place.subnet) == "DependencyViolation"
    refusal = ask.refused("ec2.DetachInternetGateway", InternetGatewayId=place.gateway, VpcId=place.vpc)
    assert (refusal.code, "mapped public address(es)" in refusal.message) == ("DependencyViolation", True)

    world.clock.advance(61)
    ask("ec2.ReleaseAddress", AllocationId=place.address)
    ask("ec2.DeleteSubnet", SubnetId=place.subnet)
    ask("ec2.DetachInternetGateway", InternetGatewayId=place.gateway, VpcId=place.vpc)


@pytest.mark.row("NAT gateway")
def test_a_deleted_nat_gateway_stays_visible_for_an_hour(ask: Client, world: World, place: Place) -> None:
    nat = create(ask, place)
    world.clock.advance(101)
    ask("ec2.DeleteNatGateway", NatGatewayId=nat)
    world.clock.advance(61)
    ask("ec2.DescribeNatGateways")

    world.clock.advance(3500)
    assert show(ask, nat)["State"] == "deleted"
    assert ask.code("ec2.DeleteNatGateway", NatGatewayId=nat) == "NatGatewayNotFound"
    world.clock.advance(101)
    assert ask.code("ec2.DescribeNatGateways", NatGatewayIds=[nat]) == "NatGatewayNotFound"


def test_a_nat_gateway_on_an_address_in_use_fails_and_says_why(ask: Client, world: World, place: Place) -> None:
    create(ask, place)
    second = create(ask, place)
    world.clock.advance(101)

    shown = show(ask, second)

    assert (shown["State"], shown["FailureCode"]) == ("failed", "Resource.AlreadyAssociated")


def test_a_nat_gateway_in_a_vpc_without_internet_gateway_fails_and_says_why(ask: Client, world: World, place: Place) -> None:
    ask("ec2.DetachInternetGateway", InternetGatewayId=place.gateway, VpcId=place.vpc)
    nat = create(ask, place)
    world.clock.advance(101)

    assert (show(ask, nat)["State"], show(ask, nat)["FailureCode"]) == ("failed", "Gateway.NotAttached")


def test_a_failed_outcome_can_be_ordered(ask: Client, world: World, place: Place) -> None:
    world.lifecycles.order(Outcome(resource="natgateway", outcome="failed", issues=[{"code": "InternalError"}], after=20))
    nat = create(ask, place)
    world.clock.advance(21)

    assert (show(ask, nat)["State"], show(ask, nat)["FailureCode"]) == ("failed", "InternalError")


def test_at_infinite_speed_the_second_read_shows_the_end(ask: Client) -> None:
    client = Client(make_world(speed=float("inf")))
    nat = create(client, build(client))

    assert [show(client, nat)["State"] for _look in range(2)] == ["pending", "available"]


def test_at_infinite_speed_only_a_look_at_the_gateway_itself_counts(ask: Client) -> None:
    client = Client(make_world(speed=float("inf")))
    place = build(client)
    nat, other = create(client, place), create(client, build(client))

    for _look in range(2):
        show(client, other)
        client.world.services["ec2"].resources(client.account, client.region)
    assert show(client, nat)["State"] == "pending"


def test_filters_of_nat_gateways_are_honoured(ask: Client, place: Place) -> None:
    nat = create(ask, place)

    def found(name: str, value: str) -> list[str]:
        answer = ask("ec2.DescribeNatGateways", Filter=[{"Name": name, "Values": [value]}])
        return [each["NatGatewayId"] for each in answer["NatGateways"]]

    assert found("subnet-id", place.subnet) == found("state", "pending") == [nat]
    assert found("vpc-id", "vpc-0") == found("tag:Name", "other") == []


def test_a_public_nat_gateway_needs_an_address(ask: Client, place: Place) -> None:
    assert ask.code("ec2.CreateNatGateway", SubnetId=place.subnet) == "MissingParameter"
    private = ask("ec2.CreateNatGateway", SubnetId=place.subnet, ConnectivityType="private")["NatGateway"]
    assert private["ConnectivityType"] == "private"


def test_an_address_on_an_interface_of_ones_own_is_in_use(ask: Client, place: Place) -> None:
    interface = ask("ec2.CreateNetworkInterface", SubnetId=place.subnet)["NetworkInterface"]["NetworkInterfaceId"]
    association = ask("ec2.AssociateAddress", AllocationId=place.address, NetworkInterfaceId=interface)["AssociationId"]

    [shown] = ask("ec2.DescribeAddresses", AllocationIds=[place.address])["Addresses"]
    assert (shown["NetworkInterfaceId"], shown["AssociationId"], shown["Domain"]) == (interface, association, "vpc")
    assert ask.code("ec2.ReleaseAddress", AllocationId=place.address) == "InvalidIPAddress.InUse"
    ask("ec2.DisassociateAddress", AssociationId=association)
    ask("ec2.ReleaseAddress", AllocationId=place.address)
