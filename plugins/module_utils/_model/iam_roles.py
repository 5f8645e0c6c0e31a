# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM roles of a cluster: what is declared of them, what was seen of them, and what is told about them.

A role is asked for by its purpose; `TEMPLATES` knows the least privilege that each known purpose needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .cluster import cluster_name
from .fields import Fields
from .ownership import users_tags
from .policy import Document, parsed, trust
from .problem import Problems
from .reference import Ref, Value
from .scope import Scope, limited_name

NAME_LIMIT = 64
_PODS = trust("pods.eks.amazonaws.com", actions=("sts:AssumeRole", "sts:TagSession"))


@dataclass(frozen=True, slots=True)
class Template:
    """Who assumes a role of a known purpose, and which policies of AWS it gets."""

    trust: Document
    policies: tuple[str, ...]


TEMPLATES: Mapping[str, Template] = {
    "cluster": Template(trust("eks.amazonaws.com"), ("AmazonEKSClusterPolicy",)),
    # The nodes get no AmazonEKS_CNI_Policy: that is the vpc-cni role's, given to its pods alone.
    "node": Template(
        trust("ec2.amazonaws.com"), ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore")
    ),
    "fargate": Template(trust("eks-fargate-pods.amazonaws.com"), ("AmazonEKSFargatePodExecutionRolePolicy",)),
    "vpc-cni": Template(_PODS, ("AmazonEKS_CNI_Policy",)),
    "aws-ebs-csi-driver": Template(_PODS, ("service-role/AmazonEBSCSIDriverPolicy",)),
    "aws-efs-csi-driver": Template(_PODS, ("service-role/AmazonEFSCSIDriverPolicy",)),
    "amazon-cloudwatch-observability": Template(_PODS, ("CloudWatchAgentServerPolicy",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IamRole:
    """What is declared of one role."""

    purpose: str
    name: str
    trust: Document
    managed_policies: tuple[Value, ...] = ()
    inline_policies: Mapping[str, Document] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IamRoles:
    """What is declared of a cluster's roles."""

    cluster: str
    state: str = "present"
    roles: tuple[IamRole, ...] = ()
    path: str = "/"
    permissions_boundary: str | None = None
    purge_policies: bool = False
    tags: Mapping[str, str] | None = None
    purge_tags: bool = False
    declared: tuple[Mapping[str, Any], ...] = ()
    """The roles as they were declared, for the result."""

    @classmethod
    def from_options(cls, options: Mapping[str, Any], scope: Scope) -> IamRoles:
        """Read the options of module `iam_roles`, or refuse them with every problem of their shape."""
        problems = Problems()
        fields = Fields(options, problems)
        cluster = cluster_name(fields, "cluster")
        path = fields.text("path", r"/([!-~]+/)?", wanted="a path that begins and ends with /", do="Write / or /teams/platform/.")
        desired = cls(
            cluster=cluster,
            state=str(options.get("state") or "present"),
            roles=tuple(_role(inner, cluster, scope) for inner in fields.each("roles")),
            path=path or "/",
            permissions_boundary=options.get("permissions_boundary") or None,
            purge_policies=bool(options.get("purge_policies")),
            tags=fields.mapping("tags"),
            purge_tags=bool(options.get("purge_tags")),
            declared=tuple(options.get("roles") or ()),
        )
        _check_purposes(desired, problems)
        problems.refuse_if_any()
        return desired


def role_name(cluster: str, scope: Scope, purpose: str) -> str:
    """Give the name of a role: IAM is global, so the region is in it."""
    return limited_name(f"{cluster}-{scope.region}-{purpose}", NAME_LIMIT)


def _role(fields: Fields, cluster: str, scope: Scope) -> IamRole:
    purpose = (
        fields.text("purpose", r"[A-Za-z0-9+=,.@_-]{1,40}", wanted="1 to 40 letters, digits and +=,.@_-", do="Choose another word.") or ""
    )
    template = TEMPLATES.get(purpose)
    if template is None and not fields.has("trust"):
        fields.refuse(
            "trust_missing",
            "purpose",
            wanted=f"one of {', '.join(TEMPLATES)}, or a trust policy",
            do="Declare trust for a role of your own purpose.",
        )
    given = _document(fields, "trust")
    policies = fields.values("managed_policies")
    usual = tuple(f"arn:{scope.partition}:iam::aws:policy/{name}" for name in template.policies) if template else ()
    inline = {name: _inline(fields, name, text) for name, text in (fields.options.get("inline_policies") or {}).items()}
    return IamRole(
        purpose=purpose,
        name=role_name(cluster, scope, purpose),
        trust=given or (_usual_trust(template, purpose, cluster, scope) if template else {}),
        managed_policies=usual if policies is None else policies,
        inline_policies=inline,
    )


def _usual_trust(template: Template, purpose: str, cluster: str, scope: Scope) -> Document:
    """Give the template's trust; Fargate assumes its role for this cluster's profiles alone, as the EKS guide advises."""
    if purpose != "fargate":
        return template.trust
    source = scope.arn("eks", f"fargateprofile/{cluster}/*")
    return trust("eks-fargate-pods.amazonaws.com", condition={"ArnLike": {"aws:SourceArn": source}})


def _document(fields: Fields, name: str) -> Document | None:
    found = fields.options.get(name)
    return None if found is None else _parsed(fields, name, found)


def _inline(fields: Fields, name: str, text: Any) -> Document:
    return _parsed(fields, f"inline_policies.{name}", text)


def _parsed(fields: Fields, name: str, text: Any) -> Document:
    try:
        return parsed(text)
    except ValueError as error:
        fields.problems.add(
            "bad_policy",
            fields.at(name),
            found=f"text that is no JSON ({error})",
            wanted="a policy document",
            do="Give a dictionary or valid JSON.",
        )
        return {}


def _check_purposes(desired: IamRoles, problems: Problems) -> None:
    purposes = [role.purpose for role in desired.roles]
    for purpose in sorted({purpose for purpose in purposes if purposes.count(purpose) > 1}):
        problems.add("doubled_name", "roles", found=f"{purpose} twice", wanted="each purpose once", do="Drop one.")
    boundary = desired.permissions_boundary
    if boundary and not re.fullmatch(r"arn:[a-z-]+:iam::(aws|\d{12}):policy/.+", boundary):
        problems.add(
            "bad_arn", "permissions_boundary", found=boundary, wanted="the ARN of a policy", do="Give arn:aws:iam::ACCOUNT:policy/NAME."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRole:
    """One role as it was seen."""

    name: str
    arn: str
    path: str = "/"
    trust: Document = field(default_factory=dict)
    permissions_boundary: str | None = None
    attached: frozenset[str] = frozenset()
    inline: Mapping[str, Document | None] = field(default_factory=dict)
    """Inline policies by name; None where the document was not looked at."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IamRolesActual:
    """The roles under the names in question."""

    roles: Mapping[str, LiveRole] = field(default_factory=dict)


def role_arn(role: IamRole, actual: IamRolesActual) -> Value:
    """Give the ARN, or the reference to the step that makes the role."""
    live = actual.roles.get(role.name)
    return live.arn if live else Ref(f"role/{role.purpose}", "Role.Arn")


def iam_roles_result(desired: IamRoles, actual: IamRolesActual, _scope: Scope) -> dict[str, Any]:
    """Give the roles as the module returns them: its option keys and `status`."""
    arns = {role.purpose: role_arn(role, actual) for role in desired.roles} if desired.state == "present" else {}
    seen = next((users_tags(live.tags) for live in actual.roles.values()), {})
    result: dict[str, Any] = {
        "cluster": desired.cluster,
        "state": desired.state,
        "roles": [_declared(role) for role in desired.declared],
        "path": desired.path,
        "permissions_boundary": desired.permissions_boundary,
        "purge_policies": desired.purge_policies,
        "tags": dict(desired.tags) if desired.tags is not None else seen,
        "purge_tags": desired.purge_tags,
        "status": {
            "arns": {purpose: arn.marker() if isinstance(arn, Ref) else arn for purpose, arn in arns.items()},
            "names": {role.purpose: role.name for role in desired.roles},
        },
    }
    return _declared(result)


def _declared(options: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is not declared: Ansible gives it as null, and given back it is the same."""
    return {name: value for name, value in options.items() if value is not None}
