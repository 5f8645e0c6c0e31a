# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EKS service itself: finds the operations, validates, remembers client tokens, and keeps the stores. No rule of a noun."""

from __future__ import annotations

import copy
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

import botocore.session
from botocore.model import ServiceModel

from ...seam import Call, Refusal, World, not_implemented
from . import published
from .context import Context, Operation
from .durations import TOKEN_MEMORY
from .store import Cluster, Record, Region, Shown
from .validation import validate

READS = ("Describe", "List")
TOKEN = "clientRequestToken"


@cache
def model() -> ServiceModel:
    """Give botocore's model of EKS, loaded once a process."""
    return botocore.session.get_session().get_service_model("eks")


@cache
def operations() -> Mapping[str, Operation]:
    """Collect the OPERATIONS of every module in this package; two modules must not claim the same one."""
    found: dict[str, Operation] = {}
    for module in _modules():
        claimed: Mapping[str, Operation] = getattr(module, "OPERATIONS", {})
        if twice := found.keys() & claimed.keys():
            raise ValueError(f"{module.__name__} claims {', '.join(sorted(twice))}, which another module has already")
        found.update(claimed)
    return found


def _modules() -> Iterator[ModuleType]:
    package = importlib.import_module(__package__ or "")
    for entry in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{entry.name}")


@dataclass(slots=True)
class Remembered:
    """What a client token stood for, and what it was answered."""

    parameters: dict[str, Any]
    answer: dict[str, Any]
    at: float


@dataclass(slots=True)
class Eks:
    """EKS of all accounts and regions of a world."""

    world: World
    name: str = "eks"
    stores: dict[tuple[str, str], Region] = field(default_factory=dict)
    tokens: dict[tuple[str, str, str, str], Remembered] = field(default_factory=dict)
    """By account, region, operation and token; they outlive the resource."""

    def find(self, account: str, region: str) -> Region:
        """Give the store of an account in a region."""
        return self.stores.setdefault((account, region), Region())

    def handle(self, call: Call) -> dict[str, Any]:
        """Answer one call; what is answered is a copy, so that later changes do not reach it."""
        if call.operation not in model().operation_names or call.operation not in operations():
            raise not_implemented(f"eks:{call.operation}")
        validate(model().operation_model(call.operation), call.parameters)
        return self._once(call) if TOKEN in call.parameters else self._answer(call)

    def is_mutating(self, operation: str) -> bool:
        """Tell reads by their names: some of them are POST."""
        return not operation.startswith(READS)

    def dump(self) -> Any:
        """Give everything remembered; life cycles under way are dumped by the front door."""
        return {"stores": self.stores, "tokens": self.tokens}

    def load(self, picture: Any) -> None:
        """Restore in place, because life cycles hold `find` of this very object."""
        for kept, restored in ((self.stores, picture["stores"]), (self.tokens, picture["tokens"])):
            kept.clear()
            kept.update(restored)

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

    def _once(self, call: Call) -> dict[str, Any]:
        key = (call.account, call.region, call.operation, call.parameters[TOKEN])
        said = {name: value for name, value in call.parameters.items() if name != TOKEN}
        now = self.world.clock.seconds()
        before = self.tokens.get(key)
        if before is None or now - before.at >= TOKEN_MEMORY:
            answer = self._answer(call)
            self.tokens[key] = Remembered(copy.deepcopy(said), copy.deepcopy(answer), now)
            return answer
        if before.parameters != said:
            raise Refusal("InvalidParameterException", "The client request token was already used for a request with other parameters.")
        return copy.deepcopy(before.answer)

    def _answer(self, call: Call) -> dict[str, Any]:
        context = Context(self.world, call.caller, self.find(call.account, call.region), self.find)
        return copy.deepcopy(operations()[call.operation](context, copy.deepcopy(call.parameters)))


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
