#!/usr/bin/python
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `network_info`: documentation, options, and nothing else."""

from __future__ import annotations

DOCUMENTATION = r"""
module: network_info
short_description: Describe the network of EKS clusters
version_added: 1.0.0
description:
  - Gives a network in the shape that M(cutover.eks.network) takes and returns, told from what carries its owner tag.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cutover.eks.common.info
  - cutover.eks.attributes.info
author:
  - cutover.eks contributors (@cutover-eks)
options:
  name:
    description: Name of the network. When omitted, O(cluster).
    type: str
  cluster:
    description: The cluster that the network belongs to. When omitted, the network stands for itself.
    type: str
  vpc:
    description: Selects an adopted VPC. When omitted, the VPC is found by its owner tag.
    type: dict
    suboptions:
      id:
        description: Id of the VPC.
        type: str
      match_tags:
        description: Tags that exactly one VPC has.
        type: dict
notes:
  - >-
    IAM actions: C(ec2:DescribeAvailabilityZones), C(ec2:DescribeVpcs), C(ec2:DescribeVpcAttribute), C(ec2:DescribeSubnets),
    C(ec2:DescribeRouteTables), C(ec2:DescribeInternetGateways), C(ec2:DescribeNatGateways), C(ec2:DescribeAddresses),
    C(ec2:DescribeSecurityGroups), C(ec2:DescribeNetworkInterfaces), C(eks:DescribeCluster).
seealso:
  - module: cutover.eks.network
"""

EXAMPLES = r"""
- name: Describe the network of a cluster
  cutover.eks.network_info:
    cluster: blue
  register: found

- name: Show its private subnets
  ansible.builtin.debug:
    msg: "{{ found.networks[0].status.private_subnet_ids }}"
  when: found.networks | length > 0
"""

RETURN = r"""
networks:
  description: The network as RV(cutover.eks.network#module:network), or an empty list when there is none.
  returned: success
  type: list
  elements: dict
"""

from ansible_collections.cutover.eks.plugins.module_utils._ansible.module import run_info
from ansible_collections.cutover.eks.plugins.module_utils._ansible.network import INFO


def main() -> None:
    """Describe the network."""
    run_info(INFO)


if __name__ == "__main__":
    main()
