"""Arguments of the functions that are found in `infra/functions/scheduled`; the others' are beside them."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra.common import CommonArgsWithKeys
from infra.configuration import Configuration
from infra.data.database import Database
from infra.data.storage import Storage
from infra.foundations.keys import Keys
from infra.functions.function import FunctionArgs
from infra.functions.scheduled_function import Surroundings, scheduled_functions
from infra.monitoring.notifications import Notifications


def scheduled(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    keys: Keys,
    storage: Storage,
    entries: Mapping[str, pulumi.Output[str]],
    database: Database,
    notifications: Notifications,
) -> dict[str, FunctionArgs]:
    """For every function that has a folder in `infra/functions/scheduled`."""
    given = Surroundings(configuration, common, keys, storage, entries, database, notifications)
    return {function.name: function.args(given) for function in scheduled_functions()}
