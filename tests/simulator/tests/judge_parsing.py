# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer says and botocore's parser does not: the raw body, walked by the service model beside the parsed result."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

ENVELOPE = {"ResponseMetadata", "requestId", "RequestId"}
"""Of the protocol, not of the answer."""


def lost(operation: OperationModel, body: bytes, parsed: Any) -> list[str]:
    """Give the path of every element of the raw answer that the parsed result does not have, or has with another value."""
    shape = operation.output_shape
    if not body or shape is None:
        return []
    if body.startswith(b"{"):
        return list(_json(json.loads(body), shape, parsed, ""))
    root = ET.fromstring(body)
    wrapper = shape.serialization.get("resultWrapper")
    inner = root.find(f"{{*}}{wrapper}") if wrapper else root
    return list(_structure(root if inner is None else inner, shape, parsed, ""))


def _json(raw: Any, shape: Shape, parsed: Any, path: str) -> Iterator[str]:
    match shape:
        case StructureShape():
            names = {str(member.serialization.get("name", name)): name for name, member in shape.members.items()}
            for key, value in (raw or {}).items():
                name = names.get(key)
                if value is None:
                    continue
                if name is None or name not in parsed:
                    yield f"{path}.{key}"
                else:
                    yield from _json(value, shape.members[name], parsed[name], f"{path}.{key}")
        case ListShape() if len(raw) == len(parsed):
            for number, (item, found) in enumerate(zip(raw, parsed, strict=True)):
                yield from _json(item, shape.member, found, f"{path}[{number}]")
        case MapShape() if raw.keys() == parsed.keys():
            for key in raw:
                yield from _json(raw[key], shape.value, parsed[key], f"{path}.{key}")
        case _:
            if not (isinstance(parsed, datetime) or raw == parsed):
                yield f"{path}: {raw!r} became {parsed!r}"


def _xml(element: ET.Element, shape: Shape, parsed: Any, path: str) -> Iterator[str]:
    match shape:
        case StructureShape():
            yield from _structure(element, shape, parsed, path)
        case ListShape():
            yield from _items(list(element), shape, parsed, path)
        case MapShape():
            if len(element) != len(parsed):
                yield f"{path}: {len(element)} entries became {len(parsed)}"
        case _:
            text = element.text or ""
            if not _says(text, parsed):
                yield f"{path}: {text!r} became {parsed!r}"


def _structure(element: ET.Element, shape: Any, parsed: Any, path: str) -> Iterator[str]:
    names = dict(_names(shape))
    for tag in dict.fromkeys(_tag(child) for child in element):
        children = [child for child in element if _tag(child) == tag]
        name = names.get(tag)
        if name is None or name not in parsed:
            if tag not in ENVELOPE:
                yield f"{path}.{tag}"
        elif _is_flat(shape.members[name]):
            yield from _items(children, shape.members[name], parsed[name], f"{path}.{tag}")
        else:
            yield from _xml(children[0], shape.members[name], parsed[name], f"{path}.{tag}")


def _names(shape: Any) -> Iterator[tuple[str, str]]:
    for name, member in shape.members.items():
        inner = member.member.serialization.get("name") if _is_flat(member) else None
        yield inner or member.serialization.get("name", name), name


def _is_flat(shape: Any) -> bool:
    return isinstance(shape, ListShape) and bool(shape.serialization.get("flattened"))


def _items(children: list[ET.Element], shape: Any, parsed: Any, path: str) -> Iterator[str]:
    if len(children) != len(parsed):
        yield f"{path}: {len(children)} items became {len(parsed)}"
        return
    for number, (child, found) in enumerate(zip(children, parsed, strict=True)):
        yield from _xml(child, shape.member, found, f"{path}[{number}]")


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


READ: dict[type, Callable[[str], object]] = {bool: lambda text: text == "true", int: int, float: float, str: str}


def _says(text: str, parsed: object) -> bool:
    """Whether a scalar was read as what was written."""
    read = READ.get(type(parsed))
    return isinstance(parsed, datetime | bytes) if read is None else read(text) == parsed
