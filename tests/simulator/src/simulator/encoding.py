# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers and refusals into HTTP, by the service model, for the protocols query, ec2, json, rest-json and rest-xml.

A member that the model does not know is an error of the service and is said loudly: an answer that loses something on its
way would make every client's test lie.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import Enum
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.utils import parse_to_aware_datetime

from .messages import Answer
from .seam import Refusal

FORBIDDEN_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class UnknownMember(RuntimeError):
    """A service answered with something that the service model has no place for."""


def _members(shape: StructureShape, value: Any) -> Iterator[tuple[str, Shape, Any]]:
    if not isinstance(value, Mapping):
        raise UnknownMember(f"{shape.name} needs a structure and got {type(value).__name__}")
    for name, item in value.items():
        if item is None:
            continue
        if name not in shape.members:
            raise UnknownMember(f"{shape.name} has no member {name}")
        yield name, shape.members[name], item


def _moment(value: Any) -> datetime:
    found: datetime = parse_to_aware_datetime(value)
    return found.astimezone(UTC)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{moment.microsecond // 1000:03d}Z" if moment.microsecond else "Z")


def _epoch(moment: datetime) -> float:
    return round(moment.timestamp(), 3)


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


TIME_FORMATS: Mapping[str, Callable[[datetime], Any]] = {"iso8601": _iso, "unixtimestamp": _epoch, "rfc822": _rfc822}


def _time(shape: Shape, value: Any, usual: str) -> Any:
    return TIME_FORMATS[shape.serialization.get("timestampFormat", usual).lower()](_moment(value))


def _base64(value: Any) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def to_json(shape: Shape, value: Any) -> Any:
    """Convert a value into what `json.dumps` takes."""
    match shape:
        case StructureShape(is_document_type=True):
            return value
        case StructureShape():
            return {member.serialization.get("name", name): to_json(member, item) for name, member, item in _members(shape, value)}
        case ListShape():
            return [to_json(shape.member, item) for item in value]
        case MapShape():
            return {key: to_json(shape.value, item) for key, item in value.items()}
    return _json_scalar(shape, value)


def _json_scalar(shape: Shape, value: Any) -> Any:
    match shape.type_name:
        case "timestamp":
            return _time(shape, value, "unixtimestamp")
        case "blob":
            return _base64(value)
        case _:
            return value.value if isinstance(value, Enum) else value


def _text(shape: Shape, value: Any) -> str:
    match shape.type_name:
        case "timestamp":
            return str(_time(shape, value, "iso8601"))
        case "blob":
            return _base64(value)
        case "boolean":
            return "true" if value else "false"
        case _:
            plain = str(value.value if isinstance(value, Enum) else value)
            return escape(FORBIDDEN_IN_XML.sub("\ufffd", plain), {"\r": "&#13;"})


def _element(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>"


def to_xml(name: str, shape: Shape, value: Any) -> str:
    """Write one member as an element (a flattened list: as several)."""
    match shape:
        case StructureShape():
            return _element(name, xml_members(shape, value))
        case ListShape() if shape.serialization.get("flattened"):
            inner = shape.member.serialization.get("name", name)
            return "".join(to_xml(inner, shape.member, item) for item in value)
        case ListShape():
            inner = shape.member.serialization.get("name", "member")
            return _element(name, "".join(to_xml(inner, shape.member, item) for item in value))
        case MapShape():
            return _xml_map(name, shape, value)
        case _:
            return _element(name, _text(shape, value))


def _xml_map(name: str, shape: MapShape, value: Mapping[str, Any]) -> str:
    key_name, value_name = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
    pairs = [to_xml(key_name, shape.key, key) + to_xml(value_name, shape.value, item) for key, item in value.items()]
    if shape.serialization.get("flattened"):
        return "".join(_element(name, pair) for pair in pairs)
    return _element(name, "".join(_element("entry", pair) for pair in pairs))


def xml_members(shape: StructureShape, value: Any) -> str:
    """Write the members of a structure that travel in the body."""
    return "".join(
        to_xml(member.serialization.get("name", name), member, item)
        for name, member, item in _members(shape, value)
        if "location" not in member.serialization
    )


def _namespace(operation: OperationModel) -> str:
    uri = operation.metadata.get("xmlNamespace") or f"http://ec2.amazonaws.com/doc/{operation.metadata['apiVersion']}/"
    return f' xmlns="{uri}"'


def _document(name: str, namespace: str, content: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{namespace}>{content}</{name}>'.encode()


def _query_answer(operation: OperationModel, output: dict[str, Any], request_id: str) -> Answer:
    shape, result = operation.output_shape, ""
    if shape is not None:
        result = _element(shape.serialization.get("resultWrapper", f"{operation.name}Result"), xml_members(shape, output))
    tail = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return Answer(body=_document(f"{operation.name}Response", _namespace(operation), result + tail), headers={"Content-Type": "text/xml"})


def _query_json_answer(operation: OperationModel, output: dict[str, Any], request_id: str) -> Answer:
    shape = operation.output_shape
    result = {shape.serialization.get("resultWrapper", f"{operation.name}Result"): to_json(shape, output)} if shape else {}
    document = {f"{operation.name}Response": {**result, "ResponseMetadata": {"RequestId": request_id}}}
    return Answer(body=json.dumps(document).encode(), headers={"Content-Type": "application/json"})


def _ec2_answer(operation: OperationModel, output: dict[str, Any], request_id: str) -> Answer:
    content = xml_members(operation.output_shape, output) if operation.output_shape else "<return>true</return>"
    body = _document(f"{operation.name}Response", _namespace(operation), f"<requestId>{request_id}</requestId>{content}")
    return Answer(body=body, headers={"Content-Type": "text/xml;charset=UTF-8"})


def _json_type(operation: OperationModel) -> str:
    return f"application/x-amz-json-{operation.metadata.get('jsonVersion', '1.1')}"


def _json_answer(operation: OperationModel, output: dict[str, Any], _request_id: str) -> Answer:
    body = json.dumps(to_json(operation.output_shape, output)).encode() if operation.output_shape else b"{}"
    return Answer(body=body, headers={"Content-Type": _json_type(operation)})


def _header_members(shape: StructureShape, output: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, member, item in _members(shape, output):
        if member.serialization.get("location") == "header":
            found[member.serialization.get("name", name)] = (
                str(_time(member, item, "rfc822")) if member.type_name == "timestamp" else str(item)
            )
    return found


def _rest_status(operation: OperationModel) -> int:
    return int(operation.http.get("responseCode", 200))


def _rest_answer(operation: OperationModel, output: dict[str, Any], kind: str, body: Callable[[StructureShape, Any], bytes]) -> Answer:
    shape, status = operation.output_shape, _rest_status(operation)
    if shape is None:
        return Answer(status=status, body=b"{}" if "json" in kind else b"", headers={"Content-Type": kind})
    headers, payload = _header_members(shape, output), shape.serialization.get("payload")
    if payload and shape.members[payload].type_name in {"blob", "string"}:
        content = output.get(payload, b"")
        return Answer(status=status, body=content.encode() if isinstance(content, str) else content, headers=headers)
    part, value = (shape.members[payload], output.get(payload, {})) if payload else (shape, output)
    return Answer(status=status, body=body(part, value), headers={**headers, "Content-Type": kind})


def _json_members(shape: StructureShape, value: Any) -> bytes:
    held = {name: item for name, member, item in _members(shape, value) if "location" not in member.serialization}
    return json.dumps(to_json(shape, held)).encode()


def _rest_json_answer(operation: OperationModel, output: dict[str, Any], _request_id: str) -> Answer:
    return _rest_answer(operation, output, "application/json", _json_members)


def _rest_xml_answer(operation: OperationModel, output: dict[str, Any], _request_id: str) -> Answer:
    def body(shape: StructureShape, value: Any) -> bytes:
        return _document(shape.serialization.get("name", shape.name), _namespace(operation), xml_members(shape, value))

    return _rest_answer(operation, output, "text/xml", body)


ENCODERS: Mapping[str, Callable[[OperationModel, dict[str, Any], str], Answer]] = {
    "query": _query_answer,
    "query-json": _query_json_answer,
    "ec2": _ec2_answer,
    "json": _json_answer,
    "rest-json": _rest_json_answer,
    "rest-xml": _rest_xml_answer,
}


def _plain_element(name: str, value: Any) -> str:
    """Write a member of an error, for which there is no shape: a mapping as its elements, a list as the same element again and again."""
    if isinstance(value, Mapping):
        return _element(name, "".join(_plain_element(key, item) for key, item in value.items()))
    if isinstance(value, list):
        return "".join(_plain_element(name, item) for item in value)
    return _element(name, escape(str(value)))


def _query_refusal(refusal: Refusal, request_id: str, namespace: str) -> Answer:
    fault = "Sender" if refusal.status < 500 else "Receiver"
    members = {"Type": fault, "Code": refusal.code, "Message": refusal.message, **refusal.members}
    error = _plain_element("Error", members)
    body = _document("ErrorResponse", namespace, f"{error}<RequestId>{request_id}</RequestId>")
    return Answer(status=refusal.status, body=body, headers={"Content-Type": "text/xml"})


def _query_json_refusal(refusal: Refusal, request_id: str, _namespace: str) -> Answer:
    fault = "Sender" if refusal.status < 500 else "Receiver"
    error = {"Type": fault, "Code": refusal.code, "Message": refusal.message, **refusal.members}
    body = json.dumps({"Error": error, "RequestId": request_id}, default=str).encode()
    return Answer(status=refusal.status, body=body, headers={"Content-Type": "application/json"})


def _ec2_refusal(refusal: Refusal, request_id: str, _namespace: str) -> Answer:
    error = f"<Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"
    body = _document("Response", "", f"<Errors><Error>{error}</Error></Errors><RequestID>{request_id}</RequestID>")
    return Answer(status=refusal.status, body=body, headers={"Content-Type": "text/xml;charset=UTF-8"})


def _json_refusal(refusal: Refusal, _request_id: str, _namespace: str) -> Answer:
    body = json.dumps({"__type": refusal.code, "message": refusal.message, **refusal.members}, default=str).encode()
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": refusal.code}
    return Answer(status=refusal.status, body=body, headers=headers)


def _rest_json_refusal(refusal: Refusal, request_id: str, namespace: str) -> Answer:
    answer = _json_refusal(refusal, request_id, namespace)
    answer.headers["Content-Type"] = "application/json"
    return answer


REFUSALS: Mapping[str, Callable[[Refusal, str, str], Answer]] = {
    "query": _query_refusal,
    "query-json": _query_json_refusal,
    "ec2": _ec2_refusal,
    "json": _json_refusal,
    "rest-json": _rest_json_refusal,
    "rest-xml": _query_refusal,
}
