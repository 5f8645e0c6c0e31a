# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EKS service itself: finds the operations, validates, and keeps the stores. No rule of a noun; client tokens are the front door's."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel

from ...registry import operations_of
from ...seam import Call, World, not_implemented
from . import published
from .context import Context, Operation
from .store import Cluster, Record, Region, Shown
from .validation import validate

READS = ("Describe", "List")


@cache
def model() -> ServiceModel:
    """Give botocore's model of EKS, loaded once a process."""
    return botocore.session.get_session().get_service_model("eks")


@cache
def operations() -> Mapping[str, Operation]:
    """Give what answers each operation that is built."""
    return operations_of(__package__ or "")


@dataclass(slots=True)
class Eks:
    """EKS of all accounts and regions of a world."""

    world: World
    name: str = "eks"
    stores: dict[tuple[str, str], Region] = field(default_factory=dict)

    def find(self, account: str, region: str) -> Region:
        """Give the store of an account in a region."""
        return self.stores.setdefault((account, region), Region())

    def handle(self, call: Call) -> dict[str, Any]:
        """Answer one call; what is answered is a copy, so that later changes do not reach it."""
        if call.operation not in model().operation_names or call.operation not in operations():
            raise not_implemented(f"eks:{call.operation}")
        validate(model().operation_model(call.operation), call.parameters)
        context = Context(self.world, call.caller, self.find(call.account, call.region), self.find)
        return copy.deepcopy(operations()[call.operation](context, copy.deepcopy(call.parameters)))

    def is_mutating(self, operation: str) -> bool:
        """Tell reads by their names: some of them are POST."""
        return not operation.startswith(READS)

    def dump(self) -> Any:
        """Give everything remembered; life cycles under way are dumped by the front door."""
        return self.stores

    def load(self, picture: Any) -> None:
        """Restore in place, because life cycles hold `find` of this very object."""
        self.stores.clear()
        self.stores.update(picture)

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give clusters and what belongs to them; updates are history and left out, so that runs can be compared."""
        found: dict[str, Shown] = {}
        for name, cluster in self.find(account, region).clusters.items():
            found[f"cluster/{name}"] = copy.deepcopy(cluster.shown)
            found.update({f"{kind}/{name}/{key}": copy.deepcopy(record.shown) for kind, key, record in members(cluster)})
        return found

    def page(self, path: str) -> Mapping[str, Any] | None:
        """Give a document that some cluster publishes."""
        clusters = [cluster for region in self.stores.values() for cluster in region.clusters.values()]
        return published.page(clusters, self.world.endpoint, path)


def members(cluster: Cluster) -> Iterator[tuple[str, str, Record]]:
    """Give what belongs to a cluster: kind as ARNs spell it, key, record."""
    kinds = (
        ("nodegroup", cluster.nodegroups),
        ("addon", cluster.addons),
        ("fargateprofile", cluster.fargate_profiles),
        ("podidentityassociation", cluster.pod_identities),
    )
    for kind, records in kinds:
        for key, record in records.items():
            yield kind, key, record
