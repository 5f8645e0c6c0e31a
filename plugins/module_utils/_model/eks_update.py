# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates of EKS: asynchronous changes with an id of their own, of a cluster, a node group or an add-on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateUnderWay:
    """An update that somebody began and that has not ended."""

    id: str
    type: str
    """The service's name of it (`VersionUpdate`)."""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing that the service says is wrong with a resource."""

    code: str
    message: str

    def __str__(self) -> str:
        """Give it as one line."""
        return f"{self.code}: {self.message}"
