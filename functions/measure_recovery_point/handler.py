"""A measurement, every few minutes, of the newest time to which the database can be restored.

That is what would be lost if the database were lost now: the recovery point itself (contract DR-5). RDS tells
it (LatestRestorableTime) and measures it nowhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3

from functions.measure_recovery_point.metrics import RESTORABLE_AGE_MINUTES
from functions.shared import metrics


def handle(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Called by the clock. A `time` in the event stands for now, to try it."""
    now = datetime.fromisoformat(event["time"]) if "time" in event else datetime.now(UTC)
    answer = boto3.client("rds").describe_db_instances(DBInstanceIdentifier=os.environ["DATABASE"])
    (instance,) = answer["DBInstances"]
    # Before its first backup an instance can be restored to nothing: what it holds is as old as it is.
    restorable = instance.get("LatestRestorableTime") or instance.get("InstanceCreateTime") or now
    minutes = max(0.0, (now - restorable).total_seconds() / 60)
    metrics.write(RESTORABLE_AGE_MINUTES, round(minutes, 1), restorable=restorable.isoformat())
    return {"minutes": round(minutes, 1)}
