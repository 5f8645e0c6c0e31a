# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules `network` and `network_info`: their options, and the functions behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._aws.network import read_network
from .._model.network import Network
from .._model.network_actual import NetworkActual
from .._model.network_parts import Nat
from .._model.scope import Scope
from .._plan.network import plan_network
from .._plan.network_result import network_result, seen_network
from .noun import Info, Noun

_STRINGS = {"type": "list", "elements": "str"}
_SUBNETS = {
    "type": "dict",
    "options": {
        "ids": _STRINGS,
        "cidrs": _STRINGS,
        "prefix_length": {"type": "int"},
        "tags": {"type": "dict"},
        "map_public_ip": {"type": "bool"},
    },
}
_RULES = {
    "type": "list",
    "elements": "dict",
    "options": {
        "protocol": {"type": "str", "default": "tcp"},
        "from_port": {"type": "int"},
        "to_port": {"type": "int"},
        "cidr": {"type": "str"},
        "security_group": {"type": "str"},
        "self": {"type": "bool"},
        "description": {"type": "str"},
    },
}
_SELECTION: Mapping[str, Any] = {"id": {"type": "str"}, "match_tags": {"type": "dict"}}

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str"},
    "cluster": {"type": "str"},
    "vpc": {
        "type": "dict",
        "options": {**_SELECTION, "cidr": {"type": "str"}, "dns_support": {"type": "bool"}, "dns_hostnames": {"type": "bool"}},
    },
    "zones": _STRINGS,
    "subnets": {"type": "dict", "options": {"public": _SUBNETS, "private": _SUBNETS, "intra": _SUBNETS}},
    "nat": {"type": "str", "choices": [nat.value for nat in Nat], "default": "none"},
    "load_balancer_tags": {"type": "bool", "default": True},
    "shared_with": _STRINGS,
    "security_groups": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "ingress": _RULES,
            "egress": _RULES,
            "purge_rules": {"type": "bool", "default": False},
            "tags": {"type": "dict"},
        },
    },
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": False},
    "adopt": {"type": "bool", "default": False},
    "status": {"type": "dict"},
}

NOUN = Noun(
    name="network",
    options=OPTIONS,
    desired=Network.from_options,
    read=read_network,
    plan=plan_network,
    result=network_result,
    lock_name=lambda desired: str(desired.cluster or desired.name),
)


def _selected(options: Mapping[str, Any], scope: Scope) -> Network:
    # A network that is only looked at needs nothing but its selection, like one that is to go.
    return Network.from_options({**options, "state": "absent"}, scope)


def _seen(desired: Network, actual: NetworkActual, scope: Scope) -> dict[str, Any]:
    return {"networks": [seen_network(desired, actual, scope)] if actual.vpc else []}


INFO = Info(
    options={"name": {"type": "str"}, "cluster": {"type": "str"}, "vpc": {"type": "dict", "options": _SELECTION}},
    desired=_selected,
    read=read_network,
    result=_seen,
)
