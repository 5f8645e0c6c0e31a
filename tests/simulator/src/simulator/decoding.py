# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests into parameters, by the service model, for the protocols query, ec2, json, rest-json and rest-xml.

Nothing is dropped: a field that the model does not know stays in the parameters under its name on the wire, and a value
that cannot be converted stays as it came, so that a service's validation sees and refuses both.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.utils import parse_timestamp

from .messages import Request
from .seam import Refusal

CONVERSION_ERRORS = (ValueError, TypeError, binascii.Error, OverflowError)


def _integer(value: Any) -> Any:
    return value if isinstance(value, bool | int | float) else int(value)


def _float(value: Any) -> Any:
    return value if isinstance(value, bool) else float(value)


def _boolean(value: Any) -> Any:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def _blob(value: Any) -> Any:
    return base64.b64decode(value, validate=True)


CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": parse_timestamp,
}


def _scalar(shape: Shape, value: Any) -> Any:
    try:
        return CONVERSIONS.get(shape.type_name, lambda given: given)(value)
    except CONVERSION_ERRORS:
        return value


def from_json(shape: Shape, value: Any) -> Any:
    """Convert parsed JSON; a null counts as absent, as it does for AWS."""
    match shape, value:
        case StructureShape(is_document_type=True), _:
            return value
        case StructureShape(), dict():
            names = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
            return {
                names[key][0] if key in names else key: from_json(names[key][1], item) if key in names else item
                for key, item in value.items()
                if item is not None
            }
        case ListShape(), list():
            return [from_json(shape.member, item) for item in value]
        case MapShape(), dict():
            return {key: from_json(shape.value, item) for key, item in value.items()}
        case _:
            # JSON has its own numbers and booleans: "5" is no number, and the service shall see that
            return _scalar(shape, value) if shape.type_name in {"blob", "timestamp"} else value


def _grown(fields: Mapping[str, str]) -> dict[str, Any]:
    """Turn dotted names into a tree: `Filter.1.Name=x` becomes `{"Filter": {"1": {"Name": "x"}}}`."""
    tree: dict[str, Any] = {}
    for name, value in fields.items():
        *path, leaf = name.split(".")
        node = tree
        for part in path:
            below = node.setdefault(part, {})
            node = below if isinstance(below, dict) else node.setdefault(f"{part}.", {})
        node[leaf] = value
    return tree


def _query_name(name: str, shape: Shape) -> str:
    is_flat = isinstance(shape, ListShape) and bool(shape.serialization.get("flattened"))
    inner = shape.member.serialization.get("name") if is_flat else None
    return str(inner or shape.serialization.get("name", name))


def _ec2_name(name: str, shape: Shape) -> str:
    given = str(shape.serialization.get("name", name))
    return str(shape.serialization.get("queryName") or given[:1].upper() + given[1:])


def _numbered(node: Any) -> list[Any]:
    """Give the members of a list in the order of their numbers."""
    return [node[number] for number in sorted(node, key=int)]


class _Form:
    """The recursion over a form's tree; the ec2 protocol differs in names and in having flat lists only."""

    def __init__(self, *, is_ec2: bool) -> None:
        self._name = _ec2_name if is_ec2 else _query_name
        self._is_flat = is_ec2

    def convert(self, shape: Shape, node: Any) -> Any:
        match shape, node:
            case StructureShape(), dict():
                return self._structure(shape, node)
            case ListShape(), dict():
                return self._list(shape, node)
            case (ListShape(), ""):
                return []
            case MapShape(), dict():
                return self._map(shape, node)
            case _, str():
                return _scalar(shape, node)
            case _:
                return node

    def _structure(self, shape: StructureShape, node: dict[str, Any]) -> dict[str, Any]:
        names = {self._name(name, member): (name, member) for name, member in shape.members.items()}
        return {
            names[key][0] if key in names else key: self.convert(names[key][1], value) if key in names else value
            for key, value in node.items()
        }

    def _list(self, shape: ListShape, node: Any) -> Any:
        if not (self._is_flat or shape.serialization.get("flattened")):
            node = node.get(shape.member.serialization.get("name", "member"), node)
        if not isinstance(node, dict) or not all(number.isdigit() for number in node):
            return node
        return [self.convert(shape.member, item) for item in _numbered(node)]

    def _map(self, shape: MapShape, node: dict[str, Any]) -> Any:
        entries = node if shape.serialization.get("flattened") else node.get("entry", node)
        key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        if not isinstance(entries, dict) or not all(number.isdigit() and isinstance(entry, dict) for number, entry in entries.items()):
            return node
        return {entry.get(key, ""): self.convert(shape.value, entry.get(value, "")) for entry in _numbered(entries)}


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def from_xml(shape: Shape, element: ET.Element) -> Any:
    """Convert an XML element."""
    match shape:
        case StructureShape():
            return _xml_structure(shape, element)
        case ListShape():
            return [from_xml(shape.member, item) for item in element]
        case MapShape():
            pairs = [{_tag(part): part for part in entry} for entry in element]
            key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
            return {pair[key].text or "": from_xml(shape.value, pair[value]) for pair in pairs}
        case _:
            return _scalar(shape, element.text or "")


def _xml_structure(shape: StructureShape, element: ET.Element) -> dict[str, Any]:
    names = {_query_name(name, member): (name, member) for name, member in shape.members.items()}
    found: dict[str, Any] = {}
    for child in element:
        name, member = names.get(_tag(child), (_tag(child), None))
        if member is None:
            found[name] = child.text or ""
        elif isinstance(member, ListShape) and member.serialization.get("flattened"):
            found.setdefault(name, []).append(from_xml(member.member, child))
        else:
            found[name] = from_xml(member, child)
    return found


def _form_parameters(operation: OperationModel, request: Request, *, is_ec2: bool) -> dict[str, Any]:
    signing = ("Action", "Version")
    fields = {name: value for name, value in request.form.items() if name not in signing and not name.startswith("X-Amz-")}
    shape = operation.input_shape
    parameters = _Form(is_ec2=is_ec2).convert(shape, _grown(fields)) if shape else _grown(fields)
    return dict(parameters)


def _parsed_json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body) if body.strip() else {}
    except ValueError as error:
        raise Refusal("SerializationException", f"The request body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Refusal("SerializationException", "Start of structure or map found where not expected.")
    return value


def _json_parameters(operation: OperationModel, request: Request) -> dict[str, Any]:
    value = _parsed_json(request.body)
    return dict(from_json(operation.input_shape, value)) if operation.input_shape else value


def _labels(operation: OperationModel, path: str) -> dict[str, str]:
    found = path_pattern(operation.http["requestUri"]).match(path) or path_pattern(operation.http["requestUri"], is_greedy=True).match(path)
    names = re.findall(r"\{([^}+]+)\+?\}", operation.http["requestUri"].partition("?")[0])
    return dict(zip(names, map(unquote, found.groups()), strict=True)) if found else {}


@functools.cache
def path_pattern(uri: str, *, is_greedy: bool = False) -> re.Pattern[str]:
    """Give the pattern of a `requestUri`; greedy ones let the last label hold slashes, for clients that do not encode ARNs."""
    parts = re.split(r"(\{[^}]+\})", uri.partition("?")[0].rstrip("/"))
    last = max((at for at, part in enumerate(parts) if part.startswith("{")), default=-1)
    wide = {at for at, part in enumerate(parts) if part.endswith("+}") or (is_greedy and at == last)}
    body = "".join(("(.+)" if at in wide else "([^/]+)") if part.startswith("{") else re.escape(part) for at, part in enumerate(parts))
    return re.compile(f"^{body}/?$")


def _from_query_string(shape: Shape, values: list[str]) -> Any:
    return [_scalar(shape.member, value) for value in values] if isinstance(shape, ListShape) else _scalar(shape, values[-1])


def _header_value(shape: Shape, value: str) -> Any:
    return [item.strip() for item in value.split(",")] if isinstance(shape, ListShape) else _scalar(shape, value)


def _located(operation: OperationModel, request: Request) -> dict[str, Any]:
    """Read the members that travel in the path, the query string and the headers."""
    labels, found = _labels(operation, request.path), dict[str, Any]()
    given: dict[str, list[str]] = {}
    for key, value in request.arguments:
        given.setdefault(key, []).append(value)
    for name, member in operation.input_shape.members.items() if operation.input_shape else ():
        wire = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri" if wire in labels:
                found[name] = _scalar(member, labels[wire])
            case "querystring" if wire in given:
                found[name] = _from_query_string(member, given.pop(wire))
            case "header" if wire.lower() in request.headers:
                found[name] = _header_value(member, request.headers[wire.lower()])
    literals = {part.partition("=")[0] for part in operation.http["requestUri"].partition("?")[2].split("&")}
    unknown = {key: values[-1] for key, values in given.items() if key not in literals and not key.startswith("X-Amz-")}
    return unknown | found


def _rest_parameters(operation: OperationModel, request: Request, body: Callable[[Shape, bytes], dict[str, Any]]) -> dict[str, Any]:
    found, shape = _located(operation, request), operation.input_shape
    if shape is None:
        return found
    payload = shape.serialization.get("payload")
    if payload and shape.members[payload].type_name in {"blob", "string"}:
        return {**found, payload: request.body}
    if payload:
        return {**found, payload: body(shape.members[payload], request.body)} if request.body else found
    return {**body(shape, request.body), **found} if request.body else found


def _rest_json(operation: OperationModel, request: Request) -> dict[str, Any]:
    return _rest_parameters(operation, request, lambda shape, body: dict(from_json(shape, _parsed_json(body))))


def _xml_body(shape: Shape, body: bytes) -> dict[str, Any]:
    try:
        return dict(from_xml(shape, ET.fromstring(body)))
    except ET.ParseError as error:
        raise Refusal("MalformedInput", f"The request body is not XML: {error}") from error


def _rest_xml(operation: OperationModel, request: Request) -> dict[str, Any]:
    return _rest_parameters(operation, request, _xml_body)


DECODERS: Mapping[str, Callable[[OperationModel, Request], dict[str, Any]]] = {
    "query": lambda operation, request: _form_parameters(operation, request, is_ec2=False),
    "ec2": lambda operation, request: _form_parameters(operation, request, is_ec2=True),
    "json": _json_parameters,
    "rest-json": _rest_json,
    "rest-xml": _rest_xml,
}
