# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GetChange: has a change reached every name server?"""

from __future__ import annotations

from typing import Any

from ...seam import Refusal
from .context import Context


def get_change(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Tell the status of a change."""
    identifier = parameters["Id"].rpartition("/")[2]
    if identifier not in context.account.changes:
        raise Refusal("NoSuchChange", f"A change with the specified change ID does not exist: {identifier}", 404)
    context.world.lifecycles.read("change", identifier)
    return {"ChangeInfo": context.account.changes[identifier].shown}


OPERATIONS = {"GetChange": get_change}
