# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates of a cluster as processes: begun one at a time, looked at, ended. What each kind changes is in `cluster_changes`.

DescribeUpdate and ListUpdates serve the updates of node groups and add-ons too, which their own modules begin.
"""

from __future__ import annotations

from typing import Any

from ...seam import Refusal, not_implemented
from . import cluster_logs, cluster_network, durations
from .cluster_changes import Change, encryption_change, kind_of, version_change
from .clusters import active_update, in_use
from .context import Context, Operation, new_update
from .paging import page
from .store import Cluster, Record, Shown

OWNERS = {"nodegroupName": "nodegroup", "addonName": "addon"}
ADDRESSES_FOR_A_VERSION = 5
"""A version update needs up to this many free addresses in the cluster's subnets (service model)."""


def update_cluster_config(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer UpdateClusterConfig: one type of update a call, one update at a time."""
    cluster = context.cluster(parameters["name"])
    kind = kind_of(parameters)
    _require_idle(cluster, kind.type)
    return _begin(context, cluster, kind.plan(context, cluster, parameters), durations.CLUSTER_CONFIG)


def update_cluster_version(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer UpdateClusterVersion: one minor version up."""
    cluster = context.cluster(parameters["name"])
    _require_idle(cluster, "VersionUpdate")
    return _begin(context, cluster, version_change(context, cluster, parameters), durations.CLUSTER_VERSION)


def associate_encryption_config(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer AssociateEncryptionConfig: once in a cluster's life."""
    cluster = context.cluster(parameters["clusterName"])
    _require_idle(cluster, "AssociateEncryptionConfig")
    return _begin(context, cluster, encryption_change(context, cluster, parameters), durations.CLUSTER_ENCRYPTION)


def _require_idle(cluster: Cluster, kind: str) -> None:
    name, status = cluster.shown["name"], cluster.shown["status"]
    if active_update(cluster):
        raise in_use(name, f"Cannot {kind} because cluster {name} currently has update in progress")
    if status != "ACTIVE":
        raise in_use(name, f"Cannot {kind} because cluster {name} currently has status {status}")


def _begin(context: Context, cluster: Cluster, change: Change, usual: float) -> dict[str, Any]:
    name = cluster.shown["name"]
    update = new_update(context, cluster, change.type, dict(change.params))
    fate = context.fate("update", name)
    seconds = usual if fate is None or fate.after is None else fate.after
    outcome, issues = (fate.outcome, fate.issues) if fate else ("", [])
    shown_after = min(durations.UPDATING_SHOWN_AFTER, seconds / 2)
    context.later("cluster", name, shown_after, show_updating, name, update.shown["id"])
    context.later("cluster", name, seconds, end_update, name, update.shown["id"], dict(change.after), outcome, issues)
    return {"update": update.shown}


def show_updating(context: Context, name: str, update_id: str) -> None:
    """Let the cluster's status follow its update, late as on AWS."""
    cluster = context.region.clusters[name]
    if cluster.updates[update_id].shown["status"] == "InProgress":
        cluster.shown["status"] = "UPDATING"


def end_update(context: Context, name: str, update_id: str, after: Shown, outcome: str, issues: list[dict[str, Any]]) -> None:
    """End as ordered or as usual; an update that did not succeed leaves the cluster as it was."""
    cluster = context.region.clusters[name]
    update = cluster.updates[update_id].shown
    cluster.shown["status"] = "ACTIVE"
    errors = [_error(issue) for issue in issues]
    if not errors and outcome in {"", "Successful"}:
        errors = OUTSIDE.get(update["type"], _nothing)(context, cluster, after)
    update["status"] = outcome or ("Failed" if errors else "Successful")
    update["errors"] = errors
    if update["status"] == "Successful":
        cluster.shown |= after
        cluster_logs.start_delivery(context, cluster)


def _error(issue: dict[str, Any]) -> dict[str, Any]:
    """Word an ordered issue as an update's error; it may be given in either shape."""
    code, message = issue.get("errorCode", issue.get("code", "Unknown")), issue.get("errorMessage", issue.get("message", ""))
    return {"errorCode": code, "errorMessage": message, "resourceIds": issue.get("resourceIds", [])}


def _nothing(context: Context, cluster: Cluster, after: Shown) -> list[dict[str, Any]]:
    return []


def _need_addresses(context: Context, cluster: Cluster, after: Shown) -> list[dict[str, Any]]:
    subnets = cluster.shown["resourcesVpcConfig"]["subnetIds"]
    if cluster_network.free_addresses(context, subnets) >= ADDRESSES_FOR_A_VERSION:
        return []
    told = f"The subnets have fewer than {ADDRESSES_FOR_A_VERSION} free IP addresses."
    return [{"errorCode": "IpNotAvailable", "errorMessage": told, "resourceIds": list(subnets)}]


def _move_interfaces(context: Context, cluster: Cluster, after: Shown) -> list[dict[str, Any]]:
    """Put the interfaces where the new configuration wants them; what it names may have gone since the request."""
    config = after["resourcesVpcConfig"]
    try:
        subnets = context.aws("ec2", "DescribeSubnets", SubnetIds=config["subnetIds"])["Subnets"]
        groups = [config["clusterSecurityGroupId"], *config["securityGroupIds"]]
        made = cluster_network.create_interfaces(context, cluster.shown["name"], subnets, groups)
    except Refusal as refusal:
        code = "SubnetNotFound" if "Subnet" in refusal.code else "SecurityGroupNotFound"
        return [{"errorCode": code, "errorMessage": refusal.message, "resourceIds": config["subnetIds"]}]
    cluster_network.remove_interfaces(context, cluster.hidden["interfaces"])
    cluster.hidden["interfaces"] = made
    return []


OUTSIDE = {"VersionUpdate": _need_addresses, "VpcConfigUpdate": _move_interfaces}
"""What an update does outside of EKS when it ends, and the errors that it fails with there."""


def describe_update(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DescribeUpdate; the update of a node group or add-on is found only under its name."""
    name, owner = parameters["name"], _owner(parameters)
    _note_read(context, name, owner)
    return {"update": _found(context.cluster(name), parameters["updateId"], owner).shown}


def list_updates(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer ListUpdates: the cluster's own, or those of one node group or add-on."""
    cluster, owner = context.cluster(parameters["name"]), _owner(parameters)
    _require_owner(cluster, owner)
    own = [update_id for update_id, update in cluster.updates.items() if _owned(update) == owner]
    return page("updateIds", own, parameters)


def cancel_update(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CancelUpdate: only rollbacks can be cancelled, and the simulator makes none."""
    update = _found(context.cluster(parameters["name"]), parameters["updateId"], {}).shown
    told = f"Update {update['id']} of type {update['type']} and status {update['status']} cannot be cancelled."
    raise Refusal("InvalidRequestException", f"{told} Only updates of type VersionRollback can.", clusterName=parameters["name"])


def _owner(parameters: dict[str, Any]) -> dict[str, str]:
    if "capabilityName" in parameters:
        raise not_implemented("eks: capabilityName")
    owner = {kind: parameters[member] for member, kind in OWNERS.items() if member in parameters}
    if len(owner) > 1:
        raise Refusal("InvalidParameterException", "Only one of nodegroupName and addonName can be provided.")
    return owner


def _owned(update: Record) -> dict[str, str]:
    return {kind: update.hidden[kind] for kind in OWNERS.values() if kind in update.hidden}


def _note_read(context: Context, name: str, owner: dict[str, str]) -> None:
    kind, member = next(iter(owner.items()), ("cluster", ""))
    context.read(kind, f"{name}/{member}" if member else name)


def _require_owner(cluster: Cluster, owner: dict[str, str]) -> None:
    there = {"nodegroup": cluster.nodegroups, "addon": cluster.addons}
    words = {"nodegroup": "node group", "addon": "addon"}
    for kind, name in owner.items():
        if name not in there[kind]:
            told = f"No {words[kind]} found for name: {name}."
            raise Refusal("ResourceNotFoundException", told, 404, clusterName=cluster.shown["name"])


def _found(cluster: Cluster, update_id: str, owner: dict[str, str]) -> Record:
    update = cluster.updates.get(update_id)
    if update is None or _owned(update) != owner:
        raise Refusal("ResourceNotFoundException", f"No update found for ID: {update_id}", 404, clusterName=cluster.shown["name"])
    return update


OPERATIONS: dict[str, Operation] = {
    "UpdateClusterConfig": update_cluster_config,
    "UpdateClusterVersion": update_cluster_version,
    "AssociateEncryptionConfig": associate_encryption_config,
    "DescribeUpdate": describe_update,
    "ListUpdates": list_updates,
    "CancelUpdate": cancel_update,
}
