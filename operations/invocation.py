"""Calling a function of Lambda and waiting for its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from operations.console import OperationFailed
from operations.environments import Connection

# Longer than a function may take (infra/functions/function.py), and asked once.
_PATIENT = Config(read_timeout=330, retries={"total_max_attempts": 1})


class Functions:
    """The functions of an environment.

    Args:
        connection: to its account.
    """

    def __init__(self, connection: Connection) -> None:
        self._lambda = connection.session.client(
            "lambda", endpoint_url=connection.endpoint_url, config=_PATIENT
        )

    def call(self, name: str, event: Mapping[str, Any]) -> Any:
        """What a function answers.

        Raises:
            OperationFailed: it cannot be called, or has failed.
        """
        try:
            answer = self._lambda.invoke(FunctionName=name, Payload=json.dumps(event).encode())
            payload = json.loads(answer["Payload"].read() or b"null")
        except (BotoCoreError, ClientError) as error:
            raise OperationFailed(f"{name}: {error}") from None
        if answer.get("FunctionError"):
            said = (
                payload.get("errorMessage") or payload.get("errorType")
                if isinstance(payload, dict)
                else payload
            )
            raise OperationFailed(f"{name} has failed: {said}; its log says more.")
        return payload

    def groups(self, name: str) -> list[str]:
        """The security groups of a function.

        Raises:
            OperationFailed: it is not there.
        """
        try:
            found = self._lambda.get_function_configuration(FunctionName=name)
        except (BotoCoreError, ClientError) as error:
            raise OperationFailed(f"{name}: {error}") from None
        groups: list[str] = found.get("VpcConfig", {}).get("SecurityGroupIds", [])
        return groups
