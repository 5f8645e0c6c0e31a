# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Domain names as Route 53 stores them: lower case, with a trailing dot, `*.Example.com` as `\052.example.com.`."""

from __future__ import annotations

import re

_PIECE = re.compile(r"\\[0-3][0-7]{2}|.", re.DOTALL)
_PLAIN = re.compile(r"[a-z0-9_.-]")
HOST_NAME = r"(?=.{1,254}$)(\*\.)?[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?"
"""What a host is called; the first label may be a star."""


def canonical(name: str) -> str:
    """Give a name as Route 53 stores it, so that two spellings of one name are equal."""
    text = "".join(_stored(piece) for piece in _PIECE.findall(name))
    return text if text.endswith(".") else f"{text}."


def told_name(name: str) -> str:
    """Give a stored name as people write it."""
    return name.replace("\\052", "*").rstrip(".")


def is_within(name: str, zone: str) -> bool:
    """Say whether a stored name is a zone's own or below it."""
    return name == zone or name.endswith(f".{zone}")


def _stored(piece: str) -> str:
    escaped = piece[1:].isdigit()
    letter = (chr(int(piece[1:], 8)) if escaped else piece).lower()
    if _PLAIN.fullmatch(letter) and not (escaped and letter == "."):
        return letter
    return piece if escaped else f"\\{ord(letter):03o}"
