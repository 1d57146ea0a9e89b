"""Instances of PostgreSQL: all that the one that serves and its replica in the other place are alike in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import ec2, rds

from infra.common import CommonArgsWithKeys
from infra.configuration.data_settings import EXPORTED_LOGS
from infra.configuration.database_certificates import CERTIFICATE_AUTHORITY
from infra.configuration.generations import FIRST, Generations
from infra.configuration.tiers import DatabaseTier
from infra.data.database_generations import CLIENTS, logical
from infra.data.database_monitoring import (
    MONITORING_INTERVAL_SECONDS,
    declare_log_groups,
    declare_monitoring_role,
)
from infra.data.database_parameters import declare_parameters
from infra.data.database_windows import Windows


@dataclass(frozen=True)
class DatabaseInstanceArgs:
    """What every instance of a place is made of.

    Args:
        common: names, rules and keys of the place.
        generations: which instances there are.
        version: PostgreSQL's major one.
        tier: their size.
        storage_maximum: gigabytes that storage grows to by itself.
        backup_retention: days of point-in-time recovery.
        performance_history: days of Performance Insights.
        vpc_id: the network.
        subnet_ids: its isolated subnets.
    """

    common: CommonArgsWithKeys
    generations: Generations
    version: str
    tier: DatabaseTier
    storage_maximum: int
    backup_retention: int
    performance_history: int
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]


@dataclass(frozen=True)
class OwnProperties:
    """What an instance that serves has otherwise than a replica.

    Args:
        origin: properties of RDS that say what it begins with.
        windows: when it is backed up and maintained.
        redundant: a standby in another zone.
        apply_immediately: changes that need a restart do not wait for the maintenance window.
        final_snapshot: name of the snapshot that it leaves; None for none.
    """

    origin: Mapping[str, Any]
    windows: Windows
    redundant: bool
    apply_immediately: bool
    final_snapshot: pulumi.Input[str] | None


class DatabaseInstances:
    """The instances of one place, and the groups that they share.

    Declares subnet, parameter and security group, and each instance with its log groups and monitoring role.

    Args:
        args: what each of them is made of.
        connections: that PostgreSQL allows.
        parent: the component that they belong to.
    """

    security_group_id: pulumi.Output[str]
    subnet_group: pulumi.Output[str]
    parameters: pulumi.Output[str]

    def __init__(self, args: DatabaseInstanceArgs, connections: int, parent: pulumi.Resource) -> None:
        self._args, self._parent = args, parent
        naming, here = args.common.naming, pulumi.ResourceOptions(parent=parent)
        self.security_group_id = ec2.SecurityGroup(
            "database",
            name=naming.named("database"),
            description=CLIENTS,
            vpc_id=args.vpc_id,
            tags={"Name": naming.named("database")},
            opts=here,
        ).id
        self.subnet_group = rds.SubnetGroup(
            "database",
            name=naming.named("database"),
            description="Isolated subnets",
            subnet_ids=args.subnet_ids,
            opts=here,
        ).name
        self.parameters = declare_parameters("database", naming, args.version, connections, parent)

    def declare_logs(self, generation: int) -> list[pulumi.Resource]:
        """The log groups of an instance, which may outlive it."""
        args = self._args
        prefix = "" if generation == FIRST else f"{logical('database', generation)}-"
        return declare_log_groups(args.common.naming.database(generation), args.common, self._parent, prefix)

    def declare_role(self, generation: int) -> pulumi.Output[str]:
        """The role with which RDS sends an instance's metrics, which may outlive it; answers its ARN."""
        naming = self._args.common.naming
        physical = f"{logical('database', generation)}-monitoring"
        return declare_monitoring_role(
            logical("monitoring", generation), physical, naming, naming.database(generation), self._parent
        )

    def declare(self, generation: int, own: OwnProperties, opts: pulumi.ResourceOptions) -> rds.Instance:
        """An instance, and what is its alone."""
        args, common = self._args, self._args.common
        protected = pulumi.ResourceOptions(
            parent=self._parent, protect=common.protect, depends_on=self.declare_logs(generation)
        )
        return rds.Instance(
            logical("database", generation),
            identifier=common.naming.database(generation),
            **own.origin,
            instance_class=args.tier.instance_class,
            storage_type="gp3",
            max_allocated_storage=args.storage_maximum,
            storage_encrypted=True,
            kms_key_id=common.data_key,
            multi_az=own.redundant,
            db_subnet_group_name=self.subnet_group,
            vpc_security_group_ids=[self.security_group_id],
            publicly_accessible=False,
            parameter_group_name=self.parameters,
            ca_cert_identifier=CERTIFICATE_AUTHORITY,
            backup_retention_period=args.backup_retention,
            backup_window=own.windows.backup,
            maintenance_window=own.windows.maintenance,
            auto_minor_version_upgrade=True,
            apply_immediately=own.apply_immediately,
            copy_tags_to_snapshot=True,
            deletion_protection=common.protect,
            delete_automated_backups=not common.protect,
            skip_final_snapshot=own.final_snapshot is None,
            final_snapshot_identifier=own.final_snapshot,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=common.data_key,
            performance_insights_retention_period=args.performance_history,
            monitoring_interval=MONITORING_INTERVAL_SECONDS,
            monitoring_role_arn=self.declare_role(generation),
            enabled_cloudwatch_logs_exports=list(EXPORTED_LOGS),
            opts=pulumi.ResourceOptions.merge(protected, opts),
        )
