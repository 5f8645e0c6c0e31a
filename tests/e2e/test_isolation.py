# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Neither demo nor tests can reach a real account, and every call that our code sends arrives at the simulator."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections import Counter
from typing import Any

import converging
import pytest
from botocore.endpoint import Endpoint
from world import ROOT, World

from simulator.harness import ACCOUNT, REGION, isolated

ENDPOINT = "http://127.0.0.1:5199"
REACHES_AWS = {
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_PROFILE": "production",
    "AWS_DEFAULT_PROFILE": "production",
    "AWS_CONFIG_FILE": "/home/somebody/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/home/somebody/.aws/credentials",
    "AWS_ROLE_ARN": "arn:aws:iam::210987654321:role/production",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/token",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials",
    "AWS_ENDPOINT_URL": "https://aws.amazonaws.com",
    "AWS_ENDPOINT_URL_EKS": "https://eks.eu-central-1.amazonaws.com",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "false",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://169.254.169.254",
    "EC2_ACCESS_KEY": "AKIAREAL",
    "EC2_URL": "https://ec2.amazonaws.com",
    "BOTO_CONFIG": "/home/somebody/.boto",
    "CUTOVER_EKS_ALLOWED_ACCOUNTS": "210987654321",
}
"""Every way that botocore or amazon.aws knows to an account."""
WHO_AM_I = """
import boto3
session = boto3.session.Session()
found = session.get_credentials()
endpoints = {session.client(service).meta.endpoint_url for service in ("eks", "ec2", "iam", "sts", "ssm", "logs")}
print(found.method, found.access_key, session.region_name, *endpoints)
"""


def test_what_leads_to_a_real_account_is_taken_away() -> None:
    left = isolated({**REACHES_AWS, "PATH": "/usr/bin"}, ENDPOINT)
    ours = {name: value for name, value in left.items() if name in REACHES_AWS}
    assert ours.keys() == {
        "AWS_ACCESS_KEY_ID", "AWS_CONFIG_FILE", "AWS_DEFAULT_REGION", "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL", "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY", "AWS_SHARED_CREDENTIALS_FILE", "CUTOVER_EKS_ALLOWED_ACCOUNTS",
    }  # fmt: skip
    assert [name for name, value in ours.items() if value == REACHES_AWS[name]] == []
    assert left["PATH"] == "/usr/bin"


def test_no_credentials_file_and_no_metadata_service_is_asked() -> None:
    left = isolated(REACHES_AWS, ENDPOINT)
    assert (left["AWS_CONFIG_FILE"], left["AWS_SHARED_CREDENTIALS_FILE"]) == (os.devnull, os.devnull)
    assert left["AWS_EC2_METADATA_DISABLED"] == "true"


def test_boto3_knows_only_the_simulator() -> None:
    environment = isolated({**os.environ, **REACHES_AWS}, ENDPOINT)
    told = subprocess.run([sys.executable, "-c", WHO_AM_I], env=environment, capture_output=True, text=True, check=True).stdout
    assert told.split() == ["env", ACCOUNT, REGION, ENDPOINT]


def test_another_account_is_refused_before_the_first_change(world: World) -> None:
    ran = world.playbook("create_cluster", AWS_ACCESS_KEY_ID="210987654321")
    assert ran.exit_code != 0
    assert [problem["code"] for problem in ran.stack["problems"]] == ["account_not_allowed"]
    assert "found account 210987654321" in ran.stack["msg"]
    assert {call["operation"] for call in world.control("GET", "journal")} == {"GetCallerIdentity"}


def test_demo_and_tests_start_playbooks_in_the_isolated_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REACHES_AWS.items():
        monkeypatch.setenv(name, value)
    demo = runpy.run_path(str(ROOT / "scripts" / "demo.py"))["Demo"](world.simulator)
    for environment in (demo.environment, world.playbook_environment()):
        assert environment.items() >= isolated({}, world.simulator.endpoint).items()
        assert [name for name, value in REACHES_AWS.items() if environment.get(name) == value] == []


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count what botocore sends, and where to, below every retry of its own."""
    sent: Counter[str] = Counter()
    send = Endpoint._send

    def counting(endpoint: Endpoint, request: Any) -> Any:
        sent[endpoint.host] += 1
        return send(endpoint, request)

    monkeypatch.setattr(Endpoint, "_send", counting)
    return sent


@pytest.mark.parametrize("throttled", [0, 3])
def test_the_journal_counts_as_many_calls_as_botocore(world: World, counted: Counter[str], throttled: int) -> None:
    if throttled:
        world.control("POST", "faults", {"service": "ec2", "operation": "Describe*", "kind": "throttle", "times": throttled})
    done = converging.run(world.simulator.endpoint)
    assert not done.get("failed"), done.get("msg")
    journal = world.control("GET", "journal")
    assert counted == {world.simulator.endpoint: len(journal)}
    assert sum(call["fault"] is not None for call in journal) == throttled
