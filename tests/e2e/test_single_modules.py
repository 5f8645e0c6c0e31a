# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles for a part each, one after the other in one play; every one hands its result on to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from plays import play
from world import World

from simulator.harness import ACCOUNT, REGION

ROLES = "made.iam_roles.status.arns"
SUBNETS = "eks_network_result.network.status.private_subnet_ids"


def role(which: str, **variables: object) -> dict[str, Any]:
    return {
        "name": f"Role {which}",
        "ansible.builtin.include_role": {"name": f"cutover.eks.{which}"},
        "vars": {f"{which}_{option}": value for option, value in variables.items()},
    }


PARTS: list[dict[str, Any]] = [
    role("eks_network", name="blue", cluster="blue"),
    {
        "name": "Make the roles",
        "cutover.eks.iam_roles": {"cluster": "blue", "roles": [{"purpose": purpose} for purpose in ("cluster", "node", "vpc-cni")]},
        "register": "made",
    },
    role("eks_cluster", name="blue", version="1.35", role_arn=f"{{{{ {ROLES}.cluster }}}}", subnet_ids=f"{{{{ {SUBNETS} }}}}"),
    role(
        "eks_nodegroups",
        cluster="{{ eks_cluster_result.cluster.name }}",
        node_role_arn=f"{{{{ {ROLES}.node }}}}",
        subnet_ids=f"{{{{ {SUBNETS} }}}}",
        nodegroups=[{"name": "general", "instance_types": ["m7i.large"], "scaling": {"min_size": 1, "max_size": 3}}],
    ),
    role(
        "eks_addons",
        cluster="{{ eks_cluster_result.cluster.name }}",
        addons=[
            {
                "name": "vpc-cni",
                "pod_identity_associations": [{"service_account": "aws-node", "role_arn": f"{{{{ {ROLES}['vpc-cni'] }}}}"}],
            },
            {"name": "eks-pod-identity-agent"},
            {"name": "kube-proxy"},
            {"name": "coredns"},
        ],
    ),
]
ADDONS = ("vpc-cni", "eks-pod-identity-agent", "kube-proxy", "coredns")
CONVERGE = ("Converge the network", "Make the roles", "Converge the control plane", "Converge the node groups", "Converge the add-ons")


def test_on_an_empty_account_check_mode_plans_every_part(world: World, tmp_path: Path) -> None:
    played = play(world, tmp_path, PARTS, "--check")
    assert played.exit_code == 0, played.output
    assert world.control("GET", "journal?mutating=true") == []
    steps = {step["key"]: step for name in CONVERGE for step in played.result(name)["plan"]}
    assert {key.split("/")[0] for key in steps} >= {"vpc", "subnet", "nat-gateway", "role", "log-group", "cluster", "nodegroup", "addon"}
    cluster, group = steps["cluster/blue"]["request"], steps["nodegroup/general"]["request"]
    subnets = [f"(known after apply: subnet/private-{zone} Subnet.SubnetId)" for zone in "abc"]
    assert (cluster["resourcesVpcConfig"]["subnetIds"], group["subnets"]) == (subnets, subnets)
    assert cluster["roleArn"] == "(known after apply: role/cluster Role.Arn)"
    assert {key for key in steps if key.startswith("addon/")} == {f"addon/{name}" for name in ADDONS}
    # What needs the cluster of the task before is checked later.
    assert played.result("Converge the node groups")["deferred_checks"] == ["cluster blue exists"]
    offered = [f"add-on {name}: offered for the version of cluster blue" for name in ADDONS]
    assert played.result("Converge the add-ons")["deferred_checks"] == ["cluster blue exists", *offered]


@pytest.mark.parametrize("part", [3, 4], ids=["node groups", "add-ons"])
def test_a_real_run_without_the_cluster_is_refused(world: World, tmp_path: Path, part: int) -> None:
    facts = {
        "eks_cluster_result": {"cluster": {"name": "blue"}},
        "eks_network_result": {"network": {"status": {"private_subnet_ids": ["subnet-0123456789abcdef0"]}}},
        "made": {"iam_roles": {"status": {"arns": {name: f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("node", "vpc-cni")}}}},
    }
    played = play(world, tmp_path, [PARTS[part]], variables=facts)
    result = played.result(CONVERGE[part])
    assert [(problem["code"], problem["path"]) for problem in result["problems"]] == [("cluster_missing", "cluster")]
    assert (played.exit_code, result["changed"], world.control("GET", "journal?mutating=true")) == (2, False, [])
    assert {step["status"] for step in result["plan"]} == {"not_started"}


def test_the_real_run_makes_every_part_the_second_one_nothing_and_none_replaces_nodes(world: World, tmp_path: Path) -> None:
    made = play(world, tmp_path, PARTS)
    assert made.exit_code == 0, made.output
    assert len(made.changed()) == len(CONVERGE)
    assert world.client("eks").list_addons(clusterName="blue")["addons"] == ["coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"]

    before = world.last()
    again = play(world, tmp_path, PARTS)
    assert (again.exit_code, again.changed()) == (0, []), again.output
    assert world.mutations(before) == []

    # What EKS cannot change in place is in the plan, and refused with the recipe: by the module, and through the stack.
    groups = {"nodegroups": [{"name": "general", "instance_types": ["c7i.large"]}]}
    replaced(world, tmp_path, "nodegroups", {"cluster": "blue", **groups}, "")
    replaced(world, tmp_path, "stack", {"name": "blue", "nodegroups": groups}, "nodegroups.")
    assert world.mutations(before) == []


def replaced(world: World, folder: Path, module: str, options: dict[str, Any], part: str) -> None:
    """Run a task that would replace nodes, with every consent: it shows the plan and refuses it."""
    played = play(world, folder, [{"name": "Other instances", f"cutover.eks.{module}": {**options, "allow_replace": True}}])
    result = played.result("Other instances")
    assert (played.exit_code, result["changed"]) == (2, False)
    (problem,) = result["problems"]
    assert (problem["code"], problem["path"]) == ("replace_needed", f"{part}nodegroups[0].instance_types")
    assert "Declare a further node group" in problem["do"]
    (step,) = result["plan"]
    assert (step["key"], step["kind"], step["status"]) == ("nodegroup/general/replace", "replace", "not_started")
    assert '± nodegroup/general/replace  instance_types: ["m7i.large"] → ["c7i.large"]' in result["plan_text"]


def test_a_plan_that_was_approved_is_carried_out_and_another_one_refused_with_the_difference(world: World, tmp_path: Path) -> None:
    network = {"name": "shared", "vpc": {"cidr": "10.0.0.0/16"}, "zones": [f"{REGION}a", f"{REGION}b"], "subnets": {"intra": {}}}
    approved = {"expected_plan": "{{ planned.plan }}", "expected_plan_digest": "{{ planned.plan_digest }}"}
    other = {**network, "vpc": {"cidr": "10.0.0.0/16", "dns_hostnames": True}, "tags": {"team": "platform"}}
    played = play(
        world,
        tmp_path,
        [
            {"name": "Plan", "cutover.eks.network": network, "check_mode": True, "register": "planned"},
            {"name": "Another", "cutover.eks.network": {**other, **approved}, "ignore_errors": True},
            {"name": "The approved one", "cutover.eks.network": {**network, **approved}},
        ],
    )
    assert played.exit_code == 0, played.output
    problems = {problem["path"]: problem["found"] for problem in played.result("Another")["problems"]}
    assert {problem["code"] for problem in played.result("Another")["problems"]} == {"plan_differs"}
    assert any("platform" in found and found.endswith("for vpc") for found in problems.values()), problems
    assert "ModifyVpcAttribute" in problems["expected_plan"]
    assert played.changed() == ["Plan", "The approved one"]
    assert len(world.client("ec2").describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.0.0.0/16"]}])["Vpcs"]) == 1


def test_somebodys_vpc_is_adopted_by_id_and_what_is_not_declared_stays(world: World, tmp_path: Path) -> None:
    ec2 = world.client("ec2")
    vpc = ec2.create_vpc(
        CidrBlock="10.20.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "company"}]}]
    )
    vpc_id = vpc["Vpc"]["VpcId"]
    theirs = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.20.0.0/20", AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
    before = seen(world, vpc_id, theirs)
    blocks = ["10.20.64.0/20", "10.20.80.0/20"]
    network = {"name": "shared", "vpc": {"id": vpc_id}, "zones": [f"{REGION}a", f"{REGION}b"], "subnets": {"private": {"cidrs": blocks}}}
    task = {"name": "Add private subnets", "cutover.eks.network": network}

    made = play(world, tmp_path, [task, {**task, "name": "Again"}])
    assert made.exit_code == 0, made.output
    assert made.changed() == ["Add private subnets"]
    assert seen(world, vpc_id, theirs) == before
    assert {subnet["CidrBlock"] for subnet in ec2.describe_subnets()["Subnets"] if subnet["VpcId"] == vpc_id} == {"10.20.0.0/20", *blocks}


def seen(world: World, vpc_id: str, subnet_id: str) -> list[object]:
    """Give everything of somebody's network that a call could have touched."""
    ec2 = world.client("ec2")
    inside = [{"Name": "vpc-id", "Values": [vpc_id]}]
    attributes = [ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=name) for name in ("enableDnsSupport", "enableDnsHostnames")]
    main = [{"Name": "association.main", "Values": ["true"]}]
    return [
        ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"],
        ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"],
        ec2.describe_route_tables(Filters=[*inside, *main])["RouteTables"],
        ec2.describe_security_groups(Filters=inside)["SecurityGroups"],
        *({name: value for name, value in answer.items() if name != "ResponseMetadata"} for answer in attributes),
    ]
