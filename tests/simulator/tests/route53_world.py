# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world with our Route 53 beside the services behind moto, and how a test speaks to it: without HTTP, at its own pace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.inprocess import Client, make_world
from simulator.seam import Refusal
from simulator.services.route53 import create

ZONE = "example.com."
Answer = dict[str, Any]


def record(name: str = "www.example.com.", kind: str = "A", *values: str, ttl: int = 60, **more: Any) -> Answer:
    """Give a record set with values."""
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": value} for value in values or ("192.0.2.1",)], **more}


def weighted(identifier: str, weight: int, value: str = "192.0.2.1", **more: Any) -> Answer:
    """Give a weighted A record."""
    return {**record("www.example.com.", "A", value), "SetIdentifier": identifier, "Weight": weight} | more


def alias(name: str, target: str, zone: str, *, kind: str = "A", health: bool = False, **more: Any) -> Answer:
    """Give an alias."""
    return {"Name": name, "Type": kind, "AliasTarget": {"HostedZoneId": zone, "DNSName": target, "EvaluateTargetHealth": health}, **more}


@dataclass
class Dns:
    """Route 53 with one public zone; a second passes before each request, so that none is throttled unless a test wants it."""

    client: Client = field(default_factory=lambda: Client(make_world()))
    zone: str = ""

    def __post_init__(self) -> None:
        """Make the zone."""
        self.client.world.services["route53"] = create(self.client.world)
        self.zone = self.made()

    def made(self, name: str = ZONE, **more: Any) -> str:
        """Make another zone, and give its id."""
        answer = self("CreateHostedZone", **{"Name": name, "CallerReference": self.client.world.token(8), **more})
        return str(answer["HostedZone"]["Id"]).rpartition("/")[2]

    def __call__(self, operation: str, **parameters: Any) -> Answer:
        """Ask an operation."""
        self.client.world.clock.advance(1)
        return self.client(f"route53.{operation}", **parameters)

    def refused(self, operation: str, **parameters: Any) -> Refusal:
        """Ask what must be refused."""
        self.client.world.clock.advance(1)
        return self.client.refused(f"route53.{operation}", **parameters)

    def _batch(self, changes: tuple[tuple[str, Answer], ...], zone: str = "") -> Answer:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": each} for action, each in changes]}
        return {"HostedZoneId": zone or self.zone, "ChangeBatch": batch}

    def change(self, *changes: tuple[str, Answer], zone: str = "") -> Answer:
        """Send a batch of (action, record set), and give the ChangeInfo."""
        return dict(self("ChangeResourceRecordSets", **self._batch(changes, zone))["ChangeInfo"])

    def refusal(self, *changes: tuple[str, Answer], zone: str = "") -> Refusal:
        """Send a batch that must be refused."""
        return self.refused("ChangeResourceRecordSets", **self._batch(changes, zone))

    def problem(self, *changes: tuple[str, Answer], zone: str = "") -> str:
        """Send a batch that must be invalid, and give what is told about it."""
        refusal = self.refusal(*changes, zone=zone)
        assert (refusal.code, refusal.status) == ("InvalidChangeBatch", 400), refusal
        assert (refusal.message[0], refusal.message[-1]) == ("[", "]")
        return refusal.message[1:-1]

    def records(self, zone: str = "") -> list[Answer]:
        """List what is there beside the zone's own NS and SOA."""
        found = self("ListResourceRecordSets", HostedZoneId=zone or self.zone)["ResourceRecordSets"]
        return [each for each in found if each["Type"] not in ("NS", "SOA")]
