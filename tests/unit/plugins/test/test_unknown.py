# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test `unknown`: markers, and nothing else."""

from __future__ import annotations

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.test.unknown import TestModule as Unknown

unknown = Unknown().tests()["unknown"]


@pytest.mark.parametrize("value", [Ref("vpc", "Vpc.VpcId").marker(), f"arn:{Ref('role/a', 'Role.Arn').marker()}"])
def test_a_marker_is_unknown(value: str) -> None:
    assert unknown(value)


@pytest.mark.parametrize("value", ["vpc-1", "", None, 3, ["(known after apply: vpc Vpc.VpcId)"]])
def test_anything_else_is_not(value: object) -> None:
    assert not unknown(value)
