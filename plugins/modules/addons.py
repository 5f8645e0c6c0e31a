#!/usr/bin/python
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `addons`: documentation, options, and nothing else."""

from __future__ import annotations

DOCUMENTATION = r"""
module: addons
short_description: Install, configure, update and remove the EKS add-ons of a cluster
version_added: 1.0.0
description:
  - Makes the add-ons of one cluster what is declared; those that nodes need come first, then the others.
  - What is not declared is neither compared nor touched; add-ons that are not named stay, unless O(purge=true).
  - An add-on that is DEGRADED because the cluster has no nodes yet is reported and is no failure.
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
      - V(present) installs and changes the add-ons.
      - V(absent) removes the named ones, or, when O(addons) is omitted, every one that carries the owner tag.
    type: str
    choices: [present, absent]
    default: present
  cluster:
    description: Name of the cluster.
    type: str
    required: true
  addons:
    description: The add-ons.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the add-on, such as V(vpc-cni).
        type: str
        required: true
      version:
        description:
          - V(default) and V(most_recent) are resolved when the add-on is installed, for the cluster's version; later a newer one is
            reported, and
            taken only with O(addons[].update=true).
          - An exact version is compared at each run. When omitted, V(default).
        type: str
      configuration_values:
        description: The whole configuration, compared as data. When omitted, it is left alone.
        type: dict
      service_account_role_arn:
        description: ARN of a role for the add-on's service account. When omitted, it is left alone.
        type: str
      pod_identity_associations:
        description: >-
          Roles of the add-on's service accounts. The list is complete; an empty one removes them. When omitted, they are left alone.
        type: list
        elements: dict
        suboptions:
          service_account:
            description: Name of the service account.
            type: str
            required: true
          role_arn:
            description: ARN of the role.
            type: str
            required: true
      resolve_conflicts:
        description:
          - What happens to fields that somebody changed in the cluster. V(PRESERVE) counts for updates only. When omitted, V(NONE), the
            call fails.
        type: str
        choices: [NONE, OVERWRITE, PRESERVE]
      preserve:
        description: Whether a removal leaves the add-on's objects in the cluster.
        type: bool
        default: false
      before_compute:
        description: Whether it is installed before node groups. When omitted, V(true) for vpc-cni, kube-proxy and eks-pod-identity-agent.
        type: bool
      update:
        description: Whether a newer version is taken than the installed one.
        type: bool
        default: false
      tags:
        description: Tags of the add-on.
        type: dict
      status:
        description: Accepted and ignored, so that a result can be given back as options.
        type: dict
  purge:
    description: Whether add-ons that are not named and carry the owner tag are removed. The others are reported as unmanaged.
    type: bool
    default: false
  purge_unmanaged:
    description: Whether add-ons without the owner tag may be removed too.
    type: bool
    default: false
  purge_tags:
    description: Whether tags that are not declared are removed. Those of AWS and of this collection stay.
    type: bool
    default: false
  adopt:
    description: Whether add-ons that another tool installed may be changed here.
    type: bool
    default: false
  status:
    description: Accepted and ignored, so that a result can be given back as options.
    type: dict
requirements:
  - jsonschema >= 4.18 (optional; O(addons[].configuration_values) is checked with it before anything is changed)
notes:
  - >-
    A configuration that is going to be set is held against the schema that EKS gives for the add-on's version. Where that cannot be done
    (jsonschema is not installed, C(eks:DescribeAddonConfiguration) is not allowed), the check is named among the deferred checks of the
    plan, and EKS refuses a bad configuration only when its turn comes.
  - >-
    IAM actions: C(eks:DescribeCluster), C(eks:ListAddons), C(eks:DescribeAddon), C(eks:DescribeAddonVersions),
    C(eks:DescribeAddonConfiguration), C(eks:CreateAddon),
    C(eks:UpdateAddon), C(eks:DeleteAddon), C(eks:DescribeUpdate), C(eks:ListUpdates), C(eks:DescribePodIdentityAssociation),
    C(eks:TagResource), C(eks:UntagResource). With O(addons[].pod_identity_associations), EKS asks the caller for
    C(eks:CreatePodIdentityAssociation), C(eks:UpdatePodIdentityAssociation), C(eks:DeletePodIdentityAssociation), C(iam:GetRole) and
    C(iam:PassRole) too.
seealso:
  - module: cutover.eks.addon_versions_info
  - module: cutover.eks.cluster
  - module: cutover.eks.stack
"""

EXAMPLES = r"""
- name: The usual add-ons
  cutover.eks.addons:
    cluster: blue
    addons:
      - name: vpc-cni
        configuration_values:
          env:
            ENABLE_PREFIX_DELEGATION: "true"
      - name: kube-proxy
      - name: eks-pod-identity-agent
      - name: coredns
      - name: aws-ebs-csi-driver
        pod_identity_associations:
          - service_account: ebs-csi-controller-sa
            role_arn: arn:aws:iam::123456789012:role/blue-ebs-csi

- name: Take the most recent version of one
  cutover.eks.addons:
    cluster: blue
    addons:
      - name: coredns
        version: most_recent
        update: true
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
addons:
  description: The options of the module, and what AWS says about each add-on.
  returned: success
  type: dict
  contains:
    addons:
      description: The add-ons by their option keys, each with RV(addons.addons[].status).
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: Name of the add-on.
          type: str
          returned: always
        status:
          description: ARN, state, version, health issues, and whether a newer version is known to be offered.
          type: dict
          returned: always
    status:
      description: Version of the cluster.
      type: dict
      returned: always
"""

from ansible_collections.cutover.eks.plugins.module_utils._ansible.addons import NOUN
from ansible_collections.cutover.eks.plugins.module_utils._ansible.module import run


def main() -> None:
    """Make the add-ons what is declared."""
    run(NOUN)


if __name__ == "__main__":
    main()
