#!/usr/bin/python
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `stack`: documentation, options, and nothing else."""

from __future__ import annotations

DOCUMENTATION = r"""
module: stack
short_description: Create, change and delete an EKS cluster with everything around it, as one plan
version_added: 1.0.0
description:
  - Merges the plans of M(cutover.eks.network), M(cutover.eks.iam_roles), M(cutover.eks.cluster), M(cutover.eks.nodegroups) and
    M(cutover.eks.addons) into one graph. One sweep of reads, one refusal with all problems, one plan to read, waits that overlap.
  - Each part is optional. Subnets and role ARNs that are not declared come from the other parts.
  - What is not declared is neither compared nor touched.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cutover.eks.common
  - cutover.eks.attributes
author:
  - cutover.eks contributors (@cutover-eks)
options:
  name:
    description: Name of the cluster, and of everything around it.
    type: str
    required: true
  state:
    description:
      - V(present) creates and changes the declared parts.
      - V(absent) deletes the declared parts, as far as they carry the owner tag, in the order of their dependencies.
    type: str
    choices: [present, absent]
    default: present
  confirm_deletion:
    description: The cluster's name once more. Demanded by O(state=absent).
    type: str
  delete_orphans:
    description:
      - With O(state=absent), also delete what Kubernetes controllers left behind, load balancers, network interfaces, security groups and
        volumes that carry the cluster's tags.
    type: bool
    default: false
  tags:
    description:
      - Tags of every part, node group and add-on that declares none of its own.
      - When omitted, those are neither compared nor touched.
    type: dict
  # The parts are written by tests/tools/stack_docs.py from the single modules.
  network:
    description:
    - The network, as M(cutover.eks.network) takes it. When omitted, subnets are named where they are needed.
    type: dict
    suboptions:
      vpc:
        description: The VPC. For a new one O(network.vpc.cidr) is needed; O(network.vpc.id) or O(network.vpc.match_tags)
          adopts an existing one.
        type: dict
        suboptions:
          id:
            description: Id of the VPC to adopt.
            type: str
          match_tags:
            description: Tags that exactly one VPC has, which is adopted.
            type: dict
          cidr:
            description: Block of a new VPC, V(/16) to V(/28). For an existing VPC it is compared, because
              a VPC keeps its block.
            type: str
          dns_support:
            description: Whether the VPC resolves names. When omitted, a new VPC does, and an existing one
              stays as it is.
            type: bool
          dns_hostnames:
            description:
            - Whether instances get DNS names; the private endpoint of a cluster needs them.
            - When omitted, a new VPC gives none, and an existing one stays as it is.
            type: bool
      zones:
        description:
        - Names of the zones that subnets are made in, or one number of zones, which are then chosen among
          those that EKS takes.
        - Zones that have subnets of this network are chosen first. At least two are needed where subnets
          are made.
        type: list
        elements: str
      subnets:
        description: The subnets by what they are for. A tier that is omitted is not touched.
        type: dict
        suboptions:
          public:
            description: Subnets whose default route leads to the internet gateway.
            type: dict
            suboptions:
              ids:
                description: Existing subnets to use as they are. They get the declared tags; their routes
                  are their owner's.
                type: list
                elements: str
              cidrs:
                description: A block for each zone, in the order of O(network.zones). When omitted, blocks
                  are computed.
                type: list
                elements: str
              prefix_length:
                description:
                - Size of computed blocks, V(16) to V(28). A subnet that exists keeps its block.
                - When omitted, 4 bits more than the VPC's for private subnets, 6 for public and 8 for intra
                  subnets.
                type: int
              tags:
                description: Tags of these subnets, beside O(network.tags).
                type: dict
              map_public_ip:
                description: Whether instances get a public address. When omitted, new subnets give none.
                type: bool
          private:
            description: Subnets whose default route leads to a NAT gateway.
            type: dict
            suboptions:
              ids:
                description: Existing subnets to use as they are. They get the declared tags; their routes
                  are their owner's.
                type: list
                elements: str
              cidrs:
                description: A block for each zone, in the order of O(network.zones). When omitted, blocks
                  are computed.
                type: list
                elements: str
              prefix_length:
                description:
                - Size of computed blocks, V(16) to V(28). A subnet that exists keeps its block.
                - When omitted, 4 bits more than the VPC's for private subnets, 6 for public and 8 for intra
                  subnets.
                type: int
              tags:
                description: Tags of these subnets, beside O(network.tags).
                type: dict
              map_public_ip:
                description: Whether instances get a public address. When omitted, new subnets give none.
                type: bool
          intra:
            description: Subnets without a default route.
            type: dict
            suboptions:
              ids:
                description: Existing subnets to use as they are. They get the declared tags; their routes
                  are their owner's.
                type: list
                elements: str
              cidrs:
                description: A block for each zone, in the order of O(network.zones). When omitted, blocks
                  are computed.
                type: list
                elements: str
              prefix_length:
                description:
                - Size of computed blocks, V(16) to V(28). A subnet that exists keeps its block.
                - When omitted, 4 bits more than the VPC's for private subnets, 6 for public and 8 for intra
                  subnets.
                type: int
              tags:
                description: Tags of these subnets, beside O(network.tags).
                type: dict
              map_public_ip:
                description: Whether instances get a public address. When omitted, new subnets give none.
                type: bool
      nat:
        description:
        - V(zonal) makes a NAT gateway with an Elastic IP in each public subnet, V(single) one in the first,
          V(none) makes none.
        - NAT gateways that are no longer declared are reported and left alone.
        type: str
        choices:
        - none
        - single
        - zonal
        default: none
      load_balancer_tags:
        description: Whether public and private subnets get the tags by which load-balancer controllers
          find them.
        type: bool
        default: true
      shared_with:
        description: Clusters for which the subnets get the tag C(kubernetes.io/cluster/NAME=shared). None
          when omitted.
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
            suboptions:
              protocol:
                description: V(tcp), V(udp), V(icmp) or V(all).
                type: str
                default: tcp
              from_port:
                description: First port. Needed unless O(network.security_groups[].ingress[].protocol=all).
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
            description: Rules for what may go out. When omitted, they are not compared; a new group lets
              everything out.
            type: list
            elements: dict
            suboptions:
              protocol:
                description: V(tcp), V(udp), V(icmp) or V(all).
                type: str
                default: tcp
              from_port:
                description: First port. Needed unless O(network.security_groups[].ingress[].protocol=all).
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
          purge_rules:
            description: Whether rules that are not declared are removed from the directions that are.
            type: bool
            default: false
          tags:
            description: Tags of this group, beside O(network.tags).
            type: dict
      tags:
        description: Tags of everything that is made, written as they are. Tags that are not declared stay,
          unless O(network.purge_tags=true).
        type: dict
      purge_tags:
        description: Whether tags that are not declared are removed. Names and the tags of AWS, Kubernetes
          and this collection stay.
        type: bool
        default: false
      adopt:
        description: Whether a VPC that another tool looks after, or a security group of that name without
          our owner tag, may be changed.
        type: bool
        default: false
      status:
        description: Accepted and ignored, so that a result can be given back as options.
        type: dict
  iam_roles:
    description:
    - IAM roles, as M(cutover.eks.iam_roles) takes them. When omitted, role ARNs are named where they are
      needed.
    type: dict
    suboptions:
      roles:
        description: The roles. Roles that are not declared are not touched.
        type: list
        elements: dict
        suboptions:
          purpose:
            description:
            - What the role is for. V(cluster), V(node), V(fargate), V(vpc-cni), V(aws-ebs-csi-driver),
              V(aws-efs-csi-driver) and V(amazon-cloudwatch-observability) bring their trust policy and
              their managed policies.
            - Any other word is a role of your own and needs O(iam_roles.roles[].trust).
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
        description: ARN of the policy that bounds the roles. When omitted, the boundary is neither compared
          nor touched.
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
  cluster:
    description:
    - The control plane, as M(cutover.eks.cluster) takes it. When omitted, it is only referred to.
    type: dict
    suboptions:
      version:
        description:
        - Kubernetes minor version, such as V("1.34") or V(v1.34). Quote it, or YAML turns V(1.30) into
          V(1.3), which is refused.
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
            description: Up to five further security groups of the control plane's network interfaces. When
              omitted, EKS's own group alone.
            type: list
            elements: str
          endpoint_public_access:
            description: Whether the API server has a public endpoint. When omitted, a new cluster has one.
            type: bool
          endpoint_private_access:
            description: Whether the API server has an endpoint inside of the VPC. When omitted, a new cluster
              has none.
            type: bool
          public_access_cidrs:
            description: Networks that may use the public endpoint. When omitted, a new cluster lets everybody
              in.
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
            choices:
            - ipv4
            - ipv6
      logging:
        description: Control-plane logs that are sent to CloudWatch; the others are switched off. When omitted,
          a new cluster sends none.
        type: list
        elements: str
        choices:
        - api
        - audit
        - authenticator
        - controllerManager
        - scheduler
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
        description: Encryption of Kubernetes secrets with a key of yours. It can be added later, with O(allow_irreversible=true),
          and never undone.
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
            - Where permissions come from. It goes from V(CONFIG_MAP) to V(API_AND_CONFIG_MAP) to V(API),
              one step at a time, with O(allow_irreversible=true), and never back.
            - When omitted, a new cluster gets V(CONFIG_MAP), the default of the EKS API.
            type: str
            choices:
            - CONFIG_MAP
            - API_AND_CONFIG_MAP
            - API
          bootstrap_cluster_creator_admin_permissions:
            description: Whether whoever creates the cluster becomes its administrator. Declared for the
              creation only. When omitted, EKS says yes.
            type: bool
      bootstrap_self_managed_addons:
        description:
        - Whether EKS installs VPC CNI, CoreDNS and kube-proxy by itself. Declared for the creation only.
          When omitted, it does.
        - Set it to V(false) when M(cutover.eks.addons) installs them.
        type: bool
      upgrade_policy:
        description: What happens at the end of standard support.
        type: dict
        suboptions:
          support_type:
            description: V(STANDARD) upgrades the cluster then, V(EXTENDED) keeps it for a fee. When omitted,
              a new cluster gets V(EXTENDED).
            type: str
            choices:
            - STANDARD
            - EXTENDED
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
        - A protected cluster is deleted only with V(false) here, which takes the protection off in a step
          of its own.
        type: bool
      tags:
        description: Tags of the cluster, written as they are. Tags that are not declared stay, unless O(cluster.purge_tags=true).
        type: dict
      purge_tags:
        description: Whether tags that are not declared are removed. Those of AWS and of this collection
          stay.
        type: bool
        default: false
      adopt:
        description: Whether a cluster that another tool made may be changed and deleted here. It gets the
          owner tag.
        type: bool
        default: false
      status:
        description: Accepted and ignored, so that a result can be given back as options.
        type: dict
  nodegroups:
    description:
    - Managed node groups, as M(cutover.eks.nodegroups) takes them. When omitted, none is touched.
    type: dict
    suboptions:
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
            description: Exact AMI release. When omitted, a new group gets the newest one and an existing
              one stays at its own.
            type: str
          ami_type:
            description: AMI type, such as V(AL2023_x86_64_STANDARD). It cannot be changed later. When omitted,
              EKS chooses by the instance types.
            type: str
          capacity_type:
            description: How instances are bought. It cannot be changed later. When omitted, V(ON_DEMAND).
            type: str
            choices:
            - ON_DEMAND
            - SPOT
            - CAPACITY_BLOCK
          instance_types:
            description: Instance types of one architecture. They cannot be changed later. When omitted,
              V(t3.medium), the default of EKS.
            type: list
            elements: str
          subnet_ids:
            description: Subnets of the nodes. They cannot be changed later. When omitted, O(nodegroups.subnet_ids).
            type: list
            elements: str
          node_role_arn:
            description: ARN of the nodes' role. It cannot be changed later. When omitted, O(nodegroups.node_role_arn).
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
                description: Size at the creation; afterwards an autoscaler moves it. When omitted, the
                  smallest size.
                type: int
              desired_size:
                description: Size that is compared at each run, for groups without an autoscaler.
                type: int
          labels:
            description: Kubernetes labels of the nodes. Labels that are not declared stay, unless O(nodegroups.purge_labels=true).
            type: dict
          taints:
            description: Taints of the nodes. The list is complete, so a further taint is removed. When
              omitted, taints are left alone.
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
                choices:
                - NO_SCHEDULE
                - NO_EXECUTE
                - PREFER_NO_SCHEDULE
          update_config:
            description: How many nodes an update may take away at a time. When omitted, one.
            type: dict
            suboptions:
              max_unavailable:
                description: Number of nodes. Excludes O(nodegroups.nodegroups[].update_config.max_unavailable_percentage).
                type: int
              max_unavailable_percentage:
                description: Share of nodes. Excludes O(nodegroups.nodegroups[].update_config.max_unavailable).
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
                choices:
                - gp2
                - gp3
                - io1
                - io2
              encrypted:
                description: Whether it is encrypted. When omitted, the account's default.
                type: bool
              kms_key_arn:
                description: ARN of the key. When omitted, the key that AWS keeps for volumes.
                type: str
          metadata_options:
            description: Access to the instance metadata service. A change rolls the nodes. When omitted,
              EKS's default.
            type: dict
            suboptions:
              http_tokens:
                description: Whether IMDSv2 is V(required).
                type: str
                choices:
                - required
                - optional
              http_put_response_hop_limit:
                description: Hops that an answer may take; V(1) keeps pods away.
                type: int
          launch_template:
            description: A launch template of yours, instead of the one that this module keeps. The group
              stays with it for its life.
            type: dict
            suboptions:
              id:
                description: Its id. Give this or the name.
                type: str
              name:
                description: Its name. Give this or the id.
                type: str
              version:
                description: Its version. A change rolls the nodes. When omitted, the default one at the
                  creation.
                type: str
          tags:
            description: Tags of the group, and of instances and volumes where this module keeps the launch
              template.
            type: dict
          update:
            description: Whether the newest release is taken, and, where no version is declared, the cluster's
              version.
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
        - Suboptions of O(nodegroups.nodegroups) for the groups that do not declare them. A suboption is
          taken as a whole, V(scaling) for example.
        - When omitted, an undeclared suboption is neither compared nor touched.
        type: dict
      purge:
        description: Whether groups that are not named and carry the owner tag are deleted. The others are
          reported as unmanaged.
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
        description: Whether tags that are not declared are removed. Those of AWS and of this collection
          stay.
        type: bool
        default: false
      adopt:
        description: Whether groups that another tool made may be changed here.
        type: bool
        default: false
      status:
        description: Accepted and ignored, so that a result can be given back as options.
        type: dict
  addons:
    description:
    - Add-ons, as M(cutover.eks.addons) takes them. When omitted, none is touched.
    type: dict
    suboptions:
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
            - V(default) and V(most_recent) are resolved when the add-on is installed, for the cluster's
              version; later a newer one is reported, and taken only with O(addons.addons[].update=true).
            - An exact version is compared at each run. When omitted, V(default).
            type: str
          configuration_values:
            description: The whole configuration, compared as data. When omitted, it is left alone.
            type: dict
          service_account_role_arn:
            description: ARN of a role for the add-on's service account. When omitted, it is left alone.
            type: str
          pod_identity_associations:
            description: Roles of the add-on's service accounts. The list is complete; an empty one removes
              them. When omitted, they are left alone.
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
            - What happens to fields that somebody changed in the cluster. V(PRESERVE) counts for updates
              only. When omitted, V(NONE), the call fails.
            type: str
            choices:
            - NONE
            - OVERWRITE
            - PRESERVE
          preserve:
            description: Whether a removal leaves the add-on's objects in the cluster.
            type: bool
            default: false
          before_compute:
            description: Whether it is installed before node groups. When omitted, V(true) for vpc-cni,
              kube-proxy and eks-pod-identity-agent.
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
        description: Whether add-ons that are not named and carry the owner tag are removed. The others
          are reported as unmanaged.
        type: bool
        default: false
      purge_unmanaged:
        description: Whether add-ons without the owner tag may be removed too.
        type: bool
        default: false
      purge_tags:
        description: Whether tags that are not declared are removed. Those of AWS and of this collection
          stay.
        type: bool
        default: false
      adopt:
        description: Whether add-ons that another tool installed may be changed here.
        type: bool
        default: false
      status:
        description: Accepted and ignored, so that a result can be given back as options.
        type: dict
  # End of the parts.
  status:
    description: Accepted and ignored, so that a result can be given back as options.
    type: dict
requirements:
  - jsonschema >= 4.18 (optional; the configuration of add-ons is checked with it before anything is changed)
notes:
  - >-
    IAM actions: those of the modules of the declared parts. With O(delete_orphans), C(elasticloadbalancing:DescribeLoadBalancers),
    C(elasticloadbalancing:DescribeTargetGroups), C(elasticloadbalancing:DescribeTags), C(elasticloadbalancing:DeleteLoadBalancer),
    C(elasticloadbalancing:DeleteTargetGroup), C(ec2:DescribeVolumes), C(ec2:DeleteVolume) and C(ec2:DeleteNetworkInterface) too.
seealso:
  - module: cutover.eks.network
  - module: cutover.eks.iam_roles
  - module: cutover.eks.cluster
  - module: cutover.eks.nodegroups
  - module: cutover.eks.addons
"""

EXAMPLES = r"""
- name: Build a cluster with its network, roles, nodes and add-ons
  cutover.eks.stack:
    name: blue
    network:
      vpc:
        cidr: 10.0.0.0/16
        dns_support: true
        dns_hostnames: true
      zones: [3]
      subnets:
        private: {}
        public:
          map_public_ip: true
      nat: zonal
    iam_roles:
      roles:
        - purpose: cluster
        - purpose: node
        - purpose: vpc-cni
    cluster:
      version: "1.35"
      bootstrap_self_managed_addons: false
      access_config:
        authentication_mode: API
        bootstrap_cluster_creator_admin_permissions: true
    nodegroups:
      nodegroups:
        - name: general
          instance_types: [m7i.large]
          scaling: {min_size: 2, max_size: 6}
    addons:
      addons:
        - name: vpc-cni
          pod_identity_associations:
            - service_account: aws-node
              role_arn: vpc-cni
        - name: kube-proxy
        - name: eks-pod-identity-agent
        - name: coredns

- name: Take it down
  cutover.eks.stack:
    name: blue
    state: absent
    confirm_deletion: blue
    delete_orphans: true
    network: {}
    iam_roles: {}
    cluster: {}
    nodegroups: {}
    addons: {}
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
stack:
  description: The options as declared, each part with its own C(status).
  returned: success
  type: dict
"""

from ansible_collections.cutover.eks.plugins.module_utils._ansible.module import run
from ansible_collections.cutover.eks.plugins.module_utils._ansible.stack import NOUN


def main() -> None:
    """Converge the stack."""
    run(NOUN)


if __name__ == "__main__":
    main()
