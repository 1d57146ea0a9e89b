"""TLS in front of servers that have none: the wheels' PostgreSQL and Redis are built without it.

Clients see what they see of AWS: a certificate in the name that AWS gave the server, which a client verifies.
The authority that has signed it is made up for the session.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rehearsal.datastores.processes import LOOPBACK

# PostgreSQL, "Message Formats": what a client asks for before it says who it is.
_SSL_REQUEST, _GSS_REQUEST, _CANCEL_REQUEST = 80877103, 80877104, 80877102
_TIMEOUT_SECONDS = 30
_CHUNK = 65536
_VALID = timedelta(days=7)
# Python 3.13 and later insist on what RFC 5280 asks of an authority: this, and identifiers of keys.
_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


class Authority:
    """Signs certificates of servers.

    Args:
        folder: where `authority.pem` is written, for clients, and keys, for servers.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "embedded AWS")])
        certificate = (
            self._begin(self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_SIGNS_CERTIFICATES, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.file = folder / "authority.pem"
        self.file.write_text(self.pem)
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    def _begin(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + _VALID)
        )

    def context(self, host: str) -> ssl.SSLContext:
        """For a server that is called `host`."""
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self._made(host)
            return self._contexts[host]

    def _made(self, host: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        # A common name has 64 letters at most; clients look at the alternative name.
        certificate = (
            self._begin(x509.Name([]), key.public_key())
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        file = self._folder / f"{len(self._contexts)}.pem"
        file.touch(mode=0o600)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@dataclass
class Front:
    """A port of this machine with TLS, behind which a server's own is.

    Args:
        context: of the server's name as it is now.
        server: the server's own port; None while it does not answer.
        postgresql: speaks PostgreSQL's protocol, in which TLS is asked for first.
        plaintext: whether a client may go without.
    """

    context: Callable[[], ssl.SSLContext]
    server: Callable[[], int | None]
    postgresql: bool
    plaintext: Callable[[], bool]
    port: int = field(init=False)
    _listener: socket.socket = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Takes no more clients."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        port = self.server()
        # A client that goes away in the middle ends its connection, and nothing else.
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(client)
            if port is None:
                return
            client.settimeout(_TIMEOUT_SECONDS)
            begun = b""
            encrypted = True
            if self.postgresql:
                encrypted, begun = _asked_for_tls(client)
            if not encrypted and not self.plaintext() and not _cancels(begun):
                client.sendall(
                    _refusal("no pg_hba.conf entry for this host, user and database, no encryption")
                )
                return
            secured = self.context().wrap_socket(client, server_side=True) if encrypted else client
            stack.enter_context(secured)
            server = stack.enter_context(socket.create_connection((LOOPBACK, port)))
            server.sendall(begun)
            secured.settimeout(None)
            _carry(secured, server)


def _asked_for_tls(client: socket.socket) -> tuple[bool, bytes]:
    """Whether TLS is asked for, and what the client has said already where it is not."""
    while True:
        length = _received(client, 4)
        rest = _received(client, struct.unpack("!i", length)[0] - 4)
        (code,) = struct.unpack("!i", rest[:4])
        if code == _SSL_REQUEST:
            client.sendall(b"S")
            return True, b""
        if code != _GSS_REQUEST:
            return False, length + rest
        client.sendall(b"N")


def _cancels(begun: bytes) -> bool:
    return len(begun) >= 8 and struct.unpack("!i", begun[4:8])[0] == _CANCEL_REQUEST


def _received(client: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        part = client.recv(length - len(received))
        if not part:
            raise ConnectionResetError("the client has gone")
        received += part
    return received


def _refusal(message: str) -> bytes:
    """ErrorResponse of PostgreSQL's protocol, with the code of "invalid authorization specification"."""
    fields = b"SFATAL\0VFATAL\0C28000\0M" + message.encode() + b"\0\0"
    return b"E" + struct.pack("!i", len(fields) + 4) + fields


def _carry(one: socket.socket, other: socket.socket) -> None:
    """Carries what each side says to the other until one of them ends it."""
    peers = {one: other, other: one}
    while True:
        waiting = isinstance(one, ssl.SSLSocket) and one.pending() > 0
        ready = [one] if waiting else select.select(list(peers), [], [])[0]
        for each in ready:
            data = each.recv(_CHUNK)
            if not data:
                return
            peers[each].sendall(data)
