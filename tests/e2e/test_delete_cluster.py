# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Down again: nothing of ours is left, nothing of others is touched."""

from __future__ import annotations

import json

from world import MINIMAL, World


def delete(world: World) -> None:
    ran = world.playbook("delete_cluster", variables={**MINIMAL, "eks_stack_confirm_deletion": "blue"})
    assert ran.exit_code == 0, ran.output


def leftovers(world: World) -> object:
    return list(world.control("GET", "leftovers?cluster=blue")["leftovers"])


def test_without_the_clusters_name_nothing_is_deleted(world: World) -> None:
    ran = world.playbook("delete_cluster")
    assert ran.exit_code != 0
    assert "confirm_deletion" in ran.stack["msg"]
    assert world.mutations() == []


def test_deletion_leaves_nothing(world: World) -> None:
    before = world.control("GET", "state?normalised=true")
    assert world.playbook("create_cluster").exit_code == 0
    assert leftovers(world) != []
    delete(world)
    assert leftovers(world) == []
    assert world.client("ec2").describe_vpcs(Filters=[{"Name": "tag-key", "Values": ["cutover.eks/cluster"]}])["Vpcs"] == []
    assert before["resources"].keys() <= world.control("GET", "state?normalised=true")["resources"].keys()


def test_created_again_everything_is_new(world: World) -> None:
    def ids() -> set[str]:
        vpcs = world.client("ec2").describe_vpcs(Filters=[{"Name": "tag-key", "Values": ["cutover.eks/cluster"]}])["Vpcs"]
        return {vpc["VpcId"] for vpc in vpcs} | {world.client("eks").describe_cluster(name="blue")["cluster"]["endpoint"]}

    assert world.playbook("create_cluster").exit_code == 0
    first = ids()
    delete(world)
    assert world.playbook("create_cluster").exit_code == 0
    assert first.isdisjoint(ids())


def test_an_untagged_neighbour_is_not_touched(world: World) -> None:
    neighbour = world.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    role = world.client("iam").create_role(RoleName="blue-somebody", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    assert world.playbook("create_cluster").exit_code == 0
    delete(world)
    assert world.client("ec2").describe_vpcs(VpcIds=[neighbour])["Vpcs"][0]["VpcId"] == neighbour
    assert world.client("iam").get_role(RoleName="blue-somebody")["Role"]["RoleId"] == role["RoleId"]
