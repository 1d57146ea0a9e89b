"""The two databases of a test: the one that serves, and what was restored of it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from pg8000.exceptions import DatabaseError

from functions.restore_test.instances import Restored
from functions.shared import postgresql, users
from functions.shared.rotation import CURRENT, PREVIOUS, Value, read

# With an entry's values, and the seconds that a statement, or the connecting, may take.
Opened = Callable[[Mapping[str, Any], float], AbstractContextManager[Any]]

TOO_LONG = "57014"  # query_canceled, also by statement_timeout (PostgreSQL, "PostgreSQL Error Codes")
_SIGN_IN_REFUSED = ("28P01", "28000")

# As which the application's own command is let in.
USER = "restore_test"

# No statement is given more.
LONGEST_SECONDS = 120.0
# PostgreSQL ends a statement by itself; the connection waits that much longer.
_ANSWER_SECONDS = 10.0


class Refused(Exception):
    """A statement that PostgreSQL has refused; the message has its reason and none of our values.

    Args:
        code: of PostgreSQL.
        reason: in its words.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class Side:
    """A connection whose errors can be told from those of another one."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def run(self, statement: str, /, **values: Any) -> list[Any]:
        """Rows.

        Raises:
            Refused: PostgreSQL does not take the statement, or could not carry it out.
        """
        try:
            return list(self._connection.run(statement, **values) or [])
        except DatabaseError as error:
            raise refused(error) from None

    def limit(self, seconds: float) -> None:
        """How long a statement may take from now on."""
        self.run(f"SET statement_timeout = {max(1000, int(seconds * 1000))}")


def refused(error: DatabaseError) -> Refused:
    """What PostgreSQL has said."""
    said = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    return Refused(str(said.get("C", "")), str(said.get("M", "")))


@dataclass(frozen=True)
class Databases:
    """How both are connected to.

    Args:
        secrets: boto3's client of Secrets Manager.
        secret: ARN of the services' entry.
        opened: connects with an entry's values.
    """

    secrets: Any
    secret: str
    opened: Opened

    @contextmanager
    def live(self, seconds: float) -> Iterator[Side]:
        """The one that serves, as a service, for statements of so many seconds."""
        with self.opened(self._entry(), seconds + _ANSWER_SECONDS) as connection:
            yield Side(connection)

    @contextmanager
    def restored(self, restored: Restored) -> Iterator[Side]:
        """The restored one, as a service; it knows the password of the day that it is of.

        Raises:
            Refused: it lets services in neither with the present password nor with the one before.
        """
        for stage in (CURRENT, PREVIOUS):
            with self._signed_in(self._at(restored, self._entry(stage))) as side:
                if side is not None:
                    yield side
                    return
        raise Refused(_SIGN_IN_REFUSED[0], "it lets services in with none of their two passwords")

    @contextmanager
    def master(self, restored: Restored) -> Iterator[Side | None]:
        """The restored one, as its master; None while its new password is not known there."""
        value = self._at(restored, self._entry())
        user = str(restored.described["MasterUsername"])
        with self._signed_in({**value, "username": user, "password": self.password(restored)}) as side:
            yield side

    def password(self, restored: Restored) -> str:
        """The password that the restored one's master gets.

        It follows from what only services and this function know, and from RDS's own name of the instance:
        so it is kept nowhere, and each call finds the same one.
        """
        return self._derived(self._entry(), restored, "")

    def prepare_application(self, restored: Restored, master: Side) -> str:
        """Lets the application's own command in, as a user of its own; answers the address that it gets.

        The user acts as services do, and no other database knows it: with this address nobody gets into the
        one that serves. Nor is a login of services changed, with which another call may be looking just now.
        """
        entry = self._entry()
        password = self._derived(entry, restored, USER)
        users.ensure_user(master, USER)
        users.set_password(master, USER, password)
        return postgresql.url({**self._at(restored, entry), "username": USER, "password": password})

    @staticmethod
    def _derived(entry: Value, restored: Restored, user: str) -> str:
        of = f"{restored.described['DbiResourceId']}{user}"
        return hmac.new(entry["password"].encode(), of.encode(), hashlib.sha256).hexdigest()

    def _entry(self, stage: str = CURRENT) -> Value:
        return read(self.secrets, self.secret, stage)

    @staticmethod
    def _at(restored: Restored, value: Value) -> Value:
        endpoint = restored.described["Endpoint"]
        return {**value, "host": endpoint["Address"], "port": endpoint["Port"]}

    @contextmanager
    def _signed_in(self, value: Value) -> Iterator[Side | None]:
        try:
            opening = self.opened(value, LONGEST_SECONDS + _ANSWER_SECONDS)
            connection = opening.__enter__()
        except DatabaseError as error:
            if refused(error).code not in _SIGN_IN_REFUSED:
                raise
            yield None
            return
        try:
            yield Side(connection)
        finally:
            opening.__exit__(None, None, None)
