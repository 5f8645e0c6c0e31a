# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic policies, as far as it takes for a record set to belong to one: a policy is a single value, in its first version."""

from __future__ import annotations

import json
from typing import Any

from ...seam import Refusal, not_implemented
from .batches import Batch, Step
from .context import SETTLING, Context
from .names import BadName, canonical
from .store import Shown

VERSION = 1


def _read(document: str) -> tuple[str, str]:
    """Give type and value of a document that has one endpoint."""
    try:
        given = json.loads(document)
        kind, endpoint = given["RecordType"], given["Endpoints"][given["StartEndpoint"]]
    except (ValueError, KeyError, TypeError):
        if '"StartRule"' in document:
            raise not_implemented("route53:CreateTrafficPolicy with StartRule") from None
        raise Refusal("InvalidTrafficPolicyDocument", "The traffic policy document is not valid.") from None
    if endpoint.get("Type") != "value":
        raise not_implemented(f"route53:CreateTrafficPolicy with an endpoint of type {endpoint.get('Type')}")
    return kind, endpoint["Value"]


def _uuid(context: Context) -> str:
    digits = context.world.token(32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def create_policy(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Keep a document."""
    if any(policy["Name"] == parameters["Name"] for policy in context.account.policies.values()):
        raise Refusal("TrafficPolicyAlreadyExists", f"A traffic policy with the name {parameters['Name']} already exists.", 409)
    kind, _value = _read(parameters["Document"])
    shown = {"Id": _uuid(context), "Version": VERSION, "Type": kind, **parameters}
    context.account.policies[shown["Id"]] = shown
    return {"TrafficPolicy": shown, "Location": context.location("trafficpolicy", f"{shown['Id']}/{VERSION}")}


def _policy(context: Context, identifier: str, version: int) -> Shown:
    if identifier not in context.account.policies or version != VERSION:
        raise Refusal("NoSuchTrafficPolicy", f"No traffic policy found with Id: {identifier} and version: {version}", 404)
    return context.account.policies[identifier]


def get_policy(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Show a policy."""
    return {"TrafficPolicy": _policy(context, parameters["Id"], parameters["Version"])}


def delete_policy(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Delete a policy that no instance uses."""
    identifier = _policy(context, parameters["Id"], parameters["Version"])["Id"]
    if any(instance["TrafficPolicyId"] == identifier for instance in context.account.instances.values()):
        raise Refusal("TrafficPolicyInUse", "One or more traffic policy instances were created by using the specified traffic policy.")
    del context.account.policies[identifier]
    return {}


def create_instance(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Make the record set of a policy."""
    zone = context.zone(parameters["HostedZoneId"])
    policy = _policy(context, parameters["TrafficPolicyId"], parameters["TrafficPolicyVersion"])
    kind, value = _read(policy["Document"])
    try:
        name = canonical(parameters["Name"])
    except BadName as problem:
        raise Refusal("InvalidInput", str(problem)) from problem
    if (name, kind, "") in zone.records:
        raise Refusal("TrafficPolicyInstanceAlreadyExists", f"A record set for {name} and type {kind} already exists.", 409)
    record = {"Name": name, "Type": kind, "TTL": parameters["TTL"], "ResourceRecords": [{"Value": value}]}
    batch = Batch(context, zone)
    batch.apply([Step("CREATE", record)])
    if batch.problems:
        raise Refusal("InvalidInput", f"[{', '.join(batch.problems)}]")
    shown = {**parameters, "Id": _uuid(context), "Name": name, "State": "Creating", "Message": "", "TrafficPolicyType": kind}
    context.account.instances[shown["Id"]] = shown
    zone.records = batch.records
    zone.records[name, kind, ""] = {**record, "TrafficPolicyInstanceId": shown["Id"]}
    context.later("traffic-policy-instance", shown["Id"], SETTLING, _applied, context.caller.account, shown["Id"])
    return {"TrafficPolicyInstance": shown, "Location": context.location("trafficpolicyinstance", shown["Id"])}


def _applied(find: Any, account: str, identifier: str) -> None:
    if identifier in find(account).instances:
        find(account).instances[identifier]["State"] = "Applied"


def _instance(context: Context, identifier: str) -> Shown:
    if identifier not in context.account.instances:
        raise Refusal("NoSuchTrafficPolicyInstance", f"No traffic policy instance exists with the specified ID: {identifier}", 404)
    return context.account.instances[identifier]


def get_instance(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Show an instance."""
    return {"TrafficPolicyInstance": _instance(context, parameters["Id"])}


def delete_instance(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Delete an instance with its record set, if that is still its own."""
    shown = _instance(context, parameters["Id"])
    zone = context.zone(shown["HostedZoneId"])
    zone.records = {key: record for key, record in zone.records.items() if record.get("TrafficPolicyInstanceId") != shown["Id"]}
    del context.account.instances[shown["Id"]]
    return {}


OPERATIONS = {
    "CreateTrafficPolicy": create_policy,
    "GetTrafficPolicy": get_policy,
    "DeleteTrafficPolicy": delete_policy,
    "CreateTrafficPolicyInstance": create_instance,
    "GetTrafficPolicyInstance": get_instance,
    "DeleteTrafficPolicyInstance": delete_instance,
}
