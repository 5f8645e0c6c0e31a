# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control plane's logs: EKS makes `/aws/eks/<name>/cluster` at each delivery if it is not there, late deliveries included."""

from __future__ import annotations

from ...seam import Refusal
from .cluster_rules import enabled_logs
from .context import Context
from .durations import FIRST_LOGS, LATE_LOGS, LOG_DELIVERY
from .store import Cluster

DELIVERING = "logs_delivering"


def start_delivery(context: Context, cluster: Cluster) -> None:
    """Begin to deliver if logs are on and nothing is delivered yet."""
    if enabled_logs(cluster.shown["logging"]) and not cluster.hidden.get(DELIVERING):
        cluster.hidden[DELIVERING] = True
        _next(context, cluster, FIRST_LOGS)


def deliver(context: Context, name: str, arn_and_birth: str) -> None:
    """Deliver and go on, until the cluster is gone or its logs are off."""
    cluster = context.region.clusters.get(name)
    if cluster is None or _identity(cluster) != arn_and_birth:
        return
    if not enabled_logs(cluster.shown["logging"]):
        cluster.hidden[DELIVERING] = False
        return
    _make_group(context, name)
    _next(context, cluster, LOG_DELIVERY)


def deliver_late(context: Context, name: str) -> None:
    """Deliver what was still on its way when the cluster went."""
    _make_group(context, name)


def end_delivery(context: Context, cluster: Cluster) -> None:
    """Leave one late delivery behind, if there were logs."""
    if enabled_logs(cluster.shown["logging"]) and cluster.hidden.get(DELIVERING):
        context.later("cluster-logs", cluster.shown["name"], LATE_LOGS, deliver_late, cluster.shown["name"])


def _next(context: Context, cluster: Cluster, seconds: float) -> None:
    name = cluster.shown["name"]
    context.later("cluster-logs", name, seconds, deliver, name, _identity(cluster))


def _identity(cluster: Cluster) -> str:
    """Tell a cluster from its namesake that came later."""
    return f"{cluster.shown['arn']} {cluster.shown['createdAt']}"


def _make_group(context: Context, name: str) -> None:
    try:
        context.aws("logs", "CreateLogGroup", logGroupName=f"/aws/eks/{name}/cluster")
    except Refusal as refusal:
        if refusal.code != "ResourceAlreadyExistsException":
            raise
