# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One playbook run on one simulator: how long it took, what it called, how large its modules grew. No judgement here."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.harness import Simulator, started

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
PLAYBOOKS = Path(__file__).resolve().parent / "playbooks"
INSTANT = 3000.0
"""A speed at which nothing is worth waiting for: what remains is the work of the two sides."""
MEASURING = """#!{python}
import json, os, sys
child = os.spawnv(os.P_NOWAIT, {python!r}, [{python!r}, *sys.argv[1:]])
_, status, used = os.wait4(child, 0)
with open({log!r}, "a") as log:
    log.write(json.dumps([sys.argv[-1], used.ru_maxrss]) + "\\n")
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""An interpreter for modules that notes the largest resident size of each: the kernel's own count, not a sample."""


class Broken(Exception):
    """A run did not do what is being measured: its numbers would mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of a playbook came to."""

    seconds: float
    processor: float
    """Seconds of processor time of Ansible and its modules: other work on the machine touches it less than the time on the clock."""
    calls: int
    changed: int
    exit_code: int
    output: str


@contextmanager
def warm(*arguments: str, speed: float = INSTANT) -> Iterator[Simulator]:
    """Start a simulator that has answered before: the first look at each service takes it seconds, which are neither side's work."""
    with started(*arguments, speed=speed) as simulator:
        good(play(simulator, "stack_reference", "--check"))
        yield simulator


def play(simulator: Simulator, name: str, *words: str, hosts: Sequence[str] = ("blue",), **variables: Any) -> Run:
    """Run a playbook for some clusters, whatever comes of it."""
    simulator.control("DELETE", "journal")
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")), "-i", "".join(f"{host}," for host in hosts), "-f", str(max(len(hosts), 5)),
        "-e", json.dumps(variables), *words, str(PLAYBOOKS / f"{name}.yml"),
    ]  # fmt: skip
    started, used = time.monotonic(), _used()
    ran = subprocess.run(command, env=_environment(simulator), capture_output=True, text=True, check=False)
    seconds, processor = time.monotonic() - started, _used() - used
    calls = len(simulator.control("GET", "journal"))
    changed = sum(int(found) for found in re.findall(r"changed=(\d+)", ran.stdout))
    return Run(seconds=seconds, processor=processor, calls=calls, changed=changed, exit_code=ran.returncode, output=ran.stdout + ran.stderr)


def _used() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def good(run: Run, *, changed: bool | None = None) -> Run:
    """Insist that the run succeeded, and changed something or nothing."""
    if run.exit_code or (changed is not None and bool(run.changed) != changed):
        raise Broken(f"exit code {run.exit_code}, changed={run.changed}\n{run.output[-3000:]}")
    return run


def measuring_python() -> tuple[Path, Path]:
    """Write the measuring interpreter; gives it and the file that it notes into."""
    script, log = BUILD / "measured_python", BUILD / "measured_python.log"
    log.unlink(missing_ok=True)
    script.write_text(MEASURING.format(python=sys.executable, log=str(log)))
    script.chmod(0o755)
    return script, log


def largest(log: Path, module: str) -> float:
    """Give the largest resident size of a module's processes, in MB."""
    noted: list[tuple[str, int]] = [json.loads(line) for line in log.read_text().splitlines()]
    return max(size for path, size in noted if f"AnsiballZ_{module}.py" in path) / 1024


def _environment(simulator: Simulator) -> dict[str, str]:
    return simulator.environment(
        ANSIBLE_COLLECTIONS_PATH=str(BUILD / "dev"),
        ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default",
        ANSIBLE_DEPRECATION_WARNINGS="false",
        ANSIBLE_NOCOLOR="true",
        ANSIBLE_HOST_KEY_CHECKING="false",
    )
