"""Questions about what is copied to the recovery region all the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from functions.check_recovery.asking import Asking
from functions.check_recovery.backups import within
from functions.check_recovery.findings import Finding, State, all_of, judged

# Of an automated backup that is being copied. RDS writes it in small letters and in capitals
# (terraform-provider-aws, internal/service/rds/instance_automated_backups_replication.go); `retained` is what
# is left when the copying has ended, `creating` what is not there yet (botocore, DBInstanceAutomatedBackup).
REPLICATING = "replicating"
_LAG_WINDOW = timedelta(minutes=15)


def replica(asking: Asking) -> Iterator[Finding]:
    """Whether it is there, and how far behind it is."""
    found = asking.replica
    if found is None:
        region = asking.wanted.recovery_region
        yield Finding("replica", State.NOT_READY, f"none in {region}", "`pulumi up` makes it")
        return
    name, status = found["DBInstanceIdentifier"], found["DBInstanceStatus"]
    if status != "available":
        yield Finding("replica", State.NOT_READY, f"{name} is {status}", "see RDS's events of it")
        return
    yield _lag(asking, name)


def _lag(asking: Asking, name: str) -> Finding:
    answer = asking.there("cloudwatch").get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName="ReplicaLag",
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": name}],
        StartTime=asking.now - _LAG_WINDOW,
        EndTime=asking.now,
        Period=60,
        Statistics=["Maximum"],
    )
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    if not points:
        advice = "see the metric ReplicaLag: RDS writes it every minute"
        return Finding("replica", State.UNKNOWN, f"{name} is available, its lag is not known", advice)
    lag = timedelta(seconds=points[-1]["Maximum"])
    good = timedelta() <= lag <= timedelta(minutes=asking.wanted.recovery_point_minutes)
    advice = "replication has stopped (-1), or is too slow: see RDS's events of it"
    return judged("replica", good, f"{name} is {points[-1]['Maximum']:.0f} s behind", advice)


def copied_backups(asking: Asking) -> Iterator[Finding]:
    """Up to when the database could be restored in the recovery region."""
    primary = asking.primary["DBInstanceArn"]
    answer = asking.there("rds").describe_db_instance_automated_backups()
    copies = [each for each in answer["DBInstanceAutomatedBackups"] if each.get("DBInstanceArn") == primary]
    yield _copied(asking, copies[0] if copies else None)


def _copied(asking: Asking, backup: dict[str, Any] | None) -> Finding:
    check, region = "copied backups", asking.wanted.recovery_region
    status = str(backup.get("Status", "of no known status")) if backup else f"none in {region}"
    if backup is None or status.lower() != REPLICATING:
        advice = "`pulumi up` begins to copy them; see RDS's events"
        return Finding(check, State.NOT_READY, status, advice)
    latest = (backup.get("RestoreWindow") or {}).get("LatestTime")
    if latest is None:
        found = f"{status}, nothing can be restored yet"
        return Finding(check, State.NOT_READY, found, "wait, then ask again")
    return within(check, asking, latest, f"{status}, up to {{}} ago")


def secrets(asking: Asking) -> Iterator[Finding]:
    """Whether every entry has its value there too."""
    client, wanted = asking.here("secretsmanager"), asking.wanted
    region, wrong = wanted.recovery_region, []
    for name in wanted.secrets:
        found = client.describe_secret(SecretId=wanted.prefix + name)
        copies = {each["Region"]: each.get("Status") for each in found.get("ReplicationStatus", ())}
        if copies.get(region) != "InSync":
            wrong.append(f"{name} ({copies.get(region) or 'no copy'})")
    advice = "see `aws secretsmanager describe-secret`: mostly the key there, or a secret of that name"
    yield all_of("secrets", len(wanted.secrets), wrong, f"have their value in {region}", advice)


def images(asking: Asking) -> Iterator[Finding]:
    """Whether every image that runs here can be pulled there."""
    client, wanted = asking.there("ecr"), asking.wanted
    wrong = [
        f"{repository.partition('/')[2]} ({version[:19]})"
        for repository, version in wanted.images
        if not _has_image(client, repository, version)
    ]
    advice = "push the image again: what was there before replication was set up is not copied"
    yield all_of("images", len(wanted.images), wrong, f"are in {wanted.recovery_region}", advice)


def buckets(asking: Asking) -> Iterator[Finding]:
    """Whether S3 copies what is written into them."""
    yield copied_by(asking, asking.wanted.recovery_rule, "buckets")


def copied_by(asking: Asking, rule: str, check: str) -> Finding:
    """Whether every bucket has a rule of this name that is enabled."""
    client, wanted = asking.here("s3"), asking.wanted
    wrong = [kind for kind, name in wanted.buckets.items() if rule not in enabled_rules(client, name)]
    advice = "`pulumi up` replicates them; what is in them already needs S3 Batch Replication"
    return all_of(check, len(wanted.buckets), wrong, "copy what is written", advice)


def _has_image(client: Any, repository: str, version: str) -> bool:
    image = {"imageDigest": version} if version.startswith("sha256:") else {"imageTag": version}
    try:
        return bool(client.describe_images(repositoryName=repository, imageIds=[image])["imageDetails"])
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ImageNotFoundException", "RepositoryNotFoundException"):
            return False
        raise


def enabled_rules(client: Any, bucket: str) -> set[str]:
    """The names of the rules by which S3 copies a bucket now."""
    try:
        rules = client.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ReplicationConfigurationNotFoundError":
            return set()
        raise
    return {rule["ID"] for rule in rules if rule["Status"] == "Enabled"}
