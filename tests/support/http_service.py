"""A service on this machine that says over HTTP whether it is ready."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import urlopen


@contextmanager
def service(path: str, ready: Callable[[], object]) -> Iterator[Callable[[str], int]]:
    """Yields what asks it for a path, and answers the status.

    Args:
        path: at which it says whether it is ready.
        ready: raises when it is not.
    """

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            self.send_response(self._status())
            self.end_headers()

        def _status(self) -> HTTPStatus:
            if self.path != path:
                return HTTPStatus.NOT_FOUND
            try:
                ready()
            except Exception:  # noqa: BLE001  # whatever it is, it is not ready
                return HTTPStatus.SERVICE_UNAVAILABLE
            return HTTPStatus.OK

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()

    def ask(asked: str) -> int:
        try:
            with urlopen(f"http://127.0.0.1:{server.server_port}{asked}") as answer:
                return int(answer.status)
        except HTTPError as refused:
            with refused:
                return refused.code

    try:
        yield ask
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
