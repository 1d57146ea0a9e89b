"""The way back from a release that went wrong: whether it may be taken by itself, and to which release.

By hand it is `make rollback`, then `make deploy`; the automatic way is the same two commands, after this has
agreed. It does not where going back would break more: a migration that the version before cannot work with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from commands.errors import CommandError, Exit
from infra.configuration import Configuration
from infra.configuration.images import release_name
from infra.configuration.taken_back_release import TakenBack
from operations import releases, taken_back_file
from operations.console import OperationFailed
from operations.deployment.records import Outcome, Record, Records
from operations.release_history import Release
from operations.release_history import releases as all_releases
from operations.versions import Changes, stack_file


class NoWayBack(CommandError):
    """The migration of the release cannot be undone."""

    code = Exit.NO_WAY_BACK


def roll_back(
    root: Path, configuration: Configuration, records: Records, state: Callable[[], Mapping[str, Any]]
) -> tuple[Release, Changes]:
    """Writes the last good versions into the stack file, when the last deployment went wrong.

    With them `takenBack` is written: nothing is migrated, no snapshot is waited for, and the one from before
    the migration of what is taken back stays.

    Args:
        root: the checkout, with its history.
        configuration: the environment.
        records: of its deployments; the last one is marked as rolled back.
        state: gives the engine's, as `pulumi stack export` does; it is called where something migrates.

    Returns:
        The release, and what changed.

    Raises:
        NoWayBack: a migration since then cannot be undone. Nothing was written.
        OperationFailed: nothing is to be taken back, or the state cannot be read. Nothing was written.
    """
    environment = configuration.settings.environment.value
    file = stack_file(root, environment)
    bad, good = good_before(each for each in records.newest_first() if each.outcome.begun)
    history = all_releases(root, file)
    check_migration(configuration, file, history, bad, good)
    commits = [each.commit for each in history if dict(each.images) == dict(good.images) and each.commit]
    if not commits:
        raise OperationFailed(
            f"the history of {file.name} has no commit with the versions of {good.id}; is all of it here "
            "(git fetch --unshallow)?"
        )
    migration = configuration.system.migration
    if migration is not None:
        # First: while `images` has other versions it means nothing.
        present = configuration.settings.taken_back
        taken_back_file.write(file, taken_back(migration.service, bad, good, state(), present))
    chosen = releases.roll_back(root, environment, commits[0])
    records.save(bad.with_outcome(Outcome.ROLLED_BACK))
    return chosen


def taken_back(
    service: str, bad: Record, good: Record, state: Mapping[str, Any], present: TakenBack
) -> TakenBack:
    """The section `takenBack` of the stack file, for the versions that are gone back to.

    Of a deployment that never came to its migration nothing stands. What stood before it, with the version
    that serves again, goes on being said: without that the engine would remove its snapshot.

    Args:
        service: that migrates.
        bad: what is deployed.
        good: what is gone back to.
        state: of the engine, as `pulumi stack export` gives it.
        present: what the stack file says.
    """
    left, now = bad.images.get(service, ""), good.images.get(service, "")
    reached = {
        str((each.get("inputs") or {}).get("keepers", {}).get("version"))
        for each in (state.get("deployment") or {}).get("resources") or ()
        if "groundwork:release:Release$random:" in each["urn"] and not each.get("delete")
    }
    if left != now and release_name(left) in reached:
        return TakenBack(left, now)
    return present if present.now == now else TakenBack()


def good_before(records: Iterable[Record]) -> tuple[Record, Record]:
    """The last deployment, which went wrong, and the last good one before it.

    Args:
        records: the newest first.

    Raises:
        OperationFailed: there is nothing to take back.
    """
    return last_and_good(records, asked=False)


def last_and_good(records: Iterable[Record], *, asked: bool) -> tuple[Record, Record]:
    """The same; where a person has asked for it, also of a deployment that has not gone wrong.

    Args:
        records: the newest first.
        asked: a person has.

    Raises:
        OperationFailed: there is nothing to take back, or to go back to.
    """
    newest = iter(records)
    latest = next(newest, None)
    if latest is None:
        raise OperationFailed("no deployment is written down, so there is nothing to take back.")
    if not latest.outcome.bad and not asked:
        raise OperationFailed(
            f"the last deployment ({latest.id}) is {latest.outcome}: nothing is to be taken back by itself. "
            "By hand: make rollback, without AUTOMATIC."
        )
    good = next((each for each in newest if each.outcome is Outcome.GOOD), None)
    if good is None:
        raise OperationFailed(
            "no earlier deployment was good to the end of its watch, so nothing is known to go back to. "
            "By hand: make rollback LIST=1 shows the releases, TO=… takes one."
        )
    if dict(good.images) == dict(latest.images):
        raise OperationFailed(
            "the versions are those that were good before: what went wrong is not the release's images but "
            "the program or the environment. Revert the commit, or repair and `make deploy` again."
        )
    return latest, good


def check_migration(  # the last two are a recovery's
    configuration: Configuration,
    file: Path,
    history: Sequence[Release],
    bad: Record,
    good: Record,
    never_begun: Collection[str] = (),
    snapshot: str = "",
) -> None:
    """Sees that every migration since the good release can be undone, or can stand.

    Args:
        configuration: the environment.
        file: its stack file, for the message.
        history: its releases, the newest first.
        bad: what is deployed.
        good: where it would go back to.
        never_begun: versions whose migration is known not to have begun.
        snapshot: of the database from before the migration, where it is known.

    Raises:
        NoWayBack: one is named in `migration.irreversible`.
    """
    migration = configuration.system.migration
    if migration is None or not migration.irreversible:
        return
    left = {bad.images.get(migration.service, "")}
    for release in history:
        if dict(release.images) == dict(good.images):
            break
        left.add(release.images.get(migration.service, ""))
    left.discard(good.images.get(migration.service, ""))
    named = sorted(left.intersection(migration.irreversible).difference(never_begun))
    if named:
        instance = configuration.naming.database(configuration.settings.database.generations.current)
        raise NoWayBack(_page(file, named, bad, good, snapshot or f"{instance}-before-…"))


def _page(file: Path, named: Sequence[str], bad: Record, good: Record, snapshot: str) -> str:
    environment = bad.environment
    versions = ", ".join(each[:19] for each in named)
    to = f"TO={good.commit[:8] or '…'}"
    return (
        f"{environment} was NOT rolled back: the migration of {versions} cannot be undone "
        "(migration.irreversible in the system file).\n"
        f"The versions of {good.id} would meet tables that they do not know. Still running: {bad.id}.\n"
        "\n"
        "Decide, in this order:\n"
        "  1. Forward: mend it, and deploy that. Nothing is lost.\n"
        f"  2. Meanwhile, if people see errors: `groundwork:maintenance` in {file.name}, then make deploy.\n"
        "  3. Back, with the data of before the migration: \n"
        f"     make recover ENV={environment} SNAPSHOT={snapshot} WHAT=plan\n"
        f"     shows what is lost: all that was written since {bad.began}. Then\n"
        f"     make rollback ENV={environment} {to}."
    )
