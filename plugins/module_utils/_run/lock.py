# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock that AWS enforces: two runs on one cluster exclude each other by a parameter that only one of them can create.

A lock is taken over when its owner is proved dead (same host, process gone), when it has expired by the server's clock and its
owner is not proved alive, or when the operator names its run id (`force_unlock`). A takeover overwrites the parameter, and the
version number that SSM answers with says who was first: of two runs that take over at the same time, the second one puts the
first one's claim back and gives way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from .._plan.plan import Kind, Step
from .attempts import Attempt, Surroundings
from .gateway import Answer, ApiError, Fault
from .process import is_alive, is_dead
from .waiting import alone

MARGIN_SECONDS = 300
"""A run ends within its `wait_timeout` and what its last calls take."""
TAKEN = frozenset({"ParameterAlreadyExists"})


class Locked(Exception):
    """Another run works on this thing."""

    def __init__(self, name: str, owner: Claim) -> None:
        """Name the owner."""
        expires = datetime.fromtimestamp(owner.expires, tz=UTC).isoformat(timespec="seconds")
        super().__init__(f"{name} is held by {owner.owner} (run {owner.run}, process {_where(owner.process)}) until {expires}")
        self.name, self.owner = name, owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a run writes into the lock."""

    owner: str
    """Who: the caller's ARN."""
    run: str
    expires: float
    """By the server's clock, in seconds since the epoch."""
    process: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Give the claim as it is stored."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def of(cls, text: str) -> Claim:
        """Read a claim; what is none has no owner and never expires."""
        try:
            stored: dict[str, Any] = json.loads(text)
            return cls(
                owner=str(stored["owner"]),
                run=str(stored["run"]),
                expires=float(stored["expires"]),
                process={str(name): str(value) for name, value in stored.get("process", {}).items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls(owner=f"somebody unknown ({text[:80]})", run="unknown", expires=datetime(9999, 1, 1, tzinfo=UTC).timestamp())


def lock_name(region: str, cluster: str) -> str:
    """Give the parameter's name."""
    return f"/cutover.eks/{region}/{cluster}/lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock as one run sees it."""

    name: str
    claim: Claim
    around: Surroundings
    force_unlock: str = ""
    """The run id whose lock is taken over whatever its state."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock while something is done, or raise `Locked`."""
        self._take()
        try:
            yield
        finally:
            self._release()

    def tidy(self) -> None:
        """Remove the lock of a run that was killed after its last change; leave that of a living one alone."""
        try:
            found = self._read(self.name)
            if found is not None and self._may_be_taken(Claim.of(str(found["Value"]))):
                self._take_over()
                self._release()
        except (ApiError, Locked):  # no access to SSM, or somebody works on it: nothing that this run needs
            return

    def _take(self) -> None:
        try:
            self._put(overwrite=False)
        except ApiError as error:
            if error.code not in TAKEN:
                raise
            self._take_over()

    def _take_over(self) -> None:
        found = self._read(self.name)
        if found is None:  # released in this moment
            self._put(overwrite=False)
            return
        holder = Claim.of(str(found["Value"]))
        if holder.run == self.claim.run:  # our own call, answered late
            return
        if not self._may_be_taken(holder):
            raise Locked(self.name, holder)
        answer = self._put(overwrite=True)
        first = int(found["Version"]) + 1
        if answer.get("Version") not in (first, None):
            self._give_way(first)

    def _give_way(self, first: int) -> None:
        """Put back the claim of the run that took over a moment earlier."""
        winner = self._read(f"{self.name}:{first}") or {}
        owner = Claim.of(str(winner.get("Value", "")))
        self._send("PutParameter", {"Name": self.name, "Value": owner.text(), "Type": "String", "Overwrite": True}, Kind.UPDATE)
        raise Locked(self.name, owner)

    def _may_be_taken(self, holder: Claim) -> bool:
        if self.force_unlock == holder.run or is_dead(holder.process):
            return True
        return holder.expires < self.around.gateway.server_seconds() and not is_alive(holder.process)

    def _release(self) -> None:
        """Delete the lock, unless somebody has taken it over meanwhile; where that fails the work is done all the same."""
        try:
            found = self._read(self.name)
            if found is not None and Claim.of(str(found["Value"])).run == self.claim.run:
                self._send("DeleteParameter", {"Name": self.name}, Kind.DELETE)
        except ApiError as error:
            self.around.progress.state("lock", f"not released ({error.code}), it will expire", 0)

    def _put(self, *, overwrite: bool) -> Answer:
        request = {"Name": self.name, "Value": self.claim.text(), "Type": "String", "Overwrite": overwrite}
        return self._send("PutParameter", request, Kind.UPDATE)

    def _send(self, operation: str, request: Mapping[str, Any], kind: Kind) -> Answer:
        step = Step(key="lock", service="ssm", operation=operation, request=request, kind=kind)
        attempt = Attempt(step=step, request=request, lookup_request={}, follows=False, around=self.around)
        return alone(attempt.made(), self.around.clock)

    def _read(self, name: str) -> Mapping[str, Any] | None:
        try:
            parameter: Mapping[str, Any] = self.around.gateway.read("ssm", "GetParameter", {"Name": name})["Parameter"]
        except ApiError as error:
            if error.fault is not Fault.NOT_FOUND:
                raise
            return None
        return parameter


def _where(process: Mapping[str, str]) -> str:
    return f"{process.get('pid', '?')} on {process.get('host', '?')}"
