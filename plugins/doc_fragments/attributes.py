# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module supports, as attributes of its documentation."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of the modules that change something, and (`info`) of those that read."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    support: full
    description: Returns and shows the plan that a real run would carry out, and changes nothing.
  diff_mode:
    support: full
    description: Shows the plan, with the field changes that made each step necessary.
  idempotent:
    support: full
    description: A second run with the same options finds nothing to do and changes nothing.
  action_group:
    support: full
    description: Use C(group/cutover.eks.all) in C(module_defaults) to give options to all modules of this collection and of C(amazon.aws).
    membership: [cutover.eks.all]
"""

    INFO = r"""
attributes:
  check_mode:
    support: full
    description: Reads in check mode as well.
  diff_mode:
    support: N/A
    description: Nothing is changed, so there is nothing to show.
  idempotent:
    support: full
    description: Nothing is changed.
  action_group:
    support: full
    description: Use C(group/cutover.eks.all) in C(module_defaults) to give options to all modules of this collection and of C(amazon.aws).
    membership: [cutover.eks.all]
"""
