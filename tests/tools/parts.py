# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the parts of `make test`, side by side where they do not disturb each other, and say what became of each.

    python parts.py LOGS STAGE…      a stage is lanes joined by `+`, a lane is targets of the Makefile joined by `,`

The lanes of a stage run at the same time, the targets of a lane one after the other. Every part has a log; the log of a failed part
is shown. One failure does not stop the others, so that one run tells everything.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

SHOWN_LINES = 200
"""How much of a failed part's log is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one part ended."""

    part: str
    seconds: float
    status: int
    log: Path

    def line(self) -> str:
        """One line for the summary."""
        return f"{'ok' if self.status == 0 else 'FAILED':6}  {self.part:18} {self.seconds:7.1f} s   {self.log}"


def run_part(part: str, logs: Path) -> Outcome:
    """Make one target, with its output in its log."""
    log = logs / f"{part}.log"
    print(f"        {part} …", flush=True)
    begun = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        status = subprocess.run(["make", "--no-print-directory", part], stdout=output, stderr=subprocess.STDOUT, check=False).returncode
    outcome = Outcome(part=part, seconds=time.monotonic() - begun, status=status, log=log)
    print(outcome.line(), flush=True)
    return outcome


def run_lane(lane: str, logs: Path) -> list[Outcome]:
    """Run the targets of a lane one after the other."""
    return [run_part(part, logs) for part in lane.split(",")]


def run_stage(stage: str, logs: Path) -> list[Outcome]:
    """Run the lanes of a stage at the same time."""
    lanes = stage.split("+")
    with ThreadPoolExecutor(len(lanes)) as pool:
        return [outcome for outcomes in pool.map(lambda lane: run_lane(lane, logs), lanes) for outcome in outcomes]


def show_failure(outcome: Outcome) -> None:
    """Show the end of what a failed part said."""
    lines = outcome.log.read_text(encoding="utf-8", errors="replace").splitlines()
    print(f"\n--- {outcome.part}: the last {min(len(lines), SHOWN_LINES)} lines of {outcome.log}")
    print("\n".join(lines[-SHOWN_LINES:]))


def main() -> int:
    """Run all stages and sum up."""
    logs = Path(sys.argv[1])
    logs.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    outcomes = [outcome for stage in sys.argv[2:] for outcome in run_stage(stage, logs)]
    failed = [outcome for outcome in outcomes if outcome.status]
    for outcome in failed:
        show_failure(outcome)
    print("\nSummary")
    for outcome in outcomes:
        print(outcome.line())
    print(f"{len(outcomes) - len(failed)} of {len(outcomes)} parts passed in {time.monotonic() - begun:.0f} s")
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
