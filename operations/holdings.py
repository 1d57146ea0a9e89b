"""Secrets that an environment declares, and those that its account holds: names and dates, never values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.configuration import Configuration
from infra.configuration.platform_secrets import DATABASE_SECRET, MASTER_SECRET, REDIS_PURPOSES, redis_secret
from infra.configuration.rotation import rotated
from infra.configuration.secret_sources import SecretSource
from operations.console import OperationFailed
from operations.live_or_test import is_placeholder

CURRENT = "AWSCURRENT"


class State(StrEnum):
    """What an account has of a declared entry."""

    HELD = "held"
    NO_ENTRY = "no entry"
    NO_VALUE = "no value"
    PLACEHOLDER = "placeholder"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Declared:
    """An entry that an environment has to have.

    Args:
        name: within the environment.
        source: where its value comes from.
        days: after which it is rotated; None for never.
    """

    name: str
    source: SecretSource
    days: int | None


@dataclass(frozen=True)
class Holding:
    """What an account has of an entry; `fields` are the keys of a value that is a JSON object."""

    declared: Declared
    state: State
    fields: frozenset[str] = frozenset()
    changed: datetime | None = None
    rotated: datetime | None = None
    due: datetime | None = None


def as_json(held: Sequence[Holding]) -> list[dict[str, Any]]:
    """What an account holds, to be taken where its credentials are not: names, states and fields."""
    return [
        {"name": each.declared.name, "state": each.state.value, "fields": sorted(each.fields)}
        for each in held
    ]


def of_json(content: object, configuration: Configuration) -> list[Holding]:
    """The same of a file.

    Args:
        content: of `as_json`.
        configuration: the environment that it is of.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    declared = {each.name: each for each in entries(configuration)}
    if not isinstance(content, list):
        raise TypeError("it is no list")
    return [
        Holding(declared[each["name"]], State(each["state"]), frozenset(each["fields"])) for each in content
    ]


def entries(configuration: Configuration) -> list[Declared]:
    """Every entry that the environment declares, the platform's own ones first."""
    days = {each.entry: each.days for each in rotated(configuration)}
    names = [DATABASE_SECRET, MASTER_SECRET]
    if configuration.settings.redis.enabled:
        names += [redis_secret(purpose) for purpose in REDIS_PURPOSES]
    platform = [Declared(name, SecretSource.GENERATED, days.get(name)) for name in names]
    own = configuration.system.secrets.values()
    return platform + [Declared(each.name, each.source, days.get(each.name)) for each in own]


def holdings(configuration: Configuration, client: Any, *, values: bool) -> list[Holding]:
    """What the account has of each declared entry.

    Args:
        configuration: the environment.
        client: boto3's of Secrets Manager, in its account.
        values: whether to look at the values, for placeholders and fields; they are kept nowhere.

    Raises:
        OperationFailed: AWS cannot be asked.
    """
    return list(_holdings(configuration, client, values))


def _holdings(configuration: Configuration, client: Any, values: bool) -> Iterator[Holding]:
    for declared in entries(configuration):
        name = configuration.naming.secret(declared.name)
        try:
            found = client.describe_secret(SecretId=name)
        except client.exceptions.ResourceNotFoundException:
            yield Holding(declared, State.NO_ENTRY)
            continue
        except (BotoCoreError, ClientError) as error:
            raise OperationFailed(f"{name}: {error}") from None
        state, fields = State.HELD, frozenset[str]()
        if not any(CURRENT in stages for stages in found.get("VersionIdsToStages", {}).values()):
            state = State.NO_VALUE
        elif values:
            state, fields = _looked_at(client, name)
        last = found.get("LastRotatedDate") if declared.days else None
        changed = found.get("LastChangedDate") or found.get("CreatedDate")
        yield Holding(declared, state, fields, changed, last, _due(declared, last, found.get("CreatedDate")))


def _looked_at(client: Any, name: str) -> tuple[State, frozenset[str]]:
    try:
        text = client.get_secret_value(SecretId=name).get("SecretString", "")
    except client.exceptions.ResourceNotFoundException:
        return State.NO_VALUE, frozenset()
    except (BotoCoreError, ClientError):
        return State.UNREADABLE, frozenset()
    if is_placeholder(text):
        return State.PLACEHOLDER, frozenset()
    try:
        value = json.loads(text)
    except ValueError:
        return State.HELD, frozenset()
    return State.HELD, frozenset(value) if isinstance(value, dict) else frozenset()


def _due(declared: Declared, last: datetime | None, created: datetime | None) -> datetime | None:
    begin = last or created
    if declared.days is None or begin is None:
        return None
    return begin.astimezone(UTC) + timedelta(days=declared.days)
