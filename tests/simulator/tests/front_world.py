# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small fakes behind a real front door: each protocol has one service that stores a few things and knows no rule."""

from __future__ import annotations

import copy
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import boto3
from botocore.config import Config

from simulator.front import Front
from simulator.harness import SECRET
from simulator.seam import Call, Refusal, World, not_implemented

ACCOUNT, REGION = "123456789012", "eu-central-1"
Things = dict[str, Any]


@dataclass
class Fake:
    """A service made of a table of operations over one dictionary for each account and region."""

    name: str
    operations: Mapping[str, Callable[[Fake, Things, Call], Things]]
    world: World
    held: dict[tuple[str, str], Things] = field(default_factory=dict)

    def handle(self, call: Call) -> Things:
        if call.operation not in self.operations:
            raise not_implemented(f"{self.name}.{call.operation}")
        return self.operations[call.operation](self, self.held.setdefault((call.account, call.region), {}), call)

    def is_mutating(self, operation: str) -> bool:
        return not operation.startswith(("Describe", "Get", "List"))

    def dump(self) -> Any:
        return self.held

    def load(self, picture: Any) -> None:
        self.held = copy.copy(picture)

    def resources(self, account: str, region: str) -> Things:
        return self.held.get((account, region), {})

    def page(self, path: str) -> Things | None:
        return {"issuer": self.world.endpoint} if (self.name, path) == ("eks", "/_oidc/1/.well-known/openid-configuration") else None

    def activate(self, account: str, region: str, name: str) -> None:
        self.held[account, region][f"cluster/{name}"]["status"] = "ACTIVE"


def create_cluster(fake: Fake, held: Things, call: Call) -> Things:
    name = call.parameters["name"]
    if f"cluster/{name}" in held:
        raise Refusal("ResourceInUseException", f"Cluster already exists with name: {name}", 409, clusterName=name)
    arn = f"arn:aws:eks:{call.region}:{call.account}:cluster/{name}"
    held[f"cluster/{name}"] = cluster = {"name": name, "arn": arn, "status": "CREATING", "createdAt": fake.world.clock.now()}
    fake.world.lifecycles.begin("cluster", name, 600, partial(fake.activate, call.account, call.region, name))
    return {"cluster": dict(cluster)}


def describe_cluster(fake: Fake, held: Things, call: Call) -> Things:
    name = call.parameters["name"]
    fake.world.lifecycles.read("cluster", name)
    if f"cluster/{name}" not in held:
        raise Refusal("ResourceNotFoundException", f"No cluster found for name: {name}.", 404)
    return {"cluster": held[f"cluster/{name}"]}


def tag_cluster(_fake: Fake, held: Things, call: Call) -> Things:
    held[f"cluster/{call.parameters['resourceArn'].rpartition('/')[2]}"]["tags"] = call.parameters["tags"]
    return {}


def untag_cluster(_fake: Fake, held: Things, call: Call) -> Things:
    tags = held[f"cluster/{call.parameters['resourceArn'].rpartition('/')[2]}"]["tags"]
    for key in call.parameters["tagKeys"]:
        tags.pop(key, None)
    return {}


def create_vpc(fake: Fake, held: Things, call: Call) -> Things:
    made = f"vpc-{fake.world.token(17)}"
    tags = [tag for specification in call.parameters.get("TagSpecifications", []) for tag in specification["Tags"]]
    held[f"vpc/{made}"] = {"VpcId": made, "CidrBlock": call.parameters["CidrBlock"], "Tags": tags}
    return {"Vpc": held[f"vpc/{made}"]}


def describe_vpcs(_fake: Fake, held: Things, call: Call) -> Things:
    wanted = call.parameters.get("VpcIds")
    return {"Vpcs": [vpc for vpc in held.values() if "CidrBlock" in vpc and (not wanted or vpc["VpcId"] in wanted)]}


def modify_vpc(_fake: Fake, held: Things, call: Call) -> Things:
    held[f"vpc/{call.parameters['VpcId']}"]["InstanceTenancy"] = call.parameters.get("InstanceTenancy", "default")
    return {"ReturnValue": True}


def create_nat_gateway(fake: Fake, held: Things, call: Call) -> Things:
    made = f"nat-{fake.world.token(17)}"
    held[f"nat/{made}"] = {"NatGatewayId": made, "SubnetId": call.parameters["SubnetId"]}
    return {"NatGateway": held[f"nat/{made}"]}


def identity(_fake: Fake, _held: Things, call: Call) -> Things:
    return {"UserId": call.account, "Account": call.account, "Arn": call.caller.arn}


def assume_role(_fake: Fake, _held: Things, call: Call) -> Things:
    arn = (
        call.parameters["RoleArn"].replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + f"/{call.parameters['RoleSessionName']}"
    )
    credentials = {"AccessKeyId": "ASIASESSION000000001", "SecretAccessKey": "s" * 40, "SessionToken": "t" * 20}
    return {
        "Credentials": {**credentials, "Expiration": "2030-01-01T00:00:00Z"},
        "AssumedRoleUser": {"AssumedRoleId": "AROAEXAMPLE000000001:s", "Arn": arn},
    }


def create_access_key(_fake: Fake, _held: Things, call: Call) -> Things:
    made = {"AccessKeyId": "AKIAISSUED0000000001", "SecretAccessKey": "k" * 40, "Status": "Active"}
    return {"AccessKey": {**made, "UserName": call.parameters["UserName"]}}


def put_parameter(_fake: Fake, held: Things, call: Call) -> Things:
    name = call.parameters["Name"]
    if name in held and not call.parameters.get("Overwrite"):
        raise Refusal("ParameterAlreadyExists", "The parameter already exists.")
    held[name] = {"Name": name, "Value": call.parameters["Value"], "Version": 1}
    return {"Version": 1}


def get_parameter(_fake: Fake, held: Things, call: Call) -> Things:
    if call.parameters["Name"] not in held:
        raise Refusal("ParameterNotFound", "")
    return {"Parameter": held[call.parameters["Name"]]}


def break_down(_fake: Fake, _held: Things, _call: Call) -> Things:
    raise KeyError("a mistake")


OPERATIONS: Mapping[str, Mapping[str, Any]] = {
    "eks": {
        "CreateCluster": create_cluster,
        "DescribeCluster": describe_cluster,
        "TagResource": tag_cluster,
        "UntagResource": untag_cluster,
        "ListClusters": lambda _fake, held, _call: {"clusters": sorted(key.rpartition("/")[2] for key in held)},
    },
    "ec2": {
        "CreateVpc": create_vpc,
        "DescribeVpcs": describe_vpcs,
        "ModifyVpcTenancy": modify_vpc,
        "CreateNatGateway": create_nat_gateway,
    },
    "iam": {"CreateAccessKey": create_access_key, "DeleteAccessKey": lambda _fake, _held, _call: {}},
    "sts": {"GetCallerIdentity": identity, "AssumeRole": assume_role, "AssumeRoleWithWebIdentity": assume_role},
    "ssm": {"PutParameter": put_parameter, "GetParameter": get_parameter, "ListCommands": break_down},
}


def fakes(front: Front) -> None:
    """Put the fakes in the places of the real services."""
    front.put(*(Fake(name, operations, front.world) for name, operations in OPERATIONS.items()))


@dataclass(frozen=True)
class Door:
    """A running front door, and how one speaks to it."""

    front: Front
    endpoint: str

    def client(self, service: str, *, account: str = ACCOUNT, region: str = REGION, **more: Any) -> Any:
        """Make a boto3 client that asks once."""
        config = Config(**{"retries": {"total_max_attempts": 1}, **more.pop("config", {})})
        keys = {"aws_access_key_id": account, "aws_secret_access_key": SECRET, **more}
        return boto3.Session(**keys, region_name=region).client(service, endpoint_url=self.endpoint, config=config)

    def http(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Send one plain HTTP request."""
        request = urllib.request.Request(f"{self.endpoint}{path}", body, dict(headers or {}), method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API and decode its answer; an error raises."""
        status, text = self.http(method, f"/_simulator/{path}", None if body is None else json.dumps(body).encode())
        if status >= 400:
            raise ValueError(f"{status} {text.decode()}")
        return [json.loads(line) for line in text.splitlines()] if path.startswith("journal") else json.loads(text)

    def fault(self, kind: str, **order: Any) -> str:
        """Order a fault."""
        return str(self.control("POST", "faults", {"kind": kind, **order})["id"])

    def journal(self) -> list[dict[str, Any]]:
        """Read the journal."""
        return list(self.control("GET", "journal"))
