"""Records of restore tests: one object of the backups bucket for each, whose name says how it ended.

So a listing tells what there was and when a test last succeeded, and nobody has to read what is in a bucket
that holds backups.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Objects of the backups bucket: one for each test.
FOLDER = "restore-tests/"

_FORMAT = "%Y-%m-%dT%H%MZ"
_FAILED = ".failed.json"
_SUCCEEDED = ".json"


@dataclass(frozen=True)
class Records:
    """The records of one environment.

    Args:
        s3: boto3's client.
        bucket: the backups bucket.
    """

    s3: Any
    bucket: str

    def listed(self) -> dict[datetime, bool]:
        """By when a test was due: whether it succeeded."""
        return listed(self.s3, self.bucket)

    def write(self, due: datetime, content: Mapping[str, Any], *, succeeded: bool) -> None:
        """Writes one; the same again is the same object."""
        self.s3.put_object(
            Bucket=self.bucket,
            Key=record_key(due, succeeded=succeeded),
            Body=json.dumps({"format": 1, **content}, indent=1, sort_keys=True).encode(),
            ContentType="application/json",
        )


def listed(s3: Any, bucket: str) -> dict[datetime, bool]:
    """How the tests of an environment ended: by when a test was due, whether it succeeded.

    Args:
        s3: boto3's client.
        bucket: the backups bucket.
    """
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=FOLDER)
    found: dict[datetime, bool] = {}
    for name in (each["Key"] for page in pages for each in page.get("Contents", ())):
        due, succeeded = _read(name)
        if due is not None:
            # One that was repeated after it had failed has both.
            found[due] = found.get(due, False) or succeeded
    return found


def record_key(due: datetime, *, succeeded: bool) -> str:
    """The object's name."""
    return f"{FOLDER}{due.strftime(_FORMAT)}{_SUCCEEDED if succeeded else _FAILED}"


def _read(name: str) -> tuple[datetime | None, bool]:
    failed = name.endswith(_FAILED)
    stem = name.removeprefix(FOLDER).removesuffix(_FAILED if failed else _SUCCEEDED)
    try:
        return datetime.strptime(f"{stem}+0000", f"{_FORMAT}%z"), not failed
    except ValueError:
        return None, False
