# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module returns, built in one place: plans, outcomes, refusals and failures as dictionaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .._model.problem import Refused
from .._plan.data import plan_data, plan_digest
from .._plan.plan import Plan
from .._run.gateway import ApiError
from .._run.lock import Locked
from .._run.outcome import Failure, Outcome, Status
from .draft import Draft

DO = {
    "ssm": "The lock needs ssm:PutParameter, ssm:GetParameter and ssm:DeleteParameter on /cutover.eks/*; lock: none goes without it.",
    "sts": "Check the credentials, the region and the endpoint.",
}
"""What to do about an error of a service that serves one purpose here."""


def planned(draft: Draft) -> dict[str, Any]:
    """Give the result of a run that only plans."""
    return _of_plan(draft, draft.plan, {}) | {"changed": draft.plan.changed}


def applied(draft: Draft, plan: Plan, outcome: Outcome) -> dict[str, Any]:
    """Give the result of a run that has ended well."""
    return so_far(draft, plan, outcome) | {"changed": outcome.changed}


def so_far(draft: Draft, plan: Plan, outcome: Outcome) -> dict[str, Any]:
    """Give the plan with what has become of each step."""
    return _of_plan(draft, plan, outcome.statuses)


def failed(draft: Draft, plan: Plan, outcome: Outcome) -> dict[str, Any]:
    """Give the result of a run that has not."""
    messages = [_told(failure.message, failure.do) for failure in outcome.failures]
    return so_far(draft, plan, outcome) | {
        "failed": True,
        "changed": outcome.changed,
        "msg": "\n".join(dict.fromkeys(messages)),
        "error": _error(outcome.failures[0]),
        "resume": _resume(outcome),
    }


def refused(refusal: Refused, *, changed: bool = False) -> dict[str, Any]:
    """Give the result of a run that has changed nothing, or nothing more, because of these problems."""
    count = len(refusal.problems)
    return {
        "failed": True,
        "changed": changed,
        "msg": f"Nothing {'more ' if changed else ''}was changed, because of {count} problem{'s' if count > 1 else ''}:\n{refusal}",
        "problems": [problem.to_data() for problem in refusal.problems],
    }


def refused_plan(draft: Draft, refusal: Refused) -> dict[str, Any]:
    """Give the result of a plan that needs a consent: the plan, and what is missing."""
    return _of_plan(draft, draft.plan, dict.fromkeys(draft.plan.keys(), Status.NOT_STARTED.value)) | refused(refusal)


def broken(error: ApiError, *, changed: bool = False) -> dict[str, Any]:
    """Give the result of a run that a read has ended."""
    do = DO.get(error.service, "Remove the cause that the service names; then run the same task again.")
    return {
        "failed": True,
        "changed": changed,
        "msg": _told(str(error), do),
        "error": {
            "code": error.code,
            "message": error.message,
            "request_id": error.request_id,
            "what": f"{error.service}:{error.operation}",
            "found": f"{error.code}: {error.message}",
            "do": do,
        },
    }


def locked(error: Locked) -> dict[str, Any]:
    """Give the result of a run that met another one."""
    do = f"Wait until that run has ended. If it is certain that it does not run any more: force_unlock: {error.owner.run}"
    found = str(error)
    return {
        "failed": True,
        "changed": False,
        "msg": _told(found, do),
        "error": {"code": "Locked", "message": found, "request_id": "", "what": f"lock {error.name}", "found": found, "do": do},
    }


def _told(found: str, do: str) -> str:
    """Give what was found and what to do as two sentences; services end theirs with a full stop or without."""
    ended = found.rstrip()
    return f"{ended}{'' if ended.endswith(('.', '!', '?')) else '.'} {do}"


def _of_plan(draft: Draft, plan: Plan, statuses: Mapping[str, str]) -> dict[str, Any]:
    return {
        "plan": plan_data(plan, statuses),
        "plan_text": draft.text,
        "plan_digest": plan_digest(draft.plan, draft.scope),
        "deferred_checks": list(plan.deferred_checks),
        "unmanaged": list(plan.unmanaged),
        "notes": list(plan.notes),
    }


def _error(failure: Failure) -> dict[str, str]:
    return {name: value for name, value in asdict(failure).items() if name != "key"}


def _resume(outcome: Outcome) -> str:
    counts = Counter(outcome.statuses.values())
    parts = ", ".join(f"{counts[status.value]} {status.value.replace('_', ' ')}" for status in Status if counts[status.value])
    return f"Run the same task again: it reads what is there and plans the rest. Steps: {parts}."
