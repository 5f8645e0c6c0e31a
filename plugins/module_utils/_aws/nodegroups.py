# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of a cluster's node groups, their launch templates, and the facts that a creation is checked against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._model.nodegroups import LiveNodegroup, LiveTemplate, Nodegroup, Nodegroups, NodegroupsActual, Taint
from .._model.scope import OWNER, STEP, Scope
from .._run.gateway import Answer, Gateway, Read
from .eks_update import issues_of, read_updates_under_way

CLUSTER, TEMPLATES, VERSIONS, TYPES, RELEASES = "cluster", "templates", "versions", "types", "releases"
RELEASE_PARAMETERS = {
    "AL2023_x86_64_STANDARD": "/aws/service/eks/optimized-ami/{}/amazon-linux-2023/x86_64/standard/recommended/release_version",
    "AL2023_ARM_64_STANDARD": "/aws/service/eks/optimized-ami/{}/amazon-linux-2023/arm64/standard/recommended/release_version",
    "AL2023_x86_64_NVIDIA": "/aws/service/eks/optimized-ami/{}/amazon-linux-2023/x86_64/nvidia/recommended/release_version",
    "AL2023_x86_64_NEURON": "/aws/service/eks/optimized-ami/{}/amazon-linux-2023/x86_64/neuron/recommended/release_version",
    "AL2_x86_64": "/aws/service/eks/optimized-ami/{}/amazon-linux-2/recommended/release_version",
    "AL2_ARM_64": "/aws/service/eks/optimized-ami/{}/amazon-linux-2-arm64/recommended/release_version",
}
"""Public SSM parameter that names the newest release, by AMI type; `{}` is the Kubernetes version."""


def read_nodegroups(gateway: Gateway, scope: Scope, desired: Nodegroups) -> NodegroupsActual:
    """Look at the named groups (with purge: at all), at our templates, and at what new groups are checked against."""
    names = _names(gateway, desired)
    first = _first(desired, names, scope)
    seen = dict(zip(first, gateway.read_all(list(first.values())), strict=True))
    cluster = (seen[CLUSTER] or {}).get("cluster", {})
    groups = {name: _nodegroup(gateway, answer["nodegroup"]) for name in names if (answer := seen.get(f"nodegroup/{name}"))}
    templates = _templates(seen.get(TEMPLATES), seen.get(VERSIONS))
    second = _second(desired, groups, templates, desired.cluster_version or cluster.get("version", ""))
    more = dict(zip(second, gateway.read_all(list(second.values())), strict=True)) if second else {}
    return NodegroupsActual(
        cluster_version=cluster.get("version"),
        cluster_status=cluster.get("status", ""),
        nodegroups=groups,
        templates={name: _with_contents(template, more.get(f"template/{name}")) for name, template in templates.items()},
        architectures=_architectures(more.get(TYPES)),
        releases=_releases(desired, groups, more.get(RELEASES), desired.cluster_version or cluster.get("version", "")),
    )


def _names(gateway: Gateway, desired: Nodegroups) -> Sequence[str]:
    """One list call is worth its round trip only where groups count that are not named."""
    named = [group.name for group in desired.nodegroups]
    if not desired.needs_all:
        return named
    (answer,) = gateway.read_all([Read("eks", "ListNodegroups", {"clusterName": desired.cluster}, missing=True)])
    return sorted({*(answer or {}).get("nodegroups", ()), *named})


def _first(desired: Nodegroups, names: Iterable[str], scope: Scope) -> dict[str, Read]:
    reads = {CLUSTER: Read("eks", "DescribeCluster", {"name": desired.cluster}, missing=True)}
    for name in names:
        target = {"clusterName": desired.cluster, "nodegroupName": name}
        reads[f"nodegroup/{name}"] = Read("eks", "DescribeNodegroup", target, missing=True)
    kept = any(group.has_own_template for group in desired.nodegroups) and desired.state == "present"
    if kept or desired.needs_all or desired.state == "absent":
        owned = [{"Name": f"tag:{OWNER}", "Values": [scope.owner(desired.cluster)]}]
        reads[TEMPLATES] = Read("ec2", "DescribeLaunchTemplates", {"Filters": owned})
    if kept:
        reads[VERSIONS] = Read("ec2", "DescribeLaunchTemplateVersions", {"Versions": ["$Latest", "$Default"]})
    return reads


def _second(
    desired: Nodegroups, groups: Mapping[str, LiveNodegroup], templates: Mapping[str, LiveTemplate], version: str
) -> dict[str, Read]:
    """Choose the reads that only new groups, templates with more than one version, and wished updates need."""
    if desired.state == "absent":
        return {}
    reads = {}
    types = sorted({kind for group in desired.nodegroups if group.name not in groups for kind in group.instance_types or ()})
    if types:
        reads[TYPES] = Read("ec2", "DescribeInstanceTypes", {"Filters": [{"Name": "instance-type", "Values": types}]})
    for name, template in templates.items():
        live = groups.get(template.nodegroup)
        if template.contents and live and live.template_version not in map(str, template.contents):
            reads[f"template/{name}"] = Read("ec2", "DescribeLaunchTemplateVersions", {"LaunchTemplateId": template.id})
    parameters = sorted(set(_parameters(desired, groups, version).values()))
    if parameters:
        reads[RELEASES] = Read("ssm", "GetParameters", {"Names": parameters})
    return reads


def _nodegroup(gateway: Gateway, found: Mapping[str, Any]) -> LiveNodegroup:
    scaling, template = found.get("scalingConfig", {}), found.get("launchTemplate", {})
    name = found["nodegroupName"]
    return LiveNodegroup(
        name=name,
        arn=found["nodegroupArn"],
        status=found["status"],
        version=found.get("version", ""),
        release_version=found.get("releaseVersion", ""),
        fields=_fixed(found),
        min_size=scaling.get("minSize", 0),
        max_size=scaling.get("maxSize", 0),
        desired_size=scaling.get("desiredSize", 0),
        labels=found.get("labels", {}),
        taints=frozenset(
            Taint(key=taint["key"], effect=taint["effect"], value=taint.get("value") or "") for taint in found.get("taints", ())
        ),
        update_config=found.get("updateConfig", {}),
        node_repair=found.get("nodeRepairConfig", {}).get("enabled", False),
        template_id=template.get("id", ""),
        template_version=template.get("version", ""),
        tags=found.get("tags", {}),
        autoscaling_groups=tuple(group["name"] for group in found.get("resources", {}).get("autoScalingGroups", ())),
        issues=issues_of(found.get("health")),
        updates=read_updates_under_way(gateway, found["clusterName"], {"nodegroupName": name}) if found["status"] == "UPDATING" else (),
    )


def _fixed(found: Mapping[str, Any]) -> dict[str, Any]:
    fields = {
        "ami_type": found.get("amiType"),
        "capacity_type": found.get("capacityType"),
        "instance_types": tuple(found["instanceTypes"]) if found.get("instanceTypes") else None,
        "subnet_ids": tuple(found.get("subnets", ())),
        "node_role_arn": found.get("nodeRole"),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _templates(listed: Answer | None, versions: Answer | None) -> dict[str, LiveTemplate]:
    contents: dict[str, dict[int, Mapping[str, Any]]] = {}
    for version in (versions or {}).get("LaunchTemplateVersions", ()):
        contents.setdefault(version["LaunchTemplateId"], {})[version["VersionNumber"]] = version["LaunchTemplateData"]
    templates = [_template(found, contents) for found in (listed or {}).get("LaunchTemplates", ())]
    return {template.name: template for template in templates}


def _template(found: Mapping[str, Any], contents: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> LiveTemplate:
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", ())}
    return LiveTemplate(
        id=found["LaunchTemplateId"],
        name=found["LaunchTemplateName"],
        step=tags.get(STEP, ""),
        default=found["DefaultVersionNumber"],
        latest=found["LatestVersionNumber"],
        contents=contents.get(found["LaunchTemplateId"], {}),
    )


def _with_contents(template: LiveTemplate, answer: Answer | None) -> LiveTemplate:
    if answer is None:
        return template
    return replace(template, contents={found["VersionNumber"]: found["LaunchTemplateData"] for found in answer["LaunchTemplateVersions"]})


def _architectures(answer: Answer | None) -> dict[str, frozenset[str]] | None:
    if answer is None:
        return None
    return {kind["InstanceType"]: frozenset(kind["ProcessorInfo"]["SupportedArchitectures"]) for kind in answer["InstanceTypes"]}


def _parameters(desired: Nodegroups, groups: Mapping[str, LiveNodegroup], version: str) -> dict[str, str]:
    found = {}
    for group in desired.nodegroups:
        live = groups.get(group.name)
        pattern = RELEASE_PARAMETERS.get(live.fields.get("ami_type", "")) if live else None
        if _wants_newest(group) and pattern:
            found[group.name] = pattern.format(group.version or version)
    return found


def _wants_newest(group: Nodegroup) -> bool:
    return group.update and group.release_version is None


def _releases(desired: Nodegroups, groups: Mapping[str, LiveNodegroup], answer: Answer | None, version: str) -> dict[str, str]:
    values = {parameter["Name"]: parameter["Value"] for parameter in (answer or {}).get("Parameters", ())}
    parameters = _parameters(desired, groups, version)
    return {group: values[parameter] for group, parameter in parameters.items() if parameter in values}
