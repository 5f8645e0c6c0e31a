# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values known only after apply, inside a plan and between tasks."""

from __future__ import annotations

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref, is_marker, is_unknown, references, shown

VPC = Ref("vpc", "Vpc.VpcId")


def test_a_marker_names_step_and_attribute_and_is_recognised() -> None:
    assert VPC.marker() == "(known after apply: vpc Vpc.VpcId)"
    assert is_marker(VPC.marker())
    assert is_marker(f"arn:aws:iam::1:role/{VPC.marker()}")


@pytest.mark.parametrize("value", ["vpc-1", "", None, 3, "(known after apply)"])
def test_an_ordinary_value_is_no_marker(value: object) -> None:
    assert not is_unknown(value)


def test_references_become_markers_at_any_depth() -> None:
    assert shown({"a": [VPC, "b"], "c": 1}) == {"a": [VPC.marker(), "b"], "c": 1}
    assert list(references({"a": [VPC, {"b": VPC}]})) == [VPC, VPC]
