# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the world proves wrong about a network: zones, the selected VPC, blocks beside those that exist."""

from __future__ import annotations

from .._model.cidr import parsed
from .._model.heritage import heritage
from .._model.network import Network
from .._model.network_actual import ActualVpc, NetworkActual, belongs_to
from .._model.problem import Problems
from .._model.reference import is_unknown
from .network_layout import Place, check_zones
from .network_site import Site


def check_site(site: Site, problems: Problems) -> None:
    """Note everything that cannot be."""
    check_vpc(site.desired, site.actual, site.owner, problems)
    if any(not group.ids for group in site.desired.subnets):
        check_zones(site.desired, site.actual, site.zones, problems)
    _check_given_subnets(site, problems)
    for place in site.places:
        _check_place(site, place, problems)
    _check_security_groups(site, problems)
    _check_addresses(site, problems)


def check_vpc(desired: Network, actual: NetworkActual, owner: tuple[str, str], problems: Problems) -> None:
    """Note a selection that found no VPC or several, or one that another tool looks after."""
    path = "vpc.id" if desired.vpc.id is not None else "vpc.match_tags" if desired.vpc.match_tags else "name"
    ids = ", ".join(vpc.id for vpc in actual.vpcs)
    if len(actual.vpcs) > 1:
        problems.add("vpc_ambiguous", path, found=f"{len(actual.vpcs)} VPCs: {ids}", wanted="exactly one", do="Select the VPC by vpc.id.")
    if not actual.vpcs and desired.vpc.adopted and desired.state == "present" and not is_unknown(desired.vpc.id):
        found = desired.vpc.id or ", ".join(f"{key}={value}" for key, value in sorted(desired.vpc.match_tags.items()))
        problems.add(
            "vpc_not_found",
            path,
            found=f"no VPC for {found}",
            wanted="an existing VPC",
            do="Correct the selection, or give vpc.cidr to make one.",
        )
    if actual.vpc and desired.state == "present":
        _check_found_vpc(desired, actual.vpc, owner, path, problems)


def _check_found_vpc(desired: Network, vpc: ActualVpc, owner: tuple[str, str], path: str, problems: Problems) -> None:
    if desired.vpc.cidr and desired.vpc.cidr not in (vpc.cidr, *vpc.cidrs):
        do = f"Write {vpc.cidr}, or build a new network: a VPC keeps its block."
        problems.add("vpc_cidr_differs", "vpc.cidr", found=f"{vpc.id} has {vpc.cidr}", wanted=desired.vpc.cidr, do=do)
    tool = heritage(vpc.tags)
    if tool and not desired.adopt and not belongs_to(vpc, owner):
        problems.add(
            "foreign_heritage",
            path,
            found=f"{vpc.id} belongs to {tool}",
            wanted="a VPC of nobody else",
            do="Write adopt: true to use it anyway.",
        )


def _check_given_subnets(site: Site, problems: Problems) -> None:
    if site.actual.vpc is None:
        return
    known = {subnet.id for subnet in site.actual.subnets}
    for group in site.desired.subnets:
        for index, given in enumerate(group.ids):
            if not is_unknown(given) and given not in known:
                wanted = f"a subnet of {site.actual.vpc.id}"
                problems.add(
                    "subnet_not_found", f"subnets.{group.tier}.ids[{index}]", found=str(given), wanted=wanted, do="Correct the id."
                )


def _check_place(site: Site, place: Place, problems: Problems) -> None:
    """A subnet's block must be free, or be the subnet's own, in its zone, inside the VPC."""
    block, vpc = parsed(place.cidr), site.actual.vpc
    if block is None or vpc is None or place.existing is not None:
        return
    path = f"subnets.{place.group.tier}.cidrs"
    if not any(block.subnet_of(whole) for whole in map(parsed, vpc.cidrs) if whole):
        wanted = f"a part of {', '.join(vpc.cidrs)}"
        problems.add("subnet_outside_vpc", path, found=place.cidr, wanted=wanted, do="Choose a block inside the VPC's.")
    for other in site.actual.subnets:
        whole = parsed(other.cidr)
        if whole is None or not block.overlaps(whole):
            continue
        if other.cidr == place.cidr:
            do = "List the zones in the order of the blocks: a subnet keeps its zone."
            problems.add("zone_differs", path, found=f"{other.id} {other.cidr} in {other.zone}", wanted=place.zone, do=do)
        else:
            problems.add(
                "overlapping_cidrs",
                path,
                found=f"{place.cidr} and {other.id} {other.cidr}",
                wanted="blocks apart",
                do="Choose a free block.",
            )


def _check_security_groups(site: Site, problems: Problems) -> None:
    for index, group in enumerate(site.desired.security_groups):
        found = next((g for g in site.actual.security_groups if g.name == group.name), None)
        if found and not site.manages(found) and not site.desired.adopt:
            path = f"security_groups[{index}].name"
            do = "Choose another name, or write adopt: true to manage the rules of this group."
            problems.add("not_ours", path, found=f"{found.id} of this name without our owner tag", wanted="a free name", do=do)


def _check_addresses(site: Site, problems: Problems) -> None:
    """An Elastic IP of ours that serves somebody else cannot serve the NAT gateway again."""
    for address in site.actual.addresses:
        used = {allocation for nat in site.actual.nat_gateways for allocation in nat.allocation_ids}
        step = address.tags.get("cutover.eks/step", "")
        if address.association_id and address.id not in used and step.startswith("address/"):
            found = f"{address.id} ({step}) is associated with {address.interface_id or address.association_id}"
            problems.add(
                "address_in_use", "nat", found=found, wanted="the address of a NAT gateway", do="Disassociate it, or remove its owner tag."
            )
