# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world with our EKS among the real services behind it: an account with a network, roles and a cluster to put nodes into."""

from __future__ import annotations

import json
from typing import Any

from simulator.inprocess import ACCOUNT, REGION, make_world
from simulator.lifecycles import Outcome
from simulator.seam import Call, Caller, Refusal
from simulator.services.eks import create

Answer = dict[str, Any]
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")


class Account:
    """An account with a cluster `blue`: `account("DescribeNodegroup", …)` asks EKS, `account.aws("ec2", …)` the others."""

    def __init__(self, speed: float = 1.0, version: str = "1.34", **cluster: Any) -> None:
        self.world = make_world(speed)
        self.eks = create(self.world)
        self.world.services["eks"] = self.eks
        self.vpc = self.aws("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [self._subnet(f"10.0.{at}.0/24", zone) for at, zone in enumerate("ab")]
        self.cluster_role = self.role("blue-cluster", "eks.amazonaws.com", "AmazonEKSClusterPolicy")
        self.node_role = self.role("blue-nodes", "ec2.amazonaws.com", *NODE_POLICIES)
        self.pass_time(20)
        self.cluster = self.create_cluster(version, **cluster)

    @classmethod
    def ready(cls, speed: float = 1.0, version: str = "1.34", **cluster: Any) -> Account:
        """Give an account whose cluster is ACTIVE; `cluster` are more parameters of its creation."""
        account = cls(speed, version, **cluster)
        account.pass_time(700)
        return account

    def __call__(self, operation: str, **parameters: Any) -> Answer:
        self.world.lifecycles.settle()
        caller = Caller(account=ACCOUNT, region=REGION, arn=f"arn:aws:iam::{ACCOUNT}:root")
        return self.eks.handle(Call(caller=caller, service="eks", operation=operation, parameters=parameters))

    def refused(self, operation: str, **parameters: Any) -> str:
        """Ask EKS what must be refused, and give `code: message`."""
        try:
            answer = self(operation, **parameters)
        except Refusal as refusal:
            return str(refusal)
        raise AssertionError(f"{operation} was not refused but answered {answer}")

    def aws(self, service: str, operation: str, **parameters: Any) -> Answer:
        """Ask another service."""
        return self.world.call(service, operation, parameters, account=ACCOUNT, region=REGION)

    def pass_time(self, seconds: float) -> None:
        """Advance the simulated clock and end what is due."""
        self.world.clock.advance(seconds)
        self.world.lifecycles.settle()

    def order(self, resource: str, outcome: str, *issues: Answer) -> None:
        """Order the fate of the next life cycle of a kind."""
        self.world.lifecycles.order(Outcome(resource=resource, outcome=outcome, issues=list(issues)))

    def role(self, name: str, principal: str, *policies: str, actions: tuple[str, ...] = ("sts:AssumeRole",)) -> str:
        """Make a role that trusts a service, with managed policies; it is as young as it is."""
        statement = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": list(actions)}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        arn: str = self.aws("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        for policy in policies:
            self.aws("iam", "AttachRolePolicy", RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
        return arn

    def pod_role(self, name: str = "pods") -> str:
        """Make a role that pods may have, old enough to be seen."""
        arn = self.role(name, "pods.eks.amazonaws.com", actions=("sts:AssumeRole", "sts:TagSession"))
        self.pass_time(20)
        return arn

    def _subnet(self, cidr: str, zone: str, vpc: str = "") -> str:
        made = self.aws("ec2", "CreateSubnet", VpcId=vpc or self.vpc, CidrBlock=cidr, AvailabilityZone=f"{REGION}{zone}")
        return str(made["Subnet"]["SubnetId"])

    def subnet_elsewhere(self) -> str:
        """Make a subnet in another VPC."""
        vpc = self.aws("ec2", "CreateVpc", CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        return self._subnet("10.9.0.0/24", "a", vpc)

    def make_public(self, subnet: str) -> None:
        """Give a subnet a route to an Internet gateway."""
        gateway = self.aws("ec2", "CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
        self.aws("ec2", "AttachInternetGateway", InternetGatewayId=gateway, VpcId=self.vpc)
        table = self.aws("ec2", "CreateRouteTable", VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.aws("ec2", "CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        self.aws("ec2", "AssociateRouteTable", RouteTableId=table, SubnetId=subnet)

    def create_cluster(self, version: str = "1.34", **more: Any) -> Answer:
        """Create the cluster."""
        vpc_config = {"subnetIds": self.subnets}
        made = self("CreateCluster", name="blue", version=version, roleArn=self.cluster_role, resourcesVpcConfig=vpc_config, **more)
        cluster: Answer = made["cluster"]
        return cluster

    def addon(self, name: str) -> Answer:
        """Describe an add-on."""
        addon: Answer = self("DescribeAddon", clusterName="blue", addonName=name)["addon"]
        return addon

    def nodegroup(self, name: str = "general") -> Answer:
        """Describe a node group."""
        nodegroup: Answer = self("DescribeNodegroup", clusterName="blue", nodegroupName=name)["nodegroup"]
        return nodegroup

    def create_nodegroup(self, name: str = "general", **parameters: Any) -> Answer:
        """Create a node group that nothing is wrong with, apart from `parameters`."""
        sizes = {"minSize": 1, "maxSize": 4, "desiredSize": 2}
        usual: Answer = {"subnets": self.subnets, "nodeRole": self.node_role, "scalingConfig": sizes}
        made: Answer = self("CreateNodegroup", clusterName="blue", nodegroupName=name, **(usual | parameters))["nodegroup"]
        return made

    def active_nodegroup(self, name: str = "general", **parameters: Any) -> Answer:
        """Create a node group and wait until it is ACTIVE."""
        self.create_nodegroup(name, **parameters)
        self.pass_time(200)
        return self.nodegroup(name)
