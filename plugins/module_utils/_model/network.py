# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network as it is asked for. What the options alone can prove wrong is found in `network_shape`; what needs the world, when planning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from .network_parts import DesiredVpc, Nat, Rule, SecurityGroup, SubnetGroup, Tier
from .network_shape import check
from .problem import Problems
from .scope import NETWORK_OWNER, OWNER, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network: VPC, subnets over zones, the ways out, security groups."""

    name: str
    state: str = "present"
    cluster: str = ""
    vpc: DesiredVpc = field(default_factory=DesiredVpc)
    zones: tuple[str, ...] = ()
    zone_count: int | None = None
    subnets: tuple[SubnetGroup, ...] = ()
    nat: Nat = Nat.NONE
    load_balancer_tags: bool = True
    shared_with: tuple[str, ...] = ()
    security_groups: tuple[SecurityGroup, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    purge_tags: bool = False
    adopt: bool = False

    @classmethod
    def from_options(cls, options: Mapping[str, Any], scope: Scope) -> Self:
        """Read the options, or raise `Refused` with everything that they alone prove wrong."""
        problems = Problems()
        network = cls._read(options, problems)
        check(network, problems, scope)
        problems.refuse_if_any()
        return network

    @classmethod
    def _read(cls, options: Mapping[str, Any], problems: Problems) -> Self:
        zones, count = _zones(options.get("zones") or [])
        cluster = str(options.get("cluster") or "")
        return cls(
            name=str(options.get("name") or cluster),
            state=str(options.get("state") or "present"),
            cluster=cluster,
            vpc=_vpc(options.get("vpc") or {}),
            zones=zones,
            zone_count=count,
            subnets=_subnets(options.get("subnets") or {}),
            nat=Nat(options.get("nat") or "none"),
            load_balancer_tags=options.get("load_balancer_tags") is not False,
            shared_with=tuple(options.get("shared_with") or ()),
            security_groups=tuple(
                _security_group(group, f"security_groups[{place}]", problems)
                for place, group in enumerate(options.get("security_groups") or [])
            ),
            tags=dict(options.get("tags") or {}),
            purge_tags=bool(options.get("purge_tags")),
            adopt=bool(options.get("adopt")),
        )

    def owner(self, scope: Scope) -> tuple[str, str]:
        """Give key and value of the tag that marks what this network made."""
        return (OWNER, scope.owner(self.cluster)) if self.cluster else (NETWORK_OWNER, scope.owner(self.name))

    def group(self, tier: Tier) -> SubnetGroup | None:
        """Give the subnets of one tier, None when they are not declared."""
        return next((group for group in self.subnets if group.tier is tier), None)


def _zones(given: Sequence[object]) -> tuple[tuple[str, ...], int | None]:
    """Read names, or one number: Ansible hands `zones: 3` over as the list `["3"]`."""
    words = tuple(str(word) for word in given)
    if len(words) == 1 and words[0].isdigit():
        return (), int(words[0])
    return words, None


def _vpc(options: Mapping[str, Any]) -> DesiredVpc:
    return DesiredVpc(
        id=options.get("id") or None,
        match_tags=dict(options.get("match_tags") or {}),
        cidr=options.get("cidr") or None,
        dns_support=options.get("dns_support"),
        dns_hostnames=options.get("dns_hostnames"),
    )


def _subnets(options: Mapping[str, Any]) -> tuple[SubnetGroup, ...]:
    groups = ((tier, options.get(tier.value)) for tier in Tier)
    return tuple(
        SubnetGroup(
            tier=tier,
            ids=tuple(group.get("ids") or ()),
            cidrs=tuple(group.get("cidrs") or ()),
            prefix_length=group.get("prefix_length"),
            tags=dict(group.get("tags") or {}),
            map_public_ip=group.get("map_public_ip"),
        )
        for tier, group in groups
        if group is not None
    )


def _security_group(options: Mapping[str, Any], path: str, problems: Problems) -> SecurityGroup:
    return SecurityGroup(
        name=str(options.get("name") or ""),
        description=str(options.get("description") or options.get("name") or ""),
        ingress=_rules(options.get("ingress"), f"{path}.ingress", problems),
        egress=_rules(options.get("egress"), f"{path}.egress", problems),
        purge_rules=bool(options.get("purge_rules")),
        tags=dict(options.get("tags") or {}),
    )


def _rules(options: Sequence[Mapping[str, Any]] | None, path: str, problems: Problems) -> tuple[Rule, ...] | None:
    return None if options is None else tuple(_rule(rule, f"{path}[{place}]", problems) for place, rule in enumerate(options))


PROTOCOLS = {"all": "-1", "-1": "-1", "tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp", "icmp": "icmp", "1": "icmp"}
"""Words for protocols, and how EC2 answers with them."""


def _rule(options: Mapping[str, Any], path: str, problems: Problems) -> Rule:
    protocol = str(options.get("protocol") or "tcp")
    if protocol not in PROTOCOLS:
        problems.add("protocol_unknown", f"{path}.protocol", found=protocol, wanted=", ".join(PROTOCOLS), do="Write one of them.")
    first, last = options.get("from_port"), options.get("to_port")
    return Rule(
        protocol=PROTOCOLS.get(protocol, protocol),
        from_port=first,
        to_port=first if last is None else last,
        cidr=str(options.get("cidr") or ""),
        security_group=options.get("security_group") or "",
        self_=bool(options.get("self")),
        description=str(options.get("description") or ""),
    )
