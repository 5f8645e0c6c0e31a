# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What needs a consent is refused without it, all of it at once."""

from __future__ import annotations

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._plan.guard import consent_needed, guard
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Change, Kind, Plan, Step

VERSION = Step(
    key="cluster/version",
    service="eks",
    kind=Kind.UPDATE,
    reversible=False,
    consent="allow_irreversible",
    changes=(Change(path="version", before="1.34", after="1.35"),),
)
SWAP = Step(key="nodegroup/general", service="eks", operation="CreateNodegroup", kind=Kind.REPLACE)
PLAN = Plan(steps=(VERSION, SWAP))


def test_without_consent_both_are_refused_together() -> None:
    with pytest.raises(Refused) as refused:
        guard(PLAN, allow_replace=False, allow_irreversible=False)
    assert [(p.code, p.path) for p in refused.value.problems] == [
        ("needs_allow_irreversible", "cluster/version"),
        ("needs_allow_replace", "nodegroup/general"),
    ]
    assert "version 1.34 → 1.35" in str(refused.value)


def test_a_consent_covers_only_its_own_kind() -> None:
    with pytest.raises(Refused, match="nodegroup/general"):
        guard(PLAN, allow_replace=False, allow_irreversible=True)


def test_with_both_consents_the_plan_may_run() -> None:
    guard(PLAN, allow_replace=True, allow_irreversible=True)
    assert PLAN.changed


def test_no_consent_is_asked_for_a_replacement_that_is_left_to_a_person() -> None:
    by_hand = Step(key="nodegroup/general/replace", service="eks", kind=Kind.REPLACE)
    guard(Plan(steps=(by_hand,)), allow_replace=False, allow_irreversible=False)
    assert consent_needed(by_hand) == ""
