"""ENV-6: secrets and files of an emptied account, which come back of the backup account's copies."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from infra.configuration.buckets import backed_up
from operations.environments import Connection
from operations.recovery import account_data, files_outside
from operations.recovery.account import outside_of, recovered
from operations.recovery.account_data import AccountData
from operations.recovery.files_outside import bring_back
from operations.recovery.object_copies import Bucket
from operations.recovery.object_versions import Seen, Version
from operations.recovery.run import Run
from tests.support.account_parts import KEPT, REGION
from tests.support.emptied_account import World
from tests.support.recorded_calls import Calls
from tests.support.recordings import configuration_of

pytestmark = pytest.mark.contract("ENV-6")


# secrets
def test_only_secrets_of_the_system_file_come_back(world: World) -> None:
    """Those of before would send services to a database that is gone."""
    world.keep_secrets(
        world.now - timedelta(days=1),
        stripe_secret_key="sk_of_people",
        database='{"host": "gone"}',
        redis_cache='{"host": "gone"}',
        of_long_ago="not declared any more",
    )
    run = world.command()
    assert (world.value("stripe-secret-key"), world.value("database")) == ("sk_of_people", None)
    assert run.about["entries"] == 1


def test_secrets_without_a_value_are_named(rebuilt: tuple[World, Run]) -> None:
    _, run = rebuilt
    note = run.steps["entries"]["note"]
    assert note == (
        "2 secrets; without a value: firebase-service-account, jobber-client-secret, jwt-access-key, "
        "jwt-refresh-key, stripe-webhook-secret"
    )
    assert "sk_of_people" not in json.dumps(note)


def test_a_secret_that_the_account_has_no_entry_of_is_named_too(world: World) -> None:
    """Its value stays in the snapshot: there is nothing to write it to."""
    world.without = "sentry-dsn"
    note = world.command().steps["entries"]["note"]
    assert note.startswith("1 secrets; without a value: ")
    assert "sentry-dsn" in note


def test_a_snapshot_without_anything_that_is_declared_brings_nothing(world: World) -> None:
    """None at all is not all of them."""
    world.keep_secrets(world.now - timedelta(days=1), database="{}")
    run = world.command()
    assert run.about["entries"] == 0
    assert world.value("database") is None


# files
def test_files_are_as_they_were_at_the_time(world: World) -> None:
    """Somebody encrypted the customers' files for a ransom, and deleted some."""
    harm = world.now - timedelta(hours=2)
    world.keep_database(harm - timedelta(hours=1))
    world.keep_file("documents", "offer.pdf", "encrypted", harm)
    world.keep_file("documents", "ransom.txt", "pay", harm)
    world.hide_file("photos", "roof.jpg", harm)
    world.command(to=(harm - timedelta(minutes=1)).isoformat())
    assert world.shown("documents") == {"offer.pdf": "an offer"}
    assert world.shown("photos") == {"roof.jpg": "a roof"}


def test_what_a_customer_has_deleted_stays_away(world: World) -> None:
    world.hide_file("photos", "roof.jpg", world.now - timedelta(hours=4))
    world.command()
    assert world.shown("photos") == {}


def test_files_keep_what_is_said_about_them(world: World) -> None:
    made = world.now - timedelta(days=1)
    about = {"Metadata": {"customer": "17"}, "ContentType": "application/pdf"}
    world.keep_file("documents", "invoice.pdf", "an invoice", made, **about)
    world.command()
    name = world.naming.bucket("documents")
    found = world.new.client("s3", REGION).head_object(Bucket=name, Key="invoice.pdf")
    assert {name: found[name] for name in about} == about


def test_files_in_the_archive_are_asked_for_and_told(world: World, calls: Calls) -> None:
    """S3 brings them back within hours, and in no minute."""
    world.keep_file("documents", "old.pdf", "old", world.now - timedelta(days=400), StorageClass="GLACIER")
    run = world.command()
    assert run.about["files"]["documents"] == {"copied": 1, "there": 0, "archived": 1, "held": 0}
    assert world.wire.changes["RestoreObject"] == 1
    assert ("s3:RestoreObject", "") in calls.of("account")
    note = run.steps["files"]["note"]
    assert f"documents 1, 1 come out of the archive in {KEPT}: copy them in some hours, by hand;" in note
    assert world.shown("documents") == {"offer.pdf": "an offer"}


def test_a_legal_hold_that_the_new_bucket_cannot_have_is_told(world: World) -> None:
    """Its content comes back; nobody takes it for held here."""
    world.lock(KEPT, world.outside.bucket("documents"))
    made = world.now - timedelta(days=1)
    world.keep_file("documents", "case.pdf", "evidence", made, ObjectLockLegalHoldStatus="ON")
    run = world.command()
    assert world.shown("documents") == {"case.pdf": "evidence", "offer.pdf": "an offer"}
    assert run.about["files"]["documents"] == {"copied": 2, "there": 0, "archived": 0, "held": 1}
    note = run.steps["files"]["note"]
    told = f"documents 2, 1 are under a legal hold in {KEPT} alone: S3 locks nothing in the bucket here;"
    assert told in note


def test_a_legal_hold_comes_along_where_the_new_bucket_locks(world: World) -> None:
    world.lock(KEPT, world.outside.bucket("documents"))
    world.locked = world.naming.bucket("documents")
    made = world.now - timedelta(days=1)
    until = world.now.replace(microsecond=0) + timedelta(days=90)
    lock = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": until}
    world.keep_file("documents", "case.pdf", "evidence", made, ObjectLockLegalHoldStatus="ON", **lock)
    run = world.command()
    assert run.about["files"]["documents"]["held"] == 0
    found = world.new.client("s3", REGION).head_object(
        Bucket=world.naming.bucket("documents"), Key="case.pdf"
    )
    assert found["ObjectLockLegalHoldStatus"] == "ON"
    assert (found["ObjectLockMode"], found["ObjectLockRetainUntilDate"]) == ("COMPLIANCE", until)


def test_audit_logs_and_backups_are_not_brought_back(rebuilt: tuple[World, Run]) -> None:
    """They stay where nobody removes them."""
    _, run = rebuilt
    assert set(run.about["files"]) == {"documents", "photos", "reports"}


@pytest.mark.parametrize(("system", "site"), [("node", ["frontend"]), ("triangle", [])])
def test_customers_files_come_back_and_the_site_where_there_is_one(
    system: str, site: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[tuple[str, str]] = []

    def bring_back(source: Bucket, target: Bucket, *_: Any) -> dict[str, int]:
        found.append((source.name, target.name))
        return {"copied": 1, "there": 0, "archived": 0, "held": 0}

    monkeypatch.setattr(account_data, "bring_back", bring_back)
    after = recovered(configuration_of(system, "prod"))
    outside = outside_of(after)
    connection = cast(Connection, SimpleNamespace(client=lambda _: None))
    run = Run("1", "account", "ann", "", {"to": "2026-11-29T03:00:00+00:00"})
    AccountData(after, outside, connection, "").files(run).act(lambda _: None)
    names = [*backed_up(), *site]
    assert found == [(outside.bucket(name), after.naming.bucket(name)) for name in names]
    assert list(run.about["files"]) == names


@pytest.mark.parametrize(("there", "done"), [(None, "copied"), (7, "copied"), (4, "there")])
def test_a_file_of_another_size_is_not_taken_for_the_one_that_was(
    there: int | None, done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there already is passed over by a command that goes on; what somebody put there is not."""
    version = Version("a.pdf", "1", datetime(2026, 11, 29, tzinfo=UTC), latest=True, size=4)
    monkeypatch.setattr(files_outside, "seen_at", lambda *_: [Seen("a.pdf", version, version)])
    monkeypatch.setattr(files_outside, "left_held", lambda *_: False)
    copied: list[str] = []
    monkeypatch.setattr(files_outside, "copy_to", lambda _, version, target: copied.append(target.name))

    def head_object(**_: str) -> dict[str, int]:
        if there is None:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")
        return {"ContentLength": there}

    client = SimpleNamespace(head_object=head_object)
    counts = bring_back(Bucket(client, "kept"), Bucket(client, "new"), version.written, lambda _: None)
    assert {name for name, count in counts.items() if count} == {done}
    assert copied == (["new"] if done == "copied" else [])
