# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused about the weighted records of a name before anything is written."""

from __future__ import annotations

from collections.abc import Mapping

from .._model.dns_name import is_within, told_name
from .._model.problem import Problems
from .._model.record_sets import SIMPLE, Group, groups, heir, kinds, policy
from .._model.weighted_records import RecordSet, WeightedRecords, WeightedRecordsActual, live_weights

MOST_IN_GROUP = 100
MOST_VALUES = 1000
MOST_CHARACTERS = 32_000


def check_zone(desired: WeightedRecords, actual: WeightedRecordsActual, problems: Problems) -> None:
    """Note that there is not exactly one zone, or that the name is not in it."""
    option = "zone_id" if desired.zone_id else "zone"
    named = desired.zone_id or told_name(desired.zone or "")
    if not actual.zones:
        found, do = f"no such hosted zone: {named}", "Check the name, and the account."
        problems.add("unknown_zone", option, found=found, wanted="a zone of this account", do=do)
    elif len(actual.zones) > 1:
        found = ", ".join(f"{zone.id} ({'private' if zone.private else 'public'})" for zone in actual.zones)
        problems.add("ambiguous_zone", option, found=found, wanted="one zone", do="Choose by private, vpc_id or zone_id.")
    elif not is_within(desired.name, actual.zones[0].name):
        wanted = f"a name in {told_name(actual.zones[0].name)}"
        problems.add("outside_zone", "name", found=told_name(desired.name), wanted=wanted, do="Correct the name, or name its zone.")


def check_records(desired: WeightedRecords, actual: WeightedRecordsActual, problems: Problems) -> None:
    """Note what forbids the wanted groups beside what is there."""
    wanted, there = kinds(desired, actual.records), groups(actual.records)
    if not wanted:
        do = "Declare types, as in [A, AAAA]."
        problems.add("missing_types", "types", found="no records of the name", wanted="the types to create", do=do)
    if len(desired.records) > MOST_IN_GROUP:
        found, most = f"{len(desired.records)} records", f"at most {MOST_IN_GROUP}"
        problems.add("too_many_records", "records", found=found, wanted=most, do="Route 53 takes no more in a group.")
    if "CNAME" in wanted and desired.name == actual.zones[0].name:
        do = "A zone's own name takes no CNAME: use an alias of types A and AAAA."
        problems.add("apex_cname", "types", found=f"CNAME at {told_name(desired.name)}", wanted="another type", do=do)
    if "CNAME" in {*wanted, *there} and len({*wanted, *there}) > 1:
        found = f"{', '.join(there) or 'nothing'} there, {', '.join(wanted)} wanted"
        do = "A CNAME has nothing beside it. Let the types be as they are, or replace the CNAME by an alias first."
        problems.add("type_mismatch", "types", found=found, wanted="CNAME alone, or none", do=do)
        return
    _check_siblings(wanted, there, problems)
    for kind in wanted:
        _check_group(desired, kind, there.get(kind, {}), problems)


def _check_siblings(wanted: tuple[str, ...], there: Mapping[str, Group], problems: Problems) -> None:
    for kind in sorted(there.keys() - set(wanted)):
        found = f"records of type {kind} beside {', '.join(wanted)}"
        do = f"Clients that ask for {kind} would stay behind: declare the type too, or leave types out."
        problems.add("sibling_type", "types", found=found, wanted="all types of the name", do=do)


def _check_group(desired: WeightedRecords, kind: str, live: Group, problems: Problems) -> None:
    if any(_is_of_another_kind(record, problems) for record in live.values()):
        return
    known = {record.set_identifier for record in desired.records} | desired.remove | {SIMPLE}
    for identifier in sorted(live.keys() - known):
        do = "Declare it with its weight, or name it in remove if it is to go."
        problems.add("foreign_record", "records", found=f"a record {identifier} of type {kind}", wanted="every record of the group", do=do)
    if SIMPLE in live and not desired.is_simple and heir(desired, kind, live) is None:
        do = "Leave the target of one record out: that one takes over what the simple record answers."
        found = f"no record that answers what the simple one of type {kind} does"
        problems.add("simple_lost", "records", found=found, wanted="its answer among the records", do=do)
    _check_targets(desired, kind, live, problems)


def _is_of_another_kind(record: RecordSet, problems: Problems) -> bool:
    """Note why a record set that is there cannot become weighted."""
    told = f"a record of type {record['Type']}"
    if "TrafficPolicyInstanceId" in record:
        do = "Delete the traffic policy instance, and make a record of your own."
        problems.add("traffic_policy", "name", found=f"{told} of a traffic policy", wanted="a simple or weighted one", do=do)
    elif policy(record):
        do = "Replace it by a simple or by weighted records first."
        problems.add("other_policy", "name", found=f"{told} with {policy(record)}", wanted="a simple or weighted one", do=do)
    elif len(record.get("ResourceRecords", ())) > 1:
        do = "A weighted record holds one value. Move the values to a name of their own, and make this one an alias of that."
        problems.add("multi_value", "name", found=f"{told} with {len(record['ResourceRecords'])} values", wanted="one value", do=do)
    else:
        return False
    return True


def _check_targets(desired: WeightedRecords, kind: str, live: Group, problems: Problems) -> None:
    """Note new records without anything to answer, and values without a TTL."""
    taking_over = heir(desired, kind, live)
    has_ttl = desired.ttl is not None or any("TTL" in record for record in live.values())
    for record in desired.records:
        is_there = record.set_identifier in live or record is taking_over or (desired.is_simple and SIMPLE in live)
        if not is_there and record.target(kind) is None:
            do = f"Declare alias, or values.{kind}."
            problems.add("missing_target", record.path, found=f"nothing of type {kind}", wanted="what a new record answers", do=do)
        if kind in record.values and not has_ttl:
            problems.add("missing_ttl", "ttl", found="nothing", wanted="the TTL of new values", do="Declare it; 60 beside load balancers.")
            has_ttl = True


def check_swap(desired: WeightedRecords, actual: WeightedRecordsActual, created: list[RecordSet], problems: Problems) -> None:
    """Note what forbids to change anything, though it could be."""
    _check_expected(desired, actual, problems)
    for kind in sorted(actual.protected & set(kinds(desired, actual.records))):
        do = "Delete the protection; while it is there nothing of this type can be changed, nor changed back."
        problems.add("protected", "name", found=f"a protection of type {kind}", wanted="none", do=do)
    if actual.owned and not desired.adopt:
        do = "external-dns would undo the change: take the name from it, give it a name per cluster, or set adopt: true."
        problems.add("foreign", "name", found=f"a name of external-dns ({', '.join(actual.owned)})", wanted="a name of ours", do=do)
    values = [each["Value"] for record in [*groups_of(actual, desired), *created] for each in record.get("ResourceRecords", ())]
    if len(values) > MOST_VALUES or sum(map(len, values)) > MOST_CHARACTERS:
        found, wanted = f"{len(values)} values", f"{MOST_VALUES} values and {MOST_CHARACTERS} characters in one batch"
        problems.add("too_large", "records", found=found, wanted=wanted, do="Declare fewer records.")


def groups_of(actual: WeightedRecordsActual, desired: WeightedRecords) -> list[RecordSet]:
    """Give the record sets that are there, of the types that are swapped."""
    there = groups(actual.records)
    return [record for kind in kinds(desired, actual.records) for record in there.get(kind, {}).values()]


def _check_expected(desired: WeightedRecords, actual: WeightedRecordsActual, problems: Problems) -> None:
    if desired.expected is None:
        return
    weights = live_weights(actual.records)
    for kind in kinds(desired, actual.records):
        if weights.get(kind, {}) != desired.expected:
            found = f"{_told(weights.get(kind, {}))} of type {kind}"
            do = "Somebody has changed the weights: look at them, then decide anew."
            problems.add("drift", "expected", found=found, wanted=_told(desired.expected), do=do)


def _told(weights: Mapping[str, int]) -> str:
    return ", ".join(f"{identifier} {weight}" for identifier, weight in sorted(weights.items())) or "no weighted records"
