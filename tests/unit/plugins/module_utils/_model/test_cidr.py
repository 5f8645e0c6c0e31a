# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arithmetic with blocks."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cutover.eks.plugins.module_utils._model.cidr import first_free, has_allowed_size, overlaps, parsed

WHOLE = IPv4Network("10.0.0.0/16")


@pytest.mark.parametrize("text", ["10.0.0.0", "10.0.0.1/24", "10.0.0.0/33", "::/64", "ten", ""])
def test_what_is_no_block_is_none(text: str) -> None:
    assert parsed(text) is None


def test_the_first_free_block_is_the_lowest() -> None:
    assert first_free(WHOLE, 20, []) == IPv4Network("10.0.0.0/20")
    assert first_free(WHOLE, 20, [IPv4Network("10.0.0.0/24")]) == IPv4Network("10.0.16.0/20")
    assert first_free(WHOLE, 24, [IPv4Network("10.0.0.0/20"), IPv4Network("10.0.17.0/24")]) == IPv4Network("10.0.16.0/24")


def test_there_is_no_room_in_what_is_full_or_too_small() -> None:
    assert first_free(WHOLE, 17, [IPv4Network("10.0.0.0/28"), IPv4Network("10.0.255.240/28")]) is None
    assert first_free(WHOLE, 15, []) is None


def test_what_lies_elsewhere_takes_no_room() -> None:
    assert first_free(WHOLE, 16, [IPv4Network("10.1.0.0/16")]) == WHOLE


@given(st.lists(st.integers(18, 28), max_size=12))
def test_blocks_found_one_after_the_other_never_overlap(sizes: list[int]) -> None:
    taken: list[IPv4Network] = []
    for size in sizes:
        free = first_free(WHOLE, size, taken)
        if free is not None:
            assert free.prefixlen == size
            assert free.subnet_of(WHOLE)
            taken.append(free)
    assert overlaps(taken) == []


def test_overlapping_pairs_are_named() -> None:
    one, other = IPv4Network("10.0.0.0/20"), IPv4Network("10.0.8.0/24")
    assert overlaps([one, other, IPv4Network("10.1.0.0/24")]) == [(one, other)]


def test_sizes_that_ec2_takes() -> None:
    assert [size for size in range(14, 31) if has_allowed_size(IPv4Network((0, size)))] == list(range(16, 29))
