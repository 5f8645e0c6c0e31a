# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of a plan, carried through until it is answered: which errors are repeated, how often, and which are an answer.

Nothing here reads or changes a plan. Limits that depend on the service's own clock (propagation, look-ups) count server time and
tries: either alone would give up too early where the two clocks run differently.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from .._plan.plan import Kind, Lookup, Step
from .clock import Clock
from .gateway import Answer, ApiError, Fault, Gateway
from .progress import Progress
from .waiting import Activity, Call, Pause

with suppress(ImportError):  # comes with boto3, whose absence Ansible reports before anything is called
    import jmespath

PROPAGATION_SECONDS = 120
"""For so long a role or an id that this run has just received may be unknown to the service."""
LOOKUP_SECONDS = 30
"""For so long an unanswered create may stay invisible before it is repeated."""
TRIES = {Fault.THROTTLED: 15, Fault.AMBIGUOUS: 12, Fault.PROPAGATING: 5, Fault.NOT_FOUND: 5}
"""Attempts per kind of fault: the most for the first two, the least (beside the server time) for the others."""
MINIMUM_LOOKUPS = 4
OBSTACLE_SECONDS = 900
"""For so long a deletion is held up by what goes by itself; what still stands in the way then needs another look."""
MINIMUM_TRIES_AT_OBSTACLES = 20
REPEATABLE = frozenset({Kind.UPDATE, Kind.DELETE})
"""What may be sent again after no answer: an update sets values, a deletion deletes what it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an attempt needs besides its step."""

    gateway: Gateway
    clock: Clock
    progress: Progress
    deadline: float
    """Of the run, by the local clock."""
    failed: Callable[[], bool] = bool
    """Whether another step of the run has failed: what hopes for time to pass then gives up."""

    def expired(self) -> bool:
        """Say whether the run's time is over."""
        return self.clock.monotonic() >= self.deadline


def growing(first: float, most: float) -> Iterator[float]:
    """Give pauses that double from `first` to `most`, spread so that several runs do not march in step."""
    pause = first
    while True:
        yield pause * random.uniform(0.7, 1.0)
        pause = min(most, pause * 2)


def _next_pause(pauses: dict[Fault, Iterator[float]], fault: Fault) -> float:
    return next(pauses.setdefault(fault, growing(0.05, 5)))


@dataclass(slots=True)
class Attempt:
    """One step's call and what has happened to it so far."""

    step: Step
    request: Answer
    lookup_request: Answer
    follows: bool
    """It comes after steps of this run, so what it names may be seconds old."""
    around: Surroundings
    obstacle_pause: float = 2.0
    unanswered: bool = False
    """An earlier try may have been applied."""

    def made(self) -> Activity[Answer]:
        """Send the call until it has an answer, or raise the `ApiError` that ends it."""
        tries = dict.fromkeys(Fault, 0)
        since: dict[Fault, float] = {}
        pauses = {Fault.THROTTLED: growing(0.2, 20), Fault.REFUSED: growing(self.obstacle_pause, self.obstacle_pause)}
        began = self.around.clock.monotonic()
        while True:
            try:
                answer: Answer | None = yield Call(self._write)
                return answer or {}
            except ApiError as error:
                fault = self._fault(error)
                tries[fault] += 1
                seconds = self.around.gateway.server_seconds() - since.setdefault(fault, self.around.gateway.server_seconds())
                settled = {} if self._gone(error, tries[fault], seconds) else (yield from self._settled(error))
                if settled is not None:
                    return settled
                if self._hopeless(error, fault, tries[fault], seconds):
                    raise
                if error.code in self.step.obstacles:
                    self.around.progress.state(self.step.key, f"held up by {error.code}", self.around.clock.monotonic() - began)
            yield Pause(_next_pause(pauses, fault))

    def _write(self) -> Answer:
        return self.around.gateway.write(self.step.service, self.step.operation, self.request)

    def _fault(self, error: ApiError) -> Fault:
        """Take an obstacle as what it is, whatever its code means elsewhere."""
        return Fault.REFUSED if error.code in self.step.obstacles else error.fault

    def _gone(self, error: ApiError, tries: int, seconds: float) -> bool:
        """Say whether a deletion finds nothing to delete.

        This run has seen what it deletes. Where it waits for the end, a service that is only slow to see it would be waited for
        in vain, so such a thing is gone when it has been missed for half a minute.
        """
        if self.step.kind is not Kind.DELETE or not (error.fault is Fault.NOT_FOUND or error.code in self.step.already):
            return False
        certain = self.unanswered or self.step.wait is None or error.fault is not Fault.NOT_FOUND
        return certain or (tries >= MINIMUM_LOOKUPS and seconds > LOOKUP_SECONDS)

    def _settled(self, error: ApiError) -> Activity[Answer | None]:
        """Give the answer that lies in an error, or that a look-up finds; None: there is none."""
        if self.unanswered and error.code in self.step.already:
            return (yield from self._looked_up()) or {}
        if self.unanswered and error.code in self.step.conflicts:
            return (yield from self._own(error))
        if error.fault is Fault.AMBIGUOUS:
            self.unanswered = True
            if not self.step.token:
                return (yield from self._looked_up())
        return None

    def _own(self, conflict: ApiError) -> Activity[Answer]:
        """Give the answer of the unanswered try that a conflict is with; where it is not found, nobody knows what became of that try."""
        found = yield from self._looked_up()
        if found is not None:
            return found
        raise ApiError(
            fault=Fault.AMBIGUOUS,
            service=conflict.service,
            operation=conflict.operation,
            code=conflict.code,
            message=f"{conflict.message} (an earlier try was not answered and may have been applied)",
            request_id=conflict.request_id,
        ) from conflict

    def _hopeless(self, error: ApiError, fault: Fault, tries: int, seconds: float) -> bool:
        if self.around.expired():
            return True
        match fault:
            case Fault.THROTTLED:
                return tries >= TRIES[fault]
            case Fault.AMBIGUOUS:
                return tries >= TRIES[fault] or not self._repeatable
            case Fault.PROPAGATING:
                return tries >= TRIES[fault] and seconds > PROPAGATION_SECONDS
            case Fault.NOT_FOUND:
                awaited = self.follows or self.step.kind is Kind.DELETE
                return not awaited or (tries >= TRIES[fault] and seconds > PROPAGATION_SECONDS)
            case Fault.REFUSED:
                too_long = self.step.kind is Kind.DELETE and tries >= MINIMUM_TRIES_AT_OBSTACLES and seconds > OBSTACLE_SECONDS
                return too_long or error.code not in self.step.obstacles or self.around.failed()

    @property
    def _repeatable(self) -> bool:
        step = self.step
        return bool(step.token or step.lookup or step.already) or step.kind in REPEATABLE

    def _looked_up(self) -> Activity[Answer | None]:
        """Look for what an unanswered create may have made, for long enough to be sure that there is nothing."""
        lookup = self.step.lookup
        if lookup is None:
            return None
        looks: list[float] = []
        for pause in growing(0.05, 5):
            found = yield from self._look(lookup, looks)
            sure = len(looks) >= MINIMUM_LOOKUPS and looks[-1] - looks[0] > LOOKUP_SECONDS
            if found or sure or self.around.expired():
                return found
            yield Pause(pause)
        return None

    def _look(self, lookup: Lookup, looks: list[float]) -> Activity[Answer | None]:
        """Look once; `looks` gets the server's time, unless the look-up itself went unanswered."""
        try:
            seen = yield Call(lambda: self.around.gateway.read(self.step.service, lookup.operation, self.lookup_request))
        except ApiError as error:
            if error.fault in (Fault.THROTTLED, Fault.AMBIGUOUS):
                return None
            if error.fault is not Fault.NOT_FOUND:
                raise
            seen = {}
        looks.append(self.around.gateway.server_seconds())
        return jmespath.search(lookup.found, seen) or None
