# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NAT gateways: pending, available or failed, deleting, deleted and still visible for an hour.

The number of seconds is the usual one from public transcripts; what EC2 checks only while it builds the gateway ends in `failed`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ...moto_service import MotoService
from ...seam import Call, Refusal
from .interfaces import elastic, free_address, remove, take_address
from .lookups import missing, subnet_of
from .network import forget_tags

PENDING_SECONDS = 100
DELETING_SECONDS = 60
VISIBLE_SECONDS = 3600
RESOURCE = "natgateway"
ENDED = ("deleting", "deleted", "failed")


def create(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Begin a gateway; whether it comes up is seen later, as on AWS."""
    backend, parameters = ec2.backend(call), call.parameters
    subnet = subnet_of(backend, parameters["SubnetId"])
    is_public = parameters.get("ConnectivityType", "public") == "public"
    if is_public and not parameters.get("AllocationId"):
        raise missing("AllocationId")
    failure = _failure(backend, subnet, elastic(backend, parameters["AllocationId"])) if is_public else None
    answer = ec2.moto(
        call, ConnectivityType="public" if is_public else "private", AllocationId=None if failure else parameters.get("AllocationId")
    )
    gateway = backend.nat_gateways[answer["NatGateway"]["NatGatewayId"]]
    _settle_in(backend, gateway, subnet, parameters.get("AllocationId"))
    _begin(ec2, call, gateway, failure)
    return {"NatGateway": shown(answer["NatGateway"], gateway)}


def _failure(backend: Any, subnet: Any, address: Any) -> tuple[str, str] | None:
    if address.association_id:
        text = f"Elastic IP address [{address.allocation_id}] is already associated"
        return "Resource.AlreadyAssociated", text
    if not any(each.vpc and each.vpc.id == subnet.vpc_id for each in backend.internet_gateways.values()):
        return "Gateway.NotAttached", f"Network {subnet.vpc_id} has no Internet gateway attached"
    return None


def _settle_in(backend: Any, gateway: Any, subnet: Any, allocation: str | None) -> None:
    # moto draws an address from anywhere: give the gateway one of its subnet
    address = free_address(backend, subnet)
    interface = gateway._eni
    interface.private_ip_address = gateway.private_ip = address
    interface.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": address}]
    interface.description, interface.interface_type = f"Interface for NAT Gateway {gateway.id}", "nat_gateway"
    interface.status, interface.requester_managed, interface._group_set = "in-use", True, []
    take_address(subnet, address, interface)
    gateway.address_set[0]["privateIp"] = address
    if allocation:
        gateway.address_set[0]["allocationId"] = allocation
    gateway.state, gateway.failure, gateway.deleted_at = "pending", None, None


def _begin(ec2: MotoService, call: Call, gateway: Any, failure: tuple[str, str] | None) -> None:
    order = ec2.world.lifecycles.fate(RESOURCE, gateway.id, call.account, call.region)
    seconds = PENDING_SECONDS if order is None or order.after is None else order.after
    if order is not None and order.outcome == "failed":
        issue = order.issues[0] if order.issues else {}
        failure = str(issue.get("code", "InternalError")), str(issue.get("message", "Network error, please try again"))
    end = partial(_come_up, ec2, call, gateway.id, failure)
    ec2.world.lifecycles.begin(RESOURCE, _key(call, gateway.id), seconds, end)


def _come_up(ec2: MotoService, call: Call, id: str, failure: tuple[str, str] | None) -> None:
    gateway = ec2.backend(call).nat_gateways.get(id)
    if gateway is None or gateway.state != "pending":
        return
    gateway.state = "failed" if failure else "available"
    if failure:
        gateway.failure = failure
        _let_go(ec2, call, gateway)
        _forget_later(ec2, call, id)


def delete(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Begin the deletion; the interface and the address are held until it ends."""
    id = call.parameters["NatGatewayId"]
    gateway = ec2.backend(call).nat_gateways.get(id)
    if gateway is None or gateway.state == "deleted":
        raise Refusal("NatGatewayNotFound", f"NatGateway {id} was not found")
    if gateway.state in ("pending", "available"):
        gateway.state = "deleting"
        ec2.world.lifecycles.begin(RESOURCE, _key(call, id), DELETING_SECONDS, partial(_go, ec2, call, id))
    return {"NatGatewayId": id}


def _go(ec2: MotoService, call: Call, id: str) -> None:
    gateway = ec2.backend(call).nat_gateways.get(id)
    if gateway is None:
        return
    gateway.state, gateway.deleted_at = "deleted", ec2.world.clock.now()
    _let_go(ec2, call, gateway)
    _forget_later(ec2, call, id)


def _let_go(ec2: MotoService, call: Call, gateway: Any) -> None:
    backend = ec2.backend(call)
    if gateway._eni.id in backend.enis:
        remove(backend, gateway._eni)


def _forget_later(ec2: MotoService, call: Call, id: str) -> None:
    ec2.world.lifecycles.begin("deleted-natgateway", _key(call, id), VISIBLE_SECONDS, partial(_forget, ec2, call, id))


def _forget(ec2: MotoService, call: Call, id: str) -> None:
    backend = ec2.backend(call)
    backend.nat_gateways.pop(id, None)
    forget_tags(backend, id)


def describe(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show each gateway in the state that it is in."""
    backend = ec2.backend(call)
    items = ec2.ask(call, "DescribeNatGateways", {})["NatGateways"]
    return {"NatGateways": [shown(item, backend.nat_gateways[item["NatGatewayId"]]) for item in items]}


def note_reads(ec2: MotoService, call: Call, answer: dict[str, Any]) -> bool:
    """Note that a client saw these gateways, and say whether any is in another state now (at infinite speed)."""
    seen = {item["NatGatewayId"]: item["State"] for item in answer["NatGateways"]}
    for id in seen:
        ec2.world.lifecycles.read(RESOURCE, _key(call, id))
    gateways = ec2.backend(call).nat_gateways
    return any(gateways[id].state != state for id, state in seen.items())


def shown(item: dict[str, Any], gateway: Any) -> dict[str, Any]:
    """Give a gateway as AWS shows it: a pending one does not know its public address yet."""
    item |= {"State": gateway.state, "ConnectivityType": gateway.connectivity_type}
    addresses = item.get("NatGatewayAddresses", [])
    for address in addresses:
        address |= {"PrivateIp": gateway.private_ip, "IsPrimary": True, "Status": "succeeded"}
        if "allocationId" in gateway.address_set[0]:
            address["AllocationId"] = gateway.address_set[0]["allocationId"]
    if gateway.state in ("pending", "failed"):
        kept = ("AllocationId", "IsPrimary") if gateway.state == "pending" else ("AllocationId", "NetworkInterfaceId", "PrivateIp")
        item["NatGatewayAddresses"] = [{name: each[name] for name in kept if name in each} for each in addresses]
    if gateway.failure:
        item["FailureCode"], item["FailureMessage"] = gateway.failure
    if gateway.deleted_at:
        item["DeleteTime"] = gateway.deleted_at
    return item


def _key(call: Call, id: str) -> str:
    return f"{call.account}/{call.region}/{id}"


HANDLERS = {"CreateNatGateway": create, "DeleteNatGateway": delete, "DescribeNatGateways": describe}
