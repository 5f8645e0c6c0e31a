# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a plan with the journal: the same calls, the same requests, an order that the plan allows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_MARKER = re.compile(r"\(known after apply: ([^ ]+) ([^)]+)\)")
TOKENS = {"clientRequestToken", "ClientToken"}


def matches(planned: object, made: object) -> bool:
    """Say whether a request is the planned one; what was unknown then may be anything now."""
    match planned:
        case str() if _MARKER.fullmatch(planned):
            return made is not None
        case Mapping():
            return (
                isinstance(made, Mapping)
                and planned.keys() == made.keys() - TOKENS
                and all(matches(value, made[name]) for name, value in planned.items())
            )
        case list():
            return isinstance(made, list) and len(planned) == len(made) and all(map(matches, planned, made))
        case _:
            return planned == made


def paired(plan: Sequence[Mapping[str, Any]], journal: Sequence[Mapping[str, Any]]) -> tuple[dict[str, int], list[str]]:
    """Pair each planned step with one call; give the place in the journal by step key, and everything without a partner."""
    free = dict(enumerate(journal))
    places: dict[str, int] = {}
    alone: list[str] = []
    for step in plan:
        if step["kind"] == "wait":
            continue
        place = next((at for at, call in free.items() if _is(step, call)), None)
        if place is None:
            alone.append(f"planned, not made: {step['key']} {step['operation']} {step['request']}")
        else:
            places[step["key"]] = place
            del free[place]
    alone += [f"made, not planned: {call['service']}:{call['operation']} {call['parameters']}" for call in free.values()]
    return places, alone


def misordered(plan: Sequence[Mapping[str, Any]], places: Mapping[str, int]) -> list[str]:
    """Find calls that were made before what they depend on."""
    return [
        f"{step['key']} before {key}"
        for step in plan
        for key in step["depends_on"]
        if step["key"] in places and key in places and places[step["key"]] < places[key]
    ]


def _is(step: Mapping[str, Any], call: Mapping[str, Any]) -> bool:
    return (step["service"], step["operation"]) == (call["service"], call["operation"]) and matches(step["request"], call["parameters"])
