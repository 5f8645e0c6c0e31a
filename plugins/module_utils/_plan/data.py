# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as plain data: what modules return, what the digest is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from .._model.reference import shown
from .._model.scope import Scope
from .plan import Plan, Step


def plan_data(plan: Plan, statuses: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give every step as a dictionary, with its status (`planned` where none is given)."""
    return [step_data(plan, step) | {"status": statuses.get(step.key, "planned")} for step in plan]


def step_data(plan: Plan, step: Step) -> dict[str, Any]:
    """Give one step; references are shown as markers."""
    return {
        "key": step.key,
        "service": step.service,
        "operation": step.operation,
        "request": shown(step.request),
        "changes": [{"path": c.path, "before": shown(c.before), "after": shown(c.after)} for c in step.changes],
        "kind": step.kind.value,
        "disruption": step.disruption.value,
        "reversible": step.reversible,
        "depends_on": sorted(plan.dependencies(step)),
        "expected_seconds": step.expected_seconds,
    }


def plan_digest(plan: Plan, scope: Scope) -> str:
    """Give the hash of what the plan does and where: keys, operations, requests, account, region; the order does not matter."""
    calls = sorted((s.key, s.service, s.operation, json.dumps(shown(s.request), sort_keys=True, default=str)) for s in plan if s.is_change)
    return hashlib.sha256(json.dumps([scope.account, scope.region, calls]).encode()).hexdigest()
