# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every judge needs before it can say anything: an account with a network and two roles, and the AWS CLI as a child process.

A judge is a client that nobody here wrote. It gets `AWS_ENDPOINT_URL` and nothing else of the simulator.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from simulator.__main__ import make_front
from simulator.harness import ACCOUNT, REGION, SECRET, Served
from simulator.server import Server

AWSCLI = os.environ.get("CUTOVER_EKS_AWSCLI", "")
NO_AWSCLI = "CUTOVER_EKS_AWSCLI names no AWS CLI; `make test-simulator` installs one and says where it is"
needs_awscli = pytest.mark.skipif(not Path(AWSCLI).is_file(), reason=NO_AWSCLI)
SPEED = 3000.0
"""Ten minutes of a control plane in a fifth of a second: what a judge waits for is then its own poll interval."""
TRUST = """{{"Version": "2012-10-17", "Statement": [
    {{"Effect": "Allow", "Principal": {{"Service": "{}.amazonaws.com"}}, "Action": "sts:AssumeRole"}}
]}}"""
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")


@contextmanager
def served(speed: float) -> Iterator[Served]:
    """Serve in this process: over HTTP as ever, without the seconds that a process takes to start."""
    front = make_front(speed=speed)
    server = Server(("127.0.0.1", 0), front)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Served(front.world.endpoint)
    finally:
        server.end()
        thread.join()


def client(simulator: Served, service: str, **config: Any) -> Any:
    """Make a boto3 client of the simulator."""
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=simulator.endpoint,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=SECRET,
        config=Config(**config),
    )


@dataclass(frozen=True, slots=True)
class Site:
    """What a cluster needs to exist first."""

    vpc: str
    subnets: tuple[str, ...]
    cluster_role: str
    node_role: str


def site(simulator: Served) -> Site:
    """Make it: a VPC with a way out, two subnets that give public addresses, two roles that EKS can already see."""
    ec2, iam = client(simulator, "ec2"), client(simulator, "iam")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.create_route(RouteTableId=tables[0]["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    subnets = tuple(_subnet(ec2, vpc, number) for number in range(2))
    made = Site(vpc, subnets, _role(iam, "cluster", "eks", "AmazonEKSClusterPolicy"), _role(iam, "node", "ec2", *NODE_POLICIES))
    simulator.control("POST", "clock/advance", {"seconds": 60})
    return made


def _subnet(ec2: Any, vpc: str, number: int) -> str:
    zone = REGION + "ab"[number]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": True})
    return str(made)


def _role(iam: Any, name: str, service: str, *policies: str) -> str:
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST.format(service))["Role"]["Arn"]
    for policy in policies:
        iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    return str(made)


@dataclass(frozen=True, slots=True)
class Cli:
    """The AWS CLI, with nothing of the simulator but its address."""

    simulator: Served
    home: Path

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command, whatever comes of it."""
        environment = self.simulator.environment(HOME=str(self.home), AWS_PAGER="", AWS_DEFAULT_OUTPUT="json") | variables
        return subprocess.run([AWSCLI, *words], env=environment, capture_output=True, text=True, timeout=120, check=False)

    def __call__(self, *words: str) -> Any:
        """Run a command that must succeed, and give what it prints."""
        ran = self.run(*words)
        assert ran.returncode == 0, f"aws {' '.join(words)}: {ran.stderr}"
        return json.loads(ran.stdout) if ran.stdout.lstrip().startswith(("{", "[")) else ran.stdout
