"""Readiness: whether a recovery would work today, asked of AWS; nothing is changed.

A region that is lost is no time to find out that a copy is missing. Each check is one question whose answer a
recovery relies on (docs/recovery.md); `python -m operations recover check` asks them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.restore_test.records import listed, record_key
from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS, CATALOGUE
from infra.configuration.images import is_digest
from infra.configuration.thresholds import RECOVERY_POINT_MINUTES
from infra.foundations.registry import is_own
from operations.environments import Connection
from operations.holdings import entries
from operations.recovery.run import CURRENT

# A daily snapshot has two hours to be taken (contract ALM-13), the weekly restore test a day (ALM-14).
SNAPSHOT_HOURS = 26
RESTORE_TEST_DAYS = 8
RESTORE_TEST_NOW = "docs/recovery.md has how to begin another one now"
# Of an automated backup that is being copied. RDS writes it in small letters and in capitals
# (terraform-provider-aws, internal/service/rds/instance_automated_backups_replication.go); `retained` is what
# is left when the copying has ended, `creating` what is not there yet (botocore, DBInstanceAutomatedBackup).
REPLICATING = "replicating"
_LAG_WINDOW = timedelta(minutes=15)
_LONG_HOURS = 72
_STATE_REGION = re.compile(r"[?&]region=([a-z0-9-]+)")


class State(StrEnum):
    """The answer to a question."""

    READY = "ready"
    NOT_READY = "not ready"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """What a check has found.

    Args:
        check: one or two words.
        state: whether a recovery can rely on it.
        found: what AWS says.
        advice: what to do; empty where nothing is.
    """

    check: str
    state: State
    found: str
    advice: str = ""


class Readiness:
    """The questions about one environment.

    Args:
        configuration: the environment, as its files say.
        connection: to its account.
        secrets_provider: of the stack file: what encrypts the secrets in the engine's state.
        now: the time.
    """

    def __init__(
        self, configuration: Configuration, connection: Connection, secrets_provider: str, now: datetime
    ) -> None:
        self._configuration, self._connection = configuration, connection
        self._secrets_provider, self._now = secrets_provider, now
        self._settings, self._naming = configuration.settings, configuration.naming

    def findings(self) -> list[Finding]:
        """The answers to all questions that this environment has: a region's loss is prod's alone."""
        checks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
            ("no recovery", self._no_other_recovery),
            ("time to restore", self._restorable_time),
            ("snapshot", self._snapshot),
            ("restore test", self._restore_test),
            ("state's key", self._state_key),
        ]
        if self._settings.copies:
            checks += [
                ("replica", self._replica),
                ("copied backups", self._copied_backups),
                ("cluster", self._cluster),
                ("redis", self._redis),
                ("secrets", self._secrets),
                ("images", self._images),
                ("buckets", self._buckets),
            ]
        if self._settings.serving.other_lost:
            checks.append(("copies", self._no_copies))
        return [finding for name, check in checks for finding in _asked(name, check)]

    def _client(self, service: str) -> Any:
        return self._connection.client(service)

    def _there(self, service: str) -> Any:
        return self._connection.client(service, self._settings.recovery_region)

    def _age(self, when: datetime) -> timedelta:
        return self._now - when.astimezone(UTC)

    def _no_other_recovery(self) -> Iterator[Finding]:
        bucket = self._naming.bucket(BACKUPS)
        try:
            self._client("s3").get_object(Bucket=bucket, Key=CURRENT)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
                raise
            yield Finding("no recovery", State.READY, "none is under way")
        else:
            advice = "`recover status` says whose; the same command as theirs goes on"
            yield Finding("no recovery", State.NOT_READY, "one is under way", advice)

    def _primary(self) -> dict[str, Any]:
        name = self._naming.database(self._settings.database.generations.current)
        answer = self._client("rds").describe_db_instances(DBInstanceIdentifier=name)
        primary: dict[str, Any] = answer["DBInstances"][0]
        return primary

    def _restorable_time(self) -> Iterator[Finding]:
        latest = self._primary().get("LatestRestorableTime")
        if latest is None:
            advice = "backups are off: see `backupRetention`, and RDS's events of the instance"
            yield Finding("time to restore", State.NOT_READY, "the database cannot be restored", advice)
            return
        age = self._age(latest)
        good = age <= timedelta(minutes=RECOVERY_POINT_MINUTES)
        advice = "" if good else f"more than {RECOVERY_POINT_MINUTES} minutes would be lost: see RDS's events"
        found = f"up to {_minutes(age)} ago"
        yield Finding("time to restore", State.READY if good else State.NOT_READY, found, advice)

    def _snapshot(self) -> Iterator[Finding]:
        name = self._primary()["DBInstanceIdentifier"]
        answer = self._client("rds").describe_db_snapshots(DBInstanceIdentifier=name)
        taken = [each["SnapshotCreateTime"] for each in answer["DBSnapshots"] if _available(each)]
        yield self._newest("snapshot", taken, timedelta(hours=SNAPSHOT_HOURS), "see the jobs of AWS Backup")

    def _restore_test(self) -> Iterator[Finding]:
        ended = listed(self._client("s3"), self._naming.bucket(BACKUPS))
        succeeded = [due for due, good in ended.items() if good]
        since = max(succeeded, default=None)
        failed = [due for due, good in ended.items() if not good and (since is None or due > since)]
        if failed:
            yield self._failed_restore_test(max(failed), since)
            return
        advice = (
            "see the alarms of the restore test; until it succeeds nobody knows whether backups can be used"
        )
        yield self._newest("restore test", succeeded, timedelta(days=RESTORE_TEST_DAYS), advice)

    def _failed_restore_test(self, due: datetime, succeeded: datetime | None) -> Finding:
        before = f"the last good one is {_hours(self._age(succeeded))} old" if succeeded else "none was good"
        found = f"the one of {due:%Y-%m-%d %H:%M} UTC has failed; {before}"
        record = f"s3://{self._naming.bucket(BACKUPS)}/{record_key(due, succeeded=False)}"
        advice = f"read what it found: {record}; {RESTORE_TEST_NOW}"
        return Finding("restore test", State.NOT_READY, found, advice)

    def _newest(self, check: str, times: Sequence[datetime], most: timedelta, advice: str) -> Finding:
        if not times:
            return Finding(check, State.NOT_READY, "there is none", advice)
        age = self._age(max(times))
        good = age <= most
        return Finding(
            check, State.READY if good else State.NOT_READY, f"{_hours(age)} old", "" if good else advice
        )

    def _state_key(self) -> Iterator[Finding]:
        regions = {self._settings.region, self._settings.recovery_region}
        found = _STATE_REGION.search(self._secrets_provider)
        advice = "keep the state's key in a third region: docs/real-account.md"
        if not self._secrets_provider.startswith("awskms://"):
            provider = self._secrets_provider.partition(":")[0] or "none in the stack file"
            yield Finding("state's key", State.UNKNOWN, provider, advice)
        elif found is None:
            yield Finding("state's key", State.UNKNOWN, "its address names no region", advice)
        else:
            good = found[1] not in regions
            state = State.READY if good else State.NOT_READY
            yield Finding("state's key", state, f"in {found[1]}", "" if good else advice)

    def _no_copies(self) -> Iterator[Finding]:
        found = f"{self._settings.recovery_region} is lost: nothing is copied anywhere"
        yield Finding("copies", State.NOT_READY, found, 'docs/recovery.md, "The region is lost"')

    def _replica(self) -> Iterator[Finding]:
        arns = self._primary().get("ReadReplicaDBInstanceIdentifiers", [])
        region = self._settings.recovery_region
        here = [arn for arn in arns if arn.startswith(f"arn:aws:rds:{region}:")]
        if not here:
            yield Finding("replica", State.NOT_READY, f"none in {region}", "`pulumi up` makes it")
            return
        name = here[0].rpartition(":")[2]
        answer = self._there("rds").describe_db_instances(DBInstanceIdentifier=name)
        status = answer["DBInstances"][0]["DBInstanceStatus"]
        if status != "available":
            yield Finding("replica", State.NOT_READY, f"{name} is {status}", "see RDS's events of it")
            return
        yield self._lag(name)

    def _cluster(self) -> Iterator[Finding]:
        name = self._naming.prefix
        status = self._there("eks").describe_cluster(name=name)["cluster"]["status"]
        advice = "`aws eks describe-cluster` says what is wrong; `pulumi up` makes it where it is gone"
        yield _standing("cluster", [(name, status)], "ACTIVE", advice)

    def _redis(self) -> Iterator[Finding]:
        if not self._settings.redis.enabled:
            return
        answer = self._there("elasticache").describe_replication_groups()
        found = {each["ReplicationGroupId"]: each["Status"] for each in answer["ReplicationGroups"]}
        names = [self._naming.named(purpose) for purpose in ("cache", "queue")]
        advice = "see ElastiCache's events of it; `pulumi up` makes it where it is gone"
        yield _standing("redis", [(name, found.get(name, "gone")) for name in names], "available", advice)

    def _lag(self, name: str) -> Finding:
        answer = self._there("cloudwatch").get_metric_statistics(
            Namespace="AWS/RDS",
            MetricName="ReplicaLag",
            Dimensions=[{"Name": "DBInstanceIdentifier", "Value": name}],
            StartTime=self._now - _LAG_WINDOW,
            EndTime=self._now,
            Period=60,
            Statistics=["Maximum"],
        )
        points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
        if not points:
            advice = "see the metric ReplicaLag: RDS writes it every minute"
            return Finding("replica", State.UNKNOWN, f"{name} is available, its lag is not known", advice)
        lag = timedelta(seconds=points[-1]["Maximum"])
        good = timedelta() <= lag <= timedelta(minutes=RECOVERY_POINT_MINUTES)
        advice = "" if good else "replication has stopped (-1), or is too slow: see RDS's events of it"
        state = State.READY if good else State.NOT_READY
        return Finding("replica", state, f"{name} is {points[-1]['Maximum']:.0f} s behind", advice)

    def _copied_backups(self) -> Iterator[Finding]:
        primary = self._primary()["DBInstanceArn"]
        answer = self._there("rds").describe_db_instance_automated_backups()
        copies = [
            each for each in answer["DBInstanceAutomatedBackups"] if each.get("DBInstanceArn") == primary
        ]
        yield self._copied(copies[0] if copies else None)

    def _copied(self, backup: dict[str, Any] | None) -> Finding:
        check, region = "copied backups", self._settings.recovery_region
        status = str(backup.get("Status", "of no known status")) if backup else f"none in {region}"
        if backup is None or status.lower() != REPLICATING:
            advice = "`pulumi up` begins to copy them; see RDS's events"
            return Finding(check, State.NOT_READY, status, advice)
        latest = (backup.get("RestoreWindow") or {}).get("LatestTime")
        if latest is None:
            return Finding(
                check, State.NOT_READY, f"{status}, nothing can be restored yet", "wait, then ask again"
            )
        age = self._age(latest)
        good = age <= timedelta(minutes=RECOVERY_POINT_MINUTES)
        advice = "" if good else f"more than {RECOVERY_POINT_MINUTES} minutes would be lost: see RDS's events"
        state = State.READY if good else State.NOT_READY
        return Finding(check, state, f"{status}, up to {_minutes(age)} ago", advice)

    def _secrets(self) -> Iterator[Finding]:
        client, region = self._client("secretsmanager"), self._settings.recovery_region
        wrong = []
        declared = entries(self._configuration)
        for entry in declared:
            found = client.describe_secret(SecretId=self._naming.secret(entry.name))
            copies = {each["Region"]: each.get("Status") for each in found.get("ReplicationStatus", ())}
            if copies.get(region) != "InSync":
                wrong.append(f"{entry.name} ({copies.get(region) or 'no copy'})")
        advice = "see `aws secretsmanager describe-secret`: mostly the key there, or a secret of that name"
        yield _all_of("secrets", len(declared), wrong, f"have their value in {region}", advice)

    def _images(self) -> Iterator[Finding]:
        client, system = self._there("ecr"), self._configuration.system
        wanted = {
            (service.repository, self._configuration.images[name])
            for name, service in system.services.items()
            if is_own(service.repository)
        }
        wrong = [
            f"{repository} ({version[:19]})"
            for repository, version in sorted(wanted)
            if not _has_image(client, f"{system.name}/{repository}", version)
        ]
        advice = "push the image again: what was there before replication was set up is not copied"
        region = self._settings.recovery_region
        yield _all_of("images", len(wanted), wrong, f"are in {region}", advice)

    def _buckets(self) -> Iterator[Finding]:
        client = self._client("s3")
        kinds = [bucket.name for bucket in CATALOGUE if bucket.replicated]
        wrong = [kind for kind in kinds if not _is_replicated(client, self._naming.bucket(kind))]
        advice = "`pulumi up` replicates them; what is in them already needs S3 Batch Replication"
        yield _all_of("buckets", len(kinds), wrong, "copy what is written", advice)


def _asked(name: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """The answers; what AWS refuses to tell is not known, and the other questions are asked still."""
    try:
        return list(check())
    except (BotoCoreError, ClientError) as error:
        return [Finding(name, State.UNKNOWN, str(error), "AWS does not tell: rights, or the region itself")]


def _all_of(check: str, total: int, wrong: Sequence[str], does: str, advice: str) -> Finding:
    if wrong:
        return Finding(check, State.NOT_READY, f"{len(wrong)} of {total} not: {', '.join(wrong)}", advice)
    return Finding(check, State.READY, f"all {total} {does}")


def _has_image(client: Any, repository: str, version: str) -> bool:
    image = {"imageDigest": version} if is_digest(version) else {"imageTag": version}
    try:
        return bool(client.describe_images(repositoryName=repository, imageIds=[image])["imageDetails"])
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ImageNotFoundException", "RepositoryNotFoundException"):
            return False
        raise


def _is_replicated(client: Any, bucket: str) -> bool:
    try:
        rules = client.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ReplicationConfigurationNotFoundError":
            return False
        raise
    return any(rule["Status"] == "Enabled" for rule in rules)


def _available(snapshot: dict[str, Any]) -> bool:
    return snapshot.get("Status") == "available" and "SnapshotCreateTime" in snapshot


def _minutes(age: timedelta) -> str:
    return f"{max(age.total_seconds(), 0) / 60:.0f} min"


def _hours(age: timedelta) -> str:
    hours = max(age.total_seconds(), 0) / 3600
    return f"{hours:.0f} h" if hours < _LONG_HOURS else f"{hours / 24:.0f} days"


def _standing(check: str, found: Sequence[tuple[str, str]], wanted: str, advice: str) -> Finding:
    """What waits in the recovery region, by its status."""
    said = ", ".join(f"{name} is {status}" for name, status in found)
    good = all(status == wanted for _, status in found)
    return Finding(check, State.READY if good else State.NOT_READY, said, "" if good else advice)
