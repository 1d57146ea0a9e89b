"""DEP-3: one command takes everything, its manifest is written last, and interrupted it goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from infra.configuration import Configuration
from operations import checkout
from operations.backup import manifest, parts
from operations.backup.manifest import Manifests
from operations.backup.parts import DatabaseSnapshot, RedisSnapshot, SecretsSnapshot, SnapshotCopy
from operations.cli import app
from operations.recovery import steps
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import INVOCATION, Answer, Request
from tests.support.json_output import check_output
from tests.support.lost_answers import lost_answers
from tests.support.recorded_calls import Calls, table_of
from tests.support.servers import embedded_aws

pytestmark = pytest.mark.contract("DEP-3")

HOME, RECOVERY = "us-west-2", "us-east-2"
STATE = {"version": 3, "deployment": {"resources": [{"urn": "urn:pulumi:prod::groundwork::a::b"}]}}


class World:
    """What a backup of prod is taken of: a database, a queue, entries, buckets."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.url = cloud, ""
        self.naming = checkout.declared("prod").naming
        self.bucket = self.naming.bucket("backups")
        self.invoked, self.region = 0, HOME
        self._make()

    def call(self, service: str, operation: str, region: str = HOME, **parameters: Any) -> Any:
        return self.cloud.call(service, region, operation, **parameters)

    def move(self) -> Configuration:
        """The region is lost: everything runs in the other one, and nothing in this one answers."""
        declared = checkout.declared("prod")
        after = replace(declared, settings=declared.settings.recovered)
        self.bucket, self.region = after.naming.bucket("backups"), RECOVERY
        self.call(
            "rds",
            "create_db_instance",
            RECOVERY,
            DBInstanceIdentifier=after.naming.database(after.settings.database.generations.current),
            Engine="postgres",
            DBInstanceClass="db.m7g.large",
            AllocatedStorage=100,
        )
        self.call(
            "elasticache",
            "create_replication_group",
            RECOVERY,
            ReplicationGroupId="triangle-prod-queue",
            ReplicationGroupDescription="Redis",
            NumCacheClusters=1,
        )
        self.cloud.unreachable.add(HOME)
        return after

    def _make(self) -> None:
        for region in (HOME, RECOVERY):
            self.call(
                "s3",
                "create_bucket",
                region,
                Bucket=self.naming.bucket("backups", region),
                CreateBucketConfiguration={"LocationConstraint": region},
            )
        key = self.call("kms", "create_key", RECOVERY)["KeyMetadata"]["KeyId"]
        self.call("kms", "create_alias", RECOVERY, AliasName="alias/triangle-prod-data", TargetKeyId=key)
        for name in ("triangle-prod", "another"):
            self.call(
                "rds",
                "create_db_instance",
                DBInstanceIdentifier=name,
                Engine="postgres",
                DBInstanceClass="db.m7g.large",
                AllocatedStorage=100,
                StorageEncrypted=True,
                BackupRetentionPeriod=30,
            )
        self.call(
            "rds", "create_db_snapshot", DBInstanceIdentifier="another", DBSnapshotIdentifier="not-ours"
        )
        self.call(
            "elasticache",
            "create_replication_group",
            ReplicationGroupId="triangle-prod-queue",
            ReplicationGroupDescription="Redis",
            NumCacheClusters=2,
            AutomaticFailoverEnabled=True,
        )

    def answer(self, request: Request) -> Answer:
        """The function answers as the deployed one does (tests/functions has its own tests)."""
        if not INVOCATION.fullmatch(request.variables.get("PATH_INFO", "")):
            return self.cloud.answer(request)
        self.invoked += 1
        key = f"secrets/{datetime.now(UTC):%Y-%m-%dT%H%M%S}+0000.json"
        self.call("s3", "put_object", self.region, Bucket=self.bucket, Key=key, Body=b"{}")
        said = {"snapshot": key, "entries": 5, "withoutValue": ["sentry-dsn"]}
        body = json.dumps(said).encode()
        return Answer("200 OK", [("Content-Length", str(len(body)))], body)

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--env", "prod", "--endpoint-url", self.url])

    def s3(self) -> Any:
        """boto3's client."""
        embedded = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
        return boto3.client("s3", region_name=HOME, endpoint_url=self.url, **embedded)

    def manifests(self) -> dict[str, dict[str, Any]]:
        """Of all backups that are complete, by their ids."""
        listed = self.call("s3", "list_objects_v2", Bucket=self.bucket, Prefix="on-demand/")
        keys = [each["Key"] for each in listed.get("Contents", ()) if each["Key"].endswith("/manifest.json")]
        return {key.split("/")[1]: json.loads(self.object(key)) for key in keys}

    def object(self, key: str) -> bytes:
        content: bytes = self.call("s3", "get_object", Bucket=self.bucket, Key=key)["Body"].read()
        return content

    def snapshots(self) -> tuple[list[str], list[str], list[str]]:
        """Made on demand: in the database's home, in the recovery region, and of Redis."""
        home, there = (
            [
                each["DBSnapshotIdentifier"]
                for each in self.call("rds", "describe_db_snapshots", region)["DBSnapshots"]
                if each["DBSnapshotIdentifier"].endswith("z")
            ]
            for region in (HOME, RECOVERY)
        )
        queue = self.call("elasticache", "describe_snapshots")["Snapshots"]
        return home, there, [each["SnapshotName"] for each in queue]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with Cloud(checkout.declared("prod").settings.account) as cloud:
        one = World(cloud)
        with embedded_aws(cloud.account, one.answer) as url:
            one.url = url
            yield one


def pulumi(folder: Path, prints: str, code: int = 0) -> None:
    """A `pulumi` on PATH that prints."""
    file = folder / "pulumi"
    file.write_text(
        f"#!/bin/sh\n[ \"$1 $2 $3 $4\" = 'stack export --stack prod' ] || exit 9\n{prints}\nexit {code}\n"
    )
    file.chmod(0o755)


def test_everything_is_taken_and_the_manifest_says_what(world: World, tmp_path: Path, calls: Calls) -> None:
    pulumi(tmp_path, f"echo '{json.dumps(STATE)}'")
    result = world.run("backup")
    assert result.exit_code == 0, result.output
    ((id_, found),) = world.manifests().items()
    name = f"triangle-prod-{id_}"
    assert world.snapshots() == ([name], [name], [f"queue-{id_}"])
    assert (found["database"]["snapshot"], found["database"]["gigabytes"]) == (name, 100)
    assert found["copy"]["region"] == RECOVERY
    (copy,) = world.call("rds", "describe_db_snapshots", RECOVERY, DBSnapshotIdentifier=name)["DBSnapshots"]
    assert (found["copy"]["arn"], copy["Encrypted"]) == (copy["DBSnapshotArn"], True)
    assert f":{RECOVERY}:" in copy["KmsKeyId"], "under the key of its own region"
    assert found["redis"] == {"group": "triangle-prod-queue", "snapshot": f"queue-{id_}", "taken": None}
    assert world.object(found["secrets"]["object"]) == b"{}"
    assert json.loads(world.object(f"on-demand/{found['state']['object']}")) == STATE
    assert set(found["release"]["images"]) == set(checkout.declared("prod").images)
    assert len(found["release"]["revision"]) == 40
    assert found["files"]["buckets"][0] == "documents"
    assert found["missing"] == []
    assert "19:55" in result.stdout, "how long AWS takes is told first"
    assert f"make recover ENV=prod BACKUP={id_}" in result.stdout
    assert calls.of("backup") == table_of("backup")


@pytest.mark.parametrize(
    ("prints", "code", "said"),
    [
        ("", None, "pulumi is not on PATH"),
        ("echo 'error: no stack named prod found' >&2", 255, "no stack named prod found"),
        ("echo '{}'", 0, "no state with resources"),
    ],
)
def test_a_state_that_cannot_be_had_is_said_and_nothing_pretends_that_it_is_there(
    world: World, tmp_path: Path, prints: str, code: int | None, said: str
) -> None:
    if code is not None:
        pulumi(tmp_path, prints, code)
    result = world.run("backup", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["state"] is None
    assert said in found["missing"][0]
    assert "NOT in it" in result.stderr
    assert not [key for key in world.manifests() if world.manifests()[key]["state"]]


# Each writes, or has AWS make, something; the manifest comes after all of them.
KILLED: list[tuple[Any, str]] = [
    (Manifests, "begin"),
    (DatabaseSnapshot, "ask"),
    (RedisSnapshot, "ask"),
    (SecretsSnapshot, "take"),
    (Manifests, "put"),
    (SnapshotCopy, "ask"),
]


@pytest.mark.parametrize(("place", "name"), KILLED, ids=[f"{each.__name__}.{name}" for each, name in KILLED])
def test_killed_anywhere_there_is_no_manifest_and_the_same_command_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: Any, name: str
) -> None:
    pulumi(tmp_path, f"echo '{json.dumps(STATE)}'")
    original: Callable[..., Any] = getattr(place, name)

    def killed(*arguments: Any) -> None:
        original(*arguments)
        if arguments[-1] != "begun.json" and "begun.json" not in arguments:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(place, name, killed)
        assert world.run("backup").exit_code in (1, 130)
    assert world.manifests() == {}
    result = world.run("backup")
    assert result.exit_code == 0, result.output
    assert "it goes on" in result.stdout
    (id_,) = world.manifests()
    assert world.snapshots() == ([f"triangle-prod-{id_}"], [f"triangle-prod-{id_}"], [f"queue-{id_}"])
    assert world.invoked == 1


def test_where_answers_get_lost_everything_is_taken_once_all_the_same(world: World) -> None:
    with lost_answers() as lost:
        result = world.run("backup")
    assert result.exit_code == 0, result.output
    assert {"CreateDBSnapshot", "CopyDBSnapshot", "CreateSnapshot", "PutObject"} <= lost.keys()
    (id_,) = world.manifests()
    assert world.snapshots() == ([f"triangle-prod-{id_}"], [f"triangle-prod-{id_}"], [f"queue-{id_}"])


def test_it_waits_for_aws_and_tells_how_far_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def slowly(rds: Any, name: str) -> dict[str, Any] | None:
        found = original(rds, name)
        looks.append(1)
        if found is None or len(looks) > 6:
            return found
        assert world.manifests() == {}
        return {**found, "Status": "creating", "PercentProgress": 40}

    original = parts._snapshot_in
    monkeypatch.setattr(parts, "_snapshot_in", slowly)
    monkeypatch.setattr(steps, "POLL_SECONDS", 0.0)
    result = world.run("backup")
    assert result.exit_code == 0, result.output
    assert "is creating, 40 %: 0:00 of 4:00" in result.stdout
    assert len(world.manifests()) == 1


def test_a_snapshot_that_failed_is_told_and_there_is_no_manifest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = parts._snapshot_in

    def failed(rds: Any, name: str) -> dict[str, Any] | None:
        found = original(rds, name)
        return found and {**found, "Status": "failed"}

    with monkeypatch.context() as patched:
        patched.setattr(parts, "_snapshot_in", failed)
        result = world.run("backup")
    assert result.exit_code == 1
    assert "is failed: see RDS's events; `backup --anew`" in result.stderr
    assert "is not complete" in result.stderr
    assert world.manifests() == {}


def test_another_one_is_begun_where_the_last_one_is_complete_old_or_not_wanted(
    world: World,
) -> None:
    manifests = Manifests(world.s3(), world.bucket)
    old = f"{datetime.now(UTC) - manifest.GOES_ON_FOR - timedelta(minutes=1):%Y-%m-%dt%H%M%Sz}"
    manifests.put(old, "begun.json", {"id": old, "who": "somebody"})
    assert world.run("backup").exit_code == 0
    assert old not in world.manifests()
    young = manifests.begin("somebody").id
    assert world.run("backup", "--anew").exit_code == 0
    assert young not in world.manifests()
    assert len(world.manifests()) == 2


def test_what_one_can_go_back_to_is_listed_with_age_and_size(world: World, calls: Calls) -> None:
    assert world.run("backup").exit_code == 0
    ((id_, _),) = world.manifests().items()
    result = world.run("backups", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    check_output("backups", found)
    listed = {(each["kind"], each["region"]): each for each in found["available"]}
    assert set(listed) == {
        ("point in time", HOME),
        ("on demand", HOME),
        ("database snapshot", HOME),
        ("database snapshot", RECOVERY),
        ("redis snapshot", HOME),
        ("secrets snapshot", HOME),
    }
    assert "not-ours" not in result.stdout
    assert listed["on demand", HOME]["use"] == f"make recover ENV=prod BACKUP={id_}"
    assert listed["database snapshot", HOME]["size"] == 100 * 2**30
    assert listed["point in time", HOME]["since"] <= listed["point in time", HOME]["made"]
    # There is no vault here; what AWS does not tell is said, and the rest is listed.
    assert {each["kind"] for each in found["unknown"]} == {"recovery point"}
    table = world.run("backups").stdout
    assert f"make recover ENV=prod SNAPSHOT=triangle-prod-{id_}" in table
    assert "107.4 GB" in table
    assert "Not known: recovery point in us-west-2" in table
    assert calls.of("backups") == table_of("backups")


def test_where_a_region_is_lost_nothing_is_asked_of_it_and_nothing_copied_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = world.move()
    monkeypatch.setattr(checkout, "declared", lambda *_: after)
    result = world.run("backup", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["copy"] is None
    assert f":{RECOVERY}:" in found["database"]["arn"]
    listed = json.loads(world.run("backups", "--json").stdout)
    assert {each["region"] for each in listed["available"]} == {RECOVERY}
    assert {each["region"] for each in listed["unknown"]} == {RECOVERY}
    assert world.cloud.reach.attempts == []


def test_an_interrupted_one_is_listed_as_what_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(SnapshotCopy, "ask", killed)
        assert world.run("backup").exit_code == 1
    (entry,) = [
        each
        for each in json.loads(world.run("backups", "--json").stdout)["available"]
        if each["kind"] == "on demand"
    ]
    assert (entry["state"], entry["use"]) == ("not complete", "make backup ENV=prod")
    told = world.run("recover", "plan", "--from-backup", entry["id"])
    assert told.exit_code == 2
    assert "--from-backup: found" in told.stderr


def test_a_list_that_is_long_is_cut_unless_all_of_it_is_asked_for(world: World) -> None:
    for number in range(7):
        name = f"before-{number}"
        world.call(
            "rds", "create_db_snapshot", DBInstanceIdentifier="triangle-prod", DBSnapshotIdentifier=name
        )
    assert "older ones: --all" in world.run("backups").stdout
    assert all(f"before-{number}" in world.run("backups", "--all").stdout for number in range(7))
