# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health checks: settings, versions, and what they say."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from route53_world import Answer, Dns

from simulator.services.route53.health_checks import is_healthy
from simulator.services.route53.service import Route53

HTTP = {"Type": "HTTP", "FullyQualifiedDomainName": "blue.example.com"}
ALWAYS = {"Type": "CALCULATED", "HealthThreshold": 0}


def made(dns: Dns, config: Answer, reference: str = "one") -> Answer:
    return dict(dns("CreateHealthCheck", CallerReference=reference, HealthCheckConfig=config)["HealthCheck"])


def healthy(dns: Dns, identifier: str) -> bool:
    service = dns.client.world.services["route53"]
    assert isinstance(service, Route53)
    return is_healthy(service.find(dns.client.account), identifier)


def observe(dns: Dns, identifier: str, *, is_healthy: bool) -> None:
    service = dns.client.world.services["route53"]
    assert isinstance(service, Route53)
    service.observe(dns.client.account, identifier, is_healthy=is_healthy)


def test_a_health_check_is_shown_with_what_aws_fills_in(dns: Dns) -> None:
    check = made(dns, HTTP)
    filled = {"Port": 80, "RequestInterval": 30, "FailureThreshold": 3, "MeasureLatency": False, "EnableSNI": False}
    assert check["HealthCheckConfig"] == {**HTTP, **filled, "Inverted": False, "Disabled": False}
    assert check["HealthCheckVersion"] == 1
    assert dns("GetHealthCheck", HealthCheckId=check["Id"])["HealthCheck"] == check
    assert (dns("ListHealthChecks")["HealthChecks"], dns("GetHealthCheckCount")) == ([check], {"HealthCheckCount": 1})


def test_the_same_request_again_is_answered_with_the_same_health_check(dns: Dns) -> None:
    assert made(dns, HTTP) == made(dns, HTTP)
    other = dns.refused("CreateHealthCheck", CallerReference="one", HealthCheckConfig={**HTTP, "Port": 8080})
    assert (other.code, other.status) == ("HealthCheckAlreadyExists", 409)


def test_the_reference_of_a_deleted_health_check_is_not_used_again(dns: Dns) -> None:
    dns("DeleteHealthCheck", HealthCheckId=made(dns, HTTP)["Id"])
    assert dns.refused("CreateHealthCheck", CallerReference="one", HealthCheckConfig=HTTP).code == "HealthCheckAlreadyExists"


@pytest.mark.parametrize(
    "config",
    [
        {"Type": "HTTP"},
        {"Type": "HTTP_STR_MATCH", "IPAddress": "192.0.2.1"},
        {"Type": "TCP", "IPAddress": "192.0.2.1"},
        {"Type": "TCP", "IPAddress": "192.0.2.1", "Port": 80, "ResourcePath": "/"},
        {**HTTP, "SearchString": "x"},
        {**HTTP, "RequestInterval": 20},
        {**HTTP, "EnableSNI": True},
        {**HTTP, "FailureThreshold": 11},
        {**HTTP, "Port": 0},
        {**HTTP, "IPAddress": "host"},
        {**HTTP, "Regions": ["us-east-1"]},
        {"Type": "CALCULATED"},
        {**ALWAYS, "Port": 80},
        {**ALWAYS, "ChildHealthChecks": ["no-such"]},
        {"Type": "PING"},
    ],
)
def test_settings_that_do_not_go_together_are_refused(dns: Dns, config: dict[str, Any]) -> None:
    assert dns.refused("CreateHealthCheck", CallerReference="one", HealthCheckConfig=config).code == "InvalidInput"


@pytest.mark.parametrize("kind", ["CLOUDWATCH_METRIC", "RECOVERY_CONTROL"])
def test_types_that_are_not_built_are_refused_by_name(dns: Dns, kind: str) -> None:
    refusal = dns.refused("CreateHealthCheck", CallerReference="one", HealthCheckConfig={"Type": kind})
    assert (refusal.status, kind in refusal.message) == (501, True)


def test_an_update_counts_versions_and_minds_the_one_that_is_told(dns: Dns) -> None:
    check = made(dns, {**HTTP, "ResourcePath": "/healthz"})
    changed = dns("UpdateHealthCheck", HealthCheckId=check["Id"], HealthCheckVersion=1, Port=8080, ResetElements=["ResourcePath"])[
        "HealthCheck"
    ]
    assert (changed["HealthCheckVersion"], changed["HealthCheckConfig"]["Port"]) == (2, 8080)
    assert "ResourcePath" not in changed["HealthCheckConfig"]
    refusal = dns.refused("UpdateHealthCheck", HealthCheckId=check["Id"], HealthCheckVersion=1, Port=80)
    assert (refusal.code, refusal.status) == ("HealthCheckVersionMismatch", 409)


def test_an_update_is_judged_like_a_creation(dns: Dns) -> None:
    assert dns.refused("UpdateHealthCheck", HealthCheckId=made(dns, HTTP)["Id"], HealthThreshold=1).code == "InvalidInput"


@pytest.mark.parametrize("operation", ["GetHealthCheck", "GetHealthCheckStatus", "UpdateHealthCheck", "DeleteHealthCheck"])
def test_a_health_check_that_is_not_there(dns: Dns, operation: str) -> None:
    refusal = dns.refused(operation, HealthCheckId="no-such")
    assert (refusal.code, refusal.status, refusal.message) == ("NoSuchHealthCheck", 404, "A health check with id no-such does not exist.")


def test_the_status_is_what_each_checker_sees(dns: Dns) -> None:
    identifier = made(dns, {**HTTP, "Regions": ["us-east-1", "eu-west-1", "sa-east-1"]})["Id"]
    found = dns("GetHealthCheckStatus", HealthCheckId=identifier)["HealthCheckObservations"]
    assert [each["Region"] for each in found] == ["us-east-1", "eu-west-1", "sa-east-1"]
    assert {each["StatusReport"]["Status"] for each in found} == {"Success: HTTP Status Code 200, OK"}
    observe(dns, identifier, is_healthy=False)
    failed = dns("GetHealthCheckStatus", HealthCheckId=identifier)["HealthCheckObservations"]
    assert all(each["StatusReport"]["Status"].startswith("Failure: ") for each in failed)


def test_the_last_failure_is_told_while_it_lasts(dns: Dns) -> None:
    identifier = made(dns, HTTP)["Id"]
    assert dns("GetHealthCheckLastFailureReason", HealthCheckId=identifier)["HealthCheckObservations"] == []
    observe(dns, identifier, is_healthy=False)
    assert len(dns("GetHealthCheckLastFailureReason", HealthCheckId=identifier)["HealthCheckObservations"]) == 8


def test_the_checkers_come_from_where_it_is_told(dns: Dns) -> None:
    network = ipaddress.ip_network(dns("GetCheckerIpRanges")["CheckerIpRanges"][0])
    found = dns("GetHealthCheckStatus", HealthCheckId=made(dns, HTTP)["Id"])["HealthCheckObservations"]
    assert all(ipaddress.ip_address(each["IPAddress"]) in network for each in found)


def test_a_calculated_health_check_has_no_status_to_get(dns: Dns) -> None:
    assert dns.refused("GetHealthCheckStatus", HealthCheckId=made(dns, ALWAYS)["Id"]).code == "InvalidInput"


def test_a_calculated_health_check_counts_its_children(dns: Dns) -> None:
    children = [made(dns, HTTP, f"child-{at}")["Id"] for at in range(2)]
    parent = made(dns, {"Type": "CALCULATED", "HealthThreshold": 2, "ChildHealthChecks": children})["Id"]
    assert healthy(dns, parent)
    observe(dns, children[0], is_healthy=False)
    assert not healthy(dns, parent)


def test_inverting_a_check_that_is_always_healthy_is_a_switch(dns: Dns) -> None:
    identifier = made(dns, ALWAYS)["Id"]
    assert healthy(dns, identifier)
    dns("UpdateHealthCheck", HealthCheckId=identifier, Inverted=True)
    assert not healthy(dns, identifier)


def test_a_disabled_check_is_healthy_whatever_it_saw(dns: Dns) -> None:
    identifier = made(dns, HTTP)["Id"]
    observe(dns, identifier, is_healthy=False)
    dns("UpdateHealthCheck", HealthCheckId=identifier, Disabled=True)
    assert healthy(dns, identifier)


def test_health_checks_have_tags(dns: Dns) -> None:
    identifier = made(dns, HTTP)["Id"]
    dns("ChangeTagsForResource", ResourceType="healthcheck", ResourceId=identifier, AddTags=[{"Key": "Name", "Value": "blue"}])
    assert dns("ListTagsForResource", ResourceType="healthcheck", ResourceId=identifier)["ResourceTagSet"]["Tags"] == [
        {"Key": "Name", "Value": "blue"}
    ]


def test_health_checks_are_listed_in_pages(dns: Dns) -> None:
    wanted = sorted(made(dns, HTTP, f"n{at}")["Id"] for at in range(3))
    page = dns("ListHealthChecks", MaxItems="2")
    rest = dns("ListHealthChecks", Marker=page["NextMarker"])
    assert [check["Id"] for check in (*page["HealthChecks"], *rest["HealthChecks"])] == wanted
