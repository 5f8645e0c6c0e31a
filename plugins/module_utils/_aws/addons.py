# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of a cluster's add-ons, of the roles of their pods, and of the versions that EKS offers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._model.addons import Addons, AddonsActual, Configured, LiveAddon, OfferedVersion, configured, needs_versions, version_order
from .._model.scope import Scope
from .._run.gateway import Answer, ApiError, Gateway, Read
from .addon_schemas import read_verdicts
from .eks_update import issues_of, read_updates_under_way
from .refusable import UNKNOWN_PARAMETER, Reply, replies


def read_addons(gateway: Gateway, _scope: Scope, desired: Addons) -> AddonsActual:
    """Look at the named add-ons (with purge: at all), and at versions and schemas only where one must be chosen or checked."""
    names = _names(gateway, desired)
    targets = [{"clusterName": desired.cluster, "addonName": name} for name in names]
    first = [Read("eks", "DescribeAddon", target, missing=True) for target in targets]
    described, *answers = gateway.read_all([Read("eks", "DescribeCluster", {"name": desired.cluster}, missing=True), *first])
    found = [answer["addon"] for answer in answers if answer]
    live = {addon["addonName"]: _addon(gateway, addon) for addon in found}
    cluster = (described or {}).get("cluster", {})
    version = desired.cluster_version or cluster.get("version")
    resolved = _to_resolve(desired, live) if version else []
    roles, offered = _roles_and_versions(gateway, desired, found, resolved, version)
    missing = [name for name in resolved if not offered.get(name)]
    version_offered = not missing or version == cluster.get("version") or _is_offered(gateway, version)
    return AddonsActual(
        cluster_version=cluster.get("version"),
        cluster_status=cluster.get("status", ""),
        addons={name: replace(addon, associations=roles.get(name)) for name, addon in live.items()},
        offered=offered,
        version_offered=version_offered,
        unknown=frozenset() if version_offered else _unknown(gateway, missing),
        verdicts=read_verdicts(gateway, _configured(desired, live, offered)) if version else {},
    )


def offered_versions(answer: Answer, version: str | None) -> dict[str, tuple[OfferedVersion, ...]]:
    """Turn an answer of DescribeAddonVersions into offered versions by add-on, newest first."""
    return {found["addonName"]: _offered(found["addonVersions"], version) for found in answer["addons"]}


def _offered(found: Iterable[Mapping[str, Any]], version: str | None) -> tuple[OfferedVersion, ...]:
    offered = [
        OfferedVersion(
            version=item["addonVersion"],
            is_default=any(
                fit.get("defaultVersion", False) for fit in item.get("compatibilities", ()) if fit.get("clusterVersion") == version
            ),
        )
        for item in found
    ]
    return tuple(sorted(offered, key=lambda item: version_order(item.version), reverse=True))


def _names(gateway: Gateway, desired: Addons) -> Sequence[str]:
    """One list call is worth its round trip only where add-ons count that are not named."""
    named = [addon.name for addon in desired.addons]
    if not desired.needs_all:
        return named
    (answer,) = gateway.read_all([Read("eks", "ListAddons", {"clusterName": desired.cluster}, missing=True)])
    return sorted({*(answer or {}).get("addons", ()), *named})


def _addon(gateway: Gateway, found: Mapping[str, Any]) -> LiveAddon:
    updating = found["status"] == "UPDATING"
    return LiveAddon(
        name=found["addonName"],
        arn=found["addonArn"],
        status=found["status"],
        version=found.get("addonVersion", ""),
        configuration=found.get("configurationValues") or "",
        service_account_role_arn=found.get("serviceAccountRoleArn"),
        tags=found.get("tags", {}),
        issues=issues_of(found.get("health")),
        updates=read_updates_under_way(gateway, found["clusterName"], {"addonName": found["addonName"]}) if updating else (),
    )


def _to_resolve(desired: Addons, live: Mapping[str, LiveAddon]) -> list[str]:
    return [] if desired.state == "absent" else [addon.name for addon in desired.addons if needs_versions(addon, live.get(addon.name))]


def _configured(desired: Addons, live: Mapping[str, LiveAddon], offered: Mapping[str, tuple[OfferedVersion, ...]]) -> Iterator[Configured]:
    """Find the configurations that are going to be set; of a version that is not offered there is no schema."""
    for addon in desired.addons if desired.state == "present" else ():
        versions = offered.get(addon.name, ())
        found = configured(addon, live.get(addon.name), versions)
        if found and (not needs_versions(addon, live.get(addon.name)) or found.version in {one.version for one in versions}):
            yield found


def _is_offered(gateway: Gateway, version: str) -> bool:
    """Say whether EKS offers a Kubernetes version; asked only where it offers an add-on for none."""
    answer = gateway.read("eks", "DescribeClusterVersions", {})
    return version in {found["clusterVersion"] for found in answer["clusterVersions"]}


def _unknown(gateway: Gateway, names: Iterable[str]) -> frozenset[str]:
    """Find the add-ons that are not offered for any Kubernetes version."""
    asked = list(names)
    answers = replies(gateway, [_versions_read(name, None) for name in asked], refusals={UNKNOWN_PARAMETER})
    return frozenset(name for name, answer in zip(asked, answers, strict=True) if not _offers(answer, None).get(name))


def _versions_read(name: str, version: str | None) -> Read:
    request = {"addonName": name, **({"kubernetesVersion": version} if version else {})}
    return Read("eks", "DescribeAddonVersions", request, missing=True)


def _offers(reply: Reply, version: str | None) -> dict[str, tuple[OfferedVersion, ...]]:
    """Give what is offered; EKS does not know an add-on that it answers for with nothing, or with an error."""
    return {} if reply is None or isinstance(reply, ApiError) else offered_versions(reply, version)


def _roles_and_versions(
    gateway: Gateway, desired: Addons, found: Iterable[Mapping[str, Any]], resolve: Iterable[str], version: str | None
) -> tuple[dict[str, frozenset[tuple[str, str]]], dict[str, tuple[OfferedVersion, ...]]]:
    declaring = {addon.name for addon in desired.addons if addon.pod_identity_associations is not None}
    asked = [
        (addon["addonName"], arn) for addon in found if addon["addonName"] in declaring for arn in addon.get("podIdentityAssociations", ())
    ]
    ids = [{"clusterName": desired.cluster, "associationId": arn.rsplit("/", 1)[-1]} for owner, arn in asked]
    reads = [Read("eks", "DescribePodIdentityAssociation", target, missing=True) for target in ids]
    versions = [_versions_read(name, version) for name in resolve]
    answers = replies(gateway, [*reads, *versions], refusals={UNKNOWN_PARAMETER})
    roles: dict[str, set[tuple[str, str]]] = {name: set() for name in declaring}
    owners = [owner for owner, _arn in asked]
    for name, answer in zip(owners, answers, strict=False):
        if answer and not isinstance(answer, ApiError):
            roles[name].add((answer["association"]["serviceAccount"], answer["association"]["roleArn"]))
    offered: dict[str, tuple[OfferedVersion, ...]] = {}
    for answer in answers[len(reads) :]:
        offered |= _offers(answer, version)
    return {name: frozenset(pairs) for name, pairs in roles.items()}, offered
