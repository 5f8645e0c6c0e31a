# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values by type."""

from __future__ import annotations

import pytest
from route53_world import Dns, record

RIGHT = {
    "A": ["192.0.2.1", "0.0.0.0"],
    "AAAA": ["2001:db8::1", "::ffff:192.0.2.1"],
    "CNAME": ["target.example.net", "target.example.net.", "x"],
    "TXT": ['"plain"', '"two" "strings"', '"a \\" quote"', f'"{"x" * 255}"', '""', '"\\303\\244"'],
    "SPF": ['"v=spf1 -all"'],
    "MX": ["10 mail.example.net.", "0 ."],
    "SRV": ["1 10 5269 xmpp.example.net.", "0 0 0 ."],
    "CAA": ['0 issue "amazon.com"', '128 iodef "mailto:a@example.com"'],
    "NS": ["ns.example.net"],
    "PTR": ["host.example.net"],
    "NAPTR": ['100 50 "u" "E2U+sip" "!^.*$!sip:a@example.com!" .'],
    "DS": ["12345 13 2 " + "AB" * 32],
    "TLSA": ["3 1 1 " + "ab" * 32],
    "SSHFP": ["4 2 " + "cd" * 32],
    "HTTPS": ['1 . alpn="h2,h3" ipv4hint=192.0.2.1', "0 target.example.net", "1 . port=8443 no-default-alpn"],
    "SVCB": ["1 svc.example.net. port=53"],
}
WRONG = {
    "A": ["192.0.2", "192.0.2.256", "2001:db8::1", "host.example.net", ""],
    "AAAA": ["192.0.2.1", "2001:db8:::1"],
    "CNAME": ["a..b", "two words"],
    "TXT": ["unquoted", '""double""', '"open', f'"{"x" * 256}"', '"a""b"', ""],
    "MX": ["mail.example.net", "70000 mail.example.net", "ten mail.example.net"],
    "SRV": ["1 10 mail.example.net", "1 10 70000 mail.example.net"],
    "CAA": ["0 issue amazon.com", '256 issue "amazon.com"', '0 is-sue "amazon.com"'],
    "DS": ["12345 13 3 AB", "12345 13 2 XY"],
    "TLSA": ["4 1 1 ab", "3 1 1 abc"],
    "SSHFP": ["9 1 ab"],
    "HTTPS": ["1", "0 . port=1", "1 . port=1 port=2", "1 . wrong=x"],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in RIGHT.items() for value in values])
def test_a_right_value_is_taken_as_it_is(dns: Dns, kind: str, value: str) -> None:
    dns.change(("CREATE", record("sub.example.com.", kind, value)))
    assert dns("ListResourceRecordSets", HostedZoneId=dns.zone)["ResourceRecordSets"][-1]["ResourceRecords"] == [{"Value": value}]


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in WRONG.items() for value in values])
def test_a_wrong_value_is_refused(dns: Dns, kind: str, value: str) -> None:
    found = dns.problem(("CREATE", record("sub.example.com.", kind, value)))
    assert found.startswith("Invalid Resource Record: 'FATAL problem: ")
    assert found.endswith(f") encountered with '{value}''")


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("A", "x", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
        ("AAAA", "x", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"),
        ("TXT", "x", "InvalidCharacterString (Value should be enclosed in quotation marks)"),
        ("TXT", f'"{"x" * 256}"', "CharacterStringTooLong (Value is too long)"),
    ],
)
def test_the_words_of_aws_where_they_are_known(dns: Dns, kind: str, value: str, told: str) -> None:
    found = dns.problem(("CREATE", record("sub.example.com.", kind, value)))
    assert found == f"Invalid Resource Record: 'FATAL problem: {told} encountered with '{value}''"


def test_a_value_has_4000_characters_at_most(dns: Dns) -> None:
    string = f'"{"x" * 255}"'
    dns.change(("CREATE", record("sub.example.com.", "TXT", " ".join([string] * 15))))
    refusal = dns.refusal(("UPSERT", record("sub.example.com.", "TXT", " ".join([string] * 16))))
    assert (refusal.code, "maxLength '4000'" in refusal.message) == ("InvalidInput", True)


def test_a_value_is_given_once(dns: Dns) -> None:
    assert dns.problem(("CREATE", record("www.example.com.", "A", "192.0.2.1", "192.0.2.1"))) == "Duplicate Resource Record: '192.0.2.1'"


def test_a_record_set_has_400_values_at_most(dns: Dns) -> None:
    values = [f"10.0.{at // 250}.{at % 250}" for at in range(401)]
    assert dns.problem(("CREATE", record("www.example.com.", "A", *values))) == "Cannot have more than 400 records in a RRSet."
    dns.change(("CREATE", record("www.example.com.", "A", *values[:400])))


@pytest.mark.parametrize("ttl", [-1, 2**31, "60"])
def test_a_ttl_is_a_number_of_31_bits(dns: Dns, ttl: object) -> None:
    assert dns.refusal(("CREATE", {**record(), "TTL": ttl})).code == "InvalidInput"


def test_an_unknown_type_is_refused_by_the_schema(dns: Dns) -> None:
    refusal = dns.refusal(("CREATE", record("www.example.com.", "DNAME", "x.example.net")))
    assert refusal.code == "InvalidInput"
    assert refusal.message.startswith(
        "Invalid XML ; cvc-enumeration-valid: Value 'DNAME' is not facet-valid with respect to enumeration '[SOA, A,"
    )


def test_an_unknown_member_is_refused_by_the_schema(dns: Dns) -> None:
    refusal = dns.refusal(("CREATE", {**record(), "Wieght": 1}))
    assert refusal.message == "Invalid XML ; cvc-complex-type.2.4.a: Invalid content was found starting with element 'Wieght'."
