"""Clients of both regions, the time, and the instance that serves, asked once: what all questions share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Protocol

from functions.check_recovery.wanted import Wanted


class Clients(Protocol):
    """Gives boto3's client of a service, in the environment's region or another one."""

    def __call__(self, service: str, region: str | None = None) -> Any: ...


class Asking:
    """The way to AWS.

    Args:
        wanted: what to ask about.
        clients: of the account.
        now: the time.
    """

    def __init__(self, wanted: Wanted, clients: Clients, now: datetime) -> None:
        self.wanted, self._clients, self.now = wanted, clients, now

    def here(self, service: str) -> Any:
        """A client in the region where everything runs."""
        return self._clients(service)

    def there(self, service: str) -> Any:
        """A client in the recovery region."""
        return self._clients(service, self.wanted.recovery_region)

    def age(self, when: datetime) -> timedelta:
        """How long ago."""
        return self.now - when.astimezone(UTC)

    @cached_property
    def primary(self) -> dict[str, Any]:
        """The instance that serves, as RDS tells of it."""
        answer = self.here("rds").describe_db_instances(DBInstanceIdentifier=self.wanted.database)
        found: dict[str, Any] = answer["DBInstances"][0]
        return found

    @cached_property
    def replica(self) -> dict[str, Any] | None:
        """Its replica in the recovery region; None where there is none."""
        region = self.wanted.recovery_region
        arns = self.primary.get("ReadReplicaDBInstanceIdentifiers", [])
        here = [arn for arn in arns if arn.startswith(f"arn:aws:rds:{region}:")]
        if not here:
            return None
        name = here[0].rpartition(":")[2]
        found: dict[str, Any] = self.there("rds").describe_db_instances(DBInstanceIdentifier=name)[
            "DBInstances"
        ][0]
        return found

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """What the domain's zone answers; nothing where there is no zone."""
        client, domain = self.here("route53"), self.wanted.domain
        zones = client.list_hosted_zones_by_name(DNSName=domain, MaxItems="1")["HostedZones"]
        named = [each["Id"] for each in zones if each["Name"].rstrip(".") == domain]
        if not named:
            return []
        pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=named[0])
        return [record for page in pages for record in page["ResourceRecordSets"]]

    @cached_property
    def waiting_cluster(self) -> dict[str, Any]:
        """The cluster in the recovery region."""
        found: dict[str, Any] = self.there("eks").describe_cluster(name=self.wanted.cluster)["cluster"]
        return found
