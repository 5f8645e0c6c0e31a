# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the services: each module or package in `services` that has `create(world)` is one. There is no list to keep."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from . import services
from .seam import Service, World


def found(world: World) -> Iterator[Service]:
    """Make every service that is there."""
    for entry in sorted(pkgutil.iter_modules(services.__path__), key=lambda entry: entry.name):
        module = importlib.import_module(f"{services.__name__}.{entry.name}")
        create = getattr(module, "create", None)
        if create is not None:
            yield create(world)
