"""DR-6: what was written while the other region was lost is in it when it waits again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.s3.models import s3_backends

from operations.checkout import declared
from operations.recovery import missed_objects
from operations.recovery.missed_objects import Done, bring_over
from operations.recovery.object_copies import Bucket, copy_to
from operations.recovery.object_versions import Version
from rehearsal.aws.moto_replication import repair_replication
from tests.operations.conftest import Account
from tests.support.recorded_calls import Calls

pytestmark = pytest.mark.contract("DR-6")

SOURCE, TARGET = "documents-us-east-2", "documents-us-west-2"
LOST = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)


class Pair:
    """The bucket that was written to, and the one that missed it."""

    def __init__(self, client: Any, account: str) -> None:
        self.client, self._account = client, account
        # Both in the region of the client: what S3 says between two is seen in tests/recovery.
        for name in (SOURCE, TARGET):
            where = {"LocationConstraint": "us-west-2"}
            client.create_bucket(Bucket=name, CreateBucketConfiguration=where)
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def put(self, key: str, body: str, *, hours: float = 1, bucket: str = SOURCE, **more: Any) -> None:
        self.client.put_object(Bucket=bucket, Key=key, Body=body.encode(), **more)
        self._date(bucket, key, hours)

    def delete(self, key: str, *, bucket: str = SOURCE) -> None:
        self.client.delete_object(Bucket=bucket, Key=key)
        self._date(bucket, key, 1)

    def stored(self, bucket: str, key: str) -> list[Any]:
        found: list[Any] = s3_backends[self._account]["aws"].buckets[bucket].keys.getlist(key)
        return found

    def _date(self, bucket: str, key: str, hours: float) -> None:
        # moto's times are in UTC and do not say so.
        self.stored(bucket, key)[-1].last_modified = (LOST + timedelta(hours=2 - hours)).replace(tzinfo=None)

    def shown(self) -> dict[str, str]:
        listed = self.client.list_objects_v2(Bucket=TARGET).get("Contents", [])
        return {
            each["Key"]: self.client.get_object(Bucket=TARGET, Key=each["Key"])["Body"].read().decode()
            for each in listed
        }

    def bring_over(self, *, deletions: bool = True) -> dict[Done, int]:
        source, target = Bucket(self.client, SOURCE), Bucket(self.client, TARGET)
        return bring_over(source, target, LOST, deletions=deletions, told=lambda _: None)


@pytest.fixture
def pair(account: Callable[[str], Account]) -> Pair:
    repair_replication()  # moto tells no status of an object's copying
    client = account("dev").other("s3")
    number = declared("dev").settings.account
    s3_backends[number]["aws"].reset()
    return Pair(client, number)


def test_what_was_written_in_the_very_second_of_the_loss_is_not_missed(pair: Pair) -> None:
    """S3 tells whole seconds: it may have been written after it, and not have been copied."""
    pair.put("at once", "now", hours=2)
    pair.put("a second before", "then", hours=2 + 1 / 3600)
    assert pair.bring_over()[Done.COPIED] == 1
    assert pair.shown() == {"at once": "now"}


def test_what_was_written_meanwhile_is_copied_as_it_is(pair: Pair) -> None:
    pair.put("old.txt", "of before", hours=3)
    pair.put("new.txt", "new", ContentType="text/plain", Metadata={"who": "ann"}, Tagging="case=17")
    assert pair.bring_over() == {Done.COPIED: 1, Done.HIDDEN: 0, Done.SAME: 0}
    assert pair.shown() == {"new.txt": "new"}
    found = pair.client.head_object(Bucket=TARGET, Key="new.txt")
    assert (found["ContentType"], found["Metadata"]) == ("text/plain", {"who": "ann"})
    tagged = pair.client.get_object_tagging(Bucket=TARGET, Key="new.txt")["TagSet"]
    assert tagged == [{"Key": "case", "Value": "17"}]


def test_a_second_time_nothing_is_copied(pair: Pair) -> None:
    pair.put("new.txt", "new")
    pair.bring_over()
    assert pair.bring_over() == {Done.COPIED: 0, Done.HIDDEN: 0, Done.SAME: 1}
    assert len(pair.stored(TARGET, "new.txt")) == 1


def test_what_was_changed_meanwhile_lies_on_top_and_what_was_there_stays_below(pair: Pair) -> None:
    pair.put("changed.txt", "before", hours=3, bucket=TARGET)
    pair.put("changed.txt", "afterwards")
    pair.bring_over()
    assert pair.shown() == {"changed.txt": "afterwards"}
    assert len(pair.stored(TARGET, "changed.txt")) == 2


def test_what_was_deleted_meanwhile_is_hidden_where_copies_are_hidden(pair: Pair, calls: Calls) -> None:
    pair.put("deleted.txt", "there", hours=3, bucket=TARGET)
    pair.put("deleted.txt", "there", hours=3)
    pair.delete("deleted.txt")
    assert pair.bring_over(deletions=False)[Done.HIDDEN] == 0
    assert pair.shown() == {"deleted.txt": "there"}
    assert pair.bring_over()[Done.HIDDEN] == 1
    assert ("s3:DeleteObject", "") in calls.of("region_back")
    assert pair.shown() == {}
    assert len(pair.stored(TARGET, "deleted.txt")) == 2  # the version, and a marker
    assert pair.bring_over()[Done.HIDDEN] == 0


@pytest.mark.parametrize("status", ["PENDING", "COMPLETED"])
def test_what_s3_copies_by_itself_is_left_to_it(pair: Pair, status: str) -> None:
    pair.put("new.txt", "new")
    pair.stored(SOURCE, "new.txt")[-1].replication_status = status
    assert pair.bring_over()[Done.COPIED] == 0


def test_what_is_written_while_it_is_copied_wins(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.put("busy.txt", "first")
    written = [False]

    def written_meanwhile(source: Bucket, version: Version, target: Bucket) -> str:
        if not written[0]:
            written[0] = True
            pair.put("busy.txt", "second, and longer", hours=0)
        return copy_to(source, version, target)

    monkeypatch.setattr(missed_objects, "copy_to", written_meanwhile)
    pair.bring_over()
    assert pair.shown() == {"busy.txt": "second, and longer"}


def test_what_is_deleted_while_it_is_copied_is_hidden(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.put("busy.txt", "first")

    def deleted_meanwhile(source: Bucket, version: Version, target: Bucket) -> str:
        made = copy_to(source, version, target)
        pair.delete("busy.txt")
        return made

    monkeypatch.setattr(missed_objects, "copy_to", deleted_meanwhile)
    assert pair.bring_over()[Done.HIDDEN] == 1
    assert pair.shown() == {}
