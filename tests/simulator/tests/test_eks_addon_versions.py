# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of add-ons: what is offered for which Kubernetes version, and the schemas of their configuration."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from nodes_world import Account, Answer

from simulator.services.eks.addon_catalogue import catalogue
from simulator.services.eks.versions import OFFERED

NAMES = {
    "vpc-cni",
    "coredns",
    "kube-proxy",
    "aws-ebs-csi-driver",
    "eks-pod-identity-agent",
    "metrics-server",
    "aws-efs-csi-driver",
    "snapshot-controller",
    "amazon-cloudwatch-observability",
}


@pytest.fixture(scope="module")
def account() -> Account:
    return Account()


def addons(account: Account, **parameters: Any) -> list[Answer]:
    """List what is offered."""
    listed: list[Answer] = account("DescribeAddonVersions", **parameters)["addons"]
    return listed


def test_the_usual_addons_are_offered(account: Account) -> None:
    assert {one["addonName"] for one in addons(account)} == NAMES


@pytest.mark.parametrize("kubernetes", OFFERED)
@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_addon_has_one_default_for_every_kubernetes_version(account: Account, name: str, kubernetes: str) -> None:
    [found] = addons(account, addonName=name, kubernetesVersion=kubernetes)
    compatibilities = [one for version in found["addonVersions"] for one in version["compatibilities"]]
    assert {one["clusterVersion"] for one in compatibilities} == {kubernetes}
    assert [one["defaultVersion"] for one in compatibilities].count(True) == 1
    assert len(compatibilities) > 1


def test_kube_proxy_is_never_newer_than_the_control_plane(account: Account) -> None:
    [found] = addons(account, addonName="kube-proxy", kubernetesVersion="1.33")
    assert {version["addonVersion"][:5] for version in found["addonVersions"]} == {"v1.31", "v1.32", "v1.33"}


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"types": ["networking"]}, {"vpc-cni", "coredns", "kube-proxy"}),
        ({"owners": ["aws"], "publishers": ["eks"]}, NAMES),
        ({"owners": ["aws-marketplace"]}, set()),
        ({"kubernetesVersion": "1.9"}, set()),
    ],
)
def test_filters_narrow_the_list(account: Account, filters: Answer, names: set[str]) -> None:
    assert {one["addonName"] for one in addons(account, **filters)} == names


def test_the_list_comes_in_pages(account: Account) -> None:
    first = account("DescribeAddonVersions", maxResults=5)
    second = account("DescribeAddonVersions", maxResults=5, nextToken=first["nextToken"])
    assert (len(first["addons"]), len(second["addons"]), "nextToken" in second) == (5, 4, False)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_configuration_schema_is_a_schema(account: Account, name: str) -> None:
    version = catalogue()[name]["versions"][0]["version"]
    found = account("DescribeAddonConfiguration", addonName=name, addonVersion=version)
    jsonschema.Draft7Validator.check_schema(json.loads(found["configurationSchema"]))
    assert bool(found["podIdentityConfiguration"]) == catalogue()[name]["requiresIamPermissions"]


def test_an_unknown_addon_or_version_is_refused(account: Account) -> None:
    assert "Addon specified is not supported" in account.refused("DescribeAddonVersions", addonName="nobodys")
    told = account.refused("DescribeAddonConfiguration", addonName="vpc-cni", addonVersion="v9")
    assert told == "InvalidParameterException: Addon version specified is not supported"
