# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the front door's tests: a simulator with small fakes behind it in this process, and a real one as a process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from front_world import ACCOUNT, REGION, Door, fakes

from simulator.__main__ import make_front
from simulator.harness import SECRET, Simulator, started
from simulator.server import Server

SLOWEST = ("test_judge_peers.py", "test_judge_awscli.py")
"""Files that other people's sleeps and start-up times make long: with two workers each begins one, and shares the rest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slowest files first; the order within a file stays."""
    items.sort(key=lambda item: SLOWEST.index(item.path.name) if item.path.name in SLOWEST else len(SLOWEST))


@pytest.fixture
def door() -> Iterator[Door]:
    """A front door with HTTP and fakes behind it, at real speed."""
    front = make_front(speed=1)
    fakes(front)
    server = Server(("127.0.0.1", 0), front)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield Door(front, front.world.endpoint)
    server.end()
    thread.join()


@pytest.fixture(scope="session")
def _process() -> Iterator[Simulator]:
    with started() as simulator:
        yield simulator


@pytest.fixture
def simulator(_process: Simulator) -> Simulator:
    """The real simulator in a process of its own, emptied before each test."""
    _process.control("POST", "reset")
    return _process


@pytest.fixture
def client(simulator: Simulator) -> Callable[..., Any]:
    """Makes boto3 clients of that simulator: `client("ec2", region="eu-west-1")`."""

    def make(service: str, *, region: str = REGION, account: str = ACCOUNT, **config: Any) -> Any:
        session = boto3.Session(aws_access_key_id=account, aws_secret_access_key=SECRET, region_name=region)
        return session.client(service, endpoint_url=simulator.endpoint, config=Config(**config))

    return make
