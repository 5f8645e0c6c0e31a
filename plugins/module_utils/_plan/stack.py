# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The merge of all nouns' plans into one graph: which part waits for which, for creation, change and deletion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from .._model.problem import Problems, Refused
from .._model.scope import Scope
from .._model.stack import PARTS, Links, Stack, StackActual
from .addons import plan_addons
from .cluster import plan_cluster
from .iam_roles import iam_roles_outputs, plan_iam_roles
from .network import egress_steps, network_outputs, plan_network
from .network_deletion import plan_network_deletion
from .nodegroups import plan_nodegroups
from .orphans import leaving, plan_orphans_deletion
from .plan import Plan

EMPTY = Plan()


def plan_stack(desired: Stack, actual: StackActual, scope: Scope) -> Plan:
    """Plan all parts as one graph, or refuse with the problems of all of them."""
    if desired.state == "absent":
        return _deletion(desired, actual, scope)
    problems = Problems()
    links = links_of(desired, actual, scope)
    plans: dict[str, Plan] = {}
    planners: dict[str, Callable[[], Plan]] = {
        "network": lambda: plan_network(desired.network(scope), actual.network, scope),
        "iam_roles": lambda: plan_iam_roles(desired.iam_roles(scope), actual.iam_roles, scope),
        "cluster": lambda: plan_cluster(desired.cluster(scope, links), actual.cluster, scope),
        "nodegroups": lambda: plan_nodegroups(desired.nodegroups(scope, links), actual.nodegroups, scope),
        "addons": lambda: plan_addons(desired.addons(scope, links), actual.addons, scope),
    }
    for part in desired.parts:
        with problems.collecting(part):
            plans[part] = planners[part]().below(part)
    if problems.found:
        raise Refused([*problems.found, *(problem for plan in plans.values() for problem in plan.problems)])
    early = {addon.name for addon in desired.addons(scope, links).addons if addon.before_compute} if "addons" in plans else set()
    return joined(plans, frozenset(early))


def _deletion(desired: Stack, actual: StackActual, scope: Scope) -> Plan:
    """Take the nodes down, then the control plane with its add-ons, then what was below them."""
    problems = Problems()
    links = links_of(desired, actual, scope)
    plans = dict.fromkeys(PARTS, EMPTY)
    if "nodegroups" in desired.parts:
        with problems.collecting("nodegroups"):
            plans["nodegroups"] = plan_nodegroups(desired.nodegroups(scope, links), actual.nodegroups, scope)
    if "cluster" in desired.parts:
        with problems.collecting("cluster"):
            deleted = frozenset(_deleted(plans["nodegroups"], "nodegroup"))
            plans["cluster"] = plan_cluster(replace(desired.cluster(scope, links), nodegroups_deleted=deleted), actual.cluster, scope)
    elif "addons" in desired.parts:
        with problems.collecting("addons"):
            plans["addons"] = plan_addons(desired.addons(scope, links), actual.addons, scope)
    if "iam_roles" in desired.parts:
        plans["iam_roles"] = plan_iam_roles(desired.iam_roles(scope), actual.iam_roles, scope)
    if "network" in desired.parts:
        with problems.collecting("network"):
            gone = leaving(actual.orphans, *({desired.name} if desired.declared("cluster") is not None else ()))
            plans["network"] = plan_network_deletion(desired.network(scope), actual.network, scope, gone)
    problems.refuse_if_any()
    cluster = plans["cluster"].and_after(step.key for step in plans["nodegroups"] if step.service == "eks")
    # Nothing waits for the log group, which is watched for a while.
    users = {step.key for step in cluster if step.service == "eks"} | plans["nodegroups"].keys() | plans["addons"].keys()
    # What controllers made goes when they are gone themselves: before that they would make it again.
    orphans = plan_orphans_deletion(actual.orphans).and_after(users)
    network, roles = plans["network"].and_after(users | orphans.keys()), plans["iam_roles"].and_after(users)
    return Plan.merged(plans["nodegroups"], plans["addons"], cluster, orphans, network, roles)


def _deleted(plan: Plan, kind: str) -> Iterator[str]:
    """Name what a plan deletes, or finds being deleted."""
    for step in plan:
        thing, _slash, name = step.key.partition("/")
        if thing == kind and "/" not in name:
            yield name


def links_of(desired: Stack, actual: StackActual, scope: Scope) -> Links:
    """Find what the parts give to each other, as far as it is known now."""
    live = actual.cluster.cluster
    planned = desired.declared("cluster") is not None
    links = Links(cluster_planned=planned and (live is None or live.status == "CREATING"), cluster_version=desired.version())
    unknown = desired.unknown_links()
    if "network" in desired.flawed:
        links = replace(links, control_plane_subnets=unknown.control_plane_subnets, node_subnets=unknown.node_subnets)
    if "iam_roles" in desired.flawed:
        links = replace(links, roles=unknown.roles)
    if "network" in desired.parts:
        outputs = network_outputs(desired.network(scope), actual.network, scope)
        inside = outputs.private_subnets or outputs.public_subnets
        links = replace(links, control_plane_subnets=inside, node_subnets=inside)
    if "iam_roles" in desired.parts:
        links = replace(links, roles=iam_roles_outputs(desired.iam_roles(scope), actual.iam_roles))
    return links


def joined(plans: dict[str, Plan], before_compute: frozenset[str]) -> Plan:
    """Order the parts: roles and subnets, then the control plane, add-ons that nodes need, nodes, the other add-ons."""
    network, roles = plans.get("network", EMPTY), plans.get("iam_roles", EMPTY)
    ground = roles.keys() | (network.keys() - egress_steps(network))
    cluster = _after(plans.get("cluster", EMPTY), ground)
    control_plane = roles.keys() | cluster.keys()
    addons = plans.get("addons", EMPTY)
    early = frozenset(step.key for step in addons if step.key.split("/")[1] in before_compute)
    nodegroups = _after(plans.get("nodegroups", EMPTY), control_plane | network.keys() | early)
    needed = replace(addons, steps=tuple(step for step in addons if step.key in early))
    others = Plan(steps=tuple(step for step in addons if step.key not in early))
    return Plan.merged(
        network, roles, cluster, _after(needed, control_plane), nodegroups, _after(others, control_plane | nodegroups.keys())
    )


def _after(plan: Plan, keys: Iterable[str]) -> Plan:
    """Make the calls to EKS wait; what is made beside it (launch templates, log group) need not."""
    wanted = frozenset(keys)
    return replace(plan, steps=tuple(replace(step, after=step.after | wanted) if step.service == "eks" else step for step in plan))
