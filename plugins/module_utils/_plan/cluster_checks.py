# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold before a control plane is made, changed or deleted, with what to do where it does not."""

from __future__ import annotations

from .._model.cluster import (
    AUTHENTICATION_MODES,
    IMMUTABLE,
    SECURITY_GROUPS,
    SETTINGS,
    SUBNETS,
    SUPPORT,
    Cluster,
    ClusterActual,
    LiveCluster,
)
from .._model.heritage import heritage
from .._model.ownership import is_ours
from .._model.problem import Problems
from .._model.reference import is_unknown
from .._model.scope import Scope

PUBLIC = "resources_vpc_config.endpoint_public_access"
PRIVATE = "resources_vpc_config.endpoint_private_access"
CIDRS = "resources_vpc_config.public_access_cidrs"
MODE = "access_config.authentication_mode"
KEY = "encryption_config.key_arn"
ELSEWHERE = "Create another cluster with it beside this one and move the workloads, or declare what is there."


def check_cluster(desired: Cluster, actual: ClusterActual, problems: Problems) -> None:
    """Note every reason against creating or changing the cluster."""
    _check_zones(desired, actual, problems)
    _check_security_groups(desired, actual, problems)
    _check_endpoints(desired, actual.cluster, problems)
    _check_offered(desired, actual, problems)
    _check_support(desired, actual, problems)
    _check_nodes(desired, actual, problems)
    if actual.cluster is None or not actual.cluster.stays:
        _check_creation(desired, problems)
    else:
        _check_change(desired, actual.cluster, problems)


def deferred_checks(desired: Cluster, actual: ClusterActual) -> tuple[str, ...]:
    """Name the checks that need what is known only after apply, or to nobody but the nodes."""
    zones = (f"cluster {desired.name}: subnets in at least two zones",) if _zones_may_be_too_few(desired, actual) else ()
    silent = sorted(name for name, version in actual.node_versions.items() if not version)
    return (*zones, *(f"cluster {desired.name}: kubelets of node group {name}, whose image decides their version" for name in silent))


def check_deletion(desired: Cluster, actual: ClusterActual, scope: Scope, problems: Problems) -> None:
    """Note every reason against deleting the cluster."""
    live = actual.cluster
    if live is None or live.status == "DELETING":
        return
    if not is_ours(scope, desired.name, live.tags) and not desired.adopt:
        problems.add(
            "not_ours",
            "name",
            found=f"cluster {live.name} without our owner tag",
            wanted=f"the tag cutover.eks/cluster={scope.owner(desired.name)}",
            do="Delete it with the tool that made it, or set adopt: true if it is yours to delete.",
        )
    if live.settings.get("deletion_protection") and desired.settings.get("deletion_protection") is not False:
        problems.add(
            "deletion_protected",
            "deletion_protection",
            found=f"cluster {live.name} protected against deletion",
            wanted="deletion_protection: false together with state: absent",
            do="Declare it false: the plan then shows its removal as a step of its own.",
        )
    staying = [member for member in actual.members if member.removeprefix("nodegroup/") not in desired.nodegroups_deleted]
    if staying:
        problems.add(
            "has_members",
            "state",
            found=f"cluster {live.name} with {', '.join(staying)}",
            wanted="a cluster without node groups and Fargate profiles",
            do="Delete them first (cutover.eks.nodegroups with state: absent), or delete all of it with cutover.eks.stack.",
        )


def _check_creation(desired: Cluster, problems: Problems) -> None:
    for option, what in (("role_arn", "the ARN of the cluster role"), (SUBNETS, "subnets in at least two zones")):
        if not desired.settings.get(option):
            code = f"missing_{option.rpartition('.')[2]}"
            problems.add(code, option, found="nothing", wanted=what, do="A new cluster needs it: declare it.")


def _check_zones(desired: Cluster, actual: ClusterActual, problems: Problems) -> None:
    if actual.zones is None or not desired.known(SUBNETS):
        return
    missing = [subnet for subnet in desired.known(SUBNETS) if subnet not in actual.zones]
    if missing:
        problems.add("unknown_subnet", SUBNETS, found=", ".join(missing), wanted="subnets that exist", do="Correct the ids, or the region.")
    elif not desired.has_unknown(SUBNETS) and _too_few_zones(desired, actual):
        problems.add(
            "one_zone",
            SUBNETS,
            found=f"subnets in {', '.join(sorted(set(actual.zones.values())))} only",
            wanted="subnets in at least two zones",
            do="Add a subnet in another zone: EKS puts its network interfaces into two.",
        )


def _zones_may_be_too_few(desired: Cluster, actual: ClusterActual) -> bool:
    return desired.has_unknown(SUBNETS) and _too_few_zones(desired, actual)


def _too_few_zones(desired: Cluster, actual: ClusterActual) -> bool:
    zones = actual.zones or {}
    return len({zones[subnet] for subnet in desired.known(SUBNETS) if subnet in zones}) < 2


def _check_security_groups(desired: Cluster, actual: ClusterActual, problems: Problems) -> None:
    if actual.security_groups is None:
        return
    missing = [group for group in desired.known(SECURITY_GROUPS) if group not in actual.security_groups]
    if missing:
        found, wanted = ", ".join(missing), "security groups that exist"
        problems.add("unknown_security_group", SECURITY_GROUPS, found=found, wanted=wanted, do="Correct the ids, or the region.")


def _check_endpoints(desired: Cluster, live: LiveCluster | None, problems: Problems) -> None:
    defaults = {setting.option: setting.absent for setting in SETTINGS}
    effective = {**defaults, **(live.settings if live else {}), **desired.settings}
    if not effective[PUBLIC] and not effective[PRIVATE]:
        problems.add("no_endpoint", PRIVATE, found="both endpoints off", wanted="at least one on", do="Set endpoint_private_access: true.")
    if desired.settings.get(CIDRS) and not effective[PUBLIC]:
        problems.add(
            "cidrs_without_public_access",
            CIDRS,
            found="CIDRs with the public endpoint off",
            wanted="none of them, or the public endpoint on",
            do="Drop public_access_cidrs, or set endpoint_public_access: true.",
        )


def _check_offered(desired: Cluster, actual: ClusterActual, problems: Problems) -> None:
    offered = actual.offered_versions
    if desired.version and offered is not None and desired.version not in offered:
        problems.add(
            "version_not_offered",
            "version",
            found=desired.version,
            wanted=f"one of {', '.join(sorted(offered, key=minor))}",
            do="Choose a version that EKS offers.",
        )


def _check_support(desired: Cluster, actual: ClusterActual, problems: Problems) -> None:
    """EKS refuses STANDARD for a version whose standard support is over: extended support is left by an upgrade alone."""
    live = actual.cluster if actual.cluster and actual.cluster.stays else None
    version = desired.version or (live.version if live else "")
    if desired.settings.get(SUPPORT) != "STANDARD" or version not in actual.extended_support:
        return
    if live and live.settings.get(SUPPORT) == "STANDARD":
        return
    standard = sorted(set(actual.offered_versions or ()) - actual.extended_support, key=minor)
    problems.add(
        "standard_support_over",
        SUPPORT,
        found=f"STANDARD for {version}, which is in extended support",
        wanted=f"EXTENDED, or a version in standard support ({', '.join(standard)})",
        do="Declare EXTENDED, which costs more, until the cluster is at a version in standard support.",
    )


def _check_nodes(desired: Cluster, actual: ClusterActual, problems: Problems) -> None:
    """Kubelets may be a few minor versions behind their control plane; EKS refuses the upgrade that leaves them further behind."""
    if not desired.version or not actual.cluster:
        return
    oldest = oldest_kubelet(minor(desired.version))
    behind = {name: version for name, version in sorted(actual.node_versions.items()) if version and minor(version) < oldest}
    if behind:
        problems.add(
            "nodes_too_old",
            "version",
            found=f"{desired.version} with {', '.join(f'node group {name} at {version}' for name, version in behind.items())}",
            wanted=f"node groups at 1.{oldest} or later before the control plane is at {desired.version}",
            do=f"Upgrade them to {actual.cluster.version} with cutover.eks.nodegroups first, then the control plane.",
        )


def oldest_kubelet(control_plane: int) -> int:
    """Give the oldest minor version of a kubelet beside a control plane: three behind, before 1.25 two."""
    return control_plane - 3 if control_plane - 3 >= 25 else control_plane - 2


def minor(version: str) -> int:
    """Give the minor number of a Kubernetes version."""
    return int(version.split(".")[1])


def _check_change(desired: Cluster, live: LiveCluster, problems: Problems) -> None:
    if live.status == "FAILED":
        problems.add(
            "cluster_failed",
            "name",
            found=f"cluster {live.name} FAILED ({'; '.join(map(str, live.issues)) or 'no reason given'})",
            wanted="a cluster that works",
            do="It never becomes active: delete it (state: absent), remove the cause and create it again.",
        )
    tool = heritage(live.tags)
    if tool and not desired.adopt:
        problems.add(
            "foreign", "name", found=f"cluster {live.name} of {tool}", wanted="a cluster of ours", do="Change it there, or set adopt: true."
        )
    _check_immutable(desired, live, problems)
    _check_version(desired, live, problems)
    _check_mode(desired, live, problems)


def _check_immutable(desired: Cluster, live: LiveCluster, problems: Problems) -> None:
    for setting in SETTINGS:
        wanted, found = desired.settings.get(setting.option), live.settings.get(setting.option)
        if setting.update == IMMUTABLE and wanted is not None and wanted != found and not is_unknown(wanted):
            problems.add(
                "immutable", setting.option, found=wanted, wanted=f"{found}, as it was created", do=f"EKS cannot change it. {ELSEWHERE}"
            )
    wanted, found = desired.settings.get(KEY), live.settings.get(KEY)
    if wanted is not None and found is not None and wanted != found:
        problems.add("immutable", KEY, found=wanted, wanted=f"{found}, as it is", do=f"EKS never changes the key of a cluster. {ELSEWHERE}")


def _check_version(desired: Cluster, live: LiveCluster, problems: Problems) -> None:
    if not desired.version or not live.version:
        return
    distance = minor(desired.version) - minor(live.version)
    cannot = f"Cluster {desired.name} cannot go from {live.version} to {desired.version}"
    if distance > 1:
        following = f"1.{minor(live.version) + 1}"
        problems.add(
            "version_skips",
            "version",
            found=desired.version,
            wanted=f"{live.version} or {following}",
            do=f"{cannot}: EKS moves one minor version at a time. Set version to {following} first.",
        )
    if distance < 0:
        problems.add(
            "version_downgrade",
            "version",
            found=desired.version,
            wanted=f"{live.version} or later",
            do=f"{cannot}: an upgrade is not undone by declaring the old version. Declare {live.version}.",
        )


def _check_mode(desired: Cluster, live: LiveCluster, problems: Problems) -> None:
    wanted, found = desired.settings.get(MODE), live.settings.get(MODE)
    if wanted not in AUTHENTICATION_MODES or found not in AUTHENTICATION_MODES:
        return
    distance = AUTHENTICATION_MODES.index(wanted) - AUTHENTICATION_MODES.index(found)
    if distance < 0:
        problems.add(
            "mode_goes_back", MODE, found=wanted, wanted=f"{found}, or further", do=f"EKS never goes back from {found}. Declare {found}."
        )
    if distance > 1:
        problems.add(
            "mode_skips", MODE, found=wanted, wanted="API_AND_CONFIG_MAP", do="Set API_AND_CONFIG_MAP first, and API in the next run."
        )
