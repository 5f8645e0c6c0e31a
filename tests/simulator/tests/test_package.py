# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a distribution of its own: it asks for everything that it imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
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
