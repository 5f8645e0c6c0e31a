# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What module `cluster` refuses by the shape of its options alone, and what it takes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.cluster import Cluster, ClusterActual, cluster_result
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import is_marker
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope

SCOPE = Scope(account="123456789012", region="eu-central-1")
SHAPES: dict[str, dict[str, Any]] = {
    "missing_name": {"name": None},
    "bad_name": {"name": "x" * 101},
    "version_unquoted": {"version": "1.3"},
    "bad_version": {"version": "latest"},
    "too_many_security_groups": {"resources_vpc_config": {"security_group_ids": [f"sg-{n}" for n in range(6)]}},
    "bad_cidr": {"resources_vpc_config": {"public_access_cidrs": ["203.0.113.7/24"]}},
    "bad_service_cidr": {"kubernetes_network_config": {"service_ipv4_cidr": "8.8.0.0/16"}},
    "unknown_log_type": {"logging": ["kubelet"]},
    "bad_retention": {"log_retention_days": 91},
    "unknown_choice": {"upgrade_policy": {"support_type": "FOREVER"}},
    "nobody_is_admin": {"access_config": {"authentication_mode": "CONFIG_MAP", "bootstrap_cluster_creator_admin_permissions": False}},
}


@pytest.mark.parametrize("code", SHAPES)
def test_bad_input_is_refused_before_anything_is_read(code: str) -> None:
    with pytest.raises(Refused) as refused:
        Cluster.from_options({"name": "blue", **SHAPES[code]}, SCOPE)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_an_unquoted_version_is_told_as_what_it_is() -> None:
    with pytest.raises(Refused, match=r'1\.3 looks like an unquoted 1\.30: write "1\.30"'):
        Cluster.from_options({"name": "blue", "version": "1.3"}, SCOPE)


def test_a_version_with_v_is_taken() -> None:
    assert Cluster.from_options({"name": "blue", "version": "v1.34"}, SCOPE).version == "1.34"


def test_a_result_can_be_given_back_as_options() -> None:
    options = {
        "name": "blue",
        "version": "1.34",
        "logging": ["api"],
        "resources_vpc_config": {"subnet_ids": ["subnet-a"]},
        "tags": {"a": "b"},
    }
    desired = Cluster.from_options(options, SCOPE)
    result = cluster_result(desired, ClusterActual(), SCOPE)
    assert Cluster.from_options(result, SCOPE) == desired
    assert is_marker(result["status"]["endpoint"])
