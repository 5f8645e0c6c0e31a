# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every EKS operation is given: who asks, what is there, and how to make something take time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...lifecycles import LifeCycle, Outcome
from ...seam import Caller, Refusal, World
from .store import Cluster, Record, Region, Shown

Operation = Callable[["Context", dict[str, Any]], dict[str, Any]]
"""An operation: the parameters of the service model in, its output shape out, or `Refusal`."""


@dataclass(frozen=True, slots=True)
class Context:
    """One request to EKS, or one life cycle that ends."""

    world: World
    caller: Caller
    region: Region
    find: Callable[[str, str], Region]
    """(account, region name) → its store; a bound method of the service, so that life cycles can be pickled."""

    def now(self) -> float:
        """Give the simulated time in seconds since the epoch, as EKS's timestamps are."""
        return self.world.clock.seconds()

    def arn(self, *parts: str) -> str:
        """Give `arn:aws:eks:<region>:<account>:<part>/<part>…`."""
        return f"arn:aws:eks:{self.caller.region}:{self.caller.account}:{'/'.join(parts)}"

    def aws(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call another service of the same account and region in-process."""
        return self.world.call(service, operation, parameters, account=self.caller.account, region=self.caller.region)

    def uuid(self) -> str:
        """Give a random id like EKS's update ids."""
        digits = self.world.token(32)
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def cluster(self, name: str) -> Cluster:
        """Give the cluster, or refuse as EKS does."""
        if name not in self.region.clusters:
            raise Refusal("ResourceNotFoundException", f"No cluster found for name: {name}.", 404, clusterName=name)
        return self.region.clusters[name]

    def fate(self, resource: str, name: str, ends: Collection[str] = ()) -> Outcome | None:
        """Take the ordered fate of a life cycle that begins now and can end in `ends`."""
        return self.world.lifecycles.fate(resource, name, self.caller.account, self.caller.region, ends)

    def later(self, resource: str, key: str, seconds: float, end: Callable[..., None], *values: Any) -> LifeCycle:
        """Call `end(context, *values)` when `seconds` have passed; `end` must be a module-level function, values plain.

        `key` is what `read` is told: `<cluster>` or `<cluster>/<name>`; the account and region are added here.
        """
        ending = partial(resume, self.world, self.caller, self.find, end, *values)
        return self.world.lifecycles.begin(resource, self._key(key), seconds, ending)

    def read(self, resource: str, key: str) -> None:
        """Note a read of a resource (or of its update) before it is answered."""
        self.world.lifecycles.read(resource, self._key(key))

    def _key(self, key: str) -> str:
        return f"{self.caller.account}/{self.caller.region}/{key}"


def resume(world: World, caller: Caller, find: Callable[[str, str], Region], end: Callable[..., None], *values: Any) -> None:
    """End a life cycle in the world as it is by then."""
    end(Context(world, caller, find(caller.account, caller.region), find), *values)


def new_update(context: Context, cluster: Cluster, kind: str, parameters: dict[str, str], **owner: str) -> Record:
    """Open an update of type `kind`; `owner` is `nodegroup=` or `addon=` where it is not the cluster's own."""
    shown: Shown = {
        "id": context.uuid(),
        "status": "InProgress",
        "type": kind,
        "params": [{"type": name, "value": value} for name, value in parameters.items()],
        "createdAt": context.now(),
        "errors": [],
    }
    update = Record(shown=shown, hidden=dict(owner))
    cluster.updates[shown["id"]] = update
    return update
