# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CreateCluster refuses, in which words, and that a refusal leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest
from eks_world import KEY, ROLE, Answer, Aws, subnet, trust

from simulator.seam import Refusal

ZONES = ["subnet-a", "subnet-b"]


@pytest.fixture
def aws() -> Aws:
    return Aws()


def refused(aws: Aws, name: str = "blue", **parameters: Any) -> Refusal:
    """Give the refusal of a creation, which must not have made anything."""
    groups = set(aws.ec2.groups)
    with pytest.raises(Refusal) as caught:
        aws.create(name, **parameters)
    assert (set(aws.ec2.groups), aws.ec2.interfaces) == (groups, {})
    assert aws("ListClusters")["clusters"] == []
    return caught.value


def vpc(**config: Any) -> Answer:
    return {"resourcesVpcConfig": {"subnetIds": ZONES} | config}


@pytest.mark.parametrize("name", ["-blue", "blue cluster", "blü", "a" * 101, ""])
def test_a_name_has_100_plain_characters(aws: Aws, name: str) -> None:
    assert refused(aws, name).code == "InvalidParameterException"


def test_a_name_is_taken_once(aws: Aws) -> None:
    aws.create()
    with pytest.raises(Refusal) as caught:
        aws.create()
    assert (caught.value.code, caught.value.status) == ("ResourceInUseException", 409)
    assert caught.value.message == "Cluster already exists with name: blue"


def test_the_service_model_is_the_judge_at_any_depth(aws: Aws) -> None:
    wrong = {"clusterLogging": [{"types": ["apiserver"], "enabled": True}]}
    assert "logging.clusterLogging[0].types[0]" in refused(aws, logging=wrong).message
    assert "Unknown parameter" in refused(aws, resourcesVpcConfig={"subnets": ZONES}).message
    assert "Invalid type" in refused(aws, deletionProtection="yes").message
    weights = {"nodeResourcesFit": {"scoringStrategy": {"type": "MostAllocated", "resources": [{"name": "cpu", "weight": 101}]}}}
    assert "between 1 and 100" in refused(aws, kubeSchedulerConfig=weights).message


def test_what_is_not_simulated_is_refused_by_name(aws: Aws) -> None:
    outpost = {"outpostArns": ["arn:aws:outposts:::o"], "controlPlaneInstanceType": "m5.large"}
    said = refused(aws, outpostConfig=outpost)
    assert (said.code, said.status) == ("NotImplementedBySimulator", 501)
    assert "ipv6" in refused(aws, kubernetesNetworkConfig={"ipFamily": "ipv6"}).message


@pytest.mark.row("Version +1 only")
@pytest.mark.parametrize("version", ["1.30", "1.99", "1.3", "latest"])
def test_a_version_that_is_not_offered_is_refused(aws: Aws, version: str) -> None:
    assert refused(aws, version=version).message == "unsupported Kubernetes version"


@pytest.mark.row("Immutable")
def test_standard_support_is_refused_for_a_version_in_extended_support(aws: Aws) -> None:
    assert "extended support" in refused(aws, version="1.32", upgradePolicy={"supportType": "STANDARD"}).message


@pytest.mark.row("IAM consistency: cluster role")
def test_a_role_is_not_there_for_eks_until_it_has_propagated(aws: Aws) -> None:
    aws.iam.ages[ROLE] = 4
    assert refused(aws).message == f"roleArn, {ROLE}, does not exist"
    aws.iam.ages[ROLE] = 16
    assert aws.create()["status"] == "CREATING"


@pytest.mark.row("IAM consistency: cluster role")
def test_the_words_about_a_wrong_role(aws: Aws) -> None:
    aws.iam.roles["blue-cluster"]["AssumeRolePolicyDocument"] = trust("ec2.amazonaws.com")
    assert refused(aws).message == "Role could not be assumed because the trusted entity is not correct"
    aws.iam.roles["blue-cluster"]["AssumeRolePolicyDocument"] = trust("eks.amazonaws.com")
    aws.iam.policies["blue-cluster"] = []
    assert refused(aws).message.startswith("The provided role doesn't have the Amazon EKS Managed Policies associated with it.")
    assert refused(aws, roleArn="arn:aws:iam::123456789012:role/nobody").message.endswith("does not exist")
    assert refused(aws, roleArn="arn:aws:iam::999999999999:role/foreign").code == "AccessDeniedException"
    assert refused(aws, roleArn="blue-cluster").message == "Error in role params"


@pytest.mark.row("Subnets")
@pytest.mark.parametrize("subnets", [[], ["subnet-a"], ["subnet-a", "subnet-a2"]])
def test_subnets_are_in_two_zones(aws: Aws, subnets: list[str]) -> None:
    aws.ec2.subnets["subnet-a2"] = subnet("subnet-a2", "eu-central-1a")
    assert refused(aws, **vpc(subnetIds=subnets)).message == "Subnets specified must be in at least two different AZs"


@pytest.mark.row("Subnets")
def test_subnets_exist_in_one_vpc_with_six_free_addresses_in_zones_that_eks_supports(aws: Aws) -> None:
    aws.ec2.subnets |= {
        "foreign": subnet("foreign", "eu-central-1b", VpcId="vpc-2"),
        "full": subnet("full", "eu-central-1b", AvailableIpAddressCount=5),
        "odd": subnet("odd", "us-east-1e", AvailabilityZoneId="use1-az3"),
    }
    assert "'none' does not exist" in refused(aws, **vpc(subnetIds=["subnet-a", "none"])).message
    assert "same VPC" in refused(aws, **vpc(subnetIds=["subnet-a", "foreign"])).message
    assert "free IP addresses" in refused(aws, **vpc(subnetIds=["subnet-a", "full"])).message
    odd = refused(aws, **vpc(subnetIds=["subnet-a", "odd"]))
    assert (odd.code, odd.members) == ("UnsupportedAvailabilityZoneException", {"validZones": ["eu-central-1a"]})


@pytest.mark.row("Subnets")
def test_security_groups_are_at_most_five_and_of_the_same_vpc(aws: Aws) -> None:
    aws.ec2.groups["sg-2"] = {"GroupId": "sg-2", "VpcId": "vpc-2"}
    assert "at most 5" in refused(aws, **vpc(securityGroupIds=[f"sg-{n}" for n in range(6)])).message
    assert "'none' does not exist" in refused(aws, **vpc(securityGroupIds=["none"])).message
    assert "[sg-2] are not in the same VPC" in refused(aws, **vpc(securityGroupIds=["sg-1", "sg-2"])).message


@pytest.mark.parametrize(
    ("cidr", "text"),
    [
        ("10.0.128.0/20", "overlaps"),
        ("100.64.0.0/16", "must be within"),
        ("172.20.0.0/25", "between /24 and /12"),
        ("10.0.0.0/8", "between /24 and /12"),
        ("172.20.0.1/16", "not a valid CIDR"),
    ],
)
def test_the_services_cidr_is_private_and_free(aws: Aws, cidr: str, text: str) -> None:
    assert text in refused(aws, kubernetesNetworkConfig={"serviceIpv4Cidr": cidr}).message


@pytest.mark.parametrize(("vpc_cidr", "expected"), [("10.0.0.0/16", "172.20.0.0/16"), ("172.16.0.0/16", "10.100.0.0/16")])
def test_the_services_cidr_keeps_clear_of_the_vpc(aws: Aws, vpc_cidr: str, expected: str) -> None:
    aws.ec2.cidr = vpc_cidr
    assert aws.create()["kubernetesNetworkConfig"]["serviceIpv4Cidr"] == expected


def test_an_endpoint_is_public_or_private(aws: Aws) -> None:
    off = vpc(endpointPublicAccess=False, endpointPrivateAccess=False)
    assert refused(aws, **off).message == "Private and public endpoint access cannot be false"


@pytest.mark.parametrize(
    ("cidr", "word"), [("10.0.0.0/8", "not allowed"), ("1.2.3.4", "invalid"), ("1.2.3.4/24", "invalid"), ("x/8", "invalid")]
)
def test_public_access_is_for_public_networks(aws: Aws, cidr: str, word: str) -> None:
    assert refused(aws, **vpc(publicAccessCidrs=[cidr])).message == f"The following CIDRs are {word} in publicAccessCidrs: [{cidr}]"


@pytest.mark.row("Authentication mode one-way")
def test_without_access_entries_the_creator_is_administrator(aws: Aws) -> None:
    assert "must be true" in refused(aws, accessConfig={"bootstrapClusterCreatorAdminPermissions": False}).message


@pytest.mark.row("Auto Mode")
def test_auto_mode_on_creation(aws: Aws) -> None:
    on: Answer = {
        "computeConfig": {"enabled": True},
        "kubernetesNetworkConfig": {"elasticLoadBalancing": {"enabled": True}},
        "storageConfig": {"blockStorage": {"enabled": True}},
        "accessConfig": {"authenticationMode": "API"},
        "bootstrapSelfManagedAddons": False,
    }
    assert "either fully enabled or fully disabled" in refused(aws, computeConfig={"enabled": True}).message
    assert "bootstrapSelfManagedAddons" in refused(aws, **(on | {"bootstrapSelfManagedAddons": True})).message
    assert "authentication mode" in refused(aws, **(on | {"accessConfig": {}})).message
    assert "Unknown nodePools" in refused(aws, **(on | {"computeConfig": {"enabled": True, "nodePools": ["gpu"]}})).message
    assert "nodeRoleArn" in refused(aws, **(on | {"computeConfig": {"enabled": True, "nodePools": ["system"]}})).message
    assert aws.create(**on)["storageConfig"] == {"blockStorage": {"enabled": True}}


def test_encryption_needs_a_key_that_is_there(aws: Aws) -> None:
    def config(key: str, *resources: str) -> Answer:
        return {"encryptionConfig": [{"resources": list(resources), "provider": {"keyArn": key}}]}

    assert "does not exist" in refused(aws, **config("arn:none", "secrets")).message
    assert "resources [secrets]" in refused(aws, **config(KEY)).message
    aws.kms.keys["off"] = {"Enabled": False, "KeySpec": "SYMMETRIC_DEFAULT"}
    assert "enabled" in refused(aws, **config("off", "secrets")).message
    assert aws.create(**config(KEY, "secrets"))["encryptionConfig"][0]["provider"] == {"keyArn": KEY}


def test_a_log_type_is_given_once(aws: Aws) -> None:
    twice = {"clusterLogging": [{"types": ["api"], "enabled": True}, {"types": ["api"], "enabled": False}]}
    assert "more than once" in refused(aws, logging=twice).message


def test_tags_of_aws_are_reserved(aws: Aws) -> None:
    assert "aws:" in refused(aws, tags={"aws:eks:cluster-name": "blue"}).message


@pytest.mark.row("Not-found flavour")
@pytest.mark.parametrize("operation", ["DescribeCluster", "DeleteCluster", "ListUpdates"])
def test_an_unknown_cluster_is_not_found(aws: Aws, operation: str) -> None:
    with pytest.raises(Refusal) as caught:
        aws(operation, name="none")
    assert (caught.value.code, caught.value.message) == ("ResourceNotFoundException", "No cluster found for name: none.")
    assert caught.value.members["clusterName"] == "none"
