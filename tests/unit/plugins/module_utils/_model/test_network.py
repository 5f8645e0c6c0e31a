# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the options of a network prove wrong by themselves: one case for each kind of bad input."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.network import Network
from ansible_collections.cutover.eks.plugins.module_utils._model.network_parts import Nat, Rule, Tier
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import NETWORK_OWNER, OWNER, Scope

SCOPE = Scope(account="123456789012", region="eu-central-1")
OPTIONS: dict[str, Any] = {
    "name": "shared",
    "vpc": {"cidr": "10.0.0.0/16"},
    "zones": ["eu-central-1a", "eu-central-1b"],
    "subnets": {"public": {}, "private": {}},
}


def read(**changes: Any) -> Network:
    return Network.from_options({**OPTIONS, **changes}, SCOPE)


def group(**rule: Any) -> list[dict[str, Any]]:
    return [{"name": "web", "ingress": [rule]}]


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "no name": ({"name": None}, "name_invalid", "name"),
    "name with a colon": ({"name": "a:b"}, "name_invalid", "name"),
    "name too long": ({"name": "x" * 101}, "name_too_long", "name"),
    "cluster too long": ({"cluster": "x" * 101}, "name_too_long", "cluster"),
    "no block for the VPC": ({"vpc": {}}, "cidr_missing", "vpc.cidr"),
    "block without prefix": ({"vpc": {"cidr": "10.0.0.0"}}, "cidr_invalid", "vpc.cidr"),
    "bits behind the prefix": ({"vpc": {"cidr": "10.0.0.1/16"}}, "cidr_invalid", "vpc.cidr"),
    "VPC too large": ({"vpc": {"cidr": "10.0.0.0/15"}}, "prefix_out_of_range", "vpc.cidr"),
    "VPC too small": ({"vpc": {"cidr": "10.0.0.0/29"}}, "prefix_out_of_range", "vpc.cidr"),
    "id and tags": ({"vpc": {"id": "vpc-1", "match_tags": {"a": "b"}}}, "selection_ambiguous", "vpc.match_tags"),
    "no id of a VPC": ({"vpc": {"id": "subnet-1"}}, "id_invalid", "vpc.id"),
    "one zone": ({"zones": ["eu-central-1a"]}, "too_few_zones", "zones"),
    "one zone by number": ({"zones": ["1"]}, "too_few_zones", "zones"),
    "no zones": ({"zones": None}, "too_few_zones", "zones"),
    "zone twice": ({"zones": ["eu-central-1a", "eu-central-1b", "eu-central-1a"]}, "duplicate_zone", "zones"),
    "zone of another region": ({"zones": ["eu-central-1a", "eu-west-1a"]}, "unknown_zone", "zones"),
    "prefix too long": ({"subnets": {"private": {"prefix_length": 29}}}, "prefix_out_of_range", "subnets.private.prefix_length"),
    "prefix too short": ({"subnets": {"private": {"prefix_length": 15}}}, "prefix_out_of_range", "subnets.private.prefix_length"),
    "subnet too small": (
        {"subnets": {"private": {"cidrs": ["10.0.0.0/29", "10.0.1.0/24"]}}},
        "prefix_out_of_range",
        "subnets.private.cidrs[0]",
    ),
    "blocks of another number": ({"subnets": {"private": {"cidrs": ["10.0.0.0/24"]}}}, "cidrs_per_zone", "subnets.private.cidrs"),
    "no block": ({"subnets": {"private": {"cidrs": ["ten", "10.0.1.0/24"]}}}, "cidr_invalid", "subnets.private.cidrs[0]"),
    "blocks that overlap": (
        {"subnets": {"private": {"cidrs": ["10.0.0.0/20", "10.0.8.0/21"]}}},
        "overlapping_cidrs",
        "subnets.private.cidrs[1]",
    ),
    "block twice": ({"subnets": {"private": {"cidrs": ["10.0.0.0/24", "10.0.0.0/24"]}}}, "duplicate_cidr", "subnets.private.cidrs[1]"),
    "block outside": (
        {"subnets": {"private": {"cidrs": ["10.0.0.0/24", "10.1.0.0/24"]}}},
        "subnet_outside_vpc",
        "subnets.private.cidrs[1]",
    ),
    "blocks and a size": (
        {"subnets": {"private": {"cidrs": ["10.0.0.0/24", "10.0.1.0/24"], "prefix_length": 24}}},
        "selection_ambiguous",
        "subnets.private",
    ),
    "NAT without public subnets": ({"nat": "zonal", "subnets": {"private": {}}}, "nat_without_public", "nat"),
    "NAT in given subnets": ({"nat": "single", "subnets": {"public": {"ids": ["subnet-1"]}}}, "nat_with_given_subnets", "nat"),
    "group twice": ({"security_groups": [{"name": "web"}, {"name": "web"}]}, "duplicate_security_group", "security_groups"),
    "group named like an id": ({"security_groups": [{"name": "sg-1"}]}, "name_invalid", "security_groups[0].name"),
    "rule without peer": ({"security_groups": group(from_port=1)}, "rule_peer", "security_groups[0].ingress[0]"),
    "rule with two peers": (
        {"security_groups": group(from_port=1, cidr="10.0.0.0/8", self=True)},
        "rule_peer",
        "security_groups[0].ingress[0]",
    ),
    "rule towards no block": (
        {"security_groups": group(from_port=1, cidr="everywhere")},
        "cidr_invalid",
        "security_groups[0].ingress[0].cidr",
    ),
    "rule towards an unknown group": (
        {"security_groups": group(from_port=1, security_group="db")},
        "security_group_unknown",
        "security_groups[0].ingress[0].security_group",
    ),
    "rule without ports": ({"security_groups": group(cidr="10.0.0.0/8")}, "ports_invalid", "security_groups[0].ingress[0]"),
    "ports reversed": (
        {"security_groups": group(from_port=9, to_port=1, cidr="10.0.0.0/8")},
        "ports_invalid",
        "security_groups[0].ingress[0]",
    ),
    "unknown protocol": (
        {"security_groups": group(protocol="tpc", from_port=1, cidr="10.0.0.0/8")},
        "protocol_unknown",
        "security_groups[0].ingress[0].protocol",
    ),
    "a tag of AWS": ({"tags": {"aws:x": "y"}}, "tag_invalid", "tags.aws:x"),
    "a tag of ours": ({"subnets": {"private": {"tags": {OWNER: "me"}}}}, "tag_invalid", f"subnets.private.tags.{OWNER}"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused(name: str) -> None:
    changes, code, path = BAD[name]
    with pytest.raises(Refused) as refused:
        read(**changes)
    assert [(problem.code, problem.path) for problem in refused.value.problems] == [(code, path)]


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        read(name="a b", vpc={"cidr": "10.0.0.0/8"}, zones=["eu-central-1a"], nat="single", subnets={"private": {}})
    codes = [problem.code for problem in refused.value.problems]
    assert codes == ["name_invalid", "too_few_zones", "prefix_out_of_range", "nat_without_public"]


def test_a_network_that_is_to_go_needs_only_its_name() -> None:
    assert Network.from_options({"name": "shared", "state": "absent"}, SCOPE).state == "absent"


def test_the_owner_is_the_cluster_or_the_network() -> None:
    assert read().owner(SCOPE) == (NETWORK_OWNER, "eu-central-1/shared")
    assert read(cluster="blue").owner(SCOPE) == (OWNER, "eu-central-1/blue")
    assert read(cluster="blue", name=None).name == "blue"


def test_one_number_is_a_count_of_zones() -> None:
    network = read(zones=["3"])
    assert (network.zones, network.zone_count) == ((), 3)


def test_undeclared_is_none_and_declared_empty_is_empty() -> None:
    network = read(security_groups=[{"name": "web", "egress": []}])
    assert network.security_groups[0].ingress is None
    assert network.security_groups[0].egress == ()
    assert network.group(Tier.INTRA) is None
    assert network.vpc.dns_hostnames is None
    assert network.nat is Nat.NONE


def test_one_port_and_words_for_protocols() -> None:
    dns = {"name": "dns", "ingress": [{"protocol": "17", "from_port": 53, "self": True}]}
    network = read(security_groups=[*group(protocol="all", cidr="10.0.0.0/8"), dns])
    assert network.security_groups[0].ingress == (Rule(protocol="-1", cidr="10.0.0.0/8"),)
    assert network.security_groups[1].ingress == (Rule(protocol="udp", from_port=53, to_port=53, self_=True),)


def test_status_is_accepted_and_ignored() -> None:
    assert read(status={"vpc_id": "vpc-1"}) == read()
