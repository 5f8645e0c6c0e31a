# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moto in this process: pictures of everything, randomness, speed, and no way out."""

from __future__ import annotations

import json
import pickle
import socket
import time
from typing import Any, NoReturn

import pytest

from simulator import moto_backend
from simulator.inprocess import ACCOUNT, REGION, Client, make_world
from simulator.leftovers import leftovers
from simulator.seam import World

OWNER = {"Key": "cutover.eks/cluster", "Value": f"{REGION}/blue"}
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}'


def populate(ask: Client) -> dict[str, str]:
    """Make something of everything, and name what later calls refer to."""
    vpc = ask("ec2.CreateVpc", CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": [OWNER]}])["Vpc"]["VpcId"]
    subnet = ask("ec2.CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24", AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
    gateway = ask("ec2.CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    ask("ec2.AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    address = ask("ec2.AllocateAddress", Domain="vpc")["AllocationId"]
    nat = ask("ec2.CreateNatGateway", SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    interface = ask("ec2.CreateNetworkInterface", SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    ask("ec2.CreateLaunchTemplate", LaunchTemplateName="nodes", LaunchTemplateData={"ImageId": "ami-12345678", "InstanceType": "t3.large"})
    group = {"AutoScalingGroupName": "g", "LaunchTemplate": {"LaunchTemplateName": "nodes"}, "VPCZoneIdentifier": subnet}
    ask("autoscaling.CreateAutoScalingGroup", **group, MinSize=1, MaxSize=2)
    ask("iam.CreateRole", RoleName=f"blue-{REGION}-cluster", AssumeRolePolicyDocument=TRUST, Tags=[OWNER])
    ask("iam.AttachRolePolicy", RoleName=f"blue-{REGION}-cluster", PolicyArn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy")
    ask("logs.CreateLogGroup", logGroupName="/aws/eks/blue/cluster")
    ask("ssm.PutParameter", Name=f"/cutover.eks/{REGION}/blue/lock", Value="mine", Type="String")
    key = ask("kms.CreateKey", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    ask("elbv2.CreateLoadBalancer", Name="new", Type="network", Subnets=[subnet])
    return {"vpc": vpc, "subnet": subnet, "nat": nat, "interface": interface, "key": key}


def everything(world: World) -> dict[str, Any]:
    found = {name: dict(service.resources(ACCOUNT, REGION)) for name, service in world.services.items()}
    return json.loads(json.dumps(found, sort_keys=True))  # type: ignore[no-any-return]


def test_a_picture_brings_everything_back_and_it_goes_on_from_there(ask: Client, world: World) -> None:
    made = populate(ask)
    before = everything(world)
    picture = pickle.loads(pickle.dumps(moto_backend.dump()))

    ask("ec2.DeleteNetworkInterface", NetworkInterfaceId=made["interface"])
    ask("autoscaling.DeleteAutoScalingGroup", AutoScalingGroupName="g", ForceDelete=True)
    ask("logs.DeleteLogGroup", logGroupName="/aws/eks/blue/cluster")
    ask("kms.ScheduleKeyDeletion", KeyId=made["key"])
    ask("iam.DetachRolePolicy", RoleName=f"blue-{REGION}-cluster", PolicyArn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy")
    assert everything(world) != before
    moto_backend.load(picture)

    assert everything(world) == before
    assert ask("ec2.CreateNetworkInterface", SubnetId=made["subnet"])["NetworkInterface"]["PrivateIpAddress"] == "10.0.0.8"
    assert ask.code("ssm.PutParameter", Name=f"/cutover.eks/{REGION}/blue/lock", Value="x", Type="String") == "ParameterAlreadyExists"
    assert ask.code("iam.DeleteRole", RoleName=f"blue-{REGION}-cluster") == "DeleteConflict"
    policy = ask("iam.GetPolicy", PolicyArn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy")["Policy"]
    assert policy["AttachmentCount"] == 1
    ask("autoscaling.UpdateAutoScalingGroup", AutoScalingGroupName="g", DesiredCapacity=2)
    world.clock.advance(101)
    assert ask("ec2.DescribeNatGateways", NatGatewayIds=[made["nat"]])["NatGateways"][0]["State"] == "available"
    moto_backend.dump()


def test_a_picture_takes_at_most_300_milliseconds_of_processor_time(ask: Client) -> None:
    populate(ask)
    started = time.process_time()
    picture = moto_backend.dump()
    assert time.process_time() - started < 0.3
    assert len(picture) < 2_000_000


def test_a_symmetric_key_costs_no_key_pair_and_survives_a_picture(ask: Client) -> None:
    ask("kms.CreateKey")
    started = time.process_time()
    keys = [ask("kms.CreateKey")["KeyMetadata"]["KeyId"] for _key in range(20)]
    assert time.process_time() - started < 0.4
    moto_backend.load(moto_backend.dump())
    assert {ask("kms.DescribeKey", KeyId=key)["KeyMetadata"]["KeySpec"] for key in keys} == {"SYMMETRIC_DEFAULT"}


def test_asymmetric_keys_have_pairs_of_their_own() -> None:
    one, other = (moto_backend.backend("kms", ACCOUNT, REGION).create_key("", "SIGN_VERIFY", "ECC_NIST_P256", "", []) for _key in "ab")
    assert one.private_key.public_key() != other.private_key.public_key()


def test_a_reset_leaves_a_fresh_account(ask: Client) -> None:
    populate(ask)
    moto_backend.reset()

    assert [vpc["IsDefault"] for vpc in ask("ec2.DescribeVpcs")["Vpcs"]] == [True]
    assert ask("iam.ListRoles")["Roles"] == []


def test_the_same_seed_gives_the_same_ids() -> None:
    runs = []
    for _attempt in range(2):
        client = Client(make_world())
        client("iam.ListRoles")
        runs.append(client("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])

    assert runs[0] == runs[1]


def test_no_call_opens_a_connection(ask: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert populate(ask)["vpc"].startswith("vpc-")


@pytest.mark.parametrize("operation", ["ec2.DescribeVpcs", "ec2.DescribeSubnets", "ec2.DescribeRouteTables", "iam.ListRoles"])
def test_a_listing_takes_less_than_ten_milliseconds_of_processor_time(ask: Client, operation: str) -> None:
    populate(ask)
    ask(operation)
    times = []
    for _attempt in range(7):
        started = time.process_time()
        ask(operation)
        times.append(time.process_time() - started)

    assert min(times) < 0.010


def test_leftovers_names_what_is_there_because_of_a_cluster_and_nothing_else(ask: Client, world: World) -> None:
    made = populate(ask)
    world.call(
        "ec2", "CreateNetworkInterface", {"SubnetId": made["subnet"], "Description": "Amazon EKS blue"}, account=ACCOUNT, region=REGION
    )
    ask("iam.CreateServiceLinkedRole", AWSServiceName="eks.amazonaws.com")

    found = leftovers(world, "blue")

    assert {(each["kind"], each["why"]) for each in found} == {
        ("vpc", f"tag cutover.eks/cluster={REGION}/blue"),
        ("role", f"tag cutover.eks/cluster={REGION}/blue"),
        ("log-group", "name"),
        ("parameter", "name"),
        ("network-interface", "name"),
    }
    assert leftovers(world, "green") == leftovers(world, "blue", account="444455556666") == leftovers(world, "blu") == []


def test_what_a_controller_in_the_cluster_made_is_a_leftover_with_its_interfaces(ask: Client, world: World) -> None:
    subnet = populate(ask)["subnet"]
    owned = [{"Key": "kubernetes.io/cluster/green", "Value": "owned"}]
    ask("elbv2.CreateLoadBalancer", Name="web", Type="network", Subnets=[subnet], Tags=owned)
    listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80}
    ask("elb.CreateLoadBalancer", LoadBalancerName="old", Listeners=[listener], Subnets=[subnet], Tags=owned)
    volume = [{"ResourceType": "volume", "Tags": [{"Key": "KubernetesCluster", "Value": "green"}]}]
    ask("ec2.CreateVolume", AvailabilityZone=f"{REGION}a", Size=1, TagSpecifications=volume)
    ask("iam.CreateRole", RoleName=f"green-{REGION}-node", AssumeRolePolicyDocument=TRUST)
    ask("iam.CreateInstanceProfile", InstanceProfileName="eks-1")
    ask("iam.AddRoleToInstanceProfile", InstanceProfileName="eks-1", RoleName=f"green-{REGION}-node")

    assert sorted((each["kind"], each["why"]) for each in leftovers(world, "green")) == [
        ("classic-load-balancer", "tag kubernetes.io/cluster/green=owned"),
        ("instance-profile", "name"),
        ("load-balancer", "tag kubernetes.io/cluster/green=owned"),
        ("network-interface", "load balancer old"),
        ("network-interface", "load balancer web"),
        ("role", "name"),
        ("volume", "tag KubernetesCluster=green"),
    ]


def test_deleted_nat_gateways_and_terminated_instances_are_no_leftovers(ask: Client, world: World) -> None:
    made = populate(ask)
    instance = ask("ec2.DescribeInstances")["Reservations"][0]["Instances"][0]["InstanceId"]
    ask("ec2.CreateTags", Resources=[made["nat"], instance], Tags=[OWNER])
    assert {"natgateway", "instance"} <= {each["kind"] for each in leftovers(world, "blue")}

    ask("ec2.DeleteNatGateway", NatGatewayId=made["nat"])
    ask("autoscaling.DeleteAutoScalingGroup", AutoScalingGroupName="g", ForceDelete=True)
    world.clock.advance(61)
    ask("ec2.DescribeNatGateways")

    assert not {"natgateway", "instance"} & {each["kind"] for each in leftovers(world, "blue")}
