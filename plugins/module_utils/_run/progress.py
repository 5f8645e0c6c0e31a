# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator hears while a run waits: a line per change of state, else one per 30 seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from .._model.duration import Usual, brief
from .clock import Clock

QUIET_SECONDS = 30


class Progress(Protocol):
    """What the executor tells."""

    def state(self, key: str, state: str, seconds: float, usual: Usual | None = None) -> None:
        """Tell the state of a step after so many seconds, and how long it usually takes (None: it has ended)."""


class NoProgress:
    """Tells nobody."""

    def state(self, key: str, state: str, seconds: float, usual: Usual | None = None) -> None:
        """Tell nothing."""


@dataclass(slots=True)
class Lines:
    """Tells in lines: `blue · nodegroup/general CREATING 1m20s, usually 2m (1–4m)`."""

    subject: str
    say: Callable[[str], None]
    clock: Clock
    _told: dict[str, tuple[str, float]] = field(default_factory=dict)

    def state(self, key: str, state: str, seconds: float, usual: Usual | None = None) -> None:
        """Tell the state of a step, unless it was told within the last 30 seconds."""
        now = self.clock.monotonic()
        before, told_at = self._told.get(key, ("", now))
        if state == before and now - told_at < QUIET_SECONDS:
            return
        self._told[key] = (state, now)
        self.say(f"{self.subject} · {key} {state} {brief(seconds)}{f', {usual}' if usual else ''}")
