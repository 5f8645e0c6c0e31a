# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as a tree that a person reads: one branch a thing, one line a member, field changes beside it."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .._model.duration import brief
from .._model.reference import shown
from .guard import consent_needed
from .plan import Change, Disruption, Kind, Plan, Step

WIDTH = 120
SIGNS = {Kind.CREATE: "+", Kind.UPDATE: "~", Kind.REPLACE: "±", Kind.DELETE: "-", Kind.WAIT: "…"}
WORDS = {Kind.CREATE: "to create", Kind.UPDATE: "to change", Kind.REPLACE: "to replace", Kind.DELETE: "to delete", Kind.WAIT: "to wait for"}


@dataclass(slots=True)
class Node:
    """A segment of step keys, with the step that bears exactly this key."""

    name: str
    step: Step | None = None
    children: dict[str, Node] = field(default_factory=dict)


def render(plan: Plan, head: Sequence[str] = ()) -> str:
    """Give the plan as text of at most 120 columns: `head`, the count of calls, the tree, and what could not be checked."""
    lines = [*head, summary(plan)]
    for last, node in _flagged(_grown(plan).children.values()):
        lines += _branch(_joined(node), "", last=last)
    lines += [f"? checked later: {check}" for check in plan.deferred_checks]
    lines += [f"! not ours, left alone: {name}" for name in plan.unmanaged]
    lines += [f"i {note}" for note in plan.notes]
    return "\n".join(lines)


def summary(plan: Plan) -> str:
    """Count the steps by what they do: `12 steps: 9 to create, 3 to change; usually 10m17s`."""
    if not plan.steps:
        return "No changes."
    counts = Counter(step.kind for step in plan)
    parts = ", ".join(f"{counts[kind]} {words}" for kind, words in WORDS.items() if counts[kind])
    seconds = plan.expected_seconds()
    return f"{len(plan.steps)} step{'s' if len(plan.steps) > 1 else ''}: {parts}" + (f"; usually {brief(seconds)}" if seconds else "")


def _grown(plan: Plan) -> Node:
    root = Node("")
    for step in plan:
        node = root
        for segment in step.key.split("/"):
            node = node.children.setdefault(segment, Node(segment))
        node.step = step
    return root


def _joined(node: Node) -> Node:
    """Write a group with one member as one line: `nodegroup/general`."""
    if node.step is None and len(node.children) == 1:
        (child,) = node.children.values()
        return _joined(Node(f"{node.name}/{child.name}", child.step, child.children))
    return node


def _branch(node: Node, indent: str, *, last: bool) -> Iterator[str]:
    below = indent + ("   " if last else "│  ")
    children = [_joined(child) for child in _members(node)]
    inline = node.step is not None and node.step.kind in (Kind.CREATE, Kind.DELETE)
    text = f"{indent}{'└─ ' if last else '├─ '}{_line(node.step, node.name) if node.step else node.name}"
    if inline and children:
        text += f" · with {', '.join(_names(children))}"
    elif not node.step and _alike(children):
        yield from _wrapped(text + _together(children), below)
        return
    yield from _wrapped(text, below)
    if not inline:
        details = _details(node.step)
        yield from (f"{below}{'   ' if not children else '│  '}{line}" for line in details)
        for final, child in _flagged(children):
            yield from _branch(child, below, last=final)


def _members(node: Node) -> list[Node]:
    """Give the nodes below: parts of one thing in the order of their steps, things of one kind by name."""
    return list(node.children.values()) if node.step else sorted(node.children.values(), key=lambda child: child.name)


def _alike(nodes: list[Node]) -> bool:
    """Say whether several members have nothing to tell but their names: then they share a line."""
    lines = {_line(node.step, "").strip() for node in nodes if node.step and not node.children}
    return len(nodes) > 1 and len(lines) == 1 and all(node.step and not node.children and not _details(node.step) for node in nodes)


def _together(nodes: list[Node]) -> str:
    sign, *marks = _line(nodes[0].step, "").split(" · ") if nodes[0].step else [""]
    return f"  {sign.strip()} {', '.join(node.name for node in nodes)}" + "".join(f" · {mark}" for mark in marks)


def _line(step: Step, name: str) -> str:
    parts = [f"{SIGNS[step.kind]} {name}", *_marks(step)]
    if step.kind is Kind.CREATE:
        parts[0] += "".join(f"  {_value(c.after)}" for c in step.changes if isinstance(c.after, (str, int)) and len(_value(c.after)) <= 40)
    elif len(step.changes) == 1 and step.kind is not Kind.DELETE:
        parts[0] += f"  {_change(step.changes[0])}"
    return " · ".join(parts)


def _marks(step: Step) -> Iterator[str]:
    if step.disruption is not Disruption.NONE:
        yield step.disruption.value
    if not step.reversible and step.kind is not Kind.DELETE:  # that a deletion is one need not be said line by line
        yield "IRREVERSIBLE"
    if option := consent_needed(step):
        yield f"needs {option}"
    if step.wait:
        yield str(step.wait.usual)


def _details(step: Step | None) -> list[str]:
    if step is None or step.kind in (Kind.CREATE, Kind.DELETE) or len(step.changes) < 2:
        return []
    return [_change(change) for change in step.changes]


def _change(change: Change) -> str:
    return f"{change.path}: {_value(change.before)} → {_value(change.after)}"


def _value(value: object) -> str:
    if value is None:
        return "(none)"
    text = value if isinstance(value, str) else json.dumps(shown(value), sort_keys=True, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _names(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if node.step:
            yield node.name
        yield from (f"{node.name}/{name}" for name in _names(node.children.values()))


def _wrapped(text: str, below: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=f"{below}     ", break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )


def _flagged(nodes: Iterable[Node]) -> Iterator[tuple[bool, Node]]:
    """Give each node with a flag that says whether it is the last one."""
    members = list(nodes)
    for at, node in enumerate(members, 1):
        yield at == len(members), node
