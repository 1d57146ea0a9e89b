"""The checkout that the commands work on: which environments it has, and what its files declare."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from commands.environments import no_such_environment
from commands.errors import ErrorCode
from infra.configuration import Configuration
from infra.configuration.environments import Environment
from infra.configuration.files import read_environment
from infra.configuration.validation import ConfigurationError
from operations.console import OperationError

ROOT = Path(__file__).resolve().parent.parent


class WrongFiles(OperationError):
    """The two files have mistakes; the message has all of them, and so have the details for scripts."""

    word = ErrorCode.CONFIGURATION

    def __init__(self, found: ConfigurationError) -> None:
        super().__init__(str(found))
        self._problems = found.problems

    def details(self) -> dict[str, Any]:
        return {"problems": [vars(problem) for problem in self._problems]}


def environment_named(name: str) -> Environment:
    """The environment of a name.

    Raises:
        OperationError: there is none.
    """
    if not name:
        raise OperationError(
            f"an environment is missing; there are: {', '.join(Environment)}. "
            "For example FROM=staging TO=prod."
        )
    if name not in list(Environment):
        raise OperationError(no_such_environment(name))
    return Environment.named(name)


def declared(environment: str, system_file: str | None = None) -> Configuration:
    """What the checkout's files declare; of the system that the stack file chooses, unless one is named.

    A day that is over stops no operation: some of them bring back what was lost, others renew what has ended.

    Raises:
        OperationError: there is no such environment.
        WrongFiles: its files have mistakes.
    """
    environment_named(environment)
    try:
        return read_environment(ROOT, environment, today=date.min, system_file=system_file)
    except ConfigurationError as error:
        raise WrongFiles(error) from None
