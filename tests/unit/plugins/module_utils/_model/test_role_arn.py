# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles that are handed to EKS are roles of its account, or are not known yet."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.addons import Addons
from ansible_collections.cutover.eks.plugins.module_utils._model.cluster import Cluster
from ansible_collections.cutover.eks.plugins.module_utils._model.fields import Fields
from ansible_collections.cutover.eks.plugins.module_utils._model.nodegroups import Nodegroups
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Problem, Problems, Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._model.role_arn import passed_role
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope

SCOPE = Scope(account="123456789012", region="eu-central-1")
CHINA = Scope(account="123456789012", region="cn-north-1", partition="aws-cn")
BAD = {
    "nonsense": "bad_arn",
    "arn:aws:iam::123456789012:user/blue": "bad_arn",
    "arn:aws:iam::123456789012:role/": "bad_arn",
    "arn:aws:iam:eu-central-1:123456789012:role/blue": "bad_arn",
    "arn:aws:iam::12345:role/blue": "bad_arn",
    "arn:aws:iam::123456789012:role/blue ": "bad_arn",
    "arn:aws:iam::210987654321:role/blue": "other_account",
    "arn:aws-cn:iam::123456789012:role/blue": "other_account",
}


def problems_of(arn: object, scope: Scope = SCOPE) -> list[Problem]:
    problems = Problems()
    assert passed_role(Fields({"role_arn": arn}, problems), "role_arn", scope) == arn
    return problems.found


@pytest.mark.parametrize("arn", BAD)
def test_what_eks_could_not_be_given_is_a_problem(arn: str) -> None:
    (problem,) = problems_of(arn)
    assert (problem.code, problem.path, problem.found) == (BAD[arn], "role_arn", arn)
    assert "arn:aws:iam::123456789012:role/NAME" in problem.wanted + problem.do


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::123456789012:role/blue",
        "arn:aws:iam::123456789012:role/teams/platform/blue+a=b,c.d@e-f_g",
        Ref("role/cluster", "Role.Arn"),
        "(known after apply: role/cluster Role.Arn)",
        "",
        None,
    ],
    ids=str,
)
def test_a_role_of_the_account_is_none_and_neither_is_what_is_not_known_yet_or_not_declared(arn: object) -> None:
    assert problems_of(arn) == []


def test_the_partition_is_the_callers() -> None:
    assert problems_of("arn:aws-cn:iam::123456789012:role/blue", CHINA) == []
    (problem,) = problems_of("arn:aws:iam::123456789012:role/blue", CHINA)
    assert "arn:aws-cn:iam::123456789012:role/NAME" in problem.wanted


ADDON: dict[str, Any] = {
    "name": "vpc-cni",
    "service_account_role_arn": "nonsense",
    "pod_identity_associations": [{"service_account": "aws-node", "role_arn": "arn:aws:iam::210987654321:role/cni"}],
}


NODEGROUPS: dict[str, Any] = {
    "cluster": "blue",
    "node_role_arn": "nonsense",
    "nodegroups": [{"name": "a"}, {"name": "b", "node_role_arn": "x"}],
}


def test_every_option_that_takes_a_role_is_looked_at_what_is_shared_once() -> None:
    found = []
    with pytest.raises(Refused) as refused:
        Cluster.from_options({"name": "blue", "role_arn": "nonsense"}, SCOPE)
    found += refused.value.problems
    with pytest.raises(Refused) as refused:
        Addons.from_options({"cluster": "blue", "addons": [ADDON]}, SCOPE)
    found += refused.value.problems
    with pytest.raises(Refused) as refused:
        Nodegroups.from_options(NODEGROUPS, SCOPE)
    found += refused.value.problems
    assert [(problem.code, problem.path) for problem in found] == [
        ("bad_arn", "role_arn"),
        ("bad_arn", "addons[0].service_account_role_arn"),
        ("other_account", "addons[0].pod_identity_associations[0].role_arn"),
        ("bad_arn", "node_role_arn"),
        ("bad_arn", "nodegroups[1].node_role_arn"),
    ]
    assert "a purpose that its iam_roles declare" in found[1].wanted
