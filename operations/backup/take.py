"""Taking a backup on demand, part by part; what was taken already is passed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from commands.errors import CommandError
from infra.configuration import Configuration
from infra.configuration.buckets import for_services
from operations.backup import state
from operations.backup.manifest import Begun, Manifests
from operations.backup.parts import (
    DatabaseSnapshot,
    RedisSnapshot,
    SecretsSnapshot,
    SnapshotCopy,
    Surroundings,
)
from operations.console import OperationFailed
from operations.environments import Connection
from operations.recovery.run import Run
from operations.recovery.session import Say, do_step, minutes
from operations.recovery.steps import Clock, Progress, Step, wait_until
from timing.data.recovery import Wait
from timing.facts import Times


class Backup:
    """One backup of an environment.

    Args:
        configuration: the environment, as its files say.
        connection: to its account.
        manifests: of its backups.
        begun: this one.
        root: the checkout, for state and release.
        clock: time.
    """

    def __init__(
        self,
        configuration: Configuration,
        connection: Connection,
        manifests: Manifests,
        begun: Begun,
        root: Path,
        clock: Clock | None = None,
    ) -> None:
        self._configuration, self._manifests, self._begun = configuration, manifests, begun
        self._root, self._clock = root, clock or Clock()
        surroundings = Surroundings(configuration, connection, begun.id)
        self._database = DatabaseSnapshot(surroundings)
        copies = configuration.settings.copies
        self._copy = SnapshotCopy(surroundings, self._database) if copies else None
        self._redis = RedisSnapshot(surroundings) if configuration.settings.redis.enabled else None
        self._secrets = SecretsSnapshot(surroundings, manifests.bucket, begun.at)
        self._without_state = ""

    def steps(self) -> tuple[Step, ...]:
        """In order; what AWS takes long for is asked for first."""
        asked = [each for each in (self._database, self._redis) if each is not None]

        def ask(_: Progress) -> str:
            for each in asked:
                each.ask()
            return " and ".join(each.name for each in asked)

        def is_asked() -> bool:
            return all(each.found() is not None for each in asked)

        what = f"{self._database.instance}{f' and {self._redis.group}' if self._redis else ''}"
        steps = [
            Step("ask", f"ask for snapshots of {what}", Wait.QUICK, is_asked, ask),
            Step(
                "secrets",
                "snapshot of all secrets, encrypted",
                Wait.SECRETS,
                lambda: self._secrets.found() is not None,
                lambda _: self._secrets.take(),
            ),
            Step("state", "the engine's state", Wait.STATE, self._has_state, self._export),
        ]
        if self._redis is not None:
            steps.append(self._waiting("redis", self._redis.name, Wait.REDIS_SNAPSHOT, self._redis.missing))
        database = self._database.missing
        steps.append(self._waiting("database", self._database.name, Wait.SNAPSHOT, database))
        if self._copy is not None:
            does = f"{self._database.name} in {self._copy.region}"
            copy = self._copy
            steps.append(self._waiting("copy", does, Wait.SNAPSHOT_COPY, copy.missing, copy.ask))
        done = partial(self._manifests.is_complete, self._begun.id)
        steps.append(Step("manifest", "write down what it consists of", Wait.QUICK, done, self._complete))
        return tuple(steps)

    def _waiting(
        self,
        name: str,
        does: str,
        wait: Wait,
        missing: Callable[[], str | None],
        ask: Callable[[], None] = lambda: None,
    ) -> Step:
        def act(progress: Progress) -> str:
            ask()
            wait_until(missing, wait, progress, self._clock, name)
            return does

        return Step(name, f"until there is {does}", wait, lambda: missing() is None, act)

    def _has_state(self) -> bool:
        return bool(self._without_state) or self._manifests.get(self._begun.id, state.STATE) is not None

    def _export(self, _: Progress) -> str:
        exported = state.export(self._root, self._configuration.settings.environment.value)
        if exported.state is None:
            self._without_state = exported.problem.rstrip(".")
            return f"NOT in it: {self._without_state}"
        self._manifests.put(self._begun.id, state.STATE, exported.state)
        return f"{len(exported.state['deployment']['resources'])} resources, its secrets encrypted"

    def _complete(self, _: Progress) -> str:
        return self._manifests.complete(self._begun.id, self.manifest())

    def manifest(self) -> dict[str, Any]:
        """What the backup consists of."""
        id_, naming = self._begun.id, self._configuration.naming
        found = self._manifests.get(id_, state.STATE)
        stored = (
            {"object": f"{id_}/{state.STATE}", "resources": len(found["deployment"]["resources"])}
            if found
            else None
        )
        return {
            "id": id_,
            "system": naming.system,
            "environment": naming.environment,
            "who": self._begun.who,
            "begun": self._begun.at.isoformat(),
            "completed": datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="seconds"),
            "database": self._database.told(),
            "copy": self._copy.told() if self._copy else None,
            "redis": self._redis.told() if self._redis else None,
            "secrets": self._secrets.told(),
            "state": stored,
            "release": state.release(self._root, self._configuration),
            # Nothing is copied of them: every version stays where it is.
            "files": {"to": self._begun.at.isoformat(), "buckets": list(for_services())},
            "missing": [] if found else [f"the engine's state: {self._without_state}"],
        }


def plan_lines(steps: tuple[Step, ...]) -> list[str]:
    """What will be done, and how long AWS takes; snapshots are made at the same time."""
    width = max(len(step.does) for step in steps) + 4
    lines = [f"{'':{width}}  expected   at most"]
    for number, step in enumerate(steps, start=1):
        columns = f"{minutes(step.times.typical):>8} {minutes(step.times.slow):>9}"
        lines.append(f"{number} {step.does:{width}}{columns}")
    total = longest(steps)
    lines.append(f"{'about':>{width}}   {minutes(total.typical):>8} {minutes(total.slow):>9}")
    return lines


def longest(steps: tuple[Step, ...]) -> Times:
    """How long all of it takes: Redis's snapshot is made beside the database's."""
    counted = [step.times for step in steps if step.name != "redis"]
    return Times(sum(each.typical for each in counted), sum(each.slow for each in counted))


def carry_out(steps: tuple[Step, ...], begun: Begun, say: Say, clock: Clock | None = None) -> None:
    """Takes what is not there yet.

    Raises:
        OperationFailed: a part did not work; the message says how to go on.
    """
    clock = clock or Clock()
    run = Run(begun.id, "backup", begun.who, begun.at.isoformat())
    for number, step in enumerate(steps, start=1):
        try:
            do_step(number, step, run, say, clock)
        except KeyboardInterrupt:
            raise OperationFailed(_standing(step, begun, "interrupted")) from None
        except (BotoCoreError, ClientError, CommandError) as error:
            raise OperationFailed(_standing(step, begun, str(error))) from None


def _standing(step: Step, begun: Begun, why: str) -> str:
    return (
        f"{step.name}: {why.rstrip('.')}. Backup {begun.id} is not complete, what was taken of it stays. The "
        "same command goes on with it."
    )
