# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each kind of cluster update changes, and when it is refused: nothing to change, not allowed, no way back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...seam import Refusal, not_implemented
from . import cluster_network, cluster_rules, versions
from .cluster_network import bad
from .clusters import require_key, require_support
from .context import Context
from .store import Cluster

Request = dict[str, Any]

MOST_SKEW = 3
"""Kubelets may be this many minor versions behind the control plane (Kubernetes 1.25 and later)."""
ROLLBACK_WINDOW = 7 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An update that may begin: the members of the cluster as they are when it has succeeded."""

    type: str
    after: Mapping[str, Any]
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One type of update: the request's members that ask for it, and how it is judged."""

    type: str
    members: frozenset[str]
    plan: Callable[[Context, Cluster, Request], Change]


def kind_of(request: Request) -> Kind:
    """Give the one kind that a request asks for, or refuse none and several."""
    cluster_rules.require_supported(request)
    asked = _asked(request)
    kinds = [kind for kind in KINDS if kind.members & asked]
    if not kinds:
        raise bad("The type for cluster update was not provided.")
    if len(kinds) > 1:
        raise bad("Only one type of update can be allowed.")
    return kinds[0]


def _asked(request: Request) -> set[str]:
    """Name the members that say something; those of the VPC configuration one by one, because they belong to several kinds."""
    vpc = {f"resourcesVpcConfig.{member}" for member in request.get("resourcesVpcConfig", {})}
    return vpc | {member for member, value in request.items() if value != {} and member != "resourcesVpcConfig"}


def _require_change(found: Any, wanted: Any, **named: Any) -> None:
    """Refuse a change to what is already so: AWS takes no update that changes nothing."""
    if found == wanted:
        told = ", ".join(f"{member}: {value if isinstance(value, str) else _json(value)}" for member, value in named.items())
        raise bad(f"Cluster is already at the desired configuration with {told}")


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _endpoint(context: Context, cluster: Cluster, request: Request) -> Change:
    found = cluster.shown["resourcesVpcConfig"]
    wanted = cluster_rules.endpoint_access(request["resourcesVpcConfig"], found)
    public, private, cidrs = wanted["endpointPublicAccess"], wanted["endpointPrivateAccess"], wanted["publicAccessCidrs"]
    if (public, private, set(cidrs)) == (found["endpointPublicAccess"], found["endpointPrivateAccess"], set(found["publicAccessCidrs"])):
        told = f"endpointPrivateAccess: {_json(private)} , endpointPublicAccess: {_json(public)}, and Public Endpoint Restrictions"
        raise bad(f"Cluster is already at the desired configuration with {told}: [{', '.join(cidrs)}]")
    params = {"EndpointPublicAccess": _json(public), "EndpointPrivateAccess": _json(private), "PublicAccessCidrs": _json(cidrs)}
    return Change(type="EndpointAccessUpdate", after={"resourcesVpcConfig": found | wanted}, params=params)


def _vpc(context: Context, cluster: Cluster, request: Request) -> Change:
    """Judge subnets and security groups, which may come together or alone."""
    found = cluster.shown["resourcesVpcConfig"]
    wanted = {member: request["resourcesVpcConfig"].get(member, found[member]) for member in ("subnetIds", "securityGroupIds")}
    _require_change({member: set(found[member]) for member in wanted}, {member: set(value) for member, value in wanted.items()}, **wanted)
    if set(wanted["subnetIds"]) != set(found["subnetIds"]):
        where = cluster_network.place(context, wanted["subnetIds"])
        if where.vpc != found["vpcId"]:
            raise bad(f"Subnets specified must belong to the cluster's VPC {found['vpcId']}, found [{where.vpc}]")
    cluster_network.require_security_groups(context, wanted["securityGroupIds"], found["vpcId"])
    params = {"Subnets": _json(wanted["subnetIds"]), "SecurityGroups": _json(wanted["securityGroupIds"])}
    return Change(type="VpcConfigUpdate", after={"resourcesVpcConfig": found | wanted}, params=params)


def _egress(context: Context, cluster: Cluster, request: Request) -> Change:
    found, mode = cluster.shown["resourcesVpcConfig"], request["resourcesVpcConfig"]["controlPlaneEgressMode"]
    _require_change(found["controlPlaneEgressMode"], mode, controlPlaneEgressMode=mode)
    if mode == "AWS_MANAGED":
        raise bad(f"Unsupported control plane egress mode update from {found['controlPlaneEgressMode']} to {mode}")
    after = {"resourcesVpcConfig": found | {"controlPlaneEgressMode": mode}}
    return Change(type="ControlPlaneEgressUpdate", after=after, params={"ControlPlaneEgressMode": mode})


def _logging(context: Context, cluster: Cluster, request: Request) -> Change:
    found = cluster.shown["logging"]
    wanted = cluster_rules.logging(request["logging"], found)
    if wanted == found:
        raise bad("No changes needed for the logging config provided")
    return Change(type="LoggingUpdate", after={"logging": wanted}, params={"ClusterLogging": _json(request["logging"])})


MODES_AFTER = {"CONFIG_MAP": {"API_AND_CONFIG_MAP"}, "API_AND_CONFIG_MAP": {"API"}, "API": set[str]()}
"""Authentication modes go one way, one step at a time."""


def _access(context: Context, cluster: Cluster, request: Request) -> Change:
    old, new = cluster.shown["accessConfig"]["authenticationMode"], request["accessConfig"]["authenticationMode"]
    if new not in MODES_AFTER[old]:
        raise bad(f"Unsupported authentication mode update from {old} to {new}")
    return Change(type="AccessConfigUpdate", after={"accessConfig": {"authenticationMode": new}}, params={"AuthenticationMode": new})


def _upgrade_policy(context: Context, cluster: Cluster, request: Request) -> Change:
    support = request["upgradePolicy"]["supportType"]
    _require_change(cluster.shown["upgradePolicy"]["supportType"], support, supportType=support)
    require_support(cluster.shown["version"], support)
    return Change(type="UpgradePolicyUpdate", after={"upgradePolicy": {"supportType": support}}, params={"UpgradePolicy": support})


def _zonal_shift(context: Context, cluster: Cluster, request: Request) -> Change:
    is_on = request["zonalShiftConfig"]["enabled"]
    _require_change(cluster.shown.get("zonalShiftConfig", {"enabled": False}), {"enabled": is_on}, zonalShiftConfig=is_on)
    params = {"ZonalShiftConfig": _json({"enabled": is_on})}
    return Change(type="ZonalShiftConfigUpdate", after={"zonalShiftConfig": {"enabled": is_on}}, params=params)


def _auto_mode(context: Context, cluster: Cluster, request: Request) -> Change:
    """Judge Auto Mode: its three switches are stated together."""
    switches = set(cluster_rules.auto_mode_switches(request))
    if len(switches) != 1 or None in switches:
        raise bad(cluster_rules.AUTO_MODE)
    is_on, found = bool(switches.pop()), cluster.shown["computeConfig"]
    compute = (found | request["computeConfig"]) if is_on else {"enabled": False}
    if is_on:
        cluster_rules.require_auto_mode_access(cluster.shown["accessConfig"]["authenticationMode"])
        cluster_rules.require_compute(compute)
        if found.get("nodeRoleArn", compute.get("nodeRoleArn")) != compute.get("nodeRoleArn"):
            raise bad("The nodeRoleArn of computeConfig cannot be changed once it is set.")
    _require_change(found, compute, computeConfig=_json(compute))
    network = cluster.shown["kubernetesNetworkConfig"] | {"elasticLoadBalancing": {"enabled": is_on}}
    after = {"computeConfig": compute, "kubernetesNetworkConfig": network, "storageConfig": {"blockStorage": {"enabled": is_on}}}
    params = {f"{member[0].upper()}{member[1:]}": _json(request[member]) for member in after}
    return Change(type="AutoModeUpdate", after=after, params=params)


def _remote_network(context: Context, cluster: Cluster, request: Request) -> Change:
    wanted = request["remoteNetworkConfig"]
    if cluster.shown.get("remoteNetworkConfig", {}) == wanted:
        raise bad("No changes detected")
    params = {"RemoteNetworkConfig": _json(wanted)}
    return Change(type="RemoteNetworkConfigUpdate", after={"remoteNetworkConfig": wanted}, params=params)


def _deletion_protection(context: Context, cluster: Cluster, request: Request) -> Change:
    is_on = request["deletionProtection"]
    _require_change(cluster.shown["deletionProtection"], is_on, deletionProtection=is_on)
    params = {"DeletionProtection": _json(is_on)}
    return Change(type="DeletionProtectionUpdate", after={"deletionProtection": is_on}, params=params)


def _scaling(context: Context, cluster: Cluster, request: Request) -> Change:
    old, new = cluster.shown["controlPlaneScalingConfig"]["tier"], request["controlPlaneScalingConfig"]["tier"]
    _require_change(old, new, tier=new)
    params = {"PreviousTier": old, "UpdatedTier": new}
    return Change(type="ControlPlaneScalingConfigUpdate", after={"controlPlaneScalingConfig": {"tier": new}}, params=params)


COMPONENTS = ("kubeApiServerConfig", "kubeSchedulerConfig", "kubeControllerManagerConfig")


def _components(context: Context, cluster: Cluster, request: Request) -> Change:
    """Judge the configurations of the control plane's components, which come together or alone."""
    wanted = {member: request[member] for member in COMPONENTS if member in request}
    _require_change(
        {member: cluster.shown.get(member) for member in wanted}, wanted, **{member: _json(value) for member, value in wanted.items()}
    )
    params = {f"{member[0].upper()}{member[1:]}": _json(value) for member, value in wanted.items()}
    return Change(type="ControlPlaneComponentConfigUpdate", after=wanted, params=params)


def _kind(name: str, plan: Callable[[Context, Cluster, Request], Change], *members: str) -> Kind:
    return Kind(type=name, members=frozenset(members), plan=plan)


_ENDPOINT = ("endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs")
KINDS = (
    _kind("EndpointAccessUpdate", _endpoint, *(f"resourcesVpcConfig.{member}" for member in _ENDPOINT)),
    _kind("VpcConfigUpdate", _vpc, "resourcesVpcConfig.subnetIds", "resourcesVpcConfig.securityGroupIds"),
    _kind("ControlPlaneEgressUpdate", _egress, "resourcesVpcConfig.controlPlaneEgressMode"),
    _kind("LoggingUpdate", _logging, "logging"),
    _kind("AccessConfigUpdate", _access, "accessConfig"),
    _kind("UpgradePolicyUpdate", _upgrade_policy, "upgradePolicy"),
    _kind("ZonalShiftConfigUpdate", _zonal_shift, "zonalShiftConfig"),
    _kind("AutoModeUpdate", _auto_mode, "computeConfig", "storageConfig", "kubernetesNetworkConfig"),
    _kind("RemoteNetworkConfigUpdate", _remote_network, "remoteNetworkConfig"),
    _kind("DeletionProtectionUpdate", _deletion_protection, "deletionProtection"),
    _kind("ControlPlaneScalingConfigUpdate", _scaling, "controlPlaneScalingConfig"),
    _kind("ControlPlaneComponentConfigUpdate", _components, *COMPONENTS),
)


def version_change(context: Context, cluster: Cluster, request: Request) -> Change:
    """Judge a version update: offered, the next minor version, and no node group too far behind it."""
    old, new = cluster.shown["version"], request["version"]
    if "rollbackConfig" in request or _is_rollback(context, cluster, new):
        raise not_implemented("eks: UpdateClusterVersion to the previous version (VersionRollback)")
    version = versions.require_next(old, new)
    _require_nodes_near(cluster, new)
    _require_readiness(context, cluster, is_forced=bool(request.get("force")))
    after = {"version": version.name, "platformVersion": version.platform}
    return Change(type="VersionUpdate", after=after, params={"Version": version.name, "PlatformVersion": version.platform})


def _require_readiness(context: Context, cluster: Cluster, *, is_forced: bool) -> None:
    """Refuse while an insight says that the upgrade would break something: only on order, and until it is forced."""
    found = context.fate("insights", cluster.shown["name"])
    if found is None or is_forced:
        return
    context.world.lifecycles.order(found)
    told = "Amazon EKS detected upgrade readiness issues. Call the ListInsights API to view detected upgrade blocking issues."
    told += " Pass the force flag when updating to override upgrade readiness errors."
    raise Refusal("InvalidStateException", told, clusterName=cluster.shown["name"])


def _is_rollback(context: Context, cluster: Cluster, new: str) -> bool:
    """Say whether AWS would go back: to the version before, within a week of an update in place."""
    if new not in versions.OFFERED or versions.minor(new) != versions.minor(cluster.shown["version"]) - 1:
        return False
    since = context.now() - ROLLBACK_WINDOW
    history = (update.shown for update in cluster.updates.values())
    return any((u["type"], u["status"]) == ("VersionUpdate", "Successful") and u["createdAt"] >= since for u in history)


def _require_nodes_near(cluster: Cluster, new: str) -> None:
    behind = [
        name for name, group in cluster.nodegroups.items() if versions.minor(new) - versions.minor(group.shown["version"]) > MOST_SKEW
    ]
    if behind:
        told = f"Nodegroups {', '.join(behind)} must be updated to match cluster version {cluster.shown['version']}"
        raise Refusal("InvalidParameterException", f"{told} before updating cluster version", clusterName=cluster.shown["name"])


def encryption_change(context: Context, cluster: Cluster, request: Request) -> Change:
    """Judge the one encryption configuration that a cluster can get; there is no way back and no other key."""
    if "encryptionConfig" in cluster.shown:
        raise Refusal("InvalidRequestException", "Cluster already has encryption configuration enabled.", clusterName=cluster.shown["name"])
    wanted = cluster_rules.encryption_config(request["encryptionConfig"])
    require_key(context, wanted[0]["provider"]["keyArn"])
    return Change(type="AssociateEncryptionConfig", after={"encryptionConfig": wanted}, params={"EncryptionConfig": _json(wanted)})
