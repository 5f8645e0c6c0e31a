# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a list, as Route 53 has them: `MaxItems` is a string, and a page ends by naming the first item of the next one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from ...seam import Refusal


def limit(parameters: dict[str, Any], largest: int, member: str = "MaxItems") -> int:
    """Read how many are wanted; more than the largest page are as many as that."""
    given = parameters.get(member, str(largest))
    if not given.isdecimal() or int(given) < 1:
        raise Refusal("InvalidInput", f"The value for {member} is not valid: '{given}'")
    return min(int(given), largest)


def token_page(key: str, items: Sequence[Any], parameters: dict[str, Any], largest: int, member: str) -> dict[str, Any]:
    """Answer with one page of `items` under `key`, for the operations that have a `NextToken`."""
    start, size = _start(parameters.get("NextToken")), limit(parameters, largest, member)
    answer: dict[str, Any] = {key: list(items[start : start + size])}
    return answer | ({"NextToken": _token(start + size)} if start + size < len(items) else {})


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"route53:{start}".encode()).decode()


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        marker, _colon, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if marker == "route53":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise Refusal("InvalidPaginationToken", "The value that you specified to get the second or subsequent page of results is invalid.")
