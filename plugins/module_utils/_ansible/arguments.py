# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that all modules share: connection, guard rails, waiting. The words for them are in the doc fragment `common`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.basic import env_fallback

INFO_OPTIONS: dict[str, Any] = {
    "assume_role": {
        "type": "dict",
        "options": {
            "arn": {"type": "str", "required": True},
            "external_id": {"type": "str"},
            "session_name": {"type": "str"},
        },
    },
    "allowed_account_ids": {"type": "list", "elements": "str", "fallback": (env_fallback, ["CUTOVER_EKS_ALLOWED_ACCOUNTS"])},
    "allowed_regions": {"type": "list", "elements": "str"},
}
"""Of every module, beside amazon.aws's connection options."""

RUN_OPTIONS: dict[str, Any] = INFO_OPTIONS | {
    "expected_plan_digest": {"type": "str"},
    "expected_plan": {"type": "list", "elements": "dict"},
    "allow_replace": {"type": "bool", "default": False},
    "allow_irreversible": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int"},
    "poll_interval": {"type": "float"},
    "lock": {"type": "str", "choices": ["ssm", "none"], "default": "ssm"},
    "force_unlock": {"type": "str"},
}
"""Of every module that changes something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """How a run is to behave, apart from what is wanted."""

    diff_mode: bool = False
    allowed_account_ids: tuple[str, ...] | None = None
    allowed_regions: tuple[str, ...] | None = None
    expected_plan_digest: str = ""
    expected_plan: tuple[Mapping[str, Any], ...] | None = None
    allow_replace: bool = False
    allow_irreversible: bool = False
    wait: bool = True
    wait_timeout: int | None = None
    poll_interval: float | None = None
    lock: str = "ssm"
    force_unlock: str = ""

    @classmethod
    def of(cls, options: Mapping[str, Any], *, diff_mode: bool = False) -> Controls:
        """Take them from a module's parameters."""
        return cls(
            diff_mode=diff_mode,
            allowed_account_ids=_listed(options.get("allowed_account_ids")),
            allowed_regions=_listed(options.get("allowed_regions")),
            expected_plan_digest=options.get("expected_plan_digest") or "",
            expected_plan=None if options.get("expected_plan") is None else tuple(options["expected_plan"]),
            allow_replace=bool(options.get("allow_replace")),
            allow_irreversible=bool(options.get("allow_irreversible")),
            wait=options.get("wait") is not False,
            wait_timeout=options.get("wait_timeout"),
            poll_interval=options.get("poll_interval"),
            lock=options.get("lock") or "ssm",
            force_unlock=options.get("force_unlock") or "",
        )


def _listed(values: list[Any] | None) -> tuple[str, ...] | None:
    """Give a list as declared; an empty one allows nothing, none at all allows everything."""
    return None if values is None else tuple(str(value).strip() for value in values)
