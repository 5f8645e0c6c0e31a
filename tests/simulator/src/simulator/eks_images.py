# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine images of EKS by AMI type, Kubernetes version and release, and the SSM parameters that name them.

Ids are derived from what an image is, so that EKS, EC2 and SSM agree and two runs see the same ones.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from .services.eks import node_releases

OWNER = "602401143452"
_LINUX = "/aws/service/eks/optimized-ami/{version}/amazon-linux-"
_BOTTLEROCKET = "/aws/service/bottlerocket/aws-k8s-{version}"
_WINDOWS = "Windows_Server-{year}-English-{kind}-EKS_Optimized-{{version}}"


@dataclass(frozen=True, slots=True)
class Family:
    """How the images of an AMI type are called, and below which SSM parameter they are."""

    name: str
    path: str


FAMILIES = {
    "AL2_x86_64": Family("amazon-eks-node-{version}-v{day}", f"{_LINUX}2"),
    "AL2_x86_64_GPU": Family("amazon-eks-gpu-node-{version}-v{day}", f"{_LINUX}2-gpu"),
    "AL2_ARM_64": Family("amazon-eks-arm64-node-{version}-v{day}", f"{_LINUX}2-arm64"),
    **{
        f"AL2023_{spelled}_{variant.upper()}": Family(
            f"amazon-eks-node-al2023-{architecture}-{variant}-{{version}}-v{{day}}", f"{_LINUX}2023/{architecture}/{variant}"
        )
        for spelled, architecture in (("x86_64", "x86_64"), ("ARM_64", "arm64"))
        for variant in ("standard", "nvidia", "neuron")
        if (architecture, variant) != ("arm64", "neuron")
    },
    **{
        f"BOTTLEROCKET_{spelled}{variant.upper().replace('-', '_')}": Family(
            f"bottlerocket-aws-k8s-{{version}}{variant}-{architecture}-v{{release}}", f"{_BOTTLEROCKET}{variant}/{architecture}"
        )
        for spelled, architecture in (("x86_64", "x86_64"), ("ARM_64", "arm64"))
        for variant in ("", "-fips", "-nvidia", "-nvidia-fips")
    },
    **{
        f"WINDOWS_{kind.upper()}_{year}_x86_64": Family(
            f"{_WINDOWS.format(year=year, kind=kind)}-{{day}}", f"/aws/service/ami-windows-latest/{_WINDOWS.format(year=year, kind=kind)}"
        )
        for kind in ("Core", "Full")
        for year in (2019, 2022, 2025)
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One machine image."""

    id: str
    name: str
    ami_type: str
    release: str
    path: str
    """Its SSM parameter without what comes after the family."""
    is_recommended: bool

    def shown(self) -> dict[str, Any]:
        """Give it as DescribeImages does."""
        day, is_windows = node_releases.day(self.release), self.ami_type.startswith("WINDOWS")
        device = "/dev/sda1" if is_windows else "/dev/xvda"
        return {
            "ImageId": self.id,
            "Name": self.name,
            "Description": f"EKS-optimized Kubernetes node, release {self.release}",
            "Architecture": node_releases.architecture(self.ami_type),
            "OwnerId": OWNER,
            "ImageOwnerAlias": "amazon",
            "ImageLocation": f"amazon/{self.name}",
            "CreationDate": f"{day[:4]}-{day[4:6]}-{day[6:]}T00:00:00.000Z",
            "State": "available",
            "Public": True,
            "ImageType": "machine",
            "PlatformDetails": "Windows" if is_windows else "Linux/UNIX",
            "RootDeviceType": "ebs",
            "RootDeviceName": device,
            "VirtualizationType": "hvm",
            "EnaSupport": True,
            "Hypervisor": "xen",
            "BlockDeviceMappings": [{"DeviceName": device, "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": True}}],
        } | ({"Platform": "windows"} if is_windows else {})


def _name(ami_type: str, version: str, release: str) -> str:
    return FAMILIES[ami_type].name.format(version=version, release=release, day=node_releases.day(release))


def image_id(region: str, ami_type: str, version: str, release: str) -> str:
    """Give the id of an image: the same one for everybody in a region."""
    return f"ami-{hashlib.sha256(f'{region}/{_name(ami_type, version, release)}'.encode()).hexdigest()[:17]}"


def _images(region: str, ami_type: str, version: str) -> list[Image]:
    offered = node_releases.releases(ami_type, version)
    return [
        Image(
            id=image_id(region, ami_type, version, release),
            name=_name(ami_type, version, release),
            ami_type=ami_type,
            release=release,
            path=FAMILIES[ami_type].path.format(version=version),
            is_recommended=release == offered[-1],
        )
        for release in offered
    ]


@functools.cache
def images(region: str) -> tuple[Image, ...]:
    """Give all images of a region."""
    kinds = [(version, ami_type) for version in node_releases.RELEASES for ami_type in FAMILIES]
    return tuple(
        image for version, ami_type in kinds if node_releases.is_offered(ami_type, version) for image in _images(region, ami_type, version)
    )


@functools.cache
def parameters(region: str) -> dict[str, str]:
    """Give the public SSM parameters of a region: name → value."""
    found: dict[str, str] = {}
    for image in images(region):
        found |= _parameters(image)
    return found


def _parameters(image: Image) -> dict[str, str]:
    """Name one image as its family does: by release and as the recommended one, or as the latest only."""
    if image.ami_type.startswith("WINDOWS"):
        values = {"image_id": image.id, "release_version": image.release}
        return {f"{image.path}/{key}": value for key, value in values.items()} if image.is_recommended else {}
    if image.ami_type.startswith("BOTTLEROCKET"):
        values, names = {"image_id": image.id, "image_version": image.release}, [image.release, *["latest"] * image.is_recommended]
        return {f"{image.path}/{name}/{key}": value for name in names for key, value in values.items()}
    document = {"schema_version": "2.0", "image_id": image.id, "image_name": image.name, "release_version": image.release}
    found: dict[str, str] = {}
    for name in (image.name, *["recommended"] * image.is_recommended):
        found[f"{image.path}/{name}"] = json.dumps(document)
        found |= {f"{image.path}/{name}/{key}": document[key] for key in list(document)[1:]}
    return found
