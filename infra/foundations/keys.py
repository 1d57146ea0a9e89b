"""Encryption keys, one for each class of data, so that access to one is no access to another."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra import iam
from infra.configuration.severities import PUBLISHERS, RULES
from infra.foundations.encryption_key import declare_key, declare_replica
from infra.naming import Naming


@dataclass(frozen=True)
class KeysArgs:
    """For which environment.

    Args:
        naming: names and ARNs.
        protect: keys are protected, and stay when the stack does not want them any more.
        recovery_provider: AWS in the recovery region, where copies are kept there; otherwise None.
    """

    naming: Naming
    protect: bool
    recovery_provider: pulumi.ProviderResource | None


class Keys(pulumi.ComponentResource):
    """The customer-managed KMS keys of an environment.

    Produces a key and an alias each for data at rest (database, Redis, buckets), for Secrets Manager, for
    logs, for the cluster's own secrets, for notifications, and for copies of secrets. The last one can be in
    both regions, so that what one has encrypted the other can read (contract SEC-4).
    """

    data: pulumi.Output[str]
    secrets: pulumi.Output[str]
    logs: pulumi.Output[str]
    cluster: pulumi.Output[str]
    notifications: pulumi.Output[str]
    secret_copies: pulumi.Output[str]
    secret_copies_in_recovery_region: pulumi.Output[str] | None

    def __init__(self, name: str, args: KeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:keys:Keys", name, None, opts)
        naming = args.naming

        def key(name: str, purpose: str, *statements: iam.Statement) -> pulumi.Output[str]:
            return declare_key(name, purpose, naming, *statements, protect=args.protect, parent=self)

        logs = iam.logs_use_key(naming, naming.region)
        alarms = iam.alarms_use_key(naming, naming.region)
        self.data = key("data", "Database, Redis and buckets")
        self.secrets = key("secrets", "Secrets Manager")
        self.logs = key("logs", "Log groups", logs)
        self.cluster = key("cluster", "Kubernetes secrets")
        publishers = [
            iam.topic_uses_key(
                service,
                {} if service == RULES else {"StringEquals": {"aws:SourceAccount": naming.account}},
                sid="Uses" + "".join(part.capitalize() for part in service.split(".")[:-2]),
            )
            for service in sorted({each for services in PUBLISHERS.values() for each in services})
        ]
        self.notifications = key("notifications", "Topics for alarms", alarms, *publishers)
        name, purpose = "secret-copies", "Copies of secrets"
        self.secret_copies = declare_key(
            name, purpose, naming, protect=args.protect, parent=self, multi_region=True
        )
        self.secret_copies_in_recovery_region = None
        if args.recovery_provider is not None:
            self.secret_copies_in_recovery_region = declare_replica(
                name,
                purpose,
                naming,
                self.secret_copies,
                protect=args.protect,
                parent=self,
                provider=args.recovery_provider,
            )
        self.register_outputs({})
