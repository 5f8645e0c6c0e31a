# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock: one run at a time, and no run that has ended keeps others out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._run.attempts import Surroundings
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Answer, Fault
from ansible_collections.cutover.eks.plugins.module_utils._run.lock import Claim, Lock, Locked, lock_name
from ansible_collections.cutover.eks.plugins.module_utils._run.process import this_process
from ansible_collections.cutover.eks.tests.unit.plugins.module_utils._run.fakes import FakeClock, FakeGateway, FakeProgress, error

NAME = lock_name("eu-central-1", "blue")
MINE = Claim(owner="arn:me", run="mine", expires=2000, process={"host": "h", "pid": "1"})
THEIRS = Claim(owner="arn:them", run="theirs", expires=2000, process={"host": "elsewhere", "pid": "7"})


@dataclass
class Store:
    """SSM as far as the lock knows it: values with versions."""

    versions: list[str] = field(default_factory=list)

    def put(self, request: Mapping[str, Any]) -> Answer:
        if self.versions and not request["Overwrite"]:
            raise error(Fault.REFUSED, "ParameterAlreadyExists")
        self.versions.append(request["Value"])
        return {"Version": len(self.versions)}

    def get(self, request: Mapping[str, Any]) -> Answer:
        if not self.versions:
            raise error(Fault.NOT_FOUND, "ParameterNotFound")
        version = int(request["Name"].removeprefix(NAME).removeprefix(":") or len(self.versions))
        return {"Parameter": {"Value": self.versions[version - 1], "Version": version}}

    def delete(self, request: Mapping[str, Any]) -> Answer:
        self.versions.clear()
        return {}


class Run:
    """One run that wants the lock."""

    def __init__(self, *held: Claim, claim: Claim = MINE, force_unlock: str = "") -> None:
        self.store = Store([one.text() for one in held])
        self.clock = FakeClock()
        script = {"PutParameter": [self.store.put], "GetParameter": [self.store.get], "DeleteParameter": [self.store.delete]}
        self.gateway = FakeGateway(self.clock, script)
        around = Surroundings(gateway=self.gateway, clock=self.clock, progress=FakeProgress(), deadline=9999)
        self.lock = Lock(name=NAME, claim=claim, around=around, force_unlock=force_unlock)

    def holder(self) -> str:
        with self.lock.held():
            return Claim.of(self.store.versions[-1]).run


def test_a_lock_is_created_held_and_deleted() -> None:
    run = Run()
    assert run.holder() == "mine"
    assert run.gateway.operations() == ["PutParameter", "GetParameter", "DeleteParameter"]
    assert run.store.versions == []


def test_it_is_deleted_after_a_failure_too() -> None:
    run = Run()
    with pytest.raises(ZeroDivisionError), run.lock.held():
        raise ZeroDivisionError
    assert run.store.versions == []


def test_a_living_foreign_lock_fails_at_once_and_names_its_owner() -> None:
    run = Run(THEIRS)
    with pytest.raises(Locked, match=r"blue/lock is held by arn:them \(run theirs, process 7 on elsewhere\) until 1970-01-01T00:33:20"):
        run.holder()
    assert run.clock.slept == []
    assert Claim.of(run.store.versions[-1]) == THEIRS


@pytest.mark.parametrize(
    "held",
    [
        replace(THEIRS, expires=999),
        replace(THEIRS, process=this_process() | {"started": "1"}),
        replace(THEIRS, process=this_process() | {"pid": "4194304"}),
    ],
    ids=["expired", "another process has its number", "process gone"],
)
def test_the_lock_of_a_run_that_has_ended_is_taken_over(held: Claim) -> None:
    run = Run(held)
    assert run.holder() == "mine"
    assert run.store.versions == []


def test_an_expired_lock_whose_owner_is_alive_is_respected() -> None:
    with pytest.raises(Locked):
        Run(replace(THEIRS, expires=999, process=this_process())).holder()


@pytest.mark.parametrize("difference", [{"boot": "another"}, {"name_space": "pid:[1]"}], ids=["rebooted or another host", "container"])
def test_a_process_elsewhere_is_never_proved_dead(difference: dict[str, str]) -> None:
    with pytest.raises(Locked):
        Run(replace(THEIRS, process=this_process() | {"pid": "4194304"} | difference)).holder()


def test_force_unlock_takes_over_the_run_that_it_names_and_no_other() -> None:
    assert Run(THEIRS, force_unlock="theirs").holder() == "mine"
    with pytest.raises(Locked):
        Run(THEIRS, force_unlock="older").holder()


def test_something_else_under_that_name_is_respected() -> None:
    run = Run()
    run.store.versions.append("not ours")
    with pytest.raises(Locked, match="somebody unknown"):
        run.holder()


def test_of_two_that_take_over_at_once_the_second_gives_way() -> None:
    run = Run(replace(THEIRS, expires=999))
    first = Claim(owner="arn:first", run="first", expires=2000)

    def just_after_another(request: Mapping[str, Any]) -> Answer:
        if request["Overwrite"]:
            run.store.versions.append(first.text())
            run.gateway.script["PutParameter"] = [run.store.put]
        return run.store.put(request)

    run.gateway.script["PutParameter"] = [just_after_another]
    with pytest.raises(Locked, match="arn:first"):
        run.holder()
    assert Claim.of(run.store.versions[-1]) == first


def test_an_unanswered_creation_that_was_applied_is_ours() -> None:
    run = Run()

    def applied_unanswered(request: Mapping[str, Any]) -> Answer:
        run.store.put(request)
        run.gateway.script["PutParameter"] = [run.store.put]
        raise error(Fault.AMBIGUOUS, "ReadTimeoutError")

    run.gateway.script["PutParameter"] = [applied_unanswered]
    assert run.holder() == "mine"


def test_a_lock_that_was_taken_from_us_is_not_deleted() -> None:
    run = Run()
    with run.lock.held():
        run.store.versions[:] = [THEIRS.text()]
    assert Claim.of(run.store.versions[-1]) == THEIRS


def test_a_lock_that_cannot_be_released_does_not_undo_the_work() -> None:
    run = Run()
    run.gateway.script["DeleteParameter"] = [error(Fault.REFUSED, "AccessDeniedException")]
    assert run.holder() == "mine"


def test_this_process_is_named_so_that_its_end_can_be_proved() -> None:
    process = this_process()
    assert process["pid"] == str(os.getpid())
    assert set(process) == {"host", "boot", "name_space", "pid", "started"}


@pytest.mark.parametrize(
    ("held", "left"),
    [(replace(THEIRS, process=this_process() | {"pid": "4194304"}), 0), (THEIRS, 1)],
    ids=["of a killed run", "of a living run"],
)
def test_tidying_removes_the_lock_of_a_killed_run_only(held: Claim, left: int) -> None:
    run = Run(held)
    run.lock.tidy()
    assert len(run.store.versions) == left


def test_tidying_where_nothing_lies_about_is_one_read() -> None:
    run = Run()
    run.lock.tidy()
    assert run.gateway.operations() == ["GetParameter"]


def test_tidying_without_access_is_no_failure() -> None:
    run = Run()
    run.gateway.script["GetParameter"] = [error(Fault.REFUSED, "AccessDeniedException")]
    run.lock.tidy()
    assert run.gateway.operations() == ["GetParameter"]
