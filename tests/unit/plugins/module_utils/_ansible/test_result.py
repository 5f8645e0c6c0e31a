# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator reads when a run has failed."""

from __future__ import annotations

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._ansible import result
from ansible_collections.cutover.eks.plugins.module_utils._ansible.draft import Draft
from ansible_collections.cutover.eks.plugins.module_utils._model.scope import Scope
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Plan
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import ApiError, Fault
from ansible_collections.cutover.eks.plugins.module_utils._run.outcome import Ended, Failure, Outcome, Status

DO = "Check that the role exists."
SENTENCES = {
    "ensure the policies are attached": f"ensure the policies are attached. {DO}",
    "the policies are missing.": f"the policies are missing. {DO}",
    "is the role there?": f"is the role there? {DO}",
    "ends with a line break\n": f"ends with a line break. {DO}",
}
"""What a service said, and what the operator reads."""


def failed(*messages: str) -> str:
    ended = {
        f"role/{number}": Ended(
            status=Status.FAILED, failure=Failure(key=f"role/{number}", code="X", message=message, what="", found=message, do=DO)
        )
        for number, message in enumerate(messages)
    }
    draft = Draft(scope=Scope(account="123456789012", region="eu-central-1"), desired=None, actual=None, plan=Plan(), text="")
    return str(result.failed(draft, draft.plan, Outcome(ended=ended))["msg"])


@pytest.mark.parametrize("message", SENTENCES)
def test_what_was_found_and_what_to_do_are_two_sentences(message: str) -> None:
    assert failed(message) == SENTENCES[message]


def test_failures_with_the_same_cause_are_told_once() -> None:
    assert failed("no rights", "no rights", "no quota") == f"no rights. {DO}\nno quota. {DO}"


@pytest.mark.parametrize("message", ["You are not authorized.", "You are not authorized"])
def test_a_read_that_was_refused_is_told_in_two_sentences(message: str) -> None:
    error = ApiError(fault=Fault.REFUSED, service="sts", operation="GetCallerIdentity", code="AccessDenied", message=message)
    told = result.broken(error)["msg"]
    assert told == "sts:GetCallerIdentity failed: AccessDenied: You are not authorized. Check the credentials, the region and the endpoint."
