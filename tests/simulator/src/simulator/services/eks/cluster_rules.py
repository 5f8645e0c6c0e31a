# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request about a cluster may say, judged by the request alone: no look at EC2, IAM or the store.

Each function gives the part of the cluster as a Describe shows it, or refuses. Where no source gives AWS's text, the text is
ours and says what is wrong; clients should go by the error's code there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from ...seam import not_implemented
from .cluster_network import PRIVATE, bad

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
AUTO_MODE = (
    "For EKS Auto Mode, please ensure that all required configs, including computeConfig, kubernetesNetworkConfig, and blockStorage"
    " are all either fully enabled or fully disabled."
)
NODE_POOLS = {"general-purpose", "system"}
MOST_CIDRS = 40


def endpoint_access(wanted: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Give the three endpoint members after `wanted` was laid over `found`."""
    public = wanted.get("endpointPublicAccess", found.get("endpointPublicAccess", True))
    private = wanted.get("endpointPrivateAccess", found.get("endpointPrivateAccess", False))
    if not public and not private:
        raise bad("Private and public endpoint access cannot be false")
    cidrs = wanted.get("publicAccessCidrs") or found.get("publicAccessCidrs") or ["0.0.0.0/0"]
    _require_public(cidrs)
    return {"endpointPublicAccess": public, "endpointPrivateAccess": private, "publicAccessCidrs": list(cidrs)}


def _require_public(cidrs: Sequence[str]) -> None:
    if wrong := [cidr for cidr in cidrs if not _is_network(cidr)]:
        raise bad(f"The following CIDRs are invalid in publicAccessCidrs: [{', '.join(wrong)}]")
    if wrong := [cidr for cidr in cidrs if any(ipaddress.IPv4Network(cidr).subnet_of(block) for block in PRIVATE)]:
        raise bad(f"The following CIDRs are not allowed in publicAccessCidrs: [{', '.join(wrong)}]")
    if len(cidrs) > MOST_CIDRS:
        raise bad(f"The publicAccessCidrs parameter must have at most {MOST_CIDRS} items.")


def _is_network(cidr: str) -> bool:
    try:
        return "/" in cidr and bool(ipaddress.IPv4Network(cidr))
    except ValueError:
        return False


def logging(wanted: dict[str, Any], found: dict[str, Any] | None = None) -> dict[str, Any]:
    """Give the logging of all five types after `wanted` was laid over `found`: AWS always shows all of them."""
    state = dict.fromkeys(LOG_TYPES, False) | _log_states(found or {})
    stated = [kind for setup in wanted.get("clusterLogging", []) for kind in setup.get("types", [])]
    if len(stated) != len(set(stated)):
        raise bad("A log type cannot be given more than once in clusterLogging.")
    state |= _log_states(wanted)
    setups = [{"types": [kind for kind in LOG_TYPES if state[kind] is on], "enabled": on} for on in (True, False)]
    return {"clusterLogging": [setup for setup in setups if setup["types"]]}


def enabled_logs(logging_shown: dict[str, Any]) -> list[str]:
    """List the types that are switched on."""
    return [kind for kind, on in _log_states(logging_shown).items() if on]


def _log_states(stated: dict[str, Any]) -> dict[str, bool]:
    return {kind: setup.get("enabled", False) for setup in stated.get("clusterLogging", []) for kind in setup.get("types", [])}


def access_config(wanted: dict[str, Any]) -> dict[str, Any]:
    """Give the access configuration; AWS does not show whether the creator was made administrator."""
    mode = wanted.get("authenticationMode", "CONFIG_MAP")
    if mode == "CONFIG_MAP" and not wanted.get("bootstrapClusterCreatorAdminPermissions", True):
        raise bad("bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP")
    return {"authenticationMode": mode}


def auto_mode_switches(request: dict[str, Any]) -> tuple[bool | None, bool | None, bool | None]:
    """Give the three switches of Auto Mode as stated: compute, load balancing, block storage."""
    return (
        request.get("computeConfig", {}).get("enabled"),
        request.get("kubernetesNetworkConfig", {}).get("elasticLoadBalancing", {}).get("enabled"),
        request.get("storageConfig", {}).get("blockStorage", {}).get("enabled"),
    )


def auto_mode(request: dict[str, Any]) -> bool:
    """Say whether CreateCluster asks for Auto Mode; an absent switch is off."""
    switches = {bool(switch) for switch in auto_mode_switches(request)}
    if len(switches) != 1:
        raise bad(AUTO_MODE)
    if not switches.pop():
        return False
    if request.get("bootstrapSelfManagedAddons", True):
        raise bad("For EKS Auto Mode, bootstrapSelfManagedAddons must be false.")
    require_auto_mode_access(request.get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP"))
    require_compute(request["computeConfig"])
    return True


def require_auto_mode_access(mode: str) -> None:
    """Refuse Auto Mode without access entries."""
    if mode == "CONFIG_MAP":
        raise bad("For EKS Auto Mode, the authentication mode must be set to one of [API, API_AND_CONFIG_MAP].")


def require_compute(compute: dict[str, Any]) -> None:
    """Refuse unknown node pools, and pools without a role (or a role without pools)."""
    pools = compute.get("nodePools", [])
    if unknown := sorted(set(pools) - NODE_POOLS):
        raise bad(f"Unknown nodePools [{', '.join(unknown)}]; known are [{', '.join(sorted(NODE_POOLS))}].")
    if bool(pools) != bool(compute.get("nodeRoleArn")):
        raise bad("When computeConfig.nodePools is provided, computeConfig.nodeRoleArn must be provided, and vice versa.")


def encryption_config(wanted: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the encryption configuration: one, of secrets, with a key."""
    if len(wanted) != 1 or wanted[0].get("resources") != ["secrets"] or not wanted[0].get("provider", {}).get("keyArn"):
        raise bad("encryptionConfig must be one item with resources [secrets] and provider.keyArn.")
    return [dict(wanted[0])]


def require_supported(request: dict[str, Any]) -> None:
    """Refuse by name what the service model knows and the simulator does not."""
    network = request.get("kubernetesNetworkConfig", {})
    unknown = {
        "outpostConfig": "outpostConfig" in request,
        "kubernetesNetworkConfig.ipFamily ipv6": network.get("ipFamily") == "ipv6",
        "kubernetesNetworkConfig.elasticLoadBalancing.gatewayApi": "gatewayApi" in network.get("elasticLoadBalancing", {}),
    }
    if named := [name for name, is_asked in unknown.items() if is_asked]:
        raise not_implemented(f"eks: {', '.join(named)}")
