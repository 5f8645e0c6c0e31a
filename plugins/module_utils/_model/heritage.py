# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of other tools: what carries one belongs to that tool, which will undo or repair what anybody else changes."""

from __future__ import annotations

from collections.abc import Mapping

HERITAGE = {
    "aws:cloudformation:": "CloudFormation",
    "alpha.eksctl.io/": "eksctl",
    "eksctl.cluster.k8s.io/": "eksctl",
    "kops.k8s.io/": "kops",
    "sigs.k8s.io/cluster-api-provider-aws/": "Cluster API",
    "pulumi:": "Pulumi",
    "crossplane-": "Crossplane",
}
"""Prefix of a tag's key, and whose mark it is."""


def heritage(tags: Mapping[str, str]) -> str:
    """Name the tool and the tag that says so (`CloudFormation (aws:cloudformation:stack-name)`), or give an empty string."""
    for key in sorted(tags):
        for prefix, tool in HERITAGE.items():
            if key.startswith(prefix):
                return f"{tool} ({key}={tags[key]})"
    return ""
