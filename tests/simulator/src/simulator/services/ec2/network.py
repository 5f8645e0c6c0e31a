# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs, subnets, internet gateways: what may be created where, and what is in the way of a deletion."""

from __future__ import annotations

from typing import Any

HANDLERS: dict[str, Any] = {}
