"""The versions of images that a stack file has: read, and exchanged where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from yaml import YAMLError

from commands.files import write_atomically
from infra.configuration.file_names import stack_file_name
from infra.configuration.strict_yaml import described, parse
from operations.checkout import environment_named
from operations.console import OperationError

KEY = "groundwork:images"

Changes = dict[str, tuple[str, str]]


def stack_file(root: Path, environment: str) -> Path:
    """The stack file of an environment.

    Raises:
        OperationError: there is no such environment or file.
    """
    file = root / stack_file_name(environment_named(environment))
    if not file.is_file():
        raise OperationError(f"{file.name}: there is no such file in {root}.")
    return file


def _text(file: Path) -> str:
    """The file's text with the line endings that it has."""
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            return opened.read()
    except UnicodeDecodeError as error:
        raise _unreadable(file, error) from None


def versions(file: Path) -> dict[str, str]:
    """The version of each service's image.

    Raises:
        OperationError: the file cannot be read, or has none.
    """
    try:
        images = _versions_in(_text(file))
    except YAMLError as error:
        raise _unreadable(file, error) from None
    if not images:
        raise OperationError(f"{file.name}: {KEY}: found nothing; it has a version for each service.")
    return images


def _unreadable(file: Path, error: YAMLError | UnicodeDecodeError) -> OperationError:
    place, found, allowed = described(error)
    return OperationError(f"{file.name}: {place}: found {found}; allowed: {allowed}.")


def _versions_in(text: str) -> dict[str, str]:
    content = parse(text)
    config = content.get("config") if isinstance(content, Mapping) else None
    images = config.get(KEY) if isinstance(config, Mapping) else None
    return (
        {str(name): str(version) for name, version in images.items()} if isinstance(images, Mapping) else {}
    )


def versions_once(text: str) -> dict[str, str]:
    """Those of an earlier text; none where a commit had broken it."""
    try:
        return _versions_in(text)
    except YAMLError:
        return {}


def write(file: Path, wanted: Mapping[str, str]) -> Changes:
    """Exchanges the versions where they stand, so that comments, quotes and line endings stay.

    Raises:
        OperationError: the file has other services, or versions that cannot be exchanged one by one.
    """
    images = versions(file)
    unknown = sorted(wanted.keys() - images.keys())
    missing = sorted(images.keys() - wanted.keys())
    if unknown or missing:
        raise OperationError(
            f"{file.name}: {KEY}: found {', '.join(images)}; "
            f"the other versions are for {', '.join(wanted)}. Name the same services in both first."
        )
    changes = {name: (old, wanted[name]) for name, old in images.items() if old != wanted[name]}
    if changes:
        text = _exchanged(_text(file), changes)
        if _versions_in(text) != dict(wanted):
            raise OperationError(
                f"{file.name}: {KEY}: found versions that services share by aliases; "
                f"allowed: a version of its own for each, "
                f"for example `    {next(iter(changes))}: {next(iter(changes.values()))[1]}`."
            )
        write_atomically(file, text)
    return changes


def _exchanged(text: str, changes: Changes) -> str:
    """The text with other versions in the places where YAML has found the old ones."""
    places = {}
    for name, node in _version_nodes(text).items():
        if name in changes:
            places[node.start_mark.index, node.end_mark.index] = changes[name]
    for (start, end), (old, new) in sorted(places.items(), reverse=True):
        text = text[:start] + text[start:end].replace(old, new) + text[end:]
    return text


def _version_nodes(text: str) -> dict[str, yaml.Node]:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for key in ("config", KEY):
        node = _mapping(node)[key]
    return _mapping(node)


def _mapping(node: Any) -> dict[str, Any]:
    return {key.value: value for key, value in node.value}
