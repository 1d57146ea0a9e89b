"""PostgreSQL in the recovery region: a replica that can be promoted, and the primary's backups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import rds

from infra.data.database_generations import AS_IT_IS, logical
from infra.data.database_instance import DatabaseInstanceArgs, DatabaseInstances, OwnProperties
from infra.data.database_parameters import REPLICA_CONNECTIONS
from infra.data.database_windows import REPLICA
from infra.foundations import timeouts
from infra.foundations.busy import created_when_free
from infra.foundations.replacement import delete_before_replace


@dataclass(frozen=True)
class ReadReplicaArgs:
    """What the replica is made of.

    Args:
        instance: what it is made of, as the primary is; backups of its own among it, so that once promoted it
            can be restored to a time from its first minute.
        primary_arn: the instance that serves.
        retired_arns: those that served before, by generation: their replicas stay as they are.
        follows: RDS's own identifier of that instance, which another one of the same name does not have.
        after: what is at work on that instance first: RDS does one thing with it at a time.
    """

    instance: DatabaseInstanceArgs
    primary_arn: pulumi.Input[str]
    retired_arns: Mapping[int, str]
    follows: pulumi.Input[str]
    after: Sequence[pulumi.Resource]


class ReadReplica(pulumi.ComponentResource):
    """A copy of PostgreSQL that outlives the primary region. Keeps DB-2; DR-3 begins with it.

    Two ways back: the replica is minutes behind at most and is promoted within them; the primary's
    automated backups, copied as they are made, restore to any second even when a mistake was replicated.
    Produces both, with subnet and parameter group, security group, log groups and monitoring role.
    """

    identifier: str
    replica: rds.Instance
    security_group_id: pulumi.Output[str]
    endpoint: pulumi.Output[str]

    def __init__(self, name: str, args: ReadReplicaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        # Of the type, and with the names in the program, of what it becomes on the day on which it serves.
        super().__init__("groundwork:database:Database", name, None, opts)
        self._args = args
        current = args.instance.generations.current
        self.identifier = args.instance.common.naming.database(current)
        self._instances = DatabaseInstances(args.instance, REPLICA_CONNECTIONS, self)
        # Nobody connects until the cluster is built here.
        self.security_group_id = self._instances.security_group_id
        for generation, arn in args.retired_arns.items():
            self._copies(generation, arn, self._replica(generation, arn))
        self.replica = self._replica(current, args.primary_arn)
        self.endpoint = self.replica.endpoint
        self._copies(current, args.primary_arn, self.replica)
        self.register_outputs({})

    def _copies(self, generation: int, primary: pulumi.Input[str], replica: rds.Instance) -> None:
        args, name = self._args, logical("copied-backups", generation)
        current = generation == args.instance.generations.current
        rds.InstanceAutomatedBackupsReplication(
            name,
            source_db_instance_arn=primary,
            kms_key_id=args.instance.common.data_key,
            retention_period=args.instance.backup_retention,
            # The primary is `modifying` until the replica is there, and can begin nothing else meanwhile (RDS
            # user guide, "Creating a read replica in a different AWS Region").
            opts=pulumi.ResourceOptions.merge(
                delete_before_replace(self, depends_on=[replica]),
                pulumi.ResourceOptions(
                    replacement_trigger=args.follows if current else None,
                    custom_timeouts=timeouts.DATABASE_BACKUP_COPIES,
                    hooks=created_when_free(name),
                    ignore_changes=None if current else AS_IT_IS,
                ),
            ),
        )

    def _replica(self, generation: int, primary: pulumi.Input[str]) -> rds.Instance:
        args = self._args
        current = generation == args.instance.generations.current
        own = OwnProperties(
            # No engine, storage, user or password: they are the primary's.
            origin={"replicate_source_db": primary},
            windows=REPLICA,
            # The second zone costs as much again; it is added when the replica is promoted.
            redundant=False,
            apply_immediately=not args.instance.common.protect,
            # RDS refuses a final snapshot of a replica (DeleteDBInstance); its protection stands instead.
            final_snapshot=None,
        )
        opts = pulumi.ResourceOptions(
            # A primary that was restored under its name is another instance: the replica follows the one that
            # it was made from, and its lag stays small. Protection stands before the replacement.
            replacement_trigger=args.follows if current else None,
            delete_before_replace=True,
            # A promoted replica has no source any more, and that is no mistake to be mended.
            ignore_changes=["replicateSourceDb"] if current else AS_IT_IS,
            depends_on=list(args.after) if current else None,
            custom_timeouts=timeouts.DATABASE_REPLICA,
        )
        return self._instances.declare(generation, own, opts)
