# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The third judge: the modules of amazon.aws and community.aws build the benchmark's reference work, find it unchanged, take it away.

Their hard-coded sleeps make this the slowest test here; it is one story because each act needs the one before it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from judge_world import client

from simulator.harness import REGION, Simulator, started

ROOT = Path(__file__).resolve().parents[3]
PLAYBOOKS = ROOT / "tests" / "benchmarks" / "playbooks"
COLLECTIONS = os.environ.get("ANSIBLE_COLLECTIONS_PATH", str(ROOT / ".build" / "dev"))
SMALL = {
    "count": 1,
    "subnets": [
        {"name": f"{kind}-{zone}", "cidr": cidr, "zone": REGION + zone, "public": kind == "public", "role": role}
        for kind, role, blocks in (
            ("public", "kubernetes.io/role/elb", {"a": "10.0.0.0/22"}),
            ("private", "kubernetes.io/role/internal-elb", {"a": "10.0.16.0/20", "b": "10.0.32.0/20"}),
        )
        for zone, cidr in blocks.items()
    ],
}
"""Two zones, one way out, one node group: every module is asked at least once, subnets twice of a kind, and the sleeps are fewest."""
SPEED = 60_000.0
"""Everything is ready at the first look: their waiters sleep 15 to 30 seconds after a look that came too early."""
Tasks = dict[str, dict[str, Any]]

pytestmark = pytest.mark.skipif(
    not (Path(COLLECTIONS) / "ansible_collections" / "community" / "aws").exists(),
    reason=f"{COLLECTIONS} holds no community.aws; `make install` links it there",
)


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    with started(speed=SPEED) as simulator:
        yield simulator


def play(simulator: Simulator, name: str) -> Tasks:
    """Run a playbook, and give the result of each task by its name."""
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "blue,", "-e", json.dumps(SMALL), str(PLAYBOOKS / name)]
    environment = simulator.environment(ANSIBLE_COLLECTIONS_PATH=COLLECTIONS, ANSIBLE_STDOUT_CALLBACK="ansible.posix.json")
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
    tasks = json.loads(ran.stdout[ran.stdout.index("{") :])["plays"][0]["tasks"]
    return {task["task"]["name"]: task["hosts"]["blue"] for task in tasks}


def changed(tasks: Tasks) -> set[str]:
    return {name for name, result in tasks.items() if result.get("changed")}


def test_the_reference_work_is_built_found_again_and_taken_away(running: Simulator) -> None:
    made = play(running, "peers_reference.yml")
    assert changed(made) == set(made)
    assert made["Control plane"]["status"] == "ACTIVE"
    assert [group["status"] for group in made["Node groups"]["results"]] == ["ACTIVE"]

    assert changed(play(running, "peers_reference.yml")) == set()

    play(running, "peers_delete.yml")
    assert client(running, "eks").list_clusters()["clusters"] == []
    assert client(running, "ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"] == []


def test_nothing_that_the_peers_asked_was_unknown(running: Simulator) -> None:
    refused = [call for call in running.control("GET", "journal") if call["error"] == "NotImplementedBySimulator"]
    assert refused == []
