"""What one environment decides: the `groundwork:` keys of its stack file, read once into plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Network
from types import MappingProxyType
from typing import Any

from infra.configuration import patterns
from infra.configuration.database_certificates import FILE as CERTIFICATES_FILE
from infra.configuration.database_certificates import WHERE_AWS_HAS_THEM, database_certificates
from infra.configuration.dns_settings import DnsSettings, read_dns
from infra.configuration.environments import Environment, Standard
from infra.configuration.generations import Generations, read_generations
from infra.configuration.images import read_images
from infra.configuration.network_settings import NetworkSettings, read_network
from infra.configuration.regions import read_region
from infra.configuration.singletons import Singleton, read_singletons
from infra.configuration.switches import (
    Debug,
    Escalation,
    Maintenance,
    read_debug,
    read_escalation,
    read_maintenance,
)
from infra.configuration.tiers import DATABASE_TIERS, DATABASE_VERSIONS, REDIS_NODE_TYPES, DatabaseTier
from infra.configuration.validation import Described, EncryptedText, Problems, Reader

# EKS versions with standard support left, with its last day (EKS user guide, "Amazon EKS Kubernetes release
# calendar"; `aws eks describe-cluster-versions`). After it EKS updates a cluster to the next one by itself.
CLUSTER_VERSIONS = MappingProxyType({"1.34": "2026-12-02", "1.35": "2027-03-27", "1.36": "2027-08-02"})


# "Public endpoint access CIDR ranges per cluster" in the EKS user guide's service quotas.
API_ACCESS_MAXIMUM = 40

# EKS: a range of the public endpoint "can't include reserved addresses" (user guide, "Cluster API server
# endpoint"). These are IANA's special-purpose ranges, but for those of documentation, which stand in
# examples.
NOT_ON_THE_INTERNET = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)

# A new version takes its place in four steps, however many pods there are.
SURGE_PERCENT = 25


@dataclass(frozen=True)
class ClusterSettings:
    """The Kubernetes version, and from which addresses its API may be reached."""

    version: str
    api_access: tuple[str, ...]


@dataclass(frozen=True)
class DatabaseSettings:
    """What an environment decides about PostgreSQL.

    Args:
        version: the major one.
        major_upgrade: it may become another one, and does so at once.
        tier: its size.
        previous_tier: what it still has until the maintenance window; the same where nothing waits.
        storage_maximum: gigabytes that storage grows to by itself.
        backup_retention: days of point-in-time recovery.
        standby_promoted: the replica in the recovery region serves now, and follows nobody any more.
        generations: which instances there are.
    """

    version: str
    major_upgrade: bool
    tier: DatabaseTier
    previous_tier: DatabaseTier
    storage_maximum: int
    backup_retention: int
    standby_promoted: bool
    generations: Generations

    @property
    def certain(self) -> DatabaseTier:
        """What the instance has for certain, before the maintenance window and after it."""
        return self.tier.or_less(self.previous_tier)


@dataclass(frozen=True)
class RedisSettings:
    """Whether there is Redis, and the node types of the cache and of the queue."""

    enabled: bool
    cache: str
    queue: str


@dataclass(frozen=True)
class ReplicaSettings:
    """Between how many pods each service scales."""

    minimum: int
    maximum: int

    @property
    def surge(self) -> int:
        """How many pods more there are at most while a version is rolled out; Kubernetes rounds up too."""
        return -(-self.maximum * SURGE_PERCENT // 100)


@dataclass(frozen=True)
class AlarmSettings:
    """Whether alarms reach anybody, and the address that is written to instead of the system's owner."""

    actions: bool
    email: str | None


@dataclass(frozen=True)
class PagingSettings:
    """Where pages and tickets go. Both are credentials, so they are secrets of the stack, or not set.

    Args:
        pagerduty: the integration's HTTPS address.
        slack: the channel's own e-mail address, to which SNS can deliver without a function between.
    """

    pagerduty: str | None
    slack: str | None


@dataclass(frozen=True)
class Settings:
    """Everything that an environment decides, and the standard that it is held to.

    `images` has the digest (in dev also a tag) of each service's image; `budget` is in US dollars a month.
    """

    environment: Environment
    standard: Standard
    account: str
    region: str
    recovery_region: str
    network: NetworkSettings
    cluster: ClusterSettings
    database: DatabaseSettings
    redis: RedisSettings
    replicas: ReplicaSettings
    images: Mapping[str, str]
    alarms: AlarmSettings
    paging: PagingSettings
    escalation: Escalation
    dns: DnsSettings
    budget: int
    maintenance: Maintenance
    debug: Debug
    existing: frozenset[Singleton]


def read_settings(
    problems: Problems, environment: str, raw: Mapping[str, Any], today: date
) -> Settings | None:
    """The settings of an environment; None for one that does not exist, where nothing else can be checked.

    Args:
        problems: is told of everything that is wrong, and raises it when all files have been read.
        environment: the stack's name.
        raw: the `groundwork:` keys of the stack file without that prefix, with YAML's types.
        today: for what ends on a day.
    """
    file = f"Pulumi.{environment}.yaml"
    if environment not in list(Environment):
        problems.add(
            file, "the stack's name", environment, f"one of {', '.join(Environment)}", "Select one of these."
        )
        return None
    name = Environment.named(environment)
    standard = name.standard
    root = Reader(problems, file, raw)
    region = read_region(root, "region", "us-west-2")
    recovery_region = read_region(root, "recoveryRegion", "us-east-2")
    settings = Settings(
        environment=name,
        standard=standard,
        account=root.text(
            "account", pattern=r"\d{12}", allowed="an account id of 12 digits", example='"123456789012"'
        ),
        region=region,
        recovery_region=recovery_region,
        network=read_network(problems, root.section("network"), file, name, region, recovery_region),
        cluster=_cluster(root.section("cluster")),
        database=_database(root.section("database"), standard),
        redis=_redis(root.section("redis"), name, standard),
        replicas=_replicas(root.section("replicas"), standard),
        images=read_images(root, "images", name),
        alarms=_alarms(root.section("alarms"), name, standard),
        paging=_paging(root.section("paging", optional=True)),
        escalation=read_escalation(root.section("escalation", optional=True)),
        dns=read_dns(root.section("dns", optional=True)),
        budget=_budget(root.section("budget")),
        maintenance=read_maintenance(root.section("maintenance", optional=True)),
        debug=read_debug(root, name, today),
        existing=read_singletons(root),
    )
    if not problems.concern(file, "region", "recoveryRegion") and settings.recovery_region == region:
        root.problem("recoveryRegion", region, "another region than `region`")
    for key, value in (("region", region), ("recoveryRegion", recovery_region)):
        if not problems.concern(file, key) and value not in database_certificates():
            allowed = f"one of {', '.join(sorted(database_certificates()))}"
            where = WHERE_AWS_HAS_THEM.format(region=value)
            advice = f"Or add {where} to infra/configuration/{CERTIFICATES_FILE}."
            root.problem(key, value, allowed, advice)
    # Read by whoever looks for the system file; nothing that this environment decides.
    root.text(
        "systemFile",
        pattern=patterns.line(1, 4096),
        allowed="the path of a system file",
        example="system.yaml",
        default="",
    )
    root.finish()
    return settings


def _cluster(section: Reader) -> ClusterSettings:
    version = section.choice("version", CLUSTER_VERSIONS)
    access = section.texts(
        "apiAccess",
        pattern=patterns.CIDR,
        allowed="a network that people and CI connect from",
        example="203.0.113.0/24",
        most=API_ACCESS_MAXIMUM,
    )
    for text in access:
        _check_access(section, text)
    section.finish()
    return ClusterSettings(version, access)


def _check_access(section: Reader, text: str) -> None:
    try:
        network = IPv4Network(text)
    except ValueError:
        section.problem("apiAccess", text, "a network without bits beyond its length")
        return
    if network.prefixlen < 8:
        section.problem(
            "apiAccess", text, "networks of /8 or smaller", "The API is not open to the world (K8S-1)."
        )
    elif any(network.overlaps(one) for one in NOT_ON_THE_INTERNET):
        section.problem(
            "apiAccess",
            text,
            "networks of the internet: nobody comes to the public endpoint from a private one",
            "Write the address that the internet sees. From inside the network the API is reached anyway.",
        )


def _database(section: Reader, standard: Standard) -> DatabaseSettings:
    tier = section.choice("tier", DATABASE_TIERS)
    previous = section.choice("previousTier", DATABASE_TIERS, default=tier)
    if section.has("previousTier") and not standard.protects_data:
        section.problem("previousTier", previous, "nothing here: another tier is there at once", "Remove it.")
    maximum = section.integer(
        "storageMaximum",
        minimum=_storage_ceiling_minimum(DATABASE_TIERS[tier]),
        maximum=65536,
        unit="gigabytes",
    )
    retention = section.integer(
        "backupRetention", minimum=standard.backup_retention_minimum, maximum=35, unit="days"
    )
    version = section.choice("version", DATABASE_VERSIONS, default=DATABASE_VERSIONS[0])
    major_upgrade = section.switch("majorUpgrade", default=False)
    promoted = section.switch("standbyPromoted", default=False)
    if promoted and not standard.standby_region:
        section.problem("standbyPromoted", promoted, "false, or nothing: there is no standby but in prod")
    generations = read_generations(section)
    section.finish()
    return DatabaseSettings(
        version,
        major_upgrade,
        DATABASE_TIERS[tier],
        DATABASE_TIERS[previous],
        maximum,
        retention,
        promoted,
        generations,
    )


def _storage_ceiling_minimum(tier: DatabaseTier) -> int:
    # RDS refuses a ceiling that is less than a tenth above what is allocated.
    return tier.storage + -(-tier.storage // 10)


def _redis(section: Reader, environment: Environment, standard: Standard) -> RedisSettings:
    enabled = section.switch("enabled")
    if standard.redis_required and section.value("enabled") is False:
        section.problem("enabled", enabled, f"true in {environment} (runbook 004: Redis is required there)")
    cache = section.choice("cache", REDIS_NODE_TYPES, default="micro") if enabled else "micro"
    queue = section.choice("queue", REDIS_NODE_TYPES, default="micro") if enabled else "micro"
    if not enabled:
        for name in ("cache", "queue"):
            if section.has(name):
                section.choice(name, REDIS_NODE_TYPES, default="micro")
    section.finish()
    return RedisSettings(enabled, REDIS_NODE_TYPES[cache], REDIS_NODE_TYPES[queue])


def _replicas(section: Reader, standard: Standard) -> ReplicaSettings:
    minimum = section.integer("minimum", minimum=standard.replicas_minimum, maximum=10, unit="pods")
    maximum = section.integer("maximum", minimum=minimum, maximum=100, unit="pods")
    section.finish()
    return ReplicaSettings(minimum, maximum)


def _alarms(section: Reader, environment: Environment, standard: Standard) -> AlarmSettings:
    actions = section.switch("actions")
    if standard.alarms_reach_people and section.has("actions") and not actions:
        section.problem("actions", actions, f"true in {environment}: its alarms reach people")
    email = section.text(
        "email",
        pattern=patterns.EMAIL,
        allowed="an e-mail address",
        example="on-call@example.com",
        default="",
    )
    section.finish()
    return AlarmSettings(actions, email or None)


def _budget(section: Reader) -> int:
    monthly = section.integer("monthly", minimum=1, maximum=1_000_000, unit="US dollars")
    section.finish()
    return monthly


def _paging(section: Reader) -> PagingSettings:
    def secret(name: str, pattern: str, allowed: str, example: str) -> str | None:
        value = section.value(name)
        if value is None:
            return None
        if not isinstance(value, EncryptedText):
            command = f"pulumi config set --secret --path groundwork:paging.{name} …"
            section.problem(
                name, Described("a value in the clear"), "an encrypted value", f"Set it with `{command}`."
            )
            return None
        # What was found is not shown: it may be the credential with a letter missing.
        if not re.fullmatch(pattern, value):
            section.problem(name, Described("something else"), allowed, f"For example {example}.")
        return value

    settings = PagingSettings(
        secret("pagerduty", r"https://\S+", "an https:// address", "https://events.example.com/…"),
        secret("slack", patterns.EMAIL, "the channel's e-mail address", "channel@example.slack.com"),
    )
    section.finish()
    return settings
