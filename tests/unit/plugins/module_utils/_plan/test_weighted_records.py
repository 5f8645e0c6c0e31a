# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of weighted records, as a specification: one batch, all deletions verbatim and first, never a group without a weight."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Refused
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.plugins.module_utils._model.weighted_records import WeightedRecords, WeightedRecordsActual, Zone
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Change, Kind, Plan
from ansible_collections.cutover.eks.plugins.module_utils._plan.weighted_records import plan_weighted_records

SCOPE = Scope(account="123456789012", region="eu-central-1")
ZONE = Zone(id="Z1", name="example.com.")
NAME = "app.example.com."
VALUES = {"A": {"blue": "192.0.2.1", "green": "192.0.2.2", "red": "192.0.2.3"}, "AAAA": {"blue": "::1", "green": "::2", "red": "::3"}}
BALANCER = {"dns_name": "LB-1.eu-central-1.elb.amazonaws.com", "hosted_zone_id": "Z215JYRZR1TBD5", "evaluate_target_health": True}
STORED = {"DNSName": "lb-1.eu-central-1.elb.amazonaws.com.", "HostedZoneId": "Z215JYRZR1TBD5", "EvaluateTargetHealth": True}


def simple(kind: str = "A", *values: str, **more: Any) -> dict[str, Any]:
    answers = [{"Value": value} for value in values or (VALUES[kind]["blue"],)]
    return {"Name": NAME, "Type": kind, "TTL": 300, "ResourceRecords": answers, **more}


def weighted(identifier: str, weight: int, kind: str = "A", **more: Any) -> dict[str, Any]:
    return {**simple(kind, VALUES[kind][identifier]), "SetIdentifier": identifier, "Weight": weight, **more}


def member(identifier: str, weight: int | None = None, **more: Any) -> dict[str, Any]:
    return {"set_identifier": identifier, "weight": weight, **more}


def seen(*records: Mapping[str, Any], **more: Any) -> WeightedRecordsActual:
    return WeightedRecordsActual(zones=(ZONE,), records=records, **more)


def planned(actual: WeightedRecordsActual, *records: dict[str, Any], **options: Any) -> Plan:
    given_options = {"zone": "example.com", "name": "app.example.com", "records": list(records), **options}
    return plan_weighted_records(WeightedRecords.from_options(given_options, SCOPE), actual, SCOPE)


def batch(plan: Plan) -> list[tuple[str, Any]]:
    """Give the changes of the one batch."""
    (step,) = plan
    assert (step.operation, step.request["HostedZoneId"]) == ("ChangeResourceRecordSets", "Z1")
    return [(change["Action"], change["ResourceRecordSet"]) for change in step.request["ChangeBatch"]["Changes"]]


def codes(actual: WeightedRecordsActual, *records: dict[str, Any], **options: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        planned(actual, *records, **options)
    return [problem.code for problem in caught.value.problems]


SHIFTED = (member("blue", 90), member("green", 10))
GROUP = (weighted("blue", 100), weighted("green", 0))


# ---- what is planned


def test_a_shift_swaps_the_whole_group_and_changes_the_weights_alone() -> None:
    plan = planned(seen(*GROUP), *SHIFTED)
    assert batch(plan) == [("DELETE", record) for record in GROUP] + [
        ("CREATE", weighted("blue", 90)),
        ("CREATE", weighted("green", 10)),
    ]
    (step,) = plan
    assert step.changes == (Change(path="A.blue.weight", before=100, after=90), Change(path="A.green.weight", before=0, after=10))
    assert (step.kind, step.expected_seconds, plan.takes_lock) == (Kind.UPDATE, 60, False)
    assert step.request["ChangeBatch"]["Comment"] == "cutover.eks weighted_records app.example.com: blue 90, green 10"


def test_a_member_that_stays_is_swapped_too_so_that_nobody_changes_it_meanwhile() -> None:
    swapped = batch(planned(seen(weighted("blue", 100), weighted("green", 0)), member("blue", 100), member("green", 1)))
    assert [(action, record["SetIdentifier"]) for action, record in swapped] == [
        ("DELETE", "blue"),
        ("DELETE", "green"),
        ("CREATE", "blue"),
        ("CREATE", "green"),
    ]


def test_a_group_as_declared_needs_nothing() -> None:
    assert planned(seen(*GROUP), member("blue", 100), member("green", 0)).steps == ()


def test_all_types_of_the_name_move_in_one_batch_deletions_first() -> None:
    both = [weighted(name, weight, kind) for kind in VALUES for name, weight in (("blue", 100), ("green", 0))]
    swapped = batch(planned(seen(*both), *SHIFTED))
    assert [(action, record["Type"], record["Weight"]) for action, record in swapped] == [
        *[("DELETE", kind, weight) for kind in VALUES for weight in (100, 0)],
        *[("CREATE", kind, weight) for kind in VALUES for weight in (90, 10)],
    ]


def test_other_types_of_the_name_are_left_alone() -> None:
    text = {"Name": NAME, "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"x"'}]}
    assert len(batch(planned(seen(*GROUP, text), *SHIFTED))) == 4


def test_members_that_nobody_declared_survive() -> None:
    future = {"HealthCheckId": "check", "InventedLater": {"Depth": [1]}}
    swapped = batch(planned(seen(weighted("blue", 100, **future), weighted("green", 0)), *SHIFTED))
    assert [record for action, record in swapped if record.get("HealthCheckId")] == [
        weighted("blue", 100, **future),
        weighted("blue", 90, **future),
    ]


def test_the_simple_record_becomes_the_one_without_a_target() -> None:
    plan = planned(seen(simple(HealthCheckId="check")), member("blue", 100), member("green", 0, values={"A": "192.0.2.2"}))
    assert batch(plan) == [
        ("DELETE", simple(HealthCheckId="check")),
        ("CREATE", weighted("blue", 100, HealthCheckId="check")),
        ("CREATE", weighted("green", 0)),
    ]


def test_the_simple_record_becomes_the_one_with_the_same_target() -> None:
    declared = [member(name, weight, values={"A": VALUES["A"][name]}) for name, weight in (("green", 0), ("blue", 100))]
    assert batch(planned(seen(simple()), *declared))[1:] == [("CREATE", weighted("green", 0)), ("CREATE", weighted("blue", 100))]


def test_the_group_becomes_a_simple_record_again() -> None:
    plan = planned(seen(*GROUP), {"set_identifier": "blue"}, state="simple", remove=["green"])
    assert batch(plan) == [*(("DELETE", record) for record in GROUP), ("CREATE", simple())]
    assert planned(seen(simple()), {"set_identifier": "blue"}, state="simple", remove=["green"]).steps == ()


def test_a_record_goes_when_it_is_named_in_remove() -> None:
    plan = planned(seen(*GROUP), member("blue", 100), remove=["green"])
    assert batch(plan)[2:] == [("CREATE", weighted("blue", 100))]
    assert planned(seen(weighted("blue", 100)), member("blue", 100), remove=["green"]).steps == ()


def test_a_new_name_is_created() -> None:
    declared = [member(name, 1, values={"A": VALUES["A"][name]}) for name in ("blue", "green")]
    (step,) = plan = planned(seen(), *declared, ttl=300)
    assert step.kind is Kind.CREATE
    assert batch(plan) == [("CREATE", weighted("blue", 1)), ("CREATE", weighted("green", 1))]


def test_a_ttl_counts_for_every_value_of_the_group() -> None:
    swapped = batch(planned(seen(*GROUP), member("blue", 100), member("green", 0), ttl=60))
    assert [record["TTL"] for _action, record in swapped] == [300, 300, 60, 60]


def test_a_value_becomes_an_alias_without_a_ttl_and_back() -> None:
    aliased = {"Name": NAME, "Type": "A", "SetIdentifier": "blue", "Weight": 1, "AliasTarget": STORED}
    assert batch(planned(seen(weighted("blue", 1)), member("blue", 1, alias=BALANCER)))[1] == ("CREATE", aliased)
    back = planned(seen(aliased), member("blue", 1, values={"A": "192.0.2.1"}), ttl=300)
    assert batch(back)[1] == ("CREATE", weighted("blue", 1))


@pytest.mark.parametrize("name", ["lb-1.eu-central-1.elb.amazonaws.com.", "dualstack.LB-1.eu-central-1.elb.amazonaws.com"])
def test_another_spelling_of_an_alias_is_no_difference(name: str) -> None:
    aliased = {"Name": NAME, "Type": "A", "SetIdentifier": "blue", "Weight": 1, "AliasTarget": STORED}
    assert planned(seen(aliased), member("blue", 1, alias={**BALANCER, "dns_name": name})).steps == ()


def test_what_is_refused_by_its_shape_is_planned_all_the_same_to_find_more() -> None:
    bad = member("blue", 300, values={"AAAA": "x", "A": "y", "CNAME": "no host", "TXT": "z"}, alias={**BALANCER, "dns_name": "no host"})
    options = {
        "zone": "example.com",
        "name": "app.example.com",
        "records": [bad, {"set_identifier": ""}],
        "ttl": -1,
        "expected": {"blue": -1},
    }
    with pytest.raises(Refused) as caught:
        WeightedRecords.from_options(options, SCOPE)
    assert isinstance(caught.value.sound, WeightedRecords)
    for actual in (seen(*GROUP, weighted("blue", 1, "AAAA")), seen(simple("AAAA")), seen()):
        with pytest.raises(Refused):
            plan_weighted_records(caught.value.sound, actual, SCOPE)


@pytest.mark.parametrize(
    ("kind", "stored", "declared"),
    [
        ("AAAA", "2001:db8::1", "2001:DB8:0:0::1"),
        ("CNAME", "blue.example.com", "Blue.Example.com."),
        ("HTTPS", "1 . alpn=h2", "1 .  alpn=h2"),
    ],
)
def test_another_spelling_of_a_value_is_no_difference(kind: str, stored: str, declared: str) -> None:
    there = {**simple("A", stored), "Type": kind, "SetIdentifier": "blue", "Weight": 1}
    assert planned(seen(there), member("blue", 1, values={kind: declared})).steps == ()


def test_a_target_that_an_earlier_task_will_make_known_is_planned_as_such() -> None:
    marker = "(known after apply: balancer DNSName)"
    (_deleted, created) = batch(planned(seen(weighted("blue", 1)), member("blue", 1, alias={**BALANCER, "dns_name": marker})))
    assert created[1]["AliasTarget"]["DNSName"] == marker


def test_a_health_check_is_set_and_taken_away() -> None:
    with_check = batch(planned(seen(weighted("blue", 1)), member("blue", 1, health_check_id="check")))[1][1]
    assert with_check == weighted("blue", 1, HealthCheckId="check")
    assert batch(planned(seen(with_check), member("blue", 1, health_check_id="")))[1][1] == weighted("blue", 1)


def test_a_ttl_that_distorts_the_weights_beside_aliases_is_told() -> None:
    aliased = {"Name": NAME, "Type": "A", "SetIdentifier": "green", "Weight": 0, "AliasTarget": STORED}
    plan = planned(seen(weighted("blue", 100), aliased), *SHIFTED)
    assert plan.notes == ("Type A has aliases beside values with a TTL of 300, which distorts the weights; declare ttl: 60",)


def test_a_task_that_is_repeated_does_not_mind_the_weights_that_it_expected() -> None:
    assert planned(seen(weighted("blue", 90), weighted("green", 10)), *SHIFTED, expected={"blue": 100, "green": 0}).steps == ()
    assert planned(seen(*GROUP), *SHIFTED, expected={"blue": 100, "green": 0}).changed
    assert planned(seen(simple()), member("blue", 1), expected={}).changed


# ---- what is refused


CNAME = {"Name": NAME, "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": "blue.example.com"}]}
POLICY = {**weighted("blue", 1), "Region": "eu-central-1"}
NEW = member("red", 1, values={"A": "192.0.2.3"})
REFUSALS: Mapping[str, tuple[WeightedRecordsActual, list[dict[str, Any]], dict[str, Any], list[str]]] = {
    "no zone": (WeightedRecordsActual(), [*SHIFTED], {}, ["unknown_zone"]),
    "two zones": (
        WeightedRecordsActual(zones=(ZONE, Zone(id="Z2", name="example.com.", private=True))),
        [*SHIFTED],
        {},
        ["ambiguous_zone"],
    ),
    "a name of another zone": (seen(), [NEW], {"name": "app.example.org"}, ["outside_zone"]),
    "a name without records": (seen(), [member("blue", 1)], {}, ["missing_types"]),
    "a CNAME of the zone itself": (
        seen(),
        [member("blue", 1, values={"CNAME": "x.example.com"})],
        {"name": "example.com", "ttl": 60},
        ["apex_cname"],
    ),
    "an alias beside a CNAME": (seen(CNAME), [member("blue", 1, values={"A": "192.0.2.1"})], {}, ["type_mismatch"]),
    "a type that would stay behind": (seen(*GROUP, weighted("blue", 1, "AAAA")), [*SHIFTED], {"types": ["A"]}, ["sibling_type"]),
    "a record of somebody else": (seen(*GROUP, weighted("red", 5)), [*SHIFTED], {}, ["foreign_record"]),
    "latency records": (seen(POLICY), [member("blue", 1)], {}, ["other_policy"]),
    "a traffic policy": (seen({**simple(), "TrafficPolicyInstanceId": "x"}), [member("blue", 1)], {}, ["traffic_policy"]),
    "several values": (seen(simple("A", "192.0.2.1", "192.0.2.9")), [member("blue", 1)], {}, ["multi_value"]),
    "a simple record that nobody takes over": (seen(simple()), [NEW], {}, ["simple_lost"]),
    "a new record without a target": (seen(*GROUP), [*SHIFTED, member("red", 1)], {}, ["missing_target"]),
    "a type without a target": (seen(*GROUP), [*SHIFTED, NEW], {"types": ["A", "AAAA"]}, ["missing_target"] * 3),
    "values without a TTL": (seen(), [NEW], {}, ["missing_ttl"]),
    "too many": (seen(), [member(f"b{at}", 1, values={"A": "192.0.2.1"}) for at in range(101)], {"ttl": 60}, ["too_many_records"]),
    "too long": (seen(), [member(f"b{at}", 1, values={"SVCB": f"1 . {'x' * 400}"}) for at in range(99)], {"ttl": 60}, ["too_large"]),
    "a protection": (seen(*GROUP, protected=frozenset({"A"})), [*SHIFTED], {}, ["protected"]),
    "a name of external-dns": (seen(*GROUP, owned=("a-app.example.com",)), [*SHIFTED], {}, ["foreign"]),
    "other weights than expected": (seen(*GROUP), [*SHIFTED], {"expected": {"blue": 95, "green": 5}}, ["drift"]),
    "a simple record instead of weights": (seen(simple()), [member("blue", 1)], {"expected": {"blue": 1}}, ["drift"]),
    "all of it at once": (
        seen(*GROUP, owned=("app.example.com",), protected=frozenset({"A", "AAAA"})),
        [*SHIFTED],
        {"expected": {}},
        ["drift", "protected", "foreign"],
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_refused(case: str) -> None:
    actual, records, options, wanted = REFUSALS[case]
    assert codes(actual, *records, **options) == wanted


def test_a_refusal_says_where_what_and_what_to_do() -> None:
    with pytest.raises(Refused) as caught:
        planned(seen(*GROUP, weighted("red", 5)), *SHIFTED)
    assert str(caught.value) == (
        "records: found a record red of type A, wanted every record of the group. "
        "Declare it with its weight, or name it in remove if it is to go."
    )


def test_a_name_of_external_dns_is_taken_with_consent() -> None:
    assert planned(seen(*GROUP, owned=("a-app.example.com",)), *SHIFTED, adopt=True).changed


def test_what_stands_against_a_change_does_not_matter_without_one() -> None:
    guarded = seen(*GROUP, protected=frozenset({"A"}), owned=("a-app.example.com",))
    assert planned(guarded, member("blue", 100), member("green", 0)).steps == ()


# ---- a world that takes batches as Route 53 does


def applied(plan: Plan, actual: WeightedRecordsActual) -> WeightedRecordsActual:
    """Give the world after the batch, which has to fit it exactly."""
    records = {(record["Type"], record.get("SetIdentifier")): record for record in actual.records}
    for action, record in batch(plan):
        key = (record["Type"], record.get("SetIdentifier"))
        if action == "DELETE":
            assert records.pop(key) == record, "a deletion that is not verbatim"
        else:
            assert key not in records
            records[key] = copy.deepcopy(record)
    for kind in {kind for kind, _identifier in records}:
        group = [record for (of, _identifier), record in records.items() if of == kind]
        assert any(record.get("Weight", 1) for record in group), "a dark group"
        assert len({record.get("TTL") for record in group}) == 1
        assert len(group) == 1 or all("Weight" in record for record in group)
    return seen(*records.values())


@st.composite
def worlds(draw: st.DrawFn) -> WeightedRecordsActual:
    """Draw a name with nothing, with simple or with weighted records, in one type or two."""
    records: list[dict[str, Any]] = []
    for kind in draw(st.sets(st.sampled_from(sorted(VALUES)))):
        more = {"HealthCheckId": "check"} if draw(st.booleans()) else {}
        if draw(st.booleans()):
            records.append(simple(kind, **more))
        else:
            records += [
                weighted(name, draw(st.integers(0, 255)), kind, **more)
                for name in draw(st.sets(st.sampled_from(sorted(VALUES[kind])), min_size=1))
            ]
    return seen(*records)


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    """Draw options that name every record that there can be."""
    kinds = sorted(VALUES)
    names = draw(st.permutations(sorted(VALUES["A"])))
    count = draw(st.integers(1, len(names)))
    is_simple = draw(st.booleans())
    stay = names[: 1 if is_simple else count]
    weights = draw(st.lists(st.integers(0, 255), min_size=len(stay), max_size=len(stay)).filter(any))
    values = {name: {kind: VALUES[kind][name] for kind in kinds} for name in names}
    records = [member(name, weight, values=values[name]) for name, weight in zip(stay, weights, strict=True)]
    state = "simple" if is_simple else "present"
    return {"records": records, "remove": names[len(stay) :], "state": state, "ttl": draw(st.integers(0, 3600)), "types": kinds}


def wished(options: dict[str, Any], actual: WeightedRecordsActual) -> Plan | None:
    """Plan it; None: refused, because a simple record would be lost."""
    try:
        return planned(actual, *options["records"], **rest(options))
    except Refused as refused:
        if {problem.code for problem in refused.problems} != {"simple_lost"}:
            raise
        return None


def rest(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name != "records"}


@given(actual=worlds(), options=wishes())
def test_a_plan_leads_where_nothing_is_left_to_plan(actual: WeightedRecordsActual, options: dict[str, Any]) -> None:
    plan = wished(options, actual)
    if plan is None or not plan.steps:
        return
    after = applied(plan, actual)
    again = wished(options, after)
    assert again is not None
    assert again.steps == ()


@given(actual=worlds(), options=wishes(), seed=st.integers())
def test_the_lookup_tells_an_applied_batch_from_one_that_was_not(actual: WeightedRecordsActual, options: dict[str, Any], seed: int) -> None:
    plan = wished(options, actual)
    if plan is None or not plan.steps:
        return
    (step,) = plan
    assert step.lookup is not None
    after = list(applied(plan, actual).records)
    random.Random(seed).shuffle(after)
    neighbour = {"Name": "b.example.com.", "Type": "A", "TTL": 1, "ResourceRecords": [{"Value": "192.0.2.77"}]}
    assert jmespath.search(step.lookup.found, {"ResourceRecordSets": [*after, neighbour]}) == {"ChangeInfo": {"Id": "LOST"}}
    assert not jmespath.search(step.lookup.found, {"ResourceRecordSets": [*actual.records, neighbour]})
