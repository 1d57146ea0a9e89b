"""Resources that stand in a region that was lost and is back, or that is left on purpose.

Its services must not write: their database is not the one that serves any more. The database is evidence of
the last minutes and is put aside under another name; both Redis are removed, since what they hold would be
done, or answered, a second time on the day on which they serve again. So are their users: they have passwords
of rotations, which nobody knows any more when the program writes Redis' entries anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from infra.naming import Naming
from operations.console import OperationFailed
from operations.environments import Connection
from operations.recovery.closing import close_database
from operations.recovery.replica import Replica
from operations.recovery.returned_state import (
    CLUSTER,
    LOAD_BALANCER,
    REDIS,
    USER,
    USER_GROUP,
    in_region,
)
from operations.recovery.state_resources import name_of

REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"

# S3 copies within 15 minutes (Replication Time Control); what is older was copied before the region was lost.
_NOT_COPIED_SINCE = timedelta(hours=1)
# Whose data is worth a snapshot; a cache can be filled again.
_QUEUE = "queue"


class LeftBehind:
    """One region.

    Args:
        connection: to the account, in this region.
        naming: names and ARNs of what is in it.
        instance: RDS's identifier of the database that served there.
        state: the engine's, of when everything ran there.
        since: when it was lost.
    """

    def __init__(
        self,
        connection: Connection,
        naming: Naming,
        instance: str,
        state: Mapping[str, Any],
        since: datetime,
    ) -> None:
        self._connection, self._naming, self._state, self._since = connection, naming, state, since
        self.database = Replica(connection, instance)
        self.given_up: list[str] = []
        self._rds = connection.client("rds")
        self._redis = connection.client("elasticache")
        self._secrets = connection.client("secretsmanager")

    @property
    def evidence(self) -> str:
        """What the database is called from now on."""
        return self._put_aside(self.database.name)

    def _put_aside(self, name: str) -> str:
        return f"{name}-until-{self._since:%Y%m%d%H%M}"

    def close_database(self) -> None:
        """Nobody connects to the database any more: its security groups let nobody in.

        One that is a replica, and follows another one, is left as it is.
        """
        found = self._database_of_before()
        if found is None:
            return
        close_database(self._connection, found)

    def not_copied(self) -> str | None:
        """What S3 has still to copy of what was written in the last minutes; None when nothing is.

        `given_up` has afterwards what S3 tries no more: it stays in the buckets there.
        """
        s3 = self._connection.client("s3")
        pending, self.given_up = [], []
        for bucket, key, version in self._last_versions(s3):
            head = s3.head_object(Bucket=bucket, Key=key, VersionId=version)
            status = head.get("ReplicationStatus")
            if status == "PENDING":
                pending.append(f"{bucket}/{key}")
            elif status == "FAILED":
                self.given_up.append(f"s3://{bucket}/{key} (version {version})")
        return f"{len(pending)} objects, as {pending[0]}" if pending else None

    def _last_versions(self, s3: Any) -> Iterator[tuple[str, str, str]]:
        """Versions of the last minutes, in the buckets that S3 copies from."""
        after = self._since - _NOT_COPIED_SINCE
        for bucket in (str(each["inputs"]["bucket"]) for each in self._of(REPLICATION)):
            for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
                for each in page.get("Versions", ()):
                    if each["LastModified"] >= after:
                        yield bucket, each["Key"], each["VersionId"]

    def rename_database(self) -> str | None:
        """Puts the database aside; what is still missing, None when it is done.

        It takes effect with ApplyImmediately, and RDS restarts the instance (ModifyDBInstance).
        """
        found = self._database_of_before()
        if found is not None and found["DBInstanceStatus"] == "available" and not _has_new_name(found):
            self._rds.modify_db_instance(
                DBInstanceIdentifier=self.database.name,
                NewDBInstanceIdentifier=self.evidence,
                ApplyImmediately=True,
            )
        there = Replica(self._connection, self.evidence).find() or self._database_of_before()
        if there is None:
            return None  # it is not there any more
        name, status = there["DBInstanceIdentifier"], there["DBInstanceStatus"]
        return None if (name, status) == (self.evidence, "available") else f"{name} is {status}"

    def _database_of_before(self) -> dict[str, Any] | None:
        """The one that served, under its name; a replica of that name is another one."""
        found = self.database.find()
        return None if found is None or found.get("ReadReplicaSourceDBInstanceIdentifier") else found

    def remove_redis(self) -> str | None:
        """Removes both Redis, with a last snapshot of the queue, and then their users; what is still there,
        None when nothing is.
        """
        there = []
        for each in self._of(REDIS):
            name = str(each["inputs"]["replicationGroupId"])
            if self._status_of_redis(name) == "available":
                kept = {"FinalSnapshotIdentifier": self._put_aside(name)}
                queue = name_of(each["urn"]) == _QUEUE
                self._redis.delete_replication_group(ReplicationGroupId=name, **(kept if queue else {}))
            if status := self._status_of_redis(name):
                there.append(f"{name} is {status}")
        return ", ".join(there) or self._remove_users()

    def _remove_users(self) -> str | None:
        """The groups first: none may be without its default user (DeleteUser)."""
        describe, delete = self._redis.describe_user_groups, self._redis.delete_user_group
        groups = self._removed(USER_GROUP, "UserGroup", describe, delete)
        return groups or self._removed(USER, "User", self._redis.describe_users, self._redis.delete_user)

    def _removed(
        self, kind: str, word: str, describe: Callable[..., Any], delete: Callable[..., Any]
    ) -> str | None:
        there = []
        for each in self._of(kind):
            identifier = f"{word}Id"
            asked = {identifier: str(each["inputs"][f"{identifier[0].lower()}{identifier[1:]}"])}
            if _status(describe, f"{word}s", asked) == "active":
                delete(**asked)
            if status := _status(describe, f"{word}s", asked):
                there.append(f"{asked[identifier]} is {status}")
        return ", ".join(there) or None

    def _status_of_redis(self, name: str) -> str | None:
        asked = {"ReplicationGroupId": name}
        return _status(self._redis.describe_replication_groups, "ReplicationGroups", asked)

    def remove_entries(self) -> Sequence[str]:
        """Removes the entries of Secrets Manager, so that those of the other region can be copied here.

        Their values are older than the ones that are used. Answers their names.

        Raises:
            OperationFailed: Secrets Manager refuses one.
        """
        removed = []
        for each in self._entries():
            try:
                self._secrets.delete_secret(SecretId=each, ForceDeleteWithoutRecovery=True)
            except ClientError as error:
                raise OperationFailed(
                    f"{each} in {self._naming.region}: {error}. A primary that believes to have a copy is "
                    "not deleted: look at `aws secretsmanager describe-secret`, ReplicationStatus. Leave "
                    f"the copy in {self._naming.recovery_region} alone: it is the one that serves."
                ) from None
            removed.append(each)
        return removed

    def _entries(self) -> Iterator[str]:
        prefix = self._naming.secret("")
        pages = self._secrets.get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": [prefix]}]
        )
        for page in pages:
            for each in page["SecretList"]:
                is_copy = each.get("PrimaryRegion") == self._naming.recovery_region
                if each["Name"].startswith(prefix) and not is_copy:
                    yield each["Name"]

    def unprotect_load_balancer(self) -> None:
        """Lets the engine remove it: nobody is sent there."""
        balancers = self._connection.client("elbv2")
        off = [{"Key": "deletion_protection.enabled", "Value": "false"}]
        for each in self._of(LOAD_BALANCER):
            try:
                balancers.modify_load_balancer_attributes(LoadBalancerArn=str(each["id"]), Attributes=off)
            except ClientError as error:
                if error.response["Error"]["Code"] != "LoadBalancerNotFound":
                    raise

    def unprotect_cluster(self) -> None:
        """Lets the engine remove it: no pod of it works for anybody (EKS user guide, "Delete a cluster": the
        protection is off before, and Auto Mode's nodes go with the cluster).
        """
        eks = self._connection.client("eks")
        for each in self._of(CLUSTER):
            name = str(each["inputs"]["name"])
            try:
                if eks.describe_cluster(name=name)["cluster"].get("deletionProtection"):
                    eks.update_cluster_config(name=name, deletionProtection=False)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise

    def _of(self, kind: str) -> list[dict[str, Any]]:
        return in_region(self._state, self._naming.region, kind)


def _status(describe: Callable[..., Any], key: str, asked: Mapping[str, str]) -> str | None:
    """Of something in ElastiCache; None where it is not there."""
    try:
        answer = describe(**asked)
    except ClientError as error:
        if error.response["Error"]["Code"].startswith(f"{key.removesuffix('s')}NotFound"):
            return None
        raise
    return str(answer[key][0]["Status"])


def _has_new_name(found: Mapping[str, Any]) -> bool:
    return bool((found.get("PendingModifiedValues") or {}).get("DBInstanceIdentifier"))
