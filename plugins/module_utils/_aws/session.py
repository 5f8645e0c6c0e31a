# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway to AWS: one session, one pair of clients for each service, answers and errors as `_run` wants them. Decides nothing."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info

from .._model.scope import Scope
from .._run.gateway import Answer, ApiError, Fault, Read
from .assumed_role import assuming
from .errors import api_error, unknown_operation
from .service_models import new_session

with suppress(ImportError):  # AnsibleAWSModule reports a missing SDK before this is used
    from botocore import __version__ as botocore_version
    from botocore import xform_name
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError


CONNECTIONS = 16
"""Reads that are under way at the same time; also the connections that a client keeps."""
READ_RETRIES = {"mode": "standard", "total_max_attempts": 6}
NO_RETRIES = {"mode": "standard", "total_max_attempts": 1}
"""A write is repeated by the executor alone, which knows whether that is safe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How and where to connect."""

    session: Any
    region: str
    endpoint: str | None
    verify: bool | str
    config: Any
    """botocore's `Config` as the user wants it, with our user agent."""


def connection(module: Any, user_agent: str) -> Connection:
    """Take amazon.aws's connection options, and `assume_role`, from a module."""
    region, endpoint, info = get_aws_connection_info(module)
    verify = info.pop("verify", True)
    config = Config(user_agent_extra=user_agent, max_pool_connections=CONNECTIONS, connect_timeout=10, read_timeout=60)
    config = config.merge(info.pop("aws_config", None) or Config())
    session = new_session(region_name=region, **info)
    role = module.params.get("assume_role")
    if role:
        session = assuming(session, role, partial(session.client, "sts", endpoint_url=endpoint, verify=verify, config=config))
    return Connection(session=session, region=region or "", endpoint=endpoint, verify=verify, config=config)


@dataclass(slots=True)
class Session:
    """A `Gateway` to AWS."""

    connection: Connection
    _clients: dict[tuple[str, bool], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _heard: float = 0.0

    def write(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        """Send one mutating request once, without a retry of the SDK, or raise `ApiError`."""
        try:
            return self._send(self._client(service, retried=False), operation, request)
        except (BotoCoreError, ClientError) as error:
            raise api_error(service, operation, error) from error

    def read(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        """Send one read (all pages, retried by the SDK), or raise `ApiError`."""
        try:
            client = self._client(service, retried=True)
            if client.can_paginate(xform_name(operation)):
                pages: Answer = client.get_paginator(xform_name(operation)).paginate(**request).build_full_result()
                return pages
            return self._send(client, operation, request)
        except (BotoCoreError, ClientError) as error:
            raise api_error(service, operation, error) from error

    def read_all(self, reads: Sequence[Read]) -> list[Answer | None]:
        """Send reads at the same time; answers in their order."""
        if len(reads) < 2:
            return [self._read_or_missing(read) for read in reads]
        with ThreadPoolExecutor(min(CONNECTIONS, len(reads))) as pool:
            return list(pool.map(self._read_or_missing, reads))

    def server_seconds(self) -> float:
        """Give the server's time by the `Date` header of its last answer, in seconds since the epoch."""
        return self._heard

    def scope(self) -> Scope:
        """Ask who we are and where."""
        caller = self.read("sts", "GetCallerIdentity", {})
        arn = str(caller["Arn"])
        return Scope(account=str(caller["Account"]), region=self.connection.region, partition=arn.split(":")[1], caller_arn=arn)

    def account_alias(self) -> str:
        """Give the account's alias, or nothing where it has none or may not be read."""
        try:
            aliases = self.read("iam", "ListAccountAliases", {}).get("AccountAliases") or [""]
        except ApiError as error:
            if error.fault is not Fault.REFUSED:
                raise
            return ""
        return str(aliases[0])

    def endpoint_name(self) -> str:
        """Name the other end: `SIMULATOR at 127.0.0.1:5199` where it is this machine, else its host."""
        address = urlsplit(self._client("sts", retried=True).meta.endpoint_url)
        return f"SIMULATOR at {address.netloc}" if _is_loopback(address.hostname or "") else address.netloc

    def _read_or_missing(self, read: Read) -> Answer | None:
        try:
            return self.read(read.service, read.operation, read.request)
        except ApiError as error:
            if read.missing and error.fault is Fault.NOT_FOUND:
                return None
            raise

    def _send(self, client: Any, operation: str, request: Mapping[str, Any]) -> Answer:
        if operation not in client.meta.method_to_api_mapping.values():
            raise unknown_operation(client.meta.service_model.service_name, operation, botocore_version)
        answer: dict[str, Any] = getattr(client, xform_name(operation))(**request)
        answer.pop("ResponseMetadata", None)
        return answer

    def _client(self, service: str, *, retried: bool) -> Any:
        # Creating clients is not thread-safe in boto3; using them is.
        with self._lock:
            if (service, retried) not in self._clients:
                self._clients[service, retried] = self._created(service, READ_RETRIES if retried else NO_RETRIES)
            return self._clients[service, retried]

    def _created(self, service: str, retries: Mapping[str, Any]) -> Any:
        there = self.connection
        client = there.session.client(
            service,
            region_name=there.region or None,
            endpoint_url=there.endpoint,
            verify=there.verify,
            config=there.config.merge(Config(retries=retries)),
        )
        client.meta.events.register("after-call", self._note_time)
        return client

    def _note_time(self, http_response: Any, **rest: Any) -> None:  # noqa: ARG002 (botocore passes more)
        with suppress(TypeError, ValueError):  # a proxy's answer may carry no date
            self._heard = max(self._heard, parsedate_to_datetime(http_response.headers["Date"]).timestamp())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
