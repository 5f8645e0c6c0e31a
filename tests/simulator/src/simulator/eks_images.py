# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine images of EKS by Kubernetes version, family and architecture, and the SSM parameters that name them.

Ids are derived from what an image is, so that EC2 and SSM agree and two runs see the same ones.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from .services.eks.node_releases import RELEASES

OWNER = "602401143452"
ARCHITECTURES = ("x86_64", "arm64")
FAMILIES = {
    "amazon-linux-2023/{architecture}/standard": "amazon-eks-node-al2023-{architecture}-standard-{version}-v{date}",
    "amazon-linux-2023/{architecture}/nvidia": "amazon-eks-node-al2023-{architecture}-nvidia-{version}-v{date}",
    "amazon-linux-2023/{architecture}/neuron": "amazon-eks-node-al2023-{architecture}-neuron-{version}-v{date}",
}
BOTTLEROCKET_VERSION = "1.50.0-0a1b2c3d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One machine image."""

    id: str
    name: str
    architecture: str
    date: str
    release: str
    parameter: str
    """Its SSM parameter without the last word."""
    is_recommended: bool

    def shown(self) -> dict[str, Any]:
        """Give it as DescribeImages does."""
        return {
            "ImageId": self.id,
            "Name": self.name,
            "Description": f"EKS-optimized Kubernetes node, release {self.release}",
            "Architecture": self.architecture,
            "OwnerId": OWNER,
            "ImageOwnerAlias": "amazon",
            "ImageLocation": f"amazon/{self.name}",
            "CreationDate": f"{self.date[:4]}-{self.date[4:6]}-{self.date[6:]}T00:00:00.000Z",
            "State": "available",
            "Public": True,
            "ImageType": "machine",
            "PlatformDetails": "Linux/UNIX",
            "RootDeviceType": "ebs",
            "RootDeviceName": "/dev/xvda",
            "VirtualizationType": "hvm",
            "EnaSupport": True,
            "Hypervisor": "xen",
            "BlockDeviceMappings": [
                {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": True}}
            ],
        }


def _id(region: str, name: str) -> str:
    return f"ami-{hashlib.sha256(f'{region}/{name}'.encode()).hexdigest()[:17]}"


def _images(region: str, version: str, release: str) -> list[Image]:
    date = release.partition("-")[2]
    made = []
    for path, template in FAMILIES.items():
        for architecture in ARCHITECTURES:
            name = template.format(architecture=architecture, version=version, date=date)
            prefix = f"/aws/service/eks/optimized-ami/{version}/{path.format(architecture=architecture)}"
            words = {"architecture": architecture, "date": date, "release": release, "is_recommended": release == RELEASES[version][-1]}
            made.append(Image(id=_id(region, name), name=name, parameter=prefix, **words))  # type: ignore[arg-type]
    return made


@functools.cache
def images(region: str) -> tuple[Image, ...]:
    """Give all images of a region."""
    return tuple(image for version, releases in RELEASES.items() for release in releases for image in _images(region, version, release))


@functools.cache
def parameters(region: str) -> dict[str, str]:
    """Give the public SSM parameters of a region: name → value."""
    found: dict[str, str] = {}
    for image in images(region):
        document = {"schema_version": "2.0", "image_id": image.id, "image_name": image.name, "release_version": image.release}
        places = [f"{image.parameter}/{image.name}"] + ([f"{image.parameter}/recommended"] if image.is_recommended else [])
        for place in places:
            found |= {place: json.dumps(document), **{f"{place}/{key}": document[key] for key in list(document)[1:]}}
    for version in RELEASES:
        for architecture in ARCHITECTURES:
            prefix = f"/aws/service/bottlerocket/aws-k8s-{version}/{architecture}"
            release = BOTTLEROCKET_VERSION
            image_id = _id(region, f"bottlerocket-aws-k8s-{version}-{architecture}-v{release}")
            for date in ("latest", release):
                found |= {f"{prefix}/{date}/image_id": image_id, f"{prefix}/{date}/image_version": release}
    return found
