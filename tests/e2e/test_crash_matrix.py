# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of mutating call of create and delete, disturbed in five ways: the same command converges, and creates nothing twice.

The run that is disturbed is a forked child of this process: real boto3, real HTTP, a SIGKILL that is one.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import urllib.request
from collections import Counter
from dataclasses import dataclass
from typing import Any

import converging
import pytest
from world import World

from simulator.harness import Simulator

SERVER_ERROR = {"kind": "error", "code": "InternalFailure", "status": 500, "message": "oops", "times": 1}
FAULTS: dict[str, dict[str, Any]] = {
    "no answer after it was applied": {"kind": "reset_after", "times": 1},
    "killed after it was applied": {"kind": "kill", "times": 1},
    "throttled three times": {"kind": "throttle", "times": 3},
    "server error before it was applied": SERVER_ERROR | {"applied": False},
    "what it names is not yet visible": {"kind": "not_yet_visible", "seconds": 30, "times": 2},
}
CREATE = {
    "ec2": [
        "AllocateAddress", "AssociateRouteTable", "AttachInternetGateway", "AuthorizeSecurityGroupIngress", "CreateInternetGateway",
        "CreateLaunchTemplate", "CreateNatGateway", "CreateRoute", "CreateRouteTable", "CreateSecurityGroup", "CreateSubnet", "CreateVpc",
        "ModifySubnetAttribute", "ModifyVpcAttribute",
    ],
    "eks": ["CreateAddon", "CreateCluster", "CreateNodegroup"],
    "iam": ["AttachRolePolicy", "CreateRole"],
    "logs": ["CreateLogGroup", "PutRetentionPolicy"],
}  # fmt: skip
DELETE = {
    "ec2": [
        "DeleteInternetGateway", "DeleteLaunchTemplate", "DeleteNatGateway", "DeleteRouteTable", "DeleteSecurityGroup", "DeleteSubnet",
        "DeleteVpc", "DetachInternetGateway", "ReleaseAddress",
    ],
    "eks": ["DeleteCluster", "DeleteNodegroup", "UpdateClusterConfig"],
    "iam": ["DeleteRole", "DetachRolePolicy"],
    "logs": ["DeleteLogGroup"],
}  # fmt: skip
DOWN = {**converging.STACK, "state": "absent", "confirm_deletion": "blue", "delete_orphans": True}
AT_MOST_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a run does and leads to when nothing goes wrong."""

    calls: tuple[dict[str, Any], ...]
    state: Any
    before: bytes
    """A snapshot from before the run."""

    def positions(self, service: str, operation: str) -> list[int]:
        """Give the first, the middle and the last member of the set of such calls."""
        count = sum(call["service"] == service and call["operation"] == operation for call in self.calls)
        return sorted({0, count // 2, count - 1}) if count else []

    def creates(self) -> Counter[str]:
        return creates(self.calls)


def creates(calls: Any) -> Counter[str]:
    return Counter(call["operation"] for call in calls if call["operation"].startswith(("Create", "Allocate")))


def snapshot(simulator: Simulator) -> bytes:
    with urllib.request.urlopen(f"{simulator.endpoint}/_simulator/snapshot") as answer:
        return bytes(answer.read())


def restore(simulator: Simulator, picture: bytes) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    with urllib.request.urlopen(urllib.request.Request(f"{simulator.endpoint}/_simulator/snapshot", picture, headers, method="PUT")):
        simulator.control("DELETE", "journal")


def settled(simulator: Simulator) -> Any:
    """Give the state once everything that lingers is gone."""
    simulator.control("POST", "clock/advance", {"seconds": 7200})
    return orderless(simulator.control("GET", "state?normalised=true")["resources"])


def orderless(value: Any) -> Any:
    """Sort lists at any depth: concurrent calls leave them in any order."""
    if isinstance(value, dict):
        return {name: orderless(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted((orderless(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
    return value


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Name where two states differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted(one.keys() | other.keys())
        return [found for name in names for found in differences(one.get(name), other.get(name), f"{path}/{name}")]
    return [] if one == other else [f"{path}: {one} instead of {other}"]


def undisturbed(simulator: Simulator, options: dict[str, Any]) -> Undisturbed:
    before = snapshot(simulator)
    simulator.control("DELETE", "journal")
    done = converging.run(simulator.endpoint, options)
    assert not done.get("failed"), done["msg"]
    calls = tuple(World(simulator).mutations())
    return Undisturbed(calls=calls, state=settled(simulator), before=before)


@pytest.fixture(scope="module")
def creation(simulator: Simulator) -> Undisturbed:
    simulator.control("POST", "reset")
    simulator.control("PUT", "clock", {"speed": 3000})
    return undisturbed(simulator, converging.STACK)


@pytest.fixture(scope="module")
def deletion(simulator: Simulator, creation: Undisturbed) -> Undisturbed:
    restore(simulator, creation.before)
    assert not converging.run(simulator.endpoint).get("failed")
    return undisturbed(simulator, DOWN)


def child(endpoint: str, options: dict[str, Any]) -> None:
    done = converging.run(endpoint, options)
    os._exit(1 if done.get("failed") else 0)


def survive(simulator: Simulator, usual: Undisturbed, options: dict[str, Any], fault: dict[str, Any]) -> None:
    """Run once with the fault in a forked child, then once more without; compare with the undisturbed run."""
    restore(simulator, usual.before)
    simulator.control("POST", "faults", fault)
    victim = multiprocessing.get_context("fork").Process(target=child, args=(simulator.endpoint, options))
    victim.start()
    victim.join(AT_MOST_SECONDS)
    assert victim.exitcode is not None, "the disturbed run hangs"
    simulator.control("DELETE", "faults")
    again = converging.run(simulator.endpoint, options)
    assert not again.get("failed"), again["msg"]
    calls = World(simulator).mutations()
    assert any(call["fault"] for call in simulator.control("GET", "journal")), "the fault never hit"
    assert creates(calls) == usual.creates()
    assert differences(settled(simulator), usual.state) == []


def test_the_tables_name_every_call_that_the_runs_make(creation: Undisturbed, deletion: Undisturbed) -> None:
    for usual, table in ((creation, CREATE), (deletion, DELETE)):
        assert {(call["service"], call["operation"]) for call in usual.calls} == {(s, o) for s, names in table.items() for o in names}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("service", "operation"), [(s, o) for s, names in CREATE.items() for o in names])
def test_creation_survives(simulator: Simulator, creation: Undisturbed, service: str, operation: str, fault: str) -> None:
    for position in creation.positions(service, operation):
        survive(simulator, creation, converging.STACK, {"service": service, "operation": operation, "skip": position, **FAULTS[fault]})


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("service", "operation"), [(s, o) for s, names in DELETE.items() for o in names])
def test_deletion_survives(simulator: Simulator, deletion: Undisturbed, service: str, operation: str, fault: str) -> None:
    for position in deletion.positions(service, operation):
        survive(simulator, deletion, DOWN, {"service": service, "operation": operation, "skip": position, **FAULTS[fault]})


def drawn() -> list[tuple[str, str, str]]:
    """Draw twelve cells for whole playbooks; the seed is printed, and CUTOVER_EKS_SEED repeats the draw."""
    seed = os.environ.get("CUTOVER_EKS_SEED") or str(random.SystemRandom().randrange(10**6))
    print(f"crash matrix: CUTOVER_EKS_SEED={seed}")
    cells = [(s, o, f) for s, names in CREATE.items() for o in names for f in FAULTS]
    return random.Random(seed).sample(cells, 12)


def test_whole_playbooks_survive_too(world: World) -> None:
    for service, operation, fault in drawn():
        world.control("POST", "reset")
        world.control("POST", "faults", {"service": service, "operation": operation, **FAULTS[fault]})
        world.playbook("create_cluster")
        world.control("DELETE", "faults")
        again = world.playbook("create_cluster")
        assert again.exit_code == 0, (service, operation, fault, again.output)
        assert max(creates(world.mutations()).get(name, 0) for name in ("CreateVpc", "CreateCluster")) == 1
