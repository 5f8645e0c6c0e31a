# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mutating call of create and delete, disturbed in five ways: the same command converges, and creates nothing twice.

`make test` takes the first, the middle and the last call of every kind, and draws some cells for ansible-playbook; `make soak` takes
every call, and every cell through ansible-playbook.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import converging
import pytest
from _pytest.mark import ParameterSet
from disturbing import Forked, Playbooks, Undisturbed, differences, recorded, restore, settled, survives

from simulator.harness import Simulator

# Forking beside other threads is deprecated; those here are pytest-xdist's, and the child needs nothing that they may hold.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

ANY_AGE = 10**9
UNSEEN = "what it names is not yet visible"
FAULTS: Mapping[str, Mapping[str, Any]] = {
    "no answer after it was applied": {"kind": "reset_after", "times": 1},
    "killed after it was applied": {"kind": "kill", "times": 1},
    "throttled three times": {"kind": "throttle", "times": 3},
    "server error before it was applied": {"kind": "error", "code": "InternalFailure", "status": 500, "applied": False, "times": 1},
    UNSEEN: {"kind": "not_yet_visible", "seconds": ANY_AGE, "times": 2},
}
CALLS: Mapping[str, Mapping[tuple[str, str], int]] = {
    "create": {
        ("ec2", "AllocateAddress"): 3,
        ("ec2", "AssociateRouteTable"): 6,
        ("ec2", "AttachInternetGateway"): 1,
        ("ec2", "AuthorizeSecurityGroupIngress"): 1,
        ("ec2", "CreateInternetGateway"): 1,
        ("ec2", "CreateLaunchTemplate"): 2,
        ("ec2", "CreateNatGateway"): 3,
        ("ec2", "CreateRoute"): 4,
        ("ec2", "CreateRouteTable"): 4,
        ("ec2", "CreateSecurityGroup"): 1,
        ("ec2", "CreateSubnet"): 6,
        ("ec2", "CreateVpc"): 1,
        ("ec2", "ModifySubnetAttribute"): 3,
        ("ec2", "ModifyVpcAttribute"): 1,
        ("eks", "CreateAddon"): 3,
        ("eks", "CreateCluster"): 1,
        ("eks", "CreateNodegroup"): 2,
        ("iam", "AttachRolePolicy"): 5,
        ("iam", "CreateRole"): 3,
        ("logs", "CreateLogGroup"): 1,
        ("logs", "PutRetentionPolicy"): 1,
    },
    "delete": {
        ("ec2", "DeleteInternetGateway"): 1,
        ("ec2", "DeleteLaunchTemplate"): 2,
        ("ec2", "DeleteNatGateway"): 3,
        ("ec2", "DeleteRouteTable"): 4,
        ("ec2", "DeleteSecurityGroup"): 1,
        ("ec2", "DeleteSubnet"): 6,
        ("ec2", "DeleteVpc"): 1,
        ("ec2", "DetachInternetGateway"): 1,
        ("ec2", "ReleaseAddress"): 3,
        ("eks", "DeleteCluster"): 1,
        ("eks", "DeleteNodegroup"): 2,
        ("eks", "UpdateClusterConfig"): 1,
        ("iam", "DeleteRole"): 3,
        ("iam", "DetachRolePolicy"): 5,
        ("logs", "DeleteLogGroup"): 1,
    },
}
"""How often the undisturbed runs call what."""
NAMES: Mapping[str, str | None] = {
    "AllocateAddress": None,
    "AssociateRouteTable": "CreateRouteTable",
    "AttachInternetGateway": "CreateInternetGateway",
    "AuthorizeSecurityGroupIngress": "CreateSecurityGroup",
    "CreateAddon": "CreateCluster",
    "CreateCluster": "CreateSubnet",
    "CreateInternetGateway": None,
    "CreateLaunchTemplate": None,
    "CreateLogGroup": None,
    "CreateNatGateway": "AllocateAddress",
    "CreateNodegroup": "CreateCluster",
    "CreateRole": None,
    "CreateRoute": "CreateRouteTable",
    "CreateRouteTable": "CreateVpc",
    "CreateSecurityGroup": "CreateVpc",
    "CreateSubnet": "CreateVpc",
    "CreateVpc": None,
    "AttachRolePolicy": "CreateRole",
    "ModifySubnetAttribute": "CreateSubnet",
    "ModifyVpcAttribute": "CreateVpc",
    "PutRetentionPolicy": "CreateLogGroup",
}
"""Which call makes what a call of the creation names (None: it names nothing that was made). That may not be visible yet only to the
run that made it, so such a run starts before the first of those. A deletion names what an earlier run made."""
UP = {
    **converging.STACK,
    "iam_roles": {"roles": [{"purpose": "cluster"}, {"purpose": "node"}, {"purpose": "aws-ebs-csi-driver"}]},
    "addons": {
        "addons": [
            {"name": "vpc-cni"},
            {"name": "coredns", "configuration_values": {"replicaCount": 3}},
            {
                "name": "aws-ebs-csi-driver",
                "pod_identity_associations": [{"service_account": "ebs-csi-controller-sa", "role_arn": "aws-ebs-csi-driver"}],
            },
        ]
    },
}
"""No set has more than a first, some middle and a last member; add-ons before and after the nodes."""
DOWN = {**UP, "state": "absent", "confirm_deletion": "blue", "delete_orphans": True}
DRAWN = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault at one call."""

    journey: str
    service: str
    operation: str
    index: int
    fault: str

    def __str__(self) -> str:
        return f"{self.journey}: {self.service}.{self.operation} {self.index + 1}, {self.fault}"

    @property
    def origin(self) -> str | None:
        """Give the operation that makes what this call names, where this run has to make it."""
        return NAMES[self.operation] if self.fault == UNSEEN and self.journey == "create" else None

    @property
    def is_possible(self) -> bool:
        return self.journey == "delete" or self.fault != UNSEEN or self.origin is not None

    @property
    def is_sampled(self) -> bool:
        count = CALLS[self.journey][self.service, self.operation]
        return self.index in {0, count // 2, count - 1}


CELLS = [
    cell
    for journey, calls in CALLS.items()
    for (service, operation), count in calls.items()
    for index in range(count)
    for fault in FAULTS
    if (cell := Cell(journey, service, operation, index, fault)).is_possible
]
SEED = os.environ["CUTOVER_EKS_SEED"]
LUCKY = frozenset(random.Random(SEED).sample(CELLS, DRAWN))


def marked(*, sampled: Mapping[Cell, bool]) -> list[ParameterSet]:
    return [pytest.param(cell, id=str(cell), marks=() if taken else pytest.mark.soak) for cell, taken in sampled.items()]


@pytest.fixture(scope="module")
def journeys(simulator: Simulator) -> dict[str, Undisturbed]:
    """Record both runs; the deletion begins where the creation ended."""
    simulator.control("POST", "reset")
    simulator.control("PUT", "clock", {"speed": 3000})
    creation = recorded(simulator, UP)
    return {"create": creation, "delete": recorded(simulator, DOWN)}


@pytest.fixture(scope="module")
def forked(simulator: Simulator) -> Forked:
    return Forked(simulator)


def disturbed(cell: Cell, usual: Undisturbed) -> tuple[int, dict[str, Any]]:
    """Give where the run starts, and the fault; calls of the same kind before the one in question are let pass."""
    place = usual.place(cell.service, cell.operation, cell.index)
    start = min(at for at, call in enumerate(usual.calls) if call.operation == cell.origin) if cell.origin else place
    skip = sum((call.service, call.operation) == (cell.service, cell.operation) for call in usual.calls[start:place])
    return start, {"service": cell.service, "operation": cell.operation, "skip": skip, **FAULTS[cell.fault]}


def test_the_table_counts_every_call_that_the_runs_make(journeys: dict[str, Undisturbed]) -> None:
    assert {name: usual.counts() for name, usual in journeys.items()} == CALLS


def test_two_undisturbed_runs_lead_to_the_same_state(simulator: Simulator, journeys: dict[str, Undisturbed], forked: Forked) -> None:
    for usual in journeys.values():
        restore(simulator, usual.calls[0].before)
        done = forked.run(usual.options)
        assert done.well, done.words
        assert differences(settled(simulator), usual.state) == []


@pytest.mark.parametrize("cell", marked(sampled={cell: cell.is_sampled for cell in CELLS}))
def test_the_next_run_converges(simulator: Simulator, journeys: dict[str, Undisturbed], forked: Forked, cell: Cell) -> None:
    usual = journeys[cell.journey]
    survives(simulator, forked, usual, *disturbed(cell, usual))


@pytest.mark.parametrize("cell", marked(sampled={cell: cell in LUCKY for cell in CELLS}))
def test_the_next_playbook_converges(simulator: Simulator, journeys: dict[str, Undisturbed], tmp_path: Path, cell: Cell) -> None:
    usual = journeys[cell.journey]
    survives(simulator, Playbooks(simulator, tmp_path), usual, *disturbed(cell, usual))
