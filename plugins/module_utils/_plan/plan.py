# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan is data: an ordered graph of API calls, each with the field changes that made it necessary and what to wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from .._model.duration import Usual
from .._model.problem import Problem
from .._model.reference import references

A_MINUTE = Usual(60)


class Kind(StrEnum):
    """What a step does to its thing."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    WAIT = "wait"


class Disruption(StrEnum):
    """What running workloads feel of a step."""

    NONE = "none"
    ROLLING = "rolling"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that a step changes."""

    path: str
    before: object = None
    after: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A read to repeat until its answer says that the step has ended."""

    service: str
    operation: str
    request: Mapping[str, Any]
    """May hold references, to this step's own answer too."""
    status: str
    """JMESPath to the state in the answer."""
    success: frozenset[str]
    failure: frozenset[str] = frozenset()
    gone: bool = False
    """The thing's absence is the success (an error of kind not-found, or a null state)."""
    issues: str = ""
    """JMESPath to a list of what the service says is wrong (`nodegroup.health.issues`)."""
    usual: Usual = A_MINUTE
    least_seconds: int = 0
    """A good state counts only when so much time has passed since the call: for what may come back."""
    gone_seconds: int = 0
    """An absence counts only when so much time has passed: for what nobody can be asked about and is known to end by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """How to find out whether an unanswered create was applied, for creates without a client token."""

    operation: str
    request: Mapping[str, Any]
    found: str
    """JMESPath that gives an answer shaped like the create's, or null: `Vpcs[0] && {Vpc: Vpcs[0]}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One API call. `operation` is the service model's name (`CreateVpc`); an empty one only waits."""

    key: str
    """`<kind of thing>/<name>`, unique in the plan: `subnet/private-a`; a further call on it: `subnet/private-a/tags`."""
    service: str
    operation: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    kind: Kind
    changes: tuple[Change, ...] = ()
    after: frozenset[str] = frozenset()
    wait: Wait | None = None
    token: str = ""
    """The request's client-token parameter (`ClientToken`), filled by the executor; empty where the API has none."""
    lookup: Lookup | None = None
    already: frozenset[str] = frozenset()
    """Error codes that say, after an unanswered attempt or for a deletion, that the effect is there."""
    obstacles: frozenset[str] = frozenset()
    """Error codes that pass with time (`DependencyViolation` while network interfaces linger): repeated until the deadline."""
    conflicts: frozenset[str] = frozenset()
    """Error codes that say that the world is not as it was planned for; after an unanswered attempt that may be the step's own doing."""
    disruption: Disruption = Disruption.NONE
    reversible: bool = True
    consent: str = ""
    """The further option that allows this step (`allow_irreversible`); empty: none is needed beyond the kind's."""

    @property
    def is_change(self) -> bool:
        """Say whether the step changes anything."""
        return self.kind is not Kind.WAIT

    @property
    def expected_seconds(self) -> int:
        """Give the usual duration with the wait, 0 for what returns at once."""
        return self.wait.usual.seconds if self.wait else 0

    def depends_on(self) -> frozenset[str]:
        """Give all keys that must be done first: declared, and those of references."""
        needed = references([self.request, self.wait.request if self.wait else {}, self.lookup.request if self.lookup else {}])
        return self.after | {ref.step for ref in needed if ref.step != self.key}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All steps, in an order that respects their dependencies, and what could not be checked or is not ours."""

    steps: tuple[Step, ...] = ()
    deferred_checks: tuple[str, ...] = ()
    """Checks that need a value known only after apply."""
    unmanaged: tuple[str, ...] = ()
    """Members of a purged set that do not carry our owner tag: reported, not removed."""
    notes: tuple[str, ...] = ()
    """What the operator should know and nothing will be done about (an available add-on update)."""
    problems: tuple[Problem, ...] = ()
    """Why it can be shown and not be carried out: a replacement that is left to a person, a cluster that is not there yet."""
    locks: bool = True
    """False: the service itself refuses each call of it when something has changed since it was planned."""

    def __iter__(self) -> Iterator[Step]:
        """Go through the steps."""
        return iter(self.steps)

    def keys(self) -> frozenset[str]:
        """Give the keys of all steps."""
        return frozenset(step.key for step in self.steps)

    def get(self, key: str) -> Step | None:
        """Give one step by its key, or None."""
        return next((step for step in self.steps if step.key == key), None)

    @property
    def changed(self) -> bool:
        """Say whether at least one step changes something."""
        return any(step.is_change for step in self.steps)

    @property
    def takes_lock(self) -> bool:
        """Say whether two such runs must exclude each other."""
        return self.changed and self.locks

    def dependencies(self, step: Step) -> frozenset[str]:
        """Give the keys of the steps of this plan that must be done before `step`."""
        return step.depends_on() & self.keys()

    def and_after(self, keys: Iterable[str]) -> Self:
        """Give the same plan, every step of which comes after `keys` too."""
        return replace(self, steps=tuple(replace(step, after=step.after | frozenset(keys)) for step in self.steps))

    def below(self, parent: str) -> Self:
        """Give the same plan as a part of a whole: the paths of its problems go below `parent`."""
        return replace(self, problems=tuple(problem.below(parent) for problem in self.problems))

    def deferring(self, defers: Callable[[Problem], bool]) -> Self:
        """Give the same plan with some of its problems turned into checks that are made later."""
        checks = dict.fromkeys(problem.check for problem in self.problems if defers(problem))
        problems = tuple(problem for problem in self.problems if not defers(problem))
        return replace(self, deferred_checks=(*checks, *self.deferred_checks), problems=problems)

    @classmethod
    def merged(cls, *plans: Plan) -> Self:
        """Merge plans into one graph, ordered by its dependencies (stable: by the order given where they allow it)."""
        return cls(
            steps=ordered(step for plan in plans for step in plan.steps),
            deferred_checks=tuple(check for plan in plans for check in plan.deferred_checks),
            unmanaged=tuple(name for plan in plans for name in plan.unmanaged),
            notes=tuple(note for plan in plans for note in plan.notes),
            problems=tuple(problem for plan in plans for problem in plan.problems),
        )

    def expected_seconds(self) -> int:
        """Give the usual duration of the critical path."""
        ends: dict[str, int] = {}
        for step in self.steps:
            begins = max((ends.get(key, 0) for key in self.dependencies(step)), default=0)
            ends[step.key] = begins + step.expected_seconds
        return max(ends.values(), default=0)


def ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Sort steps so that each comes after what it depends on; a cycle or a key used twice is a contract violation."""
    waiting = list(steps)
    keys = [step.key for step in waiting]
    if len(set(keys)) != len(keys):
        raise AssertionError(f"Contract violation: keys used twice: {sorted({key for key in keys if keys.count(key) > 1})}")
    done: dict[str, Step] = {}
    while waiting:
        ready = [step for step in waiting if not (step.depends_on() & set(keys)) - done.keys()]
        if not ready:
            raise AssertionError(f"Contract violation: steps depend on each other: {[step.key for step in waiting]}")
        done[ready[0].key] = ready[0]
        waiting.remove(ready[0])
    return tuple(done.values())
