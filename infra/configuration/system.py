"""The system file: what runs, the same in every environment, read once into plain data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from infra.configuration import maxima, platform_names
from infra.configuration import system_keys as keys
from infra.configuration.application_check import ApplicationCheck, read_application_check
from infra.configuration.environments import Environment
from infra.configuration.file_names import DEFAULT_FILE
from infra.configuration.images import read_images_of_system
from infra.configuration.jobs import (
    Migration,
    OneOffJob,
    Schedule,
    read_jobs,
    read_migration,
    read_schedules,
)
from infra.configuration.platform_variables import check_variables
from infra.configuration.reachability import check_reachable
from infra.configuration.reserved_names import system_name_mistake
from infra.configuration.retired_services import Retired, read_retired
from infra.configuration.secrets import SecretEntry, read_secrets
from infra.configuration.service import Service, read_services
from infra.configuration.source import Repository, read_repository
from infra.configuration.thresholds import Pool, Thresholds, read_pool, read_thresholds
from infra.configuration.validation import Described, Problems, Reader


@dataclass(frozen=True)
class Access:
    """IAM roles outside of this program that work on the cluster, by name (with path, if any)."""

    deploy: str
    on_call: str
    read_only: str


@dataclass(frozen=True)
class Frontend:
    """A static site: the host in front of the environment's domain, or empty for the domain itself."""

    host: str


@dataclass(frozen=True)
class Retries:
    """How a failed webhook is tried again (contract RED-3).

    Args:
        delays: seconds before each further attempt.
        attempts: after how many it is a dead letter.
    """

    delays: tuple[int, ...]
    attempts: int


@dataclass(frozen=True)
class Expiry:
    """A credential that ends on a day and is renewed by a person (contract SEC-5)."""

    name: str
    ends: date
    description: str


@dataclass(frozen=True)
class Payments:
    """Who takes the payments, as the alarms call them (contract ALM-9)."""

    provider: str


@dataclass(frozen=True)
class System:
    """Everything that the system file says.

    `repository` is where this program and its CI are, on GitHub; `flags` has the environments in which each
    feature is on; `debug` the variables that a stack file may set for a while; `images` what each environment
    runs, in a file that is not the default one.
    """

    name: str
    owner: str
    cost_centre: str
    data_class: str
    domain: str
    repository: Repository
    access: Access
    secrets: Mapping[str, SecretEntry]
    pool: Pool
    thresholds: Thresholds
    services: Mapping[str, Service]
    retired: Mapping[str, Retired]
    frontend: Frontend | None
    migration: Migration | None
    schedules: Mapping[str, Schedule]
    jobs: Mapping[str, OneOffJob]
    application_check: ApplicationCheck | None
    flags: Mapping[str, frozenset[Environment]]
    debug: tuple[str, ...]
    queues: tuple[str, ...]
    retries: Retries
    expiries: Mapping[str, Expiry]
    payments: Payments | None
    images: Mapping[Environment, Mapping[str, str]] | None

    @property
    def hosts(self) -> list[str]:
        """Where the internet reaches it: what stands in front of the domain, in the order of the file."""
        labels = [service.route.host for service in self.services.values() if service.route]
        return list(dict.fromkeys([*labels, *([self.frontend.host] if self.frontend else [])]))

    def tags(self, environment: str) -> dict[str, str]:
        """What everything of it in AWS carries, in whichever account."""
        return {
            "cost-centre": self.cost_centre,
            "data-class": self.data_class,
            "environment": environment,
            "owner": self.owner,
            "system": self.name,
        }


def load_system(raw: object, today: date, file: str = DEFAULT_FILE) -> System:
    """The system that a parsed system file describes; needs no engine.

    Raises:
        ConfigurationError: with everything that is wrong.
    """
    problems = Problems()
    system = read_system(problems, raw, today, file)
    problems.raise_if_any()
    return system


def read_system(problems: Problems, raw: object, today: date, file: str) -> System:
    """Like load_system, for a caller that collects the problems of several files."""
    root = Reader(problems, file, raw)
    secrets = read_secrets(root)
    pool = read_pool(root)
    services = read_services(problems, root, file, secrets)
    system = System(
        name=_name(root),
        owner=keys.OWNER.read(root),
        cost_centre=keys.COST_CENTRE.read(root),
        data_class=keys.DATA_CLASS.read(root),
        domain=keys.DOMAIN.read(root),
        repository=read_repository(root),
        access=_access(root),
        secrets=secrets,
        pool=pool,
        thresholds=read_thresholds(root, pool),
        services=services,
        retired=read_retired(root, services),
        frontend=_frontend(root),
        migration=read_migration(root, services),
        schedules=read_schedules(root, services),
        jobs=read_jobs(root, services),
        application_check=read_application_check(root, services),
        flags=_flags(root),
        debug=keys.DEBUG.read(root),
        queues=keys.QUEUES.read(root),
        retries=_retries(root),
        expiries=_expiries(root, today),
        payments=_payments(root),
        images=read_images_of_system(root),
    )
    _check_names(problems, root, file, system)
    if not problems.concern(file, "services"):
        check_reachable(root, system.services)
        check_variables(root, system.services, system.secrets, system.flags, system.debug)
    root.finish()
    return system


def _name(root: Reader) -> str:
    name = keys.NAME.read(root)
    if allowed := system_name_mistake(name):
        root.problem(keys.NAME.name, name, allowed)
    return name


def _access(root: Reader) -> Access:
    reader = keys.ACCESS.read(root)
    access = Access(keys.DEPLOY.read(reader), keys.ON_CALL.read(reader), keys.READ_ONLY.read(reader))
    _check_roles(reader, access)
    reader.finish()
    return access


def _check_roles(reader: Reader, access: Access) -> None:
    """EKS has one access entry for a role (CreateAccessEntry: ResourceInUseException for a second one)."""
    taken: dict[str, str] = {}
    for key, role in (("deploy", access.deploy), ("onCall", access.on_call), ("readOnly", access.read_only)):
        # IAM's names do not differ by case alone.
        other = taken.setdefault(role.lower(), key) if role else key
        if other != key:
            reader.problem(
                key, role, f"another role than access.{other}: the cluster gives a role rights once"
            )


def _frontend(root: Reader) -> Frontend | None:
    reader = keys.FRONTEND.if_there(root)
    if reader is None:
        return None
    frontend = Frontend(keys.FRONTEND_HOST.read(reader))
    reader.finish()
    return frontend


def _flags(root: Reader) -> Mapping[str, frozenset[Environment]]:
    """A feature comes to one environment after the other (runbook 004: all, a subset, minimal)."""
    flags = keys.FLAGS.read(root)
    for name, on in flags.items():
        if any(before not in on for before, following in Environment.steps() if following in on):
            root.problem(f"{keys.FLAGS.name}.{name}", list(on), keys.FLAGS.rules[0])
    return MappingProxyType(
        {
            name: frozenset(environment for environment in Environment if environment in on)
            for name, on in flags.items()
        }
    )


def _retries(root: Reader) -> Retries:
    reader = keys.RETRIES.read(root)
    delays = keys.DELAYS.read(reader)
    if list(delays) != sorted(delays):
        reader.problem(keys.DELAYS.name, list(delays), keys.DELAYS_GROW)
    attempts = len(delays) + 1
    retries = Retries(delays, keys.ATTEMPTS.but(maximum=attempts, default=attempts).read(reader))
    reader.finish()
    return retries


def _expiries(root: Reader, today: date) -> Mapping[str, Expiry]:
    expiries = {}
    for name, reader in keys.EXPIRIES.entries(root).items():
        day = keys.ENDS.not_over(reader, today)
        expiries[name] = Expiry(name, day, keys.EXPIRY_DESCRIPTION.read(reader))
        reader.finish()
    size = len(reminders(expiries.values()).encode())
    if size > maxima.EXPIRIES_BYTES:
        root.problem(
            "expiries",
            Described(f"{size} bytes with all descriptions"),
            f"at most {maxima.EXPIRIES_BYTES}: the function that reminds of them has no larger environment",
            "Shorten the descriptions.",
        )
    return MappingProxyType(expiries)


def reminders(expiries: Iterable[Expiry]) -> str:
    """What the function that reminds of them is given."""
    content = {
        expiry.name: {"ends": expiry.ends.isoformat(), "description": expiry.description}
        for expiry in expiries
    }
    return json.dumps(content, sort_keys=True)


def _payments(root: Reader) -> Payments | None:
    reader = keys.PAYMENTS.if_there(root)
    if reader is None:
        return None
    payments = Payments(keys.PROVIDER.read(reader))
    reader.finish()
    return payments


def _check_names(problems: Problems, root: Reader, file: str, system: System) -> None:
    """Jobs and services are pods alike; their names are not to be confused."""
    for section, names in (("schedules", system.schedules), ("jobs", system.jobs)):
        for name in names:
            if name in system.services:
                root.section(section).problem(name, name, "a name that no service has")
            elif section == "jobs" and name in system.schedules:
                root.section(section).problem(name, name, "a name that no schedule has")
            elif other := platform_names.pod_name_mistake(name, ()):
                root.section(section).problem(name, name, f"another name: this one is {other}")
    if system.frontend and system.frontend.host in platform_names.HOSTS:
        whose = platform_names.HOSTS[system.frontend.host]
        root.problem("frontend.host", system.frontend.host, f"another host: this one is {whose}")
    if system.frontend is None or problems.concern(file, "services", "frontend"):
        return
    for name, service in system.services.items():
        if service.route and service.route.host == system.frontend.host and "/*" in service.route.paths:
            root.section("services").problem(
                f"{name}.route.paths", "/*", "narrower paths: the frontend has everything else on this host"
            )
