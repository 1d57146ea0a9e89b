"""ENV-6: of what the backup account has of an environment the newest whole copy is taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from operations.checkout import declared
from operations.console import OperationError
from operations.environments import Connection
from operations.recovery.account import outside_of, recovered
from operations.recovery.backup_account import BackupAccount

pytestmark = pytest.mark.contract("ENV-6")


def _day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


def _point(day: int, status: str = "COMPLETED") -> dict[str, Any]:
    return {"RecoveryPointArn": f"of day {day}", "CreationDate": _day(day), "Status": status}


@dataclass
class Aws:
    """AWS Backup and S3 of the backup account, page by page."""

    pages: list[dict[str, Any]]

    def client(self, *_: str) -> Any:
        return self

    def get_paginator(self, _: str) -> Any:
        return SimpleNamespace(paginate=lambda **_: iter(self.pages))

    @property
    def account(self) -> BackupAccount:
        naming = outside_of(recovered(declared("prod")))
        return BackupAccount(naming, cast(Connection, self), "arn:of-the-vault")


def test_of_a_copy_that_has_not_ended_well_nothing_is_restored() -> None:
    """AWS Backup lists points that are partial, expired or being deleted beside the others."""
    pages = [
        {"RecoveryPoints": [_point(9, "DELETING"), _point(8, "PARTIAL")]},
        {"RecoveryPoints": [_point(5), _point(6), _point(7, "EXPIRED")]},
        {"RecoveryPoints": [_point(4)]},
    ]
    assert Aws(pages).account.newest_database(None).name == "of day 6"
    assert Aws(pages).account.newest_database(_day(5)).name == "of day 5"
    with pytest.raises(OperationError, match=r"2026-11-03 .* or before\. The oldest is of 2026-11-04"):
        Aws(pages).account.newest_database(_day(3))
    with pytest.raises(OperationError, match=r"there is not a copy of the database in .*\.$"):
        Aws(pages[:1]).account.newest_database(None)
