# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to result: what is refused, shown, carried out and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._ansible.arguments import Controls
from ansible_collections.cutover.eks.plugins.module_utils._ansible.convergence import CHECK, REAL, Convergence, Mode, converged
from ansible_collections.cutover.eks.plugins.module_utils._ansible.noun import Noun
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Problem, Problems, Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.plugins.module_utils._plan.data import plan_digest
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Kind, Plan, Step, Wait
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Fault
from ansible_collections.cutover.eks.plugins.module_utils._run.lock import Claim
from ansible_collections.cutover.eks.tests.unit.plugins.module_utils._run.fakes import FakeClock, FakeGateway, Scripted, error

SCOPE = Scope(account="000000000042", region="eu-central-1", caller_arn="arn:me")
VPC = Step(key="vpc", service="ec2", operation="CreateVpc", request={"CidrBlock": "10.0.0.0/16"}, kind=Kind.CREATE)
SUBNET = Step(key="subnet/a", service="ec2", operation="CreateSubnet", request={"VpcId": Ref("vpc", "Vpc.VpcId")}, kind=Kind.CREATE)
MAKE = Plan(steps=(VPC, SUBNET))
MARKER = "(known after apply: vpc Vpc.VpcId)"
LOCK = "/cutover.eks/eu-central-1/blue/lock"
MISSING = Problem(
    code="cluster_missing", path="cluster", found="none", wanted="a cluster", do="Create it first.", check="cluster blue exists"
)
TYPO = Problem(code="unknown_type", path="types", found="m7i.larg", wanted="a type", do="Correct it.")
THEIRS = Claim(owner="arn:them", run="theirs", expires=9e9)
MAKES: dict[str, list[Scripted]] = {"CreateVpc": [{"Vpc": {"VpcId": "vpc-1"}}]}


@dataclass
class FakeAccount(FakeGateway):
    """A gateway in an account."""

    alias_reads: int = 0

    def scope(self) -> Scope:
        return SCOPE

    def account_alias(self) -> str:
        self.alias_reads += 1
        return "playground"

    def endpoint_name(self) -> str:
        return "SIMULATOR at 127.0.0.1:5199"


@dataclass(frozen=True)
class Thing:
    name: str
    state: str


@dataclass
class World:
    """One noun, `thing`, whose plans are given by the test."""

    plans: list[Plan] = field(default_factory=lambda: [MAKE, Plan()])
    script: Mapping[str, list[Scripted]] = field(default_factory=lambda: MAKES)
    said: list[str] = field(default_factory=list)
    tidies: bool = False
    planned: int = 0

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        claim: Scripted = lambda request: {"Parameter": {"Value": self.account.sent("PutParameter")[0]["Value"], "Version": 1}}  # noqa: E731
        self.account = FakeAccount(self.clock, {"GetParameter": [claim], **{name: list(entries) for name, entries in self.script.items()}})

    def plan(self, desired: Any, actual: Any, scope: Scope) -> Plan:
        self.planned += 1
        return self.plans[min(self.planned, len(self.plans)) - 1]

    def desired(self, options: Mapping[str, Any], scope: Scope) -> Thing:
        problems = Problems()
        if options["name"] == "bad":
            problems.add("name_bad", "name", found="bad", wanted="a good one", do="Choose another.")
        if "size" in options:
            problems.add("size_bad", "size", found=options["size"], wanted="none", do="Drop it.")
        problems.refuse_if_any(None if options["name"] == "bad" else Thing(options["name"], "present"))
        return Thing(options["name"], options.get("state", "present"))

    def noun(self) -> Noun:
        return Noun(
            name="thing",
            options={},
            desired=self.desired,
            read=lambda gateway, scope, desired: gateway.read("ec2", "DescribeVpcs", {}),
            plan=self.plan,
            result=lambda desired, actual, scope: {
                "name": desired.name,
                "status": {"read": self.account.operations().count("DescribeVpcs")},
            },
            lock_name=lambda desired: desired.name,
            tidies=self.tidies,
        )

    def run(self, mode: Mode = REAL, options: Mapping[str, Any] | None = None, **controls: Any) -> dict[str, Any]:
        return converged(
            Convergence(
                noun=self.noun(),
                account=self.account,
                controls=replace(Controls(), **controls),
                clock=self.clock,
                say=self.said.append,
                run_id="run-1",
            ),
            mode,
            {"name": "blue"} | dict(options or {}),
        )

    def writes(self) -> list[str]:
        reads = {"DescribeVpcs", "GetParameter", "DescribeThing"}
        return [operation for operation in self.account.operations() if operation not in reads]


def test_check_mode_returns_the_plan_and_changes_nothing() -> None:
    world = World()
    result = world.run(CHECK)
    assert world.writes() == []
    assert [(step["key"], step["status"]) for step in result["plan"]] == [("vpc", "planned"), ("subnet/a", "planned")]
    assert (result["changed"], result["plan_digest"]) == (True, plan_digest(MAKE, SCOPE))
    assert result["thing"] == {"name": "blue", "status": {"read": 1}}


def test_a_real_run_locks_carries_the_same_plan_out_unlocks_and_reads_again() -> None:
    world = World()
    result = world.run()
    assert world.writes() == ["PutParameter", "CreateVpc", "CreateSubnet", "DeleteParameter"]
    assert world.account.sent("PutParameter")[0]["Name"] == LOCK
    assert [(step["key"], step["status"]) for step in result["plan"]] == [("vpc", "done"), ("subnet/a", "done")]
    assert (result["changed"], result["plan_digest"]) == (True, plan_digest(MAKE, SCOPE))
    assert result["thing"]["status"] == {"read": 2}


def test_nothing_to_do_makes_no_call_beyond_one_read_and_is_told() -> None:
    world = World(plans=[Plan()])
    result = world.run()
    assert world.account.operations() == ["DescribeVpcs"]
    assert world.account.alias_reads == 0
    assert (result["changed"], result["plan"]) == (False, [])
    assert world.said == ["blue · account 000000000042 · eu-central-1 · SIMULATOR at 127.0.0.1:5199\nNo changes."]


def test_the_head_names_account_alias_region_endpoint_and_lock() -> None:
    assert World().run(CHECK)["plan_text"].splitlines()[:2] == [
        "blue · account 000000000042 (playground) · eu-central-1 · SIMULATOR at 127.0.0.1:5199",
        f"lock {LOCK}: taken before the first change, released after the last",
    ]


def test_without_lock_none_is_taken_and_none_is_named() -> None:
    world = World()
    assert LOCK not in world.run(lock="none")["plan_text"]
    assert world.writes() == ["CreateVpc", "CreateSubnet"]


@pytest.mark.parametrize("mode", [CHECK, REAL], ids=["check", "real"])
@pytest.mark.parametrize("diff", [True, False], ids=["diff", "no diff"])
def test_the_plan_is_shown_once_in_the_diff_or_in_progress(mode: Mode, diff: bool) -> None:  # noqa: FBT001
    world = World()
    result = world.run(mode, diff_mode=diff)
    assert result.get("diff") == ({"prepared": f"{result['plan_text']}\n"} if diff else None)
    assert world.said == ([] if diff else [result["plan_text"]])


def test_work_found_under_way_is_told_awaited_and_no_change() -> None:
    wait = Wait(service="ec2", operation="DescribeThing", request={}, status="s", success=frozenset({"up"}))
    world = World(
        plans=[Plan(steps=(Step(key="nat/a", service="ec2", kind=Kind.WAIT, wait=wait),))], script={"DescribeThing": [{"s": "up"}]}
    )
    result = world.run(diff_mode=True)
    assert (result["changed"], result["plan"][0]["status"], "diff" in result) == (False, "waited", False)
    assert world.said == [result["plan_text"], "blue · nat/a up 0s"]
    assert world.writes() == []


def test_a_marker_in_a_real_run_is_refused_before_the_first_call_all_of_them() -> None:
    world = World()
    result = world.run(options={"subnets": [{"id": MARKER}], "role": f"x{MARKER}"})
    assert [(problem["code"], problem["path"]) for problem in result["problems"]] == [
        ("value_not_known", "subnets[0].id"),
        ("value_not_known", "role"),
    ]
    assert world.account.calls == []


def test_a_marker_in_check_mode_is_taken() -> None:
    assert "failed" not in World().run(CHECK, options={"role": MARKER})


def test_wrong_account_wrong_region_and_bad_options_are_refused_together() -> None:
    world = World()
    result = world.run(options={"name": "bad"}, allowed_account_ids=("7",), allowed_regions=("us-east-1",))
    assert [problem["code"] for problem in result["problems"]] == ["account_not_allowed", "region_not_allowed", "name_bad"]
    assert result["msg"].startswith("Nothing was changed, because of 3 problems:\n")
    assert world.account.calls == []


def refusing(desired: Any, actual: Any, scope: Scope) -> Plan:
    raise Refused([TYPO, MISSING])


@pytest.mark.parametrize(
    "plan", [refusing, lambda desired, actual, scope: replace(MAKE, problems=(TYPO, MISSING))], ids=["no plan", "plan"]
)
def test_what_is_sound_of_bad_options_is_looked_at_for_more_problems(plan: Any) -> None:
    world = World()
    world.plan = plan  # type: ignore[method-assign]  # a world of its own
    result = world.run(CHECK, options={"size": "9"})
    assert [problem["code"] for problem in result["problems"]] == ["size_bad", "unknown_type"]
    assert world.account.operations() == ["DescribeVpcs"]


def test_bad_options_are_refused_though_all_else_is_well() -> None:
    world = World()
    assert [problem["code"] for problem in world.run(options={"size": "9"})["problems"]] == ["size_bad"]
    assert world.writes() == []


def test_a_world_that_is_not_allowed_is_not_looked_at_for_more_problems() -> None:
    world = World()
    result = world.run(options={"size": "9"}, allowed_regions=("us-east-1",))
    assert [problem["code"] for problem in result["problems"]] == ["region_not_allowed", "size_bad"]
    assert world.account.calls == []


def test_a_look_that_fails_does_not_hide_bad_options() -> None:
    world = World(script={"DescribeVpcs": [error(Fault.REFUSED, "AccessDenied")]})
    assert [problem["code"] for problem in world.run(options={"size": "9"})["problems"]] == ["size_bad"]
    assert World(script={"DescribeVpcs": [error(Fault.REFUSED, "AccessDenied")]}).run()["error"]["code"] == "AccessDenied"


def test_an_account_that_lost_its_zeros_is_the_same_account() -> None:
    assert "failed" not in World().run(allowed_account_ids=("42",))


def test_another_plan_than_the_approved_one_is_refused_and_shown() -> None:
    world = World()
    result = world.run(expected_plan_digest="0" * 64)
    assert [problem["code"] for problem in result["problems"]] == ["plan_differs"]
    assert "create vpc, create subnet/a" in result["msg"]
    assert world.said == [result["plan_text"]]
    assert world.writes() == []


def test_the_approved_plan_is_carried_out() -> None:
    assert World().run(expected_plan_digest=plan_digest(MAKE, SCOPE))["changed"]


APPROVED = World().run(CHECK)


def test_the_plan_that_check_mode_returned_is_the_approved_one() -> None:
    assert World().run(expected_plan=APPROVED["plan"])["changed"]
    assert World().run(expected_plan=APPROVED["plan"], expected_plan_digest=APPROVED["plan_digest"])["changed"]


def test_a_run_that_differs_from_the_approved_plan_is_refused_with_the_difference() -> None:
    world = World(plans=[Plan(steps=(replace(VPC, request={"CidrBlock": "10.1.0.0/16"}), SUBNET))])
    result = world.run(expected_plan=APPROVED["plan"], expected_plan_digest=APPROVED["plan_digest"])
    (problem,) = result["problems"]
    assert (problem["code"], problem["path"]) == ("plan_differs", "expected_plan[0].request.CidrBlock")
    assert (problem["found"], problem["wanted"]) == ("10.1.0.0/16 for vpc", "10.0.0.0/16")
    assert world.writes() == []


def test_the_same_calls_elsewhere_are_not_the_approved_plan() -> None:
    elsewhere = plan_digest(MAKE, replace(SCOPE, region="us-east-1"))
    result = World().run(expected_plan=APPROVED["plan"], expected_plan_digest=elsewhere)
    assert [problem["path"] for problem in result["problems"]] == ["expected_plan_digest"]


def test_consents_are_asked_for_with_the_plan() -> None:
    world = World(plans=[Plan(steps=(replace(VPC, kind=Kind.REPLACE), replace(SUBNET, consent="allow_irreversible")))])
    result = world.run()
    assert [problem["code"] for problem in result["problems"]] == ["needs_allow_replace", "needs_allow_irreversible"]
    assert {step["status"] for step in result["plan"]} == {"not_started"}
    assert (result["changed"], world.writes()) == (False, [])


def test_what_an_earlier_task_may_be_about_to_make_is_a_check_for_later_in_check_mode() -> None:
    result = World(plans=[replace(MAKE, problems=(MISSING,), deferred_checks=("its version",))]).run(CHECK)
    assert ("failed" in result, result["changed"]) == (False, True)
    assert result["deferred_checks"] == ["cluster blue exists", "its version"]
    assert "? checked later: cluster blue exists" in result["plan_text"]


def test_the_same_in_a_real_run_is_refused_and_the_plan_shown() -> None:
    world = World(plans=[replace(MAKE, problems=(MISSING,))])
    result = world.run()
    assert [problem["code"] for problem in result["problems"]] == ["cluster_missing"]
    assert ([step["key"] for step in result["plan"]], result["deferred_checks"]) == (["vpc", "subnet/a"], [])
    assert (result["changed"], world.writes(), world.said) == (False, [], [result["plan_text"]])


@pytest.mark.parametrize(("mode", "codes"), [(CHECK, ["unknown_type"]), (REAL, ["unknown_type", "cluster_missing"])], ids=["check", "real"])
def test_a_refusal_names_what_nobody_else_will_solve(mode: Mode, codes: list[str]) -> None:
    world = World()
    world.plan = refusing  # type: ignore[method-assign]  # this world can plan nothing
    assert [problem["code"] for problem in world.run(mode)["problems"]] == codes


@pytest.mark.parametrize("mode", [CHECK, REAL], ids=["check", "real"])
def test_a_plan_that_is_left_to_a_person_is_shown_and_refused_whatever_is_allowed(mode: Mode) -> None:
    swap = Step(key="nodegroup/general/replace", service="eks", kind=Kind.REPLACE)
    world = World(plans=[Plan(steps=(swap,), problems=(TYPO,))])
    result = world.run(mode, allow_replace=True)
    assert [problem["code"] for problem in result["problems"]] == ["unknown_type"]
    assert [(step["key"], step["kind"]) for step in result["plan"]] == [("nodegroup/general/replace", "replace")]
    assert (result["changed"], world.writes(), world.said) == (False, [], [result["plan_text"]])


def test_a_failure_returns_what_was_done_what_failed_and_how_to_go_on() -> None:
    world = World(script={**MAKES, "CreateSubnet": [error(Fault.REFUSED, "InvalidSubnet.Range", "out of range")]})
    result = world.run(diff_mode=True)
    assert [(step["key"], step["status"]) for step in result["plan"]] == [("vpc", "done"), ("subnet/a", "failed")]
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["error"] == {
        "code": "InvalidSubnet.Range",
        "message": "ec2:Any failed: InvalidSubnet.Range: out of range",
        "request_id": "r-1",
        "what": "create subnet/a (ec2:Any)",
        "found": "InvalidSubnet.Range: out of range",
        "do": "Remove the cause that the service names; then run the same task again.",
    }
    assert result["resume"] == "Run the same task again: it reads what is there and plans the rest. Steps: 1 done, 1 failed."
    assert world.said == [result["plan_text"]]
    assert world.writes()[-1] == "DeleteParameter"


def test_a_step_left_ambiguous_is_a_change() -> None:
    result = World(script={"CreateVpc": [error(Fault.AMBIGUOUS, "ReadTimeoutError")]}).run()
    assert (result["changed"], result["plan"][0]["status"]) == (True, "ambiguous")


def test_a_foreign_lock_fails_the_run_and_names_its_owner() -> None:
    taken = {
        "PutParameter": [error(Fault.REFUSED, "ParameterAlreadyExists")],
        "GetParameter": [{"Parameter": {"Value": THEIRS.text(), "Version": 1}}],
    }
    world = World(script=taken)
    result = world.run()
    assert (result["changed"], result["error"]["code"]) == (False, "Locked")
    assert "arn:them (run theirs" in result["msg"]
    assert "force_unlock: theirs" in result["msg"]
    assert world.writes() == ["PutParameter"]


def test_a_read_that_fails_after_the_run_does_not_hide_the_change() -> None:
    world = World(script={**MAKES, "DescribeVpcs": [{}, error(Fault.REFUSED, "AccessDenied")]})
    result = world.run()
    assert (result["failed"], result["changed"], result["error"]["code"]) == (True, True, "AccessDenied")


def test_a_deletion_looks_again_for_what_was_made_meanwhile() -> None:
    first = Step(key="eni/1", service="ec2", operation="Delete", kind=Kind.DELETE)
    second = replace(first, key="eni/2")
    world = World(plans=[Plan(steps=(first,)), Plan(steps=(second,)), Plan()])
    result = world.run(options={"state": "absent"})
    assert [(step["key"], step["status"]) for step in result["plan"]] == [("eni/1", "done"), ("eni/2", "done")]
    assert world.writes() == ["PutParameter", "Delete", "Delete", "DeleteParameter"]


def refusing_typo(desired: Any, actual: Any, scope: Scope) -> Plan:
    raise Refused([TYPO])


@pytest.mark.parametrize(
    "second", [refusing_typo, lambda desired, actual, scope: replace(MAKE, problems=(TYPO,))], ids=["no plan", "plan with a problem"]
)
def test_a_deletion_that_finds_a_problem_at_its_second_look_tells_it_with_what_was_done(second: Any) -> None:
    first = Plan(steps=(Step(key="eni/1", service="ec2", operation="Delete", kind=Kind.DELETE),))
    world = World()

    def plan(desired: Any, actual: Any, scope: Scope) -> Plan:
        return second(desired, actual, scope) if world.writes() else first

    world.plan = plan  # type: ignore[method-assign]  # a world of its own
    result = world.run(options={"state": "absent"})
    assert result["msg"].startswith("Nothing more was changed, because of 1 problem:\n")
    assert [problem["code"] for problem in result["problems"]] == ["unknown_type"]
    assert (result["failed"], result["changed"]) == (True, True)
    assert [(step["key"], step["status"]) for step in result["plan"]] == [("eni/1", "done")]
    assert "CreateVpc" not in world.writes()


def test_a_deletion_ends_after_three_rounds() -> None:
    step = Step(key="eni/0", service="ec2", operation="Delete", kind=Kind.DELETE)
    endless = World(plans=[Plan(steps=(replace(step, key=f"eni/{n}"),)) for n in range(9)])
    endless.run(options={"state": "absent"})
    assert endless.writes().count("Delete") == 3


def test_a_deletion_that_is_held_up_looks_for_what_is_in_the_way() -> None:
    subnet = Step(key="subnet/a", service="ec2", operation="DeleteSubnet", kind=Kind.DELETE, obstacles=frozenset({"DependencyViolation"}))
    obstacle = Step(key="eni/1", service="ec2", operation="DeleteEni", kind=Kind.DELETE)
    held_up = [error(Fault.REFUSED, "DependencyViolation")]
    plans = [Plan(steps=(subnet,)), Plan(steps=(obstacle, replace(subnet, after=frozenset({"eni/1"})))), Plan()]
    world = World(plans=plans, script={"DeleteSubnet": held_up})

    def out_of_the_way(request: Mapping[str, Any]) -> dict[str, Any]:
        world.account.script["DeleteSubnet"] = [{}]
        return {}

    world.account.script["DeleteEni"] = [out_of_the_way]
    result = world.run(options={"state": "absent"}, wait_timeout=9999)
    assert {step["key"]: step["status"] for step in result["plan"]} == {"subnet/a": "done", "eni/1": "done"}
    assert ("failed" in result, result["changed"]) == (False, True)


def test_what_goes_by_itself_after_all_is_no_failure() -> None:
    subnet = Step(key="subnet/a", service="ec2", operation="DeleteSubnet", kind=Kind.DELETE, obstacles=frozenset({"DependencyViolation"}))
    world = World(plans=[Plan(steps=(subnet,)), Plan()], script={"DeleteSubnet": [error(Fault.REFUSED, "DependencyViolation")]})
    result = world.run(options={"state": "absent"})
    assert ("failed" in result, result["plan"][0]["status"]) == (False, "done")


def test_a_deletion_that_is_refused_does_not_look_again() -> None:
    step = Step(key="x", service="ec2", operation="Delete", kind=Kind.DELETE)
    world = World(plans=[Plan(steps=(step,))], script={"Delete": [error(Fault.REFUSED, "AccessDenied")]})
    assert world.run(options={"state": "absent"})["error"]["code"] == "AccessDenied"
    assert world.writes().count("Delete") == 1


@pytest.mark.parametrize(("tidies", "state", "looks"), [(False, "present", 0), (True, "present", 1), (False, "absent", 1)])
def test_who_finds_nothing_to_do_may_tidy_the_lock_of_a_killed_run(*, tidies: bool, state: str, looks: int) -> None:
    world = World(plans=[Plan()], script={"GetParameter": [error(Fault.NOT_FOUND, "ParameterNotFound")]}, tidies=tidies)
    assert not world.run(options={"state": state})["changed"]
    assert world.account.operations().count("GetParameter") == looks
    assert world.writes() == []


def test_without_wait_the_rest_is_not_started_and_the_run_is_good() -> None:
    wait = Wait(service="ec2", operation="DescribeThing", request={}, status="s", success=frozenset({"up"}))
    world = World(plans=[Plan(steps=(replace(VPC, wait=wait), SUBNET))])
    result = world.run(wait=False)
    assert [step["status"] for step in result["plan"]] == ["done", "not_started"]
    assert ("failed" in result, result["changed"]) == (False, True)


def test_the_whole_task_has_three_times_the_usual_time_and_at_least_ten_minutes() -> None:
    wait = Wait(service="ec2", operation="DescribeThing", request={}, status="s", success=frozenset({"up"}))
    world = World(plans=[Plan(steps=(replace(VPC, wait=wait),))], script={**MAKES, "DescribeThing": [{"s": "down"}]})
    began = world.clock.now
    assert world.run()["error"]["code"] == "TimedOut"
    assert 600 <= world.clock.now - began < 610
