# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the action plugins: lines are printed while the module runs, and all of them."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._ansible import progress as module
from ansible_collections.cutover.eks.plugins.plugin_utils import progress
from ansible_collections.cutover.eks.plugins.plugin_utils.progress import PROGRESS_FILE, ProgressAction


class Action(ProgressAction):
    """An action plugin whose module writes two lines, the last one just before it ends."""

    def __init__(self, *, in_background: int = 0, transport: str = "local") -> None:
        self._task = SimpleNamespace(async_val=in_background, environment=[{"A": "b"}])
        self._connection = SimpleNamespace(transport=transport, _shell=SimpleNamespace(tmpdir=None))
        self.environment: Any = None
        self.seen_while_running: list[str] = []

    def _execute_module(self, **how: Any) -> dict[str, Any]:
        self.environment = self._task.environment
        names = {name: value for entry in self.environment for name, value in entry.items()}
        if PROGRESS_FILE in names:
            with Path(names[PROGRESS_FILE]).open("a", encoding="utf-8") as lines:
                print("first", file=lines, flush=True)
                self.printed.wait_for("first")
                print("last", file=lines, flush=True)
        return {"changed": True, "wrapped": how["wrap_async"]}

    def _remove_tmp_path(self, tmp_path: object, *, force: bool = False) -> None:
        """Nothing was made."""


class Printed(list[str]):
    """What was displayed."""

    def __init__(self) -> None:
        super().__init__()
        self.news = threading.Condition()

    def display(self, line: str) -> None:
        with self.news:
            self.append(line)
            self.news.notify_all()

    def wait_for(self, line: str) -> None:
        with self.news:
            assert self.news.wait_for(lambda: line in self, timeout=5)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Printed:
    lines = Printed()
    monkeypatch.setattr(progress, "Display", lambda: lines)
    monkeypatch.setattr("ansible.plugins.action.ActionBase.run", lambda self, tmp, task_vars: {})
    Action.printed = lines
    return lines


def test_a_line_is_printed_while_the_module_runs_and_the_last_one_too(printed: Printed) -> None:
    action = Action()
    assert action.run() == {"changed": True, "wrapped": False}
    assert printed == ["first", "last"]


def test_the_tasks_own_environment_stays_and_comes_back(printed: Printed) -> None:
    action = Action()
    action.run()
    assert action.environment[0] == {"A": "b"}
    assert action._task.environment == [{"A": "b"}]


@pytest.mark.parametrize("elsewhere", [{"in_background": 60}, {"transport": "ssh"}], ids=["async", "remote"])
def test_in_the_background_and_on_remote_hosts_there_is_no_progress(elsewhere: dict[str, Any], printed: Printed) -> None:
    action = Action(**elsewhere)
    assert action.run()["changed"]
    assert action.environment == [{"A": "b"}]
    assert printed == []


def test_both_ends_agree_on_the_variable() -> None:
    assert PROGRESS_FILE == module.PROGRESS_FILE
