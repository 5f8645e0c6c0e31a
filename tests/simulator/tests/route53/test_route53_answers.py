# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a zone answers: TestDNSAnswer, and the choice by weights and health behind it (the table of traffic-shift 1.2)."""

from __future__ import annotations

from collections import Counter

import pytest
from route53_world import Answer, Dns, alias, record, weighted

BLUE, GREEN = "192.0.2.1", "192.0.2.2"


def ask(dns: Dns, name: str = "www.example.com", kind: str = "A") -> Answer:
    return dns("TestDNSAnswer", HostedZoneId=dns.zone, RecordName=name, RecordType=kind)


def answers(dns: Dns, times: int = 40) -> Counter[str]:
    return Counter(ask(dns)["RecordData"][0] for _each in range(times))


def switch(dns: Dns, name: str) -> str:
    """Make a health check that is healthy until it is inverted."""
    config = {"Type": "CALCULATED", "HealthThreshold": 0}
    return str(dns("CreateHealthCheck", CallerReference=name, HealthCheckConfig=config)["HealthCheck"]["Id"])


@pytest.mark.parametrize(
    ("blue", "green", "served"),
    [
        ((100, True), (0, True), {BLUE}),
        ((100, False), (0, True), {GREEN}),
        ((100, False), (0, False), {BLUE}),
        ((0, True), (0, True), {BLUE, GREEN}),
        ((0, True), (100, False), {BLUE}),
        ((50, True), (50, False), {BLUE}),
        ((50, True), (50, True), {BLUE, GREEN}),
        ((90, None), (10, False), {BLUE}),
    ],
)
def test_weights_and_health_choose(dns: Dns, blue: tuple[int, bool | None], green: tuple[int, bool | None], served: set[str]) -> None:
    for name, value, (weight, health) in (("blue", BLUE, blue), ("green", GREEN, green)):
        more = {} if health is None else {"HealthCheckId": switch(dns, name)}
        dns.change(("CREATE", weighted(name, weight, value, **more)))
        if health is False:
            dns("UpdateHealthCheck", HealthCheckId=more["HealthCheckId"], Inverted=True)
    assert set(answers(dns)) == served


def test_the_share_is_that_of_the_weights(dns: Dns) -> None:
    dns.change(("CREATE", weighted("blue", 192, BLUE)), ("CREATE", weighted("green", 64, GREEN)))
    assert 0.65 < answers(dns, 400)[BLUE] / 400 < 0.85


def test_an_alias_inherits_the_health_of_its_target(dns: Dns) -> None:
    check = switch(dns, "blue")
    dns.change(*(("CREATE", {**record(f"{name}.example.com", "A", value), **more}) for name, value, more in (
        ("blue", BLUE, {"HealthCheckId": check}), ("green", GREEN, {}))))  # fmt: skip
    dns.change(
        *(
            ("CREATE", alias("www.example.com", f"{name}.example.com", dns.zone, health=True, SetIdentifier=name, Weight=weight))
            for name, weight in (("blue", 100), ("green", 0))
        )
    )
    assert set(answers(dns)) == {BLUE}
    dns("UpdateHealthCheck", HealthCheckId=check, Inverted=True)
    assert set(answers(dns)) == {GREEN}


def test_a_name_that_is_not_there_and_one_without_that_type(dns: Dns) -> None:
    dns.change(("CREATE", record()), ("CREATE", record("a.b.example.com")))
    assert ask(dns, "nowhere.example.com")["ResponseCode"] == "NXDOMAIN"
    found = ask(dns, kind="AAAA")
    assert (found["ResponseCode"], found["RecordData"]) == ("NOERROR", [])
    assert ask(dns, "b.example.com")["ResponseCode"] == "NOERROR"


def test_a_wildcard_answers_for_names_that_are_not_there(dns: Dns) -> None:
    dns.change(("CREATE", record("*.example.com", "A", BLUE)), ("CREATE", record("www.example.com", "A", GREEN)))
    assert [ask(dns, f"{name}.example.com")["RecordData"] for name in ("x", "y.x", "www")] == [[BLUE], [BLUE], [GREEN]]
    assert ask(dns, "x.www.example.com")["ResponseCode"] == "NXDOMAIN"


def test_a_cname_answers_for_every_type(dns: Dns) -> None:
    dns.change(("CREATE", record("www.example.com", "CNAME", "target.example.net")))
    assert ask(dns)["RecordData"] == ["target.example.net"]


def test_an_alias_whose_target_has_gone_answers_with_nothing(dns: Dns) -> None:
    dns.change(("CREATE", record("blue.example.com")), ("CREATE", alias("www.example.com", "blue.example.com", dns.zone)))
    dns.change(("DELETE", record("blue.example.com")))
    assert ask(dns)["RecordData"] == []


def test_only_public_zones_and_their_own_names_are_asked(dns: Dns) -> None:
    vpc = dns.client("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    private = dns.made(VPC={"VPCRegion": dns.client.region, "VPCId": vpc})
    for zone, name in ((private, "www.example.com"), (dns.zone, "www.example.org")):
        assert dns.refused("TestDNSAnswer", HostedZoneId=zone, RecordName=name, RecordType="A").code == "InvalidInput"


def test_answers_of_other_policies_are_refused_by_name(dns: Dns) -> None:
    dns.change(("CREATE", {**record(), "SetIdentifier": "a", "Region": "eu-west-1"}))
    refusal = dns.refused("TestDNSAnswer", HostedZoneId=dns.zone, RecordName="www.example.com", RecordType="A")
    assert (refusal.status, "latency" in refusal.message) == (501, True)
