# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m simulator`: reads the arguments, says when it is ready, keeps the state on disk, ends on SIGTERM."""

from __future__ import annotations

import argparse
import ipaddress
import math
import os
import random
import signal
import sys
import threading
import types
from pathlib import Path

from . import moto_backend
from .clock import Clock
from .front import Front
from .lifecycles import LifeCycles
from .seam import World
from .server import Server
from .snapshot import Unfitting

PORT = 5199
QUIET = 2.0
"""Seconds after a change when the state is written."""
STATE_FILE = "state.pickle"


def _speed(text: str) -> float:
    speed = float(text)
    if math.isnan(speed) or speed <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return speed


def _loopback(text: str) -> str:
    address = ipaddress.IPv4Address(text)
    if not address.is_loopback:
        raise argparse.ArgumentTypeError(f"{text} is not a loopback address: the simulator has no credentials and serves nobody else")
    return text


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the arguments; what is not built yet is refused by name."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A local AWS for EKS playbooks.")
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="a loopback address (default: %(default)s)")
    parser.add_argument("--port", type=int, default=PORT, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--speed", type=_speed, default=60.0, help="simulated seconds per second, or inf (default: %(default)s)")
    parser.add_argument("--latency", type=float, default=0.0, metavar="MILLISECONDS", help="what every answer takes at least")
    parser.add_argument("--kubernetes", choices=("none", "real"), default="none")
    parser.add_argument("--dns", type=int, metavar="PORT")
    parser.add_argument("--state", type=Path, metavar="DIR", help="keep the state over a restart")
    parser.add_argument("--seed", type=int, metavar="N", help="make generated ids repeatable")
    parser.add_argument("--strict-auth", action="store_true", help="refuse access keys that were not issued here")
    options = parser.parse_args(arguments)
    if options.kubernetes == "real":
        parser.error("--kubernetes real is not implemented yet")
    if options.dns is not None:
        parser.error("--dns is not implemented yet")
    if not 0 <= options.latency < math.inf:
        parser.error("--latency: wanted a number of milliseconds, 0 or more")
    return options


def make_front(*, speed: float, latency: float = 0.0, seed: int | None = None, is_strict: bool = False) -> Front:
    """Make an empty world behind a front door; moto is one per process, so the world before it ends here."""
    moto_backend.reset()
    clock = Clock(speed)
    source = random.Random(seed)

    def token(length: int) -> str:
        return f"{source.getrandbits(4 * length):0{length}x}"

    world = World(clock=clock, lifecycles=LifeCycles(clock), token=token)
    return Front(world, latency=latency, seed=seed, is_strict=is_strict)


class Keeper:
    """Writes the state to a folder, some time after it changed and at the end."""

    def __init__(self, folder: Path, front: Front) -> None:
        """Take up what the folder holds."""
        self._file, self._front = folder / STATE_FILE, front
        self._saved = 0
        self._is_ending = threading.Event()
        folder.mkdir(parents=True, exist_ok=True)
        if self._file.exists():
            front.snapshots.restore(self._file.read_bytes())
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._is_ending.wait(QUIET):
            if self._front.changes != self._saved:
                self.save()

    def save(self) -> None:
        """Write the state; a crash while writing leaves the one before."""
        with self._front.lock:
            self._saved, picture = self._front.changes, self._front.snapshots.take()
        new = self._file.with_suffix(".new")
        new.write_bytes(picture)
        new.replace(self._file)

    def end(self) -> None:
        """Write the state for the last time."""
        self._is_ending.set()
        self._thread.join()
        self.save()


def _wait_for_signal() -> None:
    ended = threading.Event()

    def end(_number: int, _frame: types.FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    ended.wait()


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM."""
    options = parsed(arguments)
    front = make_front(speed=options.speed, latency=options.latency, seed=options.seed, is_strict=options.strict_auth)
    try:
        keeper = Keeper(options.state, front) if options.state else None
        server = Server((options.host, options.port), front)
    except (OSError, Unfitting) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    print(f"ready AWS_ENDPOINT_URL={front.world.endpoint}", flush=True)
    _wait_for_signal()
    server.end()
    if keeper:
        keeper.end()
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Everything is written: Python would spend a good part of the five seconds on taking moto's modules apart
    os._exit(code)
