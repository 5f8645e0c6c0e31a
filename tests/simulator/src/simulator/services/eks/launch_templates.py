# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's launch template of a node group: which version is meant, and what may not stand in it. EKS's own copy is made in `compute`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...seam import Refusal
from .context import Context

Data = dict[str, Any]
FORBIDDEN = {
    "IamInstanceProfile": "an instance profile. The noderole in your request will be used to construct an instance profile.",
    "InstanceMarketOptions": "instance market options. Use the capacityType of your request instead.",
    "HibernationOptions": "hibernation options.",
    "InstanceInitiatedShutdownBehavior": "a shutdown behavior.",
}
ALREADY_ELSEWHERE = {
    "diskSize": "Disk size must be specified within the launch template.",
    "remoteAccess": "Remote access configuration cannot be specified with a launch template.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One version of a launch template of the user's."""

    id: str
    name: str
    version: str
    data: Data

    @property
    def image(self) -> str:
        """The custom AMI, or nothing."""
        return str(self.data.get("ImageId", ""))

    def shown(self) -> dict[str, str]:
        """Give it as a node group shows it: always a number, never `$Latest`."""
        return {"id": self.id, "name": self.name, "version": self.version}


def bad(message: str) -> Refusal:
    """Refuse as EKS refuses a bad parameter."""
    return Refusal("InvalidParameterException", message)


def resolve(context: Context, wanted: dict[str, str]) -> Template:
    """Find the version that is meant, or refuse: unknown, or named twice or not at all."""
    if ("id" in wanted) == ("name" in wanted):
        raise bad("Either provide launch template ID or launch template name in the request.")
    which = {"LaunchTemplateId": wanted["id"]} if "id" in wanted else {"LaunchTemplateName": wanted["name"]}
    asked = {"Versions": [wanted.get("version", "$Default")], **which}
    try:
        found = context.aws("ec2", "DescribeLaunchTemplateVersions", **asked)["LaunchTemplateVersions"]
    except Refusal as refused:
        if not refused.code.startswith("InvalidLaunchTemplate"):
            raise
        found = []
    if not found:
        version = f" with version {wanted['version']}" if "version" in wanted else ""
        raise bad(f"Launch template {wanted.get('id', wanted.get('name'))}{version} does not exist.")
    one = found[0]
    template = Template(
        id=one["LaunchTemplateId"], name=one["LaunchTemplateName"], version=str(one["VersionNumber"]), data=one["LaunchTemplateData"]
    )
    _require_usable(template.data)
    return template


def _require_usable(data: Data) -> None:
    if wrong := next((told for member, told in FORBIDDEN.items() if data.get(member)), None):
        raise bad(f"Launch template should not specify {wrong}")
    if any(interface.get("SubnetId") for interface in data.get("NetworkInterfaces", [])):
        raise bad("Launch template should not specify a subnet. The subnets in your request will be used.")


def require_alone(template: Template, parameters: dict[str, Any]) -> None:
    """Refuse what a request may not say beside a launch template."""
    if told := next((told for member, told in ALREADY_ELSEWHERE.items() if parameters.get(member)), None):
        raise bad(told)
    if template.data.get("InstanceType") and parameters.get("instanceTypes"):
        raise bad("Instance types must be specified either in the launch template or in the request, not in both.")
    if template.image:
        require_no_release(parameters)
        if parameters.get("amiType", "CUSTOM") != "CUSTOM":
            raise bad("You cannot specify an image Id within the launch template, since your nodegroup is configured to use an EKS AMI.")


def require_no_release(parameters: dict[str, Any]) -> None:
    """Refuse versions beside a custom AMI."""
    if named := [member for member in ("version", "releaseVersion") if parameters.get(member)]:
        raise bad(f"You cannot specify the field {named[0]} when using custom AMIs.")
