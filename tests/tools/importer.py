# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection's artefact and let Galaxy's own importer judge it, first as Galaxy, then as Automation Hub.

    python importer.py TREE      a tree that tree.py copied

ansible-lint is left out here: `make lint` is its one run. The importer's warnings are printed, its errors fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

JUDGES = {
    "Galaxy": {},
    "Automation Hub": {"GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "True", "GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER": "True"},
}
"""What each of the two asks for beyond the other."""

MAX_BYTES = 20_000_000
"""Galaxy refuses more."""


def build(tree: Path) -> Path:
    """Build the artefact and return its path."""
    output = tree / "artefact"
    command = ["ansible-galaxy", "collection", "build", "--force", "--output-path", str(output)]
    subprocess.run(command, cwd=tree / "ansible_collections" / "cutover" / "eks", check=True)
    return next(output.glob("cutover-eks-*.tar.gz"))


def judge(artefact: Path, tree: Path, settings: dict[str, str]) -> int:
    """Run the importer once."""
    env = {**os.environ, **settings, "GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "False", "ANSIBLE_COLLECTIONS_PATH": str(tree)}
    command = [sys.executable, "-m", "galaxy_importer.main", str(artefact)]
    return subprocess.run(command, cwd=artefact.parent, env=env, check=False).returncode


def main() -> int:
    """Build once, judge twice."""
    tree = Path(sys.argv[1]).resolve()
    artefact = build(tree)
    size = artefact.stat().st_size
    print(f"{artefact.name}: {size} bytes")
    verdicts = {name: judge(artefact, tree, settings) for name, settings in JUDGES.items()}
    for name, status in verdicts.items():
        print(f"{name}: {'accepted' if status == 0 else 'refused'}")
    return int(size >= MAX_BYTES or any(verdicts.values()))


if __name__ == "__main__":
    sys.exit(main())
