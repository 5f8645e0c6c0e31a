# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service as a whole: which of the 70 operations it has, what it shows of itself, and the versions that it offers."""

from __future__ import annotations

import pytest
from eks_world import Aws

from simulator.seam import Refusal
from simulator.services.eks.service import model, operations

IMPLEMENTED = {
    *("AssociateEncryptionConfig", "CancelUpdate", "CreateAddon", "CreateCluster", "CreateFargateProfile", "CreateNodegroup"),
    *("CreatePodIdentityAssociation", "DeleteAddon", "DeleteCluster", "DeleteFargateProfile", "DeleteNodegroup"),
    *("DeletePodIdentityAssociation", "DescribeAddon", "DescribeAddonConfiguration", "DescribeAddonVersions", "DescribeCluster"),
    *("DescribeClusterVersions", "DescribeFargateProfile", "DescribeNodegroup", "DescribePodIdentityAssociation", "DescribeUpdate"),
    *("ListAddons", "ListClusters", "ListFargateProfiles", "ListNodegroups", "ListPodIdentityAssociations", "ListTagsForResource"),
    *("ListUpdates", "TagResource", "UntagResource", "UpdateAddon", "UpdateClusterConfig", "UpdateClusterVersion"),
    *("UpdateNodegroupConfig", "UpdateNodegroupVersion", "UpdatePodIdentityAssociation"),
}


@pytest.fixture
def aws() -> Aws:
    return Aws()


def test_the_operations_are_these() -> None:
    assert set(operations()) == IMPLEMENTED
    assert len(model().operation_names) == 70


@pytest.mark.parametrize("operation", [*sorted(set(model().operation_names) - IMPLEMENTED), "MakeCoffee"])
def test_every_other_operation_is_refused_by_name(aws: Aws, operation: str) -> None:
    with pytest.raises(Refusal) as caught:
        aws(operation)
    assert (caught.value.code, caught.value.status) == ("NotImplementedBySimulator", 501)
    assert f"eks:{operation}" in caught.value.message


def test_reads_are_not_mutating(aws: Aws) -> None:
    mutating = {name for name in operations() if aws.eks.is_mutating(name)}
    assert mutating == {name for name in operations() if model().operation_model(name).http["method"] != "GET"}


def test_an_answer_does_not_change_afterwards(aws: Aws) -> None:
    answer = aws.create()
    aws.pass_time(700)
    assert answer["status"] == "CREATING"


def test_regions_and_accounts_are_separate(aws: Aws) -> None:
    aws.create()
    assert list(aws.eks.resources("123456789012", "eu-central-1")) == ["cluster/blue"]
    assert aws.eks.resources("123456789012", "eu-west-1") == aws.eks.resources("999999999999", "eu-central-1") == {}


def test_the_offered_versions_newest_first(aws: Aws) -> None:
    versions = aws("DescribeClusterVersions")["clusterVersions"]
    assert [version["clusterVersion"] for version in versions] == ["1.36", "1.35", "1.34", "1.33", "1.32", "1.31"]
    assert all(version["releaseDate"] < version["endOfStandardSupportDate"] < version["endOfExtendedSupportDate"] for version in versions)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"defaultOnly": True}, ["1.35"]),
        ({"clusterVersions": ["1.31", "1.30"]}, ["1.31", "1.30"]),
        ({"versionStatus": "STANDARD_SUPPORT"}, ["1.36", "1.35", "1.34"]),
        ({"status": "extended-support"}, ["1.33", "1.32", "1.31"]),
        ({"versionStatus": "UNSUPPORTED"}, ["1.30"]),
        ({"includeAll": True, "maxResults": 2}, ["1.36", "1.35"]),
        ({"clusterType": "eks-local-outpost"}, []),
    ],
)
def test_versions_can_be_filtered(aws: Aws, asked: dict[str, object], found: list[str]) -> None:
    assert [version["clusterVersion"] for version in aws("DescribeClusterVersions", **asked)["clusterVersions"]] == found
