# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a network goes: only what carries our tag, in dependency order, and not while anybody else uses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._model.network import Network
from .._model.network_actual import Interface, NetworkActual, Tagged, belongs_to, cluster_of_group, owned
from .._model.problem import Problems
from .._model.scope import Scope
from .network_checks import check_vpc
from .network_routes import nat_gone
from .plan import Disruption, Kind, Plan, Step, Wait, ordered
from .security_groups import untie_steps
from .tagging import key_of

_IN_USE = frozenset({"DependencyViolation"})
"""Interfaces of a control plane, of load balancers and of NAT gateways linger for minutes after their owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What other steps of the same plan take away: it does not stand in the way of the network's deletion."""

    clusters: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    """Interfaces and security groups."""


NOTHING_LEAVES = Leaving()


def plan_network_deletion(desired: Network, actual: NetworkActual, scope: Scope, leaving: Leaving = NOTHING_LEAVES) -> Plan:
    """Plan the deletion, or raise `Refused` with everything that still uses the network."""
    problems = Problems()
    owner = desired.owner(scope)
    check_vpc(desired, actual, owner, problems)
    _check_users(actual, owner, leaving, problems)
    problems.refuse_if_any()
    return Plan(steps=ordered(_Removal(actual=actual, owner=owner).steps()))


def _check_users(actual: NetworkActual, owner: tuple[str, str], leaving: Leaving, problems: Problems) -> None:
    for cluster in sorted(actual.clusters - leaving.clusters):
        problems.add(
            "network_in_use",
            "state",
            found=f"cluster {cluster}",
            wanted="a network without clusters",
            do=f"Delete cluster {cluster} first.",
        )
    goes = {subnet.id for subnet in owned(actual.subnets, owner)}
    owns_vpc = actual.vpc is not None and belongs_to(actual.vpc, owner)
    for interface in actual.interfaces:
        if (owns_vpc or interface.subnet_id in goes) and not _goes_by_itself(interface, actual, owner, leaving):
            found = f"interface {interface.id} ({interface.description or interface.kind}{_user(interface)})"
            do = "Delete what it belongs to; what Kubernetes left behind goes with delete_orphans."
            problems.add("network_in_use", "state", found=found, wanted="no foreign network interface", do=do)
    if owns_vpc:
        for kind, thing in _strangers(actual, owner, leaving):
            do = "Delete it by hand, or give it our owner tag."
            problems.add("not_ours", "state", found=f"{kind} {thing.id} without our owner tag", wanted="nothing foreign in the VPC", do=do)


def _user(interface: Interface) -> str:
    return f", instance {interface.instance_id}" if interface.instance_id else f", cluster {interface.cluster}" if interface.cluster else ""


def _goes_by_itself(interface: Interface, actual: NetworkActual, owner: tuple[str, str], leaving: Leaving) -> bool:
    """Say whether an interface goes with its owner: a NAT gateway of ours, a leaving cluster, a control plane that is gone."""
    if interface.id in leaving.ids:
        return True
    if interface.status == "available":
        return False
    if interface.cluster in leaving.clusters:
        return True
    if interface.kind == "nat_gateway":
        return any(nat.subnet_id == interface.subnet_id for nat in owned(actual.nat_gateways, owner))
    # The interfaces of a living cluster were named with the cluster; those of a dead one linger for minutes.
    return bool(interface.cluster) and not interface.instance_id


def _strangers(actual: NetworkActual, owner: tuple[str, str], leaving: Leaving) -> Iterator[tuple[str, Tagged]]:
    """Find what would keep our VPC from being deleted and is not ours to delete."""
    groups = [group for group in actual.security_groups if group.name != "default" and cluster_of_group(group.name) not in leaving.clusters]
    kinds: tuple[tuple[str, Iterable[Tagged]], ...] = (
        ("subnet", actual.subnets),
        ("route table", [table for table in actual.route_tables if not table.main]),
        ("security group", groups),
        ("internet gateway", [gateway for gateway in actual.internet_gateways if gateway.vpc_id]),
        ("NAT gateway", [nat for nat in actual.nat_gateways if nat.lives]),
    )
    for kind, things in kinds:
        yield from ((kind, thing) for thing in things if not belongs_to(thing, owner) and thing.id not in leaving.ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Removal:
    """The steps that take away what is ours."""

    actual: NetworkActual
    owner: tuple[str, str]

    def steps(self) -> Iterator[Step]:
        """Give all steps."""
        nats, addresses = list(self._nat_gateways()), list(self._addresses())
        groups, subnets, tables = list(self._security_groups()), list(self._subnets(_keys(nats))), list(self._route_tables())
        gateways = list(self._internet_gateways(_keys([*nats, *addresses])))
        members = [*nats, *addresses, *groups, *subnets, *tables, *gateways]
        yield from members
        vpc = self.actual.vpc
        if vpc is not None and belongs_to(vpc, self.owner):
            yield _delete(
                "vpc", "DeleteVpc", {"VpcId": vpc.id}, already="InvalidVpcID.NotFound", after=_keys(members), disruption=Disruption.OUTAGE
            )

    def _nat_gateways(self) -> Iterator[Step]:
        for nat in owned(self.actual.nat_gateways, self.owner):
            key = key_of(nat, "nat-gateway")
            if nat.state == "deleting":
                yield Step(key=key, service="ec2", kind=Kind.WAIT, wait=nat_gone(nat.id))
            elif nat.lives:
                request = {"NatGatewayId": nat.id}
                yield _delete(
                    key, "DeleteNatGateway", request, already="NatGatewayNotFound", disruption=Disruption.OUTAGE, wait=nat_gone(nat.id)
                )

    def _addresses(self) -> Iterator[Step]:
        users = {allocation: nat for nat in owned(self.actual.nat_gateways, self.owner) for allocation in nat.allocation_ids}
        for address in owned(self.actual.addresses, self.owner):
            user = users.get(address.id)
            yield _delete(
                key_of(address, "address"),
                "ReleaseAddress",
                {"AllocationId": address.id},
                already="InvalidAllocationID.NotFound",
                after=frozenset({key_of(user, "nat-gateway")} if user and user.state not in {"deleted", "failed"} else ()),
                obstacles=frozenset({"InvalidIPAddress.InUse", "InvalidAddress.InUse"}),
            )

    def _security_groups(self) -> Iterator[Step]:
        groups = owned(self.actual.security_groups, self.owner)
        untied = list(untie_steps(groups, {group.id for group in groups}))
        yield from untied
        for group in groups:
            key = key_of(group, "security-group")
            yield _delete(key, "DeleteSecurityGroup", {"GroupId": group.id}, already="InvalidGroup.NotFound", after=_keys(untied))

    def _subnets(self, after: frozenset[str]) -> Iterator[Step]:
        for subnet in owned(self.actual.subnets, self.owner):
            yield _delete(
                key_of(subnet, "subnet"), "DeleteSubnet", {"SubnetId": subnet.id}, already="InvalidSubnetID.NotFound", after=after
            )

    def _route_tables(self) -> Iterator[Step]:
        going = {subnet.id: key_of(subnet, "subnet") for subnet in owned(self.actual.subnets, self.owner)}
        for table in owned(self.actual.route_tables, self.owner):
            key, before = key_of(table, "route-table"), {going[subnet] for subnet in table.associations if subnet in going}
            # A subnet that stays falls back to the VPC's main table.
            for subnet, association in table.associations.items():
                if subnet not in going:
                    before.add(f"association/{subnet}")
                    request = {"AssociationId": association}
                    yield _delete(f"association/{subnet}", "DisassociateRouteTable", request, already="InvalidAssociationID.NotFound")
            yield _delete(
                key, "DeleteRouteTable", {"RouteTableId": table.id}, already="InvalidRouteTableID.NotFound", after=frozenset(before)
            )

    def _internet_gateways(self, after: frozenset[str]) -> Iterator[Step]:
        for gateway in owned(self.actual.internet_gateways, self.owner):
            key = key_of(gateway, "internet-gateway")
            if gateway.vpc_id:
                request = {"InternetGatewayId": gateway.id, "VpcId": gateway.vpc_id}
                yield _delete(f"{key}/attachment", "DetachInternetGateway", request, already="Gateway.NotAttached", after=after)
                after = frozenset({f"{key}/attachment"})
            yield _delete(
                key, "DeleteInternetGateway", {"InternetGatewayId": gateway.id}, already="InvalidInternetGatewayID.NotFound", after=after
            )


def _keys(steps: Iterable[Step]) -> frozenset[str]:
    return frozenset(step.key for step in steps)


def _delete(
    key: str,
    operation: str,
    request: Mapping[str, Any],
    *,
    already: str,
    after: frozenset[str] = frozenset(),
    obstacles: frozenset[str] = _IN_USE,
    disruption: Disruption = Disruption.NONE,
    wait: Wait | None = None,
) -> Step:
    return Step(
        key=key,
        service="ec2",
        operation=operation,
        request=request,
        kind=Kind.DELETE,
        already=frozenset({already}),
        after=after,
        obstacles=obstacles,
        disruption=disruption,
        # What was made can be made again, but the public addresses are lost.
        reversible=operation != "ReleaseAddress",
        wait=wait,
    )
