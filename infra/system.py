"""What runs: the system file, read once into plain data. It is the same in every environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from infra.validation import Problems, Reader

DEFAULT_FILE = "system.yaml"

_NAME = r"[a-z]([a-z0-9-]*[a-z0-9])?"
_NAME_ALLOWED = "lower-case letters, digits and hyphens, beginning with a letter"
# IAM's names have 64 characters at most; a service's role has the system and the environment in it too.
_PART = rf"(?=.{{1,30}}$){_NAME}"
_PART_ALLOWED = f"{_NAME_ALLOWED}, at most 30 characters"
_VARIABLE = r"[A-Z][A-Z0-9_]*"
_VARIABLE_ALLOWED = "the name of an environment variable (capitals, digits, _)"
_PATH = r"/[A-Za-z0-9/_.-]*"
_TAG = r"[\w .:/=+@-]{1,128}"

# S3 names have 63 characters at most: the system's, the environment's, the bucket's, the account's and
# the region's names share them.
NAME_LENGTH_MAXIMUM = 15

# Entries that the platform fills itself; a system file names its own ones differently.
PLATFORM_SECRETS = ("database", "redis-cache", "redis-queue")

BUCKETS_FOR_SERVICES = ("documents", "photos", "reports", "audit")


class SecretSource(StrEnum):
    """Where a secret's value comes from."""

    PERSON = "person"  # somebody else gives it out; it is set by command and never stands in a file
    GENERATED = "generated"


@dataclass(frozen=True)
class SecretEntry:
    """One entry of Secrets Manager."""

    name: str
    description: str
    source: SecretSource


@dataclass(frozen=True)
class Health:
    """The paths that the probes ask (contract K8S-4)."""

    live: str
    ready: str


@dataclass(frozen=True)
class Resources:
    """What a pod gets: CPU in thousandths of a core, memory in MiB."""

    cpu: int
    memory: int


@dataclass(frozen=True)
class Service:
    """One deployed service.

    Args:
        repository: its image's repository, without tag or digest: those are the stack file's.
        port: where it serves requests and health checks.
        exposed: whether other pods call it; a worker is not called.
        database: whether it connects to PostgreSQL.
        redis: whether it connects to the two Redis, where the environment has them.
        secrets: the names of secrets by the environment variables that they go into.
        buckets: the buckets that it reads and writes.
    """

    name: str
    repository: str
    command: tuple[str, ...]
    port: int
    exposed: bool
    health: Health
    resources: Resources
    database: bool
    redis: bool
    secrets: Mapping[str, str]
    buckets: tuple[str, ...]


@dataclass(frozen=True)
class Pool:
    """Each pod's pool of database connections (runbook 003: 5, 20, 10 s, 30 s)."""

    minimum: int
    maximum: int
    idle_milliseconds: int
    acquire_milliseconds: int


@dataclass(frozen=True)
class Thresholds:
    """Where alarms begin, in percent; `pool_warning` in connections (runbook 003's table)."""

    cpu_warning: int
    cpu_critical: int
    memory_warning: int
    memory_critical: int
    disk_critical: int
    pool_warning: int


@dataclass(frozen=True)
class Access:
    """IAM roles outside of this program that work on the cluster, by name (with path, if any)."""

    deploy: str
    on_call: str
    read_only: str


@dataclass(frozen=True)
class System:
    """Everything that the system file says."""

    name: str
    owner: str
    cost_centre: str
    data_class: str
    access: Access
    secrets: Mapping[str, SecretEntry]
    pool: Pool
    thresholds: Thresholds
    services: Mapping[str, Service]


def load_system(raw: object, file: str = DEFAULT_FILE) -> System:
    """The system that a parsed system file describes; needs no engine.

    Raises:
        ConfigurationError: with everything that is wrong.
    """
    problems = Problems()
    system = read_system(problems, raw, file)
    problems.raise_if_any()
    return system


def read_system(problems: Problems, raw: object, file: str) -> System:
    """Like load_system, for a caller that collects the problems of several files."""
    root = Reader(problems, file, raw)
    secrets = {
        name: _secret(name, reader)
        for name, reader in root.entries(
            "secrets", pattern=_NAME, allowed=_NAME_ALLOWED, optional=True
        ).items()
    }
    pool = _pool(root.section("pool", optional=True))
    system = System(
        name=root.text(
            "name",
            pattern=rf"(?=.{{1,{NAME_LENGTH_MAXIMUM}}}$){_NAME}",
            allowed=f"{_NAME_ALLOWED}, at most {NAME_LENGTH_MAXIMUM} characters",
            example="triangle",
        ),
        owner=root.text("owner", pattern=_TAG, allowed="who answers for it", example="platform@example.com"),
        cost_centre=root.text("costCentre", pattern=_TAG, allowed="a cost centre", example="portal"),
        data_class=root.choice("dataClass", ("public", "internal", "confidential", "restricted")),
        access=_access(root.section("access")),
        secrets=MappingProxyType(secrets),
        pool=pool,
        thresholds=_thresholds(root.section("thresholds", optional=True), pool),
        services=MappingProxyType(_services(problems, root, file, secrets)),
    )
    for name in PLATFORM_SECRETS:
        if name in secrets:
            root.section("secrets").problem(
                name, name, f"other names than {', '.join(PLATFORM_SECRETS)}, which the platform fills itself"
            )
    root.finish()
    return system


def _secret(name: str, reader: Reader) -> SecretEntry:
    entry = SecretEntry(
        name,
        reader.text("description", pattern=r".{1,200}", allowed="what it is for", example="Stripe's API key"),
        SecretSource(reader.choice("source", SecretSource, default=SecretSource.PERSON)),
    )
    reader.finish()
    return entry


def _pool(reader: Reader) -> Pool:
    minimum = reader.integer("minimum", minimum=0, maximum=100, unit="connections", default=5)
    pool = Pool(
        minimum,
        reader.integer("maximum", minimum=max(1, minimum), maximum=500, unit="connections", default=20),
        reader.integer("idleMilliseconds", minimum=1000, maximum=600_000, default=10_000),
        reader.integer("acquireMilliseconds", minimum=1000, maximum=600_000, default=30_000),
    )
    reader.finish()
    return pool


def _thresholds(reader: Reader, pool: Pool) -> Thresholds:
    def percent(name: str, default: int, *, above: int = 0) -> int:
        # Above another threshold: the more severe alarm must not come first.
        return reader.integer(name, minimum=above + 1, maximum=99, unit="percent", default=default)

    cpu, memory = percent("cpuWarning", 70), percent("memoryWarning", 80)
    thresholds = Thresholds(
        cpu,
        percent("cpuCritical", max(85, cpu + 1), above=cpu),
        memory,
        percent("memoryCritical", max(90, memory + 1), above=memory),
        percent("diskCritical", 90),
        reader.integer(
            "poolWarning",
            minimum=0,
            maximum=pool.maximum - 1,
            unit="connections",
            default=pool.maximum * 9 // 10,
        ),
    )
    reader.finish()
    return thresholds


def _access(reader: Reader) -> Access:
    def role(name: str, example: str) -> str:
        return reader.text(
            name, pattern=r"[\w+=,.@/-]{1,128}", allowed="the name of an IAM role", example=example
        )

    access = Access(
        role("deploy", "groundwork-deploy"),
        role("onCall", "groundwork-on-call"),
        role("readOnly", "groundwork-read-only"),
    )
    reader.finish()
    return access


def _services(
    problems: Problems, root: Reader, file: str, secrets: Mapping[str, SecretEntry]
) -> dict[str, Service]:
    readers = root.entries("services", pattern=_PART, allowed=_PART_ALLOWED)
    if not readers and not problems.concern(file, "services"):
        root.problem("services", {}, "at least one service")
    return {name: _service(name, reader, secrets) for name, reader in readers.items()}


def _service(name: str, reader: Reader, secrets: Mapping[str, SecretEntry]) -> Service:
    health = reader.section("health")
    resources = reader.section("resources")
    service = Service(
        name=name,
        repository=reader.text(
            "repository",
            pattern=r"[a-z0-9]([a-z0-9._/:-]*[a-z0-9])?",
            allowed="an image's repository without tag or digest",
            example=f"registry.example.com/{name}",
        ),
        command=reader.texts("command", pattern=r".+", allowed="a word", example="node", default=()),
        port=reader.integer("port", minimum=1024, maximum=65535),  # below 1024 needs root
        exposed=reader.switch("exposed", default=True),
        health=Health(
            health.text("live", pattern=_PATH, allowed="a path", example="/health/live"),
            health.text("ready", pattern=_PATH, allowed="a path", example="/health/ready"),
        ),
        resources=Resources(
            resources.integer("cpu", minimum=50, maximum=64_000, unit="thousandths of a core"),
            resources.integer("memory", minimum=64, maximum=262_144, unit="MiB"),
        ),
        database=reader.switch("database", default=False),
        redis=reader.switch("redis", default=False),
        secrets=MappingProxyType(_named_secrets(reader, secrets)),
        buckets=_buckets(reader),
    )
    for section in (health, resources, reader):
        section.finish()
    return service


def _named_secrets(reader: Reader, secrets: Mapping[str, SecretEntry]) -> dict[str, str]:
    named = reader.words(
        "secrets",
        key_pattern=_VARIABLE,
        key_allowed=_VARIABLE_ALLOWED,
        pattern=_NAME,
        allowed="the name of a secret",
        example="stripe-key",
    )
    for variable, secret in named.items():
        if secret and secret not in secrets:
            reader.section("secrets").problem(
                variable, secret, f"the entries of `secrets`: {', '.join(secrets) or 'there are none'}"
            )
    return named


def _buckets(reader: Reader) -> tuple[str, ...]:
    return reader.texts(
        "buckets",
        pattern="|".join(BUCKETS_FOR_SERVICES),
        allowed=f"one of {', '.join(BUCKETS_FOR_SERVICES)}",
        example=BUCKETS_FOR_SERVICES[0],
        default=(),
    )
