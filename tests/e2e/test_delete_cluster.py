# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Down again: nothing of ours is left, nothing of others is touched."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import converging
from world import MINIMAL, World

DOWN = {**converging.STACK, "state": "absent", "confirm_deletion": "blue", "delete_orphans": True}
LINGERING_SECONDS = 7200
MADE_BY_AWS = re.compile(r"/iam/role/AWSServiceRoleFor|/kms/key/")
"""Service-linked roles, and the key for volumes: an account has them from its first cluster on."""


def delete(world: World) -> None:
    ran = world.playbook("delete_cluster", variables={**MINIMAL, "eks_stack_confirm_deletion": "blue"})
    assert ran.exit_code == 0, ran.output


def ids(world: World) -> set[str]:
    """Give what AWS chose to tell everything of the cluster from other things of the same name."""
    ec2, eks = world.client("ec2"), world.client("eks")
    ours = {"Filters": [{"Name": "tag-key", "Values": ["cutover.eks/cluster"]}]}
    roles = [role for role in world.client("iam").list_roles()["Roles"] if role["RoleName"].startswith("blue-")]
    group = eks.describe_nodegroup(clusterName="blue", nodegroupName="general")["nodegroup"]
    return {
        *(vpc["VpcId"] for vpc in ec2.describe_vpcs(**ours)["Vpcs"]),
        *(subnet["SubnetId"] for subnet in ec2.describe_subnets(**ours)["Subnets"]),
        *(table["RouteTableId"] for table in ec2.describe_route_tables(**ours)["RouteTables"]),
        *(address["AllocationId"] for address in ec2.describe_addresses(**ours)["Addresses"]),
        *(template["LaunchTemplateId"] for template in ec2.describe_launch_templates(**ours)["LaunchTemplates"]),
        *(role["RoleId"] for role in roles),
        group["nodegroupArn"],
        eks.describe_cluster(name="blue")["cluster"]["endpoint"],
    }


def seconds_since_the_first_creation(world: World) -> float:
    """Give the simulated time."""
    times = [datetime.fromisoformat(call["time"]) for call in world.control("GET", "journal") if call["operation"] == "CreateVpc"]
    now = datetime.fromisoformat(world.control("GET", "journal")[-1]["time"])
    return (now - times[0]).total_seconds()


def leftovers(world: World) -> object:
    return list(world.control("GET", "leftovers?cluster=blue")["leftovers"])


def test_without_the_clusters_name_nothing_is_deleted(world: World) -> None:
    ran = world.playbook("delete_cluster")
    assert ran.exit_code != 0
    assert "confirm_deletion" in ran.stack["msg"]
    assert world.mutations() == []


def everything(world: World) -> Any:
    """Give the whole state, once what lingers for a while is gone; a region's default VPC comes with the first look."""
    world.client("ec2").describe_vpcs()
    world.control("POST", "clock/advance", {"seconds": LINGERING_SECONDS})
    resources = world.control("GET", "state?normalised=true")["resources"]
    return {key: thing for key, thing in resources.items() if not MADE_BY_AWS.search(key)}


def tagged(kind: str, tag: dict[str, str]) -> list[dict[str, Any]]:
    """Give a tag in a create call."""
    return [{"ResourceType": kind, "Tags": [tag]}]


def leave_what_controllers_leave(world: World) -> None:
    """Make what the controllers of a cluster make, and leave when their objects are not deleted first."""
    ec2, balancing = world.client("ec2"), world.client("elbv2")
    public = ec2.describe_subnets(Filters=[{"Name": "tag:kubernetes.io/role/elb", "Values": ["1"]}])["Subnets"]
    vpc, subnets = public[0]["VpcId"], [subnet["SubnetId"] for subnet in public]
    owner, owned = {"Key": "elbv2.k8s.aws/cluster", "Value": "blue"}, {"Key": "kubernetes.io/cluster/blue", "Value": "owned"}
    group, classic_group = (
        ec2.create_security_group(GroupName=name, Description="[k8s]", VpcId=vpc, TagSpecifications=tagged("security-group", tag))[
            "GroupId"
        ]
        for name, tag in (("k8s-shop-cart", owner), ("k8s-elb-a1b2c3", owned))
    )
    balancing.create_load_balancer(Name="k8s-shop-cart", Type="application", Subnets=subnets, SecurityGroups=[group], Tags=[owner])
    balancing.create_target_group(Name="k8s-shop-cart", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip", Tags=[owner])
    world.client("elb").create_load_balancer(
        LoadBalancerName="a1b2c3",
        Listeners=[{"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 30080}],
        Subnets=subnets[:1],
        SecurityGroups=[classic_group],
        Tags=[owned],
    )
    cluster_group = world.client("eks").describe_cluster(name="blue")["cluster"]["resourcesVpcConfig"]["clusterSecurityGroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=cluster_group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "UserIdGroupPairs": [{"GroupId": group}]}],
    )
    ec2.create_network_interface(
        SubnetId=subnets[0],
        Groups=[group],
        Description="aws-K8S-i-0123456789abcdef0",
        TagSpecifications=tagged("network-interface", {"Key": "cluster.k8s.amazonaws.com/name", "Value": "blue"}),
    )
    ec2.create_volume(AvailabilityZone=public[0]["AvailabilityZone"], Size=1, TagSpecifications=tagged("volume", owned))


def test_deletion_leaves_nothing(world: World) -> None:
    before = everything(world)
    assert world.playbook("create_cluster").exit_code == 0
    assert leftovers(world) != []
    delete(world)
    assert leftovers(world) == []
    assert everything(world) == before


def test_what_is_made_again_within_the_hour_is_all_new(world: World) -> None:
    def create() -> set[str]:
        world.control("PUT", "clock", {"speed": "inf"})
        done = converging.run(world.simulator.endpoint)
        assert not done.get("failed"), done["msg"]
        return ids(world)

    first = create()
    world.control("PUT", "clock", {"speed": 60})  # what lingers does so for minutes, at any speed that is finite
    gone = converging.run(world.simulator.endpoint, DOWN)
    assert not gone.get("failed"), gone["msg"]
    assert first.isdisjoint(create())
    assert seconds_since_the_first_creation(world) < 3600


def test_a_log_group_that_late_logs_make_again_goes_too(world: World) -> None:
    assert not converging.run(world.simulator.endpoint).get("failed")
    start = world.last()
    world.control("PUT", "clock", {"speed": 60})  # slow enough that the logs come after the deletion, not before
    gone = converging.run(world.simulator.endpoint, {**DOWN, "network": None, "iam_roles": None, "addons": None})
    assert not gone.get("failed"), gone["msg"]
    assert [call["operation"] for call in world.mutations(start)].count("DeleteLogGroup") == 2
    world.control("POST", "clock/advance", {"seconds": LINGERING_SECONDS})
    assert world.client("logs").describe_log_groups()["logGroups"] == []


def test_what_controllers_left_goes_too_when_asked_to(world: World) -> None:
    before = everything(world)
    assert not converging.run(world.simulator.endpoint).get("failed")
    leave_what_controllers_leave(world)
    gone = converging.run(world.simulator.endpoint, DOWN)
    assert not gone.get("failed"), gone["msg"]
    assert leftovers(world) == []
    assert everything(world) == before


def test_what_controllers_left_is_named_where_it_is_in_the_way(world: World) -> None:
    assert not converging.run(world.simulator.endpoint).get("failed")
    leave_what_controllers_leave(world)
    start = world.last()
    refused = converging.run(world.simulator.endpoint, DOWN | {"delete_orphans": False})
    assert refused["failed"]
    assert "k8s-shop-cart" in refused["msg"]
    assert "delete_orphans" in refused["msg"]
    assert world.mutations(start) == []


def test_an_untagged_neighbour_is_not_touched(world: World) -> None:
    neighbour = world.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    role = world.client("iam").create_role(RoleName="blue-somebody", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    assert world.playbook("create_cluster").exit_code == 0
    delete(world)
    assert world.client("ec2").describe_vpcs(VpcIds=[neighbour])["Vpcs"][0]["VpcId"] == neighbour
    assert world.client("iam").get_role(RoleName="blue-somebody")["Role"]["RoleId"] == role["RoleId"]
