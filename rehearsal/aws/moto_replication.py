"""S3's replication, of which moto keeps the configuration alone: what S3 refuses, and the copying itself.

Destinations of the same account and of others are found in `rehearsal.aws.replication_destinations`.
S3 copies later, here at once, or when somebody says so (`Late`); otherwise as in the S3 user guide ("What
does Amazon S3 replicate?"): new versions with the version's id, metadata and retention, and delete markers
where the rule says so; no replicas of replicas, nothing that was there before, no deletion of one version.
Tags that are set in the same request are not copied here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.s3.exceptions import InvalidBucketState, ReplicationConfigurationNotFoundError, S3ClientError
from moto.s3.models import FakeDeleteMarker, FakeKey, S3Backend
from moto.s3.responses import S3Response

from rehearsal.aws.replication_destinations import (
    COMPLETED,
    FAILED,
    PENDING,
    REPLICA,
    Destination,
    destination_refusals,
    destinations,
    replica_key,
    rules_of,
    set_status,
)

_STATUS = "x-amz-replication-status"


@dataclass
class Late:
    """S3's copying of one account, which can be held back: what is written meanwhile is copied later.

    Args:
        regions: buckets of these copy nothing for now.
        waiting: what they have still to copy.
        unheard: names of buckets of which it is not known yet, where they would be copied to, that they keep
            versions: S3 tells one region later than another (`infra.foundations.busy`).
    """

    regions: set[str] = field(default_factory=set)
    waiting: list[Callable[[], None]] = field(default_factory=list)
    unheard: set[str] = field(default_factory=set)

    def go_on(self) -> None:
        """All of it is copied, and nothing is held back any more."""
        self.regions.clear()
        self.unheard.clear()
        waiting, self.waiting = self.waiting, []
        for copy in waiting:
            copy()


# By account.
LATE: dict[str, Late] = {}

_response_dict = FakeKey.response_dict
_put_replication = S3Backend.put_bucket_replication
_put_versioning = S3Backend.put_bucket_versioning
_put_object = S3Backend.put_object
_set_delete_marker = S3Backend._set_delete_marker


def repair_replication() -> None:
    """Replaces the methods in question, once in a process."""
    S3Backend.put_bucket_replication = _checked_replication  # type: ignore[method-assign]
    S3Backend.put_bucket_versioning = _checked_versioning  # type: ignore[method-assign]
    S3Backend.put_object = _copied_object  # type: ignore[method-assign,assignment]
    S3Backend._set_delete_marker = _copied_delete_marker  # type: ignore[method-assign]
    S3Response.get_bucket_replication = _whole_replication  # type: ignore[method-assign]
    FakeKey.response_dict = property(_with_status)  # type: ignore[assignment]


def _checked_replication(self: Any, bucket_name: str, replication: dict[str, Any]) -> None:
    for reason in _refusals(self, bucket_name, replication):
        raise S3ClientError("InvalidRequest", reason)
    _put_replication(self, bucket_name, replication)


def _refusals(backend: Any, bucket_name: str, replication: dict[str, Any]) -> Iterator[str]:
    """Why S3 refuses a configuration (PutBucketReplication), or takes it and would never copy anything."""
    source, rules = backend.get_bucket(bucket_name), rules_of(replication)
    if not source.is_versioned:
        yield "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
    yield from _role_refusals(backend, str(replication.get("Role", "")))
    priorities = [rule.get("Priority") for rule in rules]
    if len(set(priorities)) < len(priorities):
        yield "Found duplicate priority. Priorities of rules must be unique"
    late = LATE.get(source.account_id, Late())
    for rule in rules:
        yield from destination_refusals(source, rule, late.unheard)
        yield from _rule_refusals(rule)


def _role_refusals(backend: Any, arn: str) -> Iterator[str]:
    name = arn.rsplit("/", 1)[-1]
    role = next((r for r in iam_backends[backend.account_id]["aws"].roles.values() if r.name == name), None)
    if role is None:
        yield f"The role {arn} does not exist, so that S3 could never copy"
    elif "s3.amazonaws.com" not in str(role.assume_role_policy_document):
        yield f"The role {arn} does not trust s3.amazonaws.com, so that S3 could never copy"


def _rule_refusals(rule: dict[str, Any]) -> Iterator[str]:
    wanted = rule["Destination"]
    if "Filter" in rule and not {"DeleteMarkerReplication", "Priority"} <= rule.keys():
        yield "A rule with Filter needs Priority and DeleteMarkerReplication."
    if "ReplicationTime" in wanted and "Metrics" not in wanted:
        yield "Metrics must be specified together with ReplicationTime."
    for setting, limit in (("ReplicationTime", "Time"), ("Metrics", "EventThreshold")):
        minutes = wanted.get(setting, {}).get(limit, {}).get("Minutes", "15")
        if int(minutes) != 15:
            yield f"{setting} takes 15 minutes alone, not {minutes}."
    selects = "SseKmsEncryptedObjects" in (rule.get("SourceSelectionCriteria") or {})
    if selects != (replica_key(rule) is not None):
        yield "SseKmsEncryptedObjects and EncryptionConfiguration must be specified together."


def _checked_versioning(self: Any, bucket_name: str, status: str) -> None:
    if status != "Enabled" and getattr(self.get_bucket(bucket_name), "replication", None):
        raise InvalidBucketState(
            "A replication configuration is present on this bucket, so you cannot change the versioning "
            "state. To change the versioning state, first delete the replication configuration."
        )
    _put_versioning(self, bucket_name, status)


def _copied_object(self: Any, bucket_name: str, key_name: str, value: bytes, **more: Any) -> Any:
    made: Any = _put_object(self, bucket_name, key_name, value, **more)
    source = self.get_bucket(bucket_name)
    for destination in list(destinations(source, key_name)):
        set_status(made, destination, PENDING)
        _when_due(source, partial(_copy, made, value, destination))
    return made


def _when_due(source: Any, copy: Callable[[], None]) -> None:
    late = LATE.get(source.account_id)
    if late is not None and source.region_name in late.regions:
        late.waiting.append(copy)
    else:
        copy()


def _copy(made: Any, value: bytes, destination: Destination) -> None:
    encrypted = made.encryption == "aws:kms"
    key = destination.replica_key if encrypted else None
    if not destination.lets_copy(made.name, with_key=key is not None):
        set_status(made, destination, FAILED)
        return
    copy: Any = _put_object(
        destination.backend,
        destination.bucket.name,
        made.name,
        value,
        storage=destination.rule["Destination"].get("StorageClass") or made._storage_class,
        etag=made._etag,
        multipart=made.multipart,
        encryption=made.encryption,
        kms_key_id=key if encrypted else made.kms_key_id,
        lock_mode=made.lock_mode,
        lock_legal_status=made.lock_legal_status,
        lock_until=made.lock_until,
        checksum_value=made.checksum_value,
        disable_notification=True,
    )
    # One dictionary for both: the rest of the request still adds to the original's.
    copy._version_id, copy._metadata = made._version_id, made._metadata
    copy.replication_status = REPLICA
    set_status(made, destination, COMPLETED)


def _with_status(self: Any) -> dict[str, Any]:
    """What S3 tells of an object with a rule, and of a copy (API reference, HeadObject)."""
    found: dict[str, Any] = _response_dict.fget(self)  # type: ignore[attr-defined]
    status = getattr(self, "replication_status", None)
    return {**found, _STATUS: status} if status else found


def _copied_delete_marker(self: Any, bucket_name: str, key_name: str) -> FakeDeleteMarker:
    marker = _set_delete_marker(self, bucket_name, key_name)
    for each in list(destinations(self.get_bucket(bucket_name), key_name)):
        wanted = (each.rule.get("DeleteMarkerReplication") or {}).get("Status") == "Enabled"
        if wanted and key_name in each.bucket.keys and each.lets_delete(key_name):
            _set_delete_marker(each.backend, each.bucket.name, key_name)._version_id = marker.version_id
    return marker


def _whole_replication(self: Any) -> Any:
    """moto answers as if no rule had deletions, filter or keys."""
    self.data["Action"] = "GetBucketReplication"
    found = self.backend.get_bucket_replication(self.bucket_name)
    if not found:
        raise ReplicationConfigurationNotFoundError(bucket_name=self.bucket_name)
    rules = [
        {**rule, **({"Filter": _filter(rule["Filter"])} if "Filter" in rule else {})}
        for rule in rules_of(found)
    ]
    answer = {"ReplicationConfiguration": {"Role": found["Role"], "Rules": rules}}
    return self.serialized(ActionResult(answer))


def _filter(found: dict[str, Any] | None) -> dict[str, Any]:
    """A filter as S3 tells it, of what its XML was read as: nothing is an empty text."""
    told = dict(found or {})
    if "Prefix" in told:
        told["Prefix"] = told["Prefix"] or ""
    if "And" in told:
        tags = told["And"].get("Tag", [])
        told["And"] = {**told["And"], "Tags": tags if isinstance(tags, list) else [tags]}
    return told
