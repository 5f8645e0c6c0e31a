# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run ended: the status of each step, the answers, and what failed, in words for the operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .gateway import Answer


class Status(StrEnum):
    """How far a step got."""

    DONE = "done"
    WAITED = "waited"
    """What another run had begun has ended well."""
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"
    """It was sent, and nobody knows whether it was applied."""
    NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a step failed."""

    key: str
    code: str
    message: str
    what: str
    """What was attempted."""
    found: str
    do: str
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one step ended."""

    status: Status
    applied: bool = False
    """Its call changed something, even where its wait failed."""
    answer: Answer = field(default_factory=dict)
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How all steps of a plan ended."""

    ended: Mapping[str, Ended]

    @property
    def statuses(self) -> dict[str, str]:
        """Give the status of each step by its key."""
        return {key: ended.status.value for key, ended in self.ended.items()}

    @property
    def answers(self) -> dict[str, Answer]:
        """Give the answer of each step that has one."""
        return {key: ended.answer for key, ended in self.ended.items() if ended.answer}

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Give every failure, the first one first."""
        return tuple(ended.failure for ended in self.ended.values() if ended.failure)

    @property
    def changed(self) -> bool:
        """Say whether something was changed, or may have been."""
        return any(ended.applied or ended.status is Status.AMBIGUOUS for ended in self.ended.values())

    def followed_by(self, later: Outcome) -> Outcome:
        """Give the outcome of this plan and of one made afterwards: what that one does not need any more has been done."""
        before = {key: _settled(ended) for key, ended in self.ended.items() if key not in later.ended}
        after = {key: replace(ended, applied=ended.applied or self._applied(key)) for key, ended in later.ended.items()}
        return Outcome(ended=before | after)

    def _applied(self, key: str) -> bool:
        return key in self.ended and self.ended[key].applied


def _settled(ended: Ended) -> Ended:
    return replace(ended, status=Status.DONE if ended.failure or ended.status is Status.NOT_STARTED else ended.status, failure=None)
