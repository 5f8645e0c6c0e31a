# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ChangeResourceRecordSets: what DELETE, CREATE and UPSERT demand, all or nothing, in the order of the request, within limits."""

from __future__ import annotations

from typing import Any

import pytest
from route53_world import Dns, alias, record, weighted

NOT_FOUND = "Tried to delete resource record set [name='www.example.com.', type='A'] but it was not found"
MISMATCH = "Tried to delete resource record set [name='www.example.com.', type='A'] but the values provided do not match the current values"
EXISTS = "Tried to create resource record set [name='www.example.com.', type='A'] but it already exists"


def test_a_delete_of_what_is_not_there_is_refused(dns: Dns) -> None:
    assert dns.problem(("DELETE", record())) == NOT_FOUND


@pytest.mark.parametrize(
    "other", [record(ttl=61), record("www.example.com.", "A", "192.0.2.9"), record("www.example.com.", "A", "192.0.2.1", "192.0.2.2")]
)
def test_a_delete_must_repeat_ttl_and_values(dns: Dns, other: dict[str, Any]) -> None:
    dns.change(("CREATE", record()))
    assert dns.problem(("DELETE", other)) == MISMATCH
    assert dns.records() == [record()]


def test_a_delete_must_repeat_the_weight(dns: Dns) -> None:
    dns.change(("CREATE", weighted("blue", 100)))
    assert dns.problem(("DELETE", weighted("blue", 99))) == (
        "Tried to delete resource record set [name='www.example.com.', type='A', set-identifier='blue']"
        " but the values provided do not match the current values"
    )


def test_a_delete_with_another_set_identifier_is_not_found(dns: Dns) -> None:
    dns.change(("CREATE", weighted("blue", 100)))
    assert dns.problem(("DELETE", weighted("green", 100))).endswith("set-identifier='green'] but it was not found")
    assert len(dns.records()) == 1


def test_a_delete_must_repeat_the_health_check(dns: Dns) -> None:
    config = {"Type": "CALCULATED", "HealthThreshold": 0}
    check = dns("CreateHealthCheck", CallerReference="one", HealthCheckConfig=config)["HealthCheck"]["Id"]
    dns.change(("CREATE", weighted("blue", 100, HealthCheckId=check)))
    assert "do not match" in dns.problem(("DELETE", weighted("blue", 100)))
    dns.change(("DELETE", weighted("blue", 100, HealthCheckId=check)))
    assert dns.records() == []


def test_a_delete_must_repeat_the_alias_target_and_whether_its_health_counts(dns: Dns) -> None:
    made = alias("www.example.com.", "blue.example.com.", dns.zone, health=True)
    dns.change(("CREATE", record("blue.example.com.")), ("CREATE", made))
    assert dns.problem(("DELETE", alias("www.example.com.", "blue.example.com.", dns.zone, health=False))) == MISMATCH
    dns.change(("DELETE", made))


def test_a_delete_takes_values_in_any_order(dns: Dns) -> None:
    dns.change(("CREATE", record("www.example.com.", "A", "192.0.2.1", "192.0.2.2")))
    dns.change(("DELETE", record("www.example.com.", "A", "192.0.2.2", "192.0.2.1")))
    assert dns.records() == []


def test_a_create_of_what_exists_is_refused(dns: Dns) -> None:
    dns.change(("CREATE", record()))
    assert dns.problem(("CREATE", record("www.example.com.", "A", "192.0.2.9"))) == EXISTS


def test_an_upsert_creates_and_replaces(dns: Dns) -> None:
    dns.change(("UPSERT", record()))
    dns.change(("UPSERT", record("www.example.com.", "A", "192.0.2.9", ttl=5)))
    assert dns.records() == [record("www.example.com.", "A", "192.0.2.9", ttl=5)]


def test_an_upsert_drops_what_it_does_not_repeat(dns: Dns) -> None:
    config = {"Type": "CALCULATED", "HealthThreshold": 0}
    check = dns("CreateHealthCheck", CallerReference="one", HealthCheckConfig=config)["HealthCheck"]["Id"]
    dns.change(("CREATE", weighted("blue", 100, HealthCheckId=check)))
    dns.change(("UPSERT", weighted("blue", 50)))
    assert dns.records() == [weighted("blue", 50)]


def test_a_batch_is_applied_as_a_whole_or_not_at_all(dns: Dns) -> None:
    assert dns.problem(("CREATE", record("a.example.com.")), ("DELETE", record())) == NOT_FOUND
    assert dns.records() == []


def test_every_problem_of_a_batch_is_told_in_its_order(dns: Dns) -> None:
    dns.change(("CREATE", record()))
    found = dns.problem(("DELETE", record(ttl=61)), ("CREATE", record()), ("CREATE", record("a.example.com.", "A", "x")))
    assert found.startswith(f"{MISMATCH}, {EXISTS}, Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address")


def test_delete_and_create_of_one_record_set_is_a_compare_and_swap(dns: Dns) -> None:
    dns.change(("CREATE", weighted("blue", 100)), ("CREATE", weighted("green", 0)))
    step = [
        ("DELETE", weighted("blue", 100)),
        ("CREATE", weighted("blue", 75)),
        ("DELETE", weighted("green", 0)),
        ("CREATE", weighted("green", 25)),
    ]
    dns.change(*step)
    assert [each["Weight"] for each in dns.records()] == [75, 25]
    assert dns.problem(*step).count("do not match") == 2


@pytest.mark.parametrize(
    "actions", [("DELETE", "DELETE"), ("UPSERT", "UPSERT"), ("CREATE", "DELETE"), ("DELETE", "UPSERT"), ("CREATE", "UPSERT")]
)
def test_one_batch_changes_a_record_set_once_or_replaces_it(dns: Dns, actions: tuple[str, str]) -> None:
    dns.change(("CREATE", record()))
    found = dns.problem(*((action, record()) for action in actions))
    assert found == "The request contains an invalid set of changes for a resource record set 'A www.example.com.'"


def test_changes_are_judged_in_the_order_of_the_request(dns: Dns) -> None:
    target, pointer = record("blue.example.com."), alias("www.example.com.", "blue.example.com.", dns.zone)
    assert dns.problem(("CREATE", pointer), ("CREATE", target)).endswith("but that target was not found")
    dns.change(("CREATE", target), ("CREATE", pointer))


def test_a_name_outside_of_the_zone_is_not_permitted(dns: Dns) -> None:
    assert (
        dns.problem(("CREATE", record("www.example.org"))) == "RRSet with DNS name www.example.org. is not permitted in zone example.com."
    )
    assert "not permitted in zone" in dns.problem(("CREATE", record("notexample.com.")))


def test_the_zones_own_ns_and_soa_cannot_be_deleted(dns: Dns) -> None:
    own = dns("ListResourceRecordSets", HostedZoneId=dns.zone)["ResourceRecordSets"]
    assert dns.problem(*(("DELETE", each) for each in own)) == (
        "A HostedZone must contain at least one NS record for the zone itself., A HostedZone must contain exactly one SOA record."
    )


def test_the_zones_own_ns_can_be_replaced(dns: Dns) -> None:
    own = dns("ListResourceRecordSets", HostedZoneId=dns.zone)["ResourceRecordSets"][0]
    dns.change(("DELETE", own), ("CREATE", {**own, "TTL": 60}))
    dns.change(("UPSERT", {**own, "TTL": 300}))
    assert dns("ListResourceRecordSets", HostedZoneId=dns.zone)["ResourceRecordSets"][0] == {**own, "TTL": 300}


def many(count: int, size: int = 0) -> list[dict[str, Any]]:
    """Give record sets with so many values together, each `size` characters long."""
    value = f'"{"x" * (size - 2)}"' if size else ""
    if size:
        return [record(f"n{at}.example.com.", "TXT", value) for at in range(count)]
    return [record(f"n{at}.example.com.", "A", *(f"10.{at}.0.{each}" for each in range(100))) for at in range(count // 100)]


def test_a_batch_holds_1000_values(dns: Dns) -> None:
    dns.change(*(("CREATE", each) for each in many(1000)))
    dns.change(*(("DELETE", each) for each in many(1000)))
    one_more = ("CREATE", record())
    assert dns.problem(*(("CREATE", each) for each in many(1000)), one_more) == "Number of records limit of 1000 exceeded."


def test_an_upsert_counts_twice(dns: Dns) -> None:
    dns.change(*(("UPSERT", each) for each in many(500)))
    assert dns.problem(*(("UPSERT", each) for each in many(500)), ("CREATE", record())) == "Number of records limit of 1000 exceeded."


def test_a_batch_holds_32000_characters_of_values(dns: Dns) -> None:
    dns.change(*(("CREATE", each) for each in many(128, 250)))
    assert dns.problem(*(("UPSERT", each) for each in many(65, 250))) == "RDATA character limit of 32000 exceeded."


def test_a_comment_has_256_characters_at_most(dns: Dns) -> None:
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record()}]}
    refused = dns.refused("ChangeResourceRecordSets", HostedZoneId=dns.zone, ChangeBatch={**batch, "Comment": "x" * 257})
    assert (refused.code, refused.status) == ("InvalidInput", 400)
    answer = dns("ChangeResourceRecordSets", HostedZoneId=dns.zone, ChangeBatch={**batch, "Comment": "x" * 256})
    assert dns("GetChange", Id=answer["ChangeInfo"]["Id"])["ChangeInfo"]["Comment"] == "x" * 256


def test_an_empty_batch_is_refused_by_the_schema(dns: Dns) -> None:
    refused = dns.refused("ChangeResourceRecordSets", HostedZoneId=dns.zone, ChangeBatch={"Changes": []})
    assert refused.message == (
        "Invalid XML ; cvc-complex-type.2.4.b: The content of element 'Changes' is not complete."
        " One of '{\"https://route53.amazonaws.com/doc/2013-04-01/\":Change}' is expected."
    )


CONTENTS = (
    "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found"
)
ROUTING = (
    "Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation,"
    " or CidrRoutingConfig], but found"
)
NAMED = "in Change with [Action=CREATE, Name=www.example.com, Type=A, SetIdentifier={}]"
BARE = {"Name": "www.example.com", "Type": "A"}
FULL = record("www.example.com")
TARGET = {"AliasTarget": {"HostedZoneId": "Z1", "DNSName": "x.example.com", "EvaluateTargetHealth": False}}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (BARE, f"{CONTENTS} none {NAMED.format('null')}"),
        ({**BARE, "TTL": 60}, f"{CONTENTS} none {NAMED.format('null')}"),
        ({**BARE, **TARGET, "TTL": 60}, f"{CONTENTS} more than one {NAMED.format('null')}"),
        ({**FULL, **TARGET}, f"{CONTENTS} more than one {NAMED.format('null')}"),
        ({**FULL, "SetIdentifier": "blue"}, f"{ROUTING} none {NAMED.format('blue')}"),
        ({**FULL, "Weight": 0}, f"Invalid request: Missing field 'SetIdentifier' {NAMED.format('null')}"),
        ({**FULL, "SetIdentifier": "blue", "Weight": 1, "Region": "eu-west-1"}, f"{ROUTING} more than one {NAMED.format('blue')}"),
    ],
)
def test_members_that_do_not_go_together_are_refused(dns: Dns, given: dict[str, Any], told: str) -> None:
    refusal = dns.refusal(("CREATE", given))
    assert (refusal.code, refusal.message) == ("InvalidInput", told)


def test_a_health_check_that_is_not_there_is_refused(dns: Dns) -> None:
    refusal = dns.refusal(("CREATE", weighted("blue", 1, HealthCheckId="no-such")))
    assert (refusal.code, refusal.status) == ("NoSuchHealthCheck", 404)


@pytest.mark.parametrize(
    "more",
    [
        {"TrafficPolicyInstanceId": "1", "TTL": None, "ResourceRecords": None},
        {"CidrRoutingConfig": {"CollectionId": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "LocationName": "x"}, "SetIdentifier": "x"},
    ],
)
def test_what_is_not_built_is_refused_by_name(dns: Dns, more: dict[str, Any]) -> None:
    given = {name: value for name, value in {**record(), **more}.items() if value is not None}
    refusal = dns.refusal(("CREATE", given))
    assert (refusal.code, refusal.status) == ("NotImplementedBySimulator", 501)


def test_a_zone_of_another_account_is_not_ones_own(dns: Dns) -> None:
    stranger = Dns.__new__(Dns)
    stranger.client, stranger.zone = dns.client.elsewhere(account="999999999999"), dns.zone
    assert (stranger.refusal(("CREATE", record())).code, dns.refusal(("CREATE", record()), zone="Z0").code) == (
        "AccessDenied",
        "NoSuchHostedZone",
    )
