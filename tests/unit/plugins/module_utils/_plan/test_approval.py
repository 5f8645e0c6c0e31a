# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An approved plan and the plan of the moment: every difference is named by the place where it was approved."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Problems
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._plan.approval import check_approved
from ansible_collections.cutover.eks.plugins.module_utils._plan.data import plan_data
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Kind, Plan, Step

VPC = Step(key="vpc", service="ec2", operation="CreateVpc", request={"CidrBlock": "10.0.0.0/16"}, kind=Kind.CREATE)
SUBNET = Step(key="subnet/a", service="ec2", operation="CreateSubnet", request={"VpcId": Ref("vpc", "Vpc.VpcId")}, kind=Kind.CREATE)
NODES = Step(key="nodegroup/x", service="eks", operation="CreateNodegroup", request={"scalingConfig": {"maxSize": 3}}, kind=Kind.CREATE)
WAIT = Step(key="nat/a", service="ec2", kind=Kind.WAIT)
PLAN = Plan(steps=(VPC, SUBNET, NODES))


def differences(approved: Any, *steps: Step) -> list[tuple[str, str, str]]:
    problems = Problems()
    # As it comes back through a variable or an artifact: as JSON.
    given = plan_data(approved, {}) if isinstance(approved, Plan) else approved
    check_approved(Plan(steps=steps), json.loads(json.dumps(given)), problems)
    assert {problem.code for problem in problems.found} <= {"plan_differs"}
    return [(problem.path, problem.found, problem.wanted) for problem in problems.found]


def test_the_same_plan_in_another_order_does_not_differ() -> None:
    assert differences(PLAN, NODES, SUBNET, VPC) == []


def test_waits_are_no_difference() -> None:
    assert differences(Plan(steps=(WAIT, VPC)), VPC) == []
    assert differences(Plan(steps=(VPC,)), WAIT, VPC) == []


def test_a_step_that_is_gone_is_named() -> None:
    assert differences(PLAN, VPC, NODES) == [("expected_plan[1]", "no such step", "create subnet/a (ec2:CreateSubnet)")]


def test_a_new_step_is_named() -> None:
    assert differences(Plan(steps=(VPC,)), VPC, NODES) == [
        ("expected_plan", "create nodegroup/x (eks:CreateNodegroup)", "no such step"),
    ]


OTHER_CALLS: dict[str, tuple[Step, tuple[str, str, str]]] = {
    "another value": (
        replace(NODES, request={"scalingConfig": {"maxSize": 5}}),
        ("expected_plan[2].request.scalingConfig.maxSize", "5 for nodegroup/x", "3"),
    ),
    "a further field": (
        replace(NODES, request={**NODES.request, "labels": {"a": "b"}}),
        ("expected_plan[2].request.labels", '{"a": "b"} for nodegroup/x', "nothing"),
    ),
    "a field less": (replace(NODES, request={}), ("expected_plan[2].request.scalingConfig", "nothing for nodegroup/x", '{"maxSize": 3}')),
    "another operation": (
        replace(NODES, operation="UpdateNodegroupConfig"),
        ("expected_plan[2].operation", "UpdateNodegroupConfig for nodegroup/x", "CreateNodegroup"),
    ),
}


@pytest.mark.parametrize("kind", OTHER_CALLS)
def test_another_call_is_told_field_by_field(kind: str) -> None:
    step, difference = OTHER_CALLS[kind]
    assert differences(PLAN, VPC, SUBNET, step) == [difference]


def test_what_is_no_plan_differs() -> None:
    assert [path for path, _found, _wanted in differences([{"some": "thing"}], VPC)] == ["expected_plan[0]", "expected_plan"]
