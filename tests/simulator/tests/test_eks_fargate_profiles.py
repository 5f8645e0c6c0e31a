# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fargate profiles: one at a time, private subnets only, immutable apart from tags."""

from __future__ import annotations

from typing import Any

import pytest
from nodes_world import Account, Answer

SELECTORS = [{"namespace": "default", "labels": {"run": "fargate"}}]


@pytest.fixture
def account() -> Account:
    account = Account.ready()
    account.role("fargate", "eks-fargate-pods.amazonaws.com")
    account.pass_time(20)
    return account


def wanted(account: Account, name: str = "batch", **parameters: Any) -> Answer:
    """Give a request that nothing is wrong with, apart from `parameters`."""
    usual = {
        "clusterName": "blue",
        "fargateProfileName": name,
        "podExecutionRoleArn": "arn:aws:iam::111122223333:role/fargate",
        "subnets": account.subnets,
        "selectors": SELECTORS,
    }
    return usual | parameters


def profile(account: Account, name: str = "batch") -> Answer:
    """Describe a profile."""
    found: Answer = account("DescribeFargateProfile", clusterName="blue", fargateProfileName=name)["fargateProfile"]
    return found


@pytest.mark.row("Fargate states")
@pytest.mark.row("Duration: Fargate profile")
def test_a_profile_comes_and_goes_in_its_time(account: Account) -> None:
    made = account("CreateFargateProfile", **wanted(account, tags={"team": "a"}))["fargateProfile"]
    assert (made["status"], made["tags"], made["selectors"]) == ("CREATING", {"team": "a"}, SELECTORS)
    account.pass_time(110)
    assert profile(account)["status"] == "CREATING"
    account.pass_time(15)
    assert profile(account)["status"] == "ACTIVE"
    account("DeleteFargateProfile", clusterName="blue", fargateProfileName="batch")
    account.pass_time(170)
    assert profile(account)["status"] == "DELETING"
    account.pass_time(15)
    told = account.refused("DescribeFargateProfile", clusterName="blue", fargateProfileName="batch")
    assert told == "ResourceNotFoundException: No Fargate Profile found with name: batch."


@pytest.mark.row("Fargate serial")
def test_profiles_are_created_and_deleted_one_at_a_time(account: Account) -> None:
    account("CreateFargateProfile", **wanted(account, "one"))
    told = account.refused("CreateFargateProfile", **wanted(account, "two"))
    cause = "because cluster blue currently has Fargate profile one in status"
    assert told == f"ResourceInUseException: Cannot Create Fargate Profile two {cause} CREATING"
    account.pass_time(130)
    account("CreateFargateProfile", **wanted(account, "two"))
    account.pass_time(130)
    account("DeleteFargateProfile", clusterName="blue", fargateProfileName="one")
    told = account.refused("DeleteFargateProfile", clusterName="blue", fargateProfileName="two")
    assert told == f"ResourceInUseException: Cannot Delete Fargate Profile two {cause} DELETING"


@pytest.mark.row("Service-linked roles")
def test_the_first_profile_of_an_account_makes_the_service_linked_role(account: Account) -> None:
    account("CreateFargateProfile", **wanted(account))
    roles = account.aws("iam", "ListRoles", PathPrefix="/aws-service-role/eks-fargate.amazonaws.com/")["Roles"]
    assert [role["RoleName"] for role in roles] == ["AWSServiceRoleForAmazonEKSForFargate"]


@pytest.mark.row("IAM consistency: Fargate role")
def test_the_role_must_trust_fargate(account: Account) -> None:
    told = account.refused("CreateFargateProfile", **wanted(account, podExecutionRoleArn=account.node_role))
    assert told.endswith("Misconfigured PodExecutionRole Trust Policy; Please add the eks-fargate-pods.amazonaws.com Service Principal")


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"selectors": []}, "Fargate Profile requires at least one selector."),
        ({"selectors": SELECTORS * 6}, "Fargate Profile can't have more than 5 selectors."),
        ({"selectors": [{"labels": {}}]}, "at least one namespace value"),
        ({"podExecutionRoleArn": "arn:aws:iam::111122223333:role/none"}, "does not exist"),
        ({"subnets": ["subnet-0123456789abcdef0"]}, "does not exist"),
    ],
)
def test_what_a_profile_may_not_be(account: Account, parameters: Answer, told: str) -> None:
    assert told in account.refused("CreateFargateProfile", **wanted(account, **parameters))


def test_public_subnets_are_refused_and_left_out_where_none_are_named(account: Account) -> None:
    public, private = account.subnets
    account.make_public(public)
    told = account.refused("CreateFargateProfile", **wanted(account))
    assert told.endswith(f"Subnet {public} provided in Fargate Profile is not a private subnet")
    made = account("CreateFargateProfile", **wanted(account, subnets=[]))["fargateProfile"]
    assert made["subnets"] == [private]


def test_an_ordered_fate_fails_the_creation(account: Account) -> None:
    account.order("fargateprofile", "CREATE_FAILED", {"code": "AccessDenied", "message": "no", "resourceIds": []})
    account("CreateFargateProfile", **wanted(account))
    account.pass_time(130)
    assert (profile(account)["status"], profile(account)["health"]["issues"][0]["code"]) == ("CREATE_FAILED", "AccessDenied")


def test_a_name_is_taken_once_and_the_cluster_cannot_go_before(account: Account) -> None:
    account("CreateFargateProfile", **wanted(account))
    assert "A Fargate Profile already exists with this name" in account.refused("CreateFargateProfile", **wanted(account))
    assert "Cluster has Fargate Profiles in ACTIVE/CREATING state" in account.refused("DeleteCluster", name="blue")
    assert account("ListFargateProfiles", clusterName="blue")["fargateProfileNames"] == ["batch"]
