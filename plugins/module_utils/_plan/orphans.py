# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the leavings of a cluster's controllers go: load balancers first, then what they used; volumes are lost with their data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .._model.duration import Usual
from .._model.orphans import LoadBalancer, Orphans
from .network_deletion import Leaving
from .plan import Change, Kind, Plan, Step, Wait, ordered
from .security_groups import untie_steps

_BALANCER_GONE = Usual(30)


def plan_orphans_deletion(orphans: Orphans) -> Plan:
    """Plan the deletion of everything that was found."""
    return Plan(steps=ordered([*_balancers(orphans), *_targets(orphans), *_interfaces(orphans), *_groups(orphans), *_volumes(orphans)]))


def leaving(orphans: Orphans, *clusters: str) -> Leaving:
    """Give what need not stand in the way of a network's deletion when the leavings and these clusters go in the same plan."""
    interfaces = {interface.id for interface in orphans.interfaces} | orphans.lingering
    return Leaving(clusters=frozenset(clusters), ids=frozenset(interfaces | {group.id for group in orphans.security_groups}))


def _balancer_key(balancer: LoadBalancer) -> str:
    return f"orphan/{'' if balancer.arn else 'classic-'}load-balancer/{balancer.name}"


def _balancers(orphans: Orphans) -> Iterator[Step]:
    for balancer in orphans.load_balancers:
        service = "elbv2" if balancer.arn else "elb"
        request = {"LoadBalancerArn": balancer.arn} if balancer.arn else {"LoadBalancerName": balancer.name}
        asked = {"LoadBalancerArns": [balancer.arn]} if balancer.arn else {"LoadBalancerNames": [balancer.name]}
        wait = Wait(
            service=service,
            operation="DescribeLoadBalancers",
            request=asked,
            status="LoadBalancers[0].State.Code" if balancer.arn else "LoadBalancerDescriptions[0].LoadBalancerName",
            success=frozenset(),
            gone=True,
            usual=_BALANCER_GONE,
        )
        yield replace(_delete(_balancer_key(balancer), service, "DeleteLoadBalancer", request, already="LoadBalancerNotFound"), wait=wait)


def _targets(orphans: Orphans) -> Iterator[Step]:
    balancers = frozenset(_balancer_key(balancer) for balancer in orphans.load_balancers)
    for target in orphans.target_groups:
        yield _delete(
            f"orphan/target-group/{target.name}",
            "elbv2",
            "DeleteTargetGroup",
            {"TargetGroupArn": target.arn},
            already="TargetGroupNotFound",
            after=balancers,
            obstacle="ResourceInUse",
        )


def _interfaces(orphans: Orphans) -> Iterator[Step]:
    for interface in orphans.interfaces:
        key, request = f"orphan/interface/{interface.id}", {"NetworkInterfaceId": interface.id}
        yield _delete(key, "ec2", "DeleteNetworkInterface", request, already="InvalidNetworkInterfaceID.NotFound")


def _groups(orphans: Orphans) -> Iterator[Step]:
    going = {group.id for group in orphans.security_groups}
    untied = list(untie_steps([*orphans.security_groups, *orphans.neighbours], going))
    yield from untied
    users = {_balancer_key(balancer) for balancer in orphans.load_balancers}
    users |= {f"orphan/interface/{interface.id}" for interface in orphans.interfaces}
    for group in orphans.security_groups:
        yield _delete(
            f"orphan/security-group/{group.id}",
            "ec2",
            "DeleteSecurityGroup",
            {"GroupId": group.id},
            already="InvalidGroup.NotFound",
            after=frozenset(users | {step.key for step in untied}),
            obstacle="DependencyViolation",
            told=group.name,
        )


def _volumes(orphans: Orphans) -> Iterator[Step]:
    for volume in orphans.volumes:
        key, request = f"orphan/volume/{volume.id}", {"VolumeId": volume.id}
        yield _delete(key, "ec2", "DeleteVolume", request, already="InvalidVolume.NotFound", obstacle="VolumeInUse", told=volume.claim)


def _delete(
    key: str,
    service: str,
    operation: str,
    request: Mapping[str, Any],
    *,
    already: str,
    after: frozenset[str] = frozenset(),
    obstacle: str = "",
    told: str = "",
) -> Step:
    return Step(
        key=key,
        service=service,
        operation=operation,
        request=request,
        kind=Kind.DELETE,
        changes=(Change(path="name", before=told),) if told else (),
        already=frozenset({already}),
        after=after,
        obstacles=frozenset({obstacle} if obstacle else ()),
        # A volume's data is lost; the rest was made from objects in Kubernetes and can be again.
        reversible=operation != "DeleteVolume",
    )
