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
from typing import Any, Protocol

from pg8000.native import identifier, literal

OWNER = "app"
USERS = ("app_a", "app_b")

# What runbook 003 asks for slow queries. The server has counted since it started; the extension shows it.
STATISTICS = "pg_stat_statements"

# PostgreSQL's own number (scram_iterations).
_ITERATIONS = 4096


class Master(Protocol):
    """A connection as the master."""

    def run(self, sql: str, /, **params: Any) -> Any:
        """Carries out a statement."""


def other(user: str) -> str:
    """Whose turn it is after `user`; the first one's after any that is none of the two."""
    return USERS[1] if user == USERS[0] else USERS[0]


def ensure_roles(master: Master, database: str) -> None:
    """The owner and both users are there and may work in the database; the users cannot log in yet."""
    _ensure_role(master, OWNER)
    owner = identifier(OWNER)
    master.run(f"GRANT ALL ON DATABASE {identifier(database)} TO {owner}")
    master.run(f"GRANT ALL ON SCHEMA public TO {owner}")
    for user in USERS:
        ensure_user(master, user)


def ensure_user(master: Master, user: str) -> None:
    """A user is there that acts as the owner; one that is new cannot log in yet."""
    _ensure_role(master, user)
    master.run(f"GRANT {identifier(OWNER)} TO {identifier(user)}")
    master.run(f"ALTER ROLE {identifier(user)} SET role = {literal(OWNER)}")


def ensure_statistics(master: Master) -> None:
    """Whoever acts as the owner can see how often and how long the services' statements run."""
    master.run(f"CREATE EXTENSION IF NOT EXISTS {identifier(STATISTICS)}")


def _ensure_role(master: Master, role: str) -> None:
    if not master.run("SELECT FROM pg_roles WHERE rolname = :role", role=role):
        master.run(f"CREATE ROLE {identifier(role)} NOLOGIN")


def set_password(master: Master, user: str, password: str) -> None:
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
