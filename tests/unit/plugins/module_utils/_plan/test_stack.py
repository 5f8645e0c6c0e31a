# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a whole stack, as a specification: its parts' order, their problems together, and that it converges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.cutover.eks.plugins.module_utils._model.addons import AddonsActual, OfferedVersion
from ansible_collections.cutover.eks.plugins.module_utils._model.cluster import ClusterActual
from ansible_collections.cutover.eks.plugins.module_utils._model.network_actual import NetworkActual
from ansible_collections.cutover.eks.plugins.module_utils._model.nodegroups import LiveNodegroup, NodegroupsActual
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.plugins.module_utils._model.stack import Stack, StackActual
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Kind, Plan, Step
from ansible_collections.cutover.eks.plugins.module_utils._plan.stack import plan_stack
from ansible_collections.cutover.eks.tests.unit.plugins.module_utils._plan import (
    network_world,
    test_addons,
    test_cluster,
    test_iam_roles,
    test_nodegroups,
)

SCOPE = Scope(account="123456789012", region="eu-central-1")
STACK: dict[str, Any] = {
    "name": "blue",
    "network": {"vpc": {"cidr": "10.0.0.0/16"}, "zones": ["3"], "subnets": {"private": {}}},
    "iam_roles": {"roles": [{"purpose": "cluster"}, {"purpose": "node"}, {"purpose": "vpc-cni"}]},
    "cluster": {"version": "1.35"},
    "nodegroups": {"nodegroups": [{"name": "general", "instance_types": ["m7i.large"]}]},
    "addons": {
        "addons": [
            {"name": "vpc-cni", "pod_identity_associations": [{"service_account": "aws-node", "role_arn": "vpc-cni"}]},
            {"name": "coredns"},
        ]
    },
}
OFFERED = (OfferedVersion(version="v1.19.0-eksbuild.1", is_default=True),)
EMPTY = StackActual(
    network=NetworkActual(zones=network_world.ZONES),
    cluster=ClusterActual(offered_versions=("1.34", "1.35")),
    nodegroups=NodegroupsActual(architectures={"m7i.large": frozenset({"x86_64"}), "m7g.large": frozenset({"arm64"})}),
    addons=AddonsActual(offered={"vpc-cni": OFFERED, "coredns": OFFERED}),
)
MIXED = {"nodegroups": [{"name": "general", "instance_types": ["m7i.large", "m7g.large"]}]}


def seen(options: dict[str, Any], actual: StackActual = EMPTY) -> list[tuple[str, str]]:
    """Give every problem that a run would tell: those of the shape, and those that the world reveals of what is sound."""
    shape: tuple[Any, ...] = ()
    try:
        desired: Any = Stack.from_options(options, SCOPE)
    except Refused as refused:
        shape, desired = refused.problems, refused.sound
    with pytest.raises(Refused) as world:
        plan_stack(desired, actual, SCOPE)
    return [(problem.code, problem.path) for problem in (*shape, *world.value.problems)]


def test_an_empty_account_gets_every_part_after_what_it_needs() -> None:
    plan = plan_stack(Stack.from_options(STACK, SCOPE), EMPTY, SCOPE)
    keys = [step.key for step in plan]
    order = ["subnet/private-a", "cluster/blue", "addon/vpc-cni", "nodegroup/general", "addon/coredns"]
    assert sorted(order, key=keys.index) == order
    assert (plan.problems, plan.changed) == ((), True)


def test_a_problem_of_the_shape_does_not_hide_those_that_the_world_reveals_of_other_parts() -> None:
    groups = {"nodegroups": [{"name": "general", "scaling": {"min_size": 5, "max_size": 4}}]}
    assert seen({**STACK, "cluster": {"version": "1.99"}, "nodegroups": groups}) == [
        ("min_above_max", "nodegroups.nodegroups[0].scaling.min_size"),
        ("version_not_offered", "cluster.version"),
    ]


FLAWED: dict[str, tuple[dict[str, Any], str]] = {
    "network": ({"vpc": {"cidr": "10.0.0.0/16"}, "zones": ["1"], "subnets": {"private": {}}}, "network.zones"),
    "iam_roles": (
        {"roles": [{"purpose": "cluster"}, {"purpose": "node"}, {"purpose": "vpc-cni", "trust": "{"}]},
        "iam_roles.roles[2].trust",
    ),
    "cluster": ({"version": "1.3"}, "cluster.version"),
}


@pytest.mark.parametrize("part", FLAWED)
def test_a_part_that_is_left_out_gives_no_problems_to_those_that_need_it(part: str) -> None:
    options, path = FLAWED[part]
    assert [found for _code, found in seen({**STACK, part: options, "nodegroups": MIXED})] == [
        path,
        "nodegroups.nodegroups[0].instance_types",
    ]


LIVE_GROUP = LiveNodegroup(
    name="general", arn="arn", status="ACTIVE", version="1.35", fields={"instance_types": ("c7i.large",)}, tags={}, min_size=1, max_size=2
)


def test_a_replacement_of_nodes_is_in_the_plan_of_the_whole_with_the_problem_of_the_part() -> None:
    actual = replace(EMPTY, nodegroups=replace(EMPTY.nodegroups, nodegroups={"general": LIVE_GROUP}))
    plan = plan_stack(Stack.from_options(STACK, SCOPE), actual, SCOPE)
    assert [(step.key, step.changes[0].before) for step in plan if step.kind is Kind.REPLACE] == [
        ("nodegroup/general/replace", ("c7i.large",))
    ]
    (problem,) = plan.problems
    assert (problem.code, problem.path) == ("replace_needed", "nodegroups.nodegroups[0].instance_types")


def test_a_replacement_is_told_beside_the_problems_of_other_parts() -> None:
    actual = replace(EMPTY, nodegroups=replace(EMPTY.nodegroups, nodegroups={"general": LIVE_GROUP}))
    assert [code for code, _path in seen({**STACK, "cluster": {"version": "1.99"}}, actual)] == ["version_not_offered", "replace_needed"]


def test_members_of_a_cluster_that_is_nowhere_declared_are_planned_with_the_check_that_it_is_there() -> None:
    subnets = {"subnet_ids": ["subnet-a"], "node_role_arn": "arn:aws:iam::123456789012:role/node"}
    options = {"name": "blue", "nodegroups": {**STACK["nodegroups"], **subnets}, "addons": {"addons": [{"name": "coredns"}]}}
    plan = plan_stack(Stack.from_options(options, SCOPE), EMPTY, SCOPE)
    assert {problem.path for problem in plan.problems} == {"nodegroups.cluster", "addons.cluster"}
    assert plan.deferring(lambda problem: bool(problem.check)).deferred_checks.count("cluster blue exists") == 1


PARTS = {"role": "iam_roles", "cluster": "cluster", "log-group": "cluster", "nodegroup": "nodegroups", "launch-template": "nodegroups"}
"""Which part a step belongs to, by the first word of its key; the others are the network's."""


def after_run(plan: Plan, actual: StackActual) -> StackActual:
    """Give the world after the plan's steps: each part tells it of its own, what one hands to the other being known by then."""
    steps: dict[str, list[Step]] = {part: [] for part in ("network", "iam_roles", "cluster", "nodegroups", "addons")}
    for step in plan:
        kind = step.key.split("/")[0]
        steps["addons" if kind == "addon" else PARTS.get(kind, "network")].append(step)
    roles = test_iam_roles.after_run(Plan(steps=tuple(steps["iam_roles"])), actual.iam_roles)
    arns = {role.tags["cutover.eks/step"]: role.arn for role in roles.roles.values()}
    known = {part: Plan(steps=tuple(replace(step, request=concrete(step.request, arns)) for step in steps[part])) for part in steps}
    cluster = test_cluster.after_run(known["cluster"], test_cluster.declared(), actual.cluster)
    seen = {"cluster_version": cluster.cluster.version, "cluster_status": "ACTIVE"} if cluster.cluster else {}
    return replace(
        actual,
        network=network_world.after_run(Plan(steps=tuple(steps["network"])), actual.network),
        iam_roles=roles,
        cluster=cluster,
        nodegroups=replace(test_nodegroups.after_run(known["nodegroups"], actual.nodegroups), **seen),
        addons=replace(test_addons.after_run(known["addons"], actual.addons), **seen),
    )


def concrete(value: Any, arns: Mapping[str, str]) -> Any:
    """Put ids and ARNs in the place of what subnets and roles answer."""
    match value:
        case Ref() if value.step in arns:
            return arns[value.step]
        case Ref() if value.step.split("/")[0] in network_world.PREFIXES:
            return network_world.id_of(value.step)
        case Mapping():
            return {name: concrete(inner, arns) for name, inner in value.items()}
        case list() | tuple():
            return [concrete(inner, arns) for inner in value]
        case _:
            return value


NETWORKS = st.fixed_dictionaries(
    {
        "vpc": st.just({"cidr": "10.0.0.0/16"}),
        "zones": st.sampled_from([["2"], ["3"]]),
        "subnets": st.just({"private": {}, "public": {"map_public_ip": True}}),
        "nat": st.sampled_from(["none", "single", "zonal"]),
    }
)
CLUSTERS = st.fixed_dictionaries(
    {"version": st.just("1.35")},
    optional={"logging": st.lists(st.sampled_from(["api", "audit"]), unique=True), "log_retention_days": st.sampled_from([30, 90])},
)
ADDONS = st.lists(st.sampled_from(STACK["addons"]["addons"]), unique_by=lambda addon: str(addon["name"]))


@settings(max_examples=40, deadline=None)
@given(network=NETWORKS, cluster=CLUSTERS, group=test_nodegroups.CONFIGURATIONS, addons=ADDONS, broken_off=st.floats(0, 1))
def test_a_stack_converges_also_when_a_run_was_broken_off(
    *, network: dict[str, Any], cluster: dict[str, Any], group: dict[str, Any], addons: list[dict[str, Any]], broken_off: float
) -> None:
    options = {**STACK, "network": network, "cluster": cluster, "nodegroups": {"nodegroups": [group]}, "addons": {"addons": addons}}
    desired = Stack.from_options(options, SCOPE)
    first = plan_stack(desired, EMPTY, SCOPE)
    rest = after_run(Plan(steps=first.steps[: round(len(first.steps) * broken_off)]), EMPTY)
    once = after_run(plan_stack(desired, rest, SCOPE), rest)
    assert plan_stack(desired, once, SCOPE).steps == ()


BUILT = after_run(plan_stack(Stack.from_options(STACK, SCOPE), EMPTY, SCOPE), EMPTY)


def absent(**changes: Any) -> Stack:
    return Stack.from_options({**STACK, "state": "absent", "confirm_deletion": "blue", **changes}, SCOPE)


def test_a_deletion_takes_nodes_then_control_plane_then_what_was_below_it() -> None:
    plan = plan_stack(absent(cluster={**STACK["cluster"], "log_retention_days": 30}), BUILT, SCOPE)
    keys = [step.key for step in plan]
    order = ["nodegroup/general", "cluster/blue", "subnet/private-a", "vpc"]
    assert sorted(order, key=keys.index) == order
    for below in ("subnet/private-a", "role/node"):
        step = plan.get(below)
        assert step
        assert {"cluster/blue", "nodegroup/general"} <= plan.dependencies(step)
        assert "log-group/blue" not in plan.dependencies(step)  # it is watched for a minute
    assert not any(key.startswith("addon/") for key in keys)  # they go with their cluster


def test_add_ons_are_deleted_one_by_one_where_the_cluster_is_not_the_stacks() -> None:
    options = {"name": "blue", "state": "absent", "confirm_deletion": "blue", "addons": {"addons": [{"name": "coredns"}]}}
    plan = plan_stack(Stack.from_options(options, SCOPE), BUILT, SCOPE)
    assert [(step.key, step.operation) for step in plan] == [("addon/coredns", "DeleteAddon")]


def test_a_deletion_leaves_nothing_to_do() -> None:
    assert plan_stack(absent(), EMPTY, SCOPE) == Plan()


def test_the_problems_of_a_deletion_are_reported_together() -> None:
    assert BUILT.cluster.cluster
    theirs = replace(
        BUILT,
        cluster=replace(BUILT.cluster, cluster=replace(BUILT.cluster.cluster, tags={})),
        network=replace(BUILT.network, clusters=frozenset({"green"})),
    )
    with pytest.raises(Refused) as refused:
        plan_stack(absent(), theirs, SCOPE)
    assert [(problem.code, problem.path) for problem in refused.value.problems] == [
        ("not_ours", "cluster.name"),
        ("network_in_use", "network.state"),
    ]
