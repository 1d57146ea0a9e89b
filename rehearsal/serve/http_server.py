"""The HTTP server of the embedded AWS: a thread for each connection, for as long as its client wants it.

werkzeug's own server ends the connection behind every answer, and looks for what a client may still send:
more than half of what a short call costs. It does so because an application may leave a part of a request
unread, which would be taken for the next one; here a request is read whole before the application sees it.
"""

from __future__ import annotations

import io
import logging
import socket
import threading
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

_LOG = logging.getLogger(__name__)
_CLOSE = ("Connection", "close")
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Server(ThreadedWSGIServer):
    """A server on a loopback port; nobody is answered any more once it is closed.

    Args:
        port: of 127.0.0.1; 0 for any that is free.
        application: of WSGI; it is called by many threads at once.
    """

    def __init__(self, port: int, application: Any) -> None:
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__("127.0.0.1", port, application, _Handler)

    def get_request(self) -> tuple[Any, Any]:
        """The next client's connection, which is known from now on."""
        connection, address = super().get_request()
        with self._lock:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Ends a connection that is no longer wanted."""
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Gives the port back and ends all connections."""
        super().server_close()
        with self._lock:
            left = list(self._connections)
        for connection in left:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the client was quicker
                continue


class _Handler(WSGIRequestHandler):
    """One connection, request after request."""

    protocol_version = "HTTP/1.1"
    # Head and body of an answer are two packets: the second one does not wait until the first is confirmed.
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answers one request."""
        answer = _Answer(self)
        try:
            self.environ = self.make_environ()
            self.environ["wsgi.input"] = io.BytesIO(self._body())
            parts: Iterable[bytes] = self.server.app(self.environ, answer.start)
            try:
                answer.send(parts)
            finally:
                if hasattr(parts, "close"):
                    parts.close()
        except (ConnectionError, TimeoutError):  # the client is gone
            self.close_connection = True
        except Exception:  # noqa: BLE001  # an application's mistake ends one answer, not the server
            _LOG.exception("%s %s has failed", self.command, self.path)
            self.close_connection = True
            answer.fail()

    def _body(self) -> bytes:
        """What the client sends, whole."""
        source = self.environ["wsgi.input"]
        if self.environ.get("wsgi.input_terminated"):  # in chunks, of which the last one says so
            return bytes(source.read())
        return bytes(source.read(int(self.environ.get("CONTENT_LENGTH") or 0)))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: who calls knows what it has asked for."""


class _Answer:
    """What is sent back: at once where its length is known, else piece by piece as it comes."""

    def __init__(self, handler: _Handler) -> None:
        self._handler = handler
        self._status: HTTPStatus | int = HTTPStatus.OK
        self._reason = ""
        self._headers: list[tuple[str, str]] = []
        self._begun = self._in_chunks = False

    def start(self, status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        """WSGI's `start_response`."""
        code, _, self._reason = status.partition(" ")
        self._status, self._headers = int(code), headers
        return self._write

    def send(self, parts: Iterable[bytes]) -> None:
        """Sends all of it."""
        for part in parts:
            self._write(part)
        self._begin()
        if self._in_chunks:
            self._handler.wfile.write(b"0\r\n\r\n")

    def fail(self) -> None:
        """Says that the application has failed, unless it is too late for that."""
        if not self._begun:
            self._status, self._reason, self._headers = HTTPStatus.INTERNAL_SERVER_ERROR, "", []
            self._headers += [("Content-Length", "0"), _CLOSE]
            self._begin()

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun, handler = True, self._handler
        known = any(name.lower() == "content-length" for name, _ in self._headers)
        without = handler.command == "HEAD" or self._status in _WITHOUT_BODY
        handler.send_response(self._status, self._reason or None)
        for name, value in self._headers:
            handler.send_header(name, value)
        if not known and not without:
            self._in_chunks = handler.request_version >= "HTTP/1.1"
            # An older client takes the end of the connection for that of the answer.
            handler.send_header(*(("Transfer-Encoding", "chunked") if self._in_chunks else _CLOSE))
        handler.end_headers()

    def _write(self, part: bytes) -> None:
        self._begin()
        if part and self._handler.command != "HEAD":
            size = b"%x\r\n" % len(part) if self._in_chunks else b""
            self._handler.wfile.write(size + part + (b"\r\n" if self._in_chunks else b""))
