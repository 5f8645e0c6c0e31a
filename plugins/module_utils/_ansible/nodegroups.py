# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `nodegroups` and its `_info`: their options, and the functions behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._aws.nodegroups import read_nodegroups
from .._model.nodegroups import CAPACITY_TYPES, EFFECTS, Nodegroups, NodegroupsActual
from .._model.nodegroups_result import nodegroups_result, seen_nodegroups
from .._model.scope import Scope
from .._plan.nodegroups import plan_nodegroups
from .noun import Info, Noun

_STRINGS = {"type": "list", "elements": "str"}

_NODEGROUP: Mapping[str, Any] = {
    "name": {"type": "str", "required": True},
    "version": {"type": "str"},
    "release_version": {"type": "str"},
    "ami_type": {"type": "str"},
    "capacity_type": {"type": "str", "choices": list(CAPACITY_TYPES)},
    "instance_types": _STRINGS,
    "subnet_ids": _STRINGS,
    "node_role_arn": {"type": "str"},
    "scaling": {
        "type": "dict",
        "options": {name: {"type": "int"} for name in ("min_size", "max_size", "initial_size", "desired_size")},
    },
    "labels": {"type": "dict"},
    "taints": {
        "type": "list",
        "elements": "dict",
        "options": {
            "key": {"type": "str", "required": True, "no_log": False},
            "value": {"type": "str"},
            "effect": {"type": "str", "required": True, "choices": list(EFFECTS)},
        },
    },
    "update_config": {
        "type": "dict",
        "options": {"max_unavailable": {"type": "int"}, "max_unavailable_percentage": {"type": "int"}},
    },
    "node_repair_config": {"type": "dict", "options": {"enabled": {"type": "bool"}}},
    "disk": {
        "type": "dict",
        "options": {
            "size_gib": {"type": "int"},
            "type": {"type": "str", "choices": ["gp2", "gp3", "io1", "io2"]},
            "encrypted": {"type": "bool"},
            "kms_key_arn": {"type": "str", "no_log": False},
        },
    },
    "metadata_options": {
        "type": "dict",
        "options": {
            "http_tokens": {"type": "str", "choices": ["required", "optional"], "no_log": False},
            "http_put_response_hop_limit": {"type": "int"},
        },
    },
    "launch_template": {
        "type": "dict",
        "options": {"id": {"type": "str"}, "name": {"type": "str"}, "version": {"type": "str"}},
    },
    "tags": {"type": "dict"},
    "update": {"type": "bool", "default": False},
    "status": {"type": "dict"},
}

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "cluster": {"type": "str", "required": True},
    "nodegroups": {"type": "list", "elements": "dict", "options": _NODEGROUP},
    "subnet_ids": _STRINGS,
    "node_role_arn": {"type": "str"},
    "defaults": {"type": "dict"},
    "purge": {"type": "bool", "default": False},
    "purge_unmanaged": {"type": "bool", "default": False},
    "purge_labels": {"type": "bool", "default": False},
    "purge_tags": {"type": "bool", "default": False},
    "adopt": {"type": "bool", "default": False},
    "status": {"type": "dict"},
}

NOUN = Noun(
    name="nodegroups",
    options=OPTIONS,
    desired=Nodegroups.from_options,
    read=read_nodegroups,
    plan=plan_nodegroups,
    result=nodegroups_result,
    lock_name=lambda desired: str(desired.cluster),
)


def _asked(options: Mapping[str, Any], scope: Scope) -> Nodegroups:
    """Ask for the named groups, or for all of the cluster."""
    named = [{"name": name} for name in options.get("names") or ()]
    desired = Nodegroups.from_options({"cluster": options["cluster"], "nodegroups": named}, scope)
    return desired if named else replace(desired, purge=True)


def _asked_result(_asked: Nodegroups, actual: NodegroupsActual, _scope: Scope) -> dict[str, Any]:
    return {"nodegroups": seen_nodegroups(actual)}


INFO = Info(
    options={"cluster": {"type": "str", "required": True}, "names": _STRINGS},
    desired=_asked,
    read=read_nodegroups,
    result=_asked_result,
)
