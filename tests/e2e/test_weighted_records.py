# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weighted records against a strict Route 53: there and back, and everything that may come between reading and writing."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import converging
import pytest
from plays import play
from world import World

from ansible_collections.cutover.eks.plugins.module_utils._ansible.arguments import Controls
from ansible_collections.cutover.eks.plugins.module_utils._ansible.convergence import CHECK, REAL, Convergence, Mode, converged
from ansible_collections.cutover.eks.plugins.module_utils._ansible.weighted_records import NOUN
from ansible_collections.cutover.eks.plugins.module_utils._aws.session import Session
from ansible_collections.cutover.eks.plugins.module_utils._run.clock import SystemClock
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Answer

NAME = "app.example.com."
TYPES = {"A": ("192.0.2.1", "192.0.2.2"), "AAAA": ("2001:db8::1", "2001:db8::2"), "HTTPS": ("1 . alpn=h2", "1 . alpn=h3")}
CHANGE = "ChangeResourceRecordSets"
Meanwhile = Callable[["Zone"], None]


def simple(kind: str, side: int = 0) -> dict[str, Any]:
    return {"Name": NAME, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": TYPES[kind][side]}]}


def weighted(kind: str, blue: int, green: int) -> list[dict[str, Any]]:
    sides = (("blue", blue), ("green", green))
    return [{**simple(kind, side), "SetIdentifier": name, "Weight": weight} for side, (name, weight) in enumerate(sides)]


GREEN_VALUES = {"values": {kind: values[1] for kind, values in TYPES.items()}}


def members(blue: int, green: int, **more: Any) -> list[dict[str, Any]]:
    return [{"set_identifier": "blue", "weight": blue}, {"set_identifier": "green", "weight": green, **more}]


ATTACHED = members(100, 0, **GREEN_VALUES)
SHIFTED = members(90, 10)


@dataclass
class Disturbed(Session):
    """A gateway that lets something happen between reading and writing."""

    meanwhile: Callable[[], None] = field(default=lambda: None)

    def write(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        self.meanwhile()
        return super().write(service, operation, request)


class Zone:
    """A hosted zone of somebody, and runs of the module on one name of it."""

    def __init__(self, world: World) -> None:
        self.world, self.client = world, world.client("route53")
        made = self.client.create_hosted_zone(Name="example.com", CallerReference=secrets.token_hex(4))
        self.id = made["HostedZone"]["Id"].rpartition("/")[2]

    def change(self, *changes: tuple[str, dict[str, Any]]) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]}
        self.client.change_resource_record_sets(HostedZoneId=self.id, ChangeBatch=batch)

    def records(self) -> list[dict[str, Any]]:
        """Give what there is beside the zone's own NS and SOA."""
        found = self.client.list_resource_record_sets(HostedZoneId=self.id)["ResourceRecordSets"]
        return [record for record in found if record["Type"] not in ("NS", "SOA")]

    def run(
        self,
        records: list[dict[str, Any]],
        *,
        mode: Mode = REAL,
        meanwhile: Meanwhile | None = None,
        through: type[Disturbed] = Disturbed,
        **options: Any,
    ) -> dict[str, Any]:
        account = through(converging.connection(self.world.simulator.endpoint))
        if meanwhile:
            account.meanwhile = lambda: meanwhile(self)
        convergence = Convergence(
            noun=NOUN,
            account=account,
            controls=Controls(poll_interval=0.05, wait_timeout=60),
            clock=SystemClock(),
            say=lambda _line: None,
            run_id=secrets.token_hex(8),
        )
        return converged(convergence, mode, {"zone": "example.com", "name": "app.example.com", "records": records, **options})

    def done(self, records: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
        """Run what has something to do, and then once more what has nothing to do."""
        result = self.run(records, **options)
        assert (result.get("failed"), result["changed"]) == (None, True), result.get("msg")
        again = self.run(records, **options)
        assert (again.get("failed"), again["changed"], again["plan"]) == (None, False, [])
        return result

    def journal(self, after: int = 0) -> list[dict[str, Any]]:
        return [call for call in self.world.control("GET", f"journal?after={after}") if call["service"] == "route53"]

    def calls(self, after: int) -> list[str]:
        return [call["operation"] for call in self.journal(after)]


@pytest.fixture
def zone(world: World) -> Zone:
    """A zone in which the name has one simple record of each type."""
    found = Zone(world)
    found.change(*(("CREATE", simple(kind)) for kind in TYPES))
    return found


def test_from_simple_records_to_weights_and_back_with_all_types_at_once(zone: Zone) -> None:
    original = zone.records()
    zone.done(ATTACHED)
    assert zone.records() == [record for kind in TYPES for record in weighted(kind, 100, 0)]
    zone.done(SHIFTED, expected={"blue": 100, "green": 0})
    assert zone.records() == [record for kind in TYPES for record in weighted(kind, 90, 10)]
    zone.done([{"set_identifier": "blue"}], state="simple", remove=["green"])
    assert zone.records() == original


def test_a_shift_costs_one_write_and_nothing_to_do_two_reads(zone: Zone) -> None:
    zone.run(ATTACHED)
    before = zone.world.last()
    zone.run(SHIFTED)
    calls = zone.calls(before)
    assert (calls.count(CHANGE), calls.count("ListHostedZonesByName")) == (1, 2)
    before = zone.world.last()
    zone.run(SHIFTED)
    assert zone.calls(before) == ["ListHostedZonesByName", "ListResourceRecordSets"]


def test_no_lock_is_taken(zone: Zone) -> None:
    zone.run(ATTACHED)
    assert [call for call in zone.world.control("GET", "journal") if call["service"] == "ssm"] == []


def test_the_batch_of_check_mode_is_the_one_that_is_executed_byte_for_byte(zone: Zone) -> None:
    zone.run(ATTACHED)
    planned = zone.run(SHIFTED, mode=CHECK)
    assert zone.records() == [record for kind in TYPES for record in weighted(kind, 100, 0)]
    before = zone.world.last()
    done = zone.run(SHIFTED)
    (sent,) = [call for call in zone.journal(before) if call["operation"] == CHANGE]
    (step,) = planned["plan"]
    assert json.dumps(sent["parameters"], sort_keys=True) == json.dumps(step["request"], sort_keys=True)
    assert done["plan_digest"] == planned["plan_digest"]
    assert "A.blue.weight: 100 → 90" in planned["plan_text"]


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda zone: zone.change(("UPSERT", weighted("AAAA", 50, 0)[0])),
        lambda zone: zone.change(("DELETE", weighted("A", 100, 0)[1])),
        lambda zone: zone.change(("UPSERT", {**weighted("HTTPS", 100, 0)[1], "ResourceRecords": [{"Value": "2 . alpn=h2"}]})),
    ],
    ids=["a weight", "a deletion", "a value"],
)
def test_what_somebody_changes_between_reading_and_writing_is_not_overwritten(zone: Zone, meanwhile: Meanwhile) -> None:
    zone.run(ATTACHED)
    theirs: list[dict[str, Any]] = []

    def edit(there: Zone) -> None:
        meanwhile(there)
        theirs.extend(there.records())

    result = zone.run(SHIFTED, meanwhile=edit)
    assert (result["failed"], result["changed"], result["error"]["code"]) == (True, False, "InvalidChangeBatch")
    assert "somebody has changed what is there" in result["msg"]
    assert theirs
    assert zone.records() == theirs


def test_of_two_runs_at_the_same_time_one_wins(zone: Zone) -> None:
    zone.run(ATTACHED)
    result = zone.run(members(50, 50), meanwhile=lambda there: there.done(SHIFTED) and None)
    assert result["error"]["code"] == "InvalidChangeBatch"
    assert zone.records()[0]["Weight"] == 90


BROKEN = {"kind": "error", "code": "InternalFailure", "status": 500}


@pytest.mark.parametrize(
    ("fault", "writes"),
    [({"kind": "reset_after"}, 1), ({"kind": "reset_before"}, 2), ({**BROKEN, "applied": True}, 1), ({**BROKEN, "applied": False}, 2)],
    ids=["a reset after", "a reset before", "an error after", "an error before"],
)
def test_a_batch_whose_answer_is_lost_is_applied_exactly_once(zone: Zone, fault: dict[str, Any], writes: int) -> None:
    zone.run(ATTACHED)
    before = zone.world.last()
    zone.world.control("POST", "faults", {"service": "route53", "operation": CHANGE, **fault})
    result = zone.run(SHIFTED)
    assert (result.get("failed"), result["changed"]) == (None, True), result.get("msg")
    sent = [call for call in zone.journal(before) if call["operation"] == CHANGE]
    assert (len(sent), [call["applied"] for call in sent].count(True)) == (writes, 1)
    assert zone.records() == [record for of in TYPES for record in weighted(of, 90, 10)]


@pytest.mark.parametrize("code", ["Throttling", "PriorRequestNotComplete"])
def test_a_batch_that_comes_too_early_is_sent_again(zone: Zone, code: str) -> None:
    zone.run(ATTACHED)
    zone.world.control(
        "POST", "faults", {"service": "route53", "operation": CHANGE, "kind": "error", "code": code, "status": 400, "times": 2}
    )
    result = zone.run(SHIFTED)
    assert (result.get("failed"), result["changed"]) == (None, True), result.get("msg")


def test_a_protection_is_refused_before_anything_is_written(zone: Zone) -> None:
    zone.client.create_resource_record_set_protections(HostedZoneId=zone.id, Protections=[{"RecordName": NAME, "RecordType": "AAAA"}])
    before = zone.world.last()
    result = zone.run(ATTACHED)
    assert [(problem["code"], problem["path"]) for problem in result["problems"]] == [("protected", "name")]
    assert CHANGE not in zone.calls(before)


def test_bad_input_is_told_all_at_once(zone: Zone) -> None:
    zone.change(
        ("CREATE", {**simple("A"), "Name": "a-app.example.com", "Type": "TXT", "ResourceRecords": [{"Value": '"heritage=external-dns"'}]})
    )
    before = zone.world.last()
    result = zone.run(members(100, 300, **GREEN_VALUES), expected={"blue": 1})
    assert [problem["code"] for problem in result["problems"]] == ["out_of_bounds", *["drift"] * 3, "foreign"]
    assert result["changed"] is False
    assert CHANGE not in zone.calls(before)


def test_a_playbook_shifts_a_wildcard_of_aliases_and_gives_its_result_back(zone: Zone, tmp_path: Path) -> None:
    aliases = [
        {
            "set_identifier": side,
            "weight": weight,
            "alias": {"dns_name": f"{side}.example.com", "hosted_zone_id": zone.id, "evaluate_target_health": False},
        }
        for side, weight in (("blue", 9), ("green", 1))
    ]
    zone.change(*(("CREATE", {**simple("A"), "Name": f"{side}.example.com"}) for side in ("blue", "green")))
    declared = {"zone": "example.com", "name": "*.example.com", "types": ["A"], "records": aliases}
    tasks = [
        {"name": "shift", "cutover.eks.weighted_records": declared, "register": "shifted"},
        {"name": "again", "cutover.eks.weighted_records": "{{ shifted.weighted_records }}"},
    ]
    played = play(zone.world, tmp_path, tasks)
    assert (played.exit_code, played.changed()) == (0, ["shift"]), played.output
    assert played.result("shift")["weighted_records"]["status"]["weights"] == {"blue": 9, "green": 1}
    assert "records/*.example.com" in played.output


def test_a_lost_answer_and_somebody_elses_change_after_it_are_told_as_open(zone: Zone) -> None:
    zone.run(ATTACHED)
    zone.world.control("POST", "faults", {"service": "route53", "operation": CHANGE, "kind": "reset_after"})
    theirs = weighted("A", 55, 0)[0]

    class Raced(Disturbed):
        def read(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
            if operation == "ListResourceRecordSets" and zone.records()[0]["Weight"] == 90:
                zone.change(("UPSERT", theirs))
            return super().read(service, operation, request)

    result = zone.run(SHIFTED, through=Raced)
    assert (result["failed"], result["changed"], result["plan"][0]["status"]) == (True, True, "ambiguous")
    assert zone.records()[0] == theirs
