# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node groups: created, looked at, deleted. Rules are in `nodegroup_rules`, updates in `nodegroup_updates`, the EC2 side in `compute`."""

from __future__ import annotations

from typing import Any

from ...seam import Refusal
from . import addon_health, compute, durations, launch_templates, node_releases, roles
from . import nodegroup_rules as rules
from .context import Context, Operation
from .fated import Issues, active_cluster, begin, meanwhile
from .launch_templates import Template
from .paging import page
from .store import Cluster, Record, Shown
from .subnet_facts import subnets_of
from .tags import require_tags

SERVICE, SERVICE_ROLE = "eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup"
SPOT = ("spot.amazonaws.com", "AWSServiceRoleForEC2Spot")
BUSY = ("CREATING", "UPDATING", "DELETING")
DRAIN = 60.0
"""Chosen: from DeleteNodegroup to the end of the instances; users measure up to five minutes."""
DISK, WINDOWS_DISK = 20, 50


def create_nodegroup(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateNodegroup: everything is judged before anything is made."""
    name = parameters["nodegroupName"]
    cluster = active_cluster(context, parameters["clusterName"], f"nodegroup {name}")
    if name in cluster.nodegroups:
        raise in_use(parameters, f"NodeGroup already exists with name {name} and cluster name {parameters['clusterName']}")
    template = _template(context, parameters)
    _require_allowed(context, parameters)
    subnets = subnets_of(context, cluster, parameters["subnets"])
    shown = _described(context, cluster, parameters, template)
    roles.ensure_service_linked(context, SERVICE, SERVICE_ROLE)
    if shown["capacityType"] == "SPOT":
        roles.ensure_service_linked(context, *SPOT)
    record = Record(shown=shown, hidden={"security_groups": compute.security_groups(cluster, template)})
    record.hidden["template_instance_type"] = template.data.get("InstanceType", "") if template else ""
    cluster.nodegroups[name] = record
    compute.make(context, cluster, record, template)
    ahead = rules.issues_ahead(context, parameters["nodeRole"], subnets)
    begin(context, "nodegroup", record, _seconds(ahead), end_create, ahead)
    return {"nodegroup": shown}


def _template(context: Context, parameters: dict[str, Any]) -> Template | None:
    if "launchTemplate" not in parameters:
        return None
    template = launch_templates.resolve(context, parameters["launchTemplate"])
    launch_templates.require_alone(template, parameters)
    return template


def _require_allowed(context: Context, parameters: dict[str, Any]) -> None:
    rules.require_supported(parameters)
    rules.require_name(parameters["nodegroupName"])
    require_tags(parameters.get("tags", {}))
    rules.require_labels(parameters.get("labels", {}))
    rules.require_taints(parameters.get("taints", []))
    rules.require_one_of_each(parameters.get("updateConfig", {}))
    rules.require_one_of_each(parameters.get("nodeRepairConfig", {}))
    rules.scaling(parameters.get("scalingConfig", {}))
    if not parameters["subnets"]:
        raise launch_templates.bad("Subnets must not be empty.")
    rules.require_role(context, parameters["nodeRole"])


def _described(context: Context, cluster: Cluster, parameters: dict[str, Any], template: Template | None) -> Shown:
    """Give the new node group as a Describe shows it."""
    cluster_name, name, now = parameters["clusterName"], parameters["nodegroupName"], context.now()
    return {
        "nodegroupName": name,
        "nodegroupArn": context.arn("nodegroup", cluster_name, name, context.uuid()),
        "clusterName": cluster_name,
        "createdAt": now,
        "modifiedAt": now,
        "status": "CREATING",
        "capacityType": parameters.get("capacityType", "ON_DEMAND"),
        "scalingConfig": rules.scaling(parameters.get("scalingConfig", {})),
        "subnets": parameters["subnets"],
        "nodeRole": parameters["nodeRole"],
        "labels": parameters.get("labels", {}),
        "taints": parameters.get("taints", []),
        "health": {"issues": []},
        "updateConfig": {"maxUnavailable": 1} if not _limits(parameters) else parameters["updateConfig"],
        "nodeRepairConfig": {"enabled": False, **parameters.get("nodeRepairConfig", {})},
        "tags": parameters.get("tags", {}),
        **_machines(context, cluster, parameters, template),
    }


def _limits(parameters: dict[str, Any]) -> bool:
    config = parameters.get("updateConfig", {})
    return "maxUnavailable" in config or "maxUnavailablePercentage" in config


def _machines(context: Context, cluster: Cluster, parameters: dict[str, Any], template: Template | None) -> Shown:
    """Give what a Describe shows of the nodes' machines and of what runs on them."""
    types = parameters.get("instanceTypes") or []
    own = template.data.get("InstanceType") if template else None
    shown: Shown = {} if own else {"instanceTypes": types or ["t3.medium"]}
    shown |= _software(cluster, parameters, template)
    rules.require_instance_types(context, [own] if own else shown["instanceTypes"], shown["amiType"])
    if template:
        return shown | {"launchTemplate": template.shown()}
    disk = WINDOWS_DISK if shown["amiType"].startswith("WINDOWS") else DISK
    return shown | {"diskSize": parameters.get("diskSize", disk)}


def _software(cluster: Cluster, parameters: dict[str, Any], template: Template | None) -> Shown:
    version = rules.version(parameters.get("version"), cluster.shown["version"])
    if template and template.image:
        return {"amiType": node_releases.CUSTOM, "version": version, "releaseVersion": template.image}
    ami_type = parameters.get("amiType", node_releases.DEFAULT_AMI_TYPE)
    if ami_type == node_releases.CUSTOM:
        raise launch_templates.bad("amiType CUSTOM needs a launch template with an image id.")
    node_releases.require_offered(ami_type, version)
    release = node_releases.release(ami_type, version, parameters.get("releaseVersion"))
    return {"amiType": ami_type, "version": version, "releaseVersion": release}


def _seconds(ahead: Issues) -> float:
    """Nodes that do not join are waited for."""
    waits = any(issue["code"] == "NodeCreationFailure" for issue in ahead)
    return durations.NODE_JOIN_LIMIT if waits else durations.NODEGROUP_CREATE


def end_create(context: Context, cluster: Cluster, record: Record, outcome: str, issues: Issues, ahead: Issues) -> None:
    """Make the node group what was ordered, or what its network and its role allow."""
    del context
    outcome = outcome or ("CREATE_FAILED" if ahead else "ACTIVE")
    record.hidden["ordered"] = outcome != "ACTIVE"
    record.shown["resources"] = {"autoScalingGroups": [{"name": record.hidden["group"]}]}
    record.shown |= {"status": outcome, "health": {"issues": issues or ahead}}
    addon_health.refresh(cluster)


def describe_nodegroup(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DescribeNodegroup."""
    context.read("nodegroup", f"{parameters['clusterName']}/{parameters['nodegroupName']}")
    record = nodegroup(context, parameters)
    observe(context, record)
    return {"nodegroup": record.shown}


def observe(context: Context, record: Record) -> None:
    """Take over what was done to the Auto Scaling group: an autoscaler's size, or its loss."""
    if record.shown["status"] != "ACTIVE":
        return
    group = compute.group_of(context, record)
    if group:
        record.shown["scalingConfig"]["desiredSize"] = group["DesiredCapacity"]
        return
    name = record.hidden["group"]
    issue = {"code": "AutoScalingGroupNotFound", "message": f"We couldn't find the Auto Scaling group {name}.", "resourceIds": [name]}
    record.shown |= {"status": "DEGRADED", "health": {"issues": [issue]}}


def list_nodegroups(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer ListNodegroups."""
    return page("nodegroups", sorted(context.cluster(parameters["clusterName"]).nodegroups), parameters)


def delete_nodegroup(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DeleteNodegroup: the instances go first, then what started them, then the node group."""
    record = nodegroup(context, parameters)
    if record.shown["status"] in BUSY:
        told = f"Nodegroup {parameters['nodegroupName']} cannot be deleted as it is currently in {record.shown['status']} status"
        raise in_use(parameters, told)
    record.shown |= {"status": "DELETING", "health": {"issues": []}}
    meanwhile(context, "nodegroup", record, DRAIN, end_drain)
    begin(context, "nodegroup", record, durations.NODEGROUP_DELETE, end_delete)
    return {"nodegroup": record.shown}


def end_drain(context: Context, cluster: Cluster, record: Record, outcome: str, issues: Issues) -> None:
    """End the instances."""
    del outcome, issues
    compute.drain(context, record)
    record.shown["scalingConfig"] |= {"minSize": 0, "desiredSize": 0}
    addon_health.refresh(cluster)


def end_delete(context: Context, cluster: Cluster, record: Record, outcome: str, issues: Issues) -> None:
    """Forget the node group; an interface of the VPC CNI may stay behind."""
    if outcome:
        record.shown |= {"status": outcome, "health": {"issues": issues}}
        return
    compute.remove(context, record)
    compute.leave_interface(context, cluster, record)
    del cluster.nodegroups[record.shown["nodegroupName"]]
    addon_health.refresh(cluster)


def nodegroup(context: Context, parameters: dict[str, Any]) -> Record:
    """Give the node group that a request names, or refuse as EKS does."""
    cluster, name = context.cluster(parameters["clusterName"]), parameters["nodegroupName"]
    if name not in cluster.nodegroups:
        members = {"clusterName": parameters["clusterName"], "nodegroupName": name}
        raise Refusal("ResourceNotFoundException", f"No node group found for name: {name}.", 404, **members)
    return cluster.nodegroups[name]


def in_use(parameters: dict[str, Any], message: str) -> Refusal:
    """Refuse because of what the node group is doing, or because it is there."""
    members = {"clusterName": parameters["clusterName"], "nodegroupName": parameters["nodegroupName"]}
    return Refusal("ResourceInUseException", message, 409, **members)


OPERATIONS: dict[str, Operation] = {
    "CreateNodegroup": create_nodegroup,
    "DescribeNodegroup": describe_nodegroup,
    "ListNodegroups": list_nodegroups,
    "DeleteNodegroup": delete_nodegroup,
}
