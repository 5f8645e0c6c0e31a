# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a request: understood, hit by a fault or not, handled by its service, written into the journal, answered.

There is one lock around everything that looks at the world. Delays are slept outside of it.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from botocore.model import OperationModel

from . import registry, visibility
from .decoding import DECODERS
from .encoding import ENCODERS, REFUSALS
from .faults import Ending, Fault, Faults, refusal_of
from .identity import DEFAULT_ACCOUNT, DEFAULT_REGION, Identities
from .journal import Journal, plain
from .messages import Answer, Request
from .protocols import GLOBAL_REGION, answer_protocol, is_global, protocol_of
from .routing import Route, Router
from .seam import Call, Caller, Publisher, Refusal, Service, World
from .snapshot import Past, Snapshots, held
from .tokens import Tokens

BUGS = (LookupError, TypeError, ValueError, AttributeError, RuntimeError, OSError, ArithmeticError, AssertionError)
"""What a service raises only by mistake. The client hears of it by name instead of losing its connection."""
NEVER_STALE = frozenset({("route53", "ListResourceRecordSets")})


@dataclass(slots=True)
class Reaction:
    """What the server has to do: send the answer, or end the connection in another way."""

    answer: Answer
    ending: Ending = Ending.ANSWER
    fault: Fault | None = None


@dataclass(slots=True)
class _Visit:
    """One request on its way."""

    request: Request
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.monotonic)
    route: Route | None = None
    call: Call | None = None
    parameters: Any = None
    is_mutating: bool = False
    is_applied: bool = False
    faults: list[Fault] = field(default_factory=list)

    @property
    def hit(self) -> Fault | None:
        """The fault that decides the ending, before a mere latency."""
        return next((fault for fault in self.faults if fault.kind != "latency"), None)

    @property
    def milliseconds(self) -> float:
        """How long the faults let the client wait."""
        return float(sum(fault.details["milliseconds"] for fault in self.faults if fault.kind == "latency"))


class Front:
    """Everything that stands before the services, and the world behind it."""

    def __init__(self, world: World, *, latency: float = 0.0, seed: int | None = None, is_strict: bool = False) -> None:
        """Find the services and begin with an empty world; `latency` is in milliseconds."""
        self.world, self.lock = world, threading.RLock()
        for service in registry.found(world):
            world.services[service.name] = service
        self.latency = latency
        self.journal, self.faults, self.past = Journal(), Faults(seed), Past(world)
        self.identities = Identities(world.clock, is_strict=is_strict)
        self.tokens, self.births = Tokens(world.clock), visibility.Births(world.clock)
        self.places: dict[tuple[str, str], None] = {}
        """The accounts and regions that have been used."""
        self.changes = 0
        """How often the world has changed, for whoever keeps it on disk."""
        self.router = Router(world.services)
        self.snapshots = self._pictured()

    def _pictured(self) -> Snapshots:
        kept: Mapping[str, dict[Any, Any]] = {
            "tokens": self.tokens.memories,
            "keys": self.identities.keys,
            "ids": self.births.ids,
            "names": self.births.names,
            "places": self.places,
        }
        return Snapshots(self.world, {name: held(part) for name, part in kept.items()})

    def put(self, *services: Service) -> None:
        """Put services in the places of those that were found (a test's fakes), while the world is empty."""
        for service in services:
            self.world.services[service.name] = service
        self.snapshots = self._pictured()

    def reset(self) -> None:
        """Empty everything, journal and faults too."""
        self.snapshots.reset()
        self.journal.clear()
        self.past.clear()
        self.faults.orders.clear()
        self.changes += 1

    def is_at_home(self, service: str, region: str) -> bool:
        """Say whether a service has resources in a region; a global one has them in none but its own."""
        return is_global(service) == (region == GLOBAL_REGION)

    def published(self, request: Request) -> Answer:
        """Answer for a document that a service serves without a signature; it is no AWS call and not in the journal."""
        with self.lock:
            self.world.lifecycles.settle()
            try:
                status, found = self._page(request)
            except Refusal as refusal:
                status, found = refusal.status, {"error": refusal.message, "code": refusal.code}
        return Answer(status=status, body=json.dumps(found).encode(), headers={"Content-Type": "application/json"})

    def _page(self, request: Request) -> tuple[int, Any]:
        publishers = [service for service in self.world.services.values() if isinstance(service, Publisher)]
        page = next((found for service in publishers if (found := service.page(request.path)) is not None), None)
        if page is None:
            return 404, {"error": f"there is nothing at {request.path}"}
        return (200, plain(page)) if request.method in ("GET", "HEAD") else (405, {"error": f"{request.path} takes GET"})

    def respond(self, request: Request) -> Reaction:
        """Take a request from its arrival to what the client gets."""
        visit = _Visit(request)
        with self.lock:
            self.world.lifecycles.settle()
            refusal = self._understand(visit)
        if delay := self.latency + visit.milliseconds:
            time.sleep(delay / 1000)
        with self.lock:
            self.world.lifecycles.settle()
            answer, refusal = self._answer(visit, refusal)
            self._write(visit, answer, refusal)
        answer.headers["x-amzn-requestid"] = visit.id
        answer.headers["Date"] = format_datetime(self.world.clock.now(), usegmt=True)
        return Reaction(answer, visit.hit.ending if visit.hit else Ending.ANSWER, visit.hit)

    def _understand(self, visit: _Visit) -> Refusal | None:
        """Find out what is asked and which faults it meets; gives why it must be refused."""
        try:
            visit.route = route = self.router.route(visit.request)
            caller = self.identities.caller(visit.request)
            parameters = DECODERS[protocol_of(route.operation, visit.request)](route.operation, visit.request)
        except Refusal as refusal:
            return refusal
        name = str(route.operation.name)
        visit.call = call = Call(caller=caller, service=route.service, operation=name, parameters=parameters)
        visit.parameters = plain(parameters)
        visit.is_mutating = self.world.services[route.service].is_mutating(name)
        self.places[(caller.account, GLOBAL_REGION if is_global(route.service) else caller.region)] = None
        visit.faults = self.faults.strikes(call, lambda fault: self._is_due(fault, visit, call))
        return None

    def _is_due(self, fault: Fault, visit: _Visit, call: Call) -> bool:
        """Say whether the condition of a conditional fault holds."""
        match fault.kind:
            case "stale":
                is_read = not visit.is_mutating and (call.service, call.operation) not in NEVER_STALE
                return is_read and self._picture(fault, call.service) is not None
            case "not_yet_visible":
                return visit.is_mutating and self.births.newborn(call, fault.details["seconds"]) is not None
            case _:
                return True

    def _picture(self, fault: Fault, service: str) -> bytes | None:
        return self.past.before(service, fault.details["seconds"])

    def _answer(self, visit: _Visit, refusal: Refusal | None) -> tuple[Answer, Refusal | None]:
        if refusal is None and visit.route and visit.call:
            try:
                return self._accept(visit, visit.route.operation, visit.call), None
            except Refusal as found:
                refusal = found
            except BUGS as bug:
                traceback.print_exc(file=sys.stderr)
                text = f"bug in the simulator's {visit.call.service}.{visit.call.operation}: {bug!r}"
                refusal = Refusal("InternalFailure", text, 500)
        refusal = refusal or Refusal("InternalFailure", "nothing was asked", 500)
        return self._refused(visit, refusal), refusal

    def _accept(self, visit: _Visit, operation: OperationModel, call: Call) -> Answer:
        """Let the service answer, unless a fault comes before it."""
        hit = visit.hit
        if hit and not hit.is_applied:
            self._strike(hit, call)
            return Answer()
        if hit and hit.kind == "stale" and (picture := self._picture(hit, call.service)):
            output = self.past.visit(self.snapshots, call.service, picture, lambda: self.world.services[call.service].handle(call))
        else:
            output = self._handle(visit, operation, call)
        if hit:
            self._strike(hit, call)
        return ENCODERS[answer_protocol(operation, visit.request)](operation, output, visit.id)

    def _strike(self, fault: Fault, call: Call) -> None:
        """Answer with the error that a fault means, if it means one."""
        if fault.kind == "not_yet_visible" and (name := self.births.newborn(call, fault.details["seconds"])):
            raise visibility.not_found(call.service, name)
        if refusal := refusal_of(fault, call.service):
            raise refusal

    def _handle(self, visit: _Visit, operation: OperationModel, call: Call) -> dict[str, Any]:
        """Let the service handle a request, or repeat what was answered to the same client token."""
        if not visit.is_mutating:
            return self.world.services[call.service].handle(call)
        replayed = self.tokens.recall(operation, call)
        if replayed is not None:
            return replayed
        if stale := self.faults.armed("stale", call.service):
            self.past.remember(call.service, max(fault.details["seconds"] for fault in stale))
        asked, name = self.tokens.asked(operation, call), visibility.own_name(call)
        output = self.world.services[call.service].handle(call)
        visit.is_applied = True
        self.changes += 1
        self.tokens.keep(operation, call, asked, output)
        self.births.note(call, output, name)
        if visit.route:
            self.identities.note(visit.route, call.caller, call.parameters, output)
        return output

    def _refused(self, visit: _Visit, refusal: Refusal) -> Answer:
        protocol = answer_protocol(visit.route.operation, visit.request) if visit.route else _likely_protocol(visit.request)
        namespace = visit.route.operation.metadata.get("xmlNamespace", "") if visit.route else ""
        return REFUSALS[protocol](refusal, visit.id, f' xmlns="{namespace}"' if namespace else "")

    def _write(self, visit: _Visit, answer: Answer, refusal: Refusal | None) -> None:
        request, scope = visit.request, visit.request.scope
        unknown = Caller(account=DEFAULT_ACCOUNT, region=scope.region if scope else DEFAULT_REGION, arn="")
        caller = visit.call.caller if visit.call else unknown
        is_answered = visit.hit is None or visit.hit.ending is Ending.ANSWER
        self.journal.add(
            time=self.world.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            account=caller.account,
            region=caller.region,
            service=visit.route.service if visit.route else scope.service if scope else "",
            operation=str(visit.route.operation.name) if visit.route else _asked_for(request),
            parameters=visit.parameters or {},
            mutating=visit.is_mutating,
            applied=visit.is_applied,
            fault=visit.faults[0].id if visit.faults and not visit.hit else visit.hit.id if visit.hit else None,
            status=answer.status if is_answered else None,
            error=refusal.code if refusal else None,
            request_id=visit.id,
            user_agent=request.headers.get("user-agent", ""),
            duration_ms=round((time.monotonic() - visit.started) * 1000, 3),
        )


def _asked_for(request: Request) -> str:
    """Name an operation that no service knows."""
    target = request.headers.get("x-amz-target", "").rpartition(".")[2]
    return target or request.form.get("Action", "") or f"{request.method} {request.path}"


def _likely_protocol(request: Request) -> str:
    """Guess how a client wants to hear that its service or operation is not there."""
    if "x-amz-target" in request.headers:
        return "json"
    if request.scope and request.scope.service == "ec2":
        return "ec2"
    if request.form:
        return "query"
    return "rest-xml" if request.scope and request.scope.service in {"route53", "s3"} else "rest-json"
