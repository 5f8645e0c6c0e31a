# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal: every request, what it asked and what became of it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from front_world import ACCOUNT, REGION, Door

FIELDS = [
    *("n", "time", "account", "region", "service", "operation", "parameters", "mutating", "applied"),
    *("fault", "status", "error", "request_id", "user_agent", "duration_ms"),
]


def test_an_entry_has_the_fields_of_the_contract(door: Door) -> None:
    door.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    (entry,) = door.journal()
    assert list(entry) == FIELDS
    assert (entry["account"], entry["region"], entry["service"], entry["operation"]) == (ACCOUNT, REGION, "ec2", "CreateVpc")
    assert entry["parameters"] == {"CidrBlock": "10.0.0.0/16"}
    assert (entry["mutating"], entry["applied"], entry["fault"], entry["status"], entry["error"]) == (True, True, None, 200, None)
    assert entry["user_agent"].startswith("Boto3/")
    assert 0 < entry["duration_ms"] < 10_000


def test_a_refused_request_is_written_and_not_applied(door: Door) -> None:
    eks = door.client("eks")
    for _attempt in range(2):
        try:
            eks.create_cluster(name="blue", roleArn="r", resourcesVpcConfig={})
        except ClientError:
            continue
    assert [(entry["applied"], entry["status"], entry["error"]) for entry in door.journal()] == [
        (True, 200, None),
        (False, 409, "ResourceInUseException"),
    ]


def test_what_no_service_knows_is_written_too(door: Door) -> None:
    with pytest.raises(ClientError):
        door.client("sqs").list_queues()
    (entry,) = door.journal()
    assert (entry["service"], entry["operation"], entry["status"]) == ("sqs", "ListQueues", 501)


def test_it_can_be_read_from_a_number_and_for_changes_only(door: Door) -> None:
    ec2 = door.client("ec2")
    for number in range(3):
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
        ec2.describe_vpcs()
    assert [entry["n"] for entry in door.control("GET", "journal?after=4")] == [5, 6]
    assert [entry["operation"] for entry in door.control("GET", "journal?after=2&mutating=true")] == ["CreateVpc"] * 2


def test_a_number_is_never_used_twice(door: Door) -> None:
    sts = door.client("sts")
    sts.get_caller_identity()
    door.control("DELETE", "journal")
    assert door.journal() == []
    sts.get_caller_identity()
    assert [entry["n"] for entry in door.journal()] == [2]


def test_a_strange_question_is_refused(door: Door) -> None:
    with pytest.raises(ValueError, match=r"400.*after: wanted a whole number"):
        door.control("GET", "journal?after=yesterday")


def test_the_count_equals_what_botocore_sent(door: Door) -> None:
    sent: list[str] = []
    ec2 = door.client("ec2", config={"retries": {"total_max_attempts": 5, "mode": "standard"}})
    ec2.meta.events.register("before-send.ec2.*", lambda event_name, **_: sent.append(event_name))
    door.fault("throttle", service="ec2", times=2)
    door.fault("reset_before", service="ec2", times=1)
    ec2.describe_vpcs()
    assert len(sent) == len(door.journal()) == 4
