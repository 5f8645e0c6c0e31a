# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture of everything: services, moto, clock, life cycles, tokens, keys. Restored in place, because others hold references.

One pickle holds all of it, since the parts refer to each other. Services and the world itself are written as names, so that
a life cycle which ends in a method of a service finds the living service again. The journal and the faults are not in it:
they belong to the one who watches, and a journal number must never be used twice.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import moto_backend
from .clock import Clock
from .lifecycles import LifeCycles
from .seam import Service, World

VERSION = 1


class Unfitting(ValueError):
    """A picture that this version cannot restore."""


def _places(world: World) -> dict[int, str]:
    named: dict[str, object] = {"world": world, "clock": world.clock, "lifecycles": world.lifecycles, "token": world.token}
    named |= {f"service/{name}": service for name, service in world.services.items()}
    return {id(found): name for name, found in named.items()}


class _Pickler(pickle.Pickler):
    def __init__(self, out: io.BytesIO, world: World) -> None:
        super().__init__(out, protocol=pickle.HIGHEST_PROTOCOL)
        self._places = _places(world)

    def persistent_id(self, obj: Any) -> str | None:
        return self._places.get(id(obj))


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes, world: World) -> None:
        super().__init__(io.BytesIO(data))
        self._world = world

    def persistent_load(self, pid: Any) -> Any:
        kind, _slash, name = str(pid).partition("/")
        if kind == "service":
            return self._world.services[name]
        return self._world if kind == "world" else getattr(self._world, kind)


def frozen(world: World, value: Any) -> bytes:
    """Pickle a value that may refer to services and to the world."""
    out = io.BytesIO()
    _Pickler(out, world).dump(value)
    return out.getvalue()


def thawed(world: World, data: bytes) -> Any:
    """Undo `frozen`; a fresh copy each time."""
    try:
        return _Unpickler(data, world).load()
    except (pickle.UnpicklingError, EOFError, ImportError, AttributeError, IndexError, KeyError, UnicodeDecodeError) as error:
        raise Unfitting(f"not a snapshot of this version of the simulator: {error}") from error


@dataclass(frozen=True, slots=True)
class Part:
    """Something of the front door that belongs into the picture."""

    dump: Callable[[], Any]
    load: Callable[[Any], None]


def held(part: dict[Any, Any]) -> Part:
    """Make a part of a dictionary, which stays the same object when it is restored."""

    def load(picture: dict[Any, Any]) -> None:
        part.clear()
        part.update(picture)

    return Part(lambda: part, load)


def _clock(clock: Clock) -> Part:
    return Part(clock.seconds, clock.set)


def _lifecycles(cycles: LifeCycles) -> Part:
    def load(picture: tuple[dict[int, Any], list[Any], int]) -> None:
        running, outcomes, number = picture
        cycles.restore(running, outcomes, number)

    return Part(lambda: (cycles.running, cycles.outcomes, cycles.last), load)


def _service(service: Service) -> Part:
    return Part(service.dump, service.load)


class Snapshots:
    """Takes pictures of a world and restores them."""

    def __init__(self, world: World, parts: Mapping[str, Part]) -> None:
        """Take `parts` of the front door into the pictures, beside all that the world holds; keep one of the empty world."""
        self._world = world
        self._parts: dict[str, Part] = {
            **parts,
            "moto": Part(moto_backend.dump, moto_backend.load),
            "clock": _clock(world.clock),
            "lifecycles": _lifecycles(world.lifecycles),
            **{f"service/{name}": _service(service) for name, service in world.services.items()},
        }
        self._empty = self.take()

    def take(self) -> bytes:
        """Take a picture."""
        return frozen(self._world, (VERSION, {name: part.dump() for name, part in self._parts.items()}))

    def restore(self, data: bytes) -> None:
        """Make the world as it was when the picture was taken."""
        picture = thawed(self._world, data)
        if not (isinstance(picture, tuple) and len(picture) == 2 and picture[0] == VERSION and picture[1].keys() == self._parts.keys()):
            raise Unfitting("not a snapshot of this version of the simulator, or of one with other services")
        for name, part in self._parts.items():
            part.load(picture[1][name])

    def reset(self) -> None:
        """Make the world empty; simulated time goes on."""
        now = self._world.clock.seconds()
        self.restore(self._empty)
        self._world.clock.set(now)


class Past:
    """Pictures of services as they were, for the fault `stale`."""

    def __init__(self, world: World) -> None:
        """Have none."""
        self._world = world
        self._pictures: dict[str, list[tuple[float, bytes]]] = {}

    def remember(self, service: str, seconds: float) -> None:
        """Keep the state before a change, and drop what is older than `seconds`."""
        now = self._world.clock.seconds()
        kept = [row for row in self._pictures.get(service, []) if row[0] > now - seconds]
        self._pictures[service] = [*kept, (now, self._picture(service))]

    def before(self, service: str, seconds: float) -> bytes | None:
        """Give the state before the first change that is younger than `seconds`."""
        limit = self._world.clock.seconds() - seconds
        return next((picture for at, picture in self._pictures.get(service, []) if at > limit), None)

    def visit(self, snapshots: Snapshots, service: str, picture: bytes, read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Read in the past, and come back to the whole present: what is under way refers to what the service holds."""
        present = snapshots.take()
        held_state, moto_state = thawed(self._world, picture)
        self._world.services[service].load(held_state)
        moto_backend.load(moto_state)
        try:
            return read()
        finally:
            snapshots.restore(present)

    def clear(self) -> None:
        """Forget all pictures."""
        self._pictures.clear()

    def _picture(self, service: str) -> bytes:
        return frozen(self._world, (self._world.services[service].dump(), moto_backend.dump()))
