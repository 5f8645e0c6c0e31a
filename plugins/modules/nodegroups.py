#!/usr/bin/python
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `nodegroups`: documentation, options, and nothing else."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nodegroups
short_description: Create, change, upgrade and delete the managed node groups of an EKS cluster
version_added: 1.0.0
description:
  - Makes the node groups of one cluster what is declared, all of them at the same time.
  - What is not declared is neither compared nor touched; groups that are not named stay, unless O(purge=true).
  - What EKS cannot change in place is shown as a replacement and refused, with what to do instead.
  - Disks and metadata options are kept in a launch template that this module makes and deletes with the group.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cutover.eks.common
  - cutover.eks.attributes
author:
  - cutover.eks contributors (@cutover-eks)
options:
  state:
    description:
      - V(present) creates and changes the groups.
      - V(absent) deletes the named ones, or, when O(nodegroups) is omitted, every one that carries the owner tag.
    type: str
    choices: [present, absent]
    default: present
  cluster:
    description: Name of the cluster.
    type: str
    required: true
  nodegroups:
    description: The node groups.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the group, up to 63 characters. It cannot be changed later.
        type: str
        required: true
      version:
        description:
          - Kubernetes minor version of the nodes, quoted. A later one than the present rolls the nodes.
          - When omitted, a new group gets the cluster's version and an existing one stays at its own.
        type: str
      release_version:
        description: Exact AMI release. When omitted, a new group gets the newest one and an existing one stays at its own.
        type: str
      ami_type:
        description: >-
          AMI type, such as V(AL2023_x86_64_STANDARD). It cannot be changed later. When omitted, EKS chooses by the instance types.
        type: str
      capacity_type:
        description: How instances are bought. It cannot be changed later. When omitted, V(ON_DEMAND).
        type: str
        choices: [ON_DEMAND, SPOT, CAPACITY_BLOCK]
      instance_types:
        description: Instance types of one architecture. They cannot be changed later. When omitted, V(t3.medium), the default of EKS.
        type: list
        elements: str
      subnet_ids:
        description: Subnets of the nodes. They cannot be changed later. When omitted, O(subnet_ids).
        type: list
        elements: str
      node_role_arn:
        description: ARN of the nodes' role. It cannot be changed later. When omitted, O(node_role_arn).
        type: str
      scaling:
        description: Sizes of the group.
        type: dict
        suboptions:
          min_size:
            description: Smallest size. When omitted, a new group may shrink to one node.
            type: int
          max_size:
            description: Largest size. When omitted, a new group may grow to two nodes.
            type: int
          initial_size:
            description: Size at the creation; afterwards an autoscaler moves it. When omitted, the smallest size.
            type: int
          desired_size:
            description: Size that is compared at each run, for groups without an autoscaler.
            type: int
      labels:
        description: Kubernetes labels of the nodes. Labels that are not declared stay, unless O(purge_labels=true).
        type: dict
      taints:
        description: Taints of the nodes. The list is complete, so a further taint is removed. When omitted, taints are left alone.
        type: list
        elements: dict
        suboptions:
          key:
            description: Key of the taint.
            type: str
            required: true
          value:
            description: Value of the taint. When omitted, it has none.
            type: str
          effect:
            description: What happens to pods that do not tolerate it.
            type: str
            required: true
            choices: [NO_SCHEDULE, NO_EXECUTE, PREFER_NO_SCHEDULE]
      update_config:
        description: How many nodes an update may take away at a time. When omitted, one.
        type: dict
        suboptions:
          max_unavailable:
            description: Number of nodes. Excludes O(nodegroups[].update_config.max_unavailable_percentage).
            type: int
          max_unavailable_percentage:
            description: Share of nodes. Excludes O(nodegroups[].update_config.max_unavailable).
            type: int
      node_repair_config:
        description: Replacing nodes that are not healthy.
        type: dict
        suboptions:
          enabled:
            description: Whether EKS does so. When omitted, a new group does not.
            type: bool
      disk:
        description: Volume of the nodes. A change rolls the nodes. When omitted, EKS's default volume.
        type: dict
        suboptions:
          size_gib:
            description: Size in GiB. When omitted, that of the image.
            type: int
          type:
            description: Volume type. When omitted, that of the image.
            type: str
            choices: [gp2, gp3, io1, io2]
          encrypted:
            description: Whether it is encrypted. When omitted, the account's default.
            type: bool
          kms_key_arn:
            description: ARN of the key. When omitted, the key that AWS keeps for volumes.
            type: str
      metadata_options:
        description: Access to the instance metadata service. A change rolls the nodes. When omitted, EKS's default.
        type: dict
        suboptions:
          http_tokens:
            description: Whether IMDSv2 is V(required).
            type: str
            choices: [required, optional]
          http_put_response_hop_limit:
            description: Hops that an answer may take; V(1) keeps pods away.
            type: int
      launch_template:
        description: A launch template of yours, instead of the one that this module keeps. The group stays with it for its life.
        type: dict
        suboptions:
          id:
            description: Its id. Give this or the name.
            type: str
          name:
            description: Its name. Give this or the id.
            type: str
          version:
            description: Its version. A change rolls the nodes. When omitted, the default one at the creation.
            type: str
      tags:
        description: Tags of the group, and of instances and volumes where this module keeps the launch template.
        type: dict
      update:
        description: Whether the newest release is taken, and, where no version is declared, the cluster's version.
        type: bool
        default: false
      status:
        description: Accepted and ignored, so that a result can be given back as options.
        type: dict
  subnet_ids:
    description: Subnets of groups that declare none.
    type: list
    elements: str
  node_role_arn:
    description: ARN of the role of groups that declare none.
    type: str
  defaults:
    description:
      - Suboptions of O(nodegroups) for the groups that do not declare them. A suboption is taken as a whole, V(scaling) for example.
      - When omitted, an undeclared suboption is neither compared nor touched.
    type: dict
  purge:
    description: Whether groups that are not named and carry the owner tag are deleted. The others are reported as unmanaged.
    type: bool
    default: false
  purge_unmanaged:
    description: Whether groups without the owner tag may be deleted too.
    type: bool
    default: false
  purge_labels:
    description: Whether labels that are not declared are removed.
    type: bool
    default: false
  purge_tags:
    description: Whether tags that are not declared are removed. Those of AWS and of this collection stay.
    type: bool
    default: false
  adopt:
    description: Whether groups that another tool made may be changed here.
    type: bool
    default: false
  status:
    description: Accepted and ignored, so that a result can be given back as options.
    type: dict
notes:
  - >-
    IAM actions: C(eks:DescribeCluster), C(eks:ListNodegroups), C(eks:DescribeNodegroup), C(eks:CreateNodegroup),
    C(eks:UpdateNodegroupConfig),
    C(eks:UpdateNodegroupVersion), C(eks:DeleteNodegroup), C(eks:DescribeUpdate), C(eks:ListUpdates), C(eks:TagResource),
    C(eks:UntagResource),
    C(ec2:DescribeInstanceTypes), C(ec2:DescribeLaunchTemplates), C(ec2:DescribeLaunchTemplateVersions), C(ec2:CreateLaunchTemplate),
    C(ec2:CreateLaunchTemplateVersion), C(ec2:ModifyLaunchTemplate), C(ec2:DeleteLaunchTemplate), C(ec2:CreateTags), C(ec2:RunInstances),
    C(iam:PassRole), C(ssm:GetParameters).
seealso:
  - module: cutover.eks.nodegroups_info
  - module: cutover.eks.cluster
  - module: cutover.eks.stack
"""

EXAMPLES = r"""
- name: Two node groups
  cutover.eks.nodegroups:
    cluster: blue
    subnet_ids: "{{ private_subnet_ids }}"
    node_role_arn: arn:aws:iam::123456789012:role/blue-node
    nodegroups:
      - name: general
        instance_types: [m7i.large]
        scaling: {min_size: 2, max_size: 6, initial_size: 3}
        disk: {size_gib: 50, type: gp3, encrypted: true}
        metadata_options: {http_tokens: required, http_put_response_hop_limit: 1}
        update_config: {max_unavailable_percentage: 33}
      - name: spot
        capacity_type: SPOT
        instance_types: [m7i.large, m6i.large]
        taints:
          - {key: spot, value: "true", effect: NO_SCHEDULE}

- name: Take the newest image
  cutover.eks.nodegroups:
    cluster: blue
    nodegroups:
      - name: general
        update: true

- name: Delete every group that this collection made
  cutover.eks.nodegroups:
    cluster: blue
    state: absent
"""

RETURN = r"""
changed:
  description: Whether something was changed, or would be in check mode.
  returned: always
  type: bool
plan:
  description: The steps, each with its request, the field changes that made it necessary, and its status.
  returned: unless the options were refused
  type: list
  elements: dict
plan_text:
  description: The plan as a tree.
  returned: unless the options were refused
  type: str
plan_digest:
  description: What O(expected_plan_digest) takes.
  returned: unless the options were refused
  type: str
nodegroups:
  description: The options of the module, and what AWS says about each group.
  returned: success
  type: dict
  contains:
    nodegroups:
      description: The groups by their option keys, each with RV(nodegroups.nodegroups[].status).
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: Name of the group.
          type: str
          returned: always
        status:
          description: ARN, state, versions, size, Auto Scaling groups, launch template and health issues.
          type: dict
          returned: always
    status:
      description: Version of the cluster.
      type: dict
      returned: always
"""

from ansible_collections.cutover.eks.plugins.module_utils._ansible.module import run
from ansible_collections.cutover.eks.plugins.module_utils._ansible.nodegroups import NOUN


def main() -> None:
    """Make the node groups what is declared."""
    run(NOUN)


if __name__ == "__main__":
    main()
