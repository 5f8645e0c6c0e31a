# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo` does what its recorded transcript shows, apart from times, ids and how often something was looked at."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from world import ROOT

TRANSCRIPT = ROOT / "docs" / "demo.txt"
MOST_LINES, WIDTH = 150, 120
STATE = re.compile(r"blue · (?P<thing>\w\S*/\S+) (?P<state>.+?) (\d+h)?(\d+m)?(\d+s)?(, usually.*)?$")
CHANGING = (
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b(rtb|nat)-[0-9a-f]{17}\b"), r"\1-ID"),
)


def constant(text: str) -> list[tuple[list[str], dict[str, str]]]:
    """Give what must be the same each time: act by act its lines, and the state in which everything that is waited for ends."""
    for pattern, instead in CHANGING:
        text = pattern.sub(instead, text)
    return [_act(lines.splitlines()) for lines in text.split("\n## ")]


def _act(lines: list[str]) -> tuple[list[str], dict[str, str]]:
    states = [found for line in lines if (found := STATE.match(line))]
    ends = {found["thing"]: found["state"] for found in states if not found["state"].startswith("held up")}
    return [line for line in lines if not STATE.match(line)], ends


def test_a_fresh_demo_is_the_recorded_one() -> None:
    environment = {**os.environ, "COLUMNS": str(WIDTH)}
    run = subprocess.run([sys.executable, "scripts/demo.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert constant(run.stdout) == constant(TRANSCRIPT.read_text(encoding="utf-8"))


def test_the_transcript_can_be_read() -> None:
    lines = TRANSCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= WIDTH
