# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, and the bar that each number is held against. Each measure starts a simulator of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from playing import Run, good, largest, measuring_python, play

from simulator.harness import Simulator, started
from simulator.services.ec2 import nat_gateways
from simulator.services.eks import durations

INSTANT = 3000.0
"""A speed at which nothing is worth waiting for: what remains is the work of the two sides."""
SOON: Mapping[str, Any] = {"poll_interval": 0.1}
PEERS, STACK, MODULES = "peers_reference", "stack_reference", "modules_reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How much is measured."""

    runs: int = 5
    speed: float = 8.0
    """Of the simulator while creations are timed: 8 makes a control plane of 77 s."""
    nodegroups: tuple[int, ...] = (1, 5, 20)
    clusters: tuple[int, ...] = (1, 4, 16)


QUICK = Settings(runs=1, speed=60.0, nodegroups=(1, 5), clusters=(1, 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table; without a bar it is there for the reader."""

    measure: str
    value: float
    unit: str
    limit: str = ""
    met: bool | None = None


def at_least(measure: str, value: float, unit: str, limit: float) -> Row:
    """Hold a number against a lower bar."""
    return Row(measure=measure, value=value, unit=unit, limit=f"≥ {limit:g}", met=value >= limit)


def at_most(measure: str, value: float, unit: str, limit: float) -> Row:
    """Hold a number against an upper bar."""
    return Row(measure=measure, value=value, unit=unit, limit=f"≤ {limit:g}", met=value <= limit)


def noop(settings: Settings) -> Iterator[Row]:
    """Time runs that find nothing to do, without latency and with 50 ms for each call, the sides by turns."""
    quiet = _noop(settings, 0)
    distant = _noop(settings, 50)
    for latency, found in ((0, quiet), (50, distant)):
        for name, (seconds, _calls) in found.items():
            yield Row(measure=f"no-op, {latency} ms, {name}", value=seconds, unit="s")
        yield at_least(f"no-op, {latency} ms, stack against peers", found[PEERS][0] / found[STACK][0], "times", 12)
        yield at_least(f"no-op, {latency} ms, single modules against peers", found[PEERS][0] / found[MODULES][0], "times", 5)
    yield at_most("no-op, stack: what 50 ms a call add", distant[STACK][0] - quiet[STACK][0], "s", 0.3)
    for name, (_seconds, calls) in quiet.items():
        yield Row(measure=f"no-op, calls, {name}", value=calls, unit="calls")
    yield at_most("no-op, calls of the stack to the peers'", quiet[STACK][1] / quiet[PEERS][1], "", 1 / 3)


def _noop(settings: Settings, latency: int) -> Mapping[str, tuple[float, int]]:
    """Give median seconds and calls by playbook."""
    sides = {PEERS: ("peers",), STACK: ("blue",), MODULES: ("blue",)}
    found: dict[str, list[Run]] = {name: [] for name in sides}
    with started("--latency", str(latency), speed=INSTANT) as simulator:
        good(play(simulator, PEERS, hosts=("peers",)))
        good(play(simulator, STACK, **SOON))
        for _run in range(settings.runs):
            for name, hosts in sides.items():
                found[name].append(good(play(simulator, name, hosts=hosts), changed=False))
    return {name: (median(run.seconds for run in runs), runs[0].calls) for name, runs in found.items()}


def create(settings: Settings) -> Iterator[Row]:
    """Time creations on durations that are scaled, not skipped, against the longest way through those durations."""
    with started(speed=settings.speed) as simulator:
        ours = good(play(simulator, STACK, poll_interval=0.5), changed=True)
        peers = good(play(simulator, PEERS, hosts=("peers",)), changed=True)
    least = critical_path() / settings.speed
    yield Row(measure=f"create, critical path at speed {settings.speed:g}", value=least, unit="s")
    yield Row(measure=f"create, {PEERS}", value=peers.seconds, unit="s")
    yield Row(measure=f"create, {STACK}", value=ours.seconds, unit="s")
    yield at_most("create, stack to the critical path", ours.seconds / least, "times", 1.05)
    yield Row(measure=f"create, calls, {PEERS}", value=peers.calls, unit="calls")
    yield Row(measure=f"create, calls, {STACK}", value=ours.calls, unit="calls")


def critical_path() -> float:
    """Give the simulator's own latencies in their order: node groups need the control plane and a way out."""
    return max(durations.CLUSTER_CREATE, nat_gateways.PENDING_SECONDS) + durations.NODEGROUP_CREATE


def check(settings: Settings) -> Iterator[Row]:
    """Time a plan for an empty account; the peers' modules refuse it at the first value that they do not know yet."""
    with started(speed=INSTANT) as simulator:
        planned = [good(play(simulator, STACK, "--check"), changed=True) for _run in range(settings.runs)]
        peers = play(simulator, PEERS, "--check", hosts=("peers",))
        good(play(simulator, STACK, **SOON))
        idle = [good(play(simulator, STACK), changed=False) for _run in range(settings.runs)]
    seconds = median(run.seconds for run in planned)
    yield Row(measure="check on an empty account, peers: exit code", value=peers.exit_code, unit="")
    yield Row(measure="check on an empty account, stack", value=seconds, unit="s")
    yield at_most("check on an empty account to a no-op", seconds / median(run.seconds for run in idle), "times", 1.5)


def nodegroups(settings: Settings) -> Iterator[Row]:
    """Grow one cluster."""
    found = {count: _grown(settings, count) for count in settings.nodegroups}
    for count, (seconds, calls) in found.items():
        yield Row(measure=f"no-op, {count} node groups", value=seconds, unit="s")
        yield Row(measure=f"no-op, {count} node groups, calls", value=calls, unit="calls")
    yield from _sublinear("node groups", found)


def _grown(settings: Settings, count: int) -> tuple[float, int]:
    with started(speed=INSTANT) as simulator:
        good(play(simulator, STACK, count=count, **SOON))
        runs = [good(play(simulator, STACK, count=count), changed=False) for _run in range(settings.runs)]
    return median(run.seconds for run in runs), runs[0].calls


def clusters(settings: Settings) -> Iterator[Row]:
    """Grow a fleet: every cluster is a host of one run."""
    found = {count: _fleet(settings, count) for count in settings.clusters}
    for count, (seconds, calls) in found.items():
        yield Row(measure=f"no-op, {count} clusters", value=seconds, unit="s")
        yield Row(measure=f"no-op, {count} clusters, calls a cluster", value=calls / count, unit="calls")
    few, many = min(found), max(found)
    yield at_most(f"calls a cluster, {many} clusters to {few}", (found[many][1] / many) / (found[few][1] / few), "times", 1)
    yield at_most(f"seconds a cluster, {many} clusters to {few}", (found[many][0] / many) / (found[few][0] / few), "times", 1)


def _fleet(settings: Settings, count: int) -> tuple[float, int]:
    hosts = [f"fleet-{number:02}" for number in range(1, count + 1)]
    with started(speed=INSTANT) as simulator:
        good(play(simulator, STACK, hosts=hosts, **SOON))
        runs = [good(play(simulator, STACK, hosts=hosts), changed=False) for _run in range(settings.runs)]
    return median(run.seconds for run in runs), runs[0].calls


def _sublinear(what: str, found: Mapping[int, tuple[float, int]]) -> Iterator[Row]:
    few, many = min(found), max(found)
    for unit, place in (("seconds", 0), ("calls", 1)):
        yield at_most(f"{unit}, {many} {what} to {few}", found[many][place] / found[few][place], "times", many / few / 2)


def memory(_settings: Settings) -> Iterator[Row]:
    """Weigh the module's process, with the kernel's count of its largest resident size."""
    script, log = measuring_python()
    with started(speed=INSTANT) as simulator:
        _weigh(simulator, str(script))
    yield at_most("memory of the stack's process", largest(log, "stack"), "MB", 120)


def _weigh(simulator: Simulator, python: str) -> None:
    good(play(simulator, STACK, measured_python=python, **SOON), changed=True)
    good(play(simulator, STACK, measured_python=python), changed=False)


MEASURES: Mapping[str, Callable[[Settings], Iterator[Row]]] = {
    measure.__name__: measure for measure in (noop, create, check, nodegroups, clusters, memory)
}
