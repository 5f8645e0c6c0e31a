# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the values of a record set may be, by its type, in the words of AWS where they are known."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping

from .names import BadName, canonical
from .store import Shown

MOST_VALUES = 400
LONGEST_STRING = 255
SINGLE = ("CNAME", "SOA")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
STRINGS = re.compile(rf"\s*{QUOTED.pattern}(?:\s+{QUOTED.pattern})*\s*", re.DOTALL)
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]+')
ESCAPED = re.compile(r"\\(?:[0-7]{3}|.)")
SERVICE_PARAMETER = re.compile(
    r'no-default-alpn|(?:alpn|mandatory)="?[\w./,-]+"?|port=\d{1,5}|ech="?[A-Za-z0-9+/=]+"?|ipv4hint="?[\d.,]+"?|ipv6hint="?[\da-f:.,]+"?'
    r'|key\d{1,5}(?:="?\S*"?)?'
)
Problem = tuple[str, str] | None
"""AWS's name of the problem, and its explanation; None: there is none."""


def _is_number(text: str, high: int) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= high


def _address(version: int, code: str) -> Callable[[str], Problem]:
    parse = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address

    def check(value: str) -> Problem:
        try:
            parse(value)
        except ValueError:
            return code, f"Value is not a valid IPv{version} address"
        return None

    return check


def _host(value: str) -> Problem:
    try:
        canonical(value)
    except BadName:
        return "DomainNameInvalid", "Value is not a valid domain name"
    return None


def _target(value: str) -> Problem:
    """A dot alone says: there is none."""
    return None if value == "." else _host(value)


def _text(value: str) -> Problem:
    if not STRINGS.fullmatch(value):
        return "InvalidCharacterString", "Value should be enclosed in quotation marks"
    if any(len(ESCAPED.sub("x", found)) > LONGEST_STRING for found in QUOTED.findall(value)):
        return "CharacterStringTooLong", "Value is too long"
    return None


Field = Callable[[str], Problem]


def _number(high: int) -> Field:
    return lambda text: None if _is_number(text, high) else ("InvalidNumber", f"Value is not a number from 0 to {high}")


def _matching(pattern: str, told: str) -> Field:
    return lambda text: None if re.fullmatch(pattern, text) else ("InvalidValue", f"Value is not {told}")


def _fields(*wanted: Field) -> Field:
    """Judge a value that consists of so many fields."""

    def check(value: str) -> Problem:
        given = TOKEN.findall(value)
        if len(given) != len(wanted):
            return "InvalidNumberOfFields", f"Value should have {len(wanted)} fields"
        return next((problem for field, text in zip(wanted, given, strict=True) if (problem := field(text))), None)

    return check


def _service(value: str) -> Problem:
    """SVCB and HTTPS: a priority, a target and parameters."""
    given = value.split()
    if len(given) < 2:
        return "InvalidNumberOfFields", "Value should have a priority and a target"
    wrong = _number(65535)(given[0]) or _target(given[1])
    parameters = given[2:]
    if not wrong and given[0] == "0" and parameters:
        return "InvalidValue", "Priority 0 takes no parameters"
    keys = [each.partition("=")[0] for each in parameters]
    is_right = len(set(keys)) == len(keys) and all(SERVICE_PARAMETER.fullmatch(each) for each in parameters)
    return wrong or (None if is_right else ("InvalidValue", "Value has a parameter that is not valid"))


HEX = _matching(r"(?:[0-9A-Fa-f]{2})+", "hexadecimal")
BYTE, SHORT, LONG = _number(255), _number(65535), _number(2**31 - 1)
TYPES: Mapping[str, Callable[[str], Problem]] = {
    "A": _address(4, "ARRDATAIllegalIPv4Address"),
    "AAAA": _address(6, "AAAARRDATAIllegalIPv6Address"),
    "CNAME": _host,
    "NS": _host,
    "PTR": _host,
    "TXT": _text,
    "SPF": _text,
    "MX": _fields(SHORT, _target),
    "SRV": _fields(SHORT, SHORT, SHORT, _target),
    "CAA": _fields(BYTE, _matching(r"[A-Za-z0-9]+", "a tag"), _text),
    "NAPTR": _fields(SHORT, SHORT, _text, _text, _text, _target),
    "SOA": _fields(_host, _host, LONG, LONG, LONG, LONG, LONG),
    "DS": _fields(SHORT, BYTE, _matching("[124]", "a digest type"), HEX),
    "TLSA": _fields(_number(3), _number(1), _number(2), HEX),
    "SSHFP": _fields(_matching("[12346]", "an algorithm"), _matching("[12]", "a fingerprint type"), HEX),
    "SVCB": _service,
    "HTTPS": _service,
}


def value_problems(record: Shown) -> Iterator[str]:
    """Tell what is wrong about the values of a record set."""
    kind = record["Type"]
    values = [each["Value"] for each in record.get("ResourceRecords", [])]
    if len(values) > MOST_VALUES:
        yield f"Cannot have more than {MOST_VALUES} records in a RRSet."
    if kind in SINGLE and len(values) > 1:
        yield f"RRSet of type {kind} with DNS name {record['Name']} must contain exactly one resource record."
    for at, value in enumerate(values):
        if value in values[:at]:
            yield f"Duplicate Resource Record: '{value}'"
        elif problem := TYPES[kind](value):
            code, text = problem
            yield f"Invalid Resource Record: 'FATAL problem: {code} ({text}) encountered with '{value}''"
