# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private zones and the VPCs that see them, of this account and, with its leave, of others."""

from __future__ import annotations

from typing import Any

from ...seam import Refusal
from .context import Context
from .paging import token_page
from .store import Shown, Zone

AUTHORIZATIONS_PAGE = 50
ZONES_PAGE = 100


def checked(context: Context, vpc: Shown) -> Shown:
    """Give the VPC if the caller has it."""
    identifier, region = vpc.get("VPCId", ""), vpc.get("VPCRegion", "")
    if not (identifier and region):
        raise Refusal("InvalidVPCId", "Invalid or missing VPC Id.")
    try:
        context.world.call("ec2", "DescribeVpcs", {"VpcIds": [identifier]}, account=context.caller.account, region=region)
    except Refusal:
        text = f"The VPC: {identifier} in region {region} that you provided is not authorized to make the association."
        raise Refusal("InvalidVPCId", text) from None
    return _plain(vpc)


def _plain(vpc: Shown) -> Shown:
    return {"VPCRegion": vpc["VPCRegion"], "VPCId": vpc["VPCId"]}


def associate(context: Context, zone: Zone, vpc: Shown) -> None:
    """Let a VPC see a zone; it cannot see two of the same name."""
    for account in context.accounts.values():
        for other in account.zones.values():
            if other.name == zone.name and vpc in other.vpcs:
                text = (
                    f"The VPC {vpc['VPCId']} in region {vpc['VPCRegion']} has already been associated with the hosted zone"
                    f" {other.id} with the same domain name."
                )
                raise Refusal("ConflictingDomainExists", text)
    zone.vpcs.append(vpc)


def _private(zone: Zone, doing: str) -> Zone:
    if not zone.is_private:
        text = f"You're trying to {doing} a VPC with a public hosted zone. Amazon Route 53 doesn't support that."
        raise Refusal("PublicZoneVPCAssociation" if doing == "associate" else "InvalidInput", text)
    return zone


def associate_vpc(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Associate a further VPC; in a zone of another account it needs an authorization."""
    zone = _private(context.zone_anywhere(parameters["HostedZoneId"]), "associate")
    vpc = checked(context, parameters["VPC"])
    if zone.account != context.caller.account and vpc not in zone.authorizations:
        text = f"The VPC: {vpc['VPCId']} has not authorized to make the association with the hosted zone {zone.id}"
        raise Refusal("NotAuthorizedException", text, 401)
    associate(context, zone, vpc)
    return {"ChangeInfo": context.change(zone, parameters.get("Comment"))}


def disassociate_vpc(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Take a VPC away, but not the last one."""
    zone = context.zone(parameters["HostedZoneId"])
    vpc = {name: parameters["VPC"].get(name, "") for name in ("VPCRegion", "VPCId")}
    if vpc not in zone.vpcs:
        raise Refusal("VPCAssociationNotFound", f"The VPC: {vpc['VPCId']} and hosted zone {zone.id} are not currently associated.", 404)
    if len(zone.vpcs) == 1:
        text = f"The VPC {vpc['VPCId']} in region {vpc['VPCRegion']} is the last VPC associated with the hosted zone {zone.id}."
        raise Refusal("LastVPCAssociation", text)
    zone.vpcs.remove(vpc)
    return {"ChangeInfo": context.change(zone, parameters.get("Comment"))}


def create_authorization(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Let another account associate one of its VPCs."""
    zone = _private(context.zone(parameters["HostedZoneId"]), "authorize")
    vpc = parameters["VPC"]
    if not (vpc.get("VPCId") and vpc.get("VPCRegion")):
        raise Refusal("InvalidVPCId", "Invalid or missing VPC Id.")
    if _plain(vpc) not in zone.authorizations:
        zone.authorizations.append(_plain(vpc))
    return {"HostedZoneId": zone.id, "VPC": _plain(vpc)}


def delete_authorization(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Take the leave back; an association that was made stays."""
    zone = context.zone(parameters["HostedZoneId"])
    vpc = {name: parameters["VPC"].get(name, "") for name in ("VPCRegion", "VPCId")}
    if vpc not in zone.authorizations:
        raise Refusal("VPCAssociationAuthorizationNotFound", "The VPC that you specified is not authorized to be associated.", 404)
    zone.authorizations.remove(vpc)
    return {}


def list_authorizations(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """List the VPCs that may be associated."""
    zone = context.zone(parameters["HostedZoneId"])
    return {"HostedZoneId": zone.id, **token_page("VPCs", zone.authorizations, parameters, AUTHORIZATIONS_PAGE, "MaxResults")}


def list_by_vpc(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """List the private zones that a VPC sees, of whichever account they are."""
    vpc = {"VPCRegion": parameters["VPCRegion"], "VPCId": parameters["VPCId"]}
    zones = [zone for account in context.accounts.values() for zone in account.zones.values() if vpc in zone.vpcs]
    summaries = [{"HostedZoneId": zone.id, "Name": zone.name, "Owner": {"OwningAccount": zone.account}} for zone in zones]
    answer = token_page("HostedZoneSummaries", summaries, parameters, ZONES_PAGE, "MaxItems")
    return answer | {"MaxItems": parameters.get("MaxItems", str(ZONES_PAGE))}


OPERATIONS = {
    "AssociateVPCWithHostedZone": associate_vpc,
    "DisassociateVPCFromHostedZone": disassociate_vpc,
    "CreateVPCAssociationAuthorization": create_authorization,
    "DeleteVPCAssociationAuthorization": delete_authorization,
    "ListVPCAssociationAuthorizations": list_authorizations,
    "ListHostedZonesByVPC": list_by_vpc,
}
