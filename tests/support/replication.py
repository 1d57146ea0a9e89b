"""The rules by which S3 copies a bucket."""

from __future__ import annotations

from typing import Any

from infra.configuration.buckets import RECOVERY_RULE
from tests.support.recorder import Recording

REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"


def rules_of(recording: Recording, bucket: str) -> dict[str, dict[str, Any]]:
    """All of a bucket's, by their names."""
    rules = recording.one(REPLICATION, bucket).inputs["rules"]
    found = {rule["id"]: rule for rule in rules}
    assert len(found) == len(rules)
    return found


def rule_of(recording: Recording, bucket: str, name: str = RECOVERY_RULE) -> dict[str, Any]:
    """The one of a name; by itself that of the recovery region."""
    return rules_of(recording, bucket)[name]
