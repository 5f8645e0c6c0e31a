# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What EKS's own schema says about the declared configuration of an add-on.

The verdict is a part of what is read, because JSON Schema is the business of a library and the planners have none; what a verdict
means for the plan is decided there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from typing import Any

from .._model.addons import Configured, Verdict
from .._model.reference import is_unknown
from .._run.gateway import Answer, ApiError, Gateway, Read
from .refusable import UNKNOWN_PARAMETER, Reply, replies

LIBRARIES = ("jsonschema", "referencing")
"""The second one comes with jsonschema from its version 4.18 on."""
MISSING = "jsonschema (4.18 or newer) is not installed"
DENIED = "AccessDeniedException"
OPEN = "some of its values are known only after apply"
BY_SHAPE = frozenset(
    {"additionalItems", "additionalProperties", "maxItems", "maxProperties", "minItems", "minProperties", "required", "type"}
)
"""Rules that look at which members an object has, and not at their values."""
LONGEST = 200
"""Characters of a fault: the library repeats whole objects."""


def read_verdicts(gateway: Gateway, configured: Iterable[Configured]) -> dict[str, Verdict]:
    """Fetch each add-on's schema and hold its declared configuration against it."""
    asked = list(configured)
    if not asked:
        return {}
    if any(find_spec(name) is None for name in LIBRARIES):
        return {one.name: Verdict(unchecked=MISSING) for one in asked}
    reads = [Read("eks", "DescribeAddonConfiguration", {"addonName": one.name, "addonVersion": one.version}, missing=True) for one in asked]
    answers = replies(gateway, reads, refusals={UNKNOWN_PARAMETER, DENIED})
    return {one.name: _verdict(one, answer) for one, answer in zip(asked, answers, strict=True)}


def _verdict(configured: Configured, reply: Reply) -> Verdict:
    if isinstance(reply, ApiError):
        return Verdict(unchecked=f"{reply.operation} was refused ({reply.code})")
    text = _schema(reply)
    return judged(text, configured.values) if text else Verdict(unchecked=f"EKS has none for {configured.version}")


def _schema(answer: Answer | None) -> str:
    return str((answer or {}).get("configurationSchema") or "")


def judged(text: str, values: Mapping[str, Any]) -> Verdict:
    """Hold values against a schema; a schema that the library cannot use checks nothing, and says so."""
    # Here and not above: the import takes longer than all reads of a run that finds nothing to do.
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415
    from jsonschema.validators import Draft7Validator, validator_for  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    try:
        schema = json.loads(text)
        validator = validator_for(schema, default=Draft7Validator)
        validator.check_schema(schema)
        # With an empty registry nothing is fetched from the addresses that a schema may name.
        errors = list(validator(schema, registry=Registry()).iter_errors(values))
    except (ValueError, SchemaError, Unresolvable, re.error) as error:
        return Verdict(unchecked=f"it cannot be read ({type(error).__name__})")
    certain = [error for error in errors if not _may_pass(error.validator, error.instance)]
    faults = sorted((_path(error.absolute_path), _shortened(error.message)) for error in certain)
    return Verdict(faults=tuple(faults), unchecked=OPEN if len(certain) < len(errors) else "")


def _may_pass(rule: object, instance: object) -> bool:
    """Say whether what is known only after apply may still obey a rule: the names and numbers of members do not change by it."""
    if isinstance(instance, (Mapping, list)) and rule in BY_SHAPE:
        return False
    return is_unknown(json.dumps(instance))


def _path(places: Iterable[str | int]) -> str:
    return "".join(f"[{place}]" if isinstance(place, int) else f".{place}" for place in places)


def _shortened(message: str) -> str:
    return message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…"
