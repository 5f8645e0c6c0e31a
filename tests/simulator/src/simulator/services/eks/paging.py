# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a list: `maxResults` and `nextToken`, as every List operation of EKS has them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from ...seam import Refusal

PAGE = 100
"""The largest page, and the usual one."""


def page(key: str, items: Sequence[Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer with one page of `items` under `key`."""
    start = _start(parameters.get("nextToken"))
    end = start + int(parameters.get("maxResults") or PAGE)
    answer: dict[str, Any] = {key: list(items[start:end])}
    return answer | {"nextToken": _token(end)} if end < len(items) else answer


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"eks:{start}".encode()).decode()


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        marker, _colon, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if marker == "eks":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise Refusal("InvalidParameterException", "The nextToken parameter is invalid.")
