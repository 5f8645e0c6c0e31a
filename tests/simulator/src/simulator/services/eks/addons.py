# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add-ons from CreateAddon to the last of their associations. What is offered is in `addon_catalogue`."""

from __future__ import annotations

import json
from typing import Any

from ...seam import Refusal
from . import addon_health, durations, pod_identity
from .addon_catalogue import addon_named, check_configuration, compatible_version
from .context import Context, Operation
from .fated import Issues, active_cluster, begin, begin_update, close_update, open_update
from .paging import page
from .store import Cluster, Record, Shown
from .tags import require_tags
from .trusted_roles import visible_role

BUSY = ("CREATING", "UPDATING", "DELETING")
CONFLICT = 'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1'
UPDATE_PARAMETERS = {
    "addonVersion": "AddonVersion",
    "serviceAccountRoleArn": "ServiceAccountRoleArn",
    "resolveConflicts": "ResolveConflicts",
    "configurationValues": "ConfigurationValues",
    "podIdentityAssociations": "PodIdentityAssociations",
}


def create_addon(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateAddon."""
    name = parameters["addonName"]
    cluster = active_cluster(context, parameters["clusterName"], f"addon {name}")
    if name in cluster.addons:
        raise in_use(parameters, "Addon already exists.")
    version = compatible_version(name, cluster.shown["version"], parameters.get("addonVersion"))
    _check(context, parameters)
    require_tags(parameters.get("tags", {}))
    record = Record(shown=_new(context, parameters, version))
    _check_associations(context, cluster, record, parameters)
    cluster.addons[name] = record
    _associate(context, cluster, record, parameters)
    resolve = "OVERWRITE" if parameters.get("resolveConflicts") == "OVERWRITE" else "NONE"
    begin(context, "addon", record, durations.ADDON_CREATE, end_create, resolve)
    return {"addon": record.shown}


def _new(context: Context, parameters: dict[str, Any], version: str) -> Shown:
    name, cluster, now = parameters["addonName"], parameters["clusterName"], context.now()
    entry = addon_named(name)
    namespace = parameters.get("namespaceConfig", {}).get("namespace", entry["defaultNamespace"])
    optional = {member: parameters[member] for member in ("serviceAccountRoleArn", "configurationValues") if parameters.get(member)}
    return {
        "addonName": name,
        "clusterName": cluster,
        "status": "CREATING",
        "addonVersion": version,
        "health": {"issues": []},
        "addonArn": context.arn("addon", cluster, name, context.uuid()),
        "createdAt": now,
        "modifiedAt": now,
        "tags": parameters.get("tags", {}),
        "publisher": entry["publisher"],
        "owner": entry["owner"],
        "namespaceConfig": {"namespace": namespace},
        **optional,
    }


def _check(context: Context, parameters: dict[str, Any]) -> None:
    """Refuse configuration that breaks the schema, and a role that EKS does not see."""
    if parameters.get("configurationValues"):
        check_configuration(parameters["addonName"], parameters["configurationValues"])
    arn = parameters.get("serviceAccountRoleArn")
    if arn and visible_role(context, arn) is None:
        raise Refusal("InvalidParameterException", f"serviceAccountRoleArn, {arn}, does not exist", addonName=parameters["addonName"])


def _check_associations(context: Context, cluster: Cluster, record: Record, parameters: dict[str, Any]) -> None:
    wanted = parameters.get("podIdentityAssociations") or []
    accounts = [one["serviceAccount"] for one in wanted]
    known = {one["serviceAccount"] for one in addon_named(parameters["addonName"])["podIdentityConfiguration"]}
    if len(set(accounts)) < len(accounts) or not known.issuperset(accounts):
        told = f"podIdentityAssociations must name each service account once, out of [{', '.join(sorted(known))}]"
        raise Refusal("InvalidParameterException", told, addonName=parameters["addonName"])
    for one in _spelled(record, wanted):
        pod_identity.check_new(context, cluster, one, within=record.shown["addonArn"])


def _spelled(record: Record, wanted: list[dict[str, str]]) -> list[dict[str, str]]:
    namespace = record.shown["namespaceConfig"]["namespace"]
    return [{"namespace": namespace, **one} for one in wanted]


def _associate(context: Context, cluster: Cluster, record: Record, parameters: dict[str, Any]) -> None:
    """Make the add-on's associations exactly what was given; absent means unchanged."""
    if "podIdentityAssociations" not in parameters:
        return
    wanted = {one["serviceAccount"]: one for one in _spelled(record, parameters["podIdentityAssociations"])}
    for identity, found in owned(cluster, record).items():
        if fresh := wanted.pop(found.shown["serviceAccount"], None):
            found.shown |= {"roleArn": fresh["roleArn"], "modifiedAt": context.now()}
        else:
            del cluster.pod_identities[identity]
    for one in wanted.values():
        pod_identity.associate(context, cluster, one, record.shown["addonArn"])
    record.shown["podIdentityAssociations"] = [found.shown["associationArn"] for found in owned(cluster, record).values()]


def owned(cluster: Cluster, record: Record) -> dict[str, Record]:
    """Give the associations that belong to an add-on, by id."""
    arn = record.shown["addonArn"]
    return {identity: found for identity, found in cluster.pod_identities.items() if found.shown.get("ownerArn") == arn}


def end_create(context: Context, cluster: Cluster, record: Record, outcome: str, issues: Issues, resolve: str) -> None:
    """Make the add-on what was ordered, or as healthy as the nodes allow."""
    outcome, issues = _resolved(outcome, issues, resolve)
    record.hidden["ordered"] = bool(outcome)
    record.shown |= {"status": outcome or "ACTIVE", "health": {"issues": issues}, "modifiedAt": context.now()}
    addon_health.refresh(cluster)


def _resolved(outcome: str, issues: Issues, resolve: str) -> tuple[str, Issues]:
    """Let OVERWRITE (an update's PRESERVE too) end well what would only have failed by a conflict."""
    issues = [{"message": CONFLICT, **issue} if issue.get("code") == "ConfigurationConflict" else issue for issue in issues]
    if resolve != "NONE" and issues and all(issue.get("code") == "ConfigurationConflict" for issue in issues):
        return "", []
    return outcome, issues


def update_addon(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer UpdateAddon: a failed one leaves the old version."""
    cluster, record = context.cluster(parameters["clusterName"]), _record(context, parameters)
    _require_idle(record, parameters)
    wanted = parameters.get("addonVersion", record.shown["addonVersion"])
    version = compatible_version(parameters["addonName"], cluster.shown["version"], wanted)
    _check(context, parameters)
    _check_associations(context, cluster, record, parameters)
    update = open_update(context, cluster, "AddonUpdate", _update_parameters(parameters), addon=parameters["addonName"])
    _associate(context, cluster, record, parameters)
    record.shown["status"] = "UPDATING"
    changes = {"addonVersion": version, "serviceAccountRoleArn": parameters.get("serviceAccountRoleArn")}
    if "configurationValues" in parameters:
        changes["configurationValues"] = parameters["configurationValues"]
    resolve = parameters.get("resolveConflicts", "NONE")
    begin_update(context, "addon", record, durations.ADDON_UPDATE, end_update, update["id"], changes, resolve)
    return {"update": update}


def _update_parameters(parameters: dict[str, Any]) -> dict[str, str]:
    given = {title: parameters[name] for name, title in UPDATE_PARAMETERS.items() if name in parameters}
    return {title: value if isinstance(value, str) else json.dumps(value) for title, value in given.items()}


def end_update(
    context: Context, cluster: Cluster, record: Record, outcome: str, issues: Issues, update_id: str, changes: dict[str, Any], resolve: str
) -> None:
    """Apply the changes, or leave what was there and say why."""
    outcome, issues = _resolved(outcome, issues, resolve)
    is_done = close_update(cluster, update_id, outcome, issues)
    record.hidden["ordered"] = not is_done
    record.shown |= {"status": "ACTIVE" if is_done else "UPDATE_FAILED", "health": {"issues": issues}, "modifiedAt": context.now()}
    if is_done:
        merged = record.shown | changes
        record.shown = {member: value for member, value in merged.items() if member not in changes or value}
    addon_health.refresh(cluster)


def delete_addon(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DeleteAddon; `preserve` is remembered for the cluster's own content."""
    record = _record(context, parameters)
    _require_idle(record, parameters)
    record.shown["status"] = "DELETING"
    kept = [parameters["addonName"]] if parameters.get("preserve") else []
    begin(context, "addon", record, durations.ADDON_DELETE, end_delete, kept)
    return {"addon": record.shown}


def end_delete(context: Context, cluster: Cluster, record: Record, outcome: str, issues: Issues, kept: list[str]) -> None:
    """Forget the add-on and its associations."""
    del context
    if outcome:
        record.hidden["ordered"] = True
        record.shown |= {"status": outcome, "health": {"issues": issues}}
        return
    for identity in owned(cluster, record):
        del cluster.pod_identities[identity]
    del cluster.addons[record.shown["addonName"]]
    cluster.hidden.setdefault("preserved_addons", []).extend(kept)


def describe_addon(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DescribeAddon."""
    context.read("addon", f"{parameters['clusterName']}/{parameters['addonName']}")
    addon_health.refresh(context.cluster(parameters["clusterName"]))
    return {"addon": _record(context, parameters).shown}


def list_addons(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer ListAddons."""
    return page("addons", sorted(context.cluster(parameters["clusterName"]).addons), parameters)


def _record(context: Context, parameters: dict[str, Any]) -> Record:
    cluster, name = context.cluster(parameters["clusterName"]), parameters["addonName"]
    if name not in cluster.addons:
        message = f"No addon: {name} found in cluster: {parameters['clusterName']}"
        raise Refusal("ResourceNotFoundException", message, 404, clusterName=parameters["clusterName"], addonName=name)
    return cluster.addons[name]


def _require_idle(record: Record, parameters: dict[str, Any]) -> None:
    if record.shown["status"] in BUSY:
        raise in_use(parameters, f"Addon {parameters['addonName']} cannot be changed: it is currently in {record.shown['status']} state")


def in_use(parameters: dict[str, Any], message: str) -> Refusal:
    """Refuse because of what the add-on is doing, or because it is there."""
    return Refusal("ResourceInUseException", message, 409, clusterName=parameters["clusterName"], addonName=parameters["addonName"])


OPERATIONS: dict[str, Operation] = {
    "CreateAddon": create_addon,
    "DescribeAddon": describe_addon,
    "ListAddons": list_addons,
    "UpdateAddon": update_addon,
    "DeleteAddon": delete_addon,
}
