# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulator for all end-to-end tests of a process, emptied for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from world import World

from simulator.harness import Simulator, started


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
