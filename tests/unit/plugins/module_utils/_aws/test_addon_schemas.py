# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an add-on's schema says about its declared configuration, and what is said where it can say nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._aws import addon_schemas
from ansible_collections.cutover.eks.plugins.module_utils._aws.addon_schemas import judged, read_verdicts
from ansible_collections.cutover.eks.plugins.module_utils._model.addons import Configured, Verdict
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Answer, ApiError, Fault, Read

SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-06/schema#",
    "$ref": "#/definitions/Coredns",
    "definitions": {
        "Coredns": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "replicaCount": {"type": "integer"},
                "role": {"type": "string", "pattern": "^arn:"},
                "tolerations": {"type": "array", "items": {"type": "object"}},
            },
        }
    },
}
"""Written as EKS writes them."""
MARKER = "(known after apply: role/x Role.Arn)"
VERDICTS: dict[str, tuple[dict[str, Any], Verdict]] = {
    "valid": ({"replicaCount": 3, "tolerations": [{}]}, Verdict()),
    "wrong type": ({"replicaCount": "three"}, Verdict(faults=((".replicaCount", "'three' is not of type 'integer'"),))),
    "deep inside": ({"tolerations": [{}, 7]}, Verdict(faults=((".tolerations[1]", "7 is not of type 'object'"),))),
    "unknown key": ({"replicas": 3}, Verdict(faults=(("", "Additional properties are not allowed ('replicas' was unexpected)"),))),
    "not known yet": ({"role": MARKER}, Verdict(unchecked="some of its values are known only after apply")),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_a_configuration_is_held_against_the_schema(case: str) -> None:
    values, verdict = VERDICTS[case]
    assert judged(json.dumps(SCHEMA), values) == verdict


def test_every_fault_is_told() -> None:
    verdict = judged(json.dumps(SCHEMA), {"replicaCount": "three", "replicas": 3, "role": MARKER})
    assert [path for path, text in verdict.faults] == ["", ".replicaCount"]
    assert verdict.unchecked


def test_a_long_fault_is_cut() -> None:
    ((_path, text),) = judged(json.dumps(SCHEMA), {"replicaCount": "x" * 1000}).faults
    assert len(text) == addon_schemas.LONGEST


UNUSABLE = {
    "no JSON": "{",
    "no schema": '{"type": "number of replicas"}',
    "a reference to elsewhere": '{"$ref": "https://example.com/schema.json"}',
    "an expression that is not Python's": r'{"properties": {"a": {"type": "string", "pattern": "[\\p{L}("}}}',
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_schema_that_cannot_be_used_is_said_to_be_so(case: str) -> None:
    verdict = judged(UNUSABLE[case], {"a": "x"})
    assert verdict.faults == ()
    assert verdict.unchecked.startswith("it cannot be read")


@dataclass
class Schemas:
    """A gateway that knows schemas by add-on; an error is raised instead of an answer."""

    known: Mapping[str, Answer | ApiError | None]
    asked: int = 0

    def read_all(self, reads: Sequence[Read]) -> list[Answer | None]:
        self.asked += 1
        found = [self.known[read.request["addonName"]] for read in reads]
        for answer in found:
            if isinstance(answer, ApiError):
                raise answer
        return [answer for answer in found if not isinstance(answer, ApiError)]

    def read(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        raise NotImplementedError

    def write(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        raise NotImplementedError

    def server_seconds(self) -> float:
        return 0


def refused(code: str) -> ApiError:
    return ApiError(fault=Fault.REFUSED, service="eks", operation="DescribeAddonConfiguration", code=code, message="no")


def of(*names: str) -> list[Configured]:
    return [Configured(name=name, version="v1", values={"replicaCount": "three"}) for name in names]


def test_a_schema_that_may_not_be_read_leaves_its_configuration_unchecked_and_spoils_no_other() -> None:
    gateway = Schemas({"a": {"configurationSchema": json.dumps(SCHEMA)}, "b": refused("AccessDeniedException"), "c": None})
    verdicts = read_verdicts(gateway, of("a", "b", "c"))
    assert verdicts["a"].faults
    assert verdicts["b"].unchecked == "DescribeAddonConfiguration was refused (AccessDeniedException)"
    assert verdicts["c"].unchecked == "EKS has none for v1"


def test_another_error_is_one() -> None:
    with pytest.raises(ApiError):
        read_verdicts(Schemas({"a": refused("ExpiredTokenException")}), of("a"))


def test_without_the_library_nothing_is_asked_and_every_check_is_said_to_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addon_schemas, "find_spec", lambda name: None)
    gateway = Schemas({})
    assert read_verdicts(gateway, of("a")) == {"a": Verdict(unchecked="jsonschema (4.18 or newer) is not installed")}
    assert gateway.asked == 0


def test_where_nothing_is_going_to_be_set_nothing_is_asked() -> None:
    gateway = Schemas({})
    assert read_verdicts(gateway, ()) == {}
    assert gateway.asked == 0
