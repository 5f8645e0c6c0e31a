# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front door: every protocol, every way to say who asks and what is meant, and what it refuses."""

from __future__ import annotations

import http.client
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import boto3
import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from front_world import ACCOUNT, REGION, Door

ARN = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/blue"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_query_service_answers(door: Door) -> None:
    assert door.client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_an_ec2_service_answers_with_lists_and_tags(door: Door) -> None:
    tags = [{"Key": "Name", "Value": "a <b> & c"}]
    made = door.client("ec2").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])["Vpc"]
    assert door.client("ec2").describe_vpcs(VpcIds=[made["VpcId"]])["Vpcs"] == [made]
    assert made["Tags"] == tags


def test_a_json_service_answers_and_refuses_with_its_code(door: Door) -> None:
    ssm = door.client("ssm")
    ssm.put_parameter(Name="/a", Value="ä", Type="String")
    assert ssm.get_parameter(Name="/a")["Parameter"]["Value"] == "ä"
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name="/a", Value="b", Type="String")


def test_a_rest_json_service_answers_and_refuses_with_members(door: Door) -> None:
    eks = door.client("eks")
    made = eks.create_cluster(name="blue", roleArn="r", resourcesVpcConfig={})["cluster"]
    assert isinstance(made["createdAt"], datetime)
    with pytest.raises(eks.exceptions.ResourceInUseException) as refused:
        eks.create_cluster(name="blue", roleArn="r", resourcesVpcConfig={})
    assert refused.value.response["clusterName"] == "blue"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_an_arn_with_slashes_and_repeated_keys_travels_in_the_uri(door: Door) -> None:
    eks = door.client("eks")
    eks.create_cluster(name="blue", roleArn="r", resourcesVpcConfig={})
    eks.tag_resource(resourceArn=ARN, tags={"a": "1", "b": "2", "c": "3"})
    eks.untag_resource(resourceArn=ARN, tagKeys=["a", "b"])
    assert eks.describe_cluster(name="blue")["cluster"]["tags"] == {"c": "3"}
    assert [entry["parameters"] for entry in door.journal()][-2] == {"resourceArn": ARN, "tagKeys": ["a", "b"]}


def test_the_date_is_the_simulated_one_and_each_answer_has_an_id(door: Door) -> None:
    door.front.world.clock.advance(86400)
    metadata = door.client("sts").get_caller_identity()["ResponseMetadata"]
    assert f"{datetime.now(UTC) + timedelta(days=1):%d %b %Y}" in metadata["HTTPHeaders"]["date"]
    assert metadata["RequestId"] == metadata["HTTPHeaders"]["x-amzn-requestid"] == door.journal()[-1]["request_id"]


def test_accounts_and_regions_are_separate_worlds(door: Door) -> None:
    door.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    assert door.client("ec2", account="999988887777").describe_vpcs()["Vpcs"] == []
    assert door.client("ec2", region="eu-west-1").describe_vpcs()["Vpcs"] == []
    assert door.client("sts", account="999988887777").get_caller_identity()["Arn"] == "arn:aws:iam::999988887777:root"


@pytest.mark.parametrize(("region", "code"), [("xx-nowhere-1", "SignatureDoesNotMatch"), ("cn-north-1", "NotImplementedBySimulator")])
def test_a_region_that_is_not_there_is_refused_and_leaves_no_trace(door: Door, region: str, code: str) -> None:
    with pytest.raises(ClientError) as refused:
        door.client("ec2", region=region).describe_vpcs()
    assert (refused.value.response["Error"]["Code"], region in refused.value.response["Error"]["Message"]) == (code, True)
    assert door.control("GET", "state")["resources"] == {}


def test_an_unknown_key_is_the_usual_account(door: Door) -> None:
    assert door.client("sts", account="AKIAWHATEVER").get_caller_identity()["Account"] == "123456789012"


def test_keys_of_an_assumed_role_belong_to_the_roles_account(door: Door) -> None:
    issued = door.client("sts").assume_role(RoleArn="arn:aws:iam::999988887777:role/deployer", RoleSessionName="run")["Credentials"]
    keys = {"aws_secret_access_key": issued["SecretAccessKey"], "aws_session_token": issued["SessionToken"]}
    found = door.client("sts", account=issued["AccessKeyId"], **keys).get_caller_identity()
    assert (found["Account"], found["Arn"]) == ("999988887777", "arn:aws:sts::999988887777:assumed-role/deployer/run")


@pytest.mark.parametrize("service", ["sts", "ec2", "eks", "ssm"])
def test_a_wrong_secret_of_an_issued_key_is_refused(door: Door, service: str) -> None:
    key = door.client("iam").create_access_key(UserName="u")["AccessKey"]
    call = {"sts": "get_caller_identity", "ec2": "describe_vpcs", "eks": "list_clusters", "ssm": "list_commands"}[service]
    with pytest.raises(ClientError) as refused:
        getattr(door.client(service, account=key["AccessKeyId"], aws_secret_access_key="wrong" * 8), call)()
    assert refused.value.response["Error"]["Code"] == "SignatureDoesNotMatch"


@pytest.mark.parametrize(("service", "call"), [("ec2", "describe_vpcs"), ("eks", "list_clusters"), ("sts", "get_caller_identity")])
def test_the_right_secret_of_an_issued_key_is_taken(door: Door, service: str, call: str) -> None:
    key = door.client("iam").create_access_key(UserName="u")["AccessKey"]
    client = door.client(service, account=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    assert getattr(client, call)()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_signature_with_an_arn_in_the_path_is_right(door: Door) -> None:
    key = door.client("iam").create_access_key(UserName="u")["AccessKey"]
    eks = door.client("eks", account=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    eks.create_cluster(name="blue", roleArn="r", resourcesVpcConfig={})
    eks.tag_resource(resourceArn=ARN, tags={"a": "1 2/3"})
    assert eks.describe_cluster(name="blue")["cluster"]["tags"] == {"a": "1 2/3"}


def test_a_deleted_key_is_refused(door: Door) -> None:
    key = door.client("iam").create_access_key(UserName="u")["AccessKey"]
    door.client("iam").delete_access_key(AccessKeyId=key["AccessKeyId"])
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        door.client("sts", account=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]).get_caller_identity()


def test_strict_authentication_refuses_keys_that_were_not_issued(door: Door) -> None:
    door.front.identities._is_strict = True
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        door.client("sts").get_caller_identity()


def test_a_web_identity_is_taken_without_a_signature(door: Door) -> None:
    fields = {"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": "arn:aws:iam::123456789012:role/r"}
    body = urlencode({**fields, "RoleSessionName": "run", "WebIdentityToken": "tttt"})
    status, text = door.http("POST", "/", body.encode(), FORM)
    assert (status, b"ASIASESSION000000001" in text) == (200, True)


def test_another_call_without_a_signature_is_refused(door: Door) -> None:
    status, text = door.http("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", FORM)
    assert (status, b"MissingAuthenticationToken" in text) == (403, True)


def presigned(door: Door, host: str, *, age: float = 0, **headers: str) -> tuple[int, bytes]:
    """Ask as a Kubernetes authenticator does with an EKS token."""
    url = f"https://{host}/?Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest("GET", url, headers={"x-k8s-aws-id": "blue"})
    auth = botocore.auth.SigV4QueryAuth(Credentials(ACCOUNT, "s" * 40), "sts", REGION, expires=60)
    request.context["timestamp"] = (datetime.now(UTC) - timedelta(seconds=age)).strftime("%Y%m%dT%H%M%SZ")
    auth._modify_request_before_signing(request)
    request.url += f"&X-Amz-Signature={auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)}"
    parts = urlsplit(request.url)
    return door.http("GET", f"/?{parts.query}", headers={"Host": host, "x-k8s-aws-id": "blue", **headers})


def test_a_presigned_identity_is_taken_for_the_regional_host(door: Door) -> None:
    status, text = presigned(door, f"sts.{REGION}.amazonaws.com")
    assert (status, f"<Account>{ACCOUNT}</Account>".encode() in text) == (200, True)


def test_a_presigned_identity_is_told_in_json_when_asked_for(door: Door) -> None:
    status, text = presigned(door, f"sts.{REGION}.amazonaws.com", Accept="application/json")
    answer = json.loads(text)["GetCallerIdentityResponse"]
    assert (status, answer.keys()) == (200, {"GetCallerIdentityResult", "ResponseMetadata"})
    identity = {"UserId": ACCOUNT, "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root"}
    assert (answer["GetCallerIdentityResult"], answer["ResponseMetadata"]) == (identity, {"RequestId": door.journal()[-1]["request_id"]})


def test_a_refused_presigned_identity_is_told_in_json_too(door: Door) -> None:
    status, text = presigned(door, f"sts.{REGION}.amazonaws.com", age=16 * 60, Accept="application/json")
    assert (status, json.loads(text)["Error"]["Code"]) == (403, "SignatureDoesNotMatch")


def test_a_presigned_identity_for_a_host_of_another_region_is_refused(door: Door) -> None:
    status, text = presigned(door, "sts.us-west-2.amazonaws.com")
    assert (status, b"Credential should be scoped to a valid region" in text) == (403, True)


def test_a_presigned_identity_is_taken_for_the_own_host(door: Door) -> None:
    assert presigned(door, urlsplit(door.endpoint).netloc)[0] == 200


def test_a_presigned_identity_for_another_host_is_refused(door: Door) -> None:
    assert presigned(door, "sts.example.org")[0] == 403


def test_a_presigned_identity_ages_by_the_real_clock(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.front.world.clock.advance(86400)
    assert presigned(door, f"sts.{REGION}.amazonaws.com")[0] == 200
    monkeypatch.setattr("simulator.identity.LIFETIME", 1)
    status, text = presigned(door, f"sts.{REGION}.amazonaws.com", age=5)
    assert (status, b"Signature expired" in text) == (403, True)


@pytest.mark.parametrize(("service", "call", "name"), [("sqs", "list_queues", "sqs"), ("sns", "list_topics", "sns")])
def test_an_unknown_service_is_refused_by_name(door: Door, service: str, call: str, name: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(door.client(service), call)()
    assert refused.value.response["Error"]["Code"] == "NotImplementedBySimulator"
    assert f"service {name}" in refused.value.response["Error"]["Message"]
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_field_that_the_model_does_not_know_reaches_the_service(door: Door) -> None:
    signer = botocore.auth.SigV4Auth(Credentials(ACCOUNT, "s" * 40), "ec2", REGION)
    body = "Action=DescribeVpcs&Version=2016-11-15&VpcId.1=vpc-1&Colour=red&MaxResults=many"
    request = AWSRequest("POST", f"{door.endpoint}/", data=body, headers=FORM)
    signer.add_auth(request)
    assert door.http("POST", "/", body.encode(), dict(request.headers.items()))[0] == 200
    assert door.journal()[-1]["parameters"] == {"VpcIds": ["vpc-1"], "Colour": "red", "MaxResults": "many"}


def test_a_mistake_of_a_service_is_told_to_the_client(door: Door) -> None:
    with pytest.raises(ClientError, match=r"bug in the simulator's ssm\.ListCommands"):
        door.client("ssm").list_commands()


def test_a_document_of_a_service_needs_no_signature(door: Door) -> None:
    status, text = door.http("GET", "/_oidc/1/.well-known/openid-configuration")
    assert (status, door.endpoint.encode() in text) == (200, True)
    assert door.http("GET", "/_oidc/2/.well-known/openid-configuration")[0] == 404
    assert door.journal() == []


def test_a_connection_is_kept_alive(door: Door) -> None:
    connection = http.client.HTTPConnection(urlsplit(door.endpoint).netloc)
    connection.request("GET", "/_simulator/health")
    connection.getresponse().read()
    first = connection.sock
    connection.request("GET", "/_simulator/health")
    assert connection.getresponse().status == 200
    assert connection.sock is first


def test_a_client_that_waits_for_continue_is_told_to(door: Door) -> None:
    address = urlsplit(door.endpoint)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=5) as line:
        line.sendall(b"POST /_simulator/reset HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 100")
        line.sendall(b"{}")
        assert line.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_repeated_token_gets_the_stored_answer_and_has_no_effect(door: Door) -> None:
    ec2 = door.client("ec2")
    first = ec2.create_nat_gateway(SubnetId="subnet-1", ClientToken="t")["NatGateway"]
    assert ec2.create_nat_gateway(SubnetId="subnet-1", ClientToken="t")["NatGateway"] == first
    assert [entry["applied"] for entry in door.journal()] == [True, False]


def test_a_token_with_other_parameters_is_a_mismatch(door: Door) -> None:
    ec2 = door.client("ec2")
    ec2.create_nat_gateway(SubnetId="subnet-1", ClientToken="t")
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        ec2.create_nat_gateway(SubnetId="subnet-2", ClientToken="t")


def test_a_token_is_forgotten_after_24_simulated_hours(door: Door) -> None:
    ec2 = door.client("ec2")
    first = ec2.create_nat_gateway(SubnetId="subnet-1", ClientToken="t")["NatGateway"]
    door.control("POST", "clock/advance", {"seconds": 24 * 3600 + 1})
    assert ec2.create_nat_gateway(SubnetId="subnet-1", ClientToken="t")["NatGateway"] != first


def test_latency_is_real_time_and_not_under_the_lock(door: Door) -> None:
    door.front.latency = 300
    started = time.monotonic()
    door.client("sts").get_caller_identity()
    assert time.monotonic() - started >= 0.3
    door.front.latency = 0


def test_an_environment_variable_is_all_that_a_client_needs(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", door.endpoint)
    session = boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="s" * 40, region_name=REGION)
    assert session.client("sts").get_caller_identity()["Account"] == ACCOUNT
    assert session.client("eks").list_clusters()["clusters"] == []
