"""DEP-1, DR-1: a deployment that was killed, or a release that is bad; the engine is in tests/recovery."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from infra.configuration import Configuration
from infra.configuration.files import read_environment
from infra.kubernetes.job_specs import release_name
from operations import deployment_recovery_command
from operations.checkout import ROOT
from operations.cli import app
from operations.console import OperationError, OperationFailed
from operations.deployment.deploy import Deployment
from operations.deployment.engine import StackLocked
from operations.deployment.findings import Finding, State
from operations.deployment.records import Outcome, Record, Records
from operations.deployment.smoke import Smoke
from operations.deployment.way_back import NoWayBack
from operations.environments import Connection
from operations.kubernetes_api import NotThereError
from operations.recovery import release_standing, services
from operations.recovery.deployment import KIND, DeploymentRecovery, Surroundings
from operations.recovery.pulumi import Pulumi
from operations.recovery.run import Run, Runs
from operations.recovery.session import carry_out, plan_lines
from operations.recovery.steps import ChecksFailed, Clock
from operations.recovery.way_forward import Wanted
from operations.versions import versions
from tests.support.checkout import replace_text
from tests.support.json_output import check_output

pytestmark = pytest.mark.contract("DEP-1", "K8S-5")

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
GOOD, BAD = (f"sha256:{digit * 64}" for digit in "12")
SERVICES = ("api", "worker", "admin")
HEAD = "urn:pulumi:prod::groundwork::"
SNAPSHOT_URN = f"{HEAD}groundwork:database:Database$aws:rds/snapshot:Snapshot::before-migration"
PROVIDER = f"{HEAD}pulumi:providers:aws::aws"


class KilledHere(OperationFailed):
    """Stands for the loss of the machine: nothing after it happens."""


def _refused(code: str) -> ClientError:
    return ClientError(cast(Any, {"Error": {"Code": code, "Message": ""}}), "Describe")


def snapshot(version: str, **more: Any) -> dict[str, Any]:
    """A resource of the state."""
    name = f"triangle-prod-before-{release_name(version)}-aaaaaa"
    return {
        "urn": SNAPSHOT_URN,
        "type": "aws:rds/snapshot:Snapshot",
        "custom": True,
        "provider": f"{PROVIDER}::1",
        "inputs": {"dbSnapshotIdentifier": name},
        **more,
    }


@dataclass
class World:
    """The engine, AWS, the cluster, and what is written down; `dies_at` names a call."""

    root: Path
    backend_url: str = ""
    dies_at: str = ""
    calls: list[str] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=lambda: {"deployment": {"resources": []}})
    records: list[Record] = field(default_factory=list)
    runs: dict[str, str] = field(default_factory=dict)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    paused: bool = False
    statuses: list[str] = field(default_factory=list)
    preview_says: dict[str, int] = field(default_factory=dict)
    fails: list[str] = field(default_factory=list)
    deploy_fails: str = ""
    seconds: float = NOW.timestamp()

    def wait(self, _: float) -> None:
        """Time passes: what AWS was at is done."""
        self.seconds += 600
        self.statuses = self.statuses[1:] or ["available"]

    def note(self, call: str) -> None:
        self.calls.append(call)
        if call == self.dies_at:
            self.dies_at = ""
            raise KilledHere("the machine is gone")

    # the engine
    def backend(self) -> str:
        return self.backend_url

    def cancel(self) -> None:
        for file in self.locks.glob("*.json"):
            file.unlink()
        self.note("cancel")

    @property
    def locks(self) -> Path:
        return self.root / "backend" / ".pulumi" / "locks" / "organization" / "groundwork" / "prod"

    def lock(self, host: str, process: int) -> None:
        self.locks.mkdir(parents=True, exist_ok=True)
        said = {"pid": process, "username": "runner", "hostname": host, "timestamp": "2026-11-29T02:00:00Z"}
        (self.locks / "1.json").write_text(json.dumps(said))

    def export(self) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(json.dumps(self.state)))

    def take(self, state: Mapping[str, Any]) -> None:
        assert not list(self.locks.glob("*.json")), "a locked stack takes no state"
        self.state = json.loads(json.dumps(state))
        # As the engine's own import does: of what is not a creation nothing is kept.
        self.state["deployment"]["pending_operations"] = []
        self.note("import")

    def refresh_alone(self, urns: Sequence[str], waiting: Callable[[], None]) -> None:
        waiting()
        self.note(f"refresh {' '.join(urn.rpartition('::')[2] for urn in urns)}")
        there = self.existing
        resources = self.state["deployment"]["resources"]
        self.state["deployment"]["resources"] = [
            each for each in resources if each["urn"] not in urns or there is None or each.get("id") in there
        ]

    existing: set[str] | None = None

    def preview(self) -> dict[str, Any]:
        steps = [{"op": name, "urn": f"{HEAD}x::{name}"} for name in self.preview_says]
        return {"steps": steps}

    def changes(self) -> dict[str, int]:
        return {} if "up" in self.calls else self.preview_says

    # the deployment
    def run(self, *_: Any, tell: Any, show: Any, **__: Any) -> Record:
        tell("deploying")
        show("a line of the engine")
        self.note("up")
        images = versions(self.root / "Pulumi.prod.yaml")
        if self.deploy_fails:
            raise OperationFailed(self.deploy_fails)
        self.runs = dict(images)
        record = Record("3", "prod", "", images, "ann", NOW.isoformat(), outcome=Outcome.DEPLOYED)
        self.records.insert(0, record)
        return record

    # the records
    def newest_first(self) -> list[Record]:
        return list(self.records)

    def latest(self) -> Record | None:
        return next((each for each in self.records if each.outcome.begun), None)

    def save(self, record: Record) -> None:
        self.records = [record if each.id == record.id else each for each in self.records]

    # boto3's clients
    def client(self, service: str, region: str | None = None, **_: Any) -> Any:
        return self

    def describe_db_snapshots(self, **asked: Any) -> dict[str, Any]:
        if not self.statuses:
            raise _refused("DBSnapshotNotFound")
        return {"DBSnapshots": [{"Status": self.statuses[0]}]}

    def get_paginator(self, operation: str) -> Any:
        names = [f"triangle-prod-before-{release_name(BAD)}-aaaaaa"]
        listed = {
            "describe_db_snapshots": {"DBSnapshots": [{"DBSnapshotIdentifier": each} for each in names]},
            "describe_vpcs": {
                "Vpcs": [{"VpcId": f"vpc-{number}", "CidrBlock": "10.0.0.0/16"} for number in (1, 2)]
            },
        }
        return SimpleNamespace(paginate=lambda **_: [listed[operation]])

    def can_paginate(self, _: str) -> bool:
        return True

    # the cluster
    def get(self, path: str, **_: str) -> dict[str, Any]:
        name = path.rpartition("/")[2]
        if name == "jobs":
            return {"items": self.jobs}
        if "/cronjobs/" in path:
            return {"metadata": {}, "spec": {"suspend": False}}
        if name not in self.runs:
            raise NotThereError("not there")
        noted = {"groundwork/pods-before-recovery": "3"} if self.paused and name == "api" else {}
        pods = {"replicas": 3, "updatedReplicas": 3, "availableReplicas": 3, "observedGeneration": 1}
        return {
            "metadata": {"generation": 1, "annotations": noted},
            "spec": {
                "replicas": 0 if noted else 3,
                "template": {"spec": {"containers": [{"image": f"registry/x@{self.runs[name]}"}]}},
            },
            "status": pods,
        }

    def merge(self, path: str, change: Mapping[str, Any]) -> None:
        self.paused = False
        self.note(f"start {path.rpartition('/')[2]}")

    # smoke
    @property
    def checks(self) -> list[Callable[[], list[Finding]]]:
        found = [Finding("answer", "api", State.HOLDS, "HTTP 200")]
        bad = [Finding("answer", each, State.FAILS, "HTTP 503") for each in self.fails]
        return [lambda: [*found, *bad]]


class Kept:
    """Where a recovery is written down."""

    def __init__(self) -> None:
        self.text = ""

    def save(self, run: Run) -> None:
        self.text = json.dumps(run.as_json())

    def end(self, run: Run, *_: Any) -> str:
        self.save(run)
        return "s3://backups/record"


def _git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    command = ["git", *identity, *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Prod after a good release, with a bad one in its stack file and half-way in its cluster."""
    for name in ("system.yaml", "Pulumi.prod.yaml"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    one = World(tmp_path, f"file://{tmp_path / 'backend'}")
    _git(tmp_path, "init", "-q", "-b", "main")
    for version in (GOOD, BAD):
        lines = (tmp_path / "Pulumi.prod.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
        begin = lines.index("  groundwork:images:\n") + 1
        lines[begin : begin + 3] = [f"    {name}: {version}\n" for name in SERVICES]
        (tmp_path / "Pulumi.prod.yaml").write_text("".join(lines), encoding="utf-8")
        _git(tmp_path, "add", ".")
        _git(tmp_path, "commit", "-q", "-m", version[:10])
    for number, (version, outcome) in enumerate(((BAD, Outcome.UNDER_WAY), (GOOD, Outcome.GOOD))):
        images = dict.fromkeys(SERVICES, version)
        name = str(2 - number)
        one.records.append(Record(name, "prod", "", images, "runner", NOW.isoformat(), outcome=outcome))
    one.runs = {"api": BAD, "worker": GOOD, "admin": GOOD}
    provider = {"urn": PROVIDER, "type": "pulumi:providers:aws", "custom": True, "id": "1"}
    one.state["deployment"]["resources"] = [{**provider, "inputs": {"region": "us-west-2"}}]
    for module in (release_standing, services):
        monkeypatch.setattr(module, "KubernetesApi", lambda *_: one)
    return one


def recovery(world: World, **wanted: Any) -> DeploymentRecovery:
    def read() -> Configuration:
        return read_environment(world.root, "prod", today=NOW.date())

    connection = Connection(cast(Any, world), None)
    object.__setattr__(connection, "session", world)
    given = Surroundings(
        connection,
        cast(Pulumi, world),
        world.root,
        "groundwork",
        cast(Records, world),
        lambda _: cast(Deployment, world),
        read,
        lambda _: cast(Smoke, world),
    )
    return DeploymentRecovery(given, Wanted(**wanted), Clock(lambda: world.seconds, world.wait))


def begun(world: World, **wanted: Any) -> Run:
    return Run("2026-11-29-deployment", KIND, "ann", NOW.isoformat(), recovery(world, **wanted).decide())


def carried_out(world: World, run: Run, kept: Kept | None = None, **wanted: Any) -> Run:
    one = recovery(world, **wanted)
    carry_out(one.plan(run), run, cast(Runs, kept or Kept()), world.root / "recoveries", lambda _: None)
    return run


def dead() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def killed(world: World) -> World:
    """Killed while AWS made the snapshot that takes the place of the one before."""
    world.lock(socket.gethostname(), dead())
    deployment = world.state["deployment"]
    deployment["resources"].append(snapshot(GOOD, id="old"))
    deployment["pending_operations"] = [{"type": "creating", "resource": snapshot(BAD)}]
    world.statuses = ["creating"]
    return world


def test_a_killed_deployment_is_brought_to_its_end(killed: World) -> None:
    run = carried_out(killed, begun(killed))
    assert list(run.steps) == ["unlock", "look", "settle", "deploy", "checks", "agree"]
    assert killed.calls == ["cancel", "import", "refresh before-migration", "up"]
    assert set(killed.runs.values()) == {BAD}
    assert killed.records[1].outcome is Outcome.INTERRUPTED
    new, old = sorted(
        (each for each in killed.state["deployment"]["resources"] if each["urn"] == SNAPSHOT_URN),
        key=lambda each: bool(each.get("delete")),
    )
    assert new["id"] == snapshot(BAD)["inputs"]["dbSnapshotIdentifier"]
    assert (old["id"], old["delete"]) == ("old", True), "the engine removes it when all else is done"
    assert recovery(killed).nothing(recovery(killed).decide())


def test_what_stands_is_told_before_anything_is_done(killed: World) -> None:
    one = recovery(killed)
    run = Run("1", KIND, "ann", NOW.isoformat(), one.decide())
    text = "\n".join(plan_lines(one.plan(run)))
    for part in (
        "the state is locked by runner@",
        "which has ended",
        "cut off: creating Snapshot before-migration",
        f"api runs {release_name(BAD)}, 3 of 3 pods",
        f"worker runs {release_name(GOOD)}",
        "it is brought to its end",
        "last deployment: 2 by runner: under way",
    ):
        assert part in text, text
    assert killed.calls == []


@pytest.mark.parametrize("call", ["cancel", "import", "refresh before-migration", "up"])
def test_killed_anywhere_the_same_command_goes_on(killed: World, call: str) -> None:
    killed.dies_at, kept = call, Kept()
    run = begun(killed)
    kept.save(run)
    before = kept.text
    with pytest.raises(OperationFailed, match="The same command goes on"):
        carried_out(killed, run, kept)
    assert kept.text != before
    again = carried_out(killed, Run(**json.loads(kept.text)), kept)
    assert again.outcome == "done"
    assert "refresh before-migration" in killed.calls, "what was put into the state was looked at in AWS"
    assert set(killed.runs.values()) == {BAD}


def test_what_aws_had_not_made_yet_is_made_by_the_deployment(killed: World) -> None:
    killed.statuses, killed.existing = [], {"old"}
    run = carried_out(killed, begun(killed))
    assert run.steps["settle"]["note"].startswith("0 of 1")
    left = [each["id"] for each in killed.state["deployment"]["resources"] if each["urn"] == SNAPSHOT_URN]
    assert left == ["old"]


def test_what_will_never_be_ready_is_told(killed: World) -> None:
    killed.statuses = ["failed"]
    with pytest.raises(OperationFailed, match="is failed in AWS and stays so: delete it there"):
        carried_out(killed, begun(killed))


def test_an_update_that_was_cut_off_is_looked_at_in_aws(world: World) -> None:
    deployment = world.state["deployment"]
    deployment["resources"].append(snapshot(GOOD, id="old"))
    deployment["pending_operations"] = [{"type": "updating", "resource": snapshot(GOOD, id="old")}]
    carried_out(world, begun(world))
    assert "refresh before-migration" in world.calls


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("aws:new/thing:Thing", "does not know how AWS names these"),
        ("aws:ec2/vpc:Vpc", "several look like it: vpc-1, vpc-2"),
        ("aws:iam/role:Role", "name was not sent"),
    ],
)
def test_where_nobody_knows_what_aws_has_made_a_person_says(world: World, kind: str, says: str) -> None:
    urn = f"{HEAD}{kind}::one"
    resource = {"urn": urn, "type": kind, "custom": True, "inputs": {"cidrBlock": "10.0.0.0/16"}}
    world.state["deployment"]["pending_operations"] = [{"type": "creating", "resource": resource}]
    with pytest.raises(OperationFailed, match=says) as told:
        carried_out(world, begun(world))
    assert f"    {urn}\n" in str(told.value)
    assert "--made URN=ID" in str(told.value)
    assert world.calls == []
    before = json.loads(json.dumps(world.state))
    for answer in ("an-id", ""):
        world.state = before
        carried_out(world, begun(world), answers={urn: answer})
        ids = [each.get("id") for each in world.state["deployment"]["resources"]]
        assert ("an-id" in ids) == bool(answer)


def test_what_is_protected_is_never_marked_for_deletion(killed: World) -> None:
    killed.state["deployment"]["resources"][-1]["protect"] = True
    with pytest.raises(OperationFailed, match="take the place of old, which is protected"):
        carried_out(killed, begun(killed))
    assert killed.calls == ["cancel"]


def test_who_runs_on_this_machine_is_not_disturbed(world: World) -> None:
    world.lock(socket.gethostname(), os.getpid())
    with pytest.raises(StackLocked, match="runs on this machine: the deployment goes on") as refused:
        begun(world)
    assert refused.value.code == 4


def test_a_runner_elsewhere_has_to_be_looked_at_by_a_person(world: World) -> None:
    world.lock("fv-az1", 7)
    world.records[0] = replace(world.records[0], run="https://github.com/a/b/actions/runs/7")
    with pytest.raises(
        StackLocked, match=r"really ended\. Then the same command with --owner-gone"
    ) as refused:
        begun(world)
    assert "Its run: https://github.com/a/b/actions/runs/7." in str(refused.value)
    carried_out(world, begun(world, owner_gone=True), owner_gone=True)
    assert world.calls[0] == "cancel"


def test_a_lock_that_came_since_is_not_removed_unseen(killed: World) -> None:
    run = begun(killed)
    killed.lock("another", 7)
    with pytest.raises(OperationFailed, match=r"runner@another .process 7. since .*, on another machine"):
        carried_out(killed, run)
    assert killed.calls == []


def test_a_backend_that_cannot_be_looked_into_is_told(world: World) -> None:
    world.backend_url = "https://api.pulumi.com"
    one = recovery(world)
    plan = one.plan(Run("1", KIND, "ann", NOW.isoformat(), one.decide()))
    assert any("locks of this backend cannot be looked at" in line for line in plan.situation)


@pytest.fixture
def bad(world: World) -> World:
    """The deployment of the bad release has failed after its migration."""
    world.records[0] = world.records[0].with_outcome(Outcome.FAILED, "0 of 3 pods are ready")
    release = f"{HEAD}groundwork:release:Release$random:index/randomId:RandomId::release"
    keepers = {"keepers": {"version": release_name(BAD)}}
    resource = {"urn": release, "type": "random:index/randomId:RandomId", "custom": True, "inputs": keepers}
    world.state["deployment"]["resources"].append(resource)
    return world


def _job(version: str, condition: str = "") -> dict[str, Any]:
    conditions = [{"type": condition, "status": "True"}] if condition else []
    name = f"migrate-{release_name(version)}-aaaaaa"
    return {"metadata": {"name": name}, "status": {"conditions": conditions}}


def test_a_release_that_failed_is_taken_back_within_ten_minutes(bad: World) -> None:
    run = carried_out(bad, begun(bad))
    assert list(run.steps) == ["unlock", "look", "settle", "back", "deploy", "checks", "agree"]
    assert set(bad.runs.values()) == {GOOD}
    text = (bad.root / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    assert f"  groundwork:takenBack: {{from: {BAD}, to: {GOOD}}}\n  groundwork:images:\n" in text
    assert [each.outcome for each in bad.records[1:]] == [Outcome.ROLLED_BACK, Outcome.GOOD]
    assert recovery(bad).plan(run).until_users_are_back().slow <= 10 * 60


def test_of_a_release_that_never_came_to_its_migration_nothing_has_to_stand(bad: World) -> None:
    bad.state["deployment"]["resources"].pop()
    carried_out(bad, begun(bad))
    assert "takenBack" not in (bad.root / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    assert set(bad.runs.values()) == {GOOD}


def test_a_person_may_want_it_brought_to_its_end_all_the_same(bad: World) -> None:
    carried_out(bad, begun(bad, forward=True), forward=True)
    assert set(bad.runs.values()) == {BAD}


def test_a_person_may_take_back_what_was_only_killed(killed: World) -> None:
    carried_out(killed, begun(killed, back=True), back=True)
    assert set(killed.runs.values()) == {GOOD}


def test_a_revision_may_be_named(killed: World) -> None:
    carried_out(killed, begun(killed, to="HEAD~1"), to="HEAD~1")
    assert set(killed.runs.values()) == {GOOD}
    with pytest.raises(OperationError, match="nowhere: found no release there"):
        begun(killed, to="nowhere")


def test_both_directions_at_once_are_refused(world: World) -> None:
    with pytest.raises(OperationError, match="allowed: one of them"):
        recovery(world, forward=True, back=True)


@pytest.fixture
def irreversible(bad: World) -> World:
    line = "  command: [npx, prisma, migrate, deploy]\n"
    replace_text(bad.root / "system.yaml", line, f"{line}  irreversible: ['{BAD}']\n")
    return bad


@pytest.mark.parametrize("condition", ["Complete", "Failed", ""])
def test_a_migration_that_cannot_be_undone_and_has_begun_stops_the_way_back(
    irreversible: World, condition: str
) -> None:
    irreversible.jobs = [_job(GOOD, "Complete"), _job(BAD, condition)]
    with pytest.raises(NoWayBack, match="was NOT rolled back") as stopped:
        begun(irreversible)
    assert f"SNAPSHOT=triangle-prod-before-{release_name(BAD)}-aaaaaa WHAT=plan" in str(stopped.value)
    assert irreversible.calls == []


def test_a_migration_that_never_began_is_no_obstacle(irreversible: World) -> None:
    irreversible.jobs = [_job(GOOD, "Complete")]
    carried_out(irreversible, begun(irreversible))
    assert set(irreversible.runs.values()) == {GOOD}


def test_where_nothing_good_is_known_it_goes_forward_and_says_why(bad: World) -> None:
    bad.records = bad.records[:1]
    run = begun(bad)
    plan = recovery(bad).plan(run)
    assert any("not taken back: no earlier deployment was good" in line for line in plan.situation)
    assert run.about["direction"] == "forward"


def test_checks_that_fail_are_told_with_the_way_back_which_the_same_command_takes(killed: World) -> None:
    killed.fails, kept = ["api"], Kept()
    with pytest.raises(ChecksFailed, match=r"answer api: HTTP 503.*--back") as failed:
        carried_out(killed, begun(killed), kept)
    assert failed.value.code == 3
    killed.fails, run = [], Run(**json.loads(kept.text))
    killed.records[0] = killed.records[0].with_outcome(Outcome.CHECKS_FAILED)
    recovery(killed, back=True).go_on(run)
    carried_out(killed, run, kept, back=True)
    assert set(killed.runs.values()) == {GOOD}
    assert run.decisions == ["from here on back"]


def test_a_deployment_that_fails_again_says_what_stands(killed: World) -> None:
    killed.deploy_fails, kept = "Deployment api: 0 of 3 pods are ready", Kept()
    with pytest.raises(OperationFailed, match=r"deploy: Deployment api.*Done: unlock, look, settle"):
        carried_out(killed, begun(killed), kept)
    killed.deploy_fails = ""
    carried_out(killed, Run(**json.loads(kept.text)), kept)
    assert killed.calls.count("up") == 2
    assert killed.calls.count("import") == 1


def test_a_preview_that_is_not_empty_is_no_end(killed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(killed, "changes", lambda: {"update": 2})
    with pytest.raises(OperationFailed, match=r"the preview is not empty \(2 to update\)"):
        carried_out(killed, begun(killed))


def test_services_that_a_recovery_has_left_stopped_are_started(world: World) -> None:
    world.paused = True
    run = carried_out(world, begun(world))
    assert "start" in run.steps
    assert not world.paused
    assert recovery(world).plan(run).situation


def test_maintenance_that_is_on_is_told_and_stays(world: World) -> None:
    file = world.root / "Pulumi.prod.yaml"
    text = file.read_text(encoding="utf-8")
    head = "  groundwork:images:\n"
    file.write_text(
        text.replace(head, f"  groundwork:maintenance: {{enabled: true}}\n{head}"), encoding="utf-8"
    )
    run = carried_out(world, begun(world))
    assert any("maintenance mode is on" in line for line in recovery(world).plan(run).afterwards)
    assert "maintenance: {enabled: true}" in file.read_text(encoding="utf-8")


def test_a_preview_that_the_engine_refuses_is_told_and_is_no_obstacle(
    killed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> dict[str, Any]:
        raise OperationFailed("pulumi preview ended with 255")

    monkeypatch.setattr(killed, "preview", refuse)
    run = carried_out(killed, begun(killed))
    assert run.about["forecast"] == "pulumi preview ended with 255"


@pytest.fixture
def called(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The commands, on this world."""

    def prepared(_env: str, _system: str | None, _place: Any, wanted: Wanted) -> Any:
        one = recovery(world, **vars(wanted))
        imagined = partial(Run, "1", KIND, "ann", NOW.isoformat())
        runs = SimpleNamespace(current=lambda: None, imagined=lambda kind, about: imagined(about), who="ann")
        return one, runs

    monkeypatch.setattr(deployment_recovery_command, "prepared", prepared)
    return lambda *words: CliRunner().invoke(app, ["recover", *words, "--env", "prod"])


def test_the_plan_is_told_with_bars_and_drawn_and_nothing_is_done(
    killed: World, called: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "pictures" / "plan.svg"
    told = called("plan", "--of", "deployment", "--output", str(file))
    assert told.exit_code == 0, told.output
    for part in ("which has ended", "settle ", "█", "<- users are back", str(file)):
        assert part in told.stdout
    assert "recover deployment in prod" in file.read_text(encoding="utf-8")
    as_json = called("plan", "--of", "deployment", "--json")
    check_output("recover plan", json.loads(as_json.stdout))
    assert killed.calls == []


def test_nothing_to_recover_is_no_failure(world: World, called: Callable[..., Result]) -> None:
    world.runs = dict.fromkeys(SERVICES, BAD)
    told = called("deployment")
    assert (told.exit_code, "there is nothing to recover" in told.stdout) == (0, True), told.output
    check_output("recover deployment", json.loads(called("deployment", "--json").stdout))
    assert world.calls == []


def test_the_exit_codes_are_those_that_are_documented(
    irreversible: World, called: Callable[..., Result]
) -> None:
    irreversible.jobs = [_job(BAD, "Complete")]
    assert called("deployment").exit_code == 7
    irreversible.lock("fv-az1", 7)
    assert called("deployment").exit_code == 4
    assert called("deployment", "--back", "--forward").exit_code == 2
    assert called("deployment", "--made", "nonsense").exit_code == 2
    assert called("deployment", "--owner-gone", "--forward", "--json").exit_code == 2, "nobody is asked"
    assert irreversible.calls == []
