# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mechanics of the crash matrix: a recorded undisturbed run, ways to run once more with a fault, and the comparison of both.

A recording holds a picture of the world from just before each call. A disturbed run starts from such a picture, as the run after
a crash at that very place does; so a fault late in a long run costs no more than the rest of the run.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import converging
import pytest
from plays import written
from world import ROOT, World

from ansible_collections.cutover.eks.plugins.module_utils._aws.session import Session
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Answer
from simulator.harness import Simulator

SERVICES = ("ec2", "eks", "iam", "logs", "ssm", "sts")
AT_MOST_SECONDS = 90
WAIT_TIMEOUT_SECONDS = 60
"""A run that waits in vain says so itself, before the test loses its patience."""
LINGERING_SECONDS = 7200
"""Deleted NAT gateways stay visible for an hour, network interfaces of the control plane for some minutes."""
LONGEST_MESSAGE = 10_000
CONNECTIONS = Path("/proc/net/tcp")
CLOSED_BY_THE_CLIENT = "08"
LOOK_AGAIN_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Call:
    """One applied call of an undisturbed run, with a picture of the world just before it."""

    service: str
    operation: str
    before: bytes


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a run does and leads to when nothing goes wrong."""

    options: Mapping[str, Any]
    calls: tuple[Call, ...]
    state: Any

    def place(self, service: str, operation: str, index: int = 0) -> int:
        """Give where in the run a call is, by its index among those of the same kind."""
        return [at for at, call in enumerate(self.calls) if (call.service, call.operation) == (service, operation)][index]

    def counts(self) -> dict[tuple[str, str], int]:
        """Say how often each operation is called."""
        return Counter((call.service, call.operation) for call in self.calls)


class Recorder(Session):
    """A gateway that lets one write after the other through, and keeps a picture from before each."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(converging.connection(simulator.endpoint))
        self.simulator = simulator
        self.calls: list[Call] = []
        self._one_at_a_time = threading.Lock()

    def write(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        with self._one_at_a_time:
            before = picture(self.simulator)
            answer = super().write(service, operation, request)
            self.calls.append(Call(service, operation, before))
            return answer


def recorded(simulator: Simulator, options: Mapping[str, Any]) -> Undisturbed:
    """Run without a fault; without a lock too, which would lie in every picture."""
    recorder = Recorder(simulator)
    done = converging.run_as(recorder, options, lock="none")
    assert not done.get("failed"), done["msg"]
    return Undisturbed(options, tuple(recorder.calls), settled(simulator))


def picture(simulator: Simulator) -> bytes:
    """Take a snapshot."""
    with urllib.request.urlopen(f"{simulator.endpoint}/_simulator/snapshot") as answer:
        return bytes(answer.read())


def under_way(simulator: Simulator) -> list[str]:
    """Name the other ends of the connections on which the simulator is still working for a client that is dead."""
    port = f":{urlsplit(simulator.endpoint).port:04X}"
    rows = [line.split() for line in CONNECTIONS.read_text().splitlines()]
    return [row[2] for row in rows if row[1].endswith(port) and row[3] == CLOSED_BY_THE_CLIENT]


def wait_until_quiet(simulator: Simulator) -> None:
    """Wait until what a killed run has sent is applied: it would be made behind the back of the next run, which has read already."""
    until = time.monotonic() + AT_MOST_SECONDS
    while busy := under_way(simulator):
        assert time.monotonic() < until, busy
        time.sleep(LOOK_AGAIN_SECONDS)


def restore(simulator: Simulator, taken: bytes) -> None:
    """Make the world as it was, with an empty journal."""
    headers = {"Content-Type": "application/octet-stream"}
    with urllib.request.urlopen(urllib.request.Request(f"{simulator.endpoint}/_simulator/snapshot", taken, headers, method="PUT")):
        simulator.control("DELETE", "journal")


def settled(simulator: Simulator) -> Any:
    """Give the state once everything that lingers is gone."""
    simulator.control("POST", "clock/advance", {"seconds": LINGERING_SECONDS})
    return simulator.control("GET", "state?normalised=true")["resources"]


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Name where two states differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted(one.keys() | other.keys())
        return [found for name in names for found in differences(one.get(name), other.get(name), f"{path}/{name}")]
    return [] if one == other else [f"{path}: {one} instead of {other}"]


def creates(operations: Iterable[str]) -> Counter[str]:
    """Count what was made."""
    return Counter(operation for operation in operations if operation.startswith(("Create", "Allocate")))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended; a killed one is not well and says nothing."""

    well: bool
    words: str


class Way(Protocol):
    """A way to run."""

    def run(self, options: Mapping[str, Any], fault: Mapping[str, Any] | None = None) -> Ended:
        """Converge, after the simulator was told the fault."""


@dataclass(slots=True)
class Forked:
    """Runs in a forked child of this process: real boto3, real HTTP, a SIGKILL that is one; its clients are made before."""

    simulator: Simulator
    account: Session = field(init=False)

    def __post_init__(self) -> None:
        self.account = Session(converging.connection(self.simulator.endpoint))
        for service in SERVICES:
            for retried in (True, False):
                self.account._client(service, retried=retried)

    def run(self, options: Mapping[str, Any], fault: Mapping[str, Any] | None = None) -> Ended:
        if fault:
            self.simulator.control("POST", "faults", fault)
        context = multiprocessing.get_context("fork")
        receiver, sender = context.Pipe(duplex=False)
        child = context.Process(target=self._child, args=(options, sender))
        child.start()
        sender.close()
        child.join(AT_MOST_SECONDS)
        if child.exitcode is None:
            child.kill()
            pytest.fail("the run hangs")
        return Ended(child.exitcode == 0, receiver.recv() if receiver.poll() and child.exitcode >= 0 else "")

    def _child(self, options: Mapping[str, Any], sender: Pipe) -> None:
        done = converging.run_as(self.account, options, wait_timeout=WAIT_TIMEOUT_SECONDS)
        sender.send(str(done.get("msg", ""))[:LONGEST_MESSAGE])
        os._exit(1 if done.get("failed") else 0)


WHEN_TOLD = ("sh", "-c", 'read -r go && exec "$@" </dev/null', "sh")
"""Starts a command when a line comes; the process keeps its number, which a fault can name before."""


@dataclass(frozen=True, slots=True)
class Playbooks:
    """Runs in ansible-playbook; a kill takes it with all its children."""

    simulator: Simulator
    folder: Path

    def run(self, options: Mapping[str, Any], fault: Mapping[str, Any] | None = None) -> Ended:
        book = self.folder / "converge.json"
        book.write_text(json.dumps([written([{"name": "Converge", "cutover.eks.stack": dict(options)}])]))
        command = [*WHEN_TOLD, str(Path(sys.executable).with_name("ansible-playbook")), str(book)]
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=World(self.simulator).playbook_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as run:
            if fault:
                tree = {"scope": "tree", "root_pid": run.pid} if fault["kind"] == "kill" else {}
                self.simulator.control("POST", "faults", {**fault, **tree})
            output, _none = run.communicate("go\n", timeout=AT_MOST_SECONDS)
        return Ended(run.returncode == 0, output)


def survives(simulator: Simulator, way: Way, usual: Undisturbed, start: int, fault: Mapping[str, Any]) -> None:
    """Run from a place of the undisturbed run with the fault, then once more without it; the end is the same, nothing is made twice."""
    restore(simulator, usual.calls[start].before)
    first = way.run(usual.options, fault)
    wait_until_quiet(simulator)
    simulator.control("DELETE", "faults")
    again = way.run(usual.options)
    assert again.well, again.words
    journal = simulator.control("GET", "journal?mutating=true")
    assert any(call["fault"] for call in journal), f"the fault never hit: {first.words}"
    before = creates(call.operation for call in usual.calls[:start])
    assert before + creates(call["operation"] for call in journal if call["applied"]) == creates(call.operation for call in usual.calls)
    assert differences(settled(simulator), usual.state) == []
