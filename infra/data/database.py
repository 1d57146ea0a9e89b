"""PostgreSQL: RDS with point-in-time recovery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import rds

from infra.configuration.file_names import stack_file_name
from infra.configuration.tiers import DatabaseTier
from infra.data.database_entries import DatabaseEntries, declare_entries
from infra.data.database_generations import AS_IT_IS, declare_guard, logical
from infra.data.database_instance import DatabaseInstanceArgs, DatabaseInstances, OwnProperties
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
        instance: what its instances are made of; protected ones leave a final snapshot.
        name: of the database and its master within PostgreSQL.
        major_upgrade: its version may become another one, at once and not in a maintenance window.
        previous_tier: the size that alarms still count with.
        redundant: a standby in another zone.
        client_security_group_id: who may connect.
        snapshot_before: names the release that a snapshot is taken before; None for no snapshot.
        entry: how services connect, in Secrets Manager.
        master_entry: how the users of services are made.
    """

    instance: DatabaseInstanceArgs
    name: str
    major_upgrade: bool
    previous_tier: DatabaseTier
    redundant: bool
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
        self._common = args.instance.common
        self._generations, tier = args.instance.generations, args.instance.tier
        current = self._generations.current
        self.identifier = self._common.naming.database(current)
        self._password = generate_password("password", self)
        self._instances = DatabaseInstances(args.instance, tier.connections, self)
        self.security_group_id = self._instances.security_group_id
        self.subnet_group, self.parameters = self._instances.subnet_group, self._instances.parameters
        grant_ingress(
            "database",
            "Pods connect",
            group=self.security_group_id,
            source=args.client_security_group_id,
            port=ports.POSTGRESQL,
            parent=self,
        )
        file = stack_file_name(self._common.naming.environment)
        self._tier_change = TierChange(tier, args.previous_tier, file)
        self._guard = declare_guard(self._generations, self)
        for retired in self._generations.retired:
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
        identifier: pulumi.Input[str] = self._common.naming.database(generation)
        if generation in self._generations.lost:
            self._instances.declare_logs(generation)
            self._instances.declare_role(generation)
            if self._common.protect:
                self._final_snapshot(generation)
        else:
            identifier = self._instance(generation).identifier
        if self._args.snapshot_before:
            self._backup(generation, identifier, self._args.snapshot_before)

    def _instance(self, generation: int) -> rds.Instance:
        own = OwnProperties(
            origin=self._origin(generation),
            windows=REPLICA if generation in self._generations.promoted else PRIMARY,
            redundant=self._args.redundant,
            # Changes that need a restart wait for the maintenance window where people use the database.
            apply_immediately=self._args.major_upgrade or not self._common.protect,
            final_snapshot=self._final_snapshot(generation) if self._common.protect else None,
        )
        return self._instances.declare(generation, own, self._options(generation))

    def _origin(self, generation: int) -> dict[str, Any]:
        """What an instance is made with; one that began as a replica has all of it from its primary, and the
        provider would replace it for being told so.
        """
        args, instance = self._args, self._args.instance
        if generation in self._generations.promoted:
            return {}
        return {
            "engine": "postgres",
            "engine_version": instance.version,
            "allow_major_version_upgrade": args.major_upgrade,
            "allocated_storage": instance.tier.storage,
            "db_name": args.name,
            "username": args.name,
            "password": self._password,
            "port": ports.POSTGRESQL,
        }

    def _options(self, generation: int) -> pulumi.ResourceOptions:
        # Not retained on delete: what deletion leaves, snapshot and automated backups, has the data.
        current = generation == self._generations.current
        return pulumi.ResourceOptions(
            depends_on=self._guard,
            custom_timeouts=timeouts.DATABASE,
            hooks=self._tier_change.watched() if current and self._common.protect else None,
            ignore_changes=self._kept(generation) if current else AS_IT_IS,
            # Under a name that the state does not have: what has one that it has would be deleted.
            import_=self._common.naming.database(generation) if current and self._generations.adopt else None,
        )

    def _kept(self, generation: int) -> list[str] | None:
        # A promoted replica has no source any more. Who declared that it has none would promote it again,
        # which RDS refuses.
        return ["replicateSourceDb"] if generation in self._generations.promoted else None

    def _final_snapshot(self, generation: int) -> pulumi.Output[str]:
        # It stays for good: a database that comes after this one, for which alone another key replaces it,
        # leaves one of another name.
        end = unlike_any_before(logical("final-snapshot", generation), self, {"key": self._common.data_key})
        name = f"{logical('database', generation)}-final-"
        return pulumi.Output.concat(self._common.naming.named(name), end)

    def _backup(
        self, generation: int, identifier: pulumi.Input[str], release: pulumi.Input[str]
    ) -> rds.Snapshot:
        # A new release has a new name and so a new snapshot; the one before is removed after it.
        name = logical("before-migration", generation)
        current = generation == self._generations.current
        return rds.Snapshot(
            name,
            db_instance_identifier=identifier,
            db_snapshot_identifier=pulumi.Output.concat(
                f"{self._common.naming.database(generation)}-before-", release
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                custom_timeouts=timeouts.DATABASE_SNAPSHOT,
                hooks=created_when_free(name),
                ignore_changes=None if current else AS_IT_IS,
            ),
        )
