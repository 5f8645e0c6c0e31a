# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to result: read, plan, refuse or show or carry out. The same way for every noun; knows neither Ansible nor AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from .._model.problem import Problem, Problems, Refused
from .._model.scope import Scope
from .._plan.data import plan_digest
from .._plan.guard import guard
from .._plan.plan import Plan, ordered
from .._plan.tree import render
from .._run.attempts import Surroundings
from .._run.clock import Clock
from .._run.executor import Executor
from .._run.gateway import ApiError, Gateway
from .._run.lock import MARGIN_SECONDS, Claim, Lock, Locked, lock_name
from .._run.outcome import Outcome
from .._run.process import this_process
from .._run.progress import Lines
from . import result
from .arguments import Controls
from .draft import Draft
from .noun import Noun
from .refusals import refuse_elsewhere, refuse_markers, refuse_unapproved

ROUNDS = 3
"""A deletion looks again for what controllers made meanwhile, at most so often."""
LEAST_TIMEOUT = 600
PATIENCE = 3
"""The default `wait_timeout` in usual durations of the critical path."""


class Account(Gateway, Protocol):
    """A gateway that knows where it is."""

    def scope(self) -> Scope:
        """Ask who we are and where."""

    def account_alias(self) -> str:
        """Give the account's alias, or nothing."""

    def endpoint_name(self) -> str:
        """Name the other end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """One run of one noun."""

    noun: Noun
    account: Account
    controls: Controls
    clock: Clock
    say: Callable[[str], None]
    run_id: str

    def draft(self, options: Mapping[str, Any], mode: Mode) -> Draft:
        """Read and plan; raise `Refused` with every problem that was found."""
        scope = self.account.scope()
        desired, problems = self._desired(options, scope)
        try:
            actual = self.noun.read(self.account, scope, desired)
        except ApiError:
            problems.refuse_if_any()
            raise
        plan = self._plan(desired, actual, scope, problems).deferring(mode.defers)
        return Draft(scope=scope, desired=desired, actual=actual, plan=plan, text=render(plan, self._head(scope, desired, plan)))

    def refusal(self, draft: Draft) -> Refused | None:
        """Say why the plan is not carried out: its own problems, and every consent that it lacks."""
        problems = Problems(list(draft.plan.problems))
        with problems.collecting():
            refuse_unapproved(draft.plan, draft.scope, self.controls)
        with problems.collecting():
            guard(draft.plan, allow_replace=self.controls.allow_replace, allow_irreversible=self.controls.allow_irreversible)
        return Refused(problems.found) if problems.found else None

    def shown(self, draft: Draft) -> dict[str, Any]:
        """Give the plan as the result."""
        return self._complete(draft, result.planned(draft), draft.actual)

    def carried_out(self, draft: Draft) -> dict[str, Any]:
        """Carry the plan out, and give what has become of it."""
        executor = self._executor(draft)
        lock = self._lock(draft, executor)
        if not draft.plan.changed and lock and (self.noun.tidies or _leaving(draft)):
            lock.tidy()
        if not draft.plan.steps:
            return self.shown(draft)
        try:
            with lock.held() if lock and draft.plan.takes_lock else nullcontext():
                return self._rounds(draft, executor)
        except Locked as error:
            return result.locked(error)

    def tell_plan(self, draft: Draft, *, failed: bool = False) -> None:
        """Tell the plan, an empty one too, unless the diff of a changed task shows it anyway (a failed task shows none)."""
        in_diff = self.controls.diff_mode and draft.plan.changed
        if in_diff == failed:
            self.say(draft.text)

    def _desired(self, options: Mapping[str, Any], scope: Scope) -> tuple[Any, Problems]:
        """Read the options: what is sound of them, and the problems of the rest. A world that is not allowed is not looked at."""
        problems = Problems()
        with problems.collecting():
            refuse_elsewhere(scope, self.controls)
        allowed = not problems.found
        try:
            desired = self.noun.desired(options, scope)
        except Refused as refused:
            problems.found.extend(refused.problems)
            desired = refused.sound
        if desired is None or not allowed:
            problems.refuse_if_any()
        return desired, problems

    def _plan(self, desired: Any, actual: Any, scope: Scope, problems: Problems) -> Plan:
        plan = Plan()
        with problems.collecting():
            plan = self.noun.plan(desired, actual, scope)
        if problems.found:
            raise Refused([*problems.found, *plan.problems])
        return plan

    def _rounds(self, draft: Draft, executor: Executor) -> dict[str, Any]:
        plan, outcome, seen = draft.plan, executor.run(draft.plan), None
        try:
            rounds = 1
            while rounds < ROUNDS and self._looks_again(draft, plan, outcome):
                seen = self._read(draft)
                left = self.noun.plan(draft.desired, seen, draft.scope)
                Problems(list(left.problems)).refuse_if_any()
                if left.steps:
                    seen = None
                plan, outcome = _joined(plan, left), outcome.followed_by(executor.run(left))
                rounds = rounds + 1 if left.changed else ROUNDS
            if outcome.failures:
                return result.failed(draft, plan, outcome)
            return self._complete(draft, result.applied(draft, plan, outcome), self._read(draft) if seen is None else seen)
        except ApiError as error:
            return result.so_far(draft, plan, outcome) | result.broken(error, changed=outcome.changed)
        except Refused as refusal:
            return result.so_far(draft, plan, outcome) | result.refused(refusal, changed=outcome.changed)

    def _looks_again(self, draft: Draft, plan: Plan, outcome: Outcome) -> bool:
        """Say whether a deletion looks for what controllers or late logs have made meanwhile; that may be what held it up."""
        obstacles = {step.key: step.obstacles for step in plan}
        only_held_up = all(failure.code in obstacles[failure.key] for failure in outcome.failures)
        return _leaving(draft) and self.controls.wait and only_held_up

    def _read(self, draft: Draft) -> Any:
        return self.noun.read(self.account, draft.scope, draft.desired)

    def _complete(self, draft: Draft, plain: dict[str, Any], actual: Any) -> dict[str, Any]:
        diff = {"diff": {"prepared": f"{draft.text}\n"}} if self.controls.diff_mode and plain["changed"] else {}
        return plain | diff | {self.noun.name: self.noun.result(draft.desired, actual, draft.scope)}

    def _executor(self, draft: Draft) -> Executor:
        return Executor(
            gateway=self.account,
            clock=self.clock,
            progress=Lines(subject=self.noun.lock_name(draft.desired), say=self.say, clock=self.clock),
            nonce=self.run_id,
            poll_interval=self.controls.poll_interval,
            deadline=self.clock.monotonic() + self._timeout(draft.plan),
            wait=self.controls.wait,
        )

    def _timeout(self, plan: Plan) -> float:
        if self.controls.wait_timeout is not None:
            return self.controls.wait_timeout
        return max(LEAST_TIMEOUT, PATIENCE * plan.expected_seconds())

    def _lock(self, draft: Draft, executor: Executor) -> Lock | None:
        if self.controls.lock == "none":
            return None
        claim = Claim(
            owner=draft.scope.caller_arn,
            run=self.run_id,
            expires=self.account.server_seconds() + self._timeout(draft.plan) + MARGIN_SECONDS,
            process=this_process(),
        )
        around = Surroundings(gateway=self.account, clock=self.clock, progress=executor.progress, deadline=executor.deadline)
        name = lock_name(draft.scope.region, self.noun.lock_name(draft.desired))
        return Lock(name=name, claim=claim, around=around, force_unlock=self.controls.force_unlock)

    def _head(self, scope: Scope, desired: Any, plan: Plan) -> list[str]:
        """Name what is planned and where; the alias costs a call, so it is read only when something changes."""
        subject = self.noun.lock_name(desired)
        alias = self.account.account_alias() if plan.changed else ""
        account = f"account {scope.account}{f' ({alias})' if alias else ''}"
        head = [f"{subject} · {account} · {scope.region} · {self.account.endpoint_name()}"]
        if plan.takes_lock and self.controls.lock != "none":
            head.append(f"lock {lock_name(scope.region, subject)}: taken before the first change, released after the last")
        if plan.changed:
            head.append(f"digest {plan_digest(plan, scope)}")
        return head


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """What distinguishes a check-mode run from a real one."""

    admit: Callable[[Mapping[str, Any]], None]
    """Refuses options before the first call."""
    defers: Callable[[Problem], bool]
    """Says whether a problem is left to an earlier task of the same run, which may have been about to solve it."""
    act: Callable[[Convergence, Draft], dict[str, Any]]


CHECK = Mode(
    admit=lambda options: None,  # noqa: ARG005 (check mode takes values that are not known yet)
    defers=lambda problem: bool(problem.check),
    act=Convergence.shown,
)
REAL = Mode(admit=refuse_markers, defers=lambda problem: False, act=Convergence.carried_out)  # noqa: ARG005 (earlier tasks have run)


def converged(convergence: Convergence, mode: Mode, options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the result of a run; `failed` is in it when it has failed."""
    try:
        mode.admit(options)
        draft = convergence.draft(options, mode)
        refusal = convergence.refusal(draft)
        if refusal:
            convergence.say(draft.text)
            return result.refused_plan(draft, refusal)
        convergence.tell_plan(draft)
        outcome = mode.act(convergence, draft)
    except Refused as refused:
        return result.refused(Refused(problem for problem in refused.problems if not mode.defers(problem)))
    except ApiError as error:
        return result.broken(error)
    if "failed" in outcome:
        convergence.tell_plan(draft, failed=True)
    return outcome


def _leaving(draft: Draft) -> bool:
    return getattr(draft.desired, "state", "present") == "absent"


def _joined(plan: Plan, more: Plan) -> Plan:
    """Give both rounds of a deletion as one plan; a step that was needed again is listed once."""
    known = plan.keys()
    return Plan(
        steps=ordered([*plan.steps, *(step for step in more if step.key not in known)]),
        deferred_checks=more.deferred_checks,
        unmanaged=more.unmanaged,
        notes=more.notes,
    )
