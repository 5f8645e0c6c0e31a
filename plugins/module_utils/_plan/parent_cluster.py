# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold of the cluster that a set of members (node groups, add-ons) belongs to. No rule of any kind of member is here."""

from __future__ import annotations

from .._model.problem import Problems


def check_parent_cluster(name: str, version: str | None, status: str, problems: Problems) -> None:
    """Note what keeps members from being made: no cluster (its version is None), or one that is not active."""
    if version is None:
        problems.add(
            "cluster_missing",
            "cluster",
            found=f"no cluster {name}",
            wanted="a cluster",
            do="Create it first with cutover.eks.cluster, or all of it with cutover.eks.stack.",
            check=f"cluster {name} exists",
        )
    elif status not in ("ACTIVE", "UPDATING"):
        problems.add(
            "cluster_not_active",
            "cluster",
            found=f"cluster {name} in state {status}",
            wanted="an active cluster",
            do="Let cutover.eks.cluster wait for it, and run again.",
            check=f"cluster {name} is active",
        )
