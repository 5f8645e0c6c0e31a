# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of hosted zones and health checks."""

from __future__ import annotations

from typing import Any

from ...seam import Refusal
from .context import Context
from .store import Shown

MOST_TAGS = 10


def _tags(context: Context, kind: str, identifier: str) -> dict[str, str]:
    return context.zone(identifier).tags if kind == "hostedzone" else context.health_check(identifier).tags


def _shown(context: Context, kind: str, identifier: str) -> Shown:
    tags = [{"Key": key, "Value": value} for key, value in _tags(context, kind, identifier).items()]
    return {"ResourceType": kind, "ResourceId": identifier.rpartition("/")[2], "Tags": tags}


def change_tags(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Add, edit and remove tags."""
    tags = _tags(context, parameters["ResourceType"], parameters["ResourceId"])
    added = {tag.get("Key", ""): tag.get("Value", "") for tag in parameters.get("AddTags", [])}
    if not all(added) or any(key.startswith("aws:") for key in added):
        raise Refusal("InvalidInput", "A tag key must not be empty and must not begin with aws:")
    kept = {key: value for key, value in tags.items() if key not in parameters.get("RemoveTagKeys", [])} | added
    if len(kept) > MOST_TAGS:
        raise Refusal("InvalidInput", f"A resource cannot have more than {MOST_TAGS} tags")
    tags.clear()
    tags.update(kept)
    return {}


def list_tags(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """List the tags of one resource."""
    return {"ResourceTagSet": _shown(context, parameters["ResourceType"], parameters["ResourceId"])}


def list_tags_of_several(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """List the tags of up to ten resources."""
    return {"ResourceTagSets": [_shown(context, parameters["ResourceType"], each) for each in parameters["ResourceIds"]]}


OPERATIONS = {
    "ChangeTagsForResource": change_tags,
    "ListTagsForResource": list_tags,
    "ListTagsForResources": list_tags_of_several,
}
