# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fargate profiles: immutable apart from their tags, and one at a time in a cluster."""

from __future__ import annotations

from typing import Any

from ...seam import Refusal
from . import durations, roles
from .context import Context, Operation
from .fated import Issues, active_cluster, begin
from .paging import page
from .store import Cluster, Record, Shown
from .subnet_facts import public_subnets, subnets_of
from .tags import require_tags
from .trusted_roles import trusted_actions, visible_role

PRINCIPAL = "eks-fargate-pods.amazonaws.com"
SERVICE, SERVICE_ROLE = "eks-fargate.amazonaws.com", "AWSServiceRoleForAmazonEKSForFargate"
MOST_SELECTORS, MOST_LABELS = 5, 5
BUSY = ("CREATING", "DELETING")


def create_fargate_profile(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateFargateProfile."""
    name = parameters["fargateProfileName"]
    cluster = active_cluster(context, parameters["clusterName"], f"Fargate Profile {name}")
    if name in cluster.fargate_profiles:
        raise _in_use(parameters, "A Fargate Profile already exists with this name in this cluster.")
    _require_quiet(cluster, "Create", parameters)
    _require_selectors(parameters.get("selectors") or [])
    _require_role(context, parameters["podExecutionRoleArn"])
    require_tags(parameters.get("tags", {}))
    subnets = _private(context, cluster, parameters.get("subnets") or [])
    roles.ensure_service_linked(context, SERVICE, SERVICE_ROLE)
    record = Record(shown=_shown(context, parameters, subnets))
    cluster.fargate_profiles[name] = record
    begin(context, "fargateprofile", record, durations.FARGATE_CREATE, end_create)
    return {"fargateProfile": record.shown}


def _shown(context: Context, parameters: dict[str, Any], subnets: list[str]) -> Shown:
    name, cluster = parameters["fargateProfileName"], parameters["clusterName"]
    return {
        "fargateProfileName": name,
        "fargateProfileArn": context.arn("fargateprofile", cluster, name, context.uuid()),
        "clusterName": cluster,
        "createdAt": context.now(),
        "podExecutionRoleArn": parameters["podExecutionRoleArn"],
        "subnets": subnets,
        "selectors": parameters["selectors"],
        "status": "CREATING",
        "tags": parameters.get("tags", {}),
        "health": {"issues": []},
    }


def _require_selectors(selectors: list[dict[str, Any]]) -> None:
    if not selectors:
        raise _bad("Fargate Profile requires at least one selector.")
    if len(selectors) > MOST_SELECTORS:
        raise _bad(f"Fargate Profile can't have more than {MOST_SELECTORS} selectors.")
    if any(not selector.get("namespace") for selector in selectors):
        raise _bad("Fargate Profile must have at least one selector with at least one namespace value.")
    if any(len(selector.get("labels", {})) > MOST_LABELS for selector in selectors):
        raise _bad(f"A selector can't have more than {MOST_LABELS} labels.")


def _require_role(context: Context, arn: str) -> None:
    role = visible_role(context, arn)
    if role is None:
        raise _bad(f"podExecutionRoleArn, {arn}, does not exist")
    if "sts:AssumeRole" not in trusted_actions(role, PRINCIPAL):
        raise _bad(f"Misconfigured PodExecutionRole Trust Policy; Please add the {PRINCIPAL} Service Principal")


def _private(context: Context, cluster: Cluster, wanted: list[str]) -> list[str]:
    """Give the wanted subnets, or the cluster's private ones; refuse public ones."""
    found = subnets_of(context, cluster, wanted or cluster.shown["resourcesVpcConfig"]["subnetIds"])
    public = {subnet["SubnetId"] for subnet in public_subnets(context, found)}
    private = [subnet["SubnetId"] for subnet in found if subnet["SubnetId"] not in public]
    if wanted and public:
        raise _bad(f"Subnet {next(one for one in wanted if one in public)} provided in Fargate Profile is not a private subnet")
    if not private:
        raise _bad("Fargate Profile requires at least one private subnet.")
    return private


def end_create(context: Context, cluster: Cluster, record: Record, outcome: str, issues: Issues) -> None:
    """Make the profile ACTIVE, or what was ordered."""
    del context, cluster
    record.shown |= {"status": outcome or "ACTIVE", "health": {"issues": issues}}


def describe_fargate_profile(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DescribeFargateProfile."""
    context.read("fargateprofile", f"{parameters['clusterName']}/{parameters['fargateProfileName']}")
    return {"fargateProfile": _record(context, parameters).shown}


def list_fargate_profiles(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer ListFargateProfiles."""
    return page("fargateProfileNames", sorted(context.cluster(parameters["clusterName"]).fargate_profiles), parameters)


def delete_fargate_profile(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DeleteFargateProfile."""
    record = _record(context, parameters)
    _require_quiet(context.cluster(parameters["clusterName"]), "Delete", parameters)
    record.shown["status"] = "DELETING"
    begin(context, "fargateprofile", record, durations.FARGATE_DELETE, end_delete)
    return {"fargateProfile": record.shown}


def end_delete(context: Context, cluster: Cluster, record: Record, outcome: str, issues: Issues) -> None:
    """Forget the profile."""
    del context
    if outcome:
        record.shown |= {"status": outcome, "health": {"issues": issues}}
    else:
        del cluster.fargate_profiles[record.shown["fargateProfileName"]]


def _require_quiet(cluster: Cluster, verb: str, parameters: dict[str, Any]) -> None:
    """Refuse while any profile of the cluster comes or goes."""
    for name, record in cluster.fargate_profiles.items():
        if record.shown["status"] in BUSY:
            subject = f"Cannot {verb} Fargate Profile {parameters['fargateProfileName']} because cluster {parameters['clusterName']}"
            raise _in_use(parameters, f"{subject} currently has Fargate profile {name} in status {record.shown['status']}")


def _record(context: Context, parameters: dict[str, Any]) -> Record:
    cluster, name = context.cluster(parameters["clusterName"]), parameters["fargateProfileName"]
    if name not in cluster.fargate_profiles:
        members = {"clusterName": parameters["clusterName"], "fargateProfileName": name}
        raise Refusal("ResourceNotFoundException", f"No Fargate Profile found with name: {name}.", 404, **members)
    return cluster.fargate_profiles[name]


def _bad(message: str) -> Refusal:
    return Refusal("InvalidParameterException", message)


def _in_use(parameters: dict[str, Any], message: str) -> Refusal:
    return Refusal("ResourceInUseException", message, 409, clusterName=parameters["clusterName"])


OPERATIONS: dict[str, Operation] = {
    "CreateFargateProfile": create_fargate_profile,
    "DescribeFargateProfile": describe_fargate_profile,
    "ListFargateProfiles": list_fargate_profiles,
    "DeleteFargateProfile": delete_fargate_profile,
}
