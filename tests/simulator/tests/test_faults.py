# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: every kind does what it says, to the request it was ordered for, and the journal names it."""

from __future__ import annotations

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from front_world import ACCOUNT, REGION, Door

from simulator import processes


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response = refused.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("ec2", "describe_vpcs", ("RequestLimitExceeded", 503)),
        ("eks", "list_clusters", ("ThrottlingException", 429)),
        ("sts", "get_caller_identity", ("Throttling", 400)),
        ("ssm", "list_commands", ("ThrottlingException", 400)),
    ],
)
def test_a_throttle_says_what_botocore_retries(door: Door, service: str, call: str, code: tuple[str, int]) -> None:
    fault = door.fault("throttle", service=service)
    with pytest.raises(ClientError) as refused:
        getattr(door.client(service), call)()
    assert code_of(refused) == code
    assert door.journal()[-1]["fault"] == fault


def test_a_throttle_is_retried_by_botocore(door: Door) -> None:
    door.fault("throttle", service="ec2", times=2)
    client = door.client("ec2", config={"retries": {"total_max_attempts": 4, "mode": "standard"}})
    assert client.describe_vpcs()["ResponseMetadata"]["RetryAttempts"] == 2


@pytest.mark.parametrize(("applied", "vpcs"), [(True, 1), (False, 0)])
def test_an_error_says_whether_it_was_applied(door: Door, applied: bool, vpcs: int) -> None:  # noqa: FBT001
    door.fault("error", service="ec2", operation="Create*", code="InternalError", status=500, message="m", applied=applied)
    with pytest.raises(ClientError) as refused:
        door.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    assert code_of(refused) == ("InternalError", 500)
    assert door.journal()[-1]["applied"] is applied
    assert len(door.client("ec2").describe_vpcs()["Vpcs"]) == vpcs


@pytest.mark.row("Not-found flavour")
def test_the_other_flavour_of_not_found_can_be_ordered(door: Door) -> None:
    told = "No cluster found for name: blue."
    door.fault("error", service="eks", operation="DescribeCluster", code="ClientException", status=400, message=told)
    eks = door.client("eks")
    with pytest.raises(eks.exceptions.ClientException, match=told):
        eks.describe_cluster(name="blue")


def cause_of(error: BaseException) -> BaseException:
    while error.__context__ is not None:
        error = error.__context__
    return error


@pytest.mark.parametrize(("kind", "vpcs"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset_is_a_reset_on_the_wire(door: Door, kind: str, vpcs: int) -> None:
    door.fault(kind, service="ec2", operation="CreateVpc")
    with pytest.raises(ConnectionClosedError) as broken:
        door.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    assert getattr(cause_of(broken.value), "errno", None) == errno.ECONNRESET
    assert door.journal()[-1]["status"] is None
    assert len(door.client("ec2").describe_vpcs()["Vpcs"]) == vpcs


@pytest.mark.parametrize(("kind", "vpcs"), [("close_before", 0), ("close_after", 1)])
def test_a_close_ends_the_stream_without_an_answer(door: Door, kind: str, vpcs: int) -> None:
    door.fault(kind, service="ec2", operation="CreateVpc")
    with pytest.raises(ConnectionClosedError) as broken:
        door.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    assert isinstance(cause_of(broken.value), http.client.RemoteDisconnected)
    assert len(door.client("ec2").describe_vpcs()["Vpcs"]) == vpcs


@pytest.mark.parametrize(("kind", "vpcs"), [("timeout_before", 0), ("timeout_after", 1)])
def test_a_timeout_is_silence_and_blocks_nobody_else(door: Door, kind: str, vpcs: int) -> None:
    door.fault(kind, service="ec2", operation="CreateVpc")
    with pytest.raises(ReadTimeoutError):
        door.client("ec2", config={"read_timeout": 0.5}).create_vpc(CidrBlock="10.0.0.0/16")
    assert len(door.client("ec2").describe_vpcs()["Vpcs"]) == vpcs


def test_latency_delays_every_request_until_it_is_deleted(door: Door) -> None:
    fault, client = door.fault("latency", service="sts", milliseconds=200), door.client("sts")

    def seconds() -> float:
        started = time.monotonic()
        client.get_caller_identity()
        return time.monotonic() - started

    assert min(seconds(), seconds()) >= 0.2
    door.control("DELETE", f"faults/{fault}")
    seconds()
    assert [entry["fault"] for entry in door.journal()] == [fault, fault, None]


def test_a_stale_read_shows_the_state_before_the_change(door: Door) -> None:
    ec2 = door.client("ec2")
    ec2.create_vpc(CidrBlock="10.0.0.0/16")
    fault = door.fault("stale", service="ec2", seconds=30)
    ec2.create_vpc(CidrBlock="10.1.0.0/16")
    assert [vpc["CidrBlock"] for vpc in ec2.describe_vpcs()["Vpcs"]] == ["10.0.0.0/16"]
    assert door.journal()[-1]["fault"] == fault
    door.control("POST", "clock/advance", {"seconds": 31})
    assert len(ec2.describe_vpcs()["Vpcs"]) == 2


def test_a_newborn_id_is_not_found_by_a_write_and_found_by_a_read(door: Door) -> None:
    ec2 = door.client("ec2")
    fault = door.fault("not_yet_visible", service="ec2", seconds=20)
    made = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with pytest.raises(ClientError, match=made) as refused:
        ec2.modify_vpc_tenancy(VpcId=made, InstanceTenancy="default")
    assert code_of(refused) == ("InvalidVpcID.NotFound", 400)
    assert door.journal()[-1]["fault"] == fault
    assert len(ec2.describe_vpcs(VpcIds=[made])["Vpcs"]) == 1
    door.control("POST", "clock/advance", {"seconds": 21})
    assert ec2.modify_vpc_tenancy(VpcId=made, InstanceTenancy="default")["ReturnValue"] is True


def test_a_newborn_cluster_is_not_found_by_its_arn_but_a_second_create_meets_the_first(door: Door) -> None:
    eks = door.client("eks")
    door.fault("not_yet_visible", service="eks", seconds=20)
    arn = eks.create_cluster(name="blue", roleArn="r", resourcesVpcConfig={})["cluster"]["arn"]
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.tag_resource(resourceArn=arn, tags={})
    with pytest.raises(eks.exceptions.ResourceInUseException):
        eks.create_cluster(name="blue", roleArn="r", resourcesVpcConfig={})


def test_skip_times_and_patterns_choose_the_request(door: Door) -> None:
    ec2 = door.client("ec2")
    door.fault("throttle", service="e?2", operation="Describe*", skip=1, times=1)

    def is_hit() -> bool:
        try:
            ec2.describe_vpcs()
        except ClientError:
            return True
        return False

    ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert [is_hit() for _attempt in range(3)] == [False, True, False]
    assert door.control("GET", "faults")["faults"][0]["hits"] == 1


def test_a_probability_hits_some_requests(door: Door) -> None:
    door.fault("throttle", service="sts", probability=0.5, times=None)
    sts, hits = door.client("sts"), 0
    for _attempt in range(40):
        try:
            sts.get_caller_identity()
        except ClientError:
            hits += 1
    assert 5 < hits < 35


@pytest.mark.parametrize(
    ("order", "wrong"),
    [
        ({"kind": "explode"}, "kind: wanted one of"),
        ({}, "kind: missing"),
        ({"kind": "throttle", "colour": "red"}, "colour: unknown for kind throttle"),
        ({"kind": "throttle", "seconds": 3}, "seconds: unknown for kind throttle"),
        ({"kind": "latency"}, "milliseconds: missing"),
        ({"kind": "error", "code": "X", "status": 200}, "status: wanted"),
        ({"kind": "error"}, "code: missing"),
        ({"kind": "throttle", "probability": 0}, "probability: wanted"),
        ({"kind": "throttle", "times": 0}, "times: wanted"),
        ({"kind": "throttle", "skip": "1"}, "skip: wanted"),
        ({"kind": "kill", "scope": "tree"}, "root_pid: goes with scope tree"),
        (["throttle"], "an object"),
    ],
)
def test_a_wrong_order_is_refused_with_what_is_wrong(door: Door, order: Any, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong) as refused:
        door.control("POST", "faults", order)
    assert str(refused.value).startswith("400")
    assert door.control("GET", "faults") == {"faults": []}


CLIENT = """
import os, sys, boto3
keys = dict(aws_access_key_id="{account}", aws_secret_access_key="s" * 40, region_name="{region}")
boto3.client("ec2", endpoint_url="{endpoint}", **keys).create_vpc(CidrBlock="10.0.0.0/16")
print("survived")
"""


def start(door: Door, command: list[str]) -> subprocess.Popen[str]:
    program = CLIENT.format(account=ACCOUNT, region=REGION, endpoint=door.endpoint)
    return subprocess.Popen([*command, program], stdout=subprocess.PIPE, text=True)


def test_a_kill_ends_the_client_after_the_change_and_before_the_answer(door: Door) -> None:
    fault = door.fault("kill", service="ec2", operation="CreateVpc")
    with start(door, [sys.executable, "-c"]) as client:
        text, _errors = client.communicate(timeout=30)
    assert (client.returncode, text) == (-signal.SIGKILL, "")
    assert (door.journal()[-1]["fault"], door.journal()[-1]["applied"]) == (fault, True)
    assert len(door.client("ec2").describe_vpcs()["Vpcs"]) == 1


FAMILY = """
import subprocess, sys
sleeper = subprocess.Popen(["sleep", "60"], start_new_session=True)
print(sleeper.pid, flush=True)
sys.stdin.readline()
subprocess.run([sys.executable, "-c", sys.argv[1]], start_new_session=True)
"""


def test_a_kill_of_the_tree_takes_the_ancestors_and_their_other_children(door: Door) -> None:
    program = CLIENT.format(account=ACCOUNT, region=REGION, endpoint=door.endpoint)
    with subprocess.Popen([sys.executable, "-c", FAMILY, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as root:
        assert root.stdin is not None
        assert root.stdout is not None
        sleeper = int(root.stdout.readline())
        door.fault("kill", service="ec2", scope="tree", root_pid=root.pid)
        root.stdin.write("go\n")
        root.stdin.flush()
        assert root.wait(timeout=30) == -signal.SIGKILL
    until = time.monotonic() + 10
    while processes._stat(sleeper)[:1] not in ([], ["Z"]) and time.monotonic() < until:
        time.sleep(0.01)
    assert processes._stat(sleeper)[:1] in ([], ["Z"])


def test_the_client_of_a_connection_is_found_quickly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as client:
        started = time.monotonic()
        assert processes.client_pid(client.getsockname(), listener.getsockname()) == os.getpid()
        assert time.monotonic() - started < 1
