"""Manifests: what a backup on demand consists of, one object of the backups bucket for each."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.configuration.buckets import ON_DEMAND as FOLDER
from operations.console import OperationError, OperationFailed

FORMAT = 1
# One that was interrupted is gone on with for so long: later than that its parts would be of different days.
GOES_ON_FOR = timedelta(hours=6)

_BEGUN, _MANIFEST = "begun.json", "manifest.json"
# Part of the snapshots' names, so in the letters that RDS and ElastiCache take.
_FORMAT_OF_ID = "%Y-%m-%dt%H%M%Sz"
_ID = re.compile(r"\d{4}-\d{2}-\d{2}t\d{6}z")


@dataclass(frozen=True)
class Begun:
    """A backup that somebody has begun.

    Args:
        id: its name, which says when.
        who: has begun it.
    """

    id: str
    who: str

    @property
    def at(self) -> datetime:
        """When."""
        return time_of(self.id)


@dataclass(frozen=True)
class Entry:
    """A backup as the bucket shows it.

    Args:
        id: its name.
        complete: it has a manifest.
        size: of its objects, in bytes; the snapshots are not among them.
    """

    id: str
    complete: bool
    size: int


class Manifests:
    """The backups on demand of one environment.

    Args:
        s3: boto3's client, in the bucket's region.
        bucket: the backups bucket.
    """

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3, self.bucket = s3, bucket

    def begin(self, who: str) -> Begun:
        """Writes down that one is begun, before any of it is taken; no two have the same second."""
        while True:
            begun = Begun(datetime.now(UTC).strftime(_FORMAT_OF_ID), who)
            if self.get(begun.id, _BEGUN) is None:
                self.put(begun.id, _BEGUN, asdict(begun))
                return begun
            time.sleep(1)

    def interrupted(self, now: datetime) -> Begun | None:
        """The latest one that has no manifest, and is not too old to go on with."""
        for entry in self.entries():
            if entry.complete or now - time_of(entry.id) > GOES_ON_FOR:
                return None
            found = self.get(entry.id, _BEGUN)
            if found is not None:
                return Begun(entry.id, str(found.get("who", "somebody")))
        return None

    def entries(self) -> list[Entry]:
        """All of them, the latest first.

        Raises:
            OperationFailed: the bucket cannot be read.
        """
        sizes: dict[str, dict[str, int]] = {}
        try:
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=FOLDER)
            for each in (each for page in pages for each in page.get("Contents", ())):
                id_, _, name = each["Key"].removeprefix(FOLDER).partition("/")
                if _ID.fullmatch(id_):
                    sizes.setdefault(id_, {})[name] = int(each["Size"])
        except (BotoCoreError, ClientError) as error:
            raise self._unusable(error) from None
        return [
            Entry(id_, _MANIFEST in objects, sum(objects.values()))
            for id_, objects in sorted(sizes.items(), reverse=True)
        ]

    def complete(self, id_: str, manifest: Mapping[str, Any]) -> str:
        """Writes the manifest, and answers its address."""
        self.put(id_, _MANIFEST, {"format": FORMAT, **manifest})
        return self.address(id_)

    def address(self, id_: str) -> str:
        """Where a manifest is."""
        return f"s3://{self.bucket}/{FOLDER}{id_}/{_MANIFEST}"

    def is_complete(self, id_: str) -> bool:
        """Whether it has a manifest."""
        return self.get(id_, _MANIFEST) is not None

    def read(self, id_: str) -> dict[str, Any]:
        """A backup's manifest.

        Raises:
            OperationError: there is no such backup, it was never completed, or is of another format.
        """
        found = self.get(id_, _MANIFEST) if _ID.fullmatch(id_) else None
        if found is None:
            there = ", ".join(each.id for each in self.entries() if each.complete)
            raise OperationError(
                f"--from-backup: found {id_!r}; allowed: {there or 'there is none'}. `backups` lists all "
                "that one can go back to."
            )
        if found.get("format") != FORMAT:
            raise OperationError(
                f"{self.address(id_)}: found format {found.get('format')}; known: "
                f"{FORMAT}. Take the revision of this program that wrote it."
            )
        return found

    def put(self, id_: str, name: str, content: Mapping[str, Any]) -> None:
        """Writes an object of a backup.

        Raises:
            OperationFailed: the bucket does not take it.
        """
        try:
            self._s3.put_object(
                Bucket=self.bucket,
                Key=f"{FOLDER}{id_}/{name}",
                Body=json.dumps(content, indent=1, sort_keys=True).encode(),
                ContentType="application/json",
                # A locked bucket takes nothing whose arrival it cannot check (S3 user guide, "Object Lock").
                ChecksumAlgorithm="SHA256",
            )
        except (BotoCoreError, ClientError) as error:
            raise self._unusable(error) from None

    def get(self, id_: str, name: str) -> dict[str, Any] | None:
        """An object of a backup; None where there is none, or not one of ours.

        Raises:
            OperationFailed: the bucket cannot be read.
        """
        try:
            found = self._s3.get_object(Bucket=self.bucket, Key=f"{FOLDER}{id_}/{name}")["Body"].read()
            content = json.loads(found)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise self._unusable(error) from None
        except BotoCoreError as error:
            raise self._unusable(error) from None
        except ValueError:
            return None
        return content if isinstance(content, dict) else None

    def _unusable(self, error: Exception) -> OperationFailed:
        return OperationFailed(f"s3://{self.bucket}/{FOLDER}: {str(error).rstrip('.')}.")


def time_of(id_: str) -> datetime:
    """When a backup was begun."""
    return datetime.strptime(id_, _FORMAT_OF_ID).replace(tzinfo=UTC)
