# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service as a whole: which operations there are, how often one may ask, what is told of its resources."""

from __future__ import annotations

import pytest
from route53_world import Dns, record

from simulator.protocols import GLOBAL_REGION
from simulator.seam import Refusal
from simulator.services.route53.service import model, operations

IMPLEMENTED = {
    *("CreateHostedZone", "GetHostedZone", "GetHostedZoneCount", "ListHostedZones", "ListHostedZonesByName", "ListHostedZonesByVPC"),
    *("DeleteHostedZone", "UpdateHostedZoneComment", "UpdateHostedZoneFeatures", "AssociateVPCWithHostedZone"),
    *("DisassociateVPCFromHostedZone", "CreateVPCAssociationAuthorization", "DeleteVPCAssociationAuthorization"),
    *("ListVPCAssociationAuthorizations", "ChangeResourceRecordSets", "ListResourceRecordSets", "GetChange", "TestDNSAnswer"),
    *("ChangeTagsForResource", "ListTagsForResource", "ListTagsForResources", "CreateHealthCheck", "GetHealthCheck"),
    *(
        "CreateTrafficPolicy",
        "GetTrafficPolicy",
        "DeleteTrafficPolicy",
        "CreateTrafficPolicyInstance",
        "GetTrafficPolicyInstance",
        "DeleteTrafficPolicyInstance",
        "GetDNSSEC",
        "GetHealthCheckLastFailureReason",
        "GetCheckerIpRanges",
        "GetHealthCheckCount",
        "GetHealthCheckStatus",
        "ListHealthChecks",
        "UpdateHealthCheck",
        "DeleteHealthCheck",
    ),
    *("CreateResourceRecordSetProtections", "DeleteResourceRecordSetProtections", "ListResourceRecordSetProtections"),
}


def test_the_operations_are_these() -> None:
    assert set(operations()) == IMPLEMENTED
    assert set(model().operation_names) > IMPLEMENTED


@pytest.mark.parametrize("operation", [*sorted(set(model().operation_names) - IMPLEMENTED), "MakeCoffee"])
def test_every_other_operation_is_refused_by_name(dns: Dns, operation: str) -> None:
    refusal = dns.refused(operation)
    assert (refusal.code, refusal.status) == ("NotImplementedBySimulator", 501)
    assert f"route53:{operation}" in refusal.message


def test_reads_are_not_mutating(dns: Dns) -> None:
    service = dns.client.world.services["route53"]
    reads = {name for name in operations() if not service.is_mutating(name)}
    assert reads == {name for name in operations() if model().operation_model(name).http["method"] == "GET"} | {"ListTagsForResources"}


def burst(dns: Dns, operation: str, count: int, **parameters: str) -> list[str]:
    """Ask often in no time, and give the codes of refusals."""
    clock, codes = dns.client.world.clock, list[str]()
    now = clock.seconds()
    for _each in range(count):
        try:
            dns.client(f"route53.{operation}", **parameters)
        except Refusal as refusal:
            codes.append(refusal.code)
        clock.set(now)
    return codes


def test_fifty_requests_at_once_and_ten_a_second_after_that(dns: Dns) -> None:
    dns.client.world.clock.advance(60)
    assert burst(dns, "GetHostedZoneCount", 52) == ["Throttling"] * 2
    dns.client.world.clock.advance(1)
    assert burst(dns, "GetHostedZoneCount", 11) == ["Throttling"]


def test_the_account_as_a_whole_is_counted_too(dns: Dns) -> None:
    dns.client.world.clock.advance(60)
    assert burst(dns, "GetHostedZoneCount", 30) == []
    assert burst(dns, "ListHostedZones", 30) == ["Throttling"] * 10
    elsewhere = Dns.__new__(Dns)
    elsewhere.client = dns.client.elsewhere(account="999999999999")
    assert burst(elsewhere, "ListHostedZones", 30) == []


def test_the_status_of_health_checks_has_a_rate_of_its_own(dns: Dns) -> None:
    config = {"Type": "HTTP", "IPAddress": "192.0.2.1"}
    check = dns("CreateHealthCheck", CallerReference="one", HealthCheckConfig=config)["HealthCheck"]["Id"]
    dns.client.world.clock.advance(60)
    assert burst(dns, "GetHealthCheckStatus", 5, HealthCheckId=check) == ["Throttling"]


def test_a_throttled_change_is_not_applied_and_is_told_as_aws_does(dns: Dns) -> None:
    dns.client.world.clock.advance(60)
    burst(dns, "GetHostedZoneCount", 50)
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record()}]}
    refusal = dns.client.refused("route53.ChangeResourceRecordSets", HostedZoneId=dns.zone, ChangeBatch=batch)
    assert (refusal.code, refusal.message, refusal.status) == ("Throttling", "Rate exceeded", 400)
    dns.client.world.clock.advance(60)
    assert dns.records() == []


def test_other_services_of_the_simulator_are_not_counted(dns: Dns) -> None:
    world, now = dns.client.world, dns.client.world.clock.seconds()
    for _each in range(60):
        world.clock.set(now)
        counted = world.call("route53", "GetHostedZoneCount", {}, account=dns.client.account, region="us-east-1")
        assert counted["HostedZoneCount"] == 1


def test_the_resources_are_told_once_for_all_regions(dns: Dns) -> None:
    dns.change(("CREATE", record()))
    service = dns.client.world.services["route53"]
    found = service.resources(dns.client.account, GLOBAL_REGION)
    assert sorted(found) == [
        f"hosted-zone/{dns.zone}",
        f"record-set/{dns.zone}/example.com./NS",
        f"record-set/{dns.zone}/example.com./SOA",
        f"record-set/{dns.zone}/www.example.com./A",
    ]
    assert found[f"record-set/{dns.zone}/www.example.com./A"] == record()
    assert service.resources(dns.client.account, "eu-central-1") == service.resources("999999999999", GLOBAL_REGION) == {}


def test_an_answer_does_not_change_afterwards(dns: Dns) -> None:
    made = dns.change(("CREATE", record()))
    dns.client.world.clock.advance(60)
    assert (made["Status"], dns("GetChange", Id=made["Id"])["ChangeInfo"]["Status"]) == ("PENDING", "INSYNC")
