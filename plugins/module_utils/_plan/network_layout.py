# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which subnets a network has: zones chosen, each place matched with what exists, blocks computed for what does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TypeAlias

from .._model.cidr import SMALLEST, first_free, parsed
from .._model.network import Network
from .._model.network_actual import ActualSubnet, NetworkActual, belongs_to
from .._model.network_parts import SubnetGroup, Tier
from .._model.problem import Problems
from .._model.reference import Ref, Value
from .._model.scope import STEP, Scope

UNSUPPORTED_ZONE_IDS = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})
"""Zones that EKS does not take: docs.aws.amazon.com/eks/latest/userguide/network-reqs.html."""
_SMALLER_THAN_VPC = {Tier.PRIVATE: 4, Tier.PUBLIC: 6, Tier.INTRA: 8}
"""Default sizes, as bits added to the VPC's prefix: /20, /22 and /24 in a /16; most addresses go to pods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One subnet that the network should have: its name, where, and what is there already."""

    group: SubnetGroup
    zone: str
    suffix: str
    cidr: str
    existing: ActualSubnet | None = None

    @property
    def name(self) -> str:
        """Give its name within the network: `private-a`."""
        return f"{self.group.tier}-{self.suffix}"

    @property
    def id(self) -> Value:
        """Give its id, or the reference to the step that makes it."""
        return self.existing.id if self.existing else Ref(f"subnet/{self.name}", "Subnet.SubnetId")


def suffix_of(zone: str, region: str) -> str:
    """Shorten a zone to what names things: `us-east-1a` to `a`, `us-west-2-lax-1a` to `lax-1a`."""
    return zone.removeprefix(region).lstrip("-")


def chosen_zones(desired: Network, actual: NetworkActual, scope: Scope) -> tuple[str, ...]:
    """Give the zones by name; for a number, those with subnets of ours go before others.

    The order is that of the names all the same: blocks follow from it, and a run that was broken off has left any of its subnets.
    """
    if desired.zone_count is None:
        return desired.zones
    owner = desired.owner(scope)
    ours = {subnet.zone for subnet in actual.subnets if belongs_to(subnet, owner)}
    usable = [zone.name for zone in actual.zones if zone.available and zone.id not in UNSUPPORTED_ZONE_IDS]
    return tuple(sorted(sorted(usable, key=lambda name: (name not in ours, name))[: desired.zone_count]))


def check_zones(desired: Network, actual: NetworkActual, zones: tuple[str, ...], problems: Problems) -> None:
    """Note zones that are not there, cannot carry a cluster, or are fewer than asked for."""
    known = {zone.name: zone for zone in actual.zones}
    offered = ", ".join(sorted(zone.name for zone in actual.zones if zone.available and zone.id not in UNSUPPORTED_ZONE_IDS))
    for name in desired.zones:
        if name not in known or not known[name].available:
            problems.add("unknown_zone", "zones", found=name, wanted=f"one of {offered}", do="Name zones of this region, or give a number.")
        elif known[name].id in UNSUPPORTED_ZONE_IDS:
            problems.add(
                "unsupported_zone",
                "zones",
                found=f"{name} ({known[name].id})",
                wanted=f"one of {offered}",
                do="EKS does not take this zone.",
            )
    if desired.zone_count is not None and len(zones) < desired.zone_count:
        problems.add(
            "too_few_zones",
            "zones",
            found=f"{len(zones)} in the region",
            wanted=str(desired.zone_count),
            do=f"The region offers {offered}.",
        )


def layout(desired: Network, actual: NetworkActual, scope: Scope, problems: Problems) -> tuple[Place, ...]:
    """Give every declared subnet that is not given by id, in the order private, public, intra, zone by zone."""
    zones = chosen_zones(desired, actual, scope)
    wanted = [(group, index, zone) for group in desired.subnets if not group.ids for index, zone in enumerate(zones)]
    matched = {(group.tier, zone): _by_step(desired, actual, scope, group, zone) for group, _index, zone in wanted}
    blocks = _blocks(desired, actual, scope, wanted, matched, problems)
    places = []
    for group, _index, zone in wanted:
        cidr = blocks.get((group.tier, zone), "")
        existing = matched[group.tier, zone] or next((s for s in actual.subnets if s.cidr == cidr and s.zone == zone), None)
        places.append(Place(group=group, zone=zone, suffix=suffix_of(zone, scope.region), cidr=cidr, existing=existing))
    return tuple(places)


_Wanted = list[tuple[SubnetGroup, int, str]]
_Matched: TypeAlias = "dict[tuple[Tier, str], ActualSubnet | None]"


def _by_step(desired: Network, actual: NetworkActual, scope: Scope, group: SubnetGroup, zone: str) -> ActualSubnet | None:
    step = f"subnet/{group.tier}-{suffix_of(zone, scope.region)}"
    owner = desired.owner(scope)
    return next((s for s in actual.subnets if belongs_to(s, owner) and s.tags.get(STEP) == step and s.zone == zone), None)


def _blocks(
    desired: Network, actual: NetworkActual, scope: Scope, wanted: _Wanted, matched: _Matched, problems: Problems
) -> dict[tuple[Tier, str], str]:
    """Give each place its block: the existing one's, the declared one, or the first free one of the size."""
    whole = _whole(desired, actual)
    given = {(group.tier, zone): group.cidrs[index] for group, index, zone in wanted if index < len(group.cidrs)}
    computed = [(group, zone) for group, _index, zone in wanted if not group.cidrs]
    if whole is None:
        return given
    # In somebody else's VPC a block of that size says nothing about whose subnet it is.
    ours = actual.vpc is not None and belongs_to(actual.vpc, desired.owner(scope))
    fresh = _fresh(whole, given.values(), computed) if ours else {}
    blocks = dict(given)
    existing = {subnet.cidr: subnet.zone for subnet in actual.subnets}
    taken = [*_networks(existing), *_networks(given.values())]
    for group, zone in _largest_first(computed, whole):
        key = (group.tier, zone)
        found, planned = matched[key], fresh.get(key)
        # A subnet that lost its tags is known again by the block that we would have given to it.
        if found is not None:
            blocks[key] = found.cidr
        elif planned and existing.get(planned) == zone and planned not in blocks.values():
            blocks[key] = planned
        elif (free := first_free(whole, _size(group, whole), [*taken, *_networks(blocks.values())])) is not None:
            blocks[key] = str(free)
        else:
            do = "Declare a longer prefix_length, fewer zones or a larger VPC."
            problems.add(
                "no_room", f"subnets.{group.tier}", found=f"no free /{_size(group, whole)} in {whole} for {zone}", wanted="room", do=do
            )
    return blocks


def _fresh(whole: IPv4Network, given: Iterable[str], computed: list[tuple[SubnetGroup, str]]) -> dict[tuple[Tier, str], str]:
    """Give the blocks that an empty VPC would get."""
    blocks: dict[tuple[Tier, str], str] = {}
    taken = list(_networks(given))
    for group, zone in _largest_first(computed, whole):
        free = first_free(whole, _size(group, whole), taken)
        if free is not None:
            blocks[group.tier, zone] = str(free)
            taken.append(free)
    return blocks


def _largest_first(computed: list[tuple[SubnetGroup, str]], whole: IPv4Network) -> list[tuple[SubnetGroup, str]]:
    return sorted(computed, key=lambda place: _size(place[0], whole))


def _size(group: SubnetGroup, whole: IPv4Network) -> int:
    return group.prefix_length or min(whole.prefixlen + _SMALLER_THAN_VPC[group.tier], SMALLEST)


def _whole(desired: Network, actual: NetworkActual) -> IPv4Network | None:
    text = actual.vpc.cidr if actual.vpc else desired.vpc.cidr
    return parsed(text) if text else None


def _networks(texts: Iterable[str]) -> Iterator[IPv4Network]:
    return (block for block in map(parsed, texts) if block is not None)
