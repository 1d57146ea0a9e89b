"""The function that rotates the database's password, in a recovery: it alone reaches the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra.configuration import Configuration
from infra.configuration.platform_secrets import DATABASE_SECRET
from infra.configuration.rotation import DATABASE_ROTATOR
from operations.environments import Connection
from operations.invocation import Functions


class Preparation:
    """Looks into a database, and has services sent to it.

    Args:
        configuration: the environment.
        connection: to its account.
    """

    def __init__(self, configuration: Configuration, connection: Connection) -> None:
        self._function = configuration.naming.named(DATABASE_ROTATOR.name)
        self._secret = configuration.naming.secret(DATABASE_SECRET)
        self._secrets = connection.client("secretsmanager")
        self._functions = Functions(connection)

    def examine(self, address: Mapping[str, Any]) -> dict[str, Any]:
        """What a database has.

        Raises:
            OperationFailed: it cannot be looked into.
        """
        found: dict[str, Any] = self._functions.call(self._function, {"examine": dict(address)})
        return found

    def replication(self, address: Mapping[str, Any]) -> dict[str, Any]:
        """Positions in a database's log: how far it is `written`, and `replayed` by each replica.

        Raises:
            OperationFailed: it cannot be looked into.
        """
        found: dict[str, Any] = self._functions.call(self._function, {"replication": dict(address)})
        return found

    def disconnect(self, address: Mapping[str, Any]) -> list[str]:
        """Ends all sessions but the function's own; answers whose there were.

        Raises:
            OperationFailed: the database cannot be reached.
        """
        found: list[str] = self._functions.call(self._function, {"disconnect": dict(address)})["ended"]
        return found

    def groups(self) -> list[str]:
        """The security groups that the function reaches the database from.

        Raises:
            OperationFailed: there is no such function.
        """
        return self._functions.groups(self._function)

    def prepare(self, address: Mapping[str, Any]) -> None:
        """The database knows the passwords that services have, and their entry has its address."""
        arn = self._secrets.describe_secret(SecretId=self._secret)["ARN"]
        self._functions.call(self._function, {"secret": arn, "address": dict(address)})

    def is_prepared(self, address: Mapping[str, Any]) -> bool:
        """Whether services are sent there."""
        value = json.loads(self._secrets.get_secret_value(SecretId=self._secret)["SecretString"])
        return bool(address["host"]) and value.get("host") == address["host"]
