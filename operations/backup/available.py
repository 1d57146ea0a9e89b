"""Backups that one can go back to: all that AWS keeps of an environment, asked anew each time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from commands.errors import CommandError
from functions.snapshot_secrets.snapshot import FOLDER as SECRETS
from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS
from operations.backup.manifest import Manifests, time_of
from operations.backup.parts import REDIS
from operations.environments import Connection

_GIGABYTE = 2**30
_SIZE = re.compile(r"(\d+) (KB|MB|GB)")  # ElastiCache's words for the size of a snapshot
_UNITS = {"KB": 2**10, "MB": 2**20, "GB": _GIGABYTE}


class Kind(StrEnum):
    """What something is that one can go back to, in the order in which it is listed."""

    POINT_IN_TIME = "point in time"
    ON_DEMAND = "on demand"
    DATABASE = "database snapshot"
    REDIS = "redis snapshot"
    SECRETS = "secrets snapshot"
    RECOVERY_POINT = "recovery point"


@dataclass(frozen=True)
class Available:
    """One of it.

    Args:
        kind: what it is.
        id: AWS's name of it, or ours.
        region: where it is.
        made: when, ISO 8601 in UTC; empty where AWS does not tell. Of a window, the newest time in it.
        size: in bytes, as AWS counts it; None where it does not tell.
        state: AWS's word, `available` and the like.
        use: how one goes back to it; empty where that needs AWS's own console or API.
        since: of a window, the oldest time in it.
    """

    kind: Kind
    id: str
    region: str
    made: str
    size: int | None
    state: str
    use: str
    since: str = ""


@dataclass(frozen=True)
class Unknown:
    """What AWS did not tell.

    Args:
        kind: of what.
        region: where.
        why: its words.
    """

    kind: Kind
    region: str
    why: str


class Inventory:
    """What there is of one environment.

    Args:
        configuration: the environment, as its files say.
        connection: to its account.
    """

    def __init__(self, configuration: Configuration, connection: Connection) -> None:
        self._configuration, self._connection = configuration, connection
        self._naming, self._settings = configuration.naming, configuration.settings
        self._environment = self._settings.environment.value
        self._generations = self._settings.database.generations.declared

    def asked(self) -> tuple[list[Available], list[Unknown]]:
        """All of it, the newest of each kind first; and what AWS did not tell."""
        found: list[Available] = []
        unknown: list[Unknown] = []
        regions = [self._settings.region]
        if self._settings.copies:
            regions.append(self._settings.recovery_region)
        for kind, ask in self._questions().items():
            there: list[Available] = []
            for region in regions:
                try:
                    there += ask(region)
                except (BotoCoreError, ClientError, CommandError) as error:
                    unknown.append(Unknown(kind, region, str(error)))
            found += sorted(there, key=lambda each: each.made, reverse=True)
        return found, unknown

    def _questions(self) -> dict[Kind, Callable[[str], Iterator[Available]]]:
        return {
            Kind.POINT_IN_TIME: self._windows,
            Kind.ON_DEMAND: self._on_demand,
            Kind.DATABASE: self._database_snapshots,
            Kind.REDIS: self._redis_snapshots,
            Kind.SECRETS: self._secrets,
            Kind.RECOVERY_POINT: self._recovery_points,
        }

    def _recover(self, words: str) -> str:
        return f"make recover ENV={self._environment} {words}"

    def _is_home(self, region: str) -> bool:
        return region == self._settings.region

    def _windows(self, region: str) -> Iterator[Available]:
        names = {self._naming.database(each) for each in self._generations}
        answer = self._connection.client("rds", region).describe_db_instance_automated_backups()
        for each in answer["DBInstanceAutomatedBackups"]:
            window = each.get("RestoreWindow") or {}
            if each["DBInstanceIdentifier"] in names and window.get("LatestTime"):
                yield Available(
                    Kind.POINT_IN_TIME,
                    each["DBInstanceIdentifier"],
                    region,
                    _text(window["LatestTime"]),
                    None,
                    str(each.get("Status", "")),
                    self._recover("TO=…, or TO=latest") if self._is_home(region) else "",
                    _text(window.get("EarliestTime")),
                )

    def _on_demand(self, region: str) -> Iterator[Available]:
        # Copied to the recovery region as every object of the bucket is; the one at home is the one to use.
        if not self._is_home(region):
            return
        bucket = self._naming.bucket(BACKUPS)
        for entry in Manifests(self._connection.client("s3"), bucket).entries():
            use = (
                self._recover(f"BACKUP={entry.id}")
                if entry.complete
                else f"make backup ENV={self._environment}"
            )
            state = "complete" if entry.complete else "not complete"
            yield Available(
                Kind.ON_DEMAND, entry.id, region, _text(time_of(entry.id)), entry.size, state, use
            )

    def _database_snapshots(self, region: str) -> Iterator[Available]:
        rds = self._connection.client("rds", region)
        names = {self._naming.database(each) for each in self._generations}
        for page in rds.get_paginator("describe_db_snapshots").paginate():
            for each in page["DBSnapshots"]:
                if each["DBInstanceIdentifier"] in names:
                    use = self._recover(f"SNAPSHOT={each['DBSnapshotIdentifier']}")
                    yield Available(
                        Kind.DATABASE,
                        each["DBSnapshotIdentifier"],
                        region,
                        _text(each.get("SnapshotCreateTime")),
                        int(each.get("AllocatedStorage") or 0) * _GIGABYTE or None,
                        str(each.get("Status", "")),
                        use if self._is_home(region) and each.get("Status") == "available" else "",
                    )

    def _redis_snapshots(self, region: str) -> Iterator[Available]:
        if not self._is_home(region) or not self._settings.redis.enabled:
            return
        group = self._naming.named(REDIS)
        pages = self._connection.client("elasticache").get_paginator("describe_snapshots").paginate()
        for each in (each for page in pages for each in page["Snapshots"]):
            # Of a group that is not in cluster mode ElastiCache may name the node alone.
            node = str(each.get("CacheClusterId") or "")
            if each.get("ReplicationGroupId") == group or node.startswith(f"{group}-"):
                nodes = each.get("NodeSnapshots") or []
                times = [one["SnapshotCreateTime"] for one in nodes if one.get("SnapshotCreateTime")]
                sizes = [
                    size for one in nodes if (size := _bytes(str(one.get("CacheSize") or ""))) is not None
                ]
                yield Available(
                    Kind.REDIS,
                    each["SnapshotName"],
                    region,
                    _text(min(times, default=None)),
                    sum(sizes) if sizes else None,
                    str(each.get("SnapshotStatus", "")),
                    "",
                )

    def _secrets(self, region: str) -> Iterator[Available]:
        bucket = self._naming.bucket(BACKUPS, region)
        pages = self._connection.client("s3", region).get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=bucket, Prefix=SECRETS):
            for each in page.get("Contents", ()):
                place = "" if self._is_home(region) else f" --from-region {region}"
                words = f"secret restore --env {self._environment} --snapshot {each['Key']}{place}"
                yield Available(
                    Kind.SECRETS,
                    each["Key"],
                    region,
                    _text(each["LastModified"]),
                    int(each["Size"]),
                    "available",
                    f"python -m operations {words}",
                )

    def _recovery_points(self, region: str) -> Iterator[Available]:
        backup = self._connection.client("backup", region)
        pages = backup.get_paginator("list_recovery_points_by_backup_vault")
        for page in pages.paginate(BackupVaultName=self._naming.prefix):
            for each in page["RecoveryPoints"]:
                yield Available(
                    Kind.RECOVERY_POINT,
                    f"{each.get('ResourceName') or each['ResourceArn'].rpartition(':')[2]} "
                    f"({each['RecoveryPointArn'].rpartition(':')[2]})",
                    region,
                    _text(each.get("CreationDate")),
                    each.get("BackupSizeInBytes"),
                    str(each.get("Status", "")).lower(),
                    "",
                )


def as_json(environment: str, found: list[Available], unknown: list[Unknown]) -> dict[str, Any]:
    """The result for scripts."""
    return {
        "environment": environment,
        "available": [asdict(each) for each in found],
        "unknown": [asdict(each) for each in unknown],
    }


def _text(when: datetime | None) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds") if when else ""


def _bytes(size: str) -> int | None:
    found = _SIZE.fullmatch(size)
    return int(found[1]) * _UNITS[found[2]] if found else None
