"""Encryption keys of the recovery region: what is copied there must be readable without the primary one."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra import iam
from infra.foundations.encryption_key import declare_key
from infra.naming import Naming


@dataclass(frozen=True)
class RecoveryKeysArgs:
    """For which region.

    Args:
        naming: names and ARNs, of the recovery region.
        protect: keys are protected, and stay when the stack does not want them any more.
    """

    naming: Naming
    protect: bool


class RecoveryKeys(pulumi.ComponentResource):
    """The keys that everything in the recovery region is encrypted with (contract DR-3).

    Produces a key and an alias each for the replica with its backups, and for logs.
    """

    data: pulumi.Output[str]
    logs: pulumi.Output[str]

    def __init__(self, name: str, args: RecoveryKeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:keys:Keys", name, None, opts)
        naming = args.naming

        def key(name: str, purpose: str, *statements: iam.Statement) -> pulumi.Output[str]:
            return declare_key(name, purpose, naming, *statements, protect=args.protect, parent=self)

        self.data = key("data", "Replica and copied backups")
        self.logs = key("logs", "Log groups in the recovery region", iam.logs_use_key(naming, naming.region))
        self.register_outputs({})
