"""Both files together: their mistakes are reported at once, and what only shows between them too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime import config as pulumi_config

from infra.config import Settings, read_settings
from infra.environments import Environment
from infra.naming import Naming
from infra.strict_yaml import parse
from infra.system import DEFAULT_FILE, System, read_system
from infra.tiers import JOB_POOL_MAXIMUM, RESERVED_CONNECTIONS
from infra.validation import MISSING, Described, EncryptedText, Problems

NAMESPACE = "groundwork:"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Configuration:
    """What the program works from: both files, and the version of each service's image."""

    settings: Settings
    system: System
    images: Mapping[str, str]

    @property
    def domain(self) -> str:
        """Where people reach it: prod at the system's domain, the others at a part of it."""
        environment = self.settings.environment
        return (
            self.system.domain if environment is Environment.PROD else f"{environment}.{self.system.domain}"
        )

    @property
    def email(self) -> str:
        """Who is written to of alarms, and of a page that was not delivered."""
        return self.settings.alarms.email or self.system.owner

    @property
    def naming(self) -> Naming:
        """The names and ARNs of this environment."""
        settings = self.settings
        return Naming(
            system=self.system.name,
            environment=settings.environment.value,
            account=settings.account,
            region=settings.region,
            recovery_region=settings.recovery_region,
        )


def load_configuration(
    environment: str,
    raw: Mapping[str, Any],
    raw_system: object,
    system_file: str = DEFAULT_FILE,
    *,
    today: date,
) -> Configuration:
    """Checks a stack file and a system file together; needs no engine.

    Args:
        environment: the stack's name.
        raw: the stack file's keys without the project's prefix.
        raw_system: the parsed system file.
        system_file: its name, for the messages.
        today: for what ends on a day; the program has no clock of its own.

    Raises:
        ConfigurationError: with everything that is wrong in both.
    """
    problems = Problems()
    return _load(problems, environment, raw, raw_system, system_file, today)


def read_configuration(today: date) -> Configuration:
    """The configuration of the stack that the engine is working on.

    Args:
        today: for what ends on a day.

    Raises:
        ConfigurationError: with everything that is wrong.
    """
    problems, environment, raw = Problems(), pulumi.get_stack(), stack_values()
    name = raw.get("systemFile")
    file = _within_checkout(name) if isinstance(name, str) and name else DEFAULT_FILE
    return _load(problems, environment, raw, _parsed(problems, file), file, today)


def _within_checkout(name: str) -> str:
    """A file as a person would call it from the checkout's folder."""
    path = Path(name)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else name


def stack_values() -> dict[str, Any]:
    """Every `groundwork:` value of the stack, known or not, with the types that its file has."""
    values = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
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
    except (OSError, UnicodeDecodeError) as error:
        problems.add(file, "the file", Described(error), "a file of YAML in UTF-8")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        found = getattr(error, "problem", None) or "something that is not YAML"
        problems.add(
            file,
            place,
            Described(found.removeprefix("found ")),
            "YAML, indented with spaces, never with tabs",
        )
    return MISSING


def _load(
    problems: Problems,
    environment: str,
    raw: Mapping[str, Any],
    raw_system: object,
    system_file: str,
    today: date,
) -> Configuration:
    settings = read_settings(problems, environment, raw, today)
    system = read_system(problems, raw_system, today, system_file) if raw_system is not MISSING else None
    images: Mapping[str, str] = {}
    if settings and system:
        file = f"Pulumi.{environment}.yaml"
        images = _images(problems, file, settings, system_file, system)
        _check_debug(problems, file, settings, system)
        if not problems.found:
            _check_connections(problems, file, settings, system)
    problems.raise_if_any()
    assert settings is not None
    assert system is not None
    return Configuration(settings, system, images)


def _images(
    problems: Problems, file: str, settings: Settings, system_file: str, system: System
) -> Mapping[str, str]:
    """The versions of the system's images.

    They stand in the stack file, which promotion writes to. A system file that is tried in place of the
    default one brings its own: the stack file's are those of another system.
    """
    if system.images is None:
        of_another = system.services and not settings.images.keys() & system.services.keys()
        if of_another and system_file != DEFAULT_FILE:
            allowed = "versions for dev, staging and prod, each with every service"
            advice = f"Those in {file} are of another system."
            problems.add(system_file, "images", MISSING, allowed, advice)
            return {}
        _check_images(problems, file, "images", settings.images, system)
        return settings.images
    if system_file == DEFAULT_FILE:
        problems.add(
            system_file, "images", Described("versions of images"), f"versions in {file} alone", "Move them."
        )
    images = system.images[settings.environment]
    _check_images(problems, system_file, f"images.{settings.environment}", images, system)
    return images


def _check_images(problems: Problems, file: str, key: str, images: Mapping[str, str], system: System) -> None:
    if problems.concern(file, key) or not system.services:
        return
    for name in sorted(system.services.keys() - images.keys()):
        advice = "Add the digest that CI has built."
        problems.add(file, f"{key}.{name}", MISSING, "an image for each service", advice)
    for name in sorted(images.keys() - system.services.keys()):
        problems.add(file, f"{key}.{name}", name, f"the services {', '.join(system.services)}", "Remove it.")


def _check_debug(problems: Problems, file: str, settings: Settings, system: System) -> None:
    for variable in settings.debug.variables:
        if variable not in system.debug:
            allowed = f"the system file's `debug`: {', '.join(system.debug) or 'there are none'}"
            problems.add(file, "debug.variables", variable, allowed)


def _check_connections(problems: Problems, file: str, settings: Settings, system: System) -> None:
    """Contract DB-4: what all pods can open together has to fit into the database."""
    # One more pod of each service while it rolls out.
    connected = {name for name, service in system.services.items() if service.database}
    pods = len(connected) * (settings.replicas.maximum + 1)
    jobs = sum(job.service in connected for job in (*system.schedules.values(), system.migration) if job)
    needed = pods * system.pool.maximum + jobs * JOB_POOL_MAXIMUM + RESERVED_CONNECTIONS
    available = settings.database.tier.connections
    if needed > available:
        problems.add(
            file,
            "replicas.maximum",
            settings.replicas.maximum,
            f"at most {available} connections to a database of this tier, of which {RESERVED_CONNECTIONS} are"
            f" reserved; {pods} pods with a pool of {system.pool.maximum} and {jobs} jobs with one of"
            f" {JOB_POOL_MAXIMUM} would need {needed}",
            "Lower replicas.maximum or pool.maximum (system file), or take a higher database.tier.",
        )
