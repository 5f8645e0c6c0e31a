# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first judge: the AWS CLI takes the simulator for AWS, from the VPC to a kubeconfig and back to nothing.

Its waiters poll every 30 and 10 seconds and cannot be told otherwise: the tests let the simulated time pass before they are asked.
That waiters wait is shown with botocore's own, which can.
"""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from judge_world import SPEED, Cli, Site, client, needs_awscli, served, site

from simulator.harness import ACCOUNT, REGION, Served

pytestmark = needs_awscli
TOKEN_PREFIX = "k8s-aws-v1."


@dataclass(frozen=True, slots=True)
class World:
    """Two pictures: an account with a network and roles, and the same with a cluster `blue`, made and awaited by the CLI."""

    site: Site
    made: dict[str, Any]
    empty: bytes
    with_cluster: bytes


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    with served(SPEED) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def world(running: Served, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Make the cluster once: every word to the CLI costs a second."""
    place, aws = site(running), Cli(running, tmp_path_factory.mktemp("home"))
    empty = running.snapshot()
    made = aws(
        "eks", "create-cluster", "--name", "blue", "--role-arn", place.cluster_role,
        "--resources-vpc-config", f"subnetIds={','.join(place.subnets)}", "--tags", "team=platform",
    )["cluster"]  # fmt: skip
    passed(aws)
    aws("eks", "wait", "cluster-active", "--name", "blue")
    return World(place, dict(made), empty, running.snapshot())


@pytest.fixture
def account(running: Served, world: World) -> Site:
    running.restore(world.empty)
    return world.site


@pytest.fixture
def aws(running: Served, account: Site, tmp_path: Path) -> Cli:
    return Cli(running, tmp_path)


@pytest.fixture
def cluster(aws: Cli, world: World) -> dict[str, Any]:
    """The cluster `blue`."""
    aws.simulator.restore(world.with_cluster)
    return world.made


def passed(aws: Cli, seconds: int = 3600) -> None:
    """Let simulated time pass."""
    aws.simulator.control("POST", "clock/advance", {"seconds": seconds})


def described(aws: Cli) -> dict[str, Any]:
    return dict(aws("eks", "describe-cluster", "--name", "blue")["cluster"])


def test_a_cluster_is_created_awaited_and_described(aws: Cli, account: Site, cluster: dict[str, Any]) -> None:
    found = described(aws)
    assert (cluster["status"], found["status"]) == ("CREATING", "ACTIVE")
    assert found["arn"] == f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/blue"
    assert found["resourcesVpcConfig"]["vpcId"] == account.vpc
    assert sorted(found["resourcesVpcConfig"]["subnetIds"]) == sorted(account.subnets)
    assert found["tags"] == {"team": "platform"}
    assert aws("eks", "list-clusters")["clusters"] == ["blue"]


def test_a_changed_configuration_is_an_update_that_ends(aws: Cli, cluster: dict[str, Any]) -> None:
    update = aws("eks", "update-cluster-config", "--name", "blue", "--resources-vpc-config",
                 "endpointPrivateAccess=true,publicAccessCidrs=203.0.113.0/24")["update"]  # fmt: skip
    assert (update["type"], update["status"]) == ("EndpointAccessUpdate", "InProgress")
    passed(aws)
    again = aws("eks", "describe-update", "--name", "blue", "--update-id", update["id"])["update"]
    assert again["status"] == "Successful"
    assert update["id"] in aws("eks", "list-updates", "--name", "blue")["updateIds"]
    config = described(aws)["resourcesVpcConfig"]
    assert (config["endpointPrivateAccess"], config["publicAccessCidrs"]) == (True, ["203.0.113.0/24"])


def test_tags_come_and_go(aws: Cli, cluster: dict[str, Any]) -> None:
    aws("eks", "tag-resource", "--resource-arn", cluster["arn"], "--tags", "cost=42,tier=gold")
    aws("eks", "untag-resource", "--resource-arn", cluster["arn"], "--tag-keys", "tier", "team")
    assert aws("eks", "list-tags-for-resource", "--resource-arn", cluster["arn"])["tags"] == {"cost": "42"}


def test_a_node_group_is_created_changed_and_deleted(aws: Cli, account: Site, cluster: dict[str, Any]) -> None:
    of_blue = ("--cluster-name", "blue", "--nodegroup-name", "general")
    made = aws("eks", "create-nodegroup", *of_blue, "--node-role", account.node_role, "--subnets", *account.subnets,
               "--scaling-config", "minSize=1,maxSize=3,desiredSize=2")["nodegroup"]  # fmt: skip
    assert made["status"] == "CREATING"
    passed(aws)
    aws("eks", "wait", "nodegroup-active", *of_blue)
    assert aws("eks", "list-nodegroups", "--cluster-name", "blue")["nodegroups"] == ["general"]
    aws("eks", "update-nodegroup-config", *of_blue, "--labels", "addOrUpdateLabels={tier=web}")
    passed(aws)
    found = aws("eks", "describe-nodegroup", *of_blue)["nodegroup"]
    assert (found["status"], found["labels"]) == ("ACTIVE", {"tier": "web"})
    assert len(instances(aws)) == 2
    aws("eks", "delete-nodegroup", *of_blue)
    passed(aws)
    aws("eks", "wait", "nodegroup-deleted", *of_blue)
    assert instances(aws) == []


def instances(aws: Cli) -> list[str]:
    found = aws("ec2", "describe-instances", "--filters", "Name=tag:eks:cluster-name,Values=blue",
                "Name=instance-state-name,Values=pending,running", "--query", "Reservations[].Instances[].InstanceId")  # fmt: skip
    return list(found)


def test_an_addon_is_created_and_deleted(aws: Cli, cluster: dict[str, Any]) -> None:
    of_blue = ("--cluster-name", "blue", "--addon-name", "vpc-cni")
    offered = aws("eks", "describe-addon-versions", "--addon-name", "vpc-cni", "--kubernetes-version", described(aws)["version"])["addons"]
    version = offered[0]["addonVersions"][0]["addonVersion"]
    assert aws("eks", "create-addon", *of_blue, "--addon-version", version)["addon"]["status"] == "CREATING"
    passed(aws)
    aws("eks", "wait", "addon-active", *of_blue)
    assert aws("eks", "describe-addon", *of_blue)["addon"]["addonVersion"] == version
    assert "vpc-cni" in aws("eks", "list-addons", "--cluster-name", "blue")["addons"]
    aws("eks", "delete-addon", *of_blue)
    passed(aws)
    aws("eks", "wait", "addon-deleted", *of_blue)
    assert "vpc-cni" not in aws("eks", "list-addons", "--cluster-name", "blue")["addons"]


def test_a_cluster_is_deleted_and_awaited(aws: Cli, cluster: dict[str, Any]) -> None:
    assert aws("eks", "delete-cluster", "--name", "blue")["cluster"]["status"] == "DELETING"
    passed(aws)
    aws("eks", "wait", "cluster-deleted", "--name", "blue")
    gone = aws.run("eks", "describe-cluster", "--name", "blue")
    assert gone.returncode != 0
    assert "(ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: blue." in gone.stderr


def test_update_kubeconfig_writes_a_context_with_the_clusters_address_and_authority(aws: Cli, cluster: dict[str, Any]) -> None:
    path = aws.home / "kubeconfig"
    aws("eks", "update-kubeconfig", "--name", "blue", "--kubeconfig", str(path), "--alias", "blue")
    written = yaml.safe_load(path.read_text())
    found = described(aws)
    (entry,) = written["clusters"]
    assert written["current-context"] == "blue"
    assert entry["cluster"]["server"] == found["endpoint"]
    assert b"BEGIN CERTIFICATE" in base64.b64decode(entry["cluster"]["certificate-authority-data"])
    assert "get-token" in written["users"][0]["user"]["exec"]["args"]


@pytest.fixture
def keys(running: Served, account: Site) -> dict[str, str]:
    """Credentials whose secret the simulator knows: what is signed with them is verified."""
    iam = client(running, "iam")
    iam.create_user(UserName="ada")
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def test_a_token_is_a_signed_question_that_sts_answers(aws: Cli, keys: dict[str, str]) -> None:
    token = json.loads(aws.run("eks", "get-token", "--cluster-name", "blue", **keys).stdout)["status"]["token"]
    assert f"<Arn>arn:aws:iam::{ACCOUNT}:user/ada</Arn>" in asked(aws, presigned(token), "blue")


def test_a_token_for_another_cluster_is_refused(aws: Cli, keys: dict[str, str]) -> None:
    token = json.loads(aws.run("eks", "get-token", "--cluster-name", "blue", **keys).stdout)["status"]["token"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        asked(aws, presigned(token), "green")
    assert refused.value.code == 403
    assert "SignatureDoesNotMatch" in refused.value.read().decode()


def presigned(token: str) -> str:
    encoded = token.removeprefix(TOKEN_PREFIX)
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()


def asked(aws: Cli, url: str, cluster: str) -> str:
    """Ask the simulator what a control plane asks STS: the signed URL, with its host and the cluster's name as headers."""
    _scheme, _empty, host, path = url.split("/", 3)
    request = urllib.request.Request(f"{aws.simulator.endpoint}/{path}", headers={"x-k8s-aws-id": cluster, "Host": host})
    with urllib.request.urlopen(request) as answer:
        return str(answer.read().decode())


def test_a_network_is_built_and_read_back(aws: Cli) -> None:
    named = "ResourceType=vpc,Tags=[{Key=Name,Value=a}]"
    vpc = aws("ec2", "create-vpc", "--cidr-block", "10.1.0.0/16", "--tag-specifications", named)["Vpc"]
    gateway = aws("ec2", "create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
    aws("ec2", "attach-internet-gateway", "--internet-gateway-id", gateway, "--vpc-id", vpc["VpcId"])
    subnet = aws("ec2", "create-subnet", "--vpc-id", vpc["VpcId"], "--cidr-block", "10.1.1.0/24")["Subnet"]
    address = aws("ec2", "allocate-address", "--domain", "vpc")
    nat = aws("ec2", "create-nat-gateway", "--subnet-id", subnet["SubnetId"], "--allocation-id", address["AllocationId"])["NatGateway"]
    passed(aws, 600)
    aws("ec2", "wait", "nat-gateway-available", "--nat-gateway-ids", nat["NatGatewayId"])
    assert aws("ec2", "describe-vpcs", "--filters", "Name=tag:Name,Values=a", "--query", "Vpcs[].VpcId") == [vpc["VpcId"]]
    refused = aws.run("ec2", "delete-vpc", "--vpc-id", vpc["VpcId"])
    assert "(DependencyViolation)" in refused.stderr


def test_identity_and_roles(aws: Cli) -> None:
    assert aws("sts", "get-caller-identity")["Account"] == ACCOUNT
    assert aws("iam", "get-role", "--role-name", "node")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Effect"] == "Allow"
    attached = aws("iam", "list-attached-role-policies", "--role-name", "cluster")["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["AmazonEKSClusterPolicy"]
    missing = aws.run("iam", "get-role", "--role-name", "nobody")
    assert "(NoSuchEntity)" in missing.stderr


def test_what_the_simulator_does_not_know_it_says_by_name(aws: Cli) -> None:
    connector = f"roleArn=arn:aws:iam::{ACCOUNT}:role/agent,provider=OTHER"
    refused = aws.run("eks", "register-cluster", "--name", "other", "--connector-config", connector)
    assert "(NotImplementedBySimulator) when calling the RegisterCluster operation" in refused.stderr
