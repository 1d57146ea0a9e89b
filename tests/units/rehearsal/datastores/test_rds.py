"""A real PostgreSQL behind each RDS instance: what RDS's calls do to rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pg8000.exceptions import DatabaseError

from rehearsal.aws.cloud import Cloud
from rehearsal.datastores import DataStores, NoServer
from rehearsal.datastores.datastores import NoSuchServer
from tests.support.servers import missing

ACCOUNT, HOME, AWAY = "210987654321", "us-west-2", "us-east-2"
USER, PASSWORD, NEW_PASSWORD = "triangle", "first-password", "second-password"


class World:
    """An account in which RDS is called, and its rows are looked at."""

    def __init__(self, cloud: Cloud, data: DataStores) -> None:
        self.cloud, self.data = cloud, data
        self.before_the_second_row = datetime.now(UTC)

    def call(self, operation: str, region: str = HOME, **parameters: Any) -> dict[str, Any]:
        return self.cloud.call("rds", region, operation, **parameters)

    def create(self, name: str, **parameters: Any) -> None:
        self.call(
            "create_db_instance",
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername=USER,
            MasterUserPassword=PASSWORD,
            DBName="app",
            **parameters,
        )

    def sql(self, name: str, statement: str, password: str = PASSWORD) -> list[Any]:
        connection = self.data.connect(name, user=USER, password=password)
        try:
            return list(connection.run(statement) or [])
        finally:
            connection.close()

    def rows(self, name: str, password: str = PASSWORD) -> list[int]:
        return [row[0] for row in self.sql(name, "SELECT number FROM rows ORDER BY number", password)]

    def instance(self, name: str, region: str = HOME) -> dict[str, Any]:
        found: dict[str, Any] = self.call("describe_db_instances", region, DBInstanceIdentifier=name)
        return dict(found["DBInstances"][0])

    def restore(self, target: str, region: str = HOME, **parameters: Any) -> dict[str, Any]:
        return self.call(
            "restore_db_instance_to_point_in_time",
            region,
            **{"TargetDBInstanceIdentifier": target, "BackupRetentionPeriod": 0, **parameters},
        )


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """An instance with the row 1 in a snapshot, and the row 2 written later."""
    with Cloud(ACCOUNT) as cloud:
        data = DataStores(ACCOUNT)
        try:
            data.start()
        except NoServer as error:
            missing(error)
        try:
            yield _filled(World(cloud, data))
        finally:
            data.stop()


def _filled(world: World) -> World:
    world.call(
        "create_db_parameter_group",
        DBParameterGroupName="slow",
        DBParameterGroupFamily="postgres17",
        Description="of the test",
    )
    world.create("home", DBParameterGroupName="slow", BackupRetentionPeriod=7)
    world.sql("home", "CREATE TABLE rows (number int PRIMARY KEY)")
    world.sql("home", "INSERT INTO rows VALUES (1)")
    world.call("create_db_snapshot", DBInstanceIdentifier="home", DBSnapshotIdentifier="first")
    world.before_the_second_row = datetime.now(UTC)
    time.sleep(0.01)
    world.sql("home", "INSERT INTO rows VALUES (2)")
    return world


def test_the_master_is_no_superuser_and_owns_the_database(world: World) -> None:
    assert world.sql("home", "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [[False]]
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert world.sql("home", owner) == [[USER]]


def test_a_restore_to_a_time_has_what_was_committed_by_then_and_nothing_else(world: World) -> None:
    world.restore("by-time", SourceDBInstanceIdentifier="home", RestoreTime=world.before_the_second_row)
    assert world.rows("by-time") == [1]
    world.sql("by-time", "INSERT INTO rows VALUES (7)")
    assert 7 not in world.rows("home")


def test_times_outside_of_the_window_are_refused(world: World) -> None:
    latest = world.instance("home")["LatestRestorableTime"]
    assert world.before_the_second_row < latest <= datetime.now(UTC)
    for wrong in (datetime.now(UTC) + timedelta(minutes=1), latest - timedelta(days=1)):
        with pytest.raises(ClientError, match="can be to times from"):
            world.restore("never", SourceDBInstanceIdentifier="home", RestoreTime=wrong)


def test_a_snapshot_has_the_rows_of_its_time_in_another_region_too(world: World) -> None:
    arn = f"arn:aws:rds:{HOME}:{ACCOUNT}:snapshot:first"
    world.call(
        "copy_db_snapshot",
        AWAY,
        SourceDBSnapshotIdentifier=arn,
        TargetDBSnapshotIdentifier="copied",
        SourceRegion=HOME,
    )
    world.call(
        "restore_db_instance_from_db_snapshot",
        AWAY,
        DBSnapshotIdentifier="copied",
        DBInstanceIdentifier="by-snapshot",
        BackupRetentionPeriod=0,
    )
    assert world.rows("by-snapshot") == [1]


def test_a_snapshot_of_before_the_servers_is_refused(world: World) -> None:
    """Not restored as an empty database, which would pass for one."""
    world.call("create_db_snapshot", DBInstanceIdentifier="home", DBSnapshotIdentifier="unknown")
    del world.data._databases._snapshots[f"arn:aws:rds:{HOME}:{ACCOUNT}:snapshot:unknown"]
    with pytest.raises(ClientError, match="No rows are kept of snapshot unknown"):
        world.call(
            "restore_db_instance_from_db_snapshot", DBSnapshotIdentifier="unknown", DBInstanceIdentifier="x"
        )


def test_a_replica_follows_refuses_changes_and_is_promoted_without_its_source(world: World) -> None:
    world.create("source", BackupRetentionPeriod=1)
    arn = world.instance("source")["DBInstanceArn"]
    world.call(
        "create_db_instance_read_replica",
        AWAY,
        DBInstanceIdentifier="replica",
        SourceDBInstanceIdentifier=arn,
    )
    world.sql("source", "CREATE TABLE rows (number int)")
    world.sql("source", "INSERT INTO rows VALUES (3)")
    _wait_until(lambda: world.sql("replica", "SELECT to_regclass('rows')") != [[None]])
    _wait_until(lambda: world.rows("replica") == [3])
    with pytest.raises(DatabaseError, match="read-only"):
        world.sql("replica", "INSERT INTO rows VALUES (4)")
    world.call("start_db_instance_automated_backups_replication", AWAY, SourceDBInstanceArn=arn)
    world.call("delete_db_instance", DBInstanceIdentifier="source", SkipFinalSnapshot=True)
    with pytest.raises(NoSuchServer):
        world.rows("source")
    world.call("promote_read_replica", AWAY, DBInstanceIdentifier="replica")
    world.sql("replica", "INSERT INTO rows VALUES (4)")
    assert world.rows("replica") == [3, 4]
    # The copies of the backups outlive the instance.
    backups = world.call("describe_db_instance_automated_backups", AWAY, DBInstanceIdentifier="source")
    (copies,) = backups["DBInstanceAutomatedBackups"]
    world.restore(
        "by-copies",
        AWAY,
        SourceDBInstanceAutomatedBackupsArn=copies["DBInstanceAutomatedBackupsArn"],
        UseLatestRestorableTime=True,
    )
    assert world.rows("by-copies") == [3]


def test_what_a_final_snapshot_has_can_be_restored_with_its_password(world: World) -> None:
    world.call(
        "restore_db_instance_from_db_snapshot",
        DBSnapshotIdentifier="first",
        DBInstanceIdentifier="ending",
        DBParameterGroupName="slow",
        BackupRetentionPeriod=0,
    )
    world.call("modify_db_instance", DBInstanceIdentifier="ending", MasterUserPassword=NEW_PASSWORD)
    with pytest.raises(DatabaseError, match="password authentication failed"):
        world.rows("ending")
    parameter = {
        "ParameterName": "log_min_duration_statement",
        "ParameterValue": "321",
        "ApplyMethod": "pending-reboot",
    }
    world.call("modify_db_parameter_group", DBParameterGroupName="slow", Parameters=[parameter])
    world.call("reboot_db_instance", DBInstanceIdentifier="ending")
    assert world.sql("ending", "SHOW log_min_duration_statement", NEW_PASSWORD) == [["321ms"]]
    world.call("delete_db_instance", DBInstanceIdentifier="ending", FinalDBSnapshotIdentifier="last")
    world.call(
        "restore_db_instance_from_db_snapshot",
        DBSnapshotIdentifier="last",
        DBInstanceIdentifier="again",
        BackupRetentionPeriod=0,
    )
    assert world.rows("again", NEW_PASSWORD) == [1]


def test_an_instance_without_backups_is_restored_to_no_time(world: World) -> None:
    world.call(
        "restore_db_instance_from_db_snapshot",
        DBSnapshotIdentifier="first",
        DBInstanceIdentifier="unsaved",
        BackupRetentionPeriod=0,
    )
    assert "LatestRestorableTime" not in world.instance("unsaved")
    with pytest.raises(ClientError, match="PointInTimeRestoreNotEnabled"):
        world.restore("never", SourceDBInstanceIdentifier="unsaved", UseLatestRestorableTime=True)
    world.call("modify_db_instance", DBInstanceIdentifier="unsaved", BackupRetentionPeriod=1)
    world.sql("unsaved", "INSERT INTO rows VALUES (5)")
    world.restore("saved", SourceDBInstanceIdentifier="unsaved", UseLatestRestorableTime=True)
    assert world.rows("saved") == [1, 5]


def _wait_until(holds: Any) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
