"""Buckets of other accounts: moto lets whoever asks in, and looks at no policy on the way.

A request for another account's bucket needs that bucket's policy, and the key's policy where what is read is
encrypted with that account's key (S3 user guide, "How Amazon S3 authorizes a request" and "Required
permissions for Amazon S3 API operations"; IAM user guide, "Cross-account policy evaluation logic"). Which
role asks moto does not say: see `rehearsal.aws.accounts`. Of a request that is not known here nothing is
answered. What S3 itself copies comes by another way (`rehearsal.aws.moto_replication`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse
from xml.etree import ElementTree

from moto.s3.exceptions import BucketAccessDeniedError
from moto.s3.models import s3_backends
from moto.s3.responses import S3Response

from rehearsal.aws.accounts import account_of, allows_account
from rehearsal.aws.moto_ecr_layers import AWS_ACCOUNT
from rehearsal.aws.replication_destinations import key_of

# The permissions by method and by what the query names; without any of these, that of "".
_OF_BUCKETS: Mapping[str, Mapping[str, str]] = {
    "HEAD": {"": "ListBucket"},
    "GET": {
        "accelerate": "GetAccelerateConfiguration",
        "acl": "GetBucketAcl",
        "cors": "GetBucketCORS",
        "encryption": "GetEncryptionConfiguration",
        "inventory": "GetInventoryConfiguration",
        "lifecycle": "GetLifecycleConfiguration",
        "location": "GetBucketLocation",
        "logging": "GetBucketLogging",
        "notification": "GetBucketNotification",
        "object-lock": "GetBucketObjectLockConfiguration",
        "ownershipControls": "GetBucketOwnershipControls",
        "policy": "GetBucketPolicy",
        "policyStatus": "GetBucketPolicyStatus",
        "publicAccessBlock": "GetBucketPublicAccessBlock",
        "replication": "GetReplicationConfiguration",
        "requestPayment": "GetBucketRequestPayment",
        "tagging": "GetBucketTagging",
        "uploads": "ListBucketMultipartUploads",
        "versioning": "GetBucketVersioning",
        "versions": "ListBucketVersions",
        "website": "GetBucketWebsite",
        "": "ListBucket",
    },
    "PUT": {
        "accelerate": "PutAccelerateConfiguration",
        "acl": "PutBucketAcl",
        "cors": "PutBucketCORS",
        "encryption": "PutEncryptionConfiguration",
        "inventory": "PutInventoryConfiguration",
        "lifecycle": "PutLifecycleConfiguration",
        "logging": "PutBucketLogging",
        "notification": "PutBucketNotification",
        "object-lock": "PutBucketObjectLockConfiguration",
        "ownershipControls": "PutBucketOwnershipControls",
        "policy": "PutBucketPolicy",
        "publicAccessBlock": "PutBucketPublicAccessBlock",
        "replication": "PutReplicationConfiguration",
        "requestPayment": "PutBucketRequestPayment",
        "tagging": "PutBucketTagging",
        "versioning": "PutBucketVersioning",
        "website": "PutBucketWebsite",
    },
    "DELETE": {
        "cors": "PutBucketCORS",
        "encryption": "PutEncryptionConfiguration",
        "inventory": "PutInventoryConfiguration",
        "lifecycle": "PutLifecycleConfiguration",
        "ownershipControls": "PutBucketOwnershipControls",
        "policy": "DeleteBucketPolicy",
        "publicAccessBlock": "PutBucketPublicAccessBlock",
        "replication": "PutReplicationConfiguration",
        "tagging": "PutBucketTagging",
        "website": "DeleteBucketWebsite",
        "": "DeleteBucket",
    },
}
_OF_OBJECTS: Mapping[str, Mapping[str, str]] = {
    "HEAD": {"": "GetObject"},
    "GET": {
        "acl": "GetObjectAcl",
        "attributes": "GetObjectAttributes",
        "legal-hold": "GetObjectLegalHold",
        "retention": "GetObjectRetention",
        "tagging": "GetObjectTagging",
        "uploadId": "ListMultipartUploadParts",
        "": "GetObject",
    },
    "PUT": {
        "acl": "PutObjectAcl",
        "legal-hold": "PutObjectLegalHold",
        "retention": "PutObjectRetention",
        "tagging": "PutObjectTagging",
        "": "PutObject",
    },
    "DELETE": {
        "tagging": "DeleteObjectTagging",
        "uploadId": "AbortMultipartUpload",
        "": "DeleteObject",
    },
    "POST": {"restore": "RestoreObject", "uploadId": "PutObject", "uploads": "PutObject"},
}
# With a version's identifier each of these is a permission of its own.
_OF_VERSIONS = {
    "DeleteObject": "DeleteObjectVersion",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObject": "GetObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectAcl": "PutObjectVersionAcl",
    "PutObjectTagging": "PutObjectVersionTagging",
}
# What is sent along with an object, and needs a permission beside that of writing it.
_SENT_ALONG = {
    "x-amz-acl": "PutObjectAcl",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-tagging": "PutObjectTagging",
}
_SIGNATURE = "X-Amz-Signature"

_authorize = S3Response._authenticate_and_authorize_s3_action

Query = Mapping[str, Any]


def bucket_permission(method: str, query: str) -> str:
    """The permission that a request about a bucket needs, by its method and query."""
    action = _action(_OF_BUCKETS, method, parse_qs(query, keep_blank_values=True))
    return f"s3:{action}" if action else ""


@dataclass(frozen=True)
class _Asked:
    """A permission that a request needs: with the key that it is about, and that one's version.

    Both are empty of the bucket itself; the action is empty for a request that is not known.
    """

    action: str
    key: str = ""
    version: str = ""

    @property
    def permission(self) -> str:
        """As policies call it."""
        return f"s3:{_OF_VERSIONS.get(self.action, self.action) if self.version else self.action}"


def repair_buckets_of_other_accounts() -> None:
    """Replaces the method in question, once in a process."""
    S3Response._authenticate_and_authorize_s3_action = _require_access  # type: ignore[method-assign]


def _require_access(self: Any, bucket_name: str | None = None, key_name: str | None = None) -> None:
    if bucket_name is not None:
        query = parse_qs(urlparse(self.uri).query, keep_blank_values=True)
        taken = key_name is None and self.request.method == "PUT" and not query  # CreateBucket says so
        if not taken and not _is_signed_by_aws(bucket_name, query):
            _check(self, bucket_name, _asked(self, key_name, query))
        if source := self.headers.get("x-amz-copy-source"):
            _check_source(self, source, in_parts="uploadId" in query)
    _authorize(self, bucket_name, key_name)


def _is_signed_by_aws(bucket: str, query: Query) -> bool:
    """Whether an address of a layer of an image: it speaks for ECR, whoever asks with it."""
    _, owner = s3_backends.bucket_accounts.get(bucket, ("", ""))
    return owner == AWS_ACCOUNT and _SIGNATURE in query


def _asked(asking: Any, key: str | None, query: Query) -> list[_Asked]:
    method = asking.request.method
    if key is None:
        if method == "POST" and "delete" in query:
            return list(_deletions(asking.body))
        return [_Asked(_action(_OF_BUCKETS, method, query))]
    action, version = _action(_OF_OBJECTS, method, query), query.get("versionId", [""])[0]
    more = [each for name, each in _SENT_ALONG.items() if action == "PutObject" and name in asking.headers]
    return [_Asked(each, key, version) for each in (action, *more)]


def _deletions(body: bytes) -> Iterator[_Asked]:
    """Of several objects at once. Of these AWS refuses some; here all are refused, or none."""
    for each in ElementTree.fromstring(body).iterfind("{*}Object"):  # noqa: S314  # of a client on this machine
        version = each.findtext("{*}VersionId", "")
        yield _Asked("DeleteObject", each.findtext("{*}Key", ""), version)


def _action(table: Mapping[str, Mapping[str, str]], method: str, query: Query) -> str:
    by_query = table.get(method, {})
    return next((action for name, action in by_query.items() if name and name in query), by_query.get("", ""))


def _check(asking: Any, name: str, asked: Iterable[_Asked]) -> None:
    partition, owner = s3_backends.bucket_accounts.get(name, ("", asking.current_account))
    if owner == asking.current_account:
        return
    bucket = s3_backends[owner][partition].get_bucket(name)
    for each in asked:
        resource = f"{bucket.arn}/{each.key}" if each.key else bucket.arn
        allowed = allows_account(bucket.policy, asking.current_account, each.permission, resource)
        if not each.action or not (allowed and _uses_key(asking, bucket, each)):
            raise BucketAccessDeniedError(name)


def _uses_key(asking: Any, bucket: Any, asked: _Asked) -> bool:
    """Whether the key of what is read, or written, lets in whoever asks, through S3."""
    if asked.action == "GetObject":
        versions = bucket.keys.getlist(asked.key) or []
        found = [each for each in versions if asked.version in ("", each.version_id)]
        arn, action = (getattr(found[-1], "kms_key_id", None) if found else None), "kms:Decrypt"
    elif asked.action == "PutObject":
        default = ((bucket.encryption or {}).get("Rule") or {}).get("ApplyServerSideEncryptionByDefault", {})
        named = asking.headers.get("x-amz-server-side-encryption-aws-kms-key-id")
        arn, action = named or default.get("KMSMasterKeyID"), "kms:GenerateDataKey"
    else:
        return True
    account = asking.current_account
    if not arn or account_of(arn) in ("", account):
        return True
    key = key_of(arn)
    said = {"kms:ViaService": f"s3.{bucket.region_name}.amazonaws.com", "kms:CallerAccount": account}
    return key is not None and allows_account(key.policy, account, action, key.arn, **said)


def _check_source(asking: Any, source: str | bytes, *, in_parts: bool) -> None:
    """Of a copy: who makes it reads what is copied, with its tags unless others are given."""
    parsed = urlparse(source.decode() if isinstance(source, bytes) else source)
    name, _, key = unquote(parsed.path).lstrip("/").partition("/")
    version = parse_qs(parsed.query).get("versionId", [""])[0]
    without_tags = in_parts or asking.headers.get("x-amz-tagging-directive") == "REPLACE"
    actions = ["GetObject", *([] if without_tags else ["GetObjectTagging"])]
    _check(asking, name, [_Asked(each, key, version) for each in actions])
