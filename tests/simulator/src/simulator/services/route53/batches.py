# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A batch of changes, applied in the order of the request to a copy of the zone; what is wrong is collected, not thrown.

A change that is refused is not applied to the copy, so that a later one may be refused because of it: that is what AWS tells too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .aliases import alias_problems, as_stored
from .context import Context
from .groups import group_problems
from .names import BadName, canonical, is_within
from .neighbours import neighbour_problems
from .store import Key, Records, Shown, Zone, key_of
from .values import value_problems

MOST_RECORD_SETS = 10_000
TOGETHER = (["CREATE"], ["UPSERT"], ["DELETE"], ["DELETE", "CREATE"])
"""What one batch may do to one record set."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the batch."""

    action: str
    record: Shown


def told(record: Shown) -> str:
    """Name a record set as AWS does."""
    identifier = f", set-identifier='{record['SetIdentifier']}'" if "SetIdentifier" in record else ""
    return f"[name='{record['Name']}', type='{record['Type']}'{identifier}]"


def _comparable(record: Shown) -> dict[str, Any]:
    """Give all that a DELETE must repeat; the order of values does not count, and a traffic policy stands for them."""
    if "TrafficPolicyInstanceId" in record:
        return {member: value for member, value in record.items() if member not in ("TTL", "ResourceRecords")}
    values = sorted(value["Value"] for value in record.get("ResourceRecords", []))
    return {**record, "ResourceRecords": values}


@dataclass(slots=True)
class Batch:
    """The copy of the zone, and what is wrong so far."""

    context: Context
    zone: Zone
    records: Records = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def apply(self, steps: list[Step]) -> None:
        """Apply what can be applied."""
        self.records = dict(self.zone.records)
        stored = [step for step in map(self._stored, steps) if step]
        self.problems += self._misfits(stored)
        if self.problems:
            return
        for step in stored:
            found = list(self._deletion(step.record) if step.action == "DELETE" else self._creation(step))
            self.problems += found
            if not found:
                self._put(step)
        if not self.problems:
            self.problems += self._whole()

    def _stored(self, step: Step) -> Step | None:
        """Spell names as they are stored; a name that cannot be one is a problem."""
        try:
            record = {**step.record, "Name": canonical(step.record["Name"])}
            if "AliasTarget" in record:
                record["AliasTarget"] = as_stored(record["AliasTarget"])
        except BadName as problem:
            self.problems.append(str(problem))
            return None
        return Step(step.action, record)

    def _misfits(self, steps: list[Step]) -> Iterator[str]:
        """Tell of names outside the zone, protected record sets, and several changes of one record set."""
        actions: defaultdict[Key, list[str]] = defaultdict(list)
        for step in steps:
            name, kind = step.record["Name"], step.record["Type"]
            actions[key_of(step.record)].append(step.action)
            if not is_within(name, self.zone.name):
                yield f"RRSet with DNS name {name} is not permitted in zone {self.zone.name}"
            if (name, kind) in self.zone.protections:
                comment = self.zone.protections[name, kind]
                yield f"RRSet with DNS name {name} and type {kind} is protected" + (f": {comment}" if comment else "")
        for (name, kind, _identifier), done in actions.items():
            if done not in TOGETHER:
                yield f"The request contains an invalid set of changes for a resource record set '{kind} {name}'"

    def _deletion(self, record: Shown) -> Iterator[str]:
        there = self.records.get(key_of(record))
        if there is None:
            yield f"Tried to delete resource record set {told(record)} but it was not found"
        elif _comparable(there) != _comparable(record):
            yield f"Tried to delete resource record set {told(record)} but the values provided do not match the current values"

    def _creation(self, step: Step) -> Iterator[str]:
        record, key = step.record, key_of(step.record)
        if step.action == "CREATE" and key in self.records:
            yield f"Tried to create resource record set {told(record)} but it already exists"
        before = self.records.get(key)
        if before and "TrafficPolicyInstanceId" in before:
            yield f"RRSet with DNS name {key[0]} and type {key[1]} belongs to a traffic policy instance"
        others = {other: there for other, there in self.records.items() if other != key}
        yield from value_problems(record)
        yield from neighbour_problems(record, others, self.zone)
        yield from group_problems(record, others, before)
        yield from alias_problems(self.context, record, others, self.zone)

    def _put(self, step: Step) -> None:
        key = key_of(step.record)
        if step.action == "DELETE":
            del self.records[key]
        else:
            self.records[key] = step.record

    def _whole(self) -> Iterator[str]:
        """Tell what the zone as a whole would lack or have too much of."""
        if not any(key[:2] == (self.zone.name, "NS") for key in self.records):
            yield "A HostedZone must contain at least one NS record for the zone itself."
        if sum(key[1] == "SOA" for key in self.records) != 1:
            yield "A HostedZone must contain exactly one SOA record."
        if len(self.records) > MOST_RECORD_SETS:
            yield f"Exceeded limit MAX_RRSETS_BY_ZONE for zone: {self.zone.id}"
