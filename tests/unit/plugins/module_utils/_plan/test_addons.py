# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of add-ons, as a specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cutover.eks.plugins.module_utils._model.addons import (
    Addons,
    AddonsActual,
    Configured,
    LiveAddon,
    OfferedVersion,
    Verdict,
    configured,
)
from ansible_collections.cutover.eks.plugins.module_utils._model.eks_update import Issue, UpdateUnderWay
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import OWNER, STEP, Scope
from ansible_collections.cutover.eks.plugins.module_utils._plan.addons import around_compute, plan_addons
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Kind, Plan

SCOPE = Scope(account="123456789012", region="eu-central-1")
ROLE = "arn:aws:iam::123456789012:role/ebs"
ARN = "arn:aws:eks:eu-central-1:123456789012:addon/blue/vpc-cni/1"
CNI: dict[str, Any] = {
    "name": "vpc-cni",
    "configuration_values": {"env": {"ENABLE_PREFIX_DELEGATION": "true"}},
    "tags": {"team": "payments"},
}
EBS: dict[str, Any] = {
    "name": "aws-ebs-csi-driver",
    "pod_identity_associations": [{"service_account": "ebs-csi-controller-sa", "role_arn": ROLE}],
}
OFFERED = tuple(
    OfferedVersion(version=version, is_default=version == "v1.19.0-eksbuild.1")
    for version in ("v1.20.0-eksbuild.1", "v1.19.0-eksbuild.1", "v1.18.5-eksbuild.1")
)
EMPTY = AddonsActual(cluster_version="1.31", cluster_status="ACTIVE", offered={"vpc-cni": OFFERED, "aws-ebs-csi-driver": OFFERED})


def declared(*addons: dict[str, Any], **options: Any) -> Addons:
    return Addons.from_options({"cluster": "blue", "addons": list(addons or (CNI, EBS)), **options}, SCOPE)


def after_run(plan: Plan, actual: AddonsActual) -> AddonsActual:
    """Give the world after the plan's steps, from their requests alone."""
    addons = dict(actual.addons)
    for step in plan:
        name = step.request.get("addonName", "")
        match step.operation:
            case "CreateAddon":
                created = LiveAddon(name=name, arn=ARN, status="ACTIVE", version="v1.19.0-eksbuild.1", tags=step.request["tags"])
                addons[name] = _updated(created, step.request)
            case "UpdateAddon":
                addons[name] = _updated(addons[name], step.request)
            case "DeleteAddon":
                del addons[name]
            case "TagResource":
                name = step.key.split("/")[1]
                addons[name] = replace(addons[name], tags={**addons[name].tags, **step.request["tags"]})
    return replace(actual, addons=addons)


def _updated(live: LiveAddon, request: Mapping[str, Any]) -> LiveAddon:
    associations = live.associations
    if "podIdentityAssociations" in request:
        associations = frozenset((found["serviceAccount"], found["roleArn"]) for found in request["podIdentityAssociations"])
    return replace(
        live,
        version=request.get("addonVersion", live.version),
        configuration=request.get("configurationValues", ""),
        service_account_role_arn=request.get("serviceAccountRoleArn"),
        associations=associations,
    )


LIVE = replace(after_run(plan_addons(declared(), EMPTY, SCOPE), EMPTY), offered={})


def live(name: str = "vpc-cni", **changes: Any) -> AddonsActual:
    return replace(LIVE, addons={**LIVE.addons, name: replace(LIVE.addons[name], **changes)})


def refusal(desired: Addons, actual: AddonsActual) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        plan_addons(desired, actual, SCOPE)
    return {problem.code: str(problem) for problem in refused.value.problems}


def test_add_ons_are_made_at_the_default_version_in_two_waves() -> None:
    plan = plan_addons(declared(EBS, CNI), EMPTY, SCOPE)
    assert [(step.key, step.operation) for step in plan] == [
        ("addon/vpc-cni", "CreateAddon"),
        ("addon/aws-ebs-csi-driver", "CreateAddon"),
    ]
    assert [plan.dependencies(step) for step in plan] == [set(), {"addon/vpc-cni"}]
    assert plan.steps[0].request == {
        "clusterName": "blue",
        "addonName": "vpc-cni",
        "addonVersion": "v1.19.0-eksbuild.1",
        "configurationValues": '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}',
        "tags": {"team": "payments", OWNER: "eu-central-1/blue", STEP: "addon/vpc-cni"},
    }
    assert plan.steps[1].request["podIdentityAssociations"] == [{"serviceAccount": "ebs-csi-controller-sa", "roleArn": ROLE}]


def test_an_add_on_that_waits_for_nodes_has_not_failed() -> None:
    wait = plan_addons(declared(), EMPTY, SCOPE).steps[0].wait
    assert wait
    assert wait.success == {"ACTIVE", "DEGRADED"}
    assert wait.failure == {"CREATE_FAILED"}


def test_the_plan_is_split_where_nodes_come() -> None:
    desired = declared()
    before, after = around_compute(desired, plan_addons(desired, EMPTY, SCOPE))
    assert (before.keys(), after.keys()) == ({"addon/vpc-cni"}, {"addon/aws-ebs-csi-driver"})


@pytest.mark.parametrize(("version", "chosen"), [("most_recent", OFFERED[0]), ("default", OFFERED[1]), (OFFERED[2].version, OFFERED[2])])
def test_the_version_is_chosen_among_the_offered_ones(version: str, chosen: OfferedVersion) -> None:
    (step,) = plan_addons(declared({**CNI, "version": version}), EMPTY, SCOPE)
    assert step.request["addonVersion"] == chosen.version


def test_a_cluster_that_the_same_plan_makes_without_a_version_leaves_the_choice_to_eks() -> None:
    desired = replace(declared(CNI), cluster_planned=True)
    (step,) = plan_addons(desired, AddonsActual(), SCOPE)
    assert "addonVersion" not in step.request
    assert "cluster/blue" in step.after


def test_what_is_as_declared_needs_no_step() -> None:
    assert plan_addons(declared(), LIVE, SCOPE) == Plan()


def test_undeclared_fields_tags_and_extra_add_ons_are_left_alone() -> None:
    actual = live(tags={"team": "payments", "cost": "7"}, service_account_role_arn=ROLE, version="v1.18.5-eksbuild.1")
    assert plan_addons(declared(CNI), actual, SCOPE) == Plan()


def test_a_changed_configuration_value_is_put_back_and_the_role_kept() -> None:
    (step,) = plan_addons(declared(), live(configuration='{"env": {}}', service_account_role_arn=ROLE), SCOPE)
    assert step.request == {
        "clusterName": "blue",
        "addonName": "vpc-cni",
        "configurationValues": '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}',
        "serviceAccountRoleArn": ROLE,
    }
    assert step.wait
    assert step.wait.request == {"name": "blue", "addonName": "vpc-cni", "updateId": Ref("addon/vpc-cni/update", "update.id")}


def test_configurations_are_compared_as_data() -> None:
    assert plan_addons(declared(), live(configuration='{ "env" : {"ENABLE_PREFIX_DELEGATION": "true"} }'), SCOPE) == Plan()


def test_an_exact_version_is_put_back() -> None:
    desired = declared({**CNI, "version": "v1.19.0-eksbuild.1"})
    (step,) = plan_addons(desired, replace(live(version="v1.18.5-eksbuild.1"), offered=EMPTY.offered), SCOPE)
    assert step.request["addonVersion"] == "v1.19.0-eksbuild.1"


def test_a_newer_version_is_told_and_taken_only_with_update() -> None:
    actual = replace(LIVE, offered=EMPTY.offered)
    plan = plan_addons(declared({**CNI, "version": "most_recent"}), actual, SCOPE)
    assert plan.steps == ()
    assert "v1.20.0-eksbuild.1 is offered" in plan.notes[0]
    (step,) = plan_addons(declared({**CNI, "version": "most_recent", "update": True}), actual, SCOPE)
    assert step.request["addonVersion"] == "v1.20.0-eksbuild.1"


def test_update_never_leads_back_to_an_older_default() -> None:
    actual = replace(live(version="v1.20.0-eksbuild.1"), offered=EMPTY.offered)
    assert plan_addons(declared({**CNI, "update": True}), actual, SCOPE).steps == ()


def test_a_removed_pod_identity_association_is_put_back() -> None:
    (step,) = plan_addons(declared(), live("aws-ebs-csi-driver", associations=frozenset()), SCOPE)
    assert step.request["podIdentityAssociations"] == [{"serviceAccount": "ebs-csi-controller-sa", "roleArn": ROLE}]


def test_associations_that_are_declared_empty_are_removed() -> None:
    (step,) = plan_addons(declared({**EBS, "pod_identity_associations": []}), LIVE, SCOPE)
    assert step.request["podIdentityAssociations"] == []


def test_an_add_on_in_creation_or_update_is_awaited_and_no_change() -> None:
    actual = live(status="CREATING")
    assert [(step.key, step.kind) for step in plan_addons(declared(CNI), actual, SCOPE)] == [("addon/vpc-cni", Kind.WAIT)]
    moving = live(status="UPDATING", configuration="", updates=(UpdateUnderWay(id="u-1", type="AddonUpdate"),))
    plan = plan_addons(declared(CNI), moving, SCOPE)
    assert [(step.kind, step.wait and step.wait.request["updateId"]) for step in plan] == [(Kind.WAIT, "u-1")]


def test_a_degraded_add_on_is_told_and_left_alone() -> None:
    plan = plan_addons(declared(), live(status="DEGRADED", issues=(Issue(code="InsufficientNumberOfReplicas", message="no node"),)), SCOPE)
    assert plan.steps == ()
    assert plan.notes == ("Add-on vpc-cni is DEGRADED: InsufficientNumberOfReplicas: no node",)


@pytest.mark.parametrize("version", ["default", "most_recent"])
def test_add_ons_of_a_cluster_to_come_are_planned_with_the_checks_that_wait_for_it(version: str) -> None:
    plan = plan_addons(declared({**CNI, "version": version}), AddonsActual(), SCOPE)
    assert [(problem.code, problem.check) for problem in plan.problems] == [("cluster_missing", "cluster blue exists")]
    assert plan.deferred_checks == (
        "add-on vpc-cni: offered for the version of cluster blue",
        "configuration of add-on vpc-cni against its schema",
    )
    assert plan.steps[0].request["addonVersion"] == Ref("addon/vpc-cni", "addon.addonVersion")


def test_an_exact_version_for_a_cluster_to_come_stays_as_it_is() -> None:
    (step,) = plan_addons(declared({**CNI, "version": "v1.19.0-eksbuild.1"}), AddonsActual(), SCOPE)
    assert step.request["addonVersion"] == "v1.19.0-eksbuild.1"


def test_a_cluster_that_is_not_active_yet_is_a_check_for_later() -> None:
    plan = plan_addons(declared(), replace(EMPTY, cluster_status="CREATING"), SCOPE)
    assert [(problem.code, problem.check) for problem in plan.problems] == [("cluster_not_active", "cluster blue is active")]


REFUSALS: dict[str, tuple[Addons, AddonsActual, str]] = {
    "addon_version_not_offered": (declared({**CNI, "version": "v1.2.3-eksbuild.1"}), EMPTY, "v1.20.0-eksbuild.1, v1.19.0-eksbuild.1"),
    "unknown_addon": (declared({"name": "vpc-cnj"}), EMPTY, "addon_versions_info"),
    "addon_failed": (declared(), live(status="CREATE_FAILED", issues=(Issue(code="AccessDenied", message="no"),)), "AccessDenied: no"),
    "foreign": (declared(), live(tags={"aws:cloudformation:stack-id": "x"}), "CloudFormation"),
    "version_unknown": (
        replace(declared({**CNI, "version": "most_recent"}), cluster_planned=True),
        AddonsActual(),
        "Declare the cluster's version",
    ),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_what_cannot_be_is_refused_with_what_to_do(code: str) -> None:
    desired, actual, words = REFUSALS[code]
    assert words in refusal(desired, actual)[code]


def test_a_version_that_is_not_offered_is_not_told_again_for_every_add_on() -> None:
    desired = replace(declared(CNI, {"name": "cordns"}), cluster_planned=True, cluster_version="1.99")
    assert plan_addons(desired, AddonsActual(version_offered=False), SCOPE).changed
    found = refusal(desired, AddonsActual(version_offered=False, unknown=frozenset({"cordns"})))
    assert found == {
        "unknown_addon": "addons[1].name: found cordns, which EKS does not offer, wanted an add-on that EKS offers. "
        "cutover.eks.addon_versions_info lists them."
    }


def test_a_configuration_that_breaks_the_schema_is_refused_with_every_fault_and_its_place() -> None:
    verdict = Verdict(faults=((".env", "'x' was unexpected"), (".env.WARM[0]", "1 is not of type 'string'")))
    with pytest.raises(Refused) as refused:
        plan_addons(declared(EBS, CNI), replace(EMPTY, verdicts={"vpc-cni": verdict}), SCOPE)
    assert [(problem.code, problem.path, problem.found) for problem in refused.value.problems] == [
        ("configuration_not_valid", "addons[1].configuration_values.env", "'x' was unexpected"),
        ("configuration_not_valid", "addons[1].configuration_values.env.WARM[0]", "1 is not of type 'string'"),
    ]


def test_a_configuration_that_could_not_be_checked_is_told_with_the_plan() -> None:
    actual = replace(EMPTY, verdicts={"vpc-cni": Verdict(unchecked="jsonschema is not installed"), "aws-ebs-csi-driver": Verdict()})
    plan = plan_addons(declared(), actual, SCOPE)
    assert plan.deferred_checks == ("configuration of add-on vpc-cni against its schema: jsonschema is not installed",)


VALUES = {"a": 1}
PRESENT = LiveAddon(name="x", arn=ARN, status="ACTIVE", version="v1.19.0-eksbuild.1", configuration='{"a": 1}')
JUDGED: dict[str, tuple[dict[str, Any], LiveAddon | None, str | None]] = {
    "made": ({}, None, "v1.19.0-eksbuild.1"),
    "made again": ({}, replace(PRESENT, status="DELETING"), "v1.19.0-eksbuild.1"),
    "made at an exact version": ({"version": "v1.18.5-eksbuild.1"}, None, "v1.18.5-eksbuild.1"),
    "configured otherwise": ({}, replace(PRESENT, configuration="{}", version="v1.18.5-eksbuild.1"), "v1.18.5-eksbuild.1"),
    "updated": ({"update": True, "version": "most_recent"}, PRESENT, "v1.20.0-eksbuild.1"),
    "led back": ({"version": "v1.18.5-eksbuild.1"}, PRESENT, "v1.18.5-eksbuild.1"),
    "as declared": ({}, PRESENT, None),
    "newer than what update offers": ({"update": True}, replace(PRESENT, version="v1.20.0-eksbuild.1"), None),
    "not configured": ({"configuration_values": {}}, None, None),
}
"""What is declared, what is there, and the version whose schema decides about the configuration."""


@pytest.mark.parametrize("case", JUDGED)
def test_a_configuration_is_judged_where_it_is_going_to_be_set_by_the_version_that_gets_it(case: str) -> None:
    options, live, version = JUDGED[case]
    (addon,) = declared({"name": "x", "configuration_values": VALUES, **options}).addons
    found = configured(addon, live, OFFERED)
    assert found == (Configured(name="x", version=version, values=VALUES) if version else None)


SHAPES: dict[str, dict[str, Any]] = {
    "bad_name": {"name": "-x"},
    "bad_version": {"version": "newest"},
    "bad_configuration": {"configuration_values": "a: b"},
    "bad_association": {"pod_identity_associations": [{"service_account": "x"}]},
    "doubled_association": {"pod_identity_associations": [{"service_account": "x", "role_arn": arn} for arn in "ab"]},
    "unknown_choice": {"resolve_conflicts": "FIGHT"},
}


@pytest.mark.parametrize("code", SHAPES)
def test_bad_input_is_refused_before_anything_is_read(code: str) -> None:
    with pytest.raises(Refused) as refused:
        declared({**CNI, **SHAPES[code]})
    assert code in {problem.code for problem in refused.value.problems}


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        declared(CNI, CNI)
    assert [problem.code for problem in refused.value.problems] == ["doubled_name"]


def test_purge_removes_our_add_ons_and_reports_the_others() -> None:
    ours, theirs = replace(LIVE.addons["vpc-cni"], name="old"), replace(LIVE.addons["vpc-cni"], name="other", tags={})
    actual = replace(LIVE, addons={**LIVE.addons, "old": ours, "other": theirs})
    plan = plan_addons(declared(purge=True), actual, SCOPE)
    assert [(step.key, step.kind) for step in plan] == [("addon/old", Kind.DELETE)]
    assert plan.unmanaged == ("addon/other",)
    assert plan_addons(declared(), actual, SCOPE) == Plan()


def test_deletion_preserves_the_objects_on_demand() -> None:
    (step,) = plan_addons(declared({**CNI, "preserve": True}, state="absent"), LIVE, SCOPE)
    assert step.request == {"clusterName": "blue", "addonName": "vpc-cni", "preserve": True}


def test_a_named_add_on_of_somebody_else_is_not_deleted() -> None:
    assert "purge_unmanaged" in refusal(declared(CNI, state="absent"), live(tags={}))["not_ours"]


CONFIGURATIONS = st.fixed_dictionaries(
    {"name": st.sampled_from(["vpc-cni", "aws-ebs-csi-driver"])},
    optional={
        "version": st.sampled_from(["default", "most_recent", "v1.18.5-eksbuild.1"]),
        "update": st.booleans(),
        "configuration_values": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
        "service_account_role_arn": st.just(ROLE),
        "pod_identity_associations": st.just([{"service_account": "sa", "role_arn": ROLE}]),
        "tags": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
    },
)


@given(options=CONFIGURATIONS, before=st.sampled_from([EMPTY, replace(LIVE, offered=EMPTY.offered)]))
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(options: dict[str, Any], before: AddonsActual) -> None:
    desired = declared(options)
    once = after_run(plan_addons(desired, before, SCOPE), before)
    assert plan_addons(desired, once, SCOPE).steps == ()
