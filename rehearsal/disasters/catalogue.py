"""All disasters: what each is called, how it is rehearsed, and what the command of the day promises.

A new one is an entry here; `make disaster`, `make disasters`, their help and docs/recovery.md have it then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands.errors import CommandError
from rehearsal.disasters import account, database, deployment, failback, files, region
from rehearsal.disasters.database import Disaster
from timing.facts import Times

Say = Callable[[str], None]


Result = (
    database.Rehearsed
    | region.RegionRehearsed
    | failback.FailbackRehearsed
    | files.FilesRehearsed
    | deployment.DeploymentRehearsed
    | account.AccountRehearsed
)
Rehearse = Callable[[Path, str, Path, Say, Path | None], Result]


@dataclass(frozen=True)
class Figures:
    """What is compared of all disasters.

    Args:
        expected: how long people wait on AWS, of the table of durations; None where it depends on how much
            there is to bring back.
        rows_lost: rows, or files, that were confirmed before the disaster and are gone.
        seconds_lost: of data.
        calls: to a region that is lost.
        settled: whether the next preview is empty; None where no deployment is part of it.
    """

    expected: Times | None
    rows_lost: int
    seconds_lost: float
    calls: int
    settled: bool | None


@dataclass(frozen=True)
class Entry:
    """One disaster.

    Args:
        name: of `make disaster NAME=…`.
        means: what happens, in a few words.
        rehearse: plays it; of a checkout, an environment, the engine, who is told, and a system file.
        figures: of its result.
        minutes: that people may wait on AWS, usually and where every step is slow; None where no time is
            promised.
        command: of the day.
    """

    name: str
    means: str
    rehearse: Rehearse
    figures: Callable[[Any], Figures]
    minutes: tuple[int, int] | None
    command: str


def _of_database(result: database.Rehearsed) -> Figures:
    settled = not result.adopted and not result.settled
    return Figures(result.until_users_are_back, result.lost, result.lost_seconds, 0, settled)


def _of_region(result: region.RegionRehearsed) -> Figures:
    return Figures(
        result.until_users_are_back,
        result.lost,
        result.lost_seconds,
        len(result.calls),
        not result.settled,
    )


def _of_failback(result: failback.FailbackRehearsed) -> Figures:
    return Figures(result.until_users_are_back, result.moved_lost, 0, 0, not any(result.settled))


def _of_files(result: files.FilesRehearsed) -> Figures:
    return Figures(None, result.written - result.back, 0, 0, None)


def _of_deployment(result: deployment.DeploymentRehearsed) -> Figures:
    return Figures(result.until_users_are_back, result.lost, 0, 0, not any(result.settled))


def _of_account(result: account.AccountRehearsed) -> Figures:
    lost = result.since_copy + result.copied_lost
    return Figures(result.until_users_are_back, lost, result.lost_seconds, 0, not result.settled)


def _database(disaster: Disaster) -> Rehearse:
    def rehearse(root: Path, environment: str, engine: Path, say: Say, system: Path | None) -> Result:
        return database.rehearse(root, environment, engine, disaster, say, system)

    return rehearse


# Runbook 003: RTO 30 minutes. Of an account that is emptied nothing is in it: two hours (contract ENV-6).
CATALOGUE: tuple[Entry, ...] = (
    Entry(
        Disaster.BAD_DATA.value,
        "rows are destroyed",
        _database(Disaster.BAD_DATA),
        _of_database,
        (30, 30),
        "recover database --to TIME",
    ),
    Entry(
        Disaster.DATABASE_LOST.value,
        "the instance is deleted",
        _database(Disaster.DATABASE_LOST),
        _of_database,
        (30, 30),
        "recover database --to latest",
    ),
    Entry(
        files.NAME,
        "files are overwritten and deleted",
        files.rehearse,
        _of_files,
        None,
        "recover files BUCKET --to TIME",
    ),
    Entry(
        region.NAME,
        "nothing in the region answers",
        region.rehearse,
        _of_region,
        (20, 30),
        "recover region",
    ),
    Entry(
        failback.NAME,
        "the region is back, and everything moves home",
        failback.rehearse,
        _of_failback,
        None,
        "recover region-back; recover region --to REGION",
    ),
    Entry(
        account.NAME,
        "the account is emptied; a new one takes its place",
        account.rehearse,
        _of_account,
        (120, 120),
        "recover account",
    ),
    Entry(
        deployment.NAME,
        "a deployment is killed; a release does not come up",
        deployment.rehearse,
        _of_deployment,
        (10, 10),
        "recover deployment",
    ),
)
NAMES = ", ".join(each.name for each in CATALOGUE)
_BY_NAME: Mapping[str, Entry] = {each.name: each for each in CATALOGUE}


def disaster_named(name: str) -> Entry:
    """The disaster of a name.

    Raises:
        CommandError: there is none.
    """
    if name not in _BY_NAME:
        raise CommandError(f"NAME: found {name or 'nothing'}; allowed: {NAMES}.")
    return _BY_NAME[name]
