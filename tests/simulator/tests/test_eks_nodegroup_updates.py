# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates of node groups: configuration and version, one at a time, rolled out or rolled back."""

from __future__ import annotations

from typing import Any

import pytest
from nodes_world import Account, Answer

GENERAL = {"clusterName": "blue", "nodegroupName": "general"}
OLD = "1.34.8-20261013"


@pytest.fixture
def account() -> Account:
    account = Account.ready()
    account.active_nodegroup(releaseVersion=OLD, labels={"tier": "a"}, taints=[{"key": "k", "value": "1", "effect": "NO_SCHEDULE"}])
    return account


def node_ids(account: Account) -> set[str]:
    """Name the nodes that Auto Scaling holds."""
    groups = account.aws("autoscaling", "DescribeAutoScalingGroups")["AutoScalingGroups"]
    return {node["InstanceId"] for group in groups for node in group["Instances"]}


def update_of(account: Account, update: Answer) -> Answer:
    """Look at an update."""
    found: Answer = account("DescribeUpdate", name="blue", nodegroupName="general", updateId=update["id"])["update"]
    return found


def configure(account: Account, **parameters: Any) -> Answer:
    """Begin an update of the configuration."""
    update: Answer = account("UpdateNodegroupConfig", **GENERAL, **parameters)["update"]
    return update


def test_a_configuration_is_applied_at_the_end_of_the_update(account: Account) -> None:
    update = configure(
        account,
        labels={"addOrUpdateLabels": {"team": "x"}, "removeLabels": ["tier"]},
        taints={"addOrUpdateTaints": [{"key": "k", "value": "2", "effect": "NO_SCHEDULE"}]},
        updateConfig={"maxUnavailablePercentage": 50},
        nodeRepairConfig={"enabled": True},
    )
    assert (update["type"], update["status"]) == ("ConfigUpdate", "InProgress")
    assert {"type": "LabelsToAdd", "value": '{"team": "x"}'} in update["params"]
    assert (account.nodegroup()["status"], account.nodegroup()["labels"]) == ("UPDATING", {"tier": "a"})
    account.pass_time(61)
    found = account.nodegroup()
    assert update_of(account, update)["status"] == "Successful"
    assert (found["status"], found["labels"], found["updateConfig"]) == ("ACTIVE", {"team": "x"}, {"maxUnavailablePercentage": 50})
    assert (found["taints"], found["nodeRepairConfig"]) == ([{"key": "k", "value": "2", "effect": "NO_SCHEDULE"}], {"enabled": True})


@pytest.mark.parametrize(("desired", "nodes"), [(4, 4), (1, 1), (0, 0)])
def test_a_new_size_starts_and_ends_instances(account: Account, desired: int, nodes: int) -> None:
    configure(account, scalingConfig={"minSize": 0, "maxSize": 5, "desiredSize": desired})
    account.pass_time(61)
    assert len(node_ids(account)) == nodes
    assert account.nodegroup()["scalingConfig"] == {"minSize": 0, "maxSize": 5, "desiredSize": desired}


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({}, "No changes detected"),
        ({"labels": {"addOrUpdateLabels": {"tier": "a"}}}, "No changes detected"),
        ({"scalingConfig": {"maxSize": 4}}, "No changes detected"),
        ({"scalingConfig": {"minSize": 3}}, "Minimum capacity 3 can't be greater than desired size 2"),
        ({"labels": {"addOrUpdateLabels": {"a": "1"}, "removeLabels": ["a"]}}, "Labels [a] cannot be both added and removed."),
    ],
)
def test_what_an_update_of_the_configuration_may_not_say(account: Account, parameters: Answer, told: str) -> None:
    assert account.refused("UpdateNodegroupConfig", **GENERAL, **parameters) == f"InvalidParameterException: {told}"
    assert account("ListUpdates", name="blue", nodegroupName="general")["updateIds"] == []


@pytest.mark.row("Nodegroup config and version updates exclude each other in time")
def test_one_update_at_a_time(account: Account) -> None:
    configure(account, scalingConfig={"maxSize": 6})
    told = "ResourceInUseException: Nodegroup cannot be updated as it is currently not in Active State"
    assert account.refused("UpdateNodegroupVersion", **GENERAL) == told
    assert account.refused("UpdateNodegroupConfig", **GENERAL, scalingConfig={"maxSize": 7}) == told
    account.pass_time(61)
    assert account("UpdateNodegroupVersion", **GENERAL)["update"]["status"] == "InProgress"


def test_a_failed_update_leaves_everything_as_it_was(account: Account) -> None:
    account.order("update", "Failed", {"code": "AccessDenied", "message": "no"})
    update = configure(account, scalingConfig={"maxSize": 6})
    account.pass_time(61)
    found = update_of(account, update)
    assert (found["status"], found["errors"]) == ("Failed", [{"errorCode": "AccessDenied", "errorMessage": "no", "resourceIds": []}])
    assert account.nodegroup()["scalingConfig"]["maxSize"] == 4


@pytest.mark.row("Duration: MNG version update")
def test_a_version_update_replaces_all_nodes_within_half_an_hour(account: Account) -> None:
    before = node_ids(account)
    update = account("UpdateNodegroupVersion", **GENERAL)["update"]
    assert {"type": "ReleaseVersion", "value": "1.34.8-20261110"} in update["params"]
    account.pass_time(1790)
    assert (account.nodegroup()["releaseVersion"], update_of(account, update)["status"]) == (OLD, "InProgress")
    account.pass_time(20)
    after = node_ids(account)
    assert (len(after), after & before) == (2, set())
    assert (account.nodegroup()["releaseVersion"], update_of(account, update)["status"]) == ("1.34.8-20261110", "Successful")


@pytest.mark.row("MNG rolling update")
def test_nodes_surge_while_old_ones_are_drained_and_go_back_if_pods_stay(account: Account) -> None:
    before = node_ids(account)
    account.order("update", "Failed", {"code": "PodEvictionFailure", "message": "Reached max retries while trying to evict pods"})
    account("UpdateNodegroupVersion", **GENERAL)
    assert node_ids(account) > before
    account.pass_time(1810)
    assert (node_ids(account), account.nodegroup()["releaseVersion"]) == (before, OLD)


def test_force_overcomes_pods_that_stay(account: Account) -> None:
    account.order("update", "Failed", {"code": "PodEvictionFailure", "message": "Reached max retries while trying to evict pods"})
    update = account("UpdateNodegroupVersion", **GENERAL, force=True)["update"]
    account.pass_time(1810)
    assert update_of(account, update)["status"] == "Successful"


def test_force_overcomes_nothing_else(account: Account) -> None:
    account.order("update", "Failed")
    update = account("UpdateNodegroupVersion", **GENERAL, force=True)["update"]
    account.pass_time(1810)
    assert update_of(account, update)["status"] == "Failed"


def test_the_minimal_strategy_starts_nothing_beside_the_old_nodes(account: Account) -> None:
    configure(account, updateConfig={"updateStrategy": "MINIMAL"})
    account.pass_time(61)
    before = node_ids(account)
    account("UpdateNodegroupVersion", **GENERAL)
    assert node_ids(account) == before
    account.pass_time(1810)
    assert (len(node_ids(account)), node_ids(account) & before) == (2, set())


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"version": "1.35"}, "Nodegroup Kubernetes version 1.35 cannot be newer than cluster version 1.34."),
        ({"version": "1.33"}, "Nodegroup Kubernetes version cannot be downgraded from 1.34 to 1.33."),
        ({"releaseVersion": "1.34.8-20260915"}, f"Nodegroup release version cannot be downgraded from {OLD} to 1.34.8-20260915."),
        ({"releaseVersion": "1.33.12-20261110"}, "Requested release version 1.33.12-20261110 is not valid for kubernetes version 1.34."),
        ({"releaseVersion": OLD}, "No changes detected"),
        ({"launchTemplate": {"name": "x"}}, "A node group that was created without a launch template cannot be updated with one."),
    ],
)
def test_what_a_version_update_may_not_say(account: Account, parameters: Answer, told: str) -> None:
    assert account.refused("UpdateNodegroupVersion", **GENERAL, **parameters) == f"InvalidParameterException: {told}"


def test_a_node_group_follows_its_cluster_one_version_up(account: Account) -> None:
    account("UpdateClusterVersion", name="blue", version="1.35")
    account.pass_time(700)
    account("UpdateNodegroupVersion", **GENERAL, version="1.35")
    account.pass_time(1810)
    found = account.nodegroup()
    assert (found["version"], found["releaseVersion"]) == ("1.35", "1.35.4-20261110")


def test_a_new_version_of_the_same_launch_template_is_rolled_out_and_another_template_is_refused(account: Account) -> None:
    mine, other = (_template(account, name) for name in ("mine", "other"))
    account.active_nodegroup("templated", launchTemplate={"id": mine})
    named = {"clusterName": "blue", "nodegroupName": "templated"}
    account.aws("ec2", "CreateLaunchTemplateVersion", LaunchTemplateId=mine, LaunchTemplateData={"InstanceType": "m5.xlarge"})
    told = account.refused("UpdateNodegroupVersion", **named, launchTemplate={"id": other})
    assert "must match what was used when the node group was created" in told
    account("UpdateNodegroupVersion", **named, launchTemplate={"id": mine, "version": "2"})
    account.pass_time(1810)
    assert account.nodegroup("templated")["launchTemplate"]["version"] == "2"
    groups = account.aws("autoscaling", "DescribeAutoScalingGroups")["AutoScalingGroups"]
    nodes = next(group["Instances"] for group in groups if group["AutoScalingGroupName"].startswith("eks-templated-"))
    assert {node["InstanceType"] for node in nodes} == {"m5.xlarge"}


def _template(account: Account, name: str) -> str:
    data = {"InstanceType": "m5.large"}
    made = account.aws("ec2", "CreateLaunchTemplate", LaunchTemplateName=name, LaunchTemplateData=data)
    return str(made["LaunchTemplate"]["LaunchTemplateId"])
