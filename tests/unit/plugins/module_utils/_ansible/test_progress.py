# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress: the lines, who hears them, and that nobody hearing them is no failure."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.cutover.eks.plugins.module_utils._ansible.progress import PROGRESS_FILE, teller
from ansible_collections.cutover.eks.plugins.module_utils._model.duration import Usual
from ansible_collections.cutover.eks.plugins.module_utils._run.progress import Lines
from ansible_collections.cutover.eks.tests.unit.plugins.module_utils._run.fakes import FakeClock

USUAL = Usual(120, 60, 240)


def test_a_line_names_cluster_thing_state_time_and_what_is_usual() -> None:
    said: list[str] = []
    Lines(subject="blue", say=said.append, clock=FakeClock()).state("nodegroup/general", "CREATING", 80, USUAL)
    assert said == ["blue · nodegroup/general CREATING 1m20s, usually 2m (1m–4m)"]


def test_a_state_is_told_when_it_changes_and_else_every_30_seconds() -> None:
    said: list[str] = []
    clock = FakeClock()
    lines = Lines(subject="blue", say=said.append, clock=clock)
    for second in range(61):
        lines.state("cluster", "CREATING", second, USUAL)
        clock.sleep(1)
    lines.state("cluster", "ACTIVE", 61)
    assert [line.split(",")[0] for line in said] == [
        "blue · cluster CREATING 0s",
        "blue · cluster CREATING 30s",
        "blue · cluster CREATING 1m",
        "blue · cluster ACTIVE 1m01s",
    ]


def test_lines_are_appended_to_the_file_that_the_environment_names(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    say = teller({PROGRESS_FILE: str(path)})
    say("one")
    say("two · three")
    assert path.read_text(encoding="utf-8") == "one\ntwo · three\n"


def test_without_a_file_or_with_one_that_cannot_be_written_nothing_happens(tmp_path: Path) -> None:
    teller({})("nobody hears")
    teller({PROGRESS_FILE: str(tmp_path / "no" / "such")})("nobody hears")
    assert list(tmp_path.iterdir()) == []
