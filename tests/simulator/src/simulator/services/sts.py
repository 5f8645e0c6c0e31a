# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""STS: who is asking, and temporary credentials."""

from __future__ import annotations

from typing import Any, ClassVar

from ..allowlist import allow
from ..moto_service import MotoService
from ..seam import Call, Refusal, World

ALLOWED = {
    "GetCallerIdentity": allow(),
    "AssumeRole": allow("RoleArn RoleSessionName DurationSeconds ExternalId Policy PolicyArns Tags TransitiveTagKeys"),
}


class Sts(MotoService):
    """Identity by the access key that signed the request."""

    name = "sts"
    allowed = ALLOWED

    def get_caller_identity(self, call: Call) -> dict[str, Any]:
        """Answer what the front door found out from the signature."""
        return {"UserId": _user_id(call), "Account": call.account, "Arn": call.caller.arn}

    def assume_role(self, call: Call) -> dict[str, Any]:
        """Give credentials of a role that exists; AWS says AccessDenied about one that does not."""
        account, _kind, name = call.parameters["RoleArn"].partition(":iam::")[2].partition(":role/")
        try:
            self.world.call("iam", "GetRole", {"RoleName": name.rpartition("/")[2]}, account=account, region=call.region)
        except Refusal:
            text = f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {call.parameters['RoleArn']}"
            raise Refusal("AccessDenied", text, 403) from None
        return self.moto(call)

    handlers: ClassVar = {"GetCallerIdentity": get_caller_identity, "AssumeRole": assume_role}


def _user_id(call: Call) -> str:
    session = call.caller.arn.partition(":assumed-role/")[2].partition("/")[2]
    return f"AROAEXAMPLE:{session}" if session else call.account


def create(world: World) -> Sts:
    """Make the service."""
    return Sts(world)
