# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes over the wire, without the wire: one HTTP request as it came in, one answer as it will go out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl

CREDENTIAL = re.compile(r"Credential=([^,\s]+)")


@dataclass(frozen=True, slots=True)
class Scope:
    """The credential scope of a signed request: who signs, for which region and service."""

    access_key: str
    date: str
    region: str
    service: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request; `path` is raw, because decoding it would turn the `%2F` in an ARN into a path separator."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""

    @cached_property
    def arguments(self) -> list[tuple[str, str]]:
        """The query string, decoded, in order."""
        return parse_qsl(self.query, keep_blank_values=True)

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a query-protocol request: the form in the body, or the query string of a GET."""
        if self.method == "GET":
            return dict(self.arguments)
        if "x-amz-target" in self.headers or not self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return {}
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def is_presigned(self) -> bool:
        """Say whether the signature stands in the query string."""
        return "X-Amz-Signature=" in self.query

    @cached_property
    def scope(self) -> Scope | None:
        """Whom and what the request was signed for, or None when it is not signed."""
        found = CREDENTIAL.search(self.headers.get("authorization", ""))
        credential = found.group(1) if found else dict(self.arguments).get("X-Amz-Credential", "")
        parts = credential.rsplit("/", 4)
        return Scope(parts[0], parts[1], parts[2], parts[3]) if len(parts) == 5 else None


@dataclass(slots=True, kw_only=True)
class Answer:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
