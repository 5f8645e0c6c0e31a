# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node group makes on the EC2 side: instance profile, launch template, Auto Scaling group, instances and their interfaces.

It reads the node group's `shown` and keeps in `hidden` what it made. When that happens is the node group's affair.
"""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

from ...eks_images import image_id
from ...seam import Call, Caller, Refusal
from . import durations
from .context import Context
from .launch_templates import Template
from .store import Cluster, Record
from .trusted_roles import role_name

Nodes = list[dict[str, Any]]
GONE = {"InvalidNetworkInterfaceID.NotFound", "NoSuchEntity", "InvalidLaunchTemplateId.NotFound", "ValidationError"}
"""What EC2, IAM and Auto Scaling say of something that somebody else took away before us."""
SPOT = {"OnDemandBaseCapacity": 0, "OnDemandPercentageAboveBaseCapacity": 0, "SpotAllocationStrategy": "price-capacity-optimized"}
ON_DEMAND = {"OnDemandBaseCapacity": 0, "OnDemandPercentageAboveBaseCapacity": 100, "OnDemandAllocationStrategy": "prioritized"}


def make(context: Context, cluster: Cluster, record: Record, template: Template | None) -> None:
    """Make everything, as many instances as desired included."""
    suffix = record.shown["nodegroupArn"].rpartition("/")[2]
    record.hidden |= {"profile": f"eks-{suffix}", "group": f"eks-{record.shown['nodegroupName']}-{suffix}"}
    context.aws("iam", "CreateInstanceProfile", InstanceProfileName=record.hidden["profile"])
    role = role_name(record.shown["nodeRole"])
    context.aws("iam", "AddRoleToInstanceProfile", InstanceProfileName=record.hidden["profile"], RoleName=role)
    made = context.aws(
        "ec2",
        "CreateLaunchTemplate",
        LaunchTemplateName=f"eks-{suffix}",
        LaunchTemplateData=_data(context, cluster, record, template),
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": _tags(record)}],
    )["LaunchTemplate"]
    record.hidden |= {"template": made["LaunchTemplateId"], "template_version": "1"}
    _create_group(context, record)
    scale(context, record)


def _create_group(context: Context, record: Record) -> None:
    name, cluster = record.hidden["group"], record.shown["clusterName"]
    marks = {
        f"kubernetes.io/cluster/{cluster}": "owned",
        "k8s.io/cluster-autoscaler/enabled": "true",
        f"k8s.io/cluster-autoscaler/{cluster}": "owned",
    }
    tags = _tags(record) + [{"Key": key, "Value": value} for key, value in marks.items()]
    context.aws(
        "autoscaling",
        "CreateAutoScalingGroup",
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=record.shown["scalingConfig"]["maxSize"],
        DesiredCapacity=0,
        VPCZoneIdentifier=",".join(record.shown["subnets"]),
        MixedInstancesPolicy=_policy(record),
        Tags=[{**tag, "PropagateAtLaunch": True, "ResourceId": name, "ResourceType": "auto-scaling-group"} for tag in tags],
    )


def _tags(record: Record) -> list[dict[str, str]]:
    names = {"eks:cluster-name": record.shown["clusterName"], "eks:nodegroup-name": record.shown["nodegroupName"]}
    return [{"Key": key, "Value": value} for key, value in names.items()]


def _data(context: Context, cluster: Cluster, record: Record, template: Template | None) -> dict[str, Any]:
    """Give the content of EKS's own launch template: a copy of the user's, and what EKS adds."""
    data = copy.deepcopy(template.data) if template else {}
    shown = record.shown
    data["IamInstanceProfile"] = {"Name": record.hidden["profile"]}
    if "ImageId" not in data:
        data["ImageId"] = image_id(context.caller.region, shown["amiType"], shown["version"], shown["releaseVersion"])
    if "NetworkInterfaces" not in data and "SecurityGroupIds" not in data:
        data["SecurityGroupIds"] = [cluster.shown["resourcesVpcConfig"]["clusterSecurityGroupId"]]
    if "diskSize" in shown:
        data["BlockDeviceMappings"] = [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": shown["diskSize"], "DeleteOnTermination": True}}]
    own = [*_tags(record), {"Key": f"kubernetes.io/cluster/{shown['clusterName']}", "Value": "owned"}]
    data["TagSpecifications"] = [_with_tags(data, kind, own) for kind in ("instance", "volume", "network-interface")]
    return data


def _with_tags(data: dict[str, Any], kind: str, own: list[dict[str, str]]) -> dict[str, Any]:
    given = [tag for spec in data.get("TagSpecifications", []) if spec.get("ResourceType") == kind for tag in spec.get("Tags", [])]
    return {"ResourceType": kind, "Tags": given + own}


def _policy(record: Record) -> dict[str, Any]:
    which = {"LaunchTemplateId": record.hidden["template"], "Version": record.hidden["template_version"]}
    types = [{"InstanceType": name} for name in _instance_types(record)]
    distribution = SPOT if record.shown["capacityType"] == "SPOT" else ON_DEMAND
    return {"LaunchTemplate": {"LaunchTemplateSpecification": which, "Overrides": types}, "InstancesDistribution": distribution}


def _instance_types(record: Record) -> list[str]:
    types: list[str] = record.shown.get("instanceTypes") or [record.hidden["template_instance_type"]]
    return types


def group_of(context: Context, record: Record) -> dict[str, Any] | None:
    """Give the Auto Scaling group as it is, or None if somebody deleted it."""
    answer = context.aws("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[record.hidden["group"]])
    return next(iter(answer["AutoScalingGroups"]), None)


def _nodes(context: Context, record: Record) -> Nodes:
    group = group_of(context, record)
    return list(group["Instances"]) if group else []


def scale(context: Context, record: Record) -> None:
    """Make the Auto Scaling group as large as the node group's scaling says."""
    scaling = record.shown["scalingConfig"]
    nodes = _nodes(context, record)
    # The bounds are opened first and closed last, so that Auto Scaling itself never starts or ends anything.
    _bound(context, record, min(scaling["minSize"], len(nodes)), max(scaling["maxSize"], len(nodes)))
    desired = scaling["desiredSize"]
    if desired > len(nodes):
        _start(context, record, nodes, desired - len(nodes))
    _stop(context, nodes[desired:])
    _bound(context, record, scaling["minSize"], scaling["maxSize"])


def _bound(context: Context, record: Record, least: int, most: int) -> None:
    sizes = {"MinSize": least, "MaxSize": most}
    policy = _policy(record)
    context.aws("autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName=record.hidden["group"], MixedInstancesPolicy=policy, **sizes)


def zones(context: Context, record: Record) -> int:
    """Count the zones of a node group."""
    found = context.aws("ec2", "DescribeSubnets", Filters=[{"Name": "subnet-id", "Values": record.shown["subnets"]}])["Subnets"]
    return len({subnet["AvailabilityZone"] for subnet in found})


def _start(context: Context, record: Record, nodes: Nodes, number: int) -> None:
    """Start instances where there are fewest, and hand them to the Auto Scaling group."""
    found = context.aws("ec2", "DescribeSubnets", SubnetIds=record.shown["subnets"])["Subnets"]
    held, shares = Counter(node["AvailabilityZone"] for node in nodes), Counter[str]()
    for _instance in range(number):
        subnet = min(found, key=lambda one: (held[one["AvailabilityZone"]], shares[one["SubnetId"]]))
        held[subnet["AvailabilityZone"]] += 1
        shares[subnet["SubnetId"]] += 1
    for subnet_id, share in shares.items():
        started = [instance["InstanceId"] for instance in _run(context, record, subnet_id, share)]
        context.aws("autoscaling", "AttachInstances", AutoScalingGroupName=record.hidden["group"], InstanceIds=started)


def _run(context: Context, record: Record, subnet: str, number: int) -> Nodes:
    interface = {"DeviceIndex": 0, "SubnetId": subnet, "Groups": record.hidden["security_groups"], "DeleteOnTermination": True}
    reservation = context.aws(
        "ec2",
        "RunInstances",
        MinCount=number,
        MaxCount=number,
        InstanceType=_instance_types(record)[0],
        LaunchTemplate={"LaunchTemplateId": record.hidden["template"], "Version": record.hidden["template_version"]},
        NetworkInterfaces=[interface],
    )
    return list(reservation["Instances"])


def _stop(context: Context, nodes: Nodes) -> None:
    for node in nodes:
        which = {"InstanceId": node["InstanceId"], "ShouldDecrementDesiredCapacity": True}
        context.aws("autoscaling", "TerminateInstanceInAutoScalingGroup", **which)


def security_groups(cluster: Cluster, template: Template | None) -> list[str]:
    """Give the security groups of the nodes: the launch template's, or the cluster's."""
    data = template.data if template else {}
    interfaces = data.get("NetworkInterfaces", [])
    given = data.get("SecurityGroupIds") or [group for interface in interfaces for group in interface.get("Groups", [])]
    return given or [cluster.shown["resourcesVpcConfig"]["clusterSecurityGroupId"]]


def surge(context: Context, record: Record, extra: int) -> None:
    """Begin a rolling update: remember the old nodes, and start some new ones beside them."""
    nodes = _nodes(context, record)
    record.hidden["old_nodes"] = [node["InstanceId"] for node in nodes]
    number = min(extra, len(nodes))
    _bound(context, record, record.shown["scalingConfig"]["minSize"], max(record.shown["scalingConfig"]["maxSize"], len(nodes) + number))
    if number:
        _start(context, record, nodes, number)


def new_template_version(context: Context, cluster: Cluster, record: Record, template: Template | None) -> None:
    """Give EKS's own launch template a new version, from which nodes are started from now on."""
    which = record.hidden["template"]
    record.hidden["security_groups"] = security_groups(cluster, template)
    record.hidden["template_instance_type"] = template.data.get("InstanceType", "") if template else ""
    data = _data(context, cluster, record, template)
    made = context.aws("ec2", "CreateLaunchTemplateVersion", LaunchTemplateId=which, LaunchTemplateData=data)["LaunchTemplateVersion"]
    record.hidden["template_version"] = str(made["VersionNumber"])
    context.aws("ec2", "ModifyLaunchTemplate", LaunchTemplateId=which, DefaultVersion=record.hidden["template_version"])


def replace(context: Context, record: Record) -> None:
    """End a rolling update: no old node is left, and there are as many as desired."""
    nodes, old = _nodes(context, record), set(record.hidden.pop("old_nodes", []))
    fresh = [node for node in nodes if node["InstanceId"] not in old]
    missing = record.shown["scalingConfig"]["desiredSize"] - len(fresh)
    if missing > 0:
        _bound(context, record, 0, len(nodes) + missing)
        _start(context, record, fresh, missing)
    _bound(context, record, 0, len(nodes) + max(missing, 0))
    _stop(context, [node for node in nodes if node["InstanceId"] in old])
    scale(context, record)


def give_up(context: Context, record: Record) -> None:
    """End a rolling update that failed: the new nodes go, the old ones stay."""
    nodes, old = _nodes(context, record), set(record.hidden.pop("old_nodes", []))
    _bound(context, record, 0, max(len(nodes), record.shown["scalingConfig"]["maxSize"]))
    _stop(context, [node for node in nodes if node["InstanceId"] not in old])
    scale(context, record)


def drain(context: Context, record: Record) -> None:
    """End all instances: minimum, maximum and desired size become 0."""
    nodes = _nodes(context, record)
    if not nodes:
        return
    record.hidden["last_node"] = nodes[-1]["InstanceId"]
    _bound(context, record, 0, len(nodes))
    _stop(context, nodes)
    _bound(context, record, 0, 0)


def remove(context: Context, record: Record) -> None:
    """Take everything away; what somebody else took away already is no problem."""
    drain(context, record)
    profile = {"InstanceProfileName": record.hidden["profile"]}
    _forgiving(context, "autoscaling", "DeleteAutoScalingGroup", AutoScalingGroupName=record.hidden["group"], ForceDelete=True)
    _forgiving(context, "ec2", "DeleteLaunchTemplate", LaunchTemplateId=record.hidden["template"])
    _forgiving(context, "iam", "RemoveRoleFromInstanceProfile", RoleName=role_name(record.shown["nodeRole"]), **profile)
    _forgiving(context, "iam", "DeleteInstanceProfile", **profile)


def leave_interface(context: Context, cluster: Cluster, record: Record) -> None:
    """Leave a network interface behind as the VPC CNI does; it blocks its subnet and security group for a while."""
    has_cni = "vpc-cni" in cluster.addons or cluster.hidden["has_own_addons"]
    if not has_cni or "last_node" not in record.hidden:
        return
    node, name = record.hidden["last_node"], cluster.shown["name"]
    marks = {"cluster.k8s.amazonaws.com/name": name, "node.k8s.amazonaws.com/instance_id": node}
    tags = [{"Key": key, "Value": value} for key, value in marks.items()]
    asked = {
        "SubnetId": record.shown["subnets"][0],
        "Groups": record.hidden["security_groups"],
        "Description": f"aws-K8S-{node}",
        "TagSpecifications": [{"ResourceType": "network-interface", "Tags": tags}],
    }
    # The node asks, not EKS: EC2 shows an interface of a service of AWS as in use, and this one is nobody's.
    call = Call(caller=_node_identity(context, record, node), service="ec2", operation="CreateNetworkInterface", parameters=asked)
    interface = context.world.services["ec2"].handle(call)["NetworkInterface"]["NetworkInterfaceId"]
    context.later("nodegroup-interface", f"{name}/{interface}", durations.ENIS_LINGER, remove_interface, interface)


def _node_identity(context: Context, record: Record, node: str) -> Caller:
    arn = f"arn:aws:sts::{context.caller.account}:assumed-role/{role_name(record.shown['nodeRole'])}/{node}"
    return Caller(account=context.caller.account, region=context.caller.region, arn=arn, access_key=f"ASIA{node[2:18].upper()}")


def remove_interface(context: Context, interface: str) -> None:
    """Remove what was left behind, unless somebody was quicker."""
    _forgiving(context, "ec2", "DeleteNetworkInterface", NetworkInterfaceId=interface)


def _forgiving(context: Context, service: str, operation: str, **parameters: Any) -> None:
    try:
        context.aws(service, operation, **parameters)
    except Refusal as refused:
        if refused.code not in GONE:
            raise
