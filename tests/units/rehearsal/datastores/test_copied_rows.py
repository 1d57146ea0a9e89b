"""Rows in AWS Backup's copies: in another account, without the one that they come from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.datastores import DataStores, NoServer
from tests.support.backup_accounts import Account, allowing
from tests.support.servers import missing

HOME, KEPT, NEW = "310987654321", "310987654322", "310987654323"
PASSWORD = "password-1"


@dataclass
class Copied:
    """What is left of the first account: recovery points in the vault of one that has no servers.

    Args:
        kept: the account with the vault.
        point: ARN of a recovery point that a server had been behind.
        empty: ARN of one that no server had been behind.
    """

    kept: Account
    point: str
    empty: str


@contextmanager
def _servers(account: str) -> Iterator[DataStores]:
    data = DataStores(account)
    try:
        data.start()
    except NoServer as error:
        missing(error)
    try:
        yield data
    finally:
        data.stop()


@pytest.fixture(scope="module")
def copied() -> Iterator[Copied]:
    """One row is backed up and copied, another one is written later; then the account is gone."""
    there = Cloud(KEPT)
    try:
        with Cloud(HOME) as cloud:
            home = Account(cloud, KEPT)
            with _servers(HOME) as data:
                arn = home.make_instance("home", EngineVersion="17.5")
                # Servers go on following their account's calls when another account comes later.
                there.start()
                kept = Account(there, NEW)
                kept.admit(allowing(HOME))
                connection = data.connect("home", user="triangle", password=PASSWORD)
                connection.run("CREATE TABLE rows (number int)")
                connection.run("INSERT INTO rows VALUES (1)")
                job = home.back_up(arn)
                connection.run("INSERT INTO rows VALUES (2)")
                connection.close()
                point = home.copy(job["RecoveryPointArn"], kept.vault)["DestinationRecoveryPointArn"]
            empty = home.copy(home.back_up(arn)["RecoveryPointArn"], kept.vault)
        yield Copied(kept, point, empty["DestinationRecoveryPointArn"])
    finally:
        there.stop()


def _restored(copied: Copied, point: str) -> list[list[int]]:
    """The rows of an instance that a third account, with servers, restores from a copy of the copy."""
    with Cloud(NEW) as cloud, _servers(NEW) as data:
        new = Account(cloud)
        new.admit(allowing(KEPT))
        there = copied.kept.copy(point, new.vault)["DestinationRecoveryPointArn"]
        new.rds(
            "restore_db_instance_from_db_snapshot", DBSnapshotIdentifier=there, DBInstanceIdentifier="new"
        )
        connection = data.connect("new", user="triangle", password=PASSWORD)
        rows = [list(row) for row in connection.run("SELECT number FROM rows") or []]
        connection.close()
        return rows


def test_a_third_account_restores_the_rows_of_the_backup(copied: Copied) -> None:
    assert _restored(copied, copied.point) == [[1]]


def test_what_a_third_account_does_with_its_copy_leaves_the_first_copy_alone(copied: Copied) -> None:
    assert _restored(copied, copied.point) == _restored(copied, copied.point)


def test_a_copy_without_rows_is_not_restored_as_an_empty_database(copied: Copied) -> None:
    with pytest.raises(ClientError, match="No rows are kept"):
        _restored(copied, copied.empty)
