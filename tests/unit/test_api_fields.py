# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every field of the calls that create and change things is reached by a plan, or left out for a reason.

The fields are those of the service model of the pinned botocore, so a new SDK with a new field fails here until somebody decides.
That a field is reached is shown by plans of everything that can be declared, not by the names of options.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.addons import Addons, AddonsActual, LiveAddon, OfferedVersion
from ansible_collections.cutover.eks.plugins.module_utils._model.cluster import SETTINGS, Cluster, ClusterActual, LiveCluster
from ansible_collections.cutover.eks.plugins.module_utils._model.iam_roles import IamRoles, IamRolesActual
from ansible_collections.cutover.eks.plugins.module_utils._model.network import Network
from ansible_collections.cutover.eks.plugins.module_utils._model.network_actual import NetworkActual, Zone
from ansible_collections.cutover.eks.plugins.module_utils._model.nodegroups import LiveNodegroup, Nodegroups, NodegroupsActual, Taint
from ansible_collections.cutover.eks.plugins.module_utils._model.record_sets import POLICIES
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import OWNER, Scope
from ansible_collections.cutover.eks.plugins.module_utils._model.weighted_records import WeightedRecords, WeightedRecordsActual
from ansible_collections.cutover.eks.plugins.module_utils._model.weighted_records import Zone as HostedZone
from ansible_collections.cutover.eks.plugins.module_utils._plan.addons import plan_addons
from ansible_collections.cutover.eks.plugins.module_utils._plan.cluster import plan_cluster
from ansible_collections.cutover.eks.plugins.module_utils._plan.iam_roles import plan_iam_roles
from ansible_collections.cutover.eks.plugins.module_utils._plan.network import plan_network
from ansible_collections.cutover.eks.plugins.module_utils._plan.nodegroups import plan_nodegroups
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Plan
from ansible_collections.cutover.eks.plugins.module_utils._plan.weighted_records import plan_weighted_records

SCOPE = Scope(account="123456789012", region="eu-central-1")
TAGS = {"team": "payments"}

# ---- what is left out

OUTPOSTS = "clusters on Outposts are outside of this collection"
AUTO_MODE = "EKS Auto Mode replaces node groups; it comes as a noun of its own"
TUNING = "tuning of the control plane's components is not offered yet"
EGRESS = "cannot be undone and needs the network's routes checked first; not offered yet"
WARM_POOL = "warm pools are not offered yet"
STRATEGY = "how EKS replaces nodes is not offered yet"
FORCE = "goes against pod disruption budgets and readiness checks; a drain of one's own comes with the upgrades"
ELSEWHERE = "the executor fills it in"
IPV6 = "IPv6 comes with a later version"
IPAM = "address pools of IPAM are not offered yet"
DRY_RUN = "check mode plans without a call"
REPAIRS = dict.fromkeys(
    (
        "nodeRepairConfig.maxUnhealthyNodeThresholdCount",
        "nodeRepairConfig.maxUnhealthyNodeThresholdPercentage",
        "nodeRepairConfig.maxParallelNodesRepairedCount",
        "nodeRepairConfig.maxParallelNodesRepairedPercentage",
        "nodeRepairConfig.nodeRepairConfigOverrides",
    ),
    "how nodes are repaired is not offered yet; whether they are, is",
)

RECORD = "ChangeBatch.Changes.ResourceRecordSet"
SECONDARY = ("SecondaryAllocationIds", "SecondaryPrivateIpAddresses", "SecondaryPrivateIpAddressCount")

LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "eks.CreateCluster": {
        "resourcesVpcConfig.controlPlaneEgressMode": EGRESS,
        "kubernetesNetworkConfig.elasticLoadBalancing": AUTO_MODE,
        "computeConfig": AUTO_MODE,
        "storageConfig": AUTO_MODE,
        "outpostConfig": OUTPOSTS,
        "kubeApiServerConfig": TUNING,
        "kubeSchedulerConfig": TUNING,
        "kubeControllerManagerConfig": TUNING,
        "clientRequestToken": ELSEWHERE,
    },
    "eks.UpdateClusterConfig": {
        "resourcesVpcConfig.controlPlaneEgressMode": EGRESS,
        "kubernetesNetworkConfig.serviceIpv4Cidr": "EKS takes the field and refuses another value: immutable",
        "kubernetesNetworkConfig.ipFamily": "EKS takes the field and refuses another value: immutable",
        "kubernetesNetworkConfig.elasticLoadBalancing": AUTO_MODE,
        "computeConfig": AUTO_MODE,
        "storageConfig": AUTO_MODE,
        "kubeApiServerConfig": TUNING,
        "kubeSchedulerConfig": TUNING,
        "kubeControllerManagerConfig": TUNING,
        "clientRequestToken": ELSEWHERE,
    },
    "eks.UpdateClusterVersion": {
        "force": "goes against the upgrade insights of EKS; it comes with the upgrades",
        "rollbackConfig": "taking a version back comes with the upgrades",
        "clientRequestToken": ELSEWHERE,
    },
    "eks.AssociateEncryptionConfig": {"clientRequestToken": ELSEWHERE},
    "eks.DeleteCluster": {},
    "eks.CreateNodegroup": {
        "diskSize": "the disk is in the launch template, which EKS does not take together with this field",
        "remoteAccess": "no SSH keys on nodes: Session Manager; a launch template of one's own can have one",
        "updateConfig.updateStrategy": STRATEGY,
        **REPAIRS,
        "warmPoolConfig": WARM_POOL,
        "clientRequestToken": ELSEWHERE,
    },
    "eks.UpdateNodegroupConfig": {
        "updateConfig.updateStrategy": STRATEGY,
        **REPAIRS,
        "warmPoolConfig": WARM_POOL,
        "clientRequestToken": ELSEWHERE,
    },
    "eks.UpdateNodegroupVersion": {"force": FORCE, "clientRequestToken": ELSEWHERE},
    "eks.DeleteNodegroup": {},
    "eks.CreateAddon": {
        "namespaceConfig": "an add-on outside of its usual name space is not offered yet",
        "clientRequestToken": ELSEWHERE,
    },
    "eks.UpdateAddon": {"clientRequestToken": ELSEWHERE},
    "eks.DeleteAddon": {},
    "ec2.CreateVpc": {
        **dict.fromkeys(("Ipv6Pool", "Ipv6CidrBlock", "Ipv6CidrBlockNetworkBorderGroup", "AmazonProvidedIpv6CidrBlock"), IPV6),
        **dict.fromkeys(("Ipv4IpamPoolId", "Ipv4NetmaskLength", "Ipv6IpamPoolId", "Ipv6NetmaskLength"), IPAM),
        "VpcEncryptionControl": "paid encryption control of the VPC is not offered yet",
        "InstanceTenancy": "dedicated hosts are not offered: adopt a VPC that was made for them",
        "DryRun": DRY_RUN,
    },
    "ec2.CreateSubnet": {
        **dict.fromkeys(("Ipv6CidrBlock", "Ipv6Native"), IPV6),
        **dict.fromkeys(("Ipv4IpamPoolId", "Ipv4NetmaskLength", "Ipv6IpamPoolId", "Ipv6NetmaskLength"), IPAM),
        "AvailabilityZoneId": "zones are declared by name",
        "OutpostArn": OUTPOSTS,
        "DryRun": DRY_RUN,
    },
    "ec2.CreateNatGateway": {
        **dict.fromkeys(("AvailabilityMode", "AvailabilityZoneAddresses", "VpcId"), "a gateway for all zones is not offered yet"),
        **dict.fromkeys(SECONDARY, "a second address, for more than 55,000 connections to one destination, is not offered yet"),
        "PrivateIpAddress": "AWS chooses a free one",
        "ClientToken": ELSEWHERE,
        "DryRun": DRY_RUN,
    },
    "ec2.CreateSecurityGroup": {"DryRun": DRY_RUN},
    "iam.CreateRole": {
        "Description": "the owner tags say what a role is for",
        "MaxSessionDuration": "cluster, nodes and pods renew their sessions themselves",
    },
    "route53.ChangeResourceRecordSets": {
        **dict.fromkeys(
            (f"{RECORD}.{policy}" for policy in (*POLICIES, "TrafficPolicyInstanceId")), "records of other policies are refused"
        )
    },
}
"""By call: fields (with all that is below them) without an option, and why."""

# ---- what is reached

CLUSTER: dict[str, Any] = {
    "name": "blue",
    "version": "1.35",
    "role_arn": "arn:aws:iam::123456789012:role/blue",
    "resources_vpc_config": {
        "subnet_ids": ["subnet-a", "subnet-b"],
        "security_group_ids": ["sg-1"],
        "endpoint_public_access": True,
        "endpoint_private_access": True,
        "public_access_cidrs": ["203.0.113.0/24"],
    },
    "kubernetes_network_config": {"service_ipv4_cidr": "172.20.0.0/16", "ip_family": "ipv4"},
    "logging": ["api", "audit"],
    "encryption_config": {"key_arn": "arn:aws:kms:eu-central-1:123456789012:key/1"},
    "access_config": {"authentication_mode": "API_AND_CONFIG_MAP", "bootstrap_cluster_creator_admin_permissions": True},
    "bootstrap_self_managed_addons": False,
    "upgrade_policy": {"support_type": "STANDARD"},
    "zonal_shift_config": {"enabled": True},
    "control_plane_scaling_config": {"tier": "tier-xl"},
    "remote_network_config": {"remote_node_networks": ["10.80.0.0/16"], "remote_pod_networks": ["10.81.0.0/16"]},
    "deletion_protection": True,
    "tags": TAGS,
}
CREATED_ALONE = {"bootstrap_self_managed_addons", "kubernetes_network_config", "role_arn"}
SEEN = {
    "offered_versions": ("1.34", "1.35"),
    "zones": {"subnet-a": "eu-central-1a", "subnet-b": "eu-central-1b"},
    "security_groups": frozenset({"sg-1"}),
}


def clusters() -> Iterator[Plan]:
    yield plan_cluster(Cluster.from_options(CLUSTER, SCOPE), ClusterActual(**SEEN), SCOPE)
    settings = {setting.option: setting.absent for setting in SETTINGS} | {"resources_vpc_config.endpoint_public_access": False}
    live = LiveCluster(
        name="blue", arn="arn:cluster", status="ACTIVE", version="1.34", settings=settings, tags={OWNER: SCOPE.owner("blue")}
    )
    changed = {name: value for name, value in CLUSTER.items() if name not in CREATED_ALONE}
    yield plan_cluster(Cluster.from_options(changed, SCOPE), ClusterActual(cluster=live, **SEEN), SCOPE)
    gone = Cluster.from_options({"name": "blue", "state": "absent"}, SCOPE)
    yield plan_cluster(gone, ClusterActual(cluster=live), SCOPE)


NODES: dict[str, Any] = {
    "cluster": "blue",
    "subnet_ids": ["subnet-a", "subnet-b"],
    "node_role_arn": "arn:aws:iam::123456789012:role/node",
    "purge_labels": True,
}
GENERAL: dict[str, Any] = {
    "name": "general",
    "instance_types": ["m7i.large"],
    "ami_type": "AL2023_x86_64_STANDARD",
    "capacity_type": "SPOT",
    "version": "1.35",
    "release_version": "1.35.1-20260101",
    "scaling": {"min_size": 1, "max_size": 3, "desired_size": 2},
    "labels": {"pool": "general"},
    "taints": [{"key": "dedicated", "value": "x", "effect": "NO_SCHEDULE"}],
    "update_config": {"max_unavailable_percentage": 33},
    "node_repair_config": {"enabled": True},
    "disk": {"size_gib": 50},
    "tags": TAGS,
}
THEIRS: dict[str, Any] = {
    "name": "theirs",
    "launch_template": {"name": "company", "version": "3"},
    "update_config": {"max_unavailable": 1},
}
BY_ID: dict[str, Any] = {"name": "by-id", "launch_template": {"id": "lt-1", "version": "3"}}


def live_nodegroup(name: str) -> LiveNodegroup:
    fields = {option: tuple(NODES["subnet_ids"]) if option == "subnet_ids" else NODES[option] for option in ("subnet_ids", "node_role_arn")}
    return LiveNodegroup(
        name=name, arn="arn:nodegroup", status="ACTIVE", version="1.34", fields=fields, max_size=9, desired_size=9, labels={"old": "x"},
        taints=frozenset({Taint(key="old", value="x", effect="NO_EXECUTE")}), template_id="lt-1", template_version="1",
        tags={OWNER: SCOPE.owner("blue")},
    )  # fmt: skip


def nodegroups() -> Iterator[Plan]:
    seen: dict[str, Any] = {"cluster_version": "1.35", "cluster_status": "ACTIVE", "architectures": {"m7i.large": frozenset({"x86_64"})}}
    groups = [GENERAL, THEIRS, BY_ID]
    yield plan_nodegroups(Nodegroups.from_options({**NODES, "nodegroups": groups}, SCOPE), NodegroupsActual(**seen), SCOPE)
    live = {group["name"]: live_nodegroup(group["name"]) for group in groups}
    own = {name: value for name, value in GENERAL.items() if name not in ("disk", "instance_types", "ami_type", "capacity_type")}
    changed = Nodegroups.from_options({**NODES, "nodegroups": [own, THEIRS, BY_ID]}, SCOPE)
    yield plan_nodegroups(changed, NodegroupsActual(**seen, nodegroups=live), SCOPE)
    yield plan_nodegroups(
        Nodegroups.from_options({"cluster": "blue", "state": "absent"}, SCOPE), NodegroupsActual(**seen, nodegroups=live), SCOPE
    )


ROLE = "arn:aws:iam::123456789012:role/ebs"
ADDON: dict[str, Any] = {
    "name": "aws-ebs-csi-driver",
    "version": "v2.0.0-eksbuild.1",
    "configuration_values": {"node": {"enableMetrics": True}},
    "resolve_conflicts": "OVERWRITE",
    "preserve": True,
    "tags": TAGS,
}
LINKED = {**ADDON, "pod_identity_associations": [{"service_account": "ebs-csi-controller-sa", "role_arn": ROLE}]}
WITH_ROLE = {**ADDON, "service_account_role_arn": ROLE}


def addons() -> Iterator[Plan]:
    offered = {ADDON["name"]: (OfferedVersion(version=ADDON["version"], is_default=True),)}
    seen: dict[str, Any] = {"cluster_version": "1.35", "cluster_status": "ACTIVE", "offered": offered}
    live = LiveAddon(name=ADDON["name"], arn="arn:addon", status="ACTIVE", version="v1.0.0-eksbuild.1", tags={OWNER: SCOPE.owner("blue")})
    for addon in (LINKED, WITH_ROLE):
        desired = Addons.from_options({"cluster": "blue", "addons": [addon]}, SCOPE)
        yield plan_addons(desired, AddonsActual(**seen), SCOPE)
        yield plan_addons(desired, AddonsActual(**seen, addons={live.name: live}), SCOPE)
    gone = Addons.from_options({"cluster": "blue", "addons": [{"name": ADDON["name"], "preserve": True}], "state": "absent"}, SCOPE)
    yield plan_addons(gone, AddonsActual(**seen, addons={live.name: live}), SCOPE)


def networks() -> Iterator[Plan]:
    options = {
        "cluster": "blue",
        "vpc": {"cidr": "10.0.0.0/16"},
        "zones": ["2"],
        "subnets": {"private": {}, "public": {}},
        "nat": "zonal",
        "security_groups": [{"name": "extra", "description": "of ours"}],
        "tags": TAGS,
    }
    zones = tuple(Zone(name=f"eu-central-1{letter}", id=f"euc1-az{letter}") for letter in "ab")
    yield plan_network(Network.from_options(options, SCOPE), NetworkActual(zones=zones), SCOPE)


def iam_roles() -> Iterator[Plan]:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    options = {"cluster": "blue", "roles": [{"purpose": "node"}], "path": "/eks/", "permissions_boundary": boundary, "tags": TAGS}
    yield plan_iam_roles(IamRoles.from_options(options, SCOPE), IamRolesActual(), SCOPE)


def weighted_records() -> Iterator[Plan]:
    alias = {"dns_name": "blue.example.com", "hosted_zone_id": "Z1", "evaluate_target_health": True}
    records = [
        {"set_identifier": "blue", "weight": 1, "alias": alias, "health_check_id": "check"},
        {"set_identifier": "green", "weight": 1, "values": {"A": "192.0.2.1"}},
    ]
    options = {"zone": "example.com", "name": "app.example.com", "ttl": 60, "records": records}
    zones = (HostedZone(id="Z1", name="example.com."),)
    yield plan_weighted_records(WeightedRecords.from_options(options, SCOPE), WeightedRecordsActual(zones=zones), SCOPE)


@cache
def reached() -> Mapping[str, frozenset[str]]:
    """Give the fields by call that the plans fill in."""
    found: dict[str, set[str]] = {}
    for plans in (clusters(), nodegroups(), addons(), networks(), iam_roles(), weighted_records()):
        for step in (step for plan in plans for step in plan if step.operation):
            found.setdefault(f"{step.service}.{step.operation}", set()).update(filled(step.request))
    return {call: frozenset(fields) for call, fields in found.items()}


def filled(value: object, path: str = "") -> Iterator[str]:
    """Give the paths of a request, with those of everything on the way to them."""
    if path:
        yield path
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from filled(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from filled(inner, path)


# ---- what there is


@cache
def service_model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


@cache
def fields(call: str) -> frozenset[str]:
    """Give the paths of everything in a call's input that is not made of parts."""
    service, operation = call.split(".")
    return frozenset(leaves(service_model(service).operation_model(operation).input_shape))


def leaves(shape: Any, path: str = "") -> Iterator[str]:
    while shape.type_name == "list":
        shape = shape.member
    if shape.type_name != "structure":
        yield path
        return
    for name, member in shape.members.items():
        yield from leaves(member, f"{path}.{name}" if path else name)


def covers(left_out: str, field: str) -> bool:
    return field == left_out or field.startswith(f"{left_out}.")


@pytest.mark.parametrize("call", LEFT_OUT)
def test_every_field_is_reached_or_left_out_for_a_reason(call: str) -> None:
    unreached = fields(call) - reached().get(call, frozenset())
    assert sorted(field for field in unreached if not any(covers(left_out, field) for left_out in LEFT_OUT[call])) == []


@pytest.mark.parametrize("call", LEFT_OUT)
def test_what_is_left_out_exists_and_is_not_reached(call: str) -> None:
    for left_out, reason in LEFT_OUT[call].items():
        assert any(covers(left_out, field) for field in fields(call)), f"{left_out} is no field"
        assert left_out not in reached()[call], f"{left_out} is reached"
        assert reason


def test_every_call_to_eks_but_tagging_is_judged_here() -> None:
    assert {call for call in reached() if call.startswith("eks.")} - {"eks.TagResource"} == {call for call in LEFT_OUT if "eks." in call}
