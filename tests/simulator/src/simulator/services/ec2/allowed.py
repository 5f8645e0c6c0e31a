# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What EC2 may be asked, as tables. An entry stands here because a test showed the answer to be AWS's."""

from __future__ import annotations

from ...allowlist import allow
from .listings import LISTINGS

_TAGGED = "TagSpecifications DryRun ClientToken"

WRITES = {
    "CreateVpc": allow("CidrBlock AmazonProvidedIpv6CidrBlock InstanceTenancy TagSpecifications DryRun"),
    "ModifyVpcAttribute": allow("VpcId EnableDnsSupport EnableDnsHostnames"),
    "DescribeVpcAttribute": allow("VpcId Attribute DryRun"),
    "DeleteVpc": allow("VpcId DryRun"),
    "CreateSubnet": allow("VpcId CidrBlock AvailabilityZone AvailabilityZoneId TagSpecifications DryRun"),
    "ModifySubnetAttribute": allow("SubnetId MapPublicIpOnLaunch"),
    "DeleteSubnet": allow("SubnetId DryRun"),
    "CreateInternetGateway": allow("TagSpecifications DryRun"),
    "AttachInternetGateway": allow("InternetGatewayId VpcId DryRun"),
    "DetachInternetGateway": allow("InternetGatewayId VpcId DryRun"),
    "DeleteInternetGateway": allow("InternetGatewayId DryRun"),
    "AllocateAddress": allow("Domain TagSpecifications DryRun"),
    "AssociateAddress": allow("AllocationId InstanceId NetworkInterfaceId AllowReassociation PrivateIpAddress DryRun"),
    "DisassociateAddress": allow("AssociationId DryRun"),
    "ReleaseAddress": allow("AllocationId DryRun"),
    "CreateNatGateway": allow(f"SubnetId AllocationId ConnectivityType {_TAGGED}"),
    "DeleteNatGateway": allow("NatGatewayId DryRun"),
    "CreateRouteTable": allow(f"VpcId {_TAGGED}"),
    "DeleteRouteTable": allow("RouteTableId DryRun"),
    "CreateRoute": allow("RouteTableId DestinationCidrBlock GatewayId NatGatewayId NetworkInterfaceId InstanceId DryRun"),
    "ReplaceRoute": allow("RouteTableId DestinationCidrBlock GatewayId NatGatewayId NetworkInterfaceId InstanceId DryRun"),
    "DeleteRoute": allow("RouteTableId DestinationCidrBlock DryRun"),
    "AssociateRouteTable": allow("RouteTableId SubnetId DryRun"),
    "DisassociateRouteTable": allow("AssociationId DryRun"),
    "ReplaceRouteTableAssociation": allow("AssociationId RouteTableId DryRun"),
    "CreateSecurityGroup": allow("GroupName Description VpcId TagSpecifications DryRun"),
    "DeleteSecurityGroup": allow("GroupId DryRun"),
    "AuthorizeSecurityGroupIngress": allow("GroupId IpPermissions TagSpecifications DryRun"),
    "AuthorizeSecurityGroupEgress": allow("GroupId IpPermissions TagSpecifications DryRun"),
    "RevokeSecurityGroupIngress": allow("GroupId IpPermissions SecurityGroupRuleIds DryRun"),
    "RevokeSecurityGroupEgress": allow("GroupId IpPermissions SecurityGroupRuleIds DryRun"),
    "CreateEgressOnlyInternetGateway": allow("VpcId TagSpecifications DryRun"),
    "DeleteEgressOnlyInternetGateway": allow("EgressOnlyInternetGatewayId DryRun"),
    "CreateNetworkInterface": allow(f"SubnetId Description Groups PrivateIpAddress {_TAGGED}"),
    "ModifyNetworkInterfaceAttribute": allow("NetworkInterfaceId Groups DryRun"),
    "DeleteNetworkInterface": allow("NetworkInterfaceId DryRun"),
    "RunInstances": allow(
        "ImageId InstanceType MinCount MaxCount SubnetId SecurityGroupIds LaunchTemplate UserData"
        " DisableApiTermination TagSpecifications DryRun ClientToken"
    ),
    "TerminateInstances": allow("InstanceIds DryRun"),
    "CreateVolume": allow(f"AvailabilityZone Size VolumeType Encrypted {_TAGGED}"),
    "DeleteVolume": allow("VolumeId DryRun"),
    "CreateLaunchTemplate": allow(f"LaunchTemplateName LaunchTemplateData VersionDescription {_TAGGED}"),
    "CreateLaunchTemplateVersion": allow(
        "LaunchTemplateId LaunchTemplateName LaunchTemplateData SourceVersion VersionDescription DryRun ClientToken"
    ),
    "ModifyLaunchTemplate": allow("LaunchTemplateId LaunchTemplateName DefaultVersion DryRun ClientToken"),
    "DeleteLaunchTemplateVersions": allow("LaunchTemplateId LaunchTemplateName Versions DryRun"),
    "DeleteLaunchTemplate": allow("LaunchTemplateId LaunchTemplateName DryRun"),
    "CreateTags": allow("Resources Tags DryRun"),
    "DeleteTags": allow("Resources Tags DryRun"),
}

ALLOWED = {**WRITES, **{operation: listing.allowed for operation, listing in LISTINGS.items()}}
