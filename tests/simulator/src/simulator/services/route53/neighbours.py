# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may stand beside what under one name: CNAME beside nothing, SOA at the apex, no loops."""

from __future__ import annotations

from collections.abc import Iterator

from .names import BadName, canonical
from .store import Records, Shown, Zone


def neighbour_problems(record: Shown, others: Records, zone: Zone) -> Iterator[str]:
    """Tell what forbids a record set at its place."""
    name, kind = record["Name"], record["Type"]
    there = {other for place, other, _identifier in others if place == name and other != kind}
    if kind == "CNAME":
        if name == zone.name:
            yield f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone.name}"
        elif there:
            text = "is not permitted as it conflicts with other records with the same DNS name in zone"
            yield f"RRSet of type CNAME with DNS name {name} {text} {zone.name}"
        if _loops(record, others):
            yield f"RRSet of type CNAME with DNS name {name} is not permitted as it creates a CNAME or alias loop in the zone."
    elif "CNAME" in there:
        text = "is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone"
        yield f"RRSet of type {kind} with DNS name {name} {text} {zone.name}"
    if kind == "SOA" and name != zone.name:
        yield f"RRSet of type SOA with DNS name {name} is not permitted in zone {zone.name}"


def _targets(record: Shown) -> Iterator[str]:
    try:
        if "AliasTarget" in record:
            yield record["AliasTarget"]["DNSName"]
        for value in record.get("ResourceRecords", []):
            yield canonical(value["Value"])
    except BadName:
        return


def _loops(record: Shown, others: Records) -> bool:
    """Say whether following CNAMEs from a record set comes back to it."""
    seen: set[str] = set()
    waiting = list(_targets(record))
    while waiting:
        name = waiting.pop()
        if name == record["Name"]:
            return True
        if name not in seen:
            seen.add(name)
            waiting += [to for key, other in others.items() if key[:2] == (name, "CNAME") for to in _targets(other)]
    return False
