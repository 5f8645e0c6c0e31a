# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add-ons of a cluster: what is declared of them, what was seen of them, and what is told about them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .cluster import cluster_name
from .eks_update import Issue, UpdateUnderWay
from .fields import Fields
from .ownership import users_tags
from .problem import Problems
from .reference import Ref, Value, shown
from .role_arn import passed_role
from .scope import Scope

BEFORE_COMPUTE = frozenset({"vpc-cni", "kube-proxy", "eks-pod-identity-agent"})
"""Add-ons that nodes need to become ready, and that need no node themselves."""
DEFAULT, MOST_RECENT = "default", "most_recent"
OR_PURPOSE = " (in a stack, also a purpose that its iam_roles declare)"
CONFLICTS = ("NONE", "OVERWRITE", "PRESERVE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A service account of an add-on and the role that its pods get."""

    service_account: str
    role_arn: Value

    def to_api(self) -> dict[str, Value]:
        """Give it as EKS writes it."""
        return {"serviceAccount": self.service_account, "roleArn": self.role_arn}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addon:
    """What is declared of one add-on."""

    name: str
    path: str = ""
    version: str | None = None
    """`default`, `most_recent` or an exact version."""
    configuration_values: Mapping[str, Any] | None = None
    service_account_role_arn: Value | None = None
    pod_identity_associations: tuple[Association, ...] | None = None
    resolve_conflicts: str | None = None
    preserve: bool = False
    before_compute: bool = False
    update: bool = False
    tags: Mapping[str, str] | None = None

    @property
    def exact_version(self) -> str | None:
        """Give the version if it is an exact one."""
        return None if self.version in (None, DEFAULT, MOST_RECENT) else self.version


@dataclass(frozen=True, slots=True, kw_only=True)
class Addons:
    """What is declared of a cluster's add-ons."""

    cluster: str
    state: str = "present"
    addons: tuple[Addon, ...] = ()
    all_of_ours: bool = False
    """With state absent: every add-on that carries our owner tag, because none is named."""
    purge: bool = False
    purge_unmanaged: bool = False
    purge_tags: bool = False
    adopt: bool = False
    cluster_planned: bool = False
    """Another part of the same plan makes the cluster."""
    cluster_version: str | None = None
    """The version that another part of the same plan gives the cluster."""

    @classmethod
    def from_options(cls, options: Mapping[str, Any], scope: Scope) -> Addons:
        """Read the options of module `addons`, or refuse them with every problem of their shape."""
        problems = Problems()
        fields = Fields(options, problems)
        state = str(options.get("state") or "present")
        desired = cls(
            cluster=cluster_name(fields, "cluster"),
            state=state,
            addons=tuple(_addon(inner, scope) for inner in fields.each("addons")),
            all_of_ours=state == "absent" and options.get("addons") is None,
            purge=bool(options.get("purge")),
            purge_unmanaged=bool(options.get("purge_unmanaged")),
            purge_tags=bool(options.get("purge_tags")),
            adopt=bool(options.get("adopt")),
        )
        for name, times in Counter(addon.name for addon in desired.addons if addon.name).items():
            if times > 1:
                problems.add("doubled_name", "addons", found=f"{name} {times} times", wanted="each name once", do="Drop one.")
        if not desired.cluster:
            problems.add("missing_cluster", "cluster", found="nothing", wanted="the name of the cluster", do="Give one.")
        problems.refuse_if_any()
        return desired

    @property
    def needs_all(self) -> bool:
        """Say whether add-ons count that are not named."""
        return self.purge or self.all_of_ours


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAddon:
    """One add-on as it was seen."""

    name: str
    arn: str
    status: str
    version: str
    configuration: str = ""
    """As it was given to EKS: JSON, or YAML that somebody else wrote."""
    service_account_role_arn: str | None = None
    associations: frozenset[tuple[str, str]] | None = frozenset()
    """Service account and role; None: not looked up, because none is declared."""
    tags: Mapping[str, str] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    updates: tuple[UpdateUnderWay, ...] = ()

    @property
    def stays(self) -> bool:
        """Say whether it will still be there, so that it is changed and not made."""
        return self.status != "DELETING"

    @property
    def configuration_values(self) -> object:
        """Give the configuration as data; what is no JSON is given as it stands."""
        try:
            return json.loads(self.configuration or "{}")
        except ValueError:
            return self.configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedVersion:
    """One version of an add-on that EKS offers for the cluster's version."""

    version: str
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A declared configuration that an add-on is going to get, and the version that it has to suit."""

    name: str
    version: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What EKS's schema says about a declared configuration."""

    faults: tuple[tuple[str, str], ...] = ()
    """Where in the configuration (`.replicaCount`), and what is wrong there."""
    unchecked: str = ""
    """Why it was not checked, or not all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddonsActual:
    """What was seen of a cluster's add-ons."""

    cluster_version: str | None = None
    """None: there is no such cluster."""
    cluster_status: str = ""
    addons: Mapping[str, LiveAddon] = field(default_factory=dict)
    offered: Mapping[str, tuple[OfferedVersion, ...]] = field(default_factory=dict)
    """Offered versions by add-on, newest first; only where a version must be chosen or checked."""
    version_offered: bool = True
    """False: EKS does not offer the version that the cluster is to get, and so no add-on for it either."""
    unknown: frozenset[str] = frozenset()
    """Add-ons that EKS offers for no version at all; looked for only where it does not offer the cluster's."""
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """Verdict on the declared configuration by add-on; only where it is going to be set."""


def version_order(version: str) -> tuple[int, ...]:
    """Give a sort key of `v1.19.0-eksbuild.1`."""
    digits = "".join(letter if letter.isdigit() else " " for letter in version)
    return tuple(int(part) for part in digits.split())


def resolved_version(addon: Addon, offered: tuple[OfferedVersion, ...]) -> str | None:
    """Turn `default` and `most_recent` into the version that EKS offers; an exact one stays as it is."""
    if addon.exact_version:
        return addon.exact_version
    if addon.version == MOST_RECENT:
        return offered[0].version if offered else None
    return next((found.version for found in offered if found.is_default), None)


def needs_versions(addon: Addon, live: LiveAddon | None) -> bool:
    """Say whether a version must be chosen or checked."""
    return live is None or not live.stays or addon.update or addon.exact_version not in (None, live.version)


def version_to_be(addon: Addon, live: LiveAddon | None, offered: tuple[OfferedVersion, ...]) -> str | None:
    """Give the version that the add-on will have: an exact one may lead back, `update` only forward."""
    chosen = resolved_version(addon, offered)
    if live is None or not live.stays or addon.exact_version:
        return chosen
    return chosen if addon.update and chosen and version_order(chosen) > version_order(live.version) else live.version


def configured(addon: Addon, live: LiveAddon | None, offered: tuple[OfferedVersion, ...]) -> Configured | None:
    """Give the configuration that the add-on is going to get, None where it stays as it is or no version is known for it."""
    version, values = version_to_be(addon, live, offered), addon.configuration_values
    if not values or version is None:
        return None
    same = live is not None and live.stays and (live.version, live.configuration_values) == (version, values)
    return None if same else Configured(name=addon.name, version=version, values=values)


def _addon(fields: Fields, scope: Scope) -> Addon:
    name = fields.text(
        "name", r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", wanted="the name of an EKS add-on", do="See cutover.eks.addon_versions_info."
    )
    if not name:
        fields.refuse("missing_name", "name", wanted="the name of an EKS add-on", do="Give one.")
    early = fields.flag("before_compute")
    return Addon(
        name=name or "",
        path=fields.path,
        version=fields.text(
            "version",
            r"default|most_recent|v\d+\.\d+\.\d+(-eksbuild\.\d+)?([-+.].*)?",
            wanted="default, most_recent, or an exact version such as v1.19.0-eksbuild.1",
            do="cutover.eks.addon_versions_info lists the offered ones.",
        ),
        configuration_values=_configuration(fields),
        service_account_role_arn=passed_role(fields, "service_account_role_arn", scope, otherwise=OR_PURPOSE),
        pod_identity_associations=_associations(fields, scope),
        resolve_conflicts=fields.choice("resolve_conflicts", CONFLICTS),
        preserve=bool(fields.options.get("preserve")),
        before_compute=name in BEFORE_COMPUTE if early is None else early,
        update=bool(fields.options.get("update")),
        tags=fields.mapping("tags"),
    )


def _configuration(fields: Fields) -> Mapping[str, Any] | None:
    found = fields.options.get("configuration_values")
    if found is not None and not isinstance(found, Mapping):
        fields.refuse("bad_configuration", "configuration_values", wanted="a dictionary", do="Write the values as YAML, not as a string.")
        return None
    return found


def _associations(fields: Fields, scope: Scope) -> tuple[Association, ...] | None:
    if not fields.has("pod_identity_associations"):
        return None
    found = [
        (inner, inner.text("service_account") or "", passed_role(inner, "role_arn", scope, otherwise=OR_PURPOSE))
        for inner in fields.each("pod_identity_associations")
    ]
    for inner, account, role in found:
        if not account or not role:
            inner.refuse("bad_association", "service_account", wanted="a service account and a role", do="Give both.")
    if len({account for inner, account, role in found}) < len(found):
        fields.refuse("doubled_association", "pod_identity_associations", wanted="each service account once", do="Drop one.")
    return tuple(Association(service_account=account, role_arn=role or "") for inner, account, role in found)


def addons_result(desired: Addons, actual: AddonsActual, _scope: Scope) -> dict[str, Any]:
    """Give the add-ons as the module returns them: its option keys and `status`."""
    return {
        "cluster": desired.cluster,
        "state": desired.state,
        "addons": [_addon_result(addon, actual) for addon in desired.addons],
        "purge": desired.purge,
        "purge_unmanaged": desired.purge_unmanaged,
        "purge_tags": desired.purge_tags,
        "adopt": desired.adopt,
        "status": {"cluster_version": actual.cluster_version} if actual.cluster_version else {},
    }


def _addon_result(addon: Addon, actual: AddonsActual) -> dict[str, Any]:
    live = actual.addons.get(addon.name)
    result = {
        "name": addon.name,
        "version": addon.version or (live.version if live else DEFAULT),
        "preserve": addon.preserve,
        "before_compute": addon.before_compute,
        "update": addon.update,
        "resolve_conflicts": addon.resolve_conflicts,
        "service_account_role_arn": addon.service_account_role_arn or (live.service_account_role_arn if live else None),
        "configuration_values": _shown_configuration(addon, live),
        "pod_identity_associations": _shown_associations(addon),
        "tags": {**users_tags(live.tags if live else {}), **(addon.tags or {})},
        "status": _status(addon, live, actual),
    }
    return {key: shown(value) for key, value in result.items() if value is not None}


def _shown_configuration(addon: Addon, live: LiveAddon | None) -> object:
    if addon.configuration_values is not None:
        return addon.configuration_values
    return live.configuration_values if live and live.configuration and isinstance(live.configuration_values, dict) else None


def _shown_associations(addon: Addon) -> list[dict[str, object]] | None:
    if addon.pod_identity_associations is None:
        return None
    return [{"service_account": found.service_account, "role_arn": found.role_arn} for found in addon.pod_identity_associations]


def _status(addon: Addon, live: LiveAddon | None, actual: AddonsActual) -> dict[str, Any]:
    offered = actual.offered.get(addon.name, ())
    if live is None:
        return {"arn": Ref(f"addon/{addon.name}", "addon.addonArn").marker(), "state": "absent"}
    status: dict[str, Any] = {
        "arn": live.arn,
        "state": live.status,
        "version": live.version,
        "health": [str(issue) for issue in live.issues],
    }
    if offered:
        status["update_available"] = version_order(offered[0].version) > version_order(live.version)
    return status
