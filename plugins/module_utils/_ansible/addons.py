# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules `addons` and `addon_versions_info`: their options, and the functions behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._aws.addons import offered_versions, read_addons
from .._model.addons import CONFLICTS, Addons, OfferedVersion, addons_result
from .._model.scope import Scope
from .._plan.addons import plan_addons
from .._run.gateway import Gateway
from .noun import Info, Noun

_ADDON: Mapping[str, Any] = {
    "name": {"type": "str", "required": True},
    "version": {"type": "str"},
    "configuration_values": {"type": "dict"},
    "service_account_role_arn": {"type": "str"},
    "pod_identity_associations": {
        "type": "list",
        "elements": "dict",
        "options": {"service_account": {"type": "str", "required": True}, "role_arn": {"type": "str", "required": True}},
    },
    "resolve_conflicts": {"type": "str", "choices": list(CONFLICTS)},
    "preserve": {"type": "bool", "default": False},
    "before_compute": {"type": "bool"},
    "update": {"type": "bool", "default": False},
    "tags": {"type": "dict"},
    "status": {"type": "dict"},
}

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "cluster": {"type": "str", "required": True},
    "addons": {"type": "list", "elements": "dict", "options": _ADDON},
    "purge": {"type": "bool", "default": False},
    "purge_unmanaged": {"type": "bool", "default": False},
    "purge_tags": {"type": "bool", "default": False},
    "adopt": {"type": "bool", "default": False},
    "status": {"type": "dict"},
}

NOUN = Noun(
    name="addons",
    options=OPTIONS,
    desired=Addons.from_options,
    read=read_addons,
    plan=plan_addons,
    result=addons_result,
    lock_name=lambda desired: str(desired.cluster),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedVersions:
    """The add-ons whose versions are asked for; none named means all."""

    kubernetes_version: str | None = None
    names: tuple[str, ...] = ()

    @classmethod
    def from_options(cls, options: Mapping[str, Any], _scope: Scope) -> AskedVersions:
        """Read the options of `addon_versions_info`."""
        return cls(kubernetes_version=options.get("kubernetes_version"), names=tuple(options.get("names") or ()))


def _read_versions(gateway: Gateway, _scope: Scope, asked: AskedVersions) -> dict[str, tuple[OfferedVersion, ...]]:
    request = {"kubernetesVersion": asked.kubernetes_version} if asked.kubernetes_version else {}
    if len(asked.names) == 1:
        request["addonName"] = asked.names[0]
    return offered_versions(gateway.read("eks", "DescribeAddonVersions", request), asked.kubernetes_version)


def _versions_result(asked: AskedVersions, offered: Mapping[str, tuple[OfferedVersion, ...]], _scope: Scope) -> dict[str, Any]:
    wanted = {name: versions for name, versions in sorted(offered.items()) if not asked.names or name in asked.names}
    return {
        "addons": [
            {
                "name": name,
                "default_version": next((found.version for found in versions if found.is_default), None),
                "versions": [found.version for found in versions],
            }
            for name, versions in wanted.items()
        ]
    }


VERSIONS_INFO = Info(
    options={"kubernetes_version": {"type": "str"}, "names": {"type": "list", "elements": "str"}},
    desired=AskedVersions.from_options,
    read=_read_versions,
    result=_versions_result,
)
