"""A region that is back after it was lost: it is fenced, waits with copies, and everything moves home."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.recovery.record import OUTPUT
from rehearsal.aws.moto_replication import LATE, Late
from rehearsal.disasters import region
from rehearsal.disasters.database import Say, is_written, rows_there
from rehearsal.disasters.redis_users import log_in, rotate
from rehearsal.disasters.region import RegionRehearsed, simulated, times_on
from rehearsal.disasters.stage import Stage, stage
from rehearsal.disasters.steps import Step, as_json, steps_of, until
from rehearsal.disasters.writer import Writer, rows_of
from timing.data.recovery import Wait
from timing.facts import Times
from timing.region import STEPS

NAME = "failback"
BUCKET = "documents"
FILES = 3

# Of what AWS does on the day nothing is seen here.
NOT_REHEARSED = (
    "how long AWS takes: the times are from timing/data",
    "what of the region is broken when it is back: everything in it is as it was",
    "that S3 goes on copying by itself, and Secrets Manager lets go of copies that were promoted",
    "the network interfaces of functions, which keep security groups for up to 40 minutes",
)
_BACK = {
    "fence": Wait.STOP_SERVICES,
    "copied": Wait.COPIED,
    "aside": Wait.RENAMED,
    "redis": Wait.REDIS_GONE,
    "entries": Wait.QUICK,
    "state": Wait.STATE,
    "refresh": Wait.STATE,
    "write": Wait.QUICK,
    "wait": Wait.RETURN,
    "missed": Wait.MISSED_FILES,
    "agree": Wait.STATE,
}
_LEAVING = {"stop": Wait.STOP_SERVICES, "closed": Wait.CLOSED, "replayed": Wait.REPLAYED, **STEPS}


@dataclass(frozen=True)
class FailbackRehearsed:
    """What became of it.

    Args:
        environment: where.
        back: the steps with which the region that was lost waits again.
        moved: those with which everything moves home, on purpose.
        back_again: those with which the other region waits again.
        evidence: of the rows that the loss of the region cost, those that the database put aside has.
        lost: those rows.
        files: of the last minutes, those that came from the region when it was back.
        missed: of those that were written while it was lost, those that it has when it waits again.
        moved_rows: rows that were confirmed before everything moved home.
        moved_lost: of these, those that are gone.
        waiting: how long AWS takes for the deployment that has a region wait again; twice.
        settled: what the next preview would change after each `region-back`; after a refresh.
        redis: whether services can log in to both Redis after the move, with what their entries say, though
            rotations had changed it.
        serves: whether rows are written at the end.
        region: where everything runs at the end.
    """

    environment: str
    back: tuple[Step, ...]
    moved: tuple[Step, ...]
    back_again: tuple[Step, ...]
    evidence: int
    lost: int
    files: int
    missed: int
    moved_rows: int
    moved_lost: int
    waiting: tuple[Times, ...]
    settled: tuple[dict[str, int], ...]
    redis: bool
    serves: bool
    region: str

    @property
    def good(self) -> bool:
        """Whether nothing is lost on the way, and program and state agree."""
        files = self.files == self.missed == FILES
        kept = self.evidence == self.lost and files and not self.moved_lost
        return kept and self.serves and self.redis and not any(self.settled)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Of the move, the only part in which people cannot work."""
        return self.moved

    @property
    def until_users_are_back(self) -> Times:
        """How long people cannot work while everything moves, on AWS."""
        return until(self.moved, "ready")

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {
            "disaster": NAME,
            "environment": self.environment,
            "good": self.good,
            "regionBack": as_json(self.back),
            "move": as_json(self.moved),
            "regionBackAgain": as_json(self.back_again),
            "evidence": {"rows": self.evidence, "of": self.lost},
            "files": {"ofTheLastMinutes": self.files, "writtenMeanwhile": self.missed, "of": FILES},
            "rowsOfTheMove": {"written": self.moved_rows, "lost": self.moved_lost},
            "waiting": [vars(each) for each in self.waiting],
            "previews": list(self.settled),
            "redis": self.redis,
            "serves": self.serves,
            "region": self.region,
            "notRehearsed": list(NOT_REHEARSED),
        }

    def lines(self) -> list[str]:
        """What is said below the table of steps."""
        changes = ", ".join(f"{count} {name}" for each in self.settled for name, count in each.items())
        return [
            f"rows that the loss of the region cost: {self.evidence} of {self.lost} are in the one put aside",
            f"files of the last minutes: {self.files} of {FILES} came when the region was back",
            f"files written while it was lost: it has {self.missed} of {FILES}",
            f"the move home: {self.moved_lost} of {self.moved_rows} rows lost",
            f"the entries of both Redis let services in after it: {'yes' if self.redis else 'NO'}",
            f"rows are written again in {self.region}: {'yes' if self.serves else 'NO'}",
            f"previews after each return, after a refresh: {changes or 'nothing to change'}",
        ]


def rehearse(
    root: Path, environment: str, engine: Path, say: Say, system: Path | None = None
) -> FailbackRehearsed:
    """Loses a region, brings everything up in the other one, and has it all move home again.

    Raises:
        CommandFailed: a command, or the engine, did not.
    """
    say(f"deploying {environment} with a real database, and its replica")
    with (
        stage(root, environment, engine, system=system) as on_stage,
        Writer(on_stage.connect, on_stage.has_pods) as writer,
    ):
        before = prepare(on_stage)
        lost = region.rehearse_on(on_stage, writer, say)
        return rehearse_on(on_stage, writer, lost, before, say)


def prepare(on_stage: Stage) -> Mapping[str, Any]:
    """What has to be there before the region is lost: files that S3 has not copied, and passwords that were
    rotated; answers how the database is reached that will be put aside.
    """
    LATE[on_stage.session.cloud.account] = Late({on_stage.session.region})
    _write_files(on_stage, "last")
    rotate(on_stage)
    return on_stage.entry()


def _write_files(on_stage: Stage, folder: str) -> None:
    """As a service does, where everything runs now."""
    bucket = on_stage.configuration.naming.bucket(BUCKET, on_stage.session.region)
    for number in range(FILES):
        on_stage.call("s3", "put_object", Bucket=bucket, Key=f"{folder}/{number}.pdf", Body=b"%PDF")


def _documents(on_stage: Stage) -> str:
    return on_stage.configuration.naming.bucket(BUCKET)


def rehearse_on(
    on_stage: Stage, writer: Writer, lost: RegionRehearsed, before: Mapping[str, Any], say: Say
) -> FailbackRehearsed:
    """The same, where a region is lost and everything runs in the other one.

    Args:
        on_stage: where.
        writer: of the rows.
        lost: what the loss of the region has come to.
        before: as `prepare` told it.
        say: is told how far it is.

    Raises:
        CommandFailed: a command, or the engine, did not.
    """
    session = on_stage.session
    home = on_stage.configuration.settings.region
    session.cloud.unreachable.discard(home)
    session.datastores.regain(home)
    _write_files(on_stage, "meanwhile")
    LATE.pop(session.cloud.account).go_on()
    _go_to_another_machine(on_stage)
    say(f"{home} is back; running `recover region-back`")
    back = on_stage.command("recover", "region-back", "--yes")
    evidence = _rows_put_aside(on_stage, str(back["about"]["evidence"]), before)
    settled = [on_stage.settled()]
    other = on_stage.configuration.in_recovery_region.naming.bucket(BUCKET)
    files, missed = list(_keys(on_stage, other)), list(_keys(on_stage, _documents(on_stage), home))
    say(f"everything moves home; running `recover region --to {home}`")
    writer.wait_for(5)
    moved = on_stage.command("recover", "region", "--to", home, "--yes")
    written = list(writer.rows)
    on_stage.prepare()
    there = rows_there(on_stage)
    redis = log_in(on_stage)
    _go_to_another_machine(on_stage)
    say("the other region is to wait again; running `recover region-back`")
    again = on_stage.command("recover", "region-back", "--yes")
    settled.append(on_stage.settled())
    kept = [row.id for row in written if row.id not in lost.gone]
    times = times_on(on_stage)
    first, second = simulated(on_stage)[3], simulated(on_stage)[7]
    return FailbackRehearsed(
        on_stage.configuration.settings.environment.value,
        steps_of(back, _BACK, times),
        steps_of(moved, _LEAVING, times),
        steps_of(again, _BACK, times),
        sum(row in evidence for row in lost.gone),
        lost.lost,
        sum(key.startswith("last/") for key in files),
        sum(key.startswith("meanwhile/") for key in missed),
        len(kept),
        sum(row not in there for row in kept),
        (first, second),
        tuple(settled),
        redis=redis,
        serves=is_written(on_stage, writer),
        region=session.region,
    )


def _go_to_another_machine(on_stage: Stage) -> None:
    """Where the record and the state of before are not: who is there when a region comes back has neither."""
    shutil.rmtree(on_stage.root / OUTPUT)


def _rows_put_aside(on_stage: Stage, name: str, before: Mapping[str, Any]) -> set[int]:
    """The rows of the database that served when the region was lost, read with the password of then."""
    connection = on_stage.session.datastores.connect(
        name, user=before["username"], password=before["password"], database=before["dbname"]
    )
    try:
        return rows_of(connection)
    finally:
        connection.close()


def _keys(on_stage: Stage, bucket: str, region: str = "") -> Iterator[str]:
    cloud = on_stage.session.cloud
    found = cloud.call("s3", region or on_stage.session.region, "list_objects_v2", Bucket=bucket)
    for each in found.get("Contents", ()):
        yield str(each["Key"])
