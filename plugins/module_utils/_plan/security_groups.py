# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security groups of a network: made, and their rules brought to what is declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from .._model.network_actual import ActualRule, ActualSecurityGroup
from .._model.network_parts import Rule, SecurityGroup
from .._model.reference import Ref, Value, shown
from .network_site import Site
from .plan import Change, Kind, Lookup, Step
from .tagging import key_of, specifications

EVERYTHING_OUT = ActualRule(direction="egress", protocol="-1", from_port=None, to_port=None, peer="0.0.0.0/0")
"""The rule that EC2 gives to each new group."""
_SUFFIX = {"ingress": "Ingress", "egress": "Egress"}


def found_group(site: Site, name: str) -> ActualSecurityGroup | None:
    """Find a group by its name, which is unique in a VPC."""
    return next((group for group in site.actual.security_groups if group.name == name), None)


def group_id(site: Site, name: str) -> Value:
    """Give a declared group's id, or the reference to the step that makes it."""
    found = found_group(site, name)
    return found.id if found else Ref(f"security-group/{name}", "GroupId")


def security_group_steps(site: Site) -> Iterator[Step]:
    """Plan each declared group: the group itself, its tags, missing rules, and undeclared rules where they are to be purged."""
    for group in site.desired.security_groups:
        key, found = f"security-group/{group.name}", found_group(site, group.name)
        if found is None:
            yield _creation(site, group, key)
        else:
            yield from site.retagged(key, found, group.tags)
        actual = found.rules if found else (EVERYTHING_OUT,)
        for direction, declared in (("ingress", group.ingress), ("egress", group.egress)):
            if declared is not None:
                yield from _Rules.of(site, group, direction, declared, actual).steps()


def _creation(site: Site, group: SecurityGroup, key: str) -> Step:
    by_name = [{"Name": "group-name", "Values": [group.name]}, {"Name": "vpc-id", "Values": [site.vpc_id]}]
    return Step(
        key=key,
        service="ec2",
        operation="CreateSecurityGroup",
        request={
            "GroupName": group.name,
            "Description": group.description,
            "VpcId": site.vpc_id,
            "TagSpecifications": specifications("security-group", site.tags(key, group.tags)),
        },
        kind=Kind.CREATE,
        lookup=Lookup(operation="DescribeSecurityGroups", request={"Filters": by_name}, found="SecurityGroups[0]"),
    )


_Identity: TypeAlias = "tuple[str, int | None, int | None, Value]"
"""What makes two rules of one direction the same: protocol, ports, peer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """One direction of one group: what is declared and what is there."""

    group: SecurityGroup
    id: Value
    direction: str
    declared: dict[_Identity, str]
    """Description by rule."""
    actual: dict[_Identity, str]

    @classmethod
    def of(cls, site: Site, group: SecurityGroup, direction: str, declared: Iterable[Rule], actual: Iterable[ActualRule]) -> _Rules:
        """Bring both sides into one form."""
        return cls(
            group=group,
            id=group_id(site, group.name),
            direction=direction,
            declared={_declared_identity(site, group, rule): rule.description for rule in declared},
            actual={_actual_identity(rule): rule.description for rule in actual if rule.direction == direction},
        )

    def steps(self) -> Iterator[Step]:
        """Grant what is missing first, so that traffic that stays allowed is never cut; then revoke."""
        key, suffix = f"security-group/{self.group.name}/{self.direction}", _SUFFIX[self.direction]
        missing = {rule: text for rule, text in self.declared.items() if rule not in self.actual}
        extra = {rule: text for rule, text in self.actual.items() if rule not in self.declared and self.group.purge_rules}
        reworded = {rule: text for rule, text in self.declared.items() if text and rule in self.actual and self.actual[rule] != text}
        if missing:
            yield self._step(key, f"AuthorizeSecurityGroup{suffix}", missing, already="InvalidPermission.Duplicate")
        if reworded:
            yield self._step(f"{key}-descriptions", f"UpdateSecurityGroupRuleDescriptions{suffix}", reworded)
        if extra:
            yield self._step(f"{key}-revoked", f"RevokeSecurityGroup{suffix}", extra, already="InvalidPermission.NotFound", after=key)

    def _step(self, key: str, operation: str, rules: dict[_Identity, str], *, already: str = "", after: str = "") -> Step:
        revoked = bool(after)
        return Step(
            key=key,
            service="ec2",
            operation=operation,
            request={"GroupId": self.id, "IpPermissions": [_permission(rule, "" if revoked else text) for rule, text in rules.items()]},
            kind=Kind.UPDATE,
            changes=tuple(self._change(rule, text, revoked=revoked) for rule, text in rules.items()),
            already=frozenset({already} if already else ()),
            after=frozenset({after} if after else ()),
        )

    def _change(self, rule: _Identity, text: str, *, revoked: bool) -> Change:
        protocol, first, last, peer = rule
        ports = "" if first is None else f" {first}" if first == last else f" {first}-{last}"
        words = f"{'all' if protocol == '-1' else protocol}{ports} {shown(peer)}" + (f" ({text})" if text else "")
        path = f"security_groups.{self.group.name}.{self.direction}"
        return Change(path=path, before=words) if revoked else Change(path=path, after=words)


def _declared_identity(site: Site, group: SecurityGroup, rule: Rule) -> _Identity:
    peer: Value = rule.cidr
    if rule.self_:
        peer = group_id(site, group.name)
    elif rule.security_group:
        names = {other.name for other in site.desired.security_groups}
        peer = (
            group_id(site, rule.security_group)
            if isinstance(rule.security_group, str) and rule.security_group in names
            else rule.security_group
        )
    ports = (None, None) if rule.protocol == "-1" else (rule.from_port, rule.to_port)
    return (rule.protocol, *ports, peer)


def _actual_identity(rule: ActualRule) -> _Identity:
    # Some answers carry ports for "all protocols" too, where they mean nothing.
    ports = (None, None) if rule.protocol == "-1" else (rule.from_port, rule.to_port)
    return (rule.protocol, *ports, rule.peer)


def _permission(rule: _Identity, description: str) -> dict[str, Any]:
    protocol, first, last, peer = rule
    ports = {} if first is None else {"FromPort": first, "ToPort": last}
    words = {"Description": description} if description else {}
    return {"IpProtocol": protocol, **ports, **_peer(peer, words)}


def _peer(peer: Value, words: dict[str, str]) -> dict[str, Any]:
    if isinstance(peer, str) and "/" in peer and not peer.startswith("("):
        return {"Ipv6Ranges": [{"CidrIpv6": peer, **words}]} if ":" in peer else {"IpRanges": [{"CidrIp": peer, **words}]}
    if isinstance(peer, str) and peer.startswith("pl-"):
        return {"PrefixListIds": [{"PrefixListId": peer, **words}]}
    return {"UserIdGroupPairs": [{"GroupId": peer, **words}]}


def untie_steps(groups: Iterable[ActualSecurityGroup], going: Collection[str]) -> Iterator[Step]:
    """Revoke rules that name a group which is to go: it cannot be deleted while another group names it."""
    for group in groups:
        key = key_of(group, "security-group")
        for direction, suffix in _SUFFIX.items():
            rules = [rule for rule in group.rules if rule.direction == direction and rule.peer in going and rule.peer != group.id]
            if rules:
                yield Step(
                    key=f"{key}/{direction}-revoked",
                    service="ec2",
                    operation=f"RevokeSecurityGroup{suffix}",
                    request={"GroupId": group.id, "IpPermissions": [_permission(_actual_identity(rule), "") for rule in rules]},
                    kind=Kind.DELETE,
                    already=frozenset({"InvalidPermission.NotFound", "InvalidGroup.NotFound"}),
                )
