# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the front door and a service know of each other, and nothing more.

The front door turns an HTTP request into a `Call` (with the botocore service model), hands it to the service that
`registry` found, and turns what comes back into HTTP. A service never sees HTTP; the front door never knows a rule of a service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from .clock import Clock
from .lifecycles import LifeCycles


class Refusal(Exception):
    """A request that AWS would refuse: AWS's error code, status and text."""

    def __init__(self, code: str, message: str, status: int = 400, **members: Any) -> None:
        """Remember the error; `members` are further members of the error's shape (`clusterName` …)."""
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.members = code, message, status, members


def not_implemented(what: str) -> Refusal:
    """Refuse by name what the simulator does not know: it never ignores anything silently."""
    return Refusal("NotImplementedBySimulator", f"{what} is not implemented by the simulator", 501)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks."""

    account: str
    region: str
    arn: str
    access_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, in the words of the service model."""

    caller: Caller
    service: str
    operation: str
    parameters: dict[str, Any]

    @property
    def account(self) -> str:
        """The 12-digit account that the request belongs to."""
        return self.caller.account

    @property
    def region(self) -> str:
        """The region that the request was signed for."""
        return self.caller.region


class Service(Protocol):
    """One AWS service; `services/<name>.py` holds `def create(world: World) -> Service`."""

    name: str
    """The botocore service name (`eks`)."""

    def handle(self, call: Call) -> dict[str, Any]:
        """Answer as the output shape says, or raise `Refusal`."""

    def is_mutating(self, operation: str) -> bool:
        """Say whether the operation changes anything (for the journal and for faults)."""

    def dump(self) -> Any:
        """Give a picklable picture of everything the service holds (moto-backed services: None, moto is pickled once)."""

    def load(self, picture: Any) -> None:
        """Restore what `dump` gave, in place."""

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give all resources by a readable key (`cluster/blue`) as JSON-able data, for `state` and `leftovers`."""


@runtime_checkable
class Publisher(Protocol):
    """What a service also is if it serves documents that nobody signs for (an OIDC issuer's configuration and keys)."""

    def page(self, path: str) -> Mapping[str, Any] | None:
        """Give the JSON document at a raw path below `/_`, None if there is none, or raise `Refusal`."""


@dataclass(slots=True)
class World:
    """What services share: the clock, the life cycles, a source of randomness, and each other."""

    clock: Clock
    lifecycles: LifeCycles
    token: Callable[[int], str]
    """`token(n)` gives n random hexadecimal digits from the seeded source: ids are reproducible with `--seed`."""
    endpoint: str = ""
    """The simulator's own URL, once it is known."""
    services: dict[str, Service] = field(default_factory=dict)

    def call(self, service: str, operation: str, parameters: dict[str, Any], *, account: str, region: str) -> dict[str, Any]:
        """Call another service in-process: no journal, no faults, no allow-list; raises `Refusal`."""
        caller = Caller(account=account, region=region, arn=f"arn:aws:iam::{account}:root")
        return self.services[service].handle(Call(caller=caller, service=service, operation=operation, parameters=parameters))
