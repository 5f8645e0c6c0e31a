# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM and STS: roles, what hangs on them, and who is asking."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest

from simulator.inprocess import ACCOUNT, Client
from simulator.seam import World
from simulator.services.iam import Iam

POLICY = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
INLINE = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}]}'


def trust(service: str = "eks.amazonaws.com", **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def role(ask: Client) -> str:
    ask("iam.CreateRole", RoleName="blue", AssumeRolePolicyDocument=trust(), Tags=[{"Key": "a", "Value": "b"}])
    return "blue"


def test_a_role_is_created_with_path_boundary_and_tags(ask: Client) -> None:
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    ask(
        "iam.CreateRole",
        RoleName="blue",
        Path="/eks/",
        AssumeRolePolicyDocument=trust(),
        PermissionsBoundary=boundary,
        Tags=[{"Key": "a", "Value": "b"}],
    )

    shown = ask("iam.GetRole", RoleName="blue")["Role"]

    assert shown["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/eks/blue"
    assert shown["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert shown["Tags"] == [{"Key": "a", "Value": "b"}]
    assert json.loads(unquote(shown["AssumeRolePolicyDocument"])) == json.loads(trust())


def test_a_name_is_taken_once_in_an_account(ask: Client, role: str) -> None:
    refusal = ask.refused("iam.CreateRole", RoleName=role, AssumeRolePolicyDocument=trust())

    assert (refusal.code, refusal.status) == ("EntityAlreadyExists", 409)
    ask.elsewhere(account="444455556666")("iam.CreateRole", RoleName=role, AssumeRolePolicyDocument=trust())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"RoleName": "r" * 65}, "ValidationError"),
        ({"RoleName": "a b"}, "ValidationError"),
        ({"Path": "eks"}, "ValidationError"),
        ({"AssumeRolePolicyDocument": "{"}, "MalformedPolicyDocument"),
        ({"AssumeRolePolicyDocument": '{"Version":"2012-10-17"}'}, "MalformedPolicyDocument"),
        ({"AssumeRolePolicyDocument": trust(Resource="*")}, "MalformedPolicyDocument"),
        ({"AssumeRolePolicyDocument": trust(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"})}, "MalformedPolicyDocument"),
        ({"PermissionsBoundary": "arn:aws:iam::aws:policy/Nothing"}, "NoSuchEntity"),
        ({"Tags": [{"Key": "aws:x", "Value": "y"}]}, "InvalidInput"),
        ({"Tags": [{"Key": "x", "Value": "y"}, {"Key": "X", "Value": "y"}]}, "InvalidInput"),
        ({"Tags": [{"Key": f"k{number}", "Value": "y"} for number in range(51)]}, "LimitExceeded"),
    ],
)
def test_a_role_that_aws_would_refuse(ask: Client, changes: dict[str, Any], code: str) -> None:
    assert ask.code("iam.CreateRole", **{"RoleName": "blue", "AssumeRolePolicyDocument": trust(), **changes}) == code
    assert ask.code("iam.GetRole", RoleName="blue") == "NoSuchEntity"


def test_a_role_goes_only_when_nothing_hangs_on_it(ask: Client, role: str) -> None:
    ask("iam.AttachRolePolicy", RoleName=role, PolicyArn=POLICY)
    ask("iam.PutRolePolicy", RoleName=role, PolicyName="inline", PolicyDocument=INLINE)
    ask("iam.CreateInstanceProfile", InstanceProfileName="profile")
    ask("iam.AddRoleToInstanceProfile", InstanceProfileName="profile", RoleName=role)

    told = []
    for operation, parameters in (
        ("DetachRolePolicy", {"RoleName": role, "PolicyArn": POLICY}),
        ("DeleteRolePolicy", {"RoleName": role, "PolicyName": "inline"}),
        ("RemoveRoleFromInstanceProfile", {"RoleName": role, "InstanceProfileName": "profile"}),
    ):
        refusal = ask.refused("iam.DeleteRole", RoleName=role)
        told.append((refusal.code, refusal.message))
        ask(f"iam.{operation}", **parameters)

    assert told == [
        ("DeleteConflict", "Cannot delete entity, must detach all policies first."),
        ("DeleteConflict", "Cannot delete entity, must delete policies first."),
        ("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first."),
    ]
    ask("iam.DeleteRole", RoleName=role)
    refusal = ask.refused("iam.DeleteRole", RoleName=role)
    assert (refusal.code, refusal.message) == ("NoSuchEntity", "The role with name blue cannot be found.")


def test_policies_are_attached_listed_and_detached(ask: Client, role: str) -> None:
    ask("iam.AttachRolePolicy", RoleName=role, PolicyArn=POLICY)
    ask("iam.AttachRolePolicy", RoleName=role, PolicyArn=POLICY)
    assert [each["PolicyArn"] for each in ask("iam.ListAttachedRolePolicies", RoleName=role)["AttachedPolicies"]] == [POLICY]

    assert ask.code("iam.AttachRolePolicy", RoleName=role, PolicyArn=f"{POLICY}X") == "NoSuchEntity"
    ask("iam.DetachRolePolicy", RoleName=role, PolicyArn=POLICY)
    assert ask.code("iam.DetachRolePolicy", RoleName=role, PolicyArn=POLICY) == "NoSuchEntity"


def test_inline_policies_are_written_read_and_deleted(ask: Client, role: str) -> None:
    ask("iam.PutRolePolicy", RoleName=role, PolicyName="inline", PolicyDocument=INLINE)
    assert ask("iam.ListRolePolicies", RoleName=role)["PolicyNames"] == ["inline"]
    assert json.loads(unquote(ask("iam.GetRolePolicy", RoleName=role, PolicyName="inline")["PolicyDocument"])) == json.loads(INLINE)

    assert ask.code("iam.GetRolePolicy", RoleName=role, PolicyName="other") == "NoSuchEntity"
    assert ask.code("iam.PutRolePolicy", RoleName=role, PolicyName="bad", PolicyDocument="{") == "MalformedPolicyDocument"
    ask("iam.DeleteRolePolicy", RoleName=role, PolicyName="inline")
    assert ask.code("iam.DeleteRolePolicy", RoleName=role, PolicyName="inline") == "NoSuchEntity"


def test_the_trust_policy_is_replaced_by_a_valid_one_only(ask: Client, role: str) -> None:
    assert ask.code("iam.UpdateAssumeRolePolicy", RoleName=role, PolicyDocument="no") == "MalformedPolicyDocument"
    ask("iam.UpdateAssumeRolePolicy", RoleName=role, PolicyDocument=trust("ec2.amazonaws.com"))

    document = unquote(ask("iam.GetRole", RoleName=role)["Role"]["AssumeRolePolicyDocument"])
    assert json.loads(document) == json.loads(trust("ec2.amazonaws.com"))


def test_tags_of_a_role(ask: Client, role: str) -> None:
    ask("iam.TagRole", RoleName=role, Tags=[{"Key": "c", "Value": "d"}])
    ask("iam.UntagRole", RoleName=role, TagKeys=["a"])

    assert ask("iam.ListRoleTags", RoleName=role)["Tags"] == [{"Key": "c", "Value": "d"}]
    assert ask.code("iam.TagRole", RoleName=role, Tags=[{"Key": "aws:c", "Value": "d"}]) == "InvalidInput"


def test_roles_are_listed_by_name_in_pages_with_encoded_trust_policies(ask: Client) -> None:
    for number in range(5):
        ask("iam.CreateRole", RoleName=f"role-{number}", Path="/eks/", AssumeRolePolicyDocument=trust())

    first = ask("iam.ListRoles", PathPrefix="/eks/", MaxItems=3)
    second = ask("iam.ListRoles", PathPrefix="/eks/", MaxItems=3, Marker=first["Marker"])

    assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)
    assert [each["RoleName"] for each in first["Roles"] + second["Roles"]] == [f"role-{number}" for number in range(5)]
    assert first["Roles"][0]["AssumeRolePolicyDocument"].startswith("%7B")


def test_a_service_linked_role_has_its_name_is_made_once_and_cannot_be_changed(ask: Client) -> None:
    made = ask("iam.CreateServiceLinkedRole", AWSServiceName="eks-nodegroup.amazonaws.com")["Role"]

    assert made["RoleName"] == "AWSServiceRoleForAmazonEKSNodegroup"
    assert ask.code("iam.CreateServiceLinkedRole", AWSServiceName="eks-nodegroup.amazonaws.com") == "InvalidInput"
    for operation, more in (("DeleteRole", {}), ("AttachRolePolicy", {"PolicyArn": POLICY})):
        assert ask.code(f"iam.{operation}", RoleName=made["RoleName"], **more) == "UnmodifiableEntity"


def test_an_update_of_a_role_changes_what_it_names(ask: Client, role: str) -> None:
    ask("iam.UpdateRole", RoleName=role, Description="nodes", MaxSessionDuration=7200)
    ask("iam.UpdateRole", RoleName=role, MaxSessionDuration=3600)
    shown = ask("iam.GetRole", RoleName=role)["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("nodes", 3600)
    assert ask("iam.UpdateRoleDescription", RoleName=role, Description="pods")["Role"]["Description"] == "pods"

    assert ask.code("iam.UpdateRole", RoleName=role, MaxSessionDuration=10) == "ValidationError"
    assert ask.code("iam.UpdateRole", RoleName="nobody", Description="x") == "NoSuchEntity"


def test_a_boundary_is_set_and_taken_away(ask: Client, role: str) -> None:
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    ask("iam.PutRolePermissionsBoundary", RoleName=role, PermissionsBoundary=boundary)
    assert ask("iam.GetRole", RoleName=role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert ask.code("iam.PutRolePermissionsBoundary", RoleName=role, PermissionsBoundary=f"{boundary}X") == "NoSuchEntity"

    ask("iam.DeleteRolePermissionsBoundary", RoleName=role)
    assert "PermissionsBoundary" not in ask("iam.GetRole", RoleName=role)["Role"]


def test_an_instance_profile_has_one_role_and_goes_without_it(ask: Client, role: str) -> None:
    profile = {"InstanceProfileName": "nodes"}
    ask("iam.CreateInstanceProfile", **profile, Path="/eks/", Tags=[{"Key": "a", "Value": "b"}])
    assert ask.code("iam.CreateInstanceProfile", **profile) == "EntityAlreadyExists"
    ask("iam.AddRoleToInstanceProfile", **profile, RoleName=role)
    assert ask.code("iam.AddRoleToInstanceProfile", **profile, RoleName=role) == "LimitExceeded"

    for listing, named in (("iam.ListInstanceProfilesForRole", {"RoleName": role}), ("iam.ListInstanceProfiles", {"PathPrefix": "/eks/"})):
        assert [each["InstanceProfileName"] for each in ask(listing, **named)["InstanceProfiles"]] == ["nodes"]
    assert ask.code("iam.ListInstanceProfilesForRole", RoleName="nobody") == "NoSuchEntity"
    assert ask.code("iam.DeleteInstanceProfile", **profile) == "DeleteConflict"
    ask("iam.RemoveRoleFromInstanceProfile", **profile, RoleName=role)
    ask("iam.DeleteInstanceProfile", **profile)
    assert ask.code("iam.GetInstanceProfile", **profile) == "NoSuchEntity"


def test_a_policy_of_ones_own_has_a_name_once_and_goes_when_nothing_uses_it(ask: Client, role: str) -> None:
    arn = ask("iam.CreatePolicy", PolicyName="own", PolicyDocument=INLINE)["Policy"]["Arn"]
    assert ask.code("iam.CreatePolicy", PolicyName="own", PolicyDocument=INLINE) == "EntityAlreadyExists"
    document = ask("iam.GetPolicyVersion", PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    assert (document[:3], json.loads(unquote(document))) == ("%7B", json.loads(INLINE))
    assert ask.code("iam.GetPolicyVersion", PolicyArn=arn, VersionId="v9") == "NoSuchEntity"
    assert [each["PolicyName"] for each in ask("iam.ListPolicies", Scope="Local")["Policies"]] == ["own"]

    ask("iam.AttachRolePolicy", RoleName=role, PolicyArn=arn)
    assert [each["PolicyName"] for each in ask("iam.ListPolicies", OnlyAttached=True)["Policies"]] == ["own"]
    refusal = ask.refused("iam.DeletePolicy", PolicyArn=arn)
    assert (refusal.code, refusal.message) == ("DeleteConflict", "Cannot delete a policy attached to entities.")
    ask("iam.DetachRolePolicy", RoleName=role, PolicyArn=arn)
    ask("iam.DeletePolicy", PolicyArn=arn)
    assert ask.code("iam.GetPolicy", PolicyArn=arn) == "NoSuchEntity"


def test_a_user_goes_without_keys(ask: Client) -> None:
    ask("iam.CreateUser", UserName="ada")
    assert ask.code("iam.CreateUser", UserName="ada") == "EntityAlreadyExists"
    assert ask("iam.GetUser", UserName="ada")["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/ada"
    key = ask("iam.CreateAccessKey", UserName="ada")["AccessKey"]["AccessKeyId"]

    refusal = ask.refused("iam.DeleteUser", UserName="ada")
    assert (refusal.code, refusal.message) == ("DeleteConflict", "Cannot delete entity, must delete access keys first.")
    ask("iam.DeleteAccessKey", UserName="ada", AccessKeyId=key)
    ask("iam.DeleteUser", UserName="ada")
    assert ask.code("iam.GetUser", UserName="ada") == "NoSuchEntity"


def test_an_account_has_no_alias_of_its_own(ask: Client) -> None:
    assert ask("iam.ListAccountAliases")["AccountAliases"] == []


def test_an_oidc_provider_is_registered_once(ask: Client) -> None:
    url = "https://oidc.example.com/id/ABC"
    arn = ask("iam.CreateOpenIDConnectProvider", Url=url, ClientIDList=["sts.amazonaws.com"])["OpenIDConnectProviderArn"]

    assert ask.code("iam.CreateOpenIDConnectProvider", Url=url, ClientIDList=["sts.amazonaws.com"]) == "EntityAlreadyExists"
    assert ask("iam.GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)["ClientIDList"] == ["sts.amazonaws.com"]
    assert ask("iam.ListOpenIDConnectProviders")["OpenIDConnectProviderList"] == [{"Arn": arn}]
    ask("iam.DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=arn)
    assert ask.code("iam.GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn) == "NoSuchEntity"


def test_the_age_of_a_role_is_told_in_simulated_seconds(ask: Client, world: World, role: str) -> None:
    iam = world.services["iam"]
    assert isinstance(iam, Iam)
    world.clock.advance(30)

    age = iam.role_age(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/{role}")

    assert age is not None
    assert 30 <= age < 35
    assert iam.role_age(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/nobody") is None


def test_an_issued_key_is_known_with_its_account_and_secret(ask: Client, world: World) -> None:
    iam = world.services["iam"]
    assert isinstance(iam, Iam)
    ask("iam.CreateUser", UserName="operator")
    key = ask("iam.CreateAccessKey", UserName="operator")["AccessKey"]

    assert (iam.account_of(key["AccessKeyId"]), iam.secret_of(key["AccessKeyId"])) == (ACCOUNT, key["SecretAccessKey"])
    assert (iam.account_of("AKIAUNKNOWN"), iam.secret_of("AKIAUNKNOWN")) == (None, None)


def test_the_caller_is_who_signed(ask: Client) -> None:
    identity = ask("sts.GetCallerIdentity")

    assert (identity["Account"], identity["Arn"]) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/operator")


def test_a_role_that_exists_can_be_assumed(ask: Client, role: str) -> None:
    answer = ask("sts.AssumeRole", RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="deploy")

    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/deploy"
    refusal = ask.refused("sts.AssumeRole", RoleArn=f"arn:aws:iam::{ACCOUNT}:role/nobody", RoleSessionName="deploy")
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
