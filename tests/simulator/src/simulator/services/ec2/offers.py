# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS offers: zones, instance types, where they are offered, and the machine images of EKS."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES

from ...eks_images import images
from ...moto_service import MotoService
from ...seam import Call, Refusal
from .lookups import invalid

AMAZON = "amazon"


def describe_zones(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show the zones; none of these regions asks for an opt-in."""
    zones = ec2.ask(call, "DescribeAvailabilityZones", {})["AvailabilityZones"]
    common = {"OptInStatus": "opt-in-not-required", "NetworkBorderGroup": call.region}
    return {"AvailabilityZones": [zone | common | {"GroupName": f"{call.region}-zg-1"} for zone in zones]}


def describe_types(_ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show instance types as recorded by moto's authors from the real API."""
    wanted = call.parameters.get("InstanceTypes")
    unknown = sorted(set(wanted or ()) - INSTANCE_TYPES.keys())
    if unknown:
        told = f"The following supplied instance types do not exist: [{', '.join(unknown)}]"
        raise Refusal("InvalidInstanceType", told)
    return {"InstanceTypes": [INSTANCE_TYPES[name] for name in wanted or INSTANCE_TYPES]}


def describe_offerings(_ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show where types are offered."""
    kind = call.parameters.get("LocationType", "region")
    if kind not in INSTANCE_TYPE_OFFERINGS:
        raise invalid(f"Value ({kind}) for parameter locationType is invalid.")
    return {"InstanceTypeOfferings": INSTANCE_TYPE_OFFERINGS[kind].get(call.region, [])}


def describe_images(_ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show the images of EKS, which are the only ones here."""
    owners = set(call.parameters.get("Owners", (AMAZON,)))
    found = [image.shown() for image in images(call.region)]
    return {"Images": [item for item in found if owners & {AMAZON, item["OwnerId"]}]}


HANDLERS = {
    "DescribeAvailabilityZones": describe_zones,
    "DescribeInstanceTypes": describe_types,
    "DescribeInstanceTypeOfferings": describe_offerings,
    "DescribeImages": describe_images,
}
