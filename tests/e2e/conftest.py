# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulator for all end-to-end tests of a process, emptied for each test."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest
from world import World

from simulator.harness import Simulator, started

pytest.register_assert_rewrite("disturbing")  # it asserts for the crash matrix, and must say what it saw
SEED = "CUTOVER_EKS_SEED"


def pytest_configure() -> None:
    """Seed what tests draw, the same for every worker process."""
    os.environ.setdefault(SEED, str(random.SystemRandom().randrange(10**6)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how to draw the same again."""
    terminalreporter.write_line(f"{SEED}={os.environ[SEED]} draws the same cells of the crash matrix for ansible-playbook again")


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with started(speed=3000) as running:
        yield running


@pytest.fixture
def world(simulator: Simulator) -> World:
    """An empty account."""
    simulator.control("POST", "reset")
    simulator.control("PUT", "clock", {"speed": 3000})
    return World(simulator)
