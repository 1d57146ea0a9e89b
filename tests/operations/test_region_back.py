"""DR-3: the command for a region that answers again; AWS and the engine are in tests/recovery."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from infra.configuration import Configuration
from infra.configuration.files import read_environment
from infra.configuration.serving import Serving
from infra.naming import Place
from operations.checkout import ROOT
from operations.console import OperationError, OperationFailed
from operations.environments import Connection
from operations.recovery.left_behind import REPLICATION
from operations.recovery.missed_objects import Done
from operations.recovery.pulumi import Pulumi
from operations.recovery.region import Surroundings, recovered
from operations.recovery.region_back import KIND, RegionBack
from operations.recovery.returned_state import LOAD_BALANCER, REDIS, USER, USER_GROUP
from operations.recovery.run import Run, Runs
from operations.recovery.services import Services
from operations.recovery.session import carry_out
from operations.recovery.steps import Clock
from tests.operations.test_moved_state import AWS, HOME, resource, state

pytestmark = pytest.mark.contract("DR-3")

HOME_REGION, SERVING = "us-west-2", "us-east-2"
LOST_AT = datetime(2026, 11, 29, 3, tzinfo=UTC)
NOW = LOST_AT + timedelta(hours=9)
KEPT = "2026-11-29T030000Z-region-state-before.json"
EVIDENCE = "triangle-prod-until-202611290300"
STEPS = [
    "fence",
    "copied",
    "aside",
    "redis",
    "entries",
    "state",
    "refresh",
    "write",
    "wait",
    "missed",
    "agree",
]


class KilledHere(OperationFailed):
    """Stands for the loss of the machine: nothing after it happens."""


def _refused(code: str, operation: str) -> ClientError:
    answer = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(cast(Any, answer), operation)


@dataclass
class World:
    """What stands in the region that is back, and the engine; `dies_at` names a call."""

    file: Path
    answers: bool = True
    dies_at: str = ""
    instances: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "triangle-prod": {"DBInstanceStatus": "available", "VpcSecurityGroups": [_group()]}
        }
    )
    redis: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys(("triangle-prod-cache", "triangle-prod-queue"), "available")
    )
    users: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys(
            ("triangle-prod-cache-default", "triangle-prod-cache-app"), "active"
        )
    )
    groups: dict[str, str] = field(default_factory=lambda: {"triangle-prod-cache": "active"})
    rules: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"SecurityGroupRuleId": "in", "IsEgress": False},
            {"SecurityGroupRuleId": "out", "IsEgress": True},
        ]
    )
    objects: dict[str, list[str]] = field(default_factory=lambda: {"new.pdf": ["PENDING", "COMPLETED"]})
    names: list[str] = field(default_factory=lambda: ["triangle/prod/database", "triangle/prod/redis-cache"])
    clusters: tuple[str, ...] = ("triangle-prod",)
    state: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    final: dict[str, str] = field(default_factory=dict)

    def wait(self, _: float) -> None:
        """Time passes: what AWS was at is done."""
        for name, found in list(self.instances.items()):
            found["DBInstanceStatus"] = "available"
            if wanted := found.pop("PendingModifiedValues", None):
                self.instances[wanted["DBInstanceIdentifier"]] = self.instances.pop(name)
        self.redis = {name: status for name, status in self.redis.items() if status == "available"}
        self.groups = {name: status for name, status in self.groups.items() if status == "active"}
        self.users = {name: status for name, status in self.users.items() if status == "active"}

    def note(self, call: str) -> None:
        self.calls.append(call)
        if call == self.dies_at:
            self.dies_at = ""
            raise KilledHere("the machine is gone")

    def client(self, service: str, region: str | None = None, **_: Any) -> Any:
        return self

    # whether it answers
    def probe(self) -> dict[str, Any]:
        if not self.answers:
            raise EndpointConnectionError(endpoint_url="https://lost.example")
        return {}

    describe_vpcs = list_clusters = probe

    # rds
    def describe_db_instances(self, **asked: Any) -> dict[str, Any]:
        if not asked:
            return self.probe()
        name = asked["DBInstanceIdentifier"]
        if name not in self.instances:
            raise _refused("DBInstanceNotFound", "DescribeDBInstances")
        return {"DBInstances": [{"DBInstanceIdentifier": name, **self.instances[name]}]}

    def modify_db_instance(self, **asked: Any) -> None:
        assert asked["ApplyImmediately"]
        found = self.instances[asked["DBInstanceIdentifier"]]
        found["DBInstanceStatus"] = "renaming"
        found["PendingModifiedValues"] = {"DBInstanceIdentifier": asked["NewDBInstanceIdentifier"]}
        self.note("rename")

    # ec2, elbv2
    def describe_security_group_rules(self, **_: Any) -> dict[str, Any]:
        return {"SecurityGroupRules": self.rules}

    def revoke_security_group_ingress(self, **asked: Any) -> None:
        self.rules = [
            each for each in self.rules if each["SecurityGroupRuleId"] not in asked["SecurityGroupRuleIds"]
        ]
        self.note("close")

    def modify_load_balancer_attributes(self, **asked: Any) -> None:
        assert asked["Attributes"] == [{"Key": "deletion_protection.enabled", "Value": "false"}]
        self.note(f"unprotect {asked['LoadBalancerArn']}")

    # s3, secrets, clusters: paginators
    def get_paginator(self, operation: str) -> Any:
        pages = {
            "list_object_versions": [
                {
                    "Versions": [
                        {"Key": key, "VersionId": "1", "LastModified": LOST_AT} for key in self.objects
                    ]
                },
                {
                    "Versions": [
                        {"Key": "old.pdf", "VersionId": "1", "LastModified": LOST_AT - timedelta(days=1)}
                    ]
                },
            ],
            "list_secrets": [{"SecretList": [{"Name": name} for name in self.names]}],
            "list_clusters": [{"clusters": list(self.clusters)}],
            "list_objects_v2": [{}],
        }
        return SimpleNamespace(paginate=lambda **_: pages[operation])

    def head_object(self, **asked: Any) -> dict[str, Any]:
        left = self.objects[asked["Key"]]  # of an old one it is not asked
        return {"ReplicationStatus": left.pop(0) if len(left) > 1 else left[0]}

    def delete_secret(self, **asked: Any) -> None:
        assert asked["ForceDeleteWithoutRecovery"]
        self.note(f"secret {asked['SecretId']}")
        self.names.remove(asked["SecretId"])

    # elasticache
    def describe_replication_groups(self, **asked: Any) -> dict[str, Any]:
        name = asked["ReplicationGroupId"]
        if name not in self.redis:
            raise _refused("ReplicationGroupNotFoundFault", "DescribeReplicationGroups")
        return {"ReplicationGroups": [{"Status": self.redis[name]}]}

    def delete_replication_group(self, **asked: Any) -> None:
        name = asked["ReplicationGroupId"]
        self.redis[name] = "deleting"
        self.final[name] = asked.get("FinalSnapshotIdentifier", "")
        self.note(f"delete {name}")

    def describe_user_groups(self, **asked: Any) -> dict[str, Any]:
        name = asked["UserGroupId"]
        if name not in self.groups:
            raise _refused("UserGroupNotFound", "DescribeUserGroups")
        return {"UserGroups": [{"Status": self.groups[name]}]}

    def delete_user_group(self, **asked: Any) -> None:
        assert not self.redis  # ElastiCache refuses to remove the users of a group that stands
        self.groups[asked["UserGroupId"]] = "deleting"
        self.note(f"delete the users of {asked['UserGroupId']}")

    def describe_users(self, **asked: Any) -> dict[str, Any]:
        name = asked["UserId"]
        if name not in self.users:
            raise _refused("UserNotFound", "DescribeUsers")
        return {"Users": [{"Status": self.users[name]}]}

    def delete_user(self, **asked: Any) -> None:
        assert not self.groups  # and that of a group's default user
        self.users[asked["UserId"]] = "deleting"
        self.note(f"delete {asked['UserId']}")

    # the engine
    def export(self) -> dict[str, Any]:
        return self.state

    def take(self, taken: Mapping[str, Any]) -> None:
        self.state = dict(taken)
        self.note("import")

    def refresh(self, targets: str, waiting: Any) -> None:
        waiting()
        self.note(f"refresh {targets}")

    def up(self, waiting: Any, without: str = "") -> None:
        assert not without
        waiting()
        self.note("up")
        self.instances["triangle-prod"] = {
            "DBInstanceStatus": "available",
            "ReadReplicaSourceDBInstanceIdentifier": "arn:primary",
        }
        self.redis = dict.fromkeys(("triangle-prod-cache", "triangle-prod-queue"), "available")

    def changes(self) -> dict[str, int]:
        return {}


@dataclass
class Pods:
    """The services in the cluster of the region that is back."""

    stopped: bool = False
    names: str = "api, worker"

    def stop_and_wait(self, *_: Any) -> None:
        self.stopped = True


class Kept:
    """Where a recovery is written down; a machine that is lost takes nothing of it along."""

    def __init__(self) -> None:
        self.text = ""

    def save(self, run: Run) -> None:
        self.text = json.dumps(run.as_json())

    def end(self, run: Run, *_: Any) -> str:
        self.save(run)
        return "s3://backups/record"


def _group() -> dict[str, str]:
    return {"VpcSecurityGroupId": "sg-database"}


def _before() -> dict[str, Any]:
    def of(kind: str, name: str, **inputs: str) -> dict[str, Any]:
        return resource(f"{HOME}${kind}", name, AWS, inputs=inputs, id=f"arn:{name}")

    return state(
        of(REDIS, "cache", replicationGroupId="triangle-prod-cache"),
        of(REDIS, "queue", replicationGroupId="triangle-prod-queue"),
        of(USER_GROUP, "cache", userGroupId="triangle-prod-cache"),
        of(USER, "cache-default", userId="triangle-prod-cache-default"),
        of(USER, "cache-app", userId="triangle-prod-cache-app"),
        of(LOAD_BALANCER, "load-balancer"),
        of(REPLICATION, "documents", bucket="documents"),
        of("aws:ec2/vpc:Vpc", "network"),
    )


@pytest.fixture
def pods(monkeypatch: pytest.MonkeyPatch) -> Pods:
    found = Pods()
    monkeypatch.setattr(Services, "of", lambda *_: found)
    return found


@pytest.fixture
def brought_over(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, datetime, bool]]:
    """The buckets, the time, and whether deletions are."""
    calls: list[tuple[str, str, datetime, bool]] = []

    def bring_over(source: Any, target: Any, since: datetime, *, deletions: bool, told: Any) -> Any:
        told(1)
        calls.append((source.name, target.name, since, deletions))
        return {Done.SAME: 0, Done.COPIED: 2, Done.HIDDEN: 1}

    monkeypatch.setattr("operations.recovery.region_back.bring_over", bring_over)
    return calls


@pytest.fixture
def world(tmp_path: Path, pods: Pods, brought_over: Any) -> World:  # they are asked instead of a cluster
    file = tmp_path / "Pulumi.prod.yaml"
    text = (ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    after = "  groundwork:recoveryRegion: us-east-2\n"
    assert after in text
    file.write_text(
        text.replace(after, f"{after}  groundwork:serving: {SERVING}\n  groundwork:lost: {HOME_REGION}\n"),
        encoding="utf-8",
    )
    (tmp_path / "recoveries").mkdir()
    (tmp_path / "recoveries" / KEPT).write_text(json.dumps(_before()), encoding="utf-8")
    one = World(file)
    one.state = {
        "deployment": {
            "resources": [
                each for each in _before()["deployment"]["resources"] if "place:Recovery" in each["urn"]
            ]
        }
    }
    return one


def configuration(*, lost: bool = True) -> Configuration:
    found = recovered(read_environment(ROOT, "prod", today=NOW.date()))
    serving = Serving(Place.RECOVERY, other_lost=lost)
    return replace(found, settings=replace(found.settings, serving=serving))


def command(world: World, *, lost: bool = True) -> RegionBack:
    connection = Connection(cast(Any, world), None)
    object.__setattr__(connection, "session", world)
    given = Surroundings(connection, cast(Pulumi, world), world.file, world.file.parent / "recoveries")
    return RegionBack(configuration(lost=lost), given, connection, Clock(NOW.timestamp, world.wait))


def begun(world: World) -> Run:
    return Run("2026-11-29-region-back", KIND, "ann", NOW.isoformat(), command(world).decide())


def carried_out(world: World, run: Run, kept: Kept) -> Run:
    clock = Clock(NOW.timestamp, world.wait)
    folder = world.file.parent / "recoveries"
    carry_out(command(world).plan(run), run, cast(Runs, kept), folder, lambda _: None, clock)
    return run


def test_it_is_fenced_first_and_waits_in_the_end(world: World, pods: Pods) -> None:
    run = carried_out(world, begun(world), Kept())
    assert list(run.steps) == STEPS
    assert pods.stopped
    assert world.calls == [
        "close",
        "unprotect arn:load-balancer",
        "rename",
        "delete triangle-prod-cache",
        "delete triangle-prod-queue",
        "delete the users of triangle-prod-cache",
        "delete triangle-prod-cache-default",
        "delete triangle-prod-cache-app",
        "secret triangle/prod/database",
        "secret triangle/prod/redis-cache",
        "import",
        "refresh urn:pulumi:prod::*::groundwork:place:Home**",
        "up",
    ]
    assert [each["SecurityGroupRuleId"] for each in world.rules] == ["out"]
    assert EVIDENCE in world.instances
    assert world.final == {
        "triangle-prod-cache": "",
        "triangle-prod-queue": f"{EVIDENCE}".replace("prod-until", "prod-queue-until"),
    }
    text = world.file.read_text(encoding="utf-8")
    assert "lost" not in text.replace("lost to", "")
    assert f"groundwork:serving: {SERVING}\n" in text


def test_what_was_written_meanwhile_is_brought_over_from_the_time_of_the_loss_on(
    world: World, brought_over: list[tuple[str, str, datetime, bool]]
) -> None:
    run = carried_out(world, begun(world), Kept())
    of_documents = [each for each in brought_over if "-documents-" in each[0]]
    ((source, target, since, _),) = of_documents
    assert source.endswith(f"-{SERVING}")
    assert target.endswith(f"-{HOME_REGION}")
    assert since == LOST_AT
    assert run.about["files"] == 2 * len(brought_over) > 2


def test_people_work_all_the_time_so_no_rto_is_told(world: World) -> None:
    assert command(world).plan(begun(world)).until_users_are_back().slow == 0


@pytest.mark.parametrize(
    "call",
    [
        "close",
        "rename",
        "delete triangle-prod-cache",
        "delete triangle-prod-queue",
        "delete the users of triangle-prod-cache",
        "delete triangle-prod-cache-default",
        "secret triangle/prod/redis-cache",
        "import",
        "refresh urn:pulumi:prod::*::groundwork:place:Home**",
        "up",
    ],
)
def test_killed_anywhere_the_same_command_goes_on(world: World, call: str) -> None:
    world.dies_at, kept = call, Kept()
    run = begun(world)
    kept.save(run)
    with pytest.raises(OperationFailed, match="The same command goes on"):
        carried_out(world, run, kept)
    world.wait(0)
    again = Run(**json.loads(kept.text))
    carried_out(world, again, kept)
    assert again.outcome == "done"
    assert world.instances["triangle-prod"]["ReadReplicaSourceDBInstanceIdentifier"]
    assert EVIDENCE in world.instances
    assert world.calls.count("rename") == 1  # the replica that is made since is left alone
    assert not world.names


def test_it_waits_until_s3_has_copied_the_last_minutes(world: World) -> None:
    world.objects = {"new.pdf": ["PENDING", "PENDING", "COMPLETED"]}
    run = carried_out(world, begun(world), Kept())
    assert world.objects["new.pdf"] == ["COMPLETED"]
    assert run.steps["copied"]["note"] == "objects of the last minutes are in the other region"


def test_what_s3_gave_up_on_is_named_and_stays(world: World) -> None:
    world.objects = {"new.pdf": ["FAILED"]}
    run = carried_out(world, begun(world), Kept())
    assert "given up on 1, as s3://documents/new.pdf (version 1)" in run.steps["copied"]["note"]


def test_a_region_that_came_back_empty_is_no_obstacle(world: World, pods: Pods) -> None:
    world.instances, world.redis, world.clusters = {}, {}, ()
    run = carried_out(world, begun(world), Kept())
    assert run.outcome == "done"
    assert not pods.stopped
    assert run.steps["aside"]["note"] == "it is not there"


def test_one_that_does_not_answer_yet_is_left_alone(world: World) -> None:
    world.answers = False
    with pytest.raises(OperationFailed, match=r"us-west-2 does not answer yet \(ec2, rds, eks\)"):
        command(world).decide()


def test_without_a_lost_region_there_is_nothing_to_do(world: World) -> None:
    with pytest.raises(OperationError, match=r"Pulumi\.prod\.yaml: found no `lost`"):
        command(world, lost=False).decide()


def test_without_the_state_of_then_it_says_where_it_has_looked(world: World) -> None:
    (world.file.parent / "recoveries" / KEPT).unlink()
    with pytest.raises(OperationFailed, match=r"looked for s3://triangle-prod-backups-.*/recoveries/\*"):
        command(world).decide()


def test_a_secret_that_is_refused_is_told_with_what_not_to_do(world: World) -> None:
    def refuse(**_: Any) -> None:
        raise _refused("InvalidRequestException", "DeleteSecret")

    world.delete_secret = refuse  # type: ignore[method-assign]
    with pytest.raises(OperationFailed, match="alone: it is the one that serves"):
        carried_out(world, begun(world), Kept())
