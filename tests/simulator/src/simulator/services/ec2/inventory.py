# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What EC2 holds, for `state` and `leftovers`: kinds and ids."""

from __future__ import annotations

KINDS = {
    "DescribeAddresses": ("elastic-ip", "AllocationId"),
    "DescribeEgressOnlyInternetGateways": ("egress-only-internet-gateway", "EgressOnlyInternetGatewayId"),
    "DescribeInstances": ("instance", "InstanceId"),
    "DescribeInternetGateways": ("internet-gateway", "InternetGatewayId"),
    "DescribeLaunchTemplates": ("launch-template", "LaunchTemplateId"),
    "DescribeNatGateways": ("natgateway", "NatGatewayId"),
    "DescribeNetworkAcls": ("network-acl", "NetworkAclId"),
    "DescribeNetworkInterfaces": ("network-interface", "NetworkInterfaceId"),
    "DescribeRouteTables": ("route-table", "RouteTableId"),
    "DescribeSecurityGroups": ("security-group", "GroupId"),
    "DescribeSubnets": ("subnet", "SubnetId"),
    "DescribeVolumes": ("volume", "VolumeId"),
    "DescribeVpcEndpoints": ("vpc-endpoint", "VpcEndpointId"),
    "DescribeVpcs": ("vpc", "VpcId"),
}
"""Operation → kind of what it lists, member that holds the id."""
