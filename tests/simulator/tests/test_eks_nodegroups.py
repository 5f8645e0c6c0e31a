# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node groups: what they show, what they make in EC2, what is refused, and how they go."""

from __future__ import annotations

import pytest
from nodes_world import Account

GENERAL = {"clusterName": "blue", "nodegroupName": "general"}


@pytest.fixture
def account() -> Account:
    return Account.ready()


def test_a_new_node_group_shows_everything_that_aws_fills_in(account: Account) -> None:
    made = account.create_nodegroup()
    assert made["status"] == "CREATING"
    assert made["nodegroupArn"].startswith("arn:aws:eks:eu-central-1:111122223333:nodegroup/blue/general/")
    expected = {
        "version": "1.34",
        "releaseVersion": "1.34.8-20261110",
        "amiType": "AL2023_x86_64_STANDARD",
        "capacityType": "ON_DEMAND",
        "instanceTypes": ["t3.medium"],
        "diskSize": 20,
        "updateConfig": {"maxUnavailable": 1},
        "nodeRepairConfig": {"enabled": False},
        "health": {"issues": []},
        "labels": {},
        "taints": [],
        "tags": {},
    }
    assert {name: made[name] for name in expected} == expected
    assert "resources" not in made


@pytest.mark.row("Duration: MNG create")
def test_a_node_group_is_active_after_the_usual_time_and_not_before(account: Account) -> None:
    account.create_nodegroup()
    account.pass_time(105)
    assert account.nodegroup()["status"] == "CREATING"
    account.pass_time(10)
    found = account.nodegroup()
    assert found["status"] == "ACTIVE"
    assert found["resources"]["autoScalingGroups"][0]["name"].startswith("eks-general-")
