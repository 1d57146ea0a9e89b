"""PostgreSQL: RDS with point-in-time recovery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pulumi
from pulumi_aws import cloudwatch, ec2, rds, vpc
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.database_entries import MASTER_SECRET, SECRET, DatabaseEntries, declare_entries
from infra.naming import Naming
from infra.secret_entry import SecretEntryArgs, SecretReplica, generate_password
from infra.tiers import DatabaseTier

# A major version alone: AWS's minor upgrades are no difference to it.
ENGINE_VERSION = "17"
PORT = 5432

# Runbook 003: daily at 2 AM UTC. Maintenance is well apart from it, in the quietest night.
BACKUP_WINDOW = "02:00-02:30"
MAINTENANCE_WINDOW = "sun:04:00-sun:05:00"

MONITORING_INTERVAL_SECONDS = 60
SLOW_QUERY_MILLISECONDS = 500
EXPORTED_LOGS = ("postgresql", "upgrade")

# Parameters that PostgreSQL takes while it runs, and those that need a restart.
_DYNAMIC_PARAMETERS = MappingProxyType(
    {
        "log_lock_waits": "1",
        "log_min_duration_statement": str(SLOW_QUERY_MILLISECONDS),
        "log_temp_files": "10240",  # kilobytes: sorts that do not fit into memory
        "rds.force_ssl": "1",
    }
)
_STATIC_PARAMETERS = MappingProxyType(
    {"pg_stat_statements.track": "all", "shared_preload_libraries": "pg_stat_statements"}
)


@dataclass(frozen=True)
class DatabaseArgs:
    """What a database is made of.

    Args:
        naming: names and ARNs.
        name: of the database and its master within PostgreSQL.
        tier: its size.
        storage_maximum: gigabytes that storage grows to by itself.
        backup_retention: days of point-in-time recovery.
        redundant: a standby in another zone.
        performance_history: days of Performance Insights.
        log_retention: days that logs are kept.
        protect: it cannot be removed by mistake, and leaves a final snapshot.
        vpc_id: the network.
        subnet_ids: its isolated subnets.
        client_security_group_id: who may connect.
        snapshot_before: the release that a snapshot is taken before; None for no snapshot.
        readers: ARNs of the roles that may read the services' password.
        master_readers: of those that may read the master's.
        data_key: encrypts storage, snapshots and Performance Insights.
        secrets_key: encrypts the entries in Secrets Manager.
        secret_replica: where copies of them are.
        log_key: encrypts the logs.
    """

    naming: Naming
    name: str
    tier: DatabaseTier
    storage_maximum: int
    backup_retention: int
    redundant: bool
    performance_history: int
    log_retention: int
    protect: bool
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    client_security_group_id: pulumi.Input[str]
    snapshot_before: str | None
    readers: Sequence[str]
    master_readers: Sequence[str]
    data_key: pulumi.Input[str]
    secrets_key: pulumi.Input[str]
    secret_replica: SecretReplica | None
    log_key: pulumi.Input[str]


def log_group(identifier: str, log: str = "postgresql") -> str:
    """The log group that RDS writes one of its logs to."""
    return f"/aws/rds/instance/{identifier}/{log}"


class Database(pulumi.ComponentResource):
    """A PostgreSQL instance that only the pods reach. Keeps DB-1, DB-3 and DB-5.

    Produces the instance, a snapshot before each migration, its subnet and parameter groups, security
    group, log groups, monitoring role, and an entry in Secrets Manager with everything that a client needs.
    """

    identifier: str
    endpoint: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    entries: DatabaseEntries
    instance: rds.Instance
    backup: rds.Snapshot | None

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:database:Database", name, None, opts)
        self._args = args
        self._here = pulumi.ResourceOptions(parent=self)
        self.identifier = args.naming.prefix
        password = generate_password("password", self)
        self.security_group_id = self._security_group()
        instance = self._instance(password, self.security_group_id, self._monitoring_role())
        self.instance, self.endpoint = instance, instance.endpoint
        self.entries = self._entries(instance, password)
        self.backup = self._backup(instance, args.snapshot_before) if args.snapshot_before else None
        self.register_outputs({})

    def _security_group(self) -> pulumi.Output[str]:
        group = ec2.SecurityGroup(
            "database",
            name=self._args.naming.named("database"),
            description="PostgreSQL, for pods and the function that rotates",
            vpc_id=self._args.vpc_id,
            tags={"Name": self._args.naming.named("database")},
            opts=self._here,
        )
        vpc.SecurityGroupIngressRule(
            "database",
            description="Pods connect",
            security_group_id=group.id,
            referenced_security_group_id=self._args.client_security_group_id,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            opts=self._here,
        )
        return group.id

    def _monitoring_role(self) -> aws_iam.Role:
        naming = self._args.naming
        role = aws_iam.Role(
            "monitoring",
            name=naming.named("database-monitoring"),
            description="RDS sends the operating system's metrics",
            assume_role_policy=iam.document(
                iam.trust_service(
                    "monitoring.rds.amazonaws.com",
                    account=naming.account,
                    source=naming.arn("rds", f"db:{self.identifier}"),
                )
            ),
            opts=self._here,
        )
        aws_iam.RolePolicyAttachment(
            "monitoring",
            role=role.name,
            policy_arn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
            opts=self._here,
        )
        return role

    def _parameter_group(self) -> pulumi.Output[str]:
        dynamic, static = _DYNAMIC_PARAMETERS, dict(_STATIC_PARAMETERS)
        static["max_connections"] = str(self._args.tier.connections)
        parameters = [(name, value, "immediate") for name, value in dynamic.items()]
        parameters += [(name, value, "pending-reboot") for name, value in static.items()]
        return rds.ParameterGroup(
            "database",
            name=self._args.naming.named(f"postgres{ENGINE_VERSION}"),
            family=f"postgres{ENGINE_VERSION}",
            description="Slow queries are logged, statements counted, plaintext connections refused",
            parameters=[
                rds.ParameterGroupParameterArgs(name=name, value=value, apply_method=method)
                for name, value, method in sorted(parameters)
            ],
            opts=self._here,
        ).name

    def _log_groups(self) -> list[pulumi.Resource]:
        # Made before the instance: RDS would make them with no encryption and no end.
        return [
            cloudwatch.LogGroup(
                log,
                name=log_group(self.identifier, log),
                retention_in_days=self._args.log_retention,
                kms_key_id=self._args.log_key,
                opts=self._here,
            )
            for log in EXPORTED_LOGS
        ]

    def _instance(
        self, password: pulumi.Output[str], security_group: pulumi.Output[str], monitoring: aws_iam.Role
    ) -> rds.Instance:
        args, naming = self._args, self._args.naming
        subnet_group = rds.SubnetGroup(
            "database",
            name=naming.named("database"),
            description="Isolated subnets",
            subnet_ids=args.subnet_ids,
            opts=self._here,
        )
        return rds.Instance(
            "database",
            identifier=self.identifier,
            engine="postgres",
            engine_version=ENGINE_VERSION,
            instance_class=args.tier.instance_class,
            storage_type="gp3",
            allocated_storage=args.tier.storage,
            max_allocated_storage=args.storage_maximum,
            storage_encrypted=True,
            kms_key_id=args.data_key,
            db_name=args.name,
            username=args.name,
            password=password,
            port=PORT,
            multi_az=args.redundant,
            db_subnet_group_name=subnet_group.name,
            vpc_security_group_ids=[security_group],
            publicly_accessible=False,
            parameter_group_name=self._parameter_group(),
            ca_cert_identifier="rds-ca-rsa2048-g1",
            backup_retention_period=args.backup_retention,
            backup_window=BACKUP_WINDOW,
            maintenance_window=MAINTENANCE_WINDOW,
            auto_minor_version_upgrade=True,
            # Changes that need a restart wait for the maintenance window where people use the database.
            apply_immediately=not args.protect,
            copy_tags_to_snapshot=True,
            deletion_protection=args.protect,
            delete_automated_backups=not args.protect,
            skip_final_snapshot=not args.protect,
            final_snapshot_identifier=naming.named("database-final") if args.protect else None,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=args.data_key,
            performance_insights_retention_period=args.performance_history,
            monitoring_interval=MONITORING_INTERVAL_SECONDS,
            monitoring_role_arn=monitoring.arn,
            enabled_cloudwatch_logs_exports=list(EXPORTED_LOGS),
            # Not retained on delete: what deletion leaves, snapshot and automated backups, has the data.
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect, depends_on=self._log_groups()),
        )

    def _backup(self, instance: rds.Instance, release: str) -> rds.Snapshot:
        # A new release has a new name and so a new snapshot; the one before is removed after it.
        return rds.Snapshot(
            "before-migration",
            db_instance_identifier=instance.identifier,
            db_snapshot_identifier=self._args.naming.named(f"before-{release}"),
            opts=self._here,
        )

    def _entries(self, instance: rds.Instance, password: pulumi.Output[str]) -> DatabaseEntries:
        args = self._args

        def entry(name: str, description: str, readers: Sequence[str]) -> SecretEntryArgs:
            return SecretEntryArgs(
                naming=args.naming,
                name=name,
                description=description,
                key=args.secrets_key,
                readers=readers,
                protect=args.protect,
                replica=args.secret_replica,
            )

        return declare_entries(
            instance,
            password,
            entry(SECRET, "PostgreSQL: how services connect", args.readers),
            entry(MASTER_SECRET, "PostgreSQL: how the users of services are made", args.master_readers),
            self,
        )
