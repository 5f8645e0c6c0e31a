# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a noun is to Ansible: its options, and the functions that read, plan and show it. Nothing here is executed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .._model.scope import Scope
from .._plan.plan import Plan
from .._run.gateway import Gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """One thing that a module converges; `run(NOUN)` is the whole module."""

    name: str
    """Key of the thing in the result: `network`."""
    options: Mapping[str, Any]
    """Argument spec without the options that all modules share."""
    desired: Callable[[Mapping[str, Any], Scope], Any]
    """Turns options into the desired thing, or raises `Refused`; what is sound all the same is planned to find more problems."""
    read: Callable[[Gateway, Scope, Any], Any]
    plan: Callable[[Any, Any, Scope], Plan]
    result: Callable[[Any, Any, Scope], Mapping[str, Any]]
    """Exactly the option keys, and `status`."""
    lock_name: Callable[[Any], str]
    """The cluster (or network) whose lock a run takes; progress lines begin with it."""
    tidies: bool = False
    """A run that finds nothing to do looks for the lock that a killed run has left. It costs a call, so only the noun that
    stands for the whole cluster does it (every deletion does)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """One thing that an `_info` module reads; `run_info(INFO)` is the whole module."""

    options: Mapping[str, Any]
    desired: Callable[[Mapping[str, Any], Scope], Any]
    read: Callable[[Gateway, Scope, Any], Any]
    result: Callable[[Any, Any, Scope], Mapping[str, Any]]
    """The whole result, by its keys: `{"clusters": [...]}`."""
