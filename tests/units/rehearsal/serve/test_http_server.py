"""The HTTP server of the embedded AWS: connections last, and every request is answered for itself."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from typing import Any

import pytest

from rehearsal.serve.http_server import Server


@contextmanager
def _served(application: Any) -> Iterator[HTTPConnection]:
    server = Server(0, application)
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=5)) as client:
            yield client
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _asked(client: HTTPConnection, method: str, path: str, **more: Any) -> tuple[int, bytes]:
    client.request(method, path, **more)
    answer = client.getresponse()
    return answer.status, answer.read()


def _repeating(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Answers with what was asked; /unread does not look at what was sent."""
    sent = b"" if environ["PATH_INFO"] == "/unread" else environ["wsgi.input"].read()
    said = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} ".encode() + sent
    start("200 OK", [("Content-Length", str(len(said)))])
    return [said]


def test_requests_follow_each_other_on_one_connection() -> None:
    with _served(_repeating) as client:
        assert _asked(client, "POST", "/one", body=b"first") == (200, b"POST /one first")
        used = client.sock
        assert _asked(client, "POST", "/two", body=b"second") == (200, b"POST /two second")
        assert client.sock is used


def test_what_an_application_leaves_unread_is_no_request() -> None:
    with _served(_repeating) as client:
        assert _asked(client, "PUT", "/unread", body=b"GET /forged HTTP/1.1\r\n\r\n") == (
            200,
            b"PUT /unread ",
        )
        assert _asked(client, "GET", "/next") == (200, b"GET /next ")


def test_what_is_sent_in_chunks_is_read_to_its_end() -> None:
    with _served(_repeating) as client:
        parts = iter([b"one ", b"two"])
        assert _asked(client, "POST", "/in-chunks", body=parts, encode_chunked=True) == (
            200,
            b"POST /in-chunks one two",
        )
        assert _asked(client, "GET", "/next") == (200, b"GET /next ")


def test_head_has_the_length_and_not_the_body() -> None:
    with _served(_repeating) as client:
        client.request("HEAD", "/file")
        answer = client.getresponse()
        assert (answer.getheader("Content-Length"), answer.read()) == ("11", b"")
        assert _asked(client, "GET", "/next") == (200, b"GET /next ")


def test_an_answer_of_unknown_length_comes_piece_by_piece() -> None:
    go_on = threading.Event()

    def watching(_: dict[str, Any], start: Any) -> Iterator[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        yield b"first"
        assert go_on.wait(5)
        yield b" second"

    with _served(watching) as client:
        client.request("GET", "/")
        answer = client.getresponse()
        assert answer.read(5) == b"first"  # while the application waits
        go_on.set()
        assert answer.read() == b" second"
        assert _asked(client, "GET", "/") == (200, b"first second")


def test_a_client_of_http_1_0_is_told_the_end_by_the_connection() -> None:
    def unknown(_: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [])
        return [b"one ", b"two"]

    with _served(unknown) as client, socket.create_connection((client.host, client.port), timeout=5) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        said = b"".join(iter(lambda: plain.recv(1000), b""))
        assert said.partition(b"\r\n\r\n")[2] == b"one two"


@pytest.mark.parametrize("error", [ValueError("broken"), FileNotFoundError("no such file")], ids=type)
def test_a_mistake_of_the_application_ends_its_answer_alone(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/broken":
            raise error
        return _repeating(environ, start)

    with _served(failing) as client:
        assert _asked(client, "GET", "/broken") == (500, b"")
        assert str(error) in caplog.text
        assert _asked(client, "GET", "/next") == (200, b"GET /next ")


def test_a_length_that_is_none_is_refused() -> None:
    with _served(_repeating) as client:
        assert _asked(client, "GET", "/", headers={"Content-Length": "many"})[0] == 500


def test_nobody_is_answered_any_more_once_it_is_closed() -> None:
    """Not even who was connected before: what it serves is gone."""
    with socket.socket() as kept:
        kept.settimeout(5)
        with _served(_repeating) as client:
            kept.connect((client.host, client.port))
            kept.sendall(b"GET / HTTP/1.1\r\n\r\n")
            said = b""
            while not said.endswith(b"GET / "):  # head and body are two packets
                said += kept.recv(1000)
        with suppress(ConnectionError):  # also told by the connection: it is not there any more
            kept.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert kept.recv(1000) == b""
