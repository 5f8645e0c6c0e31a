# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weighted records of one name in Route 53: what is declared of them, what was seen of them, and what is told about them."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .dns_name import HOST_NAME, canonical, told_name
from .fields import Fields
from .problem import Problems
from .reference import is_unknown
from .scope import Scope

RecordSet: TypeAlias = "Mapping[str, Any]"
"""A record set as ListResourceRecordSets gave it, untouched: a DELETE has to repeat it."""

TYPES = ("A", "AAAA", "CNAME", "HTTPS", "SVCB")
"""The types that lead clients to a place, and therefore move together."""
MOST_WEIGHT = 255
MOST_SECONDS = 2**31 - 1
_LETTERS = r"[ -~]{1,128}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Something of AWS's, or another record of the zone, that answers in the record's place."""

    dns_name: str
    hosted_zone_id: str
    evaluate_target_health: bool

    def to_api(self) -> dict[str, Any]:
        """Give it as Route 53 stores it."""
        name = self.dns_name if is_unknown(self.dns_name) else canonical(self.dns_name)
        return {"HostedZoneId": self.hosted_zone_id, "DNSName": name, "EvaluateTargetHealth": self.evaluate_target_health}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is declared of one member of the weighted groups, for all types of the name at once."""

    set_identifier: str
    path: str = ""
    weight: int | None = None
    alias: Alias | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    health_check_id: str | None = None
    """An empty one: none."""

    def target(self, kind: str) -> Alias | str | None:
        """Give what the record of a type answers; None: what it answers already."""
        return self.values.get(kind) or self.alias


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedRecords:
    """What is declared of one name."""

    name: str
    """As Route 53 stores it."""
    zone: str | None = None
    zone_id: str | None = None
    private: bool | None = None
    vpc_id: str | None = None
    state: str = "present"
    types: tuple[str, ...] | None = None
    ttl: int | None = None
    records: tuple[Record, ...] = ()
    remove: frozenset[str] = frozenset()
    expected: Mapping[str, int] | None = None
    adopt: bool = False

    @property
    def is_simple(self) -> bool:
        """Say whether one simple record is wanted in the place of the group."""
        return self.state == "simple"

    @classmethod
    def from_options(cls, options: Mapping[str, Any], _scope: Scope) -> WeightedRecords:
        """Read the options of module `weighted_records`, or refuse them with every problem of their shape."""
        problems = Problems()
        fields = Fields(options, problems)
        zone = fields.text("zone", HOST_NAME, wanted="the name of a hosted zone", do="Write it as in example.com.")
        zone_id = fields.text("zone_id", r"(/hostedzone/)?Z[0-9A-Z]{1,31}", wanted="the id of a hosted zone", do="It begins with Z.")
        name = fields.text("name", HOST_NAME, wanted="a host name", do="Write it as in app.example.com.")
        desired = cls(
            name=canonical(name or "."),
            zone=None if zone is None else canonical(zone),
            zone_id=None if zone_id is None else zone_id.rpartition("/")[2],
            private=fields.flag("private"),
            vpc_id=fields.text("vpc_id"),
            state=fields.choice("state", ("present", "simple")) or "present",
            types=fields.texts("types"),
            ttl=fields.number("ttl", 0, MOST_SECONDS),
            records=tuple(_record(inner) for inner in fields.each("records")),
            remove=frozenset(fields.texts("remove") or ()),
            expected=_expected(fields),
            adopt=bool(fields.flag("adopt")),
        )
        _check(desired, fields)
        is_findable = not {problem.path for problem in problems.found} & {"name", "zone", "zone_id"}
        problems.refuse_if_any(desired if is_findable else None)
        return desired


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A hosted zone that fits what is declared."""

    id: str
    name: str
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedRecordsActual:
    """What was seen of one name."""

    zones: tuple[Zone, ...] = ()
    """All that fit; only with exactly one of them anything else is looked at."""
    records: tuple[RecordSet, ...] = ()
    """Everything of the name, other types too."""
    owned: tuple[str, ...] = ()
    """TXT records by which external-dns says that the name is its own; beside the name looked for only where something changes."""
    protected: frozenset[str] = frozenset()
    """Types of the name that are protected; looked for only where something changes."""


def _record(fields: Fields) -> Record:
    identifier = fields.text("set_identifier", _LETTERS, wanted="1 to 128 characters", do="Name the record, as in blue.")
    return Record(
        set_identifier=identifier or "",
        path=fields.path,
        weight=fields.number("weight", 0, MOST_WEIGHT),
        alias=_alias(fields),
        values=_values(fields),
        health_check_id=fields.text("health_check_id"),
    )


def _alias(fields: Fields) -> Alias | None:
    below = fields.below("alias")
    if below is None:
        return None
    return Alias(
        dns_name=below.text("dns_name", HOST_NAME, wanted="a host name", do="Take the load balancer's DNS name.") or "",
        hosted_zone_id=below.text("hosted_zone_id") or "",
        evaluate_target_health=bool(below.flag("evaluate_target_health")),
    )


def _values(fields: Fields) -> dict[str, str]:
    values = fields.mapping("values") or {}
    for kind, value in values.items():
        wanted = "" if is_unknown(value) else _wanted_value(kind, value)
        if wanted:
            fields.problems.add("bad_value", f"{fields.at('values')}.{kind}", found=value, wanted=wanted, do="Correct it, or drop it.")
    return values


def _wanted_value(kind: str, value: str) -> str:
    """Say what a value of a type would have to be, or nothing where it is that."""
    match kind:
        case "A" | "AAAA":
            version = 4 if kind == "A" else 6
            return "" if _is_address(value, version) else f"one IPv{version} address"
        case "CNAME":
            return "" if re.fullmatch(HOST_NAME, value) else "a host name"
        case "HTTPS" | "SVCB":
            return "" if re.fullmatch(r"\d{1,5}( +\S+)+", value) else "a priority, a target and parameters, as in 1 . alpn=h2"
        case _:
            return f"a type out of {', '.join(TYPES)}"


def _is_address(value: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(value).version == version
    except ValueError:
        return False


def _expected(fields: Fields) -> dict[str, int] | None:
    below = fields.below("expected")
    if below is None:
        return None
    return {identifier: weight for identifier in below.options if (weight := below.number(identifier, 0, MOST_WEIGHT)) is not None}


def _check(desired: WeightedRecords, fields: Fields) -> None:
    """Note what does not go together."""
    if not (desired.zone or desired.zone_id):
        fields.refuse("missing_zone", "zone", wanted="a zone", do="Give zone or zone_id.")
    if fields.options.get("name") is None:
        fields.refuse("missing_name", "name", wanted="a host name", do="Give the name whose records are weighted.")
    if "CNAME" in (desired.types or ()) and len(desired.types or ()) > 1:
        do = "A CNAME has no other records beside it: use aliases of types A and AAAA."
        fields.refuse("type_mismatch", "types", wanted="CNAME alone", do=do)
    _check_members(desired, fields)
    if desired.is_simple:
        if len(desired.records) > 1:
            found, do = _names(desired.records), "Declare the one that stays, name the others in remove."
            fields.problems.add("one_record", "records", found=found, wanted="one record", do=do)
    else:
        _check_weights(desired, fields)


def _check_members(desired: WeightedRecords, fields: Fields) -> None:
    if not desired.records:
        fields.refuse("missing_records", "records", wanted="at least one record", do="Declare the records of the group.")
    for name, times in Counter(record.set_identifier for record in desired.records).items():
        if times > 1:
            fields.problems.add("doubled_name", "records", found=f"{name} {times} times", wanted="each name once", do="Drop one.")
    for record in desired.records:
        if record.set_identifier in desired.remove:
            found, do = f"{record.set_identifier}, declared in {record.path} too", "Drop one of the two."
            fields.problems.add("contradiction", "remove", found=found, wanted="only records that go", do=do)


def _check_weights(desired: WeightedRecords, fields: Fields) -> None:
    for inner in fields.each("records"):
        if not inner.has("weight"):
            inner.refuse("missing_weight", "weight", wanted="0 to 255", do="Give each record its weight.")
    if desired.records and all(record.weight == 0 for record in desired.records):
        fields.problems.add(
            "dark_group",
            "records",
            found="weight 0 in every record",
            wanted="at least one weight above 0",
            do="Zeros alone are no off: Route 53 would answer with each of them equally often.",
        )


def _names(records: tuple[Record, ...]) -> str:
    return ", ".join(record.set_identifier for record in records)


def live_weights(records: tuple[RecordSet, ...]) -> dict[str, dict[str, int]]:
    """Give the weights by type and set identifier."""
    weights: dict[str, dict[str, int]] = {}
    for record in records:
        if record["Type"] in TYPES and "Weight" in record:
            weights.setdefault(record["Type"], {})[record["SetIdentifier"]] = record["Weight"]
    return weights


def weighted_records_result(desired: WeightedRecords, actual: WeightedRecordsActual, _scope: Scope) -> dict[str, Any]:
    """Give the name as the module returns it: its option keys and `status`."""
    result = {
        "name": told_name(desired.name),
        "zone": None if desired.zone is None else told_name(desired.zone),
        "zone_id": desired.zone_id,
        "private": desired.private,
        "vpc_id": desired.vpc_id,
        "state": desired.state,
        "types": None if desired.types is None else list(desired.types),
        "ttl": desired.ttl,
        "records": [_record_result(record) for record in desired.records],
        "remove": sorted(desired.remove),
        "expected": desired.expected,
        "adopt": desired.adopt,
        "status": _status(actual),
    }
    return {key: value for key, value in result.items() if value is not None}


def _record_result(record: Record) -> dict[str, Any]:
    alias = record.alias
    result = {
        "set_identifier": record.set_identifier,
        "weight": record.weight,
        "alias": None
        if alias is None
        else {
            "dns_name": alias.dns_name,
            "hosted_zone_id": alias.hosted_zone_id,
            "evaluate_target_health": alias.evaluate_target_health,
        },
        "values": dict(record.values) or None,
        "health_check_id": record.health_check_id,
    }
    return {key: value for key, value in result.items() if value is not None}


def _status(actual: WeightedRecordsActual) -> dict[str, Any]:
    if len(actual.zones) != 1:
        return {}
    groups = live_weights(actual.records)
    return {
        "zone_id": actual.zones[0].id,
        "weights": next(iter(groups.values()), {}),
        "record_sets": [dict(record) for record in actual.records if record["Type"] in TYPES],
    }
