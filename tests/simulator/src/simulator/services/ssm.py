# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SSM: the parameter store, with the public parameters that name the machine images of EKS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import eks_images
from ..allowlist import allow
from ..moto_service import MotoService, page, plain
from ..seam import Call, Refusal, World

ALLOWED = {
    "PutParameter": allow("Name Description Value Type KeyId Overwrite AllowedPattern Tags Tier DataType"),
    "GetParameter": allow("Name WithDecryption"),
    "GetParameters": allow("Names WithDecryption"),
    "GetParametersByPath": allow("Path Recursive WithDecryption MaxResults NextToken"),
    "DescribeParameters": allow("ParameterFilters MaxResults NextToken"),
    "DeleteParameter": allow("Name"),
    "DeleteParameters": allow("Names"),
    "AddTagsToResource": allow("ResourceType ResourceId Tags"),
    "RemoveTagsFromResource": allow("ResourceType ResourceId TagKeys"),
    "ListTagsForResource": allow("ResourceType ResourceId"),
}
PUBLIC = ("/aws/service/eks/", "/aws/service/bottlerocket/", "/aws/service/ami-windows-latest/")
LARGEST_PAGE = 10
PUBLISHED = 1795046400
"""When the public parameters were last changed: 2026-11-18."""


class Ssm(MotoService):
    """Systems Manager's parameter store."""

    name = "ssm"
    allowed = ALLOWED

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give the account's own parameters with their tags."""
        call = self.own_call(account, region)
        found = self.ask(call, "GetParametersByPath", {"Path": "/", "Recursive": True})["Parameters"]
        return {f"parameter/{each['Name']}": plain(each | {"Tags": self._tags(call, each["Name"])}) for each in found}

    def _tags(self, call: Call, name: str) -> list[dict[str, str]]:
        answer = self.ask(call, "ListTagsForResource", {"ResourceType": "Parameter", "ResourceId": name})
        tags: list[dict[str, str]] = answer.get("TagList", [])
        return tags


def put(ssm: MotoService, call: Call) -> dict[str, Any]:
    """Write a parameter; AWS takes tags only at its creation."""
    if call.parameters.get("Tags") and call.parameters.get("Overwrite"):
        told = "Invalid request: tags and overwrite can't be used together."
        raise Refusal("ValidationException", f"{told} To create a parameter with tags, please remove overwrite flag.")
    return ssm.moto(call)


def _public(call: Call, name: str) -> dict[str, Any] | None:
    value = eks_images.parameters(call.region).get(name)
    if value is None:
        return None
    arn = f"arn:aws:ssm:{call.region}::parameter{name}"
    return {"Name": name, "Type": "String", "Value": value, "Version": 1, "LastModifiedDate": PUBLISHED, "ARN": arn, "DataType": "text"}


def get(ssm: MotoService, call: Call) -> dict[str, Any]:
    """Read one parameter, the public ones of EKS from their table."""
    name = call.parameters["Name"]
    if not name.startswith(PUBLIC):
        return ssm.moto(call)
    if found := _public(call, name):
        return {"Parameter": found}
    raise Refusal("ParameterNotFound", f"Parameter {name} not found.")


def get_many(ssm: MotoService, call: Call) -> dict[str, Any]:
    """Read up to ten parameters; names that are not there are listed, not refused."""
    names = call.parameters["Names"]
    own = [name for name in names if not name.startswith(PUBLIC)]
    answer = ssm.moto(call, Names=own) if own else {"Parameters": [], "InvalidParameters": []}
    for name in names:
        if name.startswith(PUBLIC):
            found = _public(call, name)
            answer["Parameters" if found else "InvalidParameters"].append(found or name)
    return answer


def get_by_path(ssm: MotoService, call: Call) -> dict[str, Any]:
    """Read what is below a path, in pages of ten."""
    path, is_deep = call.parameters["Path"].rstrip("/") + "/", call.parameters.get("Recursive", False)
    if path.startswith(PUBLIC):
        names = [name for name in eks_images.parameters(call.region) if name.startswith(path)]
        found = [_public(call, name) for name in names if is_deep or "/" not in name.removeprefix(path)]
    else:
        found = ssm.moto(call, MaxResults=None, NextToken=None)["Parameters"]
    limit = call.parameters.get("MaxResults", LARGEST_PAGE)
    items, token = page(found, limit, call.parameters.get("NextToken"), "InvalidNextToken")
    return {"Parameters": list(items)} | ({"NextToken": token} if token else {})


Ssm.handlers = {"PutParameter": put, "GetParameter": get, "GetParameters": get_many, "GetParametersByPath": get_by_path}


def create(world: World) -> Ssm:
    """Make the service."""
    return Ssm(world)
