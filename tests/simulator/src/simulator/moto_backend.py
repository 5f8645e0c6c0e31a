# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moto in this process: one call in, one answer out, and one picture of everything it holds. No rule of a service belongs here.

Requests are serialised by botocore, handed to moto's response class, and the answer is parsed by botocore again. There is no HTTP
client anywhere in between, so nothing here can reach a network.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import importlib
import io
import json
import os
import pickle
import types
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
os.environ["MOTO_ALLOW_NONEXISTENT_REGION"] = "false"
# These must stand before the first import of moto, which reads them once.
import botocore.model
import botocore.parsers
import botocore.serialize
import botocore.session
import moto.autoscaling.models
import moto.backends
import moto.core.responses
import moto.core.utils
import moto.elb.models
import moto.kms.models
import moto.kms.utils
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from moto.autoscaling.models import FakeAutoScalingGroup
from moto.core.base_backend import BackendDict
from moto.core.request import Request
from moto.ec2.models.core import TaggedEC2Resource
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, iam_backends
from moto.kms.utils import AbstractPrivateKey
from moto.moto_api._internal import mock_random
from moto.ssm.models import ParameterDict
from werkzeug.exceptions import HTTPException

from .clock import Clock
from .seam import Refusal, World, not_implemented

RESPONSES = {
    "autoscaling": ("moto.autoscaling.responses", "AutoScalingResponse"),
    "ec2": ("moto.ec2.responses", "EC2Response"),
    "elb": ("moto.elb.responses", "ELBResponse"),
    "elbv2": ("moto.elbv2.responses", "ELBV2Response"),
    "iam": ("moto.iam.responses", "IamResponse"),
    "kms": ("moto.kms.responses", "KmsResponse"),
    "logs": ("moto.logs.responses", "LogsResponse"),
    "resourcegroupstaggingapi": ("moto.resourcegroupstaggingapi.responses", "ResourceGroupsTaggingAPIResponse"),
    "ssm": ("moto.ssm.responses", "SimpleSystemManagerResponse"),
    "sts": ("moto.sts.responses", "TokenResponse"),
}
"""The class of moto that answers for a service."""

GLOBAL_SERVICES = frozenset({"iam", "sts"})
"""Moto keeps these once per partition, not per region."""


class _Time:
    """The clock that moto reads; one process holds one moto, so it holds one of these."""

    clock = Clock()


class SimulatedDatetime(dt.datetime):
    """A datetime whose `now` is the simulated time; everything it makes is a plain datetime, so that pictures need no reducer."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
        """Give the simulated time."""
        now = _Time.clock.now()
        return now.astimezone(tz) if tz else now.replace(tzinfo=None)


_simulated_module = types.SimpleNamespace(**{**vars(dt), "datetime": SimulatedDatetime})
# Every time that moto shows comes from `utcnow` of its core, except in two modules that ask datetime themselves.
vars(moto.core.utils)["datetime"] = _simulated_module
vars(moto.elb.models)["datetime"] = _simulated_module
vars(moto.autoscaling.models)["datetime"] = SimulatedDatetime


def _tags_of(resource: Any) -> list[dict[str, str]]:
    """Read the tags of one resource; moto goes through all tags of the region for it, which makes every Describe quadratic."""
    return [{"key": key, "value": value} for key, value in resource.ec2_backend.tags.get(resource.id, {}).items()]


@functools.cache
def _aws_policies(partition: str) -> list[AWSManagedPolicy]:
    data = json.loads(aws_managed_policies_data)
    return [AWSManagedPolicy.from_data(name, "aws", partition, each) for name, each in data.items()]


def _policies_of_account(backend: IAMBackend) -> list[AWSManagedPolicy]:
    """Copy AWS's own policies for an account; moto parses five megabytes for it each time."""
    copies = [copy.copy(policy) for policy in _aws_policies(backend.region_name)]
    for policy in copies:
        policy.account_id = backend.account_id
    return copies


_replace = FakeAutoScalingGroup.replace_autoscaling_group_instances


def _spread(group: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]) -> None:
    """Start each instance where the group has fewest; moto starts all of them in the first subnet."""
    every = group.vpc_zone_identifier
    for _instance in range(count_needed):
        held = Counter(state.instance.subnet_id for state in group.instance_states)
        group.vpc_zone_identifier = min((every or "").split(","), key=held.__getitem__) if every else None
        _replace(group, 1, propagated_tags)
    group.vpc_zone_identifier = every


@functools.cache
def _unused_pair() -> AbstractPrivateKey:
    return _generate_private_key(SYMMETRIC)


def _pair(key_spec: str) -> AbstractPrivateKey:
    """Give all symmetric keys the same key pair: they have no use for one, and moto makes one for each, in a tenth of a second."""
    return _unused_pair() if key_spec == SYMMETRIC else _generate_private_key(key_spec)


SYMMETRIC = "SYMMETRIC_DEFAULT"
_generate_private_key = moto.kms.utils.generate_private_key
vars(moto.kms.models)["generate_private_key"] = _pair
# What methods a class has, moto looks up for each request anew, in a millisecond.
vars(moto.core.responses)["method_names_from_class"] = functools.cache(moto.core.utils.method_names_from_class)
FakeAutoScalingGroup.replace_autoscaling_group_instances = _spread  # type: ignore[method-assign, assignment]
TaggedEC2Resource.get_tags = _tags_of  # type: ignore[method-assign, assignment]
IAMBackend._init_aws_policies = _policies_of_account  # type: ignore[method-assign, assignment]


def use(world: World) -> None:
    """Take time and random ids from this world from now on."""
    _Time.clock = world.clock
    mock_random.seed(world.token(16))


@dataclass(frozen=True, slots=True)
class _Wire:
    """How one service speaks: its model, and botocore's two halves of its protocol."""

    model: botocore.model.ServiceModel
    serializer: Any
    parser: Any
    response: Any

    @classmethod
    def of(cls, service: str) -> _Wire:
        """Load what is needed to speak to a service of moto."""
        model = _session().get_service_model(service)
        module, name = RESPONSES[service]
        return cls(
            model,
            botocore.serialize.create_serializer(model.resolved_protocol),
            botocore.parsers.create_parser(model.resolved_protocol),
            getattr(importlib.import_module(module), name),
        )


@functools.cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


@functools.cache
def _wire(service: str) -> _Wire:
    return _Wire.of(service)


def call(service: str, operation: str, parameters: dict[str, Any], *, account: str, region: str) -> dict[str, Any]:
    """Let moto answer one request; an error of AWS becomes a `Refusal`."""
    wire = _wire(service)
    model = wire.model.operation_model(operation)
    # botocore's serialisers may write into what they are given
    request = wire.serializer.serialize_to_request(dict(parameters), model)
    status, headers, body = _dispatch(wire, request, account, region)
    answer = {"status_code": status, "headers": {str(k).lower(): str(v) for k, v in headers.items()}, "body": body}
    parsed = wire.parser.parse(answer, model.output_shape)
    metadata = parsed.pop("ResponseMetadata", {})
    if status >= 300:
        error = parsed.pop("Error", {})
        raise Refusal(error.get("Code", "InternalFailure"), error.get("Message", ""), metadata.get("HTTPStatusCode", status))
    return cast("dict[str, Any]", parsed)


def _dispatch(wire: _Wire, request: dict[str, Any], account: str, region: str) -> tuple[int, Any, bytes]:
    host = f"{wire.model.endpoint_prefix}.{region}.amazonaws.com"
    headers = {**request["headers"], "Host": host, "x-moto-account-id": account}
    prepared = Request.from_primitives(request["method"], f"https://{host}{request['url_path']}", headers, _encoded(request["body"]))
    try:
        status, answered, body = wire.response.dispatch(prepared, prepared.raw_url, prepared.headers)
    except HTTPException as refused:
        status, answered, body = refused.code or 400, dict(refused.get_headers()), refused.get_body()
    except NotImplementedError as missing:
        raise not_implemented(f"{wire.model.service_name}: {missing}") from None
    return int(status), answered, body.encode() if isinstance(body, str) else body


def _encoded(body: Any) -> bytes:
    if isinstance(body, dict):
        return urlencode(body, doseq=True).encode()
    return body.encode() if isinstance(body, str) else cast("bytes", body)


def backend(service: str, account: str, region: str) -> Any:
    """Give moto's own objects of a service, for what its API cannot say."""
    place = "aws" if service in GLOBAL_SERVICES else region
    return moto.backends.get_backend(service)[account][place]  # type: ignore[call-overload]


def accounts(service: str) -> list[str]:
    """Name the accounts that have been used with a service."""
    return list(moto.backends.get_backend(service))  # type: ignore[call-overload]


def _used() -> list[Any]:
    """Give moto's own list of the dictionaries of backends in which there is anything."""
    return cast("list[Any]", vars(BackendDict)["_instances"])


def places() -> set[tuple[str, str]]:
    """Name the accounts and regions that have been used with any regional service."""
    return {(account, region) for backends in _used() for account, regions in backends.items() for region in regions if region != "aws"}


def reset() -> None:
    """Forget everything."""
    _clear()


def _clear() -> None:
    # moto's own reset would build every backend anew before it drops it
    for backends in _used():
        dict.clear(backends)
    _used().clear()


class _Pickler(pickle.Pickler):
    """Leaves out what every process has anyway: the dictionaries of backends, IAM's 1,500 managed policies, the pair of symmetric keys."""

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, BackendDict):
            return ("backends", obj.service_name)
        if isinstance(obj, AWSManagedPolicy):
            return ("policy", obj.account_id, obj.arn, obj.attachment_count)
        if isinstance(obj, AbstractPrivateKey) and obj is _unused_pair():
            return ("unused pair",)
        return None

    def reducer_override(self, found: Any) -> Any:
        if isinstance(found, RSAPrivateKey | EllipticCurvePrivateKey):
            text = found.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            return _private_key, (text,)
        if isinstance(found, ParameterDict):
            return ParameterDict, (found.account_id, found.region_name), vars(found), None, iter(dict.items(found))
        if isinstance(found, types.FunctionType) and found.__qualname__ == SSM_LAMBDA:
            return _nested_factory, ()
        return NotImplemented


SSM_LAMBDA = "SimpleSystemManagerBackend.__init__.<locals>.<lambda>"


def _private_key(text: bytes) -> Any:
    return load_pem_private_key(text, None)


def _nested() -> defaultdict[Any, Any]:
    return defaultdict(dict)


def _nested_factory() -> Any:
    """Give the stand-in for the one lambda that moto's SSM keeps in its state."""
    return _nested


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        if pid[0] == "backends":
            return moto.backends.get_backend(pid[1])
        if pid[0] == "unused pair":
            return _unused_pair()
        _kind, account, arn, attachments = pid
        policy = _managed_policies(account)[arn]
        policy.attachment_count = attachments
        return policy


def _managed_policies(account: str) -> dict[str, AWSManagedPolicy]:
    return cast("dict[str, AWSManagedPolicy]", iam_backends[account]["aws"].managed_policies)


def dump() -> bytes:
    """Give one picture of all backends together: they refer to each other."""
    picture = {backends.service_name: dict(backends) for backends in _used()}
    out = io.BytesIO()
    _Pickler(out, protocol=pickle.HIGHEST_PROTOCOL).dump((picture, mock_random.getstate()))
    return out.getvalue()


def load(picture: bytes) -> None:
    """Restore what `dump` gave, in place: modules of moto hold references to each other's backends."""
    restored, random_state = _Unpickler(io.BytesIO(picture)).load()
    _clear()
    for service, by_account in restored.items():
        backends: Any = moto.backends.get_backend(service)
        dict.update(backends, by_account)
        _used().append(backends)
    mock_random.setstate(random_state)
    _forget_freed_addresses()


def _forget_freed_addresses() -> None:
    """Let subnets hand out addresses from the lowest again: the position of moto's iterator is not in the picture."""
    for _account, _region, found in moto.backends.get_backend("ec2").iter_backends():
        for subnets in cast("Any", found).subnets.values():
            for subnet in subnets.values():
                subnet._unused_ips.clear()
