# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who runs here, told so that another run can prove that it does not run any more.

A process is named by boot, process-id name space, process id and start time. Only where boot and name space are one's own does a
missing process prove anything; elsewhere (another host, another container, no /proc) nothing is proved.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def this_process(proc: Path = PROC) -> dict[str, str]:
    """Describe the calling process; empty values where the system does not tell."""
    return _place(proc) | {"host": socket.gethostname(), "pid": str(os.getpid()), "started": _started(proc, str(os.getpid()))}


def is_dead(process: Mapping[str, str], proc: Path = PROC) -> bool:
    """Say whether it is proved that the process has ended."""
    return _comparable(process, proc) and _started(proc, process["pid"]) != process["started"]


def is_alive(process: Mapping[str, str], proc: Path = PROC) -> bool:
    """Say whether it is proved that the process goes on."""
    return _comparable(process, proc) and _started(proc, process["pid"]) == process["started"]


def _comparable(process: Mapping[str, str], proc: Path) -> bool:
    here = _place(proc)
    return all(here.values()) and here == {name: process.get(name) for name in here} and bool(process.get("started"))


def _place(proc: Path) -> dict[str, str]:
    place = {"boot": "", "name_space": ""}
    with suppress(OSError):
        place["boot"] = (proc / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        place["name_space"] = str((proc / "self/ns/pid").readlink())
    return place


def _started(proc: Path, pid: str) -> str:
    """Give the start time in clock ticks since boot; nothing for a process that has ended, reaped by its parent or not."""
    with suppress(OSError):
        fields = (proc / pid / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]
    return ""
