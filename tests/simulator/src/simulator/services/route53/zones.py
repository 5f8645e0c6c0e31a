# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosted zones: created with their SOA and NS records, listed, deleted when nothing else is left."""

from __future__ import annotations

import hashlib
from typing import Any

from ...seam import Refusal, not_implemented
from .context import Context
from .names import BadName, canonical, labels, sort_key
from .paging import limit
from .store import Shown, Zone, key_of
from .vpcs import associate, checked

PAGE = 100
MOST_ZONES = 500
PRIVATE_SERVERS = ["ns-0.awsdns-00.com", "ns-512.awsdns-00.net", "ns-1024.awsdns-00.org", "ns-1536.awsdns-00.co.uk"]
NS_TTL, SOA_TTL = 172_800, 900
CHANGING_FEATURES = 60
"""Seconds that accelerated recovery takes to be switched; nobody says how long it takes."""


def create_hosted_zone(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Create a public zone, or a private one with its first VPC."""
    zone = _new_zone(context, parameters)
    if vpc := parameters.get("VPC"):
        associate(context, zone, checked(context, vpc))
    context.account.zone_references.add(parameters["CallerReference"])
    context.account.zones[zone.id] = zone
    answer = {"HostedZone": _shown(zone), "ChangeInfo": context.change(zone), "Location": context.location("hostedzone", zone.id)}
    return answer | ({"VPC": zone.vpcs[0]} if zone.is_private else {"DelegationSet": {"NameServers": zone.name_servers}})


def _new_zone(context: Context, parameters: dict[str, Any]) -> Zone:
    _check_reference(context, parameters["CallerReference"])
    if "DelegationSetId" in parameters:
        raise not_implemented("route53:CreateHostedZone with DelegationSetId")
    config = dict(parameters.get("HostedZoneConfig", {}))
    if config.get("PrivateZone") and "VPC" not in parameters:
        raise Refusal("InvalidInput", "When you're creating a private hosted zone (when you specify true for PrivateZone), specify a VPC")
    shown = {"CallerReference": parameters["CallerReference"], "Config": {**config, "PrivateZone": "VPC" in parameters}}
    name = _zone_name(parameters["Name"], is_private="VPC" in parameters)
    zone = Zone(id=context.identifier("Z"), name=name, account=context.caller.account, shown=shown)
    zone.name_servers = PRIVATE_SERVERS if zone.is_private else _name_servers(context, zone)
    zone.records = {key_of(record): record for record in _own_records(zone)}
    return zone


def _check_reference(context: Context, reference: str) -> None:
    if reference in context.account.zone_references:
        text = f"A hosted zone has already been created with the specified caller reference: {reference}"
        raise Refusal("HostedZoneAlreadyExists", text, 409)
    if len(context.account.zones) >= MOST_ZONES:
        text = f"Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more than {MOST_ZONES} hosted zones."
        raise Refusal("TooManyHostedZones", text)


def _zone_name(given: str, *, is_private: bool) -> str:
    try:
        name = canonical(given)
    except BadName as problem:
        raise Refusal("InvalidDomainName", str(problem)) from problem
    if not is_private and len(labels(name)) == 1:
        raise Refusal("InvalidDomainName", f"{name} is reserved by AWS!")
    return name


def _name_servers(context: Context, zone: Zone) -> list[str]:
    """Name four servers, one for each top-level domain and each from its own quarter of 2048: the same in every run."""
    namesakes = sum(other.name == zone.name for account in context.accounts.values() for other in account.zones.values())
    number = int(hashlib.sha256(f"{zone.account}/{zone.name}/{namesakes}".encode()).hexdigest()[:8], 16)
    return [f"ns-{at * 512 + number % 512}.awsdns-{number // 512 % 64:02d}.{top}" for at, top in enumerate(("com", "net", "org", "co.uk"))]


def _own_records(zone: Zone) -> list[Shown]:
    servers = [{"Value": f"{server}."} for server in zone.name_servers]
    soa = f"{zone.name_servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    return [
        {"Name": zone.name, "Type": "NS", "TTL": NS_TTL, "ResourceRecords": servers},
        {"Name": zone.name, "Type": "SOA", "TTL": SOA_TTL, "ResourceRecords": [{"Value": soa}]},
    ]


def _shown(zone: Zone) -> Shown:
    return {"Id": f"/hostedzone/{zone.id}", "Name": zone.name, **zone.shown, "ResourceRecordSetCount": len(zone.records)}


def get_hosted_zone(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Show a zone with its name servers or VPCs."""
    zone = context.zone(parameters["Id"])
    where: Shown = {"VPCs": zone.vpcs} if zone.is_private else {"DelegationSet": {"NameServers": zone.name_servers}}
    return {"HostedZone": _shown(zone), **where}


def get_hosted_zone_count(context: Context, _parameters: dict[str, Any]) -> dict[str, Any]:
    """Count the zones of the account."""
    return {"HostedZoneCount": len(context.account.zones)}


def list_hosted_zones(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """List zones in the order of their ids."""
    if "DelegationSetId" in parameters:
        raise not_implemented("route53:ListHostedZones with DelegationSetId")
    size, marker = limit(parameters, PAGE), parameters.get("Marker", "")
    wanted = [zone for zone in context.account.zones.values() if "HostedZoneType" not in parameters or zone.is_private]
    found = sorted((zone for zone in wanted if zone.id >= marker.rpartition("/")[2]), key=lambda zone: zone.id)
    answer = {"HostedZones": [_shown(zone) for zone in found[:size]], "IsTruncated": len(found) > size, "MaxItems": str(size)}
    return answer | {"Marker": marker} | ({"NextMarker": found[size].id} if len(found) > size else {})


def _by_name(zone: Zone) -> tuple[str, str]:
    return (sort_key(zone.name), zone.id)


def list_hosted_zones_by_name(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """List zones by their reversed names, from a name on."""
    size, name, after = limit(parameters, PAGE), parameters.get("DNSName"), parameters.get("HostedZoneId", "")
    if after and name is None:
        raise Refusal("InvalidInput", "If you specify HostedZoneId, you must also specify DNSName")
    try:
        start = (sort_key(canonical(name)) if name else "", after.rpartition("/")[2])
    except BadName as problem:
        raise Refusal("InvalidDomainName", str(problem)) from problem
    found = [zone for zone in sorted(context.account.zones.values(), key=_by_name) if _by_name(zone) >= start]
    answer = {"HostedZones": [_shown(zone) for zone in found[:size]], "IsTruncated": len(found) > size, "MaxItems": str(size)}
    echoed = {member: parameters[member] for member in ("DNSName", "HostedZoneId") if member in parameters}
    following = {"NextDNSName": found[size].name, "NextHostedZoneId": found[size].id} if len(found) > size else {}
    return answer | echoed | following


def delete_hosted_zone(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Delete a zone in which nothing is left but its own SOA and NS."""
    zone = context.zone(parameters["Id"])
    if any((name, kind) not in ((zone.name, "NS"), (zone.name, "SOA")) for name, kind, _identifier in zone.records):
        text = "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
        raise Refusal("HostedZoneNotEmpty", text)
    if zone.protections:
        text = "The specified hosted zone contains resource record set protections and so cannot be deleted."
        raise Refusal("HostedZoneNotEmpty", text)
    del context.account.zones[zone.id]
    return {"ChangeInfo": context.change(zone)}


def update_hosted_zone_comment(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Replace the comment, or take it away."""
    zone = context.zone(parameters["Id"])
    zone.shown["Config"].pop("Comment", None)
    if parameters.get("Comment"):
        zone.shown["Config"]["Comment"] = parameters["Comment"]
    return {"HostedZone": _shown(zone)}


def update_hosted_zone_features(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Switch accelerated recovery, which takes a while."""
    zone = context.zone(parameters["HostedZoneId"])
    if zone.is_private:
        raise Refusal("InvalidInput", "Accelerated recovery is only supported for public hosted zones")
    status = zone.shown.get("Features", {}).get("AcceleratedRecoveryStatus", "DISABLED")
    if status not in ("ENABLED", "DISABLED"):
        raise Refusal("PriorRequestNotComplete", "The request was rejected because Route 53 was still processing a prior request.")
    if "EnableAcceleratedRecovery" in parameters:
        doing, done = ("ENABLING", "ENABLED") if parameters["EnableAcceleratedRecovery"] else ("DISABLING", "DISABLED")
        if status != done:
            zone.shown["Features"] = {"AcceleratedRecoveryStatus": doing}
            context.later("zone-features", zone.id, CHANGING_FEATURES, _features_changed, zone.account, zone.id, done)
    return {}


def _features_changed(find: Any, account: str, identifier: str, done: str) -> None:
    zone = find(account).zones.get(identifier)
    if zone:
        zone.shown["Features"] = {"AcceleratedRecoveryStatus": done}


def get_dnssec(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Tell that a zone is not signed: signing is not built."""
    zone = context.zone(parameters["HostedZoneId"])
    if zone.is_private:
        raise Refusal("InvalidArgument", "DNSSEC is not supported for private hosted zones.")
    return {"Status": {"ServeSignature": "NOT_SIGNING"}, "KeySigningKeys": []}


OPERATIONS = {
    "CreateHostedZone": create_hosted_zone,
    "GetHostedZone": get_hosted_zone,
    "GetHostedZoneCount": get_hosted_zone_count,
    "ListHostedZones": list_hosted_zones,
    "ListHostedZonesByName": list_hosted_zones_by_name,
    "GetDNSSEC": get_dnssec,
    "DeleteHostedZone": delete_hosted_zone,
    "UpdateHostedZoneComment": update_hosted_zone_comment,
    "UpdateHostedZoneFeatures": update_hosted_zone_features,
}
