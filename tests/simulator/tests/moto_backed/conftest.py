# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world with the services behind moto, empty for every test, and a client that asks them without HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import moto_backend
from simulator.inprocess import Client, make_world
from simulator.seam import World


@pytest.fixture
def world() -> Iterator[World]:
    """Give an empty world at real speed."""
    yield make_world()
    moto_backend.reset()


@pytest.fixture
def ask(world: World) -> Client:
    """Give a client of that world."""
    return Client(world)
