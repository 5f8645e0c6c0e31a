# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IAM actions that every module documents are those that it needs: each is found in the journal of the module's whole life.

What a call needs beside the action of its own name follows from its request: tags, a role that is passed on, a launch template.
"""

from __future__ import annotations

import ast
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import converging
import pytest
import yaml
from world import ROOT, World

from ansible_collections.cutover.eks.plugins.module_utils._ansible import addons, cluster, network, nodegroups, stack, weighted_records
from ansible_collections.cutover.eks.plugins.module_utils._ansible.arguments import Controls
from ansible_collections.cutover.eks.plugins.module_utils._ansible.convergence import CHECK, REAL, Convergence, Mode, converged
from ansible_collections.cutover.eks.plugins.module_utils._ansible.noun import Info, Noun
from ansible_collections.cutover.eks.plugins.module_utils._aws.session import Session
from ansible_collections.cutover.eks.plugins.module_utils._run.clock import SystemClock
from simulator.harness import ACCOUNT, REGION, Simulator

NOUNS: Mapping[str, Noun] = {**stack.NOUNS, "stack": stack.NOUN, "weighted_records": weighted_records.NOUN}
INFOS: Mapping[str, Info] = {
    "network_info": network.INFO,
    "cluster_info": cluster.INFO,
    "nodegroups_info": nodegroups.INFO,
    "addon_versions_info": addons.VERSIONS_INFO,
}
PREFIXES = {"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing"}
"""Where IAM calls a service by another name than botocore."""

IMPLIED: tuple[tuple[str, str, frozenset[str]], ...] = (
    (r"ec2:(Create|Allocate)", "TagSpecifications", frozenset({"ec2:CreateTags"})),
    (r"iam:CreateRole", "Tags", frozenset({"iam:TagRole"})),
    (r"logs:CreateLogGroup", "tags", frozenset({"logs:TagResource"})),
    (r"eks:Create", "tags", frozenset({"eks:TagResource"})),
    (r"eks:CreateCluster", "encryptionConfig", frozenset({"kms:CreateGrant", "kms:DescribeKey"})),
    (r"eks:CreateCluster", "roleArn", frozenset({"iam:PassRole"})),
    (r"eks:CreateNodegroup", "nodeRole", frozenset({"iam:PassRole"})),
    (r"eks:CreateNodegroup", "launchTemplate", frozenset({"ec2:RunInstances"})),
    (r"eks:CreateAddon", "podIdentityAssociations", frozenset({"eks:CreatePodIdentityAssociation", "iam:GetRole", "iam:PassRole"})),
    (
        r"eks:UpdateAddon",
        "podIdentityAssociations",
        frozenset(
            {f"eks:{verb}PodIdentityAssociation" for verb in ("Create", "Update", "Delete")} | {"iam:GetRole", "iam:PassRole"}
        ),
    ),
    (r"eks:AssociateEncryptionConfig", "encryptionConfig", frozenset({"kms:CreateGrant", "kms:DescribeKey"})),
)
"""Call, parameter, and the actions that AWS asks of the caller beside the call's own."""

NOT_SHOWN: Mapping[str, Mapping[str, str]] = {
    "every module": {"sts:AssumeRole": "only with assume_role, and asked of the credentials that assume"},
    "network": dict.fromkeys(
        (f"ec2:UpdateSecurityGroupRuleDescriptions{direction}" for direction in ("Ingress", "Egress")),
        "the simulator does not know the call; unit tests of the planner show it",
    ),
}
"""Documented actions that no life below shows, and why."""


# ---- what is documented


def constant(path: Path, name: str) -> Any:
    """Read a YAML constant of a plugin's file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return yaml.safe_load(ast.literal_eval(node.value))
    raise AssertionError(f"{path} has no {name}")


def named(notes: Iterable[str]) -> set[str]:
    return {action for note in notes for action in re.findall(r"C\(([a-z0-9]+:\w+)\)", note)}


def documented(module: str) -> set[str]:
    return named(constant(ROOT / "plugins" / "modules" / f"{module}.py", "DOCUMENTATION").get("notes", ()))


def shared(part: str) -> set[str]:
    """Give what the fragment names that all modules (`INFO`: that only read) include."""
    return named(constant(ROOT / "plugins" / "doc_fragments" / "common.py", part)["notes"])


# ---- what is called


def needed(call: Mapping[str, Any]) -> Iterator[str]:
    """Give the IAM actions of a journal's entry."""
    action = f"{PREFIXES.get(call['service'], call['service'])}:{call['operation']}"
    yield action
    for pattern, parameter, more in IMPLIED:
        if re.match(pattern, action) and parameter in call["parameters"]:
            yield from more


@dataclass(frozen=True, slots=True)
class Life:
    """Modules at work on one cluster, each with the actions that it needed."""

    world: World
    actions: dict[str, set[str]] = field(default_factory=dict)

    def converge(self, module: str, **options: Any) -> None:
        """Run a module that has something to do."""
        done = self._watched(module, lambda: self._run(NOUNS[module], options))
        assert (done.get("failed"), done["changed"]) == (None, True), (module, done.get("msg"))

    def rest(self, module: str, **options: Any) -> None:
        """Run a module that has nothing to do."""
        done = self._watched(module, lambda: self._run(NOUNS[module], options))
        assert (done.get("failed"), done["changed"]) == (None, False), (module, done.get("msg", done.get("plan_text")))

    def read(self, module: str, **options: Any) -> None:
        info, account = INFOS[module], self._account()

        def look() -> Mapping[str, Any]:
            scope = account.scope()
            asked = info.desired(options, scope)
            return info.result(asked, info.read(account, scope, asked), scope)

        assert any(self._watched(module, look).values()), f"{module} found nothing"

    def meanwhile(self, update: Callable[[], Any], module: str, **options: Any) -> None:
        """Plan while an update by others is under way; it is shown after some seconds, and would be over at once at the usual speed."""
        self.world.control("PUT", "clock", {"speed": 1})
        update()
        self.world.control("POST", "clock/advance", {"seconds": 10})
        if module in INFOS:
            self.read(module, **options)
        else:
            planned = self._watched(module, lambda: self._run(NOUNS[module], options, CHECK))
            assert not planned.get("failed"), (module, planned["msg"])
        self.world.control("PUT", "clock", {"speed": 3000})
        self.world.control("POST", "clock/advance", {"seconds": 3600})

    def _run(self, noun: Noun, options: Mapping[str, Any], mode: Mode = REAL) -> dict[str, Any]:
        controls = Controls(poll_interval=0.05, wait_timeout=120, allow_replace=True, allow_irreversible=True)
        convergence = Convergence(
            noun=noun, account=self._account(), controls=controls, clock=SystemClock(), say=lambda _line: None, run_id=secrets.token_hex(8)
        )
        return converged(convergence, mode, options)

    def _account(self) -> Session:
        return Session(converging.connection(self.world.simulator.endpoint))

    def _watched(self, module: str, work: Callable[[], Any]) -> Any:
        before = self.world.last()
        outcome = work()
        calls = self.world.control("GET", f"journal?after={before}")
        self.actions.setdefault(module, set()).update(action for call in calls for action in needed(call))
        return outcome


# ---- the lives


RULES = [{"protocol": "tcp", "from_port": 443, "cidr": "10.0.0.0/8", "description": "inside"}]
NETWORK: dict[str, Any] = {
    "cluster": "blue",
    "vpc": {"cidr": "10.0.0.0/16", "dns_hostnames": True},
    "zones": ["2"],
    "subnets": {"private": {}, "public": {"map_public_ip": True}},
    "nat": "zonal",
    "security_groups": [{"name": "extra", "ingress": RULES, "egress": RULES, "purge_rules": True}],
    "tags": {"team": "platform", "old": "yes"},
}


def networks_life(life: Life) -> dict[str, list[str]]:
    """Make it, and repair it after NAT gateways went and route tables were moved by hand."""
    life.converge("network", **NETWORK)
    life.rest("network", **NETWORK)
    ec2 = life.world.client("ec2")
    nats = ec2.describe_nat_gateways(Filters=[{"Name": "state", "Values": ["available"]}])["NatGateways"]
    ec2.delete_nat_gateway(NatGatewayId=nats[0]["NatGatewayId"])
    tables = ec2.describe_route_tables(Filters=[{"Name": "tag:cutover.eks/step", "Values": ["route-table/*"]}])["RouteTables"]
    links = [link for table in tables for link in table["Associations"] if link.get("SubnetId")]
    other = next(table["RouteTableId"] for table in tables if table["RouteTableId"] != links[0]["RouteTableId"])
    ec2.replace_route_table_association(AssociationId=links[0]["RouteTableAssociationId"], RouteTableId=other)
    life.world.control("POST", "clock/advance", {"seconds": 600})

    closed = [{"name": "extra", "ingress": [], "egress": [], "purge_rules": True}]
    life.converge("network", **{**NETWORK, "security_groups": closed, "tags": {"team": "shop"}, "purge_tags": True})
    life.read("network_info", cluster="blue")
    found = ec2.describe_subnets(Filters=[{"Name": "tag:cutover.eks/step", "Values": ["subnet/private-*"]}])["Subnets"]
    groups = ec2.describe_security_groups(Filters=[{"Name": "tag:cutover.eks/step", "Values": ["security-group/extra"]}])["SecurityGroups"]
    subnet_ids = sorted(subnet["SubnetId"] for subnet in found)
    return {"subnet_ids": subnet_ids, "security_group_ids": [group["GroupId"] for group in groups]}


BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole", "Sid": "Ours"}],
}
PURPOSES = ("cluster", "node", "vpc-cni", "aws-ebs-csi-driver")


def roles_life(life: Life) -> dict[str, str]:
    """Make them, then take from one what was given."""
    plain = [{"purpose": purpose} for purpose in PURPOSES]
    rich = {"purpose": "node", "inline_policies": {"buckets": DOCUMENT}}
    life.converge("iam_roles", cluster="blue", roles=[*plain[:1], rich, *plain[2:]], tags={"team": "platform", "old": "yes"})
    changed = [{"purpose": "cluster", "trust": TRUST}, {"purpose": "node", "managed_policies": [], "inline_policies": {}}]
    life.converge(
        "iam_roles",
        cluster="blue", roles=changed, purge_policies=True, permissions_boundary=BOUNDARY, tags={"team": "shop"}, purge_tags=True,
    )  # fmt: skip
    life.converge("iam_roles", cluster="blue", roles=plain)
    life.rest("iam_roles", cluster="blue", roles=plain)
    return {purpose: f"arn:aws:iam::{ACCOUNT}:role/blue-{REGION}-{purpose}" for purpose in PURPOSES}


def clusters_life(life: Life, role_arn: str, place: Mapping[str, list[str]]) -> None:
    """Make it, change it, encrypt it."""
    first = {"name": "blue", "version": "1.34", "role_arn": role_arn, "resources_vpc_config": place, "log_retention_days": 90}
    life.converge("cluster", **first, tags={"team": "platform", "old": "yes"}, access_config={"authentication_mode": "API"})
    key = life.world.client("kms").create_key()["KeyMetadata"]["Arn"]
    changed = {**first, "logging": ["audit"], "encryption_config": {"key_arn": key}, "tags": {"team": "shop"}, "purge_tags": True}
    life.converge("cluster", **changed)


def upgrade(life: Life) -> None:
    """Take the next version when there are nodes."""
    upgraded = {"name": "blue", "version": "1.35"}
    life.converge("cluster", **upgraded)
    life.rest("cluster", **upgraded)
    eks, private, public = life.world.client("eks"), {"endpointPrivateAccess": True}, {"endpointPrivateAccess": False}
    life.meanwhile(lambda: eks.update_cluster_config(name="blue", resourcesVpcConfig=private), "cluster", **upgraded)
    life.meanwhile(lambda: eks.update_cluster_config(name="blue", resourcesVpcConfig=public), "cluster_info")


def addons_life(life: Life, roles: Mapping[str, str]) -> None:
    """Make them before there are nodes, change one, and drop what is declared no longer."""
    linked = [{"service_account": "aws-node", "role_arn": roles["vpc-cni"]}]
    configured = {"name": "vpc-cni", "configuration_values": {"env": {"WARM_ENI_TARGET": "2"}}}
    cni, proxy = {**configured, "tags": {"team": "platform", "old": "yes"}}, {"name": "kube-proxy"}
    life.converge("addons", cluster="blue", addons=[{**cni, "pod_identity_associations": linked}, proxy])
    life.rest("addons", cluster="blue", addons=[cni])
    without = [{"name": "vpc-cni", "tags": {"team": "shop"}, "pod_identity_associations": []}]
    life.converge("addons", cluster="blue", addons=without, purge=True, purge_tags=True)
    eks = life.world.client("eks")
    life.meanwhile(
        lambda: eks.update_addon(clusterName="blue", addonName="vpc-cni", configurationValues='{"env": {"WARM_ENI_TARGET": "1"}}'),
        "addons", cluster="blue", addons=[{"name": "vpc-cni"}],
    )  # fmt: skip
    life.read("addon_versions_info", names=["coredns"])


def nodegroups_life(life: Life, role_arn: str, subnet_ids: list[str]) -> None:
    """Make one with a launch template of ours, give it another disk, other tags, another size, a newer image."""
    group = {"name": "general", "instance_types": ["m7i.large"], "scaling": {"min_size": 1, "max_size": 3}, "tags": {"team": "a", "x": "y"}}
    common = {"cluster": "blue", "node_role_arn": role_arn, "subnet_ids": subnet_ids}
    life.converge("nodegroups", **common, nodegroups=[{**group, "disk": {"size_gib": 50}}])
    bigger = {**group, "disk": {"size_gib": 80}, "scaling": {"min_size": 1, "max_size": 4}, "tags": {"team": "b"}, "update": True}
    life.converge("nodegroups", **common, nodegroups=[bigger], purge=True, purge_tags=True)
    life.rest("nodegroups", **common, nodegroups=[bigger])
    eks = life.world.client("eks")

    def resized(most: int) -> Callable[[], Any]:
        return lambda: eks.update_nodegroup_config(clusterName="blue", nodegroupName="general", scalingConfig={"maxSize": most})

    life.meanwhile(resized(5), "nodegroups", cluster="blue", nodegroups=[{"name": "general"}])
    life.meanwhile(resized(6), "nodegroups_info", cluster="blue")


def guests_life(life: Life) -> None:
    """Make subnets in somebody's VPC, and go again when a subnet of theirs uses a route table of ours."""
    ec2 = life.world.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    theirs = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.0.0/20")["Subnet"]["SubnetId"]
    guest: dict[str, Any] = {"name": "guest", "vpc": {"id": vpc}}
    life.converge("network", **guest, zones=["2"], subnets={"private": {"prefix_length": 20}})
    mine = [{"Name": "tag:cutover.eks/network", "Values": [f"{REGION}/guest"]}]
    table = ec2.describe_route_tables(Filters=mine)["RouteTables"][0]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=theirs)
    life.converge("network", **guest, state="absent")


def deletions(life: Life) -> None:
    """Take down part by part what stands."""
    for part in ("nodegroups", "addons"):
        life.converge(part, cluster="blue", state="absent")
    life.converge("cluster", name="blue", state="absent", deletion_protection=False)
    life.converge("iam_roles", cluster="blue", state="absent")
    life.world.control("POST", "clock/advance", {"seconds": 7200})
    life.converge("network", cluster="blue", state="absent")


def leavings(world: World) -> None:
    """Leave behind what the controllers of a cluster leave."""
    ec2, mark = world.client("ec2"), {"Key": "kubernetes.io/cluster/blue", "Value": "owned"}
    mine = [{"Name": "tag:cutover.eks/cluster", "Values": [f"{REGION}/blue"]}]
    vpc = ec2.describe_vpcs(Filters=mine)["Vpcs"][0]["VpcId"]
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets(Filters=mine)["Subnets"]][:2]
    group = ec2.create_security_group(GroupName="k8s-elb", Description="of a service", VpcId=vpc)["GroupId"]
    zone = f"{REGION}a"
    volume = ec2.create_volume(AvailabilityZone=zone, Size=1)["VolumeId"]
    interface = ec2.create_network_interface(SubnetId=subnets[0], Description="aws-K8S-i-0")["NetworkInterface"]["NetworkInterfaceId"]
    ec2.create_tags(Resources=[group, volume], Tags=[mark])
    ec2.create_tags(Resources=[interface], Tags=[{"Key": "cluster.k8s.amazonaws.com/name", "Value": "blue"}])
    balancers = world.client("elbv2")
    balancers.create_load_balancer(Name="k8s-shop", Subnets=subnets, SecurityGroups=[group], Tags=[mark])
    balancers.create_target_group(Name="k8s-shop", Protocol="HTTP", Port=80, VpcId=vpc, Tags=[mark])
    listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 30080}
    classic = world.client("elb")
    classic.create_load_balancer(LoadBalancerName="a0", Listeners=[listener], Subnets=subnets[:1], SecurityGroups=[group], Tags=[mark])


def records_life(life: Life) -> None:
    """Make two groups in a private zone and shift one of them, named by the zone's id and by its name."""
    vpc = {"VPCRegion": REGION, "VPCId": life.world.client("ec2").create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]}
    zone = life.world.client("route53").create_hosted_zone(Name="example.com", CallerReference="life", VPC=vpc)["HostedZone"]["Id"]
    blue, green = ({"set_identifier": name, "values": {"A": f"10.30.0.{at}"}} for at, name in enumerate(("blue", "green"), 1))
    first = {"name": "app.example.com", "ttl": 60, "records": [{**blue, "weight": 100}, {**green, "weight": 0}]}
    life.converge("weighted_records", zone_id=zone, **first)
    life.rest("weighted_records", zone="example.com", vpc_id=vpc["VPCId"], **first)
    shifted = {"name": "app.example.com", "records": [{**blue, "weight": 90}, {**green, "weight": 10}]}
    life.converge("weighted_records", zone="example.com", **shifted)


def stacks_life(life: Life) -> None:
    life.converge("stack", **converging.STACK)
    life.rest("stack", **converging.STACK)
    leavings(life.world)
    life.converge("stack", **converging.STACK, state="absent", confirm_deletion="blue", delete_orphans=True)


@pytest.fixture(scope="module")
def actions(simulator: Simulator) -> Mapping[str, set[str]]:
    """What each module needed in its life."""
    simulator.control("POST", "reset")
    simulator.control("PUT", "clock", {"speed": 3000})
    life = Life(World(simulator))
    place, roles = networks_life(life), roles_life(life)
    clusters_life(life, roles["cluster"], place)
    addons_life(life, roles)
    nodegroups_life(life, roles["node"], place["subnet_ids"])
    upgrade(life)
    deletions(life)
    guests_life(life)
    stacks_life(life)
    records_life(life)
    return life.actions


def of_all_modules(module: str) -> set[str]:
    return shared("INFO" if module in INFOS else "DOCUMENTATION")


@pytest.mark.parametrize("module", [*stack.NOUNS, "weighted_records", *INFOS])
def test_what_a_module_needs_is_documented(actions: Mapping[str, set[str]], module: str) -> None:
    assert sorted(actions[module] - documented(module) - of_all_modules(module)) == []


@pytest.mark.parametrize("module", [*stack.NOUNS, "weighted_records", *INFOS])
def test_what_a_module_documents_it_needs(actions: Mapping[str, set[str]], module: str) -> None:
    assert sorted(documented(module) - actions[module]) == sorted(NOT_SHOWN.get(module, {}))


def test_the_stack_needs_what_its_parts_need_and_names_the_rest(actions: Mapping[str, set[str]]) -> None:
    parts = {action for part in stack.NOUNS for action in documented(part)}
    beside = actions["stack"] - parts - of_all_modules("stack")
    assert sorted(beside) == sorted(documented("stack") - parts)
    assert documented("stack") <= actions["stack"]


def test_what_every_module_needs_is_documented_once_for_all(actions: Mapping[str, set[str]]) -> None:
    changing = set.intersection(*(actions[module] for module in stack.NOUNS))
    reading = set.intersection(*(actions[module] for module in INFOS))
    assert sorted(shared("DOCUMENTATION") - changing) == sorted(shared("INFO") - reading) == sorted(NOT_SHOWN["every module"])
