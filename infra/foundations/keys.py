"""Encryption keys, one for each class of data, so that access to one is no access to another."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra import iam
from infra.common import CommonArgs
from infra.configuration.severities import PUBLISHERS, RULES
from infra.foundations.encryption_key import SECRET_COPIES, declare_key, declare_replica


@dataclass(frozen=True)
class KeysArgs:
    """For which place.

    Args:
        common: names and rules of the place;
            with `protect` keys stay when the stack does not want them any more.
        serving: everything runs there, and services of AWS publish there.
        original: ARN of the key for copies of secrets that this place has a replica of; None where it has the
            original itself.
    """

    common: CommonArgs
    serving: bool
    original: pulumi.Input[str] | None


class Keys(pulumi.ComponentResource):
    """The customer-managed KMS keys of a place.

    Produces a key and an alias each for data at rest (database, Redis, buckets), for logs, for the cluster's
    own secrets, for notifications, for Secrets Manager, and for copies of secrets. They are the same in each
    place, so that moving from one to the other makes none anew. The key for copies of secrets can be in both
    regions, so that what one has encrypted the other can read (contract SEC-4); what is copied is readable
    without the region that it comes from (DR-3).
    """

    data: pulumi.Output[str]
    logs: pulumi.Output[str]
    cluster: pulumi.Output[str]
    notifications: pulumi.Output[str]
    secret_copies: pulumi.Output[str]
    secrets: pulumi.Output[str]

    def __init__(self, name: str, args: KeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:keys:Keys", name, None, opts)
        self._args = args
        naming = args.common.naming
        outside = naming.in_backup_account
        # AWS Backup copies the database's snapshots, which this key encrypts, to the other account.
        shared = iam.share_key(outside.root_arn) if outside else []
        self.data = self._key("data", "Database, Redis and buckets", *shared)
        self.logs = self._key("logs", "Log groups", iam.logs_use_key(naming, naming.region))
        self.notifications = self._key(
            "notifications",
            "Topics for alarms",
            iam.alarms_use_key(naming, naming.region),
            *self._publishers(),
        )
        self.secret_copies = self._secret_copies()
        self.cluster = self._key("cluster", "Kubernetes secrets")
        self.secrets = self._key("secrets", "Secrets Manager")
        self.register_outputs({})

    def _key(
        self, name: str, purpose: str, *statements: iam.Statement, multi_region: bool = False
    ) -> pulumi.Output[str]:
        return declare_key(
            name, purpose, self._args.common, *statements, parent=self, multi_region=multi_region
        )

    def _publishers(self) -> list[iam.Statement]:
        """Services that publish where everything runs; copies have alarms alone."""
        if not self._args.serving:
            return []
        account = {"StringEquals": {"aws:SourceAccount": self._args.common.naming.account}}
        return [
            iam.topic_uses_key(
                service,
                {} if service == RULES else account,
                sid="Uses" + "".join(part.capitalize() for part in service.split(".")[:-2]),
            )
            for service in sorted({each for services in PUBLISHERS.values() for each in services})
        ]

    def _secret_copies(self) -> pulumi.Output[str]:
        args, purpose = self._args, "Copies of secrets"
        if args.original is None:
            return self._key(SECRET_COPIES, purpose, multi_region=True)
        return declare_replica(SECRET_COPIES, purpose, args.common, args.original, self)
