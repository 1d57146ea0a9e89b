"""Requests as a browser makes them: TLS checked against the host, no redirect followed."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

TIMEOUT_SECONDS = 10
_BODY_BYTES = 4096


@dataclass(frozen=True)
class Address:
    """Where hosts are asked, instead of where DNS says (as curl's --connect-to)."""

    host: str
    port: int


@dataclass(frozen=True)
class Answer:
    """What a host answered.

    Args:
        status: of HTTP; 0 when there was no answer.
        headers: by their names in small letters.
        problem: why there was no answer.
        protocol: of TLS; empty without.
        certificate_ends: of the host's certificate.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    protocol: str = ""
    certificate_ends: datetime | None = None


class _Secure(http.client.HTTPSConnection):
    """A connection to a host whose address somebody has named."""

    def __init__(self, host: str, context: ssl.SSLContext, address: Address | None) -> None:
        super().__init__(host, timeout=TIMEOUT_SECONDS, context=context)
        self._address, self._tls = address or Address(host, 443), context

    def connect(self) -> None:
        plain = socket.create_connection((self._address.host, self._address.port), TIMEOUT_SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def ask(host: str, path: str, address: Address | None = None) -> Answer:
    """GET over TLS. The authorities are the machine's (SSL_CERT_FILE names others)."""
    connection = _Secure(host, ssl.create_default_context(), address)
    try:
        connection.connect()
        secured = connection.sock
        assert isinstance(secured, ssl.SSLSocket)
        certificate = secured.getpeercert() or {}
        protocol = secured.version() or ""
        connection.request("GET", path, headers={"User-Agent": "groundwork-smoke", "Accept": "*/*"})
        answer = connection.getresponse()
        answer.read(_BODY_BYTES)
        return Answer(answer.status, _headers(answer), "", protocol, _end(certificate))
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, problem=_words(error))
    finally:
        connection.close()


def ask_in_the_clear(host: str, path: str) -> Answer:
    """GET without TLS."""
    connection = http.client.HTTPConnection(host, 80, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path, headers={"User-Agent": "groundwork-smoke"})
        answer = connection.getresponse()
        return Answer(answer.status, _headers(answer))
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, problem=_words(error))
    finally:
        connection.close()


def _headers(answer: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.getheaders()}


def _end(certificate: Mapping[str, object]) -> datetime | None:
    text = certificate.get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC) if isinstance(text, str) else None


def _words(error: Exception) -> str:
    return str(getattr(error, "verify_message", "")) or str(error) or type(error).__name__
