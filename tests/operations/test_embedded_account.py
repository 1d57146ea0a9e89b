"""An account of these tests begins empty, whatever another test has left in it."""

from __future__ import annotations

from collections.abc import Callable

from tests.operations.conftest import Account


def test_nothing_is_left_of_another_test(account: Callable[[str], Account]) -> None:
    other, mine = account("dev"), account("prod")
    for each in (other, mine):
        each.other("s3").create_bucket(
            Bucket=f"left-in-{each.environment}",
            CreateBucketConfiguration={"LocationConstraint": "us-west-2"},
        )
        each.other("sns", "us-east-2").create_topic(Name="left")
    again = account("prod")
    assert again.other("s3").list_buckets()["Buckets"] == []
    assert again.other("sns", "us-east-2").list_topics()["Topics"] == []
    assert [bucket["Name"] for bucket in other.other("s3").list_buckets()["Buckets"]] == ["left-in-dev"]
