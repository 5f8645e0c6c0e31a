# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, and the bar that each number is held against. Each measure has a simulator of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from playing import Run, good, largest, measuring_python, play, warm

from simulator.harness import Simulator
from simulator.services.ec2 import nat_gateways
from simulator.services.eks import durations

SOON: Mapping[str, Any] = {"poll_interval": 0.1}
PEERS, STACK, MODULES = "peers_reference", "stack_reference", "modules_reference"
SIDES = {STACK: "stack", MODULES: "single modules"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How much is measured."""

    runs: int = 5
    speed: float = 8.0
    """Of the simulator while creations are timed: 8 makes a control plane of 77 s."""
    poll_interval: float = 0.5
    """While creations are timed: 4 simulated seconds at that speed, beside the product's own 3 % of each duration."""
    nodegroups: tuple[int, ...] = (1, 5, 20)
    clusters: tuple[int, ...] = (1, 4, 16)


QUICK = Settings(runs=1, speed=60.0, poll_interval=0.1, nodegroups=(1, 5), clusters=(1, 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table; without a bar it is there for the reader."""

    measure: str
    value: float
    unit: str = ""
    measured: str = ""
    """What the value was computed from."""
    limit: str = ""
    met: bool | None = None

    def at_least(self, limit: float) -> Row:
        """Hold the number against a lower bar."""
        return replace(self, limit=f"≥ {limit:g}", met=self.value >= limit)

    def at_most(self, limit: float) -> Row:
        """Hold the number against an upper bar."""
        return replace(self, limit=f"≤ {limit:.3g}", met=self.value <= limit)


Runs = Sequence[Run]
Grown = Mapping[int, Runs]


def noop(settings: Settings) -> Iterator[Row]:
    """Time runs that find nothing to do, without latency and with 50 ms for each call, the sides by turns."""
    with warm() as near, warm("--latency", "50") as far:
        quiet, distant = _noop(settings, (near, far))
    for latency, found in ((0, quiet), (50, distant)):
        yield _faster(f"no-op, {latency} ms a call: stack is faster than the peers", found[PEERS], found[STACK]).at_least(12)
        yield _faster(f"no-op, {latency} ms a call: single modules are faster than the peers", found[PEERS], found[MODULES]).at_least(5)
    added = _seconds(distant[STACK]) - _seconds(quiet[STACK])
    told = f"{_seconds(distant[STACK]):.2f} s - {_seconds(quiet[STACK]):.2f} s"
    yield Row(measure="no-op: what 50 ms a call add to stack", value=added, unit="s", measured=told).at_most(0.3)
    for side in (STACK, MODULES):
        less = _processor(quiet[PEERS]) / _processor(quiet[side])
        told = f"{_processor(quiet[PEERS]):.2f} s : {_processor(quiet[side]):.2f} s"
        yield Row(measure=f"no-op: processor time of the peers to {SIDES[side]}", value=less, unit="times", measured=told)
    yield _calls("no-op: calls of stack to the peers'", quiet[STACK], quiet[PEERS]).at_most(1 / 3)
    yield _calls("no-op: calls of single modules to the peers'", quiet[MODULES], quiet[PEERS]).at_most(1 / 3)


def _noop(settings: Settings, simulators: Sequence[Simulator]) -> Sequence[Mapping[str, Runs]]:
    """Give the runs by simulator and playbook; everything by turns, so that what else the machine does touches all of them."""
    hosts = {PEERS: ("peers",), STACK: ("blue",), MODULES: ("blue",)}
    for simulator in simulators:
        good(play(simulator, PEERS, hosts=hosts[PEERS]))
        good(play(simulator, STACK, **SOON))
    found: list[dict[str, list[Run]]] = [{name: [] for name in hosts} for _simulator in simulators]
    for _run in range(settings.runs):
        for name, names in hosts.items():
            for simulator, runs in zip(simulators, found, strict=True):
                runs[name].append(good(play(simulator, name, hosts=names), changed=False))
    return found


def create(settings: Settings) -> Iterator[Row]:
    """Time creations on durations that are scaled, not skipped, against the longest way through those durations."""
    with warm(speed=settings.speed) as simulator:
        ours = good(play(simulator, STACK, poll_interval=settings.poll_interval), changed=True)
        peers = good(play(simulator, PEERS, hosts=("peers",)), changed=True)
    least = critical_path() / settings.speed
    told = f"{ours.seconds:.1f} s : {least:.1f} s at speed {settings.speed:g}"
    yield Row(measure="create: stack to the critical path of the latencies", value=ours.seconds / least, measured=told).at_most(1.05)
    yield Row(measure="create: the peers to the same", value=peers.seconds / least, measured=f"{peers.seconds:.1f} s : {least:.1f} s")


def creation_calls(_settings: Settings) -> Iterator[Row]:
    """Count a creation for which nothing has to be awaited; no bar, because what is written is nearly the same on both sides."""
    with warm() as simulator:
        ours = good(play(simulator, STACK, **SOON), changed=True)
        peers = good(play(simulator, PEERS, hosts=("peers",)), changed=True)
    yield _calls("create: calls of stack to the peers', nothing awaited", [ours], [peers])


def critical_path() -> float:
    """Give the simulator's own latencies in their order: EKS must hear of the role, node groups need the control plane and a way out."""
    control_plane = durations.ROLE_INVISIBLE[0] + durations.CLUSTER_CREATE
    return max(control_plane, nat_gateways.PENDING_SECONDS) + durations.NODEGROUP_CREATE


def check(settings: Settings) -> Iterator[Row]:
    """Time a plan for an empty account; the peers' modules refuse it at the first value that they do not know yet."""
    with warm() as simulator:
        planned = [good(play(simulator, STACK, "--check"), changed=True) for _run in range(settings.runs)]
        peers = play(simulator, PEERS, "--check", hosts=("peers",))
        good(play(simulator, STACK, **SOON))
        idle = [good(play(simulator, STACK), changed=False) for _run in range(settings.runs)]
    told = f"{_seconds(planned):.2f} s : {_seconds(idle):.2f} s"
    yield Row(measure="--check on an empty account to a no-op", value=_seconds(planned) / _seconds(idle), measured=told).at_most(1.5)
    yield Row(measure="--check on an empty account: exit code of the peers", value=peers.exit_code)


def nodegroups(settings: Settings) -> Iterator[Row]:
    """Grow one cluster: both time and calls stay below what groups of their own would cost."""
    found = {count: _grown(settings, count) for count in settings.nodegroups}
    few, many = min(found), max(found)
    told = f"no-op: {many} node groups to {few},"
    seconds, calls = _growth(found, _seconds), _growth(found, _count)
    yield Row(measure=f"{told} seconds", value=seconds, measured=_each(found, "{0:.2f} s", _seconds)).at_most(many / few / 2)
    yield Row(measure=f"{told} calls", value=calls, measured=_each(found, "{0:.0f}", _count)).at_most(many / few / 2)


def _grown(settings: Settings, count: int) -> Runs:
    with warm() as simulator:
        good(play(simulator, STACK, count=count, **SOON))
        return [good(play(simulator, STACK, count=count), changed=False) for _run in range(settings.runs)]


def clusters(settings: Settings) -> Iterator[Row]:
    """Grow a fleet: every cluster is a host of one run, and costs no more than it does alone."""
    found = {count: _fleet(settings, count) for count in settings.clusters}
    few, many = min(found), max(found)
    told = f"no-op: {many} clusters in one run to {few},"
    scale = few / many
    seconds, calls = _growth(found, _seconds) * scale, _growth(found, _count) * scale
    yield Row(measure=f"{told} seconds a cluster", value=seconds, measured=_each(found, "{0:.2f} s", _seconds)).at_most(1)
    yield Row(measure=f"{told} calls a cluster", value=calls, measured=_each(found, "{0:.0f}", _count)).at_most(1)


def _fleet(settings: Settings, count: int) -> Runs:
    hosts = [f"fleet-{number:02}" for number in range(1, count + 1)]
    with warm() as simulator:
        good(play(simulator, STACK, hosts=hosts, **SOON))
        return [good(play(simulator, STACK, hosts=hosts), changed=False) for _run in range(settings.runs)]


def memory(_settings: Settings) -> Iterator[Row]:
    """Weigh the module's process, with the kernel's count of its largest resident size."""
    script, log = measuring_python()
    with warm() as simulator:
        _weigh(simulator, str(script))
    yield Row(measure="memory of the process of stack", value=largest(log, "stack"), unit="MB").at_most(120)


def _weigh(simulator: Simulator, python: str) -> None:
    good(play(simulator, STACK, measured_python=python, **SOON), changed=True)
    good(play(simulator, STACK, measured_python=python), changed=False)


def _seconds(runs: Runs) -> float:
    return median(run.seconds for run in runs)


def _processor(runs: Runs) -> float:
    return median(run.processor for run in runs)


def _count(runs: Runs) -> float:
    return runs[0].calls


def _faster(measure: str, slow: Runs, fast: Runs) -> Row:
    told = f"{_seconds(slow):.2f} s : {_seconds(fast):.2f} s"
    return Row(measure=measure, value=_seconds(slow) / _seconds(fast), unit="times", measured=told)


def _calls(measure: str, ours: Runs, theirs: Runs) -> Row:
    return Row(measure=measure, value=_count(ours) / _count(theirs), measured=f"{_count(ours):.0f} : {_count(theirs):.0f}")


def _growth(found: Grown, cost: Callable[[Runs], float]) -> float:
    return cost(found[max(found)]) / cost(found[min(found)])


def _each(found: Grown, form: str, cost: Callable[[Runs], float]) -> str:
    return ", ".join(f"{count}: {form.format(cost(runs))}" for count, runs in found.items())


MEASURES: Mapping[str, Callable[[Settings], Iterator[Row]]] = {
    measure.__name__: measure for measure in (noop, create, creation_calls, check, nodegroups, clusters, memory)
}
