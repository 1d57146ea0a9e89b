"""Records of restore tests: one object of the backups bucket for each, whose name says how it ended.

So a listing tells what there was and when a test last succeeded, and nobody has to read what is in a bucket
that holds backups. As long as backups stay, so do these; what an auditor asks for is in the ledger: a line
for each test in the bucket of audit logs, which is kept for years and locked. The line is the object's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Objects of the backups bucket: one for each test.
FOLDER = "restore-tests/"

_FORMAT = "%Y-%m-%dT%H%MZ"
_FAILED = ".failed.json"
_SUCCEEDED = ".json"
_UNKNOWN = "unknown"
_LINE = re.compile(
    r"(?P<due>[\dTZ-]+)\.(?P<ended>succeeded|failed)\.recovery-(?P<recovery>[\d.]+|unknown)"
    r"\.point-(?P<point>[\d.]+|unknown)\.json"
)


@dataclass(frozen=True)
class Line:
    """One line of the ledger.

    Args:
        due: when the test was due.
        succeeded: whether it did.
        recovery: minutes until all was checked that a recovery waits for; None for one that never was so far.
        point: minutes that would have been lost; None likewise.
    """

    due: datetime
    succeeded: bool
    recovery: float | None
    point: float | None

    @property
    def key(self) -> str:
        """The object's name."""
        ended = "succeeded" if self.succeeded else "failed"
        recovery, point = (_UNKNOWN if each is None else each for each in (self.recovery, self.point))
        return f"{FOLDER}{self.due.strftime(_FORMAT)}.{ended}.recovery-{recovery}.point-{point}.json"


@dataclass(frozen=True)
class Records:
    """The records of one environment.

    Args:
        s3: boto3's client.
        bucket: the backups bucket.
        ledger: the bucket of audit logs.
    """

    s3: Any
    bucket: str
    ledger: str

    def listed(self) -> dict[datetime, bool]:
        """By when a test was due: whether it succeeded."""
        return listed(self.s3, self.bucket)

    def write(self, line: Line, content: Mapping[str, Any]) -> None:
        """Writes one, and its line before it: a test that has a record is in the ledger.

        The same again are the same objects.
        """
        record = record_key(line.due, succeeded=line.succeeded)
        body = json.dumps({"format": 1, **content}, indent=1, sort_keys=True).encode()
        for bucket, key in ((self.ledger, line.key), (self.bucket, record)):
            self.s3.put_object(
                Bucket=bucket,
                Key=key,
                Body=body,
                ContentType="application/json",
                # S3 takes nothing unchecked into a locked bucket (user guide, "Object Lock").
                ChecksumAlgorithm="SHA256",
            )


def listed(s3: Any, bucket: str) -> dict[datetime, bool]:
    """How the tests of an environment ended: by when a test was due, whether it succeeded.

    Args:
        s3: boto3's client.
        bucket: the backups bucket.
    """
    found: dict[datetime, bool] = {}
    for name in _names(s3, bucket):
        due, succeeded = _read(name)
        if due is not None:
            # One that was repeated after it had failed has both.
            found[due] = found.get(due, False) or succeeded
    return found


def ledger(s3: Any, bucket: str) -> list[Line]:
    """The tests of an environment, the latest first; one that was repeated has a line for each time.

    Args:
        s3: boto3's client.
        bucket: the bucket of audit logs.
    """
    found = [line for name in _names(s3, bucket) if (line := _line(name)) is not None]
    return sorted(found, key=lambda line: (line.due, line.succeeded), reverse=True)


def _names(s3: Any, bucket: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=FOLDER):
        yield from (each["Key"] for each in page.get("Contents", ()))


def record_key(due: datetime, *, succeeded: bool) -> str:
    """The record's name."""
    return f"{FOLDER}{due.strftime(_FORMAT)}{_SUCCEEDED if succeeded else _FAILED}"


def _read(name: str) -> tuple[datetime | None, bool]:
    failed = name.endswith(_FAILED)
    return _time(name.removeprefix(FOLDER).removesuffix(_FAILED if failed else _SUCCEEDED)), not failed


def _line(name: str) -> Line | None:
    found = _LINE.fullmatch(name.removeprefix(FOLDER))
    due = _time(found["due"]) if found else None
    if found is None or due is None:
        return None
    figures = (None if found[each] == _UNKNOWN else float(found[each]) for each in ("recovery", "point"))
    return Line(due, found["ended"] == "succeeded", *figures)


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(f"{text}+0000", f"{_FORMAT}%z")
    except ValueError:
        return None
