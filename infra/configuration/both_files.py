"""Both files together: their mistakes are reported at once, and what only shows between them too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from infra.configuration.dns_settings import check_dns, full_name, platform_hosts
from infra.configuration.environments import Environment
from infra.configuration.file_names import DEFAULT_FILE, stack_file_name
from infra.configuration.parent_zone import check_parent_zone
from infra.configuration.platform_names import HOSTS
from infra.configuration.settings import Settings, read_settings
from infra.configuration.system import System, read_system
from infra.configuration.tiers import JOB_POOL_MAXIMUM, RESERVED_CONNECTIONS
from infra.configuration.validation import MISSING, Described, Problems, did_you_mean
from infra.naming import Naming


@dataclass(frozen=True)
class Configuration:
    """What the program works from: both files, and the version of each service's image."""

    settings: Settings
    system: System
    images: Mapping[str, str]

    @property
    def domain(self) -> str:
        """Where people reach it: at the system's domain, or at the environment's part of it."""
        environment = self.settings.environment
        return _domain(self.system, environment)

    @property
    def taken_back(self) -> str:
        """The version whose snapshot stands, where the one before was brought back; else empty."""
        migration = self.system.migration
        version = self.images[migration.service] if migration else ""
        return self.settings.taken_back.instead_of(version)

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
            place=settings.serving.place,
            backup_account=settings.backup_account,
        )

    @property
    def in_recovery_region(self) -> Configuration:
        """The same environment, seen from its other region: what stands there is named and asked so."""
        settings = self.settings
        serving = replace(settings.serving, place=settings.serving.place.other)
        return replace(self, settings=replace(settings.exchanged_regions, serving=serving))


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
    return check_together(Problems(), environment, raw, raw_system, system_file, today)


def check_together(
    problems: Problems,
    environment: str,
    raw: Mapping[str, Any],
    raw_system: object,
    system_file: str,
    today: date,
) -> Configuration:
    """Like load_configuration, for a caller that has found problems before; MISSING is no system file."""
    settings = read_settings(problems, environment, raw, today)
    system = read_system(problems, raw_system, today, system_file) if raw_system is not MISSING else None
    images: Mapping[str, str] = {}
    if settings and system:
        file = stack_file_name(environment)
        images = _images(problems, file, settings, system_file, system)
        _check_debug(problems, file, settings, system)
        _check_dns(problems, file, settings, system)
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
            allowed = "versions for each environment, of every service"
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
    without = system.services.keys() - images.keys()
    for name in sorted(images.keys() - system.services.keys()):
        advice = did_you_mean(name, without) or "Remove it."
        problems.add(file, f"{key}.{name}", name, f"the services {', '.join(system.services)}", advice)


def _check_debug(problems: Problems, file: str, settings: Settings, system: System) -> None:
    for variable in settings.debug.variables:
        if variable not in system.debug:
            allowed = f"the system file's `debug`: {', '.join(system.debug) or 'there are none'}"
            problems.add(file, "debug.variables", variable, allowed)


def _domain(system: System, environment: Environment) -> str:
    return full_name(environment.standard.host, system.domain)


def _check_dns(problems: Problems, file: str, settings: Settings, system: System) -> None:
    hosts = platform_hosts(system.hosts, HOSTS)
    domain = _domain(system, settings.environment)
    check_dns(problems, file, settings.dns, domain, hosts)
    if settings.parent_zone is not None:
        check_parent_zone(problems, file, settings.parent_zone, domain, settings.backup_account)


def _check_connections(problems: Problems, file: str, settings: Settings, system: System) -> None:
    """Contract DB-4: what all pods can open together has to fit into the database."""
    # Some more pods of each service while it rolls out.
    connected = {name for name, service in system.services.items() if service.database}
    pods = len(connected) * (settings.replicas.maximum + settings.replicas.surge)
    jobs = sum(job.service in connected for job in (*system.schedules.values(), system.migration) if job)
    # Of those that a person starts one runs at a time (operations/one_off_jobs.py).
    jobs += any(
        job.service in connected and settings.environment in job.environments for job in system.jobs.values()
    )
    needed = pods * system.pool.maximum + jobs * JOB_POOL_MAXIMUM + RESERVED_CONNECTIONS
    available = settings.database.certain.connections
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
