"""What runs and ends: the migration before a release, and what runs by the clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from infra.configuration import maxima, patterns
from infra.configuration.cron import cron_mistake
from infra.configuration.validation import Reader


@dataclass(frozen=True)
class Migration:
    """The database's migration, which every release waits for (contract K8S-6).

    Args:
        service: whose image, secrets and environment it has.
        command: applies what is new (runbook 004: `npm run db:deploy`).
        development: the same in dev, where the schema is still being made (004: `migrate dev`).
        dry_run: what is tried out first in staging; it changes nothing.
    """

    service: str
    command: tuple[str, ...]
    development: tuple[str, ...]
    dry_run: tuple[str, ...]


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


def read_migration(root: Reader, services: Collection[str]) -> Migration | None:
    """The section `migration`; None when the system has none."""
    reader = root.section_if_there("migration")
    if reader is None:
        return None
    command = _command(reader, "command")
    migration = Migration(
        service=_service(reader, services),
        command=command,
        development=_command(reader, "development", default=command),
        dry_run=_command(reader, "dryRun"),
    )
    reader.finish()
    return migration


def read_schedules(root: Reader, services: Collection[str]) -> Mapping[str, Schedule]:
    """The section `schedules`, by name."""
    readers = root.entries(
        "schedules",
        pattern=patterns.PART,
        allowed=patterns.PART_ALLOWED,
        most=maxima.SCHEDULES,
        optional=True,
    )
    return {name: _schedule(name, reader, services) for name, reader in readers.items()}


def _schedule(name: str, reader: Reader, services: Collection[str]) -> Schedule:
    schedule = Schedule(
        name=name,
        service=_service(reader, services),
        command=_command(reader, "command"),
        schedule=reader.text(
            "schedule",
            pattern=patterns.line(1, 200),
            allowed="cron's five fields, in UTC",
            example='"0 3 * * *"',
        ),
        deadline=reader.integer("deadline", minimum=10, maximum=86_400, unit="seconds", default=3600),
    )
    if schedule.schedule and (mistake := cron_mistake(schedule.schedule)):
        reader.problem("schedule", schedule.schedule, mistake, 'For example `schedule: "0 3 * * *"`.')
    reader.finish()
    return schedule


def _service(reader: Reader, services: Collection[str]) -> str:
    if not services:  # what is wrong with them is told once
        return str(reader.value("service"))
    return reader.choice("service", sorted(services))


def _command(reader: Reader, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
    return reader.texts(
        name,
        pattern=patterns.line(1, 1000),
        allowed="a word of the command, in one line",
        example="npm",
        default=default,
        repeated=True,
    )
