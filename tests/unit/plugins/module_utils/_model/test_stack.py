# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What module `stack` refuses by the shape of its options alone, and what of them is sound all the same."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.plugins.module_utils._model.stack import Stack

SCOPE = Scope(account="123456789012", region="eu-central-1")
STACK: dict[str, Any] = {
    "name": "blue",
    "network": {"vpc": {"cidr": "10.0.0.0/16"}, "zones": ["3"], "subnets": {"private": {}}},
    "iam_roles": {"roles": [{"purpose": "cluster"}, {"purpose": "node"}]},
    "cluster": {"version": "1.35"},
    "nodegroups": {"nodegroups": [{"name": "general"}]},
    "addons": {"addons": [{"name": "vpc-cni"}]},
}
FLAWS: dict[str, tuple[dict[str, Any], str, str]] = {
    "network": ({"vpc": {"cidr": "10.0.0.0/16"}, "zones": ["1"], "subnets": {"private": {}}}, "too_few_zones", "network.zones"),
    "iam_roles": ({"roles": [{"purpose": "node"}, {"purpose": "node"}]}, "doubled_name", "iam_roles.roles"),
    "cluster": ({"version": "1.3"}, "version_unquoted", "cluster.version"),
    "nodegroups": ({"nodegroups": [{"name": "x" * 64}]}, "bad_name", "nodegroups.nodegroups[0].name"),
    "addons": ({"addons": [{"name": "vpc-cni", "version": "1"}]}, "bad_version", "addons.addons[0].version"),
}


def refusal(**changes: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        Stack.from_options({**STACK, **changes}, SCOPE)
    return refused.value


def told(refused: Refused) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in refused.problems]


@pytest.mark.parametrize("part", FLAWS)
def test_a_part_whose_shape_is_wrong_leaves_the_others_sound(part: str) -> None:
    options, code, path = FLAWS[part]
    refused = refusal(**{part: options})
    assert told(refused) == [(code, path)]
    assert isinstance(refused.sound, Stack)
    assert refused.sound.parts.keys() == STACK.keys() - {"name", part}
    assert refused.sound.flawed == {part: options}


def test_the_problems_of_all_parts_are_reported_together() -> None:
    refused = refusal(**{part: options for part, (options, _code, _path) in FLAWS.items()})
    assert told(refused) == [(code, path) for _options, code, path in FLAWS.values()]


@pytest.mark.parametrize("name", ["n" * 101, "-blue", "blue green", ""])
def test_a_bad_name_is_one_problem_and_nothing_is_looked_up_by_it(name: str) -> None:
    refused = refusal(name=name)
    assert (told(refused), refused.sound) == ([("bad_name", "name")], None)


def test_a_bad_name_does_not_hide_the_problems_of_the_parts() -> None:
    refused = refusal(name="n" * 101, cluster=FLAWS["cluster"][0])
    assert (told(refused), refused.sound) == ([("bad_name", "name"), ("version_unquoted", "cluster.version")], None)


def test_a_version_that_is_none_is_not_handed_on_to_the_nodes() -> None:
    refused = refusal(cluster=FLAWS["cluster"][0])
    assert isinstance(refused.sound, Stack)
    assert refused.sound.version() is None
    assert Stack.from_options({**STACK, "cluster": {"version": "v1.34"}}, SCOPE).version() == "1.34"
