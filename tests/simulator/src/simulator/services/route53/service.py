# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Route 53 service itself: finds the operations, counts and validates requests, keeps the stores. No rule of a noun."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.model import ServiceModel

from ...protocols import GLOBAL_REGION, service_model
from ...registry import operations_of
from ...seam import Call, World, not_implemented
from . import buckets
from .context import Context, Operation
from .store import Account, Zone
from .validation import validate

READS = ("Get", "List", "Test")


@cache
def model() -> ServiceModel:
    """Give botocore's model of Route 53."""
    return service_model("route53")


@cache
def operations() -> Mapping[str, Operation]:
    """Give what answers each operation that is built."""
    return operations_of(__package__ or "")


@dataclass(slots=True)
class Route53:
    """Route 53 of all accounts of a world."""

    world: World
    name: str = "route53"
    accounts: dict[str, Account] = field(default_factory=dict)
    buckets: buckets.Buckets = field(default_factory=dict)

    def find(self, account: str) -> Account:
        """Give the store of an account."""
        return self.accounts.setdefault(account, Account())

    def handle(self, call: Call) -> dict[str, Any]:
        """Answer one call; what is answered is a copy, so that later changes do not reach it."""
        if call.operation not in operations():
            raise not_implemented(f"route53:{call.operation}")
        if call.caller.access_key:
            buckets.take(self.buckets, call.account, call.operation, self.world.clock.seconds())
        validate(model().operation_model(call.operation), call.parameters)
        context = Context(self.world, call.caller, self.find, self.accounts)
        return copy.deepcopy(operations()[call.operation](context, copy.deepcopy(call.parameters)))

    def observe(self, account: str, identifier: str, *, is_healthy: bool) -> None:
        """Tell what the checkers of a health check see from now on."""
        self.find(account).health_checks[identifier].observed = is_healthy

    def is_mutating(self, operation: str) -> bool:
        """Tell reads by their names: ListTagsForResources is POST."""
        return not operation.startswith(READS)

    def dump(self) -> Any:
        """Give everything remembered; life cycles under way are dumped by the front door."""
        return {"accounts": self.accounts, "buckets": self.buckets}

    def load(self, picture: Any) -> None:
        """Restore in place, because life cycles hold `find` of this very object."""
        for kept, restored in ((self.accounts, picture["accounts"]), (self.buckets, picture["buckets"])):
            kept.clear()
            kept.update(restored)

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give zones, their record sets and health checks; changes are history and left out."""
        if region != GLOBAL_REGION or account not in self.accounts:
            return {}
        store, found = self.accounts[account], dict[str, Any]()
        for zone in store.zones.values():
            found |= _zone_resources(zone)
        for identifier, check in store.health_checks.items():
            found[f"health-check/{identifier}"] = {**copy.deepcopy(check.shown["HealthCheckConfig"]), "Tags": dict(check.tags)}
        return found


def _zone_resources(zone: Zone) -> dict[str, Any]:
    # A CallerReference is made up anew for every run, and two runs are to be compared
    shown = {member: copy.deepcopy(value) for member, value in zone.shown.items() if member != "CallerReference"}
    shown |= {"Name": zone.name, "VPCs": copy.deepcopy(zone.vpcs), "Tags": dict(zone.tags)}
    found: dict[str, Any] = {f"hosted-zone/{zone.id}": shown}
    for (name, kind, identifier), record in zone.records.items():
        path = "/".join(filter(None, (zone.id, name, kind, identifier)))
        found[f"record-set/{path}"] = copy.deepcopy(record)
    for (name, kind), comment in zone.protections.items():
        found[f"record-set-protection/{zone.id}/{name}/{kind}"] = {"Comment": comment}
    return found
