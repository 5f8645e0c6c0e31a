# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common half of every service behind moto: allow-list, own handlers, moto for the rest. No rule of one service belongs here."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from . import allowlist, model_rules, moto_backend
from .seam import Call, Caller, Refusal, World

Handler = Callable[[Any, Call], dict[str, Any]]
"""A rule of a service: itself and the request in, the answer out, or `Refusal`."""
READS = ("Describe", "Get", "List", "Search", "Lookup", "Simulate", "Decode")


class MotoService:
    """A service of which moto does the common part; a handler does what moto lacks or gets wrong."""

    name: ClassVar[str]
    allowed: ClassVar[Mapping[str, allowlist.Allowed]]
    handlers: ClassVar[Mapping[str, Handler]] = {}

    def __init__(self, world: World) -> None:
        """Take time, ids and the other services from `world`."""
        self.world = world
        moto_backend.use(world)

    def handle(self, call: Call) -> dict[str, Any]:
        """Answer as AWS does; the allow-list binds clients, not the simulator's own services."""
        self.check(call)
        handler = self.handlers.get(call.operation)
        return handler(self, call) if handler else self.moto(call)

    def check(self, call: Call) -> None:
        """Hold a client's request against the allow-list and the service model."""
        if not is_internal(call):
            allowlist.check(self.allowed, call)
            model_rules.judge(call)

    def moto(self, call: Call, **changes: Any) -> dict[str, Any]:
        """Let moto answer, with some parameters changed (None: left out)."""
        parameters = {name: value for name, value in {**call.parameters, **changes}.items() if value is not None}
        return self.ask(call, call.operation, parameters)

    def ask(self, call: Call, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Let moto answer another operation for the same account and region."""
        return moto_backend.call(self.name, operation, parameters, account=call.account, region=call.region)

    def backend(self, call: Call) -> Any:
        """Give moto's own objects for the account and region of a call."""
        return moto_backend.backend(self.name, call.account, call.region)

    def own_call(self, account: str, region: str) -> Call:
        """Make a call that the simulator itself asks."""
        caller = Caller(account=account, region=region, arn=f"arn:aws:iam::{account}:root")
        return Call(caller=caller, service=self.name, operation="", parameters={})

    def is_mutating(self, operation: str) -> bool:
        """Say whether the operation changes anything."""
        return not operation.startswith(READS)

    def dump(self) -> Any:
        """Give nothing: moto is pictured once, for all services."""

    def load(self, picture: Any) -> None:
        """Take nothing, as `dump` gives nothing."""

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give all resources by a readable key."""
        return {}


def is_internal(call: Call) -> bool:
    """Say whether another service of the simulator asks (`World.call`): AWS's own services may do what clients may not."""
    return not call.caller.access_key


def page(
    items: Sequence[Any], limit: int | None, token: str | None, code: str = "InvalidParameterValue"
) -> tuple[Sequence[Any], str | None]:
    """Cut one page out of a list: the items, and the token of the next page if there is one."""
    start = _offset(token, code)
    end = start + limit if limit else len(items)
    return items[start:end], base64.urlsafe_b64encode(f"next:{end}".encode()).decode() if end < len(items) else None


def _offset(token: str | None, code: str) -> int:
    if not token:
        return 0
    try:
        word, _colon, offset = base64.urlsafe_b64decode(token).decode().partition(":")
        if word == "next":
            return int(offset)
    except (binascii.Error, ValueError):
        pass
    raise Refusal(code, f"Invalid value '{token}' for the pagination token")


def plain(value: Any) -> Any:
    """Give a value as JSON can say it."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    return value
