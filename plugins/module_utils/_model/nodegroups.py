# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node groups of a cluster: what is declared of them, what was seen of them, and what is told about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .cluster import cluster_name, version_of
from .eks_update import Issue, UpdateUnderWay
from .fields import Fields
from .problem import Problems
from .reference import Value
from .role_arn import passed_role
from .scope import Scope

EFFECTS = ("NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE")
CAPACITY_TYPES = ("ON_DEMAND", "SPOT", "CAPACITY_BLOCK")
MOST_NODES = 10_000
SHARED = ("subnet_ids", "node_role_arn")
"""Options of all groups that a group may declare for itself; `defaults` may hold any other one."""
_LABEL_KEY = re.compile(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Taint:
    """What keeps pods off a node; key and effect name it."""

    key: str
    effect: str
    value: str = ""

    def to_api(self) -> dict[str, str]:
        """Give it as EKS writes it."""
        return {"key": self.key, "value": self.value, "effect": self.effect}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """Sizes of a node group; an undeclared one is left to whoever moves it."""

    min_size: int | None = None
    max_size: int | None = None
    initial_size: int | None = None
    """Used for the creation only: afterwards the size is an autoscaler's."""
    desired_size: int | None = None
    """Compared at each run, for those who have no autoscaler."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The nodes' volume."""

    size_gib: int | None = None
    type: str | None = None
    encrypted: bool | None = None
    kms_key_arn: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Access to the instance metadata service."""

    http_tokens: str | None = None
    http_put_response_hop_limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersTemplate:
    """A launch template that the user keeps elsewhere."""

    id: Value | None = None
    name: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodegroup:
    """What is declared of one node group."""

    name: str
    path: str = ""
    version: str | None = None
    release_version: str | None = None
    ami_type: str | None = None
    capacity_type: str | None = None
    instance_types: tuple[str, ...] | None = None
    subnet_ids: tuple[Value, ...] | None = None
    node_role_arn: Value | None = None
    scaling: Scaling = Scaling()
    labels: Mapping[str, str] | None = None
    taints: tuple[Taint, ...] | None = None
    update_config: Mapping[str, int] | None = None
    node_repair: bool | None = None
    disk: Disk | None = None
    metadata: Metadata | None = None
    launch_template: UsersTemplate | None = None
    tags: Mapping[str, str] | None = None
    update: bool = False

    @property
    def has_own_template(self) -> bool:
        """Say whether its declared fields need a launch template, which then is ours."""
        return self.launch_template is None and (self.disk is not None or self.metadata is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodegroups:
    """What is declared of a cluster's node groups."""

    cluster: str
    state: str = "present"
    nodegroups: tuple[Nodegroup, ...] = ()
    all_of_ours: bool = False
    """With state absent: every group that carries our owner tag, because none is named."""
    purge: bool = False
    purge_unmanaged: bool = False
    purge_labels: bool = False
    purge_tags: bool = False
    adopt: bool = False
    cluster_planned: bool = False
    """Another part of the same plan makes the cluster."""
    cluster_version: str | None = None
    """The version that another part of the same plan gives the cluster."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Options that were declared for all groups, as they were declared."""

    @classmethod
    def from_options(cls, options: Mapping[str, Any], scope: Scope) -> Nodegroups:
        """Read the options of module `nodegroups`, or refuse them with every problem of their shape."""
        problems = Problems()
        fields = Fields(options, problems)
        passed_role(fields, "node_role_arn", scope)
        groups = tuple(_nodegroup(group, fields, scope) for group in fields.each("nodegroups"))
        _check_names(groups, problems)
        state = str(options.get("state") or "present")
        desired = cls(
            cluster=cluster_name(fields, "cluster"),
            state=state,
            nodegroups=groups,
            all_of_ours=state == "absent" and options.get("nodegroups") is None,
            defaults={name: options[name] for name in ("defaults", *SHARED) if options.get(name) is not None},
            purge=bool(options.get("purge")),
            purge_unmanaged=bool(options.get("purge_unmanaged")),
            purge_labels=bool(options.get("purge_labels")),
            purge_tags=bool(options.get("purge_tags")),
            adopt=bool(options.get("adopt")),
        )
        if not desired.cluster:
            problems.add("missing_cluster", "cluster", found="nothing", wanted="the name of the cluster", do="Give one.")
        problems.refuse_if_any(desired._without_flawed(problems))
        return desired

    def _without_flawed(self, problems: Problems) -> Nodegroups | None:
        """Give the groups without problems of their shape; None when it is not only single groups that have some."""
        flawed = {group.path for group in self.nodegroups for problem in problems.found if problem.path.startswith(f"{group.path}.")}
        if not all(problem.path.partition(".")[0] in flawed for problem in problems.found):
            return None
        return replace(self, nodegroups=tuple(group for group in self.nodegroups if group.path not in flawed))

    @property
    def needs_all(self) -> bool:
        """Say whether groups count that are not named."""
        return self.purge or self.all_of_ours


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveNodegroup:
    """One node group as it was seen."""

    name: str
    arn: str
    status: str
    version: str
    release_version: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What EKS cannot change in place, by option: ami_type, capacity_type, instance_types, subnet_ids, node_role_arn."""
    min_size: int = 0
    max_size: int = 0
    desired_size: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: frozenset[Taint] = frozenset()
    update_config: Mapping[str, int] = field(default_factory=dict)
    node_repair: bool = False
    template_id: str = ""
    template_version: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    autoscaling_groups: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    updates: tuple[UpdateUnderWay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTemplate:
    """One launch template of ours as it was seen."""

    id: str
    name: str
    step: str
    """The step that made it: `launch-template/<node group>`."""
    default: int
    latest: int
    contents: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """Content by version, as far as it was looked up."""

    @property
    def nodegroup(self) -> str:
        """Name the node group that it was made for."""
        return self.step.removeprefix("launch-template/")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodegroupsActual:
    """What was seen of a cluster's node groups."""

    cluster_version: str | None = None
    """None: there is no such cluster."""
    cluster_status: str = ""
    nodegroups: Mapping[str, LiveNodegroup] = field(default_factory=dict)
    templates: Mapping[str, LiveTemplate] = field(default_factory=dict)
    """Launch templates of ours by name."""
    architectures: Mapping[str, frozenset[str]] | None = None
    """Architectures by instance type; None: not asked for, because no group is going to be made."""
    releases: Mapping[str, str] = field(default_factory=dict)
    """Newest AMI release by node group, where `update` asks for it."""


def _nodegroup(fields: Fields, defaults: Fields, scope: Scope) -> Nodegroup:
    passed_role(fields, "node_role_arn", scope)  # the group's own one: what is shared is judged once
    shared = {**{name: defaults.options[name] for name in SHARED if defaults.has(name)}, **(defaults.options.get("defaults") or {})}
    fields = Fields({**fields.options, **{n: v for n, v in shared.items() if not fields.has(n)}}, fields.problems, fields.path)
    group = Nodegroup(
        name=_name(fields),
        path=fields.path,
        version=version_of(fields),
        release_version=fields.text("release_version"),
        ami_type=fields.text("ami_type"),
        capacity_type=fields.choice("capacity_type", CAPACITY_TYPES),
        instance_types=fields.texts("instance_types"),
        subnet_ids=fields.values("subnet_ids"),
        node_role_arn=fields.value("node_role_arn"),
        scaling=_scaling(fields),
        labels=_labels(fields),
        taints=_taints(fields),
        update_config=_update_config(fields),
        node_repair=repair.flag("enabled") if (repair := fields.below("node_repair_config")) else None,
        disk=_disk(fields),
        metadata=_metadata(fields),
        launch_template=_users_template(fields),
        tags=fields.mapping("tags"),
        update=bool(fields.options.get("update")),
    )
    _check_combinations(group, fields)
    return group


def _name(fields: Fields) -> str:
    found = fields.text(
        "name",
        r"[0-9A-Za-z][A-Za-z0-9_-]{0,62}",
        wanted="1 to 63 letters, digits, '-' and '_', the first a letter or digit",
        do="Choose a shorter or plainer name: a node group cannot be renamed later.",
    )
    if not found:
        fields.refuse("missing_name", "name", wanted="the name of the node group", do="Give one.")
    return found or ""


def _scaling(fields: Fields) -> Scaling:
    inner = fields.below("scaling")
    if inner is None:
        return Scaling()
    scaling = Scaling(
        min_size=inner.number("min_size", 0, MOST_NODES),
        max_size=inner.number("max_size", 1, MOST_NODES),
        initial_size=inner.number("initial_size", 0, MOST_NODES),
        desired_size=inner.number("desired_size", 0, MOST_NODES),
    )
    low, high = scaling.min_size, scaling.max_size
    if low is not None and high is not None and low > high:
        inner.refuse("min_above_max", "min_size", wanted=f"at most max_size, {high}", do="Lower min_size or raise max_size.")
        return scaling
    for name, size in (("initial_size", scaling.initial_size), ("desired_size", scaling.desired_size)):
        if size is not None and not (low or 0) <= size <= (MOST_NODES if high is None else high):
            inner.refuse("size_out_of_bounds", name, wanted="a size between min_size and max_size", do="Move it, or the bounds.")
    return scaling


def _labels(fields: Fields) -> Mapping[str, str] | None:
    labels = fields.mapping("labels")
    for key, value in (labels or {}).items():
        if not _LABEL_KEY.fullmatch(key) or not _LABEL_VALUE.fullmatch(value):
            fields.problems.add(
                "bad_label",
                fields.at("labels"),
                found=f"{key}={value}",
                wanted="a Kubernetes label: up to 63 letters, digits, '-', '_', '.', the key with an optional DNS prefix and '/'",
                do="Correct the label.",
            )
    return labels


def _taints(fields: Fields) -> tuple[Taint, ...] | None:
    if not fields.has("taints"):
        return None
    taints = []
    for inner in fields.each("taints"):
        effect = inner.choice("effect", EFFECTS) or ""
        taint = Taint(key=str(inner.options.get("key") or ""), effect=effect, value=str(inner.options.get("value") or ""))
        if not _LABEL_KEY.fullmatch(taint.key) or not _LABEL_VALUE.fullmatch(taint.value) or not effect:
            inner.refuse("bad_taint", "key", wanted="a key and a value like a label's, and an effect", do="Correct the taint.")
        taints.append(taint)
    doubled = [name for name, times in Counter((taint.key, taint.effect) for taint in taints).items() if times > 1]
    if doubled:
        fields.refuse("doubled_taint", "taints", wanted="one taint per key and effect", do=f"Drop one of {doubled[0][0]}:{doubled[0][1]}.")
    return tuple(taints)


def _update_config(fields: Fields) -> Mapping[str, int] | None:
    inner = fields.below("update_config")
    if inner is None:
        return None
    number, percentage = inner.number("max_unavailable", 1, 100), inner.number("max_unavailable_percentage", 1, 100)
    if number is not None and percentage is not None:
        inner.refuse("two_limits", "max_unavailable", wanted="a number or a percentage", do="Drop one of the two.")
    return {name: size for name, size in (("maxUnavailable", number), ("maxUnavailablePercentage", percentage)) if size is not None}


def _disk(fields: Fields) -> Disk | None:
    inner = fields.below("disk")
    if inner is None:
        return None
    return Disk(
        size_gib=inner.number("size_gib", 1, 16384),
        type=inner.choice("type", ("gp2", "gp3", "io1", "io2")),
        encrypted=inner.flag("encrypted"),
        kms_key_arn=inner.value("kms_key_arn"),
    )


def _metadata(fields: Fields) -> Metadata | None:
    inner = fields.below("metadata_options")
    if inner is None:
        return None
    return Metadata(
        http_tokens=inner.choice("http_tokens", ("required", "optional")),
        http_put_response_hop_limit=inner.number("http_put_response_hop_limit", 1, 64),
    )


def _users_template(fields: Fields) -> UsersTemplate | None:
    inner = fields.below("launch_template")
    if inner is None:
        return None
    template = UsersTemplate(id=inner.value("id"), name=inner.text("name"), version=inner.text("version"))
    if (template.id is None) == (template.name is None):
        inner.refuse("template_id_or_name", "id", wanted="the id or the name of a launch template", do="Give exactly one of the two.")
    return template


def _check_combinations(group: Nodegroup, fields: Fields) -> None:
    if group.launch_template and (group.disk or group.metadata):
        fields.refuse(
            "template_and_disk",
            "launch_template",
            wanted="your own launch template, or disk and metadata_options",
            do="Put the disk and the metadata options into your template, or drop it and let this module keep one.",
        )
    if group.ami_type == "CUSTOM" and (group.version or group.release_version):
        fields.refuse(
            "custom_ami_version", "version", wanted="no version with ami_type CUSTOM", do="Drop it: your image decides the version."
        )
    architecture = ami_architecture(group.ami_type)
    if group.disk and group.disk.kms_key_arn and group.disk.encrypted is False:
        fields.refuse("key_without_encryption", "disk", wanted="encrypted: true with a key", do="Set encrypted: true, or drop the key.")
    if architecture is None and group.ami_type is not None and group.ami_type != "CUSTOM":
        fields.refuse(
            "unknown_ami_type", "ami_type", wanted="an AMI type of EKS", do="See the EKS API's list; AL2023_x86_64_STANDARD is usual."
        )


def _check_names(groups: tuple[Nodegroup, ...], problems: Problems) -> None:
    for name, times in Counter(group.name for group in groups if group.name).items():
        if times > 1:
            problems.add("doubled_name", "nodegroups", found=f"{name} {times} times", wanted="each name once", do="Rename or drop one.")


def ami_architecture(ami_type: str | None) -> str | None:
    """Give the architecture that an AMI type is made for, where it says one."""
    named = {"ARM_64": "arm64", "x86_64": "x86_64"}
    return next((architecture for part, architecture in named.items() if part in (ami_type or "")), None)
