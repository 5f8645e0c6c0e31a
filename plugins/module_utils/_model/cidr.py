# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arithmetic with IPv4 blocks: validity, overlap, and the first free block of a size. Knows nothing of subnets' purposes."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network
from itertools import combinations

LARGEST, SMALLEST = 16, 28
"""Prefix lengths that EC2 takes for a VPC and for a subnet."""


def parsed(text: str) -> IPv4Network | None:
    """Read a block, or None when it is none (bits set behind the prefix, IPv6, words)."""
    try:
        return IPv4Network(text) if "/" in text else None
    except ValueError:
        return None


def has_allowed_size(block: IPv4Network) -> bool:
    """Say whether EC2 takes a block of this size."""
    return LARGEST <= block.prefixlen <= SMALLEST


def overlaps(blocks: Iterable[IPv4Network]) -> list[tuple[IPv4Network, IPv4Network]]:
    """Give each pair of blocks that share an address."""
    return [(one, other) for one, other in combinations(blocks, 2) if one.overlaps(other)]


def first_free(whole: IPv4Network, prefix_length: int, taken: Iterable[IPv4Network]) -> IPv4Network | None:
    """Find the lowest block of a size that shares no address with `taken`, or None when there is no room."""
    if prefix_length < whole.prefixlen:
        return None
    busy = sorted((block for block in taken if block.overlaps(whole)), key=lambda block: block.network_address)
    step = 1 << (32 - prefix_length)
    address = int(whole.network_address)
    while address < int(whole.broadcast_address):
        candidate = IPv4Network((address, prefix_length))
        hit = next((block for block in busy if block.overlaps(candidate)), None)
        if hit is None:
            return candidate
        # The next aligned address behind whichever block ends later: a large `taken` block is jumped over at once.
        behind = max(int(hit.broadcast_address), int(candidate.broadcast_address)) + 1
        address = -(-behind // step) * step
    return None
