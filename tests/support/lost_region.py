"""A day on which a region is lost, or left: AWS, engine and cluster in one, as a recovery asks them."""

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
from operations.environments import Connection
from operations.holdings import entries
from operations.recovery.pulumi import Pulumi
from operations.recovery.region import KIND, RegionRecovery, Surroundings, recovered
from operations.recovery.run import Run, Runs
from operations.recovery.services import Services
from operations.recovery.session import carry_out
from operations.recovery.steps import Clock
from tests.support.kept_run import Kept, KilledHere
from tests.support.noted_client import NotedClient

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


def _prod() -> Configuration:
    return read_environment(ROOT, "prod", today=NOW.date())


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
        return NotedClient(service, self)

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
                {"SecurityGroupRuleId": "of-rds", "IsEgress": False, "CidrIpv4": "10.1.2.3/32"},
                {"SecurityGroupRuleId": "pods", "IsEgress": False, **_from("sg-pods")},
                {"SecurityGroupRuleId": "function", "IsEgress": False, **_from("sg-function")},
            ]
        }

    def revoke_security_group_ingress(self, **asked: Any) -> None:
        assert asked == {"GroupId": "sg-database", "SecurityGroupRuleIds": ["pods"]}
        self.note("close")


def _from(group: str) -> dict[str, Any]:
    return {"ReferencedGroupInfo": {"GroupId": group}}


def day_of_loss(folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The stack file of prod in a folder, and a state with a database in both regions."""
    file = folder / "Pulumi.prod.yaml"
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
    """As the command makes it."""
    connection = Connection(cast(Any, world), None)
    object.__setattr__(connection, "session", world)
    given = Surroundings(connection, cast(Pulumi, world), world.file, world.file.parent / "recoveries")

    def left() -> Connection:
        return connection

    return RegionRecovery(recovered(_prod()), given, left, clock or Clock(NOW.timestamp, world.wait))


def begun(world: World, to: str = "") -> Run:
    """A recovery that was decided on; `to` a region where the other one is left on purpose."""
    about = recovery(world).decide(to, force=False)
    return Run("2026-11-29-region", KIND, "ann", NOW.isoformat(), about)


def carried_out(world: World, run: Run, kept: Kept) -> Run:
    """The same when the command has ended."""
    one, clock = recovery(world), Clock(NOW.timestamp, world.wait)
    carry_out(one.plan(run), run, cast(Runs, kept), world.file.parent / "recoveries", lambda _: None, clock)
    return run
