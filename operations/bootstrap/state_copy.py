"""The copy of the engine's state in the backup account: S3 makes it, as it does of the environment's buckets.

The bucket there is the backup account's own stack's, which is deployed before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra import iam
from infra.configuration.buckets import BACKUP_ACCOUNT_RULE, STATE, STATE_FOLDER, replication_role
from infra.naming import Naming, bucket_arn
from operations.bootstrap.part import Found, Part, State
from operations.bootstrap.roles import Role
from operations.bootstrap.state import StateStore
from operations.console import OperationFailed

# S3's answers where there is nothing yet.
_NOT_THERE = ("ReplicationConfigurationNotFoundError", "NoSuchBucket")


class StateCopy:
    """The rule by which S3 copies an environment's state, and the role that it takes for it.

    Args:
        naming: of the environment.
        outside: of its backup account.
        store: where the state is.
    """

    def __init__(self, naming: Naming, outside: Naming, store: StateStore) -> None:
        self._naming, self._outside, self._store = naming, outside, store
        self.bucket = outside.bucket(STATE.name)

    def role(self) -> Role:
        """What S3 takes: the backup account lets in one of this name, and no other."""
        key, store, there = self._outside.alias_arn("data"), self._store, self._outside.region
        opens = iam.decrypt_through([store.key_arn()], f"s3.{store.region}.amazonaws.com", sid="ReadKey")
        return Role(
            self._naming.named(replication_role(STATE.name)),
            iam.trust_service("s3.amazonaws.com"),
            own=(
                *iam.replicate_from(store.arn, locked=False),
                iam.replicate_to([bucket_arn(self.bucket)], deletions=False),
                *([opens] if store.key_arn() else []),
                iam.encrypt_replicas_outside(key, there),
            ),
            does=f"S3 copies the state to account {self._outside.account}",
        )

    def part(self) -> Part:
        """The rule."""
        return Part(f"copy of the state in s3://{self.bucket}", self._look, self._make)

    def _look(self) -> Found:
        try:
            found = self._store.s3.get_bucket_replication(Bucket=self._store.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_THERE:
                return Found(State.MISSING, f"S3 makes it, in account {self._outside.account}")
            raise
        if _has(found["ReplicationConfiguration"], self._rules()):
            return Found(State.THERE)
        return Found(State.DIFFERS, "S3 copies otherwise, or elsewhere")

    def _make(self) -> None:
        try:
            self._store.s3.put_bucket_replication(
                Bucket=self._store.bucket, ReplicationConfiguration=self._rules()
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidRequest":
                raise
            account, stack = self._outside.account, self._naming.environment
            raise OperationFailed(
                f"s3://{self.bucket}: {error}. All else is made. It is in account {account}: with its own "
                f"credentials, in backup_account/, `pulumi up --stack {stack}`; then the same command."
            ) from None

    def _rules(self) -> dict[str, Any]:
        destination = {
            "Bucket": bucket_arn(self.bucket),
            "Account": self._outside.account,
            "StorageClass": STATE.copy_class,
            "EncryptionConfiguration": {"ReplicaKmsKeyID": self._outside.alias_arn("data")},
        }
        rule = {
            "ID": BACKUP_ACCOUNT_RULE,
            "Status": "Enabled",
            "Priority": 1,
            "Filter": {"Prefix": STATE_FOLDER},
            # Somebody who empties the account leaves the copy as it is.
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
            "Destination": destination,
        }
        return {"Role": self._naming.role_arn(self.role().name), "Rules": [rule]}


def _has(found: Any, wanted: Any) -> bool:
    """Whether AWS tells what was given; it tells more of a rule, such as what it takes for granted."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(_has(found.get(name), wanted[name]) for name in wanted)
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(_has, found, wanted))
    return bool(found == wanted)
