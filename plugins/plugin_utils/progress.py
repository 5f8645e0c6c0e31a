# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base of the action plugins: shows what a module tells while it runs. No logic else.

The module gets the name of a file in an environment variable and appends lines to it; a thread here prints them. On remote
connections and in `async` tasks there is no such file, and the result is the same.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TextIO

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

PROGRESS_FILE = "CUTOVER_EKS_PROGRESS"
LOOK_SECONDS = 0.1


class ProgressAction(ActionBase):
    """Runs the module of the action plugin's name, and prints its progress."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module."""
        result = super().run(tmp, task_vars)
        in_background = bool(self._task.async_val)
        with nullcontext() if in_background or self._connection.transport != "local" else self._shown():
            result.update(self._execute_module(task_vars=task_vars, wrap_async=in_background))
        if not in_background:
            self._remove_tmp_path(self._connection._shell.tmpdir)  # noqa: SLF001 (as in Ansible's own action plugins)
        return result

    @contextmanager
    def _shown(self) -> Iterator[None]:
        """Show the lines of a file that only this task's module knows."""
        with tempfile.TemporaryDirectory(prefix="cutover-eks-") as folder:
            path = Path(folder, "progress")
            path.touch()
            before = self._task.environment
            declared = before if isinstance(before, list) else [before or {}]
            self._task.environment = [*declared, {PROGRESS_FILE: str(path)}]
            try:
                with path.open(encoding="utf-8") as lines, _printing(lines):
                    yield
            finally:
                self._task.environment = before


@contextmanager
def _printing(lines: TextIO) -> Iterator[None]:
    """Print lines as they come, the last ones too."""
    over = threading.Event()
    printer = threading.Thread(target=_print_until, args=(over, lines), daemon=True)
    printer.start()
    try:
        yield
    finally:
        over.set()
        printer.join()


def _print_until(over: threading.Event, lines: TextIO) -> None:
    rest = ""
    while True:
        last_look = over.wait(LOOK_SECONDS)
        *whole, rest = (rest + lines.read()).split("\n")
        for line in whole:
            Display().display(line)
        if last_look:
            return
