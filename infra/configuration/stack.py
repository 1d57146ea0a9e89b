"""The configuration of the stack that the engine is working on: its values, and the system file."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime import config as pulumi_config

from infra.configuration.both_files import Configuration, check_together
from infra.configuration.strict_yaml import described, parse
from infra.configuration.system import DEFAULT_FILE
from infra.configuration.validation import MISSING, Described, EncryptedText, Problems

NAMESPACE = "groundwork:"
# The program's own, and the engine's.
NAMESPACES = ("groundwork", "pulumi")
# The program makes its providers itself, and gives each all that it needs: these keys are of others, which
# nobody makes.
_PROVIDERS = ("aws", "kubernetes", "random")
ROOT = Path(__file__).resolve().parents[2]


def read_configuration(today: date) -> Configuration:
    """The configuration of the stack that the engine is working on.

    Args:
        today: for what ends on a day.

    Raises:
        ConfigurationError: with everything that is wrong.
    """
    problems, environment, raw = Problems(), pulumi.get_stack(), stack_values()
    _check_namespaces(problems, f"Pulumi.{environment}.yaml", _engine_values())
    name = raw.get("systemFile")
    file = _within_checkout(name) if isinstance(name, str) and name else DEFAULT_FILE
    return check_together(problems, environment, raw, _parsed(problems, file), file, today)


def _within_checkout(name: str) -> str:
    """A file as a person would call it from the checkout's folder."""
    path = Path(name)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else name


def stack_values() -> dict[str, Any]:
    """Every `groundwork:` value of the stack, known or not, with the types that its file has."""
    values = _engine_values()
    encrypted = set(pulumi_config.get_config_secret_keys_env())
    return {
        key.removeprefix(NAMESPACE): (
            _marked(_typed(value))
            if key in encrypted or pulumi_config.is_config_secret(key)
            else _typed(value)
        )
        for key, value in values.items()
        if key.startswith(NAMESPACE)
    }


def _engine_values() -> dict[str, Any]:
    return {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}


def _check_namespaces(problems: Problems, file: str, keys: Iterable[str]) -> None:
    """The engine takes any key; one of a namespace that nobody reads would be a setting without effect."""
    for key in keys:
        namespace = key.partition(":")[0]
        if namespace in _PROVIDERS:
            advice = f"Remove it. Account and region are {NAMESPACE}account and {NAMESPACE}region."
            found = Described("a setting of a provider that the program does not use")
            problems.add(file, key, found, ", ".join(NAMESPACES), advice)
        elif namespace not in NAMESPACES:
            near = difflib.get_close_matches(namespace, NAMESPACES, n=1)
            advice = f"Did you mean {near[0]}:{key.partition(':')[2]}?" if near else "Remove it."
            problems.add(file, key, Described("a namespace that nobody reads"), ", ".join(NAMESPACES), advice)


def _marked(value: Any) -> Any:
    # The engine says of a whole object that there is a secret in it, not of which of its values.
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    return EncryptedText(value) if isinstance(value, str) else value


def _typed(value: Any) -> Any:
    # The engine hands objects over as JSON, and leaves text as it is.
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def _parsed(problems: Problems, file: str) -> object:
    """The system file's content; MISSING, with the reason noted, when it cannot be read."""
    try:
        return parse((ROOT / file).read_text(encoding="utf-8"))
    except FileNotFoundError:
        advice = f"Bring it back (git checkout -- {file}) or name another one."
        problems.add(file, "the file", Described("no such file"), "a system file", advice)
    except OSError as error:
        found = "a folder" if isinstance(error, IsADirectoryError) else error.strerror
        problems.add(file, "the file", Described(found), "a file of YAML in UTF-8")
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place, found, allowed = described(error)
        problems.add(file, place, Described(found), allowed)
    return MISSING
