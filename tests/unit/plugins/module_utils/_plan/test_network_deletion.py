# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a network goes, and what must not be in its way; how the leavings of controllers go."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.network import Network
from ansible_collections.cutover.eks.plugins.module_utils._model.network_actual import (
    ActualRule,
    ActualSecurityGroup,
    ActualSubnet,
    Interface,
    NetworkActual,
)
from ansible_collections.cutover.eks.plugins.module_utils._model.orphans import LoadBalancer, Orphans, TargetGroup, Volume
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.plugins.module_utils._plan.network import plan_network
from ansible_collections.cutover.eks.plugins.module_utils._plan.network_deletion import Leaving, plan_network_deletion
from ansible_collections.cutover.eks.plugins.module_utils._plan.orphans import leaving, plan_orphans_deletion
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Kind, Plan
from ansible_collections.cutover.eks.tests.unit.plugins.module_utils._plan.network_world import ZONES, after_run

SCOPE = Scope(account="123456789012", region="eu-central-1")
EMPTY = NetworkActual(zones=ZONES)
OPTIONS: dict[str, Any] = {
    "cluster": "blue",
    "vpc": {"cidr": "10.0.0.0/16"},
    "zones": ["2"],
    "subnets": {"public": {}, "private": {}},
    "nat": "zonal",
    "security_groups": [{"name": "extra"}],
}
PRESENT = Network.from_options(OPTIONS, SCOPE)
ABSENT = Network.from_options({"cluster": "blue", "state": "absent"}, SCOPE)
WORLD = after_run(plan_network(PRESENT, EMPTY, SCOPE), EMPTY)


def deletion(actual: NetworkActual, gone: Leaving | None = None) -> Plan:
    return plan_network_deletion(ABSENT, actual, SCOPE, gone) if gone else plan_network(ABSENT, actual, SCOPE)


def interface(**facts: Any) -> Interface:
    return Interface(**{"id": "eni-1", "kind": "interface", "status": "in-use", "subnet_id": "subnet-private-a", **facts})


def needs(plan: Plan, key: str) -> frozenset[str]:
    step = plan.get(key)
    assert step is not None
    return plan.dependencies(step)


def test_everything_of_ours_goes_and_nothing_is_left() -> None:
    plan = deletion(WORLD)
    assert {step.kind for step in plan} == {Kind.DELETE}
    gone = after_run(plan, WORLD)
    assert (gone.vpcs, gone.subnets, gone.route_tables, gone.internet_gateways, gone.addresses, gone.security_groups) == (
        (),
        (),
        (),
        (),
        (),
        (),
    )
    assert deletion(gone).steps == ()


def test_each_thing_waits_for_what_uses_it() -> None:
    plan = deletion(WORLD)
    assert needs(plan, "address/a") == {"nat-gateway/a"}
    assert needs(plan, "subnet/public-a") == {"nat-gateway/a", "nat-gateway/b"}
    assert needs(plan, "route-table/private-a") == {"subnet/private-a"}
    assert needs(plan, "internet-gateway/attachment") == {"nat-gateway/a", "nat-gateway/b", "address/a", "address/b"}
    assert needs(plan, "internet-gateway") == {"internet-gateway/attachment"}
    assert needs(plan, "vpc") == plan.keys() - {"vpc"}


def test_lingering_interfaces_are_awaited_and_only_addresses_are_lost() -> None:
    plan = deletion(WORLD)
    steps = {step.key: step for step in plan}
    assert steps["subnet/private-a"].obstacles == {"DependencyViolation"}
    assert steps["subnet/private-a"].already == {"InvalidSubnetID.NotFound"}
    assert [step.key for step in plan if step.wait and step.wait.gone] == ["nat-gateway/a", "nat-gateway/b"]
    assert {step.key for step in plan if not step.reversible} == {"address/a", "address/b"}


def test_what_a_cut_off_deletion_left_still_goes() -> None:
    left = replace(EMPTY, addresses=WORLD.addresses[:1], internet_gateways=(replace(WORLD.internet_gateways[0], vpc_id=""),))
    assert [(step.key, step.operation) for step in deletion(left)] == [
        ("address/a", "ReleaseAddress"),
        ("internet-gateway", "DeleteInternetGateway"),
    ]


def test_a_subnet_of_somebody_else_falls_back_to_the_main_table() -> None:
    tables = tuple(
        replace(table, associations={**table.associations, "subnet-theirs": "rtbassoc-theirs"}) if table.id == "rtb-public" else table
        for table in WORLD.route_tables
    )
    theirs = replace(WORLD.vpcs[0], tags={})
    plan = deletion(replace(WORLD, vpcs=(theirs,), route_tables=tables))
    assert needs(plan, "route-table/public") == {"association/subnet-theirs", "subnet/public-a", "subnet/public-b"}
    assert plan.get("vpc") is None


def test_a_nat_gateway_on_its_way_out_is_awaited() -> None:
    nats = (replace(WORLD.nat_gateways[0], state="deleting"), replace(WORLD.nat_gateways[1], state="deleted"))
    plan = deletion(replace(WORLD, nat_gateways=nats))
    assert [(step.key, step.kind) for step in plan if step.key.startswith("nat")] == [("nat-gateway/a", Kind.WAIT)]
    assert needs(plan, "address/a") == {"nat-gateway/a"}
    assert needs(plan, "address/b") == frozenset()


IN_THE_WAY: dict[str, tuple[dict[str, Any], str]] = {
    "a living cluster": ({"clusters": frozenset({"green"})}, "cluster green"),
    "an instance": ({"interfaces": (interface(instance_id="i-1"),)}, "eni-1 .*instance i-1"),
    "a function": ({"interfaces": (interface(description="AWS Lambda VPC ENI-x"),)}, "AWS Lambda VPC ENI-x"),
    "a load balancer": ({"interfaces": (interface(description="ELB app/web/1"),)}, "ELB app/web/1"),
    "what the network plugin left": ({"interfaces": (interface(status="available", description="aws-K8S-i-1"),)}, "aws-K8S-i-1"),
    "somebody else's NAT gateway": ({"interfaces": (interface(kind="nat_gateway", subnet_id="subnet-other"),)}, "nat_gateway"),
    "somebody else's subnet": (
        {"subnets": (*WORLD.subnets, ActualSubnet(id="subnet-x", cidr="10.0.250.0/24", zone="eu-central-1a"))},
        "subnet subnet-x",
    ),
    "somebody else's group": (
        {"security_groups": (ActualSecurityGroup(id="sg-x", name="web"), ActualSecurityGroup(id="sg-0", name="default"))},
        "security group sg-x",
    ),
}


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_a_network_in_use_is_not_deleted(name: str) -> None:
    changes, text = IN_THE_WAY[name]
    with pytest.raises(Refused, match=text) as refused:
        deletion(replace(WORLD, **changes))
    assert len(refused.value.problems) == 1


GOES_BY_ITSELF: dict[str, dict[str, Any]] = {
    "interface of our NAT gateway": {"interfaces": (interface(kind="nat_gateway", subnet_id="subnet-public-a"),)},
    "interface of a control plane that is gone": {"interfaces": (interface(description="Amazon EKS blue"),)},
    "the default group": {"security_groups": (*WORLD.security_groups, ActualSecurityGroup(id="sg-0", name="default"))},
}


@pytest.mark.parametrize("name", GOES_BY_ITSELF)
def test_what_goes_by_itself_is_no_obstacle(name: str) -> None:
    assert deletion(replace(WORLD, **GOES_BY_ITSELF[name])).get("vpc") is not None


def test_what_the_same_plan_takes_away_is_no_obstacle() -> None:
    node = interface(id="eni-node", instance_id="i-1", groups={"sg-c": "eks-cluster-sg-blue-123"})
    left = interface(id="eni-left", status="available", description="aws-K8S-i-1")
    group = ActualSecurityGroup(id="sg-c", name="eks-cluster-sg-blue-123")
    actual = replace(WORLD, clusters=frozenset({"blue"}), interfaces=(node, left), security_groups=(*WORLD.security_groups, group))
    with pytest.raises(Refused) as refused:
        deletion(actual, Leaving(clusters=frozenset({"blue"})))
    assert [problem.found for problem in refused.value.problems] == ["interface eni-left (aws-K8S-i-1)"]
    assert deletion(actual, Leaving(clusters=frozenset({"blue"}), ids=frozenset({"eni-left"}))).get("vpc") is not None


RULE = ActualRule(direction="ingress", protocol="tcp", from_port=80, to_port=80, peer="sg-left")
LEFT = ActualSecurityGroup(id="sg-left", name="k8s-elb-1", tags={"kubernetes.io/cluster/blue": "owned"})
ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/web/1"
TARGETS = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/k8s-web/1"
ORPHANS = Orphans(
    load_balancers=(LoadBalancer(name="web", arn=ARN), LoadBalancer(name="old")),
    target_groups=(TargetGroup(name="k8s-web", arn=TARGETS),),
    interfaces=(interface(id="eni-left", status="available", description="aws-K8S-i-1"),),
    lingering=frozenset({"eni-balancer"}),
    security_groups=(LEFT,),
    neighbours=(ActualSecurityGroup(id="sg-nodes", name="nodes", rules=(RULE,)),),
    volumes=(Volume(id="vol-1", claim="shop/data"),),
)


def test_the_leavings_go_in_the_order_of_their_use() -> None:
    plan = plan_orphans_deletion(ORPHANS)
    assert {(step.service, step.operation, step.key) for step in plan} == {
        ("elbv2", "DeleteLoadBalancer", "orphan/load-balancer/web"),
        ("elb", "DeleteLoadBalancer", "orphan/classic-load-balancer/old"),
        ("elbv2", "DeleteTargetGroup", "orphan/target-group/k8s-web"),
        ("ec2", "DeleteNetworkInterface", "orphan/interface/eni-left"),
        ("ec2", "RevokeSecurityGroupIngress", "security-group/sg-nodes/ingress-revoked"),
        ("ec2", "DeleteSecurityGroup", "orphan/security-group/sg-left"),
        ("ec2", "DeleteVolume", "orphan/volume/vol-1"),
    }
    assert needs(plan, "orphan/security-group/sg-left") == {
        "orphan/load-balancer/web",
        "orphan/classic-load-balancer/old",
        "orphan/interface/eni-left",
        "security-group/sg-nodes/ingress-revoked",
    }
    assert needs(plan, "orphan/target-group/k8s-web") == {"orphan/load-balancer/web", "orphan/classic-load-balancer/old"}
    assert [step.key for step in plan if not step.reversible] == ["orphan/volume/vol-1"]


def test_the_leavings_of_a_cluster_do_not_stand_in_the_way_of_its_network() -> None:
    gone = leaving(ORPHANS, "blue")
    assert gone == Leaving(clusters=frozenset({"blue"}), ids=frozenset({"eni-left", "eni-balancer", "sg-left"}))
    balancer = interface(id="eni-balancer", description="ELB net/web/1")
    actual = replace(WORLD, interfaces=(balancer, *ORPHANS.interfaces), security_groups=(*WORLD.security_groups, LEFT))
    assert deletion(actual, gone).get("vpc") is not None


def test_nothing_found_is_nothing_to_do() -> None:
    assert plan_orphans_deletion(Orphans()).steps == ()
