"""Which version of each image an environment runs: promotion and rollback (contract ENV-4, K8S-5).

Both only change digests in a stack file. What is deployed is what is committed, so a preview shows it
beforehand and the history afterwards.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml import YAMLError

from infra.configuration.environments import Environment
from infra.configuration.files import (
    UnreadableFile,
    content_of,
    stack_config,
    stack_file_name,
    stack_values,
    system_file_of,
)
from infra.configuration.images import DIGEST
from infra.configuration.strict_yaml import described, parse
from infra.configuration.system import DEFAULT_FILE
from operations.checkout import environment_named
from operations.console import OperationError
from rehearsal.workspace import write_atomically

_KEY = "groundwork:images"

Changes = dict[str, tuple[str, str]]


def parse_digests(texts: Sequence[str]) -> dict[str, str]:
    """`api=sha256:…` as a mapping.

    Raises:
        OperationError: one is not of this form.
    """
    found = {}
    for text in texts:
        name, _, version = text.partition("=")
        if not name or not re.fullmatch(DIGEST, version):
            raise OperationError(
                f"--digest {text}: found something else than SERVICE=sha256: and 64 hexadecimal digits."
            )
        found[name] = version
    return found


def promote(root: Path, source: str, target: str, digests: Mapping[str, str]) -> Changes:
    """Writes the source's digests into the target's stack file.

    Args:
        root: the checkout.
        source: where the versions were tried.
        target: the next environment.
        digests: for services that the source runs by tag.

    Returns:
        What changed: the version before and the one now, by service.

    Raises:
        OperationError: the target does not follow the source, or a version is a tag, which can move.
    """
    _check_step(source, target)
    _check_versions_count(root, target)
    tried = {**_images(_stack_file(root, source)), **digests}
    tags = sorted(name for name, version in tried.items() if not re.fullmatch(DIGEST, version))
    if tags:
        named = " ".join(f"{name}=sha256:…" for name in tags)
        raise OperationError(
            f"Pulumi.{source}.yaml: {_KEY}: found tags for {', '.join(tags)}; {target} takes digests alone.\n"
            f'Say which ones were tried: DIGESTS="{named}" with make, --digest for each without.'
        )
    return _write(_stack_file(root, target), tried)


def roll_back(root: Path, environment: str) -> Changes:
    """Writes the versions that the environment had before into its stack file, from the history.

    Raises:
        OperationError: there is no such environment, or no earlier versions.
    """
    file = _stack_file(root, environment)
    _check_versions_count(root, environment)
    now = _images(file)
    for text in _history(root, file):
        before = _images_once(text)
        if before and before != now:
            return _write(file, before)
    raise OperationError(f"{file.name}: the history has no other versions than these; nothing was written.")


def _check_step(source: str, target: str) -> None:
    steps = Environment.steps()
    if (environment_named(source), environment_named(target)) not in steps:
        allowed = ", ".join(f"{one} to {following}" for one, following in steps)
        raise OperationError(
            f"found {source} to {target}; allowed: {allowed}. "
            "What an environment runs was tried in the one before it."
        )


def _check_versions_count(root: Path, environment: str) -> None:
    """Refuses to write versions that would have no effect: a system file's own ones are what runs."""
    try:
        system = system_file_of(stack_values(stack_config(root, environment)), root)
        content = content_of(root, system) if system != DEFAULT_FILE else None
    except UnreadableFile as error:
        raise OperationError(str(error)) from None
    if isinstance(content, Mapping) and "images" in content:
        raise OperationError(
            f"{stack_file_name(environment)} chooses {system}, whose own `images` are what runs; "
            "versions in the stack file would have no effect, and nothing was written. "
            f"Move those of {system} into the stack files first."
        )


def _stack_file(root: Path, environment: str) -> Path:
    file = root / f"Pulumi.{environment_named(environment)}.yaml"
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


def _images(file: Path) -> dict[str, str]:
    try:
        images = _images_in(_text(file))
    except YAMLError as error:
        raise _unreadable(file, error) from None
    if not images:
        raise OperationError(f"{file.name}: {_KEY}: found nothing; it has a version for each service.")
    return images


def _unreadable(file: Path, error: YAMLError | UnicodeDecodeError) -> OperationError:
    place, found, allowed = described(error)
    return OperationError(f"{file.name}: {place}: found {found}; allowed: {allowed}.")


def _images_in(text: str) -> dict[str, str]:
    content = parse(text)
    config = content.get("config") if isinstance(content, Mapping) else None
    images = config.get(_KEY) if isinstance(config, Mapping) else None
    return (
        {str(name): str(version) for name, version in images.items()} if isinstance(images, Mapping) else {}
    )


def _images_once(text: str) -> dict[str, str]:
    """Those of an earlier text; none where a commit had broken it."""
    try:
        return _images_in(text)
    except YAMLError:
        return {}


def _history(root: Path, file: Path) -> Iterator[str]:
    """The file's earlier contents, the latest first; of a link those of what it points to."""
    name = os.path.relpath(file.resolve(), root.resolve())
    for commit in _git(root, "log", "--format=%H", "--max-count=200", "--", name).split():
        with contextlib.suppress(OperationError):  # a commit that removed it
            yield _git(root, "show", f"{commit}:./{name}")


def _git(root: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=root,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        raise OperationError("git is not installed, and the versions before are in its history.") from None
    if done.returncode != 0:
        raise OperationError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def _write(file: Path, wanted: Mapping[str, str]) -> Changes:
    """Exchanges the versions where they stand, so that comments, quotes and line endings stay."""
    images = _images(file)
    unknown = sorted(wanted.keys() - images.keys())
    missing = sorted(images.keys() - wanted.keys())
    if unknown or missing:
        raise OperationError(
            f"{file.name}: {_KEY}: found {', '.join(images)}; "
            f"the other versions are for {', '.join(wanted)}. Name the same services in both first."
        )
    changes = {name: (old, wanted[name]) for name, old in images.items() if old != wanted[name]}
    if changes:
        text = _exchanged(_text(file), changes)
        if _images_in(text) != dict(wanted):
            raise OperationError(
                f"{file.name}: {_KEY}: found versions that services share by aliases; "
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
    for key in ("config", _KEY):
        node = _mapping(node)[key]
    return _mapping(node)


def _mapping(node: Any) -> dict[str, Any]:
    return {key.value: value for key, value in node.value}
