# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The normalised state: equal for two runs that made the same, whatever their ids, addresses, times and the order of their calls."""

from __future__ import annotations

from typing import Any

from simulator.normalised import normalised


def world(number: int, order: list[str]) -> dict[str, Any]:
    """Two subnets in a named VPC, with other ids, addresses and times in each world."""
    vpc = f"vpc-{number:017x}"
    subnets = {zone: f"subnet-{number + 10 * at:017x}" for at, zone in enumerate(order, 1)}
    found: dict[str, Any] = {f"vpc/{vpc}": {"VpcId": vpc, "Tags": [{"Key": "Name", "Value": "blue"}], "At": f"2026-01-0{number}T00:00:00Z"}}
    for zone, subnet in subnets.items():
        found[f"subnet/{subnet}"] = {"SubnetId": subnet, "VpcId": vpc, "Zone": zone, "CreatedAt": 1_800_000_000.5 + number}
    found["table"] = {"Routes": [{"SubnetId": subnets[zone], "Address": f"10.0.{number}.{at}"} for at, zone in enumerate(order)]}
    return found


def test_the_normalised_state_of_equal_worlds_is_equal() -> None:
    assert normalised(world(1, ["a", "b"])) == normalised(world(2, ["b", "a"]))


def test_the_normalised_state_of_other_worlds_differs() -> None:
    assert normalised(world(1, ["a", "b"])) != normalised(world(2, ["a", "c"]))


def test_a_normalised_id_carries_the_name_of_its_resource() -> None:
    assert "vpc/vpc<blue>" in normalised(world(1, ["a"]))


def test_a_cidr_is_no_generated_address() -> None:
    assert normalised({"x": {"CidrBlock": "10.0.0.0/16"}}) == {"x": {"CidrBlock": "10.0.0.0/16"}}


def test_who_refers_to_whom_is_seen_although_all_ids_are_generated() -> None:
    def chain(*pairs: tuple[int, int]) -> dict[str, Any]:
        return {f"rtb/rtb-{number:017x}": {"Next": f"rtb-{following:017x}"} for number, following in pairs}

    assert normalised(chain((1, 2), (2, 3), (3, 1))) == normalised(chain((7, 5), (5, 6), (6, 7)))
    assert normalised(chain((1, 2), (2, 3), (3, 1))) != normalised(chain((1, 2), (2, 1), (3, 3)))


def test_names_that_follow_from_the_order_of_two_calls_are_left_out() -> None:
    interface = {"NetworkInterfaceId": "eni-00000000000000001", "SubnetId": "private"}
    early = {"eni": interface | {"PrivateDnsName": "ip-10-0-0-4.ec2.internal"}}
    assert normalised(early) == normalised({"eni": interface})
