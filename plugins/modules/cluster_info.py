#!/usr/bin/python
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `cluster_info`: documentation, options, and nothing else."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_info
short_description: Describe EKS clusters
version_added: 1.0.0
description:
  - Gives clusters in the shape that M(cutover.eks.cluster) takes and returns.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cutover.eks.common.info
  - cutover.eks.attributes.info
author:
  - cutover.eks contributors (@cutover-eks)
options:
  names:
    description: Clusters to describe; those that do not exist are left out. When omitted, every cluster of the region.
    type: list
    elements: str
notes:
  - "IAM actions: C(eks:ListClusters), C(eks:DescribeCluster), C(eks:ListUpdates), C(eks:DescribeUpdate)."
seealso:
  - module: cutover.eks.cluster
"""

EXAMPLES = r"""
- name: Describe one cluster
  cutover.eks.cluster_info:
    names: [blue]
  register: found

- name: Show its endpoint
  ansible.builtin.debug:
    msg: "{{ found.clusters[0].status.endpoint }}"
  when: found.clusters | length > 0
"""

RETURN = r"""
clusters:
  description: The clusters, each as RV(cutover.eks.cluster#module:cluster).
  returned: success
  type: list
  elements: dict
"""

from ansible_collections.cutover.eks.plugins.module_utils._ansible.cluster import INFO
from ansible_collections.cutover.eks.plugins.module_utils._ansible.module import run_info


def main() -> None:
    """Describe clusters."""
    run_info(INFO)


if __name__ == "__main__":
    main()
