"""Records of deployments: what, when, by whom, how it went; in the backups bucket, below `deployments/`.

The commands after a deployment read it: which release was good before, since when alarms count, whether
somebody has not ended. Nothing of it is secret: digests, names, times.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS
from infra.configuration.buckets import DEPLOYMENTS as FOLDER
from operations.console import OperationFailed
from operations.environments import Connection

_NOT_THERE = ("NoSuchBucket", "404")


class Outcome(StrEnum):
    """How a deployment has gone so far."""

    DECLARED = "declared"  # an emergency, before it is deployed
    UNDER_WAY = "under way"
    DEPLOYED = "deployed"  # the engine is done; nobody has looked at it for long enough
    GOOD = "good"  # watched to the end
    FAILED = "failed"  # the engine ended with an error
    LOCKED_OUT = "locked out"  # by another deployment; nothing was done
    INTERRUPTED = "interrupted"
    CHECKS_FAILED = "checks failed"  # of smoke or gate
    ALARM = "alarm"  # in the watch
    ROLLED_BACK = "rolled back"

    @property
    def begun(self) -> bool:
        """Whether anything was done yet."""
        return self not in (Outcome.DECLARED, Outcome.LOCKED_OUT)

    @property
    def bad(self) -> bool:
        """Whether the way back leads away from it."""
        return self in (Outcome.FAILED, Outcome.CHECKS_FAILED, Outcome.ALARM)


@dataclass(frozen=True)
class Record:
    """One deployment.

    Args:
        id: its name: the time and the commit.
        environment: where.
        commit: of the checkout; empty for one without git.
        images: the version of each service.
        who: deployed it.
        began: ISO 8601, UTC.
        ended: the same; empty while it is under way.
        outcome: how it went.
        run: the address of the CI's run; empty for a person's.
        notes: what commands have found, a line each.
        reason: of an emergency; empty for an ordinary one.
        second: the second person of an emergency.
        skipped: the commands that an emergency has left out.
    """

    id: str
    environment: str
    commit: str
    images: Mapping[str, str]
    who: str
    began: str
    ended: str = ""
    outcome: Outcome = Outcome.UNDER_WAY
    run: str = ""
    notes: tuple[str, ...] = ()
    reason: str = ""
    second: str = ""
    skipped: tuple[str, ...] = field(default=())

    @property
    def since(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.began)

    def with_outcome(self, outcome: Outcome, *notes: str) -> Record:
        """The same, gone further."""
        return replace(self, outcome=outcome, notes=(*self.notes, *notes))

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {**asdict(self), "notes": list(self.notes), "skipped": list(self.skipped)}

    @staticmethod
    def of(content: Mapping[str, Any]) -> Record:
        """A kept one; what a later version has added is left out."""
        known = {name: content[name] for name in Record.__dataclass_fields__ if name in content}
        for name in ("notes", "skipped"):
            known[name] = tuple(known.get(name, ()))
        return Record(**{**known, "outcome": Outcome(known["outcome"])})


def begun(environment: str, commit: str, images: Mapping[str, str], now: datetime) -> Record:
    """A deployment that begins now, by whoever runs this."""
    now = now.astimezone(UTC)
    return Record(
        id=f"{now:%Y-%m-%dT%H%M%S.%fZ}-{commit[:8] or 'uncommitted'}",
        environment=environment,
        commit=commit,
        images=dict(images),
        who=person(),
        began=now.isoformat(),
        run=run_address(os.environ),
    )


def person() -> str:
    """Who runs this: GitHub's user, or the one of this machine."""
    actor = os.environ.get("GITHUB_ACTOR")
    return actor or f"{getpass.getuser()}@{socket.gethostname()}"


def run_address(variables: Mapping[str, str]) -> str:
    """The address of GitHub's run; empty elsewhere (GitHub docs, "Default environment variables")."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (variables.get(name, "") for name in names)
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""


class Records:
    """The deployments of an environment.

    Args:
        s3: boto3's client.
        bucket: the backups bucket. Before the first deployment there is none: then there are no records.
    """

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket

    def newest_first(self) -> Iterator[Record]:
        """All of them.

        Raises:
            OperationFailed: the bucket cannot be read.
        """
        try:
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=FOLDER)
            keys = sorted((each["Key"] for page in pages for each in page.get("Contents", ())), reverse=True)
            for key in keys:
                body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
                yield Record.of(json.loads(body))
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NOT_THERE:
                raise self._unusable(error) from None
        except BotoCoreError as error:
            raise self._unusable(error) from None

    def latest(self) -> Record | None:
        """The last one that has done something; None before the first."""
        return next((each for each in self.newest_first() if each.outcome.begun), None)

    def save(self, record: Record) -> bool:
        """Keeps it; False when there is no bucket yet.

        Raises:
            OperationFailed: the bucket cannot be written.
        """
        body = json.dumps(record.as_json(), indent=2, sort_keys=True).encode()
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=f"{FOLDER}{record.id}.json",
                Body=body,
                ContentType="application/json",
                # A locked bucket takes nothing whose arrival it cannot check (S3 user guide, "Object Lock").
                ChecksumAlgorithm="SHA256",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_THERE:
                return False
            raise self._unusable(error) from None
        except BotoCoreError as error:
            raise self._unusable(error) from None
        return True

    def note(self, outcome: Outcome, *notes: str) -> None:
        """Writes to the last one how it has gone on; nothing where there is none."""
        record = self.latest()
        if record is not None:
            self.save(record.with_outcome(outcome, *notes))

    def _unusable(self, error: Exception) -> OperationFailed:
        return OperationFailed(
            f"s3://{self._bucket}/{FOLDER}: {str(error).rstrip('.')}. Deployments are written down there."
        )


def records_of(configuration: Configuration, connection: Connection) -> Records:
    """The records of an environment."""
    return Records(connection.client("s3"), configuration.naming.bucket(BACKUPS))
