# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a network is shown: its option keys with what is there, and `status`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._model.network import Network
from .._model.network_actual import ActualRule, ActualSecurityGroup, ActualSubnet, NetworkActual, owned
from .._model.network_parts import Rule, SecurityGroup, SubnetGroup, Tier
from .._model.ownership import users_tags
from .._model.problem import Problems
from .._model.reference import Value, shown
from .._model.scope import STEP, Scope
from .network_routes import nat_id, nat_places
from .network_site import Site
from .security_groups import group_id

Data = dict[str, Any]


def network_result(desired: Network, actual: NetworkActual, scope: Scope) -> Data:
    """Give the network as its options with the blocks and zones that were chosen; `status` holds the ids."""
    site = Site.of(desired, actual, scope, Problems())
    return {
        "state": desired.state,
        "name": desired.name,
        **({"cluster": desired.cluster} if desired.cluster else {}),
        "vpc": _vpc(desired, actual),
        "zones": list(site.zones),
        "subnets": {group.tier.value: _subnets(site, group) for group in desired.subnets},
        "nat": desired.nat.value,
        "load_balancer_tags": desired.load_balancer_tags,
        "shared_with": list(desired.shared_with),
        "security_groups": [_security_group(group) for group in desired.security_groups],
        "tags": dict(desired.tags),
        "purge_tags": desired.purge_tags,
        "adopt": desired.adopt,
        "status": _status(site) if desired.state == "present" else {},
    }


def _vpc(desired: Network, actual: NetworkActual) -> Data:
    wanted, found = desired.vpc, actual.vpc
    fields = {
        "id": shown(wanted.id) if wanted.id is not None else None,
        "match_tags": dict(wanted.match_tags) or None,
        "cidr": found.cidr if found else wanted.cidr,
        "dns_support": found.dns_support if found else wanted.dns_support,
        "dns_hostnames": found.dns_hostnames if found else wanted.dns_hostnames,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _subnets(site: Site, group: SubnetGroup) -> Data:
    blocks: Data = {"ids": shown(group.ids)} if group.ids else {"cidrs": [place.cidr for place in site.tier(group.tier)]}
    public_ip = {} if group.map_public_ip is None else {"map_public_ip": group.map_public_ip}
    return {**blocks, **public_ip, "tags": dict(group.tags)}


def _security_group(group: SecurityGroup) -> Data:
    rules = {
        name: [_rule(rule) for rule in rules] for name, rules in (("ingress", group.ingress), ("egress", group.egress)) if rules is not None
    }
    return {"name": group.name, "description": group.description, **rules, "purge_rules": group.purge_rules, "tags": dict(group.tags)}


def _rule(rule: Rule) -> Data:
    peer: Data = {"cidr": rule.cidr} if rule.cidr else {"self": True} if rule.self_ else {"security_group": shown(rule.security_group)}
    return {"protocol": "all" if rule.protocol == "-1" else rule.protocol, **_ports(rule), **peer, **_words(rule)}


def _ports(rule: Rule | ActualRule) -> Data:
    return {} if rule.from_port is None else {"from_port": rule.from_port, "to_port": rule.to_port}


def _words(rule: Rule | ActualRule) -> Data:
    return {"description": rule.description} if rule.description else {}


def _status(site: Site) -> Data:
    return {
        "vpc_id": shown(site.vpc_id),
        "zones": list(site.zones),
        **{f"{tier}_subnet_ids": shown(_subnet_ids(site, tier)) for tier in Tier},
        "security_group_ids": {group.name: shown(group_id(site, group.name)) for group in site.desired.security_groups},
        "nat_gateway_ids": {place.zone: shown(nat_id(site, place)) for place in nat_places(site)},
    }


def _subnet_ids(site: Site, tier: Tier) -> tuple[Value, ...]:
    group = site.desired.group(tier)
    return group.ids if group and group.ids else tuple(place.id for place in site.tier(tier))


def seen_network(desired: Network, actual: NetworkActual, scope: Scope) -> Data:
    """Give a network as it is, told from what carries its owner tag; for those who declare nothing."""
    owner = desired.owner(scope)
    subnets = sorted(owned(actual.subnets, owner), key=lambda subnet: subnet.tags.get(STEP, ""))
    groups = owned(actual.security_groups, owner)
    nats = [nat for nat in owned(actual.nat_gateways, owner) if nat.lives]
    zone_of = {subnet.id: subnet.zone for subnet in actual.subnets}
    zones = sorted({subnet.zone for subnet in subnets})
    by_tier = {tier.value: _of_tier(subnets, tier) for tier in Tier}
    return {
        "state": "present",
        "name": desired.name,
        **({"cluster": desired.cluster} if desired.cluster else {}),
        "vpc": _vpc(desired, actual),
        "zones": zones,
        "subnets": {tier: _seen_subnets(members) for tier, members in by_tier.items() if members},
        "nat": "none" if not nats else "single" if len(nats) == 1 < len(zones) else "zonal",
        "security_groups": [_seen_group(group) for group in groups],
        "tags": {key: value for key, value in users_tags(actual.vpc.tags if actual.vpc else {}).items() if key != "Name"},
        "status": {
            "vpc_id": actual.vpc.id if actual.vpc else "",
            "zones": zones,
            **{f"{tier}_subnet_ids": [subnet.id for subnet in members] for tier, members in by_tier.items()},
            "security_group_ids": {group.name: group.id for group in groups},
            "nat_gateway_ids": {zone_of.get(nat.subnet_id, nat.subnet_id): nat.id for nat in nats},
        },
    }


def _of_tier(subnets: list[ActualSubnet], tier: Tier) -> list[ActualSubnet]:
    return [subnet for subnet in subnets if subnet.tags.get(STEP, "").startswith(f"subnet/{tier}-")]


_DERIVED = ("kubernetes.io/", "Name")


def _seen_subnets(subnets: list[ActualSubnet]) -> Data:
    """Show what the subnets of a tier have in common."""
    tags: Mapping[str, str] = users_tags(subnets[0].tags)
    common = {key: value for key, value in tags.items() if all(s.tags.get(key) == value for s in subnets) and not key.startswith(_DERIVED)}
    return {"cidrs": [subnet.cidr for subnet in subnets], "map_public_ip": all(subnet.map_public_ip for subnet in subnets), "tags": common}


def _seen_group(group: ActualSecurityGroup) -> Data:
    rules = {name: [_seen_rule(rule, group.id) for rule in group.rules if rule.direction == name] for name in ("ingress", "egress")}
    return {"name": group.name, "description": group.description, **rules}


def _seen_rule(rule: ActualRule, group: str) -> Data:
    peer: Data = {"self": True} if rule.peer == group else {"cidr": rule.peer} if "/" in rule.peer else {"security_group": rule.peer}
    return {"protocol": "all" if rule.protocol == "-1" else rule.protocol, **_ports(rule), **peer, **_words(rule)}
