# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of one name in Route 53: its zone, its record sets, and, where something is going to change, what stands against that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._model.dns_name import canonical, told_name
from .._model.record_sets import PAGE, PAGE_SIZE, is_settled, kinds
from .._model.scope import Scope
from .._model.weighted_records import RecordSet, WeightedRecords, WeightedRecordsActual, Zone
from .._run.gateway import Answer, Gateway, Read

SERVICE = "route53"
NAMESAKES = "100"
MARK = "heritage=external-dns"
ONE = {"PaginationConfig": {"MaxItems": 1, "PageSize": 1}}


def read_weighted_records(gateway: Gateway, _scope: Scope, desired: WeightedRecords) -> WeightedRecordsActual:
    """Look at the zone and the name; a name that is as it is wanted costs no more than that."""
    zones = _zones(gateway, desired)
    if len(zones) != 1:
        return WeightedRecordsActual(zones=zones)
    records = _records(gateway, zones[0], desired.name)
    if is_settled(desired, records):
        return WeightedRecordsActual(zones=zones, records=records)
    marks = [{**_from(zones[0], f"{kind.lower()}-{desired.name}", ONE), "StartRecordType": "TXT"} for kind in kinds(desired, records)]
    protections = Read(SERVICE, "ListResourceRecordSetProtections", _from(zones[0], desired.name, PAGE))
    protected, *texts = gateway.read_all([protections, *(Read(SERVICE, "ListResourceRecordSets", mark) for mark in marks)])
    beside = [record for answer in texts for record in _sets(answer) if record["Name"].partition("-")[2] == desired.name]
    return WeightedRecordsActual(
        zones=zones, records=records, protected=_protected(protected, desired.name), owned=tuple(_owned([*records, *beside]))
    )


def _zones(gateway: Gateway, desired: WeightedRecords) -> tuple[Zone, ...]:
    if desired.zone_id:
        found = gateway.read_all([Read(SERVICE, "GetHostedZone", {"Id": desired.zone_id}, missing=True)])
        return tuple(_zone(answer["HostedZone"]) for answer in found if answer)
    listed = gateway.read(SERVICE, "ListHostedZonesByName", {"DNSName": told_name(desired.zone or ""), "MaxItems": NAMESAKES})
    zones = [_zone(each) for each in listed.get("HostedZones", ()) if each["Name"] == desired.zone]
    fitting = [zone for zone in zones if desired.private in (None, zone.private)]
    return _of_vpc(gateway, fitting, desired.vpc_id) if desired.vpc_id else tuple(fitting)


def _of_vpc(gateway: Gateway, zones: Iterable[Zone], vpc_id: str) -> tuple[Zone, ...]:
    """Keep the private zones that a VPC uses; only the zone itself tells its VPCs."""
    private = [zone for zone in zones if zone.private]
    answers = gateway.read_all([Read(SERVICE, "GetHostedZone", {"Id": zone.id}, missing=True) for zone in private])
    used = [{vpc["VPCId"] for vpc in (answer or {}).get("VPCs", ())} for answer in answers]
    return tuple(zone for zone, vpcs in zip(private, used, strict=True) if vpc_id in vpcs)


def _zone(found: Mapping[str, Any]) -> Zone:
    return Zone(id=found["Id"].rpartition("/")[2], name=found["Name"], private=found.get("Config", {}).get("PrivateZone", False))


def _from(zone: Zone, name: str, page: Mapping[str, Any]) -> dict[str, Any]:
    return {"HostedZoneId": zone.id, "StartRecordName": name, **page}


def _records(gateway: Gateway, zone: Zone, name: str) -> tuple[RecordSet, ...]:
    """List the name in one call; where it fills a whole page, there may be more of it, and the zone is listed to its end."""
    found = _sets(gateway.read(SERVICE, "ListResourceRecordSets", _from(zone, name, PAGE)))
    if len(found) >= PAGE_SIZE and canonical(found[-1]["Name"]) == name:
        found = _sets(gateway.read(SERVICE, "ListResourceRecordSets", _from(zone, name, {})))
    return tuple(record for record in found if canonical(record["Name"]) == name)


def _sets(answer: Answer | None) -> list[RecordSet]:
    return list((answer or {}).get("ResourceRecordSets", ()))


def _protected(answer: Answer | None, name: str) -> frozenset[str]:
    found = (answer or {}).get("ResourceRecordSetProtections", ())
    return frozenset(each["RecordType"] for each in found if canonical(each["RecordName"]) == name)


def _owned(records: Iterable[RecordSet]) -> list[str]:
    """Name the TXT records by which external-dns says that a name is its own."""
    texts = [record for record in records if record["Type"] == "TXT"]
    return [told_name(record["Name"]) for record in texts if any(MARK in each["Value"] for each in record.get("ResourceRecords", ()))]
