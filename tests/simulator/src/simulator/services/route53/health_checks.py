# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health checks: their settings, and whether they are healthy. What the checkers of an endpoint see is told by `Route53.observe`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...seam import Refusal, not_implemented
from .context import Context
from .paging import limit
from .store import Account, HealthCheck, Shown

PAGE = 1000
MOST_CHECKS = 200
CHECKERS: Mapping[str, str] = {
    "us-east-1": "15.177.2.10",
    "us-west-1": "15.177.6.10",
    "us-west-2": "15.177.10.10",
    "eu-west-1": "15.177.14.10",
    "ap-southeast-1": "15.177.18.10",
    "ap-southeast-2": "15.177.22.10",
    "ap-northeast-1": "15.177.26.10",
    "sa-east-1": "15.177.30.10",
}
"""Region → a checker in it."""
CHECKER_RANGE = "15.177.0.0/18"
ENDPOINT = (
    "IPAddress",
    "Port",
    "ResourcePath",
    "FullyQualifiedDomainName",
    "SearchString",
    "RequestInterval",
    "FailureThreshold",
    "Regions",
)
SUCCESS = "Success: HTTP Status Code 200, OK"
FAILURE = "Failure: Connection timed out. The endpoint or the internet connection is down, or requests are being blocked by your firewall."


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a type of health check takes."""

    takes: tuple[str, ...] = ENDPOINT
    needs: tuple[str, ...] = ()
    port: int | None = None


KINDS: Mapping[str, Kind] = {
    "HTTP": Kind(port=80),
    "HTTPS": Kind(takes=(*ENDPOINT, "EnableSNI"), port=443),
    "HTTP_STR_MATCH": Kind(needs=("SearchString",), port=80),
    "HTTPS_STR_MATCH": Kind(takes=(*ENDPOINT, "EnableSNI"), needs=("SearchString",), port=443),
    "TCP": Kind(needs=("Port",)),
    "CALCULATED": Kind(takes=("HealthThreshold", "ChildHealthChecks"), needs=("HealthThreshold",)),
}
ALWAYS = ("Type", "Inverted", "Disabled", "MeasureLatency")
RESET: Mapping[str, Any] = {"ChildHealthChecks": [], "Regions": list(CHECKERS)}
"""What an element is reset to; the others go away."""


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidInput", message)


def _check(context: Context, config: Shown) -> None:
    if config["Type"] not in KINDS:
        raise not_implemented(f"route53 health checks of type {config['Type']}")
    if problem := next(_problems(config), None):
        raise _invalid(problem)
    for child in config.get("ChildHealthChecks", []):
        if child not in context.account.health_checks:
            raise _invalid(f"The health check {child} does not exist")


def _problems(config: Shown) -> Iterator[str]:
    kind, name = KINDS[config["Type"]], config["Type"]
    yield from (f"{member} is not valid for health checks of type {name}" for member in config if member not in (*kind.takes, *ALWAYS))
    yield from (f"{member} is required for health checks of type {name}" for member in kind.needs if member not in config)
    if name == "TCP" and config.keys() & {"ResourcePath", "SearchString"}:
        yield "ResourcePath and SearchString are not valid for health checks of type TCP"
    if "SearchString" in config and "STR_MATCH" not in name:
        yield f"SearchString is not valid for health checks of type {name}"
    if name != "CALCULATED" and not config.keys() & {"IPAddress", "FullyQualifiedDomainName"}:
        yield "Either IPAddress or FullyQualifiedDomainName is required"
    if config.get("RequestInterval", 30) not in (10, 30):
        yield "RequestInterval must be 10 or 30"


def _complete(config: Shown) -> Shown:
    """Fill in what AWS fills in."""
    kind = KINDS[config["Type"]]
    usual: Shown = {"Inverted": False, "Disabled": False}
    if config["Type"] == "CALCULATED":
        return {**usual, "ChildHealthChecks": [], **config}
    usual |= {"RequestInterval": 30, "FailureThreshold": 3, "MeasureLatency": False, "EnableSNI": config["Type"].startswith("HTTPS")}
    return {**usual, **({"Port": kind.port} if kind.port else {}), **config}


def create_health_check(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Create one; the same request again is answered with the one that is there."""
    store, reference = context.account, parameters["CallerReference"]
    _check(context, parameters["HealthCheckConfig"])
    config = _complete(parameters["HealthCheckConfig"])
    if before := store.check_references.get(reference):
        check = store.health_checks.get(before)
        if check is None or check.shown["HealthCheckConfig"] != config:
            text = "The health check you're attempting to create already exists."
            raise Refusal("HealthCheckAlreadyExists", text, 409)
        return {"HealthCheck": check.shown, "Location": context.location("healthcheck", before)}
    if len(store.health_checks) >= MOST_CHECKS:
        raise Refusal("TooManyHealthChecks", f"You cannot have more than {MOST_CHECKS} health checks.")
    digits = context.world.token(32)
    identifier = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    shown = {"Id": identifier, "CallerReference": reference, "HealthCheckConfig": config, "HealthCheckVersion": 1}
    store.health_checks[identifier], store.check_references[reference] = HealthCheck(shown), identifier
    return {"HealthCheck": shown, "Location": context.location("healthcheck", identifier)}


def get_health_check(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Show one."""
    return {"HealthCheck": context.health_check(parameters["HealthCheckId"]).shown}


def get_health_check_count(context: Context, _parameters: dict[str, Any]) -> dict[str, Any]:
    """Count the account's."""
    return {"HealthCheckCount": len(context.account.health_checks)}


def list_health_checks(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """List them in the order of their ids."""
    size, marker = limit(parameters, PAGE), parameters.get("Marker", "")
    found = sorted(identifier for identifier in context.account.health_checks if identifier >= marker)
    shown = [context.account.health_checks[identifier].shown for identifier in found[:size]]
    answer = {"HealthChecks": shown, "Marker": marker, "IsTruncated": len(found) > size, "MaxItems": str(size)}
    return answer | ({"NextMarker": found[size]} if len(found) > size else {})


def update_health_check(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Change settings; a version says which state the caller has seen."""
    shown = context.health_check(parameters.pop("HealthCheckId")).shown
    if parameters.pop("HealthCheckVersion", shown["HealthCheckVersion"]) != shown["HealthCheckVersion"]:
        text = f"The health check has version {shown['HealthCheckVersion']}, which is not the one in the request."
        raise Refusal("HealthCheckVersionMismatch", text, 409)
    config = dict(shown["HealthCheckConfig"])
    for element in parameters.pop("ResetElements", []):
        config.pop(element, None)
        if element in RESET and element in KINDS[config["Type"]].takes:
            config[element] = RESET[element]
    config |= parameters
    _check(context, {name: value for name, value in config.items() if name != "EnableSNI" or value})
    shown["HealthCheckConfig"], shown["HealthCheckVersion"] = config, shown["HealthCheckVersion"] + 1
    return {"HealthCheck": shown}


def delete_health_check(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Delete one; AWS does so too while record sets name it."""
    context.health_check(parameters["HealthCheckId"])
    del context.account.health_checks[parameters["HealthCheckId"]]
    return {}


def get_status(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Tell what each checker sees."""
    return {"HealthCheckObservations": _observations(context, parameters["HealthCheckId"])}


def get_last_failure(context: Context, parameters: dict[str, Any]) -> dict[str, Any]:
    """Tell what each checker saw that fails now; what failed before that is not remembered."""
    found = _observations(context, parameters["HealthCheckId"])
    return {"HealthCheckObservations": [each for each in found if each["StatusReport"]["Status"] == FAILURE]}


def _observations(context: Context, identifier: str) -> list[Shown]:
    check = context.health_check(identifier)
    config = check.shown["HealthCheckConfig"]
    if config["Type"] == "CALCULATED":
        raise _invalid("A calculated health check has no checkers: its status can be seen in the console and in CloudWatch only.")
    report = {"Status": SUCCESS if check.observed else FAILURE, "CheckedTime": context.world.clock.now()}
    return [{"Region": each, "IPAddress": CHECKERS[each], "StatusReport": report} for each in config.get("Regions", CHECKERS)]


def get_checker_ranges(_context: Context, _parameters: dict[str, Any]) -> dict[str, Any]:
    """Tell where the checkers come from."""
    return {"CheckerIpRanges": [CHECKER_RANGE]}


def is_healthy(account: Account, identifier: str) -> bool:
    """Say whether a health check is healthy: a disabled one and one that is gone are, a calculated one counts its children."""
    check = account.health_checks.get(identifier)
    if check is None:
        return True
    config = check.shown["HealthCheckConfig"]
    found = check.observed
    if config["Type"] == "CALCULATED":
        found = sum(is_healthy(account, child) for child in config["ChildHealthChecks"]) >= config["HealthThreshold"]
    return bool(found or config["Disabled"]) != bool(config["Inverted"])


OPERATIONS = {
    "CreateHealthCheck": create_health_check,
    "GetHealthCheck": get_health_check,
    "GetHealthCheckCount": get_health_check_count,
    "ListHealthChecks": list_health_checks,
    "UpdateHealthCheck": update_health_check,
    "DeleteHealthCheck": delete_health_check,
    "GetHealthCheckStatus": get_status,
    "GetHealthCheckLastFailureReason": get_last_failure,
    "GetCheckerIpRanges": get_checker_ranges,
}
