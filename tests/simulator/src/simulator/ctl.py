# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m simulator.ctl`: the control API as commands. What it prints is what the API answered."""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

USUAL = "http://127.0.0.1:5199"


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call."""

    method: str
    path: str
    body: bytes | None = None
    into: Path | None = None
    """A file for the answer, instead of standard output."""


def _query(options: argparse.Namespace, *names: str) -> str:
    given = {name: str(getattr(options, name)) for name in names if getattr(options, name) not in (None, False)}
    return f"?{urlencode({name: value.lower() if value == 'True' else value for name, value in given.items()})}" if given else ""


def _body(value: Any) -> bytes:
    return json.dumps(value).encode()


def _clock(options: argparse.Namespace) -> Call:
    if options.speed is None:
        return Call("GET", "clock")
    return Call("PUT", "clock", _body({"speed": options.speed if options.speed == "inf" else float(options.speed)}))


def _journal(options: argparse.Namespace) -> Call:
    return Call("DELETE", "journal") if options.clear else Call("GET", f"journal{_query(options, 'after', 'mutating')}")


def _faults(options: argparse.Namespace) -> Call:
    if options.clear is None:
        return Call("GET", "faults")
    return Call("DELETE", f"faults/{quote(options.clear)}" if options.clear else "faults")


def _kubernetes(options: argparse.Namespace) -> Call:
    path = f"clusters/{quote(options.cluster, safe='')}/kubernetes"
    if options.action is None:
        return Call("GET", f"{path}{_query(options, 'account', 'region')}")
    return Call("POST", f"{path}/{options.action}{_query(options, 'account', 'region')}", _body({"component": options.component}))


COMMANDS: Mapping[str, Callable[[argparse.Namespace], Call]] = {
    "health": lambda _options: Call("GET", "health"),
    "reset": lambda _options: Call("POST", "reset"),
    "clock": _clock,
    "advance": lambda options: Call("POST", "clock/advance", _body({"seconds": options.seconds})),
    "fault": lambda options: Call("POST", "faults", options.json.encode()),
    "faults": _faults,
    "outcome": lambda options: Call("POST", "outcomes", options.json.encode()),
    "journal": _journal,
    "state": lambda options: Call("GET", f"state{_query(options, 'normalised')}"),
    "snapshot": lambda options: Call("GET", "snapshot", into=options.file),
    "restore": lambda options: Call("PUT", "snapshot", options.file.read_bytes()),
    "leftovers": lambda options: Call("GET", f"leftovers{_query(options, 'cluster', 'account', 'region')}"),
    "kubernetes": _kubernetes,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator.ctl", description="Ask a running simulator.")
    parser.add_argument("--url", default=os.environ.get("AWS_ENDPOINT_URL", USUAL), help="default: AWS_ENDPOINT_URL, else %(default)s")
    commands = parser.add_subparsers(dest="command", required=True)
    made = {name: commands.add_parser(name) for name in COMMANDS}
    made["clock"].add_argument("--speed", help='a number or "inf"')
    made["advance"].add_argument("seconds", type=float)
    made["fault"].add_argument("json", help='{"service": "eks", "operation": "Create*", "kind": "reset_after"}')
    made["faults"].add_argument("--clear", nargs="?", const="", metavar="ID", help="take back one order, or all")
    made["outcome"].add_argument("json", help='{"resource": "nodegroup", "name": "ng-*", "outcome": "CREATE_FAILED"}')
    made["journal"].add_argument("--after", type=int)
    made["journal"].add_argument("--mutating", action="store_true")
    made["journal"].add_argument("--clear", action="store_true")
    made["state"].add_argument("--normalised", action="store_true")
    for name in ("snapshot", "restore"):
        made[name].add_argument("file", type=Path)
    for name in ("leftovers", "kubernetes"):
        made[name].add_argument("cluster")
        made[name].add_argument("--account")
        made[name].add_argument("--region")
    made["kubernetes"].add_argument("action", nargs="?", choices=("pause", "continue", "kill", "start"))
    made["kubernetes"].add_argument("component", nargs="?", default="apiserver")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Make one call and print its answer."""
    options = _parser().parse_args(arguments)
    call = COMMANDS[options.command](options)
    request = urllib.request.Request(f"{options.url}/_simulator/{call.path}", call.body, method=call.method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as response:
            answer = response.read()
    except urllib.error.HTTPError as error:
        sys.stderr.write(error.read().decode())
        return 1
    except urllib.error.URLError as error:
        sys.stderr.write(f"no simulator answers at {options.url}: {error.reason}\n")
        return 1
    if call.into:
        call.into.write_bytes(answer)
    else:
        sys.stdout.write(answer.decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
