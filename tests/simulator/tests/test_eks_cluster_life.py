# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster from CREATING to the last thing that lingers after it, as a client sees it."""

from __future__ import annotations

import base64
import pickle

import pytest
from cryptography import x509
from eks_world import LOG_GROUP, ROLE, Aws

from simulator.seam import Refusal


@pytest.fixture
def aws() -> Aws:
    return Aws()


def test_a_new_cluster_is_creating_and_shows_neither_endpoint_nor_authority(aws: Aws) -> None:
    cluster = aws.create()
    assert (cluster["status"], cluster["certificateAuthority"]) == ("CREATING", {})
    assert not {"endpoint", "identity"} & cluster.keys()


@pytest.mark.row("Duration: create cluster")
def test_a_cluster_is_active_after_the_usual_time_and_not_before(aws: Aws) -> None:
    aws.create()
    aws.pass_time(610)
    assert aws.describe()["status"] == "CREATING"
    aws.pass_time(10)
    assert aws.describe()["status"] == "ACTIVE"


def test_an_active_cluster_shows_what_clients_insist_on(aws: Aws) -> None:
    cluster = aws.active(tags={"team": "a"})
    assert cluster["arn"] == "arn:aws:eks:eu-central-1:123456789012:cluster/blue"
    assert (cluster["version"], cluster["roleArn"], cluster["tags"]) == ("1.35", ROLE, {"team": "a"})
    assert cluster["endpoint"].startswith("http://127.0.0.1:5199/")
    assert cluster["identity"]["oidc"]["issuer"].startswith("http://127.0.0.1:5199/")
    assert cluster["accessConfig"] == {"authenticationMode": "CONFIG_MAP"}
    assert cluster["upgradePolicy"] == {"supportType": "EXTENDED"}
    assert cluster["health"] == {"issues": []}
    assert isinstance(cluster["createdAt"], float)


def test_the_authority_is_a_certificate(aws: Aws) -> None:
    pem = base64.b64decode(aws.active()["certificateAuthority"]["data"])
    constraints = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.value.ca


def test_two_clusters_share_neither_endpoint_nor_issuer(aws: Aws) -> None:
    blue, green = aws.active("blue"), aws.active("green")
    assert blue["endpoint"] != green["endpoint"]
    assert blue["identity"] != green["identity"]


def test_a_cluster_makes_its_security_group_and_an_interface_per_zone(aws: Aws) -> None:
    config = aws.create()["resourcesVpcConfig"]
    group = aws.ec2.groups[config["clusterSecurityGroupId"]]
    assert config["vpcId"] == "vpc-1"
    assert group["GroupName"].startswith("eks-cluster-sg-blue-")
    assert group["IpPermissions"] == [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group["GroupId"]}]}]
    assert {(made["SubnetId"], made["Description"]) for made in aws.ec2.interfaces.values()} == {
        (f"subnet-{zone}", "Amazon EKS blue") for zone in "abc"
    }


@pytest.mark.row("Cluster states")
def test_an_ordered_failure_ends_in_failed_with_its_issues(aws: Aws) -> None:
    aws.order("cluster", "FAILED", [{"code": "VpcNotFound", "message": "gone", "resourceIds": ["vpc-1"]}], after=60)
    aws.create()
    aws.pass_time(61)
    cluster = aws.describe()
    assert (cluster["status"], cluster["health"]["issues"][0]["code"]) == ("FAILED", "VpcNotFound")


@pytest.mark.row("Duration: delete cluster")
def test_a_deleted_cluster_is_deleting_then_not_found(aws: Aws) -> None:
    aws.active()
    assert aws("DeleteCluster", name="blue")["cluster"]["status"] == "DELETING"
    aws.pass_time(170)
    assert aws.describe()["status"] == "DELETING"
    aws.pass_time(10)
    with pytest.raises(Refusal, match=r"No cluster found for name: blue\.") as refusal:
        aws.describe()
    assert (refusal.value.code, refusal.value.status) == ("ResourceNotFoundException", 404)


@pytest.mark.row("Cluster interfaces linger")
def test_interfaces_and_security_group_linger_after_the_cluster(aws: Aws) -> None:
    group = aws.active()["resourcesVpcConfig"]["clusterSecurityGroupId"]
    aws("DeleteCluster", name="blue")
    aws.pass_time(179)
    assert aws("ListClusters")["clusters"] == []
    assert (len(aws.ec2.interfaces), group in aws.ec2.groups) == (3, True)
    aws.pass_time(180)
    assert (aws.ec2.interfaces, group in aws.ec2.groups) == ({}, False)


@pytest.mark.row("Service-linked roles")
def test_the_first_cluster_makes_the_service_linked_role_and_it_stays(aws: Aws) -> None:
    assert "AWSServiceRoleForAmazonEKS" not in aws.iam.roles
    aws.active()
    aws("DeleteCluster", name="blue")
    aws.pass_time(600)
    assert "AWSServiceRoleForAmazonEKS" in aws.iam.roles


@pytest.mark.row("Log group")
def test_the_log_group_comes_with_the_first_delivery_and_comes_back(aws: Aws) -> None:
    aws.active(logging={"clusterLogging": [{"types": ["api"], "enabled": True}]})
    aws.pass_time(70)
    assert aws.logs.groups == [LOG_GROUP]
    aws.logs.groups.clear()
    aws.pass_time(301)
    assert aws.logs.groups == [LOG_GROUP]


@pytest.mark.row("Log group")
def test_the_log_group_comes_back_after_the_cluster_is_gone(aws: Aws) -> None:
    aws.active(logging={"clusterLogging": [{"types": ["api"], "enabled": True}]})
    aws("DeleteCluster", name="blue")
    aws.pass_time(179)
    aws.logs.groups.clear()
    aws.pass_time(46)
    assert aws.logs.groups == [LOG_GROUP]
    aws.logs.groups.clear()
    aws.pass_time(3600)
    assert aws.logs.groups == []


def test_without_logging_there_is_no_log_group(aws: Aws) -> None:
    aws.active()
    aws.pass_time(3600)
    assert aws.logs.groups == []


def test_at_speed_inf_the_second_read_ends_a_creation(aws: Aws) -> None:
    aws.world.clock.run_at(float("inf"))
    aws.create()
    assert [aws.describe()["status"] for _look in range(2)] == ["CREATING", "ACTIVE"]


def test_lists_come_in_pages(aws: Aws) -> None:
    for name in ("blue", "green", "red"):
        aws.create(name)
    first = aws("ListClusters", maxResults=2)
    assert first["clusters"] == ["blue", "green"]
    assert aws("ListClusters", maxResults=2, nextToken=first["nextToken"]) == {"clusters": ["red"]}
    with pytest.raises(Refusal, match="nextToken"):
        aws("ListClusters", nextToken="made up")


@pytest.mark.row("Client token length")
@pytest.mark.parametrize("length", [32, 127])
def test_a_token_has_33_to_126_characters(aws: Aws, length: int) -> None:
    with pytest.raises(Refusal) as refusal:
        aws.create(clientRequestToken="t" * length)
    assert refusal.value.message == "The client request token parameter must be between 33 and 126 characters."


def test_a_picture_restores_clusters_in_place(aws: Aws) -> None:
    aws.create()
    picture = pickle.dumps(aws.eks.dump())
    aws.create("green")
    aws.eks.load(pickle.loads(picture))
    assert aws("ListClusters")["clusters"] == ["blue"]
