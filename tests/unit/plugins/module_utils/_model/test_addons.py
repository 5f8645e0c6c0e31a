# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told about add-ons: what was declared, what is there, and nothing that nobody declared."""

from __future__ import annotations

from typing import Any

from ansible_collections.cutover.eks.plugins.module_utils._model.addons import (
    Addons,
    AddonsActual,
    LiveAddon,
    OfferedVersion,
    addons_result,
)
from ansible_collections.cutover.eks.plugins.module_utils._model.eks_update import Issue
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import OWNER, Scope

SCOPE = Scope(account="123456789012", region="eu-central-1")
ROLE = "arn:aws:iam::123456789012:role/cni"
LIVE = LiveAddon(
    name="vpc-cni",
    arn="arn:vpc-cni",
    status="DEGRADED",
    version="v1.19.0-eksbuild.1",
    configuration='{"env": {"A": "1"}}',
    service_account_role_arn=ROLE,
    tags={"team": "shop", OWNER: "eu-central-1/blue"},
    issues=(Issue(code="InsufficientNumberOfReplicas", message="no node"),),
)
NEWER = (OfferedVersion(version="v1.20.0-eksbuild.1"), OfferedVersion(version="v1.19.0-eksbuild.1", is_default=True))


def told(actual: AddonsActual, **declared: Any) -> dict[str, Any]:
    desired = Addons.from_options({"cluster": "blue", "addons": [{"name": "vpc-cni", **declared}]}, SCOPE)
    (addon,) = addons_result(desired, actual, SCOPE)["addons"]
    return dict(addon)


def test_of_what_is_there_the_state_is_told_and_the_settings_that_nobody_declared() -> None:
    addon = told(AddonsActual(cluster_version="1.31", addons={"vpc-cni": LIVE}))
    assert addon["configuration_values"] == {"env": {"A": "1"}}
    assert (addon["version"], addon["service_account_role_arn"], addon["tags"]) == ("v1.19.0-eksbuild.1", ROLE, {"team": "shop"})
    assert addon["status"]["health"] == ["InsufficientNumberOfReplicas: no node"]


def test_what_was_declared_is_told_as_it_was_declared() -> None:
    associations = [{"service_account": "aws-node", "role_arn": ROLE}]
    addon = told(AddonsActual(addons={"vpc-cni": LIVE}), version="default", configuration_values={}, pod_identity_associations=associations)
    assert (addon["version"], addon["configuration_values"], addon["pod_identity_associations"]) == ("default", {}, associations)


def test_of_what_is_only_planned_nothing_is_told_that_nobody_declared() -> None:
    addon = told(AddonsActual())
    assert addon["status"] == {"arn": "(known after apply: addon/vpc-cni addon.addonArn)", "state": "absent"}
    assert not {"configuration_values", "service_account_role_arn", "pod_identity_associations", "resolve_conflicts"} & addon.keys()


def test_a_newer_version_is_reported_where_versions_were_looked_up() -> None:
    assert told(AddonsActual(addons={"vpc-cni": LIVE}, offered={"vpc-cni": NEWER}), update=True)["status"]["update_available"] is True
    assert "update_available" not in told(AddonsActual(addons={"vpc-cni": LIVE}))["status"]
