# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of the moment against one that was approved: which steps are gone, new, or other calls."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._model.problem import Problems
from .data import step_data
from .plan import Change, Kind, Plan

OPTION = "expected_plan"
CALL = ("service", "operation", "request")
"""What of a step is compared, as it is in the digest."""
DO = "The world or the options have changed since: approve the present plan, or undo the change."


def check_approved(plan: Plan, approved: Sequence[Mapping[str, Any]], problems: Problems) -> None:
    """Note every difference from an approved plan, which is given as a result returned it."""
    present = {step.key: step_data(plan, step) for step in plan if step.is_change}
    known = {step.get("key"): index for index, step in enumerate(approved) if step.get("kind") != Kind.WAIT}
    for key, index in known.items():
        path, step = f"{OPTION}[{index}]", present.get(str(key))
        if step is None:
            problems.add("plan_differs", path, found="no such step", wanted=_told(approved[index]), do=DO)
            continue
        for change in _changes("", _call(approved[index]), _call(step)):
            found, wanted = f"{_shown(change.after)} for {key}", _shown(change.before)
            problems.add("plan_differs", f"{path}{change.path}", found=found, wanted=wanted, do=DO)
    for key, step in present.items():
        if key not in known:
            problems.add("plan_differs", OPTION, found=_told(step), wanted="no such step", do=DO)


def _call(step: Mapping[str, Any]) -> dict[str, Any]:
    return {name: step.get(name) for name in CALL}


def _changes(path: str, before: object, after: object) -> Iterator[Change]:
    """Find what differs between two requests, as deep as it can be named."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from _changes(f"{path}.{name}", before.get(name), after.get(name))
    elif _shown(before) != _shown(after):
        yield Change(path=path, before=before, after=after)


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def _told(step: Mapping[str, Any]) -> str:
    return f"{step.get('kind')} {step.get('key')} ({step.get('service')}:{step.get('operation')})"
