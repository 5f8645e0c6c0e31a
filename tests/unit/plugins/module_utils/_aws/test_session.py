# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway to AWS, against botocore's own stub: retries, pages, time, errors, who we are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from ansible_collections.cutover.eks.plugins.module_utils._aws.assumed_role import assuming
from ansible_collections.cutover.eks.plugins.module_utils._aws.session import Connection, Session
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import ApiError, Fault, Read

DATE = "Sat, 21 Nov 2026 10:00:00 GMT"
SECONDS = 1795255200
IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws-cn:iam::123456789012:user/ann</Arn><UserId>A</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""

Reply = tuple[int, str]


class Raw:
    """A body as urllib3 gives it."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self) -> list[bytes]:
        return [self.body]


class Wire:
    """The other end: answers every request by a function, before anything is sent."""

    def __init__(self, reply: Callable[[Any], Reply]) -> None:
        self.reply = reply
        self.requests: list[Any] = []

    def __call__(self, request: Any, **context: Any) -> AWSResponse:
        self.requests.append(request)
        status, body = self.reply(request)
        return AWSResponse(request.url, status, {"Date": DATE, "x-amzn-RequestId": "r-1"}, Raw(body.encode()))


def session_to(wire: Wire, endpoint: str | None = None, role: dict[str, str] | None = None) -> Session:
    boto = boto3.session.Session("123456789012", "secret", region_name="eu-central-1")
    boto.events.register("before-send", wire)
    if role:
        plain = boto
        boto = assuming(plain, role, lambda: plain.client("sts"))
        boto.events.register("before-send", wire)
    config = Config(user_agent_extra="cutover.eks/1.0.0 network run/1")
    return Session(Connection(session=boto, region="eu-central-1", endpoint=endpoint, verify=True, config=config))


def test_a_read_is_retried_by_the_sdk_and_a_write_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    wire = Wire(lambda request: (500, '{"message": "broken"}'))
    with pytest.raises(ApiError) as caught:
        session_to(wire).write(
            "eks", "CreateCluster", {"name": "b", "roleArn": "r", "resourcesVpcConfig": {}, "clientRequestToken": "t" * 64}
        )
    assert caught.value.fault is Fault.AMBIGUOUS
    assert len(wire.requests) == 1
    with pytest.raises(ApiError):
        session_to(wire).read("eks", "DescribeCluster", {"name": "b"})
    assert len(wire.requests) == 1 + 6


def test_all_pages_are_one_answer() -> None:
    pages = ['{"clusters": ["a"], "nextToken": "n"}', '{"clusters": ["b"]}']
    wire = Wire(lambda request: (200, pages["nextToken" in request.url]))
    assert session_to(wire).read("eks", "ListClusters", {}) == {"clusters": ["a", "b"]}


@pytest.mark.parametrize("reply", [(200, '{"clusters": []}'), (403, '{"message": "no"}')], ids=["pages", "error"])
def test_the_servers_time_is_that_of_its_last_answer(reply: Reply) -> None:
    session = session_to(Wire(lambda request: reply))
    with suppress(ApiError):
        session.read("eks", "ListClusters", {})
    assert session.server_seconds() == SECONDS


def test_reads_are_sent_at_the_same_time_and_answered_in_their_order() -> None:
    both_there = threading.Barrier(2, timeout=5)

    def reply(request: Any) -> Reply:
        both_there.wait()
        return 200, f'{{"cluster": {{"name": "{request.url.rsplit("/", 1)[1]}"}}}}'

    answers = session_to(Wire(reply)).read_all([Read("eks", "DescribeCluster", {"name": name}) for name in ("blue", "green")])
    assert [answer and answer["cluster"]["name"] for answer in answers] == ["blue", "green"]


def test_what_is_missing_is_none_where_the_reader_says_so_and_an_error_elsewhere() -> None:
    def reply(request: Any) -> Reply:
        return 404, '{"__type": "ResourceNotFoundException", "message": "No cluster found"}'

    assert session_to(Wire(reply)).read_all([Read("eks", "DescribeCluster", {"name": "b"}, missing=True)]) == [None]
    with pytest.raises(ApiError) as caught:
        session_to(Wire(reply)).read_all([Read("eks", "DescribeCluster", {"name": "b"})])
    assert (caught.value.fault, caught.value.request_id) == (Fault.NOT_FOUND, "r-1")


def test_the_scope_is_what_sts_says() -> None:
    scope = session_to(Wire(lambda request: (200, IDENTITY))).scope()
    assert (scope.account, scope.region, scope.partition, scope.caller_arn) == (
        "123456789012",
        "eu-central-1",
        "aws-cn",
        "arn:aws-cn:iam::123456789012:user/ann",
    )


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        (None, "sts.eu-central-1.amazonaws.com"),
        ("http://127.0.0.1:5199", "SIMULATOR at 127.0.0.1:5199"),
        ("http://localhost:1", "SIMULATOR at localhost:1"),
    ],
)
def test_the_other_end_has_a_name(endpoint: str | None, name: str) -> None:
    assert session_to(Wire(lambda request: (200, IDENTITY)), endpoint).endpoint_name() == name


def test_the_user_agent_ends_with_who_we_are() -> None:
    wire = Wire(lambda request: (200, IDENTITY))
    session_to(wire).scope()
    assert wire.requests[0].headers["User-Agent"].decode().endswith(" cutover.eks/1.0.0 network run/1")


def test_an_operation_that_the_sdk_does_not_know_says_so() -> None:
    with pytest.raises(ApiError, match=r"eks:CreateMoon failed: UnknownOperation: botocore .* install a newer one"):
        session_to(Wire(lambda request: (200, ""))).write("eks", "CreateMoon", {})


def test_a_wrong_request_is_refused_before_it_is_sent() -> None:
    wire = Wire(lambda request: (200, "{}"))
    with pytest.raises(ApiError) as caught:
        session_to(wire).write("eks", "CreateCluster", {"moon": 1})
    assert (caught.value.fault, caught.value.code) == (Fault.REFUSED, "ParamValidationError")
    assert wire.requests == []


def test_a_role_is_assumed_once_and_its_credentials_are_used() -> None:
    assumed = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
    <AccessKeyId>ASSUMEDKEY</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
    wire = Wire(lambda request: (200, assumed if "Action=AssumeRole" in str(request.body) else IDENTITY))
    session = session_to(wire, role={"arn": "arn:aws:iam::1:role/r", "external_id": "ee", "session_name": "deploy"})
    session.scope()
    session.scope()
    bodies = [str(request.body) for request in wire.requests]
    assert [("AssumeRole" in body, "ExternalId=ee&" in f"{body}&") for body in bodies] == [(True, True), (False, False), (False, False)]
    assert "RoleSessionName=deploy" in bodies[0]
    assert b"ASSUMEDKEY" in wire.requests[1].headers["Authorization"]
