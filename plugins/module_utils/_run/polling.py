# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for one step: a read repeated until its answer is an end, good or bad."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .._model.reference import shown
from .._plan.plan import Wait
from .attempts import PROPAGATION_SECONDS, Surroundings
from .gateway import Answer, ApiError, Fault
from .waiting import Activity, Call, Pause

with suppress(ImportError):  # comes with boto3, whose absence Ansible reports before anything is called
    import jmespath

UNANSWERED_POLLS = 10
"""After so many reads in a row without an answer (each repeated by the SDK already) waiting ends."""
GONE = "gone"
UNTOLD = "of unknown state"
"""How an absence is told where it is no end by itself."""


class WaitFailed(Exception):
    """The thing reached a state that will not become the wanted one, or the time was over."""

    def __init__(self, code: str, message: str, do: str) -> None:
        """Remember why, and what to do about it."""
        super().__init__(message)
        self.code, self.message, self.do = code, message, do


def default_interval(wait: Wait) -> float:
    """Give the usual seconds between two polls: 3 % of the usual duration, 2 to 30 s."""
    return min(30.0, max(2.0, 0.03 * wait.usual.seconds))


@dataclass(slots=True)
class Poll:
    """One wait and what it has seen so far."""

    key: str
    wait: Wait
    request: Mapping[str, Any]
    interval: float
    around: Surroundings
    began: float
    """Server time when the step's call was answered (or the run began, for work found under way)."""
    last: Answer | None = None
    unanswered: int = 0

    def ended(self) -> Activity[None]:
        """Poll until the wait has succeeded, or raise `WaitFailed` (`ApiError` when it cannot be read at all)."""
        while True:
            state = yield from self._seen()
            if state is not None and self._is_end(state):
                return
            if self.around.expired():
                raise WaitFailed("TimedOut", f"{self.key} is still {state}{self._issues()}", TIMED_OUT)
            yield Pause(min(self.interval * random.uniform(0.85, 1.0), max(0.0, self.around.deadline - self.around.clock.monotonic())))

    def _is_end(self, state: str) -> bool:
        seconds = max(0.0, self.around.gateway.server_seconds() - self.began)
        gone = self.wait.gone and state == GONE and seconds >= self.wait.gone_seconds
        good = (state in self.wait.success or gone) and seconds >= self.wait.least_seconds
        told = UNTOLD if state == GONE and self.wait.gone_seconds else state
        self.around.progress.state(self.key, told, seconds, None if good else self.wait.usual)
        if good:
            return True
        if state in self.wait.failure:
            raise WaitFailed(state, f"{self.key} is {state}{self._issues()}", FAILED)
        if state == GONE and not self.wait.gone and seconds > PROPAGATION_SECONDS:
            raise WaitFailed("NotFound", f"{self.key} is not there any more", VANISHED)
        return False

    def _seen(self) -> Activity[str | None]:
        """Read the state once; None: no answer this time."""
        try:
            self.last = yield Call(lambda: self.around.gateway.read(self.wait.service, self.wait.operation, self.request))
        except ApiError as error:
            if error.fault is Fault.NOT_FOUND:
                return GONE
            self.unanswered += 1
            if error.fault not in (Fault.THROTTLED, Fault.AMBIGUOUS) or self.unanswered >= UNANSWERED_POLLS:
                raise
            return None
        self.unanswered = 0
        return str(jmespath.search(self.wait.status, self.last) or GONE)

    def _issues(self) -> str:
        """Say what the service says is wrong."""
        issues = jmespath.search(self.wait.issues, self.last) if self.wait.issues and self.last else None
        texts = [_issue(issue) for issue in issues or ()]
        return f": {'; '.join(texts)}" if texts else ""


def _issue(issue: object) -> str:
    if not isinstance(issue, Mapping):
        return str(shown(issue))
    code = issue.get("code") or issue.get("errorCode") or ""
    text = issue.get("message") or issue.get("errorMessage") or ""
    where = ", ".join(issue.get("resourceIds") or ())
    return " ".join(part for part in (f"{code}:" if code and text else code, text, f"({where})" if where else "") if part)


TIMED_OUT = "Nothing is lost: run the same task again, it waits for what is under way. A larger wait_timeout gives it more time at once."
FAILED = "Remove the cause that is named; the next run plans what is needed to repair the thing."
VANISHED = "Somebody else has deleted it. Run the same task again: it plans anew."
