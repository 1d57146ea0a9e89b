"""`recover deployment`: a deployment was killed, or a release is bad; it is brought to its end or back.

What stands is read from five places: the locks beside the engine's state, the operations in the state that
have not ended, the record of the deployment, the cluster, and the stack file. Nothing of it is believed
because somebody says so, but one thing: that a runner on another machine has really ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.configuration import Configuration
from infra.configuration.file_names import stack_file_name
from operations.console import OperationFailed
from operations.deployment.deploy import Deployment
from operations.deployment.engine import StackLocked
from operations.deployment.findings import State as Check
from operations.deployment.records import Outcome, Record, Records
from operations.deployment.smoke import Smoke
from operations.environments import Connection
from operations.recovery import engine_steps
from operations.recovery.deployment_forecast import forecast
from operations.recovery.pending import Settled, Settlement, pending
from operations.recovery.pulumi import Pulumi
from operations.recovery.release_standing import ReleaseStanding
from operations.recovery.run import Run
from operations.recovery.services import Services
from operations.recovery.stack_locks import Lock, locks
from operations.recovery.steps import ChecksFailed, Clock, Progress, Recovery, Step, wait_until
from operations.recovery.way_forward import Wanted, WayBack
from timing.data.recovery import Wait
from timing.facts import Times

KIND = "deployment"
_NAMED = 5  # of what has not ended, in one line


@dataclass(frozen=True)
class Surroundings:
    """What a recovery works with.

    Args:
        connection: to the account.
        pulumi: the engine.
        root: the checkout.
        project: its name in Pulumi.yaml.
        records: of deployments.
        deployment: of the environment as its files say it then.
        read: the environment as its files say it now.
        smoke: the checks of it.
    """

    connection: Connection
    pulumi: Pulumi
    root: Path
    project: str
    records: Records
    deployment: Callable[[Configuration], Deployment]
    read: Callable[[], Configuration]
    smoke: Callable[[Configuration], Smoke]


class DeploymentRecovery:
    """The recovery of one environment's deployment.

    Args:
        given: what it works with.
        wanted: what a person asks for.
        clock: time.
    """

    kind = KIND

    def __init__(self, given: Surroundings, wanted: Wanted, clock: Clock | None = None) -> None:
        wanted.check()
        self._given, self._wanted, self._clock = given, wanted, clock or Clock()
        configuration = given.read()
        self._environment = configuration.settings.environment.value
        self._standing = ReleaseStanding(configuration, given.connection)
        self._way_back = WayBack(given.root, configuration, given.connection, given.records)
        self._services = Services.of(configuration, given.connection)
        self._settlement = Settlement(given.connection, configuration.settings.account, wanted.answers or {})

    def decide(self) -> dict[str, Any]:
        """What stands, and where it is brought, for `Run.about`.

        Raises:
            StackLocked: whoever holds the lock runs, or nobody has seen that it has ended.
            NoWayBack: the migration of the release that is to be taken back cannot be undone.
            OperationFailed: AWS or the backend does not answer; or there is nothing to go back to.
        """
        given, configuration = self._given, self._given.read()
        found = self._locks()
        self._check_owners(found or [])
        state = given.pulumi.export()
        latest = given.records.latest()
        back, why_not = self._back(latest, state)
        paused = self._services.paused()
        images = back["images"] if back else dict(configuration.images)
        return {
            "direction": "back" if back else "forward",
            "back": back,
            "whyNot": why_not,
            "locks": [each.told for each in found or ()],
            "locksSeen": found is not None,
            "pending": [f"{each.operation} {each.told}" for each in pending(state)],
            "deployment": _told(latest),
            "services": {name: each.told for name, each in self._standing.services().items()},
            "paused": paused,
            "maintenance": configuration.settings.maintenance.enabled,
            "images": images,
            "notRolledOut": self._standing.not_rolled_out(images),
            **({} if back else self._forecast(state)),
        }

    def go_on(self, run: Run) -> None:
        """Takes up what somebody has begun; in the other direction, where a person asks for that now.

        Raises:
            NoWayBack: see `decide`.
            OperationFailed: likewise.
        """
        wanted = self._wanted
        turned = (wanted.back or wanted.to) if run.about["direction"] == "forward" else wanted.forward
        if turned:
            run.about.update(self.decide())
            run.decisions.append(f"from here on {run.about['direction']}")
            for name in ("deployed", "checked", "agreed"):
                run.about.pop(name, None)
            for name in ("deploy", "checks", "agree"):
                run.steps.pop(name, None)

    def nothing(self, about: Mapping[str, Any]) -> bool:
        """Whether all is as it should be."""
        stands = ("locks", "pending", "paused", "notRolledOut", "changes")
        return about["direction"] == "forward" and not any(about.get(name) for name in stands)

    def _locks(self) -> list[Lock] | None:
        return locks(self._backend, self._given.project, self._environment)

    @cached_property
    def _backend(self) -> str:
        return self._given.pulumi.backend()

    def _check_owners(self, found: list[Lock]) -> None:
        for each in found:
            runs = each.runs
            if runs:
                raise StackLocked(
                    f"{self._environment} is locked by {each.told}, which runs on this machine: the "
                    "deployment goes on. Wait for it, or end it there (Ctrl-C ends it in good order)."
                )
            if runs is None and not self._wanted.owner_gone:
                latest = self._given.records.latest()
                run = f" Its run: {latest.run}." if latest and latest.run else ""
                raise StackLocked(
                    f"{self._environment} is locked by {each.told}, on another machine, and whether it still "
                    f"runs cannot be seen from here.{run} Two engines at once would spoil the state: look "
                    "whether that run or machine has really ended. Then the same command with --owner-gone."
                )

    def _back(self, latest: Record | None, state: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str]:
        wanted = self._wanted
        if wanted.back or wanted.to:
            return self._way_back.chosen(wanted.to, self._standing, state), ""
        if wanted.forward or latest is None or not latest.outcome.bad:
            return None, ""
        try:
            return self._way_back.chosen("", self._standing, state), ""
        except OperationFailed as error:
            # The first release, or one whose images are not to blame: what is there is brought to its end.
            return None, str(error)

    def _forecast(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """How long AWS takes for what is left, of a preview."""
        try:
            found = forecast(self._given.pulumi.preview(), state)
        except OperationFailed as error:
            return {"changes": {"unknown": 1}, "expected": None, "forecast": str(error)}
        return {
            "changes": found.changes,
            "expected": [found.times.typical, found.times.slow],
            "forecast": found.sentence,
        }

    def plan(self, run: Run) -> Recovery:
        """What is done, of what was decided."""
        about = run.about
        back = about["direction"] == "back"
        steps = [
            self._unlock(),
            self._look(run),
            self._settle(run),
            *([self._write(about)] if back else []),
            self._deploy(run),
            *([self._start(about)] if about["paused"] else []),
            self._checked(run),
            engine_steps.agreed(self._given.pulumi, run),
        ]
        return Recovery(
            KIND,
            self._environment,
            self._situation(about),
            self._loss(about),
            tuple(steps),
            "checks",
            self._afterwards(about),
        )

    def _situation(self, about: Mapping[str, Any]) -> tuple[str, ...]:
        said = [f"last deployment: {about['deployment']}"]
        if about["locks"]:
            said.append(f"the state is locked by {'; '.join(about['locks'])}, which has ended")
        elif not about["locksSeen"]:
            said.append("locks of this backend cannot be looked at; a lock is told when it is in the way")
        if cut := about["pending"]:
            more = f" and {len(cut) - _NAMED} more" if len(cut) > _NAMED else ""
            said.append(f"cut off: {', '.join(cut[:_NAMED])}{more}")
        said += [f"{name} {told}" for name, told in about["services"].items()]
        if about["paused"]:
            said.append(f"stopped by a recovery that did not start them again: {', '.join(about['paused'])}")
        if about["maintenance"]:
            said.append("maintenance mode is on in the stack file, and stays on")
        if about["whyNot"]:
            said.append(f"not taken back: {about['whyNot']}")
        if about["direction"] == "back":
            said.append(f"it is taken back: {about['back']['bad']} to {about['back']['good']}")
        else:
            said.append("it is brought to its end, in the versions of the stack file")
        if about.get("forecast"):
            said.append(f"what is left: {about['forecast']}")
        return tuple(said)

    def _loss(self, about: Mapping[str, Any]) -> str:
        if about["direction"] == "back":
            return (
                "nothing. What people did with the release stays in the database, and its snapshot from "
                "before the migration is kept"
            )
        return "nothing. Until new pods are ready those of before serve"

    def _afterwards(self, about: Mapping[str, Any]) -> tuple[str, ...]:
        env = self._environment
        lines = [f"make watch ENV={env}: the deployment is good when nothing pages for 30 minutes"]
        if about["direction"] == "back":
            lines = [
                f"{stack_file_name(env)} is written; commit it",
                *lines,
                "mend the release, and promote other versions: `takenBack` ends with them",
                f"back to what was taken back: make rollback ENV={env} TO=…, make deploy ENV={env} AGAIN=1",
            ]
        else:
            lines.append(f"back to the versions before: make recover ENV={env} WHAT=deployment BACK=1")
        if about["maintenance"]:
            lines.append(
                "maintenance mode is on: take it out of the stack file when people may come, and deploy"
            )
        return tuple(lines)

    def _unlock(self) -> Step:
        def act(_: Progress) -> str:
            found = self._locks() or []
            self._check_owners(found)
            self._given.pulumi.cancel()
            latest = self._given.records.latest()
            if latest is not None and latest.outcome is Outcome.UNDER_WAY:
                note = "its runner has died; recover deployment goes on"
                self._given.records.save(latest.with_outcome(Outcome.INTERRUPTED, note))
            return f"{len(found)} locks removed: {'; '.join(each.told for each in found)}"

        does = "remove the lock of the runner that has died (pulumi cancel)"
        return Step("unlock", does, Wait.QUICK, lambda: not self._locks(), act)

    def _look(self, run: Run) -> Step:
        """By itself, so that what it finds is written down before the state is changed."""

        def act(_: Progress) -> str:
            state = self._given.pulumi.export()
            found = self._settlement.settled(state)
            _note(run, state, found)
            return f"{len(found.ask)} are asked for in AWS, {len(found.again)} made again"

        def done() -> bool:
            seen = run.about.get("cutOff", {"seen": []})["seen"]
            return all(each.urn in seen for each in pending(self._given.pulumi.export()))

        does = "see what AWS has of what was cut off"
        return Step("look", does, Wait.QUICK, done, act)

    def _settle(self, run: Run) -> Step:
        def done() -> bool:
            settled = run.about.get("asked", True)
            return bool(settled) and not pending(self._given.pulumi.export())

        def act(progress: Progress) -> str:
            state = self._given.pulumi.export()
            if pending(state):
                found = self._settlement.settled(state)
                _note(run, state, found)  # it may have been cut off once more since
                self._given.pulumi.take(found.state)
                state = found.state
            cut = run.about["cutOff"]

            def still_made() -> str | None:
                return self._settlement.still_made(state, cut["made"])

            wait_until(still_made, Wait.RESTORE, progress, self._clock, "AWS")
            there = {each["urn"] for each in state["deployment"]["resources"]}
            if asked := [urn for urn in cut["ask"] if urn in there]:
                self._given.pulumi.refresh_alone(asked, lambda: progress("pulumi refresh"))
            run.about["asked"] = True
            after = self._given.pulumi.export()["deployment"]["resources"]
            kept = {each["urn"] for each in after if not each.get("delete")}.intersection(cut["made"])
            return f"{len(kept)} of {len(cut['made'])} that were being made are there, and in the state"

        does = "put it into the state as AWS has it (pulumi refresh of these alone)"
        return Step("settle", does, Wait.STATE, done, act)

    def _write(self, about: Mapping[str, Any]) -> Step:
        back = about["back"]
        does = (
            f"write the versions of {back['good']} into {stack_file_name(self._environment)} (make rollback)"
        )
        return Step(
            "back",
            does,
            Wait.QUICK,
            lambda: self._way_back.is_written(back),
            lambda _: self._way_back.write(back),
        )

    def _deploy(self, run: Run) -> Step:
        def act(progress: Progress) -> str:
            deployment = self._given.deployment(self._given.read())
            record = deployment.run(
                None, again=False, tell=progress, show=lambda _: progress("pulumi up"), approvals=False
            )
            run.about["deployed"] = record.id
            return f"deployed: {record.id}"

        expected = run.about.get("expected")
        back = run.about["direction"] == "back"
        does = (
            "pulumi up (make deploy): services in the versions before" if back else "pulumi up (make deploy)"
        )
        times = Times(*expected) if expected else None
        return Step("deploy", does, Wait.ROLL_BACK, lambda: bool(run.about.get("deployed")), act, times)

    def _start(self, about: Mapping[str, Any]) -> Step:
        def act(_: Progress) -> str:
            self._services.start()
            return f"{', '.join(about['paused'])} run again"

        does = "start what was stopped"
        return Step("start", does, Wait.START_SERVICES, lambda: not self._services.paused(), act)

    def _checked(self, run: Run) -> Step:
        def rolled_out() -> str | None:
            return self._standing.not_rolled_out(run.about["images"])

        def act(progress: Progress) -> str:
            wait_until(rolled_out, Wait.ROLL_BACK, progress, self._clock, "services")
            checks = self._given.smoke(self._given.read()).checks
            found = [finding for check in checks for finding in check()]
            failing = [each for each in found if each.state is Check.FAILS]
            if failing:
                said = "; ".join(f"{each.check} {each.about}: {each.found}" for each in failing[:_NAMED])
                advice = "" if run.about["direction"] == "back" else " To the versions before: --back."
                raise ChecksFailed(f"{said}.{advice}")
            run.about["checked"] = True
            held = sum(each.state is Check.HOLDS for each in found)
            return f"all pods ready; {held} smoke checks hold, {len(found) - held} not checked"

        does = "pods are ready in the right versions, and the system answers (make smoke)"
        return Step(
            "checks", does, Wait.SMOKE, lambda: bool(run.about.get("checked")) and rolled_out() is None, act
        )


def _note(run: Run, state: Mapping[str, Any], found: Settled) -> None:
    """Notes what was cut off, for whoever goes on when the state does not say it any more."""
    cut = run.about.setdefault("cutOff", {"seen": [], "ask": [], "made": {}})
    cut["seen"] = sorted({*cut["seen"], *(each.urn for each in pending(state))})
    cut["ask"] = sorted({*cut["ask"], *found.ask})
    cut["made"] |= found.made
    run.about["asked"] = False


def _told(record: Record | None) -> str:
    if record is None:
        return "none is written down"
    notes = f" ({'; '.join(record.notes)})" if record.notes else ""
    return f"{record.id} by {record.who}: {record.outcome}{notes}"
