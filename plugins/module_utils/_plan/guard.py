# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Consent: which steps of a plan an operator has to allow by name before anything is changed."""

from __future__ import annotations

from .._model.problem import Problems
from .._model.reference import told
from .plan import Kind, Plan, Step


def guard(plan: Plan, *, allow_replace: bool, allow_irreversible: bool) -> None:
    """Refuse the plan, all steps at once, when it replaces or does what cannot be undone without that consent."""
    given = {"allow_replace": allow_replace, "allow_irreversible": allow_irreversible}
    problems = Problems()
    for step in plan:
        option = consent_needed(step)
        if option and not given[option]:
            problems.add(
                f"needs_{option}",
                step.key,
                found=_found(step),
                wanted=f"{option}: true",
                do=f"Read the plan; if this is what you want, repeat the run with {option}: true.",
            )
    problems.refuse_if_any()


def consent_needed(step: Step) -> str:
    """Give the option that has to allow the step, or nothing. A replacement without a call is left to a person, so no option allows it."""
    return "allow_replace" if step.kind is Kind.REPLACE and step.operation else step.consent


def _found(step: Step) -> str:
    fields = ", ".join(f"{change.path} {told(change.before)} → {told(change.after)}" for change in step.changes)
    return f"a step that {'replaces' if step.kind is Kind.REPLACE else 'cannot be undone'} ({fields or step.operation})"
