# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs at the same time: on one cluster they exclude each other, on two clusters they do not."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from plays import ended, start
from world import MINIMAL, World

from simulator.harness import ACCOUNT, REGION

SPEED = 60
"""A cluster takes some ten seconds: the second run meets the first one at work."""
AT_MOST_SECONDS = 5


def vpcs(world: World) -> list[str]:
    """Give the owner of every VPC that this collection made."""
    owned = world.client("ec2").describe_vpcs(Filters=[{"Name": "tag-key", "Values": ["cutover.eks/cluster"]}])["Vpcs"]
    return sorted(tag["Value"] for vpc in owned for tag in vpc["Tags"] if tag["Key"] == "cutover.eks/cluster")


def calls_by_run(world: World) -> dict[str, list[dict[str, Any]]]:
    """Give the journal by run id, which every user agent carries."""
    runs: dict[str, list[dict[str, Any]]] = {}
    for call in world.control("GET", "journal"):
        _before, found, rest = call["user_agent"].partition("run/")
        if found:
            runs.setdefault(rest.split()[0], []).append(call)
    return runs


def seconds_between(first: dict[str, Any], last: dict[str, Any]) -> float:
    """Give the real time between two calls; the journal's is simulated."""
    return (datetime.fromisoformat(last["time"]) - datetime.fromisoformat(first["time"])).total_seconds() / SPEED


def test_of_two_runs_on_one_cluster_one_wins_and_the_other_names_it(world: World) -> None:
    world.control("PUT", "clock", {"speed": SPEED})
    runs = [start(world, "cutover.eks.create_cluster", "-e", json.dumps(MINIMAL)) for _run in range(2)]
    loser, winner = sorted((ended(run) for run in runs), key=lambda played: -played.exit_code)
    assert (winner.exit_code, loser.exit_code) == (0, 2), (winner.output, loser.output)

    calls = calls_by_run(world)
    (first,) = (run for run, made in calls.items() if any(call["applied"] and call["operation"] == "CreateVpc" for call in made))
    (second,) = calls.keys() - {first}
    result = next(iter(loser.tasks[-1][1].values()))
    assert (result["error"]["code"], result["changed"]) == ("Locked", False)
    assert f"is held by arn:aws:iam::{ACCOUNT}:root (run {first}, process " in result["msg"]
    assert f"force_unlock: {first}" in result["msg"]

    (asked,) = (call for call in calls[second] if call["operation"] == "PutParameter")
    assert asked["error"] == "ParameterAlreadyExists"
    assert seconds_between(asked, calls[second][-1]) < AT_MOST_SECONDS
    assert [call for call in calls[second] if call["applied"]] == []
    assert vpcs(world) == [f"{REGION}/blue"]


def test_two_clusters_as_inventory_hosts_converge_in_one_run(world: World, tmp_path: Path) -> None:
    hosts = {f"{name}.example": {**MINIMAL, "eks_stack_name": name} for name in ("blue", "green")}
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"clusters": {"hosts": hosts}}))
    arguments = ("-i", str(inventory), "cutover.eks.create_cluster", "-e", "eks_clusters=clusters")

    made = ended(start(world, *arguments))
    assert made.exit_code == 0, made.output
    assert {host: result["stack"]["name"] for host, result in made.tasks[-1][1].items()} == {
        host: host.removesuffix(".example") for host in hosts
    }
    assert vpcs(world) == [f"{REGION}/blue", f"{REGION}/green"]
    eks = world.client("eks")
    assert [eks.describe_cluster(name=name)["cluster"]["status"] for name in ("blue", "green")] == ["ACTIVE", "ACTIVE"]

    before = world.last()
    again = ended(start(world, *arguments))
    assert (again.exit_code, again.changed()) == (0, []), again.output
    assert world.mutations(before) == []
