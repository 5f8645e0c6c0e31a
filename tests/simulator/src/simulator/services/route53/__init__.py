# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route 53, driven by botocore's service model: one module a noun, each with its `OPERATIONS`, found and not listed."""

from __future__ import annotations

from ...seam import Service, World
from .service import Route53


def create(world: World) -> Service:
    """Give the Route 53 of a world."""
    return Route53(world)
