# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the options of a network prove wrong by themselves, without a look at the world."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from .cidr import LARGEST, SMALLEST, has_allowed_size, overlaps, parsed
from .network_parts import Nat, Rule, SecurityGroup, SubnetGroup, Tier
from .problem import Problems
from .reference import is_unknown
from .scope import Scope

if TYPE_CHECKING:
    from .network import Network

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_NAME_LIMIT, _GROUP_NAME_LIMIT = 100, 255
_RESERVED = ("aws:", "cutover.eks/")


def check(network: Network, problems: Problems, scope: Scope) -> None:
    """Note every problem; a network that is to go needs nothing but its name and the selection of its VPC."""
    _check_name(network, problems)
    _check_selection(network, problems)
    if network.state == "absent":
        return
    _check_zones(network, problems, scope)
    _check_blocks(network, problems)
    _check_ways_out(network, problems)
    _check_security_groups(network, problems)
    _check_tags(network, problems)


def _check_name(network: Network, problems: Problems) -> None:
    for path, name in (("name", network.name), ("cluster", network.cluster)):
        if path == "cluster" and not name:
            continue
        if len(name) > _NAME_LIMIT:
            problems.add(
                "name_too_long", path, found=f"{len(name)} characters", wanted=f"at most {_NAME_LIMIT}", do="Choose a shorter name."
            )
        elif not _NAME.fullmatch(name):
            problems.add(
                "name_invalid",
                path,
                found=repr(name),
                wanted="letters, digits, - and _, a letter or digit first",
                do="Choose another name.",
            )


def _check_selection(network: Network, problems: Problems) -> None:
    vpc = network.vpc
    if vpc.id is not None and vpc.match_tags:
        problems.add("selection_ambiguous", "vpc.match_tags", found="id and match_tags", wanted="one of them", do="Leave one out.")
    if isinstance(vpc.id, str) and not is_unknown(vpc.id) and not vpc.id.startswith("vpc-"):
        problems.add("id_invalid", "vpc.id", found=vpc.id, wanted="the id of a VPC (vpc-…)", do="Give the id, or select by match_tags.")
    if network.state == "present" and not vpc.adopted and vpc.cidr is None:
        problems.add(
            "cidr_missing",
            "vpc.cidr",
            found="nothing",
            wanted="a block for the new VPC",
            do="Give one (10.0.0.0/16), or adopt a VPC by id.",
        )


def _needs_zones(network: Network) -> bool:
    return any(not group.ids for group in network.subnets)


def _check_zones(network: Network, problems: Problems, scope: Scope) -> None:
    for name in _twice(network.zones):
        problems.add("duplicate_zone", "zones", found=name, wanted="each zone once", do="Remove the second one.")
    for name in network.zones:
        if not name.startswith(scope.region):
            problems.add(
                "unknown_zone", "zones", found=name, wanted=f"zones of {scope.region}", do="Name zones of the region, or give a number."
            )
    count = network.zone_count if network.zone_count is not None else len(set(network.zones))
    if _needs_zones(network) and count < 2:
        found = f"{count} zone" if count == 1 else f"{count} zones"
        problems.add(
            "too_few_zones", "zones", found=found, wanted="at least 2 (EKS demands two)", do="Name two zones or more, or write a number."
        )
    for group in network.subnets:
        if group.cidrs and len(group.cidrs) != count:
            wanted = f"{count}, one per zone"
            problems.add(
                "cidrs_per_zone", f"subnets.{group.tier}.cidrs", found=len(group.cidrs), wanted=wanted, do="Give a block for each zone."
            )


def _check_blocks(network: Network, problems: Problems) -> None:
    whole = _checked_block("vpc.cidr", network.vpc.cidr, problems) if network.vpc.cidr else None
    placed: dict[IPv4Network, str] = {}
    for group in network.subnets:
        _check_group(group, problems)
        for place, text in enumerate(group.cidrs):
            path = f"subnets.{group.tier}.cidrs[{place}]"
            block = _checked_block(path, text, problems)
            if block is None:
                continue
            if block in placed:
                problems.add("duplicate_cidr", path, found=text, wanted="each block once", do=f"It is {placed[block]} already.")
                continue
            placed[block] = path
            # An adopted VPC may have further blocks: that check waits for the world.
            if whole and not network.vpc.adopted and not block.subnet_of(whole):
                problems.add("subnet_outside_vpc", path, found=text, wanted=f"a part of {whole}", do="Choose a block inside the VPC's.")
    for one, other in overlaps(placed):
        problems.add(
            "overlapping_cidrs",
            placed[other],
            found=f"{other} and {one}",
            wanted="blocks apart",
            do=f"{placed[one]} shares addresses with it.",
        )


def _check_group(group: SubnetGroup, problems: Problems) -> None:
    path = f"subnets.{group.tier}"
    given = [name for name, value in (("ids", group.ids), ("cidrs", group.cidrs), ("prefix_length", group.prefix_length)) if value]
    if len(given) > 1:
        problems.add("selection_ambiguous", path, found=" and ".join(given), wanted="one of them", do="Leave the others out.")
    if group.prefix_length is not None and not LARGEST <= group.prefix_length <= SMALLEST:
        wanted = f"/{LARGEST} to /{SMALLEST}"
        problems.add(
            "prefix_out_of_range", f"{path}.prefix_length", found=f"/{group.prefix_length}", wanted=wanted, do="Choose a size EC2 offers."
        )


def _checked_block(path: str, text: str, problems: Problems) -> IPv4Network | None:
    block = parsed(text)
    if block is None:
        problems.add(
            "cidr_invalid", path, found=text, wanted="an IPv4 block such as 10.0.0.0/16, no bits behind the prefix", do="Correct the block."
        )
    elif not has_allowed_size(block):
        wanted = f"/{LARGEST} to /{SMALLEST}"
        problems.add("prefix_out_of_range", path, found=f"/{block.prefixlen}", wanted=wanted, do="Choose a size EC2 offers.")
    return block


def _check_ways_out(network: Network, problems: Problems) -> None:
    if network.nat is Nat.NONE:
        return
    if network.group(Tier.PUBLIC) is None:
        do = "Declare subnets.public, or write nat: none."
        problems.add("nat_without_public", "nat", found=network.nat, wanted="public subnets for the NAT gateways", do=do)
    elif any(group.ids for group in network.subnets if group.tier is not Tier.INTRA):
        do = "Write nat: none: the routes of subnets given by id are their owner's."
        problems.add("nat_with_given_subnets", "nat", found="subnets given by id", wanted="subnets that this network makes", do=do)


def _check_security_groups(network: Network, problems: Problems) -> None:
    names = {group.name for group in network.security_groups}
    for name in _twice(group.name for group in network.security_groups):
        problems.add("duplicate_security_group", "security_groups", found=name, wanted="each name once", do="Merge the two.")
    for place, group in enumerate(network.security_groups):
        path = f"security_groups[{place}]"
        if not _NAME.fullmatch(group.name) or len(group.name) > _GROUP_NAME_LIMIT or group.name.startswith("sg-"):
            wanted = f"at most {_GROUP_NAME_LIMIT} letters, digits, - and _, not beginning with sg-"
            problems.add("name_invalid", f"{path}.name", found=repr(group.name), wanted=wanted, do="Choose another name.")
        for where, rule in _rules(group, path):
            _check_rule(rule, where, names, problems)


def _rules(group: SecurityGroup, path: str) -> Iterator[tuple[str, Rule]]:
    for direction, rules in (("ingress", group.ingress), ("egress", group.egress)):
        yield from ((f"{path}.{direction}[{place}]", rule) for place, rule in enumerate(rules or ()))


def _check_rule(rule: Rule, path: str, names: set[str], problems: Problems) -> None:
    peers = [peer for peer in (rule.cidr, rule.security_group, rule.self_) if peer]
    if len(peers) != 1:
        problems.add(
            "rule_peer", path, found=f"{len(peers)} peers", wanted="one of cidr, security_group, self", do="Write a rule for each peer."
        )
    if rule.cidr and parsed(rule.cidr) is None:
        problems.add("cidr_invalid", f"{path}.cidr", found=rule.cidr, wanted="an IPv4 block such as 10.0.0.0/8", do="Correct the block.")
    group = rule.security_group
    if isinstance(group, str) and group and not is_unknown(group) and not group.startswith("sg-") and group not in names:
        problems.add(
            "security_group_unknown", f"{path}.security_group", found=group, wanted="a group of this network or an sg- id", do="Declare it."
        )
    if rule.protocol != "-1" and not _has_ports(rule):
        found = f"{rule.from_port}-{rule.to_port}"
        problems.add("ports_invalid", path, found=found, wanted="from_port <= to_port, 0 to 65535", do="Give the ports, or protocol: all.")


def _has_ports(rule: Rule) -> bool:
    if rule.from_port is None or rule.to_port is None:
        return False
    # ICMP has types and codes in the place of ports; -1 means all of them.
    return rule.protocol == "icmp" or 0 <= rule.from_port <= rule.to_port <= 65535


def _check_tags(network: Network, problems: Problems) -> None:
    all_tags = [("tags", network.tags)]
    all_tags += [(f"subnets.{group.tier}.tags", group.tags) for group in network.subnets]
    all_tags += [(f"security_groups[{place}].tags", group.tags) for place, group in enumerate(network.security_groups)]
    for path, tags in all_tags:
        for key, value in tags.items():
            if key.startswith(_RESERVED) or len(key) > 128 or len(value) > 256:
                wanted = "a key of at most 128 characters, not aws: nor cutover.eks/, a value of at most 256"
                problems.add("tag_invalid", f"{path}.{key}", found=f"{key}={value}", wanted=wanted, do="Choose another tag.")


def _twice(names: Iterable[str]) -> list[str]:
    seen = list(names)
    return sorted({name for name in seen if seen.count(name) > 1})
