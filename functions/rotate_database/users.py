"""The application's users in PostgreSQL: two that take turns, and the role that owns what they make.

While one user is in use the other one gets a new password, so a rotation never touches what services are
connected with. Both act as the owner from the moment they log in: whichever made a table, it belongs to
the owner, and the other one can work with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pg8000.native import Connection, identifier, literal

OWNER = "app"
USERS = ("app_a", "app_b")

# What runbook 003 asks for slow queries. The server has counted since it started; the extension shows it.
STATISTICS = "pg_stat_statements"

# PostgreSQL's own number (scram_iterations).
_ITERATIONS = 4096
_TIMEOUT_SECONDS = 10


def encryption() -> ssl.SSLContext | None:
    """TLS as the services use it (`sslmode=verify-full`), with the authority that RDS signs with alone."""
    context = ssl.create_default_context(cadata=os.environ["DATABASE_CERTIFICATES"])
    # From Python 3.13 on this also refuses certificates that are trusted and not in the form of RFC 5280, as
    # no client of the services does. Which ones RDS makes is AWS's business.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


@contextmanager
def connected(value: Mapping[str, Any]) -> Iterator[Connection]:
    """A connection with an entry's credentials, closed afterwards."""
    connection = Connection(
        value["username"],
        host=value["host"],
        port=int(value["port"]),
        database=value["dbname"],
        password=value["password"],
        ssl_context=encryption(),
        timeout=_TIMEOUT_SECONDS,
        application_name="rotate-database",
    )
    try:
        yield connection
    finally:
        connection.close()


def other(user: str) -> str:
    """Whose turn it is after `user`; the first one's after any that is none of the two."""
    return USERS[1] if user == USERS[0] else USERS[0]


def ensure_roles(master: Connection, database: str) -> None:
    """The owner and both users are there and may work in the database; the users cannot log in yet."""
    _ensure_role(master, OWNER)
    owner = identifier(OWNER)
    master.run(f"GRANT ALL ON DATABASE {identifier(database)} TO {owner}")
    master.run(f"GRANT ALL ON SCHEMA public TO {owner}")
    for user in USERS:
        _ensure_role(master, user)
        master.run(f"GRANT {owner} TO {identifier(user)}")
        master.run(f"ALTER ROLE {identifier(user)} SET role = {literal(OWNER)}")


def ensure_statistics(master: Connection) -> None:
    """Whoever acts as the owner can see how often and how long the services' statements run."""
    master.run(f"CREATE EXTENSION IF NOT EXISTS {identifier(STATISTICS)}")


def _ensure_role(master: Connection, role: str) -> None:
    if not master.run("SELECT FROM pg_roles WHERE rolname = :role", role=role):
        master.run(f"CREATE ROLE {identifier(role)} NOLOGIN")


def set_password(master: Connection, user: str, password: str) -> None:
    """The user may log in with this password alone; connections that it has stay open."""
    master.run(f"ALTER ROLE {identifier(user)} LOGIN PASSWORD {literal(verifier(password))}")


def verifier(password: str, salt: bytes | None = None) -> str:
    """What PostgreSQL keeps of a password (RFC 5803), made here as `psql`'s \\password does.

    PostgreSQL logs statements that are slow, and so would log a password that stands in one.
    """
    salt = os.urandom(16) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored, server = hashlib.sha256(client).digest(), hmac.digest(salted, b"Server Key", "sha256")
    texts = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return "SCRAM-SHA-256${}:{}${}:{}".format(_ITERATIONS, *texts)
