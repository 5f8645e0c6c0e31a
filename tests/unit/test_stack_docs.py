# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of module `stack` are those of the single modules: written by a tool, and kept as it writes them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
STACK = ROOT / "plugins" / "modules" / "stack.py"


@pytest.fixture(name="tool", scope="module")
def _tool() -> ModuleType:
    """Load the tool from its file: it is a script, not part of a package."""
    spec = importlib.util.spec_from_file_location("stack_docs", ROOT / "tests" / "tools" / "stack_docs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_block_is_what_the_tool_would_write(tool: ModuleType) -> None:
    source = STACK.read_text(encoding="utf-8")
    assert tool.written(source) == source, "run `python tests/tools/stack_docs.py`"


def test_a_stale_block_is_renewed_and_the_rest_of_the_module_kept(tool: ModuleType) -> None:
    stale = f"before\n{tool.BEGIN}  network: {{}}\n{tool.END}after\n"
    assert tool.written(stale) == f"before\n{tool.block()}after\n"


@pytest.mark.parametrize("part", ["network", "iam_roles", "cluster", "nodegroups", "addons"])
def test_each_part_offers_what_its_module_offers_but_for_what_the_stack_gives(tool: ModuleType, part: str) -> None:
    given = tool.PARTS[part][1]
    assert given
    assert tool.parts()[part]["suboptions"].keys() == tool.documentation(part)["options"].keys() - given


def test_an_option_is_referred_to_where_it_stands_in_the_stack(tool: ModuleType) -> None:
    places = {option: tool._place(option, "network") for option in ("vpc.cidr", "subnets[].ids", "cluster", "state", "allow_replace")}
    assert places == {
        "vpc.cidr": "network.vpc.cidr",
        "subnets[].ids": "network.subnets[].ids",
        "cluster": "name",
        "state": "state",
        "allow_replace": "allow_replace",
    }
