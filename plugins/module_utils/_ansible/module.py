# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main function of every module: parameters in, result out. The one place that asks for check mode."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from .._aws.session import Session, connection
from .._model.problem import Problems, Refused
from .._run.clock import SystemClock
from .._run.gateway import ApiError
from . import result
from .arguments import INFO_OPTIONS, RUN_OPTIONS, Controls
from .convergence import CHECK, REAL, Convergence, converged
from .noun import Info, Noun
from .progress import teller
from .refusals import refuse_elsewhere

VERSION = "1.0.0"
"""Of the collection, as in galaxy.yml."""


def run(noun: Noun) -> None:
    """Be the module that converges a noun."""
    module = AnsibleAWSModule(argument_spec={**noun.options, **RUN_OPTIONS}, supports_check_mode=True)
    run_id = secrets.token_hex(8)
    mode = CHECK if module.check_mode else REAL
    diff_mode = bool(module._diff)  # noqa: SLF001 (Ansible offers no other way to ask)
    convergence = Convergence(
        noun=noun,
        account=_session(module, noun.name, run_id),
        controls=Controls.of(module.params, diff_mode=diff_mode),
        clock=SystemClock(),
        say=teller(),
        run_id=run_id,
    )
    _leave(module, lambda: converged(convergence, mode, _own(module.params, noun.options)))


def run_info(info: Info) -> None:
    """Be the module that reads something."""
    module = AnsibleAWSModule(argument_spec={**info.options, **INFO_OPTIONS}, supports_check_mode=True)
    _leave(module, lambda: _read(info, module))


def _read(info: Info, module: Any) -> dict[str, Any]:
    session = _session(module, "info", secrets.token_hex(8))
    scope = session.scope()
    problems = Problems()
    with problems.collecting():
        refuse_elsewhere(scope, Controls.of(module.params))
    desired = None
    with problems.collecting():
        desired = info.desired(_own(module.params, info.options), scope)
    problems.refuse_if_any()
    return {"changed": False, **info.result(desired, info.read(session, scope, desired), scope)}


def _leave(module: Any, work: Callable[[], dict[str, Any]]) -> None:
    """Do the work and hand its result, good or bad, to Ansible."""
    try:
        outcome = work()
    except Refused as refused:
        outcome = result.refused(refused)
    except ApiError as error:
        outcome = result.broken(error)
    leave = module.fail_json if outcome.pop("failed", False) else module.exit_json
    leave(**outcome)


def _session(module: Any, name: str, run_id: str) -> Session:
    # AWX names the job in the environment of every run.
    job = os.environ.get("JOB_ID", "")
    return Session(connection(module, f"cutover.eks/{VERSION} {name} run/{run_id}{f' awx/{job}' if job else ''}"))


def _own(parameters: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: parameters.get(name) for name in options}
