# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What classic and new load balancers have in common: interfaces in their subnets, which outlive them for a while."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from .seam import Call, Refusal, World

LINGERING_SECONDS = 60


def add_interfaces(world: World, call: Call, subnets: Sequence[str], groups: Sequence[str], description: str) -> None:
    """Put one interface of the load balancer into each of its subnets."""
    for subnet in subnets:
        parameters = {"SubnetId": subnet, "Description": description, **({"Groups": list(groups)} if groups else {})}
        world.call("ec2", "CreateNetworkInterface", parameters, account=call.account, region=call.region)


def remove_interfaces_later(world: World, call: Call, description: str) -> None:
    """Take the interfaces away some time after the load balancer."""
    key = f"{call.account}/{call.region}/{description}"
    end = partial(remove_interfaces, world, call.account, call.region, description)
    world.lifecycles.begin("load-balancer-interfaces", key, LINGERING_SECONDS, end)


def remove_interfaces(world: World, account: str, region: str, description: str) -> None:
    """Take the interfaces of a load balancer away."""
    wanted: dict[str, Any] = {"Filters": [{"Name": "description", "Values": [description]}]}
    found = world.call("ec2", "DescribeNetworkInterfaces", wanted, account=account, region=region)["NetworkInterfaces"]
    for interface in found:
        parameters = {"NetworkInterfaceId": interface["NetworkInterfaceId"]}
        world.call("ec2", "DeleteNetworkInterface", parameters, account=account, region=region)


def require_subnets(world: World, call: Call, subnets: Sequence[str], code: str) -> None:
    """Refuse subnets that are not there in the words of the load balancers."""
    try:
        world.call("ec2", "DescribeSubnets", {"SubnetIds": list(subnets)}, account=call.account, region=call.region)
    except Refusal as refusal:
        raise Refusal(code, refusal.message) from None
