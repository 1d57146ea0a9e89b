"""Reminders, every day, of credentials that end, and measurements of what is due.

People are written to on some days before the end and every day after it. The metrics are written every day,
also when they are 0, so that a day without this function shows as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3

from functions.remind.metrics import (
    EXPIRING_CREDENTIALS,
    ROTATIONS_OVERDUE,
    SECRET_COPIES_OUT_OF_SYNC,
    SNAPSHOT_AGE_DAYS,
)
from functions.shared import metrics
from functions.shared.due import NOTICE_DAYS, ROTATION_GRACE

# The later ones are for those who were away.
DAYS_BEFORE = (NOTICE_DAYS, 14, 7, 3, 1)


def handle(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Called every day. A `date` in the event stands for today, to try it."""
    given = event.get("date")
    now = (
        datetime.now(UTC)
        if given is None
        else datetime.combine(date.fromisoformat(given), datetime.min.time(), UTC)
    )
    reminded = [_remind(*ending) for ending in _ending(now.date()) if _is_told(ending[1])]
    expiring = [name for name, left, _ in _ending(now.date()) if left <= NOTICE_DAYS]
    overdue = list(_overdue(now))
    metrics.write(EXPIRING_CREDENTIALS, len(expiring), credentials=", ".join(expiring))
    metrics.write(ROTATIONS_OVERDUE, len(overdue), secrets=", ".join(overdue))
    out_of_sync = list(_out_of_sync())
    metrics.write(SECRET_COPIES_OUT_OF_SYNC, len(out_of_sync), secrets=", ".join(out_of_sync))
    age = _snapshot_age(now)
    metrics.write(SNAPSHOT_AGE_DAYS, age)
    return {
        "reminded": reminded,
        "expiring": expiring,
        "overdue": overdue,
        "outOfSync": out_of_sync,
        "snapshotAge": age,
    }


def _out_of_sync() -> Iterator[str]:
    """Entries whose copy has another value, or none: on the day of a disaster it would be an old one."""
    if os.environ["COPIES"] != "yes":
        return
    client, prefix = boto3.client("secretsmanager"), os.environ["PREFIX"]
    pages = client.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [prefix]}])
    # Not named in a variable: Lambda takes 4 KB of them, and a system may have many secrets.
    for name in (each["Name"] for page in pages for each in page["SecretList"]):
        found = client.describe_secret(SecretId=name)
        if any(copy["Status"] != "InSync" for copy in found.get("ReplicationStatus", ())):
            yield name.removeprefix(prefix)


def _snapshot_age(now: datetime) -> float:
    """Days since the newest snapshot of the secrets, or since there are secrets to take one of."""
    pages = boto3.client("s3").get_paginator("list_objects_v2")
    found = [
        stored["LastModified"]
        for page in pages.paginate(Bucket=os.environ["BUCKET"], Prefix=os.environ["SNAPSHOTS"])
        for stored in page.get("Contents", ())
    ]
    newest = max(found) if found else _secrets_made(now)
    return round(max(0.0, (now - newest) / timedelta(days=1)), 2)


def _secrets_made(now: datetime) -> datetime:
    client = boto3.client("secretsmanager")
    names = json.loads(os.environ["ROTATED"])
    made = [client.describe_secret(SecretId=os.environ["PREFIX"] + name)["CreatedDate"] for name in names]
    return min(made, default=now)


def _ending(today: date) -> Iterator[tuple[str, int, str]]:
    """Each credential's name, the days that are left, and what to do."""
    for name, expiry in json.loads(os.environ["EXPIRIES"]).items():
        yield name, (date.fromisoformat(expiry["ends"]) - today).days, expiry["description"]


def _is_told(left: int) -> bool:
    return left in DAYS_BEFORE or left <= 0


def _remind(name: str, left: int, description: str) -> str:
    environment = os.environ["PREFIX"].strip("/").replace("/", " ")
    when = (
        f"ends in {left} days" if left > 1 else {1: "ends tomorrow", 0: "ends today"}.get(left, "has ended")
    )
    boto3.client("sns").publish(
        TopicArn=os.environ["TOPIC"],
        Subject=f"{environment}: {name} {when}"[:100],  # Publish in botocore's documentation
        Message=f"{name} {when}.\n\n{description}\n\n"
        "Then write the new date into the system file (expiries).",
    )
    return name


def _overdue(now: datetime) -> Iterator[str]:
    """Entries whose rotation is late by more than Secrets Manager may take."""
    client = boto3.client("secretsmanager")
    for name, days in json.loads(os.environ["ROTATED"]).items():
        found = client.describe_secret(SecretId=os.environ["PREFIX"] + name)
        last = found.get("LastRotatedDate") or found["CreatedDate"]
        if now > last + timedelta(days=days) + ROTATION_GRACE:
            yield name
