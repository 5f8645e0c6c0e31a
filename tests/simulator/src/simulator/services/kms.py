# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS: keys that are scheduled to go, refuse everything until then, and are gone afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ..allowlist import allow
from ..moto_service import MotoService, plain
from ..seam import Call, Refusal, World

ALLOWED = {
    "CreateKey": allow("Policy Description KeyUsage KeySpec Tags MultiRegion"),
    "DescribeKey": allow("KeyId"),
    "ListKeys": allow("Limit Marker"),
    "CreateAlias": allow("AliasName TargetKeyId"),
    "UpdateAlias": allow("AliasName TargetKeyId"),
    "DeleteAlias": allow("AliasName"),
    "ListAliases": allow("KeyId Limit Marker"),
    "EnableKeyRotation": allow("KeyId"),
    "DisableKeyRotation": allow("KeyId"),
    "GetKeyRotationStatus": allow("KeyId"),
    "GetKeyPolicy": allow("KeyId PolicyName"),
    "PutKeyPolicy": allow("KeyId PolicyName Policy"),
    "ListResourceTags": allow("KeyId Limit Marker"),
    "TagResource": allow("KeyId Tags"),
    "UntagResource": allow("KeyId TagKeys"),
    "EnableKey": allow("KeyId"),
    "DisableKey": allow("KeyId"),
    "ScheduleKeyDeletion": allow("KeyId PendingWindowInDays"),
    "CancelKeyDeletion": allow("KeyId"),
}
REFUSED_WHILE_PENDING = frozenset(
    {"ScheduleKeyDeletion", "EnableKeyRotation", "DisableKeyRotation", "EnableKey", "DisableKey", "TagResource", "UntagResource"}
)
PENDING = "PendingDeletion"
SHORTEST_WINDOW, LONGEST_WINDOW = 7, 30


class Kms(MotoService):
    """Key Management Service."""

    name = "kms"
    allowed = ALLOWED

    def handle(self, call: Call) -> dict[str, Any]:
        """Let keys go whose time has come, and refuse changes of those that wait for it."""
        self.check(call)
        self._reap(call)
        key = self._key(call)
        if key is not None and key.key_state == PENDING and call.operation in REFUSED_WHILE_PENDING:
            raise Refusal("KMSInvalidStateException", f"{key.arn} is pending deletion.")
        window = call.parameters.get("PendingWindowInDays", LONGEST_WINDOW)
        if not SHORTEST_WINDOW <= window <= LONGEST_WINDOW:
            raise Refusal(
                "ValidationException", f"PendingWindowInDays must be between {SHORTEST_WINDOW} and {LONGEST_WINDOW}, not {window}"
            )
        answer = self.moto(call)
        if call.operation == "ScheduleKeyDeletion":
            return answer | {"KeyId": key.arn, "KeyState": PENDING, "PendingWindowInDays": window}
        if call.operation == "CancelKeyDeletion":
            # a key that is kept comes back disabled
            self.ask(call, "DisableKey", {"KeyId": call.parameters["KeyId"]})
        return answer

    def _key(self, call: Call) -> Any:
        wanted = str(call.parameters.get("KeyId", ""))
        for key in self.backend(call).keys.values():
            if wanted in (key.id, key.arn):
                return key
        return None

    def _reap(self, call: Call) -> None:
        backend, now = self.backend(call), self.world.clock.now()
        for id, key in list(backend.keys.items()):
            if key.key_state == PENDING and key.deletion_date.replace(tzinfo=dt.UTC) <= now:
                del backend.keys[id]

    def resources(self, account: str, region: str) -> Mapping[str, Any]:
        """Give the account's own keys with their tags, and its aliases."""
        call = self.own_call(account, region)
        keys = [key for key in self.backend(call).keys.values() if key.key_manager == "CUSTOMER"]
        aliases = [each for each in self.ask(call, "ListAliases", {})["Aliases"] if not each["AliasName"].startswith("alias/aws/")]
        found = {f"key/{key.id}": plain(self._data(call, key)) for key in keys}
        return found | {f"alias/{each['AliasName'].partition('/')[2]}": plain(each) for each in aliases}

    def _data(self, call: Call, key: Any) -> dict[str, Any]:
        tags = self.ask(call, "ListResourceTags", {"KeyId": key.id})["Tags"]
        return {"Arn": key.arn, "KeyState": key.key_state, "Description": key.description, "Tags": tags}


def create(world: World) -> Kms:
    """Make the service."""
    return Kms(world)
