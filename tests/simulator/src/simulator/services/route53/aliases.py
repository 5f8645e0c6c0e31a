# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alias targets: a record set of the same zone and type, or something of AWS's in its own zone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ... import moto_backend
from ...seam import not_implemented
from .aws_zones import BALANCERS, CLOUDFRONT, NAMED
from .context import Context
from .names import canonical, is_within
from .store import Records, Shown, Zone

REGION = re.compile(r"\.(?:(?P<front>[a-z]+-[a-z]+-\d)\.elb|elb\.(?P<back>[a-z]+-[a-z]+-\d))\.amazonaws\.com\.$")
ADDRESSES = ("A", "AAAA")
NEVER = ("NS", "SOA")


def as_stored(target: Shown) -> Shown:
    """Spell a target as it is stored: lower case, with a trailing dot."""
    return {**target, "HostedZoneId": target["HostedZoneId"].rpartition("/")[2], "DNSName": canonical(target["DNSName"])}


def alias_problems(context: Context, record: Shown, others: Records, zone: Zone) -> Iterator[str]:
    """Tell what forbids the alias target of a record set, if it has one."""
    target = record.get("AliasTarget")
    if target is None:
        return
    place, name, kind = target["HostedZoneId"], target["DNSName"], record["Type"]
    told = f"Tried to create an alias that targets {name}, type {kind} in zone {place}, but"
    if kind in NEVER:
        yield f"RRSet of type {kind} with DNS name {record['Name']} is not permitted to be an alias"
    if not is_within(name, _zone_name(context, place)):
        yield f"{told} the alias target name does not lie within the target zone"
    if not _is_there(context, record, others, zone):
        yield f"{told} that target was not found"
    if place == CLOUDFRONT and target["EvaluateTargetHealth"]:
        yield f"{told} EvaluateTargetHealth must be false for a CloudFront distribution"
    if place == CLOUDFRONT and zone.is_private:
        yield f"{told} a private hosted zone cannot have an alias to a CloudFront distribution"


def _zone_name(context: Context, place: str) -> str:
    """Give the name of the zone that an alias names; a zone that nobody here knows is refused by name."""
    hosted = {zone.id: zone.name for account in context.accounts.values() for zone in account.zones.values()}
    known = {**NAMED, **BALANCERS, **hosted}
    if place not in known:
        raise not_implemented(f"route53:ChangeResourceRecordSets with an alias into the zone {place}")
    return known[place]


def _is_there(context: Context, record: Shown, others: Records, zone: Zone) -> bool:
    place, name, kind = record["AliasTarget"]["HostedZoneId"], record["AliasTarget"]["DNSName"], record["Type"]
    if place == zone.id:
        return any((other, of) == (name, kind) for other, of, _identifier in others)
    if place in NAMED:
        return kind in (*ADDRESSES, "HTTPS")
    return place in BALANCERS and kind in ADDRESSES and is_balancer(context, name)


def is_balancer(context: Context, name: str) -> bool:
    """Say whether some account has a load balancer of this name."""
    found = REGION.search(name)
    if found is None:
        return False
    region, plain = found["front"] or found["back"], name.removeprefix("dualstack.").rstrip(".")
    return plain in {each.lower() for service in ("elbv2", "elb") for each in _balancers(context, service, region)}


def _balancers(context: Context, service: str, region: str) -> Iterator[str]:
    for account in moto_backend.accounts(service):
        answer = context.world.call(service, "DescribeLoadBalancers", {}, account=account, region=region)
        for balancer in answer.get("LoadBalancers", answer.get("LoadBalancerDescriptions", [])):
            yield str(balancer["DNSName"])
