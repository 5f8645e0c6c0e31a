# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody changes behind our back is repaired by exactly the calls it takes; what is not declared is left alone."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import converging
import pytest
from world import World

ANYWHERE = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}], "Version": "2012-10-17"}
Damage = Callable[[World], None]


@pytest.fixture(scope="module")
def picture(simulator: Any) -> Iterator[bytes]:
    """A converged stack, as a snapshot."""
    simulator.control("POST", "reset")
    simulator.control("PUT", "clock", {"speed": 3000})
    made = converging.run(simulator.endpoint)
    assert not made.get("failed"), made.get("msg")
    with urllib.request.urlopen(f"{simulator.endpoint}/_simulator/snapshot") as answer:
        yield answer.read()


@pytest.fixture
def converged(simulator: Any, picture: bytes) -> World:
    headers = {"Content-Type": "application/octet-stream"}
    request = urllib.request.Request(f"{simulator.endpoint}/_simulator/snapshot", picture, headers, method="PUT")
    with urllib.request.urlopen(request):
        return World(simulator)


def endpoint(world: World, **config: object) -> None:
    updated(world, world.client("eks").update_cluster_config(name="blue", resourcesVpcConfig=config))


def config(world: World, **change: object) -> None:
    updated(world, world.client("eks").update_cluster_config(name="blue", **change))


def updated(world: World, answer: dict[str, Any], **of: str) -> None:
    """Let the update end."""
    world.control("POST", "clock/advance", {"seconds": 3600})
    update = world.client("eks").describe_update(name="blue", updateId=answer["update"]["id"], **of)["update"]
    assert update["status"] == "Successful", update


def nodegroup(world: World, **change: object) -> None:
    updated(
        world, world.client("eks").update_nodegroup_config(clusterName="blue", nodegroupName="general", **change), nodegroupName="general"
    )


def addon(world: World, name: str, **change: object) -> None:
    updated(world, world.client("eks").update_addon(clusterName="blue", addonName=name, **change), addonName=name)


def ours(world: World, step: str) -> list[dict[str, str]]:
    return [{"Name": "tag:cutover.eks/step", "Values": [step]}]


def route_deleted(world: World) -> None:
    ec2 = world.client("ec2")
    (table,) = ec2.describe_route_tables(Filters=ours(world, "route-table/private-a"))["RouteTables"]
    ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")


def nat_deleted(world: World) -> None:
    ec2 = world.client("ec2")
    nats = ec2.describe_nat_gateways(Filters=[*ours(world, "nat-gateway/a"), {"Name": "state", "Values": ["available"]}])["NatGateways"]
    ec2.delete_nat_gateway(NatGatewayId=nats[0]["NatGatewayId"])
    world.control("POST", "clock/advance", {"seconds": 600})


def rule_added(world: World) -> None:
    ec2 = world.client("ec2")
    (group,) = ec2.describe_security_groups(Filters=ours(world, "security-group/extra"))["SecurityGroups"]
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[permission])


def hostnames_off(world: World) -> None:
    ec2 = world.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=ours(world, "vpc"))["Vpcs"]
    ec2.modify_vpc_attribute(VpcId=vpc["VpcId"], EnableDnsHostnames={"Value": False})


def subnet_tag_removed(world: World) -> None:
    ec2 = world.client("ec2")
    (subnet,) = ec2.describe_subnets(Filters=ours(world, "subnet/private-a"))["Subnets"]
    ec2.delete_tags(Resources=[subnet["SubnetId"]], Tags=[{"Key": "kubernetes.io/role/internal-elb"}])


def node_role() -> str:
    return f"blue-{converging.REGION}-node"


def policy_detached(world: World) -> None:
    world.client("iam").detach_role_policy(RoleName=node_role(), PolicyArn="arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy")


def trust_changed(world: World) -> None:
    world.client("iam").update_assume_role_policy(RoleName=node_role(), PolicyDocument=json.dumps(ANYWHERE))


def cluster_arn(world: World) -> str:
    return str(world.client("eks").describe_cluster(name="blue")["cluster"]["arn"])


def tag_changed(world: World) -> None:
    world.client("eks").tag_resource(resourceArn=cluster_arn(world), tags={"team": "somebody"})


def tag_removed(world: World) -> None:
    world.client("eks").untag_resource(resourceArn=cluster_arn(world), tagKeys=["team"])


def association_removed(world: World) -> None:
    addon(world, "vpc-cni", podIdentityAssociations=[])


def older_template_default(world: World) -> None:
    ec2 = world.client("ec2")
    template = ec2.describe_launch_templates(Filters=ours(world, "launch-template/general"))["LaunchTemplates"][0]
    made = ec2.create_launch_template_version(
        LaunchTemplateId=template["LaunchTemplateId"], LaunchTemplateData={"InstanceType": "m5.large"}, VersionDescription="by hand"
    )
    version = str(made["LaunchTemplateVersion"]["VersionNumber"])
    ec2.modify_launch_template(LaunchTemplateId=template["LaunchTemplateId"], DefaultVersion=version)


DRIFTS: dict[str, tuple[Damage, list[str]]] = {
    "cluster public access": (lambda w: endpoint(w, endpointPublicAccess=False), ["UpdateClusterConfig"]),
    "cluster CIDRs": (lambda w: endpoint(w, publicAccessCidrs=["0.0.0.0/0"]), ["UpdateClusterConfig"]),
    "cluster log types": (
        lambda w: config(w, logging={"clusterLogging": [{"types": ["audit"], "enabled": False}]}),
        ["UpdateClusterConfig"],
    ),
    "cluster upgrade policy": (lambda w: config(w, upgradePolicy={"supportType": "EXTENDED"}), ["UpdateClusterConfig"]),
    "cluster deletion protection": (lambda w: config(w, deletionProtection=False), ["UpdateClusterConfig"]),
    "a changed tag": (tag_changed, ["TagResource"]),
    "a removed tag": (tag_removed, ["TagResource"]),
    "node group max size": (lambda w: nodegroup(w, scalingConfig={"maxSize": 2}), ["UpdateNodegroupConfig"]),
    "node group label value": (lambda w: nodegroup(w, labels={"addOrUpdateLabels": {"tier": "other"}}), ["UpdateNodegroupConfig"]),
    "node group removed taint": (
        lambda w: nodegroup(w, taints={"removeTaints": [{"key": "dedicated", "value": "general", "effect": "NO_SCHEDULE"}]}),
        ["UpdateNodegroupConfig"],
    ),
    "node group update config": (lambda w: nodegroup(w, updateConfig={"maxUnavailable": 1}), ["UpdateNodegroupConfig"]),
    "add-on configuration": (lambda w: addon(w, "coredns", configurationValues='{"replicaCount": 2}'), ["UpdateAddon"]),
    "add-on version": (lambda w: addon(w, "coredns", addonVersion="v1.13.2-eksbuild.7"), ["UpdateAddon"]),
    "removed pod identity association": (association_removed, ["UpdateAddon"]),
    "deleted private route": (route_deleted, ["CreateRoute"]),
    "deleted NAT gateway": (nat_deleted, ["CreateNatGateway", "ReplaceRoute"]),
    "hand-made rule in our security group": (rule_added, ["RevokeSecurityGroupIngress"]),
    "DNS hostnames off": (hostnames_off, ["ModifyVpcAttribute"]),
    "removed subnet role tag": (subnet_tag_removed, ["CreateTags"]),
    "detached policy": (policy_detached, ["AttachRolePolicy"]),
    "changed trust policy": (trust_changed, ["UpdateAssumeRolePolicy"]),
    "launch template default version": (older_template_default, ["ModifyLaunchTemplate"]),
}


@pytest.mark.parametrize("drift", DRIFTS)
def test_drift_is_repaired_by_exactly_the_calls_it_takes_and_once_more_within_the_hour(converged: World, drift: str) -> None:
    damage, repair = DRIFTS[drift]
    for _time in ("first", "second"):
        damage(converged)
        planned = converging.plan(converged.simulator.endpoint)
        assert [step["operation"] for step in planned["plan"] if step["kind"] != "wait"] == repair, planned.get("msg", planned)
        before = converged.last()
        done = converging.run(converged.simulator.endpoint)
        assert not done.get("failed"), done["msg"]
        assert [call["operation"] for call in converged.mutations(before)] == repair
        assert converging.plan(converged.simulator.endpoint)["plan"] == []


def subnet_added(world: World) -> None:
    ec2 = world.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=ours(world, "vpc"))["Vpcs"]
    ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.0.240.0/24")


def vpc_tagged(world: World) -> None:
    ec2 = world.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=ours(world, "vpc"))["Vpcs"]
    ec2.create_tags(Resources=[vpc["VpcId"]], Tags=[{"Key": "cost-center", "Value": "42"}])


def addon_added(world: World) -> None:
    world.client("eks").create_addon(clusterName="blue", addonName="metrics-server")
    world.control("POST", "clock/advance", {"seconds": 3600})


def policy_attached(world: World) -> None:
    world.client("iam").attach_role_policy(RoleName=node_role(), PolicyArn="arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess")


def retention_of_others(world: World) -> None:
    logs = world.client("logs")
    logs.create_log_group(logGroupName="/aws/eks/green/cluster")
    logs.put_retention_policy(logGroupName="/aws/eks/green/cluster", retentionInDays=1)


def association_of_others(world: World) -> None:
    role = world.client("iam").get_role(RoleName=f"blue-{converging.REGION}-vpc-cni")["Role"]["Arn"]
    world.client("eks").create_pod_identity_association(clusterName="blue", namespace="shop", serviceAccount="cart", roleArn=role)


def nodegroup_tagged(world: World) -> None:
    arn = world.client("eks").describe_nodegroup(clusterName="blue", nodegroupName="general")["nodegroup"]["nodegroupArn"]
    world.client("eks").tag_resource(resourceArn=arn, tags={"karpenter.sh/discovery": "blue"})


def group_added(world: World) -> None:
    ec2 = world.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=ours(world, "vpc"))["Vpcs"]
    ec2.create_security_group(GroupName="by-hand", Description="by hand", VpcId=vpc["VpcId"])


LEFT_ALONE: dict[str, Damage] = {
    "undeclared tag of the cluster": lambda w: w.client("eks").tag_resource(resourceArn=cluster_arn(w), tags={"cost-center": "42"}),
    "undeclared tag of the VPC": vpc_tagged,
    "undeclared tag of a node group": nodegroup_tagged,
    "undeclared label": lambda w: nodegroup(w, labels={"addOrUpdateLabels": {"by-hand": "yes"}}),
    "size moved by an autoscaler": lambda w: nodegroup(w, scalingConfig={"desiredSize": 3}),
    "extra subnet": subnet_added,
    "extra security group": group_added,
    "extra add-on": addon_added,
    "extra policy on a role": policy_attached,
    "pod identity association of a workload": association_of_others,
    "log group of another cluster": retention_of_others,
    "zonal shift, which is not declared": lambda w: config(w, zonalShiftConfig={"enabled": True}),
}


@pytest.mark.parametrize("change", LEFT_ALONE)
def test_what_is_not_declared_is_left_alone(converged: World, change: str) -> None:
    LEFT_ALONE[change](converged)
    before = converged.last()
    done = converging.run(converged.simulator.endpoint)
    assert (done.get("failed"), done["changed"]) == (None, False), done.get("msg", done.get("plan_text"))
    assert converged.mutations(before) == []
