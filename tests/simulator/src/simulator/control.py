# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API under `/_simulator/`: what a test asks of the simulator itself. It has no credentials and no faults."""

from __future__ import annotations

import importlib
import json
import math
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from . import normalised
from .clock import LAST
from .faults import Invalid
from .front import BUGS, Front
from .journal import plain
from .lifecycles import ENDS, Outcome
from .messages import Answer, Request
from .protocols import GLOBAL_REGION
from .seam import Refusal, World, not_implemented
from .snapshot import Unfitting

PREFIX = "/_simulator/"
LOOPBACK = re.compile(r"^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$")
BINARY = "application/octet-stream"


class Wrong(Exception):
    """A control call that cannot be done."""

    def __init__(self, status: int, message: str) -> None:
        """Remember status and text."""
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True, slots=True)
class Asked:
    """One control call: what the path held, the query string, the body."""

    request: Request
    names: tuple[str, ...]

    @property
    def query(self) -> dict[str, str]:
        """The query string."""
        return dict(self.request.arguments)

    def flag(self, name: str) -> bool:
        """Read a boolean of the query string."""
        value = self.query.get(name, "false")
        if value not in ("true", "false"):
            raise Wrong(400, f"{name}: wanted true or false, found {value!r}")
        return value == "true"

    def whole(self, name: str) -> int:
        """Read a number of the query string."""
        value = self.query.get(name, "0")
        if not value.isdigit():
            raise Wrong(400, f"{name}: wanted a whole number, found {value!r}")
        return int(value)

    def document(self, *needed: str) -> dict[str, Any]:
        """Read the body: an object with exactly these members."""
        try:
            found = json.loads(self.request.body or b"null")
        except ValueError as error:
            raise Wrong(400, f"the body is not JSON: {error}") from error
        if not isinstance(found, dict) or (needed and found.keys() != set(needed)):
            raise Wrong(400, f"the body: wanted an object{' with ' + ', '.join(needed) if needed else ''}, found {found!r}")
        return found


def speed_of(value: Any) -> float:
    """Read a speed: a positive number, or `inf` as a string."""
    if value == "inf":
        return math.inf
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise Wrong(400, f'speed: wanted a number above 0 or "inf", found {value!r}')
    return float(value)


def _shown(speed: float) -> float | str:
    return "inf" if math.isinf(speed) else speed


def _json(value: Any, status: int = 200) -> Answer:
    text = json.dumps(plain(value), sort_keys=True) + "\n"
    return Answer(status=status, body=text.encode(), headers={"Content-Type": "application/json"})


@dataclass(frozen=True, slots=True)
class Member:
    """What a member of an order may be."""

    is_right: Callable[[Any], bool]
    wanted: str


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


TEXT = Member(lambda value: isinstance(value, str) and value != "", "a string")
OUTCOME: Mapping[str, Member] = {
    "resource": Member(lambda value: isinstance(value, str) and value in ENDS, f"one of {', '.join(ENDS)}"),
    "name": TEXT,
    "outcome": TEXT,
    "issues": Member(lambda value: isinstance(value, list) and all(isinstance(issue, dict) for issue in value), "a list of objects"),
    "after": Member(_is_number, "a number of seconds, 0 or more"),
    "account": TEXT,
    "region": TEXT,
}


class Control:
    """The calls, each a method."""

    def __init__(self, front: Front) -> None:
        """Serve this front door."""
        self._front = front
        self._world = front.world

    def respond(self, request: Request) -> Answer:
        """Answer a control call."""
        try:
            _check_host(request)
            with self._front.lock:
                self._world.lifecycles.settle()
                call, names = _found(request)
                return call(self, Asked(request, names))
        except Wrong as wrong:
            return _json({"error": wrong.message}, wrong.status)
        except (Invalid, Unfitting) as wrong_order:
            return _json({"error": str(wrong_order)}, 400)
        except Refusal as refusal:
            return _json({"error": refusal.message, "code": refusal.code}, refusal.status)
        except BUGS as bug:
            traceback.print_exc(file=sys.stderr)
            return _json({"error": f"bug in the simulator: {bug!r}"}, 500)

    def health(self, _asked: Asked) -> Answer:
        """Say that it answers."""
        return _json({"ready": True, **self._clock()})

    def _clock(self) -> dict[str, Any]:
        return {"speed": _shown(self._world.clock.speed), "now": self._world.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")}

    def reset(self, _asked: Asked) -> Answer:
        """Empty everything."""
        self._front.reset()
        return _json({})

    def clock(self, _asked: Asked) -> Answer:
        """Show the clock."""
        return _json(self._clock())

    def set_clock(self, asked: Asked) -> Answer:
        """Set the speed."""
        self._world.clock.run_at(speed_of(asked.document("speed")["speed"]))
        return _json(self._clock())

    def advance(self, asked: Asked) -> Answer:
        """Jump ahead, and end what is due then."""
        seconds = asked.document("seconds")["seconds"]
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
            raise Wrong(400, f"seconds: wanted a number, 0 or more, found {seconds!r}")
        if self._world.clock.seconds() + seconds > LAST:
            raise Wrong(400, f"seconds: {seconds!r} would end after the year 8999")
        self._world.clock.advance(seconds)
        self._world.lifecycles.settle()
        self._front.changes += 1
        return _json(self._clock())

    def add_fault(self, asked: Asked) -> Answer:
        """Order a fault."""
        return _json({"id": self._front.faults.add(asked.document()).id}, 201)

    def faults(self, _asked: Asked) -> Answer:
        """List the orders."""
        return _json({"faults": [fault.as_json() for fault in self._front.faults.orders.values()]})

    def delete_faults(self, _asked: Asked) -> Answer:
        """Take all orders back."""
        self._front.faults.orders.clear()
        return _json({})

    def delete_fault(self, asked: Asked) -> Answer:
        """Take one order back."""
        if self._front.faults.orders.pop(asked.names[0], None) is None:
            raise Wrong(404, f"there is no fault {asked.names[0]}")
        return _json({})

    def order_outcome(self, asked: Asked) -> Answer:
        """Order the fate of a coming life cycle."""
        order = asked.document()
        if wrong := _outcome_problems(order):
            raise Wrong(400, "; ".join(wrong))
        places = self._places_of(order["resource"], order.get("name", "*"), order)
        if len(places) > 1:
            raise _ambiguous(f"{order['resource']} {order['name']}", places)
        self._world.lifecycles.order(Outcome(**order))
        self._front.changes += 1
        return _json({}, 201)

    def journal(self, asked: Asked) -> Answer:
        """Give the journal as JSON lines."""
        entries = self._front.journal.entries(asked.whole("after"), mutating_only=asked.flag("mutating"))
        lines = "".join(json.dumps(entry.as_json()) + "\n" for entry in entries)
        return Answer(body=lines.encode(), headers={"Content-Type": "application/x-ndjson"})

    def delete_journal(self, _asked: Asked) -> Answer:
        """Forget the journal's entries."""
        self._front.journal.clear()
        return _json({})

    def state(self, asked: Asked) -> Answer:
        """Give all resources."""
        resources = self._resources()
        return _json({"resources": normalised.normalised(resources) if asked.flag("normalised") else resources})

    def _resources(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for account, region in sorted(self._front.places):
            for name, service in sorted(self._world.services.items()):
                if self._front.is_at_home(name, region):
                    here = service.resources(account, region)
                    found |= {f"{account}/{region}/{name}/{key}": plain(value) for key, value in here.items()}
        return found

    def snapshot(self, _asked: Asked) -> Answer:
        """Give a copy of everything."""
        return Answer(body=self._front.snapshots.take(), headers={"Content-Type": BINARY})

    def restore(self, asked: Asked) -> Answer:
        """Go back to a copy."""
        self._front.snapshots.restore(asked.request.body)
        self._front.past.clear()
        self._front.changes += 1
        return _json({})

    def leftovers(self, asked: Asked) -> Answer:
        """Give what exists because of a cluster."""
        cluster = asked.query.get("cluster")
        if not cluster:
            raise Wrong(400, "cluster: missing")
        leftovers = _leftovers()
        places = self._places_of("cluster", cluster, asked.query)
        # A cluster that is gone may have left something, which is what one asks for after all
        places = places or [place for place in self._regional_places(asked.query) if leftovers(self._world, cluster, *place)]
        if len(places) > 1:
            raise _ambiguous(f"cluster {cluster}", places)
        return _json({"leftovers": leftovers(self._world, cluster, *places[0]) if places else []})

    def _regional_places(self, wanted: Mapping[str, Any]) -> list[tuple[str, str]]:
        def fits(account: str, region: str) -> bool:
            return wanted.get("account", account) in (account, "*") and wanted.get("region", region) in (region, "*")

        return [place for place in sorted(self._front.places) if place[1] != GLOBAL_REGION and fits(*place)]

    def _places_of(self, resource: str, name: str, wanted: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Find the accounts and regions that have a resource of this name, and that the call does not exclude."""
        eks = self._world.services.get("eks")

        def has(place: tuple[str, str]) -> bool:
            keys = eks.resources(*place) if eks else {}
            return any(key.startswith(f"{resource}/") and key.rpartition("/")[2] == name for key in keys)

        return [place for place in self._regional_places(wanted) if has(place)]

    def kubernetes(self, asked: Asked) -> Answer:
        """Refuse by name: no control plane runs."""
        raise not_implemented(f"{asked.request.method} {asked.request.path} with --kubernetes none")


def _check_host(request: Request) -> None:
    """Refuse a page in somebody's browser that reaches the port under a name of its own (DNS rebinding)."""
    if not LOOPBACK.match(request.headers.get("host", "")):
        raise Wrong(403, "the control API answers on loopback names only")


def _leftovers() -> Callable[[World, str, str, str], Any]:
    try:
        module = importlib.import_module(f"{__package__}.leftovers")
    except ModuleNotFoundError:
        raise not_implemented("leftovers") from None
    found: Callable[[World, str, str, str], Any] = module.leftovers
    return found


def _outcome_problems(order: Mapping[str, Any]) -> list[str]:
    wrong = [f"{name}: unknown" for name in order if name not in OUTCOME]
    bad = {name: member for name, member in OUTCOME.items() if name in order and not member.is_right(order[name])}
    wrong += [f"{name}: wanted {member.wanted}, found {order[name]!r}" for name, member in bad.items()]
    if "resource" not in order:
        return [*wrong, f"resource: missing, wanted {OUTCOME['resource'].wanted}"]
    ends = ENDS.get(order["resource"], frozenset()) if isinstance(order["resource"], str) else frozenset()
    if not wrong and "outcome" in order and order["outcome"] not in ends:
        wrong.append(f"outcome: a {order['resource']} ends in one of {', '.join(sorted(ends))}, found {order['outcome']!r}")
    return wrong


def _ambiguous(what: str, places: list[tuple[str, str]]) -> Wrong:
    listed = ", ".join("/".join(place) for place in places)
    return Wrong(409, f"{what} is in more than one place ({listed}): say account and region")


CALLS: tuple[tuple[str, str, Callable[[Control, Asked], Answer]], ...] = (
    ("GET", "health", Control.health),
    ("POST", "reset", Control.reset),
    ("GET", "clock", Control.clock),
    ("PUT", "clock", Control.set_clock),
    ("POST", "clock/advance", Control.advance),
    ("POST", "faults", Control.add_fault),
    ("GET", "faults", Control.faults),
    ("DELETE", "faults", Control.delete_faults),
    ("DELETE", "faults/([^/]+)", Control.delete_fault),
    ("POST", "outcomes", Control.order_outcome),
    ("GET", "journal", Control.journal),
    ("DELETE", "journal", Control.delete_journal),
    ("GET", "state", Control.state),
    ("GET", "snapshot", Control.snapshot),
    ("PUT", "snapshot", Control.restore),
    ("GET", "leftovers", Control.leftovers),
    ("GET", "clusters/([^/]+)/kubernetes", Control.kubernetes),
    ("POST", "clusters/([^/]+)/kubernetes/(?:pause|continue|kill|start)", Control.kubernetes),
)


def _found(request: Request) -> tuple[Callable[[Control, Asked], Answer], tuple[str, ...]]:
    path = request.path.removeprefix(PREFIX).rstrip("/")
    matches = [(method, call, found) for method, pattern, call in CALLS if (found := re.fullmatch(pattern, path))]
    for method, call, found in matches:
        if method == request.method:
            return call, tuple(map(unquote, found.groups()))
    if matches:
        raise Wrong(405, f"{request.path} takes {', '.join(method for method, _call, _names in matches)}")
    raise Wrong(404, f"there is no control call {request.method} {request.path}")
