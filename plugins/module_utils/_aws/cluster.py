# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of a control plane and of what decides about it: its log group, offered versions, zones of its subnets, its members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._model.cluster import (
    CREATION,
    SECURITY_GROUPS,
    SETTINGS,
    SUBNETS,
    SUPPORT,
    Cluster,
    ClusterActual,
    LiveCluster,
    LogGroup,
    Setting,
)
from .._model.scope import Scope
from .._run.gateway import Answer, Gateway, Read
from .eks_update import issues_of, read_updates_under_way

EXTENDED = "EXTENDED_SUPPORT"
UNSUPPORTED = "UNSUPPORTED"
FACTS = {
    "endpoint": "endpoint",
    "certificate_authority": "certificateAuthority.data",
    "oidc_issuer": "identity.oidc.issuer",
    "cluster_security_group_id": "resourcesVpcConfig.clusterSecurityGroupId",
    "vpc_id": "resourcesVpcConfig.vpcId",
    "platform_version": "platformVersion",
}
"""What the operator is told beyond the settings: name in `status`, place in the API."""
NETWORK_MEMBERS = (
    ("subnets", SUBNETS, "DescribeSubnets", "subnet-id"),
    ("security groups", SECURITY_GROUPS, "DescribeSecurityGroups", "group-id"),
)
"""How those are looked up: by filter, which leaves out what does not exist, where a list of ids would be an error."""


def read_cluster(gateway: Gateway, scope: Scope, desired: Cluster) -> ClusterActual:
    """Look at the cluster; ask for versions, zones and members only where a plan will need them."""
    first = {"cluster": Read("eks", "DescribeCluster", {"name": desired.name}, missing=True)}
    if _concerns_logs(desired):
        first["logs"] = Read("logs", "DescribeLogGroups", {"logGroupNamePrefix": desired.log_group})
    seen = _answers(gateway, first)
    live = live_cluster(gateway, seen["cluster"])
    found = next((group for group in (seen.get("logs") or {}).get("logGroups", ()) if group["logGroupName"] == desired.log_group), None)
    more = _answers(gateway, _second(desired, live, found, scope))
    versions = _versions(more.get("versions"))
    return ClusterActual(
        cluster=live,
        log_group=_log_group(found, more.get("log tags")),
        offered_versions=None if versions is None else tuple(versions),
        extended_support=frozenset(version for version, status in (versions or {}).items() if status == EXTENDED),
        zones=_zones(more.get("subnets")),
        security_groups=_groups(more.get("security groups")),
        node_versions=_node_versions(gateway, desired.name, more.get("nodes")),
        members=_members(more.get("nodegroups"), more.get("fargate profiles")),
    )


def live_cluster(gateway: Gateway, answer: Answer | None) -> LiveCluster | None:
    """Turn an answer of DescribeCluster into what was seen; an update in progress is looked up."""
    if answer is None:
        return None
    found = answer["cluster"]
    return LiveCluster(
        name=found["name"],
        arn=found["arn"],
        status=found["status"],
        version=found.get("version", ""),
        settings={setting.option: _setting(found, setting) for setting in SETTINGS if setting.update != CREATION},
        tags=found.get("tags", {}),
        facts={name: value for name, path in FACTS.items() if (value := _at(found, path)) is not None},
        issues=issues_of(found.get("health")),
        updates=read_updates_under_way(gateway, found["name"]) if found["status"] == "UPDATING" else (),
    )


def _answers(gateway: Gateway, reads: Mapping[str, Read]) -> dict[str, Answer | None]:
    return dict(zip(reads, gateway.read_all(list(reads.values())), strict=True)) if reads else {}


def _concerns_logs(desired: Cluster) -> bool:
    return desired.delete_log_group if desired.state == "absent" else desired.log_retention_days is not None


def _second(desired: Cluster, live: LiveCluster | None, group: Mapping[str, Any] | None, scope: Scope) -> dict[str, Read]:
    """Choose the reads that only a creation, a changed version, changed members of its network or a deletion need."""
    if desired.state == "absent":
        return _for_deletion(desired, live, group, scope)
    there = live if live and live.stays else None
    reads = {}
    if _sets_version(desired, there) or (there and desired.settings.get(SUPPORT) == "STANDARD" and there.differs(desired, SUPPORT)):
        reads["versions"] = Read("eks", "DescribeClusterVersions", {})
    if there and _sets_version(desired, there):
        reads["nodes"] = Read("eks", "ListNodegroups", {"clusterName": desired.name}, missing=True)
    for name, option, operation, by in NETWORK_MEMBERS:
        known = desired.known(option)
        if known and (there is None or there.differs(desired, option)):
            reads[name] = Read("ec2", operation, {"Filters": [{"Name": by, "Values": sorted(known)}]})
    return reads


def _sets_version(desired: Cluster, live: LiveCluster | None) -> bool:
    return bool(desired.version) and (live is None or live.version != desired.version)


def _for_deletion(desired: Cluster, live: LiveCluster | None, group: Mapping[str, Any] | None, scope: Scope) -> dict[str, Read]:
    reads = {}
    if live:
        reads["nodegroups"] = Read("eks", "ListNodegroups", {"clusterName": desired.name}, missing=True)
        reads["fargate profiles"] = Read("eks", "ListFargateProfiles", {"clusterName": desired.name}, missing=True)
    if group:
        arn = scope.arn("logs", f"log-group:{desired.log_group}")
        reads["log tags"] = Read("logs", "ListTagsForResource", {"resourceArn": arn}, missing=True)
    return reads


def _setting(found: Mapping[str, Any], setting: Setting) -> object:
    value = _at(found, setting.api)
    return setting.absent if value is None else setting.codec.from_api(value)


def _at(found: Mapping[str, Any], path: str) -> Any:
    at: Any = found
    for name in path.split("."):
        at = at.get(name) if isinstance(at, Mapping) else None
    return at


def _log_group(found: Mapping[str, Any] | None, tags: Answer | None) -> LogGroup | None:
    if found is None:
        return None
    return LogGroup(name=found["logGroupName"], retention_days=found.get("retentionInDays"), tags=(tags or {}).get("tags", {}))


def _versions(answer: Answer | None) -> dict[str, str] | None:
    """Give the support status by version, of those that EKS offers."""
    if answer is None:
        return None
    found = {version["clusterVersion"]: str(version.get("versionStatus", "")) for version in answer["clusterVersions"]}
    return {version: status for version, status in found.items() if status != UNSUPPORTED}


def _zones(answer: Answer | None) -> dict[str, str] | None:
    return None if answer is None else {subnet["SubnetId"]: subnet["AvailabilityZone"] for subnet in answer["Subnets"]}


def _groups(answer: Answer | None) -> frozenset[str] | None:
    return None if answer is None else frozenset(group["GroupId"] for group in answer["SecurityGroups"])


def _node_versions(gateway: Gateway, cluster: str, listed: Answer | None) -> dict[str, str]:
    names = (listed or {}).get("nodegroups", ())
    reads = [Read("eks", "DescribeNodegroup", {"clusterName": cluster, "nodegroupName": name}, missing=True) for name in names]
    found = [answer["nodegroup"] for answer in gateway.read_all(reads) if answer] if reads else []
    return {group["nodegroupName"]: group.get("version") or "" for group in found}


def _members(nodegroups: Answer | None, profiles: Answer | None) -> tuple[str, ...]:
    groups = [f"nodegroup/{name}" for name in (nodegroups or {}).get("nodegroups", ())]
    return (*groups, *(f"fargate-profile/{name}" for name in (profiles or {}).get("fargateProfileNames", ())))
