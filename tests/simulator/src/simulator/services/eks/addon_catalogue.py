# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which add-ons are offered, in which versions, for which Kubernetes versions, and what may be configured. The data is in `addons.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from ...seam import Refusal
from .context import Context, Operation
from .paging import page

PUBLISHER, OWNER = "eks", "aws"
FILTERS = {"types": "type", "publishers": "publisher", "owners": "owner"}
MEMBERS = ("addonName", "type", "publisher", "owner", "defaultNamespace")
VERSION_MEMBERS = ("architecture", "computeTypes", "requiresConfiguration", "requiresIamPermissions")


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Give all add-ons by name, read once a process."""
    listed = json.loads(Path(__file__).with_name("addons.json").read_text(encoding="utf-8"))
    return {entry["addonName"]: {"publisher": PUBLISHER, "owner": OWNER, **entry} for entry in listed}


def addon_named(name: str) -> dict[str, Any]:
    """Give an add-on's entry, or refuse."""
    if name not in catalogue():
        raise Refusal("InvalidParameterException", "Addon specified is not supported", addonName=name)
    return catalogue()[name]


def compatible_version(name: str, kubernetes: str, wanted: str | None = None) -> str:
    """Give the wanted version, or the default one of a Kubernetes version; refuse what does not fit."""
    entry = addon_named(name)
    version = wanted or entry["defaultVersions"].get(kubernetes, "")
    if not any(v["version"] == version and kubernetes in v["clusterVersions"] for v in entry["versions"]):
        raise Refusal("InvalidParameterException", "Addon version specified is not supported", addonName=name)
    return str(version)


def check_configuration(name: str, text: str) -> None:
    """Refuse configuration values (JSON or YAML) that break the add-on's schema, all problems at once."""
    values = _parsed(name, text)
    judge = jsonschema.Draft7Validator(addon_named(name)["configurationSchema"])
    if problems := [problem for error in judge.iter_errors(values) for problem in _worded(error)]:
        told = f"Json schema validation failed with error: [{', '.join(sorted(problems))}]"
        raise Refusal("InvalidParameterException", f"ConfigurationValue provided in request is not supported: {told}", addonName=name)


def _parsed(name: str, text: str) -> Any:
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        told = "ConfigurationValue is not in valid JSON or YAML format."
        raise Refusal("InvalidParameterException", told, addonName=name) from error
    return {} if values is None else values


def _worded(error: jsonschema.ValidationError) -> Iterator[str]:
    """Word a problem as the service's validator does: its path, and what is wrong there."""
    path = ".".join(["$", *map(str, error.absolute_path)])
    if error.validator != "additionalProperties":
        yield f"{path}: {error.message}"
        return
    known: dict[str, Any] = error.schema["properties"]  # type: ignore[index]  # only objects of ours have this validator
    for member in sorted(dict(error.instance).keys() - known.keys()):  # type: ignore[arg-type]  # likewise
        yield f"{path}.{member}: is not defined in the schema and the schema does not allow additional properties"


def describe_addon_versions(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DescribeAddonVersions."""
    if parameters.get("addonName"):
        addon_named(parameters["addonName"])
    entries = [entry for entry in catalogue().values() if _is_wanted(entry, parameters)]
    shown = [_shown(entry, parameters.get("kubernetesVersion")) for entry in entries]
    return page("addons", [entry for entry in shown if entry["addonVersions"]], parameters)


def _is_wanted(entry: dict[str, Any], parameters: dict[str, Any]) -> bool:
    is_named = parameters.get("addonName") in (None, entry["addonName"])
    return is_named and all(entry[member] in parameters[name] for name, member in FILTERS.items() if parameters.get(name))


def _shown(entry: dict[str, Any], kubernetes: str | None) -> dict[str, Any]:
    versions = [v for v in entry["versions"] if kubernetes in (None, *v["clusterVersions"])]
    common = {member: entry[member] for member in VERSION_MEMBERS}
    listed = [{"addonVersion": v["version"], **common, "compatibilities": _compatibilities(entry, v, kubernetes)} for v in versions]
    return {member: entry[member] for member in MEMBERS} | {"addonVersions": listed}


def _compatibilities(entry: dict[str, Any], version: dict[str, Any], kubernetes: str | None) -> list[dict[str, Any]]:
    return [
        {"clusterVersion": minor, "platformVersions": ["*"], "defaultVersion": entry["defaultVersions"].get(minor) == version["version"]}
        for minor in version["clusterVersions"]
        if kubernetes in (None, minor)
    ]


def describe_addon_configuration(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DescribeAddonConfiguration: the schema is a string of JSON."""
    entry = addon_named(parameters["addonName"])
    if parameters["addonVersion"] not in {version["version"] for version in entry["versions"]}:
        raise Refusal("InvalidParameterException", "Addon version specified is not supported", addonName=entry["addonName"])
    return {
        "addonName": entry["addonName"],
        "addonVersion": parameters["addonVersion"],
        "configurationSchema": json.dumps(entry["configurationSchema"]),
        "podIdentityConfiguration": entry["podIdentityConfiguration"],
    }


OPERATIONS: dict[str, Operation] = {
    "DescribeAddonVersions": describe_addon_versions,
    "DescribeAddonConfiguration": describe_addon_configuration,
}
