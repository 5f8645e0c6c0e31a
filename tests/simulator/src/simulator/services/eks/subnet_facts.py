# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What node groups and Fargate profiles must know of subnets: are they there, in the cluster's VPC, and do they lead out directly?"""

from __future__ import annotations

from typing import Any

from ...seam import Refusal
from .context import Context
from .store import Cluster


def subnets_of(context: Context, cluster: Cluster, ids: list[str]) -> list[dict[str, Any]]:
    """Give EC2's subnets, or refuse those that are missing or in another VPC."""
    found = _described(context, ids)
    vpc = cluster.shown["resourcesVpcConfig"]["vpcId"]
    if foreign := [subnet["SubnetId"] for subnet in found if subnet["VpcId"] != vpc]:
        raise Refusal("InvalidParameterException", f"Subnets are not in the same VPC as the cluster: [{', '.join(foreign)}]")
    return found


def _described(context: Context, ids: list[str]) -> list[dict[str, Any]]:
    try:
        subnets: list[dict[str, Any]] = context.aws("ec2", "DescribeSubnets", SubnetIds=ids)["Subnets"]
    except Refusal as refused:
        if refused.code.startswith("InvalidSubnetID"):
            raise Refusal("InvalidParameterException", f"The subnet ID '{_missing(context, ids)}' does not exist") from refused
        raise
    return sorted(subnets, key=lambda subnet: ids.index(subnet["SubnetId"]))


def _missing(context: Context, ids: list[str]) -> str:
    known = {subnet["SubnetId"] for subnet in context.aws("ec2", "DescribeSubnets")["Subnets"]}
    return next((one for one in ids if one not in known), ids[0])


def public_subnets(context: Context, subnets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pick the subnets with a route to an Internet gateway."""
    if not subnets:
        return []
    tables = context.aws("ec2", "DescribeRouteTables", Filters=[{"Name": "vpc-id", "Values": [subnets[0]["VpcId"]]}])["RouteTables"]
    return [subnet for subnet in subnets if _leads_out(_table_of(tables, subnet["SubnetId"]))]


def _table_of(tables: list[dict[str, Any]], subnet: str) -> dict[str, Any]:
    own = (t for t in tables for a in t.get("Associations", []) if a.get("SubnetId") == subnet)
    main = (t for t in tables for a in t.get("Associations", []) if a.get("Main"))
    return next(own, next(main, {}))


def _leads_out(table: dict[str, Any]) -> bool:
    return any(str(route.get("GatewayId", "")).startswith("igw-") for route in table.get("Routes", []))
