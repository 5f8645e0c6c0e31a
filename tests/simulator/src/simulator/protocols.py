# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The botocore service models, and which protocol a request speaks."""

from __future__ import annotations

import functools

import botocore.session
from botocore.model import OperationModel, ServiceModel

from .messages import Request

GLOBAL_REGION = "global"
JSON_ON_DEMAND = frozenset({"sts"})
"""Services of the query protocol that answer in JSON when asked for `application/json`, as Kubernetes' authenticators do."""


@functools.cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


@functools.cache
def service_model(service: str) -> ServiceModel:
    """Give the model of a service."""
    return _session().get_service_model(service)


@functools.cache
def regions(partition: str = "aws") -> frozenset[str]:
    """Name the regions of a partition."""
    return frozenset(_session().get_available_regions("ec2", partition))


def is_global(service: str) -> bool:
    """Say whether the service has one world per account instead of one per region."""
    return "globalEndpoint" in service_model(service).metadata


def protocol_of(operation: OperationModel, request: Request | None = None) -> str:
    """Give the protocol of a request: models list several, and clients choose."""
    offered = operation.service_model.metadata.get("protocols", [])
    if request and "json" in offered and "x-amz-target" in request.headers:
        return "json"
    if request and "query" in offered and request.form:
        return "query"
    return str(operation.service_model.resolved_protocol)


def answer_protocol(operation: OperationModel, request: Request) -> str:
    """Give the protocol of the answer, which is that of the request almost always."""
    protocol, wanted = protocol_of(operation, request), request.headers.get("accept", "")
    is_json = operation.service_model.service_name in JSON_ON_DEMAND and wanted.startswith("application/json")
    return "query-json" if protocol == "query" and is_json else protocol
