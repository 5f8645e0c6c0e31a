# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that a plan knows only by the step that will produce them.

Inside one plan such a value is a `Ref`; between tasks of a check-mode run it is a *marker*, a string that says what it stands for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

_MARKER = re.compile(r"\(known after apply: [^ ,'\":]+ [^,'\":]+\)")


@dataclass(frozen=True, slots=True)
class Ref:
    """A value in the answer of an earlier step: `Ref("vpc", "Vpc.VpcId")`, the path being JMESPath."""

    step: str
    path: str

    def marker(self) -> str:
        """Give the string that stands for the value outside of the plan."""
        return f"(known after apply: {self.step} {self.path})"


Value: TypeAlias = "str | Ref"
"""An id, ARN or URL: known, or produced by an earlier step (or a marker, when it came from an earlier task in check mode)."""


def is_marker(value: object) -> bool:
    """Say whether a string holds a marker."""
    return isinstance(value, str) and _MARKER.search(value) is not None


def is_unknown(value: object) -> bool:
    """Say whether a value is known only after apply."""
    return isinstance(value, Ref) or is_marker(value)


def shown(value: object) -> object:
    """Give the value as data to print or return: references become markers, at any depth."""
    match value:
        case Ref():
            return value.marker()
        case Mapping():
            return {name: shown(inner) for name, inner in value.items()}
        case list() | tuple():
            return [shown(inner) for inner in value]
        case _:
            return value


def told(value: object) -> str:
    """Give the value as text for a sentence: texts as they are, several separated by commas, anything else as JSON."""
    match shown(value):
        case None:
            return "nothing"
        case str() as text:
            return text
        case [str(), *_others] as texts:
            return ", ".join(map(str, texts))
        case data:
            return json.dumps(data, sort_keys=True, default=str)


def references(value: object) -> Iterator[Ref]:
    """Find every reference in a request, at any depth."""
    match value:
        case Ref():
            yield value
        case Mapping():
            for inner in value.values():
                yield from references(inner)
        case list() | tuple():
            for inner in value:
                yield from references(inner)
