# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole cluster as one thing: the option dictionaries of the single nouns, and how one refers to another.

Each part is optional. What a part needs of another one (subnets, role ARNs) is filled in from it unless it was declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .addons import Addons, AddonsActual
from .cluster import Cluster, ClusterActual, cluster_name, version_of
from .fields import Fields
from .iam_roles import IamRoles, IamRolesActual
from .network import Network
from .network_actual import NetworkActual
from .nodegroups import Nodegroups, NodegroupsActual
from .orphans import Orphans
from .problem import Problems, Refused
from .reference import Ref, Value
from .scope import Scope

PARTS = ("network", "iam_roles", "cluster", "nodegroups", "addons")
STAND_IN = "stack"
"""A name for the parts of a stack whose own name is no good."""
Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What the parts give to each other: known values, or references to the steps that make them."""

    control_plane_subnets: tuple[Value, ...] = ()
    node_subnets: tuple[Value, ...] = ()
    roles: Mapping[str, Value] = field(default_factory=dict)
    """Role ARN by purpose."""
    cluster_planned: bool = False
    cluster_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What is declared of a cluster and everything around it."""

    name: str
    state: str = "present"
    confirm_deletion: str = ""
    delete_orphans: bool = False
    tags: Mapping[str, str] | None = None
    """Tags of everything that declares none of its own."""
    parts: Mapping[str, Options] = field(default_factory=dict)
    flawed: Mapping[str, Options] = field(default_factory=dict)
    """Parts that are left out because of problems of their shape; the others are planned as if these were as they should be."""

    @classmethod
    def from_options(cls, options: Options, scope: Scope) -> Stack:
        """Read the options of module `stack`, or refuse them with every problem of the shape of any part; the other parts are sound."""
        stack = cls(
            name=str(options["name"]),
            state=str(options.get("state") or "present"),
            confirm_deletion=str(options.get("confirm_deletion") or ""),
            delete_orphans=bool(options.get("delete_orphans")),
            tags=options.get("tags"),
            parts={part: options[part] for part in PARTS if options.get(part) is not None},
        )
        problems = Problems()
        cluster_name(Fields({"name": stack.name}, problems), "name")
        named = not problems.found
        stack._check_confirmation(problems)
        # A bad name is one problem, not one in every part; and nothing in the world can be looked up by it.
        sound = (stack if named else replace(stack, name=STAND_IN)).sound_parts(scope, problems)
        problems.refuse_if_any(sound if named else None)
        return sound

    def sound_parts(self, scope: Scope, problems: Problems) -> Stack:
        """Give the stack without the parts whose shape is wrong."""
        flawed = {}
        for part, read in self.readers(scope, self.unknown_links()).items():
            try:
                read()
            except Refused as refused:
                problems.found.extend(problem.below(part) for problem in refused.problems)
                flawed[part] = self.parts[part]
        return replace(self, parts={part: found for part, found in self.parts.items() if part not in flawed}, flawed=flawed)

    def declared(self, part: str) -> Options | None:
        """Give the options of a part as they were declared, None when they were not."""
        return self.parts.get(part, self.flawed.get(part))

    def readers(self, scope: Scope, links: Links) -> dict[str, Any]:
        """Give for each declared part the function that reads its options."""
        readers = {
            "network": lambda: self.network(scope),
            "iam_roles": lambda: self.iam_roles(scope),
            "cluster": lambda: self.cluster(scope, links),
            "nodegroups": lambda: self.nodegroups(scope, links),
            "addons": lambda: self.addons(scope, links),
        }
        return {part: read for part, read in readers.items() if part in self.parts}

    def unknown_links(self) -> Links:
        """Give stand-ins for what only a look at the world tells: enough to check the shape of the options."""
        subnets = (Ref("network", "one"), Ref("network", "other"))
        purposes = [role.get("purpose") or role.get("name") for role in (self.declared("iam_roles") or {}).get("roles") or ()]
        roles: dict[str, Value] = {purpose: Ref(f"role/{purpose}", "Role.Arn") for purpose in purposes if purpose}
        planned = self.declared("cluster") is not None
        return Links(
            control_plane_subnets=subnets, node_subnets=subnets, roles=roles, cluster_planned=planned, cluster_version=self.version()
        )

    def version(self) -> str | None:
        """Give the Kubernetes version that the stack gives its cluster, None when it says nothing about it, or nothing sound."""
        problems = Problems()
        version = version_of(Fields(self.declared("cluster") or {}, problems))
        return None if problems.found else version

    def network(self, scope: Scope) -> Network:
        """Read the network's options."""
        return Network.from_options(
            {**self._tagged(self.parts["network"]), "name": self.name, "cluster": self.name, "state": self.state}, scope
        )

    def iam_roles(self, scope: Scope) -> IamRoles:
        """Read the roles' options."""
        return IamRoles.from_options({**self._tagged(self.parts["iam_roles"]), "cluster": self.name, "state": self.state}, scope)

    def cluster(self, scope: Scope, links: Links) -> Cluster:
        """Read the control plane's options; subnets and role come from the other parts unless they are declared."""
        options = {**self._tagged(self.parts["cluster"]), "name": self.name, "state": self.state}
        vpc = dict(options.get("resources_vpc_config") or {})
        if vpc.get("subnet_ids") is None and links.control_plane_subnets:
            vpc["subnet_ids"] = list(links.control_plane_subnets)
        options["resources_vpc_config"] = vpc or None
        options["role_arn"] = options.get("role_arn") or links.roles.get("cluster")
        if self.state == "absent":
            # The stack's confirmation is the consent that the single module asks for by this option.
            options["deletion_protection"] = False
        return Cluster.from_options(options, scope)

    def nodegroups(self, scope: Scope, links: Links) -> Nodegroups:
        """Read the node groups' options; subnets and role come from the other parts unless they are declared."""
        options = {**self.parts["nodegroups"], "cluster": self.name}
        options["nodegroups"] = [self._tagged(group) for group in options.get("nodegroups") or ()]
        if self.state == "absent":
            options = {"cluster": self.name, "state": "absent"}
        elif options.get("subnet_ids") is None and links.node_subnets:
            options["subnet_ids"] = list(links.node_subnets)
        options["node_role_arn"] = options.get("node_role_arn") or links.roles.get("node")
        read = Nodegroups.from_options(options, scope)
        return replace(read, cluster_planned=links.cluster_planned, cluster_version=links.cluster_version)

    def addons(self, scope: Scope, links: Links) -> Addons:
        """Read the add-ons' options; a role may be named by its purpose in `iam_roles`."""
        options = {**self.parts["addons"], "cluster": self.name, "state": self.state}
        options["addons"] = [_with_arns(self._tagged(addon), links.roles) for addon in options.get("addons") or ()]
        read = Addons.from_options(options, scope)
        return replace(read, cluster_planned=links.cluster_planned, cluster_version=links.cluster_version)

    def _tagged(self, options: Options) -> Options:
        return {**options, "tags": self.tags} if self.tags is not None and options.get("tags") is None else options

    def _check_confirmation(self, problems: Problems) -> None:
        if self.state == "absent" and self.confirm_deletion != self.name:
            problems.add(
                "not_confirmed",
                "confirm_deletion",
                found=repr(self.confirm_deletion),
                wanted=repr(self.name),
                do="Name the cluster that is to be deleted once more here.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class StackActual:
    """What was seen of every part."""

    network: NetworkActual = field(default_factory=NetworkActual)
    iam_roles: IamRolesActual = field(default_factory=IamRolesActual)
    cluster: ClusterActual = field(default_factory=ClusterActual)
    nodegroups: NodegroupsActual = field(default_factory=NodegroupsActual)
    addons: AddonsActual = field(default_factory=AddonsActual)
    orphans: Orphans = field(default_factory=Orphans)
    """What controllers left behind; looked for only when it is to be deleted."""


def _with_arns(addon: Options, roles: Mapping[str, Value]) -> Options:
    """Replace purposes by the ARNs of their roles."""
    associations = addon.get("pod_identity_associations")
    account = addon.get("service_account_role_arn")
    resolved = dict(addon)
    if associations is not None:
        resolved["pod_identity_associations"] = [
            {**one, "role_arn": roles.get(one.get("role_arn", ""), one.get("role_arn"))} for one in associations
        ]
    if account is not None:
        resolved["service_account_role_arn"] = roles.get(account, account)
    return resolved
