# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a network and the leavings of controllers: which calls are made, and what becomes of their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.cutover.eks.plugins.module_utils._aws.network import read_network
from ansible_collections.cutover.eks.plugins.module_utils._aws.orphans import read_orphans
from ansible_collections.cutover.eks.plugins.module_utils._model.network import Network
from ansible_collections.cutover.eks.plugins.module_utils._model.network_actual import ActualRule, Route, Zone
from ansible_collections.cutover.eks.plugins.module_utils._model.orphans import LoadBalancer, TargetGroup, Volume
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import OWNER, Scope
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Answer, Read

SCOPE = Scope(account="123456789012", region="eu-central-1")
BY_OWNER = [{"Name": f"tag:{OWNER}", "Values": ["eu-central-1/blue"]}]
IN_VPC = [{"Name": "vpc-id", "Values": ["vpc-1"]}]
TAGS = [{"Key": OWNER, "Value": "eu-central-1/blue"}]


@dataclass
class FakeGateway:
    """Answers each `service:operation`, remembers what was asked."""

    answers: Mapping[str, Any]
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def write(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        raise AssertionError(f"a reader wrote: {service} {operation} {request}")

    def read(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        self.calls.append((f"{service}:{operation}", request))
        found = self.answers.get(f"{service}:{operation}", {})
        answer: Answer = found(request) if callable(found) else found
        return answer

    def read_all(self, reads: Sequence[Read]) -> list[Answer | None]:
        return [self.read(read.service, read.operation, read.request) for read in reads]

    def server_seconds(self) -> float:
        return 0.0

    def asked(self, name: str) -> list[Mapping[str, Any]]:
        return [request for call, request in self.calls if call == name]


VPC = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "Tags": TAGS}
ANSWERS: dict[str, Any] = {
    "ec2:DescribeAvailabilityZones": {"AvailabilityZones": [{"ZoneName": "eu-central-1a", "ZoneId": "euc1-az2", "State": "available"}]},
    "ec2:DescribeVpcs": {"Vpcs": [VPC]},
    "ec2:DescribeVpcAttribute": lambda asked: {
        {"enableDnsSupport": "EnableDnsSupport", "enableDnsHostnames": "EnableDnsHostnames"}[asked["Attribute"]]: {
            "Value": asked["Attribute"] == "enableDnsSupport"
        }
    },
    "ec2:DescribeInternetGateways": {
        "InternetGateways": [{"InternetGatewayId": "igw-1", "Tags": TAGS, "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}]
    },
    "ec2:DescribeAddresses": {"Addresses": [{"AllocationId": "eipalloc-1", "Tags": TAGS, "AssociationId": "eipassoc-1"}]},
    "ec2:DescribeSubnets": {
        "Subnets": [
            {
                "SubnetId": "subnet-1",
                "CidrBlock": "10.0.0.0/20",
                "AvailabilityZone": "eu-central-1a",
                "MapPublicIpOnLaunch": True,
                "Tags": TAGS,
            }
        ]
    },
    "ec2:DescribeRouteTables": {
        "RouteTables": [
            {
                "RouteTableId": "rtb-1",
                "Routes": [
                    {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                    {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"},
                    {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "State": "active"},
                ],
                "Associations": [
                    {"RouteTableAssociationId": "rtbassoc-1", "SubnetId": "subnet-1", "Main": False},
                    {"RouteTableAssociationId": "rtbassoc-2", "SubnetId": "subnet-2", "AssociationState": {"State": "disassociated"}},
                ],
            },
            {"RouteTableId": "rtb-main", "Associations": [{"RouteTableAssociationId": "rtbassoc-0", "Main": True}]},
        ]
    },
    "ec2:DescribeNatGateways": {
        "NatGateways": [
            {"NatGatewayId": "nat-1", "SubnetId": "subnet-1", "State": "deleted", "NatGatewayAddresses": [{"AllocationId": "eipalloc-1"}]}
        ]
    },
    "ec2:DescribeSecurityGroups": {
        "SecurityGroups": [
            {
                "GroupId": "sg-1",
                "GroupName": "extra",
                "IpPermissions": [
                    {
                        "IpProtocol": "tcp",
                        "FromPort": 443,
                        "ToPort": 443,
                        "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "api"}],
                        "UserIdGroupPairs": [{"GroupId": "sg-2"}],
                    }
                ],
                "IpPermissionsEgress": [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}],
            }
        ]
    },
    "ec2:DescribeNetworkInterfaces": {
        "NetworkInterfaces": [
            {"NetworkInterfaceId": "eni-1", "Status": "in-use", "Description": "Amazon EKS green", "SubnetId": "subnet-1"},
            {
                "NetworkInterfaceId": "eni-2",
                "Status": "in-use",
                "SubnetId": "subnet-1",
                "Attachment": {"InstanceId": "i-1"},
                "Groups": [{"GroupId": "sg-9", "GroupName": "eks-cluster-sg-red-and-blue-123"}],
            },
        ]
    },
}


def desired(**options: Any) -> Network:
    given = {"cluster": "blue", "vpc": {"cidr": "10.0.0.0/16"}, **options}
    return Network.from_options(given, SCOPE)


def test_a_network_is_read_in_ten_calls_filtered_by_the_server() -> None:
    gateway = FakeGateway(ANSWERS)
    read_network(gateway, SCOPE, desired())
    assert [(call, request.get("Filters")) for call, request in gateway.calls] == [
        ("ec2:DescribeAvailabilityZones", [{"Name": "zone-type", "Values": ["availability-zone"]}]),
        ("ec2:DescribeAddresses", BY_OWNER),
        ("ec2:DescribeInternetGateways", BY_OWNER),
        ("ec2:DescribeVpcs", BY_OWNER),
        ("ec2:DescribeVpcAttribute", None),
        ("ec2:DescribeVpcAttribute", None),
        ("ec2:DescribeSubnets", IN_VPC),
        ("ec2:DescribeRouteTables", IN_VPC),
        ("ec2:DescribeSecurityGroups", IN_VPC),
        ("ec2:DescribeNatGateways", IN_VPC),
    ]


def test_where_no_vpc_is_four_calls_are_enough() -> None:
    gateway = FakeGateway({**ANSWERS, "ec2:DescribeVpcs": {"Vpcs": []}})
    actual = read_network(gateway, SCOPE, desired())
    assert len(gateway.calls) == 4
    assert actual.vpc is None


def test_answers_become_plain_values() -> None:
    actual = read_network(FakeGateway(ANSWERS), SCOPE, desired())
    assert actual.zones == (Zone(name="eu-central-1a", id="euc1-az2"),)
    assert actual.vpc is not None
    assert (actual.vpc.dns_support, actual.vpc.dns_hostnames, actual.vpc.cidrs) == (True, False, ("10.0.0.0/16",))
    table, main = actual.route_tables
    assert table.routes == (
        Route(destination="10.0.0.0/16", target="local"),
        Route(destination="0.0.0.0/0", target="nat-1", blackhole=True),
    )
    assert table.associations == {"subnet-1": "rtbassoc-1"}
    assert main.main
    assert actual.subnets[0].map_public_ip
    assert actual.internet_gateways[0].vpc_id == "vpc-1"
    assert not actual.nat_gateways[0].lives
    assert actual.security_groups[0].rules == (
        ActualRule(direction="ingress", protocol="tcp", from_port=443, to_port=443, peer="10.0.0.0/8", description="api"),
        ActualRule(direction="ingress", protocol="tcp", from_port=443, to_port=443, peer="sg-2"),
        ActualRule(direction="egress", protocol="-1", from_port=None, to_port=None, peer="::/0"),
    )


def test_a_gateway_of_somebody_else_is_asked_for_when_ours_is_missing() -> None:
    theirs = {"InternetGatewayId": "igw-9", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}
    gateways = {"tag": {"InternetGateways": []}, "attachment.vpc-id": {"InternetGateways": [theirs]}}
    answers = {**ANSWERS, "ec2:DescribeInternetGateways": lambda asked: gateways[asked["Filters"][0]["Name"].partition(":")[0]]}
    assert [gateway.id for gateway in read_network(FakeGateway(answers), SCOPE, desired()).internet_gateways] == ["igw-9"]


def test_a_vpc_is_selected_by_id_or_by_tags_and_not_at_all_when_unknown() -> None:
    for vpc, requests in (
        ({"id": "vpc-1"}, [{"VpcIds": ["vpc-1"]}]),
        ({"match_tags": {"Name": "x"}}, [{"Filters": [{"Name": "tag:Name", "Values": ["x"]}]}]),
        ({"id": Ref("vpc", "Vpc.VpcId").marker()}, []),
    ):
        gateway = FakeGateway(ANSWERS)
        read_network(gateway, SCOPE, desired(vpc=vpc))
        assert gateway.asked("ec2:DescribeVpcs") == requests


def test_for_a_deletion_the_clusters_that_left_marks_are_looked_up() -> None:
    living: dict[str, Any] = {"cluster": {}}
    gateway = FakeGateway(ANSWERS | {"eks:DescribeCluster": lambda asked: living if asked["name"] == "green" else None})
    actual = read_network(gateway, SCOPE, desired(state="absent"))
    assert [request["name"] for request in gateway.asked("eks:DescribeCluster")] == ["blue", "green", "red-and-blue"]
    assert actual.clusters == {"green"}
    assert [interface.instance_id for interface in actual.interfaces] == ["", "i-1"]


OWNED = [{"Key": "kubernetes.io/cluster/blue", "Value": "owned"}]
WEB = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/web/1"
OTHER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/other/2"
TARGETS = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/k8s-web/1"
LEFT: dict[str, Any] = {
    "elbv2:DescribeLoadBalancers": {
        "LoadBalancers": [
            {"LoadBalancerArn": WEB, "VpcId": "vpc-1"},
            {"LoadBalancerArn": OTHER, "VpcId": "vpc-1"},
            {"LoadBalancerArn": "arn:…:loadbalancer/net/elsewhere/3", "VpcId": "vpc-2"},
        ]
    },
    "elbv2:DescribeTargetGroups": {"TargetGroups": [{"TargetGroupArn": TARGETS, "VpcId": "vpc-1"}]},
    "elbv2:DescribeTags": {
        "TagDescriptions": [
            {"ResourceArn": WEB, "Tags": [{"Key": "elbv2.k8s.aws/cluster", "Value": "blue"}]},
            {"ResourceArn": OTHER, "Tags": [{"Key": "elbv2.k8s.aws/cluster", "Value": "green"}]},
            {"ResourceArn": TARGETS, "Tags": OWNED},
        ]
    },
    "elb:DescribeLoadBalancers": {"LoadBalancerDescriptions": [{"LoadBalancerName": "old", "VPCId": "vpc-1"}]},
    "elb:DescribeTags": {"TagDescriptions": [{"LoadBalancerName": "old", "Tags": OWNED}]},
    "ec2:DescribeVolumes": {
        "Volumes": [
            {
                "VolumeId": "vol-1",
                "State": "available",
                "Tags": [
                    {"Key": "kubernetes.io/created-for/pvc/name", "Value": "data"},
                    {"Key": "kubernetes.io/created-for/pvc/namespace", "Value": "shop"},
                ],
            },
            {"VolumeId": "vol-2", "State": "in-use"},
        ]
    },
    "ec2:DescribeSecurityGroups": {
        "SecurityGroups": [
            {"GroupId": "sg-left", "GroupName": "k8s-elb-1", "Tags": OWNED},
            {"GroupId": "sg-eks", "GroupName": "eks-cluster-sg-blue-1", "Tags": OWNED},
            {"GroupId": "sg-ours", "GroupName": "extra", "Tags": OWNED + TAGS},
            {"GroupId": "sg-green", "GroupName": "k8s-elb-2", "Tags": [{"Key": "kubernetes.io/cluster/green", "Value": "owned"}]},
        ]
    },
    "ec2:DescribeNetworkInterfaces": {
        "NetworkInterfaces": [
            {
                "NetworkInterfaceId": "eni-left",
                "Status": "available",
                "Description": "aws-K8S-i-1",
                "TagSet": [{"Key": "cluster.k8s.amazonaws.com/name", "Value": "blue"}],
            },
            {"NetworkInterfaceId": "eni-free", "Status": "available", "Description": "somebody's"},
            {"NetworkInterfaceId": "eni-web", "Status": "in-use", "Description": "ELB net/web/1"},
            {"NetworkInterfaceId": "eni-old", "Status": "in-use", "Description": "ELB old"},
            {"NetworkInterfaceId": "eni-other", "Status": "in-use", "Description": "ELB app/other/2"},
        ]
    },
}


def test_the_leavings_of_one_cluster_are_found_by_its_marks() -> None:
    found = read_orphans(FakeGateway(LEFT), SCOPE, "blue", "vpc-1")
    assert found.load_balancers == (LoadBalancer(name="web", arn=WEB), LoadBalancer(name="old"))
    assert found.target_groups == (TargetGroup(name="k8s-web", arn=TARGETS),)
    assert [interface.id for interface in found.interfaces] == ["eni-left"]
    assert found.lingering == {"eni-web", "eni-old"}
    assert [group.id for group in found.security_groups] == ["sg-left"]
    assert [group.id for group in found.neighbours] == ["sg-eks", "sg-ours", "sg-green"]
    assert found.volumes == (Volume(id="vol-1", claim="shop/data"),)


def test_tags_are_asked_for_twenty_at_a_time_and_only_in_the_vpc() -> None:
    many = [{"LoadBalancerArn": f"arn:…:loadbalancer/net/web-{number}/1", "VpcId": "vpc-1"} for number in range(21)]
    gateway = FakeGateway({"elbv2:DescribeLoadBalancers": {"LoadBalancers": many}})
    read_orphans(gateway, SCOPE, "blue", "vpc-1")
    assert [len(request["ResourceArns"]) for request in gateway.asked("elbv2:DescribeTags")] == [20, 1]


def test_without_a_vpc_only_volumes_are_looked_for() -> None:
    gateway = FakeGateway(LEFT)
    assert read_orphans(gateway, SCOPE, "blue", None).volumes == (Volume(id="vol-1", claim="shop/data"),)
    assert [call for call, _request in gateway.calls] == ["ec2:DescribeVolumes"]
