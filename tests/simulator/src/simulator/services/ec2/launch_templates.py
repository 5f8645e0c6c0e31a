# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch templates and their versions: merged from a source version, deleted but never numbered anew."""

from __future__ import annotations

import re
from typing import Any

from ...moto_service import MotoService, is_internal
from ...seam import Call, Refusal
from .lookups import invalid
from .network import forget_tags
from .tagging import check

NAME = re.compile(r"[a-zA-Z0-9()./_-]{3,128}")
LATEST, DEFAULT = "$Latest", "$Default"


def create(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Create one with a name that is free; an empty template is refused."""
    name = call.parameters["LaunchTemplateName"]
    if not NAME.fullmatch(name):
        told = (
            "Launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following: - ( ) . / _."
        )
        raise Refusal("InvalidLaunchTemplateName.MalformedException", f"{told} You used an invalid name: {name}")
    if name in ec2.backend(call).launch_template_name_to_ids:
        raise Refusal("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
    _check_data(call)
    answer = ec2.moto(call)
    template = ec2.backend(call).launch_templates[answer["LaunchTemplate"]["LaunchTemplateId"]]
    template.versions[0].maker = answer["LaunchTemplate"]["CreatedBy"] = call.caller.arn
    return answer


def _check_data(call: Call) -> None:
    data = call.parameters.get("LaunchTemplateData")
    if not data:
        raise Refusal("MissingParameter", "The request must contain the parameter LaunchTemplateData")
    for specification in data.get("TagSpecifications", ()):
        check(specification.get("Tags", ()), by_aws=is_internal(call))


def _template(ec2: MotoService, call: Call) -> Any:
    backend, parameters = ec2.backend(call), call.parameters
    id, name = parameters.get("LaunchTemplateId"), parameters.get("LaunchTemplateName")
    if bool(id) == bool(name):
        raise Refusal("InvalidParameterCombination", "Either provide launch template ID or launch template name.")
    if name and name not in backend.launch_template_name_to_ids:
        told = f"The specified launch template, with template name {name}, does not exist."
        raise Refusal("InvalidLaunchTemplateName.NotFoundException", told)
    found = backend.launch_templates.get(id or backend.launch_template_name_to_ids[name])
    if found is None:
        raise Refusal("InvalidLaunchTemplateId.NotFound", f"The specified launch template, with template ID {id}, does not exist.")
    return found


def _version(template: Any, number: str) -> Any:
    named = {LATEST: template.versions[-1].number, DEFAULT: template.default_version_number}
    wanted = str(named.get(number, number))
    for version in template.versions:
        if str(version.number) == wanted:
            return version
    told = f"Could not find the specified version {number} for the launch template with ID {template.id}."
    raise Refusal("InvalidLaunchTemplateId.VersionNotFound", told)


def create_version(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Add a version; with a source version, its parameters stay where the new data says nothing."""
    template = _template(ec2, call)
    _check_data(call)
    data = dict(call.parameters["LaunchTemplateData"])
    if source := call.parameters.get("SourceVersion"):
        data = {**_data(ec2, call, template, _version(template, source)), **data}
    parameters = {"LaunchTemplateId": template.id, "LaunchTemplateData": data}
    if "VersionDescription" in call.parameters:
        parameters["VersionDescription"] = call.parameters["VersionDescription"]
    number = max([template.versions[-1].number, getattr(template, "highest", 0)]) + 1
    ec2.ask(call, "CreateLaunchTemplateVersion", parameters)
    version = template.versions[-1]
    version.number = template.highest = number
    version.maker = call.caller.arn
    return {"LaunchTemplateVersion": _shown(ec2, call, template, [version])[0]}


def _data(ec2: MotoService, call: Call, template: Any, version: Any) -> dict[str, Any]:
    data: dict[str, Any] = _shown(ec2, call, template, [version])[0]["LaunchTemplateData"]
    return data


def _shown(ec2: MotoService, call: Call, template: Any, versions: list[Any]) -> list[dict[str, Any]]:
    """Show versions as moto does; it takes the position for the number, which deleted versions make wrong."""
    answer = ec2.ask(call, "DescribeLaunchTemplateVersions", {"LaunchTemplateId": template.id, "MaxResults": 200})
    by_number = {item["VersionNumber"]: item for item in answer["LaunchTemplateVersions"]}
    shown = [by_number[version.number] for version in versions]
    for item, version in zip(shown, versions, strict=True):
        item["CreatedBy"] = getattr(version, "maker", item["CreatedBy"])
        item["DefaultVersion"] = version.number == template.default_version_number
    return shown


def modify(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Set the default version."""
    template = _template(ec2, call)
    if "DefaultVersion" not in call.parameters:
        raise Refusal("MissingParameter", "The request must contain the parameter SetDefaultVersion")
    template.default_version_number = _version(template, call.parameters["DefaultVersion"]).number
    return {"LaunchTemplate": _template_item(ec2, call, template)}


def _template_item(ec2: MotoService, call: Call, template: Any) -> dict[str, Any]:
    listed = describe(ec2, call)["LaunchTemplates"]
    return next(item for item in listed if item["LaunchTemplateId"] == template.id)


def describe(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show all templates with the tags that they have now: moto shows those of the creation, and fifteen templates at most."""
    backend = ec2.backend(call)
    items = ec2.ask(call, "DescribeLaunchTemplates", {"MaxResults": 200})["LaunchTemplates"]
    for item in items:
        template = backend.launch_templates[item["LaunchTemplateId"]]
        item["Tags"] = [{"Key": key, "Value": value} for key, value in backend.tags.get(template.id, {}).items()]
        item["CreatedBy"] = getattr(template.versions[0], "maker", item["CreatedBy"])
    return {"LaunchTemplates": items}


def describe_versions(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Show versions of one template, or the latest or default ones of all."""
    backend, wanted = ec2.backend(call), call.parameters.get("Versions", [])
    if not call.parameters.keys() & {"LaunchTemplateId", "LaunchTemplateName"}:
        if not wanted or set(wanted) - {LATEST, DEFAULT}:
            raise invalid("To describe versions of all launch templates, specify $Latest, $Default, or both.")
        templates = list(backend.launch_templates.values())
    else:
        templates = [_template(ec2, call)]
    items = [item for template in templates for item in _shown(ec2, call, template, _chosen(template, wanted, call.parameters))]
    return {"LaunchTemplateVersions": items}


def _chosen(template: Any, wanted: list[str], parameters: dict[str, Any]) -> list[Any]:
    if wanted:
        return [_version(template, number) for number in dict.fromkeys(wanted)]
    lowest, highest = int(parameters.get("MinVersion", 0)), int(parameters.get("MaxVersion", template.versions[-1].number))
    return [version for version in reversed(template.versions) if lowest <= version.number <= highest]


def delete_versions(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Delete versions but the default one, and say which could not be deleted."""
    template = _template(ec2, call)
    done: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for number in call.parameters["Versions"]:
        item = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "VersionNumber": int(number)}
        error = _deletion_error(template, number)
        (failed if error else done).append(item | ({"ResponseError": error} if error else {}))
    gone = {item["VersionNumber"] for item in done}
    template.highest = max(getattr(template, "highest", 0), template.versions[-1].number)
    template.versions = [version for version in template.versions if version.number not in gone]
    answer = {"SuccessfullyDeletedLaunchTemplateVersions": done, "UnsuccessfullyDeletedLaunchTemplateVersions": failed}
    return {name: items for name, items in answer.items() if items}


def _deletion_error(template: Any, number: str) -> dict[str, str] | None:
    if str(template.default_version_number) == number:
        return {"Code": "unexpectedError", "Message": "The default version of a launch template cannot be deleted."}
    if not any(str(version.number) == number for version in template.versions):
        return {"Code": "launchTemplateVersionDoesNotExist", "Message": f"Could not find version {number}."}
    return None


def delete(ec2: MotoService, call: Call) -> dict[str, Any]:
    """Delete a template with all versions."""
    template = _template(ec2, call)
    item = _template_item(ec2, call, template)
    ec2.ask(call, "DeleteLaunchTemplate", {"LaunchTemplateId": template.id})
    forget_tags(ec2.backend(call), template.id)
    return {"LaunchTemplate": item}


HANDLERS = {
    "CreateLaunchTemplate": create,
    "CreateLaunchTemplateVersion": create_version,
    "ModifyLaunchTemplate": modify,
    "DescribeLaunchTemplates": describe,
    "DescribeLaunchTemplateVersions": describe_versions,
    "DeleteLaunchTemplateVersions": delete_versions,
    "DeleteLaunchTemplate": delete,
}
