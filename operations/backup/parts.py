"""The parts of a backup on demand: each says what is missing, takes it, and tells what it has taken.

Every name follows from the backup's id, so that a second call finds what the first one has asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from functions.snapshot_secrets.snapshot import FOLDER as SECRETS
from infra.configuration import Configuration
from operations.console import OperationFailed
from operations.environments import Connection
from operations.invocation import Functions

BACKUP_TAG = "groundwork:backup"
REDIS = "queue"  # what waits in it cannot be made again; a cache can
_ANEW = "`backup --anew` begins another one"


@dataclass(frozen=True)
class Surroundings:
    """What every part works with.

    Args:
        configuration: the environment.
        connection: to its account.
        id: of the backup.
    """

    configuration: Configuration
    connection: Connection
    id: str

    @property
    def tags(self) -> list[dict[str, str]]:
        """Of what is made."""
        return [{"Key": BACKUP_TAG, "Value": self.id}]


class DatabaseSnapshot:
    """RDS's snapshot of the instance that serves."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        configuration = surroundings.configuration
        self._rds = surroundings.connection.client("rds")
        self.instance = configuration.naming.database(configuration.settings.database.generations.current)
        self.name = f"{self.instance}-{surroundings.id}"

    def found(self) -> dict[str, Any] | None:
        """As RDS tells of it; None where it was never asked for."""
        return _snapshot_in(self._rds, self.name)

    def missing(self) -> str | None:
        """What it still needs; None when it can be restored."""
        return _unfinished(self.name, self.found())

    def ask(self) -> None:
        """Has it taken, once."""
        if self.found() is None:
            self._rds.create_db_snapshot(
                DBInstanceIdentifier=self.instance,
                DBSnapshotIdentifier=self.name,
                Tags=self._surroundings.tags,
            )

    def told(self) -> dict[str, Any]:
        """For the manifest."""
        found = self.found() or {}
        return {
            "instance": self.instance,
            "snapshot": self.name,
            "arn": found.get("DBSnapshotArn"),
            "taken": _time(found.get("SnapshotCreateTime")),
            "gigabytes": found.get("AllocatedStorage"),
            "version": found.get("EngineVersion"),
        }


class SnapshotCopy:
    """Its copy in the recovery region, under that region's own key: it has to be readable without home's."""

    def __init__(self, surroundings: Surroundings, of: DatabaseSnapshot) -> None:
        self._surroundings, self._of = surroundings, of
        self._naming = surroundings.configuration.naming.in_recovery_region
        self._rds = surroundings.connection.client("rds", self._naming.region)
        self.region = self._naming.region

    def missing(self) -> str | None:
        """What it still needs; None when it can be restored."""
        return _unfinished(self._of.name, _snapshot_in(self._rds, self._of.name))

    def ask(self) -> None:
        """Has it copied, once."""
        if _snapshot_in(self._rds, self._of.name) is None:
            self._rds.copy_db_snapshot(
                SourceDBSnapshotIdentifier=(self._of.found() or {})["DBSnapshotArn"],
                TargetDBSnapshotIdentifier=self._of.name,
                KmsKeyId=f"alias/{self._naming.named('data')}",
                SourceRegion=self._surroundings.configuration.settings.region,
                Tags=self._surroundings.tags,
            )

    def told(self) -> dict[str, Any]:
        """For the manifest."""
        found = _snapshot_in(self._rds, self._of.name) or {}
        return {"region": self.region, "snapshot": self._of.name, "arn": found.get("DBSnapshotArn")}


class RedisSnapshot:
    """ElastiCache's snapshot of the queue."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._elasticache = surroundings.connection.client("elasticache")
        self.group = surroundings.configuration.naming.named(REDIS)
        # At most 40 characters (ElastiCache user guide, "Taking manual backups").
        self.name = f"{REDIS}-{surroundings.id}"

    def found(self) -> dict[str, Any] | None:
        """As ElastiCache tells of it; None where it was never asked for."""
        try:
            answer = self._elasticache.describe_snapshots(SnapshotName=self.name)
        except ClientError as error:
            if error.response["Error"]["Code"].startswith("SnapshotNotFound"):
                return None
            raise
        return next(iter(answer["Snapshots"]), None)

    def missing(self) -> str | None:
        """What it still needs; None when it can be restored."""
        found = self.found()
        status = str(found.get("SnapshotStatus")) if found else "not asked for"
        if status == "failed":
            raise OperationFailed(f"{self.name} is {status}: see ElastiCache's events; {_ANEW}.")
        return None if status == "available" else f"{self.name} is {status}"

    def ask(self) -> None:
        """Has it taken, once; of a replica where there is one, whose work it does not slow down."""
        if self.found() is None:
            # Of a group that is not in cluster mode a node is the source, as of its daily snapshots
            # (SnapshottingClusterId in ElastiCache's API reference).
            self._elasticache.create_snapshot(
                CacheClusterId=self._node(), SnapshotName=self.name, Tags=self._surroundings.tags
            )

    def _node(self) -> str:
        answer = self._elasticache.describe_replication_groups(ReplicationGroupId=self.group)
        group = answer["ReplicationGroups"][0]
        nodes = [each for shard in group.get("NodeGroups", ()) for each in shard.get("NodeGroupMembers", ())]
        replicas = [each["CacheClusterId"] for each in nodes if each.get("CurrentRole") == "replica"]
        members = [*replicas, *group.get("MemberClusters", ())]
        if not members:
            raise OperationFailed(
                f"{self.group}: ElastiCache tells of no node that a snapshot can be taken of."
            )
        return str(members[0])

    def told(self) -> dict[str, Any]:
        """For the manifest."""
        found = self.found() or {}
        taken = [each.get("SnapshotCreateTime") for each in found.get("NodeSnapshots", ())]
        return {
            "group": self.group,
            "snapshot": self.name,
            "taken": _time(min(filter(None, taken), default=None)),
        }


class SecretsSnapshot:
    """The encrypted values of all entries, which the function that does it every week takes now."""

    def __init__(self, surroundings: Surroundings, bucket: str, since: datetime) -> None:
        naming = surroundings.configuration.naming
        self._function = naming.named("snapshot-secrets")
        self._functions = Functions(surroundings.connection)
        self._s3 = surroundings.connection.client("s3")
        self._bucket, self._since = bucket, since

    def found(self) -> str | None:
        """The latest snapshot that was taken since the backup was begun."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=SECRETS)
        there = [each for page in pages for each in page.get("Contents", ())]
        return max((each["Key"] for each in there if each["LastModified"] >= self._since), default=None)

    def take(self) -> str:
        """Takes it; answers what there is to say of it."""
        answer = self._functions.call(self._function, {})
        without = answer.get("withoutValue") or []
        note = f"; without a value: {', '.join(without)}" if without else ""
        return f"{answer['entries']} entries{note}"

    def told(self) -> dict[str, Any]:
        """For the manifest."""
        return {"object": self.found()}


def _snapshot_in(rds: Any, name: str) -> dict[str, Any] | None:
    try:
        answer = rds.describe_db_snapshots(DBSnapshotIdentifier=name)
    except ClientError as error:
        if error.response["Error"]["Code"].startswith("DBSnapshotNotFound"):
            return None
        raise
    return next(iter(answer["DBSnapshots"]), None)


def _unfinished(name: str, found: dict[str, Any] | None) -> str | None:
    status = str(found.get("Status")) if found else "not asked for"
    if status == "failed":
        raise OperationFailed(f"{name} is {status}: see RDS's events; {_ANEW}.")
    done = found.get("PercentProgress") if found else None
    progress = f", {done} %" if done is not None and status != "available" else ""
    return None if status == "available" else f"{name} is {status}{progress}"


def _time(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None
