# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which calls the readers of the EKS nouns send: as few as the plan needs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._aws.addons import read_addons
from ansible_collections.cutover.eks.plugins.module_utils._aws.cluster import read_cluster
from ansible_collections.cutover.eks.plugins.module_utils._aws.nodegroups import read_nodegroups
from ansible_collections.cutover.eks.plugins.module_utils._model.addons import Addons, Verdict
from ansible_collections.cutover.eks.plugins.module_utils._model.cluster import Cluster
from ansible_collections.cutover.eks.plugins.module_utils._model.nodegroups import Nodegroups
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Answer, ApiError, Fault, Read

SCOPE = Scope(account="123456789012", region="eu-central-1")
CLUSTER = {
    "cluster": {"name": "blue", "arn": "arn", "status": "ACTIVE", "version": "1.31", "resourcesVpcConfig": {"subnetIds": ["subnet-a"]}}
}


@dataclass
class FakeGateway:
    """Answers from a table, None where it has nothing, and remembers what it was asked."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def write(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        raise AssertionError(f"A reader wrote: {service}:{operation} {request}")

    def read(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        self.asked.append((operation, request))
        answer: Answer = self.answers[operation]
        return answer

    def read_all(self, reads: Sequence[Read]) -> list[Answer | None]:
        self.asked += [(read.operation, read.request) for read in reads]
        return [self.answers.get(read.operation) for read in reads]

    def server_seconds(self) -> float:
        return 0

    def operations(self) -> list[str]:
        return [operation for operation, request in self.asked]


def test_a_cluster_as_declared_costs_one_call() -> None:
    gateway = FakeGateway({"DescribeCluster": CLUSTER})
    desired = Cluster.from_options({"name": "blue", "version": "1.31", "resources_vpc_config": {"subnet_ids": ["subnet-a"]}}, SCOPE)
    actual = read_cluster(gateway, SCOPE, desired)
    assert gateway.operations() == ["DescribeCluster"]
    assert actual.cluster
    assert actual.cluster.settings["resources_vpc_config.subnet_ids"] == ("subnet-a",)


def test_a_new_cluster_costs_a_look_at_versions_and_zones() -> None:
    gateway = FakeGateway(
        {
            "DescribeClusterVersions": {
                "clusterVersions": [{"clusterVersion": "1.31"}, {"clusterVersion": "1.22", "versionStatus": "UNSUPPORTED"}]
            },
            "DescribeSubnets": {"Subnets": [{"SubnetId": "subnet-a", "AvailabilityZone": "eu-central-1a"}]},
        }
    )
    desired = Cluster.from_options({"name": "blue", "version": "1.31", "resources_vpc_config": {"subnet_ids": ["subnet-a"]}}, SCOPE)
    actual = read_cluster(gateway, SCOPE, desired)
    assert gateway.operations() == ["DescribeCluster", "DescribeClusterVersions", "DescribeSubnets"]
    assert (actual.offered_versions, actual.zones) == (("1.31",), {"subnet-a": "eu-central-1a"})


def test_declared_subnets_and_security_groups_are_looked_up_by_filter_where_they_are_going_to_be_set() -> None:
    gateway = FakeGateway({"DescribeSubnets": {"Subnets": []}, "DescribeSecurityGroups": {"SecurityGroups": [{"GroupId": "sg-1"}]}})
    network = {"subnet_ids": ["subnet-b", "subnet-a"], "security_group_ids": ["sg-1", "(known after apply: sg/x GroupId)"]}
    actual = read_cluster(gateway, SCOPE, Cluster.from_options({"name": "blue", "resources_vpc_config": network}, SCOPE))
    assert gateway.asked[1:] == [
        ("DescribeSubnets", {"Filters": [{"Name": "subnet-id", "Values": ["subnet-a", "subnet-b"]}]}),
        ("DescribeSecurityGroups", {"Filters": [{"Name": "group-id", "Values": ["sg-1"]}]}),
    ]
    assert (actual.zones, actual.security_groups) == ({}, {"sg-1"})


def test_an_upgrade_costs_a_look_at_versions_and_at_every_node_group() -> None:
    gateway = FakeGateway(
        {
            "DescribeCluster": CLUSTER,
            "DescribeClusterVersions": {"clusterVersions": [{"clusterVersion": "1.32", "versionStatus": "EXTENDED_SUPPORT"}]},
            "ListNodegroups": {"nodegroups": ["general"]},
            "DescribeNodegroup": {"nodegroup": {"nodegroupName": "general", "version": "1.29"}},
        }
    )
    actual = read_cluster(gateway, SCOPE, Cluster.from_options({"name": "blue", "version": "1.32"}, SCOPE))
    assert gateway.operations() == ["DescribeCluster", "DescribeClusterVersions", "ListNodegroups", "DescribeNodegroup"]
    assert (actual.node_versions, actual.extended_support) == ({"general": "1.29"}, {"1.32"})


@pytest.mark.parametrize(
    ("policy", "operations"), [("STANDARD", ["DescribeCluster", "DescribeClusterVersions"]), ("EXTENDED", ["DescribeCluster"])]
)
def test_only_a_way_back_to_standard_support_costs_a_look_at_versions(policy: str, operations: list[str]) -> None:
    gateway = FakeGateway({"DescribeCluster": CLUSTER, "DescribeClusterVersions": {"clusterVersions": []}})
    read_cluster(gateway, SCOPE, Cluster.from_options({"name": "blue", "upgrade_policy": {"support_type": policy}}, SCOPE))
    assert gateway.operations() == operations


def test_named_node_groups_are_not_listed_and_templates_cost_two_calls_for_all() -> None:
    gateway = FakeGateway({"DescribeCluster": CLUSTER})
    groups = [{"name": name, "disk": {"size_gib": 50}} for name in ("a", "b", "c")]
    read_nodegroups(gateway, SCOPE, Nodegroups.from_options({"cluster": "blue", "nodegroups": groups}, SCOPE))
    expected = ["DescribeCluster", *["DescribeNodegroup"] * 3, "DescribeLaunchTemplates", "DescribeLaunchTemplateVersions"]
    assert gateway.operations() == expected


def test_add_ons_as_declared_cost_no_look_at_versions() -> None:
    addon = {"addonName": "vpc-cni", "addonArn": "arn", "status": "ACTIVE", "addonVersion": "v1.19.0-eksbuild.1"}
    gateway = FakeGateway({"DescribeCluster": CLUSTER, "DescribeAddon": {"addon": addon}})
    read_addons(gateway, SCOPE, Addons.from_options({"cluster": "blue", "addons": [{"name": "vpc-cni"}]}, SCOPE))
    assert gateway.operations() == ["DescribeCluster", "DescribeAddon"]


def offering(name: str, *versions: str) -> Answer:
    fits = [{"clusterVersion": "1.31", "defaultVersion": True}]
    return {"addons": [{"addonName": name, "addonVersions": [{"addonVersion": version, "compatibilities": fits} for version in versions]}]}


CONFIGURED = {"name": "coredns", "configuration_values": {"replicaCount": 3}}
COREDNS = {"addonName": "coredns", "addonArn": "arn", "status": "ACTIVE", "addonVersion": "v1", "configurationValues": '{"replicaCount":3}'}
SCHEMA = {"configurationSchema": json.dumps({"type": "object", "properties": {"replicaCount": {"type": "integer"}}})}


def test_a_configuration_that_is_going_to_be_set_costs_a_look_at_its_schema() -> None:
    gateway = FakeGateway(
        {"DescribeCluster": CLUSTER, "DescribeAddonVersions": offering("coredns", "v1"), "DescribeAddonConfiguration": SCHEMA}
    )
    broken = {**CONFIGURED, "configuration_values": {"replicaCount": "three"}}
    actual = read_addons(gateway, SCOPE, Addons.from_options({"cluster": "blue", "addons": [broken]}, SCOPE))
    assert gateway.asked[-1] == ("DescribeAddonConfiguration", {"addonName": "coredns", "addonVersion": "v1"})
    assert actual.verdicts == {"coredns": Verdict(faults=((".replicaCount", "'three' is not of type 'integer'"),))}


def test_a_configuration_as_declared_costs_no_look_at_its_schema() -> None:
    gateway = FakeGateway({"DescribeCluster": CLUSTER, "DescribeAddon": {"addon": COREDNS}})
    read_addons(gateway, SCOPE, Addons.from_options({"cluster": "blue", "addons": [CONFIGURED]}, SCOPE))
    assert gateway.operations() == ["DescribeCluster", "DescribeAddon"]


def test_of_a_version_that_is_not_offered_no_schema_is_asked_for() -> None:
    gateway = FakeGateway({"DescribeCluster": CLUSTER, "DescribeAddonVersions": offering("coredns", "v1")})
    read_addons(gateway, SCOPE, Addons.from_options({"cluster": "blue", "addons": [{**CONFIGURED, "version": "v2.0.0"}]}, SCOPE))
    assert "DescribeAddonConfiguration" not in gateway.operations()


@dataclass
class StrictGateway(FakeGateway):
    """Refuses add-ons that it does not know, as EKS does, and knows none for a Kubernetes version that it does not know."""

    def read(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        (answer,) = self.read_all([Read(service, operation, request)])
        return answer or {}

    def read_all(self, reads: Sequence[Read]) -> list[Answer | None]:
        self.asked += [(read.operation, read.request) for read in reads]
        return [self._answer(read) for read in reads]

    def _answer(self, read: Read) -> Answer | None:
        if read.operation != "DescribeAddonVersions":
            answer: Answer | None = self.answers.get(read.operation)
            return answer
        if read.request["addonName"] != "coredns":
            raise refused("DescribeAddonVersions", "InvalidParameterException")
        return {"addons": []} if read.request.get("kubernetesVersion") == "1.99" else offering("coredns", "v1")


def refused(operation: str, code: str) -> ApiError:
    return ApiError(fault=Fault.REFUSED, service="eks", operation=operation, code=code, message="Addon specified is not supported")


TWO = {"cluster": "blue", "addons": [{"name": "coredns"}, {"name": "cordns"}]}


def test_an_add_on_that_eks_does_not_know_spoils_no_other_read() -> None:
    actual = read_addons(StrictGateway({"DescribeCluster": CLUSTER}), SCOPE, Addons.from_options(TWO, SCOPE))
    assert {name: [found.version for found in versions] for name, versions in actual.offered.items()} == {"coredns": ["v1"]}
    assert (actual.version_offered, actual.unknown) == (True, frozenset())


def test_of_a_version_that_eks_does_not_offer_only_the_add_ons_are_unknown_that_it_never_offers() -> None:
    gateway = StrictGateway({"DescribeClusterVersions": {"clusterVersions": [{"clusterVersion": "1.31"}]}})
    desired = replace(Addons.from_options(TWO, SCOPE), cluster_planned=True, cluster_version="1.99")
    actual = read_addons(gateway, SCOPE, desired)
    assert (actual.version_offered, actual.unknown) == (False, {"cordns"})


def test_another_error_ends_the_read() -> None:
    @dataclass
    class Closed(FakeGateway):
        def read_all(self, reads: Sequence[Read]) -> list[Answer | None]:
            raise refused(reads[0].operation, "AccessDeniedException")

    with pytest.raises(ApiError):
        read_addons(Closed(), SCOPE, Addons.from_options(TWO, SCOPE))
