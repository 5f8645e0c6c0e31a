# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane: what is declared of it, what was seen of it, and what is told about it.

Its settings are kept by the path of their option; `SETTINGS` says where each stands in the API and which update changes it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .eks_update import Issue, UpdateUnderWay
from .fields import Fields
from .ownership import users_tags
from .problem import Problems
from .reference import Ref, Value, is_unknown, shown
from .role_arn import passed_role
from .scope import Scope

CREATION = "creation"
"""Of a setting: declared for the creation alone; EKS does not tell it afterwards."""
IMMUTABLE = ""
"""Of a setting: EKS tells it and never changes it."""

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
AUTHENTICATION_MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
"""In the order in which EKS goes through them, one at a time and never back."""
RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""What CloudWatch Logs accepts as a retention."""
MAX_SECURITY_GROUPS = 5
SUBNETS = "resources_vpc_config.subnet_ids"
SECURITY_GROUPS = "resources_vpc_config.security_group_ids"
SUPPORT = "upgrade_policy.support_type"


@dataclass(frozen=True, slots=True)
class Codec:
    """How a setting is written in the API."""

    to_api: Callable[[Any], object]
    from_api: Callable[[Any], object]


def _plain(value: object) -> object:
    return value


def _logging(types: Sequence[str]) -> object:
    """Enable the declared types and disable the others in one update; EKS takes no empty list."""
    groups = [{"types": [name for name in LOG_TYPES if (name in types) is enabled], "enabled": enabled} for enabled in (True, False)]
    return [group for group in groups if group["types"]]


PLAIN = Codec(_plain, _plain)
LISTED = Codec(list, tuple)
LOGGING = Codec(_logging, lambda groups: tuple(name for group in groups if group.get("enabled") for name in group.get("types", ())))
SECRETS_KEY = Codec(
    lambda key: [{"resources": ["secrets"], "provider": {"keyArn": key}}],
    lambda configured: configured[0]["provider"]["keyArn"] if configured else None,
)
NETWORKS = Codec(lambda cidrs: [{"cidrs": list(cidrs)}], lambda networks: tuple(cidr for found in networks for cidr in found["cidrs"]))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a cluster."""

    option: str
    api: str
    update: str = IMMUTABLE
    """The update that changes it; settings of one update go in one call."""
    codec: Codec = PLAIN
    absent: object = None
    """What it is where the API leaves it out."""


SETTINGS = (
    Setting("role_arn", "roleArn"),
    Setting(SUBNETS, "resourcesVpcConfig.subnetIds", "subnets", LISTED, ()),
    Setting(SECURITY_GROUPS, "resourcesVpcConfig.securityGroupIds", "security-groups", LISTED, ()),
    Setting("resources_vpc_config.endpoint_public_access", "resourcesVpcConfig.endpointPublicAccess", "endpoint", absent=True),
    Setting("resources_vpc_config.endpoint_private_access", "resourcesVpcConfig.endpointPrivateAccess", "endpoint", absent=False),
    Setting("resources_vpc_config.public_access_cidrs", "resourcesVpcConfig.publicAccessCidrs", "endpoint", LISTED, ("0.0.0.0/0",)),
    Setting("kubernetes_network_config.service_ipv4_cidr", "kubernetesNetworkConfig.serviceIpv4Cidr"),
    Setting("kubernetes_network_config.ip_family", "kubernetesNetworkConfig.ipFamily", absent="ipv4"),
    Setting("logging", "logging.clusterLogging", "logging", LOGGING, ()),
    Setting("encryption_config.key_arn", "encryptionConfig", "encryption", SECRETS_KEY),
    Setting("access_config.authentication_mode", "accessConfig.authenticationMode", "access", absent="CONFIG_MAP"),
    Setting("access_config.bootstrap_cluster_creator_admin_permissions", "accessConfig.bootstrapClusterCreatorAdminPermissions", CREATION),
    Setting("bootstrap_self_managed_addons", "bootstrapSelfManagedAddons", CREATION),
    Setting(SUPPORT, "upgradePolicy.supportType", "upgrade-policy", absent="EXTENDED"),
    Setting("zonal_shift_config.enabled", "zonalShiftConfig.enabled", "zonal-shift", absent=False),
    Setting("control_plane_scaling_config.tier", "controlPlaneScalingConfig.tier", "scaling", absent="standard"),
    Setting("remote_network_config.remote_node_networks", "remoteNetworkConfig.remoteNodeNetworks", "remote-network", NETWORKS, ()),
    Setting("remote_network_config.remote_pod_networks", "remoteNetworkConfig.remotePodNetworks", "remote-network", NETWORKS, ()),
    Setting("deletion_protection", "deletionProtection", "deletion-protection", absent=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """What is declared of a control plane."""

    name: str
    state: str = "present"
    version: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Declared settings by option path."""
    log_retention_days: int | None = None
    delete_log_group: bool = True
    tags: Mapping[str, str] | None = None
    purge_tags: bool = False
    adopt: bool = False
    nodegroups_deleted: frozenset[str] = frozenset()
    """Node groups that another part of the same plan deletes; a cluster cannot go before them."""

    @classmethod
    def from_options(cls, options: Mapping[str, Any], scope: Scope) -> Cluster:
        """Read the options of module `cluster`, or refuse them with every problem of their shape."""
        problems = Problems()
        fields = Fields(options, problems)
        cluster = cls(
            name=cluster_name(fields, "name"),
            state=str(options.get("state") or "present"),
            version=version_of(fields),
            settings=_settings(fields, scope),
            log_retention_days=_retention(fields),
            delete_log_group=options.get("delete_log_group") is not False,
            tags=fields.mapping("tags"),
            purge_tags=bool(options.get("purge_tags")),
            adopt=bool(options.get("adopt")),
        )
        _check_together(cluster, problems)
        problems.refuse_if_any()
        return cluster

    @property
    def log_group(self) -> str:
        """Give the name of the log group that EKS writes to."""
        return f"/aws/eks/{self.name}/cluster"

    def known(self, option: str) -> tuple[str, ...]:
        """Give those members of a list that are known now."""
        return tuple(item for item in self.settings.get(option) or () if not is_unknown(item))

    def has_unknown(self, option: str) -> bool:
        """Say whether a list has members that are known only after apply."""
        return len(self.known(option)) < len(self.settings.get(option) or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCluster:
    """A control plane as it was seen."""

    name: str
    arn: str
    status: str
    version: str
    settings: Mapping[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the operator is told and nobody declares: endpoint, certificate authority, OIDC issuer …"""
    issues: tuple[Issue, ...] = ()
    updates: tuple[UpdateUnderWay, ...] = ()

    @property
    def stays(self) -> bool:
        """Say whether it will still be there, so that it is changed and not made."""
        return self.status != "DELETING"

    def differs(self, desired: Cluster, option: str) -> bool:
        """Say whether a declared setting is another one here; the order of lists says nothing."""
        return _comparable(desired.settings[option]) != _comparable(self.settings.get(option))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """A log group as it was seen."""

    name: str
    retention_days: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterActual:
    """What was seen of the world around one cluster."""

    cluster: LiveCluster | None = None
    log_group: LogGroup | None = None
    offered_versions: tuple[str, ...] | None = None
    """Kubernetes versions that EKS offers; None: not asked for, because neither a version nor its support is going to be set."""
    extended_support: frozenset[str] = frozenset()
    """Those of the offered versions whose standard support is over."""
    zones: Mapping[str, str] | None = None
    """Zone by subnet id, of the declared subnets that exist; None: not asked for, because they are not going to be set."""
    security_groups: frozenset[str] | None = None
    """Those of the declared security groups that exist; None: not asked for, because they are not going to be set."""
    node_versions: Mapping[str, str] = field(default_factory=dict)
    """Kubernetes version by node group (empty where its image decides); looked up only for an upgrade."""
    members: tuple[str, ...] = ()
    """Node groups and Fargate profiles; looked up only for a deletion."""


def _comparable(value: object) -> object:
    """Give a value so that equal settings are equal values."""
    return frozenset(value) if isinstance(value, (tuple, list)) else value


def cluster_name(fields: Fields, option: str) -> str:
    """Read the name of a cluster."""
    return (
        fields.text(
            option,
            r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}",
            wanted="1 to 100 letters, digits, '-' and '_', the first a letter or digit",
            do="Choose another name: a cluster cannot be renamed later.",
        )
        or ""
    )


def version_of(fields: Fields, option: str = "version") -> str | None:
    """Read a Kubernetes version: `1.34` or `v1.34`."""
    found = str(fields.options.get(option) or "")
    if not found:
        return None
    if re.fullmatch(r"v?1\.\d", found):
        digit = found.removeprefix("v")
        fields.refuse(
            "version_unquoted", option, wanted="a quoted minor version", do=f'{digit} looks like an unquoted {digit}0: write "{digit}0".'
        )
    elif not re.fullmatch(r"v?1\.\d\d", found):
        fields.refuse("bad_version", option, wanted="a minor version such as 1.34", do="Give major and minor alone; EKS chooses the patch.")
    return found.removeprefix("v")


def _settings(fields: Fields, scope: Scope) -> dict[str, Any]:
    vpc, network = fields.below("resources_vpc_config"), fields.below("kubernetes_network_config")
    access, remote = fields.below("access_config"), fields.below("remote_network_config")
    read: dict[str, Any] = {
        "role_arn": passed_role(fields, "role_arn", scope),
        "resources_vpc_config.subnet_ids": vpc and vpc.values("subnet_ids"),
        "resources_vpc_config.security_group_ids": vpc and _security_groups(vpc),
        "resources_vpc_config.endpoint_public_access": vpc and vpc.flag("endpoint_public_access"),
        "resources_vpc_config.endpoint_private_access": vpc and vpc.flag("endpoint_private_access"),
        "resources_vpc_config.public_access_cidrs": vpc and _cidrs(vpc, "public_access_cidrs"),
        "kubernetes_network_config.service_ipv4_cidr": network and _service_cidr(network),
        "kubernetes_network_config.ip_family": network and network.choice("ip_family", ("ipv4", "ipv6")),
        "logging": _log_types(fields),
        "encryption_config.key_arn": _inside(fields, "encryption_config", lambda inner: inner.value("key_arn")),
        "access_config.authentication_mode": access and access.choice("authentication_mode", AUTHENTICATION_MODES),
        "access_config.bootstrap_cluster_creator_admin_permissions": access and access.flag("bootstrap_cluster_creator_admin_permissions"),
        "bootstrap_self_managed_addons": fields.flag("bootstrap_self_managed_addons"),
        "upgrade_policy.support_type": _inside(
            fields, "upgrade_policy", lambda inner: inner.choice("support_type", ("STANDARD", "EXTENDED"))
        ),
        "zonal_shift_config.enabled": _inside(fields, "zonal_shift_config", lambda inner: inner.flag("enabled")),
        "control_plane_scaling_config.tier": _inside(fields, "control_plane_scaling_config", lambda inner: inner.text("tier")),
        "remote_network_config.remote_node_networks": remote and _cidrs(remote, "remote_node_networks"),
        "remote_network_config.remote_pod_networks": remote and _cidrs(remote, "remote_pod_networks"),
        "deletion_protection": fields.flag("deletion_protection"),
    }
    return {option: value for option, value in read.items() if value is not None}


def _inside(fields: Fields, name: str, read: Callable[[Fields], object]) -> object:
    inner = fields.below(name)
    return None if inner is None else read(inner)


def _security_groups(vpc: Fields) -> tuple[Value, ...] | None:
    groups = vpc.values("security_group_ids")
    if groups and len(groups) > MAX_SECURITY_GROUPS:
        vpc.refuse(
            "too_many_security_groups",
            "security_group_ids",
            wanted=f"at most {MAX_SECURITY_GROUPS}",
            do="Put the rules into fewer groups; EKS adds one of its own.",
        )
    return groups


def _cidrs(fields: Fields, name: str) -> tuple[str, ...] | None:
    cidrs = fields.texts(name)
    wrong = [cidr for cidr in cidrs or () if _network(cidr) is None and not is_unknown(cidr)]
    for cidr in wrong:
        fields.problems.add(
            "bad_cidr",
            fields.at(name),
            found=cidr,
            wanted="a CIDR such as 203.0.113.0/24",
            do="Clear the host bits, or correct the address.",
        )
    return cidrs


def _network(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(cidr) if "/" in cidr else None
    except ValueError:
        return None


def _service_cidr(network: Fields) -> str | None:
    cidr = network.text("service_ipv4_cidr")
    if cidr is None:
        return None
    found = _network(cidr)
    if found is None or not found.is_private or not 12 <= found.prefixlen <= 24:
        network.refuse(
            "bad_service_cidr",
            "service_ipv4_cidr",
            wanted="a private IPv4 network between /12 and /24",
            do="Choose one outside of the VPC and of every network that pods must reach.",
        )
    return cidr


def _log_types(fields: Fields) -> tuple[str, ...] | None:
    types = fields.texts("logging")
    unknown = [name for name in types or () if name not in LOG_TYPES]
    if unknown:
        fields.refuse("unknown_log_type", "logging", wanted=f"some of {', '.join(LOG_TYPES)}", do=f"Correct or drop {', '.join(unknown)}.")
    return types


def _retention(fields: Fields) -> int | None:
    days = fields.number("log_retention_days", 1, 3653)
    if days is not None and days not in RETENTION_DAYS:
        fields.refuse(
            "bad_retention", "log_retention_days", wanted=f"one of {', '.join(map(str, RETENTION_DAYS))}", do="Choose one of these."
        )
    return days


def _check_together(cluster: Cluster, problems: Problems) -> None:
    if not cluster.name:
        problems.add("missing_name", "name", found="nothing", wanted="the name of the cluster", do="Give one.")
    admin = "access_config.bootstrap_cluster_creator_admin_permissions"
    mode = cluster.settings.get("access_config.authentication_mode")
    if mode == "CONFIG_MAP" and cluster.settings.get(admin) is False:
        problems.add(
            "nobody_is_admin",
            admin,
            found="false with authentication mode CONFIG_MAP",
            wanted="true, or a mode with access entries",
            do="Set authentication_mode to API or API_AND_CONFIG_MAP, or let the creator be administrator.",
        )


def cluster_result(desired: Cluster, actual: ClusterActual, scope: Scope) -> dict[str, Any]:
    """Give the cluster as the module returns it: its option keys and `status`."""
    live = actual.cluster
    settings = {**(live.settings if live else {}), **desired.settings}
    tags = {**users_tags(live.tags if live else {}), **(desired.tags or {})}
    result: dict[str, Any] = {
        "name": desired.name,
        "state": desired.state,
        "version": desired.version or (live.version if live else None),
        "log_retention_days": desired.log_retention_days or (actual.log_group.retention_days if actual.log_group else None),
        "delete_log_group": desired.delete_log_group,
        "tags": tags,
        "purge_tags": desired.purge_tags,
        "adopt": desired.adopt,
        **nested(settings),
        "status": _status(desired, live, scope),
    }
    return {key: shown(value) for key, value in result.items() if value is not None}


def nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Turn settings by path back into dictionaries of options; what is unknown is left out."""
    tree: dict[str, Any] = {}
    for path, value in settings.items():
        *parents, leaf = path.split(".")
        at = tree
        for parent in parents:
            at = at.setdefault(parent, {})
        if value is not None:
            at[leaf] = list(value) if isinstance(value, tuple) else value
    return {key: value for key, value in tree.items() if value != {}}


def _status(desired: Cluster, live: LiveCluster | None, scope: Scope) -> dict[str, Any]:
    if live:
        issues = [str(issue) for issue in live.issues]
        return {"arn": live.arn, "state": live.status, "version": live.version, "health": issues, **live.facts}
    if desired.state == "absent":
        return {"state": "absent"}
    key = f"cluster/{desired.name}"
    made = {"certificate_authority": "certificateAuthority.data", "oidc_issuer": "identity.oidc.issuer"}
    made |= {"endpoint": "endpoint", "cluster_security_group_id": "resourcesVpcConfig.clusterSecurityGroupId"}
    return {
        "arn": scope.arn("eks", f"cluster/{desired.name}"),
        "state": "absent",
        **{name: Ref(key, f"cluster.{path}").marker() for name, path in made.items()},
    }
