# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which errors of a call are repeated, how often, and which are an answer: each create is applied exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Kind, Lookup, Step, Wait
from ansible_collections.cutover.eks.plugins.module_utils._run.attempts import Attempt, Surroundings
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Answer, ApiError, Fault
from ansible_collections.cutover.eks.plugins.module_utils._run.waiting import alone
from ansible_collections.cutover.eks.tests.unit.plugins.module_utils._run.fakes import FakeClock, FakeGateway, FakeProgress, Scripted, error

TOKEN = Step(key="cluster", service="eks", operation="Write", kind=Kind.CREATE, token="clientRequestToken")
LOOKED_UP = Step(
    key="vpc",
    service="ec2",
    operation="Write",
    kind=Kind.CREATE,
    lookup=Lookup(operation="Look", request={}, found="Vpcs[0] && {Vpc: Vpcs[0]}"),
)
BARE = Step(key="x", service="ec2", operation="Write", kind=Kind.CREATE)
UPDATE = replace(BARE, kind=Kind.UPDATE)
DELETION = replace(BARE, kind=Kind.DELETE)
AWAITED_DELETION = replace(DELETION, wait=Wait(service="ec2", operation="Look", request={}, status="s", success=frozenset(), gone=True))

RESET = error(Fault.AMBIGUOUS, "ConnectionClosedError")
THROTTLED = error(Fault.THROTTLED, "Throttling")
MISSING = error(Fault.NOT_FOUND, "InvalidVpcID.NotFound")
UNASSUMABLE = error(Fault.PROPAGATING, "InvalidParameterException")
DONE = {"Vpc": {"VpcId": "vpc-1"}}


@dataclass
class Sent:
    """An attempt of a step against a scripted gateway."""

    step: Step
    follows: bool = False
    timeout: float = 3600
    speed: float = 1
    failed: bool = False
    script: dict[str, list[Scripted]] = field(default_factory=dict)
    progress: FakeProgress = field(default_factory=FakeProgress)

    def answer(self) -> Answer:
        self.clock = FakeClock()
        self.gateway = FakeGateway(self.clock, self.script, speed=self.speed)
        around = Surroundings(
            gateway=self.gateway,
            clock=self.clock,
            progress=self.progress,
            deadline=self.clock.now + self.timeout,
            failed=lambda: self.failed,
        )
        attempt = Attempt(step=self.step, request={"a": 1}, lookup_request={"b": 2}, follows=self.follows, around=around)
        return alone(attempt.made(), self.clock)

    def refusal(self) -> ApiError:
        with pytest.raises(ApiError) as caught:
            self.answer()
        return caught.value


@pytest.mark.parametrize("step", [TOKEN, UPDATE, DELETION], ids=["token", "update", "delete"])
def test_an_unanswered_call_that_may_be_repeated_is_repeated_with_the_same_request(step: Step) -> None:
    sent = Sent(step, script={"Write": [RESET, RESET, DONE]})
    assert sent.answer() == DONE
    assert sent.gateway.sent("Write") == [{"a": 1}] * 3


def test_an_unanswered_create_that_nothing_can_tell_is_not_repeated() -> None:
    sent = Sent(BARE, script={"Write": [RESET, DONE]})
    assert sent.refusal() is RESET
    assert sent.gateway.operations() == ["Write"]


def test_an_unanswered_create_that_is_found_is_not_repeated_and_what_was_found_is_its_answer() -> None:
    nothing: Answer = {"Vpcs": []}
    sent = Sent(LOOKED_UP, script={"Write": [RESET, DONE], "Look": [nothing, nothing, {"Vpcs": [{"VpcId": "vpc-9"}]}]})
    assert sent.answer() == {"Vpc": {"VpcId": "vpc-9"}}
    assert sent.gateway.operations() == ["Write", "Look", "Look", "Look"]
    assert sent.gateway.sent("Look")[0] == {"b": 2}


@pytest.mark.parametrize("speed", [1, 3000])
def test_an_unanswered_create_is_repeated_after_half_a_minute_of_lookups_by_the_servers_clock(speed: float) -> None:
    sent = Sent(LOOKED_UP, speed=speed, script={"Write": [RESET, DONE], "Look": [{"Vpcs": []}]})
    assert sent.answer() == DONE
    looks = len(sent.gateway.sent("Look"))
    assert sum(sent.clock.slept) * speed > 30
    assert 4 <= looks <= 20
    assert sent.gateway.operations() == ["Write", *["Look"] * looks, "Write"]


def test_a_lookup_without_an_answer_proves_nothing() -> None:
    sent = Sent(LOOKED_UP, speed=3000, script={"Write": [RESET, DONE], "Look": [RESET, THROTTLED, RESET, RESET, {"Vpcs": []}]})
    assert sent.answer() == DONE
    assert len(sent.gateway.sent("Look")) == 4 + 4


def test_after_an_unanswered_try_already_there_is_success() -> None:
    taken = error(Fault.REFUSED, "EntityAlreadyExists")
    step = replace(BARE, already=frozenset({"EntityAlreadyExists"}))
    assert Sent(step, script={"Write": [RESET, taken]}).answer() == {}


def test_already_there_without_an_unanswered_try_is_an_error() -> None:
    taken = error(Fault.REFUSED, "EntityAlreadyExists")
    step = replace(BARE, already=frozenset({"EntityAlreadyExists"}))
    assert Sent(step, script={"Write": [taken]}).refusal() is taken


def test_what_is_already_there_is_looked_up_for_its_answer() -> None:
    taken = error(Fault.REFUSED, "InvalidGroup.Duplicate")
    step = replace(LOOKED_UP, already=frozenset({"InvalidGroup.Duplicate"}))
    seen = {"Vpcs": [{"VpcId": "vpc-3"}]}
    late = [{"Vpcs": []}] * 6 + [seen]
    assert Sent(step, speed=3000, script={"Write": [RESET, taken], "Look": late}).answer() == {"Vpc": {"VpcId": "vpc-3"}}


CONFLICT = error(Fault.REFUSED, "InvalidChangeBatch")
SWAP = replace(LOOKED_UP, kind=Kind.UPDATE, conflicts=frozenset({"InvalidChangeBatch"}))


def test_a_conflict_with_the_steps_own_unanswered_try_is_success() -> None:
    looks: list[Scripted] = [*[{"Vpcs": []}] * 4, {"Vpcs": [DONE["Vpc"]]}]
    sent = Sent(SWAP, speed=3000, script={"Write": [RESET, CONFLICT], "Look": looks})
    assert sent.answer() == DONE
    assert sent.gateway.operations() == ["Write", *["Look"] * 4, "Write", "Look"]


def test_a_conflict_with_somebody_else_is_an_error() -> None:
    assert Sent(SWAP, script={"Write": [CONFLICT], "Look": [DONE]}).refusal() is CONFLICT


def test_a_conflict_after_an_unanswered_try_that_is_not_found_leaves_open_what_became_of_it() -> None:
    sent = Sent(SWAP, speed=3000, script={"Write": [RESET, CONFLICT], "Look": [{"Vpcs": []}]})
    refusal = sent.refusal()
    assert (refusal.fault, refusal.code) == (Fault.AMBIGUOUS, "InvalidChangeBatch")
    assert "may have been applied" in refusal.message
    assert len(sent.gateway.sent("Write")) == 2


def test_a_throttled_call_is_sent_again_later_and_later() -> None:
    sent = Sent(BARE, script={"Write": [THROTTLED] * 3 + [DONE]})
    assert sent.answer() == DONE
    assert sent.clock.slept == sorted(sent.clock.slept)
    assert len(sent.clock.slept) == 3


def test_throttling_without_end_is_an_error() -> None:
    assert Sent(BARE, script={"Write": [THROTTLED]}).refusal() is THROTTLED


def test_deleting_what_is_gone_is_done() -> None:
    assert Sent(DELETION, script={"Write": [MISSING]}).answer() == {}


def test_a_deletion_that_is_awaited_is_sent_again_to_what_is_not_visible_yet() -> None:
    assert Sent(AWAITED_DELETION, script={"Write": [MISSING, MISSING, DONE]}).answer() == DONE


@pytest.mark.parametrize("speed", [1, 3000])
def test_a_deletion_that_is_awaited_takes_half_a_minute_to_be_sure_that_the_thing_is_gone(speed: float) -> None:
    sent = Sent(AWAITED_DELETION, speed=speed, script={"Write": [MISSING]})
    assert sent.answer() == {}
    assert sum(sent.clock.slept) * speed > 30
    assert sum(sent.clock.slept) < 40
    assert len(sent.gateway.calls) >= 4


def test_what_an_unanswered_deletion_may_have_deleted_is_gone_at_once() -> None:
    sent = Sent(AWAITED_DELETION, script={"Write": [RESET, MISSING]})
    assert sent.answer() == {}
    assert len(sent.gateway.calls) == 2


def test_what_was_made_a_moment_ago_may_not_be_found_yet() -> None:
    assert Sent(BARE, follows=True, script={"Write": [MISSING, MISSING, DONE]}).answer() == DONE


def test_what_was_not_made_in_this_run_and_is_not_found_is_an_error_at_once() -> None:
    sent = Sent(BARE, script={"Write": [MISSING, DONE]})
    assert sent.refusal() is MISSING
    assert not sent.clock.slept


@pytest.mark.parametrize(("follows", "fault"), [(True, MISSING), (False, UNASSUMABLE)], ids=["not found", "propagating"])
@pytest.mark.parametrize("speed", [1, 3000])
def test_propagation_is_awaited_for_two_minutes_of_the_servers_clock(*, follows: bool, fault: ApiError, speed: float) -> None:
    sent = Sent(BARE, follows=follows, speed=speed, script={"Write": [fault]})
    assert sent.refusal() is fault
    assert sum(sent.clock.slept) * speed > 120
    assert sum(sent.clock.slept) < 130
    assert len(sent.gateway.calls) >= 5


def test_an_obstacle_is_awaited_and_told() -> None:
    violation = error(Fault.REFUSED, "DependencyViolation")
    sent = Sent(replace(DELETION, obstacles=frozenset({"DependencyViolation"})), script={"Write": [violation] * 20 + [DONE]})
    assert sent.answer() == DONE
    assert sent.progress.told[0] == ("x", "held up by DependencyViolation")


def test_a_deletion_that_is_held_up_for_a_quarter_of_an_hour_needs_another_look() -> None:
    violation = error(Fault.REFUSED, "DependencyViolation")
    sent = Sent(replace(DELETION, obstacles=frozenset({"DependencyViolation"})), script={"Write": [violation]})
    assert sent.refusal() is violation
    assert 900 < sum(sent.clock.slept) < 910


@pytest.mark.parametrize("end", [{"timeout": 30}, {"failed": True}], ids=["deadline", "another step failed"])
def test_an_obstacle_is_not_awaited_for_ever(end: Mapping[str, Any]) -> None:
    violation = error(Fault.REFUSED, "DependencyViolation")
    sent = Sent(replace(DELETION, obstacles=frozenset({"DependencyViolation"})), script={"Write": [violation]}, **end)
    assert sent.refusal() is violation


def test_a_refused_call_is_not_repeated() -> None:
    refused = error(Fault.REFUSED, "InvalidParameterException")
    sent = Sent(TOKEN, follows=True, script={"Write": [refused, DONE]})
    assert sent.refusal() is refused
    assert len(sent.gateway.calls) == 1
