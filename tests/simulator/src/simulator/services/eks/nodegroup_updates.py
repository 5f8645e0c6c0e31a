# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates of node groups: one at a time, configuration and version apart. Each ends as ordered, and a failed one changes nothing."""

from __future__ import annotations

import json
from typing import Any

from . import addon_health, compute, durations, launch_templates, node_releases
from . import nodegroup_rules as rules
from .context import Context, Operation
from .fated import Issues, begin_update, close_update, open_update
from .launch_templates import Template, bad
from .nodegroups import in_use, nodegroup
from .store import Cluster, Record, Shown

IDLE = ("ACTIVE", "DEGRADED")
CONFIG = ("scalingConfig", "updateConfig", "nodeRepairConfig", "labels", "taints")
TITLES = {
    "minSize": "MinSize",
    "maxSize": "MaxSize",
    "desiredSize": "DesiredSize",
    "maxUnavailable": "MaxUnavailable",
    "maxUnavailablePercentage": "MaxUnavailablePercentage",
    "updateStrategy": "UpdateStrategy",
    "enabled": "NodeRepairEnabled",
    "addOrUpdateLabels": "LabelsToAdd",
    "removeLabels": "LabelsToRemove",
    "addOrUpdateTaints": "TaintsToAdd",
    "removeTaints": "TaintsToRemove",
}
"""What an update's parameters are called; others of the request have no name in the service model."""


def update_nodegroup_config(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer UpdateNodegroupConfig."""
    rules.require_supported(parameters)
    record = _idle(context, parameters)
    found = {member: record.shown[member] for member in CONFIG}
    after = _config_after(record.shown, parameters)
    if after == found:
        raise bad("No changes detected")
    update = _open(context, parameters, "ConfigUpdate", _titles(parameters))
    record.shown["status"] = "UPDATING"
    changes = {member: value for member, value in after.items() if value != found[member]}
    begin_update(context, "nodegroup", record, durations.NODEGROUP_CONFIG, end_config, update["id"], changes)
    return {"update": update}


def _config_after(shown: Shown, parameters: dict[str, Any]) -> Shown:
    """Lay a request over the configuration, or refuse it."""
    for member in ("updateConfig", "nodeRepairConfig"):
        rules.require_one_of_each(parameters.get(member, {}))
    return {
        "scalingConfig": rules.scaling(parameters.get("scalingConfig", {}), shown["scalingConfig"]),
        "updateConfig": _over(shown["updateConfig"], parameters.get("updateConfig", {})),
        "nodeRepairConfig": _over(shown["nodeRepairConfig"], parameters.get("nodeRepairConfig", {})),
        "labels": _labels(shown["labels"], parameters.get("labels", {})),
        "taints": _taints(shown["taints"], parameters.get("taints", {})),
    }


def _over(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Lay the wanted members over the found ones; a percentage takes the place of a number, and the other way round."""
    ousted = {other for pair in rules.ALTERNATIVES for other in pair if other not in wanted and set(pair) & wanted.keys()}
    return {**{member: value for member, value in found.items() if member not in ousted}, **wanted}


def _labels(found: dict[str, str], wanted: dict[str, Any]) -> dict[str, str]:
    added, removed = wanted.get("addOrUpdateLabels", {}), wanted.get("removeLabels", [])
    if both := sorted(added.keys() & set(removed)):
        raise bad(f"Labels [{', '.join(both)}] cannot be both added and removed.")
    rules.require_labels(added)
    return {**{key: value for key, value in found.items() if key not in removed}, **added}


def _taints(found: list[dict[str, str]], wanted: dict[str, Any]) -> list[dict[str, str]]:
    added, removed = wanted.get("addOrUpdateTaints", []), wanted.get("removeTaints", [])
    fresh = {rules.taint_key(taint): taint for taint in added}
    gone = {rules.taint_key(taint) for taint in removed}
    if fresh.keys() & gone:
        raise bad("A taint cannot be both added and removed.")
    rules.require_taints(added)
    kept = [fresh.pop(rules.taint_key(taint), taint) for taint in found if rules.taint_key(taint) not in gone]
    rules.require_taints([*kept, *fresh.values()])
    return [*kept, *fresh.values()]


def _titles(parameters: dict[str, Any]) -> dict[str, str]:
    given = [item for member in CONFIG for item in parameters.get(member, {}).items()]
    return {TITLES[name]: value if isinstance(value, str) else json.dumps(value) for name, value in given if name in TITLES}


def end_config(
    context: Context, cluster: Cluster, record: Record, outcome: str, issues: Issues, update_id: str, changes: dict[str, Any]
) -> None:
    """Apply the changes, or leave what was there."""
    if _close(context, cluster, record, outcome, issues, update_id):
        record.shown |= changes
        if "scalingConfig" in changes:
            compute.scale(context, record)
    addon_health.refresh(cluster)


def update_nodegroup_version(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer UpdateNodegroupVersion: the nodes are replaced while the update runs."""
    record = _idle(context, parameters)
    cluster = context.cluster(parameters["clusterName"])
    template = _template(context, record.shown, parameters)
    changes = _software_after(cluster, record.shown, parameters, template)
    if all(record.shown.get(member) == value for member, value in changes.items()):
        raise bad("No changes detected")
    update = _open(context, parameters, "VersionUpdate", _version_titles(changes))
    record.shown["status"] = "UPDATING"
    _roll(context, cluster, record, changes, template)
    forgiven = "PodEvictionFailure" if parameters.get("force") else ""
    begin_update(context, "nodegroup", record, durations.NODEGROUP_VERSION, end_version, update["id"], changes, forgiven)
    return {"update": update}


def _template(context: Context, shown: Shown, parameters: dict[str, Any]) -> Template | None:
    """Give the launch template version to go to: of the template that the node group was made with, and no other."""
    if "launchTemplate" not in shown:
        if "launchTemplate" in parameters:
            raise bad("A node group that was created without a launch template cannot be updated with one.")
        return None
    template = launch_templates.resolve(context, parameters.get("launchTemplate") or _same(shown))
    if template.id != shown["launchTemplate"]["id"]:
        raise bad("The launch template ID or name must match what was used when the node group was created.")
    if bool(template.image) != (shown["amiType"] == node_releases.CUSTOM):
        raise bad("A node group cannot change between a custom AMI and an EKS AMI.")
    return template


def _same(shown: Shown) -> dict[str, str]:
    return {"id": shown["launchTemplate"]["id"], "version": shown["launchTemplate"]["version"]}


def _software_after(cluster: Cluster, shown: Shown, parameters: dict[str, Any], template: Template | None) -> Shown:
    chosen: Shown = {"launchTemplate": template.shown()} if template else {}
    if template and template.image:
        launch_templates.require_no_release(parameters)
        return {**chosen, "releaseVersion": template.image, "version": cluster.shown["version"]}
    version: str = parameters.get("version") or shown["version"]
    _require_forward(shown["version"], version, cluster.shown["version"])
    node_releases.require_offered(shown["amiType"], version)
    wanted = parameters.get("releaseVersion")
    if wanted is None and "launchTemplate" in parameters and "version" not in parameters:
        wanted = shown["releaseVersion"]
    release = node_releases.release(shown["amiType"], version, wanted)
    if version == shown["version"]:
        _require_newer(node_releases.releases(shown["amiType"], version), shown["releaseVersion"], release)
    return {**chosen, "version": version, "releaseVersion": release}


def _require_forward(found: str, wanted: str, cluster: str) -> None:
    old, new, highest = (int(version.partition(".")[2]) for version in (found, wanted, cluster))
    if new < old:
        raise bad(f"Nodegroup Kubernetes version cannot be downgraded from {found} to {wanted}.")
    if new > highest:
        raise bad(f"Nodegroup Kubernetes version {wanted} cannot be newer than cluster version {cluster}.")


def _require_newer(offered: tuple[str, ...], found: str, wanted: str) -> None:
    if offered.index(wanted) < offered.index(found):
        raise bad(f"Nodegroup release version cannot be downgraded from {found} to {wanted}.")


def _version_titles(changes: Shown) -> dict[str, str]:
    titles = {"Version": changes["version"], "ReleaseVersion": changes["releaseVersion"]}
    if template := changes.get("launchTemplate"):
        titles |= {"LaunchTemplateName": template["name"], "LaunchTemplateVersion": template["version"]}
    return titles


def _roll(context: Context, cluster: Cluster, record: Record, changes: Shown, template: Template | None) -> None:
    """Start new nodes beside the old ones: up to twice as many as there are zones, or as may be unavailable, if that is more."""
    ahead = Record(shown={**record.shown, **changes}, hidden=record.hidden)
    compute.new_template_version(context, cluster, ahead, template)
    config, nodes = record.shown["updateConfig"], record.shown["scalingConfig"]["desiredSize"]
    share = -(-nodes * config.get("maxUnavailablePercentage", 0) // 100)
    extra = max(2 * compute.zones(context, record), config.get("maxUnavailable", share))
    compute.surge(context, record, 0 if config.get("updateStrategy") == "MINIMAL" else extra)


def end_version(
    context: Context, cluster: Cluster, record: Record, outcome: str, issues: Issues, update_id: str, changes: dict[str, Any], forgiven: str
) -> None:
    """End the roll: all nodes new, or all nodes old. With `force`, pods that cannot be evicted are `forgiven`."""
    if issues and all(issue.get("errorCode", issue.get("code")) == forgiven for issue in issues):
        outcome, issues = "", []
    if _close(context, cluster, record, outcome, issues, update_id):
        record.shown |= changes
        compute.replace(context, record)
    else:
        compute.give_up(context, record)
    addon_health.refresh(cluster)


def _idle(context: Context, parameters: dict[str, Any]) -> Record:
    record = nodegroup(context, parameters)
    if record.shown["status"] not in IDLE:
        raise in_use(parameters, "Nodegroup cannot be updated as it is currently not in Active State")
    return record


def _open(context: Context, parameters: dict[str, Any], kind: str, titles: dict[str, str]) -> Shown:
    cluster = context.cluster(parameters["clusterName"])
    return open_update(context, cluster, kind, titles, nodegroup=parameters["nodegroupName"])


def _close(context: Context, cluster: Cluster, record: Record, outcome: str, issues: Issues, update_id: str) -> bool:
    record.shown |= {"status": "ACTIVE", "modifiedAt": context.now()}
    return close_update(cluster, update_id, outcome, issues)


OPERATIONS: dict[str, Operation] = {
    "UpdateNodegroupConfig": update_nodegroup_config,
    "UpdateNodegroupVersion": update_nodegroup_version,
}
