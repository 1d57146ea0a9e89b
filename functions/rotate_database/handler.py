"""Rotation of the application's password for PostgreSQL; it also prepares a database for services.

Only this function reads the master's entry: it makes the application's users and gives them passwords.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import boto3
from pg8000.native import Connection

from functions.rotate_database.examination import examine
from functions.rotate_database.replication import replication
from functions.rotate_database.sessions import disconnect
from functions.shared import postgresql
from functions.shared.rotation import (
    CURRENT,
    PREVIOUS,
    Rotation,
    RotationError,
    Steps,
    Value,
    password,
    read,
    rotate,
)
from functions.shared.users import (
    OWNER,
    USERS,
    ensure_roles,
    ensure_statistics,
    other,
    set_password,
)


def handle(event: Mapping[str, Any], _: object) -> dict[str, Any] | None:
    """Called by Secrets Manager for each step of a rotation, by a deployment to prepare a database, and by a
    recovery to see what one has, or to have nobody else in it."""
    client = boto3.client("secretsmanager")
    if "examine" in event:
        with _connected({**_master(client), **event["examine"]}) as master:
            return examine(master)
    if "replication" in event:
        with _connected({**_master(client), **event["replication"]}) as master:
            return replication(master)
    if "disconnect" in event:
        with _connected({**_master(client), **event["disconnect"]}) as master:
            return disconnect(master)
    if "Step" in event:
        rotate(event, client, STEPS)
    else:
        prepare(client, event["secret"], event["address"])
    return None


def prepare(client: Any, secret: str, address: Mapping[str, Any]) -> None:
    """Has a database (new, restored, or another one than before) know the passwords that services have.

    Args:
        client: boto3's client of Secrets Manager.
        secret: ARN of the services' entry.
        address: the `host`, `port` and `dbname` that the entry is to have.
    """
    value = {**read(client, secret), **address}
    stages = client.describe_secret(SecretId=secret)["VersionIdsToStages"].values()
    with _connected({**_master(client), **address}) as master:
        ensure_roles(master, value["dbname"])
        ensure_statistics(master)
        if any(PREVIOUS in labels for labels in stages):
            # Pods that have not been restarted since the last rotation.
            _know(master, read(client, secret, PREVIOUS))
        _know(master, value)
    value["url"] = postgresql.url(value)
    if value != read(client, secret):
        client.put_secret_value(SecretId=secret, SecretString=json.dumps(value), VersionStages=[CURRENT])


def _know(master: Any, value: Value) -> None:
    if value["username"] in USERS:
        set_password(master, value["username"], value["password"])


def create(rotation: Rotation) -> Value:
    """The other user's turn, with a new password."""
    current = rotation.current()
    value = {**current, "username": other(current["username"]), "password": password()}
    return {**value, "url": postgresql.url(value)}


def accept(rotation: Rotation, value: Value) -> None:
    """PostgreSQL lets the other user in with the new password; the one in use is not touched."""
    if value["username"] == rotation.current()["username"]:
        raise RotationError(f"{value['username']} is in use; a rotation changes the other user")
    with _connected({**_master(rotation.client), "host": value["host"], "port": value["port"]}) as master:
        ensure_roles(master, value["dbname"])
        set_password(master, value["username"], value["password"])


def check(rotation: Rotation, value: Value) -> None:
    """The new credentials log in, and act as the owner of everything."""
    with _connected(value) as connection:
        ((acting_as,),) = connection.run("SELECT current_user")
        if acting_as != OWNER:
            raise RotationError(f"{value['username']} acts as {acting_as}, not as {OWNER}")


def _connected(value: Value) -> AbstractContextManager[Connection]:
    return postgresql.connected(value, "rotate-database")


def _master(client: Any) -> Value:
    return read(client, os.environ["MASTER_SECRET"])


STEPS = Steps(create, accept, check)
