# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record sets that belong to a traffic policy instance: they are listed as such, and a batch must not replace them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from route53_world import Answer, Dns, record

DOCUMENT: Answer = {
    "AWSPolicyFormatVersion": "2015-10-01",
    "RecordType": "A",
    "Endpoints": {"one": {"Type": "value", "Value": "192.0.2.1"}},
    "StartEndpoint": "one",
}


def policy(dns: Dns, **more: Any) -> str:
    return str(dns("CreateTrafficPolicy", Name="blue", Document=json.dumps(DOCUMENT | more))["TrafficPolicy"]["Id"])


def instance(dns: Dns) -> str:
    """Make an instance for www.example.com."""
    given = {"TrafficPolicyId": policy(dns), "TrafficPolicyVersion": 1, "TTL": 60, "Name": "www.example.com"}
    return str(dns("CreateTrafficPolicyInstance", HostedZoneId=dns.zone, **given)["TrafficPolicyInstance"]["Id"])


def test_the_record_set_of_an_instance_says_so(dns: Dns) -> None:
    identifier = instance(dns)
    assert dns.records() == [{**record(), "TrafficPolicyInstanceId": identifier}]
    assert dns("GetTrafficPolicyInstance", Id=identifier)["TrafficPolicyInstance"]["State"] == "Creating"
    dns.client.world.clock.advance(30)
    assert dns("GetTrafficPolicyInstance", Id=identifier)["TrafficPolicyInstance"]["State"] == "Applied"


def test_it_is_not_replaced_by_a_batch(dns: Dns) -> None:
    instance(dns)
    assert dns.problem(("UPSERT", record())) == "RRSet with DNS name www.example.com. and type A belongs to a traffic policy instance"
    assert dns.problem(("DELETE", record())).endswith("but the values provided do not match the current values")


def test_it_is_deleted_with_its_instance_and_then_its_policy_too(dns: Dns) -> None:
    identifier = instance(dns)
    used = dns("GetTrafficPolicyInstance", Id=identifier)["TrafficPolicyInstance"]["TrafficPolicyId"]
    assert dns.refused("DeleteTrafficPolicy", Id=used, Version=1).code == "TrafficPolicyInUse"
    dns("DeleteTrafficPolicyInstance", Id=identifier)
    assert dns.records() == []
    dns("DeleteTrafficPolicy", Id=used, Version=1)
    assert dns.refused("GetTrafficPolicy", Id=used, Version=1).code == "NoSuchTrafficPolicy"


def test_a_batch_may_delete_it_and_leave_its_instance(dns: Dns) -> None:
    identifier = instance(dns)
    dns.change(("DELETE", {"Name": "www.example.com", "Type": "A", "TrafficPolicyInstanceId": identifier}))
    assert dns.records() == []
    assert dns("GetTrafficPolicyInstance", Id=identifier)["TrafficPolicyInstance"]["Id"] == identifier


def test_a_name_that_is_taken_or_outside_of_the_zone_is_refused(dns: Dns) -> None:
    dns.change(("CREATE", record()))
    given = {"TrafficPolicyId": policy(dns), "TrafficPolicyVersion": 1, "TTL": 60, "Name": "www.example.com"}
    assert dns.refused("CreateTrafficPolicyInstance", HostedZoneId=dns.zone, **given).code == "TrafficPolicyInstanceAlreadyExists"
    outside = dns.refused("CreateTrafficPolicyInstance", HostedZoneId=dns.zone, **(given | {"Name": "www.example.org"}))
    assert (outside.code, "is not permitted in zone" in outside.message) == ("InvalidInput", True)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{", "InvalidTrafficPolicyDocument"),
        ('{"RecordType": "A", "StartRule": "x", "Rules": {}}', "NotImplementedBySimulator"),
        (json.dumps(DOCUMENT | {"Endpoints": {"one": {"Type": "elastic-load-balancer"}}}), "NotImplementedBySimulator"),
    ],
)
def test_a_document_of_more_than_one_value_is_not_built(dns: Dns, document: str, code: str) -> None:
    assert dns.refused("CreateTrafficPolicy", Name="blue", Document=document).code == code
