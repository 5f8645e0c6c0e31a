# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan that a person can read."""

from __future__ import annotations

from ansible_collections.cutover.eks.plugins.module_utils._model.duration import Usual
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Change, Disruption, Kind, Plan, Step, Wait
from ansible_collections.cutover.eks.plugins.module_utils._plan.tree import WIDTH, render


def step(key: str, kind: Kind = Kind.CREATE, *changes: Change, **more: object) -> Step:
    return Step(key=key, service="x", operation="Call", kind=kind, changes=changes, **more)  # type: ignore[arg-type]


def waiting(seconds: int, low: int, high: int) -> Wait:
    return Wait(service="x", operation="D", request={}, status="s", success=frozenset(), usual=Usual(seconds, low, high))


def test_members_of_a_kind_stand_below_it() -> None:
    plan = Plan(steps=(step("subnet/a", Kind.CREATE, Change(path="cidr", after="10.0.0.0/20")), step("subnet/b")))
    assert render(plan).splitlines() == ["2 steps: 2 to create", "└─ subnet", "   ├─ + a  10.0.0.0/20", "   └─ + b"]


def test_what_belongs_to_a_new_thing_stands_beside_it() -> None:
    plan = Plan(steps=(step("role/node"), step("role/node/policy/Worker", Kind.UPDATE)))
    assert render(plan).splitlines()[1] == "└─ + role/node · with policy/Worker"


def test_a_change_shows_before_and_after_and_its_marks() -> None:
    change = Change(path="version", before="1.34", after="1.35")
    plan = Plan(
        steps=(
            step(
                "cluster/version",
                Kind.UPDATE,
                change,
                disruption=Disruption.ROLLING,
                reversible=False,
                consent="allow_irreversible",
                wait=waiting(600, 0, 0),
            ),
        )
    )
    assert render(plan).splitlines()[1] == (
        "└─ ~ cluster/version  version: 1.34 → 1.35 · rolling · IRREVERSIBLE · needs allow_irreversible · usually 10m"
    )


def test_several_changes_stand_below_the_step() -> None:
    plan = Plan(
        steps=(step("cluster/endpoint", Kind.UPDATE, Change(path="public", before=True, after=False), Change(path="cidrs", after=["a"])),)
    )
    assert render(plan).splitlines()[2:] == ["      public: true → false", '      cidrs: (none) → ["a"]']


def test_deletions_waits_and_replacements_are_told_apart() -> None:
    plan = Plan(steps=(step("a", Kind.DELETE), step("b", Kind.WAIT), step("c", Kind.REPLACE)))
    assert [line.split()[1] for line in render(plan).splitlines()[1:]] == ["-", "…", "±"]


def test_a_replacement_shows_what_makes_it_necessary() -> None:
    plan = Plan(steps=(step("c", Kind.REPLACE, Change(path="instance_types", before=("m7i.large",), after=("c7i.large",))),))
    assert render(plan).splitlines()[1] == '└─ ± c  instance_types: ["m7i.large"] → ["c7i.large"] · needs allow_replace'


def test_what_could_not_be_checked_or_is_not_ours_is_said() -> None:
    text = render(
        Plan(deferred_checks=("subnets lie in two zones",), unmanaged=("addon/adot",), notes=("coredns v2 is available",)), ["account 1"]
    )
    assert text.splitlines() == [
        "account 1",
        "No changes.",
        "? checked later: subnets lie in two zones",
        "! not ours, left alone: addon/adot",
        "i coredns v2 is available",
    ]


def test_no_line_is_wider_than_a_terminal() -> None:
    names = [step("role/node")] + [step(f"role/node/policy/AmazonVeryLongPolicyName{n}", Kind.UPDATE) for n in range(9)]
    lines = render(Plan(steps=tuple(names))).splitlines()
    assert len(lines) > 3
    assert max(len(line) for line in lines) <= WIDTH
