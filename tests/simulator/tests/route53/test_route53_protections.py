# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protections of record sets."""

from __future__ import annotations

from typing import Any

import pytest
from route53_world import Answer, Dns, record


def entry(name: str = "www.example.com", kind: str = "A", **more: Any) -> Answer:
    return {"RecordName": name, "RecordType": kind, **more}


def protect(dns: Dns, *entries: Answer) -> None:
    dns("CreateResourceRecordSetProtections", HostedZoneId=dns.zone, Protections=list(entries))


def errors(refusal: Any) -> list[tuple[str, str]]:
    return [(error["RecordName"], error["Code"]) for error in refusal.members["Errors"]["ProtectionError"]]


@pytest.mark.parametrize("action", ["DELETE", "UPSERT"])
def test_a_protected_record_set_cannot_be_changed(dns: Dns, action: str) -> None:
    dns.change(("CREATE", record()))
    protect(dns, entry(Comment="ask the network team"))
    found = dns.problem(("CREATE", record("a.example.com.")), (action, record()))
    assert found == "RRSet with DNS name www.example.com. and type A is protected: ask the network team"
    assert dns.records() == [record()]


def test_a_protection_forbids_to_create_and_is_about_one_type(dns: Dns) -> None:
    protect(dns, entry())
    assert dns.problem(("CREATE", record())) == "RRSet with DNS name www.example.com. and type A is protected"
    dns.change(("CREATE", record("www.example.com.", "TXT", '"x"')))


def test_without_its_protection_a_record_set_can_be_changed_again(dns: Dns) -> None:
    dns.change(("CREATE", record()))
    protect(dns, entry())
    dns("DeleteResourceRecordSetProtections", HostedZoneId=dns.zone, Protections=[entry("WWW.example.com.")])
    dns.change(("DELETE", record()))
    assert dns.records() == []


def test_a_zone_with_protections_is_not_deleted(dns: Dns) -> None:
    protect(dns, entry())
    assert dns.refused("DeleteHostedZone", Id=dns.zone).code == "HostedZoneNotEmpty"


def test_protections_are_created_together_or_not_at_all(dns: Dns) -> None:
    protect(dns, entry())
    request = {"HostedZoneId": dns.zone, "Protections": [entry(), entry("a.example.com")]}
    refusal = dns.refused("CreateResourceRecordSetProtections", **request)
    assert (refusal.code, errors(refusal)) == ("InvalidResourceRecordSetProtectionBatch", [("www.example.com", "ProtectionAlreadyExists")])
    assert len(dns("ListResourceRecordSetProtections", HostedZoneId=dns.zone)["ResourceRecordSetProtections"]) == 1


def test_if_all_are_there_the_error_is_another(dns: Dns) -> None:
    protect(dns, entry())
    refusal = dns.refused("CreateResourceRecordSetProtections", HostedZoneId=dns.zone, Protections=[entry()])
    assert (refusal.code, refusal.status) == ("ProtectionAlreadyExists", 409)


def test_invalid_entries_are_told_before_any_other(dns: Dns) -> None:
    protect(dns, entry())
    wanted = [entry(), entry("a.example.org"), entry("b.example.com"), entry("B.example.com."), entry("a..com")]
    refusal = dns.refused("CreateResourceRecordSetProtections", HostedZoneId=dns.zone, Protections=wanted)
    assert errors(refusal) == [("a.example.org", "InvalidInput"), ("B.example.com.", "InvalidInput"), ("a..com", "InvalidInput")]


def test_a_protection_that_is_not_there_cannot_be_deleted(dns: Dns) -> None:
    refusal = dns.refused("DeleteResourceRecordSetProtections", HostedZoneId=dns.zone, Protections=[entry()])
    assert (refusal.code, errors(refusal)) == ("InvalidResourceRecordSetProtectionBatch", [("www.example.com", "ProtectionNotFound")])


@pytest.mark.parametrize("wanted", [[], [entry(f"n{at}.example.com") for at in range(101)], [entry(Comment="x" * 257)]])
def test_a_request_has_1_to_100_protections(dns: Dns, wanted: list[Answer]) -> None:
    assert dns.refused("CreateResourceRecordSetProtections", HostedZoneId=dns.zone, Protections=wanted).code == "InvalidInput"


def test_protections_are_listed_in_order_and_pages(dns: Dns) -> None:
    protect(dns, entry(), entry("b.example.com", Comment="x"), entry("www.example.com", "AAAA"))
    page = dns("ListResourceRecordSetProtections", HostedZoneId=dns.zone, MaxResults="2")
    assert page["ResourceRecordSetProtections"] == [entry("b.example.com.", Comment="x"), entry("www.example.com.")]
    rest = dns("ListResourceRecordSetProtections", HostedZoneId=dns.zone, NextToken=page["NextToken"])
    assert (rest["ResourceRecordSetProtections"], "NextToken" in rest) == ([entry("www.example.com.", "AAAA")], False)
    start = {"StartRecordName": "www.example.com", "StartRecordType": "AAAA"}
    found = dns("ListResourceRecordSetProtections", HostedZoneId=dns.zone, **start)["ResourceRecordSetProtections"]
    assert found == [entry("www.example.com.", "AAAA")]


@pytest.mark.parametrize(("start", "code"), [({"StartRecordType": "A"}, "InvalidInput"), ({"NextToken": "x"}, "InvalidPaginationToken")])
def test_a_listing_that_cannot_start_is_refused(dns: Dns, start: dict[str, str], code: str) -> None:
    assert dns.refused("ListResourceRecordSetProtections", HostedZoneId=dns.zone, **start).code == code
