# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch Logs: log groups, their retention and their tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..allowlist import allow
from ..moto_service import MotoService, page
from ..seam import Call, Refusal, World

ALLOWED = {
    "CreateLogGroup": allow("logGroupName kmsKeyId tags logGroupClass"),
    "DescribeLogGroups": allow("logGroupNamePrefix logGroupNamePattern limit nextToken"),
    "PutRetentionPolicy": allow("logGroupName retentionInDays"),
    "DeleteRetentionPolicy": allow("logGroupName"),
    "DeleteLogGroup": allow("logGroupName"),
    "TagResource": allow("resourceArn tags"),
    "UntagResource": allow("resourceArn tagKeys"),
    "ListTagsForResource": allow("resourceArn"),
    "ListTagsLogGroup": allow("logGroupName"),
}
NAME = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
RETENTION = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
DEFAULT_PAGE = 50


class Logs(MotoService):
    """CloudWatch Logs."""

    name = "logs"
    allowed = ALLOWED

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give the log groups with their tags."""
        call = self.own_call(account, region)
        groups = self.ask(call, "DescribeLogGroups", {})["logGroups"]
        return {f"log-group/{each['logGroupName']}": each | {"tags": _tags(self, call, each["logGroupArn"])} for each in groups}


def _tags(logs: MotoService, call: Call, arn: str) -> dict[str, str]:
    tags: dict[str, str] = logs.ask(call, "ListTagsForResource", {"resourceArn": arn}).get("tags", {})
    return tags


def create_group(logs: MotoService, call: Call) -> dict[str, Any]:
    """Create a group with a name that is free."""
    name = call.parameters["logGroupName"]
    if not NAME.fullmatch(name):
        told = f"1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: {NAME.pattern}"
        raise Refusal("InvalidParameterException", told)
    return logs.moto(call)


def describe_groups(logs: MotoService, call: Call) -> dict[str, Any]:
    """List groups by name, in pages of fifty."""
    prefix, pattern = call.parameters.get("logGroupNamePrefix"), call.parameters.get("logGroupNamePattern")
    if prefix and pattern:
        raise Refusal("InvalidParameterException", "logGroupNamePrefix and logGroupNamePattern cannot be used together.")
    found = [
        {**group, "logGroupClass": group.get("logGroupClass", "STANDARD")}
        for group in logs.ask(call, "DescribeLogGroups", {})["logGroups"]
        if group["logGroupName"].startswith(prefix or "") and (pattern or "").lower() in group["logGroupName"].lower()
    ]
    found.sort(key=lambda group: str(group["logGroupName"]))
    items, token = page(found, call.parameters.get("limit", DEFAULT_PAGE), call.parameters.get("nextToken"), "InvalidParameterException")
    return {"logGroups": list(items)} | ({"nextToken": token} if token else {})


def put_retention(logs: MotoService, call: Call) -> dict[str, Any]:
    """Set one of the retentions that there are."""
    days = call.parameters["retentionInDays"]
    if days not in RETENTION:
        possible = ", ".join(str(each) for each in RETENTION)
        told = f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint"
        raise Refusal("InvalidParameterException", f"{told}: Member must satisfy enum value set: [{possible}]")
    return logs.moto(call)


def delete_group(logs: MotoService, call: Call) -> dict[str, Any]:
    """Delete a group with its tags."""
    backend, name = logs.backend(call), call.parameters["logGroupName"]
    arn = backend.groups[name].arn.removesuffix(":*") if name in backend.groups else ""
    answer = logs.moto(call)
    backend.tagger.delete_all_tags_for_resource(arn)
    return answer


def with_tags(logs: MotoService, call: Call) -> dict[str, Any]:
    """Read or write tags of a group that exists."""
    arn = call.parameters["resourceArn"]
    if not any(group.arn.removesuffix(":*") == arn.removesuffix(":*") for group in logs.backend(call).groups.values()):
        raise Refusal("ResourceNotFoundException", "The specified resource does not exist.")
    return logs.moto(call)


Logs.handlers = {
    "CreateLogGroup": create_group,
    "DescribeLogGroups": describe_groups,
    "PutRetentionPolicy": put_retention,
    "DeleteLogGroup": delete_group,
    "TagResource": with_tags,
    "UntagResource": with_tags,
    "ListTagsForResource": with_tags,
}


def create(world: World) -> Logs:
    """Make the service."""
    return Logs(world)
