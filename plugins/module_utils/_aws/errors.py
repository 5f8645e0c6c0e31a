# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS's error codes mean for whoever sent the request. Tables, and one function that applies them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .._run.gateway import ApiError, Fault

with suppress(ImportError):  # Ansible reports a missing SDK before anything is called
    from botocore.exceptions import BotoCoreError, ClientError

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "ConcurrentModification",  # IAM: two writes to one entity met; neither is wrong
        "ConcurrentModificationException",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TooManyUpdates",  # SSM
    }
)
NOT_FOUND = frozenset(
    {"NatGatewayNotFound", "NoSuchChange", "NoSuchEntity", "NoSuchEntityException", "NoSuchHostedZone", "ParameterNotFound"}
)
NOT_FOUND_ENDINGS = (".NotFound", "NotFoundException", "NotFound")
NOT_FOUND_TEXTS = {
    # EKS sometimes answers so for a cluster that is gone (terraform-provider-aws, cluster.go).
    "ClientException": ("No cluster found",),
    # Auto Scaling has no code of its own for it.
    "ValidationError": ("not found",),
}
PROPAGATING_TEXTS = {
    # Section 3 of the EKS semantics: terraform-provider-aws retries on these texts.
    "InvalidParameterException": (
        "does not exist",
        "Error in role params",
        "Role could not be assumed because the trusted entity is not correct",
        "role doesn't have the Amazon EKS Managed Policies associated",
        "IAM role's policy must include the `ec2:DescribeSubnets` action",
        "Misconfigured PodExecutionRole Trust Policy",
    ),
    "InvalidRequestException": ("Role could not be assumed",),
    # A policy that names a role as principal before every part of IAM knows the role.
    "MalformedPolicyDocument": ("Invalid principal in policy",),
    "ResourcePropagationDelayException": ("",),
}
NEVER_SENT = frozenset({"ConnectTimeoutError", "EndpointConnectionError", "ProxyConnectionError"})
UNANSWERED = frozenset({"ConnectionClosedError", "HTTPClientError", "IncompleteReadError", "ReadTimeoutError", "ResponseStreamingError"})


def unknown_operation(service: str, operation: str, version: str) -> ApiError:
    """Say that the installed SDK is older than an operation."""
    message = f"botocore {version} does not know this operation: install a newer one"
    return ApiError(fault=Fault.REFUSED, service=service, operation=operation, code="UnknownOperation", message=message)


def api_error(service: str, operation: str, error: BotoCoreError | ClientError) -> ApiError:
    """Turn an error of the SDK into one that the executor and the operator understand."""
    response = getattr(error, "response", None)
    if response is None:
        code = type(error).__name__
        return ApiError(fault=_local_fault(code), service=service, operation=operation, code=code, message=str(error))
    details: Mapping[str, Any] = response.get("Error", {})
    metadata: Mapping[str, Any] = response.get("ResponseMetadata", {})
    code, message = str(details.get("Code", "Unknown")), str(details.get("Message", ""))
    fault = fault_of(code, message, int(metadata.get("HTTPStatusCode", 0)))
    request_id = str(metadata.get("RequestId", ""))
    operation = getattr(error, "operation_name", operation)  # AssumeRole, where it was the credentials that failed
    return ApiError(fault=fault, service=service, operation=operation, code=code, message=message, request_id=request_id)


def fault_of(code: str, message: str, status: int) -> Fault:
    """Say what an error answer means."""
    if code in THROTTLED or status == 429:
        return Fault.THROTTLED
    if code in NOT_FOUND or code.endswith(NOT_FOUND_ENDINGS) or _says(NOT_FOUND_TEXTS, code, message):
        return Fault.NOT_FOUND
    if _says(PROPAGATING_TEXTS, code, message):
        return Fault.PROPAGATING
    # 501 is an answer: the operation does not exist there.
    return Fault.AMBIGUOUS if status >= 500 and status != 501 else Fault.REFUSED


def _local_fault(code: str) -> Fault:
    if code in NEVER_SENT:
        return Fault.THROTTLED
    return Fault.AMBIGUOUS if code in UNANSWERED else Fault.REFUSED


def _says(table: Mapping[str, tuple[str, ...]], code: str, message: str) -> bool:
    return any(text in message for text in table.get(code, ()))
