# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of the weighted records of a name: one batch that swaps all of its groups as a whole, or nothing.

The batch is a compare-and-swap. It deletes every record set as it was read, and Route 53 refuses the whole of it when one of them is
not so any more; then it creates them as they are wanted. An UPSERT would overwrite whatever is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .._model.dns_name import told_name
from .._model.duration import USUAL
from .._model.problem import Problems
from .._model.record_sets import PAGE, SIMPLE, Group, groups, is_settled, kinds, wanted_groups
from .._model.reference import Ref, shown
from .._model.scope import Scope
from .._model.weighted_records import RecordSet, WeightedRecords, WeightedRecordsActual
from .plan import Change, Kind, Lookup, Plan, Step, Wait
from .weighted_record_checks import check_records, check_swap, check_zone, groups_of

SERVICE = "route53"
LONGEST_COMMENT = 256
BESIDE_ALIASES = 60
"""The TTL of AWS's load balancers."""
LOST = "LOST"
"""Stands for the id of a change whose answer was lost: Route 53 knows no such change, so it counts as spread after `SPREAD_SECONDS`."""
SPREAD_SECONDS = 120
"""Twice what Route 53 says that a change takes."""
NOTHING: RecordSet = {}


def plan_weighted_records(desired: WeightedRecords, actual: WeightedRecordsActual, _scope: Scope) -> Plan:
    """Plan the swap, or refuse it with every problem found."""
    problems = Problems()
    check_zone(desired, actual, problems)
    problems.refuse_if_any()
    check_records(desired, actual, problems)
    problems.refuse_if_any()
    if is_settled(desired, actual.records):
        return Plan(notes=tuple(_notes(desired, actual)), locks=False)
    created = [record for group in wanted_groups(desired, actual.records).values() for record in group.values()]
    check_swap(desired, actual, created, problems)
    problems.refuse_if_any()
    return Plan(steps=(_swap(desired, actual, created),), notes=tuple(_notes(desired, actual)), locks=False)


def _swap(desired: WeightedRecords, actual: WeightedRecordsActual, created: list[RecordSet]) -> Step:
    key, zone, deleted = f"records/{told_name(desired.name)}", actual.zones[0].id, groups_of(actual, desired)
    changes = [*(_entry("DELETE", record) for record in deleted), *(_entry("CREATE", record) for record in created)]
    return Step(
        key=key,
        service=SERVICE,
        operation="ChangeResourceRecordSets",
        request={"HostedZoneId": zone, "ChangeBatch": {"Comment": _comment(desired), "Changes": changes}},
        kind=Kind.UPDATE if deleted else Kind.CREATE,
        changes=tuple(_changes(desired, actual)),
        conflicts=frozenset({"InvalidChangeBatch"}),
        lookup=Lookup(
            operation="ListResourceRecordSets",
            request={"HostedZoneId": zone, "StartRecordName": desired.name, **PAGE},
            found=_as_created(desired, created),
        ),
        wait=Wait(
            service=SERVICE,
            operation="GetChange",
            request={"Id": Ref(key, "ChangeInfo.Id")},
            status="ChangeInfo.Status",
            success=frozenset({"INSYNC"}),
            gone=True,
            gone_seconds=SPREAD_SECONDS,
            usual=USUAL["route53.change"],
        ),
    )


def _entry(action: str, record: RecordSet) -> dict[str, Any]:
    return {"Action": action, "ResourceRecordSet": record}


def _comment(desired: WeightedRecords) -> str:
    """Say in the zone's history what was done: it is all that CloudTrail and GetChange tell."""
    weights = ", ".join(f"{record.set_identifier} {'simple' if desired.is_simple else record.weight}" for record in desired.records)
    return f"cutover.eks weighted_records {told_name(desired.name)}: {weights}"[:LONGEST_COMMENT]


def _as_created(desired: WeightedRecords, created: Iterable[RecordSet]) -> str:
    """Give the JMESPath that answers for a batch whose answer was lost, if the groups are exactly as it would have left them."""
    types = {record["Type"] for record in created}
    wanted = sorted(created, key=lambda record: (record["Type"], record.get("SetIdentifier", SIMPLE)))
    mine = f"ResourceRecordSets[?Name == {_literal(desired.name)} && contains({_literal(sorted(types))}, Type)]"
    in_order = f"sort_by({mine}, &join('/', [Type, not_null(SetIdentifier, '')]))"
    return f"{in_order} == {_literal(wanted)} && {{ChangeInfo: {{Id: '{LOST}'}}}}"


def _literal(value: object) -> str:
    text = json.dumps(shown(value), sort_keys=True).replace("`", "\\`")
    return f"`{text}`"


def _changes(desired: WeightedRecords, actual: WeightedRecordsActual) -> Iterator[Change]:
    """Tell field by field what differs: `A.blue.weight: 100 → 90`."""
    there, wanted = groups(actual.records), wanted_groups(desired, actual.records)
    for kind in kinds(desired, actual.records):
        before, after = _by_name(there.get(kind, {}), kind), _by_name(wanted[kind], kind)
        for name in sorted({*before, *after}):
            yield from _differences(name, before.get(name, NOTHING), after.get(name, NOTHING))


def _by_name(group: Group, kind: str) -> dict[str, RecordSet]:
    return {f"{kind}.{identifier}" if identifier else f"{kind} (simple)": record for identifier, record in group.items()}


def _differences(name: str, before: RecordSet, after: RecordSet) -> Iterator[Change]:
    for member, get in SHOWN.items():
        if get(before) != get(after):
            yield Change(path=f"{name}.{member}", before=get(before), after=get(after))


def _target(record: RecordSet) -> object:
    alias: Mapping[str, Any] | None = record.get("AliasTarget")
    return alias["DNSName"] if alias else next((each["Value"] for each in record.get("ResourceRecords", ())), None)


SHOWN: Mapping[str, Callable[[RecordSet], object]] = {
    "weight": lambda record: record.get("Weight"),
    "target": _target,
    "alias.hosted_zone_id": lambda record: record.get("AliasTarget", {}).get("HostedZoneId"),
    "alias.evaluate_target_health": lambda record: record.get("AliasTarget", {}).get("EvaluateTargetHealth"),
    "ttl": lambda record: record.get("TTL"),
    "health_check_id": lambda record: record.get("HealthCheckId"),
}
"""What of a record set is told when it differs."""


def _notes(desired: WeightedRecords, actual: WeightedRecordsActual) -> Iterator[str]:
    for kind, group in wanted_groups(desired, actual.records).items():
        times = {record["TTL"] for record in group.values() if "TTL" in record}
        if times - {BESIDE_ALIASES} and any("AliasTarget" in record for record in group.values()):
            told = ", ".join(map(str, sorted(times)))
            yield f"Type {kind} has aliases beside values with a TTL of {told}, which distorts the weights; declare ttl: {BESIDE_ALIASES}"
