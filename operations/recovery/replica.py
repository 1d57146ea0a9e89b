"""The database's replica in the region that takes over, and what it becomes there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from operations.console import OperationFailed
from operations.environments import Connection

_LAG_WINDOW = timedelta(minutes=30)


class Replica:
    """One instance.

    Args:
        connection: to the account, in its region.
        name: RDS's identifier.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection, self.name = connection, name
        self._rds = connection.client("rds")

    def find(self) -> dict[str, Any] | None:
        """As RDS tells of it; None when it is not there."""
        try:
            answer = self._rds.describe_db_instances(DBInstanceIdentifier=self.name)
        except ClientError as error:
            if error.response["Error"]["Code"].startswith("DBInstanceNotFound"):
                return None
            raise
        found: dict[str, Any] = answer["DBInstances"][0]
        return found

    def there(self) -> dict[str, Any]:
        """The same.

        Raises:
            OperationFailed: it is not there.
        """
        found = self.find()
        if found is None:
            raise OperationFailed(f"{self.name} is not there any more")
        return found

    def lag(self, now: datetime) -> float | None:
        """Seconds that it was behind when that was last measured; None where nobody knows."""
        answer = self._connection.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/RDS",
            MetricName="ReplicaLag",
            Dimensions=[{"Name": "DBInstanceIdentifier", "Value": self.name}],
            StartTime=now - _LAG_WINDOW,
            EndTime=now,
            Period=60,
            Statistics=["Maximum"],
        )
        points = sorted(answer["Datapoints"], key=lambda each: each["Timestamp"])
        known = [float(point["Maximum"]) for point in points if point["Maximum"] >= 0]
        return known[-1] if known else None

    @property
    def follows(self) -> bool:
        """Whether it is still a replica."""
        return bool(self.there().get("ReadReplicaSourceDBInstanceIdentifier"))

    def promote(self, days: int) -> None:
        """PromoteReadReplica; RDS refuses an instance that is at work on something else.

        Args:
            days: of point-in-time recovery.
        """
        self._rds.promote_read_replica(DBInstanceIdentifier=self.name, BackupRetentionPeriod=days)

    def not_promoted(self, days: int) -> str | None:
        """What is still missing; None when it is a database of its own. One that was busy is asked again."""
        found = self.there()
        status, follows = str(found["DBInstanceStatus"]), self.follows
        if follows and status == "available":
            self.promote(days)
        return None if status == "available" and not follows else f"{self.name} is {status}"

    @property
    def has_standby(self) -> bool:
        """Whether a standby in another zone is there, or being made."""
        found = self.there()
        pending = found.get("PendingModifiedValues") or {}
        return bool(found.get("MultiAZ") or pending.get("MultiAZ"))

    def add_standby(self) -> None:
        """From now on, and not from the maintenance window on, for which the program leaves it."""
        self._rds.modify_db_instance(DBInstanceIdentifier=self.name, MultiAZ=True, ApplyImmediately=True)
