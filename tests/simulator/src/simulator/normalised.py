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
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

ROUNDS = 3
GENERATED = re.compile(
    r"(?P<uuid>(?<!\w)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\w))"  # also at the end of a name: eks-general-<uuid>
    r"|(?<![\w-])(?:"
    r"(?P<id>[a-z]+(?:-[a-z]+)*)-[0-9a-f]{8}(?:[0-9a-f]{9})?(?!\w|-[0-9a-f]{4}-)"
    r"|(?P<group>eks-cluster-sg-[\w-]+?)-\d{1,10}(?![\w-])"
    r"|(?P<key>A[A-Z]{3}[A-Z0-9]{12,17})(?![\w])"
    r"|(?P<zone>Z0[0-9A-F]{19})(?![\w])"
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
DERIVED = frozenset({"PrivateDnsName"})
"""What follows from an address and from the VPC's DNS host names; moto gives it once and for all to what comes after those, so it
would tell in which order two independent calls arrived."""
STRINGS_REMEMBERED = 100_000

State = Mapping[str, Any]


def _kind(found: re.Match[str]) -> str:
    return found.group("id") or found.group("group") or str(found.lastgroup)


@lru_cache(STRINGS_REMEMBERED)
def _ids(text: str) -> tuple[tuple[str, str], ...]:
    """Give every id in a text, with its kind."""
    return tuple((found.group(), _kind(found)) for found in GENERATED.finditer(text))


@lru_cache(STRINGS_REMEMBERED)
def _timeless_text(text: str) -> str:
    return PEM.sub("<certificate>", TIME.sub("<time>", text))


def _replaced(value: Any, name: str, text: Callable[[str], str]) -> Any:
    """Put every text through `text`; what is derived goes, and so do times that are numbers."""
    match value:
        case Mapping():
            return {text(key): _replaced(item, key, text) for key, item in value.items() if key not in DERIVED}
        case list():
            return [_replaced(item, name, text) for item in value]
        case str():
            return text(value)
        case int() | float() if not isinstance(value, bool) and value > EPOCH and TIME_NAME.search(name):
            return "<time>"
        case _:
            return value


def _ordered(value: Any) -> Any:
    """Give lists an order that follows from their members."""
    match value:
        case Mapping():
            return {key: _ordered(item) for key, item in value.items()}
        case list():
            return sorted(map(_ordered, value), key=lambda item: json.dumps(item, sort_keys=True))
        case _:
            return value


def _kinds(value: Any) -> dict[str, str]:
    """Give the kind of every id that a value mentions."""
    match value:
        case Mapping():
            return _kinds([*value.keys(), *value.values()])
        case list():
            return {token: kind for item in value for token, kind in _kinds(item).items()}
        case str():
            return dict(_ids(value))
        case _:
            return {}


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:12]


@dataclass(slots=True)
class _Round:
    """One round of refinement: the colours of the ids, and what follows from them for everything that holds some."""

    colours: Mapping[str, str]
    digests: dict[int, str] = field(default_factory=dict)
    """By the identity of the mapping or list; in no order that an id influences."""

    def digest(self, value: Any) -> str:
        """Digest a value and all that is in it."""
        match value:
            case Mapping():
                found = _digest("{" + ",".join(sorted(f"{self.text(key)}:{self.digest(item)}" for key, item in value.items())))
            case list():
                found = _digest("[" + ",".join(sorted(map(self.digest, value))))
            case str():
                return self.text(value)
            case _:
                return json.dumps(value)
        self.digests[id(value)] = found
        return found

    def text(self, text: str) -> str:
        """Write a text with colours for ids."""
        return GENERATED.sub(lambda found: self.colours[found.group()], text) if _ids(text) else text

    def mentions(self, value: Any, above: str) -> Iterator[tuple[str, str]]:
        """Give every id in a value with a digest of its place: the text it stands in, and all that surrounds it at each depth."""
        match value:
            case Mapping():
                place = _digest(above + self.digests[id(value)])
                for key, item in value.items():
                    yield from self.mentions(key, place)
                    yield from self.mentions(item, place + self.text(key))
            case list():
                place = _digest(above + self.digests[id(value)])
                for item in value:
                    yield from self.mentions(item, place)
            case str():
                for number, (token, _kind) in enumerate(_ids(value)):
                    yield token, f"{above}{self.text(value)}{number}"


def _refined(state: State, colours: Mapping[str, str]) -> dict[str, str]:
    places: dict[str, list[str]] = {token: [] for token in colours}
    turn = _Round(colours)
    for key, value in state.items():
        entry = [key, value]
        turn.digest(entry)
        for token, place in turn.mentions(entry, ""):
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
    plain = _replaced(state, "", _timeless_text)
    kinds = _kinds(plain)
    colours = dict(kinds)
    for _round in range(ROUNDS):
        colours = _refined(plain, colours)
    names = _names(kinds, colours, _tagged(plain))
    found: dict[str, Any] = _ordered(_replaced(plain, "", lambda text: GENERATED.sub(lambda seen: names[seen.group()], text)))
    return dict(sorted(found.items()))
