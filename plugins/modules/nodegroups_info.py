#!/usr/bin/python
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `nodegroups_info`: documentation, options, and nothing else."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nodegroups_info
short_description: Describe the managed node groups of an EKS cluster
version_added: 1.0.0
description:
  - Gives node groups in the shape that M(cutover.eks.nodegroups) takes and returns.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cutover.eks.common.info
  - cutover.eks.attributes.info
author:
  - cutover.eks contributors (@cutover-eks)
options:
  cluster:
    description: Name of the cluster. Where there is none, the list is empty.
    type: str
    required: true
  names:
    description: Groups to describe; those that do not exist are left out. When omitted, all of the cluster.
    type: list
    elements: str
notes:
  - "IAM actions: C(eks:DescribeCluster), C(eks:ListNodegroups), C(eks:DescribeNodegroup), C(eks:ListUpdates), C(eks:DescribeUpdate),
    C(ec2:DescribeLaunchTemplates)."
seealso:
  - module: cutover.eks.nodegroups
"""

EXAMPLES = r"""
- name: Describe all node groups
  cutover.eks.nodegroups_info:
    cluster: blue
  register: found
"""

RETURN = r"""
nodegroups:
  description: The groups, each as RV(cutover.eks.nodegroups#module:nodegroups.nodegroups).
  returned: success
  type: list
  elements: dict
"""

from ansible_collections.cutover.eks.plugins.module_utils._ansible.module import run_info
from ansible_collections.cutover.eks.plugins.module_utils._ansible.nodegroups import INFO


def main() -> None:
    """Describe node groups."""
    run_info(INFO)


if __name__ == "__main__":
    main()
