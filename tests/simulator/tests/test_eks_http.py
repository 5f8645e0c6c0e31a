# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster's life as boto3 sees it over HTTP: botocore's own waiters and paginators, with EC2, IAM and Logs behind it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from judge_world import served

from simulator.harness import ACCOUNT, REGION, SECRET, Served

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
POLICY = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
SOON = {"Delay": 1, "MaxAttempts": 20}
LATER = 3600
TOKEN = "t" * 36


class Account:
    """The clients of one account, a network and a role."""

    def __init__(self, simulator: Served) -> None:
        self.simulator = simulator
        self.eks, self.ec2, self.iam, self.logs = (self.client(name) for name in ("eks", "ec2", "iam", "logs"))
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [self.subnet(f"10.0.{at}.0/24", f"{REGION}{zone}") for at, zone in enumerate("ab")]
        self.role = self.iam.create_role(RoleName="blue-cluster", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        self.iam.attach_role_policy(RoleName="blue-cluster", PolicyArn=POLICY)

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": SECRET}
        return boto3.client(service, region_name=REGION, endpoint_url=self.simulator.endpoint, **keys)

    def subnet(self, cidr: str, zone: str) -> str:
        return str(self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"])

    def advance(self, seconds: float) -> None:
        self.simulator.control("POST", "clock/advance", {"seconds": seconds})

    def create(self, name: str = "blue", **more: Any) -> Any:
        config = {"subnetIds": self.subnets}
        return self.eks.create_cluster(name=name, roleArn=self.role, resourcesVpcConfig=config, **more)["cluster"]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Served]:
    with served(1) as running:
        yield running


@pytest.fixture
def account(simulator: Served) -> Account:
    simulator.control("POST", "reset")
    simulator.control("PUT", "clock", {"speed": 1})
    return Account(simulator)


def test_a_new_role_is_not_there_for_eks_yet(account: Account) -> None:
    with pytest.raises(ClientError, match="does not exist") as refused:
        account.create()
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
    account.advance(16)
    assert account.create()["status"] == "CREATING"


def test_a_whole_life_with_botocores_waiters(account: Account) -> None:
    account.advance(16)
    account.simulator.control("PUT", "clock", {"speed": 600})
    logs = {"clusterLogging": [{"types": ["api"], "enabled": True}]}
    group = account.create(logging=logs)["resourcesVpcConfig"]["clusterSecurityGroupId"]
    account.eks.get_waiter("cluster_active").wait(name="blue", WaiterConfig=SOON)
    cluster = account.eks.describe_cluster(name="blue")["cluster"]
    assert cluster["endpoint"].startswith(account.simulator.endpoint)
    assert (cluster["resourcesVpcConfig"]["vpcId"], cluster["createdAt"].tzinfo is not None) == (account.vpc, True)
    update = account.eks.update_cluster_version(name="blue", version="1.36")["update"]
    account.advance(600)
    assert account.eks.describe_update(name="blue", updateId=update["id"])["update"]["status"] == "Successful"
    account.eks.delete_cluster(name="blue")
    account.eks.get_waiter("cluster_deleted").wait(name="blue", WaiterConfig=SOON)
    account.advance(LATER)
    assert [found["logGroupName"] for found in account.logs.describe_log_groups()["logGroups"]] == ["/aws/eks/blue/cluster"]
    left = account.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [account.vpc]}])["SecurityGroups"]
    assert group not in {found["GroupId"] for found in left}


def test_subnets_cannot_go_while_interfaces_linger(account: Account) -> None:
    account.advance(16)
    account.create()
    account.advance(700)
    account.eks.delete_cluster(name="blue")
    account.advance(179)
    assert account.eks.list_clusters()["clusters"] == []
    with pytest.raises(ClientError, match="DependencyViolation"):
        account.ec2.delete_subnet(SubnetId=account.subnets[0])
    account.advance(200)
    account.ec2.delete_subnet(SubnetId=account.subnets[0])


@pytest.mark.row("Idempotency")
def test_the_same_token_gets_the_original_answer_and_has_no_effect_even_when_the_cluster_is_gone(account: Account) -> None:
    account.advance(16)
    first = account.create(clientRequestToken=TOKEN)
    account.advance(700)
    assert account.create(clientRequestToken=TOKEN) == first
    account.eks.delete_cluster(name="blue")
    account.advance(200)
    assert account.create(clientRequestToken=TOKEN) == first
    assert account.eks.list_clusters()["clusters"] == []


@pytest.mark.row("Idempotency")
def test_the_same_token_with_other_parameters_is_refused(account: Account) -> None:
    account.advance(16)
    account.create(clientRequestToken=TOKEN)
    with pytest.raises(account.eks.exceptions.InvalidParameterException, match="already used for a request with other parameters"):
        account.create("green", clientRequestToken=TOKEN)


@pytest.mark.row("Idempotency")
def test_a_token_is_forgotten_after_a_day(account: Account) -> None:
    account.advance(16)
    account.create(clientRequestToken=TOKEN)
    account.advance(86_401)
    with pytest.raises(account.eks.exceptions.ResourceInUseException, match="Cluster already exists with name: blue"):
        account.create(clientRequestToken=TOKEN)


@pytest.mark.row("Idempotency")
def test_a_refused_request_leaves_its_token_free(account: Account) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        account.create(clientRequestToken=TOKEN)
    account.advance(16)
    assert account.create(clientRequestToken=TOKEN)["status"] == "CREATING"


def test_a_paginator_finds_every_cluster(account: Account) -> None:
    account.advance(16)
    for name in ("blue", "green", "red"):
        account.create(name)
    pages = account.eks.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 2})
    assert [page["clusters"] for page in pages] == [["blue", "green"], ["red"]]


def test_an_error_has_the_members_of_its_shape(account: Account) -> None:
    with pytest.raises(account.eks.exceptions.ResourceNotFoundException) as refused:
        account.eks.describe_cluster(name="none")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert refused.value.response["clusterName"] == "none"


def test_an_arn_in_a_path_is_tagged(account: Account) -> None:
    account.advance(16)
    arn = account.create()["arn"]
    account.eks.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    account.eks.untag_resource(resourceArn=arn, tagKeys=["a", "c"])
    assert account.eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}


def test_the_cluster_security_group_carries_the_tags_of_eks(account: Account) -> None:
    account.advance(16)
    group = account.create()["resourcesVpcConfig"]["clusterSecurityGroupId"]
    found = account.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    tags = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
    assert (tags["aws:eks:cluster-name"], tags["kubernetes.io/cluster/blue"]) == ("blue", "owned")
    assert found["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"] == group


def got(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def test_the_issuer_serves_its_configuration_and_the_same_keys_twice(account: Account) -> None:
    account.advance(16)
    for name in ("blue", "green"):
        account.create(name)
    account.advance(700)
    blue, green = (account.eks.describe_cluster(name=name)["cluster"]["identity"]["oidc"]["issuer"] for name in ("blue", "green"))
    status, configuration = got(f"{blue}/.well-known/openid-configuration")
    assert (status, configuration["issuer"], configuration["jwks_uri"]) == (200, blue, f"{blue}/keys")
    keys = got(f"{blue}/keys")[1]["keys"]
    assert [(key["kty"], key["alg"]) for key in keys] == [("RSA", "RS256")]
    assert got(f"{blue}/keys")[1]["keys"] == keys != got(f"{green}/keys")[1]["keys"]
    assert got(f"{blue}0/keys")[0] == 404


def test_the_kubernetes_api_is_refused_by_name(account: Account) -> None:
    account.advance(16)
    account.create()
    account.advance(700)
    status, told = got(f"{account.eks.describe_cluster(name='blue')['cluster']['endpoint']}/version")
    assert (status, told["code"]) == (501, "NotImplementedBySimulator")
    assert "Kubernetes API of cluster blue with --kubernetes none" in told["error"]
