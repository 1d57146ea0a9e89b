"""DR-3: the command of the day when a region is lost; AWS and the engine are in tests/recovery."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from infra.configuration import Configuration
from infra.configuration.files import read_environment
from operations.checkout import ROOT
from operations.console import OperationError, OperationFailed
from operations.environments import Connection
from operations.holdings import entries
from operations.recovery.pulumi import Pulumi
from operations.recovery.region import KIND, RegionRecovery, Surroundings, recovered
from operations.recovery.run import Run, Runs
from operations.recovery.services import Services
from operations.recovery.session import carry_out
from operations.recovery.steps import Clock

pytestmark = pytest.mark.contract("DR-3")

LOST, THERE = "us-west-2", "us-east-2"
NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
HEAD = "urn:pulumi:prod::groundwork::"
STEPS = [
    "promote",
    "secrets",
    "state",
    "write",
    "foundations",
    "promoted",
    "build",
    "ready",
    "redundancy",
    "rest",
    "complete",
    "agree",
]


def _refused(code: str, operation: str) -> ClientError:
    return ClientError(cast(Any, {"Error": {"Code": code, "Message": code}}), operation)


def _prod() -> Configuration:
    return read_environment(ROOT, "prod", today=NOW.date())


class KilledHere(OperationFailed):
    """Stands for the loss of the machine: nothing after it happens."""


@dataclass
class World:
    """AWS, the engine and the cluster of a day on which a region is lost; `dies_at` names a call."""

    file: Path
    answers: bool = False
    dies_at: str = ""
    instance: dict[str, Any] = field(
        default_factory=lambda: {
            "DBInstanceStatus": "available",
            "ReadReplicaSourceDBInstanceIdentifier": "arn:primary",
        }
    )
    copies: list[str] = field(default_factory=lambda: ["triangle/prod/database", "triangle/prod/redis-cache"])
    entries: list[str] = field(default_factory=lambda: [each.name for each in entries(_prod())])
    waits: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys(("triangle-prod-cache", "triangle-prod-queue"), "available")
    )
    images: bool = True
    jobs: list[str] = field(default_factory=list)
    allowed: float = 1000
    patient: bool = True
    state: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    saved: dict[str, Any] = field(default_factory=dict)
    ready: bool = False

    def wait(self, _: float) -> None:
        """Time passes: what AWS was at is done."""
        self.instance["DBInstanceStatus"] = "available"

    def note(self, call: str) -> None:
        self.calls.append(call)
        if call == self.dies_at:
            self.dies_at = ""
            raise KilledHere("the machine is gone")

    # boto3's clients
    def client(self, service: str, region: str | None = None, **_: Any) -> Any:
        assert region in (None, LOST, THERE)
        return self

    def describe_db_instances(self, **asked: Any) -> dict[str, Any]:
        if not asked:
            return self.probe()
        if not self.instance:
            refusal = {"Error": {"Code": "DBInstanceNotFoundFault", "Message": ""}}
            raise ClientError(cast(Any, refusal), "DescribeDBInstances")
        return {"DBInstances": [self.instance]}

    def probe(self) -> dict[str, Any]:
        if not self.answers:
            raise EndpointConnectionError(endpoint_url="https://lost.example")
        return {}

    describe_vpcs = list_clusters = probe

    def get_metric_statistics(self, **_: Any) -> dict[str, Any]:
        return {"Datapoints": [{"Timestamp": NOW, "Maximum": 41.0}, {"Timestamp": NOW, "Maximum": -1.0}]}

    def promote_read_replica(self, **asked: Any) -> None:
        assert asked["BackupRetentionPeriod"] == 30
        self.note("promote")
        self.instance = {"DBInstanceStatus": "modifying"}

    def modify_db_instance(self, **asked: Any) -> None:
        assert asked["ApplyImmediately"]
        self.note("standby")
        self.instance["PendingModifiedValues"] = {"MultiAZ": asked["MultiAZ"]}

    def get_paginator(self, _: str) -> Any:
        listed = [{"Name": name, "PrimaryRegion": LOST} for name in self.copies]
        own = [{"Name": f"triangle/prod/{name}"} for name in self.entries]
        return SimpleNamespace(paginate=lambda **_: [{"SecretList": listed}, {"SecretList": own}])

    # what waits
    def describe_cluster(self, **_: Any) -> dict[str, Any]:
        return {"cluster": {"status": "ACTIVE"}}

    def describe_replication_groups(self) -> dict[str, Any]:
        found = [{"ReplicationGroupId": name, "Status": status} for name, status in self.waits.items()]
        return {"ReplicationGroups": found}

    def describe_images(self, **_: Any) -> dict[str, Any]:
        return {"imageDetails": [{}] if self.images else []}

    def get_service_quota(self, **_: Any) -> dict[str, Any]:
        return {"Quota": {"Value": self.allowed}}

    def stop_replication_to_replica(self, SecretId: str) -> None:  # noqa: N803  # boto3's name
        self.note(f"secret {SecretId}")
        self.copies.remove(SecretId)

    def put_object(self, **asked: Any) -> None:
        self.saved[asked["Key"]] = json.loads(asked["Body"])

    # the engine
    def export(self) -> dict[str, Any]:
        return self.state

    def take(self, state: Mapping[str, Any]) -> None:
        self.state = dict(state)
        self.note("import")

    def up(self, waiting: Any, without: Sequence[str] = ()) -> None:
        waiting()
        self.note(f"up without {without[0].rpartition('::')[2]}" if without else "up")
        self.ready = not without
        if self.patient:
            self.instance["DBInstanceStatus"] = "available"  # time has passed

    def changes(self) -> dict[str, int]:
        return {}

    # the cluster
    names = "api, worker"

    def not_ready(self) -> str | None:
        return None if self.ready else "api 0/3"

    def stop_and_wait(self, *_: Any) -> None:
        self.note("stop")

    def running_jobs(self) -> list[str]:
        return self.jobs

    # its network
    def describe_security_group_rules(self, **asked: Any) -> dict[str, Any]:
        assert asked["Filters"] == [{"Name": "group-id", "Values": ["sg-database"]}]
        return {
            "SecurityGroupRules": [
                {"SecurityGroupRuleId": "out", "IsEgress": True},
                {"SecurityGroupRuleId": "pods", "IsEgress": False, **_from("sg-pods")},
                {"SecurityGroupRuleId": "function", "IsEgress": False, **_from("sg-function")},
            ]
        }

    def revoke_security_group_ingress(self, **asked: Any) -> None:
        assert asked == {"GroupId": "sg-database", "SecurityGroupRuleIds": ["pods"]}
        self.note("close")


def _from(group: str) -> dict[str, Any]:
    return {"ReferencedGroupInfo": {"GroupId": group}}


class Kept:
    """Where a recovery is written down; a machine that is lost takes nothing of it along."""

    def __init__(self) -> None:
        self.text = ""

    def save(self, run: Run) -> None:
        self.text = json.dumps(run.as_json())

    def end(self, run: Run, *_: Any) -> str:
        self.save(run)
        return "s3://backups/record"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text((ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    one = World(file)
    one.state = {"deployment": {"resources": _resources()}}
    monkeypatch.setattr(Services, "of", lambda *_: one)
    return one


def _resources() -> list[dict[str, Any]]:
    def provider(name: str, region: str) -> dict[str, Any]:
        return {
            "urn": f"{HEAD}pulumi:providers:aws::{name}",
            "type": "pulumi:providers:aws",
            "custom": True,
            "inputs": {"region": region},
        }

    kind = "aws:rds/instance:Instance"
    return [
        provider("aws", LOST),
        provider("aws-recovery", THERE),
        *(
            {
                "urn": f"{HEAD}groundwork:place:{place}$groundwork:database:Database${kind}::database",
                "type": kind,
                "custom": True,
                "provider": f"{HEAD}pulumi:providers:aws::{name}::1",
                "inputs": {"identifier": "triangle-prod"},
            }
            for place, name in (("Home", "aws"), ("Recovery", "aws-recovery"))
        ),
    ]


def recovery(world: World, clock: Clock | None = None) -> RegionRecovery:
    connection = Connection(cast(Any, world), None)
    object.__setattr__(connection, "session", world)
    given = Surroundings(connection, cast(Pulumi, world), world.file, world.file.parent / "recoveries")

    def left() -> Connection:
        return connection

    return RegionRecovery(recovered(_prod()), given, left, clock or Clock(NOW.timestamp, world.wait))


def begun(world: World) -> Run:
    about = recovery(world).decide("", force=False)
    return Run("2026-11-29-region", KIND, "ann", NOW.isoformat(), about)


def carried_out(world: World, run: Run, kept: Kept) -> Run:
    one, clock = recovery(world), Clock(NOW.timestamp, world.wait)
    carry_out(one.plan(run), run, cast(Runs, kept), world.file.parent / "recoveries", lambda _: None, clock)
    return run


def test_each_step_is_done_once_and_people_are_back_before_what_is_redundant(world: World) -> None:
    run = carried_out(world, begun(world), Kept())
    assert list(run.steps) == STEPS
    assert world.calls == [
        "promote",
        "secret triangle/prod/database",
        "secret triangle/prod/redis-cache",
        "import",
        "up without database",
        "up",
        "standby",
        "up",
    ]
    text = world.file.read_text(encoding="utf-8")
    assert "  groundwork:serving: us-east-2\n  groundwork:lost: us-west-2\n" in text
    assert "    promoted: [1]\n" in text
    assert "recovering" not in text


def test_the_state_is_kept_as_it_was_here_and_beside_the_backups(world: World) -> None:
    before = json.loads(json.dumps(world.state))
    carried_out(world, begun(world), Kept())
    name = f"{NOW:%Y-%m-%dT%H%M%SZ}-region-state-before.json"
    assert json.loads((world.file.parent / "recoveries" / name).read_text(encoding="utf-8")) == before
    assert world.saved[f"recoveries/{name}"] == before
    assert [each["urn"] for each in world.state["deployment"]["resources"]] == [
        f"{HEAD}pulumi:providers:aws::aws-recovery",
        f"{HEAD}groundwork:place:Recovery$groundwork:database:Database$aws:rds/instance:Instance::database",
    ]


@pytest.mark.parametrize(
    "call",
    ["promote", "secret triangle/prod/redis-cache", "import", "up without database", "up", "standby"],
)
def test_killed_anywhere_the_same_command_goes_on(world: World, call: str) -> None:
    world.dies_at, kept = call, Kept()
    run = begun(world)
    kept.save(run)
    before = kept.text
    with pytest.raises(OperationFailed, match="The same command goes on"):
        carried_out(world, run, kept)
    # Of a step that was cut off nothing may have been written down.
    world.instance["DBInstanceStatus"] = "available"
    for text in (kept.text, before):
        again = Run(**json.loads(text))
        carried_out(world, again, kept)
        assert again.outcome == "done"
        assert not world.copies
        assert world.ready
        assert "recovering" not in world.file.read_text(encoding="utf-8")


def test_a_region_that_answers_is_not_given_up_by_mistake(world: World) -> None:
    world.answers = True
    with pytest.raises(OperationError, match=r"us-west-2 answers \(ec2, rds, eks\).*--force"):
        recovery(world).decide("", force=False)
    assert recovery(world).decide("", force=True)["answered"] == ["ec2", "rds", "eks"]


def test_without_a_replica_nothing_is_begun(world: World) -> None:
    world.instance = {}
    with pytest.raises(OperationFailed, match="there is no replica to promote"):
        recovery(world).decide("", force=False)


def test_the_plan_says_what_is_lost_and_that_the_rto_holds(world: World) -> None:
    plan = recovery(world).plan(begun(world))
    assert "(41 s behind when last measured)" in plan.loss
    assert plan.situation[0] == "us-west-2 does not answer (ec2, rds, eks)"
    assert plan.until_users_are_back().slow <= 30 * 60


def test_a_replica_that_is_busy_is_asked_again(world: World) -> None:
    """RDS promotes no instance that is being backed up."""
    world.instance["DBInstanceStatus"] = "backing-up"
    carried_out(world, begun(world), Kept())
    assert world.calls.count("promote") == 1
    assert world.calls.index("promote") > world.calls.index("up without database")


def test_what_the_region_lacks_is_told_before_and_stops_nothing(world: World) -> None:
    """Somebody pushes the image, or sets the secret, while everything else is built."""
    world.images, world.allowed = False, 1
    world.entries.remove("stripe-secret-key")
    world.waits["triangle-prod-queue"] = "modifying"
    said = "\n".join(recovery(world).plan(begun(world)).situation)
    assert "us-east-2 lacks images: 2 of 2 not: admin" in said
    assert "push the image again" in said
    assert "us-east-2 lacks quotas: vCPUs" in said
    assert "us-east-2 lacks secrets: 1 of 11 not: stripe-secret-key; `make secret`" in said
    assert "us-east-2 lacks redis: triangle-prod-cache is available, triangle-prod-queue is modifying" in said
    assert carried_out(world, begun(world), Kept()).outcome == "done"


def test_where_nothing_is_lacking_nothing_is_said(world: World) -> None:
    assert "lacks" not in "\n".join(recovery(world).plan(begun(world)).situation)


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [
        ("up", OperationFailed("pulumi up ended with 255: VcpuLimitExceeded")),
        ("promote_read_replica", _refused("InvalidDBInstanceState", "PromoteReadReplica")),
        ("stop_replication_to_replica", _refused("ThrottlingException", "StopReplicationToReplica")),
        ("take", OperationFailed("the stack is currently locked")),
        ("put_object", _refused("SlowDown", "PutObject")),
    ],
)
def test_what_aws_refuses_is_told_and_the_same_command_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, operation: str, refusal: Exception
) -> None:
    """A full quota, a database at work, an engine that is locked, AWS at its limits."""

    def refuse(*_: Any, **__: Any) -> None:
        raise refusal

    run, kept = begun(world), Kept()
    with monkeypatch.context() as broken:
        broken.setattr(world, operation, refuse)
        with pytest.raises(OperationFailed, match="The same command goes on from here"):
            carried_out(world, run, kept)
    again = Run(**json.loads(kept.text))
    assert carried_out(world, again, kept).outcome == "done"


def test_a_promotion_that_never_ends_is_told_and_waited_on(world: World) -> None:
    world.wait = lambda _: None  # type: ignore[method-assign]
    world.patient = False
    passed = [NOW.timestamp()]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    clock = Clock(lambda: passed[0], sleep)
    run = begun(world)
    with pytest.raises(OperationFailed, match=r"promotion: triangle-prod is modifying, after \d+ minutes"):
        carry_out(
            recovery(world, clock).plan(run),
            run,
            cast(Runs, Kept()),
            world.file.parent / "recoveries",
            lambda _: None,
            clock,
        )


def test_an_environment_without_copies_is_told_so() -> None:
    with pytest.raises(OperationError, match="dev: nothing waits in another region"):
        recovered(read_environment(ROOT, "dev", today=NOW.date()))


class Database:
    """PostgreSQL in the region that is left, as the function tells of it; each look shows it further."""

    def __init__(self, *replayed: str) -> None:
        self.replayed = list(replayed)
        self.sessions = [["app_a (api)", "postgres (psql)"], ["app_a (api)"], []]

    def groups(self) -> list[str]:
        return ["sg-function"]

    def disconnect(self, address: Mapping[str, Any]) -> list[str]:
        assert address["host"] == "db.us-west-2"
        return self.sessions.pop(0)

    def replication(self, address: Mapping[str, Any]) -> dict[str, Any]:
        assert address["host"] == "db.us-west-2"
        found = self.replayed.pop(0) if len(self.replayed) > 1 else self.replayed[0]
        return {"written": "16/B374D848", "replayed": [found] if found else []}


@pytest.fixture
def leaving(world: World, monkeypatch: pytest.MonkeyPatch) -> Database:
    world.answers = True
    world.instance["Endpoint"] = {"Address": "db.us-west-2", "Port": 5432}
    world.instance["VpcSecurityGroups"] = [{"VpcSecurityGroupId": "sg-database"}]
    one = Database("16/B374D000", "16/B374D848")
    monkeypatch.setattr("operations.recovery.leaving.Preparation", lambda *_: one)
    return one


def moving(world: World) -> Run:
    about = recovery(world).decide(THERE, force=False)
    return Run("2026-11-29-region", KIND, "ann", NOW.isoformat(), about)


@pytest.mark.usefixtures("leaving")
def test_left_on_purpose_it_is_stopped_and_all_has_arrived_before_anything_is_promoted(world: World) -> None:
    run = carried_out(world, moving(world), Kept())
    assert list(run.steps) == ["stop", "closed", "replayed", *STEPS]
    assert world.calls[:3] == ["stop", "close", "promote"]
    assert run.steps["replayed"]["note"] == "the replica has all rows (log position 16/B374D848)"
    assert recovery(world).plan(run).loss.startswith("no row;")


def test_whoever_is_connected_when_it_is_left_is_sent_away_and_named(world: World, leaving: Database) -> None:
    """A session outlives the rule that has let it in; a pool of connections comes back at once."""
    run = carried_out(world, moving(world), Kept())
    assert leaving.sessions == []
    assert run.steps["closed"]["note"] == (
        "nobody connects to triangle-prod any more; ended: app_a (api), postgres (psql)"
    )


@pytest.mark.usefixtures("leaving")
def test_a_region_is_not_left_while_a_job_runs(world: World) -> None:
    world.jobs = ["seed-admin-20261129"]
    with pytest.raises(OperationFailed, match="seed-admin-20261129 runs, and would be cut off half-way"):
        moving(world)
    assert world.calls == []


def test_a_replica_that_is_behind_is_waited_for(world: World, leaving: Database) -> None:
    leaving.replayed = ["16/B374D000", "15/FFFFFFFF", "16/B374D848"]
    carried_out(world, moving(world), Kept())
    assert leaving.replayed == ["16/B374D848"]


def test_without_a_replica_nothing_is_promoted(world: World, leaving: Database) -> None:
    leaving.replayed = [""]
    with pytest.raises(OperationFailed, match="no replica follows the database"):
        carried_out(world, moving(world), Kept())
    assert "promote" not in world.calls


@pytest.mark.usefixtures("leaving")
def test_one_can_move_to_the_other_region_alone(world: World) -> None:
    with pytest.raises(OperationError, match="--to: found eu-west-1; allowed: us-east-2"):
        recovery(world).decide("eu-west-1", force=False)


def test_a_region_that_does_not_answer_is_not_left_in_good_order(world: World) -> None:
    with pytest.raises(OperationFailed, match=r"does not answer \(ec2, rds, eks\).*without --to"):
        recovery(world).decide(THERE, force=False)
