# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route tables: where a route may lead, and what becomes of it when its target goes."""

from __future__ import annotations

from typing import Any

from ...moto_service import MotoService
from ...seam import Call, Refusal
from .lookups import gateway_of, in_the_way, invalid, not_found, subnet_of, vpc_of
from .nat_gateways import ENDED
from .network import forget_tags

TARGETS = ("GatewayId", "NatGatewayId", "NetworkInterfaceId", "InstanceId")


def create(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Create one in a VPC that exists."""
    vpc_of(ec2.backend(call), call.parameters["VpcId"])
    return ec2.moto(call)


def delete(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Delete one that is not main and has no association."""
    backend = ec2.backend(call)
    table = _table(backend, call.parameters["RouteTableId"])
    if table.main_association_id or table._associations:
        raise in_the_way("routeTable", table.id)
    forget_tags(backend, table.id)
    return ec2.moto(call)


def describe(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show routes whose target is gone as black holes."""
    backend = ec2.backend(call)
    tables = ec2.ask(call, "DescribeRouteTables", {})["RouteTables"]
    for table in tables:
        table.setdefault("PropagatingVgws", [])
        for route in table["Routes"]:
            if _is_black_hole(backend, route, table["VpcId"]):
                route["State"] = "blackhole"
    return {"RouteTables": tables}


def _is_black_hole(backend: Any, route: dict[str, Any], vpc_id: str) -> bool:
    if "NatGatewayId" in route:
        gateway = backend.nat_gateways.get(route["NatGatewayId"])
        return gateway is None or gateway.state in ENDED
    if "NetworkInterfaceId" in route:
        return route["NetworkInterfaceId"] not in backend.enis
    gateway_id = str(route.get("GatewayId", ""))
    if not gateway_id.startswith("igw-"):
        return False
    attached = backend.internet_gateways.get(gateway_id)
    return attached is None or attached.vpc is None or attached.vpc.id != vpc_id


def create_route(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Create a route to exactly one target that is there."""
    table = _checked(ec2, call)
    destination = call.parameters.get("DestinationCidrBlock", "")
    if any(route.destination_cidr_block == destination for route in table._routes.values()):
        raise Refusal("RouteAlreadyExists", f"The route identified by {destination} already exists.")
    return ec2.moto(call)


def replace_route(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Point a route that is there to another target."""
    table = _checked(ec2, call)
    destination = call.parameters.get("DestinationCidrBlock", "")
    if not any(route.destination_cidr_block == destination for route in table._routes.values()):
        text = f"There is no route defined for '{destination}' in the route table. Use CreateRoute instead."
        raise invalid(text)
    return ec2.moto(call)


def delete_route(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Delete a route, but never the local one."""
    table = _table(ec2.backend(call), call.parameters["RouteTableId"])
    destination = call.parameters.get("DestinationCidrBlock", "")
    found = [route for route in table._routes.values() if route.destination_cidr_block == destination]
    if not found:
        text = f"no route with destination-cidr-block {destination} in route table {table.id}"
        raise Refusal("InvalidRoute.NotFound", text)
    if found[0].local:
        raise invalid(f"cannot remove local route {destination} in route table {table.id}")
    return ec2.moto(call)


def _checked(ec2: MotoService, call: Call) -> Any:
    backend, parameters = ec2.backend(call), call.parameters
    table = _table(backend, parameters["RouteTableId"])
    if "DestinationCidrBlock" not in parameters:
        raise Refusal("MissingParameter", "The request must contain exactly one destination.")
    if len([name for name in TARGETS if parameters.get(name)]) != 1:
        raise Refusal("InvalidParameterCombination", "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId.")
    if str(parameters.get("GatewayId", "")).startswith("igw-"):
        _check_gateway(backend, parameters["GatewayId"], table)
    if "NatGatewayId" in parameters:
        _check_nat_gateway(backend, parameters["NatGatewayId"], table)
    return table


def _check_gateway(backend: Any, id: str, table: Any) -> None:
    gateway = gateway_of(backend, id)
    if gateway.vpc is None or gateway.vpc.id != table.vpc_id:
        raise invalid(f"route table {table.id} and network gateway {id} belong to different networks")


def _check_nat_gateway(backend: Any, id: str, table: Any) -> None:
    gateway = backend.nat_gateways.get(id)
    if gateway is None or gateway.state != "available":
        # the stricter reading: routes take gateways that are available, so callers must wait for them
        raise not_found("InvalidNatGatewayID.NotFound", "natGateway", id)
    if gateway.vpc_id != table.vpc_id:
        raise invalid(f"route table {table.id} and network gateway {id} belong to different networks")


def associate(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Associate a subnet that has no explicit association with another table."""
    backend = ec2.backend(call)
    table = _table(backend, call.parameters["RouteTableId"])
    subnet = subnet_of(backend, call.parameters["SubnetId"])
    if subnet.vpc_id != table.vpc_id:
        raise invalid(f"route table {table.id} and subnet {subnet.id} belong to different networks")
    if any(other is not table and subnet.id in other._associations.values() for other in backend.route_tables.values()):
        text = f"the specified association for route table {table.id} conflicts with an existing association"
        raise Refusal("Resource.AlreadyAssociated", text)
    return ec2.moto(call)


def _table(backend: Any, id: str) -> Any:
    if id not in backend.route_tables:
        raise not_found("InvalidRouteTableID.NotFound", "routeTable", id)
    return backend.route_tables[id]


def _association(ec2: MotoService, call: Call) -> Any:
    id = call.parameters["AssociationId"]
    for table in ec2.backend(call).route_tables.values():
        if id in table._associations or id == table.main_association_id:
            return table
    raise Refusal("InvalidAssociationID.NotFound", f"The association ID '{id}' does not exist")


def disassociate(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Take an explicit association away; the main one cannot go."""
    table = _association(ec2, call)
    if table.main_association_id == call.parameters["AssociationId"]:
        raise invalid(f"cannot disassociate the main route table association {table.main_association_id}")
    return ec2.moto(call)


def replace_association(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Move an association to another table that exists."""
    _association(ec2, call)
    _table(ec2.backend(call), call.parameters["RouteTableId"])
    return ec2.moto(call)


HANDLERS = {
    "CreateRouteTable": create,
    "DeleteRouteTable": delete,
    "DescribeRouteTables": describe,
    "CreateRoute": create_route,
    "ReplaceRoute": replace_route,
    "DeleteRoute": delete_route,
    "AssociateRouteTable": associate,
    "DisassociateRouteTable": disassociate,
    "ReplaceRouteTableAssociation": replace_association,
}
