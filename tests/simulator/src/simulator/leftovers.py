# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that exists because of a cluster, and why it is thought to: the judge of a tear-down.

Found by tag and by name in every service, not through the tagging API, which leaves out IAM roles and Auto Scaling groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .moto_backend import places
from .seam import World
from .services.resourcegroupstaggingapi import tags_of

GONE = {"natgateway": ("State", "deleted"), "instance": ("State.Name", "terminated")}
"""Kind → where its state stands, and the state in which it only is remembered."""
BALANCERS = ("load-balancer", "classic-load-balancer")
KEPT = re.compile(r"role/AWSServiceRoleFor")


def leftovers(world: World, cluster: str, account: str | None = None, region: str | None = None) -> list[dict[str, str]]:
    """List kind, id, place and reason of each; without account or region: in all that have been used."""
    found: list[dict[str, str]] = []
    for each_account, each_region in sorted(places()):
        if account in (None, each_account) and region in (None, each_region):
            found += _in_place(world, cluster, each_account, each_region)
    unique = {(each["account"], each["region"], each["kind"], each["id"]): each for each in found}
    return list(unique.values())


def _in_place(world: World, cluster: str, account: str, region: str) -> Iterator[dict[str, str]]:
    balancers: set[str] = set()
    # EC2 comes last: which interfaces are a load balancer's is known by then
    for name, service in sorted(world.services.items(), key=lambda each: (each[0] == "ec2", each[0])):
        for key, item in service.resources(account, region).items():
            kind, _slash, id = key.partition("/")
            why = _why(kind, id, item, cluster, region) or _by_balancer(kind, item, balancers)
            if why and not _is_gone(kind, item) and not KEPT.match(key):
                place = "global" if name == "iam" else region
                yield {"account": account, "region": place, "service": name, "kind": kind, "id": id, "why": why}
                if kind in BALANCERS:
                    balancers.add(id)


def _by_balancer(kind: str, item: Any, balancers: set[str]) -> str:
    """Find the interfaces of a load balancer: `ELB old`, `ELB net/new/0123456789abcdef`."""
    description = str(item.get("Description", "")) if kind == "network-interface" else ""
    words = description.removeprefix("ELB ").split("/")
    found = words[1] if len(words) == 3 else words[0]
    return f"load balancer {found}" if description.startswith("ELB ") and found in balancers else ""


def _why(kind: str, id: str, item: Any, cluster: str, region: str) -> str:
    return _by_tag(tags_of(item), cluster, region) or _by_name(kind, id, item, cluster, region)


def _by_tag(tags: dict[str, str], cluster: str, region: str) -> str:
    owner = f"{region}/{cluster}"
    wanted = {
        "cutover.eks/cluster": (owner,),
        "cutover.eks/network": (owner,),
        f"kubernetes.io/cluster/{cluster}": ("owned",),
        "KubernetesCluster": (cluster,),
        "eks:cluster-name": (cluster,),
        "aws:eks:cluster-name": (cluster,),
        "eks:eks-cluster-name": (cluster,),
        "elbv2.k8s.aws/cluster": (cluster,),
        "cluster.k8s.amazonaws.com/name": (cluster,),
    }
    for key, values in wanted.items():
        if tags.get(key) in values:
            return f"tag {key}={tags[key]}"
    return ""


def _by_name(kind: str, id: str, item: Any, cluster: str, region: str) -> str:
    named = {
        "cluster": id.split("/", maxsplit=1)[0] == cluster,
        "log-group": id.startswith(f"/aws/eks/{cluster}/"),
        "role": id.startswith(f"{cluster}-{region}-"),
        "instance-profile": any(name.startswith(f"{cluster}-{region}-") for name in (id, *item.get("Roles", ()))),
        "parameter": id.startswith(f"/cutover.eks/{region}/{cluster}/"),
        "launch-template": str(item.get("LaunchTemplateName", "")).startswith(f"{cluster}-"),
        "security-group": str(item.get("GroupName", "")).startswith(f"eks-cluster-sg-{cluster}-"),
        "network-interface": _is_interface_of(str(item.get("Description", "")), item, cluster),
    }
    return "name" if named.get(kind) else ""


def _is_interface_of(description: str, item: Any, cluster: str) -> bool:
    if description == f"Amazon EKS {cluster}":
        return True
    return description.startswith("aws-K8S-") and tags_of(item).get("cluster.k8s.amazonaws.com/name", cluster) == cluster


def _is_gone(kind: str, item: Any) -> bool:
    path, state = GONE.get(kind, ("", ""))
    found = item
    for name in path.split(".") if path else ():
        found = found.get(name, {})
    return bool(path) and found == state
