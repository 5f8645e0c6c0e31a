# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state with stable names instead of generated ids, addresses and times, so that two runs can be compared.

An id is named by its place in the world, not by the order of its making: by its resource's own `Name` tag where it has one,
else by a digest of everything that mentions it, refined as in the Weisfeiler-Leman test until neighbours tell it apart.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

ROUNDS = 3
GENERATED = re.compile(
    r"(?P<uuid>(?<!\w)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\w))"  # also at the end of a name: eks-general-<uuid>
    r"|(?<![\w-])(?:"
    r"(?P<id>[a-z]+(?:-[a-z]+)*)-[0-9a-f]{8}(?:[0-9a-f]{9})?(?!\w|-[0-9a-f]{4}-)"
    r"|(?P<group>eks-cluster-sg-[\w-]+?)-\d{1,10}(?![\w-])"
    r"|(?P<key>A[A-Z]{3}[A-Z0-9]{12,17})(?![\w])"
    r"|(?P<long>[0-9A-F]{32}|[0-9a-f]{17,64})(?![\w])"
    r"|(?P<mac>[0-9a-f]{2}(?::[0-9a-f]{2}){5})"
    r"|(?P<address>\d{1,3}(?:\.\d{1,3}){3})(?![\d./])"
    r"|(?P<host>ip-\d{1,3}(?:-\d{1,3}){3})"
    r")"
)
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
PEM = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/=]{40,}|-----BEGIN [^-]+-----[^-]+-----END [^-]+-----\n?")
TIME_NAME = re.compile(r"(?:[aA]t|[tT]ime|[dD]ate|[tT]imestamp)$")
EPOCH = 1_000_000_000

State = Mapping[str, Any]


def _kind(found: re.Match[str]) -> str:
    return found.group("id") or found.group("group") or str(found.lastgroup)


def _walk(value: Any, name: str, text: Callable[[str], str]) -> Any:
    match value:
        case Mapping():
            return {text(key): _walk(item, key, text) for key, item in value.items()}
        case list():
            return sorted((_walk(item, name, text) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        case str():
            return text(value)
        case int() | float() if not isinstance(value, bool) and value > EPOCH and TIME_NAME.search(name):
            return "<time>"
        case _:
            return value


def _timeless(state: State) -> dict[str, Any]:
    def text(value: str) -> str:
        return PEM.sub("<certificate>", TIME.sub("<time>", value))

    found: dict[str, Any] = _walk(state, "", text)
    return found


def _kinds(state: State) -> dict[str, str]:
    """Give the kind of every id that the state mentions."""
    kinds: dict[str, str] = {}

    def noted(text: str) -> str:
        kinds.update({found.group(): _kind(found) for found in GENERATED.finditer(text)})
        return text

    _walk(state, "", noted)
    return kinds


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:12]


def _coloured(value: Any, colours: Mapping[str, str]) -> str:
    """Write a value with colours for ids, in the one order that no id influences."""
    return json.dumps(_walk(value, "", lambda text: GENERATED.sub(lambda found: colours[found.group()], text)), sort_keys=True)


def _mentions(value: Any, above: str, colours: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give every id in a value with a digest of its place: the text it stands in, and all that surrounds it at each depth."""
    match value:
        case Mapping():
            place = _digest(above + _coloured(value, colours))
            for key, item in value.items():
                yield from _mentions(key, place, colours)
                yield from _mentions(item, place + _coloured(key, colours), colours)
        case list():
            place = _digest(above + _coloured(value, colours))
            for item in value:
                yield from _mentions(item, place, colours)
        case str():
            for number, found in enumerate(GENERATED.finditer(value)):
                yield found.group(), f"{above}{_coloured(value, colours)}{number}"


def _refined(state: State, colours: Mapping[str, str]) -> dict[str, str]:
    places: dict[str, list[str]] = {token: [] for token in colours}
    for key, value in state.items():
        for token, place in _mentions([key, value], "", colours):
            places[token].append(place)
    return {token: _digest(colours[token] + "".join(sorted(seen))) for token, seen in places.items()}


def _tag_name(value: Any) -> str | None:
    """Read the `Name` tag of a resource, in either of AWS's two spellings."""
    tags = value.get("Tags", value.get("tags", {})) if isinstance(value, Mapping) else {}
    if isinstance(tags, list):
        tags = {tag.get("Key"): tag.get("Value") for tag in tags if isinstance(tag, Mapping)}
    return tags.get("Name") if isinstance(tags, Mapping) else None


def _tagged(state: State) -> dict[str, str]:
    """Give the names of the ids that stand at the end of a key and whose resource has a `Name` tag."""
    found: dict[str, str] = {}
    for key, value in state.items():
        own, name = GENERATED.fullmatch(key.rpartition("/")[2]), _tag_name(value)
        if own and name and not GENERATED.search(name):
            found[own.group()] = name
    return found


def _names(kinds: Mapping[str, str], colours: Mapping[str, str], tagged: Mapping[str, str]) -> dict[str, str]:
    wanted = {token: f"{kinds[token]}<{tagged.get(token, colours[token][:8])}>" for token in kinds}
    counts, used, names = Counter(wanted.values()), Counter[str](), dict[str, str]()
    for token in sorted(kinds, key=lambda token: (wanted[token], colours[token], token)):
        name = wanted[token]
        used[name] += 1
        names[token] = name if counts[name] == 1 else f"{name}#{used[name]}"
    return names


def normalised(state: State) -> dict[str, Any]:
    """Replace everything that differs between two equal runs."""
    plain = _timeless(state)
    kinds = _kinds(plain)
    colours = dict(kinds)
    for _round in range(ROUNDS):
        colours = _refined(plain, colours)
    names = _names(kinds, colours, _tagged(plain))
    found: dict[str, Any] = _walk(plain, "", lambda text: GENERATED.sub(lambda seen: names[seen.group()], text))
    return dict(sorted(found.items()))
