# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that a test orders: what there is, which requests one hits, and what then happens. How a connection dies is the server's."""

from __future__ import annotations

import fnmatch
import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from .seam import Call, Refusal


class Ending(StrEnum):
    """How a request ends for the client."""

    ANSWER = "answer"
    RESET = "reset"
    CLOSE = "close"
    SILENCE = "silence"
    KILL = "kill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fault."""

    is_applied: bool = True
    """Whether the request reaches the service."""
    ending: Ending = Ending.ANSWER
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    times: int | None = 1
    """How often it hits unless `times` says it: conditions go on until they are deleted, accidents happen once."""


KINDS: Mapping[str, Kind] = {
    "throttle": Kind(is_applied=False),
    "error": Kind(is_applied=False, needs=("code",), takes=("status", "message", "applied")),
    "reset_before": Kind(is_applied=False, ending=Ending.RESET),
    "reset_after": Kind(ending=Ending.RESET),
    "close_before": Kind(is_applied=False, ending=Ending.CLOSE),
    "close_after": Kind(ending=Ending.CLOSE),
    "timeout_before": Kind(is_applied=False, ending=Ending.SILENCE),
    "timeout_after": Kind(ending=Ending.SILENCE),
    "latency": Kind(needs=("milliseconds",), times=None),
    "stale": Kind(needs=("seconds",), times=None),
    "not_yet_visible": Kind(is_applied=False, needs=("seconds",), times=None),
    "kill": Kind(ending=Ending.KILL, takes=("scope", "root_pid")),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field may be."""

    is_right: Callable[[Any], bool]
    wanted: str


def _is_number(value: Any, low: float, high: float = float("inf")) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _is_whole(value: Any, low: int, high: float = float("inf")) -> bool:
    return isinstance(value, int) and _is_number(value, low, high)


TEXT = Rule(lambda value: isinstance(value, str) and value != "", "a string")
FIELDS: Mapping[str, Rule] = {
    "service": TEXT,
    "operation": TEXT,
    "kind": Rule(lambda value: isinstance(value, str) and value in KINDS, f"one of {', '.join(KINDS)}"),
    "skip": Rule(lambda value: _is_whole(value, 0), "a whole number, 0 or more"),
    "times": Rule(lambda value: value is None or _is_whole(value, 1), "a whole number, 1 or more, or null for no limit"),
    "probability": Rule(lambda value: _is_number(value, 0, 1) and value > 0, "a number above 0 and up to 1"),
    "code": TEXT,
    "status": Rule(lambda value: _is_whole(value, 400, 599), "a status from 400 to 599"),
    "message": Rule(lambda value: isinstance(value, str), "a string"),
    "applied": Rule(lambda value: isinstance(value, bool), "true or false"),
    "milliseconds": Rule(lambda value: _is_number(value, 0), "a number, 0 or more"),
    "seconds": Rule(lambda value: _is_number(value, 0), "a number, 0 or more"),
    "scope": Rule(lambda value: value in ("process", "tree"), "process or tree"),
    "root_pid": Rule(lambda value: _is_whole(value, 2), "a process id"),
}
COMMON = ("service", "operation", "kind", "skip", "times", "probability")


class Invalid(ValueError):
    """An order that cannot be taken, with everything that is wrong about it."""


def _problems(order: Mapping[str, Any]) -> list[str]:
    given = {name: rule for name, rule in FIELDS.items() if name in order}
    wrong = [f"{name}: wanted {rule.wanted}, found {order[name]!r}" for name, rule in given.items() if not rule.is_right(order[name])]
    kind = KINDS.get(order["kind"]) if isinstance(order.get("kind"), str) else None
    if "kind" not in order:
        wrong.append(f"kind: missing, wanted {FIELDS['kind'].wanted}")
    taken = (*COMMON, *kind.needs, *kind.takes) if kind else tuple(FIELDS)
    wrong += [f"{name}: unknown{' for kind ' + order['kind'] if kind else ''}" for name in order if name not in taken]
    wrong += [f"{name}: missing, wanted {FIELDS[name].wanted}" for name in (kind.needs if kind else ()) if name not in order]
    if (order.get("scope") == "tree") != ("root_pid" in order):
        wrong.append("root_pid: goes with scope tree, and scope tree needs it")
    return wrong


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order, and how often it has been used."""

    id: str
    kind: str
    service: str = "*"
    operation: str = "*"
    skip: int = 0
    times: int | None = None
    probability: float = 1.0
    details: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    hits: int = 0

    @property
    def is_spent(self) -> bool:
        """Say whether it will never hit again."""
        return self.times is not None and self.hits >= self.times

    @property
    def is_applied(self) -> bool:
        """Say whether the request reaches the service before this strikes."""
        return bool(self.details.get("applied", KINDS[self.kind].is_applied))

    @property
    def ending(self) -> Ending:
        """Say how the request ends for the client."""
        return KINDS[self.kind].ending

    def is_about(self, service: str, operation: str) -> bool:
        """Say whether the patterns fit."""
        return fnmatch.fnmatchcase(service, self.service) and fnmatch.fnmatchcase(operation, self.operation)

    def as_json(self) -> dict[str, Any]:
        """Give what the control API shows."""
        shown = asdict(self)
        return {**shown.pop("details"), **shown}


THROTTLES: Mapping[str, tuple[str, int]] = {
    "ec2": ("RequestLimitExceeded", 503),
    "eks": ("ThrottlingException", 429),
    "kms": ("ThrottlingException", 400),
    "logs": ("ThrottlingException", 400),
    "ssm": ("ThrottlingException", 400),
    "resourcegroupstaggingapi": ("ThrottledException", 400),
}
"""What a service says when it is asked too often; the query and REST-XML services all say `Throttling`."""


def refusal_of(fault: Fault, service: str) -> Refusal | None:
    """Give the error that a fault answers with, if it answers with one by itself."""
    if fault.kind == "throttle":
        code, status = THROTTLES.get(service, ("Throttling", 400))
        return Refusal(code, "Request limit exceeded." if service == "ec2" else "Rate exceeded", status)
    if fault.kind == "error":
        details = fault.details
        return Refusal(details["code"], details.get("message", "An error that a fault ordered."), details.get("status", 500))
    return None


class Faults:
    """The orders that are in force."""

    def __init__(self, seed: int | None = None) -> None:
        """Begin with none; `seed` makes probabilities repeatable."""
        self._random = random.Random(seed)
        self._ids = itertools.count(1)
        self.orders: dict[str, Fault] = {}

    def add(self, order: Any) -> Fault:
        """Take an order, or raise `Invalid`."""
        if not isinstance(order, dict):
            raise Invalid("a fault is a JSON object")
        if wrong := _problems(order):
            raise Invalid("; ".join(wrong))
        plain = {name: order[name] for name in COMMON if name in order}
        details = {name: value for name, value in order.items() if name not in COMMON}
        times = order.get("times", KINDS[order["kind"]].times)
        fault = Fault(**{**plain, "id": f"{order['kind']}-{next(self._ids)}", "times": times, "details": details})
        self.orders[fault.id] = fault
        return fault

    def strikes(self, call: Call, is_due: Callable[[Fault], bool]) -> list[Fault]:
        """Count this request, and give what hits it: every latency, and the first fault of another kind."""
        found: list[Fault] = []
        for fault in list(self.orders.values()):
            is_taken = fault.kind != "latency" and any(hit.kind != "latency" for hit in found)
            if not is_taken and fault.is_about(call.service, call.operation) and is_due(fault) and self._hits(fault):
                found.append(fault)
        return found

    def _hits(self, fault: Fault) -> bool:
        if fault.is_spent:
            return False
        fault.seen += 1
        if fault.seen <= fault.skip or self._random.random() >= fault.probability:
            return False
        fault.hits += 1
        return True

    def armed(self, kind: str, service: str) -> list[Fault]:
        """List the faults of a kind that may still hit a service."""
        alive = (fault for fault in self.orders.values() if fault.kind == kind and not fault.is_spent)
        return [fault for fault in alive if fnmatch.fnmatchcase(service, fault.service)]
