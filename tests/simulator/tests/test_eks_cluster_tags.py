# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of everything with an EKS ARN, and the errors that only the tag operations have."""

from __future__ import annotations

import pytest
from eks_world import Aws

from simulator.seam import Refusal
from simulator.services.eks.store import Record

PREFIX = "arn:aws:eks:eu-central-1:123456789012"
BLUE = f"{PREFIX}:cluster/blue"
OTHERS = {
    "nodegroups": ("nodegroupArn", f"{PREFIX}:nodegroup/blue/general/1-2"),
    "addons": ("addonArn", f"{PREFIX}:addon/blue/coredns/1-2"),
    "fargate_profiles": ("fargateProfileArn", f"{PREFIX}:fargateprofile/blue/fp/1-2"),
    "pod_identities": ("associationArn", f"{PREFIX}:podidentityassociation/blue/a-1"),
}


@pytest.fixture
def aws() -> Aws:
    world = Aws()
    world.create(tags={"team": "a"})
    return world


@pytest.mark.row("Tags")
def test_tags_are_added_replaced_and_removed(aws: Aws) -> None:
    aws("TagResource", resourceArn=BLUE, tags={"team": "b", "cost": "1"})
    assert aws("ListTagsForResource", resourceArn=BLUE) == {"tags": {"team": "b", "cost": "1"}}
    aws("UntagResource", resourceArn=BLUE, tagKeys=["cost", "none"])
    assert aws.describe()["tags"] == {"team": "b"}


@pytest.mark.row("Tags")
@pytest.mark.parametrize("kind", OTHERS)
def test_whatever_has_an_arn_has_tags(aws: Aws, kind: str) -> None:
    member, arn = OTHERS[kind]
    getattr(aws.cluster(), kind)["key"] = Record(shown={member: arn})
    aws("TagResource", resourceArn=arn, tags={"team": "a"})
    assert aws("ListTagsForResource", resourceArn=arn) == {"tags": {"team": "a"}}


@pytest.mark.row("Tags")
@pytest.mark.parametrize("rest", ["cluster/none", "nodegroup/blue/none/1", "capability/blue/x", "cluster/blue/x", "cluster"])
def test_an_unknown_arn_is_not_found(aws: Aws, rest: str) -> None:
    with pytest.raises(Refusal) as caught:
        aws("ListTagsForResource", resourceArn=f"{PREFIX}:{rest}")
    assert (caught.value.code, caught.value.status) == ("NotFoundException", 404)


@pytest.mark.row("Tags")
@pytest.mark.parametrize("arn", ["blue", "arn:aws:s3:::blue", "arn:aws:eks:eu-west-1:123456789012:cluster/blue"])
def test_an_arn_of_somewhere_else_is_a_bad_request(aws: Aws, arn: str) -> None:
    with pytest.raises(Refusal) as caught:
        aws("ListTagsForResource", resourceArn=arn)
    assert caught.value.code == "BadRequestException"


@pytest.mark.row("Tags")
@pytest.mark.parametrize("tags", [{"aws:x": "1"}, {"k" * 129: "1"}, {"k": "v" * 257}, {f"k{n}": "" for n in range(50)}])
def test_bad_tags_are_a_bad_request(aws: Aws, tags: dict[str, str]) -> None:
    with pytest.raises(Refusal) as caught:
        aws("TagResource", resourceArn=BLUE, tags=tags)
    assert caught.value.code == "BadRequestException"
    assert aws.describe()["tags"] == {"team": "a"}


@pytest.mark.row("Tags")
def test_no_tags_are_no_mistake(aws: Aws) -> None:
    assert aws.create("green", tags={})["tags"] == {}
    aws("TagResource", resourceArn=BLUE, tags={})
    assert aws.describe()["tags"] == {"team": "a"}
