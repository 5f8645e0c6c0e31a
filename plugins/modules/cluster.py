#!/usr/bin/python
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `cluster`: documentation, options, and nothing else."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster
short_description: Create, change, upgrade and delete an EKS control plane
version_added: 1.0.0
description:
  - Makes one EKS cluster what is declared, and shows the plan of it in check mode.
  - What is not declared is neither compared nor touched. What is declared empty is made empty.
  - Each kind of change is an update of its own, made one after the other and awaited, because EKS takes one at a time.
  - What EKS cannot change, or cannot undo, is refused or needs a consent, before anything else is changed.
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
      - V(present) creates or changes the cluster.
      - V(absent) deletes it. The cluster has to carry the owner tag, or O(adopt=true), and must have no node groups and Fargate profiles.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: Name of the cluster. It cannot be changed later.
    type: str
    required: true
  version:
    description:
      - Kubernetes minor version, such as V("1.34") or V(v1.34). Quote it, or YAML turns V(1.30) into V(1.3), which is refused.
      - One minor version later than the present one upgrades the control plane, which needs O(allow_irreversible=true).
      - When omitted, a new cluster gets the default of EKS and an existing one stays at its version.
    type: str
  role_arn:
    description: ARN of the cluster role. Needed for a new cluster; it cannot be changed later.
    type: str
  resources_vpc_config:
    description: Where the control plane is reached. When omitted, an existing cluster keeps its configuration.
    type: dict
    suboptions:
      subnet_ids:
        description: Subnets of at least two zones. Needed for a new cluster.
        type: list
        elements: str
      security_group_ids:
        description: Up to five further security groups of the control plane's network interfaces. When omitted, EKS's own group alone.
        type: list
        elements: str
      endpoint_public_access:
        description: Whether the API server has a public endpoint. When omitted, a new cluster has one.
        type: bool
      endpoint_private_access:
        description: Whether the API server has an endpoint inside of the VPC. When omitted, a new cluster has none.
        type: bool
      public_access_cidrs:
        description: Networks that may use the public endpoint. When omitted, a new cluster lets everybody in.
        type: list
        elements: str
  kubernetes_network_config:
    description: Network of services. It cannot be changed later.
    type: dict
    suboptions:
      service_ipv4_cidr:
        description: Private network of service addresses, between /12 and /24. When omitted, EKS chooses.
        type: str
      ip_family:
        description: Family of pod and service addresses. When omitted, V(ipv4).
        type: str
        choices: [ipv4, ipv6]
  logging:
    description: Control-plane logs that are sent to CloudWatch; the others are switched off. When omitted, a new cluster sends none.
    type: list
    elements: str
    choices: [api, audit, authenticator, controllerManager, scheduler]
  log_retention_days:
    description:
      - Makes the log group before the cluster, with this retention, and keeps it so.
      - When omitted, EKS makes the log group, and its logs never expire.
    type: int
  delete_log_group:
    description: With O(state=absent), whether the log group goes too, once the cluster is gone.
    type: bool
    default: true
  encryption_config:
    description: >-
      Encryption of Kubernetes secrets with a key of yours. It can be added later, with O(allow_irreversible=true), and never undone.
    type: dict
    suboptions:
      key_arn:
        description: ARN of the KMS key.
        type: str
  access_config:
    description: Who may use the Kubernetes API.
    type: dict
    suboptions:
      authentication_mode:
        description:
          - Where permissions come from. It goes from V(CONFIG_MAP) to V(API_AND_CONFIG_MAP) to V(API), one step at a time, with
            O(allow_irreversible=true), and never back.
          - When omitted, a new cluster gets V(CONFIG_MAP), the default of the EKS API.
        type: str
        choices: [CONFIG_MAP, API_AND_CONFIG_MAP, API]
      bootstrap_cluster_creator_admin_permissions:
        description: >-
          Whether whoever creates the cluster becomes its administrator. Declared for the creation only. When omitted, EKS says yes.
        type: bool
  bootstrap_self_managed_addons:
    description:
      - Whether EKS installs VPC CNI, CoreDNS and kube-proxy by itself. Declared for the creation only. When omitted, it does.
      - Set it to V(false) when M(cutover.eks.addons) installs them.
    type: bool
  upgrade_policy:
    description: What happens at the end of standard support.
    type: dict
    suboptions:
      support_type:
        description: V(STANDARD) upgrades the cluster then, V(EXTENDED) keeps it for a fee. When omitted, a new cluster gets V(EXTENDED).
        type: str
        choices: [STANDARD, EXTENDED]
  zonal_shift_config:
    description: Moving traffic away from an impaired zone.
    type: dict
    suboptions:
      enabled:
        description: Whether AWS may do so. When omitted, a new cluster does not let it.
        type: bool
  control_plane_scaling_config:
    description: Capacity of the control plane.
    type: dict
    suboptions:
      tier:
        description: Provisioned tier, such as V(tier-xl). When omitted, a new cluster scales by itself.
        type: str
  remote_network_config:
    description: Networks of hybrid nodes.
    type: dict
    suboptions:
      remote_node_networks:
        description: Networks of the nodes.
        type: list
        elements: str
      remote_pod_networks:
        description: Networks of their pods.
        type: list
        elements: str
  deletion_protection:
    description:
      - Whether EKS refuses to delete the cluster. When omitted, a new cluster is not protected.
      - A protected cluster is deleted only with V(false) here, which takes the protection off in a step of its own.
    type: bool
  tags:
    description: Tags of the cluster, written as they are. Tags that are not declared stay, unless O(purge_tags=true).
    type: dict
  purge_tags:
    description: Whether tags that are not declared are removed. Those of AWS and of this collection stay.
    type: bool
    default: false
  adopt:
    description: Whether a cluster that another tool made may be changed and deleted here. It gets the owner tag.
    type: bool
    default: false
  status:
    description: Accepted and ignored, so that a result can be given back as options.
    type: dict
notes:
  - >-
    IAM actions: C(eks:DescribeCluster), C(eks:CreateCluster), C(eks:UpdateClusterConfig), C(eks:UpdateClusterVersion),
    C(eks:DescribeUpdate),
    C(eks:ListUpdates), C(eks:DescribeClusterVersions), C(eks:AssociateEncryptionConfig), C(eks:TagResource), C(eks:UntagResource),
    C(eks:DeleteCluster), C(eks:ListNodegroups), C(eks:ListFargateProfiles), C(eks:DescribeNodegroup),
    C(ec2:DescribeSubnets), C(ec2:DescribeSecurityGroups), C(iam:PassRole),
    C(logs:DescribeLogGroups),
    C(logs:ListTagsForResource), C(logs:CreateLogGroup), C(logs:TagResource), C(logs:PutRetentionPolicy), C(logs:DeleteLogGroup).
    With O(encryption_config), C(kms:DescribeKey) and C(kms:CreateGrant) on the key.
seealso:
  - module: cutover.eks.cluster_info
  - module: cutover.eks.nodegroups
  - module: cutover.eks.stack
"""

EXAMPLES = r"""
- name: Create a cluster
  cutover.eks.cluster:
    name: blue
    version: "1.33"
    role_arn: arn:aws:iam::123456789012:role/blue-cluster
    resources_vpc_config:
      subnet_ids: "{{ subnet_ids }}"
      endpoint_private_access: true
      public_access_cidrs: [203.0.113.0/24]
    access_config:
      authentication_mode: API
    logging: [api, audit, authenticator]
    log_retention_days: 90
    deletion_protection: true

- name: Upgrade it by one minor version
  cutover.eks.cluster:
    name: blue
    version: "1.34"
    allow_irreversible: true

- name: Delete it
  cutover.eks.cluster:
    name: blue
    state: absent
    deletion_protection: false
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
cluster:
  description: The cluster by its option keys, and what AWS says about it.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the cluster.
      type: str
      returned: always
    status:
      description: What nobody declares.
      type: dict
      returned: always
      contains:
        arn:
          description: ARN of the cluster.
          type: str
          returned: always
        state:
          description: State as EKS names it, or V(absent).
          type: str
          returned: always
          sample: ACTIVE
        version:
          description: Kubernetes version of the control plane.
          type: str
          returned: when the cluster exists
        health:
          description: What EKS says is wrong.
          type: list
          elements: str
          returned: when the cluster exists
        endpoint:
          description: URL of the API server; in check mode a marker where it is known only after apply.
          type: str
          returned: when the cluster exists or is planned
        certificate_authority:
          description: Certificate of its authority, base64.
          type: str
          returned: when the cluster exists or is planned
        oidc_issuer:
          description: Issuer of service account tokens.
          type: str
          returned: when the cluster exists or is planned
        cluster_security_group_id:
          description: Security group that EKS made for the cluster.
          type: str
          returned: when the cluster exists or is planned
"""

from ansible_collections.cutover.eks.plugins.module_utils._ansible.cluster import NOUN
from ansible_collections.cutover.eks.plugins.module_utils._ansible.module import run


def main() -> None:
    """Make the cluster what is declared."""
    run(NOUN)


if __name__ == "__main__":
    main()
