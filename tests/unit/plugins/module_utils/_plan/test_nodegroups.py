# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of node groups and of their launch templates, as a specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cutover.eks.plugins.module_utils._model.eks_update import Issue, UpdateUnderWay
from ansible_collections.cutover.eks.plugins.module_utils._model.nodegroups import (
    LiveNodegroup,
    LiveTemplate,
    Nodegroups,
    NodegroupsActual,
    Taint,
)
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import OWNER, STEP, Scope
from ansible_collections.cutover.eks.plugins.module_utils._plan.nodegroups import plan_nodegroups
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Kind, Plan

SCOPE = Scope(account="123456789012", region="eu-central-1")
ROLE = "arn:aws:iam::123456789012:role/node"
ARN = "arn:aws:eks:eu-central-1:123456789012:nodegroup/blue/general/1"
GROUP: dict[str, Any] = {
    "name": "general",
    "instance_types": ["m7i.large"],
    "ami_type": "AL2023_x86_64_STANDARD",
    "scaling": {"min_size": 1, "max_size": 3, "initial_size": 2},
    "labels": {"pool": "general"},
    "taints": [{"key": "dedicated", "value": "x", "effect": "NO_SCHEDULE"}],
    "update_config": {"max_unavailable_percentage": 33},
    "node_repair_config": {"enabled": True},
    "disk": {"size_gib": 50, "type": "gp3", "encrypted": True},
    "metadata_options": {"http_tokens": "required", "http_put_response_hop_limit": 1},
    "tags": {"team": "payments"},
}
EMPTY = NodegroupsActual(cluster_version="1.31", cluster_status="ACTIVE", architectures={"m7i.large": frozenset({"x86_64"})})


def declared(*groups: dict[str, Any], **options: Any) -> Nodegroups:
    shared = {"cluster": "blue", "subnet_ids": ["subnet-a", "subnet-b"], "node_role_arn": ROLE}
    return Nodegroups.from_options({**shared, "nodegroups": list(groups or (GROUP,)), **options}, SCOPE)


def group(**changes: Any) -> Nodegroups:
    return declared({**GROUP, **changes})


def after_run(plan: Plan, actual: NodegroupsActual) -> NodegroupsActual:  # noqa: C901 - one case per operation
    """Give the world after the plan's steps, from their requests alone."""
    groups, templates = dict(actual.nodegroups), dict(actual.templates)
    for step in plan:
        request = step.request
        match step.operation:
            case "CreateLaunchTemplate":
                name = request["LaunchTemplateName"]
                templates[name] = LiveTemplate(
                    id="lt-1", name=name, step=step.key, default=1, latest=1, contents={1: request["LaunchTemplateData"]}
                )
            case "CreateLaunchTemplateVersion":
                (found,) = templates.values()
                contents = {**found.contents, found.latest + 1: request["LaunchTemplateData"]}
                templates[found.name] = replace(found, latest=found.latest + 1, contents=contents)
            case "ModifyLaunchTemplate":
                (found,) = templates.values()
                templates[found.name] = replace(found, default=_number(request["DefaultVersion"], found.latest))
            case "CreateNodegroup":
                groups[request["nodegroupName"]] = _live(request)
            case "UpdateNodegroupVersion":
                groups[request["nodegroupName"]] = _updated(groups[request["nodegroupName"]], request, templates)
            case "UpdateNodegroupConfig":
                groups[request["nodegroupName"]] = _configured(groups[request["nodegroupName"]], request)
            case "TagResource":
                (live,) = groups.values()
                groups[live.name] = replace(live, tags={**live.tags, **request["tags"]})
            case "DeleteNodegroup":
                del groups[request["nodegroupName"]]
            case "DeleteLaunchTemplate":
                templates = {name: found for name, found in templates.items() if found.id != request["LaunchTemplateId"]}
    return replace(actual, nodegroups=groups, templates=templates)


def _number(value: object, latest: int) -> int:
    return latest if isinstance(value, Ref) else int(str(value))


def _taints(found: list[dict[str, str]]) -> frozenset[Taint]:
    return frozenset(Taint(**taint) for taint in found)


def _live(request: Mapping[str, Any]) -> LiveNodegroup:
    sizes = request.get("scalingConfig") or {"minSize": 1, "maxSize": 2, "desiredSize": 2}
    return LiveNodegroup(
        name=request["nodegroupName"],
        arn=ARN,
        status="ACTIVE",
        version=request.get("version", "1.31"),
        release_version="1.31.1-1",
        fields={
            "ami_type": request.get("amiType"),
            "instance_types": tuple(request.get("instanceTypes") or ()),
            "subnet_ids": tuple(request["subnets"]),
            "node_role_arn": request["nodeRole"],
            "capacity_type": "ON_DEMAND",
        },
        min_size=sizes["minSize"],
        max_size=sizes["maxSize"],
        desired_size=sizes["desiredSize"],
        labels=request.get("labels", {}),
        taints=_taints(request.get("taints", [])),
        update_config=request.get("updateConfig", {"maxUnavailable": 1}),
        node_repair=request.get("nodeRepairConfig", {}).get("enabled", False),
        template_id="lt-1" if "launchTemplate" in request else "",
        template_version="1" if "launchTemplate" in request else "",
        tags=request["tags"],
    )


def _updated(live: LiveNodegroup, request: Mapping[str, Any], templates: Mapping[str, LiveTemplate]) -> LiveNodegroup:
    template = live.template_version
    if "launchTemplate" in request:
        (found,) = templates.values()
        template = str(_number(request["launchTemplate"]["version"], found.latest))
    release = request.get("releaseVersion", live.release_version)
    return replace(live, version=request.get("version", live.version), release_version=release, template_version=template)


def _configured(live: LiveNodegroup, request: Mapping[str, Any]) -> LiveNodegroup:
    labels, taints, sizes = request.get("labels", {}), request.get("taints", {}), request.get("scalingConfig", {})
    put = _taints(taints.get("addOrUpdateTaints", []))
    named = {(taint.key, taint.effect) for taint in put | _taints(taints.get("removeTaints", []))}
    kept = {key: value for key, value in live.labels.items() if key not in labels.get("removeLabels", ())}
    return replace(
        live,
        labels={**kept, **labels.get("addOrUpdateLabels", {})},
        taints=frozenset(taint for taint in live.taints if (taint.key, taint.effect) not in named) | put,
        min_size=sizes.get("minSize", live.min_size),
        max_size=sizes.get("maxSize", live.max_size),
        desired_size=sizes.get("desiredSize", live.desired_size),
        update_config=request.get("updateConfig", live.update_config),
        node_repair=request.get("nodeRepairConfig", {}).get("enabled", live.node_repair),
    )


LIVE = after_run(plan_nodegroups(declared(), EMPTY, SCOPE), EMPTY)


def live(**changes: Any) -> NodegroupsActual:
    return replace(LIVE, nodegroups={"general": replace(LIVE.nodegroups["general"], **changes)})


def template(**changes: Any) -> NodegroupsActual:
    (found,) = LIVE.templates.values()
    return replace(LIVE, templates={found.name: replace(found, **changes)})


def refusal(desired: Nodegroups, actual: NodegroupsActual) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        plan_nodegroups(desired, actual, SCOPE)
    return {problem.code: str(problem) for problem in refused.value.problems}


NO_CLUSTER = replace(EMPTY, cluster_version=None)


def test_a_group_is_made_with_its_launch_template() -> None:
    plan = plan_nodegroups(declared(), EMPTY, SCOPE)
    assert [(step.key, step.operation) for step in plan] == [
        ("launch-template/general", "CreateLaunchTemplate"),
        ("nodegroup/general", "CreateNodegroup"),
    ]
    assert plan.steps[0].request["LaunchTemplateData"] == {
        "TagSpecifications": [
            {"ResourceType": kind, "Tags": [{"Key": OWNER, "Value": "eu-central-1/blue"}, {"Key": "team", "Value": "payments"}]}
            for kind in ("instance", "volume")
        ],
        "BlockDeviceMappings": [
            {
                "DeviceName": "/dev/xvda",
                "Ebs": {"VolumeSize": 50, "VolumeType": "gp3", "Encrypted": True, "DeleteOnTermination": True},
            }
        ],
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
    }
    assert plan.steps[1].request == {
        "clusterName": "blue",
        "nodegroupName": "general",
        "scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 2},
        "subnets": ["subnet-a", "subnet-b"],
        "instanceTypes": ["m7i.large"],
        "amiType": "AL2023_x86_64_STANDARD",
        "nodeRole": ROLE,
        "labels": {"pool": "general"},
        "taints": [{"key": "dedicated", "value": "x", "effect": "NO_SCHEDULE"}],
        "launchTemplate": {"id": Ref("launch-template/general", "LaunchTemplate.LaunchTemplateId"), "version": "1"},
        "updateConfig": {"maxUnavailablePercentage": 33},
        "nodeRepairConfig": {"enabled": True},
        "tags": {"team": "payments", OWNER: "eu-central-1/blue", STEP: "nodegroup/general"},
    }


def test_groups_do_not_wait_for_each_other() -> None:
    plan = plan_nodegroups(declared(GROUP, {**GROUP, "name": "spot"}), EMPTY, SCOPE)
    for name in ("general", "spot"):
        step = plan.get(f"nodegroup/{name}")
        assert step
        assert plan.dependencies(step) == {f"launch-template/{name}"}


def test_a_group_comes_after_the_cluster_that_the_same_plan_makes_or_upgrades() -> None:
    desired = replace(declared(), cluster_planned=True, cluster_version="1.31")
    step = plan_nodegroups(desired, replace(EMPTY, cluster_version=None), SCOPE).get("nodegroup/general")
    assert step
    assert {"cluster/blue", "cluster/blue/version"} <= step.after


def test_what_is_as_declared_needs_no_step() -> None:
    assert plan_nodegroups(declared(), LIVE, SCOPE) == Plan()


def test_what_others_move_is_left_alone() -> None:
    moved = live(desired_size=3, labels={"pool": "general", "mine": "1"}, tags={"team": "payments", "cost": "7"})
    assert plan_nodegroups(declared(), moved, SCOPE) == Plan()


CONFIG_DRIFTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "max size": ({"max_size": 9}, {"scalingConfig": {"maxSize": 3}}),
    "size outside of the bounds": ({"max_size": 9, "desired_size": 7}, {"scalingConfig": {"maxSize": 3, "desiredSize": 3}}),
    "label value": ({"labels": {"pool": "x"}}, {"labels": {"addOrUpdateLabels": {"pool": "general"}}}),
    "removed taint": (
        {"taints": frozenset()},
        {"taints": {"addOrUpdateTaints": [{"key": "dedicated", "value": "x", "effect": "NO_SCHEDULE"}]}},
    ),
    "added taint": (
        {"taints": frozenset({Taint(key="dedicated", value="x", effect="NO_SCHEDULE"), Taint(key="y", effect="NO_EXECUTE")})},
        {"taints": {"removeTaints": [{"key": "y", "value": "", "effect": "NO_EXECUTE"}]}},
    ),
    "update config": ({"update_config": {"maxUnavailable": 1}}, {"updateConfig": {"maxUnavailablePercentage": 33}}),
    "node repair": ({"node_repair": False}, {"nodeRepairConfig": {"enabled": True}}),
}


@pytest.mark.parametrize("drift", CONFIG_DRIFTS)
def test_a_drift_of_the_configuration_is_repaired_in_one_awaited_update(drift: str) -> None:
    before, request = CONFIG_DRIFTS[drift]
    (step,) = plan_nodegroups(declared(), live(**before), SCOPE)
    assert (step.operation, step.request) == ("UpdateNodegroupConfig", {"clusterName": "blue", "nodegroupName": "general", **request})
    assert step.wait
    assert step.wait.request == {"name": "blue", "nodegroupName": "general", "updateId": Ref("nodegroup/general/config", "update.id")}


def test_a_declared_size_is_compared() -> None:
    (step,) = plan_nodegroups(group(scaling={"min_size": 1, "max_size": 3, "desired_size": 3}), LIVE, SCOPE)
    assert step.request["scalingConfig"] == {"desiredSize": 3}


def test_labels_are_purged_only_on_demand() -> None:
    (step,) = plan_nodegroups(declared(purge_labels=True), live(labels={"pool": "general", "mine": "1"}), SCOPE)
    assert step.request["labels"] == {"removeLabels": ["mine"]}


def test_the_version_goes_before_the_configuration() -> None:
    plan = plan_nodegroups(group(version="1.31"), live(version="1.30", max_size=9), SCOPE)
    assert [step.operation for step in plan] == ["UpdateNodegroupVersion", "UpdateNodegroupConfig"]
    assert plan.dependencies(plan.steps[1]) == {"nodegroup/general/version"}


def test_a_newer_release_is_taken_only_with_update() -> None:
    actual = replace(LIVE, releases={"general": "1.31.9-2"})
    (step,) = plan_nodegroups(group(update=True), actual, SCOPE)
    assert step.request == {"clusterName": "blue", "nodegroupName": "general", "releaseVersion": "1.31.9-2"}


def test_a_changed_disk_rolls_the_nodes_over_a_new_template_version() -> None:
    plan = plan_nodegroups(group(disk={"size_gib": 80, "type": "gp3", "encrypted": True}), LIVE, SCOPE)
    made = Ref("launch-template/general/version", "to_string(LaunchTemplateVersion.VersionNumber)")
    assert [(step.operation, step.request.get("DefaultVersion"), step.request.get("launchTemplate")) for step in plan] == [
        ("CreateLaunchTemplateVersion", None, None),
        ("ModifyLaunchTemplate", made, None),
        ("UpdateNodegroupVersion", None, {"id": "lt-1", "version": made}),
    ]


def test_a_moved_default_version_is_moved_back_and_no_node_is_rolled() -> None:
    (found,) = LIVE.templates.values()
    actual = template(default=2, latest=2, contents={**found.contents, 2: {"MetadataOptions": {"HttpTokens": "optional"}}})
    (step,) = plan_nodegroups(declared(), actual, SCOPE)
    assert (step.operation, step.request) == ("ModifyLaunchTemplate", {"LaunchTemplateId": "lt-1", "DefaultVersion": "1"})


def test_a_group_in_creation_is_awaited_and_no_change() -> None:
    plan = plan_nodegroups(declared(), live(status="CREATING"), SCOPE)
    assert [(step.key, step.kind) for step in plan] == [("nodegroup/general", Kind.WAIT)]


def test_an_update_under_way_is_awaited_and_its_fields_are_not_compared() -> None:
    actual = live(status="UPDATING", max_size=9, updates=(UpdateUnderWay(id="u-1", type="ConfigUpdate"),))
    plan = plan_nodegroups(declared(), actual, SCOPE)
    assert [(step.kind, step.wait and step.wait.request["updateId"]) for step in plan] == [(Kind.WAIT, "u-1")]


def test_a_degraded_group_is_told() -> None:
    actual = live(status="DEGRADED", issues=(Issue(code="AsgInstanceLaunchFailures", message="no capacity"),))
    plan = plan_nodegroups(declared(), actual, SCOPE)
    assert plan.steps == ()
    assert plan.notes == ("Node group general is DEGRADED: AsgInstanceLaunchFailures: no capacity",)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("instance_types", ["c7i.large"]),
        ("ami_type", "BOTTLEROCKET_x86_64"),
        ("capacity_type", "SPOT"),
        ("subnet_ids", ["subnet-c"]),
        ("node_role_arn", f"{ROLE}2"),
    ],
)
def test_what_eks_cannot_change_in_place_is_a_replacement_and_refused_with_the_recipe(option: str, value: Any) -> None:
    plan = plan_nodegroups(group(**{option: value}), LIVE, SCOPE)
    (step,), (problem,) = plan.steps, plan.problems
    assert (step.kind, [change.path for change in step.changes]) == (Kind.REPLACE, [option])
    assert (problem.path, problem.check) == (f"nodegroups[0].{option}", "")
    assert "Declare a further node group" in problem.do


def test_a_replacement_beside_another_problem_is_shown_too() -> None:
    desired = declared({**GROUP, "ami_type": "BOTTLEROCKET_x86_64"}, {**GROUP, "name": "spot", "instance_types": ["m7i.larg"]})
    plan = plan_nodegroups(desired, LIVE, SCOPE)
    assert {problem.code for problem in plan.problems} == {"replace_needed", "unknown_instance_type"}
    assert Kind.REPLACE in {step.kind for step in plan}


@pytest.mark.parametrize(
    ("actual", "code", "check"),
    [
        (NO_CLUSTER, "cluster_missing", "cluster blue exists"),
        (replace(EMPTY, cluster_status="CREATING"), "cluster_not_active", "cluster blue is active"),
    ],
)
def test_groups_of_a_cluster_to_come_are_planned_with_the_check_that_it_is_there(actual: NodegroupsActual, code: str, check: str) -> None:
    plan = plan_nodegroups(declared(), actual, SCOPE)
    assert [(problem.code, problem.check) for problem in plan.problems] == [(code, check)]
    assert [step.operation for step in plan] == ["CreateLaunchTemplate", "CreateNodegroup"]


def test_a_version_is_compared_later_where_the_cluster_has_none_yet() -> None:
    plan = plan_nodegroups(group(version="1.32"), NO_CLUSTER, SCOPE)
    assert plan.deferred_checks == ("node group general: 1.32 is not newer than the cluster",)
    assert plan_nodegroups(group(version="1.31"), EMPTY, SCOPE).deferred_checks == ()


def test_what_no_cluster_would_solve_is_refused_with_the_missing_cluster_beside_it() -> None:
    assert refusal(group(instance_types=["m7i.larg"]), NO_CLUSTER).keys() == {"unknown_instance_type", "cluster_missing"}


REFUSALS: dict[str, tuple[Nodegroups, NodegroupsActual, str]] = {
    "newer_than_cluster": (group(version="1.32"), EMPTY, "Upgrade the cluster first"),
    "version_downgrade": (group(version="1.30"), LIVE, "1.31 or later"),
    "missing_subnet_ids": (declared(subnet_ids=None), EMPTY, "subnets"),
    "missing_node_role_arn": (declared(node_role_arn=None), EMPTY, "role"),
    "unknown_instance_type": (group(instance_types=["m7i.larg"]), EMPTY, "m7i.larg"),
    "mixed_architectures": (
        group(instance_types=["m7i.large", "m7g.large"], ami_type=None),
        replace(EMPTY, architectures={"m7i.large": frozenset({"x86_64"}), "m7g.large": frozenset({"arm64"})}),
        "m7i.large (x86_64), m7g.large (arm64)",
    ),
    "wrong_architecture": (
        group(instance_types=["m7g.large"]),
        replace(EMPTY, architectures={"m7g.large": frozenset({"arm64"})}),
        "AL2023_x86_64_STANDARD",
    ),
    "nodegroup_failed": (
        declared(),
        live(status="CREATE_FAILED", issues=(Issue(code="NodeCreationFailure", message="no join"),)),
        "NodeCreationFailure: no join",
    ),
    "foreign": (declared(), live(tags={"alpha.eksctl.io/cluster-name": "blue"}), "eksctl"),
    "min_above_max": (group(scaling={"min_size": 5}), LIVE, "Declare both"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_what_cannot_be_is_refused_with_what_to_do(code: str) -> None:
    desired, actual, words = REFUSALS[code]
    assert words in refusal(desired, actual)[code]


SHAPES: dict[str, dict[str, Any]] = {
    "bad_name": {"name": "x" * 64},
    "bad_label": {"labels": {"-x": "y"}},
    "bad_taint": {"taints": [{"key": "", "effect": "NO_SCHEDULE"}]},
    "doubled_taint": {"taints": [{"key": "a", "effect": "NO_SCHEDULE", "value": v} for v in "xy"]},
    "min_above_max": {"scaling": {"min_size": 4, "max_size": 3}},
    "size_out_of_bounds": {"scaling": {"min_size": 1, "max_size": 3, "initial_size": 4}},
    "two_limits": {"update_config": {"max_unavailable": 1, "max_unavailable_percentage": 33}},
    "template_and_disk": {"launch_template": {"id": "lt-9"}},
    "template_id_or_name": {"launch_template": {}, "disk": None, "metadata_options": None},
    "custom_ami_version": {"ami_type": "CUSTOM", "version": "1.31"},
    "unknown_ami_type": {"ami_type": "AL2024"},
    "version_unquoted": {"version": "1.3"},
    "unknown_choice": {"capacity_type": "CHEAP"},
    "out_of_bounds": {"disk": {"size_gib": 0}},
}


@pytest.mark.parametrize("code", SHAPES)
def test_bad_input_is_refused_before_anything_is_read(code: str) -> None:
    with pytest.raises(Refused) as refused:
        group(**SHAPES[code])
    assert code in {problem.code for problem in refused.value.problems}
    assert all(problem.path.startswith("nodegroups[0]") for problem in refused.value.problems)


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        declared(GROUP, GROUP)
    assert [problem.code for problem in refused.value.problems] == ["doubled_name"]
    assert refused.value.sound is None


def test_groups_whose_shape_is_right_are_sound_beside_the_others() -> None:
    with pytest.raises(Refused) as refused:
        declared({**GROUP, "labels": {"-x": "y"}}, {**GROUP, "name": "spot", "instance_types": ["m7i.larg"]})
    assert isinstance(refused.value.sound, Nodegroups)
    assert [(found.name, found.path) for found in refused.value.sound.nodegroups] == [("spot", "nodegroups[1]")]
    assert "m7i.larg" in refusal(refused.value.sound, EMPTY)["unknown_instance_type"]


def test_purge_removes_our_groups_and_reports_the_others() -> None:
    ours, theirs = replace(LIVE.nodegroups["general"], name="old"), replace(LIVE.nodegroups["general"], name="other", tags={})
    actual = replace(LIVE, nodegroups={**LIVE.nodegroups, "old": ours, "other": theirs})
    plan = plan_nodegroups(declared(purge=True), actual, SCOPE)
    assert [(step.key, step.kind) for step in plan] == [("nodegroup/old", Kind.DELETE)]
    assert plan.unmanaged == ("nodegroup/other",)
    assert plan_nodegroups(declared(), actual, SCOPE) == Plan()
    both = plan_nodegroups(declared(purge=True, purge_unmanaged=True), actual, SCOPE)
    assert both.keys() == {"nodegroup/old", "nodegroup/other"}


def test_deletion_takes_the_template_after_the_group() -> None:
    plan = plan_nodegroups(declared(state="absent"), LIVE, SCOPE)
    assert [step.operation for step in plan] == ["DeleteNodegroup", "DeleteLaunchTemplate"]
    assert plan.dependencies(plan.steps[1]) == {"nodegroup/general"}


def test_deletion_without_names_takes_all_of_ours_and_templates_left_by_a_broken_off_run() -> None:
    desired = Nodegroups.from_options({"cluster": "blue", "state": "absent"}, SCOPE)
    assert [step.operation for step in plan_nodegroups(desired, LIVE, SCOPE)] == ["DeleteNodegroup", "DeleteLaunchTemplate"]
    assert [step.operation for step in plan_nodegroups(desired, replace(LIVE, nodegroups={}), SCOPE)] == ["DeleteLaunchTemplate"]


def test_a_named_group_of_somebody_else_is_not_deleted() -> None:
    assert "purge_unmanaged" in refusal(declared(state="absent"), live(tags={}))["not_ours"]


def test_a_group_in_deletion_is_awaited_and_made_again() -> None:
    plan = plan_nodegroups(declared(), live(status="DELETING"), SCOPE)
    assert [(step.key, step.kind) for step in plan] == [("nodegroup/general/deletion", Kind.WAIT), ("nodegroup/general", Kind.CREATE)]


CONFIGURATIONS = st.fixed_dictionaries(
    {"name": st.just("general")},
    optional={
        "labels": st.dictionaries(st.sampled_from(["pool", "b"]), st.sampled_from(["x", "general"])),
        "taints": st.lists(
            st.fixed_dictionaries({"key": st.sampled_from("ab"), "effect": st.just("NO_SCHEDULE"), "value": st.sampled_from("xy")}),
            unique_by=lambda taint: taint["key"],
        ),
        "scaling": st.tuples(st.integers(0, 3), st.integers(3, 6)).map(lambda sizes: {"min_size": sizes[0], "max_size": sizes[1]}),
        "update_config": st.fixed_dictionaries({"max_unavailable": st.integers(1, 3)}),
        "node_repair_config": st.fixed_dictionaries({"enabled": st.booleans()}),
        "disk": st.fixed_dictionaries({"size_gib": st.integers(20, 22)}),
        "tags": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
    },
)


@given(options=CONFIGURATIONS, exists=st.booleans())
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(*, options: dict[str, Any], exists: bool) -> None:
    desired, before = declared(options), LIVE if exists else EMPTY
    once = after_run(plan_nodegroups(desired, before, SCOPE), before)
    assert plan_nodegroups(desired, once, SCOPE).steps == ()
