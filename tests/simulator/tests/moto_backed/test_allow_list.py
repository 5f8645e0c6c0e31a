# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The law of the allow-list: every operation that is let through to moto is shown by a test here, every filter finds what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import jmespath
import pytest
from nodes_world import Account

from simulator.inprocess import REGION, Client, make_world
from simulator.moto_backend import RESPONSES
from simulator.moto_service import MotoService
from simulator.services.ec2.listings import LISTINGS

HERE = Path(__file__).parent
NOBODY_HAS = {"association.gateway-id", "vpc-endpoint-id", "service-name", "vpc-endpoint-state", "vpc-endpoint-type"}
"""Filters of things that nobody can make here: they are allowed because finding nothing is right."""
FILTERS = [(operation, name) for operation, listing in LISTINGS.items() for name in listing.filters]


def allowed() -> list[tuple[str, str]]:
    world = make_world()
    services: dict[str, MotoService] = {name: cast("MotoService", world.services[name]) for name in RESPONSES}
    return [(name, operation) for name, service in services.items() for operation in service.allowed]


@cache
def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py"))


@pytest.mark.parametrize(("service", "operation"), allowed())
def test_every_operation_is_shown_by_a_test(service: str, operation: str) -> None:
    assert re.search(rf'"{service}\.{operation}"', sources()), f"no test here asks {service}.{operation}"


@pytest.fixture(scope="module")
def ask() -> Client:
    """A world with a node group and whatever else can be filtered."""
    account = Account.ready()
    account.active_nodegroup()
    ask = Client(account.world)
    public, other = account.subnets
    account.make_public(public)
    nat = {"SubnetId": public, "AllocationId": ask("ec2.AllocateAddress", Domain="vpc")["AllocationId"]}
    nat_gateway = ask("ec2.CreateNatGateway", **nat)["NatGateway"]["NatGatewayId"]
    account.pass_time(200)
    table = ask("ec2.CreateRouteTable", VpcId=account.vpc)["RouteTable"]["RouteTableId"]
    ask("ec2.CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat_gateway)
    ask("ec2.AssociateRouteTable", RouteTableId=table, SubnetId=other)
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    group = ask("ec2.CreateSecurityGroup", GroupName="web", Description="web", VpcId=account.vpc)["GroupId"]
    ask("ec2.AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[rule])
    ask("ec2.AuthorizeSecurityGroupEgress", GroupId=group, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}])
    ask("ec2.CreateTags", Resources=[account.vpc], Tags=[{"Key": "Name", "Value": "blue"}])
    instance = ask("ec2.DescribeInstances")["Reservations"][0]["Instances"][0]["InstanceId"]
    ask("ec2.AssociateAddress", InstanceId=instance, AllocationId=ask("ec2.AllocateAddress", Domain="vpc")["AllocationId"])
    ask("ec2.CreateLaunchTemplate", LaunchTemplateName="mine", LaunchTemplateData={"InstanceType": "t3.large"})
    ask("ec2.CreateVolume", AvailabilityZone=f"{REGION}a", Size=8, VolumeType="gp3")
    return ask


def values(found: Any) -> Iterator[str]:
    if isinstance(found, list):
        for each in found:
            yield from values(each)
    elif found is not None:
        yield str(found).lower() if isinstance(found, bool) else str(found)


@pytest.mark.parametrize(("operation", "name"), FILTERS)
def test_every_filter_finds_what_has_its_value_and_nothing_else(ask: Client, operation: str, name: str) -> None:
    listing = LISTINGS[operation]
    plain = {"Versions": ["$Latest"]} if "Versions" in operation else {}
    every = found_in(ask(f"ec2.{operation}", **plain), listing.member)
    held = [list(values(jmespath.search(listing.filters[name], item))) for item in every]
    value = next((value for each in held for value in each), "")
    # A filter that nothing can match is here by mistake: a misspelt path finds nothing either
    assert value or name in NOBODY_HAS or operation == "DescribeVpcEndpoints"
    found = found_in(ask(f"ec2.{operation}", **plain, **{listing.filter_member: [{"Name": name, "Values": [value]}]}), listing.member)
    assert found == [item for item, each in zip(every, held, strict=True) if value in each]


def found_in(answer: dict[str, Any], member: str) -> list[Any]:
    instances = [each for reservation in answer.get("Reservations", ()) for each in reservation["Instances"]]
    return instances or list(answer.get(member, ()))
