"""PostgreSQL in the recovery region: a replica that can be promoted, and the primary's backups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2, rds

from infra.common import CommonArgsWithKeys
from infra.configuration.database_certificates import CERTIFICATE_AUTHORITY
from infra.configuration.generations import FIRST, Generations
from infra.configuration.tiers import DatabaseTier
from infra.data.database_generations import AS_IT_IS, CLIENTS, logical
from infra.data.database_monitoring import (
    EXPORTED_LOGS,
    MONITORING_INTERVAL_SECONDS,
    declare_log_groups,
    declare_monitoring_role,
)
from infra.data.database_parameters import REPLICA_CONNECTIONS, declare_parameters
from infra.data.database_windows import REPLICA
from infra.foundations import timeouts
from infra.foundations.busy import created_when_free
from infra.foundations.replacement import delete_before_replace


@dataclass(frozen=True)
class ReadReplicaArgs:
    """What the replica is made of.

    Args:
        common: names, rules and keys of the recovery region.
        generations: which instances there are to replicate.
        primary_arn: the instance that serves.
        retired_arns: those that served before, by generation: their replicas stay as they are.
        follows: RDS's own identifier of that instance, which another one of the same name does not have.
        after: what is at work on that instance first: RDS does one thing with it at a time.
        version: PostgreSQL's major one, the primary's.
        tier: its size.
        storage_maximum: gigabytes that storage grows to by itself.
        backup_retention: days of point-in-time recovery, of the replica and of the primary's backups.
        performance_history: days of Performance Insights.
        vpc_id: the network.
        subnet_ids: its isolated subnets.
    """

    common: CommonArgsWithKeys
    generations: Generations
    primary_arn: pulumi.Input[str]
    retired_arns: Mapping[int, str]
    follows: pulumi.Input[str]
    after: Sequence[pulumi.Resource]
    version: str
    tier: DatabaseTier
    storage_maximum: int
    backup_retention: int
    performance_history: int
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]


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
        self._here = pulumi.ResourceOptions(parent=self)
        current = args.generations.current
        self.identifier = args.common.naming.database(current)
        # Nobody connects until the cluster is built here.
        self.security_group_id = ec2.SecurityGroup(
            "database",
            name=args.common.naming.named("database"),
            description=CLIENTS,
            vpc_id=args.vpc_id,
            tags={"Name": args.common.naming.named("database")},
            opts=self._here,
        ).id
        self._subnet_group = rds.SubnetGroup(
            "database",
            name=args.common.naming.named("database"),
            description="Isolated subnets",
            subnet_ids=args.subnet_ids,
            opts=self._here,
        ).name
        self._parameters = declare_parameters(
            "database", args.common.naming, args.version, REPLICA_CONNECTIONS, self
        )
        for generation, arn in args.retired_arns.items():
            self._copies(generation, arn, self._replica(generation, arn))
        self.replica = self._replica(current, args.primary_arn)
        self.endpoint = self.replica.endpoint
        self._copies(current, args.primary_arn, self.replica)
        self.register_outputs({})

    def _copies(self, generation: int, primary: pulumi.Input[str], replica: rds.Instance) -> None:
        args = self._args
        name, current = logical("copied-backups", generation), generation == args.generations.current
        rds.InstanceAutomatedBackupsReplication(
            name,
            source_db_instance_arn=primary,
            kms_key_id=args.common.data_key,
            retention_period=args.backup_retention,
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
        args, naming = self._args, self._args.common.naming
        name, current = logical("database", generation), generation == args.generations.current
        identifier = naming.database(generation)
        prefix = "" if generation == FIRST else f"{name}-"
        logs = declare_log_groups(identifier, args.common, self, prefix)
        role = declare_monitoring_role(
            logical("monitoring", generation), f"{name}-monitoring", naming, identifier, self
        )
        # No engine, storage, user or password: they are the primary's.
        return rds.Instance(
            name,
            identifier=identifier,
            replicate_source_db=primary,
            instance_class=args.tier.instance_class,
            storage_type="gp3",
            max_allocated_storage=args.storage_maximum,
            storage_encrypted=True,
            kms_key_id=args.common.data_key,
            # The second zone costs as much again; it is added when the replica is promoted.
            multi_az=False,
            db_subnet_group_name=self._subnet_group,
            vpc_security_group_ids=[self.security_group_id],
            publicly_accessible=False,
            parameter_group_name=self._parameters,
            ca_cert_identifier=CERTIFICATE_AUTHORITY,
            # A replica's own backups: once promoted, it can be restored to a time from its first minute.
            backup_retention_period=args.backup_retention,
            backup_window=REPLICA.backup,
            maintenance_window=REPLICA.maintenance,
            auto_minor_version_upgrade=True,
            apply_immediately=not args.common.protect,
            copy_tags_to_snapshot=True,
            deletion_protection=args.common.protect,
            delete_automated_backups=not args.common.protect,
            # RDS refuses a final snapshot of a replica (DeleteDBInstance); its protection stands instead.
            skip_final_snapshot=True,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=args.common.data_key,
            performance_insights_retention_period=args.performance_history,
            monitoring_interval=MONITORING_INTERVAL_SECONDS,
            monitoring_role_arn=role,
            enabled_cloudwatch_logs_exports=list(EXPORTED_LOGS),
            # A primary that was restored under its name is another instance: the replica follows the one that
            # it was made from, and its lag stays small. Protection stands before the replacement.
            # Ignored: a promoted replica has no source any more, and that is no mistake to be mended.
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.common.protect,
                replacement_trigger=args.follows if current else None,
                delete_before_replace=True,
                ignore_changes=["replicateSourceDb"] if current else AS_IT_IS,
                depends_on=[*logs, *(args.after if current else ())],
                custom_timeouts=timeouts.DATABASE_REPLICA,
            ),
        )
