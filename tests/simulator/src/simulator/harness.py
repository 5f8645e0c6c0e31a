# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator of one's own for a script or a test run, and an environment from which the real AWS cannot be reached.

    with started(speed=60) as simulator:
        subprocess.run(["ansible-playbook", "site.yml"], env=simulator.environment())
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

ACCOUNT = "123456789012"
REGION = "eu-central-1"
SECRET = "kJ8vQ2mZ7xR4tB1nW9cL5yH3fD6gS0pAeUiOqTzX"
"""Long and random-looking on purpose: a short secret would make Ansible mask ordinary words in every result."""


def isolated(environment: Mapping[str, str], endpoint: str, *, region: str = REGION, account: str = ACCOUNT) -> dict[str, str]:
    """Take every way to a real account out of an environment, and point every AWS client at `endpoint`."""
    kept = {name: value for name, value in environment.items() if not name.startswith(("AWS_", "EC2_", "BOTO_", "S3_"))}
    return kept | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CUTOVER_EKS_ALLOWED_ACCOUNTS": account,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


@dataclass(frozen=True, slots=True)
class Served:
    """A simulator that answers, and how one speaks to it."""

    endpoint: str

    def environment(self, **more: str) -> dict[str, str]:
        """Give the isolated environment for a child process."""
        return isolated(os.environ, self.endpoint) | more

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API; gives the decoded JSON (a list for the journal's lines)."""
        text = self._answer(method, path, None if body is None else json.dumps(body).encode()).decode()
        return [json.loads(line) for line in text.splitlines()] if path.startswith("journal") else json.loads(text or "null")

    def snapshot(self) -> bytes:
        """Take a picture of everything."""
        return self._answer("GET", "snapshot")

    def restore(self, picture: bytes) -> None:
        """Go back to a picture."""
        self._answer("PUT", "snapshot", picture)

    def _answer(self, method: str, path: str, data: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"{self.endpoint}/_simulator/{path}", data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise ValueError(f"{method} {path}: {error.code} {error.read().decode()}") from error


@dataclass(frozen=True, slots=True)
class Simulator(Served):
    """A simulator that runs as a process."""

    process: subprocess.Popen[str]


@contextmanager
def started(*arguments: str, speed: float | str = 60) -> Iterator[Simulator]:
    """Start a simulator on a free port, and end it with everything it started."""
    command = [sys.executable, "-m", "simulator", "--port", "0", "--speed", str(speed), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Simulator(_endpoint(process), process)
        finally:
            process.terminate()


def _endpoint(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout else ""
    _ready, _equals, endpoint = line.strip().partition("AWS_ENDPOINT_URL=")
    if not endpoint:
        raise RuntimeError(f"The simulator did not start (exit code {process.wait()}): {line!r}")
    return endpoint
