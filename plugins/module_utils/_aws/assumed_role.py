# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials of an assumed role that are renewed, so that a run may outlive one hour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from .service_models import new_session

with suppress(ImportError):  # AnsibleAWSModule reports a missing SDK before this is used
    import botocore.session
    from botocore.credentials import DeferredRefreshableCredentials

SESSION_NAME = "cutover.eks"


def assuming(session: Any, role: Mapping[str, Any], sts: Callable[[], Any]) -> Any:
    """Give a session like `session` that acts as the role; `sts` makes the client that asks for it, when it is needed."""
    request = {"RoleArn": role["arn"], "RoleSessionName": role.get("session_name") or SESSION_NAME}
    if role.get("external_id"):
        request["ExternalId"] = role["external_id"]

    def refresh() -> dict[str, str]:
        given = sts().assume_role(**request)["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    core = botocore.session.get_session()
    core.get_component("credential_provider").insert_before("env", _Assumed(refresh))
    return new_session(core, region_name=session.region_name)


class _Assumed:
    """A credential provider in botocore's sense."""

    METHOD = "cutover-assume-role"
    CANONICAL_NAME = None

    def __init__(self, refresh: Callable[[], Mapping[str, str]]) -> None:
        self.refresh = refresh

    def load(self) -> Any:
        """Give the credentials; they are fetched when they are first used."""
        return DeferredRefreshableCredentials(refresh_using=self.refresh, method=self.METHOD)
