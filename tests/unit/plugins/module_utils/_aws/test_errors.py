# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS's errors mean: a row for each kind."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from ansible_collections.cutover.eks.plugins.module_utils._aws.errors import api_error, fault_of
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Fault

URL = "https://eks.eu-central-1.amazonaws.com"


@pytest.mark.parametrize(
    ("code", "message", "status", "fault"),
    [
        ("RequestLimitExceeded", "", 503, Fault.THROTTLED),
        ("ThrottlingException", "", 400, Fault.THROTTLED),
        ("Whatever", "", 429, Fault.THROTTLED),
        ("NoSuchEntity", "", 404, Fault.NOT_FOUND),
        ("NoSuchChange", "", 404, Fault.NOT_FOUND),
        ("NoSuchHostedZone", "", 404, Fault.NOT_FOUND),
        ("InvalidChangeBatch", "", 400, Fault.REFUSED),
        ("ResourceNotFoundException", "", 404, Fault.NOT_FOUND),
        ("InvalidVpcID.NotFound", "", 400, Fault.NOT_FOUND),
        ("NatGatewayNotFound", "", 400, Fault.NOT_FOUND),
        ("ParameterNotFound", "", 400, Fault.NOT_FOUND),
        ("ClientException", "No cluster found for name: blue.", 400, Fault.NOT_FOUND),
        ("ClientException", "Something else", 400, Fault.REFUSED),
        ("InvalidParameterException", "Role with arn: x does not exist", 400, Fault.PROPAGATING),
        ("InvalidParameterException", "Error in role params", 400, Fault.PROPAGATING),
        ("InvalidParameterException", "Only one type of update can be allowed.", 400, Fault.REFUSED),
        ("ResourcePropagationDelayException", "", 428, Fault.PROPAGATING),
        ("ServerException", "", 500, Fault.AMBIGUOUS),
        ("InternalError", "", 503, Fault.AMBIGUOUS),
        ("NotImplementedBySimulator", "", 501, Fault.REFUSED),
        ("AccessDenied", "", 403, Fault.REFUSED),
    ],
)
def test_an_error_answer_has_a_meaning(code: str, message: str, status: int, fault: Fault) -> None:
    assert fault_of(code, message, status) is fault


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (ReadTimeoutError(endpoint_url=URL), Fault.AMBIGUOUS),
        (ConnectionClosedError(endpoint_url=URL), Fault.AMBIGUOUS),
        (ConnectTimeoutError(endpoint_url=URL), Fault.THROTTLED),
        (EndpointConnectionError(endpoint_url=URL), Fault.THROTTLED),
        (NoCredentialsError(), Fault.REFUSED),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_answer_is_ambiguous_unless_nothing_was_sent(error: BotoCoreError, fault: Fault) -> None:
    assert api_error("eks", "CreateCluster", error).fault is fault


def test_an_error_keeps_what_the_operator_and_support_need() -> None:
    response = {"Error": {"Code": "AccessDenied", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403, "RequestId": "r-7"}}
    error = api_error("iam", "CreateRole", ClientError(response, "CreateRole"))
    assert (error.code, error.message, error.request_id, str(error)) == (
        "AccessDenied",
        "no",
        "r-7",
        "iam:CreateRole failed: AccessDenied: no",
    )
