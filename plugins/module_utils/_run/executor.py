# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries a plan out: independent steps at the same time, each call exactly once, waits in the one wait loop.

It gets a finished plan and changes nothing about it. After a crash nothing is resumed from memory: the next run plans again.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._plan.plan import Kind, Plan, Step, Wait
from .attempts import Attempt, Surroundings
from .clock import Clock
from .gateway import Answer, ApiError, Fault, Gateway
from .outcome import Ended, Failure, Outcome, Status
from .polling import TIMED_OUT, Poll, WaitFailed, default_interval
from .progress import Progress
from .references import Unresolved, resolved
from .waiting import Activity, Loop

CLOCK_SKEW_SECONDS = 5
"""Two services' clocks may differ by so much (and a `Date` header has no fractions)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """How plans are carried out in this run."""

    gateway: Gateway
    clock: Clock
    progress: Progress
    nonce: str
    """Random for each run: a step keeps its client token through all of its repeats, and no other request ever carries it."""
    poll_interval: float | None
    """None: by the usual duration of what is waited for."""
    deadline: float
    """By the local clock."""
    workers: int = 8
    wait: bool = True
    """False: send what can be sent without waiting for anything."""

    def run(self, plan: Plan) -> Outcome:
        """Carry the plan out as far as it goes."""
        with ThreadPoolExecutor(self.workers) as pool:
            return _Run(executor=self, plan=plan, loop=Loop(self.clock, pool), began=self.gateway.server_seconds()).to_the_end()

    def token(self, key: str) -> str:
        """Give the client token of a step: 64 characters, within the limits of EKS (33 to 126) and EC2 (64)."""
        return hashlib.sha256(f"{self.nonce}{key}".encode()).hexdigest()


@dataclass(slots=True, kw_only=True)
class _Run:
    """One plan under way."""

    executor: Executor
    plan: Plan
    loop: Loop
    began: float
    ended: dict[str, Ended] = field(default_factory=dict)
    started: set[str] = field(default_factory=set)

    def to_the_end(self) -> Outcome:
        """Start steps as they become ready; after a failure start no more, and await what is under way."""
        self._start_ready()
        while self.loop.busy:
            key, ended = self.loop.next_ended()
            self.ended[key] = ended
            self._start_ready()
        rest = {step.key: Ended(status=Status.NOT_STARTED) for step in self.plan if step.key not in self.ended}
        return Outcome(ended=self.ended | rest)

    def _start_ready(self) -> None:
        if self._failed():
            return
        for step in self.plan:
            if step.key not in self.started and self._ready(step):
                self.started.add(step.key)
                self.loop.start(step.key, self._carried_out(step))

    def _failed(self) -> bool:
        return any(ended.failure for ended in self.ended.values())

    def _ready(self, step: Step) -> bool:
        if not self.executor.wait and step.kind is Kind.WAIT:
            return False
        return all(self._finished(key) for key in self.plan.dependencies(step))

    def _finished(self, key: str) -> bool:
        step = self.plan.get(key)
        return key in self.ended and (self.executor.wait or step is None or step.wait is None)

    def _carried_out(self, step: Step) -> Activity[Ended]:
        """Send a step's call and await its effect; every failure becomes part of how it ended."""
        answer: Answer = {}
        applied = False
        if self._surroundings().expired():
            late = WaitFailed("TimedOut", f"The time was over before {step.key} could begin", TIMED_OUT)
            return Ended(status=Status.NOT_STARTED, failure=_own_failure(step, late))
        try:
            if step.operation:
                answer = yield from self._attempt(step).made()
                applied = step.is_change
                self._check_fresh(step, answer)
            if step.wait and self.executor.wait:
                yield from self._poll(step, step.wait, answer).ended()
        except ApiError as error:
            unknown = error.fault is Fault.AMBIGUOUS and not applied and step.is_change
            return Ended(
                status=Status.AMBIGUOUS if unknown else Status.FAILED, applied=applied, answer=answer, failure=_api_failure(step, error)
            )
        except (WaitFailed, Unresolved, StaleAnswer) as error:
            return Ended(status=Status.FAILED, applied=applied, answer=answer, failure=_own_failure(step, error))
        return Ended(status=Status.DONE if step.is_change else Status.WAITED, applied=applied, answer=answer)

    def _attempt(self, step: Step) -> Attempt:
        request = resolved(step.request, self._answers())
        if step.token:
            request[step.token] = self.executor.token(step.key)
        return Attempt(
            step=step,
            request=request,
            lookup_request=resolved(step.lookup.request, self._answers()) if step.lookup else {},
            follows=any(self.ended[key].applied for key in self.plan.dependencies(step)),
            around=self._surroundings(),
            obstacle_pause=self._interval(step.wait) if step.wait else self.executor.poll_interval or 2.0,
        )

    def _poll(self, step: Step, wait: Wait, answer: Answer) -> Poll:
        return Poll(
            key=step.key,
            wait=wait,
            request=resolved(wait.request, self._answers() | {step.key: answer}),
            interval=self._interval(wait),
            around=self._surroundings(),
            began=self.executor.gateway.server_seconds(),
        )

    def _interval(self, wait: Wait) -> float:
        return default_interval(wait) if self.executor.poll_interval is None else self.executor.poll_interval

    def _answers(self) -> dict[str, Answer]:
        return {key: ended.answer for key, ended in self.ended.items()}

    def _surroundings(self) -> Surroundings:
        run = self.executor
        return Surroundings(gateway=run.gateway, clock=run.clock, progress=run.progress, deadline=run.deadline, failed=self._failed)

    def _check_fresh(self, step: Step, answer: Answer) -> None:
        """Refuse the answer to an older request: a client token that somebody used before would look like success."""
        update: Any = answer.get("update") or {}
        created = update.get("createdAt") if step.token else None
        if isinstance(created, datetime) and created.timestamp() < self.began - CLOCK_SKEW_SECONDS:
            raise StaleAnswer(step.key, created)


class StaleAnswer(Exception):
    """An update was answered that is older than this run."""

    code = "StaleAnswer"
    do = "Run the same task again: it reads what is there and plans anew."

    def __init__(self, key: str, created: datetime) -> None:
        """Say how old it is."""
        self.message = f"{key} was answered with an update of {created.isoformat()}, older than this run, so nothing was changed"
        super().__init__(self.message)


DO = {
    Fault.AMBIGUOUS: "Run the same task again: it looks at what is there before it changes anything.",
    Fault.THROTTLED: "The account's request rate is used up by others. Run the same task again later.",
    Fault.NOT_FOUND: "What the call names is gone or not visible. Run the same task again: it plans anew.",
    Fault.PROPAGATING: "Check that the role exists and trusts the service; then run the same task again.",
    Fault.REFUSED: "Remove the cause that the service names; then run the same task again.",
}

CHANGED_MEANWHILE = (
    "The call was refused as a whole: somebody has changed what is there since it was read, or the message names a value it refuses. "
    "Run the same task again to see the difference."
)
"""What to do about a conflict."""


def _api_failure(step: Step, error: ApiError) -> Failure:
    return Failure(
        key=step.key,
        code=error.code,
        message=str(error),
        request_id=error.request_id,
        what=f"{step.kind.value} {step.key} ({error.service}:{error.operation})",
        found=f"{error.code}: {error.message}",
        do=CHANGED_MEANWHILE if error.code in step.conflicts else DO[error.fault],
    )


def _own_failure(step: Step, error: WaitFailed | Unresolved | StaleAnswer) -> Failure:
    if isinstance(error, Unresolved):
        code, message, do = "Unresolved", f"{step.key}: {error}", DO[Fault.NOT_FOUND]
    else:
        code, message, do = error.code, error.message, error.do
    return Failure(key=step.key, code=code, message=message, what=f"{step.kind.value} {step.key}", found=message, do=do)
