# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API and its command line, and the simulator as a process with its real services."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from front_world import Door

from simulator import ctl
from simulator.harness import Simulator


@pytest.mark.parametrize(
    ("order", "wrong"),
    [
        ({}, "resource: missing"),
        ({"resource": "nodegroup", "colour": "red"}, "colour: unknown"),
        ({"resource": "nodegruop"}, "resource: wanted one of"),
        ({"resource": "nodegroup", "name": ""}, "name: wanted a string"),
        ({"resource": "nodegroup", "outcome": "FAILED"}, "outcome: a nodegroup ends in one of ACTIVE, CREATE_FAILED"),
        ({"resource": "nodegroup", "issues": "many"}, "issues: wanted a list of objects"),
        ({"resource": "nodegroup", "issues": ["many"]}, "issues: wanted a list of objects"),
        ({"resource": "nodegroup", "after": "soon"}, "after: wanted a number of seconds"),
        ({"resource": "nodegroup", "after": -1}, "after: wanted a number of seconds"),
    ],
)
def test_a_wrong_outcome_is_refused_with_what_is_wrong(door: Door, order: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        door.control("POST", "outcomes", order)


def test_an_outcome_waits_for_its_life_cycle(door: Door) -> None:
    door.control("POST", "outcomes", {"resource": "nodegroup", "name": "ng-*", "outcome": "CREATE_FAILED", "after": 120})
    fate = door.front.world.lifecycles.fate("nodegroup", "ng-1", "123456789012", "eu-central-1")
    assert fate is not None
    assert (fate.outcome, fate.after) == ("CREATE_FAILED", 120)


def test_an_outcome_for_an_ambiguous_name_is_refused(door: Door) -> None:
    for region in ("eu-central-1", "eu-west-1"):
        door.client("eks", region=region).create_cluster(name="blue", roleArn="r", resourcesVpcConfig={})
    with pytest.raises(ValueError, match=r"409.*more than one place"):
        door.control("POST", "outcomes", {"resource": "cluster", "name": "blue", "outcome": "FAILED"})
    door.control("POST", "outcomes", {"resource": "cluster", "name": "blue", "outcome": "FAILED", "region": "eu-west-1"})
    assert len(door.front.world.lifecycles.outcomes) == 1


def test_kubernetes_is_refused_by_name_when_there_is_none(door: Door) -> None:
    status, text = door.http("GET", "/_simulator/clusters/blue/kubernetes")
    assert (status, json.loads(text)["code"]) == (501, "NotImplementedBySimulator")
    assert door.http("POST", "/_simulator/clusters/blue/kubernetes/kill", b'{"component": "apiserver"}')[0] == 501


def test_an_unknown_control_call_is_refused(door: Door) -> None:
    assert door.http("GET", "/_simulator/nothing")[0] == 404
    assert door.http("DELETE", "/_simulator/health")[0] == 405


def test_a_mistake_of_a_service_does_not_take_the_connection_with_it(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    monkeypatch.setattr(door.front.world.services["ec2"], "resources", lambda _account, _region: {}["a mistake"])
    status, text = door.http("GET", "/_simulator/state")
    assert (status, b"bug in the simulator" in text) == (500, True)


def test_the_control_api_answers_on_loopback_names_only(door: Door) -> None:
    assert door.http("GET", "/_simulator/health", headers={"Host": "rebound.example.org"})[0] == 403


def test_control_calls_are_not_in_the_journal_and_meet_no_fault(door: Door) -> None:
    door.fault("reset_before")
    assert door.control("GET", "health")["ready"] is True
    assert door.journal() == []


def run(door: Door, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = ctl.main(["--url", door.endpoint, *words])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_the_command_line_does_the_same(door: Door, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert '"ready": true' in run(door, capsys, "health")[1]
    assert '"speed": "inf"' in run(door, capsys, "clock", "--speed", "inf")[1]
    assert run(door, capsys, "advance", "600")[0] == 0
    assert '"id": "throttle-1"' in run(door, capsys, "fault", '{"kind": "throttle"}')[1]
    assert '"hits": 0' in run(door, capsys, "faults")[1]
    assert run(door, capsys, "faults", "--clear")[0] == 0
    assert run(door, capsys, "outcome", '{"resource": "cluster"}')[0] == 0
    door.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    assert '"CreateVpc"' in run(door, capsys, "journal", "--mutating", "--after", "0")[1]
    assert "vpc<" in run(door, capsys, "state", "--normalised")[1]
    assert run(door, capsys, "snapshot", str(tmp_path / "s"))[0] == 0
    assert run(door, capsys, "reset")[0] == 0
    assert run(door, capsys, "restore", str(tmp_path / "s"))[0] == 0
    assert len(door.client("ec2").describe_vpcs()["Vpcs"]) == 1


def test_the_command_line_says_what_is_wrong(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(door, capsys, "fault", '{"kind": "explode"}')
    assert (code, "kind: wanted one of" in text) == (1, True)
    assert run(door, capsys, "kubernetes", "blue")[0] == 1


def test_the_command_line_says_that_nobody_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert ctl.main(["--url", "http://127.0.0.1:1", "health"]) == 1
    assert "no simulator answers" in capsys.readouterr().err


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


def test_the_real_services_answer(client: Callable[..., Any]) -> None:
    assert client("sts").get_caller_identity()["Account"] == "123456789012"
    assert client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["CidrBlock"] == "10.9.0.0/16"
    assert client("eks").list_clusters()["clusters"] == []
    assert client("iam").create_role(RoleName="blue", AssumeRolePolicyDocument=TRUST)["Role"]["RoleName"] == "blue"


def test_the_real_world_survives_a_snapshot(simulator: Simulator, client: Callable[..., Any], tmp_path: Path) -> None:
    ec2, iam, file = client("ec2"), client("iam"), str(tmp_path / "picture")
    made = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    iam.create_role(RoleName="blue", AssumeRolePolicyDocument=TRUST)
    assert ctl.main(["--url", simulator.endpoint, "snapshot", file]) == 0
    simulator.control("POST", "reset")
    assert made not in [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]]
    assert ctl.main(["--url", simulator.endpoint, "restore", file]) == 0
    assert made in [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]]
    assert iam.get_role(RoleName="blue")["Role"]["RoleName"] == "blue"


def test_an_overhead_of_a_call_is_small(simulator: Simulator) -> None:
    """The connection's own cost: what the front door takes for a request that ends in it."""
    address = urlsplit(simulator.endpoint)
    request = b"GET /_simulator/clock HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as line:
        times = []
        for _attempt in range(50):
            started = time.monotonic()
            line.sendall(request)
            assert line.recv(4096).startswith(b"HTTP/1.1 200")
            times.append(time.monotonic() - started)
    assert sorted(times)[len(times) // 2] < 0.01
