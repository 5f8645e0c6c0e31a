# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE. How a plan is carried out: executor, wait loop, lock. Decides nothing.

No SDK, no Ansible: clock, progress and gateway are protocols.
"""
