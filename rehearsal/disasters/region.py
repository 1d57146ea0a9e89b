"""A region that is lost: nothing in it answers, and everything runs in the other one afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from infra.configuration.platform_secrets import redis_secret
from rehearsal.disasters.database import is_written, rows_there, seconds_lost
from rehearsal.disasters.stage import Stage, stage
from rehearsal.disasters.steps import Step, as_json, steps_of, until
from rehearsal.disasters.writer import Writer
from timing.data.recovery import Wait
from timing.facts import Times
from timing.region import STEPS, times_of

Say = Callable[[str], None]
NAME = "region-lost"

# How the command asks whether the region answers; EKS is asked by a path.
_QUESTIONS = Counter([("ec2", "describe_vpcs"), ("rds", "describe_db_instances"), ("eks", "get /clusters")])

# Of what AWS does on the day nothing is seen here.
NOT_REHEARSED = (
    "how long AWS takes: the times are from timing/data",
    "that the other region has room for nodes, and that pods become ready",
    "quotas of the other region, and capacity that everybody asks for on such a day",
    "the restart that a promotion ends with",
    "that names lead to the new load balancer: Route 53 and CloudFront are recorded",
    "that the backend of the state answers: it is a folder here",
)


@dataclass(frozen=True)
class RegionRehearsed:
    """What became of it.

    Args:
        environment: where.
        steps: of the command.
        forgotten: resources that the state does not have any more.
        moved: those that it has in the other place.
        written: rows that the database had confirmed before the disaster.
        gone: of these, the ids of those that are lost.
        lost_seconds: from the newest row that is there to the disaster.
        calls: to the region that is lost, after it was seen that it does not answer.
        deployments: how long AWS takes for each of the three, simulated.
        settled: what the next preview would change; after a refresh.
        serves: whether rows are written again.
        redis: the hosts that services find Redis at.
    """

    environment: str
    steps: tuple[Step, ...]
    forgotten: int
    moved: int
    written: int
    gone: tuple[int, ...]
    lost_seconds: float
    calls: tuple[str, ...]
    deployments: tuple[Times, ...]
    settled: dict[str, int]
    serves: bool
    redis: tuple[str, ...]

    @property
    def lost(self) -> int:
        """How many rows are lost."""
        return len(self.gone)

    @property
    def good(self) -> bool:
        """Whether the runbook's promise holds: people work, nobody asked the lost region, nothing is left."""
        return self.serves and not self.calls and not self.settled

    @property
    def until_users_are_back(self) -> Times:
        """How long people cannot work, on AWS."""
        return until(self.steps, "ready")

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {
            "disaster": NAME,
            "environment": self.environment,
            "good": self.good,
            "steps": as_json(self.steps),
            "state": {"forgotten": self.forgotten, "moved": self.moved},
            "rows": {"written": self.written, "lost": self.lost, "lostSeconds": round(self.lost_seconds, 2)},
            "callsToTheLostRegion": list(self.calls),
            "serves": self.serves,
            "previewAtTheEnd": self.settled,
            "deployments": [vars(each) for each in self.deployments],
            "notRehearsed": list(NOT_REHEARSED),
        }

    def lines(self) -> list[str]:
        """What is said below the table of steps."""
        rows = f"{self.lost} of {self.written} that were confirmed before the disaster are lost"
        changes = ", ".join(f"{count} {name}" for name, count in self.settled.items())
        return [
            f"state: {self.forgotten} resources forgotten, {self.moved} moved to the other place",
            f"rows: {rows}, {self.lost_seconds:.1f} seconds of data",
            f"rows are written again: {'yes' if self.serves else 'NO'}",
            f"calls to the lost region: {len(self.calls)}{''.join(f'; {each}' for each in self.calls)}",
            f"next preview, after a refresh: {changes or 'nothing to change'}",
        ]


def rehearse(
    root: Path, environment: str, engine: Path, say: Say, system: Path | None = None
) -> RegionRehearsed:
    """Loses the region of a deployed environment, and has the command bring it up in the other one.

    Raises:
        CommandFailed: the command, or the engine, did not.
    """
    say(f"deploying {environment} with a real database, and its replica")
    with (
        stage(root, environment, engine, system=system) as on_stage,
        Writer(on_stage.connect, on_stage.has_pods) as writer,
    ):
        return rehearse_on(on_stage, writer, say)


def rehearse_on(on_stage: Stage, writer: Writer, say: Say) -> RegionRehearsed:
    """The same, where something is deployed already.

    Raises:
        CommandFailed: the command, or the engine, did not.
    """
    writer.wait_for(20)
    lost, session = on_stage.session.region, on_stage.session
    destroyed = datetime.now(UTC)
    session.cloud.unreachable.add(lost)
    session.datastores.lose(lost)
    say(f"{lost} is off: {len(writer.rows)} rows were written; running `recover region`")
    record = on_stage.command("recover", "region", "--yes")
    before = [row for row in writer.rows if row.confirmed <= destroyed]
    # What the deployment's own call of the function does where functions really run.
    on_stage.prepare()
    there = rows_there(on_stage)
    say("refreshing: does the state say what is there?")
    settled = on_stage.settled()
    gone = tuple(row.id for row in before if row.id not in there)
    return RegionRehearsed(
        on_stage.configuration.settings.environment.value,
        steps_of(record, STEPS, times_on(on_stage)),
        int(record["about"]["forgotten"]),
        int(record["about"]["moved"]),
        len(before),
        gone,
        seconds_lost(before, there, destroyed),
        _calls(on_stage),
        simulated(on_stage),
        settled,
        serves=is_written(on_stage, writer),
        redis=_redis(on_stage),
    )


def times_on(on_stage: Stage) -> Callable[[Wait], Times]:
    """What AWS takes for each step, by what waits in the other region of the environment."""
    return partial(times_of, waits=on_stage.configuration.settings.waits)


def _calls(on_stage: Stage) -> tuple[str, ...]:
    """Who asked the lost region, but for the questions whether it answers."""
    asked = Counter((each.service, each.operation) for each in on_stage.session.cloud.reach.attempts)
    return tuple(f"{service} {operation}" for service, operation in (asked - _QUESTIONS).elements())


def simulated(on_stage: Stage) -> tuple[Times, ...]:
    """How long AWS takes for each deployment of the commands, in order."""
    seconds = [each.seconds for each in on_stage.engine.forecasts]
    return tuple(Times(round(typical), round(slow)) for typical, slow in seconds)


def _redis(on_stage: Stage) -> tuple[str, ...]:
    names = [on_stage.configuration.naming.secret(redis_secret(each)) for each in ("cache", "queue")]
    return tuple(
        str(on_stage.call("secretsmanager", "get_secret_value", SecretId=name)["SecretString"])
        for name in names
    )
