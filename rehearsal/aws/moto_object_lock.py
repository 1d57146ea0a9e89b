"""S3's Object Lock where moto has less of it: checksums, uploads in parts, holds, and who is told of locks.

What gets a lock has to come with a checksum of its own, parts of an upload too; any of `Content-MD5` and the
`x-amz-checksum-` headers will do (user guide, "Object Lock considerations"). moto looks for the name of an
algorithm alone, and not at all at parts. A copy sends nothing that there could be a checksum of.

What was asked for when an upload in parts was begun holds for the object that becomes of it, and else the
bucket's own (API reference, CreateMultipartUpload). A hold says nothing of how long a version is kept. Of
another account's object the locks are told to who may see them, and left out for everybody else (user guide,
"Object Lock considerations"). Replicas of what was uploaded in parts are without them here.
"""

from __future__ import annotations

import re
from typing import Any

from moto.s3.exceptions import LockNotEnabled, S3ClientError
from moto.s3.models import S3Backend, s3_backends
from moto.s3.responses import S3Response
from werkzeug.datastructures import Headers

from rehearsal.aws.accounts import allows_account

_MODE, _UNTIL, _HOLD = (f"x-amz-object-lock-{name}" for name in ("mode", "retain-until-date", "legal-hold"))
_SEEN_BY = {
    _HOLD: "s3:GetObjectLegalHold",
    _MODE: "s3:GetObjectRetention",
    _UNTIL: "s3:GetObjectRetention",
}

_CHECKSUM, _TRAILER, _ALGORITHM = "x-amz-checksum-", "x-amz-trailer", "x-amz-sdk-checksum-algorithm"
# What is said of a checksum besides its value (API reference, PutObject).
_NO_VALUES = {f"{_CHECKSUM}{name}" for name in ("algorithm", "mode", "type")}

_MD5 = "MD5"  # moto has another way of looking for it
# Of a key, which are put as well, and are no objects.
_SUBRESOURCES = {"retention", "legal-hold", "acl", "tagging"}

_UPLOAD = re.compile(r"<UploadId>([^<]+)</UploadId>")

_complete = S3Backend.complete_multipart_upload
_get_object, _head_object = S3Response.get_object, S3Response.head_object
_lock_details = S3Response._get_lock_details
_post = S3Response._key_response_post
_put = S3Response._key_response_put


class UncheckedUpload(S3ClientError):
    """Something that gets a lock came without a checksum, as S3 says it."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            "InvalidRequest",
            f"Content-MD5 OR x-amz-checksum- HTTP header is required for Put {kind} requests with Object "
            "Lock parameters",
        )


def repair_object_lock() -> None:
    """Replaces the methods in question, once in a process."""
    S3Backend.complete_multipart_upload = _completed  # type: ignore[method-assign]
    S3Response._key_response_post = _begun  # type: ignore[method-assign]
    S3Response._key_response_put = _checked  # type: ignore[method-assign]
    S3Response._get_lock_details = _details  # type: ignore[method-assign]
    S3Response.get_object = _got_object  # type: ignore[method-assign]
    S3Response.head_object = _headed_object  # type: ignore[method-assign]


def _checked(self: Any, query: Any, key_name: str) -> Any:
    """What is put, after S3 has seen that it can check what arrived."""
    copied = "x-amz-copy-source" in self.headers
    found = {_algorithm(name, value) for name, value in self.headers.items()} - {""}
    part = bool(query.get("uploadId"))
    if not copied and not found and not _SUBRESOURCES & {*query} and _gets_a_lock(self, query, part=part):
        self._set_action("KEY", "PUT", query)  # whose error it is
        raise UncheckedUpload("Part" if part else "Object")
    if copied or found - {_MD5}:
        self.headers = Headers(list(self.headers.items()))
        # All that moto looks for.
        self.headers.setdefault(_ALGORITHM, min(found - {_MD5}, default="CRC32"))
    return _put(self, query, key_name)


def _algorithm(name: str, value: str) -> str:
    """Of the checksum that a header of a request has or announces; nothing for another header."""
    name = name.lower()
    if name == "content-md5":
        return _MD5
    told = value.lower() if name == _TRAILER else name
    return (
        told.removeprefix(_CHECKSUM).upper() if told.startswith(_CHECKSUM) and told not in _NO_VALUES else ""
    )


def _gets_a_lock(asking: Any, query: Any, *, part: bool) -> bool:
    bucket = asking.backend.get_bucket(asking.bucket_name)
    if bucket.object_lock_enabled and bucket.has_default_lock:
        return True
    if part:
        return any(getattr(bucket.multiparts.get(query["uploadId"][0]), "asked_locks", ()))
    return any(asking.headers.get(name) for name in (_MODE, _UNTIL, _HOLD))


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
