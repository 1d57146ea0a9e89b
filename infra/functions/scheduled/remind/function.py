"""Reminders of credentials that end, and counts of overdue rotations and copies out of step (ALM-15)."""

from __future__ import annotations

import json
from dataclasses import replace

from functions.snapshot_secrets.snapshot import FOLDER
from infra import iam
from infra.configuration.buckets import BACKUPS
from infra.configuration.rotation import rotated
from infra.configuration.severities import Severity
from infra.configuration.system import reminders
from infra.functions.function import FunctionArgs
from infra.functions.scheduled_function import ScheduledFunction, Surroundings


def _complete(args: FunctionArgs, given: Surroundings) -> FunctionArgs:
    configuration, keys, storage, entries = given.configuration, given.keys, given.storage, given.entries
    topic = given.notifications.topics[Severity.SEV3]
    days = {each.entry: each.days for each in rotated(configuration)}
    # Every entry has a copy where one has (infra/wiring/data.py).
    replicated = sorted(entries) if configuration.settings.copies else []
    return replace(
        args,
        variables={
            "BUCKET": storage.names[BACKUPS],
            "EXPIRIES": reminders(configuration.system.expiries.values()),
            "COPIES": "yes" if replicated else "no",
            "PREFIX": args.common.naming.secret(""),
            "ROTATED": json.dumps(days, sort_keys=True),
            "SNAPSHOTS": FOLDER,
            "TOPIC": topic,
        },
        statements=[
            iam.describe_secrets([entries[name] for name in sorted({*days, *replicated})]),
            *([iam.list_secrets()] if replicated else []),
            iam.list_folder(storage.arns[BACKUPS], FOLDER),
            *iam.publish_encrypted(topic, keys.notifications, args.common.naming.region),
        ],
    )


FUNCTION = ScheduledFunction(
    name="remind",
    description="Reminds of credentials that end, and counts overdue rotations",
    # When people are at work.
    schedule="cron(0 8 * * ? *)",
    complete=_complete,
)
