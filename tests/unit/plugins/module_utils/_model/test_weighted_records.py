# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of weighted records: what is refused about their shape, all at once, and how a name is given back."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.plugins.module_utils._model.weighted_records import (
    WeightedRecords,
    WeightedRecordsActual,
    Zone,
    weighted_records_result,
)

SCOPE = Scope(account="123456789012", region="eu-central-1")
BLUE: dict[str, Any] = {"set_identifier": "blue", "weight": 100}
GREEN: dict[str, Any] = {"set_identifier": "green", "weight": 0, "values": {"A": "198.51.100.20"}}
ALIAS = {"dns_name": "Green.example.com", "hosted_zone_id": "Z1", "evaluate_target_health": True}
OPTIONS: dict[str, Any] = {"zone": "example.com", "name": "app.example.com", "records": [BLUE, GREEN]}


def refused(**options: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        WeightedRecords.from_options({**OPTIONS, **options}, SCOPE)
    return caught.value


@pytest.mark.parametrize(
    ("options", "code", "path"),
    [
        ({"zone": None}, "missing_zone", "zone"),
        ({"zone": "not a zone"}, "bad_zone", "zone"),
        ({"zone_id": "example.com"}, "bad_zone_id", "zone_id"),
        ({"name": None}, "missing_name", "name"),
        ({"name": "a..b"}, "bad_name", "name"),
        ({"ttl": -1}, "out_of_bounds", "ttl"),
        ({"types": ["A", "CNAME"]}, "type_mismatch", "types"),
        ({"records": []}, "missing_records", "records"),
        ({"records": [{**BLUE, "set_identifier": ""}]}, "bad_set_identifier", "records[0].set_identifier"),
        ({"records": [{**BLUE, "weight": 256}]}, "out_of_bounds", "records[0].weight"),
        ({"records": [BLUE, {"set_identifier": "green"}]}, "missing_weight", "records[1].weight"),
        ({"records": [BLUE, BLUE]}, "doubled_name", "records"),
        ({"records": [{**BLUE, "weight": 0}, GREEN]}, "dark_group", "records"),
        ({"records": [{**BLUE, "values": {"A": "192.0.2.300"}}]}, "bad_value", "records[0].values.A"),
        ({"records": [{**BLUE, "values": {"A": "2001:db8::1"}}]}, "bad_value", "records[0].values.A"),
        ({"records": [{**BLUE, "values": {"AAAA": "192.0.2.3"}}]}, "bad_value", "records[0].values.AAAA"),
        ({"records": [{**BLUE, "values": {"CNAME": "no host"}}]}, "bad_value", "records[0].values.CNAME"),
        ({"records": [{**BLUE, "values": {"HTTPS": "alpn=h2"}}]}, "bad_value", "records[0].values.HTTPS"),
        ({"records": [{**BLUE, "values": {"TXT": "x"}}]}, "bad_value", "records[0].values.TXT"),
        ({"records": [{**BLUE, "alias": {**ALIAS, "dns_name": "no host"}}]}, "bad_dns_name", "records[0].alias.dns_name"),
        ({"remove": ["green"]}, "contradiction", "remove"),
        ({"expected": {"blue": 300}}, "out_of_bounds", "expected.blue"),
        ({"state": "simple"}, "one_record", "records"),
    ],
)
def test_what_is_refused_by_its_shape(options: dict[str, Any], code: str, path: str) -> None:
    assert [(problem.code, problem.path) for problem in refused(**options).problems] == [(code, path)]


def test_all_problems_are_told_at_once() -> None:
    refusal = refused(ttl=-1, records=[{**BLUE, "weight": 999, "values": {"A": "x"}}], expected={"blue": -1})
    assert [problem.code for problem in refusal.problems] == ["out_of_bounds", "out_of_bounds", "bad_value", "out_of_bounds"]


def test_a_name_that_can_be_found_is_looked_at_all_the_same() -> None:
    assert refused(ttl=-1).sound is not None
    assert refused(name="a..b").sound is None


def test_values_of_every_type_are_taken() -> None:
    values = {"A": "192.0.2.1", "AAAA": "2001:db8::1", "CNAME": "blue.example.com", "HTTPS": "1 . alpn=h2", "SVCB": "1 blue.example.com."}
    desired = WeightedRecords.from_options({**OPTIONS, "records": [{**BLUE, "values": values}]}, SCOPE)
    assert desired.records[0].values == values


def test_the_result_has_the_option_keys_and_what_was_seen() -> None:
    seen = {
        "Name": "app.example.com.",
        "Type": "A",
        "SetIdentifier": "blue",
        "Weight": 7,
        "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
    }
    text = {"Name": "app.example.com.", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"x"'}]}
    actual = WeightedRecordsActual(zones=(Zone(id="Z1", name="example.com."),), records=(seen, text))
    options = {**OPTIONS, "records": [{**BLUE, "alias": ALIAS}, GREEN], "types": ["A"], "ttl": 60, "expected": {"blue": 100}}
    desired = WeightedRecords.from_options(options, SCOPE)
    assert weighted_records_result(desired, actual, SCOPE) == {
        **options,
        "state": "present",
        "remove": [],
        "adopt": False,
        "status": {"zone_id": "Z1", "weights": {"blue": 7}, "record_sets": [seen]},
    }


def test_without_one_zone_nothing_was_seen() -> None:
    desired = WeightedRecords.from_options({**OPTIONS, "zone": None, "zone_id": "/hostedzone/Z1"}, SCOPE)
    assert desired.zone_id == "Z1"
    assert weighted_records_result(desired, WeightedRecordsActual(), SCOPE)["status"] == {}
