# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch templates that node groups need for what EKS itself does not offer: disks and metadata options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._model.nodegroups import LiveNodegroup, LiveTemplate, Nodegroup
from .._model.ownership import made_by, users_tags
from .._model.reference import Ref, Value
from .._model.scope import OWNER, Scope, limited_name
from .plan import Change, Kind, Step

IDEMPOTENT_BY = "ClientToken"
TAGGED = ("instance", "volume")
"""What a template gives the owner tag to, so that whatever outlives its group can be told to be ours."""
DEVICES = {"BOTTLEROCKET": "/dev/xvdb", "WINDOWS": "/dev/sda1"}
"""The device that holds images and pods, by the family of the AMI type; elsewhere the root device."""


def template_name(cluster: str, group: str) -> str:
    """Give the name of the launch template of one node group."""
    return limited_name(f"{cluster}-{group}", 128)


def template_key(group: str) -> str:
    """Give the key of the step that makes or deletes it."""
    return f"launch-template/{group}"


def content_of(group: Nodegroup, cluster: str, scope: Scope) -> dict[str, Any]:
    """Give the declared content in the form of the EC2 API."""
    tags = [{"Key": tag, "Value": value} for tag, value in sorted({**users_tags(group.tags or {}), OWNER: scope.owner(cluster)}.items())]
    content: dict[str, Any] = {"TagSpecifications": [{"ResourceType": kind, "Tags": tags} for kind in TAGGED]}
    if group.disk:
        ebs = {"VolumeSize": group.disk.size_gib, "VolumeType": group.disk.type, "Encrypted": group.disk.encrypted}
        known = {name: value for name, value in {**ebs, "KmsKeyId": group.disk.kms_key_arn}.items() if value is not None}
        content["BlockDeviceMappings"] = [{"DeviceName": _device(group.ami_type), "Ebs": {**known, "DeleteOnTermination": True}}]
    if group.metadata:
        options = {"HttpTokens": group.metadata.http_tokens, "HttpPutResponseHopLimit": group.metadata.http_put_response_hop_limit}
        content["MetadataOptions"] = {name: value for name, value in options.items() if value is not None}
    return content


def _device(ami_type: str | None) -> str:
    return next((device for family, device in DEVICES.items() if (ami_type or "").startswith(family)), "/dev/xvda")


def is_same(seen: object, wanted: object) -> bool:
    """Compare contents: EC2 may tell more about a thing than was declared, and lists in another order."""
    if isinstance(wanted, Mapping):
        return isinstance(seen, Mapping) and all(is_same(seen.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(seen, list) and len(seen) == len(wanted) and all(any(is_same(found, value) for found in seen) for value in wanted)
    return seen == wanted


def version_with(template: LiveTemplate, content: Mapping[str, Any], used: str) -> int | None:
    """Find the version that has the content, the used one first: what others added to the template is no reason to roll nodes."""
    same = [number for number, seen in template.contents.items() if seen.keys() == content.keys() and is_same(seen, content)]
    return next((number for number in same if str(number) == used), max(same, default=None))


def creation(group: Nodegroup, cluster: str, scope: Scope) -> Step:
    """Make the template."""
    key = template_key(group.name)
    tags = made_by(scope, cluster, key, group.tags)
    return Step(
        key=key,
        service="ec2",
        operation="CreateLaunchTemplate",
        request={
            "LaunchTemplateName": template_name(cluster, group.name),
            "LaunchTemplateData": content_of(group, cluster, scope),
            "TagSpecifications": [
                {"ResourceType": "launch-template", "Tags": [{"Key": tag, "Value": value} for tag, value in sorted(tags.items())]}
            ],
        },
        kind=Kind.CREATE,
        changes=(Change(path="launch_template", after=template_name(cluster, group.name)),),
        token=IDEMPOTENT_BY,
    )


def used_template(
    group: Nodegroup, template: LiveTemplate | None, live: LiveNodegroup | None, content: Mapping[str, Any]
) -> dict[str, Value]:
    """Give the id and the version that the node group is to use, some of it known only after the steps below."""
    key = template_key(group.name)
    if template is None:
        return {"id": Ref(key, "LaunchTemplate.LaunchTemplateId"), "version": "1"}
    number = version_with(template, content, live.template_version if live else "")
    made = Ref(f"{key}/version", "to_string(LaunchTemplateVersion.VersionNumber)")
    return {"id": template.id, "version": made if number is None else str(number)}


def convergence(group: Nodegroup, template: LiveTemplate, wanted: Value, content: Mapping[str, Any]) -> Iterator[Step]:
    """Add the version that is missing, and make the version in use the default one."""
    key = template_key(group.name)
    if isinstance(wanted, Ref):
        before = template.contents.get(template.latest, {})
        yield Step(
            key=f"{key}/version",
            service="ec2",
            operation="CreateLaunchTemplateVersion",
            request={"LaunchTemplateId": template.id, "LaunchTemplateData": dict(content)},
            kind=Kind.UPDATE,
            changes=tuple(
                Change(path=f"launch_template.{name}", before=before.get(name), after=content.get(name))
                for name in sorted(before.keys() | content.keys())
                if not is_same(before.get(name), content.get(name))
            ),
            token=IDEMPOTENT_BY,
        )
    if wanted != str(template.default):
        yield Step(
            key=f"{key}/default",
            service="ec2",
            operation="ModifyLaunchTemplate",
            request={"LaunchTemplateId": template.id, "DefaultVersion": wanted},
            kind=Kind.UPDATE,
            changes=(Change(path="launch_template.default_version", before=str(template.default), after=wanted),),
            token=IDEMPOTENT_BY,
        )


def deletion(template: LiveTemplate) -> Step:
    """Delete a template once its node group is gone."""
    return Step(
        key=template_key(template.nodegroup),
        service="ec2",
        operation="DeleteLaunchTemplate",
        request={"LaunchTemplateId": template.id},
        kind=Kind.DELETE,
        after=frozenset({f"nodegroup/{template.nodegroup}"}),
        already=frozenset({"InvalidLaunchTemplateId.NotFound"}),
        reversible=False,
    )
