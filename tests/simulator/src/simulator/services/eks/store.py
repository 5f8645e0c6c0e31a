# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What EKS remembers: plain records whose `shown` is the output shape of the service model. No rules here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Shown = dict[str, Any]


@dataclass(slots=True)
class Record:
    """One resource: what a Describe shows of it, and what only the simulator needs to know."""

    shown: Shown
    hidden: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Cluster(Record):
    """A cluster and everything that dies with it."""

    nodegroups: dict[str, Record] = field(default_factory=dict)
    addons: dict[str, Record] = field(default_factory=dict)
    fargate_profiles: dict[str, Record] = field(default_factory=dict)
    pod_identities: dict[str, Record] = field(default_factory=dict)
    """By association id."""
    updates: dict[str, Record] = field(default_factory=dict)
    """By update id, in the order of creation; `hidden` holds `nodegroup` or `addon` where it is theirs."""


@dataclass(slots=True)
class Region:
    """EKS of one account in one region."""

    clusters: dict[str, Cluster] = field(default_factory=dict)
