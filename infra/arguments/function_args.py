"""What every function is given, whatever it does."""

from __future__ import annotations

from infra.configuration import Configuration
from infra.foundations.keys import Keys
from infra.functions.function import FunctionArgs


def function_args(configuration: Configuration, keys: Keys, folder: str, description: str) -> FunctionArgs:
    """For a function; what is particular to it is exchanged with `dataclasses.replace`.

    Args:
        configuration: the environment.
        keys: encrypt its log.
        folder: its code in `functions/`.
        description: what it does.
    """
    return FunctionArgs(
        naming=configuration.naming,
        folder=folder,
        description=description,
        log_retention=configuration.settings.standard.log_retention,
        log_key=keys.logs,
    )
