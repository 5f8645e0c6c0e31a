# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's end of progress: lines for the action plugin that shows them while the module runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

PROGRESS_FILE = "CUTOVER_EKS_PROGRESS"
"""Environment variable: the file that the action plugin reads. Not set in `async` tasks and on remote hosts."""


def teller(environment: Mapping[str, str] | None = None) -> Callable[[str], None]:
    """Give the function that tells a line to whoever watches, or to nobody."""
    path = (os.environ if environment is None else environment).get(PROGRESS_FILE)
    return _Teller(Path(path)) if path else _untold


class _Teller:
    """Appends lines to a file, and falls silent when that is not possible: progress never fails a run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, text: str) -> None:
        try:
            with self.path.open("a", encoding="utf-8") as lines:
                lines.write(f"{text}\n")
        except OSError:
            return


def _untold(text: str) -> None:
    """Tell nobody."""
