# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan promises: order, dependencies through references, merging, its usual duration."""

from __future__ import annotations

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.duration import Usual
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Kind, Plan, Step, Wait, ordered


def step(key: str, *after: str, seconds: int = 0, kind: Kind = Kind.CREATE, **request: object) -> Step:
    wait = (
        Wait(service="x", operation="Describe", request={}, status="s", success=frozenset({"OK"}), usual=Usual(seconds))
        if seconds
        else None
    )
    return Step(key=key, service="x", operation="Create", request=request, kind=kind, after=frozenset(after), wait=wait)


def test_a_step_comes_after_what_it_refers_to() -> None:
    steps = ordered([step("subnet", VpcId=Ref("vpc", "Vpc.VpcId")), step("vpc")])
    assert [s.key for s in steps] == ["vpc", "subnet"]


def test_references_are_found_at_any_depth() -> None:
    assert step("cluster", Config={"Subnets": [Ref("subnet/a", "Id"), Ref("subnet/b", "Id")]}).depends_on() == {"subnet/a", "subnet/b"}


def test_the_order_given_is_kept_where_nothing_speaks_against_it() -> None:
    assert [s.key for s in ordered([step("c"), step("a", "b"), step("b")])] == ["c", "b", "a"]


def test_a_cycle_is_a_contract_violation() -> None:
    with pytest.raises(AssertionError, match="depend on each other"):
        ordered([step("a", "b"), step("b", "a")])


def test_a_key_used_twice_is_a_contract_violation() -> None:
    with pytest.raises(AssertionError, match="used twice"):
        Plan.merged(Plan(steps=(step("a"),)), Plan(steps=(step("a"),)))


def test_a_dependency_on_what_exists_already_is_no_dependency_of_the_plan() -> None:
    only = step("subnet", "vpc")
    assert Plan(steps=(only,)).dependencies(only) == frozenset()


def test_the_usual_duration_is_that_of_the_critical_path() -> None:
    plan = Plan.merged(Plan(steps=(step("nat", seconds=100), step("cluster", seconds=600), step("nodes", "cluster", "nat", seconds=110))))
    assert plan.expected_seconds() == 710


def test_waiting_is_no_change() -> None:
    assert not Plan(steps=(step("cluster", kind=Kind.WAIT),)).changed
    assert Plan(steps=(step("cluster"),)).changed


def test_a_merged_plan_keeps_everything_that_was_said() -> None:
    merged = Plan.merged(Plan(deferred_checks=("a",), notes=("n",)), Plan(deferred_checks=("b",), unmanaged=("u",)))
    assert (merged.deferred_checks, merged.unmanaged, merged.notes) == (("a", "b"), ("u",), ("n",))
