# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add-ons: configuration, conflicts, nodes they wait for, and the associations they own."""

from __future__ import annotations

from typing import Any

import pytest
from nodes_world import Account, Answer

from simulator.lifecycles import Outcome

CNI, DNS = {"clusterName": "blue", "addonName": "vpc-cni"}, {"clusterName": "blue", "addonName": "coredns"}
CONFLICT = {"code": "ConfigurationConflict"}
OLD, NEW = "v1.20.1-eksbuild.3", "v1.21.2-eksbuild.1"


@pytest.fixture
def account() -> Account:
    return Account.ready()


def active(account: Account, **parameters: Any) -> Answer:
    """Create vpc-cni and wait."""
    account("CreateAddon", **CNI, **parameters)
    account.pass_time(60)
    return account.addon("vpc-cni")


def update(account: Account, **parameters: Any) -> Answer:
    """Update vpc-cni, wait, and look at the update."""
    begun = account("UpdateAddon", **CNI, **parameters)["update"]
    account.pass_time(60)
    found: Answer = account("DescribeUpdate", name="blue", addonName="vpc-cni", updateId=begun["id"])["update"]
    return found


def associations(account: Account) -> list[Answer]:
    """List the associations of the cluster."""
    listed: list[Answer] = account("ListPodIdentityAssociations", clusterName="blue")["associations"]
    return listed


def test_a_new_addon_is_creating_and_then_active(account: Account) -> None:
    made = account("CreateAddon", **CNI, tags={"team": "a"})["addon"]
    assert (made["status"], made["addonVersion"], made["tags"]) == ("CREATING", "v1.21.1-eksbuild.3", {"team": "a"})
    assert made["addonArn"].startswith("arn:aws:eks:eu-central-1:111122223333:addon/blue/vpc-cni/")
    account.pass_time(60)
    assert account.addon("vpc-cni")["status"] == "ACTIVE"
    assert account("ListAddons", clusterName="blue")["addons"] == ["vpc-cni"]


@pytest.mark.row("Add-on states")
def test_coredns_is_degraded_without_nodes_and_active_with_them(account: Account) -> None:
    account("CreateAddon", **DNS)
    account.pass_time(60)
    found = account.addon("coredns")
    assert (found["status"], [issue["code"] for issue in found["health"]["issues"]]) == ("DEGRADED", ["InsufficientNumberOfReplicas"])
    account.active_nodegroup()
    found = account.addon("coredns")
    assert (found["status"], found["health"]) == ("ACTIVE", {"issues": []})
    account("DeleteNodegroup", clusterName="blue", nodegroupName="general")
    account.pass_time(400)
    assert account.addon("coredns")["status"] == "DEGRADED"


@pytest.mark.row("Duration: add-on create")
def test_with_nodes_coredns_takes_fifteen_seconds(account: Account) -> None:
    account.active_nodegroup()
    account("CreateAddon", **DNS)
    account.pass_time(10)
    assert account.addon("coredns")["status"] == "CREATING"
    account.pass_time(6)
    assert account.addon("coredns")["status"] == "ACTIVE"


def test_an_ordered_fate_stays_as_ordered(account: Account) -> None:
    account.order("addon", "CREATE_FAILED", {"code": "AccessDenied", "message": "no", "resourceIds": []})
    found = active(account)
    assert (found["status"], found["health"]["issues"][0]["code"]) == ("CREATE_FAILED", "AccessDenied")


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"addonName": "nobodys"}, "Addon specified is not supported"),
        ({"addonVersion": "v0.0.1-eksbuild.1"}, "Addon version specified is not supported"),
        ({"addonName": "kube-proxy", "addonVersion": "v1.35.0-eksbuild.2"}, "Addon version specified is not supported"),
        ({"serviceAccountRoleArn": "arn:aws:iam::111122223333:role/none"}, "does not exist"),
        ({"configurationValues": "{"}, "ConfigurationValue is not in valid JSON or YAML format."),
    ],
)
def test_what_an_addon_may_not_be(account: Account, parameters: Answer, told: str) -> None:
    assert told in account.refused("CreateAddon", **(CNI | parameters))
    assert account("ListAddons", clusterName="blue")["addons"] == []


def test_configuration_is_judged_by_the_schema_and_all_problems_are_told(account: Account) -> None:
    values = '{"replicaCount": "two", "corefil": "."}'
    told = account.refused("CreateAddon", **DNS, configurationValues=values)
    assert told == (
        "InvalidParameterException: ConfigurationValue provided in request is not supported: Json schema validation failed with error: "
        "[$.corefil: is not defined in the schema and the schema does not allow additional properties, "
        "$.replicaCount: 'two' is not of type 'integer']"
    )


def test_configuration_may_be_yaml_and_is_shown_as_it_was_given(account: Account) -> None:
    values = "env:\n  ENABLE_PREFIX_DELEGATION: 'true'\n"
    assert active(account, configurationValues=values)["configurationValues"] == values


def test_an_addon_is_created_once(account: Account) -> None:
    active(account)
    assert account.refused("CreateAddon", **CNI) == "ResourceInUseException: Addon already exists."


def test_an_unknown_addon_is_not_found(account: Account) -> None:
    assert account.refused("DescribeAddon", **CNI) == "ResourceNotFoundException: No addon: vpc-cni found in cluster: blue"


@pytest.mark.row("Add-on conflicts")
def test_a_conflict_fails_the_creation_unless_it_overwrites(account: Account) -> None:
    account.order("addon", "CREATE_FAILED", CONFLICT)
    found = active(account, resolveConflicts="NONE")
    issue = found["health"]["issues"][0]
    assert (found["status"], issue["code"]) == ("CREATE_FAILED", "ConfigurationConflict")
    assert issue["message"].startswith('Apply failed with 1 conflict: conflict with "kubectl"')
    account("DeleteAddon", **CNI)
    account.pass_time(60)
    account.order("addon", "CREATE_FAILED", CONFLICT)
    assert active(account, resolveConflicts="OVERWRITE")["status"] == "ACTIVE"


def test_a_failed_update_leaves_the_old_version(account: Account) -> None:
    active(account, addonVersion=OLD)
    account.order("update", "Failed", CONFLICT)
    begun = update(account, addonVersion=NEW)
    assert (begun["status"], begun["errors"][0]["errorCode"]) == ("Failed", "ConfigurationConflict")
    found = account.addon("vpc-cni")
    assert (found["status"], found["addonVersion"]) == ("UPDATE_FAILED", OLD)


@pytest.mark.parametrize("resolve", ["OVERWRITE", "PRESERVE"])
def test_an_update_that_resolves_conflicts_succeeds(account: Account, resolve: str) -> None:
    active(account, addonVersion=OLD)
    account.order("update", "Failed", CONFLICT)
    assert update(account, addonVersion=NEW, resolveConflicts=resolve)["status"] == "Successful"
    assert account.addon("vpc-cni")["addonVersion"] == NEW


def test_an_update_says_what_it_changes_and_changes_it_at_its_end(account: Account) -> None:
    active(account, addonVersion=OLD)
    begun = account("UpdateAddon", **CNI, addonVersion=NEW)["update"]
    assert (begun["type"], begun["params"]) == ("AddonUpdate", [{"type": "AddonVersion", "value": NEW}])
    assert (account.addon("vpc-cni")["status"], account.addon("vpc-cni")["addonVersion"]) == ("UPDATING", OLD)
    assert account.refused("UpdateAddon", **CNI, addonVersion=NEW).startswith("ResourceInUseException: ")
    account.pass_time(60)
    assert account.addon("vpc-cni")["addonVersion"] == NEW


def test_absent_configuration_stays_and_empty_configuration_goes(account: Account) -> None:
    active(account, configurationValues='{"env": {}}')
    update(account, addonVersion=NEW)
    assert account.addon("vpc-cni")["configurationValues"] == '{"env": {}}'
    update(account, configurationValues="")
    assert "configurationValues" not in account.addon("vpc-cni")


def test_associations_come_with_the_addon_and_go_with_it(account: Account) -> None:
    role = account.pod_role()
    made = active(account, podIdentityAssociations=[{"serviceAccount": "aws-node", "roleArn": role}])
    [found] = associations(account)
    assert (found["serviceAccount"], found["namespace"], found["ownerArn"]) == ("aws-node", "kube-system", made["addonArn"])
    assert made["podIdentityAssociations"] == [found["associationArn"]]
    account("DeleteAddon", **CNI)
    account.pass_time(60)
    assert associations(account) == []


def test_absent_associations_stay_and_an_empty_list_deletes_them(account: Account) -> None:
    role, other = account.pod_role(), account.pod_role("others")
    active(account, podIdentityAssociations=[{"serviceAccount": "aws-node", "roleArn": role}])
    before = associations(account)
    update(account, addonVersion=NEW)
    assert associations(account) == before
    update(account, podIdentityAssociations=[{"serviceAccount": "aws-node", "roleArn": other}])
    assert associations(account) == before
    [found] = before
    shown = account("DescribePodIdentityAssociation", clusterName="blue", associationId=found["associationId"])["association"]
    assert shown["roleArn"] == other
    update(account, podIdentityAssociations=[])
    assert (associations(account), account.addon("vpc-cni")["podIdentityAssociations"]) == ([], [])


def test_a_service_account_that_has_an_association_already_is_refused(account: Account) -> None:
    role = account.pod_role()
    account("CreatePodIdentityAssociation", clusterName="blue", namespace="kube-system", serviceAccount="aws-node", roleArn=role)
    wanted = [{"serviceAccount": "aws-node", "roleArn": role}]
    told = account.refused("CreateAddon", **CNI, podIdentityAssociations=wanted)
    assert told.startswith("ResourceInUseException: Association already exists: a-")
    assert account("ListAddons", clusterName="blue")["addons"] == []


def test_deletion_is_seen_and_then_over(account: Account) -> None:
    active(account)
    assert account("DeleteAddon", **CNI, preserve=True)["addon"]["status"] == "DELETING"
    account.pass_time(60)
    assert account("ListAddons", clusterName="blue")["addons"] == []


def test_a_namesake_in_a_new_cluster_is_not_ended_by_the_old_ones_life_cycle(account: Account) -> None:
    for seconds in (2000, 5000):
        account.world.lifecycles.order(Outcome(resource="addon", after=seconds))
    account("CreateAddon", **CNI)
    account("DeleteCluster", name="blue")
    account.pass_time(200)
    account.create_cluster()
    account.pass_time(700)
    account("CreateAddon", **CNI)
    account.pass_time(1200)
    assert account.addon("vpc-cni")["status"] == "CREATING"
