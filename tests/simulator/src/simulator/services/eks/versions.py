# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Kubernetes versions are offered, until when, and what may follow what.

The support status is a column and not computed from the clock: a test must not change its meaning on the day a version retires.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ...seam import Refusal
from .context import Context, Operation
from .paging import page

STANDARD, EXTENDED, UNSUPPORTED = "STANDARD_SUPPORT", "EXTENDED_SUPPORT", "UNSUPPORTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One Kubernetes version as EKS offers it."""

    name: str
    patch: str
    platform: str
    released: str
    standard_until: str
    extended_until: str
    support: str


DEFAULT = "1.35"

_TABLE = """
1.36 1.36.1  eks.4  2026-06-02 2027-08-02 2028-08-02 STANDARD_SUPPORT
1.35 1.35.4  eks.11 2026-01-27 2027-03-27 2028-03-27 STANDARD_SUPPORT
1.34 1.34.8  eks.21 2025-10-02 2026-12-02 2027-12-02 STANDARD_SUPPORT
1.33 1.33.12 eks.33 2025-05-29 2026-07-29 2027-07-29 EXTENDED_SUPPORT
1.32 1.32.13 eks.40 2025-01-23 2026-03-23 2027-03-23 EXTENDED_SUPPORT
1.31 1.31.14 eks.56 2024-09-26 2025-11-26 2026-11-26 EXTENDED_SUPPORT
1.30 1.30.14 eks.64 2024-05-23 2025-07-23 2026-07-23 UNSUPPORTED
"""


def _row(line: str) -> Version:
    name, patch, platform, released, standard, extended, support = line.split()
    return Version(
        name=name, patch=patch, platform=platform, released=released, standard_until=standard, extended_until=extended, support=support
    )


VERSIONS = {version.name: version for version in map(_row, _TABLE.strip().splitlines())}
OFFERED = tuple(version.name for version in VERSIONS.values() if version.support != UNSUPPORTED)


def minor(version: str) -> int:
    """Give the minor number of `1.35`."""
    return int(version.partition(".")[2])


def offered(version: str) -> Version:
    """Give a version that new clusters may have, or refuse."""
    if version not in OFFERED:
        raise Refusal("InvalidParameterException", "unsupported Kubernetes version")
    return VERSIONS[version]


def require_next(old: str, new: str) -> Version:
    """Give the version to update to, or refuse: EKS goes one minor version up at a time."""
    version = offered(new)
    if minor(new) != minor(old) + 1:
        raise Refusal("InvalidParameterException", f"Unsupported Kubernetes minor version update from {old} to {new}")
    return version


def describe_cluster_versions(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DescribeClusterVersions: newest first, unsupported ones only on demand."""
    if parameters.get("clusterType", "eks") != "eks":
        return {"clusterVersions": []}
    wanted = [version for version in VERSIONS.values() if _is_wanted(version, parameters)]
    return page("clusterVersions", [_shown(version) for version in wanted], parameters)


def _is_wanted(version: Version, parameters: dict[str, Any]) -> bool:
    named = parameters.get("clusterVersions") or []
    support = parameters.get("versionStatus") or parameters.get("status", "").upper().replace("-", "_")
    return all(
        (
            not named or version.name in named,
            not support or version.support == support,
            not parameters.get("defaultOnly") or version.name == DEFAULT,
            version.support != UNSUPPORTED or bool(parameters.get("includeAll") or named or support),
        )
    )


def _shown(version: Version) -> dict[str, Any]:
    return {
        "clusterVersion": version.name,
        "clusterType": "eks",
        "defaultPlatformVersion": version.platform,
        "defaultVersion": version.name == DEFAULT,
        "releaseDate": _epoch(version.released),
        "endOfStandardSupportDate": _epoch(version.standard_until),
        "endOfExtendedSupportDate": _epoch(version.extended_until),
        "status": version.support.lower().replace("_", "-"),
        "versionStatus": version.support,
        "kubernetesPatchVersion": version.patch,
    }


def _epoch(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


OPERATIONS: dict[str, Operation] = {"DescribeClusterVersions": describe_cluster_versions}
