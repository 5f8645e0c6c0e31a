# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1.1 with keep-alive on loopback, and the ways in which a connection can die. No request is understood here."""

from __future__ import annotations

import os
import select
import socket
import struct
import sys
import threading
from collections.abc import Callable
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import processes
from .control import PREFIX, Control
from .faults import Ending
from .front import Front, Reaction
from .messages import Answer, Request

NO_LINGER = struct.pack("ii", 1, 0)
"""Closing a socket with this sends RST instead of FIN."""
PUBLISHED = "/_"
"""Where services serve documents without a signature; no AWS operation has such a path."""
SILENCE_CHECK = 0.5
"""Seconds after which a silent connection looks whether the simulator is being stopped."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _take(self) -> None:
        request = self._request()
        if request.path.startswith(PREFIX):
            self._send(self.server.control.respond(request))
            return
        if request.path.startswith(PUBLISHED):
            self._send(self.server.front.published(request))
            return
        reaction = self.server.front.respond(request)
        _ENDINGS[reaction.ending](self, reaction)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _take

    def _request(self) -> Request:
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]},{value}" if key in headers else value
        path, _mark, query = self.path.partition("?")
        return Request(method=self.command, path=path, query=query, headers=headers, body=self._body(headers))

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(headers.get("content-length", 0)))
        chunks: list[bytes] = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            continue
        return b"".join(chunks)

    def _send(self, answer: Answer) -> None:
        """Send head and body in one piece: two would cost a delayed acknowledgement."""
        fields = {"Content-Length": str(len(answer.body)), **answer.headers}
        if self.close_connection:
            fields["Connection"] = "close"
        lines = [
            f"{self.protocol_version} {answer.status} {responses.get(answer.status, 'Unknown')}",
            *(f"{name}: {fields[name]}" for name in fields),
        ]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + answer.body)

    def _answer(self, reaction: Reaction) -> None:
        self._send(reaction.answer)

    def _reset(self, _reaction: Reaction) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        os.close(self.connection.detach())

    def _close(self, _reaction: Reaction) -> None:
        self.close_connection = True

    def _silence(self, _reaction: Reaction) -> None:
        """Say nothing until the client gives up or the simulator ends."""
        self.close_connection = True
        while not self.server.is_ending.is_set():
            if select.select([self.connection], [], [], SILENCE_CHECK)[0]:
                return

    def _kill(self, reaction: Reaction) -> None:
        details = reaction.fault.details if reaction.fault else {}
        processes.kill_client(self.client_address, self.connection.getsockname(), root=details.get("root_pid"))
        self._reset(reaction)

    def log_message(self, *_words: Any) -> None:
        """Say nothing: the journal says it."""


_ENDINGS: dict[Ending, Callable[[_Handler, Reaction], None]] = {
    Ending.ANSWER: _Handler._answer,
    Ending.RESET: _Handler._reset,
    Ending.CLOSE: _Handler._close,
    Ending.SILENCE: _Handler._silence,
    Ending.KILL: _Handler._kill,
}


class Server(ThreadingHTTPServer):
    """The one port of the simulator."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], front: Front) -> None:
        """Listen, so that the port is known before the first answer."""
        self.front = front
        self.is_ending = threading.Event()
        super().__init__(address, _Handler)
        host, port = self.server_address[0], self.server_address[1]
        front.world.endpoint = f"http://{host!s}:{port}"
        self.control = Control(front)

    def server_bind(self) -> None:
        """Bind without the look-up of a host name that http.server makes."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that went away; everything else is told."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def end(self) -> None:
        """Stop listening, and let silent connections go."""
        self.is_ending.set()
        self.shutdown()
        self.server_close()
