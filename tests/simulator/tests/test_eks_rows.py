# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule in `semantics.yml` has a test that names it, and no test names a rule that is not there."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
ROWS = [row["row"] for row in yaml.safe_load((HERE / "semantics.yml").read_text(encoding="utf-8"))]


@cache
def shown() -> frozenset[str]:
    """Collect the names of all `row` markers on test functions, read from the source and not run."""
    tests = (node for path in HERE.rglob("test_*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return frozenset(name for test in tests if isinstance(test, ast.FunctionDef) for name in marks(test))


def marks(test: ast.FunctionDef) -> list[str]:
    calls = (mark for mark in test.decorator_list if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.row")
    return [str(ast.literal_eval(call.args[0])) for call in calls if test.name.startswith("test_")]


@pytest.mark.parametrize("row", ROWS)
def test_every_rule_has_a_test(row: str) -> None:
    assert row in shown(), f"no test is marked @pytest.mark.row({row!r})"


def test_every_marker_names_a_rule() -> None:
    assert shown() <= set(ROWS)


def test_the_rules_are_there_once() -> None:
    assert len(ROWS) == len(set(ROWS)) > 40
