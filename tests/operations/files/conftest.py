"""A bucket of dev whose versions are as old as a test wants them, and the command that brings files back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.s3.models import s3_backends
from typer.testing import CliRunner, Result

from operations.checkout import declared
from operations.cli import app
from rehearsal.aws.moto_fixes import repair_moto
from tests.operations.conftest import Account

Start = Callable[[str], Account]

DEV = declared("dev")
NOW = datetime.now(UTC).replace(microsecond=0)
THEN = NOW - timedelta(hours=2)


@dataclass(frozen=True)
class Bucket:
    """A bucket of dev, in which things are written at times of one's choice."""

    account: Account
    name: str
    client: Any

    def put(self, key: str, body: bytes | str, hours: float, **more: Any) -> str:
        """Writes a version so many hours ago."""
        content = body if isinstance(body, bytes) else body.encode()
        made = self.client.put_object(Bucket=self.name, Key=key, Body=content, **more)
        self._date(key, hours)
        return str(made["VersionId"])

    def delete(self, key: str, hours: float) -> None:
        """Deletes it so many hours ago: a marker."""
        self.client.delete_object(Bucket=self.name, Key=key)
        self._date(key, hours)

    def stored(self, key: str) -> list[Any]:
        """moto's own objects, the oldest first."""
        found: list[Any] = self.in_moto.keys.getlist(key)
        return found

    @property
    def in_moto(self) -> Any:
        """moto's own bucket."""
        return s3_backends[DEV.settings.account]["aws"].buckets[self.name]

    def _date(self, key: str, hours: float) -> None:
        # moto's times are in UTC and do not say so.
        self.stored(key)[-1].last_modified = (NOW - timedelta(hours=hours)).replace(tzinfo=None)

    def shown(self) -> dict[str, str]:
        """What a reader sees: each key with its content."""
        listed = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {each["Key"]: self.read(each["Key"]) for each in listed}

    def read(self, key: str) -> str:
        """The content of a key."""
        return str(self.client.get_object(Bucket=self.name, Key=key)["Body"].read().decode())

    def versions(self) -> set[str]:
        """The identifiers of all versions and markers that there are."""
        listed = self.client.list_object_versions(Bucket=self.name)
        return {each["VersionId"] for kind in ("Versions", "DeleteMarkers") for each in listed.get(kind, [])}


@pytest.fixture
def documents(account: Start) -> Bucket:
    """The bucket of documents in dev, beside that of backups; both empty."""
    dev = account("dev")
    client, naming = dev.other("s3"), DEV.naming
    s3_backends[DEV.settings.account]["aws"].reset()
    for kind in ("documents", "backups"):
        make_bucket(client, naming.bucket(kind), naming.region)
    return Bucket(dev, naming.bucket("documents"), client)


def make_bucket(client: Any, name: str, region: str, **more: Any) -> None:
    """A bucket with versions."""
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region}, **more)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def recover(
    bucket: Bucket, output: Path, *more: str, to: str = THEN.isoformat(), yes: bool = True, name: str = ""
) -> Result:
    """What the command says."""
    command = ["recover", "files", name or "documents", "--to", to, "--env", bucket.account.environment]
    command += ["--endpoint-url", bucket.account.url, "--output", str(output), *(["--yes"] if yes else [])]
    return CliRunner().invoke(app, [*command, *more])


@pytest.fixture
def lost(documents: Bucket) -> Bucket:
    """Files to which, after the time, everything has happened that can."""
    documents.put("overwritten.txt", "before", 3)
    documents.put("overwritten.txt", "after", 1)
    documents.put("deleted/by/mistake.txt", "before", 3)
    documents.delete("deleted/by/mistake.txt", 1)
    documents.put("created.txt", "after", 1)
    documents.put("untouched.txt", "before", 3)
    documents.put("was deleted then.txt", "long ago", 5)
    documents.delete("was deleted then.txt", 4)
    documents.put("was deleted then.txt", "made again", 1)
    documents.put("changed twice.txt", "first", 5)
    documents.put("changed twice.txt", "second", 3)
    documents.put("changed twice.txt", "third", 1)
    return documents


# What `lost` showed at the time.
EXPECTED = {
    "overwritten.txt": "before",
    "deleted/by/mistake.txt": "before",
    "untouched.txt": "before",
    "changed twice.txt": "second",
}


def locked_bucket(documents: Bucket) -> Bucket:
    """The bucket of photos, whose versions nobody removes for 30 days."""
    repair_moto()  # moto wants the checksum of a copy, and forgets locks of uploads in parts
    name = DEV.naming.bucket("photos")
    make_bucket(documents.client, name, DEV.naming.region, ObjectLockEnabledForBucket=True)
    lock = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
    documents.client.put_object_lock_configuration(
        Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": lock}
    )
    return Bucket(documents.account, name, documents.client)


def retained(*, days: int) -> dict[str, Any]:
    """For a version that nobody removes before."""
    return {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": NOW + timedelta(days=days)}
