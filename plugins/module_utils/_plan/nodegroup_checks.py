# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold before node groups are made, changed or deleted, with what to do where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .._model.heritage import heritage
from .._model.nodegroups import LiveNodegroup, LiveTemplate, Nodegroup, Nodegroups, NodegroupsActual, ami_architecture
from .._model.ownership import is_ours
from .._model.problem import Problems
from .._model.reference import Ref, is_unknown, told
from .._model.scope import Scope
from .cluster_checks import minor
from .parent_cluster import check_parent_cluster
from .plan import Change

UNUSABLE = frozenset({"CREATE_FAILED", "DELETE_FAILED"})


def check_nodegroups(desired: Nodegroups, actual: NodegroupsActual, problems: Problems) -> None:
    """Note every reason against what is declared."""
    if not desired.cluster_planned:
        check_parent_cluster(desired.cluster, actual.cluster_version, actual.cluster_status, problems)
    for group in desired.nodegroups:
        live = actual.nodegroups.get(group.name)
        _check_version(group, live, desired.cluster_version or actual.cluster_version, problems)
        if live is None or live.status == "DELETING":
            _check_creation(group, actual, problems)
        else:
            _check_change(group, live, desired, actual, problems)


def deferred_checks(desired: Nodegroups, actual: NodegroupsActual) -> tuple[str, ...]:
    """Name the checks that need the version of a cluster that is not there yet."""
    if desired.cluster_version or actual.cluster_version:
        return ()
    return tuple(f"node group {group.name}: {group.version} is not newer than the cluster" for group in desired.nodegroups if group.version)


def check_deletions(desired: Nodegroups, leaving: Iterable[LiveNodegroup], scope: Scope, problems: Problems) -> None:
    """Refuse to delete what is named and does not carry our owner tag."""
    for live in leaving:
        if not is_ours(scope, desired.cluster, live.tags) and not desired.purge_unmanaged:
            problems.add(
                "not_ours",
                "nodegroups",
                found=f"node group {live.name} without our owner tag",
                wanted=f"the tag cutover.eks/cluster={scope.owner(desired.cluster)}",
                do="Delete it with the tool that made it, or consent with purge_unmanaged: true.",
            )


def replaced_fields(group: Nodegroup, live: LiveNodegroup, template: LiveTemplate | None) -> Iterator[Change]:
    """Find the declared fields that EKS cannot change in place."""
    for name in ("ami_type", "capacity_type", "instance_types", "subnet_ids", "node_role_arn"):
        wanted, found = _declared(group, name), live.fields.get(name)
        if wanted is not None and found is not None and not _is_same(wanted, found):
            yield Change(path=name, before=found, after=wanted)
    if group.has_own_template and (template is None or template.id != live.template_id):
        after = template.id if template else Ref(f"launch-template/{group.name}", "LaunchTemplate.LaunchTemplateId")
        yield Change(path="launch_template.id", before=live.template_id or None, after=after)
    given = group.launch_template
    if given and given.id and not is_unknown(given.id) and given.id != live.template_id:
        yield Change(path="launch_template.id", before=live.template_id or None, after=given.id)


def _declared(group: Nodegroup, name: str) -> object:
    values = {
        "ami_type": group.ami_type,
        "capacity_type": group.capacity_type,
        "instance_types": group.instance_types,
        "subnet_ids": group.subnet_ids,
        "node_role_arn": group.node_role_arn,
    }
    return values[name]


def _is_same(wanted: object, found: object) -> bool:
    """What is known only after apply is taken to be the same: its step runs in this plan, the group was there before."""
    if isinstance(wanted, tuple) and isinstance(found, tuple):
        return any(is_unknown(item) for item in wanted) or set(wanted) == set(found)
    return is_unknown(wanted) or wanted == found


def _check_version(group: Nodegroup, live: LiveNodegroup | None, cluster: str | None, problems: Problems) -> None:
    path = f"{group.path}.version"
    if group.version and cluster and minor(group.version) > minor(cluster):
        problems.add(
            "newer_than_cluster",
            path,
            found=group.version,
            wanted=f"at most {cluster}, the cluster's version",
            do="Upgrade the cluster first: nodes are never newer than their control plane.",
        )
    if group.version and live and live.version and minor(group.version) < minor(live.version):
        problems.add(
            "version_downgrade",
            path,
            found=group.version,
            wanted=f"{live.version} or later",
            do=f"EKS takes no node group back. Make a new group with {group.version} beside it, drain this one and remove it.",
        )


def _check_creation(group: Nodegroup, actual: NodegroupsActual, problems: Problems) -> None:
    if not group.subnet_ids:
        problems.add(
            "missing_subnet_ids", f"{group.path}.subnet_ids", found="nothing", wanted="subnets", do="Declare them here or for all."
        )
    if not group.node_role_arn:
        problems.add(
            "missing_node_role_arn", f"{group.path}.node_role_arn", found="nothing", wanted="a role", do="Declare it here or for all."
        )
    if actual.architectures is not None:
        _check_types(group, actual, problems)


def _check_types(group: Nodegroup, actual: NodegroupsActual, problems: Problems) -> None:
    known = actual.architectures or {}
    path = f"{group.path}.instance_types"
    unknown = [kind for kind in group.instance_types or () if kind not in known]
    if unknown:
        problems.add(
            "unknown_instance_type",
            path,
            found=", ".join(unknown),
            wanted="instance types of this region",
            do="Correct the name, or choose another.",
        )
    supported = [known[kind] for kind in group.instance_types or () if kind in known]
    shared = frozenset.intersection(*supported) if supported else frozenset()
    listed = ", ".join(f"{kind} ({'/'.join(sorted(known[kind]))})" for kind in group.instance_types or () if kind in known)
    if supported and not shared:
        problems.add(
            "mixed_architectures", path, found=listed, wanted="types of one architecture", do="Make one node group per architecture."
        )
    architecture = ami_architecture(group.ami_type)
    if shared and architecture and architecture not in shared:
        problems.add(
            "wrong_architecture", path, found=listed, wanted=f"{architecture}, as {group.ami_type}", do="Change the types or the AMI type."
        )


def _check_change(group: Nodegroup, live: LiveNodegroup, desired: Nodegroups, actual: NodegroupsActual, problems: Problems) -> None:
    reasons = "; ".join(map(str, live.issues)) or "no reason given"
    if live.status in UNUSABLE:
        problems.add(
            "nodegroup_failed",
            f"{group.path}.name",
            found=f"node group {group.name} {live.status} ({reasons})",
            wanted="a node group that works",
            do="It never recovers: delete it (cutover.eks.nodegroups with state: absent), remove the cause and create it again.",
        )
    tool = heritage(live.tags)
    if tool and not desired.adopt:
        problems.add(
            "foreign",
            f"{group.path}.name",
            found=f"node group {group.name} of {tool}",
            wanted="a group of ours",
            do="Change it there, or set adopt: true.",
        )
    _check_bounds(group, live, problems)
    template = next((found for found in actual.templates.values() if found.nodegroup == group.name), None)
    for change in replaced_fields(group, live, template):
        problems.add(
            "replace_needed",
            f"{group.path}.{change.path}",
            found=told(change.after),
            wanted=f"{told(change.before)}, as it was created",
            do=f"EKS cannot change it in place. Declare a further node group with it beside {group.name}, drain the nodes of {group.name} "
            f"when the new ones are ready, then remove {group.name}.",
        )


def _check_bounds(group: Nodegroup, live: LiveNodegroup, problems: Problems) -> None:
    low = live.min_size if group.scaling.min_size is None else group.scaling.min_size
    high = live.max_size if group.scaling.max_size is None else group.scaling.max_size
    declared_both = group.scaling.min_size is not None and group.scaling.max_size is not None
    if low > high and not declared_both:
        problems.add(
            "min_above_max",
            f"{group.path}.scaling",
            found=f"min_size {low} with max_size {high}",
            wanted="min_size at most max_size",
            do="Declare both sizes.",
        )
