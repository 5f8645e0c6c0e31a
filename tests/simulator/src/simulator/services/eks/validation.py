# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service model as a judge: types and required members (botocore), and what botocore's judge lets through.

Refuses before any operation sees the request. Rules that are not in the service model belong to the noun's module, except
the length of client tokens, which EKS checks for every operation and the model does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator

from ...seam import Refusal

CODES = ("InvalidParameterException", "BadRequestException", "InvalidRequestException", "ClientException")
"""What a bad parameter is called, by preference; an operation answers only with errors that its model lists."""

CHARACTERS = (
    "It should begin with letter or digit and can have any of the following characters:"
    " the set of Unicode letters, digits, hyphens and underscores."
)
TOKEN_LENGTH = (33, 126)


def validate(operation: OperationModel, parameters: dict[str, Any]) -> None:
    """Refuse parameters that break the model, all problems in one message."""
    if problems := list(_problems(operation, parameters)):
        raise Refusal(code(operation), " ".join(problems))


def code(operation: OperationModel) -> str:
    """Name the error that this operation has for a bad parameter."""
    known = {shape.name for shape in operation.error_shapes}
    return next((name for name in CODES if name in known), CODES[0])


def _problems(operation: OperationModel, parameters: dict[str, Any]) -> Iterator[str]:
    shape = operation.input_shape
    if shape is None:
        return
    report = ParamValidator().validate(parameters, shape)
    if report.has_errors():
        yield report.generate_report()
        return
    yield from _token(parameters)
    yield from _deep(shape, parameters, "")


def _token(parameters: dict[str, Any]) -> Iterator[str]:
    low, high = TOKEN_LENGTH
    token = parameters.get("clientRequestToken")
    if token is not None and not low <= len(token) <= high:
        yield f"The client request token parameter must be between {low} and {high} characters."


def _deep(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Walk the whole value: enum, pattern and bounds hold at any depth."""
    yield from _enum(shape, value, path)
    yield from _bounds(shape, value, path)
    yield from _pattern(shape, value, path)
    for inner, part, name in _parts(shape, value, path):
        yield from _deep(inner, part, name)


def _parts(shape: Any, value: Any, path: str) -> Iterator[tuple[Shape, Any, str]]:
    match shape.type_name:
        case "structure":
            yield from ((shape.members[name], part, f"{path}.{name}" if path else name) for name, part in value.items())
        case "list":
            yield from ((shape.member, part, f"{path}[{at}]") for at, part in enumerate(value))
        case "map":
            for key, part in value.items():
                yield shape.key, key, f"{path} (key)"
                yield shape.value, part, f"{path}.{key}"


def _enum(shape: Shape, value: Any, path: str) -> Iterator[str]:
    offered = getattr(shape, "enum", None)
    if offered and value not in offered:
        yield f"The {path} parameter must be one of [{', '.join(offered)}], not {value}."


def _bounds(shape: Shape, value: Any, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "map":
        # The model wants one tag at least. EKS does not: clients that always send `tags` send an empty map.
        low = None
    if low is None and high is None:
        return
    number = isinstance(value, int | float)
    size = value if number else len(value)
    if (low is not None and size < low) or (high is not None and size > high):
        unit = "" if number else " items" if isinstance(value, list | dict) else " characters"
        limit = f"at least {low}" if high is None else f"at most {high}" if low is None else f"between {low} and {high}"
        yield f"The {path} parameter must be {limit}{unit}."


def _pattern(shape: Shape, value: Any, path: str) -> Iterator[str]:
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value):
        yield f"The {path} parameter contains invalid characters. {CHARACTERS}"
