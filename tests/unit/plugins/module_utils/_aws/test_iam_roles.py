# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading roles: how many calls it takes, and what becomes of IAM's answers."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from ansible_collections.cutover.eks.plugins.module_utils._aws.iam_roles import read_iam_roles
from ansible_collections.cutover.eks.plugins.module_utils._model.iam_roles import IamRoles, LiveRole
from ansible_collections.cutover.eks.plugins.module_utils._model.policy import trust
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.tests.unit.plugins.module_utils._aws.test_network import FakeGateway

SCOPE = Scope(account="123456789012", region="eu-central-1")
POLICY = {"Version": "2012-10-17", "Statement": []}
ROLES = ("blue-eu-central-1-node", "blue-eu-central-1-shop")


def role(asked: Any) -> dict[str, Any] | None:
    name = asked["RoleName"]
    document = quote(json.dumps(trust("ec2.amazonaws.com")))
    tags = [{"Key": "team", "Value": "platform"}]
    found = {
        "RoleName": name,
        "Arn": f"arn:aws:iam::123456789012:role/{name}",
        "Path": "/",
        "AssumeRolePolicyDocument": document,
        "Tags": tags,
    }
    return {"Role": found} if name in ROLES else None


ANSWERS: dict[str, Any] = {
    "iam:GetRole": role,
    "iam:ListAttachedRolePolicies": {"AttachedPolicies": [{"PolicyName": "A", "PolicyArn": "arn:aws:iam::aws:policy/A"}]},
    "iam:ListRolePolicies": {"PolicyNames": ["by-hand"]},
    "iam:GetRolePolicy": {"PolicyDocument": POLICY},
    "iam:ListRoles": {"Roles": [{"RoleName": name} for name in (*ROLES, "blue-us-east-1-node", "blueish-eu-central-1-node")]},
}


def desired(**options: Any) -> IamRoles:
    given = {"cluster": "blue", "roles": [{"purpose": "cluster"}, {"purpose": "node"}], **options}
    return IamRoles.from_options(given, SCOPE)


def test_two_calls_for_each_role_are_enough() -> None:
    gateway = FakeGateway(ANSWERS)
    actual = read_iam_roles(gateway, SCOPE, desired())
    assert [call for call, _request in gateway.calls] == ["iam:GetRole", "iam:ListAttachedRolePolicies"] * 2
    assert actual.roles == {
        "blue-eu-central-1-node": LiveRole(
            name="blue-eu-central-1-node",
            arn="arn:aws:iam::123456789012:role/blue-eu-central-1-node",
            trust=trust("ec2.amazonaws.com"),
            attached=frozenset({"arn:aws:iam::aws:policy/A"}),
            tags={"team": "platform"},
        )
    }


def test_inline_policies_are_read_where_they_are_declared() -> None:
    shop = {"purpose": "shop", "trust": trust("ec2.amazonaws.com"), "inline_policies": {"read": POLICY}}
    gateway = FakeGateway(ANSWERS)
    actual = read_iam_roles(gateway, SCOPE, desired(roles=[shop]))
    assert gateway.asked("iam:GetRolePolicy") == [{"RoleName": "blue-eu-central-1-shop", "PolicyName": "read"}]
    assert actual.roles["blue-eu-central-1-shop"].inline == {"read": POLICY}


def test_with_purge_undeclared_inline_policies_are_named() -> None:
    actual = read_iam_roles(FakeGateway(ANSWERS), SCOPE, desired(purge_policies=True))
    assert actual.roles["blue-eu-central-1-node"].inline == {"by-hand": None}


def test_a_deletion_finds_every_role_under_the_clusters_prefix() -> None:
    actual = read_iam_roles(FakeGateway(ANSWERS), SCOPE, desired(state="absent", roles=[]))
    assert tuple(actual.roles) == ROLES
