# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated clock and what ends by it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from front_world import Door


def now(door: Door) -> datetime:
    return datetime.fromisoformat(door.control("GET", "clock")["now"])


def make(door: Door) -> None:
    door.client("eks").create_cluster(name="blue", roleArn="r", resourcesVpcConfig={})


def status(door: Door) -> str:
    return str(door.client("eks").describe_cluster(name="blue")["cluster"]["status"])


def test_it_starts_at_real_time(door: Door) -> None:
    assert abs((now(door) - datetime.now(UTC)).total_seconds()) < 5


def test_it_runs_as_fast_as_it_is_told(door: Door) -> None:
    door.control("PUT", "clock", {"speed": 1000})
    before, started = now(door), time.monotonic()
    time.sleep(0.2)
    gone, real = (now(door) - before).total_seconds(), time.monotonic() - started
    assert real * 500 < gone <= real * 1000 + 5


def test_a_jump_ends_what_is_due(door: Door) -> None:
    make(door)
    door.control("POST", "clock/advance", {"seconds": 599})
    assert status(door) == "CREATING"
    door.control("POST", "clock/advance", {"seconds": 2})
    assert status(door) == "ACTIVE"


def test_at_infinite_speed_a_life_cycle_ends_at_the_second_read(door: Door) -> None:
    assert door.control("PUT", "clock", {"speed": "inf"})["speed"] == "inf"
    make(door)
    assert [status(door), status(door)] == ["CREATING", "ACTIVE"]


def test_at_infinite_speed_a_jump_ends_what_is_due(door: Door) -> None:
    door.control("PUT", "clock", {"speed": "inf"})
    make(door)
    door.control("POST", "clock/advance", {"seconds": 601})
    assert status(door) == "ACTIVE"


def test_infinite_speed_shows_real_time(door: Door) -> None:
    door.control("PUT", "clock", {"speed": "inf"})
    assert abs((now(door) - datetime.now(UTC)).total_seconds()) < 5


@pytest.mark.parametrize("body", [{"speed": 0}, {"speed": -1}, {"speed": "fast"}, {"speed": True}, {}, {"speed": 1, "more": 2}])
def test_a_wrong_speed_is_refused(door: Door, body: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^400"):
        door.control("PUT", "clock", body)


@pytest.mark.parametrize("seconds", [-1, "1", None, True, 1e12])
def test_a_wrong_jump_is_refused(door: Door, seconds: object) -> None:
    with pytest.raises(ValueError, match=r"^400"):
        door.control("POST", "clock/advance", {"seconds": seconds})


def test_health_says_speed_and_time(door: Door) -> None:
    health = door.control("GET", "health")
    assert (health["ready"], health["speed"]) == (True, 1.0)
    assert health["now"].endswith("Z")
