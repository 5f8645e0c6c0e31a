# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways out of a network: internet gateway, NAT gateways with their Elastic IPs, route tables, routes, associations."""

from __future__ import annotations

from collections.abc import Iterator

from .._model.duration import USUAL
from .._model.network_actual import ActualNatGateway, ActualRouteTable, belongs_to, made_by
from .._model.network_parts import Nat, Tier
from .._model.reference import Ref, Value
from .network_layout import Place
from .network_site import Site
from .plan import Change, Disruption, Kind, Step, Wait
from .tagging import lookup, specifications

ANYWHERE = "0.0.0.0/0"
IDEMPOTENT_BY = "ClientToken"
_NAT_FAILED = frozenset({"failed", "deleting", "deleted"})


def gateway_steps(site: Site) -> Iterator[Step]:
    """Make and attach the internet gateway that public subnets need."""
    if not site.routed(Tier.PUBLIC):
        return
    key, found = "internet-gateway", site.internet_gateway()
    if found is None:
        yield Step(
            key=key,
            service="ec2",
            operation="CreateInternetGateway",
            request={"TagSpecifications": specifications("internet-gateway", site.tags(key))},
            kind=Kind.CREATE,
            lookup=lookup("DescribeInternetGateways", "InternetGateways", site.owner, key, "{{InternetGateway: {}}}"),
        )
    elif site.manages(found):
        yield from site.retagged(key, found)
    if found is None or not found.vpc_id:
        yield Step(
            key=f"{key}/attachment",
            service="ec2",
            operation="AttachInternetGateway",
            request={"InternetGatewayId": _gateway_id(site), "VpcId": site.vpc_id},
            kind=Kind.CREATE,
            already=frozenset({"Resource.AlreadyAssociated"}),
        )


def _gateway_id(site: Site) -> Value:
    found = site.internet_gateway()
    return found.id if found else Ref("internet-gateway", "InternetGateway.InternetGatewayId")


def nat_places(site: Site) -> tuple[Place, ...]:
    """Give the public subnets that carry a NAT gateway."""
    public = site.tier(Tier.PUBLIC)
    return {Nat.NONE: (), Nat.SINGLE: public[:1], Nat.ZONAL: public}[site.desired.nat]


def living_nat(site: Site, place: Place) -> ActualNatGateway | None:
    """Find the NAT gateway of a place: the one our step made, or one that lives in that subnet."""
    living = [nat for nat in site.actual.nat_gateways if nat.lives]
    in_place = [nat for nat in living if place.existing and nat.subnet_id == place.existing.id]
    return made_by(in_place, site.owner, f"nat-gateway/{place.suffix}") or next(iter(in_place), None)


def nat_id(site: Site, place: Place) -> Value:
    """Give the id of a place's NAT gateway, or the reference to the step that makes it."""
    found = living_nat(site, place)
    return found.id if found else Ref(f"nat-gateway/{place.suffix}", "NatGateway.NatGatewayId")


def nat_steps(site: Site) -> Iterator[Step]:
    """Make each missing NAT gateway, wait for one under way, repair tags."""
    for place in nat_places(site):
        key, found = f"nat-gateway/{place.suffix}", living_nat(site, place)
        if found is None:
            yield from _new_nat(site, place, key)
            continue
        yield from _address_tags(site, place, found)
        yield from site.retagged(key, found) if site.manages(found) else ()
        if found.state == "pending":
            yield Step(key=key, service="ec2", kind=Kind.WAIT, wait=_available(found.id))


def _new_nat(site: Site, place: Place, key: str) -> Iterator[Step]:
    address_key = f"address/{place.suffix}"
    address = made_by(site.actual.addresses, site.owner, address_key)
    if address is None:
        yield Step(
            key=address_key,
            service="ec2",
            operation="AllocateAddress",
            request={"Domain": "vpc", "TagSpecifications": specifications("elastic-ip", site.tags(address_key))},
            kind=Kind.CREATE,
            lookup=lookup("DescribeAddresses", "Addresses", site.owner, address_key, "{}"),
        )
    else:
        yield from site.retagged(address_key, address)
    leaving = [nat for nat in site.actual.nat_gateways if nat.state == "deleting" and address and address.id in nat.allocation_ids]
    for nat in leaving:
        yield Step(key=f"{key}/deleted", service="ec2", kind=Kind.WAIT, wait=nat_gone(nat.id))
    yield Step(
        key=key,
        service="ec2",
        operation="CreateNatGateway",
        request={
            "SubnetId": place.id,
            "AllocationId": address.id if address else Ref(address_key, "AllocationId"),
            "ConnectivityType": "public",
            "TagSpecifications": specifications("natgateway", site.tags(key)),
        },
        kind=Kind.CREATE,
        token=IDEMPOTENT_BY,
        after=frozenset({"internet-gateway/attachment", *(f"{key}/deleted" for _nat in leaving)}),
        wait=_available(Ref(key, "NatGateway.NatGatewayId")),
        # The address is free a moment after the gateway that had it is gone.
        obstacles=frozenset({"Resource.AlreadyAssociated", "InvalidAddress.InUse"}) if address else frozenset(),
    )


def _address_tags(site: Site, place: Place, nat: ActualNatGateway) -> Iterator[Step]:
    for address in site.actual.addresses:
        if address.id in nat.allocation_ids and belongs_to(address, site.owner):
            yield from site.retagged(f"address/{place.suffix}", address)


def _available(nat: Value) -> Wait:
    return Wait(
        service="ec2",
        operation="DescribeNatGateways",
        request={"NatGatewayIds": [nat]},
        status="NatGateways[0].State",
        success=frozenset({"available"}),
        failure=_NAT_FAILED,
        issues="NatGateways[?FailureMessage].FailureMessage",
        usual=USUAL["nat_gateway.create"],
    )


def nat_gone(nat: Value) -> Wait:
    """Wait until a NAT gateway is deleted: before that its Elastic IP cannot be released nor used again."""
    return Wait(
        service="ec2",
        operation="DescribeNatGateways",
        request={"NatGatewayIds": [nat]},
        status="NatGateways[0].State",
        success=frozenset({"deleted", "failed"}),
        gone=True,
        usual=USUAL["nat_gateway.delete"],
    )


def leftover_notes(site: Site) -> Iterator[str]:
    """Say which NAT gateways of ours are no longer declared: they cost money, and traffic may still pass through them."""
    declared = {f"nat-gateway/{place.suffix}" for place in nat_places(site)}
    for nat in site.actual.nat_gateways:
        step = nat.tags.get("cutover.eks/step", "")
        if nat.lives and belongs_to(nat, site.owner) and step not in declared:
            yield f"{step} ({nat.id}) is no longer declared and was left alone; delete it when nothing is routed through it"


def route_steps(site: Site) -> Iterator[Step]:
    """Make route tables, default routes and associations: one table for public, one per private zone, one for intra."""
    nats = nat_places(site)
    public, private, intra = (site.routed(tier) for tier in (Tier.PUBLIC, Tier.PRIVATE, Tier.INTRA))
    if public:
        yield from _table(site, "public", public, _gateway_id(site))
    for place in private:
        own = next((nat for nat in nats if nat.zone == place.zone), nats[0] if nats else None)
        yield from _table(site, place.name, (place,), nat_id(site, own) if own else None, via=f"nat-gateway/{own.suffix}" if own else "")
    if intra:
        yield from _table(site, "intra", intra, None)


def _table(
    site: Site, name: str, places: tuple[Place, ...], target: Value | None, via: str = "internet-gateway/attachment"
) -> Iterator[Step]:
    key, found = f"route-table/{name}", _found_table(site, name, places)
    if found is None:
        yield Step(
            key=key,
            service="ec2",
            operation="CreateRouteTable",
            request={"VpcId": site.vpc_id, "TagSpecifications": specifications("route-table", site.tags(key))},
            kind=Kind.CREATE,
            lookup=lookup("DescribeRouteTables", "RouteTables", site.owner, key, "{{RouteTable: {}}}"),
        )
    else:
        yield from site.retagged(key, found)
    table: Value = found.id if found else Ref(key, "RouteTable.RouteTableId")
    if target is not None:
        yield from _default_route(name, table, found, target, via)
    for place in places:
        yield from _association(site, place, table)


def _found_table(site: Site, name: str, places: tuple[Place, ...]) -> ActualRouteTable | None:
    """Find a table by the step that made it; one that lost its tags is known by the subnet it serves."""
    tables = site.actual.route_tables
    made = made_by(tables, site.owner, f"route-table/{name}")
    if made or not site.owns_vpc:
        return made
    subnets = {place.existing.id for place in places if place.existing}
    return next(
        (table for table in tables if not table.main and subnets & table.associations.keys() and "cutover.eks/step" not in table.tags), None
    )


def _default_route(name: str, table: Value, found: ActualRouteTable | None, target: Value, via: str) -> Iterator[Step]:
    route = next((route for route in found.routes if route.destination == ANYWHERE), None) if found else None
    if route and route.target == target and not route.blackhole:
        return
    parameter = "NatGatewayId" if via.startswith("nat-gateway/") else "GatewayId"
    before = f"{route.target}{' (blackhole)' if route.blackhole else ''}" if route else None
    yield Step(
        key=f"route/{name}/{ANYWHERE.replace('/', '_')}",
        service="ec2",
        operation="ReplaceRoute" if route else "CreateRoute",
        request={"RouteTableId": table, "DestinationCidrBlock": ANYWHERE, parameter: target},
        kind=Kind.UPDATE if route else Kind.CREATE,
        changes=(Change(path=f"routes.{name}.{ANYWHERE}", before=before, after=target),),
        after=frozenset({via}),
        already=frozenset() if route else frozenset({"RouteAlreadyExists"}),
        # Connections through a living target are cut when the route moves.
        disruption=Disruption.OUTAGE if route and not route.blackhole else Disruption.NONE,
    )


def _association(site: Site, place: Place, table: Value) -> Iterator[Step]:
    key = f"association/{place.name}"
    subnet = place.existing.id if place.existing else ""
    current = next((found for found in site.actual.route_tables if subnet in found.associations), None)
    if current is None:
        yield Step(
            key=key,
            service="ec2",
            operation="AssociateRouteTable",
            request={"RouteTableId": table, "SubnetId": place.id},
            kind=Kind.CREATE,
            already=frozenset({"Resource.AlreadyAssociated"}),
        )
    elif current.id != table:
        yield Step(
            key=key,
            service="ec2",
            operation="ReplaceRouteTableAssociation",
            request={"AssociationId": current.associations[subnet], "RouteTableId": table},
            kind=Kind.UPDATE,
            changes=(Change(path=f"subnets.{place.name}.route_table", before=current.id, after=table),),
            disruption=Disruption.OUTAGE,
            # The old association's id is gone once it was replaced.
            already=frozenset({"InvalidAssociationID.NotFound"}),
        )
