"""ElastiCache's users in front of a real Redis server: ModifyUser becomes ACL SETUSER."""

from __future__ import annotations

import socket
from typing import Any

import boto3
from botocore.validate import validate_parameters

from functions.rotate_redis.login import _command
from tests.support.recorded_calls import note
from tests.support.servers import Server

USER_ID, USER_NAME = "triangle-test-cache-app", "app"


class ElastiCache:
    """The two operations that the function calls, with parameters checked against AWS's own model."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._model = boto3.client("elasticache").meta.service_model
        self.modifications = 0
        self.asked = 0

    def modify_user(self, **parameters: Any) -> dict[str, Any]:
        """The user has these passwords, at most two, and no others."""
        self._check("ModifyUser", parameters)
        assert parameters["UserId"] == USER_ID
        passwords = parameters["AuthenticationMode"]["Passwords"]
        assert 1 <= len(passwords) <= 2, "ElastiCache takes one or two"
        self.modifications += 1
        self.asked = 0
        set_passwords(self._server, passwords)
        return {"UserId": USER_ID, "Status": "modifying"}

    def describe_users(self, **parameters: Any) -> dict[str, Any]:
        """A change takes a moment."""
        self._check("DescribeUsers", parameters)
        self.asked += 1
        busy = self.modifications > 0 and self.asked == 1
        return {"Users": [{"UserId": USER_ID, "Status": "modifying" if busy else "active"}]}

    def _check(self, operation: str, parameters: dict[str, Any]) -> None:
        note("elasticache", operation, parameters)
        validate_parameters(parameters, self._model.operation_model(operation).input_shape)


def set_passwords(server: Server, passwords: list[str]) -> None:
    """The application's user has exactly these passwords; connections stay open, as in ElastiCache."""
    rules = ["on", "~*", "&*", "+@all", "resetpass", *(f">{password}" for password in passwords)]
    assert command(server, "ACL", "SETUSER", USER_NAME, *rules) == "+OK"


def command(server: Server, *words: str) -> str:
    """The first line of the server's answer to a command of the default user."""
    with socket.create_connection((server.host, server.port), timeout=5) as connection:
        connection.sendall(_command(words))
        return connection.makefile().readline().strip()
