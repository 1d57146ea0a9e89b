"""The section of a stack file that says which release was taken back, written where its images stand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from yaml import YAMLError

from infra.configuration.file_names import NAMESPACE
from infra.configuration.images import IMAGES
from infra.configuration.strict_yaml import flow, parse
from infra.configuration.taken_back_release import FROM, TAKEN_BACK, TO, TakenBack
from operations.console import OperationError
from operations.stack_file_text import rewrite

_KEY = f"{NAMESPACE}{TAKEN_BACK.name}"
_BEFORE = re.compile(rf"(?m)^(?P<indent>\s+)[\"']?{re.escape(NAMESPACE + IMAGES.name)}[\"']?\s*:")
_LINE = re.compile(rf"(?m)^\s+{re.escape(_KEY)}\s*:.*\n")


def written(text: str, wanted: TakenBack) -> str:
    """A stack file's text with the section, or without it; comments and all else stay.

    Args:
        text: of the file.
        wanted: what was taken back; nothing for no section.

    Raises:
        OperationError: it is written in a way that is not exchanged here; says what to write.
    """
    value = {FROM.name: wanted.left, TO.name: wanted.now} if wanted.left else None
    without = _LINE.sub("", text)
    changed = without
    place = _BEFORE.search(without)
    if value and place is not None:
        ending = "\r\n" if "\r\n" in text else "\n"
        indent = place["indent"].rpartition("\n")[2]
        line = f"{indent}{_KEY}: {flow(value)}{ending}"
        start = place.end("indent") - len(indent)
        changed = f"{without[:start]}{line}{without[start:]}"
    try:
        if _config(changed) == {**_without(_config(text)), **({_KEY: value} if value else {})}:
            return changed
    except (YAMLError, KeyError, TypeError):
        pass
    said = f"in `config`: {_KEY}: {flow(value)}" if value else f"nothing: take {_KEY} out"
    raise OperationError(f"the release that was taken back cannot be written. Write, {said}.")


def write(file: Path, wanted: TakenBack) -> None:
    """The same in the file.

    Raises:
        OperationError: see `written`.
    """
    rewrite(file, lambda text: written(text, wanted))


def _config(text: str) -> dict[str, Any]:
    content: Any = parse(text)
    return dict(content["config"])


def _without(config: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name != _KEY}
