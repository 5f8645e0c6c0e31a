# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo` does what its recorded transcript shows, apart from times, ids and the order of what happens at the same time."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from world import ROOT

TRANSCRIPT = ROOT / "docs" / "demo.txt"
MOST_LINES, WIDTH = 150, 120
CHANGING = (
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b(rtb|nat)-[0-9a-f]{17}\b"), r"\1-ID"),
    (re.compile(r"^(blue · \S+ [\w ]+?) (\d+h)?(\d+m)?(\d+s)?(, usually.*)?$"), r"\1"),
)


def constant(text: str) -> list[str]:
    """Give what must be the same each time: acts in their order, what is said of one thing at the same time sorted."""
    for pattern, instead in CHANGING:
        text = "\n".join(pattern.sub(instead, line) for line in text.splitlines())
    acts = text.split("\n## ")
    return [line for act in acts for line in (*_told(act), *sorted(set(act.splitlines()) - set(_told(act))))]


def _told(act: str) -> list[str]:
    return [line for line in act.splitlines() if not re.match(r"blue · \S+/", line)]


def test_a_fresh_demo_is_the_recorded_one() -> None:
    environment = {**os.environ, "COLUMNS": str(WIDTH)}
    run = subprocess.run([sys.executable, "scripts/demo.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert constant(run.stdout) == constant(TRANSCRIPT.read_text(encoding="utf-8"))


def test_the_transcript_can_be_read() -> None:
    lines = TRANSCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= WIDTH
