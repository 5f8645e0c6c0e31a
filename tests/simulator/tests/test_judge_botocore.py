# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second judge: botocore's own waiters see every state that they wait for, and its paginators see every page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import WaiterError
from judge_world import Site, client, served, site

from simulator.harness import Served

QUICK = {"Delay": 1, "MaxAttempts": 30}
SPEED = 300
"""A control plane in two seconds: the first look of a waiter sees it under way."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The account, and botocore's clients of it."""

    simulator: Served
    site: Site

    @property
    def eks(self) -> Any:
        return client(self.simulator, "eks")

    @property
    def ec2(self) -> Any:
        return client(self.simulator, "ec2")

    def cluster(self, name: str = "blue") -> None:
        self.eks.create_cluster(name=name, roleArn=self.site.cluster_role, resourcesVpcConfig={"subnetIds": list(self.site.subnets)})

    def nodegroup(self, name: str = "general") -> None:
        self.eks.create_nodegroup(
            clusterName="blue", nodegroupName=name, nodeRole=self.site.node_role, subnets=list(self.site.subnets),
            scalingConfig={"minSize": 1, "maxSize": 1, "desiredSize": 1},
        )  # fmt: skip

    def passed(self, seconds: int = 3600) -> None:
        self.simulator.control("POST", "clock/advance", {"seconds": seconds})

    def looked(self, operation: str) -> int:
        """Count how often the world was looked at."""
        return len([call for call in self.simulator.control("GET", "journal") if call["operation"] == operation])


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    with served(SPEED) as simulator:
        yield simulator


@pytest.fixture
def judge(running: Served) -> Judge:
    running.control("POST", "reset")
    return Judge(running, site(running))


@pytest.fixture
def with_cluster(judge: Judge) -> Judge:
    judge.cluster()
    judge.passed()
    return judge


def test_cluster_waiters_see_it_come_and_go(judge: Judge) -> None:
    judge.cluster()
    judge.eks.get_waiter("cluster_active").wait(name="blue", WaiterConfig=QUICK)
    assert judge.looked("DescribeCluster") > 1
    assert judge.eks.describe_cluster(name="blue")["cluster"]["status"] == "ACTIVE"
    judge.eks.delete_cluster(name="blue")
    judge.eks.get_waiter("cluster_deleted").wait(name="blue", WaiterConfig=QUICK)
    assert judge.eks.list_clusters()["clusters"] == []


def test_nodegroup_waiters_see_it_come_and_go(with_cluster: Judge) -> None:
    with_cluster.nodegroup()
    named = {"clusterName": "blue", "nodegroupName": "general"}
    with_cluster.eks.get_waiter("nodegroup_active").wait(**named, WaiterConfig=QUICK)
    with_cluster.eks.delete_nodegroup(**named)
    with_cluster.eks.get_waiter("nodegroup_deleted").wait(**named, WaiterConfig=QUICK)
    assert with_cluster.eks.list_nodegroups(clusterName="blue")["nodegroups"] == []


def test_a_waiter_ends_when_the_creation_failed(with_cluster: Judge) -> None:
    ordered = {"resource": "nodegroup", "name": "general", "outcome": "CREATE_FAILED", "issues": [{"code": "NodeCreationFailure"}]}
    with_cluster.simulator.control("POST", "outcomes", ordered)
    with_cluster.nodegroup()
    with pytest.raises(WaiterError, match="CREATE_FAILED"):
        with_cluster.eks.get_waiter("nodegroup_active").wait(clusterName="blue", nodegroupName="general", WaiterConfig=QUICK)


def test_addon_waiters_see_it_come_and_go(with_cluster: Judge) -> None:
    named = {"clusterName": "blue", "addonName": "kube-proxy"}
    with_cluster.eks.create_addon(**named)
    with_cluster.eks.get_waiter("addon_active").wait(**named, WaiterConfig=QUICK)
    with_cluster.eks.delete_addon(**named)
    with_cluster.eks.get_waiter("addon_deleted").wait(**named, WaiterConfig=QUICK)
    assert "kube-proxy" not in with_cluster.eks.list_addons(clusterName="blue")["addons"]


def test_nat_gateway_waiters_see_it_come_and_go(judge: Judge) -> None:
    ec2 = judge.ec2
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=judge.site.subnets[0], AllocationId=address)["NatGateway"]
    assert nat["State"] == "pending"
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat["NatGatewayId"]], WaiterConfig=QUICK)
    ec2.delete_nat_gateway(NatGatewayId=nat["NatGatewayId"])
    ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[nat["NatGatewayId"]], WaiterConfig=QUICK)


def test_instance_waiters_see_the_nodes_come_and_go(with_cluster: Judge) -> None:
    with_cluster.nodegroup()
    with_cluster.passed()
    ours = [{"Name": "tag:eks:nodegroup-name", "Values": ["general"]}]
    with_cluster.ec2.get_waiter("instance_running").wait(Filters=ours, WaiterConfig=QUICK)
    with_cluster.eks.delete_nodegroup(clusterName="blue", nodegroupName="general")
    with_cluster.ec2.get_waiter("instance_terminated").wait(Filters=ours, WaiterConfig=QUICK)
    left = with_cluster.ec2.describe_instances(Filters=ours)["Reservations"]
    assert {instance["State"]["Name"] for some in left for instance in some["Instances"]} <= {"terminated"}


@pytest.fixture
def with_many(with_cluster: Judge) -> Judge:
    for name in ("green", "red"):
        with_cluster.cluster(name)
    for name in ("a", "b", "c"):
        with_cluster.nodegroup(name)
    for name in ("vpc-cni", "kube-proxy", "coredns"):
        with_cluster.eks.create_addon(clusterName="blue", addonName=name)
    with_cluster.passed()
    for days in ("api", "audit", "authenticator"):
        with_cluster.eks.update_cluster_config(name="blue", logging={"clusterLogging": [{"types": [days], "enabled": True}]})
        with_cluster.passed()
    return with_cluster


PAGED: dict[str, tuple[dict[str, str], int]] = {
    "list_clusters": ({}, 3),
    "list_nodegroups": ({"clusterName": "blue"}, 3),
    "list_addons": ({"clusterName": "blue"}, 3),
    "list_updates": ({"name": "blue"}, 3),
    "describe_addon_versions": ({}, 3),
    "describe_cluster_versions": ({}, 3),
}
"""Operation → what it is asked with, and at least how many things it lists then."""


def test_paginators_of_eks_see_every_page_and_the_same_as_one_page(with_many: Judge) -> None:
    for operation, (parameters, least) in PAGED.items():
        paginator = with_many.eks.get_paginator(operation)
        pages = list(paginator.paginate(**parameters, PaginationConfig={"PageSize": 1}))
        (key,) = paginator.result_keys
        found = [item for page in pages for item in key.search(page) or ()]
        assert len(pages) >= least, operation
        assert found == paginator.paginate(**parameters).build_full_result()[key.expression], operation


def test_a_snapshot_of_much_takes_at_most_300_milliseconds_of_processor_time(with_many: Judge) -> None:
    times = []
    for _attempt in range(3):
        begun = time.process_time()
        with_many.simulator.restore(with_many.simulator.snapshot())
        times.append(time.process_time() - begun)
    assert min(times) < 2 * 0.3


SMALLEST_PAGE = 5
EC2_PAGED = {"describe_vpcs": "Vpcs", "describe_subnets": "Subnets", "describe_security_groups": "SecurityGroups"}


def test_paginators_of_ec2_see_every_page(judge: Judge) -> None:
    for number in range(SMALLEST_PAGE + 1):
        vpc = judge.ec2.create_vpc(CidrBlock=f"10.{number + 1}.0.0/16")["Vpc"]["VpcId"]
        judge.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{number + 1}.1.0/24")
    for operation, member in EC2_PAGED.items():
        pages = list(judge.ec2.get_paginator(operation).paginate(PaginationConfig={"PageSize": SMALLEST_PAGE}))
        assert len(pages) > 1, operation
        assert [item for page in pages for item in page[member]] == getattr(judge.ec2, operation)()[member], operation
