# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold before add-ons are made, changed or deleted, with what to do where it does not."""

from __future__ import annotations

from collections.abc import Iterable

from .._model.addons import MOST_RECENT, Addon, Addons, AddonsActual, LiveAddon, Verdict, needs_versions
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
        _check_configuration(addon, actual, problems)
        if live:
            _check_live(addon, live, desired, problems)


def deferred_checks(desired: Addons, actual: AddonsActual) -> tuple[str, ...]:
    """Name the checks that need the version of a cluster that is not there yet, or something else that is not there."""
    if desired.cluster_version or actual.cluster_version:
        open_ones = {name: verdict.unchecked for name, verdict in actual.verdicts.items() if verdict.unchecked}
        return tuple(f"configuration of add-on {name} against its schema: {why}" for name, why in open_ones.items())
    offered = (f"add-on {addon.name}: offered for the version of cluster {desired.cluster}" for addon in desired.addons)
    judged = (f"configuration of add-on {addon.name} against its schema" for addon in desired.addons if addon.configuration_values)
    return (*offered, *judged)


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
    if not needs_versions(addon, live):
        return
    offered = [found.version for found in actual.offered.get(addon.name, ())]
    if offered and addon.exact_version and addon.exact_version not in offered:
        problems.add(
            "addon_version_not_offered",
            f"{addon.path}.version",
            found=addon.exact_version,
            wanted=f"one of {', '.join(offered)} (for Kubernetes {version})",
            do="Choose one of these, or default.",
        )
    # Of a cluster's version that is not offered the cluster's planner tells; no add-on is offered for it, which is nothing new.
    elif not offered and (actual.version_offered or addon.name in actual.unknown):
        problems.add(
            "unknown_addon",
            f"{addon.path}.name",
            found=f"{addon.name}, which EKS does not offer{f' for {version}' if actual.version_offered else ''}",
            wanted="an add-on that EKS offers",
            do="cutover.eks.addon_versions_info lists them.",
        )


def _check_configuration(addon: Addon, actual: AddonsActual, problems: Problems) -> None:
    for path, fault in actual.verdicts.get(addon.name, Verdict()).faults:
        problems.add(
            "configuration_not_valid",
            f"{addon.path}.configuration_values{path}",
            found=fault,
            wanted=f"values that the schema of add-on {addon.name} takes",
            do="Correct it. The schema: aws eks describe-addon-configuration --addon-name NAME --addon-version VERSION.",
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
