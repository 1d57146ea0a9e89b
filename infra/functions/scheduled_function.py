"""Declarations of functions that run by the clock, and the list of those that there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pulumi

from infra.common import CommonArgsWithKeys
from infra.configuration import Configuration
from infra.data.database import Database
from infra.data.storage import Storage
from infra.foundations.keys import Keys
from infra.functions import scheduled
from infra.functions.arguments import plain_args
from infra.functions.found import modules
from infra.functions.function import FunctionArgs
from infra.monitoring.notifications import Notifications


@dataclass(frozen=True)
class Surroundings:
    """What a function finds when it is declared: the configuration, and the parts before it.

    Args:
        configuration: the environment.
        common: what every function of it is given.
        keys: its encryption keys.
        storage: its buckets.
        entries: the ARNs of all entries in Secrets Manager, by name.
        database: PostgreSQL.
        notifications: the topics of alarms.
    """

    configuration: Configuration
    common: CommonArgsWithKeys
    keys: Keys
    storage: Storage
    entries: Mapping[str, pulumi.Output[str]]
    database: Database
    notifications: Notifications


@dataclass(frozen=True)
class ScheduledFunction:
    """One function.

    Args:
        name: in the program and, within the environment, in AWS.
        description: what it does.
        schedule: when it is called, as `cron(…)` or `rate(…)` in UTC.
        complete: adds environment and permissions to what every function has.
    """

    name: str
    description: str
    schedule: str
    complete: Callable[[FunctionArgs, Surroundings], FunctionArgs]

    def args(self, given: Surroundings) -> FunctionArgs:
        """What it is made of."""
        plain = plain_args(given.common, self.name.replace("-", "_"), self.description, self.schedule)
        return self.complete(plain, given)


def scheduled_functions() -> list[ScheduledFunction]:
    """Every function that has a folder in `infra/functions/scheduled`, by name."""
    return sorted(
        (module.FUNCTION for module in modules(scheduled, "function")), key=lambda function: function.name
    )
