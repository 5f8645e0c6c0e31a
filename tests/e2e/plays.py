# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays that a test writes down itself, run by ansible-playbook against the simulator; every task's result by its name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from world import ROOT, World

Task = Mapping[str, Any]


POLL = {"poll_interval": 0.05}
CONVERGING = ("addons", "cluster", "iam_roles", "network", "nodegroups", "stack", "weighted_records")
"""Modules that wait."""


@dataclass(frozen=True, slots=True)
class Played:
    """How a run of ansible-playbook ended."""

    exit_code: int
    output: str
    tasks: tuple[tuple[str, dict[str, dict[str, Any]]], ...] = ()
    """The tasks in their order: name, and result by host."""

    def result(self, name: str, host: str = "localhost") -> dict[str, Any]:
        """Give the result of the task whose name ends like this."""
        found = [results[host] for told, results in self.tasks if told.endswith(name)]
        assert len(found) == 1, (name, self.output)
        return found[0]

    def changed(self) -> list[str]:
        return [name for name, results in self.tasks for result in results.values() if result.get("changed")]


def start(world: World, *arguments: str) -> subprocess.Popen[str]:
    """Start ansible-playbook as users do, with results as JSON."""
    command = [str(Path(sys.executable).with_name("ansible-playbook")), *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=world.playbook_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def ended(run: subprocess.Popen[str]) -> Played:
    """Wait for the end, and read the results; progress stands before them."""
    output, _none = run.communicate()
    _progress, opening, rest = output.partition('{\n    "custom_stats"')
    if not opening:
        return Played(run.returncode, output)
    report, _end = json.JSONDecoder().raw_decode(opening + rest)
    tasks = (task for play in report["plays"] for task in play["tasks"])
    return Played(run.returncode, output, tuple((task["task"]["name"], task["hosts"]) for task in tasks))


def play(world: World, folder: Path, tasks: Sequence[Task], *arguments: str, variables: Mapping[str, Any] | None = None) -> Played:
    """Run tasks on localhost, every module with a short poll interval."""
    book = folder / "play.json"
    book.write_text(json.dumps([written(tasks, variables)]))
    return ended(start(world, str(book), *arguments))


def written(tasks: Sequence[Task], variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give a play of these tasks."""
    return {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", **(variables or {})},
        "module_defaults": {f"cutover.eks.{name}": POLL for name in CONVERGING},
        "tasks": list(tasks),
    }
