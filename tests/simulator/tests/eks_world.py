# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world with our EKS and small fakes of the services around it: what EKS asks of them, stored and nothing else."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.validate import ParamValidator

from simulator.clock import Clock
from simulator.lifecycles import LifeCycles, Outcome
from simulator.seam import Call, Caller, Refusal, World
from simulator.services.eks.service import Eks, model
from simulator.services.eks.store import Cluster

ACCOUNT, REGION = "123456789012", "eu-central-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/blue-cluster"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1111"
LOG_GROUP = "/aws/eks/blue/cluster"

Answer = dict[str, Any]


def trust(service: str) -> Answer:
    """Give a trust policy for one service."""
    return {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}


@dataclass
class Fake:
    """Answer an operation with the method of its name in snake case; what there is no method for fails the test."""

    name: str = ""

    def handle(self, call: Call) -> Answer:
        answer: Answer = getattr(self, "".join(f"_{c.lower()}" if c.isupper() else c for c in call.operation).lstrip("_"))(call.parameters)
        return answer

    def is_mutating(self, operation: str) -> bool:
        return not operation.startswith(("Describe", "Get", "List"))

    def dump(self) -> Any:
        return None

    def load(self, picture: Any) -> None:
        del picture

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        return {}


def subnet(name: str, zone: str, **more: Any) -> Answer:
    """Give a subnet as DescribeSubnets shows it."""
    return {"SubnetId": name, "AvailabilityZone": zone, "AvailabilityZoneId": zone, "VpcId": "vpc-1", "AvailableIpAddressCount": 250} | more


@dataclass
class Ec2(Fake):
    """VPCs, subnets, security groups and interfaces."""

    subnets: dict[str, Answer] = field(default_factory=lambda: {f"subnet-{z}": subnet(f"subnet-{z}", f"{REGION}{z}") for z in "abc"})
    groups: dict[str, Answer] = field(default_factory=lambda: {"sg-1": {"GroupId": "sg-1", "VpcId": "vpc-1"}})
    interfaces: dict[str, Answer] = field(default_factory=dict)
    cidr: str = "10.0.0.0/16"
    ids: Any = field(default_factory=lambda: itertools.count(1))

    def describe_vpcs(self, parameters: Answer) -> Answer:
        return {"Vpcs": [{"VpcId": parameters["VpcIds"][0], "CidrBlock": self.cidr}]}

    def describe_subnets(self, parameters: Answer) -> Answer:
        wanted = parameters.get("SubnetIds")
        if wanted is None:
            return {"Subnets": list(self.subnets.values())}
        for name in wanted:
            if name not in self.subnets:
                raise Refusal("InvalidSubnetID.NotFound", f"The subnet ID '{name}' does not exist")
        return {"Subnets": [found for name, found in self.subnets.items() if name in wanted]}

    def describe_security_groups(self, parameters: Answer) -> Answer:
        for name in parameters["GroupIds"]:
            if name not in self.groups:
                raise Refusal("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
        return {"SecurityGroups": [self.groups[name] for name in parameters["GroupIds"]]}

    def create_security_group(self, parameters: Answer) -> Answer:
        name = f"sg-made{next(self.ids)}"
        self.groups[name] = {"GroupId": name, **parameters}
        return {"GroupId": name}

    def authorize_security_group_ingress(self, parameters: Answer) -> Answer:
        self.groups[parameters["GroupId"]]["IpPermissions"] = parameters["IpPermissions"]
        return {}

    def delete_security_group(self, parameters: Answer) -> Answer:
        if any(parameters["GroupId"] in interface["Groups"] for interface in self.interfaces.values()):
            raise Refusal("DependencyViolation", "resource has a dependent object")
        del self.groups[parameters["GroupId"]]
        return {}

    def create_network_interface(self, parameters: Answer) -> Answer:
        name = f"eni-{next(self.ids)}"
        self.interfaces[name] = parameters
        return {"NetworkInterface": {"NetworkInterfaceId": name}}

    def delete_network_interface(self, parameters: Answer) -> Answer:
        if parameters["NetworkInterfaceId"] not in self.interfaces:
            raise Refusal("InvalidNetworkInterfaceID.NotFound", "does not exist")
        del self.interfaces[parameters["NetworkInterfaceId"]]
        return {}


@dataclass
class Iam(Fake):
    """Roles, their policies, and how old they are."""

    roles: dict[str, Answer] = field(default_factory=dict)
    policies: dict[str, list[str]] = field(default_factory=dict)
    ages: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, service: str, *policies: str) -> str:
        """Make a role and give its ARN."""
        arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        self.roles[name] = {"RoleName": name, "Arn": arn, "AssumeRolePolicyDocument": trust(service)}
        self.policies[name] = list(policies)
        return arn

    def role_age(self, account: str, arn: str) -> float | None:
        del account
        return self.ages.get(arn, 3600.0)

    def get_role(self, parameters: Answer) -> Answer:
        if parameters["RoleName"] not in self.roles:
            raise Refusal("NoSuchEntity", "The role cannot be found.", 404)
        return {"Role": self.roles[parameters["RoleName"]]}

    def list_attached_role_policies(self, parameters: Answer) -> Answer:
        return {"AttachedPolicies": [{"PolicyName": name} for name in self.policies[parameters["RoleName"]]]}

    def create_service_linked_role(self, parameters: Answer) -> Answer:
        names = {"eks.amazonaws.com": "AWSServiceRoleForAmazonEKS"}
        self.add(names[parameters["AWSServiceName"]], parameters["AWSServiceName"])
        return {}


@dataclass
class Kms(Fake):
    """Keys by ARN."""

    keys: dict[str, Answer] = field(default_factory=lambda: {KEY: {"Enabled": True, "KeySpec": "SYMMETRIC_DEFAULT"}})

    def describe_key(self, parameters: Answer) -> Answer:
        if parameters["KeyId"] not in self.keys:
            raise Refusal("NotFoundException", "Key does not exist")
        return {"KeyMetadata": self.keys[parameters["KeyId"]]}


@dataclass
class Logs(Fake):
    """Log groups by name."""

    groups: list[str] = field(default_factory=list)

    def create_log_group(self, parameters: Answer) -> Answer:
        if parameters["logGroupName"] in self.groups:
            raise Refusal("ResourceAlreadyExistsException", "The specified log group already exists")
        self.groups.append(parameters["logGroupName"])
        return {}


class Aws:
    """The world as a client of one account and region sees it: `aws("DescribeCluster", name="blue")`."""

    def __init__(self) -> None:
        clock, source = Clock(), random.Random(1)
        self.world = World(clock, LifeCycles(clock), lambda n: f"{source.getrandbits(4 * n):0{n}x}", "http://127.0.0.1:5199")
        self.ec2, self.iam, self.kms, self.logs = Ec2("ec2"), Iam("iam"), Kms("kms"), Logs("logs")
        self.iam.add("blue-cluster", "eks.amazonaws.com", "AmazonEKSClusterPolicy")
        self.eks = Eks(self.world)
        for service in (self.ec2, self.iam, self.kms, self.logs, self.eks):
            self.world.services[service.name] = service

    def __call__(self, operation: str, **parameters: Any) -> Answer:
        self.world.lifecycles.settle()
        caller = Caller(account=ACCOUNT, region=REGION, arn=f"arn:aws:iam::{ACCOUNT}:root")
        answer = self.eks.handle(Call(caller=caller, service="eks", operation=operation, parameters=parameters))
        self._check(operation, answer)
        return answer

    def _check(self, operation: str, answer: Answer) -> None:
        """Hold every answer of every test against its output shape: what the shape does not know, a client would lose."""
        report = ParamValidator().validate(answer, model().operation_model(operation).output_shape)
        assert not report.has_errors(), report.generate_report()

    def cluster(self, name: str = "blue") -> Cluster:
        """Give a cluster's record, for tests of one noun that need another one's traces."""
        return self.eks.find(ACCOUNT, REGION).clusters[name]

    def pass_time(self, seconds: float) -> None:
        """Advance the simulated clock and end what is due."""
        self.world.clock.advance(seconds)
        self.world.lifecycles.settle()

    def order(self, resource: str, outcome: str, issues: list[Answer] | None = None, after: float | None = None) -> None:
        """Order the fate of a coming life cycle."""
        self.world.lifecycles.order(Outcome(resource=resource, outcome=outcome, issues=list(issues or []), after=after))

    def create(self, name: str = "blue", **parameters: Any) -> Answer:
        """Create a cluster that nothing is wrong with, apart from `parameters`."""
        usual = {"roleArn": ROLE, "resourcesVpcConfig": {"subnetIds": ["subnet-a", "subnet-b", "subnet-c"]}}
        cluster: Answer = self("CreateCluster", name=name, **(usual | parameters))["cluster"]
        return cluster

    def active(self, name: str = "blue", **parameters: Any) -> Answer:
        """Create a cluster and wait until it is ACTIVE."""
        self.create(name, **parameters)
        self.pass_time(700)
        return self.describe(name)

    def describe(self, name: str = "blue") -> Answer:
        """Describe a cluster."""
        cluster: Answer = self("DescribeCluster", name=name)["cluster"]
        return cluster
