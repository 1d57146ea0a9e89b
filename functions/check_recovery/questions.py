"""All questions whose answers a recovery relies on: `recover check` and the daily function ask them alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from functions.check_recovery import backups, copies, outside, waiting
from functions.check_recovery.asking import Asking
from functions.check_recovery.findings import Finding, State

# Backups, copies and restore tests need a day until there is one of each.
FIRST_DAY = timedelta(hours=26)

Question = Callable[[Asking], Iterator[Finding]]

ALWAYS: tuple[tuple[str, Question], ...] = (
    ("no recovery", backups.no_other_recovery),
    ("time to restore", backups.restorable_time),
    ("snapshot", backups.snapshot),
    ("restore test", backups.restore_test),
)
# A region's loss is prod's alone.
WITH_COPIES: tuple[tuple[str, Question], ...] = (
    ("replica", copies.replica),
    ("copied backups", copies.copied_backups),
    ("cluster", waiting.cluster),
    ("redis", waiting.redis),
    ("secrets", copies.secrets),
    ("images", copies.images),
    ("buckets", copies.buckets),
    ("quotas", waiting.room),
    ("kubernetes", waiting.kubernetes),
    ("postgresql", waiting.postgresql),
    ("certificate", waiting.certificate),
    ("dns", waiting.addresses),
)

# Where another account is copied to.
OUTSIDE: tuple[tuple[str, Question], ...] = (
    ("database outside", outside.database),
    ("buckets outside", outside.buckets),
)


def findings(asking: Asking) -> list[Finding]:
    """The answers to all questions that the environment has."""
    wanted = asking.wanted
    questions = [
        *ALWAYS,
        *(WITH_COPIES if wanted.copies else ()),
        *(OUTSIDE if wanted.outside_vault else ()),
    ]
    found = [finding for name, question in questions for finding in answers(name, question, asking)]
    return [*found, *([_no_copies(asking)] if wanted.other_lost else [])]


def first_day(asking: Asking) -> bool:
    """Whether the database is so young that what is lacking is not late."""
    try:
        made = asking.primary.get("InstanceCreateTime")
    except (BotoCoreError, ClientError):
        return False  # it is told as what it is
    return made is not None and asking.age(made) < FIRST_DAY


def _no_copies(asking: Asking) -> Finding:
    found = f"{asking.wanted.recovery_region} is lost: nothing is copied anywhere"
    return Finding("copies", State.NOT_READY, found, 'docs/recovery.md, "The region is lost"')


def answers(name: str, question: Question, asking: Asking) -> list[Finding]:
    """What AWS refuses to tell is not known, and the other questions are asked still."""
    try:
        return list(question(asking))
    except (BotoCoreError, ClientError) as error:
        return [Finding(name, State.UNKNOWN, str(error), "AWS does not tell: rights, or the region itself")]
