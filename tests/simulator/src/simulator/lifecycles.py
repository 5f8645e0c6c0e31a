# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Things that take time: what ends when, and who ordered which fate for it.

A service begins a life cycle with the seconds it takes and a callable that ends it; `settle` (called by the front door before
every request) ends what is due. With speed `inf` it ends at the second read instead. The callable must survive pickling: a
`functools.partial` of a bound method of a service, or of a module-level function, over plain values.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from .clock import Clock


@dataclass(slots=True)
class LifeCycle:
    """One change under way."""

    id: int
    resource: str
    key: str
    due: float
    end: Callable[[], None]
    reads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A fate ordered through the control API for one coming life cycle."""

    resource: str
    name: str = "*"
    outcome: str = ""
    """A status to end in (`CREATE_FAILED`, `DEGRADED`, `Failed`, `Cancelled`); empty: the usual one."""
    issues: list[dict[str, object]] = field(default_factory=list)
    after: float | None = None
    """Seconds that the life cycle takes; None: the usual ones."""
    account: str = "*"
    region: str = "*"


ENDS: Mapping[str, frozenset[str]] = {
    "cluster": frozenset({"ACTIVE", "FAILED"}),
    "nodegroup": frozenset({"ACTIVE", "CREATE_FAILED", "DEGRADED", "DELETE_FAILED"}),
    "addon": frozenset({"ACTIVE", "CREATE_FAILED", "DEGRADED", "DELETE_FAILED"}),
    "fargateprofile": frozenset({"ACTIVE", "CREATE_FAILED", "DELETE_FAILED"}),
    "update": frozenset({"Successful", "Failed", "Cancelled"}),
    "insights": frozenset({"ERROR"}),
    "natgateway": frozenset({"available", "failed"}),
    "change": frozenset({"INSYNC"}),
}
"""What can be ordered, and the states that it can be ordered to end in."""


class LifeCycles:
    """Everything under way in all accounts and regions."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing under way."""
        self._clock = clock
        self.last = 0
        self.running: dict[int, LifeCycle] = {}
        self.outcomes: list[Outcome] = []

    def begin(self, resource: str, key: str, seconds: float, end: Callable[[], None]) -> LifeCycle:
        """Begin one: `end` is called once, when `seconds` have passed (or at the second read at speed `inf`)."""
        self.last += 1
        cycle = LifeCycle(self.last, resource, key, self._clock.seconds() + seconds, end)
        self.running[cycle.id] = cycle
        return cycle

    def cancel(self, cycle: LifeCycle) -> None:
        """Forget one that must not end."""
        self.running.pop(cycle.id, None)

    def order(self, outcome: Outcome) -> None:
        """Order the fate of a coming life cycle."""
        self.outcomes.append(outcome)

    def fate(self, resource: str, name: str, account: str, region: str, ends: Collection[str] = ()) -> Outcome | None:
        """Take the fate that was ordered for a life cycle which begins now, if any; each order is used once.

        `ends` are the outcomes that this life cycle can have: a deletion leaves `CREATE_FAILED` to the next creation.
        """
        for at, order in enumerate(self.outcomes):
            wanted = ((order.resource, resource), (order.name, name), (order.account, account), (order.region, region))
            is_possible = not ends or order.outcome in ("", *ends)
            if is_possible and all(fnmatch.fnmatchcase(found, pattern) for pattern, found in wanted):
                return self.outcomes.pop(at)
        return None

    def settle(self) -> None:
        """End everything that is due, in the order in which it was due; what that begins is looked at too."""
        while due := [c for c in self.running.values() if c.due <= self._clock.seconds()]:
            self._end(min(due, key=lambda cycle: (cycle.due, cycle.id)))

    def read(self, resource: str, key: str) -> None:
        """Note a read of a resource or of its update, before it is answered; at speed `inf` the second one ends its life cycles."""
        if not self._clock.is_instant:
            return
        for cycle in [c for c in self.running.values() if (c.resource, c.key) == (resource, key)]:
            cycle.reads += 1
            if cycle.reads >= 2:
                self._end(cycle)

    def restore(self, running: dict[int, LifeCycle], outcomes: list[Outcome], last: int) -> None:
        """Go on from a picture, in place."""
        self.running, self.outcomes, self.last = running, outcomes, last

    def clear(self) -> None:
        """Forget everything under way and every order."""
        self.running.clear()
        self.outcomes.clear()

    def _end(self, cycle: LifeCycle) -> None:
        if self.running.pop(cycle.id, None):
            cycle.end()
