# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References made concrete: what an earlier step answered is put where a later request refers to it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .._model.reference import Ref
from .gateway import Answer

with suppress(ImportError):  # comes with boto3, whose absence Ansible reports before anything is called
    import jmespath


class Unresolved(Exception):
    """An earlier step's answer does not hold what a request needs of it."""

    def __init__(self, ref: Ref) -> None:
        """Remember what was looked for."""
        super().__init__(f"the answer of {ref.step} holds no {ref.path}")
        self.ref = ref


def resolved(request: Mapping[str, Any], answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Give the request with every reference replaced by its value, or raise `Unresolved`."""
    return {name: _concrete(value, answers) for name, value in request.items()}


def _concrete(value: object, answers: Mapping[str, Answer]) -> Any:
    match value:
        case Ref():
            return _found(value, answers)
        case Mapping():
            return {name: _concrete(inner, answers) for name, inner in value.items()}
        case list() | tuple():
            return [_concrete(inner, answers) for inner in value]
        case _:
            return value


def _found(ref: Ref, answers: Mapping[str, Answer]) -> Any:
    found = jmespath.search(ref.path, answers.get(ref.step, {}))
    if found is None:
        raise Unresolved(ref)
    return found
