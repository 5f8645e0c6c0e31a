# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what there is, so that there is no list to keep.

Each module or package in `services` that has `create(world)` is a service; each module of such a package may have OPERATIONS.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from . import services
from .seam import Service, World


def found(world: World) -> Iterator[Service]:
    """Make every service that is there."""
    for module in _modules(services):
        create = getattr(module, "create", None)
        if create is not None:
            yield create(world)


def operations_of(package: str) -> dict[str, Any]:
    """Collect the OPERATIONS of every module in a package by name; two modules must not claim the same one."""
    operations: dict[str, Any] = {}
    for module in _modules(importlib.import_module(package)):
        claimed = getattr(module, "OPERATIONS", {})
        if twice := operations.keys() & claimed.keys():
            raise ValueError(f"{module.__name__} claims {', '.join(sorted(twice))}, which another module has already")
        operations.update(claimed)
    return operations


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for entry in sorted(pkgutil.iter_modules(package.__path__), key=lambda entry: entry.name):
        yield importlib.import_module(f"{package.__name__}.{entry.name}")
