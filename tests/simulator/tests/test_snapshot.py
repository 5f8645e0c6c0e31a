# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots, reset, the state kept on disk, and the state as data."""

from __future__ import annotations

import time
from pathlib import Path

import boto3
import pytest
from front_world import ACCOUNT, REGION, Door

from simulator.__main__ import QUIET, STATE_FILE, Keeper, main, make_front
from simulator.harness import SECRET, started


def vpcs(door: Door, **place: str) -> list[str]:
    return [vpc["CidrBlock"] for vpc in door.client("ec2", **place).describe_vpcs()["Vpcs"]]


def test_a_restored_snapshot_is_the_world_as_it_was(door: Door) -> None:
    ec2 = door.client("ec2")
    ec2.create_vpc(CidrBlock="10.0.0.0/16")
    _status, picture = door.http("GET", "/_simulator/snapshot")
    ec2.create_vpc(CidrBlock="10.1.0.0/16")
    assert door.http("PUT", "/_simulator/snapshot", picture)[0] == 200
    assert vpcs(door) == ["10.0.0.0/16"]
    assert door.http("PUT", "/_simulator/snapshot", picture)[0] == 200


def test_a_life_cycle_under_way_goes_on_in_a_restored_world(door: Door) -> None:
    eks = door.client("eks")
    eks.create_cluster(name="blue", roleArn="r", resourcesVpcConfig={})
    _status, picture = door.http("GET", "/_simulator/snapshot")
    door.control("POST", "reset")
    door.http("PUT", "/_simulator/snapshot", picture)
    assert eks.describe_cluster(name="blue")["cluster"]["status"] == "CREATING"
    door.control("POST", "clock/advance", {"seconds": 601})
    assert eks.describe_cluster(name="blue")["cluster"]["status"] == "ACTIVE"


def test_tokens_and_keys_are_part_of_it_and_the_journal_is_not(door: Door) -> None:
    ec2 = door.client("ec2")
    key = door.client("iam").create_access_key(UserName="u")["AccessKey"]
    first = ec2.create_nat_gateway(SubnetId="subnet-1", ClientToken="t")["NatGateway"]
    _status, picture = door.http("GET", "/_simulator/snapshot")
    door.control("POST", "reset")
    assert door.journal() == []
    door.http("PUT", "/_simulator/snapshot", picture)
    assert ec2.create_nat_gateway(SubnetId="subnet-1", ClientToken="t")["NatGateway"] == first
    assert key["AccessKeyId"] in door.front.identities.keys
    assert [entry["operation"] for entry in door.journal()] == ["CreateNatGateway"]


def test_a_foreign_snapshot_is_refused(door: Door) -> None:
    status, text = door.http("PUT", "/_simulator/snapshot", b"not a pickle")
    assert (status, b"not a snapshot" in text) == (400, True)


def test_reset_empties_everything(door: Door) -> None:
    door.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    door.fault("throttle", service="ec2")
    door.control("POST", "reset")
    assert (door.journal(), door.control("GET", "faults")["faults"], vpcs(door)) == ([], [], [])
    assert door.control("GET", "state")["resources"] == {}


def test_the_state_lists_every_place(door: Door) -> None:
    made = door.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    door.client("eks", region="eu-west-1").create_cluster(name="blue", roleArn="r", resourcesVpcConfig={})
    assert list(door.control("GET", "state")["resources"]) == [
        f"{ACCOUNT}/{REGION}/ec2/vpc/{made}",
        f"{ACCOUNT}/eu-west-1/eks/cluster/blue",
    ]


def test_a_state_folder_is_written_at_the_end_and_taken_up_by_the_next_one(tmp_path: Path) -> None:
    with started("--state", str(tmp_path)) as simulator:
        keys = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": SECRET, "region_name": REGION}
        ec2 = boto3.Session(**keys).client("ec2", endpoint_url=simulator.endpoint)
        made = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
        begun = time.monotonic()
        simulator.process.terminate()
        assert simulator.process.wait(timeout=10) == 0
        assert time.monotonic() - begun < 5
    front = make_front(speed=1)
    Keeper(tmp_path, front).end()
    assert f"vpc/{made}" in front.world.services["ec2"].resources(ACCOUNT, REGION)


def test_a_state_folder_is_written_soon_after_a_change(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert QUIET == 2
    monkeypatch.setattr("simulator.__main__.QUIET", 0.05)
    keeper = Keeper(tmp_path, door.front)
    try:
        door.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
        until = time.monotonic() + 10
        while not (tmp_path / STATE_FILE).exists() and time.monotonic() < until:
            time.sleep(0.02)
        door.control("POST", "reset")
        door.http("PUT", "/_simulator/snapshot", (tmp_path / STATE_FILE).read_bytes())
        assert vpcs(door) == ["10.0.0.0/16"]
    finally:
        keeper.end()


def test_a_state_folder_with_something_else_in_it_is_no_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / STATE_FILE).write_bytes(b"not a pickle")
    assert main(["--port", "0", "--state", str(tmp_path)]) == 1
    assert "cannot start: not a snapshot" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        (["--host", "0.0.0.0"], "loopback"),
        (["--kubernetes", "real"], "not implemented yet"),
        (["--dns", "53"], "--dns is not implemented yet"),
        (["--speed", "0"], "is not above 0"),
        (["--latency", "-1"], "wanted a number of milliseconds"),
    ],
)
def test_what_is_not_offered_is_refused_by_name(argument: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argument)
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (2, "")
    assert text in printed.err
