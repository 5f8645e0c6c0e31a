# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as data, and its digest: the plan that was approved is the plan that runs."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.plugins.module_utils._plan.data import plan_data, plan_digest
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Change, Kind, Plan, Step

SCOPE = Scope(account="123456789012", region="eu-central-1")
VPC = Step(key="vpc", service="ec2", operation="CreateVpc", request={"CidrBlock": "10.0.0.0/16"}, kind=Kind.CREATE)
SUBNET = Step(
    key="subnet/a",
    service="ec2",
    operation="CreateSubnet",
    request={"VpcId": Ref("vpc", "Vpc.VpcId")},
    kind=Kind.CREATE,
    changes=(Change(path="cidr", after="10.0.0.0/20"),),
)


def test_a_step_is_returned_whole_with_references_as_markers() -> None:
    assert plan_data(Plan(steps=(VPC, SUBNET)), {"vpc": "done"})[1] == {
        "key": "subnet/a",
        "service": "ec2",
        "operation": "CreateSubnet",
        "request": {"VpcId": "(known after apply: vpc Vpc.VpcId)"},
        "changes": [{"path": "cidr", "before": None, "after": "10.0.0.0/20"}],
        "kind": "create",
        "disruption": "none",
        "reversible": True,
        "depends_on": ["vpc"],
        "expected_seconds": 0,
        "status": "planned",
    }
    assert plan_data(Plan(steps=(VPC,)), {"vpc": "done"})[0]["status"] == "done"


def test_the_digest_does_not_depend_on_the_order() -> None:
    assert plan_digest(Plan(steps=(VPC, SUBNET)), SCOPE) == plan_digest(Plan(steps=(SUBNET, VPC)), SCOPE)


def test_the_digest_depends_on_request_account_and_region() -> None:
    plan = Plan(steps=(VPC,))
    other = Plan(steps=(replace(VPC, request={"CidrBlock": "10.1.0.0/16"}),))
    digests = {
        plan_digest(plan, SCOPE),
        plan_digest(other, SCOPE),
        plan_digest(plan, Scope(account="210987654321", region="eu-central-1")),
        plan_digest(plan, Scope(account="123456789012", region="us-east-1")),
    }
    assert len(digests) == 4
