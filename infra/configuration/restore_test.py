"""The time of the weekly restore test (contract DR-4)."""

from __future__ import annotations

from dataclasses import dataclass

from functions.restore_test.settings import DAYS
from infra.configuration.environments import Standard, those
from infra.configuration.keys import Section
from infra.configuration.kinds import Choice, Number
from infra.configuration.validation import Reader


def tests_restores(standard: Standard) -> bool:
    """Whether backups are worth a test: where data is, and in staging, where the test itself is tried."""
    return standard.protects_data


_WHERE = those(tests_restores)

DAY = Choice(
    "day",
    meaning="of the week, in UTC",
    choices=DAYS,
    default="sunday",
    example="sunday",
)
HOUR = Number(
    "hour",
    meaning="when it begins, in UTC; by itself after the backup at 02:00 and the maintenance from 04:00",
    minimum=0,
    maximum=23,
    default=6,
    example=6,
)
RESTORE_TEST = Section(
    "restoreTest",
    optional=True,
    absent="Sunday, 06:00 UTC",
    intro=f"In {_WHERE} a copy of the database is restored every week, looked at, and removed.",
    parts=(DAY, HOUR),
)


@dataclass(frozen=True)
class RestoreTestSettings:
    """The day of the week and its hour, in UTC."""

    day: str
    hour: int


def read_restore_test(section: Reader) -> RestoreTestSettings:
    """The key `restoreTest` of the section `database`."""
    found = RESTORE_TEST.read(section)
    settings = RestoreTestSettings(DAY.read(found), HOUR.read(found))
    found.finish()
    return settings
