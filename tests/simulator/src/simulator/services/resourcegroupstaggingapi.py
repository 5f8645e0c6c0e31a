# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tagging behind moto."""

from __future__ import annotations

from ..allowlist import Allowed
from ..moto_service import MotoService
from ..seam import World

ALLOWED: dict[str, Allowed] = {}


class Tagging(MotoService):
    """Tagging."""

    name = "resourcegroupstaggingapi"
    allowed = ALLOWED


def create(world: World) -> Tagging:
    """Make the service."""
    return Tagging(world)
