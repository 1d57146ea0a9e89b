"""Brings a bucket's files back to a time (contract DR-6): copies on top, never takes a version away."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from operations.console import OperationFailed
from operations.environments import Connection
from operations.recovery.buckets import Meant
from operations.recovery.file_plan import Change, Plan, plan_for
from operations.recovery.in_parallel import THREADS, in_parallel
from operations.recovery.object_copies import Bucket, ask_back_from_archive, copy_on_top
from operations.recovery.object_versions import PAGE
from operations.recovery.progress import progress

# S3 answers "slow down" when many are at work; waiting longer each time is the answer that it asks for.
S3_CLIENT = Config(max_pool_connections=THREADS, retries={"mode": "standard", "total_max_attempts": 8})
# Credentials that have ended fail for every object alike: no use to go through all of them.
FAILURES_MAXIMUM = 50


@dataclass(frozen=True)
class Wanted:
    """Which files, and as of when.

    Args:
        bucket: where they are.
        prefix: how their keys begin; empty for all.
        moment: the time, in UTC.
    """

    bucket: Meant
    prefix: str
    moment: datetime


@dataclass
class Done:
    """What has happened.

    Args:
        began: the last second of S3's clock before anything was changed: the way back leads there.
        restored: each key with the version that was made of the older one.
        removed: what a delete marker hides now.
        waiting: what S3 brings back from its archive first.
        failed: each key with what S3 has said.
        differing: what the check afterwards has found.
        checked: it has found nothing.
        stopped: why not everything was tried.
    """

    began: datetime | None = None
    restored: dict[str, tuple[Change, str]] = field(default_factory=dict)
    removed: dict[str, Change] = field(default_factory=dict)
    waiting: dict[str, Change] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    differing: list[Change] = field(default_factory=list)
    checked: bool = False
    stopped: str = ""

    @property
    def copies(self) -> dict[str, str]:
        """Of which version each new one was made."""
        return {new: change.then.identifier for change, new in self.restored.values() if change.then}


def s3_of(connection: Connection, region: str) -> Any:
    """boto3's client of S3 for many requests at once."""
    return connection.session.client(
        "s3", region_name=region, endpoint_url=connection.endpoint_url, config=S3_CLIENT
    )


def clock_of(client: Any, bucket: Meant) -> datetime:
    """What time it is for S3, by whose clock versions are written.

    Raises:
        OperationFailed: the bucket is not there, keeps no versions, or cannot be asked.
    """
    try:
        answer = client.head_bucket(Bucket=bucket.name)
        versioning = client.get_bucket_versioning(Bucket=bucket.name).get("Status")
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(
            f"{bucket.name}: {error}. Is the environment deployed, and are these its credentials?"
        ) from None
    if versioning != "Enabled":
        # A copy would then overwrite the version of the identifier `null`.
        raise OperationFailed(
            f"{bucket.name}: found versioning {versioning or 'never switched on'}; needed: Enabled. "
            "Without it S3 has no older files, and would overwrite what there is."
        )
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])


def look(client: Any, wanted: Wanted, copies: Mapping[str, str], page: int = PAGE) -> Plan:
    """What has to be done.

    Raises:
        OperationFailed: AWS refused.
    """
    try:
        return plan_for(client, wanted.bucket.name, wanted.prefix, wanted.moment, copies, page)
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(f"{wanted.bucket.name}: {error}. Nothing was changed.") from None


def carry_out(client: Any, wanted: Wanted, plan: Plan, done: Done) -> None:
    """Does what the plan says, and writes down in `done` what has happened, whatever interrupts it."""
    done.began = clock_of(client, wanted.bucket)
    # S3 tells whole seconds: so nothing that is written here falls into the one that leads back.
    while clock_of(client, wanted.bucket) <= done.began:
        time.sleep(0.1)
    with progress("Files", len(plan.changes)) as step:
        work = partial(_do, Bucket(client, wanted.bucket.name), done)
        with closing(in_parallel(work, plan.changes)) as ended:
            for _ in ended:
                step()
                if len(done.failed) >= FAILURES_MAXIMUM:
                    done.stopped = f"{FAILURES_MAXIMUM} files have failed; the others were not tried"
                    return


def check(client: Any, wanted: Wanted, copies: Mapping[str, str], done: Done) -> None:
    """Lists the bucket anew and compares it with the time; what waits or has failed is told already.

    Raises:
        OperationFailed: AWS refused; what was done stays.
    """
    try:
        left = plan_for(
            client, wanted.bucket.name, wanted.prefix, wanted.moment, {**copies, **done.copies}
        ).changes
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(f"{wanted.bucket.name}: the check could not be made: {error}") from None
    known = done.waiting.keys() | done.failed.keys()
    done.differing = [change for change in left if change.key not in known]
    done.checked = not done.differing


def _do(bucket: Bucket, done: Done, change: Change) -> None:
    """Does one key, and notes it at once: an interruption waits for what runs, and leaves nothing untold."""
    client, name = bucket.client, bucket.name
    try:
        if change.then is None:
            # Without the identifier of a version S3 only adds a marker (DeleteObject in its API reference).
            client.delete_object(Bucket=name, Key=change.key)
            done.removed[change.key] = change
        elif change.then.archived and not ask_back_from_archive(client, name, change.then):
            done.waiting[change.key] = change
        else:
            done.restored[change.key] = (change, copy_on_top(bucket, change.then))
    except (BotoCoreError, ClientError) as error:
        done.failed[change.key] = str(error)
