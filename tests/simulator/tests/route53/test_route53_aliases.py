# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alias targets: in the same zone, or a load balancer, or CloudFront."""

from __future__ import annotations

import pytest
from route53_world import Answer, Dns, alias, record

NAME = "www.example.com."
CLOUDFRONT = "Z2FDTNDATAQYW2"


@pytest.fixture
def balancer(dns: Dns) -> Answer:
    """A load balancer of another account than the zone's."""
    client = dns.client.elsewhere(account="222233334444")
    vpc = client("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        client("ec2.CreateSubnet", VpcId=vpc, CidrBlock=f"10.0.{at}.0/24", AvailabilityZone=f"eu-central-1{zone}")["Subnet"]["SubnetId"]
        for at, zone in enumerate("ab")
    ]
    return dict(client("elbv2.CreateLoadBalancer", Name="Blue", Subnets=subnets)["LoadBalancers"][0])


def told(target: str, zone: str, kind: str = "A") -> str:
    return f"Tried to create an alias that targets {target}, type {kind} in zone {zone}, but"


def test_an_alias_to_a_record_set_of_the_same_zone(dns: Dns) -> None:
    dns.change(("CREATE", record("blue.example.com.")), ("CREATE", alias(NAME, "Blue.example.com", dns.zone)))
    assert dns.records()[1]["AliasTarget"] == {"HostedZoneId": dns.zone, "DNSName": "blue.example.com.", "EvaluateTargetHealth": False}


def test_the_target_in_the_zone_must_exist_with_the_same_type(dns: Dns) -> None:
    dns.change(("CREATE", record("blue.example.com.")))
    found = dns.problem(("CREATE", alias(NAME, "blue.example.com.", dns.zone, kind="AAAA")))
    assert found == f"{told('blue.example.com.', dns.zone, 'AAAA')} that target was not found"


def test_an_alias_is_no_target_of_itself(dns: Dns) -> None:
    assert dns.problem(("CREATE", alias(NAME, NAME, dns.zone))).endswith("that target was not found")


def test_the_target_lies_in_the_target_zone(dns: Dns) -> None:
    target = "blue-1.eu-central-1.elb.amazonaws.com."
    start = told(target, dns.zone)
    wanted = f"{start} the alias target name does not lie within the target zone, {start} that target was not found"
    assert dns.problem(("CREATE", alias(NAME, target, dns.zone))) == wanted


def test_a_record_set_of_another_zone_is_no_target(dns: Dns) -> None:
    other = dns.made("example.org")
    dns.change(("CREATE", record("blue.example.org.")), zone=other)
    assert dns.problem(("CREATE", alias(NAME, "blue.example.org.", other))).endswith("that target was not found")


@pytest.mark.parametrize("prefix", ["", "dualstack."])
def test_an_alias_to_a_load_balancer_of_any_account(dns: Dns, balancer: Answer, prefix: str) -> None:
    target = alias(NAME, prefix + balancer["DNSName"], balancer["CanonicalHostedZoneId"], health=True)
    dns.change(("CREATE", target))
    assert dns.records()[0]["AliasTarget"]["DNSName"] == f"{prefix}{balancer['DNSName'].lower()}."
    dns.change(("DELETE", target))


def test_aws_s_own_zone_of_the_region_is_the_balancers_too(dns: Dns, balancer: Answer) -> None:
    dns.change(("CREATE", alias(NAME, balancer["DNSName"], "Z215JYRZR1TBD5")))
    found = dns.problem(("UPSERT", alias(NAME, balancer["DNSName"], "Z35SXDOTRQ7X7K")))
    assert found.endswith("the alias target name does not lie within the target zone")


def test_a_load_balancer_that_is_not_there_is_refused(dns: Dns) -> None:
    found = dns.problem(("CREATE", alias(NAME, "gone-1.eu-central-1.elb.amazonaws.com", "Z215JYRZR1TBD5")))
    assert found == f"{told('gone-1.eu-central-1.elb.amazonaws.com.', 'Z215JYRZR1TBD5')} that target was not found"


def test_a_load_balancer_has_addresses_only(dns: Dns, balancer: Answer) -> None:
    found = dns.problem(("CREATE", alias(NAME, balancer["DNSName"], balancer["CanonicalHostedZoneId"], kind="TXT")))
    assert found.endswith("that target was not found")


def test_the_health_of_cloudfront_cannot_be_evaluated(dns: Dns) -> None:
    dns.change(("CREATE", alias(NAME, "d111111abcdef8.cloudfront.net", CLOUDFRONT)))
    found = dns.problem(("UPSERT", alias(NAME, "d111111abcdef8.cloudfront.net", CLOUDFRONT, health=True)))
    assert "EvaluateTargetHealth must be false" in found


def test_a_private_zone_has_no_alias_to_cloudfront(dns: Dns) -> None:
    vpc = dns.client("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    private = dns.made(VPC={"VPCRegion": dns.client.region, "VPCId": vpc})
    found = dns.problem(("CREATE", alias(NAME, "d111111abcdef8.cloudfront.net", CLOUDFRONT)), zone=private)
    assert "private hosted zone" in found


def test_a_zone_that_nobody_knows_is_refused_by_name(dns: Dns) -> None:
    refusal = dns.refusal(("CREATE", alias(NAME, "bucket.s3-website.eu-central-1.amazonaws.com", "Z21DNDUVLTQW6Q")))
    assert (refusal.status, "Z21DNDUVLTQW6Q" in refusal.message) == (501, True)


def test_the_target_of_an_alias_may_go(dns: Dns) -> None:
    dns.change(("CREATE", record("blue.example.com.")), ("CREATE", alias(NAME, "blue.example.com.", dns.zone)))
    dns.change(("DELETE", record("blue.example.com.")))
    assert [each["Name"] for each in dns.records()] == [NAME]


def test_ns_is_never_an_alias(dns: Dns) -> None:
    assert "not permitted to be an alias" in dns.problem(("CREATE", alias("sub.example.com.", "example.com.", dns.zone, kind="NS")))
