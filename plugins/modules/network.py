#!/usr/bin/python
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `network`: documentation, options, and nothing else."""

from __future__ import annotations

DOCUMENTATION = r"""
module: network
short_description: Make the network of EKS clusters, change it, delete it
version_added: 1.0.0
description:
  - Makes a VPC with subnets, the ways out of it and security groups what is declared, and shows the plan in check mode.
  - What is not declared is neither compared nor touched. What is declared empty is made empty.
  - An existing VPC can be adopted by its id or by its tags; of it only what is declared is changed, and only what was made
    here is deleted.
  - Public subnets share one route table that leads to the internet gateway. Each private subnet has a route table of its own that leads to
    the NAT gateway of its zone or to the only one. Intra subnets share one that leads nowhere.
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
      - V(present) creates or changes the network.
      - V(absent) deletes what carries the owner tag, in dependency order. It is refused while a cluster or a foreign network interface
        uses the network, and names them.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: Name of the network; its parts are called by it. When omitted, O(cluster).
    type: str
  cluster:
    description:
      - The cluster that the network belongs to. Its parts then carry the owner tag C(cutover.eks/cluster) and go with the cluster.
      - When omitted, the network stands for itself, with the owner tag C(cutover.eks/network), and clusters may share it.
    type: str
  vpc:
    description: The VPC. For a new one O(vpc.cidr) is needed; O(vpc.id) or O(vpc.match_tags) adopts an existing one.
    type: dict
    suboptions:
      id:
        description: Id of the VPC to adopt.
        type: str
      match_tags:
        description: Tags that exactly one VPC has, which is adopted.
        type: dict
      cidr:
        description: Block of a new VPC, V(/16) to V(/28). For an existing VPC it is compared, because a VPC keeps its block.
        type: str
      dns_support:
        description: Whether the VPC resolves names. When omitted, a new VPC does, and an existing one stays as it is.
        type: bool
      dns_hostnames:
        description:
          - Whether instances get DNS names; the private endpoint of a cluster needs them.
          - When omitted, a new VPC gives none, and an existing one stays as it is.
        type: bool
  zones:
    description:
      - Names of the zones that subnets are made in, or one number of zones, which are then chosen among those that EKS takes.
      - Zones that have subnets of this network are chosen first. At least two are needed where subnets are made.
    type: list
    elements: str
  subnets:
    description: The subnets by what they are for. A tier that is omitted is not touched.
    type: dict
    suboptions:
      public:
        description: Subnets whose default route leads to the internet gateway.
        type: dict
        suboptions: &subnets
          ids:
            description: Existing subnets to use as they are. They get the declared tags; their routes are their owner's.
            type: list
            elements: str
          cidrs:
            description: A block for each zone, in the order of O(zones). When omitted, blocks are computed.
            type: list
            elements: str
          prefix_length:
            description:
              - Size of computed blocks, V(16) to V(28). A subnet that exists keeps its block.
              - When omitted, 4 bits more than the VPC's for private subnets, 6 for public and 8 for intra subnets.
            type: int
          tags:
            description: Tags of these subnets, beside O(tags).
            type: dict
          map_public_ip:
            description: Whether instances get a public address. When omitted, new subnets give none.
            type: bool
      private:
        description: Subnets whose default route leads to a NAT gateway.
        type: dict
        suboptions: *subnets
      intra:
        description: Subnets without a default route.
        type: dict
        suboptions: *subnets
  nat:
    description:
      - V(zonal) makes a NAT gateway with an Elastic IP in each public subnet, V(single) one in the first, V(none) makes none.
      - NAT gateways that are no longer declared are reported and left alone.
    type: str
    choices: ["none", single, zonal]
    default: "none"
  load_balancer_tags:
    description: Whether public and private subnets get the tags by which load-balancer controllers find them.
    type: bool
    default: true
  shared_with:
    description: Clusters for which the subnets get the tag C(kubernetes.io/cluster/NAME=shared). None when omitted.
    type: list
    elements: str
  security_groups:
    description: Security groups in the VPC. Groups that are not declared are not touched.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the group, unique in the VPC.
        type: str
        required: true
      description:
        description: What it is for; it cannot be changed later. When omitted, its name.
        type: str
      ingress:
        description: Rules for what may come in. When omitted, they are not compared.
        type: list
        elements: dict
        suboptions: &rules
          protocol:
            description: V(tcp), V(udp), V(icmp) or V(all).
            type: str
            default: tcp
          from_port:
            description: First port. Needed unless O(security_groups[].ingress[].protocol=all).
            type: int
          to_port:
            description: Last port. When omitted, the first one.
            type: int
          cidr:
            description: The block on the other side. Exactly one of block, group and self is needed.
            type: str
          security_group:
            description: The security group on the other side, by its name here or its id.
            type: str
          self:
            description: Whether the other side is this group itself.
            type: bool
          description:
            description: What the rule is for. When omitted, it is not compared.
            type: str
      egress:
        description: Rules for what may go out. When omitted, they are not compared; a new group lets everything out.
        type: list
        elements: dict
        suboptions: *rules
      purge_rules:
        description: Whether rules that are not declared are removed from the directions that are.
        type: bool
        default: false
      tags:
        description: Tags of this group, beside O(tags).
        type: dict
  tags:
    description: Tags of everything that is made, written as they are. Tags that are not declared stay, unless O(purge_tags=true).
    type: dict
  purge_tags:
    description: Whether tags that are not declared are removed. Names and the tags of AWS, Kubernetes and this collection stay.
    type: bool
    default: false
  adopt:
    description: Whether a VPC that another tool looks after, or a security group of that name without our owner tag, may be changed.
    type: bool
    default: false
  status:
    description: Accepted and ignored, so that a result can be given back as options.
    type: dict
notes:
  - >-
    IAM actions: C(ec2:DescribeAvailabilityZones), C(ec2:DescribeVpcs), C(ec2:DescribeVpcAttribute), C(ec2:DescribeSubnets),
    C(ec2:DescribeRouteTables), C(ec2:DescribeInternetGateways), C(ec2:DescribeNatGateways), C(ec2:DescribeAddresses),
    C(ec2:DescribeSecurityGroups), C(ec2:DescribeNetworkInterfaces), C(ec2:CreateTags), C(ec2:DeleteTags), C(ec2:CreateVpc),
    C(ec2:ModifyVpcAttribute), C(ec2:DeleteVpc), C(ec2:CreateSubnet), C(ec2:ModifySubnetAttribute), C(ec2:DeleteSubnet),
    C(ec2:CreateInternetGateway), C(ec2:AttachInternetGateway), C(ec2:DetachInternetGateway), C(ec2:DeleteInternetGateway),
    C(ec2:AllocateAddress), C(ec2:ReleaseAddress), C(ec2:CreateNatGateway), C(ec2:DeleteNatGateway), C(ec2:CreateRouteTable),
    C(ec2:DeleteRouteTable), C(ec2:CreateRoute), C(ec2:ReplaceRoute), C(ec2:AssociateRouteTable), C(ec2:ReplaceRouteTableAssociation),
    C(ec2:DisassociateRouteTable), C(ec2:CreateSecurityGroup), C(ec2:AuthorizeSecurityGroupIngress), C(ec2:AuthorizeSecurityGroupEgress),
    C(ec2:RevokeSecurityGroupIngress), C(ec2:RevokeSecurityGroupEgress), C(ec2:UpdateSecurityGroupRuleDescriptionsIngress),
    C(ec2:UpdateSecurityGroupRuleDescriptionsEgress), C(ec2:DeleteSecurityGroup), C(eks:DescribeCluster).
seealso:
  - module: cutover.eks.network_info
  - module: cutover.eks.cluster
  - module: cutover.eks.stack
"""

EXAMPLES = r"""
- name: Make a network over three zones
  cutover.eks.network:
    cluster: blue
    vpc:
      cidr: 10.0.0.0/16
      dns_hostnames: true
    zones: 3
    subnets:
      public: {}
      private: {}
    nat: zonal
    tags:
      team: platform

- name: Use what another team made, and add private subnets to it
  cutover.eks.network:
    name: shared
    vpc:
      match_tags:
        Name: company
    zones: [eu-central-1a, eu-central-1b]
    subnets:
      private:
        cidrs: [10.20.64.0/20, 10.20.80.0/20]
  when: company_network | default(false)

- name: Delete the network
  cutover.eks.network:
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
network:
  description: The network by its option keys, with the zones and blocks that were chosen, and its ids.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the network.
      type: str
      returned: always
    zones:
      description: Names of its zones.
      type: list
      elements: str
      returned: always
    status:
      description: What nobody declares. In check mode, what does not exist yet is a marker.
      type: dict
      returned: always
      contains:
        vpc_id:
          description: Id of the VPC.
          type: str
          returned: always
        zones:
          description: Zones of the subnets, in the order of their ids.
          type: list
          elements: str
          returned: always
        public_subnet_ids:
          description: Ids of the public subnets.
          type: list
          elements: str
          returned: always
        private_subnet_ids:
          description: Ids of the private subnets.
          type: list
          elements: str
          returned: always
        intra_subnet_ids:
          description: Ids of the intra subnets.
          type: list
          elements: str
          returned: always
        security_group_ids:
          description: Ids of the declared security groups by name.
          type: dict
          returned: always
        nat_gateway_ids:
          description: Ids of the NAT gateways by zone.
          type: dict
          returned: always
"""

from ansible_collections.cutover.eks.plugins.module_utils._ansible.module import run
from ansible_collections.cutover.eks.plugins.module_utils._ansible.network import NOUN


def main() -> None:
    """Make the network what is declared."""
    run(NOUN)


if __name__ == "__main__":
    main()
