# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the reference work of the benchmark costs in calls, to the last one: a number for each kind, and how it grows.

A number that goes up is a regression to explain here; one that goes down is written down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import converging
import pytest
from conftest import World

ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
LOCK = {"ssm.PutParameter": 1, "ssm.GetParameter": 1, "ssm.DeleteParameter": 1}
"""Taken, compared before it is given back, given back."""
WRITES = {
    "ec2.CreateVpc": 1, "ec2.ModifyVpcAttribute": 1,
    "ec2.CreateSubnet": 6, "ec2.ModifySubnetAttribute": 3,
    "ec2.CreateInternetGateway": 1, "ec2.AttachInternetGateway": 1,
    "ec2.AllocateAddress": 3, "ec2.CreateNatGateway": 3,
    "ec2.CreateRouteTable": 4, "ec2.CreateRoute": 4, "ec2.AssociateRouteTable": 6,
    "iam.CreateRole": 2, "iam.AttachRolePolicy": 4,
    "eks.CreateCluster": 1, "eks.CreateNodegroup": 3,
}  # fmt: skip
"""One call for each thing, and one for each thing that EC2 and IAM cannot say in the create call. Tags go with the create call."""
LOOKS = {
    "sts.GetCallerIdentity": 1,
    "ec2.DescribeAvailabilityZones": 1, "ec2.DescribeVpcs": 1, "ec2.DescribeVpcAttribute": 2, "ec2.DescribeSubnets": 1,
    "ec2.DescribeInternetGateways": 1, "ec2.DescribeAddresses": 1, "ec2.DescribeNatGateways": 1, "ec2.DescribeRouteTables": 1,
    "ec2.DescribeSecurityGroups": 1,
    "iam.GetRole": 2, "iam.ListAttachedRolePolicies": 2,
    "eks.DescribeCluster": 2, "eks.DescribeNodegroup": 3,
    "ssm.GetParameter": 1,
}  # fmt: skip
"""One for each kind; one for each role and node group, because IAM and EKS describe those one by one. The last one looks for the lock
of a run that was killed after its last change."""


def reference(nodegroups: int) -> dict[str, Any]:
    """Give the reference work: as `tests/benchmarks/playbooks/vars/reference.yml` declares it."""
    return {
        "name": "blue",
        "network": {
            "vpc": {"cidr": "10.0.0.0/16", "dns_support": True, "dns_hostnames": True},
            "zones": ZONES,
            "subnets": {"private": {}, "public": {"map_public_ip": True}},
            "nat": "zonal",
            "tags": {"team": "platform"},
        },
        "iam_roles": {"roles": [{"purpose": "cluster"}, {"purpose": "node"}]},
        "cluster": {"version": "1.35"},
        "nodegroups": {
            "nodegroups": [
                {"name": f"group-{number:02}", "instance_types": ["m7i.large"], "scaling": {"min_size": 1, "max_size": 3}}
                for number in range(1, nodegroups + 1)
            ]
        },
    }


def called(world: World, nodegroups: int) -> Counter[str]:
    """Converge the reference work, and count the calls by service and operation."""
    return counted(world, reference(nodegroups))


def counted(world: World, options: Mapping[str, Any], **controls: Any) -> Counter[str]:
    """Converge, and count the calls by service and operation."""
    before = world.last()
    done = converging.run(world.simulator.endpoint, options, **controls)
    assert not done.get("failed"), done.get("msg")
    return Counter(f"{call['service']}.{call['operation']}" for call in world.control("GET", f"journal?after={before}"))


@pytest.mark.parametrize("nodegroups", [1, 3, 8])
def test_a_run_that_finds_nothing_to_do_looks_once_at_each_kind(world: World, nodegroups: int) -> None:
    called(world, nodegroups)
    assert called(world, nodegroups) == {**LOOKS, "eks.DescribeNodegroup": nodegroups}


@pytest.mark.parametrize("nodegroups", [1, 3, 8])
def test_a_creation_writes_once_for_each_thing(world: World, nodegroups: int) -> None:
    calls = called(world, nodegroups)
    assert writes(calls) == {**WRITES, "eks.CreateNodegroup": nodegroups}
    assert {name: count for name, count in calls.items() if name.startswith("ssm.")} == LOCK


def test_a_configuration_of_an_add_on_costs_one_look_at_its_schema_when_it_is_set(world: World) -> None:
    plain, configured = {"name": "vpc-cni"}, {"name": "coredns", "configuration_values": {"replicaCount": 3}}
    options = {**reference(1), "addons": {"addons": [plain, configured]}}
    made = counted(world, options)
    assert (made["eks.DescribeAddonVersions"], made["eks.DescribeAddonConfiguration"]) == (2, 1)
    assert counted(world, options) == {**LOOKS, "eks.DescribeCluster": 3, "eks.DescribeNodegroup": 1, "eks.DescribeAddon": 2}
    configured["configuration_values"] = {"replicaCount": 4}
    changed = counted(world, options)
    assert (changed["eks.DescribeAddonVersions"], changed["eks.DescribeAddonConfiguration"]) == (0, 1)


def test_an_upgrade_costs_a_look_at_the_offered_versions_and_at_every_node_group(world: World) -> None:
    options = {"name": "blue", "cluster": {**reference(2)["cluster"]}}
    counted(world, reference(2) | {"cluster": {"version": "1.34"}})
    calls = counted(world, options, allow_irreversible=True)
    looks = ("eks.DescribeClusterVersions", "eks.ListNodegroups", "eks.DescribeNodegroup", "eks.UpdateClusterVersion")
    assert [calls[name] for name in looks] == [1, 1, 2, 1]


def writes(calls: Mapping[str, int]) -> dict[str, int]:
    """Leave out reads and the lock."""
    return {name: count for name, count in calls.items() if not name.startswith("ssm.") and ".Describe" not in name and not _looks(name)}


def _looks(name: str) -> bool:
    return name.partition(".")[2].startswith(("Get", "List"))
