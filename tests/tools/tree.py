# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of the work tree in which Ansible's own tools find a collection. Nothing here runs a check.

ansible-test and galaxy-importer want the files below `ansible_collections/cutover/eks`, the collections that we depend on beside
them, and, when the tree lies in an ignored folder, a git repository of its own: without one ansible-test finds no file and passes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / ".build"
NEIGHBOURS = ("amazon", "ansible", "community", "kubernetes")


def listed_files() -> list[Path]:
    """Name the files that are tracked or could be: what is ignored stays out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout
    names = sorted({name for name in output.split("\0") if name})
    return [Path(name) for name in names if (REPOSITORY / name).is_file()]


def site_collections(python: Path) -> Path:
    """Find the collections that the package `ansible` brought into that environment."""
    command = [str(python), "-c", "import ansible_collections as c; print(list(c.__path__)[0])"]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def link_neighbours(collections: Path, python: Path) -> None:
    """Put the collections that ours builds on beside it."""
    site = site_collections(python)
    for name in NEIGHBOURS:
        link = collections / name
        link.unlink(missing_ok=True)
        link.symlink_to(site / name)


def copy_collection(tree: Path) -> Path:
    """Make a fresh copy below that tree and return its root."""
    root = tree / "ansible_collections" / "cutover" / "eks"
    if root.exists():
        shutil.rmtree(root)
    for name in listed_files():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / name, target)
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    return root


def make_tree(tree: Path, python: Path) -> Path:
    """Copy the collection, link its neighbours, and return the collection's root."""
    root = copy_collection(tree)
    link_neighbours(tree / "ansible_collections", python)
    return root


def link_tree(tree: Path, python: Path) -> None:
    """Link the work tree itself: for tools that follow links and should see every edit at once."""
    ours = tree / "ansible_collections" / "cutover" / "eks"
    ours.parent.mkdir(parents=True, exist_ok=True)
    ours.unlink(missing_ok=True)
    ours.symlink_to(REPOSITORY)
    link_neighbours(tree / "ansible_collections", python)


def main() -> None:
    """Make the tree that the command line names: `tree.py copy|link FOLDER`."""
    kinds = {"copy": make_tree, "link": link_tree}
    kind, folder = sys.argv[1:]
    kinds[kind](Path(folder).resolve(), Path(sys.executable))


if __name__ == "__main__":
    main()
