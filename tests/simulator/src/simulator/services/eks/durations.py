# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long things take, in simulated seconds: one table.

Medians of the published transcripts (`observed`) where there are any; otherwise our own choice between the documented limits,
and then the comment says so. The product keeps a table of its own: neither may import the other.
"""

from __future__ import annotations

CLUSTER_CREATE = 617.0
"""Observed: median of ten, 8m23 to 11m23."""
CLUSTER_DELETE = 178.0
"""Observed: median of ten, 1m09 to 8m42."""
CLUSTER_VERSION = 595.0
"""Observed: 9m55 from 1.30 to 1.31."""
CLUSTER_CONFIG = 120.0
"""Chosen: the documentation says "a few minutes"."""
CLUSTER_ENCRYPTION = 1200.0
"""Chosen: the documentation says "up to 45 min"."""
UPDATING_SHOWN_AFTER = 5.0
"""Chosen: until then the cluster still shows ACTIVE, because its status is eventually consistent."""

ENIS_LINGER = 180.0
"""Chosen: the control plane's interfaces go this long after the cluster, its security group with them."""
FIRST_LOGS = 60.0
"""Chosen: from ACTIVE, or from switching logs on, to the first delivery."""
LOG_DELIVERY = 300.0
"""Chosen: between deliveries; a log group that was deleted meanwhile is made again."""
LATE_LOGS = 45.0
"""Chosen: the last delivery comes this long after the cluster is gone."""

NODEGROUP_CREATE = 110.0
"""Observed: median of five, 0m58 to 3m41."""
NODEGROUP_CONFIG = 60.0
"""Chosen: no transcript."""
NODEGROUP_VERSION = 1800.0
"""Observed: about 30 min."""
NODEGROUP_DELETE = 379.0
"""Observed: median of four, 4m12 to 8m21."""
NODE_JOIN_LIMIT = 900.0
"""Documented: NodeCreationFailure after 15 minutes."""

ADDON_CREATE = 15.0
"""Observed: median of coredns with nodes."""
ADDON_UPDATE = 25.0
"""Observed for kube-proxy, 24 to 25 s."""
ADDON_DELETE = 20.0
"""Chosen."""

FARGATE_CREATE = 120.0
"""Chosen: no transcript; limit 10 min."""
FARGATE_DELETE = 180.0
"""Chosen: no transcript; limit 30 min."""

ROLE_INVISIBLE = (5, 15)
"""Chosen: a new role is unknown to EKS for a number of seconds between these, which its ARN decides."""
