# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in all spellings that people and Route 53 use."""

from __future__ import annotations

import re

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.dns_name import HOST_NAME, canonical, is_within, told_name


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("app.example.com", "app.example.com."),
        ("App.Example.COM.", "app.example.com."),
        ("*.example.com", "\\052.example.com."),
        ("\\052.example.com.", "\\052.example.com."),
        ("\\141pp.example.com", "app.example.com."),
        ("a\\056b.example.com", "a\\056b.example.com."),
        ("_acme.example.com", "_acme.example.com."),
    ],
)
def test_spellings_of_one_name_are_stored_alike(written: str, stored: str) -> None:
    assert canonical(written) == stored
    assert canonical(stored) == stored


def test_a_stored_name_is_told_as_people_write_it() -> None:
    assert told_name("\\052.example.com.") == "*.example.com"


def test_a_name_is_in_a_zone_by_whole_labels() -> None:
    assert is_within("example.com.", "example.com.")
    assert is_within("a.b.example.com.", "example.com.")
    assert not is_within("notexample.com.", "example.com.")


@pytest.mark.parametrize("name", ["", "a..b", "app example.com", "a.*.com", f"{'a' * 64}.com", "http://example.com"])
def test_what_is_no_host_name(name: str) -> None:
    assert not re.fullmatch(HOST_NAME, name)
