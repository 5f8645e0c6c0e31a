# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway and a clock for the tests of the executor: answers by a script, time without waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as first_completed
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ansible_collections.cutover.eks.plugins.module_utils._model.duration import Usual
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Answer, ApiError, Fault, Read

Script = Callable[[Mapping[str, Any]], Answer]
Scripted: TypeAlias = "Answer | ApiError | Script"


@dataclass
class FakeClock:
    """Time passes only where somebody waits."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def wait(self, calls: Collection[Future[Any]], seconds: float | None) -> Collection[Future[Any]]:
        if calls:
            return first_completed(calls, return_when=FIRST_COMPLETED, timeout=10).done
        self.sleep(seconds or 0)
        return ()


@dataclass
class FakeGateway:
    """Answers each operation by its script (the last entry for ever), remembers the calls; the server's time is the clock's."""

    clock: FakeClock
    script: dict[str, list[Scripted]] = field(default_factory=dict)
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    speed: float = 1.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        return self._answer(operation, request)

    def read(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        return self._answer(operation, request)

    def read_all(self, reads: Sequence[Read]) -> list[Answer | None]:
        return [self._answer(read.operation, read.request) for read in reads]

    def server_seconds(self) -> float:
        return self.clock.now * self.speed

    def sent(self, operation: str) -> list[Mapping[str, Any]]:
        """Give the requests of one operation."""
        return [request for name, request in self.calls if name == operation]

    def operations(self) -> list[str]:
        """Give the operations in the order in which they came."""
        return [operation for operation, _request in self.calls]

    def _answer(self, operation: str, request: Mapping[str, Any]) -> Answer:
        with self._lock:
            self.calls.append((operation, request))
            entries = self.script.get(operation, [{}])
            entry = entries.pop(0) if len(entries) > 1 else entries[0]
        if isinstance(entry, ApiError):
            raise entry
        return entry(request) if callable(entry) else entry


@dataclass
class FakeProgress:
    """Remembers what was told."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def state(self, key: str, state: str, seconds: float, usual: Usual | None = None) -> None:
        self.told.append((key, state))


def error(fault: Fault, code: str, message: str = "no") -> ApiError:
    """Give an error as a gateway raises it."""
    return ApiError(fault=fault, service="ec2", operation="Any", code=code, message=message, request_id="r-1")
