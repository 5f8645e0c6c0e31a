# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Through the front door, with boto3: the protocol, waiters, paginators, faults, state and snapshots."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, WaiterError

from simulator.harness import ACCOUNT, SECRET, Simulator, started

Record = dict[str, Any]


@pytest.fixture(scope="module")
def running() -> Any:
    with started(speed=1) as simulator:
        yield simulator


@pytest.fixture
def route53(running: Simulator) -> Any:
    """A client that asks once, of an emptied simulator."""
    running.control("POST", "reset")
    keys = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": SECRET, "region_name": "eu-central-1"}
    return boto3.client("route53", endpoint_url=running.endpoint, config=Config(retries={"total_max_attempts": 1}), **keys)


@pytest.fixture
def zone(route53: Any) -> str:
    return str(route53.create_hosted_zone(Name="example.com", CallerReference="one")["HostedZone"]["Id"])


@pytest.fixture
def change(route53: Any, zone: str) -> Callable[..., Any]:
    def send(action: str, name: str = "www.example.com", value: str = "192.0.2.1", **more: Any) -> Any:
        record = {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": value}], **more}
        batch = {"Comment": "a test", "Changes": [{"Action": action, "ResourceRecordSet": record}]}
        return route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)["ChangeInfo"]

    return send


def names(route53: Any, zone: str) -> list[str]:
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone, PaginationConfig={"PageSize": 2})
    return [record["Name"] for page in pages for record in page["ResourceRecordSets"]]


def test_a_zone_is_created_shown_and_deleted(route53: Any, zone: str, running: Simulator) -> None:
    found = route53.get_hosted_zone(Id=zone)
    assert found["HostedZone"] == {
        "Id": zone,
        "Name": "example.com.",
        "CallerReference": "one",
        "Config": {"PrivateZone": False},
        "ResourceRecordSetCount": 2,
    }
    assert len(found["DelegationSet"]["NameServers"]) == 4
    assert route53.delete_hosted_zone(Id=zone)["ChangeInfo"]["Status"] == "PENDING"
    with pytest.raises(route53.exceptions.NoSuchHostedZone):
        route53.get_hosted_zone(Id=zone)


def test_nothing_in_an_answer_points_outside(route53: Any, running: Simulator) -> None:
    location = route53.create_hosted_zone(Name="example.org", CallerReference="two")["Location"]
    assert location.startswith(f"{running.endpoint}/2013-04-01/hostedzone/Z")


def test_the_waiter_waits_until_a_change_is_in_sync(route53: Any, change: Callable[..., Any], running: Simulator) -> None:
    waiter = route53.get_waiter("resource_record_sets_changed")
    made = change("CREATE")
    assert (made["Status"], made["Comment"]) == ("PENDING", "a test")
    with pytest.raises(WaiterError, match="Max attempts"):
        waiter.wait(Id=made["Id"], WaiterConfig={"Delay": 0, "MaxAttempts": 2})
    running.control("POST", "clock/advance", {"seconds": 30})
    waiter.wait(Id=made["Id"], WaiterConfig={"Delay": 0, "MaxAttempts": 1})
    assert route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "INSYNC"


def test_at_speed_inf_the_second_look_finds_a_change_in_sync(route53: Any, change: Callable[..., Any], running: Simulator) -> None:
    running.control("PUT", "clock", {"speed": "inf"})
    made = change("CREATE")
    assert [route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] for _look in range(2)] == ["PENDING", "INSYNC"]
    running.control("PUT", "clock", {"speed": 1})


def test_how_long_a_change_takes_can_be_ordered(route53: Any, change: Callable[..., Any], running: Simulator) -> None:
    running.control("POST", "outcomes", {"resource": "change", "name": "example.com", "after": 300})
    made = change("CREATE")
    running.control("POST", "clock/advance", {"seconds": 299})
    assert route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "PENDING"
    running.control("POST", "clock/advance", {"seconds": 1})
    assert route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "INSYNC"


def test_the_paginator_gets_every_record_set_once(route53: Any, zone: str, change: Callable[..., Any]) -> None:
    for name in ("b", "a", "*", "c"):
        change("CREATE", f"{name}.example.com")
    expected = ["example.com.", "example.com.", "\\052.example.com.", "a.example.com.", "b.example.com.", "c.example.com."]
    assert names(route53, zone) == expected


def test_weights_are_numbers_and_zero_is_one(route53: Any, zone: str, change: Callable[..., Any]) -> None:
    change("CREATE", SetIdentifier="blue", Weight=0)
    assert route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"][-1]["Weight"] == 0


def test_an_invalid_batch_tells_everything_in_one_message(route53: Any, zone: str) -> None:
    record = {"Name": "www.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "x"}]}
    changes = [{"Action": action, "ResourceRecordSet": record} for action in ("DELETE", "CREATE")]
    with pytest.raises(route53.exceptions.InvalidChangeBatch) as caught:
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    assert caught.value.response["Error"]["Message"] == (
        "[Tried to delete resource record set [name='www.example.com.', type='A'] but it was not found, Invalid Resource Record:"
        " 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'x'']"
    )


def test_a_weight_above_255_is_refused_by_the_schema(change: Callable[..., Any]) -> None:
    with pytest.raises(ClientError, match=r"InvalidInput.*'300' is not facet-valid with respect to maxInclusive '255'"):
        change("CREATE", SetIdentifier="blue", Weight=300)


def test_the_errors_of_a_batch_of_protections_arrive_as_a_list(route53: Any, zone: str) -> None:
    wanted = [{"RecordName": "www.example.com", "RecordType": "A"}]
    route53.create_resource_record_set_protections(HostedZoneId=zone, Protections=wanted)
    with pytest.raises(route53.exceptions.ProtectionAlreadyExists) as caught:
        route53.create_resource_record_set_protections(HostedZoneId=zone, Protections=wanted)
    assert [error["Code"] for error in caught.value.response["Errors"]] == ["ProtectionAlreadyExists"]
    assert caught.value.response["Errors"][0]["RecordName"] == "www.example.com"


def test_a_reply_that_is_lost_after_the_change_was_applied(route53: Any, zone: str, change: Callable[..., Any], running: Simulator) -> None:
    running.control("POST", "faults", {"kind": "close_after", "service": "route53", "operation": "ChangeResourceRecordSets"})
    with pytest.raises(ConnectionClosedError):
        change("CREATE")
    assert "www.example.com." in names(route53, zone)
    last = [call for call in running.control("GET", "journal") if call["operation"] == "ChangeResourceRecordSets"][-1]
    assert (last["applied"], last["status"]) == (True, None)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"kind": "throttle"}, "Throttling"),
        ({"kind": "error", "code": "PriorRequestNotComplete", "status": 400}, "PriorRequestNotComplete"),
    ],
)
def test_a_request_that_a_fault_refuses_is_not_applied(
    route53: Any, zone: str, change: Callable[..., Any], running: Simulator, order: Record, code: str
) -> None:
    running.control("POST", "faults", {"service": "route53", "operation": "Change*", **order})
    with pytest.raises(ClientError) as caught:
        change("CREATE")
    found = caught.value.response
    assert (found["Error"]["Code"], found["ResponseMetadata"]["HTTPStatusCode"]) == (code, 400)
    assert names(route53, zone) == ["example.com.", "example.com."]


def test_a_listing_is_never_stale(route53: Any, zone: str, change: Callable[..., Any], running: Simulator) -> None:
    running.control("POST", "faults", {"kind": "stale", "service": "route53", "seconds": 600})
    change("CREATE")
    assert "www.example.com." in names(route53, zone)
    with pytest.raises(route53.exceptions.NoSuchChange):
        route53.get_change(Id=change("CREATE", "b.example.com")["Id"])


def test_a_client_in_any_region_sees_the_same_zones(route53: Any, zone: str, running: Simulator) -> None:
    keys = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": SECRET, "region_name": "us-west-2"}
    other = boto3.client("route53", endpoint_url=running.endpoint, **keys)
    assert [found["Id"] for found in other.list_hosted_zones()["HostedZones"]] == [zone]


def test_two_runs_have_the_same_normalised_state(route53: Any, running: Simulator) -> None:
    def run() -> Any:
        running.control("POST", "reset")
        zone = route53.create_hosted_zone(Name="example.com", CallerReference="again")["HostedZone"]["Id"]
        target = {"HostedZoneId": zone.rpartition("/")[2], "DNSName": "blue.example.com", "EvaluateTargetHealth": True}
        records: list[Record] = [
            {"Name": "blue.example.com", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"x"'}]},
            {"Name": "www.example.com", "Type": "TXT", "AliasTarget": target, "SetIdentifier": "blue", "Weight": 1},
        ]
        changes = [{"Action": "CREATE", "ResourceRecordSet": record} for record in records]
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
        return running.control("GET", "state?normalised=true")["resources"]

    first, second = run(), run()
    assert first == second
    assert len([key for key in str(first).split("'") if "record-set/" in key]) == 4


def test_a_snapshot_holds_zones_and_changes_under_way(route53: Any, zone: str, change: Callable[..., Any], running: Simulator) -> None:
    made = change("CREATE")
    front = _snapshot(running, "GET")
    change("DELETE")
    _snapshot(running, "PUT", front)
    assert "www.example.com." in names(route53, zone)
    running.control("POST", "clock/advance", {"seconds": 30})
    assert route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "INSYNC"


def _snapshot(running: Simulator, method: str, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(f"{running.endpoint}/_simulator/snapshot", body, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())
