# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How add-ons fare with the nodes that there are: some need nodes to run on, and are DEGRADED without."""

from __future__ import annotations

from .addon_catalogue import catalogue
from .store import Cluster, Record

JOINED = ("ACTIVE", "UPDATING", "DEGRADED")
"""Node groups in these states may have nodes in the cluster; before and after, they have none."""
SETTLED = ("ACTIVE", "DEGRADED")


def has_nodes(cluster: Cluster) -> bool:
    """Say whether any node group has nodes in the cluster, or Auto Mode brings them."""
    auto = cluster.shown.get("computeConfig", {}).get("enabled", False)
    return bool(auto) or any(
        group.shown["status"] in JOINED and group.shown["scalingConfig"]["desiredSize"] > 0 for group in cluster.nodegroups.values()
    )


def refresh(cluster: Cluster) -> None:
    """Bring the state of all add-ons up to date with the nodes; what was ordered stays as ordered."""
    for addon in cluster.addons.values():
        if addon.shown["status"] in SETTLED and not addon.hidden.get("ordered"):
            _judge(cluster, addon)


def _judge(cluster: Cluster, addon: Record) -> None:
    name = addon.shown["addonName"]
    is_short = catalogue()[name]["needsNodes"] and not has_nodes(cluster)
    addon.shown["status"] = "DEGRADED" if is_short else "ACTIVE"
    told = "The add-on is unhealthy because it doesn't have the desired number of replicas."
    issue = {"code": "InsufficientNumberOfReplicas", "message": told, "resourceIds": [name]}
    addon.shown["health"] = {"issues": [issue] if is_short else []}
