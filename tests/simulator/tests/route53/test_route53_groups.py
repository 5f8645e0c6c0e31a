# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record sets of one name and type: weighted groups, other policies, and CNAME's neighbours."""

from __future__ import annotations

from typing import Any

import pytest
from route53_world import Dns, alias, record, weighted

TOLD = "RRSet with DNS name www.example.com."


def test_a_weighted_group_is_created_and_listed(dns: Dns) -> None:
    dns.change(("CREATE", weighted("green", 0)), ("CREATE", weighted("blue", 255)))
    assert dns.records() == [weighted("blue", 255), weighted("green", 0)]


def test_a_weighted_record_beside_a_simple_one_is_refused(dns: Dns) -> None:
    dns.change(("CREATE", record()))
    told = f"{TOLD}, type A, SetIdentifier blue cannot be created as a non-weighted set exists with the same name and type."
    assert dns.problem(("CREATE", weighted("blue", 1))) == dns.problem(("UPSERT", weighted("blue", 1))) == told


def test_a_simple_record_beside_a_weighted_one_is_refused(dns: Dns) -> None:
    dns.change(("CREATE", weighted("blue", 1)))
    assert dns.problem(("UPSERT", record())) == f"{TOLD}, type A cannot be created as other RRSets exist with the same name and type."


def test_simple_becomes_weighted_in_one_batch_and_back(dns: Dns) -> None:
    dns.change(("CREATE", record()))
    dns.change(("DELETE", record()), ("CREATE", weighted("blue", 100)), ("CREATE", weighted("green", 0)))
    dns.change(("DELETE", weighted("blue", 100)), ("DELETE", weighted("green", 0)), ("CREATE", record()))
    assert dns.records() == [record()]


@pytest.mark.parametrize(
    "policy", [{"Region": "eu-west-1"}, {"Failover": "PRIMARY"}, {"GeoLocation": {"CountryCode": "*"}}, {"MultiValueAnswer": True}]
)
def test_policies_do_not_mix(dns: Dns, policy: dict[str, Any]) -> None:
    dns.change(("CREATE", {**record(), **policy, "SetIdentifier": "other"}))
    assert dns.problem(("CREATE", weighted("blue", 1))).endswith(
        "cannot be created as a non-weighted set exists with the same name and type."
    )
    assert dns.problem(("UPSERT", weighted("other", 1))).endswith("a non-weighted set exists with the same name and type.")


def test_the_ttl_is_the_same_in_the_whole_group(dns: Dns) -> None:
    dns.change(("CREATE", weighted("blue", 1)), ("CREATE", weighted("green", 1)))
    told = f"{TOLD} and type A, SetIdentifier blue cannot be created as weighted sets must contain the same TTL."
    assert dns.problem(("UPSERT", weighted("blue", 1, TTL=300))) == told


def test_the_ttl_of_a_group_is_changed_by_replacing_it(dns: Dns) -> None:
    dns.change(("CREATE", weighted("blue", 1)), ("CREATE", weighted("green", 1)))
    dns.change(
        ("DELETE", weighted("blue", 1)),
        ("DELETE", weighted("green", 1)),
        ("CREATE", weighted("blue", 1, TTL=300)),
        ("CREATE", weighted("green", 1, TTL=300)),
    )
    assert {each["TTL"] for each in dns.records()} == {300}


def test_an_alias_in_the_group_has_no_ttl_to_differ(dns: Dns) -> None:
    dns.change(("CREATE", record("blue.example.com.", ttl=300)))
    dns.change(
        ("CREATE", weighted("green", 1)),
        ("CREATE", alias("www.example.com.", "blue.example.com.", dns.zone, SetIdentifier="blue", Weight=1)),
    )
    assert len(dns.records()) == 3


@pytest.mark.parametrize("weight", [-1, 256, "100"])
def test_a_weight_is_a_number_from_0_to_255(dns: Dns, weight: Any) -> None:
    assert dns.refusal(("CREATE", weighted("blue", weight))).code == "InvalidInput"


@pytest.mark.parametrize("identifier", ["", "x" * 129])
def test_a_set_identifier_has_1_to_128_characters(dns: Dns, identifier: str) -> None:
    assert dns.refusal(("CREATE", weighted(identifier, 1))).code == "InvalidInput"
    dns.change(("CREATE", weighted("x" * 128, 1)))


def test_a_set_identifier_is_unique_in_its_group(dns: Dns) -> None:
    dns.change(("CREATE", weighted("blue", 1)))
    assert dns.problem(("CREATE", weighted("blue", 2))).endswith("set-identifier='blue'] but it already exists")
    dns.change(("CREATE", {**weighted("blue", 1), "Name": "other.example.com."}))


def test_a_group_has_100_members_at_most(dns: Dns) -> None:
    dns.change(*(("CREATE", weighted(f"n{at}", 1)) for at in range(100)))
    assert "there are 100 record sets" in dns.problem(("CREATE", weighted("one-more", 1)))


def test_a_weighted_record_has_one_value(dns: Dns) -> None:
    given = {**record("www.example.com.", "A", "192.0.2.1", "192.0.2.2"), "SetIdentifier": "blue", "Weight": 1}
    assert dns.problem(("CREATE", given)).endswith("weighted sets must contain exactly one resource record.")


def test_a_and_aaaa_are_two_groups(dns: Dns) -> None:
    dns.change(("CREATE", weighted("blue", 1)), ("CREATE", record("www.example.com.", "AAAA", "2001:db8::1")))
    assert [each["Type"] for each in dns.records()] == ["A", "AAAA"]


def test_ns_records_have_no_policy_but_simple(dns: Dns) -> None:
    given = {**record("sub.example.com.", "NS", "ns.example.net."), "SetIdentifier": "blue", "Weight": 1}
    assert "no routing policy but simple" in dns.problem(("CREATE", given))


def test_there_is_one_primary(dns: Dns) -> None:
    dns.change(("CREATE", {**record(), "SetIdentifier": "a", "Failover": "PRIMARY"}))
    assert "a PRIMARY failover record exists" in dns.problem(("CREATE", {**record(), "SetIdentifier": "b", "Failover": "PRIMARY"}))
    dns.change(("CREATE", {**record(), "SetIdentifier": "b", "Failover": "SECONDARY"}))


CNAME = record("www.example.com.", "CNAME", "blue.example.net")


def test_a_cname_is_not_permitted_at_the_apex(dns: Dns) -> None:
    told = "RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com."
    assert dns.problem(("CREATE", {**CNAME, "Name": "example.com."})) == told


def test_a_cname_beside_another_record_is_refused(dns: Dns) -> None:
    dns.change(("CREATE", record()))
    assert dns.problem(("CREATE", CNAME)) == (
        "RRSet of type CNAME with DNS name www.example.com. is not permitted as it conflicts with other records"
        " with the same DNS name in zone example.com."
    )
    dns.change(("DELETE", record()), ("CREATE", CNAME))


def test_a_record_beside_a_cname_is_refused(dns: Dns) -> None:
    dns.change(("CREATE", CNAME))
    assert dns.problem(("CREATE", record())) == (
        "RRSet of type A with DNS name www.example.com. is not permitted because a conflicting RRSet of type CNAME"
        " with the same DNS name already exists in zone example.com."
    )


def test_a_cname_has_one_value(dns: Dns) -> None:
    assert "exactly one resource record" in dns.problem(("CREATE", record("www.example.com.", "CNAME", "a.example.net", "b.example.net")))


def test_cnames_can_be_weighted(dns: Dns) -> None:
    dns.change(*(("CREATE", {**CNAME, "SetIdentifier": name, "Weight": 1}) for name in ("blue", "green")))
    assert len(dns.records()) == 2


def test_cnames_do_not_go_in_circles(dns: Dns) -> None:
    dns.change(("CREATE", record("a.example.com.", "CNAME", "b.example.com")))
    told = "RRSet of type CNAME with DNS name b.example.com. is not permitted as it creates a CNAME or alias loop in the zone."
    assert dns.problem(("CREATE", record("b.example.com.", "CNAME", "a.example.com"))) == told


def test_the_only_soa_is_at_the_apex(dns: Dns) -> None:
    soa = "ns.example.net. admin.example.net. 1 7200 900 1209600 86400"
    assert "RRSet of type SOA" in dns.problem(("CREATE", record("sub.example.com.", "SOA", soa)))
