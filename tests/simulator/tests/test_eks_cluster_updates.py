# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates of a cluster: each type, what is refused and in which words, and how they end."""

from __future__ import annotations

from typing import Any

import pytest
from eks_world import KEY, LOG_GROUP, Answer, Aws, subnet

from simulator.seam import Refusal
from simulator.services.eks.store import Record

LOGS_ON = {"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]}
OTHER_LOGS = {"clusterLogging": [{"types": ["scheduler"], "enabled": True}]}
ALL_ON: Answer = {
    "computeConfig": {"enabled": True},
    "kubernetesNetworkConfig": {"elasticLoadBalancing": {"enabled": True}},
    "storageConfig": {"blockStorage": {"enabled": True}},
}
AUTO_MODE_TEXT = (
    "For EKS Auto Mode, please ensure that all required configs, including computeConfig, kubernetesNetworkConfig, and blockStorage"
    " are all either fully enabled or fully disabled."
)


@pytest.fixture
def aws() -> Aws:
    world = Aws()
    world.active()
    return world


def configure(aws: Aws, **parameters: Any) -> Answer:
    update: Answer = aws("UpdateClusterConfig", name="blue", **parameters)["update"]
    return update


def update_of(aws: Aws, update: Answer, **owner: str) -> Answer:
    found: Answer = aws("DescribeUpdate", name="blue", updateId=update["id"], **owner)["update"]
    return found


def refusal(aws: Aws, operation: str = "UpdateClusterConfig", **parameters: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        aws(operation, **({"name": "blue"} | parameters))
    return caught.value


def add_nodegroup(aws: Aws, name: str, version: str) -> None:
    aws.cluster().nodegroups[name] = Record(shown={"nodegroupName": name, "version": version})


CHANGES: dict[str, tuple[Answer, Answer]] = {
    "EndpointAccessUpdate": ({"resourcesVpcConfig": {"endpointPrivateAccess": True}}, {}),
    "VpcConfigUpdate": ({"resourcesVpcConfig": {"subnetIds": ["subnet-a", "subnet-b"]}}, {}),
    "ControlPlaneEgressUpdate": ({"resourcesVpcConfig": {"controlPlaneEgressMode": "CUSTOMER_ROUTED"}}, {}),
    "LoggingUpdate": (
        {"logging": LOGS_ON},
        {
            "clusterLogging": [
                {"types": ["api", "audit"], "enabled": True},
                {"types": ["authenticator", "controllerManager", "scheduler"], "enabled": False},
            ]
        },
    ),
    "AccessConfigUpdate": ({"accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"}}, {}),
    "UpgradePolicyUpdate": ({"upgradePolicy": {"supportType": "STANDARD"}}, {}),
    "ZonalShiftConfigUpdate": ({"zonalShiftConfig": {"enabled": True}}, {}),
    "RemoteNetworkConfigUpdate": ({"remoteNetworkConfig": {"remoteNodeNetworks": [{"cidrs": ["10.200.0.0/16"]}]}}, {}),
    "DeletionProtectionUpdate": ({"deletionProtection": True}, {}),
    "ControlPlaneScalingConfigUpdate": ({"controlPlaneScalingConfig": {"tier": "tier-xl"}}, {}),
    "ControlPlaneComponentConfigUpdate": ({"kubeApiServerConfig": {"eventTtl": "2h"}}, {}),
}


@pytest.mark.row("Update states")
@pytest.mark.row("Duration: config update")
@pytest.mark.parametrize("kind", CHANGES)
def test_an_update_changes_the_cluster_when_it_has_succeeded_and_not_before(aws: Aws, kind: str) -> None:
    (member, wanted), expected = next(iter(CHANGES[kind][0].items())), CHANGES[kind][1]
    before = aws.describe()
    update = configure(aws, **{member: wanted})
    assert (update["type"], update["status"], update["errors"]) == (kind, "InProgress", [])
    aws.pass_time(115)
    assert aws.describe().get(member) == before.get(member)
    aws.pass_time(10)
    assert update_of(aws, update)["status"] == "Successful"
    after = aws.describe()[member]
    assert after == (expected or (before.get(member, {}) | wanted if isinstance(wanted, dict) else wanted))


@pytest.mark.row("No-op update is an error")
@pytest.mark.parametrize("kind", CHANGES)
def test_the_same_update_again_is_refused(aws: Aws, kind: str) -> None:
    configure(aws, **CHANGES[kind][0])
    aws.pass_time(125)
    assert refusal(aws, **CHANGES[kind][0]).code == "InvalidParameterException"


@pytest.mark.row("No-op update is an error")
def test_the_words_for_no_change(aws: Aws) -> None:
    aws.pass_time(1)
    endpoint = "Cluster is already at the desired configuration with endpointPrivateAccess: false , endpointPublicAccess: true, "
    said = refusal(aws, resourcesVpcConfig={"endpointPublicAccess": True}).message
    assert said == endpoint + "and Public Endpoint Restrictions: [0.0.0.0/0]"
    off = {"clusterLogging": [{"types": ["api"], "enabled": False}]}
    assert refusal(aws, logging=off).message == "No changes needed for the logging config provided"
    assert refusal(aws).message == "The type for cluster update was not provided."
    networks = {"remoteNodeNetworks": [{"cidrs": ["10.200.0.0/16"]}]}
    configure(aws, remoteNetworkConfig=networks)
    aws.pass_time(125)
    assert refusal(aws, remoteNetworkConfig=networks).message == "No changes detected"


@pytest.mark.row("One update at a time per cluster")
def test_a_second_update_is_refused_while_one_is_in_progress(aws: Aws) -> None:
    configure(aws, logging=LOGS_ON)
    said = refusal(aws, logging=OTHER_LOGS)
    assert (said.code, said.status) == ("ResourceInUseException", 409)
    assert said.message == "Cannot LoggingUpdate because cluster blue currently has update in progress"
    assert "Cannot VersionUpdate because cluster blue" in refusal(aws, "UpdateClusterVersion", version="1.36").message
    aws.pass_time(125)
    assert configure(aws, logging=OTHER_LOGS)["status"] == "InProgress"


@pytest.mark.row("Config types cannot be combined in one UpdateClusterConfig")
@pytest.mark.parametrize(
    "two",
    [
        {"logging": LOGS_ON, "deletionProtection": True},
        {"resourcesVpcConfig": {"subnetIds": ["subnet-a", "subnet-b"], "endpointPrivateAccess": True}},
        {"accessConfig": {"authenticationMode": "API"}, "upgradePolicy": {"supportType": "STANDARD"}},
    ],
)
def test_two_types_in_one_call_are_refused(aws: Aws, two: Answer) -> None:
    assert refusal(aws, **two).message == "Only one type of update can be allowed."


@pytest.mark.row("Config types cannot be combined in one UpdateClusterConfig")
def test_subnets_and_security_groups_may_come_together_and_move_the_interfaces(aws: Aws) -> None:
    configure(aws, resourcesVpcConfig={"subnetIds": ["subnet-a", "subnet-b"], "securityGroupIds": ["sg-1"]})
    aws.pass_time(125)
    assert {made["SubnetId"] for made in aws.ec2.interfaces.values()} == {"subnet-a", "subnet-b"}
    assert all("sg-1" in made["Groups"] for made in aws.ec2.interfaces.values())


def test_a_subnet_that_went_during_the_update_fails_it(aws: Aws) -> None:
    aws.ec2.subnets["subnet-d"] = subnet("subnet-d", "eu-central-1c")
    update = configure(aws, resourcesVpcConfig={"subnetIds": ["subnet-a", "subnet-d"]})
    del aws.ec2.subnets["subnet-d"]
    aws.pass_time(125)
    found = update_of(aws, update)
    assert (found["status"], found["errors"][0]["errorCode"]) == ("Failed", "SubnetNotFound")
    assert "subnet-c" in aws.describe()["resourcesVpcConfig"]["subnetIds"]


@pytest.mark.row("Cluster status is eventually consistent")
def test_the_status_follows_the_update_late(aws: Aws) -> None:
    configure(aws, deletionProtection=True)
    assert aws.describe()["status"] == "ACTIVE"
    aws.pass_time(6)
    assert aws.describe()["status"] == "UPDATING"
    aws.pass_time(120)
    assert aws.describe()["status"] == "ACTIVE"


@pytest.mark.row("Update states")
@pytest.mark.parametrize("outcome", ["Failed", "Cancelled"])
def test_an_update_that_was_ordered_to_fail_leaves_the_cluster_as_it_was(aws: Aws, outcome: str) -> None:
    aws.order("update", outcome, [{"code": "EniLimitReached", "message": "too many", "resourceIds": ["subnet-a"]}], after=30)
    update = configure(aws, deletionProtection=True)
    aws.pass_time(31)
    found = update_of(aws, update)
    assert (found["status"], found["errors"][0]["errorCode"]) == (outcome, "EniLimitReached")
    assert (aws.describe()["deletionProtection"], aws.describe()["status"]) == (False, "ACTIVE")


@pytest.mark.row("Update states")
def test_the_update_of_a_node_group_is_found_only_under_its_name(aws: Aws) -> None:
    add_nodegroup(aws, "general", "1.35")
    own = configure(aws, deletionProtection=True)
    aws.cluster().updates["u-1"] = Record(shown={"id": "u-1", "status": "InProgress"}, hidden={"nodegroup": "general"})
    assert "No update found for ID: u-1" in refusal(aws, "DescribeUpdate", updateId="u-1").message
    assert update_of(aws, {"id": "u-1"}, nodegroupName="general")["status"] == "InProgress"
    assert aws("ListUpdates", name="blue")["updateIds"] == [own["id"]]
    assert aws("ListUpdates", name="blue", nodegroupName="general")["updateIds"] == ["u-1"]
    assert refusal(aws, "ListUpdates", nodegroupName="none").code == "ResourceNotFoundException"


def test_the_update_of_a_node_group_does_not_block_the_cluster(aws: Aws) -> None:
    aws.cluster().updates["u-1"] = Record(shown={"id": "u-1", "status": "InProgress"}, hidden={"nodegroup": "general"})
    assert configure(aws, deletionProtection=True)["status"] == "InProgress"


def test_at_speed_inf_the_second_read_of_the_update_ends_it(aws: Aws) -> None:
    aws.world.clock.run_at(float("inf"))
    update = configure(aws, deletionProtection=True)
    assert [update_of(aws, update)["status"] for _look in range(2)] == ["InProgress", "Successful"]


@pytest.mark.row("Version +1 only")
@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("1.33", "Unsupported Kubernetes minor version update from 1.31 to 1.33"),
        ("1.31", "Unsupported Kubernetes minor version update from 1.31 to 1.31"),
        ("1.30", "unsupported Kubernetes version"),
        ("1.99", "unsupported Kubernetes version"),
        ("v1.32", "unsupported Kubernetes version"),
    ],
)
def test_a_version_update_goes_one_minor_version_up(aws: Aws, wanted: str, text: str) -> None:
    aws.active("old", version="1.31")
    assert refusal(aws, "UpdateClusterVersion", name="old", version=wanted).message == text


@pytest.mark.row("Duration: version update")
def test_a_version_update_takes_its_time_and_changes_the_platform_too(aws: Aws) -> None:
    before = aws.describe()["platformVersion"]
    update = aws("UpdateClusterVersion", name="blue", version="1.36")["update"]
    assert {"type": "Version", "value": "1.36"} in update["params"]
    aws.pass_time(590)
    assert aws.describe()["version"] == "1.35"
    aws.pass_time(6)
    assert aws.describe()["version"] == "1.36"
    assert aws.describe()["platformVersion"] != before


@pytest.mark.row("Subnets")
def test_a_version_update_without_free_addresses_fails(aws: Aws) -> None:
    update = aws("UpdateClusterVersion", name="blue", version="1.36")["update"]
    for found in aws.ec2.subnets.values():
        found["AvailableIpAddressCount"] = 1
    aws.pass_time(600)
    assert update_of(aws, update)["errors"][0]["errorCode"] == "IpNotAvailable"
    assert aws.describe()["version"] == "1.35"


@pytest.mark.row("Node skew on control-plane update")
def test_node_groups_may_be_three_minor_versions_behind_and_no_more(aws: Aws) -> None:
    add_nodegroup(aws, "old", "1.32")
    said = refusal(aws, "UpdateClusterVersion", version="1.36").message
    assert said == "Nodegroups old must be updated to match cluster version 1.35 before updating cluster version"
    add_nodegroup(aws, "old", "1.33")
    assert aws("UpdateClusterVersion", name="blue", version="1.36")["update"]["type"] == "VersionUpdate"


@pytest.mark.row("Insights gate")
def test_an_insight_that_says_error_blocks_the_version_until_it_is_forced(aws: Aws) -> None:
    aws.order("insights", "ERROR")
    for _attempt in range(2):
        said = refusal(aws, "UpdateClusterVersion", version="1.36")
        assert said.code == "InvalidStateException"
        assert said.message == (
            "Amazon EKS detected upgrade readiness issues. Call the ListInsights API to view detected upgrade blocking issues."
            " Pass the force flag when updating to override upgrade readiness errors."
        )
    assert aws("UpdateClusterVersion", name="blue", version="1.36", force=True)["update"]["status"] == "InProgress"


@pytest.mark.row("Rollback")
def test_a_rollback_is_refused_by_name(aws: Aws) -> None:
    aws("UpdateClusterVersion", name="blue", version="1.36")
    aws.pass_time(600)
    assert refusal(aws, "UpdateClusterVersion", version="1.35").code == "NotImplementedBySimulator"
    aws.pass_time(8 * 86_400)
    assert "from 1.36 to 1.35" in refusal(aws, "UpdateClusterVersion", version="1.35").message


@pytest.mark.row("CancelUpdate")
def test_only_a_rollback_can_be_cancelled(aws: Aws) -> None:
    update = configure(aws, deletionProtection=True)
    assert refusal(aws, "CancelUpdate", updateId=update["id"]).code == "InvalidRequestException"
    assert refusal(aws, "CancelUpdate", updateId="none").code == "ResourceNotFoundException"


@pytest.mark.row("Authentication mode one-way")
def test_the_authentication_mode_goes_one_way_step_by_step(aws: Aws) -> None:
    assert aws.describe()["accessConfig"] == {"authenticationMode": "CONFIG_MAP"}
    said = refusal(aws, accessConfig={"authenticationMode": "API"}).message
    assert said == "Unsupported authentication mode update from CONFIG_MAP to API"
    for mode in ("API_AND_CONFIG_MAP", "API"):
        configure(aws, accessConfig={"authenticationMode": mode})
        aws.pass_time(125)
    assert "from API to API_AND_CONFIG_MAP" in refusal(aws, accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"}).message


@pytest.mark.row("Auto Mode")
def test_auto_mode_is_all_or_nothing(aws: Aws) -> None:
    two = {member: ALL_ON[member] for member in ("computeConfig", "storageConfig")}
    assert refusal(aws, **two).message == AUTO_MODE_TEXT
    mixed = ALL_ON | {"storageConfig": {"blockStorage": {"enabled": False}}}
    assert refusal(aws, **mixed).message == AUTO_MODE_TEXT
    assert "authentication mode" in refusal(aws, **ALL_ON).message


@pytest.mark.row("Auto Mode")
def test_the_node_role_of_auto_mode_is_immutable(aws: Aws) -> None:
    aws.active("auto", accessConfig={"authenticationMode": "API"})
    compute = {"enabled": True, "nodePools": ["system"], "nodeRoleArn": "arn:aws:iam::123456789012:role/a"}
    update = aws("UpdateClusterConfig", name="auto", **(ALL_ON | {"computeConfig": compute}))["update"]
    assert update["type"] == "AutoModeUpdate"
    aws.pass_time(125)
    assert aws.describe("auto")["computeConfig"] == compute
    other = compute | {"nodeRoleArn": "arn:aws:iam::123456789012:role/b"}
    assert "nodeRoleArn" in refusal(aws, name="auto", **(ALL_ON | {"computeConfig": other})).message


@pytest.mark.row("Immutable")
def test_what_has_no_way_back(aws: Aws) -> None:
    configure(aws, resourcesVpcConfig={"controlPlaneEgressMode": "CUSTOMER_ROUTED"})
    aws.pass_time(125)
    assert "from CUSTOMER_ROUTED to AWS_MANAGED" in refusal(aws, resourcesVpcConfig={"controlPlaneEgressMode": "AWS_MANAGED"}).message
    aws.active("old", version="1.32")
    assert "extended support" in refusal(aws, name="old", upgradePolicy={"supportType": "STANDARD"}).message
    aws.ec2.subnets |= {f"other-{zone}": subnet(f"other-{zone}", f"eu-central-1{zone}", VpcId="vpc-2") for zone in "ab"}
    assert "VPC" in refusal(aws, resourcesVpcConfig={"subnetIds": ["other-a", "other-b"]}).message


@pytest.mark.row("Immutable")
@pytest.mark.row("Duration: KMS association")
def test_encryption_is_associated_once(aws: Aws) -> None:
    config = [{"resources": ["secrets"], "provider": {"keyArn": KEY}}]
    update = aws("AssociateEncryptionConfig", clusterName="blue", encryptionConfig=config)["update"]
    aws.pass_time(1190)
    assert update_of(aws, update)["status"] == "InProgress"
    aws.pass_time(11)
    assert aws.describe()["encryptionConfig"] == config
    with pytest.raises(Refusal, match="already has encryption"):
        aws("AssociateEncryptionConfig", clusterName="blue", encryptionConfig=config)


def test_logs_that_are_switched_on_later_make_the_log_group(aws: Aws) -> None:
    configure(aws, logging=LOGS_ON)
    aws.pass_time(125)
    assert aws.logs.groups == []
    aws.pass_time(61)
    assert aws.logs.groups == [LOG_GROUP]


def test_an_update_of_a_cluster_that_is_not_active_is_refused(aws: Aws) -> None:
    aws.create("green")
    assert refusal(aws, name="green", logging=LOGS_ON).code == "ResourceInUseException"


@pytest.mark.row("Delete cluster")
def test_a_cluster_in_use_is_not_deleted(aws: Aws) -> None:
    add_nodegroup(aws, "general", "1.35")
    said = refusal(aws, "DeleteCluster")
    assert (said.code, said.status, said.message) == ("ResourceInUseException", 409, "Cluster has nodegroups attached")
    aws.cluster().nodegroups.clear()
    aws.cluster().fargate_profiles["fp"] = Record(shown={"status": "ACTIVE"})
    assert refusal(aws, "DeleteCluster").message == "Cluster has Fargate Profiles in ACTIVE/CREATING state"


@pytest.mark.row("Delete cluster")
def test_an_update_in_progress_and_deletion_protection_keep_the_cluster(aws: Aws) -> None:
    configure(aws, deletionProtection=True)
    assert "update in progress" in refusal(aws, "DeleteCluster").message
    aws.pass_time(125)
    assert "deletion protection" in refusal(aws, "DeleteCluster").message
    configure(aws, deletionProtection=False)
    aws.pass_time(125)
    assert aws("DeleteCluster", name="blue")["cluster"]["status"] == "DELETING"


@pytest.mark.row("Delete cluster")
def test_add_ons_and_pod_identities_die_with_the_cluster(aws: Aws) -> None:
    aws.cluster().addons["coredns"] = Record(shown={"addonName": "coredns"})
    aws.cluster().pod_identities["a-1"] = Record(shown={"associationId": "a-1"})
    aws("DeleteCluster", name="blue")
    aws.pass_time(180)
    aws.active()
    assert (aws.cluster().addons, aws.cluster().pod_identities) == ({}, {})
