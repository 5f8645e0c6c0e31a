# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: groups that launch real instances in EC2, and cannot go while they have any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..allowlist import allow
from ..moto_service import MotoService, page, plain
from ..seam import Call, Refusal, World, not_implemented

ALLOWED = {
    "CreateAutoScalingGroup": allow(
        "AutoScalingGroupName LaunchTemplate MixedInstancesPolicy MinSize MaxSize DesiredCapacity VPCZoneIdentifier Tags"
        " HealthCheckType HealthCheckGracePeriod DefaultCooldown CapacityRebalance NewInstancesProtectedFromScaleIn TerminationPolicies"
    ),
    "UpdateAutoScalingGroup": allow(
        "AutoScalingGroupName LaunchTemplate MixedInstancesPolicy MinSize MaxSize DesiredCapacity VPCZoneIdentifier"
        " HealthCheckType HealthCheckGracePeriod DefaultCooldown CapacityRebalance NewInstancesProtectedFromScaleIn"
    ),
    "DeleteAutoScalingGroup": allow("AutoScalingGroupName ForceDelete"),
    "DescribeAutoScalingGroups": allow("AutoScalingGroupNames MaxRecords NextToken Filters", "tag:* tag-key tag-value"),
    "DescribeAutoScalingInstances": allow("InstanceIds MaxRecords NextToken"),
    "SetDesiredCapacity": allow("AutoScalingGroupName DesiredCapacity HonorCooldown"),
    "TerminateInstanceInAutoScalingGroup": allow("InstanceId ShouldDecrementDesiredCapacity"),
    "SuspendProcesses": allow("AutoScalingGroupName ScalingProcesses"),
    "ResumeProcesses": allow("AutoScalingGroupName ScalingProcesses"),
    "CreateOrUpdateTags": allow("Tags"),
    "DeleteTags": allow("Tags"),
    "DescribeTags": allow("Filters MaxRecords NextToken", "auto-scaling-group key value propagate-at-launch"),
}
DEFAULT_PAGE = 50
PROCESSES = frozenset(
    {
        *("Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance"),
        *("HealthCheck", "InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions"),
    }
)
TAG_FILTERS = {"auto-scaling-group": "ResourceId", "key": "Key", "value": "Value", "propagate-at-launch": "PropagateAtLaunch"}


class AutoScaling(MotoService):
    """Auto Scaling groups."""

    name = "autoscaling"
    allowed = ALLOWED

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give the groups."""
        groups = _groups(self, self.own_call(account, region))
        return {f"auto-scaling-group/{each['AutoScalingGroupName']}": plain(each) for each in groups}


def _groups(service: MotoService, call: Call) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = service.ask(call, "DescribeAutoScalingGroups", {"MaxRecords": 100})["AutoScalingGroups"]
    return groups


def create_group(service: MotoService, call: Call) -> dict[str, Any]:
    """Create a group whose numbers fit each other."""
    name = call.parameters["AutoScalingGroupName"]
    if any(each["AutoScalingGroupName"] == name for each in _groups(service, call)):
        told = f"AutoScalingGroup by this name already exists - A group with the name {name} already exists"
        raise Refusal("AlreadyExists", told)
    _check_sizes(call.parameters)
    _check_mix(call)
    return service.moto(call)


def _check_mix(call: Call) -> None:
    """Refuse by name what would start another number of instances than wanted."""
    policy = call.parameters.get("MixedInstancesPolicy", {})
    mix, overrides = policy.get("InstancesDistribution", {}), policy.get("LaunchTemplate", {}).get("Overrides", ())
    if mix.get("OnDemandPercentageAboveBaseCapacity", 100) not in (0, 100) or any("WeightedCapacity" in each for each in overrides):
        raise not_implemented("autoscaling: MixedInstancesPolicy with a mixed percentage or weights")


def _check_sizes(parameters: dict[str, Any]) -> None:
    least, most = parameters.get("MinSize", 0), parameters.get("MaxSize", parameters.get("MinSize", 0))
    wanted = parameters.get("DesiredCapacity", least)
    if least > most:
        raise Refusal("ValidationError", f"Max bound, {most}, must be greater than or equal to min bound, {least}")
    if not least <= wanted <= most:
        bound = f"greater than or equal to min size:{least}" if wanted < least else f"less than or equal to max size:{most}"
        raise Refusal("ValidationError", f"Desired capacity:{wanted} must be {bound}")


def update_group(service: MotoService, call: Call) -> dict[str, Any]:
    """Change a group; what is not given stays, and the numbers must still fit."""
    group = _group(service, call)
    sizes = {name: call.parameters.get(name, group[name]) for name in ("MinSize", "MaxSize", "DesiredCapacity")}
    if "DesiredCapacity" not in call.parameters:
        sizes["DesiredCapacity"] = min(max(sizes["DesiredCapacity"], sizes["MinSize"]), sizes["MaxSize"])
    _check_sizes(sizes)
    _check_mix(call)
    changed = {name: value for name, value in sizes.items() if value != group[name]}
    return service.moto(call, **changed, **_template_kept(group, call.parameters))


def _template_kept(group: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """Say again what instances are launched from: moto forgets the policy of a group when an update leaves it out."""
    if "LaunchTemplate" in parameters or "MixedInstancesPolicy" in parameters:
        return {}
    if policy := group.get("MixedInstancesPolicy"):
        template = policy["LaunchTemplate"]
        named = template | {"LaunchTemplateSpecification": _by_id(template["LaunchTemplateSpecification"])}
        return {"MixedInstancesPolicy": policy | {"LaunchTemplate": named}}
    return {"LaunchTemplate": _by_id(group["LaunchTemplate"])} if "LaunchTemplate" in group else {}


def _by_id(specification: dict[str, Any]) -> dict[str, Any]:
    """Name a template by its id alone: both are shown, one may be given."""
    return {name: value for name, value in specification.items() if name != "LaunchTemplateName"}


def set_capacity(service: MotoService, call: Call) -> dict[str, Any]:
    """Set the number of instances, within the bounds of the group."""
    group, wanted = _group(service, call), call.parameters["DesiredCapacity"]
    for side, bound, is_wrong in (("above max", group["MaxSize"], int.__gt__), ("below min", group["MinSize"], int.__lt__)):
        if is_wrong(wanted, bound):
            raise Refusal("ValidationError", f"New SetDesiredCapacity value {wanted} is {side} value {bound} for the AutoScalingGroup.")
    return service.moto(call)


def of_group(service: MotoService, call: Call) -> dict[str, Any]:
    """Suspend or resume processes of a group that is there."""
    _group(service, call)
    if unknown := sorted(set(call.parameters.get("ScalingProcesses", ())) - PROCESSES):
        raise Refusal("ValidationError", f"Unknown scaling processes: {', '.join(unknown)}")
    return service.moto(call)


def terminate(service: MotoService, call: Call) -> dict[str, Any]:
    """End an instance of a group; moto forgets that its number has a lower bound."""
    id = call.parameters["InstanceId"]
    group = next((group for group in _groups(service, call) if id in {each["InstanceId"] for each in group["Instances"]}), None)
    if group is None:
        raise Refusal("ValidationError", f"Instance Id not found - No managed instance found for instance ID: {id}")
    if call.parameters["ShouldDecrementDesiredCapacity"] and group["DesiredCapacity"] <= group["MinSize"]:
        told = f"Currently, desiredSize equals minSize ({group['MinSize']}). Terminating instance without replacement will violate"
        raise Refusal("ValidationError", f"{told} group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false.")
    return service.moto(call)


def with_tags(service: MotoService, call: Call) -> dict[str, Any]:
    """Tag groups that are there."""
    names = {each["AutoScalingGroupName"] for each in _groups(service, call)}
    if missing := [tag["ResourceId"] for tag in call.parameters["Tags"] if tag.get("ResourceId") not in names]:
        raise Refusal("ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup '{missing[0]}' not found")
    return service.moto(call)


def _group(service: MotoService, call: Call) -> dict[str, Any]:
    name = call.parameters["AutoScalingGroupName"]
    for group in _groups(service, call):
        if group["AutoScalingGroupName"] == name:
            return group
    raise Refusal("ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")


def delete_group(service: MotoService, call: Call) -> dict[str, Any]:
    """Delete a group without instances, or with them by force."""
    if _group(service, call)["Instances"] and not call.parameters.get("ForceDelete"):
        told = "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group."
        raise Refusal("ResourceInUse", told)
    return service.moto(call)


def describe_groups(service: MotoService, call: Call) -> dict[str, Any]:
    """List groups by name and tag; names that are not there are left out, not refused."""
    groups = _groups(service, call)
    if names := call.parameters.get("AutoScalingGroupNames"):
        groups = [each for each in groups if each["AutoScalingGroupName"] in names]
    for wanted in call.parameters.get("Filters", ()):
        groups = [each for each in groups if _has_tag(each, wanted["Name"], wanted.get("Values", ()))]
    return _page("AutoScalingGroups", groups, call.parameters)


def _has_tag(group: dict[str, Any], name: str, values: Any) -> bool:
    if name.startswith("tag:"):
        return any(tag["Key"] == name[4:] and tag["Value"] in values for tag in group.get("Tags", ()))
    member = "Key" if name == "tag-key" else "Value"
    return any(tag[member] in values for tag in group.get("Tags", ()))


def describe_tags(service: MotoService, call: Call) -> dict[str, Any]:
    """List the tags of all groups."""
    tags = [tag for each in _groups(service, call) for tag in each.get("Tags", ())]
    for wanted in call.parameters.get("Filters", ()):
        member, values = TAG_FILTERS[wanted["Name"]], wanted.get("Values", ())
        tags = [tag for tag in tags if str(tag[member]).lower() in [str(value).lower() for value in values]]
    return _page("Tags", tags, call.parameters)


def _page(member: str, found: list[Any], parameters: dict[str, Any]) -> dict[str, Any]:
    items, token = page(found, parameters.get("MaxRecords", DEFAULT_PAGE), parameters.get("NextToken"), "InvalidNextToken")
    return {member: list(items)} | ({"NextToken": token} if token else {})


AutoScaling.handlers = {
    "CreateAutoScalingGroup": create_group,
    "UpdateAutoScalingGroup": update_group,
    "SetDesiredCapacity": set_capacity,
    "TerminateInstanceInAutoScalingGroup": terminate,
    "DeleteAutoScalingGroup": delete_group,
    **dict.fromkeys(("SuspendProcesses", "ResumeProcesses"), of_group),
    **dict.fromkeys(("CreateOrUpdateTags", "DeleteTags"), with_tags),
    "DescribeAutoScalingGroups": describe_groups,
    "DescribeTags": describe_tags,
}


def create(world: World) -> AutoScaling:
    """Make the service."""
    return AutoScaling(world)
