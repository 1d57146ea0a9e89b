"""What runs: the system file, read once into plain data. It is the same in every environment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from infra.configuration import maxima, patterns, platform_names
from infra.configuration.environments import Environment
from infra.configuration.images import read_images_of_system
from infra.configuration.jobs import Migration, Schedule, read_migration, read_schedules
from infra.configuration.platform_variables import check_variables
from infra.configuration.reachable import check_reachable
from infra.configuration.reserved_names import system_name_mistake
from infra.configuration.retired import Retired, read_retired
from infra.configuration.secrets import SecretEntry, read_secrets
from infra.configuration.service import Service, read_services
from infra.configuration.source import Repository, read_repository
from infra.configuration.thresholds import Pool, Thresholds, read_pool, read_thresholds
from infra.configuration.validation import Described, Problems, Reader

DEFAULT_FILE = "system.yaml"

# S3 names have 63 characters at most: the system's, the environment's, the bucket's, the account's and
# the region's names share them.
NAME_LENGTH_MAXIMUM = 15

# Runbook 000: 1 minute, 5 minutes, 30 minutes, 2 hours; what fails once more is a dead letter.
RETRY_DELAYS = (60, 300, 1800, 7200)


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
    pool = read_pool(root.section("pool", optional=True))
    services = read_services(problems, root, file, secrets)
    system = System(
        name=_name(root),
        owner=root.text(
            "owner",
            pattern=patterns.TAG_EMAIL,
            allowed="the e-mail address of who answers for it, of what a tag may have"
            " (letters, digits, ._+=/-@)",
            example="platform@example.com",
        ),
        cost_centre=root.text(
            "costCentre",
            pattern=patterns.TAG,
            allowed="a cost centre, as a tag may have it",
            example="portal",
        ),
        data_class=root.choice("dataClass", ("public", "internal", "confidential", "restricted")),
        domain=root.text(
            "domain", pattern=patterns.DOMAIN, allowed=patterns.DOMAIN_ALLOWED, example="portal.example.com"
        ),
        repository=read_repository(root.section("source")),
        access=_access(root.section("access")),
        secrets=secrets,
        pool=pool,
        thresholds=read_thresholds(root.section("thresholds", optional=True), pool),
        services=services,
        retired=read_retired(root, services),
        frontend=_frontend(root),
        migration=read_migration(root, services),
        schedules=read_schedules(root, services),
        flags=_flags(root),
        debug=root.texts(
            "debug",
            pattern=patterns.VARIABLE,
            allowed=patterns.VARIABLE_ALLOWED,
            example="DEBUG_MODE",
            default=(),
        ),
        queues=root.texts(
            "queues",
            pattern=patterns.PART,
            allowed=patterns.PART_ALLOWED,
            example="notifications",
            default=(),
            most=maxima.QUEUES,
        ),
        retries=_retries(root.section("retries", optional=True)),
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
    name = root.text(
        "name",
        # RDS takes no two hyphens in a row.
        pattern=rf"(?=.{{1,{NAME_LENGTH_MAXIMUM}}}$)(?!.*--){patterns.NAME}",
        allowed=f"{patterns.NAME_ALLOWED}, at most {NAME_LENGTH_MAXIMUM} characters, no two hyphens in a row",
        example="triangle",
    )
    if allowed := system_name_mistake(name):
        root.problem("name", name, allowed)
    return name


def _access(reader: Reader) -> Access:
    def role(name: str, example: str) -> str:
        return reader.text(name, pattern=patterns.ROLE, allowed=patterns.ROLE_ALLOWED, example=example)

    access = Access(
        role("deploy", "groundwork-deploy"),
        role("onCall", "groundwork-on-call"),
        role("readOnly", "groundwork-read-only"),
    )
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
    reader = root.section_if_there("frontend")
    if reader is None:
        return None
    frontend = Frontend(
        reader.text(
            "host",
            pattern=patterns.HOST,
            allowed=patterns.HOST_ALLOWED,
            example='""',
            default="",
        )
    )
    reader.finish()
    return frontend


def _flags(root: Reader) -> Mapping[str, frozenset[Environment]]:
    """A feature comes to one environment after the other (runbook 004: all, a subset, minimal)."""
    section = root.section("flags", optional=True)
    order = list(Environment)
    flags = {}
    for name in section.names(pattern=patterns.SECRET, allowed=patterns.SECRET_ALLOWED, most=maxima.FLAGS):
        on = section.texts(
            name, pattern="|".join(order), allowed=f"one of {', '.join(order)}", example="dev", default=()
        )
        steps = Environment.steps()
        if any(one not in on for one, following in steps if following in on):
            section.problem(
                name, list(on), ", ".join(f"{one} before {following}" for one, following in steps)
            )
        flags[name] = frozenset(environment for environment in order if environment in on)
    return MappingProxyType(flags)


def _retries(reader: Reader) -> Retries:
    delays = reader.integers("delays", minimum=1, maximum=86_400, unit="seconds", default=RETRY_DELAYS)
    if list(delays) != sorted(delays):
        reader.problem("delays", list(delays), "delays that grow from attempt to attempt")
    retries = Retries(
        delays,
        reader.integer(
            "attempts", minimum=1, maximum=len(delays) + 1, unit="attempts", default=len(delays) + 1
        ),
    )
    reader.finish()
    return retries


def _expiries(root: Reader, today: date) -> Mapping[str, Expiry]:
    expiries = {}
    readers = root.entries(
        "expiries",
        pattern=patterns.PART,
        allowed=patterns.PART_ALLOWED,
        most=maxima.EXPIRIES,
        optional=True,
    )
    for name, reader in readers.items():
        day = reader.day("ends", today=today, advice="Renew it, then write the new date here.")
        description = reader.text(
            "description",
            pattern=patterns.line(1, 200),
            allowed="what it is and how it is renewed, in one line of at most 200 characters",
            example="APNs key",
        )
        expiries[name] = Expiry(name, day, description)
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
    reader = root.section_if_there("payments")
    if reader is None:
        return None
    payments = Payments(
        reader.text("provider", pattern=r"\w[\w .-]{0,40}", allowed="who takes them", example="Stripe")
    )
    reader.finish()
    return payments


def _check_names(problems: Problems, root: Reader, file: str, system: System) -> None:
    """Jobs and services are pods alike; their names are not to be confused."""
    for name in system.schedules:
        if name in system.services:
            root.section("schedules").problem(name, name, "a name that no service has")
        elif other := platform_names.pod_name_mistake(name, ()):
            root.section("schedules").problem(name, name, f"another name: this one is {other}")
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
