# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: moto's objects behind AWS's rules. One module per group of nouns; what moto does right is only in the allow-list."""

from __future__ import annotations

from ...seam import World
from .service import Ec2

__all__ = ["create"]


def create(world: World) -> Ec2:
    """Make the service."""
    return Ec2(world)
