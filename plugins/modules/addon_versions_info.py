#!/usr/bin/python
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `addon_versions_info`: documentation, options, and nothing else."""

from __future__ import annotations

DOCUMENTATION = r"""
module: addon_versions_info
short_description: List the versions of EKS add-ons
version_added: 1.0.0
description:
  - Gives the versions that EKS offers, the newest first, and the default one for a Kubernetes version.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cutover.eks.common.info
  - cutover.eks.attributes.info
author:
  - cutover.eks contributors (@cutover-eks)
options:
  kubernetes_version:
    description: Kubernetes minor version that they are to work with, quoted. When omitted, all versions, and no default.
    type: str
  names:
    description: Add-ons to list. When omitted, all.
    type: list
    elements: str
notes:
  - "IAM actions: C(eks:DescribeAddonVersions)."
seealso:
  - module: cutover.eks.addons
"""

EXAMPLES = r"""
- name: Versions of the VPC CNI for 1.33
  cutover.eks.addon_versions_info:
    kubernetes_version: "1.33"
    names: [vpc-cni]
  register: found
"""

RETURN = r"""
addons:
  description: The add-ons, by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the add-on.
      type: str
      returned: always
    default_version:
      description: Version that EKS installs by default; nothing when no Kubernetes version was asked for.
      type: str
      returned: always
    versions:
      description: Offered versions, the newest first.
      type: list
      elements: str
      returned: always
"""

from ansible_collections.cutover.eks.plugins.module_utils._ansible.addons import VERSIONS_INFO
from ansible_collections.cutover.eks.plugins.module_utils._ansible.module import run_info


def main() -> None:
    """List the versions of add-ons."""
    run_info(VERSIONS_INFO)


if __name__ == "__main__":
    main()
