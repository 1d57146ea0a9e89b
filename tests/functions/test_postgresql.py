"""SEC-2: functions tell a password to the database alone that its authority vouches for."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pg8000.exceptions import InterfaceError

from functions.shared import postgresql


class Authority:
    """A certificate authority of the test, and the certificates that it makes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        made = self._certificate(self._name, self._key.public_key()).add_extension(constraints, critical=True)
        self.pem = made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    def _certificate(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
        )

    def server(self, host: str) -> ssl.SSLContext:
        """What a server of this name has."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        made = self._certificate(subject, key.public_key()).add_extension(names, critical=False)
        file = self._folder / f"{host}.pem"
        file.write_bytes(
            made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)
            + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


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
    ours, another = Authority(tmp_path), Authority(tmp_path)
    monkeypatch.setenv("DATABASE_CERTIFICATES", ours.pem)
    heard, _ = _greeted(ours.server("localhost"))
    assert b"app_a" in heard
    for impostor in (another.server("localhost"), ours.server("elsewhere.example")):
        heard, why = _greeted(impostor)
        assert heard == b""
        assert "certificate verify failed" in why
