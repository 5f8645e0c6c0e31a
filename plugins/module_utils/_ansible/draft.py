# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan and everything that was found out for it, before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._model.scope import Scope
from .._plan.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is wanted, what is there, the plan between them, and its text."""

    scope: Scope
    desired: Any
    actual: Any
    plan: Plan
    text: str
