"""S3's Object Lock where moto has less of it: uploads in parts, holds, and who is told of locks.

What was asked for when an upload in parts was begun holds for the object that becomes of it, and else the
bucket's own (API reference, CreateMultipartUpload). A hold says nothing of how long a version is kept. Of
another account's object the locks are told to who may see them, and left out for everybody else (user guide,
"Object Lock considerations"). Replicas of what was uploaded in parts are without them here.
"""

from __future__ import annotations

import re
from typing import Any

from moto.s3.exceptions import LockNotEnabled
from moto.s3.models import S3Backend, s3_backends
from moto.s3.responses import S3Response

from rehearsal.aws.accounts import allows_account

_MODE, _UNTIL, _HOLD = (f"x-amz-object-lock-{name}" for name in ("mode", "retain-until-date", "legal-hold"))
_SEEN_BY = {
    _HOLD: "s3:GetObjectLegalHold",
    _MODE: "s3:GetObjectRetention",
    _UNTIL: "s3:GetObjectRetention",
}

_UPLOAD = re.compile(r"<UploadId>([^<]+)</UploadId>")

_complete = S3Backend.complete_multipart_upload
_get_object, _head_object = S3Response.get_object, S3Response.head_object
_lock_details = S3Response._get_lock_details
_post = S3Response._key_response_post


def repair_object_lock() -> None:
    """Replaces the methods in question, once in a process."""
    S3Backend.complete_multipart_upload = _completed  # type: ignore[method-assign]
    S3Response._key_response_post = _begun  # type: ignore[method-assign]
    S3Response._get_lock_details = _details  # type: ignore[method-assign]
    S3Response.get_object = _got_object  # type: ignore[method-assign]
    S3Response.head_object = _headed_object  # type: ignore[method-assign]


def _begun(self: Any, request: Any, body: bytes, bucket_name: str, query: Any, key_name: str) -> Any:
    if body != b"" or "uploads" not in query:
        return _post(self, request, body, bucket_name, query, key_name)
    bucket = self.backend.get_bucket(bucket_name)
    asked = [self.headers.get(name) for name in (_MODE, _UNTIL, _HOLD)]
    if any(asked) and not bucket.object_lock_enabled:
        self.data["Action"] = "CreateMultipartUpload"  # whose error it is
        raise LockNotEnabled
    status, headers, answer = _post(self, request, body, bucket_name, query, key_name)
    if match := _UPLOAD.search(answer if isinstance(answer, str) else answer.decode()):
        bucket.multiparts[match[1]].asked_locks = asked
    return status, headers, answer


def _completed(self: Any, bucket_name: str, multipart_id: str, body: Any) -> Any:
    bucket = self.get_bucket(bucket_name)
    mode, until, hold = getattr(bucket.multiparts.get(multipart_id), "asked_locks", (None, None, None))
    key = _complete(self, bucket_name, multipart_id, body)
    if key is not None and bucket.object_lock_enabled:
        if mode is None and bucket.has_default_lock:
            mode, until = bucket.default_lock_mode, bucket.default_retention()
        key.lock_mode, key.lock_until, key.lock_legal_status = mode, until, hold
    return key


def _details(self: Any, bucket: Any, lock_enabled: bool) -> Any:
    """What is asked of a new version. moto takes a hold alone for a word about how long it is kept."""
    hold, mode, until = _lock_details(self, bucket, lock_enabled)
    if lock_enabled and mode is None and bucket.has_default_lock:
        mode, until = bucket.default_lock_mode, bucket.default_retention()
    return hold, mode, until


def _got_object(self: Any) -> Any:
    return _seen(self, self.bucket_name, self.parse_key_name(), _get_object(self))


def _headed_object(self: Any, bucket_name: str, query: Any, key_name: str, headers: Any) -> Any:
    return _seen(self, bucket_name, key_name, _head_object(self, bucket_name, query, key_name, headers))


def _seen(asking: Any, name: str, key: str, answer: Any) -> Any:
    """The answer without the locks that whoever asks may not see."""
    partition, owner = s3_backends.bucket_accounts.get(name, ("", asking.current_account))
    if owner == asking.current_account:
        return answer
    bucket = s3_backends[owner][partition].get_bucket(name)
    for header, action in _SEEN_BY.items():
        if not allows_account(bucket.policy, asking.current_account, action, f"{bucket.arn}/{key}"):
            answer[1].pop(header, None)
    return answer
