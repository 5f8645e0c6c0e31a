# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2 as a function: what a network looks like after the steps of a plan, told from their requests alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.cutover.eks.plugins.module_utils._model.network_actual import (
    ActualAddress,
    ActualInternetGateway,
    ActualNatGateway,
    ActualRouteTable,
    ActualRule,
    ActualSecurityGroup,
    ActualSubnet,
    ActualVpc,
    NetworkActual,
    Route,
    Zone,
)
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Plan, Step

ZONES = tuple(Zone(name=f"eu-central-1{letter}", id=f"euc1-az{number}") for number, letter in enumerate("abc", 1))
EVERYTHING_OUT = ActualRule(direction="egress", protocol="-1", from_port=None, to_port=None, peer="0.0.0.0/0")
PREFIXES = {
    "vpc": "vpc", "subnet": "subnet", "internet-gateway": "igw", "address": "eipalloc",
    "nat-gateway": "nat", "route-table": "rtb", "security-group": "sg",
}  # fmt: skip
KINDS = {
    "vpc": "vpcs",
    "subnet": "subnets",
    "igw": "internet_gateways",
    "eipalloc": "addresses",
    "nat": "nat_gateways",
    "rtb": "route_tables",
    "sg": "security_groups",
}


def id_of(step: str) -> str:
    """Give the id that the thing of a create step gets."""
    kind, _slash, name = step.partition("/")
    return f"{PREFIXES[kind]}-{name or 'new'}"


def after_run(plan: Plan, actual: NetworkActual) -> NetworkActual:
    """Apply every step in its order."""
    world = World(actual=actual)
    for step in plan:
        world.apply(step)
    return world.actual


@dataclass
class World:
    actual: NetworkActual
    ids: dict[str, str] = field(default_factory=dict)

    def apply(self, step: Step) -> None:
        request = self._concrete(step.request)
        OPERATIONS[step.operation](self, request, step.key)

    def _concrete(self, value: Any) -> Any:
        match value:
            case Ref():
                return id_of(value.step)
            case Mapping():
                return {name: self._concrete(inner) for name, inner in value.items()}
            case list() | tuple():
                return [self._concrete(inner) for inner in value]
            case _:
                return value

    def add(self, thing: Any) -> None:
        kind = KINDS[thing.id.partition("-")[0]]
        self.actual = replace(self.actual, **{kind: (*getattr(self.actual, kind), thing)})

    def change(self, id: str, change: Callable[[Any], Any]) -> None:
        kind = KINDS[id.partition("-")[0]]
        things = getattr(self.actual, kind)
        if id not in {thing.id for thing in things}:
            raise AssertionError(f"no {id}")
        changed = (change(thing) if thing.id == id else thing for thing in things)
        self.actual = replace(self.actual, **{kind: tuple(thing for thing in changed if thing is not None)})


Request = Mapping[str, Any]


def _tags(request: Request) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in request["TagSpecifications"][0]["Tags"]}


def _create_vpc(world: World, request: Request, key: str) -> None:
    cidr = request["CidrBlock"]
    world.add(ActualVpc(id=id_of(key), tags=_tags(request), cidr=cidr, cidrs=(cidr,), dns_support=True, dns_hostnames=False))


def _modify_vpc(world: World, request: Request, _key: str) -> None:
    names = {"EnableDnsSupport": "dns_support", "EnableDnsHostnames": "dns_hostnames"}
    changes = {field: request[name]["Value"] for name, field in names.items() if name in request}
    world.change(request["VpcId"], lambda vpc: replace(vpc, **changes))


def _create_subnet(world: World, request: Request, key: str) -> None:
    world.add(ActualSubnet(id=id_of(key), tags=_tags(request), cidr=request["CidrBlock"], zone=request["AvailabilityZone"]))


def _modify_subnet(world: World, request: Request, _key: str) -> None:
    world.change(request["SubnetId"], lambda subnet: replace(subnet, map_public_ip=request["MapPublicIpOnLaunch"]["Value"]))


def _create_gateway(world: World, request: Request, key: str) -> None:
    world.add(ActualInternetGateway(id=id_of(key), tags=_tags(request)))


def _attach_gateway(world: World, request: Request, _key: str) -> None:
    world.change(request["InternetGatewayId"], lambda gateway: replace(gateway, vpc_id=request["VpcId"]))


def _detach_gateway(world: World, request: Request, _key: str) -> None:
    world.change(request["InternetGatewayId"], lambda gateway: replace(gateway, vpc_id=""))


def _allocate(world: World, request: Request, key: str) -> None:
    world.add(ActualAddress(id=id_of(key), tags=_tags(request)))


def _create_nat(world: World, request: Request, key: str) -> None:
    used = (request["AllocationId"],)
    world.change(used[0], lambda address: replace(address, association_id="eipassoc-1"))
    subnet, name = request["SubnetId"], f"{id_of(key)}{'-again' * len(world.actual.nat_gateways)}"
    world.ids[id_of(key)] = name
    world.add(ActualNatGateway(id=name, tags=_tags(request), subnet_id=subnet, state="available", allocation_ids=used))


def _delete_nat(world: World, request: Request, _key: str) -> None:
    world.change(request["NatGatewayId"], lambda nat: replace(nat, state="deleted"))


def _create_table(world: World, request: Request, key: str) -> None:
    world.add(ActualRouteTable(id=id_of(key), tags=_tags(request)))


def _put_route(world: World, request: Request, _key: str) -> None:
    target = request.get("NatGatewayId") or request["GatewayId"]
    route = Route(destination=request["DestinationCidrBlock"], target=world.ids.get(target, target))

    def put(table: ActualRouteTable) -> ActualRouteTable:
        return replace(table, routes=(*(r for r in table.routes if r.destination != route.destination), route))

    world.change(request["RouteTableId"], put)


def _associate(world: World, request: Request, _key: str) -> None:
    subnet = request["SubnetId"]
    world.change(request["RouteTableId"], lambda t: replace(t, associations={**t.associations, subnet: f"rtbassoc-{subnet}"}))


def _reassociate(world: World, request: Request, _key: str) -> None:
    subnet = request["AssociationId"].removeprefix("rtbassoc-")
    tables = (replace(t, associations={s: a for s, a in t.associations.items() if s != subnet}) for t in world.actual.route_tables)
    world.actual = replace(world.actual, route_tables=tuple(tables))
    _associate(world, {**request, "SubnetId": subnet}, "")


def _create_group(world: World, request: Request, key: str) -> None:
    name, description = request["GroupName"], request["Description"]
    world.add(ActualSecurityGroup(id=id_of(key), tags=_tags(request), name=name, description=description, rules=(EVERYTHING_OUT,)))


def _rules(direction: str, request: Request) -> list[ActualRule]:
    peers = {"IpRanges": "CidrIp", "Ipv6Ranges": "CidrIpv6", "UserIdGroupPairs": "GroupId", "PrefixListIds": "PrefixListId"}
    return [
        ActualRule(
            direction=direction,
            protocol=permission["IpProtocol"],
            from_port=permission.get("FromPort"),
            to_port=permission.get("ToPort"),
            peer=peer[name],
            description=peer.get("Description", ""),
        )
        for permission in request["IpPermissions"]
        for kind, name in peers.items()
        for peer in permission.get(kind, [])
    ]


def _authorize(direction: str) -> Callable[[World, Request, str], None]:
    def apply(world: World, request: Request, _key: str) -> None:
        world.change(request["GroupId"], lambda group: replace(group, rules=(*group.rules, *_rules(direction, request))))

    return apply


def _revoke(direction: str) -> Callable[[World, Request, str], None]:
    def apply(world: World, request: Request, _key: str) -> None:
        gone = {replace(rule, description="") for rule in _rules(direction, request)}
        world.change(request["GroupId"], lambda g: replace(g, rules=tuple(r for r in g.rules if replace(r, description="") not in gone)))

    return apply


def _describe(direction: str) -> Callable[[World, Request, str], None]:
    def apply(world: World, request: Request, key: str) -> None:
        _revoke(direction)(world, request, key)
        _authorize(direction)(world, request, key)

    return apply


def _create_tags(world: World, request: Request, _key: str) -> None:
    tags = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
    world.change(request["Resources"][0], lambda thing: replace(thing, tags={**thing.tags, **tags}))


def _delete_tags(world: World, request: Request, _key: str) -> None:
    gone = {tag["Key"] for tag in request["Tags"]}
    world.change(request["Resources"][0], lambda thing: replace(thing, tags={k: v for k, v in thing.tags.items() if k not in gone}))


def _delete(parameter: str) -> Callable[[World, Request, str], None]:
    return lambda world, request, _key: world.change(request[parameter], lambda _thing: None)


def _nothing(_world: World, _request: Request, _key: str) -> None:
    """A wait changes nothing."""


OPERATIONS: dict[str, Callable[[World, Request, str], None]] = {
    "": _nothing,
    "CreateVpc": _create_vpc,
    "ModifyVpcAttribute": _modify_vpc,
    "DeleteVpc": _delete("VpcId"),
    "CreateSubnet": _create_subnet,
    "ModifySubnetAttribute": _modify_subnet,
    "DeleteSubnet": _delete("SubnetId"),
    "CreateInternetGateway": _create_gateway,
    "AttachInternetGateway": _attach_gateway,
    "DetachInternetGateway": _detach_gateway,
    "DeleteInternetGateway": _delete("InternetGatewayId"),
    "AllocateAddress": _allocate,
    "ReleaseAddress": _delete("AllocationId"),
    "CreateNatGateway": _create_nat,
    "DeleteNatGateway": _delete_nat,
    "CreateRouteTable": _create_table,
    "DeleteRouteTable": _delete("RouteTableId"),
    "CreateRoute": _put_route,
    "ReplaceRoute": _put_route,
    "AssociateRouteTable": _associate,
    "ReplaceRouteTableAssociation": _reassociate,
    "CreateSecurityGroup": _create_group,
    "DeleteSecurityGroup": _delete("GroupId"),
    "AuthorizeSecurityGroupIngress": _authorize("ingress"),
    "AuthorizeSecurityGroupEgress": _authorize("egress"),
    "RevokeSecurityGroupIngress": _revoke("ingress"),
    "RevokeSecurityGroupEgress": _revoke("egress"),
    "UpdateSecurityGroupRuleDescriptionsIngress": _describe("ingress"),
    "UpdateSecurityGroupRuleDescriptionsEgress": _describe("egress"),
    "CreateTags": _create_tags,
    "DeleteTags": _delete_tags,
}
