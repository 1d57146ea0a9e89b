"""The configuration of the stack that the engine is working on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import config as pulumi_config

from infra.configuration.both_files import Configuration
from infra.configuration.file_names import NAMESPACE
from infra.configuration.files import check_values, marked, typed
from infra.configuration.validation import Problems

ROOT = Path(__file__).resolve().parents[2]


def read_configuration(today: date) -> Configuration:
    """The configuration of the stack that the engine is working on.

    Args:
        today: for what ends on a day.

    Raises:
        ConfigurationError: with everything that is wrong.
    """
    environment, raw = pulumi.get_stack(), stack_values()
    return check_values(Problems(), ROOT, environment, raw, keys=_engine_values(), today=today)


def stack_values() -> dict[str, Any]:
    """Every `groundwork:` value of the stack, known or not, with the types that its file has."""
    encrypted = set(pulumi_config.get_config_secret_keys_env())
    return {
        key.removeprefix(NAMESPACE): (
            marked(typed(value)) if key in encrypted or pulumi_config.is_config_secret(key) else typed(value)
        )
        for key, value in _engine_values().items()
        if key.startswith(NAMESPACE)
    }


def _engine_values() -> dict[str, Any]:
    return {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
