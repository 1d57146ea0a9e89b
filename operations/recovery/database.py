"""`recover database`: restored beside the one that serves, looked at, switched to, and written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from infra.configuration import Configuration
from infra.configuration.generations import MOST, Generations
from operations.console import OperationError, OperationFailed
from operations.environments import Connection
from operations.recovery import checks, generations_file
from operations.recovery.instances import LATEST, Instances, address_of, minute_of, time_of
from operations.recovery.preparation import Preparation
from operations.recovery.run import Run
from operations.recovery.services import Services
from operations.recovery.steps import ChecksFailed, Clock, Progress, Recovery, Step, wait_until
from timing.data.recovery import Wait

KIND = "database"


@dataclass(frozen=True)
class Wanted:
    """What a person asks for.

    Args:
        to: `latest`, or a time; empty with a snapshot.
        snapshot: its identifier; empty with a time.
        back: to the generation that served before.
    """

    to: str = ""
    snapshot: str = ""
    back: bool = False


class DatabaseRecovery:
    """The recovery of one environment's database.

    Args:
        configuration: the environment, as its files say.
        connection: to its account.
        file: its stack file.
        clock: time.
    """

    def __init__(
        self, configuration: Configuration, connection: Connection, file: Path, clock: Clock | None = None
    ) -> None:
        self._configuration, self._file, self._clock = configuration, file, clock or Clock()
        self.instances = Instances(configuration, connection)
        self._preparation = Preparation(configuration, connection)
        self._services = Services.of(configuration, connection)

    kind = KIND

    @property
    def _declared(self) -> Generations:
        return self._configuration.settings.database.generations

    def decide(self, wanted: Wanted) -> dict[str, Any]:
        """What is restored to what, for `Run.about`.

        Raises:
            OperationError: that cannot be had; the message says what can.
        """
        if sum((bool(wanted.to), bool(wanted.snapshot), wanted.back)) != 1:
            raise OperationError(
                "found none or several of --to, --snapshot, --from-backup and --back; allowed: one. "
                "Example: --to 2026-11-28T14:30Z"
            )
        if wanted.back:
            return self._decide_back()
        source, target = self._declared.current, self._declared.newest + 1
        if target > MOST:
            raise OperationError(f"there are {MOST} generations; retire some and begin to count anew.")
        if self._declared.adopt:
            raise OperationError(
                f"{self._file.name}: groundwork:database.adopt: the last recovery is not finished: `pulumi "
                "up`, then `recover finish`. Or give it up: --back."
            )
        lost = self.instances.find(source) is None
        about: dict[str, Any] = {"source": source, "target": target, "lost": lost, "back": False}
        if wanted.snapshot:
            found = self.instances.snapshot(wanted.snapshot)
            return {
                **about,
                "snapshot": found["DBSnapshotIdentifier"],
                "to": str(found["SnapshotCreateTime"]),
            }
        return {**about, "to": self._time(wanted.to, source)}

    def _time(self, to: str, source: int) -> str:
        window = self.instances.window(source)
        if window is None:
            raise OperationError(
                f"--to: {self.instances.name(source)} has no automated backups; take --snapshot."
            )
        if to == LATEST:
            return LATEST
        when = time_of(to)
        if not window.earliest <= when <= window.latest:
            raise OperationError(
                f"--to: found {when:%Y-%m-%d %H:%M:%S} UTC; allowed: {minute_of(window.earliest)} to "
                f"{minute_of(window.latest)} UTC, or {LATEST}."
            )
        return when.isoformat()

    def _decide_back(self) -> dict[str, Any]:
        candidates = [each for each in self._declared.retired if each not in self._declared.lost]
        if not candidates:
            raise OperationError("--back: there is no generation to go back to that still stands.")
        target = max(candidates)
        return {"source": self._declared.current, "target": target, "lost": False, "back": True}

    def give_up(self, run: Run) -> None:
        """Has a recovery that is under way end where it began.

        Raises:
            OperationError: the instance that it began with is gone.
        """
        if run.about["back"]:
            return
        if run.about["lost"]:
            raise OperationError(f"--back: {self.instances.name(run.about['source'])} is gone.")
        run.decisions.append("given up: back to the instance that served before")
        source, target = run.about["target"], run.about["source"]
        run.about |= {"back": True, "source": source, "target": target, "adopted": False}

    def plan(self, run: Run) -> Recovery:
        """What is done, of what was decided."""
        return self._plan_back(run) if run.about["back"] else self._plan_restore(run)

    def _plan_restore(self, run: Run) -> Recovery:
        source, target = int(run.about["source"]), int(run.about["target"])
        name, new = self.instances.name(source), self.instances.name(target)
        environment = self._configuration.settings.environment.value
        after = replace(
            self._declared if target not in self._declared.declared else self._before(source, target),
            current=target,
            adopt=True,
        )
        after = replace(
            after,
            retired=tuple(sorted({*after.retired, source})),
            lost=tuple(sorted({*after.lost, *([source] if run.about["lost"] else [])})),
        )
        steps = (
            # AWS works while writers are stopped and the one of before is looked at.
            Step("ask", f"ask RDS to restore {new} beside {name}", Wait.QUICK, *self._ask(run, target)),
            self._stop(),
            Step("before", f"look at {name} as it is now", Wait.EXAMINE, *self._before_it(run)),
            Step("restore", f"until {new} is there", Wait.REST_OF_RESTORE, *self._restored(target)),
            Step(
                "check",
                "look at it: login, version, schema, rows, sequences",
                Wait.EXAMINE,
                *self._check(run),
            ),
            self._switch(target),
            self._start(),
            self._write(after),
        )
        state = f"{environment}: {self._file.name} is written; commit it"
        return Recovery(
            KIND,
            environment,
            self._situation(source),
            self._loss(run),
            steps,
            "start",
            (
                state,
                *self._lost_in_state(run, name),
                "pulumi up: the engine adopts it and makes a new replica; then pulumi preview: empty",
                f"python -m operations recover finish --env {environment}",
                f"{name} stays beside it, protected. Back: recover database --env {environment} --back"
                if not run.about["lost"]
                else f"{name} is gone; its snapshots and logs stay",
            ),
            lambda: {"restored": run.about.get("found"), "before": run.about.get("before")},
        )

    def _lost_in_state(self, run: Run, name: str) -> list[str]:
        if not run.about["lost"]:
            return []
        urn = "of the aws:rds/instance:Instance in `pulumi stack --show-urns`"
        return [f"the state still has {name}: pulumi refresh --target URN, {urn}"]

    def _before(self, source: int, target: int) -> Generations:
        """Of a file that was written already: what it said before."""
        retired = tuple(each for each in self._declared.retired if each not in (source, target))
        lost = tuple(each for each in self._declared.lost if each in retired)
        return self._declared.but(current=source, retired=retired, lost=lost, adopt=False)

    def _plan_back(self, run: Run) -> Recovery:
        source, target = int(run.about["source"]), int(run.about["target"])
        name, old = self.instances.name(source), self.instances.name(target)
        environment = self._configuration.settings.environment.value
        adopted = bool(run.about.setdefault("adopted", self.instances.is_adopted(source)))
        retired = {*self._declared.retired, *([source] if adopted else [])} - {target}
        if not adopted:
            retired -= {source}
        after = self._declared.but(current=target, retired=tuple(sorted(retired)), adopt=False)
        rest = f"{name} stays beside it, as a retired one; commit {self._file.name}, then pulumi up"
        if not adopted:
            rest = (
                f"{name} is in no state: look at it as long as you need it, then delete it (aws rds "
                f"modify-db-instance --no-deletion-protection, delete-db-instance); commit {self._file.name}"
            )
        steps = (self._stop(), self._switch(target), self._start(), self._write(after))
        return Recovery(
            KIND,
            environment,
            (f"PostgreSQL {name} serves; {old} served before and stands.",),
            f"what was written since {old} was left",
            steps,
            "start",
            (rest,),
        )

    def _situation(self, source: int) -> tuple[str, ...]:
        region = self._configuration.settings.region
        window = self.instances.window(source)
        times = (
            f"restorable {minute_of(window.earliest)} … {minute_of(window.latest)} UTC"
            if window
            else "no backups"
        )
        snapshots = self.instances.snapshots(source)
        made = [each.get("SnapshotCreateTime") for each in snapshots]
        latest = (
            f"{len(made)} snapshots, the latest of {minute_of(made[0])} UTC"
            if made and made[0]
            else "no snapshots"
        )
        return (f"PostgreSQL {self.instances.name(source)} ({region}), {times}; {latest}",)

    def _loss(self, run: Run) -> str:
        to = run.about["to"]
        if to == LATEST:
            return "what was written in the last minutes (RDS keeps the log every five)"
        when = datetime.fromisoformat(to)
        ago = datetime.fromtimestamp(self._clock.now(), UTC) - when
        return f"what was written since {when:%Y-%m-%d %H:%M:%S} UTC, {_duration(ago)} ago"

    def _stop(self) -> Step:
        def act(progress: Progress) -> str:
            self._services.stop_and_wait(progress, self._clock)
            return f"{self._services.names} write no more"

        does = f"stop what writes: {self._services.names}"
        return Step("stop", does, Wait.STOP_SERVICES, lambda: self._services.still_running() is None, act)

    def _start(self) -> Step:
        def act(progress: Progress) -> str:
            self._services.start()
            wait_until(self._services.not_ready, Wait.START_SERVICES, progress, self._clock, "services")
            return f"{self._services.names} are ready"

        def done() -> bool:
            return self._services.not_ready() is None

        return Step("start", "services back, until they are ready", Wait.START_SERVICES, done, act)

    def _ask(self, run: Run, target: int) -> _Parts:
        def act(_: Progress) -> str:
            self._ask_to_restore(run, target)
            return f"RDS restores {self.instances.name(target)}"

        return lambda: self.instances.find(target) is not None, act

    def _restored(self, target: int) -> _Parts:
        missing = partial(self.instances.not_usable, target)

        def act(progress: Progress) -> str:
            wait_until(missing, Wait.RESTORE, progress, self._clock, "restore")
            return f"{self.instances.name(target)} is available"

        return lambda: missing() is None, act

    def _ask_to_restore(self, run: Run, target: int) -> None:
        if snapshot := run.about.get("snapshot"):
            self.instances.restore_snapshot(snapshot, target, run.id)
            return
        window = self.instances.window(int(run.about["source"]))
        if window is None:
            raise OperationFailed("the backups that were there when this began are gone; take --snapshot")
        self.instances.restore_to_time(window, target, run.about["to"], run.id)

    def _check(self, run: Run) -> _Parts:
        def act(_: Progress) -> str:
            instance = self._there(int(run.about["target"]))
            found = self._preparation.examine(self._address(instance))
            before = run.about["before"]
            version = self._configuration.settings.database.version
            if wrong := checks.mistakes(instance, found, before, version):
                raise ChecksFailed(
                    f"{'; '.join(wrong)}. Nothing was switched. `recover database --back` gives this up and "
                    "starts the services on the one of before"
                )
            run.about |= {"found": found}
            return checks.told(found, before)

        return lambda: "found" in run.about, act

    def _before_it(self, run: Run) -> _Parts:
        """What the restored one is compared with; nothing writes there any more."""

        def act(_: Progress) -> str:
            before = run.about["before"] = self._examine_before(run)
            return "it does not answer" if before is None else f"rows {before['rows']:,}"

        return lambda: "before" in run.about, act

    def _examine_before(self, run: Run) -> dict[str, Any] | None:
        instance = None if run.about["lost"] else self.instances.find(int(run.about["source"]))
        try:
            return self._preparation.examine(self._address(instance)) if instance else None
        except OperationFailed:
            return None  # what is broken may well not answer

    def _there(self, generation: int) -> dict[str, Any]:
        found = self.instances.find(generation)
        if found is None:
            raise OperationFailed(f"{self.instances.name(generation)} is not there any more")
        return found

    def _address(self, instance: Mapping[str, Any]) -> dict[str, Any]:
        return address_of(instance)

    def _switch(self, target: int) -> Step:
        def done() -> bool:
            found = self.instances.find(target)
            return found is not None and self._preparation.is_prepared(address_of(found))

        def act(_: Progress) -> str:
            self._preparation.prepare(address_of(self._there(target)))
            return f"services are sent to {self.instances.name(target)}"

        does = f"passwords, address: services are sent to {self.instances.name(target)}"
        return Step("switch", does, Wait.SWITCH, done, act)

    def _write(self, after: Generations) -> Step:
        said = f"generation {after.current}"
        does = f"write {said} into {self._file.name}"
        return generations_file.step("write", does, self._file, after, said)


_Parts = tuple[Callable[[], bool], Callable[[Progress], str]]


def _duration(span: timedelta) -> str:
    whole = int(span.total_seconds() // 60)
    return f"{whole} min" if whole < 120 else f"{whole / 60:.0f} h"
