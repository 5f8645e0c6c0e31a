# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fourth judge: every answer of a life in every service, replayed through botocore's parser, loses nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.parsers import create_parser
from judge_parsing import lost
from judge_world import SPEED, Site, client, served, site

from simulator.harness import ACCOUNT, REGION, Served
from simulator.protocols import protocol_of, service_model

SERVICES = ("autoscaling", "ec2", "eks", "elb", "elbv2", "iam", "kms", "logs", "resourcegroupstaggingapi", "ssm", "sts")
READS = ("Describe", "List", "Get")
LOG_GROUP = "/aws/eks/blue/cluster"


@dataclass(slots=True)
class Listener:
    """Hears every answer before botocore reads it, and keeps what gets lost on the way."""

    simulator: Served
    answers: Counter[str] = field(default_factory=Counter)
    losses: list[str] = field(default_factory=list)

    def client(self, service: str) -> Any:
        made = client(self.simulator, service, retries={"max_attempts": 0})
        made.meta.events.register("before-parse.*.*", self.hear)
        return made

    def hear(self, operation_model: Any, response_dict: dict[str, Any], **_more: Any) -> None:
        name = f"{operation_model.service_model.service_name}.{operation_model.name}"
        parsed = create_parser(protocol_of(operation_model)).parse(dict(response_dict), operation_model.output_shape)
        if response_dict["status_code"] >= 300:
            code, text = parsed["Error"]["Code"], parsed["Error"]["Message"]
            self.losses += [] if code and text else [f"{name}: a refusal without code or text: {response_dict['body']!r}"]
            return
        self.answers[name] += 1
        self.losses += [f"{name}{loss}" for loss in lost(operation_model, response_dict["body"], parsed)]

    def passed(self, seconds: int = 3600) -> None:
        self.simulator.control("POST", "clock/advance", {"seconds": seconds})


@pytest.fixture(scope="module")
def heard() -> Iterator[Listener]:
    """A whole life: a network, a cluster with everything in it, changed, and looked at from every side."""
    with served(SPEED) as simulator:
        listener = Listener(simulator)
        place = site(simulator)
        live_network(listener, place)
        live_cluster(listener, place)
        live_beside(listener, place)
        look_everywhere(listener)
        look_closely(listener, place)
        yield listener


def live_network(heard: Listener, place: Site) -> None:
    ec2 = heard.client("ec2")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.create_nat_gateway(SubnetId=place.subnets[0], AllocationId=address)
    table = ec2.create_route_table(VpcId=place.vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=place.subnets[1])
    group = ec2.create_security_group(GroupName="web", Description="web & more", VpcId=place.vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "inside"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    ec2.create_tags(Resources=[place.vpc, group, table], Tags=[{"Key": "team", "Value": "<platform>"}])
    data = {"InstanceType": "m7i.large", "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}}
    ec2.create_launch_template(LaunchTemplateName="nodes", LaunchTemplateData=data)
    ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8, VolumeType="gp3")
    ec2.create_network_interface(SubnetId=place.subnets[0])
    heard.passed()


def live_cluster(heard: Listener, place: Site) -> None:
    eks = heard.client("eks")
    eks.create_cluster(
        name="blue", roleArn=place.cluster_role, resourcesVpcConfig={"subnetIds": list(place.subnets)}, tags={"team": "ä"},
        logging={"clusterLogging": [{"types": ["api"], "enabled": True}]},
    )  # fmt: skip
    heard.passed()
    eks.update_cluster_config(name="blue", resourcesVpcConfig={"endpointPrivateAccess": True})
    heard.passed()
    eks.create_nodegroup(
        clusterName="blue", nodegroupName="general", nodeRole=place.node_role, subnets=list(place.subnets), labels={"tier": "web"},
        taints=[{"key": "dedicated", "value": "web", "effect": "NO_SCHEDULE"}], updateConfig={"maxUnavailable": 1},
        scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 2},
    )  # fmt: skip
    for addon in ("vpc-cni", "coredns"):
        eks.create_addon(clusterName="blue", addonName=addon)
    heard.passed()
    eks.update_nodegroup_config(clusterName="blue", nodegroupName="general", labels={"addOrUpdateLabels": {"tier": "api"}})
    eks.create_addon(clusterName="blue", addonName="eks-pod-identity-agent")
    heard.passed()


def live_beside(heard: Listener, place: Site) -> None:
    """Everything that a cluster leans on or leaves behind in the other services."""
    key = heard.client("kms").create_key(Description="secrets")["KeyMetadata"]["KeyId"]
    heard.client("kms").create_alias(AliasName="alias/secrets", TargetKeyId=key)
    heard.client("ssm").put_parameter(Name="/cutover.eks/a", Value="one", Type="String")
    tags = [{"Key": "kubernetes.io/cluster/blue", "Value": "owned"}]
    heard.client("elbv2").create_load_balancer(Name="web", Subnets=list(place.subnets), Tags=tags, Type="network")
    listeners = [{"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 30080}]
    heard.client("elb").create_load_balancer(LoadBalancerName="old", Listeners=listeners, Subnets=[place.subnets[0]], Tags=tags)
    allowed = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    heard.client("iam").create_policy(PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))


def look_everywhere(heard: Listener) -> None:
    """Ask every question of every service that needs no name; what the simulator does not know, it refuses."""
    for service in SERVICES:
        asking, model = heard.client(service), service_model(service)
        for name in model.operation_names:
            shape = model.operation_model(name).input_shape
            if name.startswith(READS) and not (shape and shape.required_members):
                with suppress(ClientError):
                    getattr(asking, xform_name(name))()


def look_closely(heard: Listener, place: Site) -> None:
    """Ask what needs a name."""
    eks, iam = heard.client("eks"), heard.client("iam")
    arn = eks.describe_cluster(name="blue")["cluster"]["arn"]
    for update in eks.list_updates(name="blue")["updateIds"]:
        eks.describe_update(name="blue", updateId=update)
    eks.describe_nodegroup(clusterName="blue", nodegroupName="general")
    eks.describe_addon(clusterName="blue", addonName="coredns")
    version = eks.describe_addon(clusterName="blue", addonName="coredns")["addon"]["addonVersion"]
    eks.describe_addon_configuration(addonName="coredns", addonVersion=version)
    eks.list_tags_for_resource(resourceArn=arn)
    for listing in ("list_nodegroups", "list_addons", "list_fargate_profiles", "list_pod_identity_associations"):
        getattr(eks, listing)(clusterName="blue")
    for look in ("get_role", "list_attached_role_policies", "list_role_policies", "list_role_tags"):
        getattr(iam, look)(RoleName="node")
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        heard.client("ec2").describe_vpc_attribute(VpcId=place.vpc, Attribute=attribute)
    heard.client("ec2").describe_launch_template_versions(LaunchTemplateName="nodes")
    heard.client("ssm").get_parameter(Name="/cutover.eks/a")
    heard.client("logs").describe_log_groups(logGroupNamePrefix=LOG_GROUP)
    heard.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/node", RoleSessionName="judge")


def test_no_element_of_any_answer_is_lost(heard: Listener) -> None:
    assert heard.losses == []


def test_every_service_was_heard_in_earnest(heard: Listener) -> None:
    assert {name.partition(".")[0] for name in heard.answers} == set(SERVICES)
    assert len(heard.answers) >= 80, sorted(heard.answers)


def test_the_judge_notices_what_is_lost() -> None:
    described = service_model("eks").operation_model("DescribeCluster")
    body = json.dumps({"cluster": {"name": "blue", "colour": "red", "status": "ACTIVE"}}).encode()
    assert lost(described, body, {"cluster": {"name": "blue", "status": "CREATING"}}) == [
        ".cluster.colour", ".cluster.status: 'ACTIVE' became 'CREATING'",
    ]  # fmt: skip
    vpcs = service_model("ec2").operation_model("DescribeVpcs")
    xml = b"<r><vpcSet><item><vpcId>vpc-1</vpcId><colour>red</colour></item></vpcSet><requestId>1</requestId></r>"
    assert lost(vpcs, xml, {"Vpcs": [{"VpcId": "vpc-1"}]}) == [".vpcSet[0].colour"]
    assert lost(vpcs, xml, {"Vpcs": []}) == [".vpcSet: 1 items became 0"]
