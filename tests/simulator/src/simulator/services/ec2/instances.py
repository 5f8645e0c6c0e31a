# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances and their volumes: what a launch makes, what a termination takes along, and how long a terminated one is seen."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ...eks_images import images
from ...moto_service import MotoService, is_internal
from ...seam import Call, Refusal
from .interfaces import remove, take_address
from .lookups import subnet_of
from .network import forget_tags
from .tagging import check

TAGGABLE = ("instance", "volume", "network-interface")
VISIBLE = dt.timedelta(hours=1)


def run(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Launch; tags go to each kind of thing that the launch makes."""
    parameters = call.parameters
    tags = {kind: _tags(call, kind) for kind in TAGGABLE}
    if "SubnetId" in parameters:
        subnet_of(ec2.backend(call), parameters["SubnetId"])
    if parameters["MinCount"] > parameters["MaxCount"]:
        raise Refusal("InvalidParameterCombination", "The parameter MinCount must not be greater than MaxCount")
    _check_image(call)
    answer = ec2.moto(call, TagSpecifications=None)
    launched = [item["InstanceId"] for item in answer["Instances"]]
    for instance in (_instance(ec2.backend(call), id) for id in launched):
        _settle_in(instance)
        _tag(ec2.backend(call), instance, tags)
    found = {item["InstanceId"]: item for item in describe(ec2, call)["Instances"]}
    answer["Instances"] = [{**_without_reservation(found[id]), "State": {"Code": 0, "Name": "pending"}} for id in launched]
    return answer


def _check_image(call: Call) -> None:
    """Refuse an image that nobody can see; a node group's own image is its user's affair, whose images are not simulated."""
    wanted = call.parameters.get("ImageId")
    if wanted and not is_internal(call) and wanted not in {image.id for image in images(call.region)}:
        raise Refusal("InvalidAMIID.NotFound", f"The image id '[{wanted}]' does not exist")


def _tags(call: Call, kind: str) -> list[dict[str, str]]:
    given = [each for each in call.parameters.get("TagSpecifications", ()) if each.get("ResourceType") == kind]
    tags = [tag for each in given for tag in each.get("Tags", ())]
    check(tags, by_aws=is_internal(call))
    return tags


def _settle_in(instance: Any) -> None:
    for interface in instance.nics.values():
        interface.delete_on_termination = True
        take_address(interface.subnet, interface.private_ip_address, interface)


def _tag(backend: Any, instance: Any, tags: dict[str, list[dict[str, str]]]) -> None:
    volumes = [device.volume_id for device in instance.block_device_mapping.values()]
    ids = {"instance": [instance.id], "volume": volumes, "network-interface": [nic.id for nic in instance.nics.values()]}
    for kind, tagged in ids.items():
        if tags[kind]:
            backend.create_tags(tagged, {tag["Key"]: tag.get("Value", "") for tag in tags[kind]})


def _instance(backend: Any, id: str) -> Any:
    for reservation in backend.reservations.values():
        for instance in reservation.instances:
            if instance.id == id:
                return instance
    raise Refusal("InvalidInstanceID.NotFound", f"The instance ID '{id}' does not exist")


def terminate(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Terminate; interfaces and volumes made by the launch go along."""
    backend = ec2.backend(call)
    instances = [_instance(backend, id) for id in call.parameters["InstanceIds"]]
    if protected := [each.id for each in instances if str(each.disable_api_termination).lower() == "true"]:
        told = f"The instance '{protected[0]}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again."
        raise Refusal("OperationNotPermitted", told)
    answer = ec2.moto(call)
    reap(ec2, call)
    return answer


def reap(ec2: MotoService, call: Call) -> None:
    """Take away what terminated instances leave in moto, also those that an Auto Scaling group terminated."""
    backend = ec2.backend(call)
    now = ec2.world.clock.now()
    for reservation in list(backend.reservations.values()):
        for instance in [each for each in reservation.instances if each._state.name == "terminated"]:
            if not hasattr(instance, "terminated_at"):
                instance.terminated_at = now
                _bury(backend, instance)
            elif now - instance.terminated_at > VISIBLE:
                reservation.instances.remove(instance)
                forget_tags(backend, instance.id)


def _bury(backend: Any, instance: Any) -> None:
    for interface in list(instance.nics.values()):
        if interface.id in backend.enis:
            remove(backend, interface)
    for id in [id for id, volume in backend.volumes.items() if volume.attachment and volume.attachment.instance is instance]:
        del backend.volumes[id]
        forget_tags(backend, id)


def describe(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Give instances one by one, each with its reservation, so that they can be selected like everything else."""
    reservations = ec2.ask(call, "DescribeInstances", {"MaxResults": 1000})["Reservations"]
    return {"Instances": [_shown(ec2, call, item, each) for each in reservations for item in each["Instances"]]}


def _shown(ec2: MotoService, call: Call, item: dict[str, Any], reservation: dict[str, Any]) -> dict[str, Any]:
    item["Reservation"] = {name: reservation[name] for name in ("ReservationId", "OwnerId", "Groups") if name in reservation}
    if item["State"]["Name"] == "terminated":
        for gone in ("NetworkInterfaces", "PrivateIpAddress", "SubnetId", "VpcId", "BlockDeviceMappings", "SecurityGroups"):
            item.pop(gone, None)
        return item
    for interface in item.get("NetworkInterfaces", ()):
        interface.get("Attachment", {})["DeleteOnTermination"] = True
    groups = {group["GroupId"]: group for each in item.get("NetworkInterfaces", ()) for group in each.get("Groups", ())}
    item["SecurityGroups"] = item.get("SecurityGroups") or list(groups.values())
    item.pop("KernelId", None)
    return item | {"VirtualizationType": "hvm", "Hypervisor": "nitro"}


def regroup(answer: dict[str, Any]) -> dict[str, Any]:
    """Put selected instances back into their reservations."""
    reservations: dict[str, dict[str, Any]] = {}
    for item in answer.pop("Instances"):
        reservation = item["Reservation"]
        reservations.setdefault(reservation["ReservationId"], {**reservation, "Instances": []})["Instances"].append(
            _without_reservation(item)
        )
    return {"Reservations": list(reservations.values()), **answer}


def _without_reservation(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "Reservation"}


def create_volume(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Create one in a zone of the region."""
    zone = call.parameters["AvailabilityZone"]
    if zone not in {each.name for each in ec2.backend(call).describe_availability_zones()}:
        raise Refusal("InvalidZone.NotFound", f"The zone '{zone}' does not exist.")
    return ec2.moto(call)


def delete_volume(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Delete one that is attached to nothing."""
    id = call.parameters["VolumeId"]
    volume = ec2.backend(call).volumes.get(id)
    if volume is None:
        raise Refusal("InvalidVolume.NotFound", f"The volume '{id}' does not exist.")
    if volume.attachment:
        raise Refusal("VolumeInUse", f"Volume {id} is currently attached to {volume.attachment.instance.id}")
    forget_tags(ec2.backend(call), id)
    return ec2.moto(call)


HANDLERS = {
    "RunInstances": run,
    "TerminateInstances": terminate,
    "DescribeInstances": describe,
    "CreateVolume": create_volume,
    "DeleteVolume": delete_volume,
}
