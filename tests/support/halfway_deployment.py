"""A deployment that stands half-way: engine, AWS, cluster and records, as a recovery meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from infra.configuration import Configuration
from infra.configuration.files import read_environment
from infra.configuration.images import release_name
from operations.checkout import ROOT
from operations.console import OperationFailed
from operations.deployment.deploy import Deployment
from operations.deployment.findings import Finding, State
from operations.deployment.records import Outcome, Record, Records
from operations.deployment.smoke import Smoke
from operations.environments import Connection
from operations.kubernetes_api import NotThereError
from operations.recovery import release_standing, services
from operations.recovery.deployment import KIND, DeploymentRecovery, Surroundings
from operations.recovery.pulumi import Pulumi
from operations.recovery.run import Run, Runs
from operations.recovery.session import carry_out
from operations.recovery.steps import Clock
from operations.recovery.way_forward import Wanted
from operations.versions import versions
from tests.support.kept_run import Kept, KilledHere

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
GOOD, BAD = (f"sha256:{digit * 64}" for digit in "12")
SERVICES = ("api", "worker", "admin")
HEAD = "urn:pulumi:prod::groundwork::"
SNAPSHOT_URN = f"{HEAD}groundwork:database:Database$aws:rds/snapshot:Snapshot::before-migration"
PROVIDER = f"{HEAD}pulumi:providers:aws::aws"


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


def _git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    command = ["git", *identity, *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def halfway(folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Prod after a good release, with a bad one in its stack file and half-way in its cluster."""
    for name in ("system.yaml", "Pulumi.prod.yaml"):
        (folder / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    one = World(folder, f"file://{folder / 'backend'}")
    _git(folder, "init", "-q", "-b", "main")
    for version in (GOOD, BAD):
        lines = (folder / "Pulumi.prod.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
        begin = lines.index("  groundwork:images:\n") + 1
        lines[begin : begin + 3] = [f"    {name}: {version}\n" for name in SERVICES]
        (folder / "Pulumi.prod.yaml").write_text("".join(lines), encoding="utf-8")
        _git(folder, "add", ".")
        _git(folder, "commit", "-q", "-m", version[:10])
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
