# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protections of record sets: while one exists for a name and type, no batch may touch a record set that has both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...seam import Refusal
from .context import Context
from .names import BadName, canonical, is_within, sort_key
from .paging import token_page
from .store import Shown, Zone

MOST_AT_ONCE = 100
MOST_IN_ZONE = 1000
PAGE = 300
TAKEN = "ProtectionAlreadyExists"
Pair = tuple[str, str]
Judge = Callable[[Pair], tuple[str, str] | None]
"""Code and message of what is wrong about an entry that is valid."""


def create_protections(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Protect all of the names and types or none."""
    zone = context.zone(parameters["HostedZoneId"])

    def judge(pair: Pair) -> tuple[str, str] | None:
        return (TAKEN, "A protection already exists for the name and type.") if pair in zone.protections else None

    wanted = _judged(zone, parameters["Protections"], judge)
    if len(zone.protections) + len(wanted) > MOST_IN_ZONE:
        raise Refusal("LimitsExceeded", f"A hosted zone cannot have more than {MOST_IN_ZONE} resource record set protections.")
    zone.protections.update({pair: entry.get("Comment") for pair, entry in wanted.items()})
    return {}


def delete_protections(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Take all of the protections away or none."""
    zone = context.zone(parameters["HostedZoneId"])

    def judge(pair: Pair) -> tuple[str, str] | None:
        return None if pair in zone.protections else ("ProtectionNotFound", "No protection exists for the name and type.")

    for pair in _judged(zone, parameters["Protections"], judge):
        del zone.protections[pair]
    return {}


def _judged(zone: Zone, entries: list[Shown], judge: Judge) -> dict[Pair, Shown]:
    """Give the entries by name and type, or refuse with each that fails; invalid ones are told before any other."""
    if len(entries) > MOST_AT_ONCE:
        raise Refusal("InvalidInput", f"You can specify up to {MOST_AT_ONCE} protections in one request.")
    pairs = [_pair(zone, entry) for entry in entries]
    invalid = [
        _error(entry, "InvalidInput", "The name is not in the hosted zone, is not valid, or appears more than once with the type.")
        for at, (pair, entry) in enumerate(zip(pairs, entries, strict=True))
        if pair is None or pair in pairs[:at]
    ]
    good = {pair: entry for pair, entry in zip(pairs, entries, strict=True) if pair is not None}
    failing = invalid or [_error(entry, *found) for pair, entry in good.items() if (found := judge(pair))]
    if not failing:
        return good
    errors = {"Errors": {"ProtectionError": failing}}
    if len(failing) == len(entries) and all(error["Code"] == TAKEN for error in failing):
        raise Refusal(TAKEN, "A protection already exists for every name and type in the request.", 409, **errors)
    raise Refusal("InvalidResourceRecordSetProtectionBatch", "One or more entries in the request couldn't be processed.", 400, **errors)


def _pair(zone: Zone, entry: Shown) -> Pair | None:
    try:
        name = canonical(entry["RecordName"])
    except BadName:
        return None
    return (name, entry["RecordType"]) if is_within(name, zone.name) else None


def _error(entry: Shown, code: str, message: str) -> Shown:
    return {"RecordName": entry["RecordName"], "RecordType": entry["RecordType"], "Code": code, "Message": message}


def list_protections(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """List protections in the order of record sets."""
    zone = context.zone(parameters["HostedZoneId"])
    name, kind = parameters.get("StartRecordName"), parameters.get("StartRecordType", "")
    if kind and name is None:
        raise Refusal("InvalidInput", "If you specify StartRecordType, you must also specify StartRecordName.")
    try:
        start = (sort_key(canonical(name)), kind) if name and "NextToken" not in parameters else ("", "")
    except BadName as problem:
        raise Refusal("InvalidInput", str(problem)) from problem
    rows = sorted((sort_key(name), kind, name, comment) for (name, kind), comment in zone.protections.items())
    shown = [
        {"RecordName": name, "RecordType": kind} | ({"Comment": comment} if comment is not None else {})
        for key, kind, name, comment in rows
        if (key, kind) >= start
    ]
    return token_page("ResourceRecordSetProtections", shown, parameters, PAGE, "MaxResults")


OPERATIONS = {
    "CreateResourceRecordSetProtections": create_protections,
    "DeleteResourceRecordSetProtections": delete_protections,
    "ListResourceRecordSetProtections": list_protections,
}
