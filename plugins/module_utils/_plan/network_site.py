# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all parts of a network's plan share: the wish, the world, whose VPC it is, and how things are tagged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .._model.network import Network
from .._model.network_actual import ActualInternetGateway, NetworkActual, Tagged, belongs_to
from .._model.network_parts import SubnetGroup, Tier
from .._model.problem import Problems
from .._model.reference import Ref, Value
from .._model.scope import STEP, Scope
from .network_layout import Place, chosen_zones, layout
from .plan import Step
from .tagging import tag_steps

_ROLE_TAGS = {Tier.PUBLIC: "kubernetes.io/role/elb", Tier.PRIVATE: "kubernetes.io/role/internal-elb"}
"""By these load-balancer controllers find the subnets for internet-facing and for internal load balancers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One network being planned."""

    desired: Network
    actual: NetworkActual
    scope: Scope
    zones: tuple[str, ...]
    places: tuple[Place, ...]

    @classmethod
    def of(cls, desired: Network, actual: NetworkActual, scope: Scope, problems: Problems) -> Site:
        """Choose zones and blocks; what does not fit is noted."""
        zones = chosen_zones(desired, actual, scope)
        return cls(desired=desired, actual=actual, scope=scope, zones=zones, places=layout(desired, actual, scope, problems))

    @property
    def owner(self) -> tuple[str, str]:
        """Give key and value of the owner tag."""
        return self.desired.owner(self.scope)

    @property
    def vpc_id(self) -> Value:
        """Give the VPC's id: seen, declared, or of the step that makes it."""
        if self.actual.vpc:
            return self.actual.vpc.id
        return self.desired.vpc.id or Ref("vpc", "Vpc.VpcId")

    @property
    def owns_vpc(self) -> bool:
        """Say whether the VPC is ours, or will be."""
        return belongs_to(self.actual.vpc, self.owner) if self.actual.vpc else not self.desired.vpc.adopted

    def tier(self, tier: Tier) -> tuple[Place, ...]:
        """Give the places of one tier."""
        return tuple(place for place in self.places if place.group.tier is tier)

    def routed(self, tier: Tier) -> tuple[Place, ...]:
        """Give the places of one tier whose routes are ours: those that somebody else made keep theirs."""
        return tuple(place for place in self.tier(tier) if place.existing is None or self.manages(place.existing))

    def manages(self, thing: Tagged) -> bool:
        """Say whether a thing is ours: it carries the tag, or it is declared here and lies in our own VPC."""
        return self.owns_vpc or belongs_to(thing, self.owner)

    def subnet_tags(self, group: SubnetGroup) -> dict[str, str]:
        """Give the declared tags of a tier's subnets, those for load balancers and clusters among them."""
        role = {_ROLE_TAGS[group.tier]: "1"} if self.desired.load_balancer_tags and group.tier in _ROLE_TAGS else {}
        shared = {f"kubernetes.io/cluster/{cluster}": "shared" for cluster in self.desired.shared_with}
        return {**role, **shared, **group.tags}

    def tags(self, step: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Give all tags of the thing that a step makes: its name, the user's, the owner, the step."""
        name = self.desired.name if step == "vpc" else f"{self.desired.name}-{step.replace('/', '-')}"
        return {"Name": name, **self.desired.tags, **(more or {}), self.owner[0]: self.owner[1], STEP: step}

    def retagged(self, step: str, thing: Tagged, more: Mapping[str, str] | None = None) -> Iterator[Step]:
        """Repair the tags of a thing that exists; what is not ours gets the declared tags alone."""
        if self.manages(thing):
            yield from tag_steps(step, thing.id, self.tags(step, more), thing.tags, purge=self.desired.purge_tags)
        else:
            yield from tag_steps(step, thing.id, {**self.desired.tags, **(more or {})}, thing.tags, purge=False)

    def internet_gateway(self) -> ActualInternetGateway | None:
        """Give the gateway attached to the VPC, or ours that a run left unattached."""
        attached = [found for found in self.actual.internet_gateways if self.actual.vpc and found.vpc_id == self.actual.vpc.id]
        loose = [found for found in self.actual.internet_gateways if not found.vpc_id and belongs_to(found, self.owner)]
        return next(iter(attached + loose), None)
