# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record sets of one name as they are and as they are wanted: copies in which only what is declared differs. Refuses nothing."""

from __future__ import annotations

import copy
import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from .dns_name import canonical
from .reference import is_unknown
from .weighted_records import TYPES, Alias, Record, RecordSet, WeightedRecords

Group: TypeAlias = "Mapping[str, RecordSet]"
"""Record sets of one name and type by set identifier; that of a simple one is empty."""

SIMPLE = ""
PAGE_SIZE = 300
PAGE: Mapping[str, Any] = {"PaginationConfig": {"MaxItems": PAGE_SIZE, "PageSize": PAGE_SIZE}}
"""Bounds a listing, which otherwise goes on to the end of the zone."""
POLICIES = ("Region", "Failover", "GeoLocation", "GeoProximityLocation", "CidrRoutingConfig", "MultiValueAnswer")
"""Members that say that a record set is neither simple nor weighted."""
_ADDRESSES = "dualstack."


def groups(records: tuple[RecordSet, ...]) -> dict[str, dict[str, RecordSet]]:
    """Give the record sets that lead clients somewhere, by type and set identifier."""
    found: dict[str, dict[str, RecordSet]] = {}
    for record in records:
        if record["Type"] in TYPES:
            found.setdefault(record["Type"], {})[record.get("SetIdentifier", SIMPLE)] = record
    return found


def kinds(desired: WeightedRecords, records: tuple[RecordSet, ...]) -> tuple[str, ...]:
    """Give the types of the name: those declared, else those that it has and those that values are declared of."""
    if desired.types is not None:
        return tuple(dict.fromkeys(desired.types))
    named = {kind for record in desired.records for kind in record.values}
    return tuple(kind for kind in TYPES if kind in named or kind in groups(records))


def policy(record: RecordSet) -> str:
    """Name the member that makes a record set neither simple nor weighted, or nothing."""
    return next((name for name in POLICIES if record.get(name)), "")


def heir(desired: WeightedRecords, kind: str, live: Group) -> Record | None:
    """Give the declared record that takes over what the simple one answers: without a target of its own, or with the same."""
    simple = live.get(SIMPLE)
    if simple is None:
        return None
    new = [record for record in desired.records if record.set_identifier not in live]
    without = [record for record in new if record.target(kind) is None]
    return next(iter(without), None) or next((record for record in new if leads_to(simple, record.target(kind))), None)


def wanted_group(desired: WeightedRecords, kind: str, live: Group) -> dict[str, RecordSet]:
    """Give the record sets of a type as they are wanted; undeclared members of those that stay are as they were."""
    taking_over = heir(desired, kind, live)
    wanted: dict[str, RecordSet] = {}
    for record in desired.records:
        inherited = live.get(SIMPLE) if record is taking_over or desired.is_simple else None
        base = live.get(record.set_identifier) or inherited or {"Name": desired.name, "Type": kind}
        found = _with_target(copy.deepcopy(dict(base)), record, kind)
        _set_ttl(found, desired, live)
        _set_health_check(found, record)
        _set_policy(found, desired, record)
        wanted[found.get("SetIdentifier", SIMPLE)] = found
    return wanted


def wanted_groups(desired: WeightedRecords, records: tuple[RecordSet, ...]) -> dict[str, dict[str, RecordSet]]:
    """Give the wanted record sets of all types of the name."""
    there = groups(records)
    return {kind: wanted_group(desired, kind, there.get(kind, {})) for kind in kinds(desired, records)}


def is_settled(desired: WeightedRecords, records: tuple[RecordSet, ...]) -> bool:
    """Say whether everything is as it is wanted."""
    there = groups(records)
    return all(wanted == there.get(kind, {}) for kind, wanted in wanted_groups(desired, records).items())


def leads_to(record: RecordSet, target: Alias | str | None) -> bool:
    """Say whether a record set answers what is declared, however that is spelled."""
    if target is None:
        return True
    if isinstance(target, str):
        values = [each["Value"] for each in record.get("ResourceRecords", ())]
        return [_spelled(record, value) for value in values] == [_spelled(record, target)]
    there = record.get("AliasTarget")
    if there is None:
        return False
    wanted = target.to_api()
    same_name = is_unknown(target.dns_name) is False and _host(there["DNSName"]) == _host(wanted["DNSName"])
    return same_name and all(there[member] == wanted[member] for member in ("HostedZoneId", "EvaluateTargetHealth"))


def _host(name: str) -> str:
    return canonical(name).removeprefix(_ADDRESSES)


def _spelled(record: RecordSet, value: str) -> str:
    """Give a value in one spelling out of all that mean the same."""
    match record["Type"]:
        case "CNAME":
            return canonical(value)
        case "AAAA":
            with suppress(ValueError):  # a value that is refused already, or is not known yet
                return str(ipaddress.ip_address(value))
    return " ".join(value.split())


def _with_target(found: dict[str, Any], record: Record, kind: str) -> dict[str, Any]:
    target = record.target(kind)
    if leads_to(found, target):
        return found
    dropped = ("ResourceRecords", "AliasTarget", *(("TTL",) if isinstance(target, Alias) else ()))
    rest = {member: value for member, value in found.items() if member not in dropped}
    if isinstance(target, Alias):
        return rest | {"AliasTarget": target.to_api()}
    return rest | {"ResourceRecords": [{"Value": target}]}


def _set_ttl(found: dict[str, Any], desired: WeightedRecords, live: Group) -> None:
    """Give all values of a group one TTL: what is declared, else what is there. An alias has none."""
    if "ResourceRecords" not in found:
        return
    there = next((record["TTL"] for record in live.values() if "TTL" in record), None)
    ttl = desired.ttl if desired.ttl is not None else found.get("TTL", there)
    if ttl is not None:
        found["TTL"] = ttl


def _set_health_check(found: dict[str, Any], record: Record) -> None:
    if record.health_check_id is None:
        return
    found.pop("HealthCheckId", None)
    if record.health_check_id:
        found["HealthCheckId"] = record.health_check_id


def _set_policy(found: dict[str, Any], desired: WeightedRecords, record: Record) -> None:
    for member in ("SetIdentifier", "Weight"):
        found.pop(member, None)
    if not desired.is_simple:
        found |= {"SetIdentifier": record.set_identifier, "Weight": record.weight}
