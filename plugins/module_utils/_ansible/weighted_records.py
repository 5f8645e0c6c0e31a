# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `weighted_records`: its options, and the functions behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._aws.weighted_records import read_weighted_records
from .._model.dns_name import told_name
from .._model.weighted_records import TYPES, WeightedRecords, weighted_records_result
from .._plan.weighted_records import plan_weighted_records
from .noun import Noun

_ALIAS: Mapping[str, Any] = {
    "dns_name": {"type": "str", "required": True},
    "hosted_zone_id": {"type": "str", "required": True},
    "evaluate_target_health": {"type": "bool", "required": True},
}

OPTIONS: Mapping[str, Any] = {
    "name": {"type": "str", "required": True},
    "zone": {"type": "str"},
    "zone_id": {"type": "str"},
    "private": {"type": "bool"},
    "vpc_id": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "simple"], "default": "present"},
    "types": {"type": "list", "elements": "str", "choices": list(TYPES)},
    "ttl": {"type": "int"},
    "records": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "set_identifier": {"type": "str", "required": True},
            "weight": {"type": "int"},
            "alias": {"type": "dict", "options": _ALIAS},
            "values": {"type": "dict"},
            "health_check_id": {"type": "str"},
        },
    },
    "remove": {"type": "list", "elements": "str"},
    "expected": {"type": "dict"},
    "adopt": {"type": "bool", "default": False},
    "status": {"type": "dict"},
}

NOUN = Noun(
    name="weighted_records",
    options=OPTIONS,
    desired=WeightedRecords.from_options,
    read=read_weighted_records,
    plan=plan_weighted_records,
    result=weighted_records_result,
    lock_name=lambda desired: told_name(desired.name),
)
