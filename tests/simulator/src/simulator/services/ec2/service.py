# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every EC2 operation has in common: dry runs, tags at creation, listing. No rule of one noun belongs here."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from ...moto_service import MotoService, plain
from ...seam import Call, Refusal
from . import (
    instances,
    interfaces,
    inventory,
    launch_templates,
    nat_gateways,
    network,
    offers,
    reading,
    route_tables,
    security_groups,
    tagging,
)
from .allowed import ALLOWED
from .listings import LISTINGS

Handler = Callable[[MotoService, Call], dict[str, Any]]
NOUNS = (instances, interfaces, launch_templates, nat_gateways, network, offers, route_tables, security_groups, tagging)
HANDLERS: dict[str, Handler] = {operation: handler for noun in NOUNS for operation, handler in noun.HANDLERS.items()}


LONGEST_TOKEN, LONGEST_TEMPLATE_TOKEN = 64, 128


def _check_token(call: Call) -> None:
    """Refuse a client token that is too long; launch templates take longer ones."""
    longest = LONGEST_TEMPLATE_TOKEN if "LaunchTemplate" in call.operation else LONGEST_TOKEN
    if len(call.parameters.get("ClientToken", "")) > longest:
        raise Refusal("InvalidParameterValue", f"Invalid value for ClientToken: it must have at most {longest} ASCII characters.")


class Ec2(MotoService):
    """Elastic Compute Cloud."""

    name = "ec2"
    allowed = ALLOWED

    def handle(self, call: Call) -> dict[str, Any]:
        """Answer a dry run at once, tag what is created, list by our own rules."""
        self.check(call)
        _check_token(call)
        if call.parameters.get("DryRun"):
            raise Refusal("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        instances.reap(self, call)
        if call.operation in LISTINGS:
            return self._listed(call)
        if call.operation in tagging.CREATED:
            return tagging.create(self, call, self._answer)
        return self._answer(call)

    def _listed(self, call: Call) -> dict[str, Any]:
        """Select, and at infinite speed select again what this look has brought to its end."""
        answer = reading.select(LISTINGS[call.operation], self.items(call), call.parameters)
        if call.operation == "DescribeNatGateways" and nat_gateways.note_reads(self, call, answer):
            answer = reading.select(LISTINGS[call.operation], self.items(call), call.parameters)
        return instances.regroup(answer) if call.operation == "DescribeInstances" else answer

    def items(self, call: Call) -> list[dict[str, Any]]:
        """Give everything of a kind as AWS shows it."""
        listing = LISTINGS[call.operation]
        handler = HANDLERS.get(call.operation)
        items: list[dict[str, Any]] = (handler(self, call) if handler else self.ask(call, call.operation, {})).get(listing.member, [])
        return items

    def _answer(self, call: Call) -> dict[str, Any]:
        handler = HANDLERS.get(call.operation)
        return handler(self, call) if handler else self.moto(call)

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give everything that is listed, by kind and id."""
        call = self.own_call(account, region)
        instances.reap(self, call)
        found: dict[str, Any] = {}
        for operation, (kind, id) in inventory.KINDS.items():
            for item in self.items(dataclasses.replace(call, operation=operation)):
                found[f"{kind}/{item[id]}"] = plain(item)
        return found
