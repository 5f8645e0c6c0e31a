# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold before add-ons are made, changed or deleted, with what to do where it does not."""

from __future__ import annotations

from collections.abc import Iterable

from .._model.addons import MOST_RECENT, Addon, Addons, AddonsActual, LiveAddon
from .._model.heritage import heritage
from .._model.ownership import is_ours
from .._model.problem import Problems
from .._model.scope import Scope
from .parent_cluster import check_parent_cluster


def check_addons(desired: Addons, actual: AddonsActual, problems: Problems) -> None:
    """Note every reason against what is declared."""
    if not desired.cluster_planned:
        check_parent_cluster(desired.cluster, actual.cluster_version, actual.cluster_status, problems)
    version = desired.cluster_version or actual.cluster_version
    for addon in desired.addons:
        live = actual.addons.get(addon.name)
        if version is not None:
            _check_version(addon, live, actual, version, problems)
        elif addon.version == MOST_RECENT and desired.cluster_planned:
            problems.add(
                "version_unknown",
                f"{addon.path}.version",
                found=MOST_RECENT,
                wanted="a cluster whose version is declared",
                do="Declare the cluster's version, or leave the add-on at default.",
            )
        if live:
            _check_live(addon, live, desired, problems)


def deferred_checks(desired: Addons, actual: AddonsActual) -> tuple[str, ...]:
    """Name the checks that need the version of a cluster that is not there yet."""
    if desired.cluster_version or actual.cluster_version:
        return ()
    return tuple(f"add-on {addon.name}: offered for the version of cluster {desired.cluster}" for addon in desired.addons)


def check_deletions(desired: Addons, leaving: Iterable[LiveAddon], scope: Scope, problems: Problems) -> None:
    """Refuse to delete what is named and does not carry our owner tag."""
    for live in leaving:
        if not is_ours(scope, desired.cluster, live.tags) and not desired.purge_unmanaged:
            problems.add(
                "not_ours",
                "addons",
                found=f"add-on {live.name} without our owner tag",
                wanted=f"the tag cutover.eks/cluster={scope.owner(desired.cluster)}",
                do="Delete it with the tool that made it, or consent with purge_unmanaged: true.",
            )


def _check_version(addon: Addon, live: LiveAddon | None, actual: AddonsActual, version: str, problems: Problems) -> None:
    needed = live is None or addon.update or addon.exact_version not in (None, live.version)
    offered = [found.version for found in actual.offered.get(addon.name, ())]
    if needed and not offered:
        problems.add(
            "unknown_addon",
            f"{addon.path}.name",
            found=f"{addon.name}, which EKS does not offer for {version}",
            wanted="an add-on that EKS offers",
            do="cutover.eks.addon_versions_info lists them.",
        )
    elif needed and addon.exact_version and addon.exact_version not in offered:
        problems.add(
            "addon_version_not_offered",
            f"{addon.path}.version",
            found=addon.exact_version,
            wanted=f"one of {', '.join(offered)} (for Kubernetes {version})",
            do="Choose one of these, or default.",
        )


def _check_live(addon: Addon, live: LiveAddon, desired: Addons, problems: Problems) -> None:
    if live.status in ("CREATE_FAILED", "DELETE_FAILED"):
        told = "; ".join(map(str, live.issues)) or "no reason given"
        problems.add(
            "addon_failed",
            f"{addon.path}.name",
            found=f"add-on {addon.name} {live.status} ({told})",
            wanted="an add-on that works",
            do="Delete it (cutover.eks.addons with state: absent), remove the cause and create it again.",
        )
    tool = heritage(live.tags)
    if tool and not desired.adopt:
        problems.add(
            "foreign",
            f"{addon.path}.name",
            found=f"add-on {addon.name} of {tool}",
            wanted="an add-on of ours",
            do="Change it there, or set adopt: true.",
        )
