# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long things usually take: medians of observed values on AWS, in seconds, with their spread. One table for plans and progress."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usual:
    """Usual seconds of an operation: the median, and the smallest and largest value observed (0: none published)."""

    seconds: int
    low: int = 0
    high: int = 0

    def __str__(self) -> str:
        """Give it as progress prints it: `usually 2m (1–4m)`."""
        spread = f" ({brief(self.low)}–{brief(self.high)})" if self.high else ""
        return f"usually {brief(self.seconds)}{spread}"


def brief(seconds: float) -> str:
    """Give a duration for people: `45s`, `1m20s`, `1h05m`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s" if rest else f"{minutes}m"
    return f"{minutes // 60}h{minutes % 60:02d}m"


USUAL = {
    "cluster.create": Usual(617, 503, 683),
    "cluster.delete": Usual(178, 69, 522),
    "cluster.version": Usual(600, 595, 1298),
    "cluster.config": Usual(120),
    "log_group.late": Usual(60),
    "nodegroup.create": Usual(110, 58, 221),
    "nodegroup.config": Usual(30),
    "nodegroup.version": Usual(1800),
    "nodegroup.delete": Usual(379, 252, 501),
    "addon.create": Usual(24, 14, 56),
    "addon.update": Usual(24, 14, 56),
    "addon.delete": Usual(20),
    "nat_gateway.create": Usual(100),
    "nat_gateway.delete": Usual(60),
    "security_group.delete": Usual(120),
    "route53.change": Usual(60),
}
"""From the public transcripts in section 4 of the EKS semantics; values without a spread are our estimate."""
