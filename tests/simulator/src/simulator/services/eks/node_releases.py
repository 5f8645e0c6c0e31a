# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which AMI releases there are for nodes, by AMI type and Kubernetes version, and which architecture an AMI type has."""

from __future__ import annotations

from ...seam import Refusal

DEFAULT_AMI_TYPE = "AL2023_x86_64_STANDARD"
CUSTOM = "CUSTOM"
LAST_OF_AL2 = "1.32"

_AMAZON_LINUX = """
1.30 1.30.14-20260609 1.30.14-20260721
1.31 1.31.13-20260818 1.31.14-20260915 1.31.14-20261013 1.31.14-20261110
1.32 1.32.12-20260818 1.32.13-20260915 1.32.13-20261013 1.32.13-20261110
1.33 1.33.11-20260818 1.33.12-20260915 1.33.12-20261013 1.33.12-20261110
1.34 1.34.7-20260818 1.34.8-20260915 1.34.8-20261013 1.34.8-20261110
1.35 1.35.3-20260818 1.35.4-20260915 1.35.4-20261013 1.35.4-20261110
1.36 1.36.0-20260818 1.36.1-20260915 1.36.1-20261013 1.36.1-20261110
"""
_BOTTLEROCKET = {"1.57.0-2f1b6f0e": "20260909", "1.58.0-7d9e03b1": "20261007", "1.59.1-c40a8d52": "20261104"}
_WINDOWS = ("2026.09.09", "2026.10.14", "2026.11.11")
RELEASES = {minor: tuple(releases) for minor, *releases in map(str.split, _AMAZON_LINUX.strip().splitlines())}


def releases(ami_type: str, version: str) -> tuple[str, ...]:
    """List the releases of an AMI type for a Kubernetes version, oldest first."""
    if ami_type.startswith("BOTTLEROCKET"):
        return tuple(_BOTTLEROCKET)
    if ami_type.startswith("WINDOWS"):
        return tuple(f"{version}-{day}" for day in _WINDOWS)
    return RELEASES.get(version, ())


def release(ami_type: str, version: str, wanted: str | None = None) -> str:
    """Give the wanted release, or the newest one; refuse one of another Kubernetes version."""
    offered = releases(ami_type, version)
    if wanted and wanted not in offered:
        raise Refusal("InvalidParameterException", f"Requested release version {wanted} is not valid for kubernetes version {version}.")
    return wanted or offered[-1]


def day(release: str) -> str:
    """Give the day on which a release came out, as `20261110`."""
    return _BOTTLEROCKET.get(release) or release.rpartition("-")[2].replace(".", "")


def is_offered(ami_type: str, version: str) -> bool:
    """Say whether there are AMIs of a type for a Kubernetes version: of Amazon Linux 2 there are no new ones."""
    return not ami_type.startswith("AL2_") or int(version.partition(".")[2]) <= int(LAST_OF_AL2.partition(".")[2])


def require_offered(ami_type: str, version: str) -> None:
    """Refuse Amazon Linux 2 where there are no AMIs of it any more."""
    if not is_offered(ami_type, version):
        told = f"AMI Type {ami_type} is only supported for kubernetes versions {LAST_OF_AL2} or earlier"
        raise Refusal("InvalidParameterException", told)


def architecture(ami_type: str) -> str:
    """Give the architecture of an AMI type, as EC2 names it."""
    return "arm64" if "ARM_64" in ami_type else "x86_64"
