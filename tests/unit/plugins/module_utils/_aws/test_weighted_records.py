# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a name: which zones fit, how many calls it takes, and what is looked for only where something changes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._aws.weighted_records import read_weighted_records
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.plugins.module_utils._model.weighted_records import WeightedRecords, WeightedRecordsActual, Zone
from ansible_collections.cutover.eks.tests.unit.plugins.module_utils._aws.test_network import FakeGateway

SCOPE = Scope(account="123456789012", region="eu-central-1")


def hosted(identifier: str, name: str = "example.com.", *, private: bool = False) -> dict[str, Any]:
    return {"Id": f"/hostedzone/{identifier}", "Name": name, "Config": {"PrivateZone": private}}


def record(name: str = "app.example.com.", kind: str = "A", **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}], **more}


def marked(name: str) -> dict[str, Any]:
    return record(name, "TXT", ResourceRecords=[{"Value": '"heritage=external-dns,external-dns/owner=blue"'}])


BLUE = record(SetIdentifier="blue", Weight=100)
NEXT = record("b.example.com.")
VPCS = {"Z2": [], "Z3": [{"VPCId": "vpc-1", "VPCRegion": "eu-central-1"}]}


def listing(*records: dict[str, Any], **beside: dict[str, Any]) -> Any:
    """Answer for the name itself with these, and for a TXT record beside it by the type before the name."""

    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        kind = asked["StartRecordName"].partition("-")[0]
        return {"ResourceRecordSets": list(records) if "StartRecordType" not in asked else [beside.get(kind, NEXT)]}

    return listed


def read(answers: dict[str, Any], **options: Any) -> tuple[WeightedRecordsActual, list[str]]:
    """Give what was seen, and the calls that it took."""
    zones = {"HostedZones": [hosted("Z1"), hosted("Z2", private=True), hosted("Z3", private=True), hosted("Z9", "example.org.")]}
    known = {
        "route53:ListHostedZonesByName": zones,
        "route53:GetHostedZone": lambda asked: {"HostedZone": hosted(asked["Id"], private=True), "VPCs": VPCS[asked["Id"]]},
        "route53:ListResourceRecordSets": listing(BLUE, NEXT),
    }
    gateway = FakeGateway({**known, **answers})
    shape = {"zone": "example.com", "name": "app.example.com", "private": False, "records": [{"set_identifier": "blue", "weight": 100}]}
    actual = read_weighted_records(gateway, SCOPE, WeightedRecords.from_options({**shape, **options}, SCOPE))
    return actual, [call.removeprefix("route53:") for call, _request in gateway.calls]


OTHER = [{"set_identifier": "blue", "weight": 90}]


def test_a_name_as_declared_costs_its_zone_and_one_listing() -> None:
    actual, calls = read({})
    assert actual == WeightedRecordsActual(zones=(Zone(id="Z1", name="example.com."),), records=(BLUE,))
    assert calls == ["ListHostedZonesByName", "ListResourceRecordSets"]


def test_a_name_that_fills_a_page_is_listed_to_its_end() -> None:
    many = [record(kind="TXT", SetIdentifier=f"t{at}", Weight=1) for at in range(350)]

    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        return {"ResourceRecordSets": [BLUE, *many][: asked.get("PaginationConfig", {}).get("MaxItems")]}

    actual, calls = read({"route53:ListResourceRecordSets": listed})
    assert len(actual.records) == 351
    assert calls == ["ListHostedZonesByName", *["ListResourceRecordSets"] * 2]


def test_a_change_is_worth_a_look_at_what_stands_against_it() -> None:
    protections = [{"RecordName": "app.example.com.", "RecordType": "A"}, {"RecordName": "b.example.com.", "RecordType": "AAAA"}]
    answers = {
        "route53:ListResourceRecordSetProtections": {"ResourceRecordSetProtections": protections},
        "route53:ListResourceRecordSets": listing(BLUE, marked("app.example.com."), a=marked("a-app.example.com.")),
    }
    actual, calls = read(answers, records=OTHER)
    assert (actual.protected, actual.owned) == (frozenset({"A"}), ("app.example.com", "a-app.example.com"))
    assert calls[2:] == ["ListResourceRecordSetProtections", "ListResourceRecordSets"]


@pytest.mark.parametrize("beside", [marked("a-other.example.com."), record("a-app.example.com.", "TXT")])
def test_other_texts_are_no_mark_of_external_dns(beside: dict[str, Any]) -> None:
    actual, _calls = read({"route53:ListResourceRecordSets": listing(BLUE, a=beside)}, records=OTHER)
    assert actual.owned == ()


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({"private": None}, ["Z1", "Z2", "Z3"]),
        ({"private": True}, ["Z2", "Z3"]),
        ({"private": None, "vpc_id": "vpc-1"}, ["Z3"]),
        ({"vpc_id": "vpc-1"}, []),
        ({"zone": "example.net"}, []),
        ({"zone": None, "zone_id": "Z2"}, ["Z2"]),
    ],
)
def test_the_zones_that_fit(options: dict[str, Any], ids: list[str]) -> None:
    actual, calls = read({}, **options)
    assert [zone.id for zone in actual.zones] == ids
    assert ("ListResourceRecordSets" in calls) is (len(ids) == 1)


def test_a_zone_that_is_not_there_is_no_zone() -> None:
    actual, _calls = read({"route53:GetHostedZone": None}, zone_id="Z404")
    assert actual.zones == ()
