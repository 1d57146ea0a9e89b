"""PostgreSQL: RDS with point-in-time recovery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import ec2, rds

from infra.common import CommonArgsWithKeys
from infra.configuration.database_certificates import CERTIFICATE_AUTHORITY
from infra.configuration.generations import FIRST, Generations
from infra.configuration.tiers import DatabaseTier
from infra.data.database_entries import DatabaseEntries, declare_entries
from infra.data.database_generations import AS_IT_IS, CLIENTS, declare_guard, logical
from infra.data.database_monitoring import (
    EXPORTED_LOGS,
    MONITORING_INTERVAL_SECONDS,
    declare_log_groups,
    declare_monitoring_role,
)
from infra.data.database_parameters import declare_parameters
from infra.data.database_windows import PRIMARY, REPLICA
from infra.data.secret_entry import SecretEntryArgs, generate_password
from infra.data.tier_change import TierChange
from infra.foundations import ports, timeouts
from infra.foundations.busy import created_when_free
from infra.foundations.outliving import unlike_any_before
from infra.foundations.security_rules import grant_ingress


@dataclass(frozen=True)
class DatabaseArgs:
    """What a database is made of.

    Args:
        common: names, rules and keys of its place; with `protect` it leaves a final snapshot.
        generations: which instances there are.
        name: of the database and its master within PostgreSQL.
        version: PostgreSQL's major one.
        major_upgrade: it may become another one, at once and not in a maintenance window.
        tier: its size.
        previous_tier: the size that alarms still count with.
        storage_maximum: gigabytes that storage grows to by itself.
        backup_retention: days of point-in-time recovery.
        redundant: a standby in another zone.
        performance_history: days of Performance Insights.
        vpc_id: the network.
        subnet_ids: its isolated subnets.
        client_security_group_id: who may connect.
        snapshot_before: names the release that a snapshot is taken before; None for no snapshot.
        entry: how services connect, in Secrets Manager.
        master_entry: how the users of services are made.
    """

    common: CommonArgsWithKeys
    generations: Generations
    name: str
    version: str
    major_upgrade: bool
    tier: DatabaseTier
    previous_tier: DatabaseTier
    storage_maximum: int
    backup_retention: int
    redundant: bool
    performance_history: int
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    client_security_group_id: pulumi.Input[str]
    snapshot_before: pulumi.Input[str] | None
    entry: SecretEntryArgs
    master_entry: SecretEntryArgs


class Database(pulumi.ComponentResource):
    """A PostgreSQL instance that only the pods reach. Keeps DB-1, DB-3 and DB-5.

    Produces the instance, a snapshot before each migration, its subnet and parameter groups, security
    group, log groups, monitoring role, and an entry in Secrets Manager with everything that a client needs.

    Where a database was restored, the instances that served before it stay beside it as they were, with their
    logs, roles and snapshots; everything else is the present one's.
    """

    identifier: str
    endpoint: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    subnet_group: pulumi.Output[str]
    parameters: pulumi.Output[str]
    entries: DatabaseEntries
    instance: rds.Instance
    backup: rds.Snapshot | None

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:database:Database", name, None, opts)
        self._args = args
        self._here = pulumi.ResourceOptions(parent=self)
        current = args.generations.current
        self.identifier = args.common.naming.database(current)
        self._password = generate_password("password", self)
        self.security_group_id = self._security_group()
        self.subnet_group = self._subnets()
        self.parameters = declare_parameters(
            "database", args.common.naming, args.version, args.tier.connections, self
        )
        file = f"Pulumi.{args.common.naming.environment}.yaml"
        self._tier_change = TierChange(args.tier, args.previous_tier, file)
        self._guard = declare_guard(args.generations, self)
        for retired in args.generations.retired:
            self._retired(retired)
        self.instance = self._instance(current)
        self._tier_change.tell_when_over(self.instance.instance_class)
        self.endpoint = self.instance.endpoint
        self.entries = declare_entries(self.instance, self._password, args.entry, args.master_entry, self)
        self.backup = (
            self._backup(current, self.instance.identifier, args.snapshot_before)
            if args.snapshot_before
            else None
        )
        self.register_outputs({})

    def _retired(self, generation: int) -> None:
        """What a generation that served before has of its own; without the instance when that is lost."""
        identifier: pulumi.Input[str] = self._args.common.naming.database(generation)
        if generation in self._args.generations.lost:
            self._logs(generation)
            self._role(generation)
            if self._args.common.protect:
                self._final_snapshot(generation)
        else:
            identifier = self._instance(generation).identifier
        if self._args.snapshot_before:
            self._backup(generation, identifier, self._args.snapshot_before)

    def _security_group(self) -> pulumi.Output[str]:
        group = ec2.SecurityGroup(
            "database",
            name=self._args.common.naming.named("database"),
            description=CLIENTS,
            vpc_id=self._args.vpc_id,
            tags={"Name": self._args.common.naming.named("database")},
            opts=self._here,
        )
        grant_ingress(
            "database",
            "Pods connect",
            group=group.id,
            source=self._args.client_security_group_id,
            port=ports.POSTGRESQL,
            parent=self,
        )
        return group.id

    def _subnets(self) -> pulumi.Output[str]:
        return rds.SubnetGroup(
            "database",
            name=self._args.common.naming.named("database"),
            description="Isolated subnets",
            subnet_ids=self._args.subnet_ids,
            opts=self._here,
        ).name

    def _logs(self, generation: int) -> list[pulumi.Resource]:
        args = self._args
        prefix = "" if generation == FIRST else f"{logical('database', generation)}-"
        return declare_log_groups(args.common.naming.database(generation), args.common, self, prefix)

    def _role(self, generation: int) -> pulumi.Output[str]:
        naming = self._args.common.naming
        physical = f"{logical('database', generation)}-monitoring"
        return declare_monitoring_role(
            logical("monitoring", generation), physical, naming, naming.database(generation), self
        )

    def _instance(self, generation: int) -> rds.Instance:
        args, naming = self._args, self._args.common.naming
        windows = REPLICA if generation in args.generations.promoted else PRIMARY
        return rds.Instance(
            logical("database", generation),
            identifier=naming.database(generation),
            **self._origin(generation),
            instance_class=args.tier.instance_class,
            storage_type="gp3",
            max_allocated_storage=args.storage_maximum,
            storage_encrypted=True,
            kms_key_id=args.common.data_key,
            multi_az=args.redundant,
            db_subnet_group_name=self.subnet_group,
            vpc_security_group_ids=[self.security_group_id],
            publicly_accessible=False,
            parameter_group_name=self.parameters,
            ca_cert_identifier=CERTIFICATE_AUTHORITY,
            backup_retention_period=args.backup_retention,
            backup_window=windows.backup,
            maintenance_window=windows.maintenance,
            auto_minor_version_upgrade=True,
            # Changes that need a restart wait for the maintenance window where people use the database.
            apply_immediately=args.major_upgrade or not args.common.protect,
            copy_tags_to_snapshot=True,
            deletion_protection=args.common.protect,
            delete_automated_backups=not args.common.protect,
            skip_final_snapshot=not args.common.protect,
            final_snapshot_identifier=self._final_snapshot(generation) if args.common.protect else None,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=args.common.data_key,
            performance_insights_retention_period=args.performance_history,
            monitoring_interval=MONITORING_INTERVAL_SECONDS,
            monitoring_role_arn=self._role(generation),
            enabled_cloudwatch_logs_exports=list(EXPORTED_LOGS),
            opts=self._options(generation, self._logs(generation)),
        )

    def _origin(self, generation: int) -> dict[str, Any]:
        """What an instance is made with; one that began as a replica has all of it from its primary, and the
        provider would replace it for being told so.
        """
        args = self._args
        if generation in args.generations.promoted:
            return {}
        return {
            "engine": "postgres",
            "engine_version": args.version,
            "allow_major_version_upgrade": args.major_upgrade,
            "allocated_storage": args.tier.storage,
            "db_name": args.name,
            "username": args.name,
            "password": self._password,
            "port": ports.POSTGRESQL,
        }

    def _options(self, generation: int, logs: list[pulumi.Resource]) -> pulumi.ResourceOptions:
        args = self._args
        current = generation == args.generations.current
        return pulumi.ResourceOptions(
            parent=self,
            # Not retained on delete: what deletion leaves, snapshot and automated backups, has the data.
            protect=args.common.protect,
            depends_on=[*logs, *self._guard],
            custom_timeouts=timeouts.DATABASE,
            hooks=self._tier_change.watched() if current and args.common.protect else None,
            ignore_changes=self._kept(generation) if current else AS_IT_IS,
            # Under a name that the state does not have: what has one that it has would be deleted.
            import_=args.common.naming.database(generation) if current and args.generations.adopt else None,
        )

    def _kept(self, generation: int) -> list[str] | None:
        # A promoted replica has no source any more. Who declared that it has none would promote it again,
        # which RDS refuses.
        return ["replicateSourceDb"] if generation in self._args.generations.promoted else None

    def _final_snapshot(self, generation: int) -> pulumi.Output[str]:
        # It stays for good: a database that comes after this one, for which alone another key replaces it,
        # leaves one of another name.
        end = unlike_any_before(
            logical("final-snapshot", generation), self, {"key": self._args.common.data_key}
        )
        name = f"{logical('database', generation)}-final-"
        return pulumi.Output.concat(self._args.common.naming.named(name), end)

    def _backup(
        self, generation: int, identifier: pulumi.Input[str], release: pulumi.Input[str]
    ) -> rds.Snapshot:
        # A new release has a new name and so a new snapshot; the one before is removed after it.
        name = logical("before-migration", generation)
        current = generation == self._args.generations.current
        return rds.Snapshot(
            name,
            db_instance_identifier=identifier,
            db_snapshot_identifier=pulumi.Output.concat(
                f"{self._args.common.naming.database(generation)}-before-", release
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                custom_timeouts=timeouts.DATABASE_SNAPSHOT,
                hooks=created_when_free(name),
                ignore_changes=None if current else AS_IT_IS,
            ),
        )
