"""The way on from a deployment that stands half-way: to its end, or back to the versions before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra.configuration import Configuration
from infra.configuration.images import release_name
from infra.configuration.taken_back_release import TakenBack
from operations import releases, taken_back_file
from operations.console import OperationError
from operations.deployment import way_back
from operations.deployment.records import Outcome, Record, Records
from operations.environments import Connection
from operations.recovery.release_standing import Migration, ReleaseStanding
from operations.release_history import Release, release_at
from operations.release_history import releases as all_releases
from operations.versions import stack_file, versions

State = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What a person asks for.

    Args:
        back: to the versions before, also where nothing says that the release is bad.
        forward: to its end, also where something does.
        to: a revision whose versions are taken; empty for those that were good last.
        owner_gone: a person has seen that whoever holds the stack's lock has ended.
        answers: ids that people have looked up in AWS by URN; empty for what AWS has not made.
    """

    back: bool = False
    forward: bool = False
    to: str = ""
    owner_gone: bool = False
    answers: Mapping[str, str] | None = None

    def check(self) -> None:
        """Sees that it can be meant.

        Raises:
            OperationError: it says both.
        """
        if self.forward and (self.back or self.to):
            raise OperationError("found --forward, and --back or --to; allowed: one of them.")


class WayBack:
    """The versions before, and how a stack file says them.

    Args:
        root: the checkout, with its history.
        configuration: the environment.
        connection: to its account.
        records: of its deployments.
    """

    def __init__(
        self, root: Path, configuration: Configuration, connection: Connection, records: Records
    ) -> None:
        self._root, self._configuration, self._connection = root, configuration, connection
        self._records = records
        self._environment = configuration.settings.environment.value
        self._file = stack_file(root, self._environment)

    def chosen(self, to: str, standing: ReleaseStanding, state: State) -> dict[str, Any]:
        """What is gone back to, for `Run.about`: `images`, `revision`, `takenBack`, `bad`, `good`.

        Args:
            to: a revision; empty for what was good last.
            standing: of the release.
            state: of the engine.

        Raises:
            NoWayBack: a migration that cannot be undone has begun, or may have.
            OperationFailed: nothing is known to go back to.
            OperationError: there is no such revision.
        """
        history = all_releases(self._root, self._file)
        bad, good = self._records_of(to)
        migrates = self._configuration.system.migration
        version = bad.images.get(migrates.service, "") if migrates else ""
        never = [version] if standing.migration(version) is Migration.NONE else []
        snapshot = self._snapshot(version) if version else ""
        way_back.check_migration(
            self._configuration, self._file, history, bad, good, never_begun=never, snapshot=snapshot
        )
        present = self._configuration.settings.taken_back
        taken = way_back.taken_back(migrates.service, bad, good, state, present) if migrates else TakenBack()
        return {
            "bad": bad.id,
            "good": good.id,
            "revision": self._revision(history, good, to),
            "images": dict(good.images),
            "takenBack": [taken.left, taken.now],
        }

    def _records_of(self, to: str) -> tuple[Record, Record]:
        begun = [each for each in self._records.newest_first() if each.outcome.begun]
        if not to:
            return way_back.last_and_good(begun, asked=True)
        found = release_at(self._root, self._file, to)
        if found is None:
            raise OperationError(
                f"{self._file.name}: {to}: found no release there; make rollback ENV={self._environment} "
                "LIST=1 shows them."
            )
        running = Record("what the stack file has", self._environment, "", versions(self._file), "", "")
        bad = begun[0] if begun else running
        return bad, replace(bad, id=f"revision {found.commit}", commit=found.commit, images=found.images)

    def _revision(self, history: list[Release], good: Record, to: str) -> str:
        if to:
            return to
        commits = [each.commit for each in history if dict(each.images) == dict(good.images) and each.commit]
        return commits[0] if commits else good.commit

    def _snapshot(self, version: str) -> str:
        """The snapshot from before a version's migration; empty where there is none."""
        generation = self._configuration.settings.database.generations.current
        instance = self._configuration.naming.database(generation)
        pages = (
            self._connection.client("rds")
            .get_paginator("describe_db_snapshots")
            .paginate(DBInstanceIdentifier=instance)
        )
        begins = f"{instance}-before-{release_name(version)}"
        found = [
            str(each["DBSnapshotIdentifier"])
            for page in pages
            for each in page["DBSnapshots"]
            if str(each["DBSnapshotIdentifier"]).startswith(begins)
        ]
        return max(found, default="")

    def is_written(self, about: Mapping[str, Any]) -> bool:
        """Whether the stack file says it."""
        text = self._file.read_text(encoding="utf-8")
        wanted = taken_back_file.written(text, TakenBack(*about["takenBack"]))
        return versions(self._file) == about["images"] and wanted == text

    def write(self, about: Mapping[str, Any]) -> str:
        """Writes it, as `make rollback` does; what it was before is marked as rolled back."""
        taken_back_file.write(self._file, TakenBack(*about["takenBack"]))
        for each in self._records.newest_first():
            if each.id == about["bad"] and each.outcome is not Outcome.ROLLED_BACK:
                self._records.save(each.with_outcome(Outcome.ROLLED_BACK, "by recover deployment"))
        releases.roll_back(self._root, self._environment, about["revision"])
        return f"{self._file.name} has the versions of {about['good']}"
