# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pod identity associations: one a service account, roles that trust pods, and those that an add-on owns."""

from __future__ import annotations

from typing import Any

import pytest
from nodes_world import Account, Answer

from simulator.services.eks import pod_identity


@pytest.fixture
def account() -> Account:
    account = Account.ready()
    account.pod_role()
    return account


def wanted(**parameters: Any) -> Answer:
    """Give a request that nothing is wrong with, apart from `parameters`."""
    usual = {"clusterName": "blue", "namespace": "shop", "serviceAccount": "web", "roleArn": "arn:aws:iam::111122223333:role/pods"}
    return usual | parameters


def create(account: Account, **parameters: Any) -> Answer:
    """Make an association."""
    made: Answer = account("CreatePodIdentityAssociation", **wanted(**parameters))["association"]
    return made


def one(made: Answer) -> Answer:
    """Name an association as requests do."""
    return {"clusterName": "blue", "associationId": made["associationId"]}


def test_an_association_is_there_at_once(account: Account) -> None:
    made = create(account, tags={"team": "a"})
    assert made["associationArn"] == f"arn:aws:eks:eu-central-1:111122223333:podidentityassociation/blue/{made['associationId']}"
    assert account("DescribePodIdentityAssociation", **one(made))["association"] == made
    [listed] = account("ListPodIdentityAssociations", clusterName="blue")["associations"]
    assert listed == {name: made[name] for name in ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId")}


@pytest.mark.row("Pod identity")
def test_a_service_account_has_one_association(account: Account) -> None:
    made = create(account)
    told = account.refused("CreatePodIdentityAssociation", **wanted())
    assert told == f"ResourceInUseException: Association already exists: {made['associationId']}"
    assert create(account, namespace="other")["namespace"] == "other"


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"roleArn": "arn:aws:iam::111122223333:role/none"}, "Role provided in the request does not exist."),
        ({"roleArn": "arn:aws:iam::999922223333:role/pods"}, "must be in the same account as the cluster"),
        ({"roleArn": "arn:aws:iam::111122223333:role/blue-nodes"}, "must allow pods.eks.amazonaws.com to perform"),
        ({"policy": "{}"}, "A policy requires disableSessionTags to be true"),
    ],
)
def test_what_an_association_may_not_be(account: Account, parameters: Answer, told: str) -> None:
    assert told in account.refused("CreatePodIdentityAssociation", **wanted(**parameters))


def test_tagging_the_session_must_be_allowed_too(account: Account) -> None:
    role = account.role("half", "pods.eks.amazonaws.com")
    account.pass_time(20)
    assert "sts:AssumeRole and sts:TagSession" in account.refused("CreatePodIdentityAssociation", **wanted(roleArn=role))


def test_there_is_a_limit(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pod_identity.LIMIT == 1000
    monkeypatch.setattr(pod_identity, "LIMIT", 1)
    create(account)
    assert account.refused("CreatePodIdentityAssociation", **wanted(namespace="other")).startswith("ResourceLimitExceededException: ")


def test_the_list_is_narrowed_by_namespace_and_service_account(account: Account) -> None:
    create(account)
    create(account, namespace="other")
    listed = account("ListPodIdentityAssociations", clusterName="blue", namespace="other", serviceAccount="web")["associations"]
    assert [found["namespace"] for found in listed] == ["other"]


def test_an_update_changes_the_role_and_a_target_role_gets_an_external_id(account: Account) -> None:
    made = create(account)
    other, target = account.pod_role("others"), "arn:aws:iam::999922223333:role/target"
    account("UpdatePodIdentityAssociation", **one(made), roleArn=other, targetRoleArn=target)
    found = account("DescribePodIdentityAssociation", **one(made))["association"]
    assert (found["roleArn"], found["targetRoleArn"], bool(found["externalId"])) == (other, target, True)


def test_a_deleted_association_is_gone(account: Account) -> None:
    made = create(account)
    assert account("DeletePodIdentityAssociation", **one(made))["association"]["associationId"] == made["associationId"]
    assert account.refused("DescribePodIdentityAssociation", **one(made)).startswith("ResourceNotFoundException: ")


def test_what_an_addon_owns_is_the_addons(account: Account) -> None:
    associations = [{"serviceAccount": "aws-node", "roleArn": wanted()["roleArn"]}]
    account("CreateAddon", clusterName="blue", addonName="vpc-cni", podIdentityAssociations=associations)
    [made] = account("ListPodIdentityAssociations", clusterName="blue")["associations"]
    for operation in ("DeletePodIdentityAssociation", "UpdatePodIdentityAssociation"):
        assert account.refused(operation, **one(made)).startswith("InvalidRequestException: ")
    assert account("ListPodIdentityAssociations", clusterName="blue")["associations"] == [made]
