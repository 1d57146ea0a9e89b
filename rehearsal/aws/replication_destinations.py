"""Destinations of S3's replication: buckets of the same account and of others, and what their policies allow.

Of another account that is not embedded in this process nothing is known: a rule that names it is taken,
nothing is copied there, and an object's replication status is that of its other rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from moto.kms.models import kms_backends
from moto.s3.models import S3Backend, s3_backends

from rehearsal.aws.accounts import account_of, allows, embedded

Rule = dict[str, Any]

PENDING, COMPLETED, FAILED, REPLICA = "PENDING", "COMPLETED", "FAILED", "REPLICA"


@dataclass(frozen=True)
class Destination:
    """A bucket that a rule copies to.

    Args:
        rule: of the replication configuration.
        bucket: the copy's, as moto has it.
        role: the ARN of the role that S3 copies with.
        source: the bucket that is copied.
    """

    rule: Rule
    bucket: Any
    role: str
    source: Any

    @property
    def backend(self) -> S3Backend:
        """moto's S3 of the account that has the bucket."""
        return backend_of(self.bucket)

    @property
    def replica_key(self) -> str | None:
        """The ARN of the key that encrypts what is encrypted in the source, too."""
        return replica_key(self.rule)

    def lets_copy(self, name: str, *, with_key: bool) -> bool:
        """Whether an object may be put there; `with_key` where the key of its copy is used.

        S3 takes a configuration without looking at this; then the copy fails (S3 user guide, "Configuring
        replication for buckets in different accounts" and "Replicating encrypted objects").
        """
        return self._bucket_lets("s3:ReplicateObject", name) and not (with_key and not self._key_lets(name))

    def lets_delete(self, name: str) -> bool:
        """Whether a delete marker may be put there."""
        return self._bucket_lets("s3:ReplicateDelete", name)

    def _bucket_lets(self, action: str, name: str) -> bool:
        if self.bucket.account_id == self.source.account_id:
            return True  # the role's own policies decide, which is judged elsewhere
        return allows(self.bucket.policy, self.role, action, f"{self.bucket.arn}/{name}")

    def _key_lets(self, name: str) -> bool:
        arn = self.replica_key or ""
        account = account_of(arn)
        if account == self.source.account_id:
            return True
        key = key_of(arn)
        # With an S3 Bucket Key the encryption context is the bucket, not the object (S3 user guide, "Reducing
        # the cost of SSE-KMS with Amazon S3 Bucket Keys").
        whole = ((self.bucket.encryption or {}).get("Rule") or {}).get("BucketKeyEnabled")
        context = self.bucket.arn if str(whole).lower() == "true" else f"{self.bucket.arn}/{name}"
        said = {
            "kms:ViaService": f"s3.{self.bucket.region_name}.amazonaws.com",
            "kms:CallerAccount": self.source.account_id,
            "kms:EncryptionContext:aws:s3:arn": context,
        }
        return key is not None and allows(key.policy, self.role, "kms:Encrypt", arn, **said)


def rules_of(replication: dict[str, Any] | None) -> list[Rule]:
    """The rules of a configuration, which moto keeps as its XML was read: a single one is no list."""
    rules = (replication or {}).get("Rule", [])
    return rules if isinstance(rules, list) else [rules]


def backend_of(bucket: Any) -> S3Backend:
    """moto's S3 of the account that has a bucket."""
    return s3_backends[bucket.account_id][bucket.partition]


def destinations(source: Any, name: str) -> Iterator[Destination]:
    """Where an object of a bucket is copied to: each bucket once, by its rule of the highest priority.

    Source: S3 user guide, "Replication configuration file elements", on Priority.
    """
    replication = getattr(source, "replication", None) or {}
    chosen: dict[str, Rule] = {}
    for rule in sorted(rules_of(replication), key=lambda rule: int(rule.get("Priority") or 0)):
        prefix = (rule.get("Filter") or {}).get("Prefix") or rule.get("Prefix") or ""
        if rule["Status"] == "Enabled" and name.startswith(prefix):
            chosen[_bucket_name(rule)] = rule
    for rule in chosen.values():
        bucket = _bucket(rule)
        if bucket is not None:
            yield Destination(rule, bucket, str(replication.get("Role", "")), source)


def destination_refusals(source: Any, rule: Rule, unheard: Collection[str] = ()) -> Iterator[str]:
    """Why S3 does not take a rule for its destination (PutBucketReplication).

    Args:
        source: the bucket that is copied.
        rule: where to.
        unheard: names of buckets of which S3 does not know yet that they keep versions.
    """
    bucket, account = _bucket(rule), rule["Destination"].get("Account")
    if bucket is None:
        if account is None or account == source.account_id or account in embedded():
            yield "Destination bucket must exist."
        return
    if account is not None and account != bucket.account_id:
        yield f"Destination.Account {account} is not the account that owns the bucket {bucket.name}."
    if bucket.name == source.name:
        yield "Destination bucket cannot be the same as the source bucket."
    if not bucket.is_versioned or bucket.name in unheard:
        yield "Destination bucket must have versioning enabled."
    if source.object_lock_enabled and not bucket.object_lock_enabled:
        yield "Object Lock is enabled on the source bucket and has to be on the destination bucket."
    yield from _key_refusals(bucket, rule)


def replica_key(rule: Rule) -> str | None:
    """The ARN of a rule's key for encrypted copies; None for none."""
    found: str | None = rule["Destination"].get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
    return found


def set_status(made: Any, destination: Destination, status: str) -> None:
    """Notes what became of one copy of an object, and what S3 tells of them all.

    Source: S3 user guide, "Getting replication status information".
    """
    found = made.__dict__.setdefault("replication_statuses", {})
    found[destination.bucket.name] = status
    told = set(found.values())
    made.replication_status = FAILED if FAILED in told else PENDING if PENDING in told else COMPLETED


def key_of(arn: str) -> Any:
    """moto's key of an ARN; None where it is not there, or its account is not embedded."""
    region, account = arn.split(":")[3], account_of(arn)
    if account not in embedded():
        return None
    backend = kms_backends[account][region]
    # S3 takes an alias's ARN, too (API reference, EncryptionConfiguration).
    return backend.keys.get(backend.any_id_to_key_id(arn))


def _key_refusals(bucket: Any, rule: Rule) -> Iterator[str]:
    key = replica_key(rule)
    if key is None:
        return
    if key.split(":")[3] != bucket.region_name:
        yield f"The key {key} is not in the destination bucket's region {bucket.region_name}."
    elif account_of(key) in embedded() and key_of(key) is None:
        yield f"The key {key} does not exist."


def _bucket_name(rule: Rule) -> str:
    return str(rule["Destination"]["Bucket"]).rsplit(":", 1)[-1]


def _bucket(rule: Rule) -> Any:
    """moto's bucket of a rule, whoever has it: names are everybody's."""
    name = _bucket_name(rule)
    owner = s3_backends.bucket_accounts.get(name)
    return s3_backends[owner[1]][owner[0]].buckets.get(name) if owner else None
