"""What is wrong with the two configuration files, as they are in the checkout or changed."""

from __future__ import annotations

import copy
from typing import Any

from infra.configuration import load_configuration
from infra.configuration.validation import ConfigurationError
from tests.support.recorder import TODAY, stack_file, system_file


def problems(
    environment: str = "prod", stack: dict[str, Any] | None = None, system: object = None
) -> list[str]:
    """What is wrong, a line each; nothing when both files are fine."""
    try:
        load_configuration(
            environment,
            stack_file(environment) if stack is None else stack,
            system_file() if system is None else system,
            today=TODAY,
        )
    except ConfigurationError as error:
        return [str(problem) for problem in error.problems]
    return []


def changed(content: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The content with another value at `path`; `...` removes the key."""
    content = copy.deepcopy(content)
    *parents, last = path.split(".")
    target = content
    for parent in parents:
        target = target[parent]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return content
