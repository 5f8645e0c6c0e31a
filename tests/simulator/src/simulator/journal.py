# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every request that came in, whether it was answered, refused or hit by a fault."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request."""

    n: int
    time: str
    account: str
    region: str
    service: str
    operation: str
    parameters: dict[str, Any] = field(default_factory=dict)
    mutating: bool = False
    applied: bool = False
    """Whether it changed the state; a replayed answer and a refusal did not."""
    fault: str | None = None
    """The id of the fault that hit, which begins with its kind."""
    status: int | None = None
    """None: no answer was sent."""
    error: str | None = None
    request_id: str = ""
    user_agent: str = ""
    duration_ms: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Give plain data; times and bytes in the parameters become strings."""
        return {**asdict(self), "parameters": plain(self.parameters)}


def plain(value: Any) -> Any:
    """Give JSON-able data."""
    match value:
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case datetime():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case str() | int() | float() | bool() | None:
            return value
        case _:
            return str(value)


class Journal:
    """The entries since the start or the last deletion; numbers are never used twice."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._numbers = itertools.count(1)
        self._entries: list[Entry] = []

    def add(self, **fields: Any) -> Entry:
        """Write an entry under the next number."""
        entry = Entry(n=next(self._numbers), **fields)
        self._entries.append(entry)
        return entry

    def entries(self, after: int = 0, *, mutating_only: bool = False) -> Iterator[Entry]:
        """Read the entries behind a number."""
        return (entry for entry in self._entries if entry.n > after and (entry.mutating or not mutating_only))

    def clear(self) -> None:
        """Forget the entries."""
        self._entries.clear()
