"""Databases with their subnets and parameters: the whole life of each."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from moto.rds.models import rds_backends

from rehearsal.aws.cloud import Cloud
from rehearsal.providers.provider import ProviderError, Resource
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, Made, WatchedCloud, replayed

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
GROUP = "aws:rds/parameterGroup:ParameterGroup"
INSTANCE = "aws:rds/instance:Instance"
SNAPSHOT = "aws:rds/snapshot:Snapshot"
# What steers the provider, and what AWS never tells.
UNTOLD = (
    "password",
    "skipFinalSnapshot",
    "finalSnapshotIdentifier",
    "applyImmediately",
    "allowMajorVersionUpgrade",
    "deleteAutomatedBackups",
    "performanceInsightsEnabled",
    "performanceInsightsKmsKeyId",
    "performanceInsightsRetentionPeriod",
)


@pytest.fixture(scope="module")
def subnets(life: Life) -> list[str]:
    vpc = life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})
    made = [
        life.create(
            "aws:ec2/subnet:Subnet",
            {"vpcId": vpc.id, "cidrBlock": f"10.0.{n}.0/24", "availabilityZone": f"{REGION}{zone}"},
            name=zone,
        )
        for n, zone in enumerate("abc")
    ]
    return [subnet.id for subnet in made]


@pytest.fixture(scope="module")
def role(life: Life) -> Made:
    trusted = {"Effect": "Allow", "Principal": {"Service": "monitoring.rds.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [{**trusted, "Action": "sts:AssumeRole"}]}
    return life.create("aws:iam/role:Role", {"name": "monitor", "assumeRolePolicy": json.dumps(trust)})


@pytest.fixture(scope="module")
def subnet_group(life: Life, subnets: list[str]) -> Made:
    group = life.create("aws:rds/subnetGroup:SubnetGroup", {"name": "data", "subnetIds": subnets[:2]})
    group = life.changes_to(group, {"subnetIds": subnets})
    return life.changes_to(group, {"tags": {"team": "data"}})


@pytest.fixture(scope="module")
def parameters(life: Life) -> Made:
    return life.create(GROUP, {"name": "postgres17", "family": "postgres17"})


@pytest.fixture(scope="module")
def database(life: Life, subnet_group: Made, parameters: Made, role: Made) -> Made:
    return life.create(
        "aws:rds/instance:Instance",
        {
            "identifier": "main",
            "engine": "postgres",
            "engineVersion": "17",
            "instanceClass": "db.m7g.large",
            "allocatedStorage": 100,
            "maxAllocatedStorage": 400,
            "storageType": "gp3",
            "storageEncrypted": True,
            "kmsKeyId": KEY,
            "dbName": "app",
            "username": "app_admin",
            "password": "not-a-real-password",
            "port": 5433,
            "multiAz": True,
            "dbSubnetGroupName": subnet_group.id,
            "parameterGroupName": parameters.id,
            "backupRetentionPeriod": 30,
            "backupWindow": "02:00-02:30",
            "maintenanceWindow": "sun:04:00-sun:04:30",
            "copyTagsToSnapshot": True,
            "deletionProtection": True,
            "skipFinalSnapshot": False,
            "deleteAutomatedBackups": False,
            "finalSnapshotIdentifier": "main-final",
            "applyImmediately": True,
            "performanceInsightsEnabled": True,
            "performanceInsightsKmsKeyId": KEY,
            "performanceInsightsRetentionPeriod": 7,
            "enabledCloudwatchLogsExports": ["postgresql", "upgrade"],
            "monitoringInterval": 60,
            "monitoringRoleArn": role.outputs["arn"],
            "caCertIdentifier": "rds-ca-rsa2048-g1",
            "iamDatabaseAuthenticationEnabled": True,
        },
    )


def test_a_database_has_an_address_of_awss_form(database: Made) -> None:
    address = database.outputs["address"]
    assert address.startswith("main.")
    assert address.endswith(f".{REGION}.rds.amazonaws.com")
    assert database.outputs["endpoint"] == f"{address}:5433"
    assert database.outputs["arn"] == f"arn:aws:rds:{REGION}:{ACCOUNT}:db:main"
    assert database.outputs["resourceId"].startswith("db-")


def test_a_replica_in_another_region_lives(cloud: WatchedCloud, life: Life, database: Made) -> None:
    elsewhere = Life(cloud, "us-east-2")
    vpc = elsewhere.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.1.0.0/16"}, name="elsewhere")
    subnet = {"vpcId": vpc.id, "cidrBlock": "10.1.0.0/24", "availabilityZone": "us-east-2a"}
    made_subnet = elsewhere.create("aws:ec2/subnet:Subnet", subnet, name="elsewhere")
    group = elsewhere.create(
        "aws:rds/subnetGroup:SubnetGroup", {"name": "elsewhere", "subnetIds": [made_subnet.id]}
    )
    parameters = elsewhere.create(GROUP, {"name": "elsewhere", "family": "postgres17"}, name="elsewhere")
    replica = elsewhere.create(
        "aws:rds/instance:Instance",
        {
            "identifier": "replica",
            "replicateSourceDb": database.outputs["arn"],
            "instanceClass": "db.m7g.large",
            "kmsKeyId": KEY.replace(REGION, "us-east-2"),
            "storageEncrypted": True,
            "storageType": "gp3",
            "multiAz": False,
            "dbSubnetGroupName": group.id,
            "parameterGroupName": parameters.id,
            "backupRetentionPeriod": 14,
            "backupWindow": "05:00-05:30",
            "maintenanceWindow": "sat:06:00-sat:07:00",
            "deletionProtection": False,
            "skipFinalSnapshot": True,
        },
        name="replica",
    )
    assert replica.outputs["arn"] == f"arn:aws:rds:us-east-2:{ACCOUNT}:db:replica"
    assert replica.outputs["address"].endswith(".us-east-2.rds.amazonaws.com")
    assert replica.outputs["engine"] == "postgres"
    assert replica.outputs["username"] == "app_admin"
    replica = elsewhere.changes_to(replica, {"backupRetentionPeriod": 30, "instanceClass": "db.m7g.xlarge"})
    life.reads_back(database)
    elsewhere.ends(replica)
    life.reads_back(database)


def test_copied_backups_are_recorded(cloud: WatchedCloud, database: Made) -> None:
    made = Life(cloud, "us-east-2").create(
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        {"sourceDbInstanceArn": database.outputs["arn"], "retentionPeriod": 30},
    )
    assert made.id.startswith(f"arn:aws:rds:us-east-2:{ACCOUNT}:auto-backup:ab-")


CHANGES: list[dict[str, Any]] = [
    {"instanceClass": "db.m7g.xlarge"},
    {"allocatedStorage": 200, "maxAllocatedStorage": 500},
    {"multiAz": False},
    {"backupRetentionPeriod": 35, "backupWindow": "03:00-03:30"},
    {"maintenanceWindow": "mon:04:00-mon:04:30"},
    {"copyTagsToSnapshot": False},
    {"performanceInsightsEnabled": False},
    {"enabledCloudwatchLogsExports": ["postgresql", "iam-db-auth-error"]},
    {"enabledCloudwatchLogsExports": None},
    {"monitoringInterval": 30},
    {"caCertIdentifier": "rds-ca-ecc384-g1"},
    {"iamDatabaseAuthenticationEnabled": False},
    {"password": "another-password"},
    {"engineVersion": "18", "allowMajorVersionUpgrade": True},
    {"maxAllocatedStorage": None},
    {"tags": {"team": "data"}},
]


def test_a_snapshot_lives(life: Life, database: Made) -> None:
    inputs = {
        "dbInstanceIdentifier": database.inputs["identifier"],
        "dbSnapshotIdentifier": "before-a-change",
        "tags": {"team": "data"},
    }
    snapshot = life.create(SNAPSHOT, inputs)
    life.imports(snapshot)
    life.ends(snapshot)


@pytest.mark.parametrize(
    ("status", "taken"), [("backing-up", False), ("modifying", False), ("storage-optimization", True)]
)
def test_an_instance_that_is_at_work_takes_no_snapshot(
    life: Life, database: Made, monkeypatch: pytest.MonkeyPatch, status: str, taken: bool
) -> None:
    name = database.inputs["identifier"]
    monkeypatch.setattr(rds_backends[ACCOUNT][REGION].databases[name], "status", status)
    inputs = {"dbInstanceIdentifier": name, "dbSnapshotIdentifier": "while-at-work"}
    if taken:
        life.ends(life.create(SNAPSHOT, inputs))
        return
    with pytest.raises(ProviderError, match=f"InvalidDBInstanceState.*{name} is currently {status}"):
        life.create(SNAPSHOT, inputs)


def test_storage_that_rds_has_enlarged_is_left_to_it(life: Life, cloud: Cloud, database: Made) -> None:
    name, size = database.inputs["identifier"], database.inputs["allocatedStorage"]
    assert database.inputs["maxAllocatedStorage"] > size
    cloud.call("rds", REGION, "modify_db_instance", DBInstanceIdentifier=name, AllocatedStorage=size + 20)
    refreshed = life.provider.read(database.resource, database.inputs, database.outputs)
    assert refreshed is not None
    assert refreshed.inputs["allocatedStorage"] == size + 20
    before = (database.resource, refreshed.inputs, refreshed.outputs)
    assert life.provider.diff(*before, database.inputs, []).changes == []
    # Nor does another change take it back.
    rarely = {**database.inputs, "monitoringInterval": 15}
    changed = life.provider.update(*before, rarely, preview=False)
    assert changed["allocatedStorage"] == size + 20
    more = {**database.inputs, "allocatedStorage": size + 30}
    assert [change.path for change in life.provider.diff(*before, more, []).changes] == ["allocatedStorage"]
    life.provider.update(database.resource, rarely, changed, database.inputs, preview=False)
    cloud.call("rds", REGION, "modify_db_instance", DBInstanceIdentifier=name, AllocatedStorage=size)


def test_a_database_lives(life: Life, cloud: Cloud, database: Made) -> None:
    for change in CHANGES:
        database = life.changes_to(database, change)
    life.imports(database, but=UNTOLD)
    with pytest.raises(ProviderError, match="deletion protection"):
        life.provider.delete(database.resource, database.inputs, database.outputs)
    # A protection that leaves the program is off.
    unnamed = life.changes_to(database, {"deletionProtection": None, "finalSnapshotIdentifier": None})
    with pytest.raises(ProviderError, match="finalSnapshotIdentifier is required"):
        life.provider.delete(unnamed.resource, unnamed.inputs, unnamed.outputs)
    named = life.changes_to(unnamed, {"finalSnapshotIdentifier": "main-final"})
    life.ends(named)
    snapshots = cloud.call("rds", REGION, "describe_db_snapshots")["DBSnapshots"]
    assert "main-final" in [snapshot["DBSnapshotIdentifier"] for snapshot in snapshots]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"engineVersion": "18"}, "engineVersion"),
        ({"engineVersion": "18", "allowMajorVersionUpgrade": True}, ""),
        ({"engineVersion": "16", "allowMajorVersionUpgrade": True}, "engineVersion"),
        ({"engineVersion": "17.6"}, ""),
        ({"allocatedStorage": 50}, "allocatedStorage"),
        ({"allocatedStorage": 50, "kmsKeyId": KEY}, ""),  # a new one in its place
        ({"allocatedStorage": 50, "maxAllocatedStorage": 500}, ""),  # grown by RDS: left as it is
    ],
)
def test_a_change_that_rds_refuses_is_refused_in_the_preview(
    life: Life, change: dict[str, Any], refused: str
) -> None:
    before = {
        "identifier": "main",
        "engine": "postgres",
        "engineVersion": "17",
        "instanceClass": "db.m7g.large",
        "allocatedStorage": 100,
    }
    resource = Resource("urn:pulumi:dev::groundwork::it::main", INSTANCE, "main")
    _, failures = life.provider.check(resource, before, {**before, **change})
    assert [failure.property for failure in failures] == ([refused] if refused else [])


def test_an_instance_that_takes_a_name_over_is_known_by_rdss_own_identifier(life: Life) -> None:
    inputs = {
        "identifier": "again",
        "engine": "postgres",
        "instanceClass": "db.t4g.small",
        "allocatedStorage": 20,
        "username": "again",
        "password": "a-good-password",
        "skipFinalSnapshot": True,
    }
    seen = set()
    for _ in range(2):
        made = life.create(INSTANCE, inputs, name="again")
        seen.add(made.outputs["resourceId"])
        life.ends(made)
    assert len(seen) == 2


def test_a_parameter_that_is_set_to_what_it_is_anyway_is_told_as_rds_tells_it(life: Life) -> None:
    """RDS knows no "immediate" of what nobody has changed: written so, it differs in every preview."""
    given = [
        {"name": "log_lock_waits", "value": "1", "applyMethod": "immediate"},
        {"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"},
    ]
    inputs = {"name": "as-it-is", "family": "postgres17", "parameters": given}
    resource = Resource(f"urn:pulumi:dev::groundwork::{GROUP}::as-it-is", GROUP, "as-it-is")
    identifier, outputs = life.provider.create(resource, inputs, preview=False)
    found = life.provider.read(replace(resource, id=identifier), inputs, outputs)
    assert found is not None
    methods = {each["name"]: each["applyMethod"] for each in found.inputs["parameters"]}
    assert methods == {"log_lock_waits": "immediate", "rds.force_ssl": "pending-reboot"}
    life.provider.delete(replace(resource, id=identifier), inputs, outputs)


def test_what_postgresql_takes_when_it_starts_cannot_be_set_at_once(life: Life) -> None:
    parameters = [{"name": "max_connections", "value": "800", "applyMethod": "immediate"}]
    resource = Resource(f"urn:pulumi:dev::groundwork::{GROUP}::static", GROUP, "static")
    inputs = {"name": "static", "family": "postgres17", "parameters": parameters}
    (failure,) = life.provider.check(resource, None, inputs)[1]
    assert failure.property == "parameters[0].applyMethod"
    assert "allowed for max_connections" in failure.reason


def test_parameters_are_set_changed_and_reset(life: Life, cloud: Cloud) -> None:
    names = [f"parameter_{n}" for n in range(25)]
    given = [{"name": name, "value": "1", "applyMethod": "pending-reboot"} for name in names]
    group = life.create(GROUP, {"name": "many", "family": "postgres17", "parameters": given}, name="many")
    group = life.changes_to(group, {"parameters": [{"name": "parameter_0", "value": "2"}]})
    found = cloud.call("rds", REGION, "describe_db_parameters", DBParameterGroupName="many")["Parameters"]
    assert {each["ParameterName"]: each["ParameterValue"] for each in found if each["ParameterValue"]} == {
        "parameter_0": "2"
    }
    cloud.call(
        "rds",
        REGION,
        "modify_db_parameter_group",
        DBParameterGroupName="many",
        Parameters=[{"ParameterName": "parameter_0", "ParameterValue": "3", "ApplyMethod": "immediate"}],
    )
    drifted = life.provider.read(group.resource, group.inputs, group.outputs)
    assert drifted is not None
    assert drifted.inputs["parameters"] == [{"name": "parameter_0", "value": "3", "applyMethod": "immediate"}]
    group = life.changes_to(group, {"parameters": None})
    life.ends(group)
    life.ends(life.create(GROUP, {"name": "many", "family": "postgres17"}, name="many"))


def test_a_replayed_journal_gives_the_same_databases(
    life: Life, cloud: Cloud, journal: Path, subnet_group: Made, parameters: Made
) -> None:
    made = [subnet_group, parameters]
    before = {each.resource.urn: _read(life, each) for each in made}
    assert replayed(cloud, journal, made) == before


def _read(life: Life, made: Made) -> Any:
    return life.provider.read(made.resource, made.inputs, made.outputs)
