# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must change in a network: the VPC, its subnets, and the parts that neighbouring files plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .._model.network import Network
from .._model.network_actual import ActualSubnet, NetworkActual
from .._model.network_parts import SubnetGroup, Tier
from .._model.problem import Problems
from .._model.reference import Ref, Value, is_unknown
from .._model.scope import Scope
from .network_checks import check_site
from .network_deletion import plan_network_deletion
from .network_routes import gateway_steps, leftover_notes, nat_steps, route_steps
from .network_site import Site
from .plan import Change, Kind, Plan, Step, ordered
from .security_groups import group_id, security_group_steps
from .tagging import lookup, specifications, tag_steps


def plan_network(desired: Network, actual: NetworkActual, scope: Scope) -> Plan:
    """Plan the network, or raise `Refused` with every problem."""
    if desired.state == "absent":
        return plan_network_deletion(desired, actual, scope)
    problems = Problems()
    site = Site.of(desired, actual, scope, problems)
    check_site(site, problems)
    problems.refuse_if_any()
    steps = [
        *_vpc_steps(site),
        *_subnet_steps(site),
        *gateway_steps(site),
        *nat_steps(site),
        *route_steps(site),
        *security_group_steps(site),
    ]
    return Plan(steps=ordered(steps), deferred_checks=_deferred_checks(site), notes=tuple(leftover_notes(site)))


def _deferred_checks(site: Site) -> tuple[str, ...]:
    desired = site.desired
    if is_unknown(desired.vpc.id):
        return (f"vpc.id: whether the blocks fit into the VPC {_word(desired.vpc.id)}",)
    return tuple(
        f"subnets.{group.tier}.ids[{index}]: whether {_word(given)} is in the VPC"
        for group in desired.subnets
        for index, given in enumerate(group.ids)
        if is_unknown(given)
    )


def _word(value: Value | None) -> str:
    return value.marker() if isinstance(value, Ref) else str(value)


def _vpc_steps(site: Site) -> Iterator[Step]:
    desired, vpc = site.desired, site.actual.vpc
    if vpc is None and not desired.vpc.adopted:
        yield Step(
            key="vpc",
            service="ec2",
            operation="CreateVpc",
            request={"CidrBlock": desired.vpc.cidr, "TagSpecifications": specifications("vpc", site.tags("vpc"))},
            kind=Kind.CREATE,
            changes=(Change(path="cidr", after=desired.vpc.cidr),),
            lookup=lookup("DescribeVpcs", "Vpcs", site.owner, "vpc", "{{Vpc: {}}}"),
        )
    elif vpc is not None:
        yield from site.retagged("vpc", vpc)
    # What a new VPC has by itself.
    support, hostnames = (vpc.dns_support, vpc.dns_hostnames) if vpc else (True, False)
    yield from _attribute("dns-support", "EnableDnsSupport", site.vpc_id, wanted=desired.vpc.dns_support, found=support)
    yield from _attribute("dns-hostnames", "EnableDnsHostnames", site.vpc_id, wanted=desired.vpc.dns_hostnames, found=hostnames)


def _attribute(name: str, parameter: str, vpc: Value, *, wanted: bool | None, found: bool | None) -> Iterator[Step]:
    if wanted is not None and wanted != found:
        yield Step(
            key=f"vpc/{name}",
            service="ec2",
            operation="ModifyVpcAttribute",
            request={"VpcId": vpc, parameter: {"Value": wanted}},
            kind=Kind.UPDATE,
            changes=(Change(path=f"vpc.{name.replace('-', '_')}", before=found, after=wanted),),
            # Host names need DNS support.
            after=frozenset({"vpc/dns-support"} if name == "dns-hostnames" else ()),
        )


def _subnet_steps(site: Site) -> Iterator[Step]:
    for place in site.places:
        step = f"subnet/{place.name}"
        tags = site.subnet_tags(place.group)
        if place.existing is not None:
            yield from site.retagged(step, place.existing, tags)
        else:
            request = {
                "VpcId": site.vpc_id,
                "CidrBlock": place.cidr,
                "AvailabilityZone": place.zone,
                "TagSpecifications": specifications("subnet", site.tags(step, tags)),
            }
            found = lookup("DescribeSubnets", "Subnets", site.owner, step, "{{Subnet: {}}}")
            told = (Change(path="cidr", after=place.cidr),)
            yield Step(key=step, service="ec2", operation="CreateSubnet", request=request, kind=Kind.CREATE, changes=told, lookup=found)
        yield from _map_public_ip(step, place.id, place.group, place.existing)
    for group in site.desired.subnets:
        yield from _given_subnet_steps(site, group)


def _given_subnet_steps(site: Site, group: SubnetGroup) -> Iterator[Step]:
    """Subnets given by id get the tags that load balancers and clusters need, and nothing else."""
    known = {subnet.id: subnet for subnet in site.actual.subnets}
    for given in group.ids:
        subnet = known.get(given) if isinstance(given, str) else None
        if subnet is not None:
            step = f"subnet/{subnet.id}"
            yield from tag_steps(step, subnet.id, site.subnet_tags(group), subnet.tags, purge=False)
            yield from _map_public_ip(step, subnet.id, group, subnet)


def _map_public_ip(step: str, subnet: Value, group: SubnetGroup, existing: ActualSubnet | None) -> Iterator[Step]:
    wanted, found = group.map_public_ip, existing.map_public_ip if existing else False
    if wanted is not None and wanted != found:
        yield Step(
            key=f"{step}/map-public-ip",
            service="ec2",
            operation="ModifySubnetAttribute",
            request={"SubnetId": subnet, "MapPublicIpOnLaunch": {"Value": wanted}},
            kind=Kind.UPDATE,
            changes=(Change(path=f"subnets.{group.tier}.map_public_ip", before=found, after=wanted),),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOutputs:
    """What clusters and node groups need of a network."""

    vpc_id: Value
    public_subnets: tuple[Value, ...] = ()
    private_subnets: tuple[Value, ...] = ()
    intra_subnets: tuple[Value, ...] = ()
    security_groups: Mapping[str, Value] = field(default_factory=dict)
    """Id by name."""


def network_outputs(desired: Network, actual: NetworkActual, scope: Scope) -> NetworkOutputs:
    """Give ids where things exist, and references to the steps that will make the others."""
    site = Site.of(desired, actual, scope, Problems())
    return NetworkOutputs(
        vpc_id=site.vpc_id,
        public_subnets=subnet_ids(site, Tier.PUBLIC),
        private_subnets=subnet_ids(site, Tier.PRIVATE),
        intra_subnets=subnet_ids(site, Tier.INTRA),
        security_groups={group.name: group_id(site, group.name) for group in desired.security_groups},
    )


def subnet_ids(site: Site, tier: Tier) -> tuple[Value, ...]:
    """Give the ids of one tier's subnets, in the order of the zones."""
    group = site.desired.group(tier)
    return group.ids if group and group.ids else tuple(place.id for place in site.tier(tier))


_EGRESS = ("internet-gateway", "nat-gateway/", "route/", "route-table/", "association/")


def egress_steps(plan: Plan) -> frozenset[str]:
    """Give the steps that nodes must wait for: before them an instance reaches no API and no registry."""
    return frozenset(step.key for step in plan if step.key.startswith(_EGRESS))
