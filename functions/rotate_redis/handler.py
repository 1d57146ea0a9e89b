"""Rotation of the application's password for Redis: one user, for whom two passwords are valid.

ElastiCache lets a user have two. The new one joins the one in use, which stays valid until the next
rotation takes its place; connections that are open stay open.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3

from functions.rotate_redis.login import log_in
from functions.shared.rotation import Rotation, RotationError, Steps, Value, password, rotate

# ElastiCache takes some seconds to tell all nodes; Lambda's own limit is longer.
WAIT_SECONDS = 120
_PAUSE_SECONDS = 3.0


def handle(event: Mapping[str, Any], _: object) -> None:
    """Called by Secrets Manager once for each step."""
    rotate(event, boto3.client("secretsmanager"), STEPS)


def create(rotation: Rotation) -> Value:
    """The same user with a new password."""
    value = {**rotation.current(), "password": password()}
    place = f"{value['username']}:{value['password']}@{value['host']}:{value['port']}"
    return {**value, "url": urlsplit(value["url"])._replace(netloc=place).geturl()}


def accept(rotation: Rotation, value: Value) -> None:
    """Both passwords are valid, the one in use and the new one; every one before them is not any more."""
    client, user = boto3.client("elasticache"), value["userId"]
    _wait_until_active(client, user)
    client.modify_user(
        UserId=user,
        AuthenticationMode={
            "Type": "password",
            "Passwords": [rotation.current()["password"], value["password"]],
        },
    )
    _wait_until_active(client, user)


def _wait_until_active(client: Any, user: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        status = client.describe_users(UserId=user)["Users"][0]["Status"]
        if status == "active":
            return
        if time.monotonic() > deadline:
            raise RotationError(f"the user {user} is still {status} after {WAIT_SECONDS} s")
        time.sleep(_PAUSE_SECONDS)


def check(rotation: Rotation, value: Value) -> None:
    """The new credentials log in."""
    log_in(value)


STEPS = Steps(create, accept, check)
