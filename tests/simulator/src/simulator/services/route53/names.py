# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Domain names as Route 53 takes, stores and sorts them: `*.Example.com` is `\052.example.com.`."""

from __future__ import annotations

import re
from collections.abc import Iterator

PIECE = re.compile(r"\\(?P<octal>[0-3][0-7]{2})|(?P<plain>[!-\[\]-~])|(?P<wrong>.)", re.DOTALL)
UNESCAPED = re.compile(r"[a-z0-9_-]")
LONGEST_LABEL = 63
LONGEST_NAME = 255


class BadName(ValueError):
    """A name that cannot be one, in AWS's words."""


def _problem(code: str, text: str, value: str) -> BadName:
    return BadName(f"FATAL problem: {code} ({text}) encountered with '{value}'")


def _characters(name: str) -> Iterator[tuple[str, bool]]:
    """Give each character, and whether it is a dot between labels."""
    for piece in PIECE.finditer(name):
        if piece["wrong"]:
            raise _problem("UnsupportedCharacter", "Value contains unsupported characters", piece["wrong"])
        yield (chr(int(piece["octal"], 8)), False) if piece["octal"] else (piece["plain"], piece["plain"] == ".")


def labels(name: str) -> list[str]:
    """Split a name into its labels, without escapes and in lower case."""
    found = [""]
    for character, is_dot in _characters(name):
        if is_dot:
            found.append("")
        else:
            found[-1] += character.lower()
    return found[:-1] if len(found) > 1 and not found[-1] else found


def _escaped(label: str) -> str:
    return "".join(each if UNESCAPED.match(each) else f"\\{ord(each):03o}" for each in label)


def canonical(name: str) -> str:
    """Give a name as it is stored, or raise `BadName`."""
    if name in ("", "."):
        raise _problem("DomainNameEmpty", "Domain name is empty", name)
    parts = labels(name)
    for part in parts:
        if not part:
            raise _problem("DomainLabelEmpty", "Domain label is empty", name)
        if len(part) > LONGEST_LABEL:
            raise _problem("DomainLabelTooLong", "Domain label is too long", part)
    if sum(len(part) + 1 for part in parts) + 1 > LONGEST_NAME:
        raise _problem("DomainNameTooLong", "Domain name is too long", name)
    return "".join(f"{_escaped(part)}." for part in parts)


def is_within(name: str, zone: str) -> bool:
    """Say whether a stored name is a zone's own or below it."""
    return name == zone or name.endswith(f".{zone}")


def sort_key(name: str) -> str:
    """Give what a stored name is sorted by: the labels reversed, unescaped, with the trailing dot."""
    return "".join(f"{part}." for part in reversed(labels(name)))
