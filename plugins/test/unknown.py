# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test `unknown`: whether a value will be known only after a real run."""

from __future__ import annotations

from collections.abc import Callable

from ..module_utils._model.reference import is_marker

DOCUMENTATION = r"""
---
name: unknown
author: cutover.eks contributors (@cutover-eks)
version_added: 1.0.0
short_description: Whether a value will be known only after apply
description:
  - In check mode the modules of this collection return text in place of a value that only a real run can know. The text says in
    parentheses that the value is known after apply, and of which step of the plan. This test finds such text.
  - Use it to skip, in check mode only, tasks of other collections that would need the value.
options:
  _input:
    description: The value.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Tag the VPC with a module of another collection, once there is one
  amazon.aws.ec2_tag:
    resource: "{{ made.network.status.vpc_id }}"
    tags:
      cost-center: "4711"
  when: made.network.status.vpc_id is not cutover.eks.unknown
"""

RETURN = r"""
_value:
  description: Whether the value is known only after apply.
  type: bool
"""


class TestModule:
    """Ansible's entry to the tests of this file."""

    def tests(self) -> dict[str, Callable[[object], bool]]:
        """Give the tests by name."""
        return {"unknown": is_marker}
