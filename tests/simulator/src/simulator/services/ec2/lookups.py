# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals and look-ups that several nouns of EC2 share."""

from __future__ import annotations

from typing import Any

from ...seam import Refusal

Item = dict[str, Any]


def in_the_way(kind: str, id: str) -> Refusal:
    """Refuse a deletion because something depends on it."""
    return Refusal("DependencyViolation", f"The {kind} '{id}' has dependencies and cannot be deleted.")


def not_found(code: str, kind: str, id: str) -> Refusal:
    """Refuse an id that is not there."""
    return Refusal(code, f"The {kind} ID '{id}' does not exist")


def invalid(text: str) -> Refusal:
    """Refuse a value."""
    return Refusal("InvalidParameterValue", text)


def missing(name: str) -> Refusal:
    """Refuse a request without a parameter that it needs."""
    return Refusal("MissingParameter", f"The request must contain the parameter {name}")


def vpc_of(backend: Any, vpc_id: str) -> Any:
    """Give moto's VPC, or refuse."""
    if vpc_id not in backend.vpcs:
        raise not_found("InvalidVpcID.NotFound", "vpc", vpc_id)
    return backend.vpcs[vpc_id]


def subnet_of(backend: Any, subnet_id: str) -> Any:
    """Give moto's subnet, or refuse."""
    for subnets in backend.subnets.values():
        if subnet_id in subnets:
            return subnets[subnet_id]
    raise not_found("InvalidSubnetID.NotFound", "subnet", subnet_id)


def gateway_of(backend: Any, gateway_id: str) -> Any:
    """Give moto's internet gateway, or refuse."""
    if gateway_id not in backend.internet_gateways:
        raise not_found("InvalidInternetGatewayID.NotFound", "internetGateway", gateway_id)
    return backend.internet_gateways[gateway_id]


def subnets_in(backend: Any, vpc_id: str) -> list[Any]:
    """Give moto's subnets of a VPC."""
    return [subnet for subnets in backend.subnets.values() for subnet in subnets.values() if subnet.vpc_id == vpc_id]


def interfaces_in(backend: Any, vpc_id: str) -> list[Any]:
    """Give moto's network interfaces of a VPC."""
    return [interface for interface in backend.enis.values() if interface.subnet.vpc_id == vpc_id]
