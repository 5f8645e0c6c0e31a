# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM policy documents as values: two documents that mean the same compare equal, however they are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

Document = Mapping[str, Any]


def parsed(document: Document | str) -> Document:
    """Give a document as data; IAM answers with URL-encoded JSON, users write JSON or dictionaries."""
    if isinstance(document, Mapping):
        return document
    found: Document = json.loads(unquote(document) if document.startswith("%") else document)
    return found


def canonical(document: Document | str) -> str:
    """Give a text that is the same for documents that differ only in order, or in one value against a list of one."""
    return json.dumps(_ordered(parsed(document)), sort_keys=True)


def written(document: Document | str) -> str:
    """Give a document as it is sent."""
    return json.dumps(parsed(document), sort_keys=True)


def trust(service: str, *, actions: tuple[str, ...] = ("sts:AssumeRole",), condition: Document | None = None) -> Document:
    """Give the trust policy of a role that a service assumes."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": list(actions)}
    return {"Version": "2012-10-17", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


def _ordered(value: object) -> object:
    match value:
        case Mapping():
            return {name: _ordered(inner) for name, inner in value.items()}
        case list() | tuple():
            members = {json.dumps(_ordered(inner), sort_keys=True) for inner in value}
            return sorted(members) if len(members) > 1 else json.loads(members.pop()) if members else []
        case _:
            return value
