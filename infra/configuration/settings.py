"""Settings of one environment: the `groundwork:` keys of its stack file, read once into plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from infra.configuration import patterns
from infra.configuration.backup_account import BACKUP_ACCOUNT, read_backup_account
from infra.configuration.cluster_settings import CLUSTER, ClusterSettings, read_cluster
from infra.configuration.data_settings import (
    DATABASE,
    REDIS,
    DatabaseSettings,
    RedisSettings,
    read_database,
    read_redis,
)
from infra.configuration.database_certificates import FILE as CERTIFICATES_FILE
from infra.configuration.database_certificates import WHERE_AWS_HAS_THEM, database_certificates
from infra.configuration.dns_settings import DNS, DnsSettings, read_dns
from infra.configuration.environments import Environment, Standard
from infra.configuration.file_names import stack_file_name
from infra.configuration.images import IMAGES, read_images
from infra.configuration.keys import Fixed, Section, Varies
from infra.configuration.kinds import Number, Only, Switch, Text
from infra.configuration.network_settings import NETWORK, NetworkSettings, read_network
from infra.configuration.paging import PAGING, PagingSettings, read_paging
from infra.configuration.parent_zone import PARENT_ZONE, ParentZone, read_parent_zone
from infra.configuration.regions import read_region, region_key
from infra.configuration.runners import RUNNERS, read_runners
from infra.configuration.serving import LOST, RECOVERING, SERVING, Serving, read_serving
from infra.configuration.singletons import EXISTING, Singleton, read_singletons
from infra.configuration.switches import (
    DEBUG,
    ESCALATION,
    MAINTENANCE,
    Debug,
    Escalation,
    Maintenance,
    read_debug,
    read_escalation,
    read_maintenance,
)
from infra.configuration.taken_back_release import TAKEN_BACK, TakenBack, read_taken_back
from infra.configuration.validation import Problems, Reader
from infra.configuration.waits import WAITS, Waits, read_waits
from infra.naming import Place

# A new version takes its place in four steps, however many pods there are.
SURGE_PERCENT = 25


_EVERYTHING = "it is part of all names and ARNs"
_MOVES = "nothing moves from one region to another"
_ANOTHER = "another region than `region`"

ACCOUNT = Text(
    "account",
    meaning="the AWS account; the stack refuses every other one",
    pattern=r"\d{12}",
    words="an account id of 12 digits",
    fixed=Fixed(_EVERYTHING),
    example="123456789012",
)
REGION = region_key("region", "where everything runs", example="us-west-2", fixed=Fixed(_MOVES))
RECOVERY_REGION = region_key(
    "recoveryRegion",
    "where copies and the replica are",
    example="us-east-2",
    fixed=Fixed(_MOVES, with_copies=True),
    rules=(_ANOTHER,),
)
# Read by whoever looks for the system file; nothing that this environment decides.
SYSTEM_FILE = Text(
    "systemFile",
    meaning="another system file, for good",
    pattern=patterns.line(1, 4096),
    words="the path of a system file",
    default="",
    default_words="`system.yaml`",
    example="system.yaml",
)

MINIMUM = Number(
    "minimum",
    meaning="pods of each service at least",
    minimum=Varies(lambda environment: environment.standard.replicas_minimum),
    maximum=10,
    unit="pods",
    example=3,
)
MAXIMUM = Number(
    "maximum",
    meaning="pods of each service at most; what all of them can open together has to fit into the database's"
    " connections (contract DB-4)",
    minimum=MINIMUM.minimum,
    maximum=100,
    unit="pods",
    within="not less than `minimum`",
    example=10,
)
REPLICAS = Section("replicas", title="Replicas", parts=(MINIMUM, MAXIMUM))

ACTIONS = Switch(
    "actions",
    meaning="whether alarms reach anybody",
    only=Varies(
        lambda environment: (
            Only(True, f"true in {environment}: its alarms reach people")
            if environment.standard.alarms_reach_people
            else None
        )
    ),
    example=True,
)
EMAIL = Text(
    "email",
    meaning="who is written to",
    pattern=patterns.EMAIL,
    words="an e-mail address",
    default="",
    default_words="the system's `owner`",
    example="on-call@example.com",
)
ALARMS = Section("alarms", title="Alarms", parts=(ACTIONS, EMAIL))

MONTHLY = Number(
    "monthly",
    meaning="what a month may cost; SEV-4 when it will not be enough",
    minimum=1,
    maximum=1_000_000,
    unit="US dollars",
    example=4000,
)
BUDGET = Section("budget", title="Budget", parts=(MONTHLY,))


STACK = Section(
    "",
    title="Account and regions",
    parts=(
        ACCOUNT,
        REGION,
        RECOVERY_REGION,
        SERVING,
        LOST,
        RECOVERING,
        WAITS,
        BACKUP_ACCOUNT,
        IMAGES,
        EXISTING,
        SYSTEM_FILE,
        NETWORK,
        CLUSTER,
        DATABASE,
        REDIS,
        REPLICAS,
        BUDGET,
        ALARMS,
        PAGING,
        ESCALATION,
        MAINTENANCE,
        TAKEN_BACK,
        DEBUG,
        DNS,
        PARENT_ZONE,
        RUNNERS,
    ),
)


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
class Settings:
    """Everything that an environment decides, and the standard that it is held to.

    `region` and the network's `cidr` and zones are where it runs, `recovery_region` and what is called like
    it where its copies are: after a region was lost these are not those of the first day any more, and
    `serving` says so. `waits` are the parts that stand there beside the data. `backup_account` is the id of
    the account that is copied to, empty for none. `images` has the digest (in dev also a tag) of each
    service's image; `budget` is in US dollars a month; `runners` is the ARN of CodeBuild's connection to
    GitHub, None without runners.
    """

    environment: Environment
    standard: Standard
    account: str
    region: str
    recovery_region: str
    serving: Serving
    waits: frozenset[Waits]
    backup_account: str
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
    parent_zone: ParentZone | None
    budget: int
    maintenance: Maintenance
    taken_back: TakenBack
    debug: Debug
    existing: frozenset[Singleton]
    runners: str | None

    @property
    def copies(self) -> bool:
        """Whether there are copies of everything in the recovery region: in prod, unless it is lost."""
        return self.standard.recovery_copies and not self.serving.other_lost

    @property
    def redundant(self) -> bool:
        """Whether database and Redis have one more in another zone: not before people are back at work."""
        return self.standard.redundant and not self.serving.recovering

    @property
    def exchanged(self) -> Settings:
        """The same with the two regions in each other's role where the second one serves: from what the
        stack file says to where everything runs, and back.
        """
        if self.serving.place is Place.HOME:
            return self
        return self.exchanged_regions

    @property
    def recovered(self) -> Settings:
        """As they are when the region where everything runs is lost: in the other one, without copies."""
        generations = self.database.generations
        database = replace(self.database, generations=replace(generations, promoted=generations.declared))
        return replace(
            self.exchanged_regions,
            serving=Serving(self.serving.place.other, other_lost=True, recovering=True),
            database=database,
        )

    @property
    def exchanged_regions(self) -> Settings:
        """The same with the two regions, and what belongs to each, in each other's role."""
        return replace(
            self,
            region=self.recovery_region,
            recovery_region=self.region,
            network=self.network.exchanged,
        )


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
    file = stack_file_name(environment)
    if environment not in list(Environment):
        problems.add(
            file, "the stack's name", environment, f"one of {', '.join(Environment)}", "Select one of these."
        )
        return None
    name = Environment.named(environment)
    standard = name.standard
    root = Reader(problems, file, raw)
    region, recovery_region = read_region(root, REGION), read_region(root, RECOVERY_REGION)
    account = ACCOUNT.read(root)
    settings = Settings(
        environment=name,
        standard=standard,
        account=account,
        region=region,
        recovery_region=recovery_region,
        serving=read_serving(root, name, region, recovery_region),
        waits=read_waits(root, name),
        backup_account=read_backup_account(root, name, account),
        network=read_network(problems, root, file, name, region, recovery_region),
        cluster=read_cluster(root, today),
        database=read_database(root, name),
        redis=read_redis(root, name),
        replicas=_replicas(root, name),
        images=read_images(root, IMAGES.of(name)),
        alarms=_alarms(root, name),
        paging=read_paging(root),
        escalation=read_escalation(root),
        dns=read_dns(root),
        parent_zone=read_parent_zone(root),
        budget=_budget(root),
        maintenance=read_maintenance(root),
        taken_back=read_taken_back(root),
        debug=read_debug(root, name, today),
        existing=read_singletons(root),
        runners=read_runners(root),
    )
    _check_regions(problems, root, file, region, recovery_region)
    SYSTEM_FILE.read(root)
    root.finish()
    return settings.exchanged


def _check_regions(problems: Problems, root: Reader, file: str, region: str, recovery_region: str) -> None:
    """The two are different ones, and the certificates of databases in both are known."""
    if not problems.concern(file, "region", "recoveryRegion") and recovery_region == region:
        root.problem(RECOVERY_REGION.name, region, _ANOTHER)
    for key, value in (("region", region), ("recoveryRegion", recovery_region)):
        if not problems.concern(file, key) and value not in database_certificates():
            allowed = f"one of {', '.join(sorted(database_certificates()))}"
            where = WHERE_AWS_HAS_THEM.format(region=value)
            advice = f"Or add {where} to infra/configuration/{CERTIFICATES_FILE}."
            root.problem(key, value, allowed, advice)


def _replicas(root: Reader, environment: Environment) -> ReplicaSettings:
    section = REPLICAS.read(root)
    minimum = MINIMUM.of(environment).read(section)
    settings = ReplicaSettings(minimum, MAXIMUM.but(minimum=minimum).read(section))
    section.finish()
    return settings


def _alarms(root: Reader, environment: Environment) -> AlarmSettings:
    section = ALARMS.read(root)
    settings = AlarmSettings(ACTIONS.of(environment).read(section), EMAIL.read(section) or None)
    section.finish()
    return settings


def _budget(root: Reader) -> int:
    section = BUDGET.read(root)
    monthly = MONTHLY.read(section)
    section.finish()
    return monthly
