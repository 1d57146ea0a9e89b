"""`recover region`: everything runs in the other region, when the one that it ran in is lost, or left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS, CATALOGUE, FRONTEND, replication_role
from infra.configuration.platform_names import CLUSTER_ROLE, NODE_ROLE
from infra.configuration.platform_secrets import redis_secret
from infra.configuration.waits import Waits
from infra.naming import Naming
from operations.console import OperationError, OperationFailed
from operations.environments import Connection
from operations.recovery import engine_steps, moved_state, serving_file
from operations.recovery.kept_states import KeptStates
from operations.recovery.lacking import lacking
from operations.recovery.leaving import Leaving
from operations.recovery.lost_region import QUESTIONS, answering
from operations.recovery.pulumi import Pulumi
from operations.recovery.replica import Replica
from operations.recovery.run import Run
from operations.recovery.services import Services, reached
from operations.recovery.steps import Clock, Progress, Recovery, Step, wait_until
from timing.data.recovery import Wait
from timing.region import notes, times_of

KIND = "region"

# Redis is made anew, so what its entries say of it is, too.
_MADE_ANEW = frozenset(redis_secret(purpose) for purpose in ("cache", "queue"))
# With these S3 copies what it had not copied yet, once the lost region is back.
_COPIED = (*(each.name for each in CATALOGUE), FRONTEND)
_LEFT_ALONE = frozenset([*(replication_role(name) for name in _COPIED), "replication-trail"])


@dataclass(frozen=True)
class Surroundings:
    """What a recovery works with.

    Args:
        connection: to the account, in the region that takes over.
        pulumi: the engine.
        file: the stack file.
        folder: of this machine, where the state is kept as it was.
    """

    connection: Connection
    pulumi: Pulumi
    file: Path
    folder: Path


def recovered(configuration: Configuration) -> Configuration:
    """The environment as it is afterwards.

    Raises:
        OperationError: it has no other region to run in.
    """
    settings = configuration.settings
    if settings.serving.other_lost:
        return configuration  # the file is written: the same command goes on
    if not settings.copies:
        raise OperationError(
            f"{settings.environment}: nothing waits in another region: there are copies in prod alone."
        )
    return replace(configuration, settings=settings.recovered)


def check_target(after: Configuration, to: str) -> None:
    """Sees that the region that is named is the other one.

    Args:
        after: the environment as it is afterwards; see `recovered`.
        to: the region to move to.

    Raises:
        OperationError: it is not.
    """
    naming = after.naming
    if to != naming.region:
        raise OperationError(
            f"--to: found {to}; allowed: {naming.region}, where copies wait. It runs in "
            f"{naming.recovery_region}."
        )


def move_of(lost: str, serving: Naming) -> moved_state.Move:
    """What is moved when a region is lost.

    Args:
        lost: the region.
        serving: names and ARNs of the one that takes over.
    """
    own_roles = frozenset(serving.in_recovery_region.role(each) for each in (CLUSTER_ROLE, NODE_ROLE))
    return moved_state.Move(lost, serving.region, serving.place.other, _MADE_ANEW, _LEFT_ALONE, own_roles)


class RegionRecovery:
    """The recovery of one environment's region.

    Args:
        after: the environment as it is afterwards; see `recovered`.
        given: what it works with.
        leave: gives a connection to the region that is left on purpose; it is not called when it is lost.
        clock: time.
    """

    kind = KIND

    def __init__(
        self,
        after: Configuration,
        given: Surroundings,
        leave: Callable[[], Connection],
        clock: Clock | None = None,
    ) -> None:
        self._after, self._given, self._leave, self._clock = after, given, leave, clock or Clock()
        self._naming, self._settings = after.naming, after.settings
        self._secrets = given.connection.client("secretsmanager")
        self._services = Services.of(after, given.connection)
        self._instance = self._naming.database(self._settings.database.generations.current)
        self._replica = Replica(given.connection, self._instance)
        self._days = self._settings.database.backup_retention
        backups = self._naming.bucket(BACKUPS)
        self._kept = KeptStates(given.connection.client("s3"), backups, given.folder)

    @property
    def _serving(self) -> str:
        return self._naming.region

    @property
    def _lost(self) -> str:
        return self._naming.recovery_region

    def decide(self, to: str, *, force: bool) -> dict[str, Any]:
        """What is there to recover with, for `Run.about`.

        Args:
            to: the region to move to on purpose; empty when the other one is lost.
            force: also when the region answers.

        Raises:
            OperationError: the region answers, and nobody has said that it is left on purpose; or it cannot
                be moved to `to`.
            OperationFailed: nothing can take over, or the region that is to be left does not answer.
        """
        there = list(answering(self._given.connection, self._lost))
        if to:
            self._check_leaving(to, there)
        elif there and not force:
            raise OperationError(
                f"{self._lost} answers ({', '.join(there)}), so both regions would write. To leave it on "
                f"purpose: --to {self._serving}, which stops its services first and loses no row. Is it lost "
                "all the same, for what people need? Then: --force, after its services were stopped "
                "(`kubectl scale --replicas=0`)."
            )
        found = self._replica.find()
        if found is None:
            raise OperationFailed(
                f"{self._instance} is not in {self._serving}: there is no replica to promote. Its copied "
                "backups are: `aws rds describe-db-instance-automated-backups`."
            )
        state, now = self._given.pulumi.export(), datetime.fromtimestamp(self._clock.now(), UTC)
        return {
            "lost": self._lost,
            "serving": self._serving,
            "answered": there,
            "left": bool(to),
            "replica": str(found["DBInstanceStatus"]),
            "lag": self._replica.lag(now),
            "lacking": lacking(self._after, self._given.connection, now),
            "resources": len((state.get("deployment") or {}).get("resources") or []),
        }

    def _check_leaving(self, to: str, there: Sequence[str]) -> None:
        check_target(self._after, to)
        if silent := [service for service, _ in QUESTIONS if service not in there]:
            raise OperationFailed(
                f"{self._lost} does not answer ({', '.join(silent)}): it cannot be left in good order. If it "
                "is lost: the same command without --to."
            )
        self._left().check()

    def plan(self, run: Run) -> Recovery:
        """What is done, of what was decided."""
        environment = self._settings.environment.value
        steps = (
            *self._leaving(run),
            self._promote(run),
            self._entries(run),
            self._state(run),
            self._write(run, "write", "write it into {file}", services_first=True),
            self._foundations(run),
            self._promoted(),
            self._build(run),
            reached(self._services, self._clock),
            self._redundant(),
            self._write(run, "rest", "write into {file} that the rest comes, too", services_first=False),
            self._complete(run),
            engine_steps.agreed(self._given.pulumi, run),
        )
        return Recovery(
            KIND,
            environment,
            self._situation(run),
            self._loss(run),
            steps,
            "ready",
            self._afterwards(),
        )

    def _leaving(self, run: Run) -> Iterator[Step]:
        if run.about.get("left"):
            yield from self._left().steps(run)

    def _left(self) -> Leaving:
        return Leaving(self._after.in_recovery_region, self._leave(), self._instance, self._clock)

    def _situation(self, run: Run) -> tuple[str, ...]:
        answered = ", ".join(run.about["answered"])
        if run.about.get("left"):
            first = f"{self._lost} answers ({answered}), and is left on purpose"
        elif answered:
            first = f"{self._lost} answers ({answered}), and is given up"
        else:
            first = f"{self._lost} does not answer ({', '.join(service for service, _ in QUESTIONS)})"
        return (
            first,
            f"{self._serving}: replica {self._instance} is {run.about['replica']}",
            f"the state can be read: {run.about['resources']} resources",
            *(f"{self._serving} lacks {each}" for each in run.about.get("lacking", ())),
            *notes(self._settings.waits),
        )

    def _loss(self, run: Run) -> str:
        if run.about.get("left"):
            return "no row; what waits in the queue Redis. S3 goes on copying the objects of the last minutes"
        lag = run.about["lag"]
        rows = "an unknown time" if lag is None else f"{lag:.0f} s"
        return (
            f"rows that the replica has not received ({rows} behind when last measured); objects of the last "
            "minutes, until the region is back; what waits in the queue Redis"
        )

    def _afterwards(self) -> tuple[str, ...]:
        return (
            f"{self._given.file.name} is written; commit it",
            f"there are no copies in another region until {self._lost} is back: `recover check` says so",
            f"when {self._lost} answers again, at once: `recover region-back`. Its services must not write",
        )

    def _promote(self, run: Run) -> Step:
        def done() -> bool:
            return bool(run.about.get("promotionAsked")) or not self._replica.follows

        def act(_: Progress) -> str:
            self._replica.not_promoted(self._days)
            run.about["promotionAsked"] = True
            return f"{self._instance} is being promoted"

        does = f"promote the replica {self._instance} in {self._serving}"
        return Step("promote", does, Wait.QUICK, done, act)

    def _entries(self, run: Run) -> Step:
        def act(_: Progress) -> str:
            names = list(self._copied_entries())
            for name in names:
                self._secrets.stop_replication_to_replica(SecretId=name)
            run.about["secrets"] = len(names)
            return f"{len(names)} secrets are the region's own"

        def done() -> bool:
            return "secrets" in run.about

        return Step("secrets", f"secrets in {self._serving} become its own", Wait.QUICK, done, act)

    def _copied_entries(self) -> Iterator[str]:
        """Entries that are copies still (ListSecrets tells of a replica where its primary is)."""
        prefix = self._naming.secret("")
        pages = self._secrets.get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": [prefix]}]
        )
        for page in pages:
            for each in page["SecretList"]:
                if each["Name"].startswith(prefix) and each.get("PrimaryRegion") == self._lost:
                    yield each["Name"]

    def _state(self, run: Run) -> Step:
        def done() -> bool:
            return moved_state.is_moved(self._given.pulumi.export(), self._lost)

        def act(_: Progress) -> str:
            before = self._given.pulumi.export()
            kept = self._kept.keep(run.began, before)
            moved = moved_state.moved(before, move_of(self._lost, self._naming))
            self._given.pulumi.take(moved.state)
            run.about |= {
                "forgotten": len(moved.forgotten),
                "moved": len(moved.moved),
            }
            return (
                f"{len(moved.forgotten)} resources of {self._lost} forgotten, {len(moved.moved)} moved; the "
                f"state as it was: recoveries/{kept}"
            )

        does = f"forget in the state what was in {self._lost} (a copy is kept)"
        return Step("state", does, Wait.STATE, done, act)

    def _urn_of_instance(self, state: dict[str, Any]) -> str:
        return next(
            str(each["urn"])
            for each in state["deployment"]["resources"]
            if each["type"] == "aws:rds/instance:Instance" and each["inputs"]["identifier"] == self._instance
        )

    def _write(self, run: Run, name: str, does: str, *, services_first: bool) -> Step:
        generations, file = self._settings.database.generations, self._given.file

        def done() -> bool:
            if services_first and run.about.get("build"):
                return True  # what comes first is there; the file may say already that the rest comes
            text = file.read_text(encoding="utf-8")
            wanted = serving_file.written(
                text, self._serving, self._lost, generations, services_first=services_first
            )
            return wanted == text

        def act(_: Progress) -> str:
            serving_file.write(file, self._serving, self._lost, generations, services_first=services_first)
            return f"{file.name}: serving {self._serving}, lost {self._lost}"

        return Step(name, does.format(file=file.name), Wait.QUICK, done, act)

    def _foundations(self, run: Run) -> Step:
        """What waits for nothing of the database: so it does not wait for the promotion."""
        made = "".join(f"{each}, " for each in sorted(set(Waits) - self._settings.waits))
        does = f"pulumi up without the database: {made}network, nodes, load balancer in {self._serving}"
        pulumi, expected = self._given.pulumi, times_of(Wait.FOUNDATIONS, self._settings.waits)

        def database() -> list[str]:
            return [self._urn_of_instance(pulumi.export())]

        return engine_steps.up(pulumi, run, "foundations", does, Wait.FOUNDATIONS, database, expected)

    def _promoted(self) -> Step:
        def missing() -> str | None:
            return self._replica.not_promoted(self._days)

        def act(progress: Progress) -> str:
            # As patient as with a restore: a promotion may well take longer than what is built meanwhile.
            wait_until(missing, Wait.RESTORE, progress, self._clock, "promotion")
            return f"{self._instance} is a database of its own"

        does = f"wait until {self._instance} is promoted"
        expected = times_of(Wait.PROMOTED, self._settings.waits)
        return Step("promoted", does, Wait.PROMOTED, lambda: missing() is None, act, expected)

    def _build(self, run: Run) -> Step:
        does = f"pulumi up: passwords, migration and services in {self._serving}"
        return self._up(run, "build", does, Wait.BUILD_REGION)

    def _complete(self, run: Run) -> Step:
        return self._up(run, "complete", "pulumi up: second nodes, snapshots", Wait.COMPLETE)

    def _up(self, run: Run, name: str, does: str, wait: Wait) -> Step:
        return engine_steps.up(self._given.pulumi, run, name, does, wait)

    def _redundant(self) -> Step:
        def done() -> bool:
            return not self._settings.standard.redundant or self._replica.has_standby

        def act(_: Progress) -> str:
            self._replica.add_standby()
            return f"a standby of {self._instance} is being made"

        return Step("redundancy", "a standby in another zone, from now on", Wait.QUICK, done, act)
