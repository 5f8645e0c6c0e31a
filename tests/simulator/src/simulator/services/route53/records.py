# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ChangeResourceRecordSets and ListResourceRecordSets: how a request must look, how much it may hold, and the order of a listing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...seam import Refusal, not_implemented
from .batches import Batch, Step
from .context import Context
from .names import BadName, canonical, sort_key
from .paging import limit
from .store import Key, Shown

PAGE = 300
MOST_RECORDS = 1000
MOST_CHARACTERS = 32_000
POLICIES = ("Weight", "Region", "Failover", "GeoLocation", "MultiValueAnswer", "GeoProximityLocation", "CidrRoutingConfig")
UNKNOWN = ("GeoProximityLocation", "CidrRoutingConfig")
"""What needs things that the simulator does not have."""
CONTENTS = "[AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]"
ROUTING = f"[{', '.join(POLICIES[:-1])}, or {POLICIES[-1]}]"


def change_record_sets(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Make all of the changes or none of them."""
    zone = context.zone(parameters["HostedZoneId"])
    batch = parameters["ChangeBatch"]
    changes: list[Shown] = batch["Changes"]
    if wrong := [problem for change in changes for problem in _shape(change)]:
        raise Refusal("InvalidInput", f"Invalid request: {', '.join(wrong)}")
    for change in changes:
        _known(context, change)
    if exceeded := list(_limits(changes)):
        raise invalid_batch(exceeded)
    applied = Batch(context, zone)
    applied.apply([Step(change["Action"], change["ResourceRecordSet"]) for change in changes])
    if applied.problems:
        raise invalid_batch(applied.problems)
    zone.records = applied.records
    return {"ChangeInfo": context.change(zone, batch.get("Comment"))}


def invalid_batch(problems: list[str]) -> Refusal:
    """Refuse with every problem: AWS writes them into one message, as a list."""
    return Refusal("InvalidChangeBatch", f"[{', '.join(problems)}]")


def _told(change: Shown) -> str:
    record = change["ResourceRecordSet"]
    identifier = record.get("SetIdentifier", "null")
    return f"Change with [Action={change['Action']}, Name={record['Name']}, Type={record['Type']}, SetIdentifier={identifier}]"


def _shape(change: Shown) -> Iterator[str]:
    """Tell which members do not go together."""
    record = change["ResourceRecordSet"]
    values = [name for name in ("TTL", "ResourceRecords") if name in record]
    contents = sum(name in record for name in ("AliasTarget", "TrafficPolicyInstanceId"))
    if contents + bool(values) > 1:
        yield f"Expected exactly one of {CONTENTS}, but found more than one in {_told(change)}"
    elif not contents and len(values) < 2:
        yield f"Expected exactly one of {CONTENTS}, but found none in {_told(change)}"
    # A weight of 0 is a weight, and MultiValueAnswer may be false
    policies = [name for name in POLICIES if record.get(name, False) is not False]
    if len(policies) > 1:
        yield f"Expected exactly one of {ROUTING}, but found more than one in {_told(change)}"
    elif policies and "SetIdentifier" not in record:
        yield f"Missing field 'SetIdentifier' in {_told(change)}"
    elif not policies and "SetIdentifier" in record:
        yield f"Expected exactly one of {ROUTING}, but found none in {_told(change)}"


def _known(context: Context, change: Shown) -> None:
    record = change["ResourceRecordSet"]
    for name in UNKNOWN:
        if name in record:
            raise not_implemented(f"route53:ChangeResourceRecordSets with {name}")
    if "TrafficPolicyInstanceId" in record and change["Action"] != "DELETE":
        raise not_implemented("route53:ChangeResourceRecordSets that creates a record set with TrafficPolicyInstanceId")
    if "HealthCheckId" in record and change["Action"] != "DELETE":
        context.health_check(record["HealthCheckId"])


def _limits(changes: list[Shown]) -> Iterator[str]:
    """Tell which limits of one request are exceeded; an UPSERT counts twice."""
    count = size = 0
    for change in changes:
        times = 2 if change["Action"] == "UPSERT" else 1
        values = change["ResourceRecordSet"].get("ResourceRecords", [])
        count += times * len(values)
        size += times * sum(len(value["Value"]) for value in values)
    if count > MOST_RECORDS:
        yield f"Number of records limit of {MOST_RECORDS} exceeded."
    if size > MOST_CHARACTERS:
        yield f"RDATA character limit of {MOST_CHARACTERS} exceeded."


def order(key: Key) -> tuple[str, str, str]:
    """Give what record sets are listed by."""
    return (sort_key(key[0]), key[1], key[2])


def _start(parameters: dict[str, Any]) -> tuple[str, str, str]:
    name, kind, identifier = (parameters.get(f"StartRecord{part}") for part in ("Name", "Type", "Identifier"))
    if (kind is not None and name is None) or (identifier is not None and kind is None):
        raise Refusal("InvalidInput", "StartRecordType needs StartRecordName, and StartRecordIdentifier needs both")
    try:
        return (sort_key(canonical(name)) if name is not None else "", kind or "", identifier or "")
    except BadName as problem:
        raise Refusal("InvalidInput", str(problem)) from problem


def list_record_sets(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """List what is there now, changes under way included, from a place on."""
    zone, start, size = context.zone(parameters["HostedZoneId"]), _start(parameters), limit(parameters, PAGE)
    found = sorted((key for key in zone.records if order(key) >= start), key=order)
    answer: dict[str, Any] = {
        "ResourceRecordSets": [zone.records[key] for key in found[:size]],
        "IsTruncated": len(found) > size,
        "MaxItems": str(size),
    }
    if len(found) > size:
        name, kind, identifier = found[size]
        answer |= {"NextRecordName": name, "NextRecordType": kind} | ({"NextRecordIdentifier": identifier} if identifier else {})
    return answer


OPERATIONS = {"ChangeResourceRecordSets": change_record_sets, "ListResourceRecordSets": list_record_sets}
