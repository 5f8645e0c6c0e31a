# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service model as a judge of what goes to moto, which takes nearly everything: required members, types, unknown members."""

from __future__ import annotations

import re
from collections.abc import Mapping

from botocore.validate import ParamValidator

from .protocols import service_model
from .seam import Call, Refusal, not_implemented

MISSING = re.compile(r'Missing required parameter in (\S+): "(\w+)"')
UNKNOWN = re.compile(r'Unknown parameter in (\S+): "(\w+)"')
CODES: Mapping[str, tuple[str, str]] = {
    "ec2": ("MissingParameter", "InvalidParameterValue"),
    "logs": ("InvalidParameterException", "InvalidParameterException"),
    "resourcegroupstaggingapi": ("InvalidParameterException", "InvalidParameterException"),
    "kms": ("ValidationException", "ValidationException"),
    "ssm": ("ValidationException", "ValidationException"),
}
"""What a service says about a missing member, and about a wrong one; the query services all say `ValidationError`."""
QUERY = ("ValidationError", "ValidationError")


def judge(call: Call) -> None:
    """Refuse a request that breaks the model; a member that the model does not know is refused by name at any depth."""
    shape = service_model(call.service).operation_model(call.operation).input_shape
    report = ParamValidator().validate(call.parameters, shape) if shape else None
    if report is None or not report.has_errors():
        return
    told, (missing_code, wrong_code) = report.generate_report(), CODES.get(call.service, QUERY)
    if unknown := UNKNOWN.search(told):
        raise not_implemented(f"{call.service}.{call.operation} field {_path(unknown[1], unknown[2])}")
    if missing := MISSING.search(told):
        raise Refusal(missing_code, f"The request must contain the parameter {_path(missing[1], missing[2])}")
    raise Refusal(wrong_code, told)


def _path(place: str, member: str) -> str:
    return member if place == "input" else f"{place}.{member}"
