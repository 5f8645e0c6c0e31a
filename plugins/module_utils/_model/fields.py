# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declared options, read one by one: typed where they are right, noted as problems where they are not.

Knows nothing of any noun. What is not declared is None; what an earlier task only knows after apply (a marker) is taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .problem import Problems
from .reference import Ref, Value, is_unknown


@dataclass(frozen=True, slots=True)
class Fields:
    """One dictionary of options and where it stands in the user's input."""

    options: Mapping[str, Any]
    problems: Problems
    path: str = ""

    def at(self, name: str) -> str:
        """Give the path of an option as the user wrote it."""
        return f"{self.path}.{name}" if self.path else name

    def refuse(self, code: str, name: str, *, wanted: str, do: str) -> None:
        """Note a problem with the value of one option."""
        self.problems.add(code, self.at(name), found=self.options.get(name, "nothing"), wanted=wanted, do=do)

    def value(self, name: str) -> Value | None:
        """Read an id, ARN or URL."""
        found = self.options.get(name)
        return found if found is None or isinstance(found, Ref) else str(found)

    def values(self, name: str) -> tuple[Value, ...] | None:
        """Read a list of ids, ARNs or URLs."""
        found = self.options.get(name)
        return None if found is None else tuple(item if isinstance(item, Ref) else str(item) for item in found)

    def text(self, name: str, pattern: str = "", *, wanted: str = "", do: str = "") -> str | None:
        """Read a string; one that does not match is noted."""
        found = self.options.get(name)
        if found is None:
            return None
        if pattern and not is_unknown(found) and not re.fullmatch(pattern, str(found)):
            self.refuse(f"bad_{name}", name, wanted=wanted, do=do)
        return str(found)

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Read a list of strings."""
        found = self.options.get(name)
        return None if found is None else tuple(str(item) for item in found)

    def flag(self, name: str) -> bool | None:
        """Read a boolean."""
        found = self.options.get(name)
        return None if found is None else bool(found)

    def number(self, name: str, low: int, high: int) -> int | None:
        """Read a whole number between two bounds."""
        found = self.options.get(name)
        if found is None:
            return None
        if not re.fullmatch(r"-?\d+", str(found)) or not low <= int(found) <= high:
            self.refuse("out_of_bounds", name, wanted=f"a whole number from {low} to {high}", do="Give a number within the bounds.")
            return None
        return int(found)

    def choice(self, name: str, allowed: Collection[str]) -> str | None:
        """Read one of some words."""
        found = self.options.get(name)
        if found is None:
            return None
        if found not in allowed:
            self.refuse("unknown_choice", name, wanted=f"one of {', '.join(sorted(allowed))}", do="Choose one of these.")
        return str(found)

    def mapping(self, name: str) -> dict[str, str] | None:
        """Read a dictionary of strings, such as tags and labels."""
        found = self.options.get(name)
        return None if found is None else {str(key): str(value) for key, value in found.items()}

    def below(self, name: str) -> Fields | None:
        """Go into a dictionary of options."""
        found = self.options.get(name)
        return None if found is None else Fields(found, self.problems, self.at(name))

    def each(self, name: str) -> Iterator[Fields]:
        """Go into a list of dictionaries of options."""
        for index, found in enumerate(self.options.get(name) or ()):
            yield Fields(found, self.problems, f"{self.at(name)}[{index}]")

    def has(self, name: str) -> bool:
        """Say whether the option is declared."""
        return self.options.get(name) is not None
