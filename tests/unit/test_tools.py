# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools behind the Makefile: an answer that is worth nothing is not a pass. What the tools run is judged by running them."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).resolve().parents[1] / "tools"
ALL_TESTS = "".join(
    f'Running sanity test "{name}"\n'
    for name in ("ansible-doc", "compile", "import", "no-assert", "pep8", "pylint", "runtime-metadata", "validate-modules", "yamllint")
)


@pytest.fixture(name="tool")
def _tool(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(TOOLS))
    return importlib.import_module("ansible_test")


@pytest.mark.parametrize(
    ("kind", "output", "reason"),
    [
        ("sanity", ALL_TESTS + "WARNING: All targets skipped.", "All targets skipped"),
        ("sanity", ALL_TESTS + "WARNING: Excluding tests marked disabled", "Excluding tests"),
        ("sanity", "", "sanity tests that did not run"),
        ("sanity", ALL_TESTS.replace('"pylint"', '"pslint"'), "did not run: pylint"),
        ("units", "collected 0 items", "no unit test ran"),
        ("units", "0 passed, 3 skipped", "no unit test ran"),
    ],
)
def test_an_answer_that_looked_at_nothing_is_refused(tool: ModuleType, kind: str, output: str, reason: str) -> None:
    assert reason in (tool.looked_at_nothing(kind, output) or "")


@pytest.mark.parametrize(("kind", "output"), [("sanity", ALL_TESTS), ("units", "=== 12 passed in 3s ===")])
def test_an_answer_that_looked_is_believed(tool: ModuleType, kind: str, output: str) -> None:
    assert tool.looked_at_nothing(kind, output) is None


def test_a_stage_runs_its_lanes_and_one_failure_fails_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(TOOLS))
    parts = importlib.import_module("parts")
    (tmp_path / "Makefile").write_text("good other:\n\t@echo fine\nbad:\n\t@echo why it failed; false\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["parts.py", str(tmp_path / "logs"), "good,bad+other"])
    assert parts.main() == 1
    output = capsys.readouterr().out
    assert "2 of 3 parts passed" in output
    assert "why it failed" in output
