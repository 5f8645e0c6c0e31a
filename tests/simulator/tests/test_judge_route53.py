# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges of Route 53 that nobody here wrote: the modules of amazon.aws, and the AWS CLI with its waiter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from judge_world import Cli, client, needs_awscli

from simulator.harness import Simulator, started

HERE = Path(__file__).resolve().parent
COLLECTIONS = os.environ.get("ANSIBLE_COLLECTIONS_PATH", str(HERE.parents[2] / ".build" / "dev"))
needs_amazon = pytest.mark.skipif(
    not (Path(COLLECTIONS) / "ansible_collections" / "amazon" / "aws").exists(),
    reason=f"{COLLECTIONS} holds no amazon.aws; `make install` links it there",
)
RECORDS = ("Simple", "Wildcard", "Weighted blue", "Weighted green", "Health check")
SPEED = 60_000.0
"""A change is in sync at the first look: the waiters sleep 5 and 30 seconds after a look that came too early."""
Tasks = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    with started(speed=SPEED) as simulator:
        yield simulator


def play(simulator: Simulator, **variables: Any) -> Tasks:
    """Run the playbook, and give the result of each task that was not skipped by its name."""
    playbook = HERE / "route53" / "peers.yml"
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        "-i",
        "aws,",
        "-c",
        "local",
        "-e",
        json.dumps(variables),
        str(playbook),
    ]
    environment = simulator.environment(
        ANSIBLE_COLLECTIONS_PATH=COLLECTIONS, ANSIBLE_STDOUT_CALLBACK="ansible.posix.json", ANSIBLE_PYTHON_INTERPRETER=sys.executable
    )
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
    tasks = json.loads(ran.stdout[ran.stdout.index("{") :])["plays"][0]["tasks"]
    found = {task["task"]["name"]: task["hosts"]["aws"] for task in tasks}
    return {name: result for name, result in found.items() if not result.get("skipped")}


def changed(tasks: Tasks) -> set[str]:
    return {name for name, result in tasks.items() if result.get("changed")}


@needs_amazon
def test_amazon_aws_builds_record_sets_finds_them_again_and_takes_them_away(running: Simulator) -> None:
    running.control("POST", "reset")
    made = play(running, look=True)
    assert changed(made) == {"Zone", *RECORDS}
    assert [zone["name"] for zone in made["Zones found"]["hosted_zones"]] == ["example.com."]
    names = [record["name"] for record in made["Record sets found"]["resource_record_sets"]]
    assert names[-4:] == ["\\052.example.com.", "blue.example.com.", "www.example.com.", "www.example.com."]
    assert made["One record set"]["resource_record_sets"][0]["weight"] == 0
    assert [check["health_check_config"]["resource_path"] for check in made["Health checks found"]["health_checks"]] == ["/healthz"]

    assert changed(play(running)) == set()

    gone = play(running, gone=True, look=True)
    assert changed(gone) == {*RECORDS, "Zone gone"}
    assert (gone["Zones found"]["hosted_zones"], gone["Health checks found"]["health_checks"]) == ([], [])
    refused = [call for call in running.control("GET", "journal") if call["error"] == "NotImplementedBySimulator"]
    assert refused == []


@pytest.fixture
def aws(running: Simulator, tmp_path: Path) -> Cli:
    running.control("POST", "reset")
    return Cli(running, tmp_path)


def batch(*changes: tuple[str, dict[str, Any]]) -> str:
    return json.dumps({"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]})


@needs_awscli
def test_the_aws_cli_shifts_weights_and_waits_for_them(aws: Cli) -> None:
    zone = aws("route53", "create-hosted-zone", "--name", "example.com", "--caller-reference", "one")["HostedZone"]["Id"]
    blue, green = (
        {"Name": "www.example.com", "Type": "A", "SetIdentifier": name, "Weight": weight, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        for name, weight, value in (("blue", 100, "192.0.2.1"), ("green", 0, "192.0.2.2"))
    )

    def change(*changes: tuple[str, dict[str, Any]]) -> tuple[str, ...]:
        return ("route53", "change-resource-record-sets", "--hosted-zone-id", zone, "--change-batch", batch(*changes))

    aws(*change(("CREATE", blue), ("CREATE", green)))
    step = change(("DELETE", blue), ("CREATE", {**blue, "Weight": 75}), ("DELETE", green), ("CREATE", {**green, "Weight": 25}))
    made = aws(*step)["ChangeInfo"]
    aws("route53", "wait", "resource-record-sets-changed", "--id", made["Id"])
    assert aws("route53", "get-change", "--id", made["Id"])["ChangeInfo"]["Status"] == "INSYNC"
    found = aws("route53", "list-resource-record-sets", "--hosted-zone-id", zone, "--page-size", "1")["ResourceRecordSets"]
    assert [each["Weight"] for each in found if each["Type"] == "A"] == [75, 25]

    again = aws.run(*step)
    assert again.returncode != 0
    assert "(InvalidChangeBatch)" in again.stderr
    assert again.stderr.count("but the values provided do not match the current values") == 2


@needs_awscli
def test_what_the_aws_cli_did_is_what_boto3_sees(aws: Cli) -> None:
    aws("route53", "create-hosted-zone", "--name", "example.org", "--caller-reference", "two", "--hosted-zone-config", "Comment=cli")
    assert [zone["Config"] for zone in client(aws.simulator, "route53").list_hosted_zones()["HostedZones"]] == [
        {"Comment": "cli", "PrivateZone": False}
    ]
