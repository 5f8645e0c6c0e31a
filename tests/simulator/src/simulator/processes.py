# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process at the client end of a connection, and how to kill it with its family. Linux only: /proc says it all."""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROC = Path("/proc")


def _hex_address(host: str, port: int) -> str:
    """Write an IPv4 address as /proc/net/tcp does: the bytes in host order."""
    packed = bytes(int(part) for part in host.split("."))
    return f"{struct.unpack('=I', packed)[0]:08X}:{port:04X}"


def _inode(client: tuple[Any, ...], server: tuple[Any, ...]) -> str | None:
    """Give the inode of the socket whose local end is the client's."""
    ends = [_hex_address(client[0], client[1]), _hex_address(server[0], server[1])]
    with Path("/proc/net/tcp").open() as table:
        return next((fields[9] for fields in map(str.split, table) if fields[1:3] == ends), None)


def _holders(inode: str) -> Iterator[int]:
    wanted = f"socket:[{inode}]"
    for entry in os.scandir(PROC):
        if entry.name.isdigit() and _holds(Path(entry.path) / "fd", wanted):
            yield int(entry.name)


def _holds(folder: Path, wanted: str) -> bool:
    try:
        return any(str(link.readlink()) == wanted for link in folder.iterdir())
    except OSError:
        # The process is another user's, or it ended, or it closed the file while we looked
        return False


def _stat(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat behind the name, which may hold blanks: state, parent, …"""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def _started(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def client_pid(client: tuple[Any, ...], server: tuple[Any, ...]) -> int | None:
    """Find the process that holds the client's end; of several that inherited it the youngest, which is the one at work."""
    inode = _inode(client, server)
    holders = list(_holders(inode)) if inode else []
    return max(holders, key=lambda pid: (_started(pid), pid), default=None)


def ancestors(pid: int) -> list[int]:
    """Give a process and its ancestors, itself first."""
    line: list[int] = []
    while pid > 1:
        line.append(pid)
        pid = _parent(pid)
    return line


def descendants(root: int) -> set[int]:
    """Give all children and children's children of a process."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir(PROC):
        if entry.name.isdigit():
            children.setdefault(_parent(int(entry.name)), []).append(int(entry.name))
    found: set[int] = set()
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting.extend(below)
    return found


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        # It was quicker than us
        return


def kill_client(client: tuple[Any, ...], server: tuple[Any, ...], *, root: int | None = None) -> list[int]:
    """Kill the client of a connection; with `root`, which must be one of its ancestors, everything below and including that too."""
    pid = client_pid(client, server)
    if pid is None:
        return []
    # The simulator may have been started by the same test
    own = set(ancestors(os.getpid()))
    victims = {pid}
    if root is not None and root in ancestors(pid):
        if root not in own:
            # Nobody may start another child while we look
            _send(root, signal.SIGSTOP)
        victims |= {root} | descendants(root)
    victims -= own
    for victim in sorted(victims):
        _send(victim, signal.SIGKILL)
    return sorted(victims)
