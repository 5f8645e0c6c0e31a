# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated clock: starts at real time, runs `speed` times as fast, jumps when told to."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime

LAST = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
"""No jump goes beyond this: dates end in the year 9999, and time goes on after a jump."""


class Clock:
    """Simulated time in seconds since the epoch; the real clock is never asked for a life cycle."""

    def __init__(self, speed: float = 1.0) -> None:
        """Start now, at `speed` simulated seconds per real second (`inf`: real speed, see `is_instant`)."""
        self._real = time.monotonic()
        self._simulated = time.time()
        self._speed = speed

    @property
    def speed(self) -> float:
        """The speed as it was set, `inf` included."""
        return self._speed

    @property
    def is_instant(self) -> bool:
        """Say whether life cycles end at the second read instead of after a time."""
        return math.isinf(self._speed)

    @property
    def rate(self) -> float:
        """Simulated seconds that pass in a real second."""
        return 1.0 if self.is_instant else self._speed

    def seconds(self) -> float:
        """Give the simulated time, in seconds since the epoch."""
        return self._simulated + (time.monotonic() - self._real) * self.rate

    def now(self) -> datetime:
        """Give the simulated time as an aware UTC datetime."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def run_at(self, speed: float) -> None:
        """Change the speed from now on."""
        self._rebase()
        self._speed = speed

    def advance(self, seconds: float) -> None:
        """Jump ahead."""
        self._rebase()
        self._simulated += seconds

    def set(self, seconds: float) -> None:
        """Go on from this simulated time (a restored snapshot or state)."""
        self._rebase()
        self._simulated = seconds

    def _rebase(self) -> None:
        self._simulated = self.seconds()
        self._real = time.monotonic()
