# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service behind moto may be asked: operation → fields, filters. Everything else is refused by name, never ignored.

The tables themselves stand in `services/<name>`; an entry is there because a test showed the answer to be AWS's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .seam import Call, not_implemented


@dataclass(frozen=True, slots=True)
class Allowed:
    """The top-level fields and the filter names that one operation takes; a filter `tag:*` stands for every tag."""

    fields: frozenset[str] = frozenset()
    filters: frozenset[str] = frozenset()


def allow(fields: str = "", filters: str = "") -> Allowed:
    """Write an entry as two lists of words."""
    return Allowed(frozenset(fields.split()), frozenset(filters.split()))


def check(table: Mapping[str, Allowed], call: Call) -> None:
    """Refuse an operation, a field or a filter that the table does not have."""
    name = f"{call.service}.{call.operation}"
    entry = table.get(call.operation)
    if entry is None:
        raise not_implemented(name)
    for field in sorted(call.parameters.keys() - entry.fields):
        raise not_implemented(f"{name} field {field}")
    for found in (*call.parameters.get("Filters", ()), *call.parameters.get("Filter", ())):
        if not _is_listed(filter_name(found), entry.filters):
            raise not_implemented(f"{name} filter {filter_name(found)}")


def filter_name(found: Mapping[str, object]) -> str:
    """Give the name of a filter; SSM spells its member differently from EC2."""
    return str(found.get("Name") or found.get("Key") or "")


def _is_listed(name: str, filters: frozenset[str]) -> bool:
    return name in filters or (name.startswith("tag:") and "tag:*" in filters)
