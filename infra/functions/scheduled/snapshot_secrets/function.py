"""The weekly encrypted snapshot of all secrets, in the backups bucket (contract SEC-4)."""

from __future__ import annotations

from dataclasses import replace

from functions.snapshot_secrets.snapshot import FOLDER, OUTSIDE_FOLDER
from infra import iam
from infra.configuration.buckets import BACKUPS
from infra.configuration.platform_secrets import MASTER_SECRET
from infra.foundations.encryption_key import SECRET_COPIES
from infra.functions.function import FunctionArgs
from infra.functions.scheduled_function import ScheduledFunction, Surroundings


def _complete(args: FunctionArgs, given: Surroundings) -> FunctionArgs:
    naming, keys, storage, entries = args.common.naming, given.keys, given.storage, given.entries
    # The master's password is the program's own, and nobody but the function that rotates is to read it.
    names = sorted(entries.keys() - {MASTER_SECRET})
    outside = naming.in_backup_account
    outside_key = outside.alias_arn(SECRET_COPIES) if outside else None
    return replace(
        args,
        timeout=300,
        variables={
            "BUCKET": storage.names[BACKUPS],
            "ENTRIES": ",".join(names),
            "KEY": keys.secret_copies,
            **({"OUTSIDE_KEY": outside_key} if outside_key else {}),
            "PREFIX": naming.secret(""),
        },
        statements=[
            *iam.encrypted.read_values(
                [entries[name] for name in names], iam.Key(keys.secrets, naming.region)
            ),
            iam.encrypt_copies(keys.secret_copies),
            *([iam.encrypt_copies_outside(outside_key)] if outside_key else []),
            *iam.encrypted.add_objects(
                [storage.arns[BACKUPS]],
                [FOLDER, *([OUTSIDE_FOLDER] if outside_key else [])],
                iam.Key(keys.data, naming.region),
            ),
        ],
    )


FUNCTION = ScheduledFunction(
    name="snapshot-secrets",
    description="Takes an encrypted snapshot of all secrets into the backups bucket",
    # Runbook 003: every week; before it, the daily backup is done.
    schedule="cron(0 3 ? * SUN *)",
    complete=_complete,
)
