# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: the reference work by amazon.aws/community.aws and by cutover.eks, beside each other in one run on the same simulator.

Prints a table, writes `.build/bench.json`, and exits 1 when a bar is missed. `ARGS="--only noop,create"` measures less and keeps the other
numbers that the file has; `ARGS=--quick` measures everything once and small: good for a look, not for a judgement. `ARGS=--readme` puts
the table into the README, and with `--only ""` the one that was measured before.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from measures import MEASURES, QUICK, Row, Settings
from playing import BUILD, ROOT
from tables import Measured, markdown, rows_of, table, with_measured

RESULTS, README = BUILD / "bench.json", ROOT / "README.md"
PACKAGES = ("ansible-core", "boto3", "botocore")
COLLECTIONS = ("amazon.aws", "community.aws")


def main() -> int:
    """Measure, write, print, judge."""
    asked = _asked()
    settings = QUICK if asked.quick else Settings()
    if asked.runs:
        settings = replace(settings, runs=asked.runs)
    found = {} if asked.only == list(MEASURES) else _earlier()
    for name in asked.only:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        found[name] = Measured(machine=_machine(), settings=asdict(settings), rows=list(MEASURES[name](settings)))
        _write(found)
    rows = rows_of(found)
    print(table(rows))
    if asked.readme and rows:
        README.write_text(with_measured(README.read_text(encoding="utf-8"), markdown(found)), encoding="utf-8")
    missed = [row.measure for row in rows if row.met is False]
    print("".join(f"\nmissed: {measure}" for measure in missed) or "\nEvery bar is met.")
    return 1 if missed else 0


def _write(found: Mapping[str, Measured]) -> None:
    """Write what there is so far: a measure that breaks does not take the others along."""
    plain = {name: asdict(measured) for name, measured in found.items()}
    RESULTS.write_text(json.dumps(plain, indent=2, ensure_ascii=False), encoding="utf-8")


def _earlier() -> dict[str, Measured]:
    """Give what an earlier run has written."""
    if not RESULTS.exists():
        return {}
    known: dict[str, dict[str, Any]] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return {name: Measured(**{**found, "rows": [Row(**row) for row in found["rows"]]}) for name, found in known.items()}


def _machine() -> dict[str, Any]:
    versions = {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    for name in COLLECTIONS:
        manifest = BUILD / "dev" / "ansible_collections" / Path(*name.split(".")) / "MANIFEST.json"
        versions[name] = json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"]
    return {"cores": os.cpu_count() or 0, "load": round(os.getloadavg()[0], 1), "versions": versions}


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=_measures, default=list(MEASURES), help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--runs", type=int, help="how often each no-op is run; the median counts")
    parser.add_argument("--quick", action="store_true", help="everything once and small")
    parser.add_argument("--readme", action="store_true", help="put the table into the README")
    return parser.parse_args()


def _measures(text: str) -> list[str]:
    names = text.split(",") if text else []
    if unknown := [name for name in names if name not in MEASURES]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; there is {', '.join(MEASURES)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
