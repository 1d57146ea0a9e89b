"""The checkout that the commands work on: which environments it has, and what its files say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from yaml import YAMLError

from infra.configuration.environments import Environment
from infra.configuration.strict_yaml import described, parse
from infra.configuration.system import DEFAULT_FILE, System, load_system
from infra.configuration.validation import ConfigurationError
from operations.console import OperationError

ROOT = Path(__file__).resolve().parent.parent


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
        raise OperationError(f"there is no environment {name!r}; there are: {', '.join(Environment)}.")
    return Environment(name)


def today() -> date:
    """The day in UTC, for what ends on a day."""
    return datetime.now(UTC).date()


def parsed(file: str) -> Mapping[str, Any]:
    """The content of a file of YAML, by its path from the checkout's folder.

    Raises:
        OperationError: it cannot be read, or is not YAML.
    """
    try:
        content = parse((ROOT / file).read_text(encoding="utf-8"))
    except OSError as error:
        raise OperationError(f"{file}: {error.strerror}.") from None
    except (YAMLError, UnicodeDecodeError) as error:
        place, found, allowed = described(error)
        raise OperationError(f"{file}: {place}: found {found}; allowed: {allowed}.") from None
    return content if isinstance(content, Mapping) else {}


def declared_system(file: str | None) -> System:
    """What a system file declares; the default one's without a name.

    Raises:
        OperationError: it cannot be read, or has mistakes.
    """
    name = file or DEFAULT_FILE
    try:
        return load_system(parsed(name), today(), name)
    except ConfigurationError as error:
        raise OperationError(str(error)) from None
