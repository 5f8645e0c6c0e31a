# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a distribution of its own: it asks for everything that it imports, and tells what it only guesses."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import pairwise
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
SOURCES = HOME / "src" / "simulator"


def imported() -> Iterator[str]:
    """Name the first part of every absolute import."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                yield node.module.partition(".")[0]


def declared() -> set[str]:
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[\[=<>~ ]", requirement)[0].lower() for requirement in project["dependencies"]}


def test_every_import_is_a_declared_dependency() -> None:
    known = packages_distributions()
    missing = {
        name
        for name in set(imported()) - sys.stdlib_module_names
        if not {distribution.lower() for distribution in known.get(name, [])} & declared()
    }
    assert missing == set()


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [requirement for requirement in project["dependencies"] if "==" not in requirement] == []


def chosen() -> list[str]:
    """Name the durations whose comment says that they are our choice."""
    body = ast.parse((SOURCES / "services" / "eks" / "durations.py").read_text(encoding="utf-8")).body
    pairs = [(each, told) for each, told in pairwise(body) if isinstance(each, ast.Assign) and isinstance(told, ast.Expr)]
    return [ast.unparse(each.targets[0]) for each, told in pairs if ast.unparse(told.value).startswith(("'Chosen", '"Chosen'))]


def test_every_duration_that_is_a_choice_is_among_the_guesses() -> None:
    table = (HOME / "README.md").read_text(encoding="utf-8").partition("## Where nobody knows")[2]
    names = chosen()
    assert len(names) > 5
    assert [name for name in names if f"`{name}`" not in table] == []
