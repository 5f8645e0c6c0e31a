# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world of the services behind moto and a client without HTTP, for tests of one service at a time."""

from __future__ import annotations

import importlib
import random
from dataclasses import dataclass, replace
from typing import Any

from . import moto_backend
from .clock import Clock
from .lifecycles import LifeCycles
from .seam import Call, Caller, Refusal, World

ACCOUNT = "111122223333"
REGION = "eu-central-1"


def make_world(speed: float = 1.0) -> World:
    """Make an empty world; moto is one per process, so the world before it ends here."""
    moto_backend.reset()
    clock = Clock(speed)
    source = random.Random(7)
    world = World(clock=clock, lifecycles=LifeCycles(clock), token=lambda n: f"{source.getrandbits(4 * n):0{n}x}")
    for name in moto_backend.RESPONSES:
        world.services[name] = importlib.import_module(f"{__package__}.services.{name}").create(world)
    return world


@dataclass(frozen=True)
class Client:
    """Asks as a client does: with an access key, so that the allow-list holds."""

    world: World
    account: str = ACCOUNT
    region: str = REGION
    access_key: str = "AKIAOPERATOR00000001"

    def __call__(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Ask `service.Operation`, after what is due has happened, as the front door does."""
        service, _dot, name = operation.partition(".")
        self.world.lifecycles.settle()
        arn = f"arn:aws:iam::{self.account}:user/operator"
        caller = Caller(account=self.account, region=self.region, arn=arn, access_key=self.access_key)
        return self.world.services[service].handle(Call(caller=caller, service=service, operation=name, parameters=parameters))

    def refused(self, operation: str, **parameters: Any) -> Refusal:
        """Ask what must be refused, and give the refusal."""
        try:
            answer = self(operation, **parameters)
        except Refusal as refusal:
            return refusal
        raise AssertionError(f"{operation} was not refused but answered {answer}")

    def code(self, operation: str, **parameters: Any) -> str:
        """Ask what must be refused, and give the error code."""
        return self.refused(operation, **parameters).code

    def elsewhere(self, *, account: str = "", region: str = "") -> Client:
        """Give the same client for another account or region."""
        return replace(self, account=account or self.account, region=region or self.region)
