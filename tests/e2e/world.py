# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated world of the end-to-end tests, and playbooks that run in it as users run them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from simulator.harness import ACCOUNT, REGION, SECRET, Simulator

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / ".build" / "dev"
"""Where `make install` linked the collection and its neighbours."""
MINIMAL: dict[str, Any] = {
    "eks_stack_name": "blue",
    "eks_stack_version": "1.35",
    "eks_stack_nodegroups": [{"name": "general", "instance_types": ["m7i.large"], "scaling": {"min_size": 2, "max_size": 4}}],
    "eks_stack_poll_interval": 0.05,
}


@dataclass(frozen=True, slots=True)
class Ran:
    """A playbook run, seen through the JSON callback: one result for each task of the first host."""

    exit_code: int
    output: str
    results: tuple[dict[str, Any], ...] = ()

    @property
    def stack(self) -> dict[str, Any]:
        """Give the result of the last task."""
        assert self.results, self.output
        return self.results[-1]


@dataclass(slots=True)
class World:
    """The simulator, and ways to act on it."""

    simulator: Simulator
    environment: dict[str, str] = field(default_factory=dict)

    def control(self, method: str, path: str, body: object = None) -> Any:
        return self.simulator.control(method, path, body)

    def client(self, service: str, region: str = REGION) -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.simulator.endpoint,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key=SECRET,
        )

    def mutations(self, after: int = 0) -> list[dict[str, Any]]:
        """Give the calls that changed something, in order, the lock's apart."""
        calls = self.control("GET", f"journal?mutating=true&after={after}")
        return [call for call in calls if call["applied"] and call["service"] != "ssm"]

    def last(self) -> int:
        """Give the number of the journal's last entry."""
        return max((call["n"] for call in self.control("GET", "journal")), default=0)

    def playbook(self, name: str, *arguments: str, variables: Mapping[str, Any] | None = None, **environment: str) -> Ran:
        """Run a playbook of the collection on localhost."""
        given = json.dumps(dict(MINIMAL if variables is None else variables))
        command = [_beside("ansible-playbook"), f"cutover.eks.{name}", "-e", given, *arguments]
        run = subprocess.run(command, cwd=ROOT, env=self.playbook_environment(**environment), capture_output=True, text=True, check=False)
        return _parsed(run)

    def playbook_environment(self, **more: str) -> dict[str, str]:
        return self.simulator.environment(
            ANSIBLE_COLLECTIONS_PATH=str(COLLECTIONS),
            ANSIBLE_STDOUT_CALLBACK="ansible.posix.json",
            ANSIBLE_LOCALHOST_WARNING="false",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
            ANSIBLE_DEPRECATION_WARNINGS="false",
        ) | more


def _beside(executable: str) -> str:
    return str(Path(sys.executable).with_name(executable))


def _parsed(run: subprocess.CompletedProcess[str]) -> Ran:
    """Read the JSON callback's output; progress lines stand before it."""
    text = run.stdout
    for at in (place for place, line in _line_starts(text) if line.startswith("{")):
        try:
            report = json.loads(text[at:])
        except ValueError:
            continue
        tasks = [task for play in report["plays"] for task in play["tasks"]]
        results = tuple(next(iter(task["hosts"].values())) for task in tasks if task["hosts"])
        return Ran(run.returncode, run.stdout + run.stderr, results)
    return Ran(run.returncode, run.stdout + run.stderr)


def _line_starts(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.splitlines(keepends=True):
        yield at, line
        at += len(line)
