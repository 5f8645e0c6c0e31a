# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared options: how they are taken, and that the words for them agree with them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.cutover.eks.plugins.doc_fragments.common import ModuleDocFragment
from ansible_collections.cutover.eks.plugins.module_utils._ansible.arguments import INFO_OPTIONS, RUN_OPTIONS, Controls


def shape(option: dict[str, Any]) -> tuple[object, ...]:
    inner = option.get("options") or option.get("suboptions") or {}
    facts = ("type", "default", "elements", "choices", "required")
    return (*(option.get(fact) for fact in facts), {name: shape(below) for name, below in inner.items()})


@pytest.mark.parametrize(("options", "words"), [(RUN_OPTIONS, ModuleDocFragment.DOCUMENTATION), (INFO_OPTIONS, ModuleDocFragment.INFO)])
def test_every_option_is_documented_as_it_is(options: dict[str, Any], words: str) -> None:
    documented = yaml.safe_load(words)["options"]
    assert {name: shape(option) for name, option in documented.items()} == {name: shape(option) for name, option in options.items()}


def test_nothing_declared_means_caution_and_waiting() -> None:
    assert Controls.of({}) == Controls(wait=True, lock="ssm", allow_replace=False, allow_irreversible=False)


def test_an_empty_list_allows_nothing_and_none_allows_everything() -> None:
    assert Controls.of({"allowed_account_ids": []}).allowed_account_ids == ()
    assert Controls.of({"allowed_account_ids": None}).allowed_account_ids is None


def test_an_empty_plan_may_be_the_expected_one() -> None:
    assert Controls.of({"expected_plan": []}).expected_plan == ()
    assert Controls.of({}).expected_plan is None


def test_account_ids_may_be_numbers_and_have_spaces() -> None:
    assert Controls.of({"allowed_account_ids": [42, " 7 "]}).allowed_account_ids == ("42", "7")
