# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which service and operation a request means: credential scope, target header, `Action`, path. Never the host alone.

All services answer on one port, so they are told apart as AWS's own gateways could: by what the client signed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from botocore.model import OperationModel, ServiceModel

from .decoding import path_pattern
from .messages import Request
from .protocols import service_model
from .seam import Refusal, not_implemented

UNSIGNED_ACTIONS: Mapping[str, str] = {
    "AssumeRoleWithWebIdentity": "sts",
    "AssumeRoleWithSAML": "sts",
}
"""What AWS takes without a signature: there is no scope to route by."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a request means."""

    service: str
    operation: OperationModel


def signing_name(model: ServiceModel) -> str:
    """Give the name that a service has in credential scopes."""
    return str(model.metadata.get("signingName", model.metadata["endpointPrefix"]))


class Router:
    """The registered services, by what distinguishes their requests."""

    def __init__(self, services: Iterable[str]) -> None:
        """Know these services."""
        self._by_scope: dict[str, list[str]] = {}
        for service in services:
            self._by_scope.setdefault(signing_name(service_model(service)), []).append(service)

    def route(self, request: Request) -> Route:
        """Find service and operation, or refuse by name."""
        service = self._service(request)
        model = service_model(service)
        name = _target(request) or request.form.get("Action") or _by_path(service, request)
        if name not in model.operation_names:
            raise _unknown_operation(service, name or f"{request.method} {request.path}")
        return Route(service, model.operation_model(name))

    def _service(self, request: Request) -> str:
        action = request.form.get("Action", "")
        if request.scope is None:
            if action in UNSIGNED_ACTIONS:
                return UNSIGNED_ACTIONS[action]
            raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
        candidates = self._by_scope.get(request.scope.service, [])
        if not candidates:
            raise not_implemented(f"service {request.scope.service}")
        version = request.form.get("Version")
        fitting = [service for service in candidates if version in (None, service_model(service).api_version)]
        if not fitting:
            raise not_implemented(f"service {request.scope.service} in version {version}")
        return fitting[0]


def _unknown_operation(service: str, name: str) -> Refusal:
    return not_implemented(f"{service}.{name}")


def _target(request: Request) -> str:
    return request.headers.get("x-amz-target", "").rpartition(".")[2]


@functools.cache
def _paths(service: str) -> list[tuple[str, str, OperationModel]]:
    """List method, `requestUri` and operation, those with fewer labels first: `/clusters/x` must not shadow a literal."""
    model = service_model(service)
    operations = [model.operation_model(name) for name in model.operation_names]
    found = [(operation.http["method"], operation.http["requestUri"], operation) for operation in operations]
    return sorted(found, key=lambda row: (row[1].count("{"), -len(row[1])))


def _by_path(service: str, request: Request) -> str | None:
    arguments = dict(request.arguments)
    for is_greedy in (False, True):
        for method, uri, operation in _paths(service):
            if method != request.method or not path_pattern(uri, is_greedy=is_greedy).match(request.path):
                continue
            literals = [part.partition("=") for part in uri.partition("?")[2].split("&") if part]
            if all(arguments.get(key) == value for key, _equals, value in literals):
                return str(operation.name)
    return None
