"""What every function is given, whatever it does."""

from __future__ import annotations

from infra.configuration import Configuration
from infra.foundations.keys import Keys
from infra.functions.function import FailureTopic, FunctionArgs
from infra.watching.alarm import Severity
from infra.watching.notifications import Notifications


def function_args(
    configuration: Configuration,
    keys: Keys,
    notifications: Notifications,
    folder: str,
    description: str,
    *,
    severity: Severity = Severity.SEV3,
) -> FunctionArgs:
    """For a function; what is particular to it is exchanged with `dataclasses.replace`.

    Args:
        configuration: the environment.
        keys: encrypt its log, and what its failure topic is told.
        notifications: who is told of an event that failed for good.
        folder: its code in `functions/`.
        description: what it does.
        severity: of such a failure.
    """
    return FunctionArgs(
        naming=configuration.naming,
        folder=folder,
        description=description,
        log_retention=configuration.settings.standard.log_retention,
        log_key=keys.logs,
        failure_topic=FailureTopic(notifications.topics[severity], keys.notifications),
    )
