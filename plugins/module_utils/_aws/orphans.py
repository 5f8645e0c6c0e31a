# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the leavings of a cluster's controllers are found: one sweep over EC2 and both load-balancing services, a second one for tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._model.orphans import OWNED, LoadBalancer, Orphans, TargetGroup, Volume, is_left_group, is_left_interface, is_of, serves
from .._model.scope import Scope
from .._run.gateway import Gateway, Read
from .network import interface_of, security_group_of, tags_of

Api = Mapping[str, Any]
_TAGS_PER_CALL = 20


def read_orphans(gateway: Gateway, _scope: Scope, cluster: str, vpc_id: str | None) -> Orphans:
    """See what controllers of this cluster left; without a VPC only volumes can be there."""
    owned = {"Filters": [{"Name": f"tag:{OWNED}{cluster}", "Values": ["owned"]}]}
    if vpc_id is None:
        return Orphans(volumes=_volumes(gateway.read("ec2", "DescribeVolumes", owned)))
    in_vpc = {"Filters": [{"Name": "vpc-id", "Values": [vpc_id]}]}
    volumes, interfaces, groups, balancers, targets, classic = (
        answer or {}
        for answer in gateway.read_all(
            [
                Read("ec2", "DescribeVolumes", owned),
                Read("ec2", "DescribeNetworkInterfaces", in_vpc),
                Read("ec2", "DescribeSecurityGroups", in_vpc),
                Read("elbv2", "DescribeLoadBalancers", {}),
                Read("elbv2", "DescribeTargetGroups", {}),
                Read("elb", "DescribeLoadBalancers", {}),
            ]
        )
    )
    arns = [found["LoadBalancerArn"] for found in balancers.get("LoadBalancers", []) if found.get("VpcId") == vpc_id]
    target_arns = [found["TargetGroupArn"] for found in targets.get("TargetGroups", []) if found.get("VpcId") == vpc_id]
    names = [found["LoadBalancerName"] for found in classic.get("LoadBalancerDescriptions", []) if found.get("VPCId") == vpc_id]
    tagged = _tagged(gateway, cluster, [*arns, *target_arns], names)
    left = (
        *(LoadBalancer(name=_name(arn), arn=arn) for arn in arns if arn in tagged),
        *(LoadBalancer(name=name) for name in names if name in tagged),
    )
    seen = [interface_of(found) for found in interfaces.get("NetworkInterfaces", [])]
    all_groups = [security_group_of(found) for found in groups.get("SecurityGroups", [])]
    return Orphans(
        load_balancers=left,
        target_groups=tuple(TargetGroup(name=arn.split("/")[1], arn=arn) for arn in target_arns if arn in tagged),
        interfaces=tuple(interface for interface in seen if is_left_interface(cluster, interface)),
        lingering=frozenset(interface.id for interface in seen if serves(interface, {balancer.name: balancer for balancer in left})),
        security_groups=tuple(group for group in all_groups if is_left_group(cluster, group)),
        neighbours=tuple(group for group in all_groups if not is_left_group(cluster, group)),
        volumes=_volumes(volumes),
    )


def _name(arn: str) -> str:
    """Give the name in `…:loadbalancer/app/<name>/<digits>`."""
    return arn.split("/")[-2]


def _tagged(gateway: Gateway, cluster: str, arns: Sequence[str], names: Sequence[str]) -> frozenset[str]:
    """Keep what carries a mark of the cluster; load balancers tell their tags only when asked, twenty at a time."""
    reads = [Read("elbv2", "DescribeTags", {"ResourceArns": some}) for some in _batches(arns)]
    reads += [Read("elb", "DescribeTags", {"LoadBalancerNames": some}) for some in _batches(names)]
    descriptions: Iterable[Api] = (one for answer in gateway.read_all(reads) for one in (answer or {}).get("TagDescriptions", []))
    return frozenset(one.get("ResourceArn") or one["LoadBalancerName"] for one in descriptions if is_of(cluster, tags_of(one)))


def _batches(names: Sequence[str]) -> list[list[str]]:
    return [list(names[start : start + _TAGS_PER_CALL]) for start in range(0, len(names), _TAGS_PER_CALL)]


def _volumes(answer: Api) -> tuple[Volume, ...]:
    """Keep volumes that nothing uses: one in use belongs to a node that still runs."""
    free = [found for found in answer.get("Volumes", []) if found.get("State") == "available"]
    return tuple(Volume(id=found["VolumeId"], claim=_claim(tags_of(found))) for found in free)


def _claim(tags: Mapping[str, str]) -> str:
    space, name = (tags.get(f"kubernetes.io/created-for/pvc/{part}", "") for part in ("namespace", "name"))
    return f"{space}/{name}" if name else ""
