# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module returns is what it takes: given back as options, it changes nothing and comes out the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import converging
import pytest
from plays import play
from world import World

from ansible_collections.cutover.eks.plugins.module_utils._ansible.stack import GIVEN, NOUNS


def owner(part: str) -> dict[str, str]:
    """Give what the stack tells its parts: whose they are."""
    return dict.fromkeys(GIVEN[part] - {"state"}, "blue")


def declared(value: Any) -> Any:
    """Leave out what is null: Ansible gives it to modules for what was not declared."""
    match value:
        case dict():
            return {name: declared(inner) for name, inner in value.items() if inner is not None}
        case list():
            return [declared(inner) for inner in value]
        case _:
            return value


@pytest.fixture
def outputs(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Give what each module returns of a converged stack."""
    made = converging.run(world.simulator.endpoint)
    assert not made.get("failed"), made.get("msg")
    outputs = {"stack": made["stack"]}
    for part, noun in NOUNS.items():
        monkeypatch.setattr(converging, "NOUN", noun)
        alone = converging.run(world.simulator.endpoint, {**made["stack"][part], **owner(part)})
        assert (alone.get("failed"), alone["changed"]) == (None, False), (part, alone.get("msg"), alone.get("plan_text"))
        outputs[part] = alone[part]
    return outputs


def test_every_modules_output_given_back_changes_nothing(world: World, tmp_path: Path, outputs: dict[str, dict[str, Any]]) -> None:
    before = world.last()
    played = play(world, tmp_path, [{"name": f"Again {module}", f"cutover.eks.{module}": options} for module, options in outputs.items()])
    assert (played.exit_code, played.changed()) == (0, []), played.output
    assert world.mutations(before) == []
    again = {module: played.result(f"Again {module}")[module] for module in outputs}
    assert declared(again) == declared(outputs)
