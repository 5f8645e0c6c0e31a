# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an empty account to a cluster: the plan that is shown is what is done, and a second run does nothing."""

from __future__ import annotations

import pytest
from matching import misordered, paired
from world import MINIMAL, World


@pytest.fixture
def planned(world: World) -> dict[str, object]:
    ran = world.playbook("create_cluster", "--check", "--diff")
    assert ran.exit_code == 0, ran.output
    return ran.stack


def test_check_mode_changes_nothing_and_plans_everything(world: World, planned: dict[str, object]) -> None:
    assert world.mutations() == []
    assert planned["changed"] is True
    assert {step["key"].split("/")[0] for step in planned["plan"]} >= {  # type: ignore[attr-defined]
        "vpc", "subnet", "internet-gateway", "nat-gateway", "address", "route-table", "role", "cluster", "nodegroup", "addon", "log-group",
    }  # fmt: skip


def test_the_run_makes_exactly_the_planned_calls_in_an_order_that_the_plan_allows(world: World, planned: dict[str, object]) -> None:
    ran = world.playbook("create_cluster")
    assert ran.exit_code == 0, ran.output
    places, alone = paired(planned["plan"], world.mutations())  # type: ignore[arg-type]
    assert alone == []
    assert misordered(planned["plan"], places) == []  # type: ignore[arg-type]
    assert ran.stack["plan_digest"] == planned["plan_digest"]


def test_the_second_run_changes_nothing_and_writes_nothing(world: World) -> None:
    assert world.playbook("create_cluster").exit_code == 0
    before = world.last()
    again = world.playbook("create_cluster")
    assert (again.exit_code, again.stack["changed"]) == (0, False), again.output
    assert [call for call in world.control("GET", f"journal?mutating=true&after={before}") if call["applied"]] == []


def test_another_digest_than_the_approved_one_is_refused(world: World) -> None:
    ran = world.playbook("create_cluster", variables={**MINIMAL, "eks_stack_expected_plan_digest": "0" * 64})
    assert ran.exit_code != 0
    assert "digest" in ran.stack["msg"]
    assert world.mutations() == []


def test_the_approved_digest_is_accepted(world: World, planned: dict[str, object]) -> None:
    ran = world.playbook("create_cluster", variables={**MINIMAL, "eks_stack_expected_plan_digest": planned["plan_digest"]})
    assert ran.exit_code == 0, ran.output
    assert world.client("eks").describe_cluster(name="blue")["cluster"]["status"] == "ACTIVE"
