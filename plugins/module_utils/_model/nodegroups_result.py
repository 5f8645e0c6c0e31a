# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node groups as they are returned: the module's option keys, and `status`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .nodegroups import LiveNodegroup, Nodegroup, Nodegroups, NodegroupsActual, Scaling
from .ownership import users_tags
from .reference import Ref, shown
from .scope import Scope


def nodegroups_result(desired: Nodegroups, actual: NodegroupsActual, _scope: Scope) -> dict[str, Any]:
    """Give the node groups as the module returns them."""
    return {
        "cluster": desired.cluster,
        "state": desired.state,
        "nodegroups": [_shown(group, actual.nodegroups.get(group.name)) for group in desired.nodegroups],
        "purge": desired.purge,
        "purge_unmanaged": desired.purge_unmanaged,
        "purge_labels": desired.purge_labels,
        "purge_tags": desired.purge_tags,
        "adopt": desired.adopt,
        **{name: shown(value) for name, value in desired.defaults.items()},
        "status": {"cluster_version": actual.cluster_version} if actual.cluster_version else {},
    }


def seen_nodegroups(actual: NodegroupsActual) -> list[dict[str, Any]]:
    """Give every group that was seen, for the `_info` module."""
    return [_shown(Nodegroup(name=name), live) for name, live in sorted(actual.nodegroups.items())]


def _shown(group: Nodegroup, live: LiveNodegroup | None) -> dict[str, Any]:
    result = {"name": group.name, "update": group.update, **_seen(live), **_declared(group)}
    if live or group.tags is not None:
        result["tags"] = {**users_tags(live.tags if live else {}), **(group.tags or {})}
    if live or group.labels is not None:
        result["labels"] = {**(live.labels if live else {}), **(group.labels or {})}
    status = _status(live) if live else {"arn": Ref(f"nodegroup/{group.name}", "nodegroup.nodegroupArn"), "state": "absent"}
    return {key: shown(value) for key, value in {**result, "status": status}.items() if value is not None}


def _seen(live: LiveNodegroup | None) -> dict[str, Any]:
    if live is None:
        return {}
    fields = {name: list(value) if isinstance(value, tuple) else value for name, value in live.fields.items() if name != "disk_size"}
    return {
        **fields,
        "version": live.version,
        "release_version": live.release_version,
        "scaling": {"min_size": live.min_size, "max_size": live.max_size},
        "taints": [{"key": taint.key, "value": taint.value, "effect": taint.effect} for taint in sorted(live.taints)],
        "update_config": _update_config(live.update_config),
        "node_repair_config": {"enabled": live.node_repair},
    }


def _declared(group: Nodegroup) -> dict[str, Any]:
    found: dict[str, Any] = {
        "version": group.version,
        "release_version": group.release_version,
        "ami_type": group.ami_type,
        "capacity_type": group.capacity_type,
        "instance_types": group.instance_types,
        "subnet_ids": group.subnet_ids,
        "node_role_arn": group.node_role_arn,
        "scaling": _sizes(group.scaling) or None,
        "taints": None if group.taints is None else [taint.to_api() for taint in group.taints],
        "update_config": None if group.update_config is None else _update_config(group.update_config),
        "node_repair_config": None if group.node_repair is None else {"enabled": group.node_repair},
        "disk": _without_nothing(
            {name: getattr(group.disk, name) for name in ("size_gib", "type", "encrypted", "kms_key_arn")} if group.disk else None
        ),
        "metadata_options": _without_nothing(
            {
                "http_tokens": group.metadata.http_tokens,
                "http_put_response_hop_limit": group.metadata.http_put_response_hop_limit,
            }
            if group.metadata
            else None
        ),
        "launch_template": _without_nothing(
            {"id": group.launch_template.id, "name": group.launch_template.name, "version": group.launch_template.version}
            if group.launch_template
            else None
        ),
    }
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items() if value is not None}


def _without_nothing(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {name: value for name, value in values.items() if value is not None}


def _sizes(scaling: Scaling) -> dict[str, int]:
    sizes = (("min_size", scaling.min_size), ("max_size", scaling.max_size))
    more = (("initial_size", scaling.initial_size), ("desired_size", scaling.desired_size))
    return {name: size for name, size in (*sizes, *more) if size is not None}


def _update_config(found: Mapping[str, int]) -> dict[str, int]:
    names = {"maxUnavailable": "max_unavailable", "maxUnavailablePercentage": "max_unavailable_percentage"}
    return {option: found[name] for name, option in names.items() if name in found}


def _status(live: LiveNodegroup) -> dict[str, Any]:
    return {
        "arn": live.arn,
        "state": live.status,
        "version": live.version,
        "release_version": live.release_version,
        "desired_size": live.desired_size,
        "autoscaling_groups": list(live.autoscaling_groups),
        "launch_template_id": live.template_id,
        "launch_template_version": live.template_version,
        "health": [str(issue) for issue in live.issues],
    }
