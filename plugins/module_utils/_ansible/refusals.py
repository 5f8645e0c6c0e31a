# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals that every module shares: where it may run, values that are not known yet, plans that nobody has approved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._model.problem import Problems
from .._model.reference import is_marker
from .._model.scope import Scope
from .._plan.approval import check_approved
from .._plan.data import plan_digest
from .._plan.plan import Plan
from .arguments import Controls


def refuse_markers(options: Mapping[str, Any]) -> None:
    """Refuse values that an earlier task will make known only in a real run."""
    problems = Problems()
    for path, marker in _markers(options, ""):
        problems.add(
            "value_not_known",
            path,
            found=marker,
            wanted="a value",
            do="It comes from the check-mode result of an earlier task; run that task for real first, or both in one run.",
        )
    problems.refuse_if_any()


def refuse_elsewhere(scope: Scope, controls: Controls) -> None:
    """Refuse an account or a region that is not allowed."""
    problems = Problems()
    accounts = controls.allowed_account_ids
    # AWX turns a survey's account id into a number, and a leading zero is lost.
    if accounts is not None and scope.account not in {account.zfill(12) for account in accounts}:
        problems.add(
            "account_not_allowed",
            "allowed_account_ids",
            found=f"account {scope.account} ({scope.caller_arn})",
            wanted=f"one of {', '.join(accounts) or 'none'}",
            do="Use credentials of an allowed account.",
        )
    regions = controls.allowed_regions
    if regions is not None and scope.region not in regions:
        wanted = f"one of {', '.join(regions) or 'none'}"
        problems.add("region_not_allowed", "allowed_regions", found=scope.region, wanted=wanted, do="Set region to an allowed one.")
    problems.refuse_if_any()


def refuse_unapproved(plan: Plan, scope: Scope, controls: Controls) -> None:
    """Refuse a plan that is not the approved one; a digest alone tells that it differs, the plan itself tells how."""
    digest = plan_digest(plan, scope)
    if digest == controls.expected_plan_digest:
        return
    problems = Problems()
    if controls.expected_plan is not None:
        check_approved(plan, controls.expected_plan, problems)
    if controls.expected_plan_digest and not problems.found:
        steps = ", ".join(f"{step.kind.value} {step.key}" for step in plan if step.is_change)
        problems.add(
            "plan_differs",
            "expected_plan_digest",
            found=f"{digest}: {steps or 'no changes'}",
            wanted=controls.expected_plan_digest,
            do="The world or the options have changed since the plan was approved. Compare the plan below with that one and approve it.",
        )
    problems.refuse_if_any()


def _markers(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str() if is_marker(value):
            yield path, value
        case Mapping():
            for name, inner in value.items():
                yield from _markers(inner, f"{path}.{name}" if path else str(name))
        case list() | tuple():
            for at, inner in enumerate(value):
                yield from _markers(inner, f"{path}[{at}]")
