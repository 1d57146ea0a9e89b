"""The two files of an environment: their only reader, for the program, the rehearsal and the operations.

The program gets the stack file's values from the engine, which decrypts them; everybody else takes them from
the file itself, with stand-ins for what is encrypted. From there on all of them go the same way, so that what
one accepts the others accept, and with the same system.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from infra.configuration.environments import Environment
from infra.configuration.file_names import DEFAULT_FILE, NAMESPACE, SYSTEM_FILE_KEY, stack_file_name
from infra.configuration.stand_ins import with_stand_ins
from infra.configuration.strict_yaml import described, parse
from infra.configuration.validation import (
    MISSING,
    WHOLE_FILE,
    Described,
    EncryptedText,
    Problem,
    Problems,
    nearest,
    shown,
)

if TYPE_CHECKING:
    from infra.configuration.both_files import Configuration

# The program's own, and the engine's.
NAMESPACES = ("groundwork", "pulumi")
# The program makes its providers itself, and gives each all that it needs: these keys are of others, which
# nobody makes.
_PROVIDERS = ("aws", "kubernetes", "random")


class UnreadableFile(Exception):
    """A file cannot be read; `problem` says where, what was found, what is allowed and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_environment(
    root: Path, environment: str, *, today: date, system_file: str | None = None
) -> Configuration:
    """What the files of a checkout declare for an environment; needs no engine.

    Args:
        root: the checkout.
        environment: the stack's name.
        today: for what ends on a day; `date.min` where that is not the subject.
        system_file: another one than the stack file chooses, by its path or its name in the checkout.

    Raises:
        ConfigurationError: with everything that is wrong.
    """
    problems, config = Problems(), {}
    if environment in list(Environment):
        try:
            config = stack_config(root, environment)
        except UnreadableFile as error:
            problems.found.append(error.problem)
            # What can be said of the system file without a stack file is said as well.
            file = system_file or DEFAULT_FILE
            content = _system_content(problems, root, file)
            if content is not MISSING:
                from infra.configuration.system import read_system

                read_system(problems, content, today, file)
            problems.raise_if_any()
    raw = stack_values(config)
    if system_file:
        raw[SYSTEM_FILE_KEY] = system_file
    return check_values(problems, root, environment, raw, keys=config, today=today)


def check_values(
    problems: Problems,
    root: Path,
    environment: str,
    raw: Mapping[str, Any],
    *,
    keys: Iterable[str],
    today: date,
) -> Configuration:
    """The configuration from a stack's values, wherever they come from, and the system file that they choose.

    Args:
        problems: what was found before.
        root: the checkout.
        environment: the stack's name.
        raw: the values of the `groundwork:` keys, without that prefix.
        keys: all keys of the stack, with their namespaces.
        today: for what ends on a day.

    Raises:
        ConfigurationError: with everything that is wrong.
    """
    # All that may stand in the files is not needed to read them: a preview starts without.
    from infra.configuration.both_files import check_together

    _check_namespaces(problems, stack_file_name(environment), keys)
    file = system_file_of(raw, root)
    return check_together(problems, environment, raw, _system_content(problems, root, file), file, today)


def system_file_of(raw: Mapping[str, Any], root: Path) -> str:
    """The system file that a stack's values choose, as a person would call it from the checkout's folder."""
    name = raw.get(SYSTEM_FILE_KEY)
    if not isinstance(name, str) or not name:
        return DEFAULT_FILE
    path = Path(name)
    return str(path.relative_to(root)) if path.is_relative_to(root) else name


def stack_config(root: Path, environment: str) -> dict[str, Any]:
    """The `config:` section of an environment's stack file, with full keys, as it stands there.

    Raises:
        UnreadableFile: there is no such file, or it is no stack file.
    """
    file = stack_file_name(environment)
    content = content_of(root, file)
    config = content.get("config") if isinstance(content, Mapping) else None
    if not isinstance(config, Mapping):
        there = isinstance(content, Mapping) and "config" in content
        key, value = ("config", content["config"]) if there else (WHOLE_FILE, content)
        found = shown(Described("an empty file") if content is None else value)
        allowed = f"a `config:` section with `{NAMESPACE}…` keys"
        raise UnreadableFile(Problem(file, key, found, allowed, "docs/configuration.md has every key."))
    for key in config:
        if ":" not in str(key):
            # The engine takes it for one of the project's; whoever reads the file beside it would not see it.
            found, allowed = "a key without a namespace", f"`{NAMESPACE}{key}`"
            advice = f"Or another of the program's keys, with `{NAMESPACE}` in front."
            raise UnreadableFile(Problem(file, str(key), found, allowed, advice))
    return {str(key): value for key, value in config.items()}


def stack_values(config: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the `groundwork:` keys without that prefix, as the engine would hand them over."""
    return {
        key.removeprefix(NAMESPACE): marked(typed(value))
        if isinstance(value, EncryptedText)
        else _text(value)
        for key, value in with_stand_ins(config).items()
        if key.startswith(NAMESPACE)
    }


def _text(value: Any) -> Any:
    """The engine hands on everything but lists and mappings as text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | date) else value


def typed(value: Any) -> Any:
    """A value of the engine, which hands lists and mappings over as JSON, and leaves text as it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def marked(value: Any) -> Any:
    """A value with all its texts as secrets: the engine does not say which of them is one."""
    if isinstance(value, dict):
        return {key: marked(item) for key, item in value.items()}
    return EncryptedText(value) if isinstance(value, str) else value


def content_of(root: Path, file: str) -> Any:
    """The content of a file of YAML.

    Raises:
        UnreadableFile: it is not there, or is not YAML.
    """
    path = root / file
    allowed = "a file of YAML in UTF-8"
    try:
        if (
            path.exists() and not path.is_file()
        ):  # a device or a pipe would never end, or be empty the second time
            found = "a folder" if path.is_dir() else "something else than a file"
            raise UnreadableFile(Problem(file, "the file", found, allowed))
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        advice = f"Bring it back (git checkout -- {file}) or take another one."
        problem = Problem(file, "the file", "no such file", "a file of YAML", advice)
    except OSError as error:
        problem = Problem(file, "the file", str(error.strerror), allowed)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problem = Problem(file, *described(error))
    except ValueError as error:  # a name with NUL in it
        problem = Problem(file, "the file", str(error), allowed)
    raise UnreadableFile(problem)


def _system_content(problems: Problems, root: Path, file: str) -> object:
    """The system file's content; MISSING, with the reason noted, when it cannot be read."""
    try:
        return content_of(root, file)
    except UnreadableFile as error:
        problems.found.append(error.problem)
        return MISSING


def _check_namespaces(problems: Problems, file: str, keys: Iterable[str]) -> None:
    """The engine takes any key; one of a namespace that nobody reads would be a setting without effect."""
    for key in keys:
        namespace = key.partition(":")[0]
        if namespace in _PROVIDERS:
            advice = f"Remove it. Account and region are {NAMESPACE}account and {NAMESPACE}region."
            found = Described("a setting of a provider that the program does not use")
            problems.add(file, key, found, ", ".join(NAMESPACES), advice)
        elif namespace not in NAMESPACES:
            near = nearest(namespace, NAMESPACES)
            advice = f"Did you mean {near}:{key.partition(':')[2]}?" if near else "Remove it."
            problems.add(file, key, Described("a namespace that nobody reads"), ", ".join(NAMESPACES), advice)
