# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What EC2 can list, as a table: members, ids, filters. An entry stands here because a test showed the answer to be AWS's."""

from __future__ import annotations

from .reading import Listing, Selector

LISTINGS = {
    "DescribeAvailabilityZones": Listing(
        member="AvailabilityZones",
        fields="DryRun AllAvailabilityZones",
        selectors={
            "ZoneNames": Selector("ZoneName", "InvalidParameterValue", "Invalid availability zone: [{}]"),
            "ZoneIds": Selector("ZoneId", "InvalidParameterValue", "Invalid availability zone-id: [{}]"),
        },
        filters={
            "zone-name": "ZoneName",
            "zone-id": "ZoneId",
            "zone-type": "ZoneType",
            "state": "State",
            "region-name": "RegionName",
            "group-name": "GroupName",
            "opt-in-status": "OptInStatus",
        },
        has_tags=False,
    ),
    "DescribeVpcs": Listing(
        member="Vpcs",
        selectors={"VpcIds": Selector("VpcId", "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist")},
        filters={
            "vpc-id": "VpcId",
            "cidr": "CidrBlock",
            "cidr-block": "CidrBlock",
            "cidrBlock": "CidrBlock",
            "cidr-block-association.cidr-block": "CidrBlockAssociationSet[].CidrBlock",
            "cidr-block-association.state": "CidrBlockAssociationSet[].CidrBlockState.State",
            "dhcp-options-id": "DhcpOptionsId",
            "is-default": "IsDefault",
            "isDefault": "IsDefault",
            "owner-id": "OwnerId",
            "state": "State",
        },
    ),
    "DescribeSubnets": Listing(
        member="Subnets",
        selectors={"SubnetIds": Selector("SubnetId", "InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist")},
        filters={
            "subnet-id": "SubnetId",
            "vpc-id": "VpcId",
            "availability-zone": "AvailabilityZone",
            "availabilityZone": "AvailabilityZone",
            "availability-zone-id": "AvailabilityZoneId",
            "cidr-block": "CidrBlock",
            "cidr": "CidrBlock",
            "cidrBlock": "CidrBlock",
            "default-for-az": "DefaultForAz",
            "map-public-ip-on-launch": "MapPublicIpOnLaunch",
            "owner-id": "OwnerId",
            "state": "State",
        },
    ),
    "DescribeInternetGateways": Listing(
        member="InternetGateways",
        selectors={
            "InternetGatewayIds": Selector(
                "InternetGatewayId", "InvalidInternetGatewayID.NotFound", "The internetGateway ID '{}' does not exist"
            )
        },
        filters={
            "internet-gateway-id": "InternetGatewayId",
            "attachment.vpc-id": "Attachments[].VpcId",
            "attachment.state": "Attachments[].State",
            "owner-id": "OwnerId",
        },
    ),
    "DescribeEgressOnlyInternetGateways": Listing(
        member="EgressOnlyInternetGateways",
        selectors={
            "EgressOnlyInternetGatewayIds": Selector(
                "EgressOnlyInternetGatewayId",
                "InvalidEgressOnlyInternetGatewayId.NotFound",
                "The eigw ID '{}' does not exist",
            )
        },
    ),
    "DescribeAddresses": Listing(
        member="Addresses",
        fields="DryRun",
        selectors={
            "AllocationIds": Selector("AllocationId", "InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist"),
            "PublicIps": Selector("PublicIp", "InvalidAddress.NotFound", "Address '{}' not found."),
        },
        filters={
            "allocation-id": "AllocationId",
            "association-id": "AssociationId",
            "domain": "Domain",
            "instance-id": "InstanceId",
            "network-interface-id": "NetworkInterfaceId",
            "private-ip-address": "PrivateIpAddress",
            "public-ip": "PublicIp",
        },
    ),
    "DescribeNatGateways": Listing(
        member="NatGateways",
        filter_member="Filter",
        selectors={
            "NatGatewayIds": Selector("NatGatewayId", "NatGatewayNotFound", "The Nat Gateway {} was not found"),
        },
        filters={
            "nat-gateway-id": "NatGatewayId",
            "state": "State",
            "subnet-id": "SubnetId",
            "vpc-id": "VpcId",
        },
    ),
    "DescribeRouteTables": Listing(
        member="RouteTables",
        selectors={"RouteTableIds": Selector("RouteTableId", "InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist")},
        filters={
            "route-table-id": "RouteTableId",
            "vpc-id": "VpcId",
            "owner-id": "OwnerId",
            "association.main": "Associations[].Main",
            "association.subnet-id": "Associations[].SubnetId",
            "association.route-table-id": "Associations[].RouteTableId",
            "association.route-table-association-id": "Associations[].RouteTableAssociationId",
            "association.gateway-id": "Associations[].GatewayId",
            "route.destination-cidr-block": "Routes[].DestinationCidrBlock",
            "route.gateway-id": "Routes[].GatewayId",
            "route.nat-gateway-id": "Routes[].NatGatewayId",
            "route.state": "Routes[].State",
            "route.origin": "Routes[].Origin",
        },
    ),
    "DescribeSecurityGroups": Listing(
        member="SecurityGroups",
        selectors={
            "GroupIds": Selector("GroupId", "InvalidGroup.NotFound", "The security group '{}' does not exist"),
            "GroupNames": Selector("GroupName", "InvalidGroup.NotFound", "The security group '{}' does not exist in default VPC"),
        },
        filters={
            "group-id": "GroupId",
            "group-name": "GroupName",
            "description": "Description",
            "owner-id": "OwnerId",
            "vpc-id": "VpcId",
            "ip-permission.cidr": "IpPermissions[].IpRanges[].CidrIp",
            "ip-permission.from-port": "IpPermissions[].FromPort",
            "ip-permission.to-port": "IpPermissions[].ToPort",
            "ip-permission.protocol": "IpPermissions[].IpProtocol",
            "ip-permission.group-id": "IpPermissions[].UserIdGroupPairs[].GroupId",
            "egress.ip-permission.group-id": "IpPermissionsEgress[].UserIdGroupPairs[].GroupId",
        },
    ),
    "DescribeSecurityGroupRules": Listing(
        member="SecurityGroupRules",
        selectors={
            "SecurityGroupRuleIds": Selector(
                "SecurityGroupRuleId",
                "InvalidSecurityGroupRuleId.NotFound",
                "The security group rule ID '{}' does not exist",
            )
        },
        filters={"group-id": "GroupId", "security-group-rule-id": "SecurityGroupRuleId"},
    ),
    "DescribeNetworkInterfaces": Listing(
        member="NetworkInterfaces",
        tag_member="TagSet",
        selectors={
            "NetworkInterfaceIds": Selector(
                "NetworkInterfaceId", "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{}' does not exist"
            )
        },
        filters={
            "network-interface-id": "NetworkInterfaceId",
            "subnet-id": "SubnetId",
            "vpc-id": "VpcId",
            "status": "Status",
            "description": "Description",
            "group-id": "Groups[].GroupId",
            "group-name": "Groups[].GroupName",
            "private-ip-address": "PrivateIpAddress",
            "addresses.private-ip-address": "PrivateIpAddresses[].PrivateIpAddress",
            "attachment.instance-id": "Attachment.InstanceId",
            "attachment.attachment-id": "Attachment.AttachmentId",
            "attachment.instance-owner-id": "Attachment.InstanceOwnerId",
            "attachment.status": "Attachment.Status",
            "association.public-ip": "Association.PublicIp",
            "association.allocation-id": "Association.AllocationId",
            "availability-zone": "AvailabilityZone",
            "interface-type": "InterfaceType",
            "owner-id": "OwnerId",
            "requester-id": "RequesterId",
            "requester-managed": "RequesterManaged",
        },
    ),
    "DescribeNetworkAcls": Listing(
        member="NetworkAcls",
        selectors={"NetworkAclIds": Selector("NetworkAclId", "InvalidNetworkAclID.NotFound", "The networkAcl ID '{}' does not exist")},
        filters={
            "network-acl-id": "NetworkAclId",
            "vpc-id": "VpcId",
            "default": "IsDefault",
            "association.subnet-id": "Associations[].SubnetId",
        },
    ),
    "DescribeVpcEndpoints": Listing(
        member="VpcEndpoints",
        smallest=1,
        selectors={"VpcEndpointIds": Selector("VpcEndpointId", "InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{}' does not exist")},
        filters={
            "vpc-endpoint-id": "VpcEndpointId",
            "vpc-id": "VpcId",
            "service-name": "ServiceName",
            "vpc-endpoint-state": "State",
            "vpc-endpoint-type": "VpcEndpointType",
        },
    ),
    "DescribeVolumes": Listing(
        member="Volumes",
        selectors={"VolumeIds": Selector("VolumeId", "InvalidVolume.NotFound", "The volume '{}' does not exist.")},
        filters={
            "volume-id": "VolumeId",
            "status": "State",
            "availability-zone": "AvailabilityZone",
            "attachment.instance-id": "Attachments[].InstanceId",
            "encrypted": "Encrypted",
            "volume-type": "VolumeType",
            "size": "Size",
        },
    ),
    "DescribeInstances": Listing(
        member="Instances",
        selectors={"InstanceIds": Selector("InstanceId", "InvalidInstanceID.NotFound", "The instance ID '{}' does not exist")},
        filters={
            "instance-id": "InstanceId",
            "instance-state-name": "State.Name",
            "instance-state-code": "State.Code",
            "instance-type": "InstanceType",
            "image-id": "ImageId",
            "subnet-id": "SubnetId",
            "vpc-id": "VpcId",
            "availability-zone": "Placement.AvailabilityZone",
            "private-dns-name": "PrivateDnsName",
            "private-ip-address": "PrivateIpAddress",
            "instance.group-id": "SecurityGroups[].GroupId",
            "network-interface.network-interface-id": "NetworkInterfaces[].NetworkInterfaceId",
        },
    ),
    "DescribeLaunchTemplates": Listing(
        member="LaunchTemplates",
        smallest=1,
        selectors={
            "LaunchTemplateIds": Selector(
                "LaunchTemplateId",
                "InvalidLaunchTemplateId.NotFound",
                "At least one of the launch templates specified in the request does not exist.",
            ),
            "LaunchTemplateNames": Selector(
                "LaunchTemplateName",
                "InvalidLaunchTemplateName.NotFoundException",
                "At least one of the launch templates specified in the request does not exist.",
            ),
        },
        filters={"launch-template-name": "LaunchTemplateName", "create-time": "CreateTime"},
    ),
    "DescribeTags": Listing(
        member="Tags",
        filters={"key": "Key", "value": "Value", "resource-id": "ResourceId", "resource-type": "ResourceType"},
        has_tags=False,
    ),
    "DescribeLaunchTemplateVersions": Listing(
        member="LaunchTemplateVersions",
        smallest=1,
        fields="DryRun MaxResults NextToken LaunchTemplateId LaunchTemplateName Versions MinVersion MaxVersion",
        filters={
            "image-id": "LaunchTemplateData.ImageId",
            "instance-type": "LaunchTemplateData.InstanceType",
            "is-default-version": "DefaultVersion",
        },
        has_tags=False,
    ),
    "DescribeInstanceTypes": Listing(
        member="InstanceTypes",
        fields="DryRun MaxResults NextToken InstanceTypes",
        filters={
            "instance-type": "InstanceType",
            "current-generation": "CurrentGeneration",
            "bare-metal": "BareMetal",
            "memory-info.size-in-mib": "MemoryInfo.SizeInMiB",
            "processor-info.supported-architecture": "ProcessorInfo.SupportedArchitectures",
            "supported-usage-class": "SupportedUsageClasses",
            "vcpu-info.default-vcpus": "VCpuInfo.DefaultVCpus",
        },
        has_tags=False,
    ),
    "DescribeInstanceTypeOfferings": Listing(
        member="InstanceTypeOfferings",
        fields="DryRun MaxResults NextToken LocationType",
        filters={"instance-type": "InstanceType", "location": "Location"},
        has_tags=False,
    ),
    "DescribeImages": Listing(
        member="Images",
        fields="DryRun MaxResults NextToken Owners IncludeDeprecated",
        selectors={"ImageIds": Selector("ImageId", "InvalidAMIID.NotFound", "The image id '[{}]' does not exist")},
        filters={
            "architecture": "Architecture",
            "image-id": "ImageId",
            "name": "Name",
            "owner-alias": "ImageOwnerAlias",
            "owner-id": "OwnerId",
            "state": "State",
            "root-device-type": "RootDeviceType",
            "virtualization-type": "VirtualizationType",
        },
    ),
}
"""Operation → how it lists."""
