"""The function that rotates the database's password, in a recovery: it alone reaches the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.configuration import Configuration
from infra.configuration.platform_secrets import DATABASE_SECRET
from infra.configuration.rotation import Rotator
from operations.console import OperationFailed
from operations.environments import Connection

# Longer than the function may take (infra/functions/function.py), and asked once.
_PATIENT = Config(read_timeout=330, retries={"total_max_attempts": 1})


class Preparation:
    """Looks into a database, and has services sent to it.

    Args:
        configuration: the environment.
        connection: to its account.
    """

    def __init__(self, configuration: Configuration, connection: Connection) -> None:
        self._function = configuration.naming.named(Rotator.DATABASE)
        self._secret = configuration.naming.secret(DATABASE_SECRET)
        self._secrets = connection.client("secretsmanager")
        self._lambda = connection.session.client(
            "lambda", endpoint_url=connection.endpoint_url, config=_PATIENT
        )

    def examine(self, address: Mapping[str, Any]) -> dict[str, Any]:
        """What a database has.

        Raises:
            OperationFailed: it cannot be looked into.
        """
        found: dict[str, Any] = self._call({"examine": dict(address)})
        return found

    def prepare(self, address: Mapping[str, Any]) -> None:
        """The database knows the passwords that services have, and their entry has its address."""
        arn = self._secrets.describe_secret(SecretId=self._secret)["ARN"]
        self._call({"secret": arn, "address": dict(address)})

    def is_prepared(self, address: Mapping[str, Any]) -> bool:
        """Whether services are sent there."""
        value = json.loads(self._secrets.get_secret_value(SecretId=self._secret)["SecretString"])
        return bool(address["host"]) and value.get("host") == address["host"]

    def _call(self, event: Mapping[str, Any]) -> Any:
        try:
            answer = self._lambda.invoke(FunctionName=self._function, Payload=json.dumps(event).encode())
            payload = json.loads(answer["Payload"].read() or b"null")
        except (BotoCoreError, ClientError) as error:
            raise OperationFailed(f"{self._function}: {error}") from None
        if answer.get("FunctionError"):
            said = (
                payload.get("errorMessage") or payload.get("errorType")
                if isinstance(payload, dict)
                else payload
            )
            raise OperationFailed(f"{self._function} has failed: {said}; its log says more.")
        return payload
