# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots, reset, the state kept on disk, and the state as data."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from front_world import ACCOUNT, REGION, Door

from simulator.harness import SECRET


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


def start(folder: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "simulator", "--port", "0", "--state", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip().partition("AWS_ENDPOINT_URL=")[2]


def stop(process: subprocess.Popen[str]) -> None:
    started = time.monotonic()
    process.terminate()
    assert process.wait(timeout=10) == 0
    assert time.monotonic() - started < 5


def client(endpoint: str) -> Any:
    keys = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": SECRET, "region_name": REGION}
    return boto3.Session(**keys).client("ec2", endpoint_url=endpoint)


def test_a_state_folder_keeps_the_world_over_a_restart(tmp_path: Path) -> None:
    process, endpoint = start(tmp_path)
    made = client(endpoint).create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    stop(process)
    process, endpoint = start(tmp_path)
    assert made in [vpc["VpcId"] for vpc in client(endpoint).describe_vpcs()["Vpcs"]]
    stop(process)


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        (["--host", "0.0.0.0"], "loopback"),
        (["--kubernetes", "real"], "not implemented yet"),
        (["--dns", "53"], "--dns is not implemented yet"),
    ],
)
def test_what_is_not_offered_is_refused_by_name(argument: list[str], text: str) -> None:
    found = subprocess.run([sys.executable, "-m", "simulator", *argument], capture_output=True, text=True, timeout=60, check=False)
    assert (found.returncode, found.stdout) == (2, "")
    assert text in found.stderr
