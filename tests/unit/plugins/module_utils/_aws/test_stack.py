# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack is seen at one moment: its parts do not contradict each other about the cluster."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._aws.stack import SWEEPS, read_stack
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.plugins.module_utils._model.stack import Stack, StackActual
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Answer, Read

SCOPE = Scope(account="123456789012", region="eu-central-1")
PARTS: Mapping[str, Any] = {"cluster": {}, "nodegroups": {"nodegroups": []}, "addons": {"addons": []}}


@dataclass
class Gateway:
    """A world in which the cluster has another state at each look, and nothing else is there."""

    states: Iterator[str]
    looks: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        raise AssertionError(f"A reader wrote: {service}:{operation} {request}")

    def read(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        raise AssertionError(f"Nothing asks for this: {service}:{operation} {request}")

    def read_all(self, reads: Sequence[Read]) -> list[Answer | None]:
        return [self.look() if read.operation == "DescribeCluster" else None for read in reads]

    def look(self) -> Answer | None:
        with self.lock:
            self.looks += 1
            state = next(self.states)
        return {"cluster": {"name": "blue", "arn": "arn", "version": "1.35", "status": state}} if state else None

    def server_seconds(self) -> float:
        return 0


def seen(*states: str, parts: Mapping[str, Any] | None = None) -> tuple[Gateway, StackActual]:
    gateway = Gateway(iter(states))
    return gateway, read_stack(gateway, SCOPE, Stack.from_options({"name": "blue", **(PARTS if parts is None else parts)}, SCOPE))


@pytest.mark.parametrize("early", ["CREATING", ""], ids=["becomes active", "comes"])
def test_where_the_parts_saw_the_cluster_at_different_moments_all_look_again(early: str) -> None:
    gateway, actual = seen(early, *["ACTIVE"] * 5)
    assert gateway.looks == 6
    assert actual.cluster.cluster
    assert {actual.cluster.cluster.status, actual.nodegroups.cluster_status, actual.addons.cluster_status} == {"ACTIVE"}


@pytest.mark.parametrize("states", [["CREATING"] * 3, [""] * 3, ["ACTIVE", "UPDATING", "ACTIVE"], ["CREATING", "", "CREATING"]])
def test_what_agrees_is_looked_at_once(states: list[str]) -> None:
    assert seen(*states)[0].looks == 3


def test_a_part_that_is_not_declared_has_nothing_to_say() -> None:
    assert seen("ACTIVE", parts={"nodegroups": PARTS["nodegroups"]})[0].looks == 1


def test_a_cluster_that_never_comes_to_rest_is_not_looked_at_for_ever() -> None:
    assert seen(*["CREATING", "ACTIVE", "ACTIVE"] * SWEEPS)[0].looks == 3 * SWEEPS
