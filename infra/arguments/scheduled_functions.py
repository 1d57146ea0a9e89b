"""What the functions that look after secrets are given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pulumi

from functions.snapshot_secrets.snapshot import FOLDER
from infra import iam
from infra.arguments.function_args import function_args
from infra.arguments.rotation import rotated
from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS
from infra.configuration.platform_secrets import MASTER_SECRET
from infra.data.storage import Storage
from infra.foundations.keys import Keys
from infra.functions.function import FunctionArgs
from infra.functions.scheduled import REMIND, SCHEDULES, SNAPSHOT_SECRETS
from infra.watching.alarm import Severity
from infra.watching.notifications import Notifications


def scheduled_functions(
    configuration: Configuration,
    keys: Keys,
    storage: Storage,
    entries: Mapping[str, pulumi.Output[str]],
    notifications: Notifications,
) -> dict[str, FunctionArgs]:
    """For the weekly snapshot of secrets, and for the daily reminders."""
    return {
        SNAPSHOT_SECRETS: _snapshot(configuration, keys, storage, entries, notifications),
        REMIND: _remind(configuration, keys, entries, notifications),
    }


def _snapshot(
    configuration: Configuration,
    keys: Keys,
    storage: Storage,
    entries: Mapping[str, pulumi.Output[str]],
    notifications: Notifications,
) -> FunctionArgs:
    naming, region = configuration.naming, configuration.naming.region
    # The master's password is the program's own, and nobody but the function that rotates is to read it.
    names = sorted(entries.keys() - {MASTER_SECRET})
    description = "Takes an encrypted snapshot of all secrets into the backups bucket"
    return replace(
        function_args(
            configuration, keys, notifications, "snapshot_secrets", description, severity=Severity.SEV2
        ),
        timeout=300,
        variables={
            "BUCKET": storage.names[BACKUPS],
            "ENTRIES": ",".join(names),
            "KEY": keys.secret_copies,
            "PREFIX": naming.secret(""),
        },
        statements=[
            iam.read_secrets([entries[name] for name in names]),
            iam.use_key([keys.secrets], via=f"secretsmanager.{region}.amazonaws.com", sid="UseSecretsKey"),
            iam.encrypt_copies(keys.secret_copies),
            iam.add_objects(storage.arns[BACKUPS], FOLDER),
            iam.use_key([keys.data], via=f"s3.{region}.amazonaws.com", sid="UseDataKey"),
        ],
        schedule=SCHEDULES[SNAPSHOT_SECRETS],
    )


def _remind(
    configuration: Configuration,
    keys: Keys,
    entries: Mapping[str, pulumi.Output[str]],
    notifications: Notifications,
) -> FunctionArgs:
    naming, topic = configuration.naming, notifications.topics[Severity.SEV3]
    days = {each.entry: each.days for each in rotated(configuration)}
    expiries = {
        expiry.name: {"ends": expiry.ends.isoformat(), "description": expiry.description}
        for expiry in configuration.system.expiries.values()
    }
    description = "Reminds of credentials that end, and counts overdue rotations"
    return replace(
        function_args(configuration, keys, notifications, "remind", description),
        variables={
            "EXPIRIES": json.dumps(expiries, sort_keys=True),
            "PREFIX": naming.secret(""),
            "ROTATED": json.dumps(days, sort_keys=True),
            "TOPIC": topic,
        },
        statements=[
            iam.describe_secrets([entries[name] for name in sorted(days)]),
            *iam.publish_encrypted(topic, keys.notifications, naming.region),
        ],
        schedule=SCHEDULES[REMIND],
    )
