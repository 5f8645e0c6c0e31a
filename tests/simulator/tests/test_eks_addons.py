# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add-ons: versions, configuration, conflicts, nodes they wait for, and the associations they own."""

from __future__ import annotations

import pytest
from nodes_world import Account

CNI, DNS = {"clusterName": "blue", "addonName": "vpc-cni"}, {"clusterName": "blue", "addonName": "coredns"}


@pytest.fixture
def account() -> Account:
    return Account.ready()


def test_a_new_addon_is_creating_and_then_active(account: Account) -> None:
    made = account("CreateAddon", **CNI, tags={"team": "a"})["addon"]
    assert (made["status"], made["addonVersion"], made["tags"]) == ("CREATING", "v1.21.1-eksbuild.3", {"team": "a"})
    assert made["addonArn"].startswith("arn:aws:eks:eu-central-1:111122223333:addon/blue/vpc-cni/")
    account.pass_time(60)
    assert account.addon("vpc-cni")["status"] == "ACTIVE"
    assert account("ListAddons", clusterName="blue")["addons"] == ["vpc-cni"]
