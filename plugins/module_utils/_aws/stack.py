# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sweep of reads for a whole stack: the parts are read at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from .._model.scope import Scope
from .._model.stack import Stack, StackActual
from .._run.gateway import Gateway
from .addons import read_addons
from .cluster import read_cluster
from .iam_roles import read_iam_roles
from .network import read_network
from .nodegroups import read_nodegroups
from .orphans import read_orphans

SWEEPS = 3
"""So often a stack is read whose cluster becomes active, or comes or goes, just then."""
USABLE = frozenset({"ACTIVE", "UPDATING"})


def read_stack(gateway: Gateway, scope: Scope, desired: Stack) -> StackActual:
    """Read every declared part.

    Each part looks at the cluster for itself. Where they saw different things, a plan would wait for a cluster in one part and
    refuse it in another, so all of them look again.
    """
    actual = _swept(gateway, scope, desired)
    for _again in range(SWEEPS - 1):
        if _agree(desired, actual):
            break
        actual = _swept(gateway, scope, desired)
    return actual


def _agree(desired: Stack, actual: StackActual) -> bool:
    """Say whether all parts saw a cluster that can be used, or all saw none."""
    live = actual.cluster.cluster
    seen = {
        "cluster": live.status if live else "",
        "nodegroups": actual.nodegroups.cluster_status,
        "addons": actual.addons.cluster_status,
    }
    return len({seen[part] in USABLE for part in desired.parts if part in seen}) < 2


def _swept(gateway: Gateway, scope: Scope, desired: Stack) -> StackActual:
    links = desired.unknown_links()
    readers: dict[str, Callable[[], Any]] = {
        "network": lambda: read_network(gateway, scope, desired.network(scope)),
        "iam_roles": lambda: read_iam_roles(gateway, scope, desired.iam_roles(scope)),
        "cluster": lambda: read_cluster(gateway, scope, desired.cluster(scope, links)),
        "nodegroups": lambda: read_nodegroups(gateway, scope, desired.nodegroups(scope, links)),
        "addons": lambda: read_addons(gateway, scope, desired.addons(scope, links)),
    }
    with ThreadPoolExecutor(len(readers)) as pool:
        reads = {part: pool.submit(readers[part]) for part in desired.parts}
        actual = StackActual(**{part: read.result() for part, read in reads.items()})
    if desired.state == "present" or not desired.delete_orphans:
        return actual
    vpc = actual.network.vpc
    return replace(actual, orphans=read_orphans(gateway, scope, desired.name, vpc.id if vpc else None))
