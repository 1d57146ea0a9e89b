"""Files that were overwritten and deleted: all of them come back, and no version is ever deleted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rehearsal.disasters.stage import Stage, stage

Say = Callable[[str], None]
NAME = "files-lost"
BUCKET = "documents"
FILES = 60

# Of what AWS does on the day nothing is seen here.
NOT_REHEARSED = (
    "how long S3 takes: the command says how long about, before it asks",
    "versions in Glacier, which come back within hours and by the same command again",
    "what services write while it runs: the command's own check finds it",
)


@dataclass(frozen=True)
class FilesRehearsed:
    """What became of it.

    Args:
        environment: where.
        written: files that there were before the disaster.
        overwritten: of these, with something else.
        deleted: of these, by a marker.
        created: files that were not there before.
        back: files that are there as they were, by content, type and metadata.
        wrong: those that are not, and what is there and was not.
        versions: that there were when the command began; markers among them.
        versions_gone: of these, after it.
        undone: files that the way back, which the command tells, has brought to what they were after the
            disaster.
        seconds: of the command, here.
    """

    environment: str
    written: int
    overwritten: int
    deleted: int
    created: int
    back: int
    wrong: tuple[str, ...]
    versions: int
    versions_gone: int
    undone: int
    seconds: float

    @property
    def good(self) -> bool:
        """Whether the promise holds: all is back, nothing else is there, and nothing was removed for it."""
        return self.back == self.written and not self.wrong and not self.versions_gone

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {
            "disaster": NAME,
            "environment": self.environment,
            "good": self.good,
            "files": {
                "written": self.written,
                "overwritten": self.overwritten,
                "deleted": self.deleted,
                "created": self.created,
                "back": self.back,
                "wrong": list(self.wrong),
                "undone": self.undone,
            },
            "versions": {"before": self.versions, "gone": self.versions_gone},
            "here": round(self.seconds, 2),
            "notRehearsed": list(NOT_REHEARSED),
        }

    def lines(self) -> list[str]:
        """What is said of it."""
        wrong = f"; WRONG: {', '.join(self.wrong)}" if self.wrong else ""
        changed = f"{self.overwritten} were overwritten, {self.deleted} deleted"
        after = self.written - self.deleted + self.created
        return [
            f"files: of {self.written}, {changed}; {self.created} more were put there",
            f"back: {self.back} of {self.written}, in {self.seconds:.1f} s here{wrong}",
            f"versions: {self.versions} when the command began, {self.versions_gone} of them gone after it",
            f"the way back that it tells: {self.undone} of {after} files are as they were after the disaster",
        ]


def rehearse(
    root: Path, environment: str, engine: Path, say: Say, system: Path | None = None
) -> FilesRehearsed:
    """Loses files of a deployed environment, and has the command bring them back.

    Raises:
        CommandFailed: the command, or the engine, did not.
    """
    say(f"deploying {environment}")
    with stage(root, environment, engine, data=False, system=system) as on_stage:
        return rehearse_on(on_stage, say)


def rehearse_on(on_stage: Stage, say: Say) -> FilesRehearsed:
    """The same, where something is deployed already.

    Raises:
        CommandFailed: the command did not.
    """
    files = Files(on_stage)
    _write(files)
    before, asked = files.shown(), _between_seconds()
    overwritten, deleted, created = _destroy(files)
    destroyed, versions = files.shown(), files.versions()
    say(f"{len(overwritten)} files overwritten, {len(deleted)} deleted; running `recover files`")
    began = time.monotonic()
    record = _recover(on_stage, asked)
    seconds = time.monotonic() - began
    there, left = files.shown(), files.versions()
    say("and back, by the command that it tells")
    _recover(on_stage, datetime.fromisoformat(record["began"]))
    again = files.shown()
    return FilesRehearsed(
        environment=on_stage.configuration.settings.environment.value,
        written=len(before),
        overwritten=len(overwritten),
        deleted=len(deleted),
        created=len(created),
        back=sum(there.get(key) == file for key, file in before.items()),
        wrong=tuple(sorted(key for key in before.keys() | there.keys() if before.get(key) != there.get(key))),
        versions=len(versions),
        versions_gone=len(versions - left),
        undone=sum(again.get(key) == file for key, file in destroyed.items()),
        seconds=seconds,
    )


class Files:
    """The bucket, as a service sees it.

    Args:
        on_stage: where it was deployed.
    """

    def __init__(self, on_stage: Stage) -> None:
        self._stage = on_stage
        self._name = on_stage.configuration.naming.bucket(BUCKET)

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self._stage.call("s3", operation, Bucket=self._name, **parameters)

    def put(self, key: str, body: str) -> None:
        """Writes a file, with a type and metadata of its own."""
        by = hashlib.sha256(body.encode()).hexdigest()[:8]
        self._call("put_object", Key=key, Body=body.encode(), ContentType="text/plain", Metadata={"by": by})

    def delete(self, key: str) -> None:
        """Deletes it as applications do: a marker hides it."""
        self._call("delete_object", Key=key)

    def shown(self) -> dict[str, tuple[bytes, str, Mapping[str, str]]]:
        """What a reader sees: content, type and metadata of each file."""
        keys = [each["Key"] for each in self._call("list_objects_v2").get("Contents", ())]
        found = {key: self._call("get_object", Key=key) for key in keys}
        return {
            key: (each["Body"].read(), each["ContentType"], each["Metadata"]) for key, each in found.items()
        }

    def versions(self) -> set[tuple[str, str]]:
        """All versions and markers that there are, by key."""
        listed = self._call("list_object_versions")
        return {
            (each["Key"], each["VersionId"])
            for kind in ("Versions", "DeleteMarkers")
            for each in listed.get(kind, ())
        }


def _write(files: Files) -> None:
    """Files, a third of them written twice, and some that were deleted before anything happened."""
    for number in range(FILES + 5):
        files.put(_key(number), f"invoice {number}")
        if number % 3 == 0:
            files.put(_key(number), f"invoice {number}, corrected")
    # In one second a version and a marker cannot be told apart (docs/recovery.md).
    _between_seconds()
    for number in range(FILES, FILES + 5):
        files.delete(_key(number))


def _destroy(files: Files) -> tuple[list[str], list[str], list[str]]:
    """A script gone wrong: overwrites, deletes, and puts its own beside them, where deleted ones were too."""
    overwritten = [_key(number) for number in range(0, FILES, 4)]
    deleted = [_key(number) for number in range(1, FILES, 4)]
    created = [*(_key(number) for number in range(FILES, FILES + 5)), "2026/readme.txt"]
    for key in overwritten:
        files.put(key, "garbage")
    for key in deleted:
        files.delete(key)
    for key in created:
        files.put(key, "not there before")
    _between_seconds()
    return overwritten, deleted, created


def _key(number: int) -> str:
    return f"2026/{number % 12 + 1:02d}/{number}.txt"


def _between_seconds() -> datetime:
    """A time after all that was written, and before all that will be: S3 tells whole seconds."""
    time.sleep(1.05)
    now = datetime.now(UTC)
    time.sleep(1.05)
    return now


def _recover(on_stage: Stage, to: datetime) -> dict[str, Any]:
    return on_stage.command("recover", "files", BUCKET, "--to", to.isoformat(), "--yes")
