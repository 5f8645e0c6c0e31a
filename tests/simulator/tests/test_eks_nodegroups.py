# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node groups: what they show, what they make in EC2, what is refused, and how they go."""

from __future__ import annotations

import inspect
import pickle
from functools import partial
from typing import Any

import pytest
from nodes_world import Account, Answer

from simulator.eks_images import FAMILIES
from simulator.services.eks.service import model

GENERAL = {"clusterName": "blue", "nodegroupName": "general"}


@pytest.fixture
def account() -> Account:
    return Account.ready()


def group(account: Account, name: str = "general") -> Answer | None:
    """Give the Auto Scaling group of a node group as Auto Scaling shows it."""
    groups = account.aws("autoscaling", "DescribeAutoScalingGroups")["AutoScalingGroups"]
    return next((found for found in groups if found["AutoScalingGroupName"].startswith(f"eks-{name}-")), None)


def instances(account: Account) -> list[Answer]:
    """List the instances that are not terminated."""
    reservations = account.aws("ec2", "DescribeInstances")["Reservations"]
    return [one for reservation in reservations for one in reservation["Instances"] if one["State"]["Name"] != "terminated"]


def interfaces(account: Account) -> list[Answer]:
    """List the interfaces apart from the control plane's."""
    found = account.aws("ec2", "DescribeNetworkInterfaces")["NetworkInterfaces"]
    return [one for one in found if not one["Description"].startswith("Amazon EKS")]


def template(account: Account, **data: Any) -> Answer:
    """Make a launch template of the user's and name it as a node group does."""
    made = account.aws("ec2", "CreateLaunchTemplate", LaunchTemplateName="mine", LaunchTemplateData={"EbsOptimized": True, **data})
    return {"id": made["LaunchTemplate"]["LaunchTemplateId"]}


def refused(account: Account, **parameters: Any) -> str:
    """Give the refusal of a node group that is right apart from `parameters`."""
    usual: Answer = {"subnets": account.subnets, "nodeRole": account.node_role}
    return account.refused("CreateNodegroup", **GENERAL, **(usual | parameters))


def test_a_new_node_group_shows_everything_that_aws_fills_in(account: Account) -> None:
    made = account.create_nodegroup()
    assert made["status"] == "CREATING"
    assert made["nodegroupArn"].startswith("arn:aws:eks:eu-central-1:111122223333:nodegroup/blue/general/")
    expected = {
        "version": "1.34",
        "releaseVersion": "1.34.8-20261110",
        "amiType": "AL2023_x86_64_STANDARD",
        "capacityType": "ON_DEMAND",
        "instanceTypes": ["t3.medium"],
        "diskSize": 20,
        "updateConfig": {"maxUnavailable": 1},
        "nodeRepairConfig": {"enabled": False},
        "health": {"issues": []},
        "labels": {},
        "taints": [],
        "tags": {},
    }
    assert {name: made[name] for name in expected} == expected
    assert "resources" not in made


@pytest.mark.row("Duration: MNG create")
def test_a_node_group_is_active_after_the_usual_time_and_not_before(account: Account) -> None:
    account.create_nodegroup()
    account.pass_time(105)
    assert account.nodegroup()["status"] == "CREATING"
    account.pass_time(10)
    found = account.nodegroup()
    assert found["status"] == "ACTIVE"
    assert found["resources"]["autoScalingGroups"][0]["name"].startswith("eks-general-")


def test_at_infinite_speed_the_second_read_ends_the_creation() -> None:
    account = Account.ready()
    account.world.clock.run_at(float("inf"))
    account.create_nodegroup()
    assert [account.nodegroup()["status"] for _look in range(3)] == ["CREATING", "ACTIVE", "ACTIVE"]


@pytest.mark.row("Nodegroup states")
def test_an_ordered_fate_fails_the_creation_with_its_issues(account: Account) -> None:
    issue = {"code": "AsgInstanceLaunchFailures", "message": "no capacity", "resourceIds": ["eks-general"]}
    account.order("nodegroup", "CREATE_FAILED", issue)
    found = account.active_nodegroup()
    assert (found["status"], found["health"]) == ("CREATE_FAILED", {"issues": [issue]})


def test_a_fate_waits_for_a_life_cycle_that_can_have_it(account: Account) -> None:
    account.order("nodegroup", "DELETE_FAILED", {"code": "Ec2SecurityGroupDeletionFailure", "message": "in use", "resourceIds": ["sg-1"]})
    assert account.active_nodegroup()["status"] == "ACTIVE"
    account("DeleteNodegroup", **GENERAL)
    account.pass_time(400)
    assert account.nodegroup()["status"] == "DELETE_FAILED"


def test_the_nodes_stand_in_an_auto_scaling_group_spread_over_the_zones(account: Account) -> None:
    account.create_nodegroup()
    made = group(account)
    assert made is not None
    assert (made["MinSize"], made["MaxSize"], made["DesiredCapacity"]) == (1, 4, 2)
    assert sorted(node["AvailabilityZone"] for node in made["Instances"]) == ["eu-central-1a", "eu-central-1b"]
    tags = {tag["Key"]: tag["Value"] for tag in made["Tags"]}
    assert tags.items() >= {"eks:cluster-name": "blue", "eks:nodegroup-name": "general", "kubernetes.io/cluster/blue": "owned"}.items()
    assert tags["k8s.io/cluster-autoscaler/enabled"] == "true"


def test_instances_have_an_interface_in_the_cluster_security_group_and_tell_whose_they_are(account: Account) -> None:
    account.create_nodegroup()
    security_group = account.cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    assert [[one["GroupId"] for one in found["Groups"]] for found in interfaces(account)] == [[security_group]] * 2
    for one in instances(account):
        tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        assert tags["eks:nodegroup-name"] == "general"
        assert tags["aws:autoscaling:groupName"].startswith("eks-general-")


def test_every_ami_type_has_images() -> None:
    assert set(model().shape_for("AMITypes").enum) == {*FAMILIES, "CUSTOM"}


@pytest.mark.parametrize("ami_type", ["AL2023_x86_64_STANDARD", "BOTTLEROCKET_x86_64", "WINDOWS_CORE_2022_x86_64"])
def test_the_image_of_a_node_is_one_that_ec2_shows_and_of_the_release_that_eks_shows(account: Account, ami_type: str) -> None:
    release = account.create_nodegroup(amiType=ami_type)["releaseVersion"]
    [used] = {one["ImageId"] for one in instances(account)}
    [image] = account.aws("ec2", "DescribeImages", ImageIds=[used])["Images"]
    assert image["Description"].endswith(f"release {release}")


def test_eks_makes_a_launch_template_and_an_instance_profile_of_its_own(account: Account) -> None:
    uuid = account.create_nodegroup()["nodegroupArn"].rpartition("/")[2]
    made = account.aws("ec2", "DescribeLaunchTemplates")["LaunchTemplates"]
    assert [one["LaunchTemplateName"] for one in made] == [f"eks-{uuid}"]
    assert {"Key": "eks:nodegroup-name", "Value": "general"} in made[0]["Tags"]
    profile = account.aws("iam", "GetInstanceProfile", InstanceProfileName=f"eks-{uuid}")["InstanceProfile"]
    assert [role["Arn"] for role in profile["Roles"]] == [account.node_role]


@pytest.mark.row("Service-linked roles")
def test_the_first_node_group_of_an_account_makes_the_service_linked_role(account: Account) -> None:
    account.create_nodegroup("one")
    account.create_nodegroup("two")
    roles = account.aws("iam", "ListRoles", PathPrefix="/aws-service-role/eks-nodegroup.amazonaws.com/")["Roles"]
    assert [role["RoleName"] for role in roles] == ["AWSServiceRoleForAmazonEKSNodegroup"]


@pytest.mark.row("Service-linked roles")
def test_the_first_spot_group_of_an_account_makes_the_service_linked_role_of_spot(account: Account) -> None:
    path = {"PathPrefix": "/aws-service-role/spot.amazonaws.com/"}
    account.create_nodegroup("one")
    assert account.aws("iam", "ListRoles", **path)["Roles"] == []
    for name in ("two", "three"):
        account.create_nodegroup(name, capacityType="SPOT")
    assert [role["RoleName"] for role in account.aws("iam", "ListRoles", **path)["Roles"]] == ["AWSServiceRoleForEC2Spot"]


@pytest.mark.row("Nodegroup name reuse")
def test_a_name_is_taken_once(account: Account) -> None:
    account.create_nodegroup()
    told = refused(account)
    assert told == "ResourceInUseException: NodeGroup already exists with name general and cluster name blue"


def test_the_cluster_must_be_active() -> None:
    account = Account()
    assert refused(account).startswith("InvalidRequestException: Cannot create nodegroup general because cluster blue is not ACTIVE")


@pytest.mark.row("Nodegroup create/update")
@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"scalingConfig": {"minSize": 4, "maxSize": 5, "desiredSize": 3}}, "Minimum capacity 4 can't be greater than desired size 3"),
        ({"scalingConfig": {"minSize": 1, "maxSize": 2, "desiredSize": 3}}, "Desired capacity 3 can't be greater than max size 2"),
        ({"releaseVersion": "1.33.12-20261110"}, "Requested release version 1.33.12-20261110 is not valid for kubernetes version 1.34."),
        ({"version": "1.33"}, "Nodegroup Kubernetes version should be equal to Cluster Kubernetes version 1.34"),
        ({"amiType": "AL2_x86_64"}, "AMI Type AL2_x86_64 is only supported for kubernetes versions 1.32 or earlier"),
        ({"instanceTypes": ["t4g.medium"]}, "[t4g.medium] is not a valid instance type for requested amiType AL2023_x86_64_STANDARD"),
        ({"instanceTypes": ["t3.medium", "t4g.medium"], "amiType": "AL2023_ARM_64_STANDARD"}, "[t3.medium] is not a valid instance type"),
        ({"instanceTypes": ["t3.none"]}, "The following supplied instance types do not exist: [t3.none]"),
        ({"labels": {"node-role.kubernetes.io/x": "y"}}, "Label cannot contain reserved prefixes"),
        ({"taints": [{"key": f"k{at}", "effect": "NO_SCHEDULE"} for at in range(51)]}, "The number of taints can't be greater than 50."),
        ({"updateConfig": {"maxUnavailable": 1, "maxUnavailablePercentage": 10}}, "Only one of maxUnavailable and"),
        ({"launchTemplate": {"id": "lt-1", "name": "mine"}}, "Either provide launch template ID or launch template name"),
        ({"launchTemplate": {"name": "nobodys"}}, "Launch template nobodys does not exist."),
        ({"subnets": ["subnet-0123456789abcdef0"]}, "The subnet ID 'subnet-0123456789abcdef0' does not exist"),
        ({"nodeRole": "arn:aws:iam::111122223333:role/nobody"}, "The role with name nobody cannot be found."),
    ],
)
def test_what_a_node_group_may_not_be(account: Account, parameters: Answer, told: str) -> None:
    assert refused(account, **parameters).startswith(f"InvalidParameterException: {told}")
    assert account("ListNodegroups", clusterName="blue")["nodegroups"] == []
    assert group(account) is None


def test_a_role_must_trust_ec2(account: Account) -> None:
    pods = account.pod_role()
    assert "[ec2.amazonaws.com] were not found in the trust relationships of nodeRole" in refused(account, nodeRole=pods)


def test_a_new_role_is_not_there_for_eks_yet(account: Account) -> None:
    young = account.role("young", "ec2.amazonaws.com", "AmazonEKSWorkerNodePolicy")
    assert "The role with name young cannot be found." in refused(account, nodeRole=young)
    account.pass_time(16)
    assert account.create_nodegroup(nodeRole=young)["status"] == "CREATING"


def test_subnets_must_be_in_the_clusters_vpc(account: Account) -> None:
    assert "Subnets are not in the same VPC as the cluster" in refused(account, subnets=[account.subnet_elsewhere()])


@pytest.mark.row("Nodegroup states")
def test_a_role_without_a_nodes_permissions_keeps_the_nodes_from_joining(account: Account) -> None:
    bare = account.role("bare", "ec2.amazonaws.com")
    account.pass_time(20)
    account.create_nodegroup(nodeRole=bare)
    account.pass_time(800)
    assert account.nodegroup()["status"] == "CREATING"
    account.pass_time(150)
    found = account.nodegroup()
    assert (found["status"], found["health"]["issues"][0]["code"]) == ("CREATE_FAILED", "NodeCreationFailure")


def test_a_public_subnet_that_gives_no_public_address_fails_the_creation(account: Account) -> None:
    account.make_public(account.subnets[0])
    found = account.active_nodegroup()
    issue = found["health"]["issues"][0]
    assert (found["status"], issue["code"], issue["resourceIds"]) == ("CREATE_FAILED", "Ec2SubnetInvalidConfiguration", account.subnets[:1])


def test_a_launch_template_is_copied_and_shown_by_number(account: Account) -> None:
    mine = template(account, InstanceType="m5.large")
    made = account.create_nodegroup(launchTemplate=mine | {"version": "$Latest"})
    assert made["launchTemplate"] == {"id": mine["id"], "name": "mine", "version": "1"}
    assert not {"diskSize", "instanceTypes"} & made.keys()
    assert {one["InstanceType"] for one in instances(account)} == {"m5.large"}
    own = next(
        one for one in account.aws("ec2", "DescribeLaunchTemplates")["LaunchTemplates"] if one["LaunchTemplateName"].startswith("eks-")
    )
    version = account.aws("ec2", "DescribeLaunchTemplateVersions", LaunchTemplateId=own["LaunchTemplateId"], Versions=["1"])
    assert version["LaunchTemplateVersions"][0]["LaunchTemplateData"]["EbsOptimized"] is True


@pytest.mark.parametrize(
    ("data", "parameters", "told"),
    [
        ({}, {"diskSize": 50}, "Disk size must be specified within the launch template."),
        ({}, {"remoteAccess": {"ec2SshKey": "k"}}, "Remote access configuration cannot be specified with a launch template."),
        ({"InstanceType": "m5.large"}, {"instanceTypes": ["t3.large"]}, "Instance types must be specified either in"),
        ({"ImageId": "ami-01"}, {"version": "1.34"}, "You cannot specify the field version when using custom AMIs."),
        ({"ImageId": "ami-01"}, {"amiType": "AL2023_x86_64_STANDARD"}, "You cannot specify an image Id within the launch template"),
        ({"IamInstanceProfile": {"Name": "mine"}}, {}, "Launch template should not specify an instance profile."),
    ],
)
def test_what_may_not_stand_beside_a_launch_template(account: Account, data: Answer, parameters: Answer, told: str) -> None:
    assert told in refused(account, launchTemplate=template(account, **data), **parameters)


def test_a_custom_ami_is_its_own_release(account: Account) -> None:
    made = account.create_nodegroup(launchTemplate=template(account, ImageId="ami-0123456789abcdef0"))
    assert (made["amiType"], made["releaseVersion"], made["version"]) == ("CUSTOM", "ami-0123456789abcdef0", "1.34")


@pytest.mark.row("MNG delete / scale-in")
def test_deletion_ends_the_instances_first_and_leaves_nothing() -> None:
    account = Account.ready(bootstrapSelfManagedAddons=False)
    account.active_nodegroup()
    assert account("DeleteNodegroup", **GENERAL)["nodegroup"]["status"] == "DELETING"
    account.pass_time(30)
    assert len(instances(account)) == 2
    account.pass_time(60)
    drained = group(account)
    assert drained is not None
    assert (drained["MinSize"], drained["MaxSize"], drained["DesiredCapacity"], instances(account)) == (0, 0, 0, [])
    account.pass_time(400)
    assert account.refused("DescribeNodegroup", **GENERAL) == "ResourceNotFoundException: No node group found for name: general."
    assert (group(account), interfaces(account), account.aws("ec2", "DescribeLaunchTemplates")["LaunchTemplates"]) == (None, [], [])
    assert account.aws("iam", "ListInstanceProfiles")["InstanceProfiles"] == []


@pytest.mark.row("Duration: MNG delete")
def test_deletion_takes_its_time(account: Account) -> None:
    account.active_nodegroup()
    account("DeleteNodegroup", **GENERAL)
    account.pass_time(370)
    assert account.nodegroup()["status"] == "DELETING"
    account.pass_time(10)
    assert account("ListNodegroups", clusterName="blue")["nodegroups"] == []


def test_a_cluster_with_node_groups_cannot_be_deleted(account: Account) -> None:
    account.create_nodegroup()
    assert "Cluster has nodegroups attached" in account.refused("DeleteCluster", name="blue")


def test_a_node_group_in_creation_cannot_be_deleted(account: Account) -> None:
    account.create_nodegroup()
    assert account.refused("DeleteNodegroup", **GENERAL).startswith("ResourceInUseException: ")


@pytest.mark.row("Nodegroup states")
def test_a_failed_deletion_can_be_repeated(account: Account) -> None:
    account.active_nodegroup()
    account.order("nodegroup", "DELETE_FAILED", {"code": "Ec2SecurityGroupDeletionFailure", "message": "in use", "resourceIds": ["sg-1"]})
    account("DeleteNodegroup", **GENERAL)
    account.pass_time(400)
    assert account.nodegroup()["status"] == "DELETE_FAILED"
    account("DeleteNodegroup", **GENERAL)
    account.pass_time(400)
    assert account("ListNodegroups", clusterName="blue")["nodegroups"] == []


@pytest.mark.row("Cluster interfaces linger")
def test_the_vpc_cni_leaves_an_interface_behind_that_goes_later() -> None:
    account = Account.ready(bootstrapSelfManagedAddons=False)
    account("CreateAddon", clusterName="blue", addonName="vpc-cni")
    account.active_nodegroup()
    account("DeleteNodegroup", **GENERAL)
    account.pass_time(380)
    left = interfaces(account)
    assert [(one["Status"], one["Description"][:10], one["SubnetId"]) for one in left] == [("available", "aws-K8S-i-", account.subnets[0])]
    account.pass_time(200)
    assert interfaces(account) == []


@pytest.mark.parametrize(("has_own_addons", "left"), [(True, 1), (False, 0)])
def test_a_cluster_that_brings_its_own_cni_leaves_an_interface_too(has_own_addons: bool, left: int) -> None:  # noqa: FBT001
    account = Account.ready(bootstrapSelfManagedAddons=has_own_addons)
    account.active_nodegroup()
    account("DeleteNodegroup", **GENERAL)
    account.pass_time(380)
    assert len(interfaces(account)) == left


def test_an_interface_left_behind_may_be_deleted_by_hand(account: Account) -> None:
    account("CreateAddon", clusterName="blue", addonName="vpc-cni")
    account.active_nodegroup()
    account("DeleteNodegroup", **GENERAL)
    account.pass_time(380)
    account.aws("ec2", "DeleteNetworkInterface", NetworkInterfaceId=interfaces(account)[0]["NetworkInterfaceId"])
    account.pass_time(200)
    assert interfaces(account) == []


def test_an_autoscalers_size_is_shown(account: Account) -> None:
    name = account.active_nodegroup()["resources"]["autoScalingGroups"][0]["name"]
    account.aws("autoscaling", "SetDesiredCapacity", AutoScalingGroupName=name, DesiredCapacity=4)
    assert account.nodegroup()["scalingConfig"] == {"minSize": 1, "maxSize": 4, "desiredSize": 4}


@pytest.mark.row("Nodegroup states")
def test_a_node_group_without_its_auto_scaling_group_is_degraded(account: Account) -> None:
    name = account.active_nodegroup()["resources"]["autoScalingGroups"][0]["name"]
    account.aws("autoscaling", "DeleteAutoScalingGroup", AutoScalingGroupName=name, ForceDelete=True)
    found = account.nodegroup()
    assert (found["status"], found["health"]["issues"][0]["code"]) == ("DEGRADED", "AutoScalingGroupNotFound")


def test_what_is_under_way_can_be_put_into_a_snapshot(account: Account) -> None:
    account.create_nodegroup()
    [cycle] = account.world.lifecycles.running.values()
    assert isinstance(cycle.end, partial)
    # The world is the front door's to picture, and so is the service whose method stands among the arguments.
    rest = [value for value in cycle.end.args if value is not account.world and not inspect.ismethod(value)]
    assert pickle.loads(pickle.dumps(rest)) == rest
