# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every operation of Route 53 is given: who asks, what is there, and how a change takes time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...seam import Caller, Refusal, World
from .store import Account, Change, HealthCheck, Zone

Operation = Callable[["Context", dict[str, Any]], dict[str, Any]]
"""An operation: the parameters of the service model in, its output shape out, or `Refusal`."""
SETTLING = 30
"""Seconds until a change is INSYNC; AWS says: generally within 60."""


@dataclass(frozen=True, slots=True)
class Context:
    """One request to Route 53."""

    world: World
    caller: Caller
    find: Callable[[str], Account]
    """Account number → its store; a bound method of the service, so that life cycles can be pickled."""
    accounts: Mapping[str, Account]
    """Everybody's."""

    @property
    def account(self) -> Account:
        """The store of the account that asks."""
        return self.find(self.caller.account)

    def identifier(self, letter: str) -> str:
        """Make an id as hosted zones and changes have it."""
        return f"{letter}0{self.world.token(19).upper()}"

    def location(self, kind: str, identifier: str) -> str:
        """Give the URL of something new."""
        return f"{self.world.endpoint}/2013-04-01/{kind}/{identifier}"

    def zone(self, identifier: str) -> Zone:
        """Give a hosted zone of the caller's, or refuse as Route 53 does."""
        found = self.zone_anywhere(identifier)
        if found.account != self.caller.account:
            raise Refusal("AccessDenied", f"User: {self.caller.arn} is not authorized to access this resource", 403)
        return found

    def zone_anywhere(self, identifier: str) -> Zone:
        """Give a hosted zone of any account."""
        plain = identifier.rpartition("/")[2]
        for account in self.accounts.values():
            if plain in account.zones:
                return account.zones[plain]
        raise Refusal("NoSuchHostedZone", f"No hosted zone found with ID: {plain}", 404)

    def health_check(self, identifier: str) -> HealthCheck:
        """Give a health check of the caller's."""
        if identifier not in self.account.health_checks:
            raise Refusal("NoSuchHealthCheck", f"A health check with id {identifier} does not exist.", 404)
        return self.account.health_checks[identifier]

    def change(self, zone: Zone, comment: str | None = None) -> dict[str, Any]:
        """Begin a change of a zone, and tell of it; an ordered outcome of resource `change` says how long it takes."""
        identifier = self.identifier("C")
        shown = {"Id": f"/change/{identifier}", "Status": "PENDING", "SubmittedAt": self.world.clock.now()}
        store = self.find(zone.account)
        store.changes[identifier] = Change(shown | ({"Comment": comment} if comment is not None else {}))
        fate = self.world.lifecycles.fate("change", zone.name.rstrip("."), zone.account, self.caller.region)
        seconds = SETTLING if fate is None or fate.after is None else fate.after
        self.later("change", identifier, seconds, in_sync, zone.account, identifier)
        return dict(store.changes[identifier].shown)

    def later(self, resource: str, key: str, seconds: float, end: Callable[..., None], *values: Any) -> None:
        """Call `end(find, *values)` when `seconds` have passed; `end` must be a module-level function, values plain."""
        self.world.lifecycles.begin(resource, key, seconds, partial(end, self.find, *values))


def in_sync(find: Callable[[str], Account], account: str, identifier: str) -> None:
    """End a change."""
    find(account).changes[identifier].shown["Status"] = "INSYNC"
