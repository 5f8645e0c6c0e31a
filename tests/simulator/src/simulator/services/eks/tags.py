# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of everything that has an EKS ARN. Their errors are BadRequestException and NotFoundException, unlike all others."""

from __future__ import annotations

from typing import Any

from ...seam import Refusal
from .context import Context, Operation
from .store import Cluster, Record

MOST_TAGS, LONGEST_KEY, LONGEST_VALUE = 50, 128, 256
ARN_MEMBERS = {
    "nodegroup": ("nodegroups", "nodegroupArn"),
    "addon": ("addons", "addonArn"),
    "fargateprofile": ("fargate_profiles", "fargateProfileArn"),
    "podidentityassociation": ("pod_identities", "associationArn"),
}


def require_tags(tags: dict[str, str], code: str = "InvalidParameterException") -> None:
    """Refuse tags that no AWS resource may have; create operations call it too."""
    if wrong := next((key for key in tags if key.lower().startswith("aws:")), None):
        raise Refusal(code, f"Tag keys starting with aws: are reserved for internal use: {wrong}")
    if any(not key or len(key) > LONGEST_KEY or len(value) > LONGEST_VALUE for key, value in tags.items()):
        raise Refusal(code, f"Tag keys must have 1 to {LONGEST_KEY} characters, tag values at most {LONGEST_VALUE}.")
    if len(tags) > MOST_TAGS:
        raise Refusal(code, f"A resource can have at most {MOST_TAGS} tags.")


def tag_resource(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer TagResource: new keys are added, known ones get the new value."""
    record = _tagged(context, parameters["resourceArn"])
    tags = record.shown.get("tags", {}) | parameters["tags"]
    require_tags(parameters["tags"], "BadRequestException")
    require_tags({key: value for key, value in tags.items() if not key.startswith("aws:")}, "BadRequestException")
    record.shown["tags"] = tags
    return {}


def untag_resource(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer UntagResource: a key that is not there is no error."""
    record = _tagged(context, parameters["resourceArn"])
    record.shown["tags"] = {key: value for key, value in record.shown.get("tags", {}).items() if key not in parameters["tagKeys"]}
    return {}


def list_tags_for_resource(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer ListTagsForResource."""
    return {"tags": _tagged(context, parameters["resourceArn"]).shown.get("tags", {})}


def _tagged(context: Context, arn: str) -> Record:
    prefix, account, region = context.arn(""), context.caller.account, context.caller.region
    if arn.split(":")[:5] != prefix.split(":")[:5]:
        raise Refusal("BadRequestException", f"The resource ARN {arn} is not one of EKS in {region} of account {account}.")
    kind, _slash, rest = arn.split(":", 5)[-1].partition("/")
    cluster = context.region.clusters.get(rest.split("/")[0])
    record = cluster and _member(cluster, kind, arn)
    if record is None:
        raise Refusal("NotFoundException", f"Resource not found: {arn}", 404)
    return record


def _member(cluster: Cluster, kind: str, arn: str) -> Record | None:
    if kind == "cluster":
        return cluster if cluster.shown["arn"] == arn else None
    if kind not in ARN_MEMBERS:
        return None
    store, member = ARN_MEMBERS[kind]
    records: dict[str, Record] = getattr(cluster, store)
    return next((record for record in records.values() if record.shown.get(member) == arn), None)


OPERATIONS: dict[str, Operation] = {
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "ListTagsForResource": list_tags_for_resource,
}
