# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads at the same time, of which one may be refused without spoiling the others. What a refusal means is its reader's business."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

from .._run.gateway import Answer, ApiError, Gateway, Read

Reply: TypeAlias = "Answer | ApiError | None"

UNKNOWN_PARAMETER = "InvalidParameterException"
"""How EKS says, in a read, that it does not know what was named."""


def replies(gateway: Gateway, reads: Sequence[Read], *, refusals: Collection[str]) -> list[Reply]:
    """Send reads at the same time; an error with one of these codes is a reply like another.

    The usual case costs each read once. Where one is refused, all are sent again one by one: that ends in a problem anyway.
    """
    if not reads:
        return []
    try:
        return list(gateway.read_all(reads))
    except ApiError as error:
        if error.code not in refusals:
            raise
    return [_reply(gateway, read, refusals) for read in reads]


def _reply(gateway: Gateway, read: Read, refusals: Collection[str]) -> Reply:
    answers: list[Answer | None]
    try:
        answers = gateway.read_all([read])
    except ApiError as error:
        if error.code not in refusals:
            raise
        return error
    return answers[0]
