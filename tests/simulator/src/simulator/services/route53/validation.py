# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service model as a judge: what AWS's XML schema refuses before any rule is asked, in the schema validator's words.

A schema validator stops at the first problem, so only one is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.model import OperationModel, Shape, StructureShape

from ...seam import Refusal

NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "string": (str,),
    "timestamp": (datetime,),
    "structure": (dict,),
    "list": (list,),
}


def validate(operation: OperationModel, parameters: dict[str, Any]) -> None:
    """Refuse parameters that break the model."""
    shape = operation.input_shape
    problem = next(_problems(shape, parameters, operation.name), None) if shape else None
    if problem:
        raise Refusal("InvalidInput", f"Invalid XML ; {problem}")


def _problems(shape: Any, value: Any, name: str) -> Iterator[str]:
    if not isinstance(value, TYPES[shape.type_name]) or (isinstance(value, bool) and shape.type_name != "boolean"):
        yield f"cvc-datatype-valid.1.2.1: '{value}' is not a valid value for '{shape.type_name}'."
        return
    match value:
        case dict():
            yield from _structure(shape, value, name)
        case list():
            yield from _list(shape, value, name)
        case str():
            yield from _string(shape, value)
        case int():
            yield from _number(shape, value)


def _incomplete(name: str, expected: str) -> str:
    wanted = f"'{{\"{NAMESPACE}\":{expected}}}'"
    return f"cvc-complex-type.2.4.b: The content of element '{name}' is not complete. One of {wanted} is expected."


def _structure(shape: StructureShape, value: dict[str, Any], name: str) -> Iterator[str]:
    for key, part in value.items():
        if key not in shape.members:
            yield f"cvc-complex-type.2.4.a: Invalid content was found starting with element '{key}'."
        else:
            yield from _problems(shape.members[key], part, key)
    yield from (_incomplete(name, key) for key in shape.required_members if key not in value)


def _list(shape: Any, value: list[Any], name: str) -> Iterator[str]:
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max")
    if len(value) < low:
        yield _incomplete(name, shape.member.serialization.get("name", shape.member.name))
    if high is not None and len(value) > high:
        yield f"cvc-complex-type.2.4.d: Invalid content was found in element '{name}'. No more than {high} are expected."
    for part in value:
        yield from _problems(shape.member, part, shape.member.serialization.get("name", shape.member.name))


def _string(shape: Any, value: str) -> Iterator[str]:
    low, high, pattern = (shape.metadata.get(key) for key in ("min", "max", "pattern"))
    if shape.enum and value not in shape.enum:
        yield (
            f"cvc-enumeration-valid: Value '{value}' is not facet-valid with respect to enumeration '[{', '.join(shape.enum)}]'."
            " It must be a value from the enumeration."
        )
    if low is not None and len(value) < low:
        yield _facet(shape, value, "minLength", low, f" with length = '{len(value)}'")
    if high is not None and len(value) > high:
        yield _facet(shape, value, "maxLength", high, f" with length = '{len(value)}'")
    if pattern and not re.fullmatch(pattern, value):
        yield _facet(shape, value, "pattern", pattern)


def _number(shape: Any, value: int) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        yield _facet(shape, value, "minInclusive", low)
    if high is not None and value > high:
        yield _facet(shape, value, "maxInclusive", high)


def _facet(shape: Shape, value: object, facet: str, limit: object, more: str = "") -> str:
    return f"cvc-{facet}-valid: Value '{value}'{more} is not facet-valid with respect to {facet} '{limit}' for type '{shape.name}'."
