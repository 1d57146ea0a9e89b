"""SEC-4: a weekly snapshot brings secrets back, from either region, and only into its own environment."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.snapshot_secrets.snapshot import Snapshot, sealed
from infra.configuration.buckets import BACKUPS
from operations.checkout import declared
from operations.cli import app
from rehearsal.aws.moto_fixes import repair_moto
from tests.operations.conftest import Account
from tests.support.recorded_calls import Calls, table_of

Start = Callable[[str], Account]
RECOVERY = "us-east-2"
MADE = "2026-11-15T03:00:00+00:00"


def _restore(account: Account, *options: str) -> Result:
    command = ["secret", "restore", "--env", account.environment, "--endpoint-url", account.url, *options]
    return CliRunner().invoke(app, command)


class Copies:
    """The key and the buckets of an environment in both regions."""

    def __init__(self, account: Account) -> None:
        repair_moto()
        self.account, self._naming = account, declared(account.environment).naming
        kms = account.other("kms")
        self._key = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
        kms.replicate_key(KeyId=self._key, ReplicaRegion=RECOVERY)
        for region in (self._naming.region, RECOVERY):
            configuration = {"LocationConstraint": region}
            account.other("s3", region).create_bucket(
                Bucket=self._naming.bucket(BACKUPS, region), CreateBucketConfiguration=configuration
            )

    def take(self, values: dict[str, str], *, environment: str | None = None, made: str = MADE) -> str:
        """Stores a snapshot in both regions."""
        snapshot = Snapshot(self._naming.system, environment or self._naming.environment, made, values)
        content = sealed(snapshot, self.account.other("kms"), self._key)
        for region in (self._naming.region, RECOVERY):
            bucket = self._naming.bucket(BACKUPS, region)
            self.account.other("s3", region).put_object(Bucket=bucket, Key=snapshot.key, Body=content)
        return snapshot.key


@pytest.fixture
def copies(account: Start) -> Any:
    there = account("prod")
    there.deploy()
    return Copies(there)


@pytest.mark.contract("SEC-4")
@pytest.mark.parametrize("options", [[], ["--from-region", RECOVERY]])
def test_lost_secrets_come_back_and_the_others_stay(copies: Copies, options: list[str]) -> None:
    copies.take({"sentry-dsn": "of last week", "jobber-client-secret": "value-of-jobber-client-secret"})
    result = _restore(copies.account, "--write", *options)
    assert result.exit_code == 0, result.output
    assert copies.account.value("sentry-dsn") == "of last week"
    assert copies.account.value("stripe-secret-key") == "value-of-stripe-secret-key"
    assert "of last week" not in result.output


@pytest.mark.contract("SEC-4")
def test_without_write_nothing_changes(copies: Copies) -> None:
    copies.take({"sentry-dsn": "of last week"})
    result = _restore(copies.account)
    assert "--write restores sentry-dsn" in result.output
    assert copies.account.value("sentry-dsn") == "value-of-sentry-dsn"


def test_the_latest_snapshot_is_taken_and_another_one_by_its_key(copies: Copies) -> None:
    before = copies.take({"sentry-dsn": "older"}, made="2026-11-08T03:00:00+00:00")
    copies.take({"sentry-dsn": "newer"})
    assert _restore(copies.account, "--write").exit_code == 0
    assert copies.account.value("sentry-dsn") == "newer"
    assert _restore(copies.account, "--write", "--snapshot", before).exit_code == 0
    assert copies.account.value("sentry-dsn") == "older"


def test_only_what_is_named_comes_back(copies: Copies) -> None:
    copies.take({"sentry-dsn": "old", "jobber-client-secret": "old"})
    _restore(copies.account, "--write", "--only", "sentry-dsn")
    assert copies.account.value("sentry-dsn") == "old"
    assert copies.account.value("jobber-client-secret") == "value-of-jobber-client-secret"
    result = _restore(copies.account, "--only", "sentry")
    assert (result.exit_code, "not in the snapshot" in result.output) == (2, True)


@pytest.mark.contract("ENV-2", "SEC-4")
def test_a_snapshot_of_another_environment_is_refused(copies: Copies) -> None:
    copies.take({"sentry-dsn": "of staging"}, environment="staging")
    result = _restore(copies.account, "--write")
    assert result.exit_code == 2
    assert "found a snapshot of triangle staging" in result.output
    assert copies.account.value("sentry-dsn") == "value-of-sentry-dsn"


def test_an_entry_that_does_not_exist_is_said(copies: Copies) -> None:
    copies.take({"of-long-ago": "old"})
    result = _restore(copies.account, "--json", "--write")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["entries"] == [{"name": "of-long-ago", "state": "no entry"}]


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [([], 2, "there is no snapshot yet"), (["--snapshot", "secrets/x.json"], 2, "no such snapshot")],
)
def test_a_snapshot_that_is_not_there_is_said(
    copies: Copies, options: list[str], code: int, text: str
) -> None:
    result = _restore(copies.account, *options)
    assert result.exit_code == code
    assert text in result.output


@pytest.mark.contract("SEC-4")
def test_restoring_calls_what_the_table_of_rights_says(copies: Copies, calls: Calls) -> None:
    copies.take({"sentry-dsn": "of last week", "gone": "of last week"})
    _restore(copies.account, "--write")
    assert calls.of("restore") == table_of("restore")
