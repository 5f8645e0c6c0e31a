# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody sees who watches a job in AWX: ansible-runner's events, while the task still runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from world import MINIMAL, World

from simulator.harness import Simulator

Event = dict[str, Any]
PLAYBOOK = "cutover.eks.create_cluster"


def watched(world: World, folder: Path, *cmdline: str) -> list[Event]:
    """Run the playbook as AWX does; give the events in their order."""
    (folder / "env").mkdir()
    (folder / "env" / "extravars").write_text(json.dumps(MINIMAL))
    (folder / "env" / "cmdline").write_text(" ".join(cmdline))
    beside = Path(sys.executable).parent
    environment = world.playbook_environment(ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default", PATH=f"{beside}:{os.environ['PATH']}")
    command = [str(beside / "ansible-runner"), "run", str(folder), "--playbook", PLAYBOOK, "--ident", "job", "--quiet"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, (folder / "artifacts" / "job" / "stdout").read_text()
    events = [json.loads(path.read_text()) for path in (folder / "artifacts" / "job" / "job_events").glob("*.json")]
    return sorted(events, key=lambda event: event["counter"])


def lines(events: Iterable[Event]) -> list[str]:
    """Give what verbose events print, which is what plugins display."""
    return [line for event in events if event["event"] == "verbose" for line in event["stdout"].splitlines()]


def place(told: list[str], pattern: str) -> int:
    """Find the first line that begins like this."""
    return next(at for at, line in enumerate(told) if re.match(pattern, line))


def task_end(events: list[Event]) -> int:
    """Find where the stack's task ends."""
    ends = [at for at, event in enumerate(events) if event["event"] == "runner_on_ok" and "control plane" in event["event_data"]["task"]]
    assert len(ends) == 1
    return ends[0]


@pytest.fixture(scope="module")
def events(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """A creation, slow enough that something is seen on its way."""
    simulator.control("POST", "reset")
    simulator.control("PUT", "clock", {"speed": 300})
    return watched(World(simulator), tmp_path_factory.mktemp("job"))


def test_a_job_tells_what_it_waits_for_while_it_waits(events: list[Event]) -> None:
    before = lines(events[: task_end(events)])
    for told in ("cluster/blue CREATING", "cluster/blue ACTIVE", "nodegroup/general ", "nat-gateway/a ", "addon/coredns "):
        assert any(line.startswith(f"blue · {told}") for line in before), (told, before)
    assert "usually 10m" in next(line for line in before if "cluster/blue CREATING" in line)


def test_the_plan_is_told_before_the_first_change(events: list[Event]) -> None:
    told = lines(events)
    head = place(told, r"blue · account 123456789012 · eu-central-1 · SIMULATOR at ")
    tree = [place(told, rf".─ \+ {step}") for step in (r"vpc ", r"cluster/blue ", r"nodegroup/general ")]
    assert told[head + 1].startswith("lock /cutover.eks/eu-central-1/blue/lock")
    assert head < min(tree)
    assert max(tree) < place(told, r"blue · (?!account)")


def test_with_diff_the_plan_is_the_tasks_diff_and_progress_leaves_it_out(world: World, tmp_path: Path) -> None:
    events = watched(world, tmp_path, "--check", "--diff")
    assert lines(events[: task_end(events)]) == []
    (shown,) = (event for event in events if event["event"] == "runner_on_file_diff")
    assert "SIMULATOR at" in shown["stdout"]
    assert world.mutations() == []
