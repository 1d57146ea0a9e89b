"""Disasters of the database: rows that were destroyed, and an instance that is gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from commands.errors import CommandFailed
from rehearsal.disasters.stage import Stage, stage
from rehearsal.disasters.steps import Step, as_json, steps_of, until
from rehearsal.disasters.writer import TABLE, Row, Writer, rows_of
from timing.data.recovery import Wait
from timing.facts import Times

Say = Callable[[str], None]

_WAIT_SECONDS = 60
_WAITS = {
    "ask": Wait.QUICK,
    "stop": Wait.STOP_SERVICES,
    "before": Wait.EXAMINE,
    "restore": Wait.REST_OF_RESTORE,
    "check": Wait.EXAMINE,
    "switch": Wait.SWITCH,
    "start": Wait.START_SERVICES,
    "write": Wait.QUICK,
}


class Disaster(StrEnum):
    """What can be rehearsed."""

    BAD_DATA = "bad-data"
    DATABASE_LOST = "database-lost"


# Of what AWS does on the day nothing is seen here.
NOT_REHEARSED = (
    "how long AWS takes: the times are from timing/data",
    "that there are nodes for the pods, and that they become ready",
    "parameters that wait for a restart, and the version's minor upgrades",
    "the first backup after the restore, and the new replica's seeding",
)


@dataclass(frozen=True)
class Rehearsed:
    """What became of it.

    Args:
        disaster: which one.
        environment: where.
        steps: of the command.
        written: rows that the database had confirmed before the disaster.
        lost: of these, those that are gone.
        lost_seconds: from the newest row that is there to the disaster.
        adopted: what the preview after the deployment would change.
        settled: what the preview would change when all is finished.
        serves: whether rows are written again.
        old_stands: whether the instance of before is there.
    """

    disaster: Disaster
    environment: str
    steps: tuple[Step, ...]
    written: int
    lost: int
    lost_seconds: float
    adopted: dict[str, int]
    settled: dict[str, int]
    serves: bool
    old_stands: bool

    @property
    def good(self) -> bool:
        """Whether the runbook's promise holds: people work, and program and state agree."""
        return self.serves and not self.adopted and not self.settled

    @property
    def until_users_are_back(self) -> Times:
        """How long people cannot work, on AWS."""
        return until(self.steps, "start")

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {
            "disaster": self.disaster.value,
            "environment": self.environment,
            "good": self.good,
            "steps": as_json(self.steps),
            "rows": {"written": self.written, "lost": self.lost, "lostSeconds": round(self.lost_seconds, 2)},
            "serves": self.serves,
            "oldStands": self.old_stands,
            "previewAfterAdoption": self.adopted,
            "previewAtTheEnd": self.settled,
            "notRehearsed": list(NOT_REHEARSED),
        }


def rehearse(  # as all disasters, and which one
    root: Path, environment: str, engine: Path, disaster: Disaster, say: Say, system: Path | None = None
) -> Rehearsed:
    """Breaks something in a deployed environment, and has the command bring it back.

    Raises:
        CommandFailed: the command, or the engine, did not.
    """
    say(f"deploying {environment} with a real database")
    with stage(root, environment, engine, system=system) as on_stage:
        return rehearse_on(on_stage, disaster, say)


def rehearse_on(on_stage: Stage, disaster: Disaster, say: Say) -> Rehearsed:
    """The same, where something is deployed already.

    Raises:
        CommandFailed: the command, or the engine, did not.
    """
    with Writer(on_stage.connect, on_stage.has_pods) as writer:
        writer.wait_for(10)
        say("rows are written")
        destroyed, words = _BREAK[disaster](on_stage, writer)
        say(f"{disaster}: {len(writer.rows)} rows were written so far; running `recover {' '.join(words)}`")
        record = on_stage.command("recover", *words, "--yes")
        before = [row for row in writer.rows if row.confirmed <= destroyed]
        writer.wait_for(5)
        there = rows_there(on_stage)
        say("deploying: the engine adopts the instance")
        if disaster is Disaster.DATABASE_LOST:
            _forget(on_stage)
        adopted = on_stage.deploy()
        on_stage.command("recover", "finish")
        settled = on_stage.deploy()
        names = _instances(on_stage)
        return Rehearsed(
            disaster,
            on_stage.configuration.settings.environment.value,
            steps_of(record, _WAITS),
            len(before),
            sum(row.id not in there for row in before),
            seconds_lost(before, there, destroyed),
            adopted,
            settled,
            serves=is_written(on_stage, writer),
            old_stands=on_stage.configuration.naming.database(1) in names,
        )


def is_written(on_stage: Stage, writer: Writer) -> bool:
    """Whether a row that is confirmed now is in the database that services are sent to."""
    writer.wait_for(1)
    return writer.rows[-2].id in rows_there(on_stage)


def rows_there(on_stage: Stage) -> set[int]:
    connection = on_stage.connect()
    try:
        return rows_of(connection)
    finally:
        connection.close()


def _bad_data(on_stage: Stage, writer: Writer) -> tuple[datetime, tuple[str, ...]]:
    """Somebody forgets a WHERE, a second after the time that is asked for."""
    asked = datetime.now(UTC)
    writer.wait_for(5)
    destroyed = datetime.now(UTC)
    connection = on_stage.connect()
    connection.run(f"DELETE FROM {TABLE}")  # noqa: S608  # a name of ours
    connection.close()
    _wait_until_restorable(on_stage, asked)
    return destroyed, ("database", "--to", asked.isoformat())


def _database_lost(on_stage: Stage, writer: Writer) -> tuple[datetime, tuple[str, ...]]:
    """Somebody deletes the instance, and the protection before it."""
    _wait_until_restorable(on_stage, datetime.now(UTC))
    writer.wait_for(5)
    name = on_stage.configuration.naming.database(1)
    on_stage.call("rds", "modify_db_instance", DBInstanceIdentifier=name, DeletionProtection=False)
    destroyed = datetime.now(UTC)
    on_stage.call(
        "rds",
        "delete_db_instance",
        DBInstanceIdentifier=name,
        SkipFinalSnapshot=True,
        DeleteAutomatedBackups=False,
    )
    return destroyed, ("database", "--to", "latest")


_BREAK: dict[Disaster, Callable[[Stage, Writer], tuple[datetime, tuple[str, ...]]]] = {
    Disaster.BAD_DATA: _bad_data,
    Disaster.DATABASE_LOST: _database_lost,
}


def _wait_until_restorable(on_stage: Stage, when: datetime) -> None:
    name, end = on_stage.configuration.naming.database(1), time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < end:
        answer = on_stage.call("rds", "describe_db_instance_automated_backups", DBInstanceIdentifier=name)
        windows = [each.get("RestoreWindow") or {} for each in answer["DBInstanceAutomatedBackups"]]
        if any(window.get("LatestTime") and window["LatestTime"] >= when for window in windows):
            return
        time.sleep(0.2)
    raise CommandFailed(f"{name} could not be restored to a time of a minute ago")


def _forget(on_stage: Stage) -> None:
    """What the command tells to do: the state sees that the instance is gone."""
    for resource in on_stage.session.export()["deployment"]["resources"]:
        if resource["urn"].endswith("rds/instance:Instance::database"):
            on_stage.session.refresh(options=["--target", resource["urn"]])


def _instances(on_stage: Stage) -> list[str]:
    found = on_stage.call("rds", "describe_db_instances")["DBInstances"]
    return [str(each["DBInstanceIdentifier"]) for each in found]


def seconds_lost(before: list[Row], there: set[int], destroyed: datetime) -> float:
    kept = [row.confirmed for row in before if row.id in there]
    newest = max(kept, default=before[0].confirmed)
    return (destroyed - newest).total_seconds()
