# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters from CreateCluster to the last interface that lingers. Changes of a living cluster are in `cluster_updates`."""

from __future__ import annotations

from typing import Any

from ...seam import Refusal
from . import cluster_logs, cluster_network, cluster_rules, durations, roles
from .cluster_network import Place, bad
from .context import Context, Operation
from .paging import page
from .pki import certificate_authority
from .store import Cluster, Shown
from .tags import require_tags
from .versions import DEFAULT, EXTENDED, VERSIONS, offered

PRINCIPAL, SERVICE_ROLE, POLICY = "eks.amazonaws.com", "AWSServiceRoleForAmazonEKS", "AmazonEKSClusterPolicy"
AS_GIVEN = ("zonalShiftConfig", "remoteNetworkConfig", "kubeApiServerConfig", "kubeSchedulerConfig", "kubeControllerManagerConfig")
"""Members that are shown as they were given, or not at all."""


def create_cluster(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateCluster: everything is judged before anything is made."""
    cluster_rules.require_supported(parameters)
    name = parameters["name"]
    if name in context.region.clusters:
        raise in_use(name, f"Cluster already exists with name: {name}")
    shown = _described(context, parameters)
    _require_role(context, parameters["roleArn"])
    where = _place(context, parameters["resourcesVpcConfig"])
    cidr = cluster_network.service_cidr(context, where.vpc, parameters.get("kubernetesNetworkConfig", {}).get("serviceIpv4Cidr"))
    shown["kubernetesNetworkConfig"]["serviceIpv4Cidr"] = cidr
    if "encryptionConfig" in parameters:
        require_key(context, shown["encryptionConfig"][0]["provider"]["keyArn"])
    roles.ensure_service_linked(context, PRINCIPAL, SERVICE_ROLE)
    cluster = Cluster(shown=shown, hidden={"has_own_addons": parameters.get("bootstrapSelfManagedAddons", True)})
    _settle_in(context, cluster, where)
    context.region.clusters[name] = cluster
    fate = context.fate("cluster", name, ("ACTIVE", "FAILED"))
    seconds = durations.CLUSTER_CREATE if fate is None or fate.after is None else fate.after
    outcome, issues = (fate.outcome, fate.issues) if fate else ("", [])
    context.later("cluster", name, seconds, end_create, name, outcome, issues)
    return {"cluster": shown}


def _described(context: Context, parameters: dict[str, Any]) -> Shown:
    """Give the new cluster as a Describe shows it, from the request alone."""
    version = offered(parameters.get("version", DEFAULT))
    support = parameters.get("upgradePolicy", {}).get("supportType", "EXTENDED")
    require_support(version.name, support)
    require_tags(parameters.get("tags", {}))
    is_auto = cluster_rules.auto_mode(parameters)
    shown: Shown = {
        "name": parameters["name"],
        "arn": context.arn("cluster", parameters["name"]),
        "createdAt": context.now(),
        "version": version.name,
        "roleArn": parameters["roleArn"],
        "resourcesVpcConfig": _vpc_config(parameters["resourcesVpcConfig"]),
        "kubernetesNetworkConfig": {"ipFamily": "ipv4", "elasticLoadBalancing": {"enabled": is_auto}},
        "logging": cluster_rules.logging(parameters.get("logging", {})),
        "status": "CREATING",
        "certificateAuthority": {},
        "platformVersion": version.platform,
        "tags": parameters.get("tags", {}),
        "accessConfig": cluster_rules.access_config(parameters.get("accessConfig", {})),
        "upgradePolicy": {"supportType": support},
        "computeConfig": parameters["computeConfig"] if is_auto else {"enabled": False},
        "storageConfig": {"blockStorage": {"enabled": is_auto}},
        "deletionProtection": parameters.get("deletionProtection", False),
        "controlPlaneScalingConfig": {"tier": "standard"} | parameters.get("controlPlaneScalingConfig", {}),
        "health": {"issues": []},
    }
    if "encryptionConfig" in parameters:
        shown["encryptionConfig"] = cluster_rules.encryption_config(parameters["encryptionConfig"])
    return shown | {member: parameters[member] for member in AS_GIVEN if member in parameters}


def _vpc_config(wanted: dict[str, Any]) -> dict[str, Any]:
    lists = {"subnetIds": wanted.get("subnetIds", []), "securityGroupIds": wanted.get("securityGroupIds", [])}
    egress = {"controlPlaneEgressMode": wanted.get("controlPlaneEgressMode", "AWS_MANAGED")}
    return lists | cluster_rules.endpoint_access(wanted, {}) | egress


def require_support(version: str, support: str) -> None:
    """Refuse STANDARD for a version whose standard support is over: extended support cannot be left once it began."""
    if support == "STANDARD" and VERSIONS[version].support == EXTENDED:
        raise bad(f"The upgrade policy cannot be STANDARD, because Kubernetes version {version} is in extended support.")


def _require_role(context: Context, arn: str) -> None:
    role = roles.require_visible(context, arn)
    roles.require_trust(role, PRINCIPAL)
    roles.require_managed_policies(context, role, [POLICY])


def _place(context: Context, vpc_config: dict[str, Any]) -> Place:
    where = cluster_network.place(context, vpc_config.get("subnetIds", []))
    cluster_network.require_security_groups(context, vpc_config.get("securityGroupIds", []), where.vpc)
    return where


def require_key(context: Context, arn: str) -> None:
    """Refuse a KMS key that is not there or not enabled."""
    try:
        key = context.aws("kms", "DescribeKey", KeyId=arn)["KeyMetadata"]
    except Refusal as refusal:
        raise bad(f"The keyArn in encryptionConfig provider {arn} does not exist: {refusal.message}") from refusal
    if not key["Enabled"] or key["KeySpec"] != "SYMMETRIC_DEFAULT":
        raise bad(f"The keyArn in encryptionConfig provider {arn} must be an enabled, symmetric key.")


def _settle_in(context: Context, cluster: Cluster, where: Place) -> None:
    """Make the cluster security group and the control plane's interfaces."""
    config, name = cluster.shown["resourcesVpcConfig"], cluster.shown["name"]
    group = cluster_network.create_security_group(context, name, where.vpc)
    config |= {"vpcId": where.vpc, "clusterSecurityGroupId": group}
    groups = [group, *config["securityGroupIds"]]
    cluster.hidden["interfaces"] = cluster_network.create_interfaces(context, name, where.subnets, groups)


def end_create(context: Context, name: str, outcome: str, issues: list[dict[str, Any]]) -> None:
    """Make the cluster ACTIVE, or what was ordered."""
    cluster = context.region.clusters[name]
    cluster.shown["health"] = {"issues": issues}
    cluster.shown["status"] = outcome or "ACTIVE"
    if cluster.shown["status"] != "ACTIVE":
        return
    identity, base = context.world.token(32).upper(), context.world.endpoint or "http://127.0.0.1"
    cluster.shown["endpoint"] = f"{base}/_kubernetes/{identity}"
    cluster.shown["identity"] = {"oidc": {"issuer": f"{base}/_oidc/{context.caller.region}/id/{identity}"}}
    cluster.shown["certificateAuthority"] = {"data": certificate_authority()}
    cluster_logs.start_delivery(context, cluster)


def describe_cluster(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DescribeCluster."""
    context.read("cluster", parameters["name"])
    return {"cluster": context.cluster(parameters["name"]).shown}


def list_clusters(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer ListClusters; connected clusters (`include: all`) there are none."""
    if wrong := [value for value in parameters.get("include", []) if value != "all"]:
        raise bad(f"The include parameter must be [all], not [{', '.join(wrong)}].")
    return page("clusters", list(context.region.clusters), parameters)


def delete_cluster(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DeleteCluster."""
    name = parameters["name"]
    cluster = context.cluster(name)
    _require_deletable(cluster)
    cluster.shown["status"] = "DELETING"
    fate = context.fate("cluster", name, ("FAILED",))
    seconds = durations.CLUSTER_DELETE if fate is None or fate.after is None else fate.after
    outcome, issues = (fate.outcome, fate.issues) if fate else ("", [])
    context.later("cluster", name, seconds, end_delete, name, outcome, issues)
    return {"cluster": cluster.shown}


def _require_deletable(cluster: Cluster) -> None:
    name, status = cluster.shown["name"], cluster.shown["status"]
    if cluster.shown["deletionProtection"]:
        told = f"Cannot delete cluster {name} because deletion protection is enabled. Disable it first."
        raise Refusal("InvalidRequestException", told, clusterName=name)
    if status in {"CREATING", "DELETING"}:
        raise in_use(name, f"Cannot DeleteCluster because cluster {name} currently has status {status}")
    if active_update(cluster):
        raise in_use(name, f"Cannot DeleteCluster because cluster {name} currently has update in progress")
    if cluster.nodegroups:
        raise in_use(name, "Cluster has nodegroups attached")
    if cluster.fargate_profiles:
        raise in_use(name, "Cluster has Fargate Profiles in ACTIVE/CREATING state")


def active_update(cluster: Cluster) -> Shown | None:
    """Give the cluster's own update under way, if any; those of node groups and add-ons do not count."""
    own = (update.shown for update in cluster.updates.values() if not update.hidden.keys() & {"nodegroup", "addon"})
    return next((shown for shown in own if shown["status"] == "InProgress"), None)


def in_use(name: str, message: str) -> Refusal:
    """Refuse because of what a cluster is doing."""
    return Refusal("ResourceInUseException", message, 409, clusterName=name)


def end_delete(context: Context, name: str, outcome: str, issues: list[dict[str, Any]]) -> None:
    """Forget the cluster and what dies with it; its interfaces and its security group linger."""
    cluster = context.region.clusters[name]
    if outcome:
        cluster.shown |= {"status": outcome, "health": {"issues": issues}}
        return
    del context.region.clusters[name]
    cluster_logs.end_delivery(context, cluster)
    group = cluster.shown["resourcesVpcConfig"]["clusterSecurityGroupId"]
    context.later("cluster-interfaces", name, durations.ENIS_LINGER, end_linger, cluster.hidden["interfaces"], group)


def end_linger(context: Context, interfaces: list[str], group: str) -> None:
    """Take away what lingered."""
    cluster_network.remove_interfaces(context, interfaces)
    cluster_network.remove_security_group(context, group)


OPERATIONS: dict[str, Operation] = {
    "CreateCluster": create_cluster,
    "DescribeCluster": describe_cluster,
    "ListClusters": list_clusters,
    "DeleteCluster": delete_cluster,
}
