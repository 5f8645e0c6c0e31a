# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record sets of one name and type: a simple one stands alone, a routing policy is shared, weighted ones share a TTL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .store import Records, Shown

POLICIES: Mapping[str, str] = {
    "Weight": "weighted",
    "Region": "latency",
    "Failover": "failover",
    "GeoLocation": "geo",
    "MultiValueAnswer": "multivalue answer",
}
"""The member that says the policy → what AWS calls it."""
SIMPLE_ONLY = ("NS", "SOA", "DS")
MOST_IN_GROUP = 100


def policy(record: Shown) -> str:
    """Name the routing policy of a record set; "" is simple."""
    return next((name for member, name in POLICIES.items() if record.get(member, False) is not False), "")


def group_problems(record: Shown, others: Records, before: Shown | None) -> Iterator[str]:
    """Tell what forbids a record set beside those of its name and type; `before` is what it would replace."""
    name, kind, routing = record["Name"], record["Type"], policy(record)
    group = [there for (place, other, _identifier), there in others.items() if (place, other) == (name, kind)]
    if not routing:
        if group:
            yield f"RRSet with DNS name {name}, type {kind} cannot be created as other RRSets exist with the same name and type."
        return
    identifier = record["SetIdentifier"]
    told = f"RRSet with DNS name {name}, type {kind}, SetIdentifier {identifier} cannot be created as"
    if kind in SIMPLE_ONLY:
        yield f"{told} records of type {kind} have no routing policy but simple."
    elif any(policy(there) != routing for there in [*group, *([before] if before else [])]):
        yield f"{told} a non-{routing} set exists with the same name and type."
    elif len(group) >= MOST_IN_GROUP:
        yield f"{told} there are {MOST_IN_GROUP} record sets with the same name and type already."
    elif routing == "weighted":
        yield from _weighted(record, group)
    elif routing == "failover" and any(there["Failover"] == record["Failover"] for there in group):
        yield f"{told} a {record['Failover']} failover record exists with the same name and type."


def _weighted(record: Shown, group: list[Shown]) -> Iterator[str]:
    told = f"RRSet with DNS name {record['Name']} and type {record['Type']}, SetIdentifier {record['SetIdentifier']} cannot be created as"
    if len(record.get("ResourceRecords", [])) > 1:
        yield f"{told} weighted sets must contain exactly one resource record."
    # An alias has no TTL of its own
    times = {there["TTL"] for there in [record, *group] if "TTL" in there}
    if len(times) > 1:
        yield f"{told} weighted sets must contain the same TTL."
