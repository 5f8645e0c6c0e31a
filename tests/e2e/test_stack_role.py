# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What role `eks_stack` offers beside its opinions: subnets and roles of others, and the end of what is no longer declared."""

from __future__ import annotations

from typing import Any

import pytest
from world import MINIMAL, World

from simulator.harness import Simulator

OTHER = {"name": "other", "instance_types": ["m7i.large"], "scaling": {"min_size": 1, "max_size": 1}}


@pytest.fixture(scope="module")
def blue(simulator: Simulator) -> World:
    """A cluster with two node groups."""
    simulator.control("POST", "reset")
    simulator.control("PUT", "clock", {"speed": 3000})
    world = World(simulator)
    made = world.playbook("create_cluster", variables={**MINIMAL, "eks_stack_nodegroups": [*MINIMAL["eks_stack_nodegroups"], OTHER]})
    assert made.exit_code == 0, made.output
    return world


def planned(world: World, **variables: Any) -> list[dict[str, Any]]:
    """Give the steps that a run with these variables would make."""
    ran = world.playbook("plan_cluster", variables={**MINIMAL, **variables})
    assert ran.exit_code == 0, ran.output
    return list(ran.stack["plan"])


def test_in_somebodys_subnets_and_with_somebodys_roles_only_the_cluster_is_made(blue: World) -> None:
    ours = {"Filters": [{"Name": "tag:kubernetes.io/role/internal-elb", "Values": ["1"]}]}
    subnets = [subnet["SubnetId"] for subnet in blue.client("ec2").describe_subnets(**ours)["Subnets"]]
    roles = {name: blue.client("iam").get_role(RoleName=f"blue-eu-central-1-{name}")["Role"]["Arn"] for name in ("cluster", "node")}
    steps = planned(
        blue,
        eks_stack_name="green",
        eks_stack_subnet_ids=subnets,
        eks_stack_iam_roles=[],
        eks_stack_cluster_role_arn=roles["cluster"],
        eks_stack_node_role_arn=roles["node"],
        eks_stack_addons=[{"name": "vpc-cni"}, {"name": "coredns"}],
    )
    assert {step["operation"] for step in steps} == {
        "CreateLogGroup", "PutRetentionPolicy", "CreateCluster", "CreateLaunchTemplate", "CreateNodegroup", "CreateAddon",
    }  # fmt: skip
    (cluster,) = (step["request"] for step in steps if step["operation"] == "CreateCluster")
    assert (cluster["roleArn"], set(cluster["resourcesVpcConfig"]["subnetIds"])) == (roles["cluster"], set(subnets))
    (group,) = (step["request"] for step in steps if step["operation"] == "CreateNodegroup")
    assert (group["nodeRole"], set(group["subnets"])) == (roles["node"], set(subnets))


def test_what_is_no_longer_declared_stays_without_purge(blue: World) -> None:
    assert planned(blue) == []


def test_what_is_no_longer_declared_goes_with_purge(blue: World) -> None:
    assert [(step["operation"], step["key"]) for step in planned(blue, eks_stack_purge=True)] == [
        ("DeleteNodegroup", "nodegroup/other"),
        ("DeleteLaunchTemplate", "launch-template/other"),
    ]
