# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one wait loop: it carries many activities forward at the same time, in the main thread.

An activity is a generator that yields what it needs next, a call to the API or a pause, and gets the call's answer (or its
`ApiError`). Only calls leave the main thread, for a bounded pool. So what one step does reads from top to bottom, nothing needs
a lock, a pause occupies no thread, and tests run on a clock of their own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar, cast

from .clock import Clock
from .gateway import ApiError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """A call to be made beside the others; its answer is sent into the activity."""

    send: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing to do for so many seconds."""

    seconds: float


Activity: TypeAlias = Generator["Call | Pause", Any, T]
"""Something that takes several calls and pauses, and ends with a T."""


@dataclass(slots=True)
class Loop:
    """Carries activities forward and gives each as it ends."""

    clock: Clock
    pool: ThreadPoolExecutor
    _activities: dict[str, Activity[Any]] = field(default_factory=dict)
    _calls: dict[Future[Any], str] = field(default_factory=dict)
    _due: dict[str, float] = field(default_factory=dict)
    _ended: deque[tuple[str, Any]] = field(default_factory=deque)

    def start(self, key: str, activity: Activity[Any]) -> None:
        """Take an activity up, as far as its first call or pause."""
        self._activities[key] = activity
        self._forward(key, next)

    @property
    def busy(self) -> bool:
        """Say whether an activity goes on, or has ended and was not fetched yet."""
        return bool(self._activities or self._ended)

    def next_ended(self) -> tuple[str, Any]:
        """Carry everything forward until one activity has ended: its key, and what it returned."""
        while not self._ended:
            self._turn()
        return self._ended.popleft()

    def _turn(self) -> None:
        soonest = min(self._due.values(), default=None)
        seconds = None if soonest is None else max(0.0, soonest - self.clock.monotonic())
        for call in self.clock.wait(tuple(self._calls), seconds):
            self._answered(self._calls.pop(call), call)
        now = self.clock.monotonic()
        for key in [key for key, due in self._due.items() if due <= now]:
            del self._due[key]
            self._forward(key, next)

    def _answered(self, key: str, call: Future[Any]) -> None:
        error = call.exception()
        if isinstance(error, ApiError):
            self._forward(key, lambda activity: activity.throw(error))
        else:
            self._forward(key, lambda activity: activity.send(call.result()))

    def _forward(self, key: str, resume: Callable[[Activity[Any]], Call | Pause]) -> None:
        try:
            match resume(self._activities[key]):
                case Call(send):
                    self._calls[self.pool.submit(send)] = key
                case Pause(seconds):
                    self._due[key] = self.clock.monotonic() + seconds
        except StopIteration as end:
            del self._activities[key]
            self._ended.append((key, end.value))


def alone(activity: Activity[T], clock: Clock) -> T:
    """Carry out one activity by itself, in this thread."""
    try:
        effect = next(activity)
        while True:
            effect = _effected(effect, activity, clock)
    except StopIteration as end:
        return cast("T", end.value)


def _effected(effect: Call | Pause, activity: Activity[T], clock: Clock) -> Call | Pause:
    if isinstance(effect, Pause):
        clock.sleep(effect.seconds)
        return next(activity)
    try:
        answer = effect.send()
    except ApiError as error:
        return activity.throw(error)
    return activity.send(answer)
