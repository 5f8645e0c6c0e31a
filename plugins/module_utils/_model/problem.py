# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a request is refused: every problem at once, each with where, what was found, what is wanted and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One reason; `path` names the option as the user wrote it (`nodegroups[0].scaling.min_size`)."""

    code: str
    """Stable snake_case name of the kind of problem (`version_not_offered`)."""
    path: str
    found: str
    wanted: str
    do: str
    check: str = ""
    """What stands in its place (`cluster blue exists`) while an earlier task of the same check-mode run may be about to solve it."""

    def __str__(self) -> str:
        """Give the problem as one line for the operator."""
        return f"{self.path}: found {self.found}, wanted {self.wanted}. {self.do}"

    def below(self, parent: str) -> Problem:
        """Give the same problem with its path below `parent`."""
        return replace(self, path=f"{parent}.{self.path}")

    def to_data(self) -> dict[str, str]:
        """Give it as modules return it."""
        return {"code": self.code, "path": self.path, "found": self.found, "wanted": self.wanted, "do": self.do}


class Refused(Exception):
    """Nothing was changed, because of these problems."""

    def __init__(self, problems: Iterable[Problem], sound: object = None) -> None:
        """Remember all problems in the order in which they were found, and what is left without them, in which more may be found."""
        self.problems = tuple(problems)
        self.sound = sound
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Problems:
    """Collects problems, so that the user hears of all of them in one refusal."""

    found: list[Problem] = field(default_factory=list)

    def add(self, code: str, path: str, *, found: object, wanted: str, do: str, check: str = "") -> None:
        """Note one problem."""
        self.found.append(Problem(code=code, path=path, found=str(found), wanted=wanted, do=do, check=check))

    @contextmanager
    def collecting(self, parent: str = "") -> Iterator[None]:
        """Take over the problems of a refusal raised inside, below `parent`, and go on."""
        try:
            yield
        except Refused as refused:
            self.found.extend(p.below(parent) if parent else p for p in refused.problems)

    def refuse_if_any(self, sound: object = None) -> None:
        """Raise `Refused` with everything that was noted, and with what is sound beside it."""
        if self.found:
            raise Refused(self.found, sound)

    def refuse_unless_checked_later(self) -> None:
        """Raise `Refused` with everything that was noted, unless an earlier task may solve all of it: then the plan carries it."""
        if not all(problem.check for problem in self.found):
            raise Refused(self.found)
