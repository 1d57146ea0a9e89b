"""DR-1, DR-2: one command restores the database beside the one that serves, and goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from botocore.stub import Stubber

from operations import checkout
from operations.console import OperationFailed
from operations.environments import Connection
from operations.recovery import generations_file, steps
from operations.recovery.instances import Instances
from operations.recovery.preparation import Preparation
from operations.recovery.services import Services
from rehearsal.aws.cloud import Cloud
from rehearsal.kubernetes.api import KubernetesApi
from rehearsal.kubernetes.kinds import Kind
from tests.support.checkout import copy_program
from tests.support.deployed_database import ENVIRONMENT, World
from tests.support.lost_answers import lost_answers
from tests.support.recorded_calls import Calls, table_of
from tests.support.servers import embedded_aws

pytestmark = pytest.mark.contract("DR-1", "DB-6")

CRON_JOB = Kind("batch", "v1", "CronJob")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    root = copy_program(tmp_path)
    monkeypatch.setattr(checkout, "ROOT", root)
    configuration = checkout.declared(ENVIRONMENT)
    with Cloud(configuration.settings.account) as cloud:
        one = World(cloud, configuration, root)
        api = KubernetesApi(cloud, one.clusters, one.answer)
        with embedded_aws(cloud.account, api) as url:
            one.url = url
            yield one


RESTORE = ("database", "--to", "latest", "--yes")


def test_the_database_is_restored_beside_the_one_that_served(world: World) -> None:
    result = world.recover(*RESTORE)
    assert result.exit_code == 0, result.output
    assert world.instances() == ["triangle-dev", "triangle-dev-2"]
    before, after = world.instance(1), world.instance(2)
    for key in ("VpcSecurityGroups", "DBInstanceClass", "DBName", "MasterUsername", "BackupRetentionPeriod"):
        assert after[key] == before[key], key
    for key, name in (("DBSubnetGroup", "DBSubnetGroupName"),):
        assert after[key][name] == before[key][name]
    assert after["DBParameterGroups"][0]["DBParameterGroupName"] == "triangle-dev-postgres17"
    assert (world.sent_to(), world.pods()) == ("triangle-dev-2", {"api": 2, "worker": 2, "admin": 2})
    assert world.database_section() == {
        "current": 2,
        "retired": (1,),
        "lost": (),
        "adopt": True,
        "promoted": (),
    }


@dataclass
class Slow:
    """RDS as it is: what is restored is being created, then it is there, and its first backup is made."""

    find: Callable[[Instances, int], dict[str, Any] | None] = Instances.find
    looks: int = 0

    def __call__(self, instances: Instances, generation: int) -> dict[str, Any] | None:
        found = self.find(instances, generation)
        if found is None or generation == 1:
            return found
        self.looks += 1
        return {**found, "DBInstanceStatus": "creating" if self.looks < 8 else "backing-up"}


def test_services_are_sent_to_it_as_soon_as_it_is_there_though_its_first_backup_is_being_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RDS would take it away, were they switched on afterwards."""
    sent: list[int] = []
    slow, prepare = Slow(), Preparation.prepare

    def find(self: Instances, generation: int) -> dict[str, Any] | None:
        return slow(self, generation)

    def noted(self: Preparation, address: Any) -> None:
        sent.append(slow.looks)
        prepare(self, address)

    monkeypatch.setattr(Instances, "find", find)
    monkeypatch.setattr(Preparation, "prepare", noted)
    monkeypatch.setattr(steps, "POLL_SECONDS", 0.0)
    result = world.recover(*RESTORE)
    assert result.exit_code == 0, result.output
    assert len(sent) == 1
    assert sent[0] >= 8
    assert world.pods() == {"api": 2, "worker": 2, "admin": 2}
    assert world.instance(2)["BackupRetentionPeriod"] == 1


def test_services_without_a_database_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> None:
        raise OperationFailed("it does not get ready")

    monkeypatch.setattr(Instances, "not_usable", failing)
    assert world.recover(*RESTORE).exit_code == 1
    assert world.pods() == {"api": 0, "worker": 0, "admin": 2}
    job = world.cluster.get(CRON_JOB, "triangle", "remove-expired-uploads")
    assert job is not None
    assert job["spec"]["suspend"] is True


def test_what_rds_refuses_to_restore_stops_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> None:
        raise OperationFailed("no backups")

    monkeypatch.setattr(Instances, "restore_to_time", failing)
    assert world.recover(*RESTORE).exit_code == 1
    assert world.pods() == {"api": 2, "worker": 2, "admin": 2}


@pytest.mark.parametrize("status", ["incompatible-restore", "insufficient-capacity"])
def test_a_restore_that_fails_is_told_at_once_and_another_one_is_made_when_it_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    original = Instances.find

    def failed(self: Instances, generation: int) -> dict[str, Any] | None:
        found = original(self, generation)
        return {**found, "DBInstanceStatus": status} if found and generation == 2 else found

    with monkeypatch.context() as patched:
        patched.setattr(Instances, "find", failed)
        result = world.recover(*RESTORE)
    assert result.exit_code == 1
    assert f"restore: triangle-dev-2 is {status}, and stays so" in result.stderr
    assert (
        "aws rds delete-db-instance --db-instance-identifier triangle-dev-2 --skip-final-snapshot"
        in result.stderr
    )
    assert "Done: ask, stop, before; not done" in result.stderr
    assert world.sent_to() == "triangle-dev"
    world.call("rds", "delete_db_instance", DBInstanceIdentifier="triangle-dev-2", SkipFinalSnapshot=True)
    result = world.recover(*RESTORE)
    assert result.exit_code == 0, result.output
    assert world.sent_to() == "triangle-dev-2"


KILLED: list[tuple[type[Any] | Any, str]] = [
    (Services, "stop"),
    (Instances, "restore_to_time"),
    (Preparation, "examine"),
    (Preparation, "prepare"),
    (Services, "start"),
    (generations_file, "write"),
]


@pytest.mark.parametrize(("place", "name"), KILLED, ids=[name for _, name in KILLED])
def test_killed_anywhere_the_same_command_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, place: Any, name: str
) -> None:
    original: Callable[..., Any] = getattr(place, name)

    def killed(*arguments: Any) -> None:
        original(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(place, name, killed)
        assert world.recover(*RESTORE).exit_code == 1
    result = world.recover(*RESTORE)
    assert result.exit_code == 0, result.output
    assert world.instances() == ["triangle-dev", "triangle-dev-2"]
    assert (world.sent_to(), world.pods()) == ("triangle-dev-2", {"api": 2, "worker": 2, "admin": 2})
    assert world.database_section() == {
        "current": 2,
        "retired": (1,),
        "lost": (),
        "adopt": True,
        "promoted": (),
    }


def test_where_answers_get_lost_everything_is_done_once_all_the_same(world: World) -> None:
    with lost_answers() as lost:
        result = world.recover(*RESTORE)
    assert result.exit_code == 0, result.output
    assert {"RestoreDBInstanceToPointInTime", "Invoke", "PutObject", "DeleteObject"} <= lost.keys()
    assert world.instances() == ["triangle-dev", "triangle-dev-2"]
    assert (world.sent_to(), world.pods()) == ("triangle-dev-2", {"api": 2, "worker": 2, "admin": 2})


def test_nothing_is_switched_to_what_is_not_good_and_it_can_be_given_up(world: World) -> None:
    world.function.found["sequencesBehind"] = ["public.orders.id"]
    result = world.recover(*RESTORE)
    assert result.exit_code == 3
    assert "public.orders.id" in result.stderr
    assert world.sent_to() == "triangle-dev"
    result = world.recover("database", "--back", "--yes")
    assert result.exit_code == 0, result.output
    assert (world.sent_to(), world.pods()) == ("triangle-dev", {"api": 2, "worker": 2, "admin": 2})
    assert world.database_section() == {
        "current": 1,
        "retired": (),
        "lost": (),
        "adopt": False,
        "promoted": (),
    }


def test_an_adopted_one_is_finished_and_the_way_back_stays_open(world: World) -> None:
    assert world.recover(*RESTORE).exit_code == 0
    assert world.recover("finish").exit_code == 1
    world.adopt()
    assert world.recover("finish").exit_code == 0
    assert world.database_section() == {
        "current": 2,
        "retired": (1,),
        "lost": (),
        "adopt": False,
        "promoted": (),
    }
    result = world.recover("database", "--back", "--yes")
    assert result.exit_code == 0, result.output
    assert world.sent_to() == "triangle-dev"
    assert world.database_section() == {
        "current": 1,
        "retired": (2,),
        "lost": (),
        "adopt": False,
        "promoted": (),
    }


def test_an_instance_is_retired_by_hand(world: World) -> None:
    world.recover(*RESTORE)
    world.adopt()
    world.recover("finish")
    world.call("rds", "modify_db_instance", DBInstanceIdentifier="triangle-dev", DeletionProtection=True)
    assert world.recover("retire", "--generation", "2", "--yes").exit_code == 2
    result = world.recover("retire", "--generation", "1", "--yes")
    assert result.exit_code == 0, result.output
    assert "pulumi state unprotect" in result.stdout
    assert world.instance(1)["DeletionProtection"] is False
    assert world.database_section() == {
        "current": 2,
        "retired": (),
        "lost": (),
        "adopt": False,
        "promoted": (),
    }


@pytest.mark.contract("DR-2")
def test_a_lost_database_comes_back_from_a_snapshot(world: World) -> None:
    world.call(
        "rds",
        "delete_db_instance",
        DBInstanceIdentifier="triangle-dev",
        FinalDBSnapshotIdentifier="the-last",
        SkipFinalSnapshot=False,
    )
    unknown = world.recover("database", "--snapshot", "another", "--yes")
    assert unknown.exit_code == 2
    assert "the-last" in unknown.stderr
    result = world.recover("database", "--snapshot", "the-last", "--yes")
    assert result.exit_code == 0, result.output
    assert world.instances() == ["triangle-dev-2"]
    assert world.database_section() == {
        "current": 2,
        "retired": (1,),
        "lost": (1,),
        "adopt": True,
        "promoted": (),
    }
    assert "pulumi refresh --target" in result.stdout


@pytest.mark.contract("DR-2")
def test_a_snapshot_is_found_on_every_page_that_rds_tells() -> None:
    """A page has 100; every deployment and every day leaves one."""
    rds = boto3.client("rds", region_name="us-west-2", aws_access_key_id="x", aws_secret_access_key="x")
    asked = {"DBInstanceIdentifier": "triangle-dev"}

    def page(name: str, **more: str) -> dict[str, Any]:
        return {"DBSnapshots": [{"DBSnapshotIdentifier": name, "Status": "available"}], **more}

    with Stubber(rds) as stub:
        stub.add_response("describe_db_snapshots", page("first", Marker="2"), asked)
        stub.add_response("describe_db_snapshots", page("last"), {**asked, "Marker": "2"})
        connection = cast(Connection, SimpleNamespace(client=lambda *_: rds))
        found = Instances(checkout.declared(ENVIRONMENT), connection).snapshots(1)
    assert {each["DBSnapshotIdentifier"] for each in found} == {"first", "last"}


@pytest.mark.contract("DEP-3")
def test_a_backup_on_demand_brings_the_database_back(world: World) -> None:
    found = world.call(
        "rds", "create_db_snapshot", DBInstanceIdentifier="triangle-dev", DBSnapshotIdentifier="of-a-backup"
    )
    manifest = {"format": 1, "database": {"snapshot": found["DBSnapshot"]["DBSnapshotIdentifier"]}}
    id_ = "2026-11-29t160000z"
    bucket, key = world.naming.bucket("backups"), f"on-demand/{id_}/manifest.json"
    world.call("s3", "put_object", Bucket=bucket, Key=key, Body=json.dumps(manifest).encode())
    unknown = world.recover("database", "--from-backup", "2026-11-28t160000z", "--yes")
    assert unknown.exit_code == 2
    assert f"allowed: {id_}" in unknown.stderr
    both = world.recover("database", "--from-backup", id_, "--snapshot", "of-a-backup", "--yes")
    assert both.exit_code == 2
    assert world.instances() == ["triangle-dev"]
    plan = json.loads(world.recover("plan", "--from-backup", id_, "--json").stdout)
    assert "what was written since" in plan["loss"]
    result = world.recover("database", "--from-backup", id_, "--yes", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["about"]["snapshot"] == "of-a-backup"
    assert (world.instances(), world.sent_to()) == (["triangle-dev", "triangle-dev-2"], "triangle-dev-2")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("database", "--yes"), "--to, --snapshot, --from-backup and --back; allowed: one"),
        (("database", "--to", "yesterday", "--yes"), "or a time with its zone"),
        (("database", "--to", "2026-11-28T14:30", "--yes"), "or a time with its zone"),
        (("database", "--to", "2001-01-01T00:00Z", "--yes"), "UTC, or latest"),
        (("database", "--back", "--yes"), "no generation to go back to"),
        (("database", "--to", "latest", "--json"), "add --yes"),
    ],
)
def test_wrong_input_is_told_before_anything_happens(world: World, words: tuple[str, ...], said: str) -> None:
    result = world.recover(*words)
    assert result.exit_code == 2
    assert said in result.output
    assert world.pods() == {"api": 2, "worker": 2, "admin": 2}


def test_the_plan_and_the_state_are_json_and_change_nothing(world: World) -> None:
    plan = json.loads(world.recover("plan", "--json").stdout)
    assert [step["name"] for step in plan["steps"]] == [
        "ask",
        "stop",
        "before",
        "restore",
        "check",
        "switch",
        "start",
        "write",
    ]
    assert plan["usersBack"]["typical"] < plan["usersBack"]["slow"] <= 30 * 60
    status = json.loads(world.recover("status", "--json").stdout)
    assert status["run"] is None
    assert [row["role"] for row in status["generations"]] == ["serves"]
    assert world.pods() == {"api": 2, "worker": 2, "admin": 2}


def test_its_calls_are_all_in_the_table_of_rights_and_no_others(world: World, calls: Calls) -> None:
    assert world.recover(*RESTORE, "--json").exit_code == 0
    made = calls.of("database")
    # The other way to restore, and to tell which backups there are.
    elsewhere = {("rds:RestoreDBInstanceFromDBSnapshot", ""), ("s3:ListBucket", "")}
    assert made == table_of("database") - elsewhere
