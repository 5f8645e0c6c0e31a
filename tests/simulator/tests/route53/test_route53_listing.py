# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""ListResourceRecordSets: names as they are stored, the order, pages. `\052` is an asterisk."""

from __future__ import annotations

from typing import Any

import pytest
from route53_world import Dns, record, weighted

OWN = [("example.com.", "NS"), ("example.com.", "SOA")]


def listed(dns: Dns, **start: Any) -> list[tuple[str, ...]]:
    """List names, types and identifiers."""
    found = dns("ListResourceRecordSets", HostedZoneId=dns.zone, **start)["ResourceRecordSets"]
    return [tuple(each[member] for member in ("Name", "Type", "SetIdentifier") if member in each) for each in found]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("WWW.Example.COM", "www.example.com."),
        ("*.example.com", "\\052.example.com."),
        ("\\052.example.com.", "\\052.example.com."),
        ("_dmarc.example.com", "_dmarc.example.com."),
        ("a/b.example.com", "a\\057b.example.com."),
        ("ex\\344mple.example.com", "ex\\344mple.example.com."),
        ("a\\056b.example.com", "a\\056b.example.com."),
    ],
)
def test_names_are_stored_in_lower_case_escaped_and_with_a_dot(dns: Dns, given: str, stored: str) -> None:
    dns.change(("CREATE", record(given)))
    assert dns.records()[0]["Name"] == stored
    assert listed(dns, StartRecordName=given)[0] == (stored, "A")
    assert dns.problem(("CREATE", record(stored.upper()))).endswith("already exists")
    dns.change(("DELETE", record(stored)))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "FATAL problem: DomainNameEmpty (Domain name is empty) encountered with ''"),
        ("a..example.com", "FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..example.com'"),
        ("a b.example.com", "FATAL problem: UnsupportedCharacter (Value contains unsupported characters) encountered with ' '"),
        (f"{'x' * 64}.example.com", f"FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '{'x' * 64}'"),
    ],
)
def test_what_is_no_name_is_refused(dns: Dns, name: str, told: str) -> None:
    assert dns.problem(("CREATE", record(name))) == told


def test_a_name_has_255_octets_at_most(dns: Dns) -> None:
    name = f"{'.'.join(['x' * 60] * 4)}.example.com"
    assert "DomainNameTooLong" in dns.problem(("CREATE", record(name)))


def test_record_sets_are_sorted_by_reversed_labels_type_and_identifier(dns: Dns) -> None:
    names = ("b.example.com", "a.b.example.com", "*.example.com", "a-b.example.com", "a.example.com", "z.a.example.com")
    dns.change(*(("CREATE", record(name)) for name in names))
    dns.change(("CREATE", record("b.example.com", "TXT", '"x"')), ("CREATE", weighted("green", 1)), ("CREATE", weighted("blue", 1)))
    assert listed(dns) == [
        *OWN,
        ("\\052.example.com.", "A"),
        ("a-b.example.com.", "A"),
        ("a.example.com.", "A"),
        ("z.a.example.com.", "A"),
        ("b.example.com.", "A"),
        ("b.example.com.", "TXT"),
        ("a.b.example.com.", "A"),
        ("www.example.com.", "A", "blue"),
        ("www.example.com.", "A", "green"),
    ]


def test_a_listing_starts_at_a_place_whether_something_is_there_or_not(dns: Dns) -> None:
    dns.change(("CREATE", record("b.example.com")), ("CREATE", record("b.example.com", "TXT", '"x"')))
    dns.change(("CREATE", weighted("blue", 1)), ("CREATE", weighted("green", 1)))
    rest = [("www.example.com.", "A", "blue"), ("www.example.com.", "A", "green")]
    assert listed(dns, StartRecordName="c.example.com") == rest
    assert listed(dns, StartRecordName="b.example.com", StartRecordType="AAAA") == [("b.example.com.", "TXT"), *rest]
    assert listed(dns, StartRecordName="www.example.com", StartRecordType="A", StartRecordIdentifier="c") == rest[1:]


@pytest.mark.parametrize(
    "start",
    [
        {"StartRecordType": "A"},
        {"StartRecordName": "a.example.com", "StartRecordIdentifier": "blue"},
        {"StartRecordName": "a..com"},
        {"MaxItems": "0"},
        {"MaxItems": "many"},
    ],
)
def test_a_start_that_cannot_be_one_is_refused(dns: Dns, start: dict[str, str]) -> None:
    assert dns.refused("ListResourceRecordSets", HostedZoneId=dns.zone, **start).code == "InvalidInput"


def test_a_page_names_where_the_next_one_starts(dns: Dns) -> None:
    dns.change(("CREATE", weighted("blue", 1)), ("CREATE", weighted("green", 1)))
    page = dns("ListResourceRecordSets", HostedZoneId=dns.zone, MaxItems="3")
    assert (page["IsTruncated"], page["MaxItems"]) == (True, "3")
    following = {member: page[f"Next{member}"] for member in ("RecordName", "RecordType", "RecordIdentifier")}
    assert following == {"RecordName": "www.example.com.", "RecordType": "A", "RecordIdentifier": "green"}
    rest = dns("ListResourceRecordSets", HostedZoneId=dns.zone, **{f"Start{member}": value for member, value in following.items()})
    assert ([each["SetIdentifier"] for each in rest["ResourceRecordSets"]], rest["IsTruncated"]) == (["green"], False)
    assert "NextRecordName" not in rest


def test_a_page_has_300_record_sets_at_most(dns: Dns) -> None:
    dns.change(*(("CREATE", record(f"n{at}.example.com")) for at in range(400)))
    page = dns("ListResourceRecordSets", HostedZoneId=dns.zone, MaxItems="1000")
    assert (len(page["ResourceRecordSets"]), page["MaxItems"], page["IsTruncated"]) == (300, "300", True)


def test_a_zone_has_10000_record_sets_at_most(dns: Dns) -> None:
    zone = dns.client.world.services["route53"].find(dns.client.account).zones[dns.zone]  # type: ignore[attr-defined]
    for at in range(9998):
        zone.records[f"n{at}.example.com.", "A", ""] = record(f"n{at}.example.com.")
    assert dns.problem(("CREATE", record())) == f"Exceeded limit MAX_RRSETS_BY_ZONE for zone: {dns.zone}"


def test_a_pending_change_is_listed(dns: Dns) -> None:
    made = dns.change(("CREATE", record()))
    assert dns("GetChange", Id=made["Id"])["ChangeInfo"]["Status"] == "PENDING"
    assert dns.records() == [record()]
