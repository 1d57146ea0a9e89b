"""`recover region-back`: a region that was lost answers again; it is fenced, and waits from then on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS, CATALOGUE, FRONTEND
from infra.configuration.serving import Serving
from infra.configuration.waits import Waits
from operations.console import OperationError, OperationFailed
from operations.environments import Connection
from operations.recovery import engine_steps, returned_state, serving_file
from operations.recovery.kept_states import KeptState, KeptStates
from operations.recovery.left_behind import LeftBehind
from operations.recovery.lost_region import QUESTIONS, answering
from operations.recovery.missed_objects import Done, bring_over
from operations.recovery.object_copies import Bucket
from operations.recovery.region import Surroundings, move_of
from operations.recovery.run import Run
from operations.recovery.services import Services
from operations.recovery.state_resources import PLACE_TYPES
from operations.recovery.steps import Clock, Progress, Recovery, Step, wait_until
from timing.data.recovery import Wait
from timing.region import times_of

KIND = "region-back"

# What stands in a place, of any type, in the engine's words for targets.
_OF_PLACE = "urn:pulumi:{stack}::*::{place}**"
# What the database is closed with. Pods may run where the cluster itself does not answer yet.
_TO_CLOSE = frozenset({"ec2", "rds"})


class RegionBack:
    """The return of one environment's other region.

    Args:
        configuration: the environment, in the region that serves.
        given: what it works with; its connection is to the region that serves.
        back: a connection to the region that is back.
        clock: time.
    """

    kind = KIND

    def __init__(
        self,
        configuration: Configuration,
        given: Surroundings,
        back: Connection,
        clock: Clock | None = None,
    ) -> None:
        serving = Serving(configuration.settings.serving.place)
        self._configuration = replace(
            configuration, settings=replace(configuration.settings, serving=serving)
        )
        self._was_lost = configuration.settings.serving.other_lost
        self._given, self._back, self._clock = given, back, clock or Clock()
        self._naming = self._configuration.naming
        self._there = self._configuration.in_recovery_region.naming
        self._kept = KeptStates(given.connection.client("s3"), self._naming.bucket(BACKUPS), given.folder)
        self._services = Services.of(self._configuration.in_recovery_region, back)

    def decide(self) -> dict[str, Any]:
        """What there is, for `Run.about`.

        Raises:
            OperationError: no region of the environment is lost.
            OperationFailed: it does not answer yet, or nothing is known of what stands in it.
        """
        region, file = self._there.region, self._given.file.name
        if not self._was_lost:
            raise OperationError(f"{file}: found no `lost`: {region} is in the engine's hands.")
        there = list(answering(self._given.connection, region))
        silent = [service for service, _ in QUESTIONS if service not in there]
        if not _TO_CLOSE.isdisjoint(silent):
            raise OperationFailed(
                f"{region} does not answer yet ({', '.join(silent)}). Ask again; `lost` stays in {file}."
            )
        kept = self._kept.latest(region)
        behind = self._left_behind(kept)
        found = behind.database.find()
        return {
            "back": region,
            "serving": self._naming.region,
            "silent": silent,
            "kept": kept.name,
            "database": str(found["DBInstanceStatus"]) if found else "",
            "evidence": behind.evidence,
        }

    def _left_behind(self, kept: KeptState) -> LeftBehind:
        current = self._configuration.settings.database.generations.current
        return LeftBehind(self._back, self._there, self._there.database(current), kept.state, kept.since)

    def plan(self, run: Run) -> Recovery:
        """What is done, of what was decided."""
        kept = self._kept.read(run.about["kept"])
        behind = self._left_behind(kept)
        steps = (
            self._fence(run, behind),
            self._copied(run, behind),
            self._put_aside(run, behind),
            self._redis(run, behind),
            self._entries(run, behind),
            self._state(run, kept),
            self._refresh(run),
            self._write(run),
            engine_steps.up(
                self._given.pulumi,
                run,
                "wait",
                f"pulumi up: copies and a replica in {self._there.region}; the rest of it is removed",
                Wait.RETURN,
                expected=times_of(Wait.RETURN, self._configuration.settings.waits),
            ),
            self._missed(run, kept),
            engine_steps.agreed(self._given.pulumi, run),
        )
        return Recovery(
            KIND,
            self._configuration.settings.environment.value,
            self._situation(run),
            f"nothing. What was written in {self._there.region} alone stays in {behind.evidence}, in the "
            "buckets and in the last snapshot of the queue",
            steps,
            "",  # people work in the other region all the time
            self._afterwards(behind),
        )

    def _situation(self, run: Run) -> tuple[str, ...]:
        database, silent = run.about["database"], ", ".join(run.about.get("silent", ()))
        answers = f"answers, but for {silent}: its database is closed" if silent else "answers"
        return (
            f"{self._there.region} {answers}; everything runs in {self._naming.region}",
            f"its database is {database}" if database else "its database is not there any more",
            f"what stood there is known from recoveries/{run.about['kept']}",
        )

    def _afterwards(self, behind: LeftBehind) -> tuple[str, ...]:
        region, environment = self._there.region, self._configuration.settings.environment.value
        return (
            f"{self._given.file.name} is written; commit it",
            f"look up in {behind.evidence} what was written last; its security group lets nobody in",
            f"then switch the deletion protection of {behind.evidence} off, and delete it",
            f"`recover check --env {environment}` says when everything that a recovery needs is there again",
            f"back to {region}: `recover region --to {region} --env {environment}`, at a quiet hour",
        )

    def _fence(self, run: Run, behind: LeftBehind) -> Step:
        def act(progress: Progress) -> str:
            behind.close_database()  # first: a cluster that does not answer yet may run pods that do
            if self._has_cluster():
                self._services.stop_and_wait(progress, self._clock)
            behind.unprotect_load_balancer()
            if Waits.CLUSTER not in self._configuration.settings.waits:
                behind.unprotect_cluster()
            return f"nobody writes in {self._there.region}"

        does = f"close the database in {self._there.region}, and stop {self._services.names} there"
        return _once(run, "fence", does, Wait.STOP_SERVICES, act)

    def _has_cluster(self) -> bool:
        eks = self._back.client("eks")
        pages = eks.get_paginator("list_clusters").paginate()
        return any(self._there.prefix in page["clusters"] for page in pages)

    def _copied(self, run: Run, behind: LeftBehind) -> Step:
        def act(progress: Progress) -> str:
            wait_until(behind.not_copied, Wait.COPIED, progress, self._clock, "S3")
            if behind.given_up:
                return f"S3 has given up on {len(behind.given_up)}, as {behind.given_up[0]}: they stay there"
            return "objects of the last minutes are in the other region"

        does = "wait until S3 has copied what it had not"
        return _once(run, "copied", does, Wait.COPIED, act)

    def _put_aside(self, run: Run, behind: LeftBehind) -> Step:
        def act(progress: Progress) -> str:
            wait_until(behind.rename_database, Wait.RENAMED, progress, self._clock, "its database")
            return f"it is called {behind.evidence}" if run.about["database"] else "it is not there"

        does = f"put its database aside, as {behind.evidence}"
        return _once(run, "aside", does, Wait.RENAMED, act)

    def _redis(self, run: Run, behind: LeftBehind) -> Step:
        def act(progress: Progress) -> str:
            wait_until(behind.remove_redis, Wait.REDIS_GONE, progress, self._clock, "Redis")
            return "what they held would be done a second time"

        does = "remove both its Redis with their users; the queue leaves a last snapshot"
        return _once(run, "redis", does, Wait.REDIS_GONE, act)

    def _entries(self, run: Run, behind: LeftBehind) -> Step:
        def act(_: Progress) -> str:
            return f"{len(behind.remove_entries())} removed: those in {self._naming.region} are newer"

        does = f"remove its secrets: those of {self._naming.region} are copied there"
        return _once(run, "entries", does, Wait.QUICK, act)

    def _missed(self, run: Run, kept: KeptState) -> Step:
        here, there = self._given.connection.client("s3"), self._back.client("s3")
        kinds = {each.name: each.replicates_deletions for each in CATALOGUE if each.replicated}
        if self._configuration.system.frontend is not None:
            kinds[FRONTEND] = True

        def act(progress: Progress) -> str:
            copied = hidden = 0
            for kind, deletions in kinds.items():
                source = Bucket(here, self._naming.bucket(kind))
                target = Bucket(there, self._there.bucket(kind))

                def told(count: int, kind: str = kind) -> None:
                    progress(f"{kind}: {count:,} objects looked at")

                counts = bring_over(source, target, kept.since, deletions=deletions, told=told)
                copied, hidden = copied + counts[Done.COPIED], hidden + counts[Done.HIDDEN]
            run.about |= {"files": copied, "filesHidden": hidden}
            return f"{copied:,} objects copied, {hidden:,} hidden there"

        does = f"copy what was written in {self._naming.region} since, which S3 does not"
        return _once(run, "missed", does, Wait.MISSED_FILES, act)

    def _state(self, run: Run, kept: KeptState) -> Step:
        pulumi, region = self._given.pulumi, self._there.region

        def done() -> bool:
            return returned_state.is_returned(pulumi.export(), region)

        def act(_: Progress) -> str:
            found = returned_state.returned(pulumi.export(), kept.state, move_of(region, self._naming))
            pulumi.take(found.state)
            run.about["known"] = len(found.known)
            return f"{len(found.known)} resources are known again"

        return Step("state", f"the state knows what stands in {region}", Wait.STATE, done, act)

    def _refresh(self, run: Run) -> Step:
        stack, place = self._configuration.settings.environment.value, PLACE_TYPES[self._there.place]
        targets = _OF_PLACE.format(stack=stack, place=place)

        def act(progress: Progress) -> str:
            self._given.pulumi.refresh(targets, lambda: progress("pulumi refresh"))
            return "the state says what is really there"

        return _once(run, "refresh", "pulumi refresh of that region", Wait.STATE, act)

    def _write(self, run: Run) -> Step:
        generations, file = self._configuration.settings.database.generations, self._given.file

        def act(_: Progress) -> str:
            serving_file.write(file, self._naming.region, "", generations)
            return f"{file.name}: no region is lost"

        return _once(run, "write", f"take `lost` out of {file.name}", Wait.QUICK, act)


def _once(run: Run, name: str, does: str, wait: Wait, act: Callable[[Progress], str]) -> Step:
    """A step whose end only the record tells: what it did is not seen in AWS any more, or undone later."""

    def noted(progress: Progress) -> str:
        said = act(progress)
        run.about[name] = True
        return said

    return Step(name, does, wait, lambda: run.about.get(name) is True, noted)
