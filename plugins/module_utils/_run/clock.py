# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time as the executor sees it: one protocol, so that tests need no real waiting.

Local time serves deadlines and pauses only; ages come from the server (`Gateway.server_seconds`).
"""

from __future__ import annotations

import time
from collections.abc import Collection
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as first_completed
from typing import Any, Protocol


class Clock(Protocol):
    """Monotonic local time, and the two ways of letting it pass."""

    def monotonic(self) -> float:
        """Give the seconds since some fixed moment."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""

    def wait(self, calls: Collection[Future[Any]], seconds: float | None) -> Collection[Future[Any]]:
        """Let time pass until a call has returned, or for so many seconds at most; give the calls that have returned."""


class SystemClock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Give the seconds since some fixed moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def wait(self, calls: Collection[Future[Any]], seconds: float | None) -> Collection[Future[Any]]:
        """Let time pass until a call has returned, or for so many seconds at most; give the calls that have returned."""
        if calls:
            return first_completed(calls, timeout=seconds, return_when=FIRST_COMPLETED).done
        self.sleep(seconds or 0)
        return ()
