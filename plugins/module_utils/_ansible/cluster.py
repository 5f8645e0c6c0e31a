# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `cluster` and its `_info`: their options, and the functions behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._aws.cluster import read_cluster
from .._model.cluster import AUTHENTICATION_MODES, LOG_TYPES, Cluster, ClusterActual, cluster_result
from .._model.scope import Scope
from .._plan.cluster import plan_cluster
from .._run.gateway import Gateway
from .noun import Info, Noun

_STRINGS = {"type": "list", "elements": "str"}

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str", "required": True},
    "version": {"type": "str"},
    "role_arn": {"type": "str"},
    "resources_vpc_config": {
        "type": "dict",
        "options": {
            "subnet_ids": _STRINGS,
            "security_group_ids": _STRINGS,
            "endpoint_public_access": {"type": "bool"},
            "endpoint_private_access": {"type": "bool"},
            "public_access_cidrs": _STRINGS,
        },
    },
    "kubernetes_network_config": {
        "type": "dict",
        "options": {"service_ipv4_cidr": {"type": "str"}, "ip_family": {"type": "str", "choices": ["ipv4", "ipv6"]}},
    },
    "logging": {**_STRINGS, "choices": list(LOG_TYPES)},
    "log_retention_days": {"type": "int"},
    "delete_log_group": {"type": "bool", "default": True},
    "encryption_config": {"type": "dict", "options": {"key_arn": {"type": "str", "no_log": False}}},
    "access_config": {
        "type": "dict",
        "options": {
            "authentication_mode": {"type": "str", "choices": list(AUTHENTICATION_MODES)},
            "bootstrap_cluster_creator_admin_permissions": {"type": "bool"},
        },
    },
    "bootstrap_self_managed_addons": {"type": "bool"},
    "upgrade_policy": {"type": "dict", "options": {"support_type": {"type": "str", "choices": ["STANDARD", "EXTENDED"]}}},
    "zonal_shift_config": {"type": "dict", "options": {"enabled": {"type": "bool"}}},
    "control_plane_scaling_config": {"type": "dict", "options": {"tier": {"type": "str"}}},
    "remote_network_config": {
        "type": "dict",
        "options": {"remote_node_networks": _STRINGS, "remote_pod_networks": _STRINGS},
    },
    "deletion_protection": {"type": "bool"},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": False},
    "adopt": {"type": "bool", "default": False},
    "status": {"type": "dict"},
}

NOUN = Noun(
    name="cluster",
    options=OPTIONS,
    desired=Cluster.from_options,
    read=read_cluster,
    plan=plan_cluster,
    result=cluster_result,
    lock_name=lambda desired: str(desired.name),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedClusters:
    """The clusters whose description is asked for; none named means every one of the region."""

    names: tuple[str, ...] = ()

    @classmethod
    def from_options(cls, options: Mapping[str, Any], _scope: Scope) -> AskedClusters:
        """Read the options of `cluster_info`."""
        return cls(names=tuple(options.get("names") or ()))


def _read_asked(gateway: Gateway, scope: Scope, asked: AskedClusters) -> list[tuple[Cluster, ClusterActual]]:
    names = asked.names or tuple(gateway.read("eks", "ListClusters", {}).get("clusters", ()))
    desired = [Cluster(name=name, delete_log_group=False) for name in names]
    return [(cluster, read_cluster(gateway, scope, cluster)) for cluster in desired]


def _asked_result(_asked: AskedClusters, seen: list[tuple[Cluster, ClusterActual]], scope: Scope) -> dict[str, Any]:
    return {"clusters": [cluster_result(desired, actual, scope) for desired, actual in seen if actual.cluster]}


INFO = Info(
    options={"names": _STRINGS},
    desired=AskedClusters.from_options,
    read=_read_asked,
    result=_asked_result,
)
