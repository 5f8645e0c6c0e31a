#!/usr/bin/python
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `iam_roles`: documentation, options, and nothing else."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_roles
short_description: Create, change and delete the IAM roles of an EKS cluster
version_added: 1.0.0
description:
  - Makes the roles that a cluster, its nodes and its add-ons assume, each with the least privilege that its purpose needs.
  - A role is named C(CLUSTER-REGION-PURPOSE), cut to 64 characters. A role of that name without our owner tag is refused, never adopted.
  - Every module that needs a role takes its ARN, so this module is optional.
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
      - V(present) creates and changes the declared roles.
      - V(absent) deletes every role of the cluster that carries the owner tag, the ones that are declared no longer too.
    type: str
    choices: [present, absent]
    default: present
  cluster:
    description: Name of the cluster that the roles belong to.
    type: str
    required: true
  roles:
    description: The roles. Roles that are not declared are not touched.
    type: list
    elements: dict
    suboptions:
      purpose:
        description:
          - What the role is for. V(cluster), V(node), V(fargate), V(vpc-cni), V(aws-ebs-csi-driver), V(aws-efs-csi-driver) and
            V(amazon-cloudwatch-observability) bring their trust policy and their managed policies.
          - Any other word is a role of your own and needs O(roles[].trust).
        type: str
        required: true
      trust:
        description: The trust policy. When omitted, that of the purpose.
        type: dict
      managed_policies:
        description: ARNs of managed policies. When omitted, those of the purpose.
        type: list
        elements: str
      inline_policies:
        description: Inline policies, documents by name. When omitted, none is compared.
        type: dict
  path:
    description: Path of the roles. It cannot be changed later. V(/) when omitted.
    type: str
  permissions_boundary:
    description: ARN of the policy that bounds the roles. When omitted, the boundary is neither compared nor touched.
    type: str
  purge_policies:
    description: Whether policies that are not declared are taken from the roles.
    type: bool
    default: false
  tags:
    description: Tags of the roles. When omitted, they are neither compared nor touched.
    type: dict
  purge_tags:
    description: Whether tags that are not declared are removed.
    type: bool
    default: false
  status:
    description: Accepted and ignored, so that a result can be given back as options.
    type: dict
notes:
  - "IAM actions: C(iam:GetRole), C(iam:ListRoles), C(iam:ListAttachedRolePolicies), C(iam:ListRolePolicies), C(iam:GetRolePolicy),
    C(iam:CreateRole), C(iam:UpdateAssumeRolePolicy), C(iam:AttachRolePolicy), C(iam:DetachRolePolicy), C(iam:PutRolePolicy),
    C(iam:DeleteRolePolicy), C(iam:PutRolePermissionsBoundary), C(iam:TagRole), C(iam:UntagRole), C(iam:DeleteRole)."
seealso:
  - module: cutover.eks.stack
"""

EXAMPLES = r"""
- name: Make the roles of a cluster and its nodes
  cutover.eks.iam_roles:
    cluster: blue
    roles:
      - purpose: cluster
      - purpose: node
      - purpose: vpc-cni
  register: made

- name: Show the ARNs
  ansible.builtin.debug:
    msg: "{{ made.iam_roles.status.arns }}"

- name: Take them away
  cutover.eks.iam_roles:
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
iam_roles:
  description: The options as declared, and C(status).
  returned: success
  type: dict
  contains:
    status:
      description: ARN and name of each role by its purpose.
      type: dict
      sample: {arns: {node: "arn:aws:iam::123456789012:role/blue-eu-central-1-node"}, names: {node: blue-eu-central-1-node}}
"""

from ansible_collections.cutover.eks.plugins.module_utils._ansible.iam_roles import NOUN
from ansible_collections.cutover.eks.plugins.module_utils._ansible.module import run


def main() -> None:
    """Converge the roles."""
    run(NOUN)


if __name__ == "__main__":
    main()
