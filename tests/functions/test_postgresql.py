"""SEC-2: functions tell a password to the database alone that its authority vouches for."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from pg8000.exceptions import InterfaceError

from functions.shared import postgresql
from rehearsal.datastores.tls import Authority


def _greeted(context: ssl.SSLContext) -> tuple[bytes, str]:
    """What a client has told a server with this certificate, and why it left."""
    heard = b""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        nonlocal heard
        connection, _ = listening.accept()
        connection.recv(8)  # SSLRequest
        connection.sendall(b"S")
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as encrypted:
            heard = encrypted.recv(1024)

    thread = threading.Thread(target=serve)
    thread.start()
    place = {"host": "localhost", "port": listening.getsockname()[1], "dbname": "portal"}
    with (
        pytest.raises((InterfaceError, ssl.SSLError)) as refused,
        postgresql.connected({**place, "username": "app_a", "password": "first"}, "test"),
    ):
        pass
    thread.join()
    listening.close()
    return heard, str(refused.value)


@pytest.mark.contract("SEC-2")
def test_only_the_database_that_the_authority_vouches_for_is_told_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / "ours", tmp_path / "another"]
    for folder in folders:
        folder.mkdir()
    ours, another = map(Authority, folders)
    monkeypatch.setenv("DATABASE_CERTIFICATES", ours.pem)
    heard, _ = _greeted(ours.context("localhost"))
    assert b"app_a" in heard
    for impostor in (another.context("localhost"), ours.context("elsewhere.example")):
        heard, why = _greeted(impostor)
        assert heard == b""
        assert "certificate verify failed" in why
