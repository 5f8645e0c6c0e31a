# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seam to an API: what the executor and the readers may ask, and the errors they understand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

Answer = Mapping[str, Any]


class Fault(StrEnum):
    """What an error means for whoever sent the request."""

    AMBIGUOUS = "ambiguous"
    """No answer, or a server error: it may have been applied."""
    THROTTLED = "throttled"
    """Not applied; the same request later."""
    NOT_FOUND = "not_found"
    PROPAGATING = "propagating"
    """IAM is eventually consistent: the role or its policy is not visible yet."""
    REFUSED = "refused"
    """Not applied; the request itself is wrong."""


class ApiError(Exception):
    """A call that failed, in words for the operator."""

    def __init__(self, *, fault: Fault, service: str, operation: str, code: str, message: str, request_id: str = "") -> None:
        """Remember what was attempted and what came back."""
        super().__init__(f"{service}:{operation} failed: {code}: {message}")
        self.fault, self.service, self.operation = fault, service, operation
        self.code, self.message, self.request_id = code, message, request_id


@dataclass(frozen=True, slots=True)
class Read:
    """One read to send with others at the same time; `pages` merges all pages of the answer."""

    service: str
    operation: str
    request: Mapping[str, Any]
    missing: bool = False
    """A not-found error is an answer: None."""


class Gateway(Protocol):
    """How the API is spoken to. Thread-safe."""

    def write(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        """Send one mutating request once, without a retry of the SDK, or raise `ApiError`."""

    def read(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        """Send one read (all pages, retried by the SDK), or raise `ApiError`."""

    def read_all(self, reads: Sequence[Read]) -> list[Answer | None]:
        """Send reads at the same time; answers in their order."""

    def server_seconds(self) -> float:
        """Give the server's time by the `Date` header of its last answer, in seconds since the epoch."""
