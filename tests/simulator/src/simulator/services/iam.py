# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM: roles and what hangs on them, with AWS's refusals, and what other parts ask of identities."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from .. import moto_backend
from ..allowlist import allow
from ..moto_service import MotoService, is_internal, page, plain
from ..seam import Call, Refusal, World

ALLOWED = {
    "CreateRole": allow("Path RoleName AssumeRolePolicyDocument Description MaxSessionDuration PermissionsBoundary Tags"),
    "GetRole": allow("RoleName"),
    "ListRoles": allow("PathPrefix Marker MaxItems"),
    "UpdateRole": allow("RoleName Description MaxSessionDuration"),
    "UpdateRoleDescription": allow("RoleName Description"),
    "UpdateAssumeRolePolicy": allow("RoleName PolicyDocument"),
    "DeleteRole": allow("RoleName"),
    "AttachRolePolicy": allow("RoleName PolicyArn"),
    "DetachRolePolicy": allow("RoleName PolicyArn"),
    "ListAttachedRolePolicies": allow("RoleName PathPrefix Marker MaxItems"),
    "PutRolePolicy": allow("RoleName PolicyName PolicyDocument"),
    "GetRolePolicy": allow("RoleName PolicyName"),
    "ListRolePolicies": allow("RoleName Marker MaxItems"),
    "DeleteRolePolicy": allow("RoleName PolicyName"),
    "TagRole": allow("RoleName Tags"),
    "UntagRole": allow("RoleName TagKeys"),
    "ListRoleTags": allow("RoleName Marker MaxItems"),
    "PutRolePermissionsBoundary": allow("RoleName PermissionsBoundary"),
    "DeleteRolePermissionsBoundary": allow("RoleName"),
    "CreateServiceLinkedRole": allow("AWSServiceName Description"),
    "ListAccountAliases": allow("Marker MaxItems"),
    "CreateInstanceProfile": allow("InstanceProfileName Path Tags"),
    "GetInstanceProfile": allow("InstanceProfileName"),
    "ListInstanceProfiles": allow("PathPrefix Marker MaxItems"),
    "ListInstanceProfilesForRole": allow("RoleName Marker MaxItems"),
    "AddRoleToInstanceProfile": allow("InstanceProfileName RoleName"),
    "RemoveRoleFromInstanceProfile": allow("InstanceProfileName RoleName"),
    "DeleteInstanceProfile": allow("InstanceProfileName"),
    "CreateOpenIDConnectProvider": allow("Url ClientIDList ThumbprintList Tags"),
    "GetOpenIDConnectProvider": allow("OpenIDConnectProviderArn"),
    "ListOpenIDConnectProviders": allow(),
    "DeleteOpenIDConnectProvider": allow("OpenIDConnectProviderArn"),
    "CreatePolicy": allow("PolicyName Path PolicyDocument Description Tags"),
    "GetPolicy": allow("PolicyArn"),
    "GetPolicyVersion": allow("PolicyArn VersionId"),
    "ListPolicies": allow("Scope OnlyAttached PathPrefix Marker MaxItems"),
    "DeletePolicy": allow("PolicyArn"),
    "CreateUser": allow("UserName Path Tags"),
    "GetUser": allow("UserName"),
    "DeleteUser": allow("UserName"),
    "CreateAccessKey": allow("UserName"),
    "DeleteAccessKey": allow("UserName AccessKeyId"),
}
PAGED = {
    "ListRoles": "Roles",
    "ListAttachedRolePolicies": "AttachedPolicies",
    "ListRolePolicies": "PolicyNames",
    "ListRoleTags": "Tags",
    "ListAccountAliases": "AccountAliases",
    "ListInstanceProfiles": "InstanceProfiles",
    "ListInstanceProfilesForRole": "InstanceProfiles",
    "ListPolicies": "Policies",
}
"""Operation → member of the answer that holds the items."""
DEFAULT_PAGE = 100
EVERYTHING = 1000
NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
PATH = re.compile(r"/([\x21-\x7e]+/)?")
LONGEST = {"RoleName": 64, "InstanceProfileName": 128, "PolicyName": 128, "UserName": 64}
LARGEST_NUMBER_OF_TAGS = 50
SERVICE_LINKED = {
    "eks.amazonaws.com": ("AWSServiceRoleForAmazonEKS", "AmazonEKSServiceRolePolicy"),
    "eks-nodegroup.amazonaws.com": ("AWSServiceRoleForAmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup"),
    "eks-fargate.amazonaws.com": ("AWSServiceRoleForAmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy"),
    "spot.amazonaws.com": ("AWSServiceRoleForEC2Spot", "AWSEC2SpotServiceRolePolicy"),
    "autoscaling.amazonaws.com": ("AWSServiceRoleForAutoScaling", "AutoScalingServiceRolePolicy"),
    "elasticloadbalancing.amazonaws.com": ("AWSServiceRoleForElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"),
}
"""Service → the name of its role, its policy."""
PROTECTED = frozenset(
    {
        "DeleteRole",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "PutRolePolicy",
        "DeleteRolePolicy",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
        "PutRolePermissionsBoundary",
        "DeleteRolePermissionsBoundary",
    }
)
"""What clients cannot do to a service-linked role."""
LINKED_PATH = "/aws-service-role/"


class Iam(MotoService):
    """Identity and access."""

    name = "iam"
    allowed = ALLOWED

    def handle(self, call: Call) -> dict[str, Any]:
        """Check names, protect service-linked roles, page, and word errors as IAM does."""
        self.check(call)
        _check_names(call.parameters)
        self._protect(call)
        if call.operation == "ListInstanceProfilesForRole":
            self.role(call, call.parameters["RoleName"])
        handler: Callable[[Iam, Call], dict[str, Any]] = HANDLERS.get(call.operation, Iam.moto)
        try:
            answer = _paged(self, call) if call.operation in PAGED else handler(self, call)
        except Refusal as refusal:
            raise _worded(refusal) from None
        encoded: dict[str, Any] = _encoded(answer)
        return encoded

    def _protect(self, call: Call) -> None:
        role = self.backend(call).roles.get(self._role_id(call))
        if role and call.operation in PROTECTED and role.path.startswith(LINKED_PATH) and not is_internal(call):
            told = f"Cannot perform the operation on the protected role '{role.name}' - this role is only modifiable by AWS"
            raise Refusal("UnmodifiableEntity", told)

    def _role_id(self, call: Call) -> str:
        name = call.parameters.get("RoleName")
        return next((id for id, role in self.backend(call).roles.items() if role.name == name), "")

    def role(self, call: Call, name: str) -> Any:
        """Give moto's role, or refuse."""
        for role in self.backend(call).roles.values():
            if role.name == name:
                return role
        raise Refusal("NoSuchEntity", f"The role with name {name} cannot be found.", 404)

    def role_age(self, account: str, arn: str) -> float | None:
        """Give the simulated seconds since a role was created, None when there is no such role."""
        for role in moto_backend.backend("iam", account, "").roles.values():
            if role.arn == arn:
                return self.world.clock.seconds() - float(role.create_date.replace(tzinfo=dt.UTC).timestamp())
        return None

    def secret_of(self, access_key: str) -> str | None:
        """Give the secret of a key that was issued here."""
        found = _key(access_key)
        return found and str(found[1].secret_access_key)

    def account_of(self, access_key: str) -> str | None:
        """Give the account of a key that was issued here."""
        found = _key(access_key)
        return found and found[0]

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give roles with their policies, instance profiles, OIDC providers and own policies; IAM is the same in every region."""
        backend = moto_backend.backend("iam", account, region)
        roles = {f"role/{role.name}": _role_data(role) for role in backend.roles.values()}
        profiles = {
            f"instance-profile/{each.name}": {"Path": each.path, "Roles": [role.name for role in each.roles], "Tags": each.tags}
            for each in backend.instance_profiles.values()
        }
        providers = {f"oidc-provider/{arn}": {"Url": each.url, "Tags": each.tags} for arn, each in backend.open_id_providers.items()}
        policies = {
            f"policy/{each.name}": {"Path": each.path} for each in backend.managed_policies.values() if ":aws:policy/" not in each.arn
        }
        everything: dict[str, Any] = plain({**roles, **profiles, **providers, **policies})
        return everything


def _role_data(role: Any) -> dict[str, Any]:
    return {
        "Arn": role.arn,
        "Path": role.path,
        "Description": role.description,
        "AssumeRolePolicyDocument": role.assume_role_policy_document,
        "AttachedPolicies": sorted(role.managed_policies),
        "Policies": dict(role.policies),
        "PermissionsBoundary": role.permissions_boundary_arn,
        "CreateDate": role.create_date.replace(tzinfo=dt.UTC),
        "Tags": role.tags,
    }


def _key(access_key: str) -> tuple[str, Any] | None:
    for account in moto_backend.accounts("iam"):
        keys = moto_backend.backend("iam", account, "").access_keys
        if access_key in keys:
            return account, keys[access_key]
    return None


def _check_names(parameters: dict[str, Any]) -> None:
    for name in LONGEST.keys() & parameters.keys():
        value, member = parameters[name], name[0].lower() + name[1:]
        if len(value) > LONGEST[name]:
            raise _violation(value, member, f"Member must have length less than or equal to {LONGEST[name]}")
        if not NAME.fullmatch(value):
            told = (
                f"The specified value for {member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
            )
            raise Refusal("ValidationError", told)
    if "Path" in parameters and not PATH.fullmatch(parameters["Path"]):
        told = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
        raise Refusal("ValidationError", f"The specified value for path is invalid. {told}")


def _violation(value: str, member: str, constraint: str) -> Refusal:
    return Refusal(
        "ValidationError", f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    )


def _worded(refusal: Refusal) -> Refusal:
    if missing := re.fullmatch(r"Role (\S+) not found", refusal.message):
        return Refusal("NoSuchEntity", f"The role with name {missing[1]} cannot be found.", 404)
    return refusal


def _encoded(value: Any) -> Any:
    """Encode trust policies as IAM does everywhere; moto forgets it in lists."""
    if isinstance(value, list):
        return [_encoded(each) for each in value]
    if not isinstance(value, dict):
        return value
    shown = {name: _encoded(each) for name, each in value.items()}
    if str(shown.get("AssumeRolePolicyDocument", "")).startswith("{"):
        shown["AssumeRolePolicyDocument"] = quote(shown["AssumeRolePolicyDocument"], safe="")
    return shown


def _paged(iam: Iam, call: Call) -> dict[str, Any]:
    member, limit = PAGED[call.operation], int(call.parameters.get("MaxItems", DEFAULT_PAGE))
    rest = {name: value for name, value in call.parameters.items() if name not in ("Marker", "MaxItems")}
    found = _everything(iam, call, rest, member)
    items, marker = page(found, limit, call.parameters.get("Marker"), "ValidationError")
    return {member: list(items), "IsTruncated": bool(marker)} | ({"Marker": marker} if marker else {})


def _everything(iam: Iam, call: Call, parameters: dict[str, Any], member: str) -> list[Any]:
    found: list[Any] = []
    more: dict[str, Any] = {}
    while True:
        answer = iam.ask(call, call.operation, {**parameters, "MaxItems": EVERYTHING, **more})
        found += answer.get(member, [])
        if not answer.get("IsTruncated"):
            return sorted(found, key=lambda item: item["RoleName"]) if member == "Roles" else found
        more = {"Marker": answer["Marker"]}


def create_role(iam: Iam, call: Call) -> dict[str, Any]:
    """Create a role with a name that is free and a trust policy that says who may take it."""
    _check_trust(iam, call, call.parameters["AssumeRolePolicyDocument"])
    _check_boundary(iam, call)
    _check_tags(call, set())
    return iam.moto(call)


def _check_boundary(iam: Iam, call: Call) -> None:
    arn = call.parameters.get("PermissionsBoundary")
    if arn and arn not in iam.backend(call).managed_policies:
        raise Refusal("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)


def _check_trust(iam: Iam, call: Call, document: str) -> None:
    for statement in _statements(document):
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise Refusal("MalformedPolicyDocument", "Missing required field Principal")
        if "Resource" in statement:
            raise Refusal("MalformedPolicyDocument", "Has prohibited field Resource")
        if "Action" not in statement:
            raise Refusal("MalformedPolicyDocument", "Missing required field Action")
        principal = statement.get("Principal")
        for arn in _listed(principal.get("AWS") if isinstance(principal, dict) else None):
            _check_principal(iam, call, arn)


def _check_principal(iam: Iam, call: Call, arn: str) -> None:
    prefix = f"arn:aws:iam::{call.account}:role/"
    if arn.startswith(prefix) and not any(role.arn == arn for role in iam.backend(call).roles.values()):
        raise Refusal("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{arn}"')


def _statements(document: str) -> list[dict[str, Any]]:
    try:
        policy = json.loads(document)
    except ValueError:
        raise Refusal("MalformedPolicyDocument", "This policy contains invalid Json") from None
    statements = _listed(policy.get("Statement")) if isinstance(policy, dict) else []
    if not statements or not all(isinstance(each, dict) and each.get("Effect") in ("Allow", "Deny") for each in statements):
        raise Refusal("MalformedPolicyDocument", "Syntax errors in policy.")
    return statements


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def update_trust(iam: Iam, call: Call) -> dict[str, Any]:
    """Replace a trust policy by a valid one."""
    iam.role(call, call.parameters["RoleName"])
    _check_trust(iam, call, call.parameters["PolicyDocument"])
    return iam.moto(call)


def delete_role(iam: Iam, call: Call) -> dict[str, Any]:
    """Delete a role on which nothing hangs."""
    role = iam.role(call, call.parameters["RoleName"])
    if role.managed_policies:
        raise Refusal("DeleteConflict", "Cannot delete entity, must detach all policies first.", 409)
    if role.policies:
        raise Refusal("DeleteConflict", "Cannot delete entity, must delete policies first.", 409)
    return iam.moto(call)


def get_role_policy(iam: Iam, call: Call) -> dict[str, Any]:
    """Show an inline policy."""
    name = call.parameters["PolicyName"]
    if name not in iam.role(call, call.parameters["RoleName"]).policies:
        raise Refusal("NoSuchEntity", f"The role policy with name {name} cannot be found.", 404)
    return iam.moto(call)


def put_boundary(iam: Iam, call: Call) -> dict[str, Any]:
    """Set a permissions boundary that exists."""
    _check_boundary(iam, call)
    return iam.moto(call)


def tag_role(iam: Iam, call: Call) -> dict[str, Any]:
    """Tag a role."""
    present = {tag["Key"] for tag in iam.role(call, call.parameters["RoleName"]).tags}
    _check_tags(call, present)
    return iam.moto(call)


def _check_tags(call: Call, present: set[str]) -> None:
    keys = [tag["Key"] for tag in call.parameters.get("Tags", ())]
    if any(key.lower().startswith("aws:") for key in keys) and not is_internal(call):
        raise Refusal("InvalidInput", "aws: prefixed tag key names are not allowed for external use.")
    if len({key.lower() for key in keys}) != len(keys):
        raise Refusal("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if len(present | set(keys)) > LARGEST_NUMBER_OF_TAGS:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for TagsPerRole: {LARGEST_NUMBER_OF_TAGS}", 409)


def create_service_linked_role(iam: Iam, call: Call) -> dict[str, Any]:
    """Create the role of a service with the name that AWS gives it."""
    service = call.parameters["AWSServiceName"]
    if service not in SERVICE_LINKED:
        raise Refusal("InvalidInput", f"Service name {service} is not known to support service-linked roles.")
    name, policy = SERVICE_LINKED[service]
    if any(role.name == name for role in iam.backend(call).roles.values()):
        told = f"Service role name {name} has been taken in this account, please try a different suffix."
        raise Refusal("InvalidInput", told)
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    parameters = {
        "RoleName": name,
        "Path": f"{LINKED_PATH}{service}/",
        "AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    }
    if "Description" in call.parameters:
        parameters["Description"] = call.parameters["Description"]
    answer = iam.ask(call, "CreateRole", parameters)
    arn = f"arn:aws:iam::aws:policy/aws-service-role/{policy}"
    if arn in iam.backend(call).managed_policies:
        iam.ask(call, "AttachRolePolicy", {"RoleName": name, "PolicyArn": arn})
    return answer


def update_role(iam: Iam, call: Call) -> dict[str, Any]:
    """Change what is given; moto takes away what is not."""
    role = iam.role(call, call.parameters["RoleName"])
    kept = {"Description": role.description, "MaxSessionDuration": int(role.max_session_duration or 3600)}
    return iam.moto(call, **{name: call.parameters.get(name, value) for name, value in kept.items()})


def get_policy_version(iam: Iam, call: Call) -> dict[str, Any]:
    """Show a version of a policy, its document encoded as IAM does."""
    version = iam.moto(call)["PolicyVersion"]
    return {"PolicyVersion": version | {"Document": quote(version["Document"], safe="")}}


def delete_policy(iam: Iam, call: Call) -> dict[str, Any]:
    """Delete a policy that is attached to nothing."""
    policy = iam.backend(call).managed_policies.get(call.parameters["PolicyArn"])
    if policy and policy.attachment_count:
        raise Refusal("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    return iam.moto(call)


def delete_user(iam: Iam, call: Call) -> dict[str, Any]:
    """Delete a user without keys."""
    user = iam.backend(call).users.get(call.parameters["UserName"])
    if user and user.access_keys:
        raise Refusal("DeleteConflict", "Cannot delete entity, must delete access keys first.", 409)
    return iam.moto(call)


def remove_from_profile(iam: Iam, call: Call) -> dict[str, Any]:
    """Take a role out of a profile that has it."""
    profile = iam.ask(call, "GetInstanceProfile", {"InstanceProfileName": call.parameters["InstanceProfileName"]})["InstanceProfile"]
    if call.parameters["RoleName"] not in [role["RoleName"] for role in profile["Roles"]]:
        raise Refusal("NoSuchEntity", f"The role with name {call.parameters['RoleName']} cannot be found.", 404)
    return iam.moto(call)


def create_provider(iam: Iam, call: Call) -> dict[str, Any]:
    """Register an OIDC provider once."""
    arn = f"arn:aws:iam::{call.account}:oidc-provider/{call.parameters['Url'].partition('://')[2].rstrip('/')}"
    if arn in iam.backend(call).open_id_providers:
        raise Refusal("EntityAlreadyExists", f"Provider with url {call.parameters['Url']} already exists.", 409)
    return iam.moto(call)


HANDLERS: dict[str, Callable[[Iam, Call], dict[str, Any]]] = {
    "CreateRole": create_role,
    "UpdateAssumeRolePolicy": update_trust,
    "UpdateRole": update_role,
    "DeleteRole": delete_role,
    "GetPolicyVersion": get_policy_version,
    "DeletePolicy": delete_policy,
    "DeleteUser": delete_user,
    "GetRolePolicy": get_role_policy,
    "PutRolePermissionsBoundary": put_boundary,
    "TagRole": tag_role,
    "CreateServiceLinkedRole": create_service_linked_role,
    "RemoveRoleFromInstanceProfile": remove_from_profile,
    "CreateOpenIDConnectProvider": create_provider,
}


def create(world: World) -> Iam:
    """Make the service."""
    return Iam(world)
