"""A login to Redis, to try a password: two commands of its protocol, which need no client library."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from typing import Any

_TIMEOUT_SECONDS = 10


class LoginRefused(Exception):
    """Redis has answered something else than that the user is welcome; without the password."""


def encryption() -> ssl.SSLContext | None:
    """TLS with a certificate that Amazon's public authority has signed."""
    return ssl.create_default_context()


def log_in(value: Mapping[str, Any]) -> None:
    """Logs in with an entry's credentials and asks for a sign of life.

    Raises:
        LoginRefused: Redis said no.
        OSError: it cannot be reached.
    """
    address = (value["host"], int(value["port"]))
    with socket.create_connection(address, timeout=_TIMEOUT_SECONDS) as plain:
        context = encryption()
        connection = context.wrap_socket(plain, server_hostname=value["host"]) if context else plain
        with connection, connection.makefile("rwb") as stream:
            for words, welcome in (
                (("AUTH", value["username"], value["password"]), b"+OK"),
                (("PING",), b"+PONG"),
            ):
                stream.write(_command(words))
                stream.flush()
                answer = stream.readline().strip()
                if answer != welcome:
                    raise LoginRefused(f"{words[0]}: {answer.decode(errors='replace')}")


def _command(words: tuple[str, ...]) -> bytes:
    """RESP's form of a command: how many words, and each with its length."""
    encoded = [word.encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)
