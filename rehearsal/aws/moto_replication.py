"""S3's replication, of which moto keeps the configuration alone: what S3 refuses, and the copying itself.

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
from moto.kms.models import kms_backends
from moto.s3.exceptions import InvalidBucketState, ReplicationConfigurationNotFoundError, S3ClientError
from moto.s3.models import FakeDeleteMarker, FakeKey, S3Backend
from moto.s3.responses import S3Response

_STATUS = "x-amz-replication-status"


@dataclass
class Late:
    """S3's copying of one account, which can be held back: what is written meanwhile is copied later.

    Args:
        regions: buckets of these copy nothing for now.
        waiting: what they have still to copy.
    """

    regions: set[str] = field(default_factory=set)
    waiting: list[Callable[[], None]] = field(default_factory=list)

    def go_on(self) -> None:
        """All of it is copied, and nothing is held back any more."""
        self.regions.clear()
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
    source, rules = backend.get_bucket(bucket_name), _rules(replication)
    if not source.is_versioned:
        yield "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
    yield from _role_refusals(backend, str(replication.get("Role", "")))
    priorities = [rule.get("Priority") for rule in rules]
    if len(set(priorities)) < len(priorities):
        yield "Found duplicate priority. Priorities of rules must be unique"
    for rule in rules:
        yield from _rule_refusals(backend, source, rule)


def _role_refusals(backend: Any, arn: str) -> Iterator[str]:
    name = arn.rsplit("/", 1)[-1]
    role = next((r for r in iam_backends[backend.account_id]["aws"].roles.values() if r.name == name), None)
    if role is None:
        yield f"The role {arn} does not exist, so that S3 could never copy"
    elif "s3.amazonaws.com" not in str(role.assume_role_policy_document):
        yield f"The role {arn} does not trust s3.amazonaws.com, so that S3 could never copy"


def _rule_refusals(backend: Any, source: Any, rule: dict[str, Any]) -> Iterator[str]:
    wanted = rule["Destination"]
    copy = backend.buckets.get(wanted["Bucket"].rsplit(":", 1)[-1])
    if copy is None:
        yield "Destination bucket must exist."
        return
    if copy.name == source.name:
        yield "Destination bucket cannot be the same as the source bucket."
    if not copy.is_versioned:
        yield "Destination bucket must have versioning enabled."
    if source.object_lock_enabled and not copy.object_lock_enabled:
        yield "Object Lock is enabled on the source bucket and has to be on the destination bucket."
    if "Filter" in rule and not {"DeleteMarkerReplication", "Priority"} <= rule.keys():
        yield "A rule with Filter needs Priority and DeleteMarkerReplication."
    if "ReplicationTime" in wanted and "Metrics" not in wanted:
        yield "Metrics must be specified together with ReplicationTime."
    for setting, limit in (("ReplicationTime", "Time"), ("Metrics", "EventThreshold")):
        minutes = wanted.get(setting, {}).get(limit, {}).get("Minutes", "15")
        if int(minutes) != 15:
            yield f"{setting} takes 15 minutes alone, not {minutes}."
    yield from _key_refusals(backend, copy, rule)


def _key_refusals(backend: Any, copy: Any, rule: dict[str, Any]) -> Iterator[str]:
    key = rule["Destination"].get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
    selects = "SseKmsEncryptedObjects" in (rule.get("SourceSelectionCriteria") or {})
    if selects != (key is not None):
        yield "SseKmsEncryptedObjects and EncryptionConfiguration must be specified together."
    if key is None:
        return
    region, identifier = key.split(":")[3], key.rsplit("/", 1)[-1]
    if region != copy.region_name:
        yield f"The key {key} is not in the destination bucket's region {copy.region_name}."
    elif identifier not in kms_backends[backend.account_id][region].keys:
        yield f"The key {key} does not exist."


def _checked_versioning(self: Any, bucket_name: str, status: str) -> None:
    if status != "Enabled" and getattr(self.get_bucket(bucket_name), "replication", None):
        raise InvalidBucketState(
            "A replication configuration is present on this bucket, so you cannot change the versioning "
            "state. To change the versioning state, first delete the replication configuration."
        )
    _put_versioning(self, bucket_name, status)


def _copied_object(self: Any, bucket_name: str, key_name: str, value: bytes, **more: Any) -> Any:
    made: Any = _put_object(self, bucket_name, key_name, value, **more)
    for rule, destination in _destinations(self, bucket_name, key_name):
        made.replication_status = "PENDING"
        _when_due(self, bucket_name, partial(_copy, self, made, value, rule, destination))
    return made


def _when_due(backend: Any, bucket_name: str, copy: Callable[[], None]) -> None:
    late = LATE.get(backend.account_id)
    if late is not None and backend.get_bucket(bucket_name).region_name in late.regions:
        late.waiting.append(copy)
    else:
        copy()


def _copy(backend: Any, made: Any, value: bytes, rule: dict[str, Any], destination: str) -> None:
    wanted = rule["Destination"]
    key = wanted.get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
    copy: Any = _put_object(
        backend,
        destination,
        made.name,
        value,
        storage=wanted.get("StorageClass") or made._storage_class,
        etag=made._etag,
        multipart=made.multipart,
        encryption=made.encryption,
        kms_key_id=key if made.encryption == "aws:kms" else made.kms_key_id,
        lock_mode=made.lock_mode,
        lock_legal_status=made.lock_legal_status,
        lock_until=made.lock_until,
        checksum_value=made.checksum_value,
        disable_notification=True,
    )
    # One dictionary for both: the rest of the request still adds to the original's.
    copy._version_id, copy._metadata = made._version_id, made._metadata
    made.replication_status, copy.replication_status = "COMPLETED", "REPLICA"


def _with_status(self: Any) -> dict[str, Any]:
    """What S3 tells of an object with a rule, and of a copy (API reference, HeadObject)."""
    found: dict[str, Any] = _response_dict.fget(self)  # type: ignore[attr-defined]
    status = getattr(self, "replication_status", None)
    return {**found, _STATUS: status} if status else found


def _copied_delete_marker(self: Any, bucket_name: str, key_name: str) -> FakeDeleteMarker:
    marker = _set_delete_marker(self, bucket_name, key_name)
    for rule, destination in _destinations(self, bucket_name, key_name):
        deletions = (rule.get("DeleteMarkerReplication") or {}).get("Status")
        if deletions == "Enabled" and key_name in self.buckets[destination].keys:
            _set_delete_marker(self, destination, key_name)._version_id = marker.version_id
    return marker


def _destinations(backend: Any, bucket_name: str, key_name: str) -> Iterator[tuple[dict[str, Any], str]]:
    for rule in _rules(getattr(backend.get_bucket(bucket_name), "replication", None) or {}):
        prefix = (rule.get("Filter") or {}).get("Prefix") or rule.get("Prefix") or ""
        destination = rule["Destination"]["Bucket"].rsplit(":", 1)[-1]
        if rule["Status"] == "Enabled" and key_name.startswith(prefix) and destination in backend.buckets:
            yield rule, destination


def _rules(replication: dict[str, Any]) -> list[dict[str, Any]]:
    rules = replication.get("Rule", [])
    return rules if isinstance(rules, list) else [rules]


def _whole_replication(self: Any) -> Any:
    """moto answers as if no rule had deletions, filter or keys."""
    self.data["Action"] = "GetBucketReplication"
    found = self.backend.get_bucket_replication(self.bucket_name)
    if not found:
        raise ReplicationConfigurationNotFoundError(bucket_name=self.bucket_name)
    rules = [
        {**rule, **({"Filter": _filter(rule["Filter"])} if "Filter" in rule else {})}
        for rule in _rules(found)
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
