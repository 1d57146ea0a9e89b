"""A recovery that is under way: written down in the backups bucket, where it keeps a second person out."""

from __future__ import annotations

import getpass
import json
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.shared.recoveries import CURRENT, FOLDER
from operations.backup.manifest import Manifests
from operations.console import OperationFailed

# How one ends; with any other outcome it is under way, and the same command goes on.
ENDED = ("done", "given up")
TIME_FORMAT = "%Y-%m-%dT%H%M%SZ"  # in the names of records
# S3's answers to a conditional request (PutObject in its API reference).
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
_NOT_THERE = ("NoSuchKey", "404")


@dataclass
class Run:
    """A recovery that somebody has begun.

    Args:
        id: its name in records.
        kind: of the recovery.
        who: began it, or took it over.
        since: when it began.
        about: what was decided at the beginning, for whoever goes on.
        steps: what each one did: `began`, `ended`, `note`.
        decisions: what people agreed to, with the time.
        outcome: `under way`, `done`, or `given up` when the region was lost meanwhile.
    """

    id: str
    kind: str
    who: str
    since: str
    about: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    decisions: list[str] = field(default_factory=list)
    outcome: str = "under way"
    version: str = ""

    @property
    def began(self) -> datetime:
        """When."""
        return datetime.fromisoformat(self.since)

    def as_json(self) -> dict[str, Any]:
        """What is written down."""
        return {name: value for name, value in asdict(self).items() if name != "version"}


def person(arn: str) -> str:
    """Who this is: the identity in AWS, and the person at this machine."""
    return f"{getpass.getuser()}@{socket.gethostname()} as {arn.rpartition(':')[2]}"


class Runs:
    """The recoveries of an environment, in its backups bucket.

    Args:
        s3: boto3's client.
        bucket: the name.
        who: as `person` tells it; nothing for one who only looks.
    """

    def __init__(self, s3: Any, bucket: str, who: str = "") -> None:
        self._s3, self._bucket, self.who = s3, bucket, who

    @property
    def manifests(self) -> Manifests:
        """The backups on demand, which are beside them."""
        return Manifests(self._s3, self._bucket)

    def current(self) -> Run | None:
        """The one that is under way; None when none is."""
        found = self._latest()
        return found if found is not None and found.outcome not in ENDED else None

    def _latest(self) -> Run | None:
        """The one that is under way, or the last one."""
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=CURRENT)
        except ClientError as error:
            if _code(error) in _NOT_THERE:
                return None
            raise self._unusable(error) from None
        except BotoCoreError as error:
            raise self._unusable(error) from None
        return Run(**json.loads(found["Body"].read()), version=found["ETag"])

    def begin(self, kind: str, about: Mapping[str, Any], now: datetime, *, outranks: bool = False) -> Run:
        """Begins a recovery.

        Args:
            kind: of it.
            about: what was decided.
            now: when it begins.
            outranks: one of another kind ends with it.

        Raises:
            OperationFailed: another one is under way, or the bucket cannot be written.
        """
        run, last = self.imagined(kind, about, now), self._latest()
        if last is not None and last.outcome not in ENDED and last.kind != kind and outranks:
            run.decisions.append(f"the recovery of {last.kind} that {last.who} began at {last.since} ends")
            last.outcome = "given up"
        ended = last is not None and last.outcome in ENDED
        self._put(run, **({"IfMatch": last.version} if last and ended else {"IfNoneMatch": "*"}))
        return run

    def imagined(self, kind: str, about: Mapping[str, Any], now: datetime | None = None) -> Run:
        """One that nobody has begun, to show its plan."""
        since = (now or datetime.now(UTC)).astimezone(UTC)
        return Run(f"{since:{TIME_FORMAT}}-{kind}", kind, self.who, since.isoformat(), dict(about))

    def take(self, run: Run, *, over: bool) -> Run:
        """Goes on with one that is under way.

        Args:
            run: it.
            over: also when somebody else has begun it.

        Raises:
            OperationFailed: it is somebody else's.
        """
        if run.who != self.who:
            if not over:
                raise OperationFailed(
                    f"{run.who} recovers {run.kind} since {run.began:%Y-%m-%d %H:%M} UTC "
                    f"(s3://{self._bucket}/{CURRENT}). Talk to each other. If nobody is at it any more: "
                    "the same command with --take-over goes on where it stopped."
                )
            run.decisions.append(f"taken over from {run.who} by {self.who}")
            run.who = self.who
            self.save(run)
        return run

    def save(self, run: Run) -> None:
        """Writes down how far it is.

        Raises:
            OperationFailed: somebody has taken it over.
        """
        self._put(run, IfMatch=run.version)

    def end(self, run: Run, report: str) -> str:
        """Writes the record and lets the next one begin; answers the record's address.

        That it has ended is written before it is deleted: S3 copies to the other region what is written, and
        no deletion; when this region is lost, nobody could begin there.

        Args:
            run: with its outcome.
            report: for people, as Markdown.
        """
        record = f"{FOLDER}{run.id}"
        body = json.dumps(run.as_json(), indent=2, sort_keys=True)
        try:
            for ending, kind, text in (("json", "application/json", body), ("md", "text/markdown", report)):
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=f"{record}.{ending}",
                    Body=text.encode(),
                    ContentType=kind,
                    ChecksumAlgorithm="SHA256",
                )
            self.save(run)
            self._s3.delete_object(Bucket=self._bucket, Key=CURRENT)
        except (BotoCoreError, ClientError) as error:
            raise self._unusable(error) from None
        return f"s3://{self._bucket}/{record}.md"

    def _put(self, run: Run, **condition: str) -> None:
        body = json.dumps(run.as_json(), sort_keys=True).encode()
        try:
            answer = self._s3.put_object(
                Bucket=self._bucket,
                Key=CURRENT,
                Body=body,
                ContentType="application/json",
                ChecksumAlgorithm="SHA256",
                **condition,
            )
        except ClientError as error:
            if _code(error) in (*_TAKEN, *_NOT_THERE):
                last = self._latest()
                if last is not None and last.as_json() == run.as_json():
                    run.version = last.version  # the answer was lost, and botocore has asked again
                    return
                other = self.current()
                who = f"{other.who} recovers {other.kind} since {other.since}" if other else "it has ended"
                raise OperationFailed(f"s3://{self._bucket}/{CURRENT}: {who}.") from None
            raise self._unusable(error) from None
        except BotoCoreError as error:
            raise self._unusable(error) from None
        run.version = answer["ETag"]

    def _unusable(self, error: Exception) -> OperationFailed:
        return OperationFailed(
            f"s3://{self._bucket}/{FOLDER}: {str(error).rstrip('.')}. A recovery is written down there, so "
            "that two people do not begin one each."
        )


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
