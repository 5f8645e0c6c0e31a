# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How EC2 lists things: selection by id, filters, pages. Moto ignores several filters, so it gives everything and we select.

A filter is a JMESPath into one item of the answer; a value may hold the wildcards `*` and `?`, several values mean or, several
filters mean and.
"""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jmespath

from ...allowlist import Allowed
from ...moto_service import page
from ...seam import Refusal

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Selector:
    """A parameter that names members: where the name stands in an item, and what AWS says about a name it does not know."""

    path: str
    code: str
    text: str
    """With `{}` for the name that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One Describe operation."""

    member: str
    """The member of the answer that holds the items."""
    selectors: Mapping[str, Selector] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)
    fields: str = "DryRun MaxResults NextToken"
    """Parameters besides the selectors and the filters."""
    filter_member: str = "Filters"
    smallest: int = 5
    has_tags: bool = True
    tag_member: str = "Tags"

    @property
    def allowed(self) -> Allowed:
        """The allow-list entry that follows from this."""
        tags = ("tag:*", "tag-key") if self.has_tags else ()
        return Allowed(frozenset((*self.fields.split(), *self.selectors, self.filter_member)), frozenset((*self.filters, *tags)))


def select(listing: Listing, items: Sequence[Item], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a Describe: what the ids and the filters leave of `items`, one page of it."""
    for name, selector in listing.selectors.items():
        if wanted := parameters.get(name):
            items = _named(selector, items, wanted)
    for found in parameters.get(listing.filter_member) or ():
        items = [item for item in items if matches(listing, item, found["Name"], found.get("Values", ()))]
    return _page(listing, items, parameters)


def matches(listing: Listing, item: Item, name: str, patterns: Iterable[str]) -> bool:
    """Say whether an item passes one filter."""
    values = list(_values(listing, item, name))
    return any(_like(value, pattern) for pattern in patterns for value in values)


def _named(selector: Selector, items: Sequence[Item], wanted: Sequence[str]) -> list[Item]:
    by_name: dict[str, list[Item]] = {}
    for item in items:
        by_name.setdefault(str(_search(selector.path, item)), []).append(item)
    if absent := [name for name in wanted if name not in by_name]:
        raise Refusal(selector.code, selector.text.format(absent[0] if len(absent) == 1 else ", ".join(absent)))
    return [item for name in dict.fromkeys(wanted) for item in by_name[name]]


def _page(listing: Listing, items: Sequence[Item], parameters: Mapping[str, Any]) -> dict[str, Any]:
    limit = parameters.get("MaxResults")
    if limit is not None and not listing.smallest <= limit <= 1000:
        text = f"Value ( {limit} ) for parameter maxResults is invalid. Expecting a value between {listing.smallest} and 1000."
        raise Refusal("InvalidParameterValue", text)
    chosen, token = page(items, limit, parameters.get("NextToken"))
    return {listing.member: list(chosen)} | ({"NextToken": token} if token else {})


def _values(listing: Listing, item: Item, name: str) -> Iterator[str]:
    if name.startswith("tag:"):
        return (str(tag["Value"]) for tag in item.get(listing.tag_member, ()) if tag["Key"] == name[4:])
    if name == "tag-key" and listing.has_tags:
        return (str(tag["Key"]) for tag in item.get(listing.tag_member, ()))
    return _words(_search(listing.filters[name], item))


def _words(found: Any) -> Iterator[str]:
    if isinstance(found, list):
        for each in found:
            yield from _words(each)
    elif isinstance(found, bool):
        yield str(found).lower()
    elif found is not None:
        yield str(found)


@functools.cache
def _compiled(path: str) -> Any:
    return jmespath.compile(path)


def _search(path: str, item: Item) -> Any:
    return item.get(path) if path.isidentifier() else _compiled(path).search(item)


def _like(value: str, pattern: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return value == pattern
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))
