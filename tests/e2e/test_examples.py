# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EXAMPLES of every module work as they are written: they run, in their order, against the simulator."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import converging
import pytest
import yaml
from plays import Task, play
from world import ROOT, World

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
ROLES = {
    "blue-cluster": ("eks.amazonaws.com", ["AmazonEKSClusterPolicy"]),
    "blue-node": ("ec2.amazonaws.com", ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"]),
    "blue-ebs-csi": ("pods.eks.amazonaws.com", ["service-role/AmazonEBSCSIDriverPolicy"]),
}
"""Roles that examples name as made elsewhere: who may take them, and what they allow."""
FULL = converging.STACK
CONTROL_PLANE = {name: part for name, part in FULL.items() if name not in ("nodegroups", "addons")}
READY_FOR_NODES = {**CONTROL_PLANE, "addons": {"addons": [{"name": "vpc-cni"}, {"name": "kube-proxy"}]}}
NETWORK_ALONE = {name: FULL[name] for name in ("name", "network")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The world that a module's examples take for granted."""

    stack: Mapping[str, Any] | None = None
    """What stands before the first example."""
    variables: tuple[str, ...] = ()
    """Variables of the examples that hold the ids of the private subnets."""
    arguments: Mapping[str, object] = field(default_factory=dict)
    """Other variables of the examples."""


WORLDS: dict[str, Prepared] = {
    "addon_versions_info": Prepared(),
    "addons": Prepared(stack=CONTROL_PLANE),
    "cluster": Prepared(stack=NETWORK_ALONE, variables=("subnet_ids",)),
    "cluster_info": Prepared(stack=CONTROL_PLANE),
    "iam_roles": Prepared(),
    "network": Prepared(arguments={"company_network": True}),
    "network_info": Prepared(stack=NETWORK_ALONE),
    "nodegroups": Prepared(stack=READY_FOR_NODES, variables=("private_subnet_ids",)),
    "nodegroups_info": Prepared(stack=FULL),
    "stack": Prepared(),
    "weighted_records": Prepared(),
}


def examples(module: str) -> list[Task]:
    """Read the tasks from a module's documentation."""
    tree = ast.parse((ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8"))
    (text,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and [target.id for target in node.targets if isinstance(target, ast.Name)] == ["EXAMPLES"]
    )
    tasks: list[Task] = yaml.safe_load(text)
    return tasks


def trusting(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def made_elsewhere(world: World) -> None:
    """Make the roles, the network and the hosted zone that belong to others in the examples."""
    iam = world.client("iam")
    for name, (service, policies) in ROLES.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(service))
        for policy in policies:
            iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "company"}]}]
    world.client("ec2").create_vpc(CidrBlock="10.20.0.0/16", TagSpecifications=tags)
    dns = world.client("route53")
    zone = dns.create_hosted_zone(Name="example.com", CallerReference="examples")["HostedZone"]["Id"]
    record = {"Name": "app.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.10"}]}
    dns.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]})


def prepared(world: World, wanted: Prepared) -> dict[str, object]:
    """Make the world; give the variables of the examples."""
    made_elsewhere(world)
    if wanted.stack is None:
        return dict(wanted.arguments)
    made = converging.run(world.simulator.endpoint, wanted.stack)
    assert not made.get("failed"), made.get("msg")
    subnets = made["stack"]["network"]["status"]["private_subnet_ids"]
    return {**wanted.arguments, **dict.fromkeys(wanted.variables, subnets)}


def test_every_module_has_examples_and_a_world_for_them() -> None:
    assert sorted(WORLDS) == MODULES
    assert [module for module in MODULES if not examples(module)] == []


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_work_as_they_are_written(world: World, tmp_path: Path, module: str) -> None:
    tasks = examples(module)
    played = play(world, tmp_path, tasks, variables=prepared(world, WORLDS[module]))
    assert played.exit_code == 0, played.output
    assert [name for name, _results in played.tasks] == [task["name"] for task in tasks]
    assert [name for name, results in played.tasks for result in results.values() if result.get("skipped")] == []
