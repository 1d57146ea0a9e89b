"""A region that answers again: AWS, engine and cluster in one, as the way back asks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from botocore.exceptions import ClientError, EndpointConnectionError

from infra.configuration import Configuration
from infra.configuration.files import read_environment
from infra.configuration.serving import Serving
from infra.naming import Place
from operations.checkout import ROOT
from operations.environments import Connection
from operations.recovery.left_behind import REPLICATION
from operations.recovery.pulumi import Pulumi
from operations.recovery.region import Surroundings, recovered
from operations.recovery.region_back import KIND, RegionBack
from operations.recovery.returned_state import LOAD_BALANCER, REDIS, USER, USER_GROUP
from operations.recovery.run import Run, Runs
from operations.recovery.session import carry_out
from operations.recovery.steps import Clock
from tests.support.kept_run import Kept, KilledHere
from tests.support.moved_states import AWS, HOME, resource, state
from tests.support.noted_client import NotedClient

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


def refused(code: str, operation: str) -> ClientError:
    """What AWS answers to a call that it does not carry out."""
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
    without_eks: bool = False
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
        return NotedClient(service, self)

    # whether it answers
    def probe(self) -> dict[str, Any]:
        if not self.answers:
            raise EndpointConnectionError(endpoint_url="https://lost.example")
        return {}

    describe_vpcs = probe

    def list_clusters(self) -> dict[str, Any]:
        if self.without_eks:
            raise EndpointConnectionError(endpoint_url="https://eks.example")
        return self.probe()

    # rds
    def describe_db_instances(self, **asked: Any) -> dict[str, Any]:
        if not asked:
            return self.probe()
        name = asked["DBInstanceIdentifier"]
        if name not in self.instances:
            raise refused("DBInstanceNotFound", "DescribeDBInstances")
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
        if operation == "list_clusters":
            self.list_clusters()
        pages = {
            "list_object_versions": [
                {
                    # What S3 had not copied was written before the region was lost.
                    "Versions": [
                        {"Key": key, "VersionId": "1", "LastModified": LOST_AT - timedelta(minutes=15)}
                        for key in self.objects
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
            raise refused("ReplicationGroupNotFoundFault", "DescribeReplicationGroups")
        return {"ReplicationGroups": [{"Status": self.redis[name]}]}

    def delete_replication_group(self, **asked: Any) -> None:
        name = asked["ReplicationGroupId"]
        self.redis[name] = "deleting"
        self.final[name] = asked.get("FinalSnapshotIdentifier", "")
        self.note(f"delete {name}")

    def describe_user_groups(self, **asked: Any) -> dict[str, Any]:
        name = asked["UserGroupId"]
        if name not in self.groups:
            raise refused("UserGroupNotFound", "DescribeUserGroups")
        return {"UserGroups": [{"Status": self.groups[name]}]}

    def delete_user_group(self, **asked: Any) -> None:
        assert not self.redis  # ElastiCache refuses to remove the users of a group that stands
        self.groups[asked["UserGroupId"]] = "deleting"
        self.note(f"delete the users of {asked['UserGroupId']}")

    def describe_users(self, **asked: Any) -> dict[str, Any]:
        name = asked["UserId"]
        if name not in self.users:
            raise refused("UserNotFound", "DescribeUsers")
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


def _group() -> dict[str, str]:
    return {"VpcSecurityGroupId": "sg-database"}


def before() -> dict[str, Any]:
    """The state of the day on which the region was lost, as it was kept."""

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


def configuration(*, lost: bool = True) -> Configuration:
    """prod as it serves from the recovery region; `lost` while the other one is."""
    found = recovered(read_environment(ROOT, "prod", today=NOW.date()))
    serving = Serving(Place.RECOVERY, other_lost=lost)
    return replace(found, settings=replace(found.settings, serving=serving))


def command(world: World, *, lost: bool = True, clock: Clock | None = None) -> RegionBack:
    """As the command makes it."""
    connection = Connection(cast(Any, world), None)
    object.__setattr__(connection, "session", world)
    given = Surroundings(connection, cast(Pulumi, world), world.file, world.file.parent / "recoveries")
    clock = clock or Clock(NOW.timestamp, world.wait)
    return RegionBack(configuration(lost=lost), given, connection, clock)


def begun(world: World) -> Run:
    """A way back that was decided on."""
    return Run("2026-11-29-region-back", KIND, "ann", NOW.isoformat(), command(world).decide())


def carried_out(world: World, run: Run, kept: Kept) -> Run:
    """The same when the command has ended."""
    clock = Clock(NOW.timestamp, world.wait)
    folder = world.file.parent / "recoveries"
    carry_out(command(world).plan(run), run, cast(Runs, kept), folder, lambda _: None, clock)
    return run
