"""A deployment that is killed, the recovery of it too, and a release whose pods do not come up."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from commands.errors import CommandFailed
from operations.versions import stack_file, versions, write
from rehearsal.disasters.database import rows_there
from rehearsal.disasters.stage import Stage, stage
from rehearsal.disasters.steps import Step, as_json, steps_of, until
from rehearsal.disasters.writer import Row, Writer
from rehearsal.kubernetes.cluster import pods_come_up
from rehearsal.workspace.workspace import ENVIRONMENTS
from timing.data.recovery import Wait
from timing.facts import Times

Say = Callable[[str], None]
NAME = "bad-deployment"

# Of what AWS does on the day nothing is seen here.
NOT_REHEARSED = (
    "how long AWS takes: the times are from timing/data",
    "that pods of before go on while new ones do not come up: no pod runs, this machine writes the rows",
    "a runner on another machine, whose end a person has to confirm",
    "the state's backend in S3: it is a folder here",
)
_WAITS = {
    "unlock": Wait.QUICK,
    "look": Wait.QUICK,
    "settle": Wait.STATE,
    "back": Wait.QUICK,
    "deploy": Wait.ROLL_BACK,
    "checks": Wait.SMOKE,
    "agree": Wait.STATE,
}
_SECONDS = 180
_KILLED, _BAD = (f"sha256:{digit * 64}" for digit in "78")


@dataclass(frozen=True)
class DeploymentRehearsed:
    """What became of it.

    Args:
        environment: where.
        cut_off: what the engine had begun and not ended when it was killed.
        finished: whether the release that was killed runs everywhere after the recovery.
        forward: how long AWS takes for what it had left, simulated.
        steps: of the command that took the bad release back.
        deployment: how long AWS takes for its deployment, simulated.
        snapshot_kept: whether the database's snapshot from before the bad release is there; None where
            the environment takes none.
        back: whether the versions before run everywhere again.
        written: rows that were confirmed, all the time.
        lost: of these, those that are gone.
        refused: how often a row was not confirmed.
        pause: the longest time between two rows, in seconds.
        settled: what the next preview would change, after each of the two recoveries.
    """

    environment: str
    cut_off: tuple[str, ...]
    finished: bool
    forward: Times
    steps: tuple[Step, ...]
    deployment: Times
    snapshot_kept: bool | None
    back: bool
    written: int
    lost: int
    refused: int
    pause: float
    settled: tuple[dict[str, int], ...]

    @property
    def good(self) -> bool:
        """Whether the promise holds: nobody noticed, both are where they should be, nothing is left."""
        whole = self.finished and self.back and self.snapshot_kept is not False
        return whole and not self.lost and not self.refused and not any(self.settled)

    @property
    def until_users_are_back(self) -> Times:
        """How long people may meet the bad release, on AWS."""
        return until(self.steps, "checks")

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {
            "disaster": NAME,
            "environment": self.environment,
            "good": self.good,
            "steps": as_json(self.steps),
            "killed": {"cutOff": list(self.cut_off), "finished": self.finished, **vars(self.forward)},
            "takenBack": {"back": self.back, "snapshotKept": self.snapshot_kept, **vars(self.deployment)},
            "rows": {"written": self.written, "lost": self.lost, "refused": self.refused},
            "longestPauseSeconds": round(self.pause, 2),
            "previews": list(self.settled),
            "notRehearsed": list(NOT_REHEARSED),
        }

    def lines(self) -> list[str]:
        """What is said below the table of steps."""
        changes = [", ".join(f"{count} {name}" for name, count in each.items()) for each in self.settled]
        kept = {True: "kept", False: "GONE", None: "none is taken here"}[self.snapshot_kept]
        runs = "runs everywhere" if self.finished else "does NOT run everywhere"
        back = "run" if self.back else "do NOT run"
        return [
            f"killed with {', '.join(self.cut_off)} under way, and so was its recovery; the release {runs}",
            f"what was left of it takes AWS {_minutes(self.forward)}; the versions before serve meanwhile",
            f"bad release: the versions before {back} everywhere; its snapshot of the database: {kept}",
            f"rows: {self.lost} of {self.written} that were confirmed are lost, {self.refused} were refused",
            f"the longest time without a row that is confirmed: {self.pause:.1f} s",
            f"next previews: {'; '.join(each or 'nothing to change' for each in changes)}",
        ]


def rehearse(
    root: Path, environment: str, engine: Path, say: Say, system: Path | None = None
) -> DeploymentRehearsed:
    """Kills a deployment and its recovery, then deploys a bad release, and has the command mend both.

    Raises:
        CommandFailed: the command, or the engine, did not.
    """
    say(f"deploying {environment} with a real database")
    with stage(root, environment, engine, system=system) as on_stage:
        return rehearse_on(on_stage, say)


def rehearse_on(on_stage: Stage, say: Say) -> DeploymentRehearsed:
    """The same, where something is deployed already; it stays in its first versions.

    Raises:
        CommandFailed: the command, or the engine, did not.
    """
    release = _Release(on_stage)
    with Writer(on_stage.connect, on_stage.has_pods) as writer:
        writer.wait_for(10)
        release.promoted()
        on_stage.command("deploy")
        on_stage.command("watch", "--minutes", "0")
        cut_off, forward, first = _killed(on_stage, release, say)
        finished = release.runs(_KILLED)
        on_stage.command("watch", "--minutes", "0")
        record, kept = _bad(on_stage, release, say)
        writer.wait_for(5)
        there = rows_there(on_stage)
        rows, refused = list(writer.rows[:-2]), writer.refused
    seconds = on_stage.engine.forecasts[-1].seconds
    return DeploymentRehearsed(
        on_stage.configuration.settings.environment.value,
        cut_off,
        finished,
        forward,
        steps_of(record, _WAITS),
        Times(round(seconds[0]), round(seconds[1])),
        kept,
        release.runs(_KILLED),
        len(rows),
        sum(row.id not in there for row in rows),
        refused,
        _longest(rows),
        (first, on_stage.engine.previewed[-1]),
    )


def _killed(on_stage: Stage, release: _Release, say: Say) -> tuple[tuple[str, ...], Times, dict[str, int]]:
    release.commit(_KILLED)
    on_stage.session.checkpoints = True  # as against AWS: the state says what is under way
    with _held(on_stage, snapshot=True) as reached:
        _die(on_stage, on_stage.begin("deploy"), reached)
    pending = on_stage.session.export()["deployment"].get("pending_operations", [])
    cut_off = tuple(f"{each['type']} {each['resource']['urn'].rpartition('::')[2]}" for each in pending)
    say(f"the deployment is dead with {', '.join(cut_off)} under way; `recover deployment` is killed, too")
    with _held(on_stage, snapshot=False) as reached:
        _die(on_stage, on_stage.begin("recover", "deployment", "--yes"), reached)
    on_stage.session.checkpoints = False  # they take half of the time, and nothing is killed any more
    say("running `recover deployment` again")
    record = on_stage.command("recover", "deployment", "--yes")
    expected = record["about"]["expected"] or [0, 0]
    # As the engine counts in the preview that ends the command, whatever the command makes of it.
    return cut_off, Times(*expected), on_stage.engine.previewed[-1]


def _bad(on_stage: Stage, release: _Release, say: Say) -> tuple[dict[str, Any], bool | None]:
    release.commit(_BAD)
    say("a release whose pods do not come up is deployed")
    on_stage.session.clusters.rollout = release.fails
    code, out, errors = on_stage.ended(on_stage.begin("deploy"))
    if code == 0:
        raise CommandFailed(f"the deployment of a bad release succeeded: {out}{errors}")
    taken = release.snapshots()
    say("running `recover deployment`, which takes it back")
    record = on_stage.command("recover", "deployment", "--yes")
    on_stage.session.clusters.rollout = pods_come_up
    return record, set(taken) <= set(release.snapshots()) if taken else None


class _Release:
    """The versions of an environment: as its checkout has them, and as its cluster runs them."""

    def __init__(self, on_stage: Stage) -> None:
        self._stage, self._root = on_stage, on_stage.root
        self._environment = on_stage.configuration.settings.environment.value
        self._services = list(on_stage.configuration.system.services)
        self._git("init", "-q", "-b", "main")

    def promoted(self) -> None:
        """What is deployed was tried everywhere."""
        now = versions(stack_file(self._root, self._environment))
        for environment in ENVIRONMENTS:
            write(stack_file(self._root, environment), now)
        self.save("as it was deployed")

    def commit(self, version: str) -> None:
        """One version for every service, tried everywhere: what was promoted."""
        for environment in ENVIRONMENTS:
            file = stack_file(self._root, environment)
            write(file, dict.fromkeys(versions(file), version))
        self.save(version[:12])

    def save(self, message: str) -> None:
        """A commit of the files that say what is deployed."""
        files = [each.name for each in self._root.glob("*.yaml")]
        self._git("add", *files)
        self._git("commit", "-q", "--allow-empty", "-m", message)

    def _git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@example.com"]
        command = ["git", *identity, *arguments]
        subprocess.run(command, cwd=self._root, check=True, capture_output=True, text=True)

    def runs(self, version: str) -> bool:
        """Whether every service runs a version, all pods of it."""
        return all(self._runs(each, version) for each in self._services)

    def _runs(self, service: str, version: str) -> bool:
        return any(
            version in json.dumps(each["spec"]["template"])
            and each["status"]["updatedReplicas"] == each["status"]["replicas"]
            for each in self._objects()
            if each["kind"] == "Deployment" and each["metadata"]["name"] == service
        )

    def _objects(self) -> list[dict[str, Any]]:
        clusters, region = self._stage.session.clusters, self._stage.session.region
        return [
            stored.live
            for name in clusters.names()
            if f".{region}." in name
            for stored in clusters.cluster(name).objects()
        ]

    def snapshots(self) -> list[str]:
        """Of the database, from before the migration of the version that is deployed."""
        found = self._stage.call("rds", "describe_db_snapshots")["DBSnapshots"]
        return [
            str(each["DBSnapshotIdentifier"])
            for each in found
            if f"-before-{_BAD.removeprefix('sha256:')[:12]}" in each["DBSnapshotIdentifier"]
        ]

    def fails(self, content: dict[str, Any]) -> str | None:
        """Of a Deployment of the bad release: why its pods do not come up.

        One service is bad enough, and the last one that is rolled out: so the release stands half-way.
        """
        bad = content["kind"] == "Deployment" and content["metadata"]["name"] == self._services[0]
        if not bad or _BAD not in json.dumps(content["spec"]["template"]):
            return None
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end and not all(self._runs(each, _BAD) for each in self._services[1:]):
            time.sleep(0.1)
        return "0 of the new pods succeed readiness checks: CrashLoopBackOff"


@contextmanager
def _held(on_stage: Stage, *, snapshot: bool) -> Iterator[threading.Event]:
    """A deployment that waits: for the snapshot of the database where one is taken, else for pods.

    Args:
        on_stage: where it runs.
        snapshot: also for the snapshot.
    """
    reached, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        go_on.wait(_SECONDS)

    def of_aws(_: str, operation: str) -> None:
        if snapshot and operation == "create_db_snapshot":
            hold()

    def of_pods(content: dict[str, Any]) -> None:
        if content["kind"] == "Deployment":
            hold()

    cloud, clusters = on_stage.session.cloud, on_stage.session.clusters
    before, cloud.before_call, clusters.rollout = cloud.before_call, of_aws, of_pods
    try:
        yield reached
    finally:
        cloud.before_call, clusters.rollout = before, pods_come_up
        go_on.set()


def _die(on_stage: Stage, command: subprocess.Popen[str], reached: threading.Event) -> None:
    """The machine that runs it is gone: the command and the engine, at once."""
    if not reached.wait(_SECONDS):
        command.kill()
        raise CommandFailed(f"a deployment never came to what was to be cut off:\n{command.communicate()}")
    command.kill()
    on_stage.session.kill_engine()
    command.communicate()


def _minutes(times: Times) -> str:
    return f"{times.typical / 60:.0f} min, slow case {times.slow / 60:.0f}"


def _longest(rows: list[Row]) -> float:
    times = [row.confirmed for row in rows]
    return max(((later - earlier).total_seconds() for earlier, later in pairwise(times)), default=0)
