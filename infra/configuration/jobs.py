"""Jobs: the migration before a release, those that run by the clock, and those that a person starts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from infra.configuration import maxima, patterns
from infra.configuration.cron import cron_mistake
from infra.configuration.environments import Environment, MigrationStep, those
from infra.configuration.images import DIGEST
from infra.configuration.keys import Names, Section
from infra.configuration.kinds import Choice, Number, Text, Texts, some_of
from infra.configuration.validation import Reader


def _command_key(name: str, meaning: str, example: list[str]) -> Texts:
    return Texts(
        name,
        meaning=meaning,
        pattern=patterns.line(1, 1000),
        words="a word of the command, in one line",
        repeated=True,
        example=example,
    )


# Its choices are the services of the file.
SERVICE = Choice(
    "service",
    meaning="whose image, secrets and environment it has",
    choices=(),
    of_what="the services",
    example="api",
)

_DEVELOPMENT = those(lambda standard: MigrationStep.DEVELOPMENT in standard.migration)
_DRY_RUN = those(lambda standard: MigrationStep.DRY_RUN in standard.migration)

COMMAND = _command_key("command", "applies what is new", ["npx", "prisma", "migrate", "deploy"])
DEVELOPMENT = _command_key(
    "development",
    f"the same in {_DEVELOPMENT}, where the schema is still being made",
    ["npx", "prisma", "db", "push"],
).but(default=(), default_words="the same as `command`")
DRY_RUN = _command_key(
    "dryRun",
    f"what {_DRY_RUN} tries out first; it changes nothing",
    ["npx", "prisma", "migrate", "status"],
)
IRREVERSIBLE = Texts(
    "irreversible",
    meaning="versions of the service whose migration the version before cannot work with: an automatic way"
    " back stops there, and says what to decide",
    pattern=DIGEST,
    words="sha256: and 64 hexadecimal digits",
    default=(),
    default_words="none",
    example=["sha256:" + "0" * 64],
)
MIGRATION = Section(
    "migration",
    title="Migration",
    optional=True,
    absent="there is no migration",
    intro="What every rollout waits for.",
    parts=(SERVICE, COMMAND, DEVELOPMENT, DRY_RUN, IRREVERSIBLE),
)

JOB_COMMAND = _command_key("command", "what runs", ["npm", "run", "jobs:clean"])
SCHEDULE = Text(
    "schedule",
    meaning="when: a time that comes",
    pattern=patterns.line(1, 200),
    words="cron's five fields, in UTC",
    example="0 3 * * *",
)
DEADLINE = Number(
    "deadline",
    meaning="after which a run that has not ended is stopped",
    minimum=10,
    maximum=86_400,
    unit="seconds",
    default=3600,
    example=1800,
)
SCHEDULES = Section(
    "schedules",
    title="Schedules",
    optional=True,
    intro="What runs by the clock.",
    names=Names(patterns.PART, patterns.PART_ALLOWED, maxima.SCHEDULES),
    example_name="clean",
    parts=(SERVICE, JOB_COMMAND, SCHEDULE, DEADLINE),
)


ENVIRONMENTS = some_of(
    "environments",
    Environment,
    meaning="where there is such a job; elsewhere nobody can start it",
    example=[each.value for each in Environment][:2],
)
PARAMETERS = Texts(
    "parameters",
    meaning="variables that whoever starts it has to give",
    pattern=patterns.VARIABLE,
    words=patterns.VARIABLE_ALLOWED,
    default=(),
    default_words="none",
    example=["ESCROW_ID"],
)
JOBS = Section(
    "jobs",
    title="Jobs",
    optional=True,
    intro="What runs once, when somebody starts it: `python -m operations job run NAME --env ENVIRONMENT`.",
    names=Names(patterns.PART, patterns.PART_ALLOWED, maxima.JOBS),
    example_name="admin-seed",
    parts=(SERVICE, JOB_COMMAND, ENVIRONMENTS, PARAMETERS, DEADLINE),
)


@dataclass(frozen=True)
class Migration:
    """The database's migration, which every release waits for (contract K8S-6).

    Args:
        service: whose image, secrets and environment it has.
        command: applies what is new (runbook 004: `npm run db:deploy`).
        development: the same in dev, where the schema is still being made (004: `migrate dev`).
        dry_run: what is tried out first in staging; it changes nothing.
        irreversible: versions of the service whose migration the version before cannot work with.
    """

    service: str
    command: tuple[str, ...]
    development: tuple[str, ...]
    dry_run: tuple[str, ...]
    irreversible: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """A command that runs by the clock.

    Args:
        service: whose image, secrets and environment it has.
        command: what runs.
        schedule: cron's five fields, in UTC.
        deadline: seconds after which a run that has not ended is stopped.
    """

    name: str
    service: str
    command: tuple[str, ...]
    schedule: str
    deadline: int


@dataclass(frozen=True)
class OneOffJob:
    """A command that runs once, when a person starts it (contract DR-7, DR-8).

    Args:
        service: whose image, secrets and environment it has.
        command: what runs.
        environments: where it is declared; elsewhere there is nothing to start.
        parameters: variables that whoever starts it has to give.
        deadline: seconds after which a run that has not ended is stopped.
    """

    name: str
    service: str
    command: tuple[str, ...]
    environments: frozenset[Environment]
    parameters: tuple[str, ...]
    deadline: int


def read_migration(root: Reader, services: Collection[str]) -> Migration | None:
    """The section `migration`; None when the system has none."""
    reader = MIGRATION.if_there(root)
    if reader is None:
        return None
    command = COMMAND.read(reader)
    migration = Migration(
        service=_service(reader, services),
        command=command,
        development=DEVELOPMENT.but(default=command).read(reader),
        dry_run=DRY_RUN.read(reader),
        irreversible=IRREVERSIBLE.read(reader),
    )
    reader.finish()
    return migration


def read_schedules(root: Reader, services: Collection[str]) -> Mapping[str, Schedule]:
    """The section `schedules`, by name."""
    readers = SCHEDULES.entries(root)
    return {name: _schedule(name, reader, services) for name, reader in readers.items()}


def _schedule(name: str, reader: Reader, services: Collection[str]) -> Schedule:
    schedule = Schedule(
        name=name,
        service=_service(reader, services),
        command=JOB_COMMAND.read(reader),
        schedule=SCHEDULE.read(reader),
        deadline=DEADLINE.read(reader),
    )
    if schedule.schedule and (mistake := cron_mistake(schedule.schedule)):
        reader.problem(SCHEDULE.name, schedule.schedule, mistake, SCHEDULE.hint)
    reader.finish()
    return schedule


def read_jobs(root: Reader, services: Collection[str]) -> Mapping[str, OneOffJob]:
    """The section `jobs`, by name."""
    return {name: _job(name, reader, services) for name, reader in JOBS.entries(root).items()}


def _job(name: str, reader: Reader, services: Collection[str]) -> OneOffJob:
    wanted = ENVIRONMENTS.read(reader)
    job = OneOffJob(
        name=name,
        service=_service(reader, services),
        command=JOB_COMMAND.read(reader),
        environments=frozenset(each for each in Environment if each in wanted),
        parameters=PARAMETERS.read(reader),
        deadline=DEADLINE.read(reader),
    )
    reader.finish()
    return job


def _service(reader: Reader, services: Collection[str]) -> str:
    if not services:  # what is wrong with them is told once
        return str(reader.value(SERVICE.name))
    return SERVICE.but(choices=tuple(sorted(services))).read(reader)
