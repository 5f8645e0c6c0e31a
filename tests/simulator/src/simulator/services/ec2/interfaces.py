# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network interfaces, the addresses they take, and the Elastic IPs on them."""

from __future__ import annotations

import ipaddress
from typing import Any

from ...moto_service import MotoService, is_internal
from ...seam import Call, Refusal
from .lookups import invalid, missing, subnet_of
from .network import forget_tags

OWNED_BY_AWS = "amazon-aws"
"""The account that owns the other end of an interface of a service of AWS."""


def free_address(backend: Any, subnet: Any) -> str:
    """Give the lowest address of a subnet that nobody has; the first four and the last are AWS's."""
    used = {address for interface in backend.enis.values() if interface.subnet.id == subnet.id for address in _addresses(interface)}
    hosts = list(ipaddress.ip_network(subnet.cidr_block).hosts())[3:]
    for host in hosts:
        if str(host) not in used and str(host) not in subnet._subnet_ips:
            return str(host)
    text = f"Insufficient free addresses in subnet '{subnet.id}'"
    raise Refusal("InsufficientFreeAddressesInSubnet", f"The specified subnet does not have enough free addresses: {text}")


def _addresses(interface: Any) -> list[str]:
    return [str(each["PrivateIpAddress"]) for each in interface.private_ip_addresses] or [str(interface.private_ip_address)]


def create(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Create one in the subnet; one that a service of AWS asks for is in use at once and is that service's."""
    backend = ec2.backend(call)
    subnet = subnet_of(backend, call.parameters["SubnetId"])
    _check_groups(backend, subnet, call.parameters.get("Groups", ()))
    address = call.parameters.get("PrivateIpAddress") or free_address(backend, subnet)
    answer = ec2.moto(call, PrivateIpAddress=address)
    interface = backend.enis[answer["NetworkInterface"]["NetworkInterfaceId"]]
    take_address(subnet, address, interface)
    if is_internal(call):
        interface.status, interface.requester_managed = "in-use", True
        interface.requester_id = "AROA" + "AMAZONEKS" if "EKS" in interface.description else "amazon-elb"
    answer["NetworkInterface"] |= {"Status": "pending" if interface.status == "available" else interface.status}
    return answer


def take_address(subnet: Any, address: str, owner: Any) -> None:
    """Note that an address is taken, so that moto's own instances keep away from it."""
    subnet._subnet_ips[address] = owner
    subnet._unused_ips.discard(address)


def _check_groups(backend: Any, subnet: Any, groups: Any) -> None:
    known = backend.groups.get(subnet.vpc_id, {})
    for group in groups:
        if group not in known:
            raise Refusal("InvalidGroup.NotFound", f"The security group '{group}' does not exist")


def remove(backend: Any, interface: Any) -> None:
    """Take an interface away with its address and its tags."""
    for address in _addresses(interface):
        interface.subnet.del_subnet_ip(address)
    for elastic in backend.addresses:
        if elastic.eni is interface:
            elastic.eni = elastic.association_id = None
    backend.enis.pop(interface.id, None)
    forget_tags(backend, interface.id)


def delete(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Delete one that nothing uses."""
    backend, id = ec2.backend(call), call.parameters["NetworkInterfaceId"]
    interface = _interface(backend, id)
    if interface.status == "in-use" and not is_internal(call):
        raise invalid(f"Network interface '{id}' is currently in use.")
    remove(backend, interface)
    return {}


def _interface(backend: Any, id: str) -> Any:
    if id not in backend.enis:
        raise Refusal("InvalidNetworkInterfaceID.NotFound", f"The networkInterface ID '{id}' does not exist")
    return backend.enis[id]


def modify(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Change groups or description of an interface; moto does it for those that exist."""
    interface = _interface(ec2.backend(call), call.parameters["NetworkInterfaceId"])
    _check_groups(ec2.backend(call), interface.subnet, call.parameters.get("Groups", ()))
    return ec2.moto(call)


def describe(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show who is at the other end of an interface: an instance, or a service of AWS."""
    backend, items = ec2.backend(call), ec2.ask(call, "DescribeNetworkInterfaces", {})["NetworkInterfaces"]
    for item in items:
        interface = backend.enis[item["NetworkInterfaceId"]]
        if interface.requester_managed:
            item["Attachment"] = {"InstanceOwnerId": OWNED_BY_AWS, "Status": "attached", "DeviceIndex": 1, "DeleteOnTermination": False}
        else:
            item.pop("RequesterId", None)
    return {"NetworkInterfaces": items}


def allocate(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Allocate an Elastic IP; every account is one of VPCs today."""
    answer = ec2.moto(call, Domain="vpc")
    return answer | {"NetworkBorderGroup": call.region, "PublicIpv4Pool": "amazon"}


def describe_addresses(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Leave out the empty members that moto writes for an address without an instance."""
    addresses = ec2.ask(call, "DescribeAddresses", {})["Addresses"]
    shown = [{name: value for name, value in item.items() if value not in ("", None)} for item in addresses]
    return {"Addresses": [item | {"NetworkBorderGroup": call.region, "PublicIpv4Pool": "amazon"} for item in shown]}


def release(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Release an address that nothing uses; those on interfaces of AWS's services are not the caller's to touch."""
    backend = ec2.backend(call)
    address = elastic(backend, call.parameters.get("AllocationId"))
    if address.eni is not None or address.instance is not None:
        if address.eni is not None and address.eni.requester_managed:
            raise Refusal("AuthFailure", "You do not have permission to access the specified resource.")
        raise Refusal("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
    forget_tags(backend, address.allocation_id)
    return ec2.moto(call)


def disassociate(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Take an address off an interface of the caller's own."""
    for address in ec2.backend(call).addresses:
        if address.association_id == call.parameters.get("AssociationId") and address.eni and address.eni.requester_managed:
            raise Refusal("AuthFailure", "You do not have permission to access the specified resource.")
    return ec2.moto(call)


def elastic(backend: Any, allocation: str | None) -> Any:
    """Give moto's Elastic IP, or refuse."""
    if not allocation:
        raise missing("AllocationId")
    for address in backend.addresses:
        if address.allocation_id == allocation:
            return address
    raise Refusal("InvalidAllocationID.NotFound", f"The allocation ID '{allocation}' does not exist")


HANDLERS = {
    "CreateNetworkInterface": create,
    "DeleteNetworkInterface": delete,
    "ModifyNetworkInterfaceAttribute": modify,
    "DescribeNetworkInterfaces": describe,
    "AllocateAddress": allocate,
    "DescribeAddresses": describe_addresses,
    "ReleaseAddress": release,
    "DisassociateAddress": disassociate,
}
