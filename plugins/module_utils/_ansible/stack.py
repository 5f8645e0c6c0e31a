# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `stack`: the option dictionaries of the single modules, and the functions behind their merge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._aws.stack import read_stack
from .._model.scope import Scope
from .._model.stack import PARTS, Stack, StackActual
from .._plan.stack import links_of, plan_stack
from . import addons, cluster, iam_roles, network, nodegroups
from .noun import Noun

NOUNS = {
    "network": network.NOUN,
    "iam_roles": iam_roles.NOUN,
    "cluster": cluster.NOUN,
    "nodegroups": nodegroups.NOUN,
    "addons": addons.NOUN,
}
GIVEN = {
    "network": {"name", "cluster", "state"},
    "iam_roles": {"cluster", "state"},
    "cluster": {"name", "state"},
    "nodegroups": {"cluster", "state"},
    "addons": {"cluster", "state"},
}
"""Options of the single modules that the stack gives itself."""


def _part(part: str) -> dict[str, Any]:
    return {"type": "dict", "options": {name: spec for name, spec in NOUNS[part].options.items() if name not in GIVEN[part]}}


OPTIONS: Mapping[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "confirm_deletion": {"type": "str"},
    "delete_orphans": {"type": "bool", "default": False},
    "tags": {"type": "dict"},
    **{part: _part(part) for part in PARTS},
    "status": {"type": "dict"},
}


def stack_result(desired: Stack, actual: StackActual, scope: Scope) -> dict[str, Any]:
    """Give the stack as the module returns it: its option keys, every part with its own `status`."""
    readers = desired.readers(scope, links_of(desired, actual, scope))
    parts: dict[str, dict[str, Any]] = {}
    for part, read in readers.items():
        shown = NOUNS[part].result(read(), getattr(actual, part), scope)
        parts[part] = {name: value for name, value in shown.items() if name not in GIVEN[part]}
    status = {"arn": parts["cluster"]["status"].get("arn")} if "cluster" in parts else {}
    return {
        "name": desired.name,
        "state": desired.state,
        "confirm_deletion": desired.confirm_deletion,
        "delete_orphans": desired.delete_orphans,
        "tags": dict(desired.tags or {}),
        **parts,
        "status": status,
    }


NOUN = Noun(
    name="stack",
    options=OPTIONS,
    desired=Stack.from_options,
    read=read_stack,
    plan=plan_stack,
    result=stack_result,
    lock_name=lambda desired: str(desired.name),
    tidies=True,
)
