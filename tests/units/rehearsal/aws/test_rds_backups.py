"""RDS without servers: what can be restored, and what a restored or promoted instance is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud

ACCOUNT, HOME, AWAY = "210987654322", "us-west-2", "us-east-2"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An account with one instance that is backed up."""
    with Cloud(ACCOUNT) as cloud:
        cloud.call(
            "rds",
            HOME,
            "create_db_parameter_group",
            DBParameterGroupName="own",
            DBParameterGroupFamily="postgres17",
            Description="of the test",
        )
        cloud.call(
            "rds",
            HOME,
            "create_db_instance",
            DBInstanceIdentifier="home",
            Engine="postgres",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername="triangle",
            MasterUserPassword="password-1",
            DBParameterGroupName="own",
            BackupRetentionPeriod=7,
            DeletionProtection=True,
            MultiAZ=True,
        )
        yield cloud


def _restore(cloud: Cloud, region: str = HOME, **parameters: Any) -> dict[str, Any]:
    asked = {"TargetDBInstanceIdentifier": "restored", **parameters}
    answer = cloud.call("rds", region, "restore_db_instance_to_point_in_time", **asked)
    return dict(answer["DBInstance"])


def _instance(cloud: Cloud, name: str, region: str = HOME) -> dict[str, Any]:
    found = cloud.call("rds", region, "describe_db_instances", DBInstanceIdentifier=name)
    return dict(found["DBInstances"][0])


def _replica(cloud: Cloud) -> dict[str, Any]:
    answer = cloud.call(
        "rds",
        AWAY,
        "create_db_instance_read_replica",
        DBInstanceIdentifier="replica",
        SourceDBInstanceIdentifier=_instance(cloud, "home")["DBInstanceArn"],
    )
    return dict(answer["DBInstance"])


@pytest.mark.parametrize("wrong", [timedelta(minutes=1), timedelta(days=-1)], ids=["future", "before"])
def test_a_time_that_is_not_backed_up_is_refused(cloud: Cloud, wrong: timedelta) -> None:
    with pytest.raises(ClientError, match="cannot be restored to"):
        _restore(cloud, SourceDBInstanceIdentifier="home", RestoreTime=datetime.now(UTC) + wrong)


def test_the_latest_time_that_is_told_can_be_restored(cloud: Cloud) -> None:
    latest = _instance(cloud, "home")["LatestRestorableTime"]
    assert latest <= datetime.now(UTC)
    assert _restore(cloud, SourceDBInstanceIdentifier="home", RestoreTime=latest)


@pytest.mark.parametrize(
    "asked", [{}, {"UseLatestRestorableTime": True, "RestoreTime": datetime.now(UTC)}], ids=["none", "both"]
)
def test_exactly_one_time_is_asked_for(cloud: Cloud, asked: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        _restore(cloud, SourceDBInstanceIdentifier="home", **asked)


def test_backups_that_are_off_stay_off_and_cannot_be_restored(cloud: Cloud) -> None:
    restored = _restore(
        cloud, SourceDBInstanceIdentifier="home", UseLatestRestorableTime=True, BackupRetentionPeriod=0
    )
    assert restored["BackupRetentionPeriod"] == 0
    assert "LatestRestorableTime" not in restored
    with pytest.raises(ClientError, match="PointInTimeRestoreNotEnabled"):
        _restore(
            cloud,
            SourceDBInstanceIdentifier="restored",
            TargetDBInstanceIdentifier="again",
            UseLatestRestorableTime=True,
        )


def test_a_restored_instance_is_one_of_its_own(cloud: Cloud) -> None:
    source = _instance(cloud, "home")
    restored = _restore(cloud, SourceDBInstanceIdentifier="home", UseLatestRestorableTime=True)
    assert restored["DbiResourceId"] != source["DbiResourceId"]
    assert "ReadReplicaSourceDBInstanceIdentifier" not in restored
    assert restored["MasterUsername"] == source["MasterUsername"]


def test_groups_zones_and_protection_are_not_restored(cloud: Cloud) -> None:
    """A command that restores has to name them (RestoreDBInstanceToPointInTime)."""
    restored = _restore(cloud, SourceDBInstanceIdentifier="home", UseLatestRestorableTime=True)
    assert restored["DBParameterGroups"][0]["DBParameterGroupName"].startswith("default.")
    assert (restored["DeletionProtection"], restored["MultiAZ"]) == (False, False)
    named = _restore(
        cloud,
        SourceDBInstanceIdentifier="home",
        TargetDBInstanceIdentifier="named",
        UseLatestRestorableTime=True,
        DBParameterGroupName="own",
        MultiAZ=True,
    )
    assert named["DBParameterGroups"][0]["DBParameterGroupName"] == "own"
    assert named["MultiAZ"]


def test_the_source_can_be_named_by_its_own_identifier(cloud: Cloud) -> None:
    identifier = _instance(cloud, "home")["DbiResourceId"]
    assert _restore(cloud, SourceDbiResourceId=identifier, UseLatestRestorableTime=True)
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        _restore(cloud, SourceDbiResourceId="db-NONE", UseLatestRestorableTime=True)


def test_a_promoted_replica_names_no_source_and_its_source_no_replica(cloud: Cloud) -> None:
    arn = _replica(cloud)["DBInstanceArn"]
    assert _instance(cloud, "home")["ReadReplicaDBInstanceIdentifiers"] == [arn]
    cloud.call("rds", AWAY, "promote_read_replica", DBInstanceIdentifier="replica")
    assert "ReadReplicaSourceDBInstanceIdentifier" not in _instance(cloud, "replica", AWAY)
    assert _instance(cloud, "home")["ReadReplicaDBInstanceIdentifiers"] == []
    with pytest.raises(ClientError, match="is not a read replica"):
        cloud.call("rds", AWAY, "promote_read_replica", DBInstanceIdentifier="replica")


def test_a_replica_of_another_region_outlives_its_source_and_is_promoted(cloud: Cloud) -> None:
    _replica(cloud)
    cloud.call("rds", HOME, "modify_db_instance", DBInstanceIdentifier="home", DeletionProtection=False)
    cloud.call("rds", HOME, "delete_db_instance", DBInstanceIdentifier="home", SkipFinalSnapshot=True)
    assert _instance(cloud, "replica", AWAY)["ReadReplicaSourceDBInstanceIdentifier"]
    cloud.call("rds", AWAY, "promote_read_replica", DBInstanceIdentifier="replica")
    cloud.call("rds", AWAY, "delete_db_instance", DBInstanceIdentifier="replica", SkipFinalSnapshot=True)


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "deleted"])
def test_backups_outlive_their_instance_when_they_are_to(cloud: Cloud, kept: bool) -> None:
    identifier = _instance(cloud, "home")["DbiResourceId"]
    cloud.call("rds", HOME, "modify_db_instance", DBInstanceIdentifier="home", DeletionProtection=False)
    cloud.call(
        "rds",
        HOME,
        "delete_db_instance",
        DBInstanceIdentifier="home",
        SkipFinalSnapshot=True,
        DeleteAutomatedBackups=not kept,
    )
    if kept:
        assert _restore(cloud, SourceDbiResourceId=identifier, UseLatestRestorableTime=True)
    else:
        with pytest.raises(ClientError, match="DBInstanceNotFound"):
            _restore(cloud, SourceDbiResourceId=identifier, UseLatestRestorableTime=True)


def test_replicated_backups_are_restored_in_their_region_without_the_other(cloud: Cloud) -> None:
    source = _instance(cloud, "home")
    cloud.call(
        "rds",
        AWAY,
        "start_db_instance_automated_backups_replication",
        SourceDBInstanceArn=source["DBInstanceArn"],
    )
    backups = cloud.call("rds", AWAY, "describe_db_instance_automated_backups")["DBInstanceAutomatedBackups"]
    (copies,) = backups
    assert (copies["Status"], copies["Region"]) == ("replicating", HOME)
    own = cloud.call("rds", HOME, "describe_db_instance_automated_backups")["DBInstanceAutomatedBackups"]
    assert own[0]["DBInstanceAutomatedBackupsReplications"] == [
        {"DBInstanceAutomatedBackupsArn": copies["DBInstanceAutomatedBackupsArn"]}
    ]
    arn = copies["DBInstanceAutomatedBackupsArn"]
    restored = _restore(
        cloud, AWAY, SourceDBInstanceAutomatedBackupsArn=arn, UseLatestRestorableTime=True, MultiAZ=False
    )
    assert restored["AvailabilityZone"].startswith(AWAY)
    cloud.call(
        "rds",
        AWAY,
        "stop_db_instance_automated_backups_replication",
        SourceDBInstanceArn=source["DBInstanceArn"],
    )
    cloud.call("rds", AWAY, "delete_db_instance_automated_backup", DBInstanceAutomatedBackupsArn=arn)
    with pytest.raises(ClientError, match="DBInstanceAutomatedBackupNotFound"):
        _restore(
            cloud,
            AWAY,
            SourceDBInstanceAutomatedBackupsArn=arn,
            TargetDBInstanceIdentifier="late",
            UseLatestRestorableTime=True,
        )
