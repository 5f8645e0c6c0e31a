# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of Route 53's tests."""

from __future__ import annotations

import pytest
from route53_world import Dns


@pytest.fixture
def dns() -> Dns:
    """Route 53 with the empty public zone example.com."""
    return Dns()
