# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks: the account behind an access key, and whether a signature is right. Signatures age by the real clock."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .clock import Clock
from .messages import Request, Scope
from .protocols import regions
from .routing import Route
from .seam import Caller, Refusal, not_implemented

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"
OTHER_PARTITIONS = ("aws-cn", "aws-us-gov")
ANONYMOUS = "anonymous"
"""The access key of unsigned calls: an empty one means that the simulator itself asks."""
LIFETIME = 15 * 60
"""Seconds that AWS accepts a signature; `X-Amz-Expires` does not shorten it for STS, which aws-iam-authenticator relies on."""
STAMP = "%Y%m%dT%H%M%SZ"
SIGNED_HEADERS = re.compile(r"SignedHeaders=([^,\s]+)")
SIGNATURE = re.compile(r"Signature=([0-9a-f]+)")
OWN_HOSTS = re.compile(r"^(sts(\.(?P<region>[a-z0-9-]+))?\.amazonaws\.com(:443)?|(127(\.\d+){3}|localhost|\[::1\])(:\d+)?)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An access key that the simulator has issued."""

    account: str
    secret: str
    arn: str
    session_token: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class _Signed:
    """The signature of a request and what it covers."""

    scope: Scope
    stamp: str
    headers: tuple[str, ...]
    signature: str
    session_token: str


def _signed(request: Request, scope: Scope) -> _Signed:
    query = dict(request.arguments)
    if request.is_presigned:
        names = query.get("X-Amz-SignedHeaders", "").split(";")
        return _Signed(scope, query.get("X-Amz-Date", ""), tuple(names), query["X-Amz-Signature"], query.get("X-Amz-Security-Token", ""))
    header = request.headers.get("authorization", "")
    headers, signature = SIGNED_HEADERS.search(header), SIGNATURE.search(header)
    if not (headers and signature):
        raise Refusal("IncompleteSignature", "Authorization header requires existence of 'SignedHeaders' and 'Signature'.", 400)
    stamp, token = request.headers.get("x-amz-date", ""), request.headers.get("x-amz-security-token", "")
    return _Signed(scope, stamp, tuple(headers.group(1).split(";")), signature.group(1), token)


def _expected(request: Request, signed: _Signed, secret: str) -> str:
    """Compute the signature as botocore would have: one implementation of the algorithm is enough for the world."""
    auth_class = SigV4QueryAuth if request.is_presigned else SigV4Auth
    auth = auth_class(Credentials(signed.scope.access_key, secret), signed.scope.service, signed.scope.region)
    query = "&".join(part for part in request.query.split("&") if not part.startswith("X-Amz-Signature="))
    copy = AWSRequest(request.method, f"http://{request.headers.get('host', '')}{request.path}?{query}", data=request.body)
    for name in signed.headers:
        copy.headers[name] = request.headers.get(name, "")
    if "x-amz-content-sha256" in request.headers:
        copy.headers["X-Amz-Content-SHA256"] = request.headers["x-amz-content-sha256"]
    copy.context["timestamp"] = signed.stamp
    return str(auth.signature(auth.string_to_sign(copy, auth.canonical_request(copy)), copy))


def _mismatch(message: str) -> Refusal:
    return Refusal("SignatureDoesNotMatch", message, 403)


def _check_region(region: str) -> None:
    """Refuse a region that does not exist; those of other partitions, with other ARNs, are refused by name."""
    if any(region in regions(partition) for partition in OTHER_PARTITIONS):
        raise not_implemented(f"region {region}")
    if region not in regions():
        raise _mismatch(f"Credential should be scoped to a valid region, not '{region}'.")


def _moment(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise Refusal("IncompleteSignature", "Date must be in ISO-8601 'basic format'.", 400) from None


def _check_age(stamp: str, clocks: list[datetime]) -> None:
    made = _moment(stamp)
    if any(abs((now - made).total_seconds()) <= LIFETIME for now in clocks):
        return
    now = clocks[0]
    limit = datetime.fromtimestamp(now.timestamp() - LIFETIME, UTC)
    text = "is now earlier than" if made < now else "is still later than"
    raise _mismatch(f"Signature expired: {stamp} {text} {limit:{STAMP}} ({now:{STAMP}} - 15 min.)")


class Identities:
    """The access keys that have been issued, and the check of signatures made with them."""

    def __init__(self, clock: Clock, *, is_strict: bool = False) -> None:
        """Know no key; `is_strict` refuses every key that was not issued here."""
        self._clock = clock
        self._is_strict = is_strict
        self.keys: dict[str, Key] = {}

    def caller(self, request: Request) -> Caller:
        """Say who asks, or refuse the signature."""
        scope = request.scope
        if scope is None:
            return Caller(account=DEFAULT_ACCOUNT, region=_region_of_host(request), arn="", access_key=ANONYMOUS)
        _check_region(scope.region)
        self._verify(request, _signed(request, scope))
        key = self.keys.get(scope.access_key)
        account = key.account if key else _account_of(scope.access_key)
        arn = key.arn if key else f"arn:aws:iam::{account}:root"
        return Caller(account=account, region=scope.region, arn=arn, access_key=scope.access_key)

    def _verify(self, request: Request, signed: _Signed) -> None:
        key = self.keys.get(signed.scope.access_key)
        if request.is_presigned:
            self._verify_presigned(request, signed)
        if key is None:
            if self._is_strict:
                raise Refusal("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
            return
        if not key.is_active or key.session_token != signed.session_token:
            raise Refusal("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
        # SDKs that correct their clock by our Date header sign with the simulated time
        _check_age(signed.stamp, [datetime.now(UTC), self._clock.now()])
        if not hmac.compare_digest(_expected(request, signed, key.secret), signed.signature):
            raise _mismatch(
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
            )

    def _verify_presigned(self, request: Request, signed: _Signed) -> None:
        host = request.headers.get("host", "")
        own = OWN_HOSTS.match(host)
        if not own or "host" not in signed.headers:
            raise _mismatch(f"The request was signed for another host than {host}.")
        if own["region"] not in (None, signed.scope.region):
            raise _mismatch(f"Credential should be scoped to a valid region, not '{signed.scope.region}'.")
        _check_age(signed.stamp, [datetime.now(UTC)])

    def note(self, route: Route, caller: Caller, parameters: Mapping[str, Any], output: Mapping[str, Any]) -> None:
        """Learn from an answer which keys exist."""
        handler = _LESSONS.get((route.service, str(route.operation.name)))
        if handler is not None:
            handler(self.keys, caller, parameters, output)


def _account_of(access_key: str) -> str:
    return access_key if re.fullmatch(r"\d{12}", access_key) else DEFAULT_ACCOUNT


def _region_of_host(request: Request) -> str:
    found = re.match(r"sts\.([a-z0-9-]+)\.amazonaws\.com", request.headers.get("host", ""))
    return found.group(1) if found else DEFAULT_REGION


Lesson = Callable[[dict[str, Key], Caller, Mapping[str, Any], Mapping[str, Any]], None]


def _user_key(keys: dict[str, Key], caller: Caller, _parameters: Mapping[str, Any], output: Mapping[str, Any]) -> None:
    made = output["AccessKey"]
    arn = f"arn:aws:iam::{caller.account}:user/{made['UserName']}"
    keys[made["AccessKeyId"]] = Key(account=caller.account, secret=made["SecretAccessKey"], arn=arn)


def _session_key(keys: dict[str, Key], caller: Caller, _parameters: Mapping[str, Any], output: Mapping[str, Any]) -> None:
    made = output["Credentials"]
    arn = output.get("AssumedRoleUser", output.get("FederatedUser", {})).get("Arn", caller.arn)
    keys[made["AccessKeyId"]] = Key(
        account=arn.split(":")[4] if arn else caller.account, secret=made["SecretAccessKey"], arn=arn, session_token=made["SessionToken"]
    )


def _deleted_key(keys: dict[str, Key], _caller: Caller, parameters: Mapping[str, Any], _output: Mapping[str, Any]) -> None:
    # A deleted key must go on being refused: forgetting it would make it an unknown key, which is accepted
    _updated_key(keys, _caller, {**parameters, "Status": "Inactive"}, _output)


def _updated_key(keys: dict[str, Key], _caller: Caller, parameters: Mapping[str, Any], _output: Mapping[str, Any]) -> None:
    key = keys.get(parameters["AccessKeyId"])
    if key:
        active = parameters["Status"] == "Active"
        keys[parameters["AccessKeyId"]] = Key(
            account=key.account, secret=key.secret, arn=key.arn, session_token=key.session_token, is_active=active
        )


_LESSONS: Mapping[tuple[str, str], Lesson] = {
    ("iam", "CreateAccessKey"): _user_key,
    ("iam", "UpdateAccessKey"): _updated_key,
    ("iam", "DeleteAccessKey"): _deleted_key,
    ("sts", "AssumeRole"): _session_key,
    ("sts", "AssumeRoleWithWebIdentity"): _session_key,
    ("sts", "AssumeRoleWithSAML"): _session_key,
    ("sts", "GetSessionToken"): _session_key,
    ("sts", "GetFederationToken"): _session_key,
}
