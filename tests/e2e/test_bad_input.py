# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input is refused before the first call that changes anything: all problems at once, each with path, found, wanted and what to do."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import converging
import pytest
from world import World

from simulator.harness import ACCOUNT, REGION

MARKER = "(known after apply: role/cluster Role.Arn)"
CROSSING = {
    "private": {"cidrs": ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20"]},
    "public": {"cidrs": ["10.0.8.0/22", "10.0.64.0/22", "10.0.68.0/22"]},
}
AMI_OF_THE_OTHER = {"name": "general", "instance_types": ["m7g.large"], "ami_type": "AL2023_x86_64_STANDARD"}


def changed(changes: Mapping[str, object]) -> dict[str, Any]:
    """Give the usual options with other values at some paths: `nodegroups.nodegroups.0.scaling`."""
    options: dict[str, Any] = copy.deepcopy(converging.STACK)
    for path, value in changes.items():
        *parents, last = (int(name) if name.isdigit() else name for name in path.split("."))
        inner: Any = options
        for name in parents:
            inner = inner[name]
        inner[last] = value
    return options


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A kind of bad input: what is declared or demanded, and the words of the one problem that it gives."""

    changes: Mapping[str, object] = field(default_factory=dict)
    controls: Mapping[str, Any] = field(default_factory=dict)
    code: str
    path: str
    found: str
    wanted: str


KINDS: dict[str, Bad] = {
    "unknown zone": Bad(
        changes={"network.zones": [f"{REGION}a", f"{REGION}x"]},
        code="unknown_zone", path="network.zones", found=f"{REGION}x", wanted=f"one of {REGION}a, {REGION}b, {REGION}c",
    ),
    "zone of another region": Bad(
        changes={"network.zones": [f"{REGION}a", "us-east-1b"]},
        code="unknown_zone", path="network.zones", found="us-east-1b", wanted=f"zones of {REGION}",
    ),
    "one zone only": Bad(
        changes={"network.zones": [f"{REGION}a"]},
        code="too_few_zones", path="network.zones", found="1 zone", wanted="at least 2 (EKS demands two)",
    ),
    "overlapping CIDRs": Bad(
        changes={"network.subnets": CROSSING},
        code="overlapping_cidrs", path="network.subnets.public.cidrs[0]", found="10.0.8.0/22 and 10.0.0.0/20", wanted="blocks apart",
    ),
    "subnet outside of the VPC": Bad(
        changes={"network.subnets.private": {"cidrs": ["10.0.0.0/20", "10.0.16.0/20", "10.1.0.0/20"]}},
        code="subnet_outside_vpc", path="network.subnets.private.cidrs[2]", found="10.1.0.0/20", wanted="a part of 10.0.0.0/16",
    ),
    "CIDR with bits behind the prefix": Bad(
        changes={"cluster.resources_vpc_config.public_access_cidrs": ["203.0.113.7/24"]},
        code="bad_cidr", path="cluster.resources_vpc_config.public_access_cidrs", found="203.0.113.7/24", wanted="203.0.113.0/24",
    ),
    "VPC that does not exist": Bad(
        changes={"network.vpc": {"id": "vpc-0123456789abcdef0"}},
        code="vpc_not_found", path="network.vpc.id", found="no VPC for vpc-0123456789abcdef0", wanted="an existing VPC",
    ),
    "version not offered": Bad(
        changes={"cluster.version": "1.99"},
        code="version_not_offered", path="cluster.version", found="1.99", wanted="1.34, 1.35",
    ),
    "version that lost its zero": Bad(
        changes={"cluster.version": "1.3"},
        code="version_unquoted", path="cluster.version", found="1.3", wanted="a quoted minor version",
    ),
    "version with a patch": Bad(
        changes={"cluster.version": "1.35.2"},
        code="bad_version", path="cluster.version", found="1.35.2", wanted="a minor version such as 1.34",
    ),
    "role that is no ARN": Bad(
        changes={"cluster.role_arn": "nonsense"},
        code="bad_arn", path="cluster.role_arn", found="nonsense", wanted="the ARN of a role",
    ),
    "role of another account": Bad(
        changes={"cluster.role_arn": "arn:aws:iam::210987654321:role/cluster"},
        code="other_account", path="cluster.role_arn", found="210987654321", wanted=f"arn:aws:iam::{ACCOUNT}:role/NAME",
    ),
    "role of another partition": Bad(
        changes={"cluster.role_arn": f"arn:aws-cn:iam::{ACCOUNT}:role/cluster"},
        code="other_account", path="cluster.role_arn", found="arn:aws-cn:iam", wanted=f"arn:aws:iam::{ACCOUNT}:role/NAME",
    ),
    "purpose that no role has": Bad(
        changes={"addons.addons.0.pod_identity_associations.0.role_arn": "vpc-cnj"},
        code="bad_arn", path="addons.addons[0].pod_identity_associations[0].role_arn", found="vpc-cnj", wanted="a purpose that its",
    ),
    "subnets that do not exist": Bad(
        changes={"cluster.resources_vpc_config.subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]},
        code="unknown_subnet", path="cluster.resources_vpc_config.subnet_ids", found="subnet-0123456789abcdef0, subnet-0123456789abcdef1",
        wanted="subnets that exist",
    ),
    "security group that does not exist": Bad(
        changes={"cluster.resources_vpc_config.security_group_ids": ["sg-0123456789abcdef0"]},
        code="unknown_security_group", path="cluster.resources_vpc_config.security_group_ids", found="sg-0123456789abcdef0",
        wanted="security groups that exist",
    ),
    "standard support of a version that has lost it": Bad(
        changes={"cluster.version": "1.33", "addons.addons.3.version": "default"},
        code="standard_support_over", path="cluster.upgrade_policy.support_type", found="STANDARD for 1.33", wanted="1.34, 1.35, 1.36",
    ),
    "unknown log type": Bad(
        changes={"cluster.logging": ["api", "kubelet"]},
        code="unknown_log_type", path="cluster.logging", found="kubelet", wanted="some of api, audit",
    ),
    "retention that the service does not know": Bad(
        changes={"cluster.log_retention_days": 42},
        code="bad_retention", path="cluster.log_retention_days", found="42", wanted="30, 60, 90",
    ),
    "instance types of mixed architectures": Bad(
        changes={"nodegroups.nodegroups.0.instance_types": ["m7i.large", "m7g.large"]},
        code="mixed_architectures", path="nodegroups.nodegroups[0].instance_types", found="m7i.large (x86_64), m7g.large (arm64)",
        wanted="types of one architecture",
    ),
    "AMI of another architecture than the instances": Bad(
        changes={"nodegroups.nodegroups.0": AMI_OF_THE_OTHER},
        code="wrong_architecture", path="nodegroups.nodegroups[0].instance_types", found="m7g.large (arm64)", wanted="x86_64",
    ),
    "unknown instance type": Bad(
        changes={"nodegroups.nodegroups.1.instance_types": ["m99.large"]},
        code="unknown_instance_type", path="nodegroups.nodegroups[1].instance_types", found="m99.large", wanted="of this region",
    ),
    "min above max": Bad(
        changes={"nodegroups.nodegroups.0.scaling": {"min_size": 5, "max_size": 4}},
        code="min_above_max", path="nodegroups.nodegroups[0].scaling.min_size", found="5", wanted="at most max_size, 4",
    ),
    "initial size out of bounds": Bad(
        changes={"nodegroups.nodegroups.0.scaling": {"min_size": 1, "max_size": 4, "initial_size": 5}},
        code="size_out_of_bounds", path="nodegroups.nodegroups[0].scaling.initial_size", found="5", wanted="between min_size and max_size",
    ),
    "node group name too long": Bad(
        changes={"nodegroups.nodegroups.0.name": "n" * 64},
        code="bad_name", path="nodegroups.nodegroups[0].name", found="n" * 64, wanted="1 to 63 letters",
    ),
    "node group twice": Bad(
        changes={"nodegroups.nodegroups.1.name": "general"},
        code="doubled_name", path="nodegroups.nodegroups", found="general 2 times", wanted="each name once",
    ),
    "nodes newer than their cluster": Bad(
        changes={"nodegroups.nodegroups.0.version": "1.36"},
        code="newer_than_cluster", path="nodegroups.nodegroups[0].version", found="1.36", wanted="at most 1.35",
    ),
    "add-on version not compatible": Bad(
        changes={"addons.addons.3.version": "v1.8.7-eksbuild.10"},
        code="addon_version_not_offered", path="addons.addons[3].version", found="v1.8.7-eksbuild.10", wanted="(for Kubernetes 1.35)",
    ),
    "unknown add-on": Bad(
        changes={"addons.addons.3.name": "cordns"},
        code="unknown_addon", path="addons.addons[3].name", found="cordns", wanted="an add-on that EKS offers",
    ),
    "add-on configuration that breaks its schema": Bad(
        changes={"addons.addons.3.configuration_values": {"replicaCount": "three"}},
        code="configuration_not_valid", path="addons.addons[3].configuration_values.replicaCount", found="'three' is not of type 'integer'",
        wanted="the schema of add-on coredns",
    ),
    "a value that is not known yet in a real run": Bad(
        changes={"cluster.role_arn": MARKER},
        code="value_not_known", path="cluster.role_arn", found=MARKER, wanted="a value",
    ),
    "deletion without confirmation": Bad(
        changes={"state": "absent"},
        code="not_confirmed", path="confirm_deletion", found="''", wanted="'blue'",
    ),
    "deletion that confirms another cluster": Bad(
        changes={"state": "absent", "confirm_deletion": "green"},
        code="not_confirmed", path="confirm_deletion", found="'green'", wanted="'blue'",
    ),
    "wrong account": Bad(
        controls={"allowed_account_ids": ("210987654321",)},
        code="account_not_allowed", path="allowed_account_ids", found=f"account {ACCOUNT}", wanted="one of 210987654321",
    ),
    "no account allowed": Bad(
        controls={"allowed_account_ids": ()},
        code="account_not_allowed", path="allowed_account_ids", found=f"account {ACCOUNT}", wanted="one of none",
    ),
    "wrong region": Bad(
        controls={"allowed_regions": ("us-east-1",)},
        code="region_not_allowed", path="allowed_regions", found=REGION, wanted="one of us-east-1",
    ),
    "plan that nobody has approved": Bad(
        controls={"expected_plan_digest": "0" * 64},
        code="plan_differs", path="expected_plan_digest", found="create vpc", wanted="0" * 64,
    ),
}  # fmt: skip


def changes_of(*kinds: str) -> dict[str, object]:
    return {path: value for kind in kinds for path, value in KINDS[kind].changes.items()}


def refused(world: World, changes: Mapping[str, object], controls: Mapping[str, Any]) -> list[dict[str, str]]:
    """Run for real; give the problems of a refusal that has changed nothing and tells of each of them what the operator needs."""
    result = converging.run(world.simulator.endpoint, changed(changes), **controls)
    assert (result.get("failed"), result["changed"]) == (True, False)
    assert world.control("GET", "journal?mutating=true") == []
    problems: list[dict[str, str]] = result["problems"]
    for problem in problems:
        assert all(problem[name] for name in ("code", "path", "found", "wanted", "do")), problem
        assert "{path}: found {found}, wanted {wanted}. {do}".format(**problem) in result["msg"]
    return problems


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_refused_with_the_one_problem_that_it_is(world: World, kind: str) -> None:
    bad = KINDS[kind]
    (problem,) = refused(world, bad.changes, bad.controls)
    assert (problem["code"], problem["path"]) == (bad.code, bad.path)
    assert bad.found in problem["found"]
    assert bad.wanted in problem["wanted"]


def test_a_cluster_name_that_is_too_long_is_one_problem(world: World) -> None:
    (problem,) = refused(world, {"name": "n" * 101}, {})
    assert (problem["code"], problem["path"], problem["found"]) == ("bad_name", "name", "n" * 101)


def test_a_problem_of_the_shape_does_not_hide_what_a_look_at_the_world_reveals(world: World) -> None:
    problems = refused(world, changes_of("version not offered", "min above max"), {})
    assert [problem["path"] for problem in problems] == ["nodegroups.nodegroups[0].scaling.min_size", "cluster.version"]


def test_problems_of_the_shape_in_different_parts_are_reported_together(world: World) -> None:
    changes = changes_of("one zone only", "version that lost its zero", "min above max")
    problems = refused(world, changes, {**KINDS["wrong account"].controls, **KINDS["wrong region"].controls})
    assert [problem["code"] for problem in problems] == [
        "account_not_allowed", "region_not_allowed", "too_few_zones", "version_unquoted", "min_above_max",
    ]  # fmt: skip


def test_problems_that_a_look_at_the_world_reveals_are_reported_together(world: World) -> None:
    kinds = ("unknown zone", "version not offered", "instance types of mixed architectures", "unknown add-on")
    problems = refused(world, changes_of(*kinds), {})
    assert [problem["path"] for problem in problems] == [KINDS[kind].path for kind in kinds]


def test_problems_of_several_add_ons_are_reported_together(world: World) -> None:
    addons = copy.deepcopy(converging.STACK["addons"]["addons"])
    addons[0]["name"] = "vpc-cnj"
    addons[1]["version"] = "v1.2.3-eksbuild.4"
    addons[3]["configuration_values"] = {"replicaCount": "three", "replicas": 3}
    problems = refused(world, {"addons.addons": addons}, {})
    assert [(problem["code"], problem["path"]) for problem in problems] == [
        ("unknown_addon", "addons.addons[0].name"),
        ("addon_version_not_offered", "addons.addons[1].version"),
        ("configuration_not_valid", "addons.addons[3].configuration_values"),
        ("configuration_not_valid", "addons.addons[3].configuration_values.replicaCount"),
    ]


def test_a_changed_configuration_is_judged_before_it_is_set(world: World) -> None:
    converging.run(world.simulator.endpoint)
    last = world.last()
    result = converging.run(world.simulator.endpoint, changed(KINDS["add-on configuration that breaks its schema"].changes))
    assert [problem["code"] for problem in result["problems"]] == ["configuration_not_valid"]
    assert world.mutations(after=last) == []


def test_an_upgrade_that_leaves_nodes_too_far_behind_is_refused(world: World) -> None:
    options = changed({"cluster.version": "1.31", "cluster.upgrade_policy.support_type": "EXTENDED"})
    del options["addons"]
    made = converging.run(world.simulator.endpoint, options)
    assert not made.get("failed"), made.get("msg")
    for version in ("1.32", "1.33", "1.34"):
        world.client("eks").update_cluster_version(name="blue", version=version)
        world.control("POST", "clock/advance", {"seconds": 7200})
    options["cluster"]["version"] = "1.35"
    last = world.last()
    result = converging.run(world.simulator.endpoint, options, allow_irreversible=True)
    (problem,) = result["problems"]
    assert (problem["code"], problem["path"]) == ("nodes_too_old", "cluster.version")
    assert problem["found"] == "1.35 with node group general at 1.31, node group spot at 1.31"
    assert world.mutations(after=last) == []


def test_check_mode_refuses_the_same(world: World) -> None:
    result = converging.plan(world.simulator.endpoint, changed(KINDS["min above max"].changes))
    assert [problem["code"] for problem in result["problems"]] == ["min_above_max"]


def test_check_mode_accepts_a_value_that_is_not_known_yet(world: World) -> None:
    result = converging.plan(world.simulator.endpoint, changed({"cluster.role_arn": MARKER}))
    assert not result.get("failed"), result.get("msg")
    (creation,) = (step for step in result["plan"] if step["operation"] == "CreateCluster")
    assert creation["request"]["roleArn"] == MARKER
