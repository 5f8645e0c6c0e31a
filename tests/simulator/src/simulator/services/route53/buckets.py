# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often one may ask: a bucket of tokens for the account, and one for each operation. They refill in simulated time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...seam import Refusal


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests at once, and how many a second after that."""

    burst: float
    refill: float


USUAL = Rate(50, 10)
RATES: Mapping[str, Rate] = {"GetHealthCheckStatus": Rate(4, 1)}
"""Operations with a rate of their own."""


@dataclass(slots=True)
class Bucket:
    """What was left at a time."""

    tokens: float
    at: float

    def refilled(self, rate: Rate, now: float) -> float:
        """Give what is in it by now."""
        # A restored picture may have set the clock back
        return min(rate.burst, self.tokens + max(0.0, now - self.at) * rate.refill)


Buckets = dict[tuple[str, str], Bucket]
"""By account and operation; "" is the account's own."""


def take(buckets: Buckets, account: str, operation: str, now: float) -> None:
    """Take a token out of both buckets, or refuse and take none."""
    wanted = {"": USUAL, operation: RATES.get(operation, USUAL)}
    left: dict[str, float] = {}
    for name, rate in wanted.items():
        bucket = buckets.get((account, name))
        left[name] = bucket.refilled(rate, now) if bucket else rate.burst
    if min(left.values()) < 1:
        raise Refusal("Throttling", "Rate exceeded")
    buckets.update({(account, name): Bucket(tokens - 1, now) for name, tokens in left.items()})
