# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: a production-like cluster from nothing to nothing, on the embedded simulator, by the playbooks that users run.

Prints what a person would see in a terminal; exits 1 when a part does not turn out as promised.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from textwrap import fill
from typing import Any

from simulator.harness import Simulator, started

ROOT = Path(__file__).resolve().parent.parent
VARIABLES = ROOT / "docs" / "examples" / "demo.yml"
CLUSTER = "blue"
WIDTH = 120
TREE = re.compile(r"^\W*[├└│]|^\? |^ {3,}policy/")
NOISE = re.compile(
    r"^(PLAY|TASK|PLAY RECAP) .*\*{3,}$|^\s*$|^\[WARNING\].*localhost|^(ok|changed): \[localhost\]$|^--- before|^\+\+\+ after"
)


class Broken(Exception):
    """The demo did not keep a promise."""


class Demo:
    """The acts of the demo, in order."""

    def __init__(self, simulator: Simulator) -> None:
        """Use this simulator, and the collection from this tree."""
        self.begun = False
        self.trees: set[tuple[str, ...]] = set()
        self.simulator = simulator
        self.environment = simulator.environment(
            ANSIBLE_COLLECTIONS_PATH=str(ROOT / ".build" / "dev"),
            ANSIBLE_LOCALHOST_WARNING="false",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
            ANSIBLE_NOCOLOR="true",
            ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default",
            PYTHONUNBUFFERED="1",
        )

    def act(self, title: str, playbook: str, *arguments: str, changed: int) -> None:
        """Run a playbook, show what it says, and hold it to the number of changed tasks."""
        command = ["ansible-playbook", f"cutover.eks.{playbook}", "-e", f"@{VARIABLES.relative_to(ROOT)}", *arguments]
        self._title(title)
        print(f"$ {' '.join(command)}", flush=True)
        executable = [str(Path(sys.executable).with_name("ansible-playbook")), *command[1:]]
        with subprocess.Popen(
            executable, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as run:
            lines = self._show(line.rstrip("\n") for line in run.stdout or ())
        recap = next((line for line in reversed(lines) if "changed=" in line), "")
        if run.returncode or f"changed={changed} " not in f"{recap} ":
            raise Broken(f"{playbook}: exit code {run.returncode}, expected changed={changed}, found {recap.strip() or 'no recap'}")

    def behind_the_back(self, title: str, *calls: tuple[str, str, dict[str, Any]]) -> None:
        """Change things as somebody with the console would."""
        self._title(title)
        import boto3  # noqa: PLC0415 - only here, and only with the isolated environment

        for service, method, parameters in calls:
            call = f"{service}.{method} {json.dumps(parameters)}"
            print(fill(call, WIDTH, initial_indent="  ", subsequent_indent="      "), flush=True)
            client = boto3.client(service, endpoint_url=self.simulator.endpoint, region_name=self.environment["AWS_REGION"], **self._keys())
            getattr(client, method)(**parameters)
        # The change of a cluster takes minutes; who looks later finds it done, not under way.
        self.simulator.control("POST", "clock/advance", {"seconds": 600})

    def nothing_is_left(self) -> None:
        """Ask the simulator for everything that exists because of the cluster."""
        left = self.simulator.control("GET", f"leftovers?cluster={CLUSTER}")["leftovers"]
        self._title(f"What is left in the account because of {CLUSTER}")
        for thing in left:
            print(f"  {thing['kind']} {thing['id']} ({thing['why']})", flush=True)
        if left:
            raise Broken("something is left")
        print("  nothing", flush=True)

    def private_route(self) -> dict[str, Any]:
        """Find the default route of one private subnet."""
        import boto3  # noqa: PLC0415 - as above

        ec2 = boto3.client("ec2", endpoint_url=self.simulator.endpoint, region_name=self.environment["AWS_REGION"], **self._keys())
        tables = ec2.describe_route_tables(Filters=[{"Name": "tag:cutover.eks/step", "Values": ["route-table/private-a"]}])["RouteTables"]
        return {"RouteTableId": tables[0]["RouteTableId"], "DestinationCidrBlock": "0.0.0.0/0"}

    def _title(self, title: str) -> None:
        if self.begun:
            print()
        self.begun = True
        print(f"## {title}", flush=True)

    def _keys(self) -> dict[str, str]:
        return {
            "aws_access_key_id": self.environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self.environment["AWS_SECRET_ACCESS_KEY"],
        }

    def _show(self, lines: Iterator[str]) -> list[str]:
        """Print the lines a person cares for; a plan that was printed before is named instead of printed again."""
        seen: list[str] = []
        for in_tree, block in groupby(lines, key=lambda line: bool(TREE.search(line))):
            # A tree comes at once, so nobody waits for its last line; everything else is printed as it comes.
            for line in self._tree(list(block)) if in_tree else block:
                seen.append(line)
                if not NOISE.search(line):
                    print(line[:WIDTH].rstrip(), flush=True)
        return seen

    def _tree(self, tree: list[str]) -> list[str]:
        if tuple(tree) in self.trees:
            return ["   (the same plan as above)"]
        self.trees.add(tuple(tree))
        return tree


def play(demo: Demo) -> None:
    """Play all acts."""
    demo.act("The plan, on an empty account", "create_cluster", "--check", "--diff", changed=1)
    demo.act("The run", "create_cluster", changed=1)
    demo.act("The same again: nothing changes", "create_cluster", changed=0)
    demo.behind_the_back(
        "Somebody changes things behind our back",
        (
            "eks",
            "update_cluster_config",
            {"name": CLUSTER, "resourcesVpcConfig": {"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}},
        ),
        ("ec2", "delete_route", demo.private_route()),
    )
    demo.act("The plan that repairs it", "plan_cluster", changed=1)
    demo.act("The repair", "create_cluster", changed=1)
    demo.act("And down again", "delete_cluster", "-e", f"eks_stack_confirm_deletion={CLUSTER}", changed=1)
    demo.nothing_is_left()


def main() -> int:
    """Play the demo; with KEEP=1 leave the simulator up and say how to use it."""
    with started(speed=60) as simulator:
        try:
            play(Demo(simulator))
        except Broken as broken:
            print(f"\nThe demo failed: {broken}", file=sys.stderr)
            return 1
        if os.environ.get("KEEP") == "1":
            _keep(simulator)
    return 0


def _keep(simulator: Simulator) -> None:
    print("\nThe simulator stays up until you press Ctrl-C. For your own playbooks, in another terminal:\n")
    for name, value in simulator.environment().items():
        if name.startswith(("AWS_", "CUTOVER_")):
            print(f"export {name}={value}")
    try:
        simulator.process.wait()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    sys.exit(main())
