# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pod identity associations: which service account may act as which role. What add-ons do with theirs is in `addons`."""

from __future__ import annotations

from typing import Any

from ...seam import Refusal
from .context import Context, Operation
from .paging import page
from .store import Cluster, Record
from .trusted_roles import trusted_actions, visible_role

LIMIT = 1000
PRINCIPAL = "pods.eks.amazonaws.com"
NEEDED = {"sts:AssumeRole", "sts:TagSession"}
SUMMARY = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")


def create_association(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreatePodIdentityAssociation."""
    cluster = _active(context, parameters["clusterName"])
    return {"association": associate(context, cluster, parameters).shown}


def associate(context: Context, cluster: Cluster, wanted: dict[str, Any], owner: str = "") -> Record:
    """Make an association, for a user or for the add-on with the ARN `owner`."""
    check_new(context, cluster, wanted)
    name = cluster.shown["name"]
    identity = f"a-{context.world.token(17)}"
    shown = {
        "clusterName": name,
        "namespace": wanted["namespace"],
        "serviceAccount": wanted["serviceAccount"],
        "roleArn": wanted["roleArn"],
        "associationArn": context.arn("podidentityassociation", name, identity),
        "associationId": identity,
        "tags": wanted.get("tags", {}),
        "createdAt": context.now(),
        "modifiedAt": context.now(),
        "disableSessionTags": wanted.get("disableSessionTags", False),
        **_target(context, name, wanted),
        **({"policy": wanted["policy"]} if wanted.get("policy") else {}),
        **({"ownerArn": owner} if owner else {}),
    }
    cluster.pod_identities[identity] = record = Record(shown=shown)
    return record


def check_new(context: Context, cluster: Cluster, wanted: dict[str, Any], within: str = "") -> None:
    """Refuse an association that cannot be made; `within` is the add-on whose own associations do not count."""
    account = (wanted["namespace"], wanted["serviceAccount"])
    for identity, record in cluster.pod_identities.items():
        taken = (record.shown["namespace"], record.shown["serviceAccount"])
        if taken == account and (not within or record.shown.get("ownerArn") != within):
            raise Refusal("ResourceInUseException", f"Association already exists: {identity}", 409, clusterName=cluster.shown["name"])
    if len(cluster.pod_identities) >= LIMIT:
        raise Refusal("ResourceLimitExceededException", f"Cluster has reached the limit of {LIMIT} pod identity associations")
    check_role(context, wanted["roleArn"])
    _check_policy(wanted)


def check_role(context: Context, arn: str) -> None:
    """Refuse a role that is missing, of another account, or does not trust EKS's pods."""
    if arn.split(":")[4:5] != [context.caller.account]:
        raise Refusal("InvalidParameterException", f"Role {arn} must be in the same account as the cluster")
    role = visible_role(context, arn)
    if role is None:
        raise Refusal("InvalidParameterException", "Role provided in the request does not exist.")
    if not trusted_actions(role, PRINCIPAL) >= NEEDED:
        told = f"Trust policy of role {arn} must allow {PRINCIPAL} to perform {' and '.join(sorted(NEEDED))}"
        raise Refusal("InvalidParameterException", told)


def _check_policy(wanted: dict[str, Any]) -> None:
    if wanted.get("policy") and not wanted.get("disableSessionTags"):
        raise Refusal("InvalidParameterException", "A policy requires disableSessionTags to be true")


def _target(context: Context, cluster: str, wanted: dict[str, Any]) -> dict[str, Any]:
    if not wanted.get("targetRoleArn"):
        return {}
    return {"targetRoleArn": wanted["targetRoleArn"], "externalId": f"{context.caller.account}-{cluster}-{context.world.token(8)}"}


def describe_association(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DescribePodIdentityAssociation."""
    return {"association": _record(context, parameters).shown}


def list_associations(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer ListPodIdentityAssociations, by namespace and service account where they are given."""
    wanted = {name: parameters[name] for name in ("namespace", "serviceAccount") if parameters.get(name)}
    records = context.cluster(parameters["clusterName"]).pod_identities.values()
    found = [record.shown for record in records if all(record.shown[name] == value for name, value in wanted.items())]
    return page("associations", [{name: shown[name] for name in SUMMARY if name in shown} for shown in found], parameters)


def update_association(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer UpdatePodIdentityAssociation: at once, without an update record."""
    shown = _record(context, parameters).shown
    _refuse_owned("update", shown)
    changes: dict[str, Any] = {name: parameters[name] for name in ("roleArn", "disableSessionTags", "policy") if name in parameters}
    if "roleArn" in changes:
        check_role(context, changes["roleArn"])
    _check_policy(shown | changes)
    shown |= changes
    if "targetRoleArn" in parameters:
        shown.pop("targetRoleArn", None)
        shown |= _target(context, parameters["clusterName"], parameters)
    shown["modifiedAt"] = context.now()
    return {"association": shown}


def delete_association(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DeletePodIdentityAssociation."""
    shown = _record(context, parameters).shown
    _refuse_owned("delete", shown)
    del context.cluster(parameters["clusterName"]).pod_identities[shown["associationId"]]
    return {"association": shown}


def _refuse_owned(verb: str, shown: dict[str, Any]) -> None:
    if owner := shown.get("ownerArn"):
        message = f"Cannot {verb} pod identity association {shown['associationId']}: it is owned by {owner}; use UpdateAddon"
        raise Refusal("InvalidRequestException", message, clusterName=shown["clusterName"])


def _record(context: Context, parameters: dict[str, Any]) -> Record:
    found = context.cluster(parameters["clusterName"]).pod_identities.get(parameters["associationId"])
    if found is None:
        message = f"No association found for id: {parameters['associationId']}."
        raise Refusal("ResourceNotFoundException", message, 404, clusterName=parameters["clusterName"])
    return found


def _active(context: Context, name: str) -> Cluster:
    cluster = context.cluster(name)
    if cluster.shown["status"] not in ("ACTIVE", "UPDATING"):
        raise Refusal("InvalidRequestException", f"Cluster '{name}' is in {cluster.shown['status']} status", clusterName=name)
    return cluster


OPERATIONS: dict[str, Operation] = {
    "CreatePodIdentityAssociation": create_association,
    "DescribePodIdentityAssociation": describe_association,
    "ListPodIdentityAssociations": list_associations,
    "UpdatePodIdentityAssociation": update_association,
    "DeletePodIdentityAssociation": delete_association,
}
