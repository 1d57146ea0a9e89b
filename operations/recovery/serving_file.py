"""The keys of a stack file that say in which region everything runs, written where they stand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from yaml import YAMLError

from infra.configuration.file_names import NAMESPACE
from infra.configuration.generations import Generations
from infra.configuration.serving import LOST, RECOVERING, SERVICES_FIRST, SERVING
from infra.configuration.settings import RECOVERY_REGION
from infra.configuration.strict_yaml import parse
from operations.console import OperationError
from operations.recovery import generations_file
from operations.stack_file_text import rewrite

_KEYS = tuple(f"{NAMESPACE}{key.name}" for key in (SERVING, LOST, RECOVERING))
_AFTER = f"{NAMESPACE}{RECOVERY_REGION.name}"


def written(
    text: str, serving: str, lost: str, generations: Generations, *, services_first: bool = False
) -> str:
    """A stack file's text as it is after the loss of a region; comments and all else stay.

    Args:
        text: of the file.
        serving: the region that everything runs in.
        lost: the one that is gone; empty when none is.
        generations: of the database.
        services_first: what makes it redundant comes later.

    Raises:
        OperationError: it is written in a way that is not exchanged here; says what to write.
    """
    values = (serving, lost, SERVICES_FIRST if services_first else "")
    wanted = {key: value for key, value in zip(_KEYS, values, strict=True) if value}
    kept = [line for line in text.splitlines(keepends=True) if not _is_one(line)]
    changed = "".join(line + _lines(line, wanted) for line in kept)
    try:
        config = _config(changed)
        if config == {**_without(_config(text)), **wanted}:
            return generations_file.written(changed, generations)
    except (YAMLError, KeyError, TypeError):
        pass
    lines = "".join(f"\n  {name}: {value}" for name, value in wanted.items())
    raise OperationError(
        f"the keys that say where everything runs cannot be written. Write, in `config`:{lines}"
    )


def write(
    file: Path, serving: str, lost: str, generations: Generations, *, services_first: bool = False
) -> None:
    """The same in the file.

    Raises:
        OperationError: see `written`.
    """
    rewrite(file, lambda text: written(text, serving, lost, generations, services_first=services_first))


def _is_one(line: str) -> bool:
    return any(_begins(line, key) for key in _KEYS)


def _begins(line: str, key: str) -> re.Match[str] | None:
    """Whether a line has a key of `config`, in quotes or not; its first group is the indentation."""
    return re.match(rf"(\s+)(?P<quote>[\"']?){re.escape(key)}(?P=quote)\s*:", line)


def _lines(line: str, wanted: dict[str, str]) -> str:
    """What comes after a line: the keys, behind that of the recovery region."""
    found = _begins(line, _AFTER)
    if found is None:
        return ""
    ending = "\r\n" if line.endswith("\r\n") else "\n"
    return "".join(f"{found[1]}{name}: {value}{ending}" for name, value in wanted.items())


def _config(text: str) -> dict[str, Any]:
    content: Any = parse(text)
    return dict(content["config"])


def _without(config: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name not in _KEYS}
