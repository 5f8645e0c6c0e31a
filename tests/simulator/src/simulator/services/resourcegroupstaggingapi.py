# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tagging API: everything tagged in a region, except what AWS's own leaves out: IAM roles and Auto Scaling groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..allowlist import allow
from ..moto_service import MotoService, page
from ..seam import Call, Refusal, World

ALLOWED = {
    "GetResources": allow("TagFilters ResourceTypeFilters ResourcesPerPage PaginationToken ResourceARNList"),
    "GetTagKeys": allow("PaginationToken"),
}
DEFAULT_PAGE = 50
SOURCES = ("ec2", "eks", "elb", "elbv2", "kms", "logs", "ssm")
"""The services that report to the tagging API; IAM and Auto Scaling do not."""


class Tagging(MotoService):
    """Resource Groups Tagging API."""

    name = "resourcegroupstaggingapi"
    allowed = ALLOWED


def get_resources(tagging: MotoService, call: Call) -> dict[str, Any]:
    """List by tag and type, in pages."""
    if call.parameters.get("ResourceARNList") and call.parameters.keys() & {"TagFilters", "ResourceTypeFilters"}:
        raise Refusal("InvalidParameterException", "ResourceARNList cannot be used with other filters.")
    found = [
        {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        for arn, tags in sorted(tagged(tagging.world, call.account, call.region))
        if _is_wanted(arn, tags, call.parameters)
    ]
    limit = call.parameters.get("ResourcesPerPage", DEFAULT_PAGE)
    items, token = page(found, limit, call.parameters.get("PaginationToken"), "PaginationTokenExpiredException")
    return {"ResourceTagMappingList": list(items), "PaginationToken": token or ""}


def _is_wanted(arn: str, tags: dict[str, str], parameters: dict[str, Any]) -> bool:
    by_tag = all(
        wanted["Key"] in tags and (not wanted.get("Values") or tags[wanted["Key"]] in wanted["Values"])
        for wanted in parameters.get("TagFilters", ())
    )
    kinds, arns = parameters.get("ResourceTypeFilters"), parameters.get("ResourceARNList")
    return by_tag and (not kinds or any(_is_of(arn, kind) for kind in kinds)) and (not arns or arn in arns)


def _is_of(arn: str, kind: str) -> bool:
    service, _colon, resource = kind.partition(":")
    parts = arn.split(":", 5)
    return parts[2] == service and (not resource or parts[5].startswith((f"{resource}/", f"{resource}:")))


def tagged(world: World, account: str, region: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give ARN and tags of everything that has tags."""
    for service in SOURCES:
        if service in world.services:
            for key, item in world.services[service].resources(account, region).items():
                if tags := tags_of(item):
                    yield _arn(service, key, item, account, region), tags


def tags_of(item: Any) -> dict[str, str]:
    """Give the tags of a resource, however its service writes them."""
    found: Any = next((item[name] for name in ("Tags", "TagSet", "tags") if isinstance(item, dict) and item.get(name)), {})
    if isinstance(found, dict):
        return {str(key): str(value) for key, value in found.items()}
    return {str(tag.get("Key", tag.get("TagKey"))): str(tag.get("Value", tag.get("TagValue", ""))) for tag in found}


def _arn(service: str, key: str, item: dict[str, Any], account: str, region: str) -> str:
    for name in ("LoadBalancerArn", "TargetGroupArn", "logGroupArn", "Arn", "ARN", "arn", "nodegroupArn", "addonArn", "associationArn"):
        if item.get(name):
            return str(item[name])
    kind, _slash, id = key.partition("/")
    if service == "elb":
        return f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/{id}"
    return f"arn:aws:{service}:{region}:{account}:{kind}/{id}"


def get_tag_keys(tagging: MotoService, call: Call) -> dict[str, Any]:
    """List the keys of all tags."""
    keys = sorted({key for _arn, tags in tagged(tagging.world, call.account, call.region) for key in tags})
    return {"TagKeys": keys, "PaginationToken": ""}


Tagging.handlers = {"GetResources": get_resources, "GetTagKeys": get_tag_keys}


def create(world: World) -> Tagging:
    """Make the service."""
    return Tagging(world)
