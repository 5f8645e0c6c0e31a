# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conformance: for every operation of every service, botocore's parser gets out of an answer what was put in, and we get out of
botocore's request what the client put in. Nothing is lost and nothing is added, in any protocol.
"""

from __future__ import annotations

import base64
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.awsrequest import HeadersDict, prepare_request_dict
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

import simulator.services
from simulator.decoding import DECODERS
from simulator.encoding import ENCODERS, REFUSALS, UnknownMember
from simulator.messages import Request
from simulator.protocols import protocol_of, service_model
from simulator.routing import Router
from simulator.seam import Refusal

SERVICES = sorted({*(entry.name for entry in pkgutil.iter_modules(simulator.services.__path__)), "route53"})
"""Route 53 is here in any case: it is the only one that speaks REST with XML."""
DEPTH = 4
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TEXT = "a b/ä<&>'\""
SCALARS = {
    "string": TEXT,
    "integer": 7,
    "long": 2**40,
    "float": 0.5,
    "double": 0.25,
    "boolean": True,
    "timestamp": MOMENT,
    "blob": b"\x00\xff",
    "character": "c",
}


def sample(shape: Shape, depth: int = 0) -> Any:
    """Make a value with every member of the shape, down to some depth, with two members in every list and map."""
    match shape:
        case StructureShape(is_document_type=True):
            return {}
        case StructureShape():
            members = {name: member for name, member in shape.members.items() if depth < DEPTH or not _is_deep(member)}
            taken = list(members.items())[: 1 if shape.is_tagged_union else None]
            return {name: sample(member, depth + 1) for name, member in taken}
        case ListShape():
            return [sample(shape.member, depth + 1)] * 2
        case MapShape():
            return {key: sample(shape.value, depth + 1) for key in ("k1", "k2")}
        case _:
            return (getattr(shape, "enum", None) or [SCALARS[shape.type_name]])[0]


def _is_deep(shape: Shape) -> bool:
    return isinstance(shape, StructureShape | ListShape | MapShape)


def operations(service: str) -> Iterator[OperationModel]:
    model = service_model(service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        if not (operation.has_event_stream_output or operation.has_event_stream_input or operation.has_streaming_output):
            yield operation


def parsed(operation: OperationModel, status: int, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    parser = create_parser(protocol_of(operation))
    answer = {"status_code": status, "headers": HeadersDict(headers), "body": body}
    found: dict[str, Any] = parser.parse(answer, operation.output_shape)
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_an_answer_loses_nothing_on_its_way(service: str) -> None:
    for operation in operations(service):
        output = sample(operation.output_shape) if operation.output_shape else {}
        answer = ENCODERS[protocol_of(operation)](operation, output, "id-1")
        found = parsed(operation, answer.status, answer.headers, answer.body)
        found.pop("ResponseMetadata")
        assert found == output, operation.name


@pytest.mark.parametrize("service", SERVICES)
def test_empty_lists_and_structures_stay_empty(service: str) -> None:
    for operation in operations(service):
        members = operation.output_shape.members if operation.output_shape else {}
        output: dict[str, Any] = {
            name: [] for name, member in members.items() if isinstance(member, ListShape) and not member.serialization.get("location")
        }
        answer = ENCODERS[protocol_of(operation)](operation, output, "id-1")
        found = parsed(operation, answer.status, answer.headers, answer.body)
        # XML cannot tell a flattened list that is empty from one that is not there
        assert {name: found.get(name, []) for name in output} == output, operation.name


def pruned(value: Any) -> Any:
    """Leave out empty structures: a form has no way to say them."""
    match value:
        case dict():
            kept = {key: pruned(item) for key, item in value.items()}
            return {key: item for key, item in kept.items() if item not in ({}, [])}
        case list():
            return [item for item in map(pruned, value) if item not in ({}, [])]
        case _:
            return value


def asked(operation: OperationModel, parameters: dict[str, Any]) -> Request:
    """Make the request that botocore would send."""
    made = create_serializer(protocol_of(operation), include_validation=False).serialize_to_request(parameters, operation)
    prepare_request_dict(made, endpoint_url="http://127.0.0.1", context={})
    body = made["body"]
    body = urlencode(body, doseq=True).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
    path, _mark, query = made["url"].removeprefix("http://127.0.0.1").partition("?")
    scope = f"AWS4-HMAC-SHA256 Credential=1/20260101/r/{_signing_name(operation)}/aws4_request, SignedHeaders=host, Signature=0"
    headers = {name.lower(): str(value) for name, value in made["headers"].items()}
    return Request(method=made["method"], path=path, query=query, headers={**headers, "authorization": scope}, body=body)


def _signing_name(operation: OperationModel) -> str:
    metadata = operation.metadata
    return str(metadata.get("signingName", metadata["endpointPrefix"]))


@pytest.mark.parametrize("service", SERVICES)
def test_a_request_is_understood_as_the_client_meant_it(service: str) -> None:
    router = Router(SERVICES)
    for operation in operations(service):
        parameters = pruned(sample(operation.input_shape)) if operation.input_shape else {}
        request = asked(operation, parameters)
        assert (router.route(request).service, router.route(request).operation.name) == (service, operation.name)
        assert DECODERS[protocol_of(operation, request)](operation, request) == parameters, operation.name


@pytest.mark.parametrize("service", SERVICES)
def test_a_refusal_is_read_with_code_text_and_status(service: str) -> None:
    operation = next(operations(service))
    answer = REFUSALS[protocol_of(operation)](Refusal("Some.Code", "a <text> & more", 409), "id-1", "")
    found = parsed(operation, answer.status, answer.headers, answer.body)
    assert (found["Error"]["Code"], found["Error"]["Message"]) == ("Some.Code", "a <text> & more")
    assert found["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_a_member_that_the_model_does_not_know_is_an_error() -> None:
    operation = service_model("eks").operation_model("DescribeCluster")
    with pytest.raises(UnknownMember, match="colour"):
        ENCODERS["rest-json"](operation, {"cluster": {"name": "blue", "colour": "red"}}, "id-1")


def test_bytes_travel_as_base64() -> None:
    operation = service_model("kms").operation_model("GenerateRandom")
    assert base64.b64encode(b"\x00\xff") in ENCODERS["json"](operation, {"Plaintext": b"\x00\xff"}, "id-1").body
