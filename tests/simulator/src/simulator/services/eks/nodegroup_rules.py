# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node group may be: judged by the request, and by what IAM and EC2 hold. Nothing is changed here.

Where no source gives AWS's text, the text is ours and says what is wrong; clients should go by the error's code there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...seam import Refusal, not_implemented
from . import node_releases
from .context import Context
from .launch_templates import bad
from .subnet_facts import public_subnets
from .trusted_roles import role_name, trusted_actions, visible_role

PRINCIPAL = "ec2.amazonaws.com"
LONGEST_NAME, MOST_TAINTS, MOST_INSTANCE_TYPES, LARGEST_SHARE = 63, 50, 20, 100
RESERVED = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")
KUBELETS_OWN = ("node.kubernetes.io", "kubelet.kubernetes.io")
WORKER_POLICIES = {"AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy"}
DEFAULT_SCALING = {"minSize": 1, "maxSize": 2, "desiredSize": 2}
ALTERNATIVES = (
    ("maxUnavailable", "maxUnavailablePercentage"),
    ("maxUnhealthyNodeThresholdCount", "maxUnhealthyNodeThresholdPercentage"),
    ("maxParallelNodesRepairedCount", "maxParallelNodesRepairedPercentage"),
)
Issues = list[dict[str, Any]]


def require_supported(request: Mapping[str, Any]) -> None:
    """Refuse by name what the service model knows and the simulator does not."""
    asked = [name for name in ("remoteAccess", "warmPoolConfig") if name in request]
    if request.get("capacityType") == "CAPACITY_BLOCK":
        asked.append("capacityType CAPACITY_BLOCK")
    if asked:
        raise not_implemented(f"eks: {', '.join(asked)}")


def require_name(name: str) -> None:
    """Refuse a name that is too long; the service model has no limit."""
    if len(name) > LONGEST_NAME:
        raise bad(f"nodegroupName can't be longer than {LONGEST_NAME} characters!")


def require_role(context: Context, arn: str) -> None:
    """Refuse a node role that EKS does not see, or that EC2 may not assume."""
    role = visible_role(context, arn)
    if role is None:
        raise bad(f"The role with name {role_name(arn)} cannot be found.")
    if "sts:AssumeRole" not in trusted_actions(role, PRINCIPAL):
        told = f"Following required service principals [{PRINCIPAL}] were not found in the trust relationships of nodeRole {arn}"
        raise bad(told)


def scaling(wanted: Mapping[str, int], found: Mapping[str, int] | None = None) -> dict[str, int]:
    """Give the scaling after `wanted` was laid over what is there, or refuse."""
    sizes = {**(found or DEFAULT_SCALING), **wanted}
    least, most, desired = sizes["minSize"], sizes["maxSize"], sizes["desiredSize"]
    if least > desired:
        raise bad(f"Minimum capacity {least} can't be greater than desired size {desired}")
    if desired > most:
        raise bad(f"Desired capacity {desired} can't be greater than max size {most}")
    return sizes


def require_one_of_each(config: Mapping[str, Any]) -> None:
    """Refuse a number and a percentage of the same thing."""
    for number, percentage in ALTERNATIVES:
        if number in config and percentage in config:
            raise bad(f"Only one of {number} and {percentage} can be specified.")
    if config.get("maxUnavailable", 1) > LARGEST_SHARE:
        raise bad(f"maxUnavailable can't be greater than {LARGEST_SHARE}.")


def require_labels(labels: Mapping[str, str]) -> None:
    """Refuse labels that belong to Kubernetes or to EKS."""
    hosts = [key.rpartition("/")[0] for key in labels]
    if any(_is_reserved(host) for host in hosts):
        raise bad("Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]")


def _is_reserved(host: str) -> bool:
    return host not in KUBELETS_OWN and any(host == name or host.endswith(f".{name}") for name in RESERVED)


def require_taints(taints: Sequence[Mapping[str, str]]) -> None:
    """Refuse too many taints, and two with the same key and effect."""
    if len(taints) > MOST_TAINTS:
        raise bad(f"The number of taints can't be greater than {MOST_TAINTS}.")
    if len({taint_key(taint) for taint in taints}) < len(taints):
        raise bad("Taints must be unique by key and effect.")


def taint_key(taint: Mapping[str, str]) -> tuple[str, str]:
    """Give what makes a taint the same taint, whatever its value."""
    return taint["key"], taint["effect"]


def require_instance_types(context: Context, types: Sequence[str], ami_type: str) -> None:
    """Refuse instance types that EC2 does not know, or that an AMI type does not run on."""
    if len(types) > MOST_INSTANCE_TYPES:
        raise bad(f"The number of instance types can't be greater than {MOST_INSTANCE_TYPES}.")
    if len(set(types)) < len(types):
        raise bad("Instance types must be unique.")
    if ami_type == node_releases.CUSTOM or not types:
        return
    wanted = node_releases.architecture(ami_type)
    found = {one["InstanceType"]: one["ProcessorInfo"]["SupportedArchitectures"] for one in _described(context, types)}
    if wrong := [name for name in types if wanted not in found[name]]:
        raise bad(f"[{', '.join(wrong)}] is not a valid instance type for requested amiType {ami_type}")


def _described(context: Context, types: Sequence[str]) -> Sequence[dict[str, Any]]:
    try:
        found: Sequence[dict[str, Any]] = context.aws("ec2", "DescribeInstanceTypes", InstanceTypes=list(types))["InstanceTypes"]
    except Refusal as refused:
        if refused.code == "InvalidInstanceType":
            raise bad(refused.message) from refused
        raise
    return found


def version(wanted: str | None, cluster: str) -> str:
    """Give a new node group's version: the cluster's and no other."""
    if wanted not in (None, cluster):
        told = f"Nodegroup Kubernetes version should be equal to Cluster Kubernetes version {cluster}"
        raise bad(f"{told} or NodeGroup kubernetes version is not applicable.")
    return cluster


def issues_ahead(context: Context, role_arn: str, subnets: list[dict[str, Any]]) -> Issues:
    """Tell what will keep the nodes from joining: EKS accepts the request, and the node group fails later."""
    closed = [one["SubnetId"] for one in public_subnets(context, subnets) if not one.get("MapPublicIpOnLaunch")]
    if closed:
        told = f"One or more Amazon EC2 Subnets of [{', '.join(closed)}] does not automatically assign public IP addresses to instances"
        return [{"code": "Ec2SubnetInvalidConfiguration", "message": f"{told} launched into it.", "resourceIds": closed}]
    if not _may_join(context, role_name(role_arn)):
        return [{"code": "NodeCreationFailure", "message": "Instances failed to join the kubernetes cluster", "resourceIds": []}]
    return []


def _may_join(context: Context, role: str) -> bool:
    """Say whether the role can have a node's permissions: by AWS's policies, or by others that are not judged."""
    attached = context.aws("iam", "ListAttachedRolePolicies", RoleName=role)["AttachedPolicies"]
    own = [policy for policy in attached if not policy["PolicyArn"].startswith("arn:aws:iam::aws:")]
    inline = context.aws("iam", "ListRolePolicies", RoleName=role)["PolicyNames"]
    return bool(own or inline or WORKER_POLICIES & {policy["PolicyName"] for policy in attached})
