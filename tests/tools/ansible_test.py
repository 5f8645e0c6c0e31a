# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test on a copy of the tree and refuse an answer that is worth nothing.

    python ansible_test.py floor|newest sanity|units

ansible-test answers 0 when it found no file to look at, so its words are read as well as its status. It also fetches a pip
installer from a host that a closed network does not have; then the installer below, made of what Python ships, takes its place.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tree import BUILD, make_tree

VENVS = {"floor": BUILD / "floor" / "venv", "newest": BUILD / "venv"}
"""The environment of each core."""

EMPTY_ANSWERS = ("All targets skipped", "Excluding tests")
"""Said by ansible-test when it passes without having looked."""

INDISPENSABLE = frozenset(
    {"ansible-doc", "compile", "import", "no-assert", "pep8", "pylint", "runtime-metadata", "validate-modules", "yamllint"},
)
"""Sanity tests that always have something to look at here."""

PIP_INSTALLER = """\
import ensurepip, os, subprocess, sys
ensurepip.bootstrap(upgrade=True)
# ensurepip points this at /dev/null: the certificates in pip.conf would be ignored.
os.environ.pop("PIP_CONFIG_FILE", None)
wanted = [a for a in sys.argv[1:] if a not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", *wanted]))
"""

SAVE_TO = re.compile(r"manually downloaded and saved to: (\S+)")
"""How ansible-test says where it looks for the installer that it could not fetch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """One ansible-core in its environment, with a home of its own."""

    name: str

    @property
    def python(self) -> Path:
        """The interpreter that has this core."""
        return VENVS[self.name] / "bin" / "python"

    @property
    def tree(self) -> Path:
        """Where the collection is copied to."""
        return BUILD / self.name

    @property
    def home(self) -> Path:
        """Keeps ansible-test out of the user's own ~/.ansible, and two cores out of each other's way."""
        return self.tree / "home"

    def ask(self, code: str) -> str:
        """Evaluate an expression in this core's interpreter."""
        command = [str(self.python), "-c", f"import sys; print({code})"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a run of ansible-test said."""

    status: int
    output: str


def pip_settings(core: Core) -> str:
    """Write down what pip is told here: ansible-test drops the environment that says it."""
    pip = [str(core.python), "-m", "pip"]
    listed = subprocess.run([*pip, "config", "list"], check=True, capture_output=True, text=True).stdout
    cache = subprocess.run([*pip, "cache", "dir"], check=True, capture_output=True, text=True).stdout.strip()
    settings = {"cache-dir": cache}
    for line in listed.splitlines():
        name, value = line.split("=", maxsplit=1)
        settings[name.rpartition(".")[2]] = value.strip("'\"")
    return "[global]\n" + "".join(f"{name} = {value}\n" for name, value in sorted(settings.items()))


def prepare_home(core: Core) -> None:
    """Give ansible-test a home with pip's settings."""
    settings = core.home / ".config" / "pip" / "pip.conf"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(pip_settings(core), encoding="utf-8")


def environment(core: Core) -> dict[str, str]:
    """The caller's environment with this core's commands first and no AWS account within reach."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_", "PYTHON"))}
    folders = [str(core.python.parent), str(Path(core.ask("sys.base_prefix")) / "bin"), kept["PATH"]]
    return {**kept, "HOME": str(core.home), "PATH": os.pathsep.join(folders)}


def run(command: list[str], *, root: Path, env: dict[str, str]) -> Answer:
    """Run and show the output as it comes."""
    print("+", " ".join(command), flush=True)
    lines = []
    with subprocess.Popen(command, cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    return Answer(status=process.returncode, output="".join(lines))


def install_pip_installer(core: Core, answer: Answer) -> bool:
    """Put our installer where the one that could not be fetched was expected; say whether that was the trouble."""
    found = SAVE_TO.search(answer.output)
    if not found:
        return False
    target = Path(found[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(PIP_INSTALLER, encoding="utf-8")
    # Half-made environments would be taken for finished ones.
    shutil.rmtree(core.home / ".ansible" / "test" / "venv", ignore_errors=True)
    return True


def looked_at_nothing(kind: str, output: str) -> str | None:
    """Say why a passing answer is worth nothing, if it is."""
    for words in EMPTY_ANSWERS:
        if words in output:
            return f"ansible-test said: {words}"
    if kind == "units":
        return None if re.search(r"\b[1-9]\d* passed\b", output) else "no unit test ran"
    ran = set(re.findall(r'Running sanity test "([\w-]+)"', output))
    missing = sorted(INDISPENSABLE - ran)
    return f"sanity tests that did not run: {', '.join(missing)}" if missing else None


def check(core: Core, kind: str) -> int:
    """Run one kind of test on one core; 0 only if it looked and found nothing wrong."""
    prepare_home(core)
    root = make_tree(core.tree, core.python)
    version = core.ask("'%d.%d' % sys.version_info[:2]")
    command = [str(core.python.with_name("ansible-test")), kind, "--python", version, "--color", "no"]
    answer = run(command, root=root, env=environment(core))
    if answer.status and install_pip_installer(core, answer):
        answer = run(command, root=root, env=environment(core))
    reason = looked_at_nothing(kind, answer.output)
    if reason:
        print(f"FAILED: {kind} on {core.name} is not a pass: {reason}")
    return answer.status or int(reason is not None)


def main() -> int:
    """Read the two words of the command line."""
    name, kind = sys.argv[1:]
    return check(Core(name=name), kind)


if __name__ == "__main__":
    sys.exit(main())
