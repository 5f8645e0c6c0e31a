# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of a network, as a specification: creation, nothing to do, each drift, what is left alone, adoption, bad input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.cutover.eks.plugins.module_utils._model.network import Network
from ansible_collections.cutover.eks.plugins.module_utils._model.network_actual import (
    ActualRule,
    ActualSecurityGroup,
    ActualSubnet,
    ActualVpc,
    NetworkActual,
    Zone,
)
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import OWNER, STEP, Scope
from ansible_collections.cutover.eks.plugins.module_utils._plan.network import NetworkOutputs, egress_steps, network_outputs, plan_network
from ansible_collections.cutover.eks.plugins.module_utils._plan.network_result import network_result, seen_network
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Kind, Step
from ansible_collections.cutover.eks.tests.unit.plugins.module_utils._plan.network_world import EVERYTHING_OUT, ZONES, after_run

SCOPE = Scope(account="123456789012", region="eu-central-1")
EMPTY = NetworkActual(zones=ZONES)
OPTIONS: dict[str, Any] = {
    "cluster": "blue",
    "vpc": {"cidr": "10.0.0.0/16", "dns_hostnames": True},
    "zones": ["3"],
    "subnets": {"public": {"map_public_ip": True}, "private": {}, "intra": {}},
    "nat": "zonal",
    "security_groups": [
        {
            "name": "extra",
            "purge_rules": True,
            "ingress": [{"from_port": 443, "cidr": "10.0.0.0/8", "description": "api"}, {"protocol": "all", "self": True}],
            "egress": [{"protocol": "all", "cidr": "0.0.0.0/0"}],
        }
    ],
    "tags": {"team": "platform"},
}
OURS = {OWNER: "eu-central-1/blue"}


def declared(**changes: Any) -> Network:
    return Network.from_options({**OPTIONS, **changes}, SCOPE)


def built(**changes: Any) -> NetworkActual:
    desired = declared(**changes)
    return after_run(plan_network(desired, EMPTY, SCOPE), EMPTY)


def edited(actual: NetworkActual, kind: str, step: str, change: Callable[[Any], Any]) -> NetworkActual:
    """Change the thing that a step made; None takes it away."""
    things = (change(thing) if thing.tags.get(STEP) == step else thing for thing in getattr(actual, kind))
    changes: dict[str, Any] = {kind: tuple(thing for thing in things if thing is not None)}
    return replace(actual, **changes)


def told(steps: Any) -> list[tuple[str, str]]:
    return [(step.key, step.operation) for step in steps]


def test_a_new_vpc_is_made_with_owner_and_step_and_found_by_them() -> None:
    step = plan_network(declared(), EMPTY, SCOPE).get("vpc")
    tags = {"Name": "blue", OWNER: "eu-central-1/blue", STEP: "vpc", "team": "platform"}
    assert step is not None
    assert step.request == {
        "CidrBlock": "10.0.0.0/16",
        "TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}],
    }
    assert step.lookup is not None
    assert step.lookup.request["Filters"] == [
        {"Name": f"tag:{OWNER}", "Values": ["eu-central-1/blue"]},
        {"Name": f"tag:{STEP}", "Values": ["vpc"]},
    ]
    assert step.lookup.found == "Vpcs[0] && {Vpc: Vpcs[0]}"


def test_a_new_network_is_made_of_these_calls() -> None:
    operations = [step.operation for step in plan_network(declared(), EMPTY, SCOPE)]
    assert {name: operations.count(name) for name in operations} == {
        "CreateVpc": 1,
        "ModifyVpcAttribute": 1,
        "CreateSubnet": 9,
        "ModifySubnetAttribute": 3,
        "CreateInternetGateway": 1,
        "AttachInternetGateway": 1,
        "AllocateAddress": 3,
        "CreateNatGateway": 3,
        "CreateRouteTable": 5,
        "CreateRoute": 4,
        "AssociateRouteTable": 9,
        "CreateSecurityGroup": 1,
        "AuthorizeSecurityGroupIngress": 1,
    }


def test_blocks_are_computed_largest_first_without_overlap() -> None:
    actual = built()
    assert {subnet.tags["Name"]: subnet.cidr for subnet in actual.subnets} == {
        "blue-subnet-private-a": "10.0.0.0/20",
        "blue-subnet-private-b": "10.0.16.0/20",
        "blue-subnet-private-c": "10.0.32.0/20",
        "blue-subnet-public-a": "10.0.48.0/22",
        "blue-subnet-public-b": "10.0.52.0/22",
        "blue-subnet-public-c": "10.0.56.0/22",
        "blue-subnet-intra-a": "10.0.60.0/24",
        "blue-subnet-intra-b": "10.0.61.0/24",
        "blue-subnet-intra-c": "10.0.62.0/24",
    }


def test_a_nat_gateway_waits_for_the_way_out_and_carries_a_client_token() -> None:
    plan = plan_network(declared(), EMPTY, SCOPE)
    step = plan.get("nat-gateway/a")
    assert step is not None
    assert step.token == "ClientToken"
    assert plan.dependencies(step) == {"internet-gateway/attachment", "address/a", "subnet/public-a"}
    route = plan.get("route/private-a/0.0.0.0_0")
    assert route is not None
    assert plan.dependencies(route) == {"nat-gateway/a", "route-table/private-a"}


def test_a_single_nat_gateway_serves_every_zone() -> None:
    plan = plan_network(declared(nat="single"), EMPTY, SCOPE)
    targets = {step.key: step.request.get("NatGatewayId") for step in plan if step.key.startswith("route/private")}
    assert set(targets.values()) == {Ref("nat-gateway/a", "NatGateway.NatGatewayId")}
    assert len(targets) == 3
    assert [step.key for step in plan if step.operation == "CreateNatGateway"] == ["nat-gateway/a"]


def test_load_balancer_and_cluster_tags_are_on_the_subnets() -> None:
    actual = built(shared_with=["green"])
    private = next(subnet for subnet in actual.subnets if subnet.tags[STEP] == "subnet/private-a")
    public = next(subnet for subnet in actual.subnets if subnet.tags[STEP] == "subnet/public-a")
    intra = next(subnet for subnet in actual.subnets if subnet.tags[STEP] == "subnet/intra-a")
    assert private.tags["kubernetes.io/role/internal-elb"] == "1"
    assert public.tags["kubernetes.io/role/elb"] == "1"
    assert not any("role" in key for key in intra.tags)
    assert all(subnet.tags["kubernetes.io/cluster/green"] == "shared" for subnet in actual.subnets)


def test_what_was_made_needs_nothing_more() -> None:
    assert plan_network(declared(), built(), SCOPE).steps == ()


Drift = Callable[[NetworkActual], NetworkActual]


def without_default_route(table: Any) -> Any:
    return replace(table, routes=())


def blackholed(table: Any) -> Any:
    return replace(table, routes=tuple(replace(route, blackhole=True) for route in table.routes))


def with_rule(group: ActualSecurityGroup) -> ActualSecurityGroup:
    by_hand = ActualRule(direction="ingress", protocol="tcp", from_port=22, to_port=22, peer="0.0.0.0/0")
    return replace(group, rules=(*group.rules, by_hand))


def retagged(**tags: str) -> Callable[[Any], Any]:
    return lambda thing: replace(thing, tags={**thing.tags, **tags})


def untagged(*keys: str) -> Callable[[Any], Any]:
    return lambda thing: replace(thing, tags={key: value for key, value in thing.tags.items() if key not in keys})


DRIFTS: dict[str, tuple[Drift, list[tuple[str, str]]]] = {
    "deleted private route": (
        lambda world: edited(world, "route_tables", "route-table/private-a", without_default_route),
        [("route/private-a/0.0.0.0_0", "CreateRoute")],
    ),
    "NAT gateway deleted, still visible": (
        lambda world: edited(
            edited(world, "nat_gateways", "nat-gateway/b", lambda nat: replace(nat, state="deleted")),
            "route_tables",
            "route-table/private-b",
            blackholed,
        ),
        [("nat-gateway/b", "CreateNatGateway"), ("route/private-b/0.0.0.0_0", "ReplaceRoute")],
    ),
    "NAT gateway being deleted": (
        lambda world: edited(world, "nat_gateways", "nat-gateway/b", lambda nat: replace(nat, state="deleting")),
        [("nat-gateway/b/deleted", ""), ("nat-gateway/b", "CreateNatGateway"), ("route/private-b/0.0.0.0_0", "ReplaceRoute")],
    ),
    "NAT gateway and its address gone": (
        lambda world: edited(edited(world, "nat_gateways", "nat-gateway/b", lambda _: None), "addresses", "address/b", lambda _: None),
        [("address/b", "AllocateAddress"), ("nat-gateway/b", "CreateNatGateway"), ("route/private-b/0.0.0.0_0", "ReplaceRoute")],
    ),
    "DNS hostnames off": (
        lambda world: replace(world, vpcs=(replace(world.vpcs[0], dns_hostnames=False),)),
        [("vpc/dns-hostnames", "ModifyVpcAttribute")],
    ),
    "removed subnet role tag": (
        lambda world: edited(world, "subnets", "subnet/private-c", untagged("kubernetes.io/role/internal-elb")),
        [("subnet/private-c/tags", "CreateTags")],
    ),
    "changed tag": (
        lambda world: edited(world, "subnets", "subnet/public-a", retagged(team="other")),
        [("subnet/public-a/tags", "CreateTags")],
    ),
    "all of a subnet's tags removed": (
        lambda world: edited(world, "subnets", "subnet/intra-a", lambda subnet: replace(subnet, tags={})),
        [("subnet/intra-a/tags", "CreateTags")],
    ),
    "a route table's tags removed": (
        lambda world: edited(world, "route_tables", "route-table/private-a", lambda table: replace(table, tags={})),
        [("route-table/private-a/tags", "CreateTags")],
    ),
    "hand-made rule in our security group": (
        lambda world: edited(world, "security_groups", "security-group/extra", with_rule),
        [("security-group/extra/ingress-revoked", "RevokeSecurityGroupIngress")],
    ),
    "a rule removed": (
        lambda world: edited(world, "security_groups", "security-group/extra", lambda group: replace(group, rules=group.rules[:1])),
        [("security-group/extra/ingress", "AuthorizeSecurityGroupIngress")],
    ),
    "a subnet no longer gives public addresses": (
        lambda world: edited(world, "subnets", "subnet/public-b", lambda subnet: replace(subnet, map_public_ip=False)),
        [("subnet/public-b/map-public-ip", "ModifySubnetAttribute")],
    ),
    "internet gateway detached": (
        lambda world: edited(world, "internet_gateways", "internet-gateway", lambda gateway: replace(gateway, vpc_id="")),
        [("internet-gateway/attachment", "AttachInternetGateway")],
    ),
    "a rule reworded": (
        lambda world: edited(
            world,
            "security_groups",
            "security-group/extra",
            lambda g: replace(g, rules=tuple(replace(rule, description="?") for rule in g.rules)),
        ),
        [("security-group/extra/ingress-descriptions", "UpdateSecurityGroupRuleDescriptionsIngress")],
    ),
    "a subnet in another route table": (
        lambda world: edited(
            edited(world, "route_tables", "route-table/private-b", lambda table: replace(table, associations={})),
            "route_tables",
            "route-table/intra",
            lambda table: replace(table, associations={**table.associations, "subnet-private-b": "rtbassoc-subnet-private-b"}),
        ),
        [("association/private-b", "ReplaceRouteTableAssociation")],
    ),
    "association removed": (
        lambda world: edited(world, "route_tables", "route-table/private-b", lambda table: replace(table, associations={})),
        [("association/private-b", "AssociateRouteTable")],
    ),
    "NAT gateway under way": (
        lambda world: edited(world, "nat_gateways", "nat-gateway/a", lambda nat: replace(nat, state="pending")),
        [("nat-gateway/a", "")],
    ),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_a_drift_is_repaired_by_exactly_these_calls(name: str) -> None:
    drift, repair = DRIFTS[name]
    drifted = drift(built())
    plan = plan_network(declared(), drifted, SCOPE)
    assert told(plan) == repair
    assert plan.changed == any(operation for _key, operation in repair)


@pytest.mark.parametrize("name", [name for name in DRIFTS if "being deleted" not in name and "under way" not in name])
def test_a_repair_leaves_nothing_to_do(name: str) -> None:
    drifted = DRIFTS[name][0](built())
    repaired = after_run(plan_network(declared(), drifted, SCOPE), drifted)
    assert plan_network(declared(), repaired, SCOPE).steps == ()


def test_the_address_of_a_deleted_nat_gateway_is_used_again() -> None:
    drifted = DRIFTS["NAT gateway deleted, still visible"][0](built())
    step = plan_network(declared(), drifted, SCOPE).get("nat-gateway/b")
    assert step is not None
    assert step.request["AllocationId"] == "eipalloc-b"
    assert "Resource.AlreadyAssociated" in step.obstacles


ALIEN_SUBNET = ActualSubnet(id="subnet-alien", cidr="10.0.200.0/24", zone="eu-central-1a")
LEFT_ALONE: dict[str, Drift] = {
    "undeclared tag": lambda world: edited(world, "subnets", "subnet/public-a", retagged(karpenter="mine")),
    "extra subnet": lambda world: replace(world, subnets=(*world.subnets, ALIEN_SUBNET)),
    "extra security group": lambda world: replace(
        world, security_groups=(*world.security_groups, ActualSecurityGroup(id="sg-alien", name="alien"))
    ),
    "undeclared DNS support": lambda world: replace(world, vpcs=(replace(world.vpcs[0], dns_support=False),)),
    "secondary block": lambda world: replace(world, vpcs=(replace(world.vpcs[0], cidrs=("10.0.0.0/16", "100.64.0.0/16")),)),
}


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_is_not_declared_is_left_alone(name: str) -> None:
    assert plan_network(declared(), LEFT_ALONE[name](built()), SCOPE).steps == ()


def test_undeclared_tags_go_only_when_asked_and_never_those_of_kubernetes() -> None:
    drifted = edited(built(), "subnets", "subnet/public-a", retagged(**{"karpenter": "mine", "kubernetes.io/cluster/x": "owned"}))
    plan = plan_network(declared(purge_tags=True), drifted, SCOPE)
    assert [(step.operation, step.request["Tags"]) for step in plan] == [("DeleteTags", [{"Key": "karpenter"}])]


def test_without_purge_a_hand_made_rule_stays() -> None:
    kept = declared(security_groups=[{**OPTIONS["security_groups"][0], "purge_rules": False}])
    drifted = edited(built(), "security_groups", "security-group/extra", with_rule)
    assert plan_network(kept, drifted, SCOPE).steps == ()


def test_declared_empty_egress_takes_the_default_rule_away() -> None:
    sealed = declared(security_groups=[{"name": "sealed", "egress": [], "purge_rules": True}])
    plan = plan_network(sealed, EMPTY, SCOPE)
    step = plan.get("security-group/sealed/egress-revoked")
    assert step is not None
    assert step.request["IpPermissions"] == [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    world = after_run(plan, EMPTY)
    assert plan_network(sealed, world, SCOPE).steps == ()


def test_rules_by_hand_towards_any_kind_of_peer_are_removed() -> None:
    by_hand = [ActualRule(direction="ingress", protocol="tcp", from_port=22, to_port=22, peer=peer) for peer in ("::/0", "pl-1", "sg-1")]
    drifted = edited(built(), "security_groups", "security-group/extra", lambda group: replace(group, rules=(*group.rules, *by_hand)))
    step = plan_network(declared(), drifted, SCOPE).steps[0]
    ports = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    assert step.request["IpPermissions"] == [
        {**ports, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
        {**ports, "PrefixListIds": [{"PrefixListId": "pl-1"}]},
        {**ports, "UserIdGroupPairs": [{"GroupId": "sg-1"}]},
    ]


def test_a_small_vpc_is_too_small_for_three_zones_of_subnets() -> None:
    with pytest.raises(Refused) as refused:
        plan_network(declared(vpc={"cidr": "10.0.0.0/26"}), EMPTY, SCOPE)
    assert {problem.code for problem in refused.value.problems} == {"no_room"}


def test_groups_may_name_each_other() -> None:
    web = {"name": "web", "egress": [{"from_port": 5432, "security_group": "db"}], "ingress": []}
    database = {"name": "db", "ingress": [{"from_port": 5432, "security_group": "web"}]}
    desired = declared(security_groups=[web, database])
    world = after_run(plan_network(desired, EMPTY, SCOPE), EMPTY)
    assert plan_network(desired, world, SCOPE).steps == ()
    deletion = plan_network(declared(state="absent", security_groups=[]), world, SCOPE)
    last = deletion.get("security-group/web")
    assert last is not None
    assert {"security-group/web/egress-revoked", "security-group/db/ingress-revoked"} <= deletion.dependencies(last)


def test_a_fourth_zone_gets_new_blocks_and_moves_none() -> None:
    more = (*ZONES, Zone(name="eu-central-1d", id="euc1-az4"))
    before = replace(built(), zones=more)
    plan = plan_network(declared(zones=["4"]), before, SCOPE)
    added = {step.key: step.request["CidrBlock"] for step in plan if step.operation == "CreateSubnet"}
    assert added == {"subnet/private-d": "10.0.64.0/20", "subnet/public-d": "10.0.80.0/22", "subnet/intra-d": "10.0.63.0/24"}
    assert not any(step.kind is Kind.DELETE for step in plan)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_run_after_one_that_was_broken_off_gives_every_subnet_the_block_that_it_would_have_had(count: int) -> None:
    whole = built()
    blocks = {subnet.tags[STEP]: subnet.cidr for subnet in whole.subnets}
    for left in combinations(whole.subnets, count):
        plan = plan_network(declared(), replace(whole, subnets=left), SCOPE)
        added = {step.key: step.request["CidrBlock"] for step in plan if step.operation == "CreateSubnet"}
        assert added | {subnet.tags[STEP]: subnet.cidr for subnet in left} == blocks


def test_fewer_nat_gateways_move_the_routes_and_name_what_is_left() -> None:
    plan = plan_network(declared(nat="single"), built(), SCOPE)
    assert told(plan) == [("route/private-b/0.0.0.0_0", "ReplaceRoute"), ("route/private-c/0.0.0.0_0", "ReplaceRoute")]
    assert [note.split()[0] for note in plan.notes] == ["nat-gateway/b", "nat-gateway/c"]


def test_zones_that_eks_does_not_take_are_not_chosen() -> None:
    scope = Scope(account="123456789012", region="us-east-1")
    zones = tuple(Zone(name=f"us-east-1{letter}", id=f"use1-az{number}") for letter, number in (("a", 3), ("b", 1), ("c", 2)))
    desired = Network.from_options({**OPTIONS, "zones": ["2"]}, scope)
    plan = plan_network(desired, NetworkActual(zones=zones), scope)
    assert {step.request["AvailabilityZone"] for step in plan if step.operation == "CreateSubnet"} == {"us-east-1b", "us-east-1c"}


# An adopted VPC

COMPANY = ActualVpc(
    id="vpc-company", tags={"Name": "company"}, cidr="10.20.0.0/16", cidrs=("10.20.0.0/16",), dns_support=True, dns_hostnames=True
)
THEIRS = ActualSubnet(id="subnet-theirs", cidr="10.20.0.0/20", zone="eu-central-1a")
ADOPTED = replace(EMPTY, vpcs=(COMPANY,), subnets=(THEIRS,))


def adopting(**changes: Any) -> Network:
    options = {"name": "shared", "vpc": {"match_tags": {"Name": "company"}}, "zones": ["2"], "subnets": {"private": {}}}
    return Network.from_options({**options, **changes}, SCOPE)


def test_an_adopted_vpc_gets_subnets_beside_those_that_exist_and_nothing_else() -> None:
    plan = plan_network(adopting(), ADOPTED, SCOPE)
    assert {step.request["CidrBlock"] for step in plan if step.operation == "CreateSubnet"} == {"10.20.16.0/20", "10.20.32.0/20"}
    assert not [step.key for step in plan if step.key.startswith("vpc")]
    world = after_run(plan, ADOPTED)
    assert plan_network(adopting(), world, SCOPE).steps == ()


def test_only_what_was_made_in_an_adopted_vpc_is_deleted() -> None:
    world = after_run(plan_network(adopting(), ADOPTED, SCOPE), ADOPTED)
    gone = after_run(plan_network(adopting(state="absent"), world, SCOPE), world)
    assert gone.vpcs == (COMPANY,)
    assert gone.subnets == (THEIRS,)
    assert gone.route_tables == ()


def test_subnets_given_by_id_get_their_tags_and_keep_their_routes() -> None:
    plan = plan_network(adopting(subnets={"private": {"ids": ["subnet-theirs"]}}), ADOPTED, SCOPE)
    assert told(plan) == [("subnet/subnet-theirs/tags", "CreateTags")]
    assert plan.steps[0].request["Tags"] == [{"Key": "kubernetes.io/role/internal-elb", "Value": "1"}]


def test_an_unknown_vpc_defers_the_checks_that_need_it() -> None:
    marker = Ref("vpc", "Vpc.VpcId").marker()
    plan = plan_network(adopting(vpc={"id": marker}, subnets={"private": {"cidrs": ["10.20.16.0/20", "10.20.32.0/20"]}}), EMPTY, SCOPE)
    assert plan.deferred_checks == (f"vpc.id: whether the blocks fit into the VPC {marker}",)
    step = plan.get("subnet/private-a")
    assert step is not None
    assert step.request["VpcId"] == marker


# What cannot be

HERITAGE = replace(COMPANY, tags={"Name": "company", "aws:cloudformation:stack-name": "legacy"})
OVERLAPPING = {"private": {"cidrs": ["10.20.8.0/21", "10.20.16.0/20"]}}
OUTSIDE = {"private": {"cidrs": ["10.99.0.0/20", "10.99.16.0/20"]}}
ELSEWHERE = {"private": {"cidrs": ["10.20.16.0/20", "10.20.0.0/20"]}}
IMPOSSIBLE: dict[str, tuple[dict[str, Any], NetworkActual, str, str]] = {
    "two VPCs match": ({}, replace(ADOPTED, vpcs=(COMPANY, replace(COMPANY, id="vpc-2"))), "vpc_ambiguous", "vpc.match_tags"),
    "no VPC matches": ({}, EMPTY, "vpc_not_found", "vpc.match_tags"),
    "another tool's VPC": ({}, replace(ADOPTED, vpcs=(HERITAGE,)), "foreign_heritage", "vpc.match_tags"),
    "the VPC has another block": ({"vpc": {"id": "vpc-company", "cidr": "10.0.0.0/16"}}, ADOPTED, "vpc_cidr_differs", "vpc.cidr"),
    "unknown zone": ({"zones": ["eu-central-1a", "eu-central-1x"]}, ADOPTED, "unknown_zone", "zones"),
    "a zone that EKS does not take": (
        {"zones": ["eu-central-1a", "eu-central-1b"]},
        replace(ADOPTED, zones=(ZONES[0], replace(ZONES[1], id="use1-az3"))),
        "unsupported_zone",
        "zones",
    ),
    "more zones than there are": ({"zones": ["5"]}, ADOPTED, "too_few_zones", "zones"),
    "a block over an existing subnet": ({"subnets": OVERLAPPING}, ADOPTED, "overlapping_cidrs", "subnets.private.cidrs"),
    "a block outside of the VPC": ({"subnets": OUTSIDE}, ADOPTED, "subnet_outside_vpc", "subnets.private.cidrs"),
    "an existing subnet in another zone": ({"subnets": ELSEWHERE}, ADOPTED, "zone_differs", "subnets.private.cidrs"),
    "no room": ({"subnets": {"private": {"prefix_length": 16}}}, ADOPTED, "no_room", "subnets.private"),
    "a subnet that is not there": ({"subnets": {"private": {"ids": ["subnet-0"]}}}, ADOPTED, "subnet_not_found", "subnets.private.ids[0]"),
    "a security group of somebody else": (
        {"security_groups": [{"name": "taken"}]},
        replace(ADOPTED, security_groups=(ActualSecurityGroup(id="sg-1", name="taken"),)),
        "not_ours",
        "security_groups[0].name",
    ),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_the_world_proves_wrong_is_refused(name: str) -> None:
    changes, actual, code, path = IMPOSSIBLE[name]
    with pytest.raises(Refused) as refused:
        plan_network(adopting(**changes), actual, SCOPE)
    assert (code, path) in {(problem.code, problem.path) for problem in refused.value.problems}


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        plan_network(adopting(zones=["eu-central-1x", "eu-central-1y"]), replace(ADOPTED, vpcs=(HERITAGE,)), SCOPE)
    assert [problem.code for problem in refused.value.problems] == ["foreign_heritage", "unknown_zone", "unknown_zone"]


def test_adoption_of_another_tools_vpc_is_a_consent() -> None:
    assert plan_network(adopting(adopt=True), replace(ADOPTED, vpcs=(HERITAGE,)), SCOPE).changed


def test_an_address_of_ours_that_serves_somebody_else_is_refused() -> None:
    drifted = edited(built(), "nat_gateways", "nat-gateway/a", lambda _: None)
    drifted = edited(drifted, "addresses", "address/a", lambda address: replace(address, interface_id="eni-1"))
    with pytest.raises(Refused, match="eni-1"):
        plan_network(declared(), drifted, SCOPE)


# What others need of a network


def test_outputs_refer_to_the_steps_of_what_does_not_exist() -> None:
    outputs = network_outputs(declared(zones=["2"]), EMPTY, SCOPE)
    assert outputs == NetworkOutputs(
        vpc_id=Ref("vpc", "Vpc.VpcId"),
        public_subnets=(Ref("subnet/public-a", "Subnet.SubnetId"), Ref("subnet/public-b", "Subnet.SubnetId")),
        private_subnets=(Ref("subnet/private-a", "Subnet.SubnetId"), Ref("subnet/private-b", "Subnet.SubnetId")),
        intra_subnets=(Ref("subnet/intra-a", "Subnet.SubnetId"), Ref("subnet/intra-b", "Subnet.SubnetId")),
        security_groups={"extra": Ref("security-group/extra", "GroupId")},
    )


def test_outputs_are_ids_where_things_exist() -> None:
    outputs = network_outputs(declared(), built(), SCOPE)
    assert outputs.vpc_id == "vpc-new"
    assert outputs.private_subnets == ("subnet-private-a", "subnet-private-b", "subnet-private-c")
    assert outputs.security_groups == {"extra": "sg-extra"}


def test_nodes_wait_for_routes_and_not_for_security_groups() -> None:
    steps = egress_steps(plan_network(declared(), EMPTY, SCOPE))
    assert {"route/private-a/0.0.0.0_0", "nat-gateway/a", "association/private-a"} <= steps
    assert not {key for key in steps if key.startswith(("security-group", "subnet"))}


def test_the_result_can_be_given_back_as_options() -> None:
    world = built()
    result = network_result(declared(), world, SCOPE)
    again = Network.from_options(result, SCOPE)
    assert plan_network(again, world, SCOPE).steps == ()
    assert result["status"]["nat_gateway_ids"]["eu-central-1a"] == "nat-a"


def test_the_result_of_a_plan_shows_markers() -> None:
    status = network_result(declared(), EMPTY, SCOPE)["status"]
    assert status["vpc_id"] == "(known after apply: vpc Vpc.VpcId)"
    assert status["private_subnet_ids"][0] == "(known after apply: subnet/private-a Subnet.SubnetId)"


def test_a_network_that_is_only_looked_at_can_be_declared_as_it_is_seen() -> None:
    world = built()
    seen = seen_network(declared(state="absent"), world, SCOPE)
    assert seen["nat"] == "zonal"
    assert seen["zones"] == ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    assert seen["status"]["security_group_ids"] == {"extra": "sg-extra"}
    assert plan_network(Network.from_options(seen, SCOPE), world, SCOPE).steps == ()


TIERS = st.dictionaries(
    st.sampled_from(["private", "intra"]),
    st.fixed_dictionaries({}, optional={"prefix_length": st.integers(20, 28), "map_public_ip": st.booleans()}),
)
RULES = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"from_port": st.integers(1, 9), "to_port": st.integers(10, 20), "cidr": st.sampled_from(["10.0.0.0/8", "0.0.0.0/0"])}
        ),
        st.fixed_dictionaries({"protocol": st.just("all"), "self": st.just(True)}),
    ),
    max_size=3,
)
GROUPS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["one", "two"]), "ingress": RULES, "purge_rules": st.booleans()}, optional={"egress": st.just([])}
    ),
    max_size=2,
    unique_by=lambda group: group["name"],
)


@settings(max_examples=25, deadline=None)
@given(
    tiers=TIERS,
    zones=st.integers(2, 3),
    nat=st.sampled_from(["none", "single", "zonal"]),
    groups=GROUPS,
    support=st.sampled_from([None, True, False]),
    broken=st.lists(st.sampled_from(sorted(set(DRIFTS) - {"NAT gateway being deleted", "NAT gateway under way"})), max_size=3),
)
def test_a_plan_converges(*, tiers: Any, zones: int, nat: str, groups: Any, support: bool | None, broken: list[str]) -> None:
    desired = declared(
        vpc={"cidr": "10.0.0.0/16", "dns_support": support, "dns_hostnames": True},
        subnets={"public": {}, **tiers},
        zones=[str(zones)],
        nat=nat,
        security_groups=groups,
    )
    world = after_run(plan_network(desired, EMPTY, SCOPE), EMPTY)
    for name in broken:
        world = DRIFTS[name][0](world)
    repaired = after_run(plan_network(desired, world, SCOPE), world)
    assert plan_network(desired, repaired, SCOPE).steps == ()


def test_every_key_is_safe_in_a_marker() -> None:
    steps: tuple[Step, ...] = plan_network(declared(), EMPTY, SCOPE).steps
    assert not [step.key for step in steps if set(step.key) & set(" ,:'\"")]


def test_the_default_rule_is_the_one_that_ec2_gives() -> None:
    world = after_run(plan_network(declared(security_groups=[{"name": "bare"}]), EMPTY, SCOPE), EMPTY)
    assert world.security_groups[0].rules == (EVERYTHING_OUT,)
