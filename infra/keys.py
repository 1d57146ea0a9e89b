"""Encryption keys, one for each class of data, so that access to one is no access to another."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra import iam
from infra.encryption_key import declare_key
from infra.naming import Naming


@dataclass(frozen=True)
class KeysArgs:
    """Args: naming; protect: keys are protected, and stay when the stack does not want them any more."""

    naming: Naming
    protect: bool


class Keys(pulumi.ComponentResource):
    """The customer-managed KMS keys of an environment.

    Produces a key and an alias each for data at rest (database, Redis, buckets), for Secrets Manager, for
    logs, for the cluster's own secrets, and for notifications.
    """

    data: pulumi.Output[str]
    secrets: pulumi.Output[str]
    logs: pulumi.Output[str]
    cluster: pulumi.Output[str]
    notifications: pulumi.Output[str]

    def __init__(self, name: str, args: KeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:keys:Keys", name, None, opts)
        naming = args.naming

        def key(name: str, purpose: str, *statements: iam.Statement) -> pulumi.Output[str]:
            return declare_key(name, purpose, naming, *statements, protect=args.protect, parent=self)

        logs = iam.service_uses_key(
            f"logs.{naming.region}.amazonaws.com",
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": naming.arn("logs", "log-group:*")}},
        )
        alarms = iam.alarms_use_key(naming, naming.region)
        self.data = key("data", "Database, Redis and buckets")
        self.secrets = key("secrets", "Secrets Manager")
        self.logs = key("logs", "Log groups", logs)
        self.cluster = key("cluster", "Kubernetes secrets")
        self.notifications = key("notifications", "Topics for alarms", alarms)
        self.register_outputs({})
