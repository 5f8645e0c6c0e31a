# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of a cluster's IAM roles, as a specification: least privilege, each drift, ownership, deletion."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.cutover.eks.plugins.module_utils._model.iam_roles import IamRoles, IamRolesActual, LiveRole, iam_roles_result
from ansible_collections.cutover.eks.plugins.module_utils._model.policy import canonical, parsed, trust
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import OWNER, STEP, Scope
from ansible_collections.cutover.eks.plugins.module_utils._plan.iam_roles import iam_roles_outputs, plan_iam_roles
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Kind, Plan

SCOPE = Scope(account="123456789012", region="eu-central-1")
NOTHING = IamRolesActual()
AWS = "arn:aws:iam::aws:policy/"
READ_ONLY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}]}
OPTIONS: dict[str, Any] = {
    "cluster": "blue",
    "roles": [
        {"purpose": "cluster"},
        {"purpose": "node"},
        {"purpose": "shop", "trust": trust("pods.eks.amazonaws.com"), "managed_policies": [], "inline_policies": {"read": READ_ONLY}},
    ],
    "tags": {"team": "platform"},
}
NODE = "blue-eu-central-1-node"


def declared(**changes: Any) -> IamRoles:
    return IamRoles.from_options({**OPTIONS, **changes}, SCOPE)


def after_run(plan: Plan, actual: IamRolesActual) -> IamRolesActual:
    """Give IAM after the plan's steps, from their requests alone."""
    roles: dict[str, LiveRole | None] = dict(actual.roles)
    for step in plan:
        name, request = step.request["RoleName"], step.request
        change = CHANGES[step.operation](request)
        roles[name] = change(roles.get(name))
    return IamRolesActual(roles={name: role for name, role in roles.items() if role is not None})


def _tags(request: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in request["Tags"]}


def _without(names: Any, of: Any) -> dict[str, Any]:
    return {name: value for name, value in of.items() if name not in names}


CHANGES: dict[str, Callable[[Any], Callable[[Any], Any]]] = {
    "CreateRole": lambda asked: (
        lambda _role: LiveRole(
            name=asked["RoleName"],
            arn=f"arn:aws:iam::123456789012:role{asked['Path']}{asked['RoleName']}",
            path=asked["Path"],
            trust=parsed(asked["AssumeRolePolicyDocument"]),
            permissions_boundary=asked.get("PermissionsBoundary"),
            tags=_tags(asked),
        )
    ),
    "DeleteRole": lambda _asked: lambda role: None if not role.attached and not role.inline else role,
    "AttachRolePolicy": lambda asked: lambda role: replace(role, attached=role.attached | {asked["PolicyArn"]}),
    "DetachRolePolicy": lambda asked: lambda role: replace(role, attached=role.attached - {asked["PolicyArn"]}),
    "PutRolePolicy": lambda asked: lambda role: replace(role, inline={**role.inline, asked["PolicyName"]: parsed(asked["PolicyDocument"])}),
    "DeleteRolePolicy": lambda asked: lambda role: replace(role, inline=_without({asked["PolicyName"]}, role.inline)),
    "UpdateAssumeRolePolicy": lambda asked: lambda role: replace(role, trust=parsed(asked["PolicyDocument"])),
    "PutRolePermissionsBoundary": lambda asked: lambda role: replace(role, permissions_boundary=asked["PermissionsBoundary"]),
    "TagRole": lambda asked: lambda role: replace(role, tags={**role.tags, **_tags(asked)}),
    "UntagRole": lambda asked: lambda role: replace(role, tags=_without(asked["TagKeys"], role.tags)),
}


def built(**changes: Any) -> IamRolesActual:
    return after_run(plan_iam_roles(declared(**changes), NOTHING, SCOPE), NOTHING)


def edited(actual: IamRolesActual, name: str, **changes: Any) -> IamRolesActual:
    return IamRolesActual(roles={**actual.roles, name: replace(actual.roles[name], **changes)})


def told(plan: Plan) -> list[tuple[str, str]]:
    return [(step.key, step.operation) for step in plan]


def test_roles_are_made_with_their_policies_and_nothing_beyond() -> None:
    assert told(plan_iam_roles(declared(), NOTHING, SCOPE)) == [
        ("role/cluster", "CreateRole"),
        ("role/cluster/policy/AmazonEKSClusterPolicy", "AttachRolePolicy"),
        ("role/node", "CreateRole"),
        ("role/node/policy/AmazonEKSWorkerNodePolicy", "AttachRolePolicy"),
        ("role/node/policy/AmazonEC2ContainerRegistryPullOnly", "AttachRolePolicy"),
        ("role/node/policy/AmazonSSMManagedInstanceCore", "AttachRolePolicy"),
        ("role/shop", "CreateRole"),
        ("role/shop/inline/read", "PutRolePolicy"),
    ]


def test_a_role_carries_region_owner_and_step_and_is_found_by_name_and_owner() -> None:
    step = plan_iam_roles(declared(), NOTHING, SCOPE).get("role/node")
    assert step is not None
    assert step.request["RoleName"] == NODE
    assert _tags(step.request) == {OWNER: "eu-central-1/blue", STEP: "role/node", "team": "platform"}
    assert json.loads(step.request["AssumeRolePolicyDocument"]) == trust("ec2.amazonaws.com")
    assert step.lookup is not None
    assert step.lookup.request == {"RoleName": NODE}
    assert "eu-central-1/blue" in step.lookup.found


TRUSTED = {
    "cluster": ("eks.amazonaws.com", ["sts:AssumeRole"]),
    "node": ("ec2.amazonaws.com", ["sts:AssumeRole"]),
    "fargate": ("eks-fargate-pods.amazonaws.com", ["sts:AssumeRole"]),
    "vpc-cni": ("pods.eks.amazonaws.com", ["sts:AssumeRole", "sts:TagSession"]),
    "aws-ebs-csi-driver": ("pods.eks.amazonaws.com", ["sts:AssumeRole", "sts:TagSession"]),
}


@pytest.mark.parametrize("purpose", TRUSTED)
def test_each_purpose_trusts_the_service_that_uses_it(purpose: str) -> None:
    statement = declared(roles=[{"purpose": purpose}]).roles[0].trust["Statement"][0]
    assert (statement["Principal"]["Service"], statement["Action"]) == TRUSTED[purpose]


def test_fargate_may_use_its_role_for_this_cluster_alone() -> None:
    statement = declared(roles=[{"purpose": "fargate"}]).roles[0].trust["Statement"][0]
    source = "arn:aws:eks:eu-central-1:123456789012:fargateprofile/blue/*"
    assert statement["Condition"] == {"ArnLike": {"aws:SourceArn": source}}


def test_nodes_do_not_carry_the_rights_of_the_network_plugin() -> None:
    node, plugin = declared(roles=[{"purpose": "node"}, {"purpose": "vpc-cni"}]).roles
    assert f"{AWS}AmazonEKS_CNI_Policy" not in node.managed_policies
    assert plugin.managed_policies == (f"{AWS}AmazonEKS_CNI_Policy",)


def test_a_long_name_is_cut_to_what_iam_takes() -> None:
    name = declared(cluster="c" * 100).roles[0].name
    assert len(name) == 64


def test_what_was_made_needs_nothing_more() -> None:
    assert plan_iam_roles(declared(), built(), SCOPE).steps == ()


EXTRA = f"{AWS}ReadOnlyAccess"
SHOP = "blue-eu-central-1-shop"
DRIFTS: dict[str, tuple[Callable[[IamRolesActual], IamRolesActual], list[tuple[str, str]]]] = {
    "detached policy": (
        lambda world: edited(world, NODE, attached=world.roles[NODE].attached - {f"{AWS}AmazonEKSWorkerNodePolicy"}),
        [("role/node/policy/AmazonEKSWorkerNodePolicy", "AttachRolePolicy")],
    ),
    "changed trust policy": (
        lambda world: edited(world, NODE, trust=trust("lambda.amazonaws.com")),
        [("role/node/trust", "UpdateAssumeRolePolicy")],
    ),
    "changed inline policy": (
        lambda world: edited(world, SHOP, inline={"read": {**READ_ONLY, "Statement": []}}),
        [("role/shop/inline/read", "PutRolePolicy")],
    ),
    "removed inline policy": (lambda world: edited(world, SHOP, inline={}), [("role/shop/inline/read", "PutRolePolicy")]),
    "changed tag": (
        lambda world: edited(world, NODE, tags={**world.roles[NODE].tags, "team": "other"}),
        [("role/node/tags", "TagRole")],
    ),
    "removed role": (
        lambda world: IamRolesActual(roles=_without({SHOP}, world.roles)),
        [("role/shop", "CreateRole"), ("role/shop/inline/read", "PutRolePolicy")],
    ),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_a_drift_is_repaired_by_exactly_these_calls(name: str) -> None:
    drift, repair = DRIFTS[name]
    assert told(plan_iam_roles(declared(), drift(built()), SCOPE)) == repair


def test_what_is_not_declared_is_left_alone_unless_purged() -> None:
    role = built().roles[NODE]
    world = edited(
        built(),
        NODE,
        attached=role.attached | {EXTRA},
        inline={"by-hand": None},
        tags={**role.tags, "cost": "7"},
        permissions_boundary=EXTRA,
    )
    assert plan_iam_roles(declared(), world, SCOPE).steps == ()
    assert told(plan_iam_roles(declared(purge_policies=True, purge_tags=True), world, SCOPE)) == [
        ("role/node/tags-removed", "UntagRole"),
        ("role/node/policy/ReadOnlyAccess", "DetachRolePolicy"),
        ("role/node/inline/by-hand", "DeleteRolePolicy"),
    ]


def test_a_boundary_is_set_on_new_roles_and_repaired_on_others() -> None:
    bounded = declared(permissions_boundary="arn:aws:iam::123456789012:policy/limit", roles=[{"purpose": "cluster"}])
    step = plan_iam_roles(bounded, NOTHING, SCOPE).get("role/cluster")
    assert step is not None
    assert step.request["PermissionsBoundary"] == "arn:aws:iam::123456789012:policy/limit"
    assert told(plan_iam_roles(bounded, built(roles=[{"purpose": "cluster"}]), SCOPE)) == [
        ("role/cluster/boundary", "PutRolePermissionsBoundary")
    ]


WRITTEN_OTHERWISE: dict[str, Any] = {
    "order of keys": {"Statement": READ_ONLY["Statement"], "Version": "2012-10-17"},
    "order of actions": {
        **READ_ONLY,
        "Statement": [{"Resource": "*", "Action": ["s3:ListBucket", "s3:GetObject"], "Effect": "Allow"}],
    },
    "a list of one": {
        **READ_ONLY,
        "Statement": [{"Effect": ["Allow"], "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["*"]}],
    },
    "a statement that is no list": {
        **READ_ONLY,
        "Statement": {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"},
    },
    "JSON": json.dumps(READ_ONLY),
    "URL-encoded JSON": quote(json.dumps(READ_ONLY)),
}


@pytest.mark.parametrize("name", WRITTEN_OTHERWISE)
def test_the_same_policy_written_otherwise_is_no_drift(name: str) -> None:
    world = edited(built(), SHOP, inline={"read": parsed(WRITTEN_OTHERWISE[name])})
    assert plan_iam_roles(declared(), world, SCOPE).steps == ()


def test_another_action_is_another_policy() -> None:
    other = {**READ_ONLY, "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    assert canonical(other) != canonical(READ_ONLY)


@pytest.mark.parametrize("tags", [{}, {OWNER: "eu-central-1/green"}, {OWNER: "us-east-1/blue"}])
def test_a_role_of_somebody_else_is_refused_and_never_adopted(tags: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        plan_iam_roles(declared(), edited(built(), NODE, tags=tags), SCOPE)
    assert [(problem.code, problem.path) for problem in refused.value.problems] == [("not_ours", "roles[1].purpose")]


def test_a_role_keeps_its_path() -> None:
    with pytest.raises(Refused) as refused:
        plan_iam_roles(declared(path="/teams/"), built(), SCOPE)
    assert {problem.path for problem in refused.value.problems} == {"path"}


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no trust for an own purpose": ({"roles": [{"purpose": "shop"}]}, "trust_missing"),
    "purpose twice": ({"roles": [{"purpose": "node"}, {"purpose": "node"}]}, "doubled_name"),
    "boundary that is no policy": ({"permissions_boundary": "limit"}, "bad_arn"),
    "policy that is no JSON": (
        {"roles": [{"purpose": "node", "inline_policies": {"read": "{"}}]},
        "bad_policy",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused(name: str) -> None:
    changes, code = BAD[name]
    with pytest.raises(Refused) as refused:
        declared(**changes)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_deletion_takes_policies_off_before_the_role_and_leaves_what_is_not_ours() -> None:
    neighbour = LiveRole(name="blue-eu-central-1-theirs", arn="arn:aws:iam::123456789012:role/blue-eu-central-1-theirs")
    world = IamRolesActual(roles={**built().roles, neighbour.name: neighbour})
    plan = plan_iam_roles(declared(state="absent"), world, SCOPE)
    step = plan.get("role/shop")
    assert step is not None
    assert {one.kind for one in plan} == {Kind.DELETE}
    assert plan.dependencies(step) == {"role/shop/inline/read"}
    assert step.already == {"NoSuchEntity"}
    assert plan.unmanaged == ("role/blue-eu-central-1-theirs",)
    assert after_run(plan, world).roles == {neighbour.name: neighbour}


def test_outputs_are_arns_or_references() -> None:
    assert iam_roles_outputs(declared(), NOTHING)["node"] == Ref("role/node", "Role.Arn")
    assert iam_roles_outputs(declared(), built())["node"] == f"arn:aws:iam::123456789012:role/{NODE}"


def test_the_result_can_be_given_back_as_options() -> None:
    result = iam_roles_result(declared(), built(), SCOPE)
    assert plan_iam_roles(IamRoles.from_options(result, SCOPE), built(), SCOPE).steps == ()
    assert result["status"]["names"]["node"] == NODE


def test_what_is_not_declared_is_not_in_the_result_though_ansible_gives_it_as_null() -> None:
    undeclared = dict.fromkeys(("trust", "managed_policies", "inline_policies"))
    desired = IamRoles.from_options({"cluster": "blue", "roles": [{"purpose": "node", **undeclared}], "permissions_boundary": None}, SCOPE)
    result = iam_roles_result(desired, NOTHING, SCOPE)
    assert result["roles"] == [{"purpose": "node"}]
    assert None not in result.values()


@settings(max_examples=40, deadline=None)
@given(
    purposes=st.lists(st.sampled_from(["cluster", "node", "fargate", "vpc-cni"]), unique=True),
    purge=st.booleans(),
    broken=st.lists(st.sampled_from(sorted(DRIFTS)), max_size=4),
)
def test_a_plan_converges(*, purposes: list[str], purge: bool, broken: list[str]) -> None:
    named = [{"purpose": purpose} for purpose in purposes if purpose != "node"]
    desired = declared(roles=[*named, *OPTIONS["roles"][1:]], purge_policies=purge)
    world = after_run(plan_iam_roles(desired, NOTHING, SCOPE), NOTHING)
    for name in dict.fromkeys(broken):
        if SHOP in world.roles:
            world = DRIFTS[name][0](world)
    repaired = after_run(plan_iam_roles(desired, world, SCOPE), world)
    assert plan_iam_roles(desired, repaired, SCOPE).steps == ()
