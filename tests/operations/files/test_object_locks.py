"""DR-6: a copy is locked as the version is, or better."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.recovery.object_locks import BucketLock, carried

pytestmark = pytest.mark.contract("DR-6")

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HELD = {"ObjectLockLegalHoldStatus": "ON"}
OPEN, EMPTY = BucketLock(enabled=False), BucketLock(enabled=True)


def kept(mode: str, days: int) -> dict[str, Any]:
    return {"ObjectLockMode": mode, "ObjectLockRetainUntilDate": NOW + timedelta(days=days)}


def locks(mode: str, days: int) -> BucketLock:
    return BucketLock(True, mode, timedelta(days=days))


@pytest.mark.parametrize(
    ("found", "bucket", "expected"),
    [
        ({}, locks("GOVERNANCE", 7), {}),
        (HELD, EMPTY, HELD),
        ({"ObjectLockLegalHoldStatus": "OFF"}, EMPTY, {}),
        # S3 refuses a copy that is to be locked where nothing can be.
        ({**HELD, **kept("COMPLIANCE", 30)}, OPEN, {}),
        (kept("GOVERNANCE", 30), EMPTY, kept("GOVERNANCE", 30)),
        (kept("GOVERNANCE", -1), EMPTY, {}),
        ({**HELD, **kept("COMPLIANCE", -1)}, EMPTY, HELD),
        # The bucket's own period is as long, or longer.
        (kept("COMPLIANCE", 7), locks("COMPLIANCE", 7), {}),
        (kept("GOVERNANCE", 3), locks("COMPLIANCE", 7), {}),
        (kept("COMPLIANCE", 8), locks("COMPLIANCE", 7), kept("COMPLIANCE", 8)),
        # Neither is weakened: the stricter mode, and the later day.
        (kept("GOVERNANCE", 30), locks("COMPLIANCE", 7), kept("COMPLIANCE", 30)),
        (kept("COMPLIANCE", 3), locks("GOVERNANCE", 7), kept("COMPLIANCE", 7)),
    ],
)
def test_a_copy_is_never_locked_less_than_its_version_or_its_bucket_says(
    found: dict[str, Any], bucket: BucketLock, expected: dict[str, Any]
) -> None:
    assert carried(found, bucket, NOW) == expected
