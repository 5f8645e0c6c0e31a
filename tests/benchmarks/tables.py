# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How what was measured is shown: on a terminal, and in the README. Measures nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from measures import MEASURES, Row

HEAD = ("measure", "value", "bar", "", "measured")
BEGIN, END = "<!-- measured: bench -->\n", "<!-- /measured -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one measure gave, and where."""

    machine: Mapping[str, Any]
    settings: Mapping[str, Any]
    rows: list[Row]


def table(rows: Iterable[Row]) -> str:
    """Lay the rows out for a person."""
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join((lines[0], "-" * len(lines[0]), *lines[1:]))


def rows_of(found: Mapping[str, Measured]) -> list[Row]:
    """Give all rows, in the order of the measures."""
    return [row for name in MEASURES if name in found for row in found[name].rows]


def markdown(found: Mapping[str, Measured]) -> str:
    """Lay the rows out for the README, and say on what they were measured."""
    lines = [HEAD, ("---",) * len(HEAD), *(_cells(row) for row in rows_of(found))]
    machine = next(iter(found.values())).machine
    loads = [measured.machine["load"] for measured in found.values()]
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    where = f"{machine['cores']} cores, which other work loaded with {min(loads)} to {max(loads)} before each measure; {versions}"
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\nMeasured on {where}."


def with_measured(text: str, measured: str) -> str:
    """Put the table into its place in a text."""
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"The text has no place for the table: {BEGIN.strip()} … {END}")
    return f"{before}{begin}{measured}\n{end}{after}"


def _cells(row: Row) -> tuple[str, ...]:
    value = f"{row.value:.0f}" if row.value == int(row.value) else f"{row.value:.2f}"
    return row.measure, f"{value} {row.unit}".rstrip(), row.limit, {True: "met", False: "MISSED", None: ""}[row.met], row.measured
