# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory for client tokens: the same request again gets the stored answer and has no effect. A service never sees a replay."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import OperationModel

from .clock import Clock
from .journal import plain
from .seam import Call, Refusal

LIFETIME = 24 * 3600
"""Simulated seconds that a token is remembered, also after the resource is gone."""
NAMES = frozenset({"ClientToken", "clientToken", "clientRequestToken", "ClientRequestToken"})
"""Members that are tokens also where the model forgets to say so (some of EC2's)."""

MISMATCHES: Mapping[str, tuple[str, str]] = {
    "ec2": (
        "IdempotentParameterMismatch",
        "The client token that you provided was used for a request with other parameters. Use a unique token for each request.",
    ),
    "eks": ("InvalidParameterException", "The client request token was already used for a request with other parameters."),
    "autoscaling": ("IdempotentParameterMismatchError", "The client token was already used with other parameters."),
}
OTHER_MISMATCH = ("IdempotentParameterMismatch", "The client token was already used with other parameters.")


@dataclass(frozen=True, slots=True)
class Memory:
    """What was asked with a token, and what was answered."""

    asked: str
    answer: dict[str, Any]
    until: float


def _token_of(operation: OperationModel, call: Call) -> tuple[str, str] | None:
    members = (*operation.idempotent_members, *sorted(NAMES.intersection(call.parameters)))
    return next(((name, call.parameters[name]) for name in members if isinstance(call.parameters.get(name), str)), None)


Key = tuple[str, str, str, str, str]


class Tokens:
    """All tokens of all accounts, regions and operations."""

    def __init__(self, clock: Clock) -> None:
        """Remember by the simulated clock."""
        self._clock = clock
        self.memories: dict[Key, Memory] = {}

    def recall(self, operation: OperationModel, call: Call) -> dict[str, Any] | None:
        """Give the stored answer of a request that was made before, None for a new one, or refuse a misused token."""
        key = _key(operation, call)
        memory = self.memories.get(key) if key else None
        if memory is None or memory.until < self._clock.seconds():
            return None
        if memory.asked != _asked(operation, call):
            raise Refusal(*MISMATCHES.get(call.service, OTHER_MISMATCH))
        return copy.deepcopy(memory.answer)

    def keep(self, operation: OperationModel, call: Call, asked: str, answer: dict[str, Any]) -> None:
        """Store the answer of a request that succeeded."""
        key = _key(operation, call)
        if key:
            self.memories[key] = Memory(asked, copy.deepcopy(answer), self._clock.seconds() + LIFETIME)

    def asked(self, operation: OperationModel, call: Call) -> str:
        """Give what a repetition must equal; taken before the service handles the call, which may change the parameters."""
        return _asked(operation, call)

    def clear(self) -> None:
        """Forget all."""
        self.memories.clear()


def _key(operation: OperationModel, call: Call) -> Key | None:
    token = _token_of(operation, call)
    return (call.account, call.region, call.service, call.operation, token[1]) if token else None


def _asked(operation: OperationModel, call: Call) -> str:
    token = _token_of(operation, call)
    return json.dumps(plain({name: value for name, value in call.parameters.items() if not token or name != token[0]}), sort_keys=True)
