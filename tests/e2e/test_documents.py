# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks and tasks that the documents show are taken by ansible-playbook, and planned on an empty account where they can be."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from plays import written
from world import ROOT, World

DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/docsite/rst/*.rst")), *sorted(ROOT.glob("roles/*/README.md"))]
NEEDS_A_WORLD = {
    "roles/eks_cluster/README.md 1": "subnets and a role of a network that exists",
    "roles/eks_nodegroups/README.md 1": "a cluster that exists",
    "roles/eks_addons/README.md 1": "a cluster that exists",
    "docs/docsite/rst/adopt_what_exists.rst 1": "somebody's VPC, by its id",
}
"""Examples that name things by their ids, so that only their syntax is looked at here."""
VARIABLES = yaml.safe_load((ROOT / "docs" / "examples" / "demo.yml").read_text(encoding="utf-8"))
"""What the documents give to playbooks that show no variables."""


@dataclass(frozen=True, slots=True)
class Example:
    """A playbook, or tasks, of a document."""

    name: str
    content: list[dict[str, Any]]

    @property
    def plays(self) -> list[dict[str, Any]]:
        return self.content if "hosts" in self.content[0] else [written(self.content)]


def shown(path: Path) -> Iterator[str]:
    """Every YAML text: fences in Markdown, directives in reStructuredText."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        yield from re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for found in re.finditer(r"^( *)\.\. code-block:: yaml\n\n((?:\1 {3}.*\n|\n)+)", text, re.MULTILINE):
        yield textwrap.dedent(found[2])


def examples() -> Iterator[Example]:
    for path in DOCUMENTS:
        contents = (yaml.safe_load(text) for text in shown(path))
        for number, content in enumerate((content for content in contents if isinstance(content, list)), start=1):
            yield Example(f"{path.relative_to(ROOT)} {number}", content)


EXAMPLES = {example.name: example for example in examples()}


def ansible_playbook(world: World, folder: Path, plays: Sequence[Mapping[str, Any]], *arguments: str) -> subprocess.CompletedProcess[str]:
    book = folder / "play.json"
    book.write_text(json.dumps(plays))
    command = [str(Path(sys.executable).with_name("ansible-playbook")), str(book), "-e", json.dumps(VARIABLES), *arguments]
    environment: Mapping[str, str] = world.playbook_environment(ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default")
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_table_names_examples_that_there_are() -> None:
    assert NEEDS_A_WORLD.keys() <= EXAMPLES.keys()
    assert len(EXAMPLES) > len(NEEDS_A_WORLD)


def test_examples_that_need_a_world_are_playbooks(world: World, tmp_path: Path) -> None:
    ran = ansible_playbook(world, tmp_path, [play for name in NEEDS_A_WORLD for play in EXAMPLES[name].plays], "--syntax-check")
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - NEEDS_A_WORLD.keys()))
def test_an_example_is_planned_on_an_empty_account(world: World, tmp_path: Path, name: str) -> None:
    ran = ansible_playbook(world, tmp_path, EXAMPLES[name].plays, "--check", "--diff")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert world.mutations() == []
