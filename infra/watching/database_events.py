"""What RDS tells of an instance by itself, which no metric says."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import rds

from infra.naming import Naming

# "low storage" is RDS-EVENT-0089: more than 90 % of what is allocated now is used (contract ALM-8), which
# FreeStorageSpace cannot say of storage that grows; "failure" is what nobody waits to be asked about.
CATEGORIES = ("failure", "low storage")


@dataclass(frozen=True)
class DatabaseEventsArgs:
    """Whose events, and who hears of them.

    Args:
        naming: names and ARNs.
        identifier: the instance's.
        topic: is told (SEV-2).
    """

    naming: Naming
    identifier: pulumi.Input[str]
    topic: pulumi.Input[str]


class DatabaseEvents(pulumi.ComponentResource):
    """A subscription to an instance's events. Keeps ALM-8's disk."""

    def __init__(
        self, name: str, args: DatabaseEventsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("groundwork:database:Events", name, None, opts)
        rds.EventSubscription(
            "low-storage",
            name=args.naming.named("database"),
            sns_topic=args.topic,
            source_type="db-instance",
            source_ids=[args.identifier],
            event_categories=list(CATEGORIES),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
