# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: the reference work by amazon.aws/community.aws and by cutover.eks, beside each other in one run on the same simulator.

Prints a table, writes `.build/bench.json`, and exits 1 when a bar is missed. `ARGS="--only noop,create"` measures less, `ARGS=--quick`
measures everything once and small: good for a look, not for a judgement.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from importlib.metadata import version

from measures import MEASURES, QUICK, Row, Settings
from playing import BUILD

TOLD = ("ansible-core", "boto3", "botocore")


def main() -> int:
    """Measure, print, write, judge."""
    asked = _asked()
    settings = QUICK if asked.quick else Settings()
    if asked.runs:
        settings = replace(settings, runs=asked.runs)
    rows: list[Row] = []
    for name in asked.only:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        rows += MEASURES[name](settings)
    print(table(rows))
    missed = [row.measure for row in rows if row.met is False]
    (BUILD / "bench.json").write_text(
        json.dumps({"machine": _machine(), "settings": asdict(settings), "rows": [asdict(row) for row in rows]}, indent=2)
    )
    print(f"\n{len(missed)} bars missed: {', '.join(missed)}" if missed else "\nEvery bar is met.")
    return 1 if missed else 0


def table(rows: Iterable[Row]) -> str:
    """Lay the rows out for a person."""
    cells = [("measure", "value", "bar", ""), *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    lines = ["  ".join((line[0].ljust(widths[0]), line[1].rjust(widths[1]), line[2].rjust(widths[2]), line[3])).rstrip() for line in cells]
    return "\n".join((lines[0], "-" * len(lines[0]), *lines[1:]))


def _cells(row: Row) -> tuple[str, str, str, str]:
    value = f"{row.value:.0f}" if row.value == int(row.value) else f"{row.value:.2f}"
    return row.measure, f"{value} {row.unit}".rstrip(), row.limit, {True: "met", False: "MISSED", None: ""}[row.met]


def _machine() -> dict[str, str | int]:
    packages = {name: version(name) for name in TOLD}
    return {"cores": os.cpu_count() or 0, "load": f"{os.getloadavg()[0]:.1f}", "python": platform.python_version(), **packages}


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=_measures, default=list(MEASURES), help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--runs", type=int, help="how often each no-op is run; the median counts")
    parser.add_argument("--quick", action="store_true", help="everything once and small")
    return parser.parse_args()


def _measures(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in MEASURES]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; there is {', '.join(MEASURES)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
