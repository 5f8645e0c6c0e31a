# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a zone answers to a query: the closest name, the record set that weights and health choose, aliases followed.

Pure functions over a zone, so that a DNS server can answer with the same rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...seam import Refusal, not_implemented
from .context import Context
from .groups import policy
from .health_checks import is_healthy
from .names import BadName, canonical, is_within
from .store import Shown, Zone

DICE_SIDES = 2**32
WILDCARD = "\\052."


@dataclass(frozen=True, slots=True)
class View:
    """A zone as it answers: who is healthy, and a die that gives a number from 0 up to 1."""

    zone: Zone
    is_healthy: Callable[[str], bool]
    """Health check id → healthy."""
    dice: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response code and the record sets that answer: CNAMEs on the way are not followed, aliases are."""

    code: str
    record: Shown | None = None

    @property
    def values(self) -> list[str]:
        """Give the values."""
        return [each["Value"] for each in self.record["ResourceRecords"]] if self.record else []


def answered(view: View, name: str, kind: str) -> Answer:
    """Answer for a stored name."""
    owner = _owner(view.zone, name)
    if owner is None:
        return Answer("NXDOMAIN")
    found = _group(view.zone, owner, kind) or _group(view.zone, owner, "CNAME")
    return Answer("NOERROR", _followed(view, chosen(view, found)) if found else None)


def _owner(zone: Zone, name: str) -> str | None:
    """Give the name whose record sets answer: the name itself, or the wildcard of the closest name that exists."""
    names = {key[0] for key in zone.records}
    if any(is_within(each, name) for each in names):
        return name
    above = name
    while is_within(above, zone.name) and above != zone.name:
        above = above.partition(".")[2]
        if WILDCARD + above in names:
            return WILDCARD + above
        if any(is_within(each, above) for each in names):
            return None
    return None


def _group(zone: Zone, name: str, kind: str) -> list[Shown]:
    return [record for (place, of, _identifier), record in zone.records.items() if (place, of) == (name, kind)]


def chosen(view: View, group: list[Shown]) -> Shown:
    """Choose one of a group: healthy ones by weight, those of weight 0 if no other is healthy, and by weight if none is."""
    routing = policy(group[0])
    if not routing:
        return group[0]
    if routing != "weighted":
        raise not_implemented(f"route53 answers of {routing} record sets")
    healthy = [record for record in group if record_is_healthy(view, record)]
    return _by_weight(view, healthy or group)


def _by_weight(view: View, group: list[Shown]) -> Shown:
    heavy = [record for record in group if record["Weight"]]
    if not heavy:
        return group[int(view.dice() * len(group))]
    left = view.dice() * sum(record["Weight"] for record in heavy)
    for record in heavy:
        left -= record["Weight"]
        if left < 0:
            return record
    return heavy[-1]


def record_is_healthy(view: View, record: Shown) -> bool:
    """Say whether a record set counts as healthy: its health check, and its target's health if it evaluates that."""
    if "HealthCheckId" in record and not view.is_healthy(record["HealthCheckId"]):
        return False
    target = record.get("AliasTarget")
    if not target or not target["EvaluateTargetHealth"] or target["HostedZoneId"] != view.zone.id:
        return True
    return any(record_is_healthy(view, there) for there in _group(view.zone, target["DNSName"], record["Type"]))


def _followed(view: View, record: Shown) -> Shown | None:
    """Follow an alias to the record set at the end of its chain, which may have gone."""
    target = record.get("AliasTarget")
    if target is None:
        return record
    if target["HostedZoneId"] != view.zone.id:
        raise not_implemented(f"route53 answers of an alias to {target['DNSName']}")
    group = _group(view.zone, target["DNSName"], record["Type"])
    return _followed(view, chosen(view, group)) if group else None


def dns_answer(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer as a name server of a public zone would."""
    zone = context.zone(parameters["HostedZoneId"])
    if zone.is_private:
        raise Refusal("InvalidInput", "TestDNSAnswer only supports querying public hosted zones.")
    try:
        name = canonical(parameters["RecordName"])
    except BadName as problem:
        raise Refusal("InvalidInput", str(problem)) from problem
    if not is_within(name, zone.name):
        raise Refusal("InvalidInput", f"The record name {name} is not in the hosted zone {zone.name}")
    view = View(zone, partial(is_healthy, context.account), lambda: int(context.world.token(8), 16) / DICE_SIDES)
    found = answered(view, name, parameters["RecordType"])
    return {
        "Nameserver": zone.name_servers[0],
        "RecordName": name,
        "RecordType": parameters["RecordType"],
        "RecordData": found.values,
        "ResponseCode": found.code,
        "Protocol": "UDP",
    }


OPERATIONS = {"TestDNSAnswer": dns_answer}
