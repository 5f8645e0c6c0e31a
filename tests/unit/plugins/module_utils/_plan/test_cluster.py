# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of a control plane, as a specification."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cutover.eks.plugins.module_utils._model.cluster import SETTINGS, Cluster, ClusterActual, LiveCluster, LogGroup
from ansible_collections.cutover.eks.plugins.module_utils._model.eks_update import UpdateUnderWay
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import OWNER, STEP, Scope
from ansible_collections.cutover.eks.plugins.module_utils._plan.cluster import plan_cluster
from ansible_collections.cutover.eks.plugins.module_utils._plan.cluster_checks import oldest_kubelet
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Change, Kind, Plan

SCOPE = Scope(account="123456789012", region="eu-central-1")
ROLE = "arn:aws:iam::123456789012:role/blue"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1"
ARN = "arn:aws:eks:eu-central-1:123456789012:cluster/blue"
OPTIONS: dict[str, Any] = {
    "name": "blue",
    "version": "1.31",
    "role_arn": ROLE,
    "resources_vpc_config": {
        "subnet_ids": ["subnet-a", "subnet-b"],
        "security_group_ids": ["sg-1"],
        "endpoint_public_access": True,
        "endpoint_private_access": True,
        "public_access_cidrs": ["203.0.113.0/24"],
    },
    "kubernetes_network_config": {"service_ipv4_cidr": "172.20.0.0/16"},
    "logging": ["api", "audit"],
    "log_retention_days": 90,
    "access_config": {"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": True},
    "upgrade_policy": {"support_type": "STANDARD"},
    "deletion_protection": True,
    "tags": {"team": "payments"},
}
ZONES = {"subnet-a": "eu-central-1a", "subnet-b": "eu-central-1b"}
EMPTY = ClusterActual(offered_versions=("1.30", "1.31", "1.32", "1.33"), zones=ZONES)


def declared(**changes: Any) -> Cluster:
    return Cluster.from_options({**OPTIONS, **changes}, SCOPE)


def after_run(plan: Plan, desired: Cluster, actual: ClusterActual) -> ClusterActual:
    """Give the world after the plan's steps, from their requests alone."""
    live, group = actual.cluster, actual.log_group
    for step in plan:
        match step.operation:
            case "CreateLogGroup":
                group = LogGroup(name=step.request["logGroupName"], tags=step.request["tags"])
            case "PutRetentionPolicy":
                group = replace(group or LogGroup(name=""), retention_days=step.request["retentionInDays"])
            case "CreateCluster":
                live = _live(step.request)
            case "UpdateClusterConfig" | "AssociateEncryptionConfig" if live:
                live = replace(live, settings={**live.settings, **_settings(step.request)})
            case "UpdateClusterVersion" if live:
                live = replace(live, version=step.request["version"])
            case "TagResource" if live:
                live = replace(live, tags={**live.tags, **step.request["tags"]})
            case "UntagResource" if live:
                live = replace(live, tags={tag: value for tag, value in live.tags.items() if tag not in step.request["tagKeys"]})
    return replace(actual, cluster=live, log_group=group)


def _live(request: dict[str, Any]) -> LiveCluster:
    settings = {setting.option: setting.absent for setting in SETTINGS}
    version = request.get("version", "1.33")
    return LiveCluster(
        name="blue", arn=ARN, status="ACTIVE", version=version, settings={**settings, **_settings(request)}, tags=request["tags"]
    )


def _settings(request: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for setting in SETTINGS:
        value: Any = request
        for name in setting.api.split("."):
            value = value.get(name, {})
        if value != {}:
            found[setting.option] = setting.codec.from_api(value)
    return found


LIVE = after_run(plan_cluster(declared(), EMPTY, SCOPE), declared(), EMPTY)


def live(**changes: Any) -> ClusterActual:
    assert LIVE.cluster
    settings = {**LIVE.cluster.settings, **changes.pop("settings", {})}
    return replace(LIVE, cluster=replace(LIVE.cluster, settings=settings, **changes))


def refusal(desired: Cluster, actual: ClusterActual) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        plan_cluster(desired, actual, SCOPE)
    return {problem.code: str(problem) for problem in refused.value.problems}


def test_an_empty_account_gets_the_log_group_before_the_cluster() -> None:
    plan = plan_cluster(declared(), EMPTY, SCOPE)
    assert [(step.operation, step.kind) for step in plan] == [
        ("CreateLogGroup", Kind.CREATE),
        ("PutRetentionPolicy", Kind.UPDATE),
        ("CreateCluster", Kind.CREATE),
    ]
    assert plan.dependencies(plan.steps[2]) == {"log-group/blue", "log-group/blue/retention"}
    assert plan.steps[2].request == {
        "name": "blue",
        "version": "1.31",
        "roleArn": ROLE,
        "resourcesVpcConfig": {
            "subnetIds": ["subnet-a", "subnet-b"],
            "securityGroupIds": ["sg-1"],
            "endpointPublicAccess": True,
            "endpointPrivateAccess": True,
            "publicAccessCidrs": ["203.0.113.0/24"],
        },
        "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16"},
        "logging": {
            "clusterLogging": [
                {"types": ["api", "audit"], "enabled": True},
                {"types": ["authenticator", "controllerManager", "scheduler"], "enabled": False},
            ]
        },
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True},
        "upgradePolicy": {"supportType": "STANDARD"},
        "deletionProtection": True,
        "tags": {"team": "payments", OWNER: "eu-central-1/blue", STEP: "cluster/blue"},
    }


def test_what_is_as_declared_needs_no_step() -> None:
    assert plan_cluster(declared(), LIVE, SCOPE) == Plan()


def test_what_is_not_declared_is_not_compared() -> None:
    assert plan_cluster(Cluster(name="blue"), LIVE, SCOPE) == Plan()


DRIFTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "endpoint": (
        {"resources_vpc_config.endpoint_public_access": False},
        {"resourcesVpcConfig": {"endpointPublicAccess": True}},
    ),
    "subnets": (
        {"resources_vpc_config.subnet_ids": ("subnet-a", "subnet-c")},
        {"resourcesVpcConfig": {"subnetIds": ["subnet-a", "subnet-b"]}},
    ),
    "security-groups": ({"resources_vpc_config.security_group_ids": ()}, {"resourcesVpcConfig": {"securityGroupIds": ["sg-1"]}}),
    "deletion-protection": ({"deletion_protection": False}, {"deletionProtection": True}),
    "upgrade-policy": ({"upgrade_policy.support_type": "EXTENDED"}, {"upgradePolicy": {"supportType": "STANDARD"}}),
}


@pytest.mark.parametrize("update", DRIFTS)
def test_a_drift_is_repaired_by_its_own_awaited_update(update: str) -> None:
    before, request = DRIFTS[update]
    (step,) = plan_cluster(declared(), live(settings=before), SCOPE)
    assert (step.key, step.operation, step.request) == (f"cluster/blue/{update}", "UpdateClusterConfig", {"name": "blue", **request})
    assert step.wait
    assert step.wait.request == {"name": "blue", "updateId": Ref(step.key, "update.id")}
    assert (step.wait.success, step.wait.failure) == ({"Successful"}, {"Failed", "Cancelled"})


def test_public_access_cidrs_are_compared_without_their_order() -> None:
    desired = declared(resources_vpc_config={"public_access_cidrs": ["198.51.100.0/24", "203.0.113.0/24"]})
    actual = live(settings={"resources_vpc_config.public_access_cidrs": ("203.0.113.0/24", "198.51.100.0/24")})
    assert plan_cluster(desired, actual, SCOPE) == Plan()


def test_several_updates_follow_each_other_because_eks_takes_one_at_a_time() -> None:
    actual = live(settings={option: value for drift, _request in DRIFTS.values() for option, value in drift.items()})
    plan = plan_cluster(declared(version="1.32"), replace(actual, offered_versions=("1.31", "1.32")), SCOPE)
    *others, last = DRIFTS
    assert [step.key.split("/")[-1] for step in plan] == [*others, "version", last]
    for earlier, later in zip(plan.steps, plan.steps[1:], strict=False):
        assert plan.dependencies(later) == {earlier.key}


def test_log_types_are_switched_in_one_call() -> None:
    (step,) = plan_cluster(declared(), live(settings={"logging": ("scheduler",)}), SCOPE)
    assert step.request["logging"] == {
        "clusterLogging": [
            {"types": ["api", "audit"], "enabled": True},
            {"types": ["authenticator", "controllerManager", "scheduler"], "enabled": False},
        ]
    }


def test_changed_and_removed_tags_are_put_back_and_others_left_alone() -> None:
    (step,) = plan_cluster(declared(tags={"team": "payments", "stage": "live"}), live(tags={"team": "x", "cost": "7"}), SCOPE)
    assert step.request == {"resourceArn": ARN, "tags": {"team": "payments", "stage": "live"}}
    assert step.changes == (Change(path="tags.team", before="x", after="payments"), Change(path="tags.stage", after="live"))


def test_undeclared_tags_are_dropped_only_with_purge_tags_and_ours_never() -> None:
    (step,) = plan_cluster(declared(purge_tags=True), live(tags={"team": "payments", "cost": "7", OWNER: "x", "aws:x": "y"}), SCOPE)
    assert (step.operation, step.request) == ("UntagResource", {"resourceArn": ARN, "tagKeys": ["cost"]})


def test_a_version_upgrade_needs_consent() -> None:
    (step,) = plan_cluster(declared(version="v1.32"), replace(LIVE, offered_versions=("1.32",)), SCOPE)
    assert (step.operation, step.consent, step.reversible) == ("UpdateClusterVersion", "allow_irreversible", False)


def test_encryption_is_added_once_and_with_consent() -> None:
    (step,) = plan_cluster(declared(encryption_config={"key_arn": KEY}), LIVE, SCOPE)
    assert step.request == {"clusterName": "blue", "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": KEY}}]}
    assert (step.operation, step.consent) == ("AssociateEncryptionConfig", "allow_irreversible")


def test_a_cluster_in_creation_is_awaited_and_no_change() -> None:
    plan = plan_cluster(declared(), live(status="CREATING"), SCOPE)
    assert [(step.key, step.kind) for step in plan] == [("cluster/blue", Kind.WAIT)]
    assert not plan.changed


def test_an_update_under_way_is_awaited_and_its_settings_are_not_compared() -> None:
    actual = live(status="UPDATING", settings={"logging": ()}, updates=(UpdateUnderWay(id="u-1", type="LoggingUpdate"),))
    plan = plan_cluster(declared(), actual, SCOPE)
    assert [(step.kind, step.wait and step.wait.request["updateId"]) for step in plan] == [(Kind.WAIT, "u-1")]


def test_a_cluster_in_deletion_is_awaited_and_made_again() -> None:
    plan = plan_cluster(declared(), live(status="DELETING"), SCOPE)
    assert [(step.key, step.kind) for step in plan] == [("cluster/blue/deletion", Kind.WAIT), ("cluster/blue", Kind.CREATE)]
    assert plan.dependencies(plan.steps[1]) == {"cluster/blue/deletion"}


def test_unknown_subnets_defer_the_check_of_their_zones() -> None:
    desired = declared(
        resources_vpc_config={"subnet_ids": [Ref("subnet/a", "Subnet.SubnetId"), "(known after apply: subnet/b Subnet.SubnetId)"]}
    )
    plan = plan_cluster(desired, replace(EMPTY, zones={}), SCOPE)
    assert plan.deferred_checks == ("cluster blue: subnets in at least two zones",)
    created = plan.get("cluster/blue")
    assert created
    assert "subnet/a" in created.depends_on()


def test_subnets_none_of_which_exists_are_refused_in_check_mode_too() -> None:
    made_elsewhere = "(known after apply: subnet/b Subnet.SubnetId)"
    desired = declared(resources_vpc_config={"subnet_ids": ["subnet-a", made_elsewhere], "security_group_ids": ["sg-1", made_elsewhere]})
    found = refusal(desired, replace(EMPTY, zones={}, security_groups=frozenset()))
    assert found.keys() == {"unknown_subnet", "unknown_security_group"}
    assert made_elsewhere not in " ".join(found.values())


def test_what_was_not_looked_up_is_not_missed() -> None:
    assert plan_cluster(declared(), replace(EMPTY, zones=None, security_groups=None), SCOPE).changed


STANDARD_LEFT: dict[str, tuple[dict[str, Any], ClusterActual]] = {
    "a cluster that stays in extended support": ({"upgrade_policy": {"support_type": "EXTENDED"}}, EMPTY),
    "a version in standard support": ({"version": "1.33"}, EMPTY),
    "a policy that is there already": ({}, LIVE),
    "an upgrade out of extended support": ({"version": "1.32"}, live(settings={"upgrade_policy.support_type": "EXTENDED"})),
}


@pytest.mark.parametrize("case", STANDARD_LEFT)
def test_standard_support_is_taken_where_eks_takes_it(case: str) -> None:
    options, actual = STANDARD_LEFT[case]
    extended = frozenset({"1.30", "1.31"})
    actual = replace(actual, offered_versions=("1.31", "1.32", "1.33"), extended_support=extended)
    assert plan_cluster(declared(**options), actual, SCOPE).problems == ()


def test_a_cluster_in_extended_support_cannot_go_back_to_standard_at_its_version() -> None:
    actual = replace(live(settings={"upgrade_policy.support_type": "EXTENDED"}), extended_support=frozenset({"1.31"}))
    assert "STANDARD for 1.31, which is in extended support" in refusal(declared(), actual)["standard_support_over"]


@pytest.mark.parametrize(("control_plane", "oldest"), [(24, 22), (26, 24), (27, 25), (28, 25), (34, 31)])
def test_kubelets_may_be_three_minor_versions_behind_and_two_before_1_25(control_plane: int, oldest: int) -> None:
    assert oldest_kubelet(control_plane) == oldest


def test_node_groups_within_reach_are_no_obstacle_to_an_upgrade_and_unknown_ones_are_told() -> None:
    actual = replace(LIVE, node_versions={"near": "1.29", "image": ""})
    plan = plan_cluster(declared(version="1.32"), actual, SCOPE)
    assert plan.deferred_checks == ("cluster blue: kubelets of node group image, whose image decides their version",)


REFUSALS: dict[str, tuple[dict[str, Any], ClusterActual, str]] = {
    "version_not_offered": ({"version": "1.29"}, EMPTY, "one of 1.30, 1.31, 1.32, 1.33"),
    "one_zone": ({}, replace(EMPTY, zones={"subnet-a": "z", "subnet-b": "z"}), "at least two zones"),
    "unknown_subnet": ({}, replace(EMPTY, zones={"subnet-a": "z"}), "subnet-b"),
    "unknown_security_group": ({}, replace(EMPTY, security_groups=frozenset()), "sg-1"),
    "standard_support_over": ({}, replace(EMPTY, extended_support=frozenset({"1.30", "1.31"})), "standard support (1.32, 1.33)"),
    "nodes_too_old": (
        {"version": "1.32"},
        replace(LIVE, node_versions={"old": "1.28", "older": "1.27", "new": "1.31"}),
        "found 1.32 with node group old at 1.28, node group older at 1.27, wanted node groups at 1.29 or later",
    ),
    "missing_role_arn": ({"role_arn": None}, EMPTY, "role"),
    "missing_subnet_ids": ({"resources_vpc_config": None}, EMPTY, "subnets"),
    "no_endpoint": ({"resources_vpc_config": {"endpoint_public_access": False, "endpoint_private_access": False}}, LIVE, "at least one on"),
    "cidrs_without_public_access": (
        {"resources_vpc_config": {"endpoint_public_access": False, "public_access_cidrs": ["203.0.113.0/24"]}},
        LIVE,
        "Drop public_access_cidrs",
    ),
    "version_skips": (
        {"version": "1.33"},
        LIVE,
        "Cluster blue cannot go from 1.31 to 1.33: EKS moves one minor version at a time. Set version to 1.32 first.",
    ),
    "version_downgrade": ({"version": "1.30"}, LIVE, "1.31 or later"),
    "immutable": ({"role_arn": "arn:aws:iam::123456789012:role/other"}, LIVE, "another cluster"),
    "mode_goes_back": ({"access_config": {"authentication_mode": "CONFIG_MAP"}}, LIVE, "never goes back"),
    "mode_skips": ({}, live(settings={"access_config.authentication_mode": "CONFIG_MAP"}), "API_AND_CONFIG_MAP first"),
    "cluster_failed": ({}, live(status="FAILED"), "delete it"),
    "foreign": ({}, live(tags={"aws:cloudformation:stack-name": "s"}), "CloudFormation"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_what_cannot_be_is_refused_with_what_to_do(code: str) -> None:
    options, actual, words = REFUSALS[code]
    found = refusal(declared(**options), actual)
    assert words in found[code]


def test_all_problems_are_told_at_once() -> None:
    desired = declared(version="1.33", role_arn="arn:aws:iam::123456789012:role/other")
    assert refusal(desired, live(status="FAILED")).keys() == {"version_skips", "immutable", "cluster_failed"}


def absent(**changes: Any) -> Cluster:
    return Cluster.from_options({"name": "blue", "state": "absent", "deletion_protection": False, **changes}, SCOPE)


def test_deletion_takes_protection_off_first_and_the_log_group_last() -> None:
    plan = plan_cluster(absent(), LIVE, SCOPE)
    assert [step.operation for step in plan] == ["UpdateClusterConfig", "DeleteCluster", "DeleteLogGroup"]
    assert [plan.dependencies(step) for step in plan] == [set(), {"cluster/blue/deletion-protection"}, {"cluster/blue"}]
    wait = plan.steps[1].wait
    assert wait
    assert wait.gone


def test_the_log_group_is_watched_for_a_minute_because_late_logs_make_it_again() -> None:
    watch = plan_cluster(absent(), LIVE, SCOPE).steps[-1].wait
    assert watch
    assert (watch.operation, watch.least_seconds) == ("DescribeLogGroups", 60)


def test_a_kept_log_group_is_told() -> None:
    plan = plan_cluster(absent(delete_log_group=False), LIVE, SCOPE)
    assert [step.operation for step in plan] == ["UpdateClusterConfig", "DeleteCluster"]
    assert plan.notes == ("Log group /aws/eks/blue/cluster is kept: delete_log_group is false",)


def test_a_log_group_of_somebody_else_is_left_alone() -> None:
    actual = ClusterActual(log_group=LogGroup(name="/aws/eks/blue/cluster", tags={"team": "x"}))
    plan = plan_cluster(absent(), actual, SCOPE)
    assert plan.steps == ()
    assert "is kept" in plan.notes[0]


def test_what_is_gone_needs_no_deletion() -> None:
    assert plan_cluster(absent(), ClusterActual(), SCOPE) == Plan()


def test_a_deletion_under_way_is_awaited() -> None:
    plan = plan_cluster(absent(delete_log_group=False), live(status="DELETING"), SCOPE)
    assert [step.kind for step in plan] == [Kind.WAIT]


def test_deletion_is_refused_without_owner_tag_with_protection_and_with_members() -> None:
    actual = replace(live(tags={}), members=("nodegroup/general",))
    found = refusal(absent(deletion_protection=None), actual)
    assert found.keys() == {"not_ours", "deletion_protected", "has_members"}
    assert "nodegroup/general" in found["has_members"]


def test_node_groups_that_go_in_the_same_plan_go_first() -> None:
    desired = replace(absent(), nodegroups_deleted=frozenset({"general"}))
    step = plan_cluster(desired, replace(LIVE, members=("nodegroup/general",)), SCOPE).get("cluster/blue")
    assert step
    assert "nodegroup/general" in step.after


CONFIGURATIONS = st.fixed_dictionaries(
    {},
    optional={
        "logging": st.lists(st.sampled_from(["api", "audit", "scheduler"]), unique=True),
        "deletion_protection": st.booleans(),
        "upgrade_policy": st.fixed_dictionaries({"support_type": st.sampled_from(["STANDARD", "EXTENDED"])}),
        "zonal_shift_config": st.fixed_dictionaries({"enabled": st.booleans()}),
        "version": st.sampled_from(["1.31", "1.32"]),
        "tags": st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy")),
        "purge_tags": st.booleans(),
        "log_retention_days": st.sampled_from([30, 90]),
        "encryption_config": st.just({"key_arn": KEY}),
        "resources_vpc_config": st.fixed_dictionaries(
            {"endpoint_private_access": st.just(value=True)},
            optional={
                "public_access_cidrs": st.lists(st.sampled_from(["203.0.113.0/24", "198.51.100.0/24"]), min_size=1, unique=True),
                "subnet_ids": st.just(["subnet-b", "subnet-a"]),
                "security_group_ids": st.lists(st.sampled_from(["sg-1", "sg-2"]), unique=True),
            },
        ),
    },
)


@given(options=CONFIGURATIONS)
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(options: dict[str, Any]) -> None:
    desired = Cluster.from_options({"name": "blue", **options}, SCOPE)
    once = after_run(plan_cluster(desired, LIVE, SCOPE), desired, LIVE)
    assert plan_cluster(desired, once, SCOPE).steps == ()
