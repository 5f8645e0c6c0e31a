# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's main function: one version, one user agent, results handed to Ansible."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.cutover.eks.plugins.module_utils._ansible import module
from ansible_collections.cutover.eks.plugins.module_utils._model.problem import Problem, Refused
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Fault
from ansible_collections.cutover.eks.tests.unit.plugins.module_utils._run.fakes import error

GALAXY = Path(__file__).parents[5] / "galaxy.yml"
PROBLEM = Problem(code="c", path="name", found="x", wanted="y", do="Do it.")


class FakeModule:
    """Remembers how it was left."""

    def exit_json(self, **result: object) -> None:
        self.left = ("exit", result)

    def fail_json(self, **result: object) -> None:
        self.left = ("fail", result)


def test_the_version_is_the_collections() -> None:
    assert yaml.safe_load(GALAXY.read_text(encoding="utf-8"))["version"] == module.VERSION


def test_a_good_result_exits_and_a_failed_one_fails() -> None:
    ansible = FakeModule()
    module._leave(ansible, lambda: {"changed": True})
    assert ansible.left == ("exit", {"changed": True})
    module._leave(ansible, lambda: {"failed": True, "changed": True, "msg": "no"})
    assert ansible.left == ("fail", {"changed": True, "msg": "no"})


@pytest.mark.parametrize("raised", [Refused([PROBLEM]), error(Fault.REFUSED, "AccessDenied")], ids=["refused", "api"])
def test_what_a_reader_raises_becomes_a_failure_in_words(raised: Exception) -> None:
    def work() -> dict[str, object]:
        raise raised

    ansible = FakeModule()
    module._leave(ansible, work)
    how, result = ansible.left
    assert how == "fail"
    assert str(raised) in str(result["msg"])
