"""DB-2 and NET-1: what waits in the recovery region, in prod alone."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import product

import pytest

from infra.configuration.addresses import subnets
from infra.configuration.tiers import DATABASE_TIERS
from tests.support.recorder import Recording, Resource, record, stack_file
from tests.support.recordings import recording_of

INSTANCE = "aws:rds/instance:Instance"
COPIED_BACKUPS = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
ARN = "arn:aws:rds:us-west-2:123456789012:database"


@pytest.mark.contract("DB-2")
def test_prod_has_a_replica_in_the_recovery_region(prod: Recording) -> None:
    replica = prod.one(INSTANCE, "recovery/database")
    assert replica.provider == "aws-recovery"
    assert replica.inputs["replicateSourceDb"] == ARN


@pytest.mark.contract("DB-2")
@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_only_prod_pays_for_a_second_region(environment: str) -> None:
    recording = recording_of(environment)
    assert list(recording.of(INSTANCE)) == ["database"]
    assert not recording.perhaps(COPIED_BACKUPS)


@pytest.mark.contract("DB-2")
def test_the_replica_can_take_the_primarys_load_and_as_many_connections(prod: Recording) -> None:
    primary, replica = (prod.one(INSTANCE, name).inputs for name in ("database", "recovery/database"))
    for name in ("instanceClass", "maxAllocatedStorage", "backupRetentionPeriod"):
        assert replica[name] == primary[name]
    # What RDS does not take over from the primary, and somebody would miss once it is promoted.
    for name in (
        "storageType",
        "storageEncrypted",
        "publiclyAccessible",
        "caCertIdentifier",
        "copyTagsToSnapshot",
        "performanceInsightsEnabled",
        "performanceInsightsRetentionPeriod",
        "monitoringInterval",
        "enabledCloudwatchLogsExports",
    ):
        assert replica[name] == primary[name], name
    assert {**_parameters(prod, "recovery/database"), "max_connections": "800"} == _parameters(
        prod, "database"
    )


def _parameters(recording: Recording, name: str) -> dict[str, str]:
    group = recording.one("aws:rds/parameterGroup:ParameterGroup", name)
    return {each["name"]: each["value"] for each in group.inputs["parameters"]}


@pytest.mark.contract("DB-2")
def test_the_replica_never_has_fewer_of_what_replication_needs_than_the_primary() -> None:
    """Whichever of them restarts first with a new tier, and whether it grows or shrinks."""
    groups = []
    for tier in DATABASE_TIERS:
        database = {**stack_file("prod")["database"], "tier": tier}
        # As many pods as the smallest one has connections for.
        recording = record("prod", {"database": database, "replicas": {"minimum": 3, "maximum": 3}})
        groups.append({name: _parameters(recording, name) for name in ("database", "recovery/database")})
    for before, after in product(groups, repeat=2):
        for first in ("database", "recovery/database"):
            running = {name: (after if name == first else before)[name] for name in before}
            for parameter in ("max_connections", "max_worker_processes"):
                assert int(running["recovery/database"][parameter]) >= int(running["database"][parameter])


@pytest.mark.contract("DB-2", "K8S-6")
def test_rds_is_asked_for_one_thing_at_a_time(prod: Recording) -> None:
    """RDS refuses a snapshot, or copies of backups, while it makes a replica of the same instance."""
    snapshot = prod.one("aws:rds/snapshot:Snapshot", "before-migration")
    replica = prod.one(INSTANCE, "recovery/database")
    assert snapshot.urn in replica.depends_on
    assert replica.urn in prod.one(COPIED_BACKUPS, "copied-backups").depends_on


@pytest.mark.contract("DB-2", "ALM-13")
def test_the_replica_follows_the_instance_that_serves_and_not_one_that_had_its_name(prod: Recording) -> None:
    replica, copies = prod.one(INSTANCE, "recovery/database"), prod.one(COPIED_BACKUPS, "copied-backups")
    assert replica.replacement_trigger == copies.replacement_trigger == "db-EXAMPLE"
    # There can be only one of each at a time.
    assert replica.delete_before_replace
    assert copies.delete_before_replace


@pytest.mark.contract("DB-2")
def test_the_replica_cannot_be_lost_by_mistake(prod: Recording) -> None:
    replica = prod.one(INSTANCE, "recovery/database")
    assert replica.protect
    assert replica.inputs["deletionProtection"] is True
    assert replica.inputs["deleteAutomatedBackups"] is False


@pytest.mark.contract("DB-2", "DR-3")
def test_a_promoted_replica_is_not_made_a_replica_again(prod: Recording) -> None:
    assert prod.one(INSTANCE, "recovery/database").ignore_changes == ("replicateSourceDb",)


@pytest.mark.contract("DB-2")
def test_the_primarys_backups_are_copied_for_as_long_as_they_are_kept(prod: Recording) -> None:
    copied = prod.one(COPIED_BACKUPS, "copied-backups")
    assert copied.provider == "aws-recovery"
    assert copied.inputs["sourceDbInstanceArn"] == ARN
    assert copied.inputs["retentionPeriod"] == 30


@pytest.mark.contract("DB-2", "DR-3")
def test_what_is_in_the_recovery_region_is_encrypted_with_keys_of_that_region(prod: Recording) -> None:
    keys = prod.of("aws:kms/key:Key")
    assert {keys[name].provider for name in ("recovery/data", "recovery/logs")} == {"aws-recovery"}
    replica = prod.one(INSTANCE, "recovery/database").inputs
    copied = prod.one(COPIED_BACKUPS, "copied-backups").inputs
    assert {replica["kmsKeyId"], replica["performanceInsightsKmsKeyId"], copied["kmsKeyId"]} == {
        "arn:aws:kms:us-east-2:123456789012:data"
    }


def _recovery_subnets(prod: Recording) -> dict[str, Resource]:
    return {
        name: subnet
        for name, subnet in prod.of("aws:ec2/subnet:Subnet").items()
        if name.startswith("recovery/")
    }


@pytest.mark.contract("NET-1", "DB-2")
def test_the_recovery_network_has_the_plans_ranges(prod: Recording) -> None:
    settings = stack_file("prod")["network"]
    plan = subnets(IPv4Network(settings["recoveryCidr"]), 3)
    found = _recovery_subnets(prod)
    for tier, ranges in (
        ("public", [zone.public for zone in plan]),
        ("private", [zone.private for zone in plan]),
        ("data", [zone.data for zone in plan]),
    ):
        each = [subnet for name, subnet in found.items() if name.startswith(f"recovery/{tier}-")]
        assert [subnet.inputs["cidrBlock"] for subnet in each] == list(map(str, ranges))
        zones = [subnet.inputs["availabilityZone"] for subnet in each]
        assert zones == settings["recoveryAvailabilityZones"]
    vpc = prod.one("aws:ec2/vpc:Vpc", "recovery/vpc")
    assert vpc.inputs["cidrBlock"] == settings["recoveryCidr"]


@pytest.mark.contract("NET-1", "NET-2")
def test_nothing_that_waits_reaches_the_internet(prod: Recording) -> None:
    """The gateway is for load balancers of the day; NAT gateways are made within two minutes then."""
    routes = [each for each in prod.of("aws:ec2/route:Route").values() if each.in_recovery]
    assert [route.name for route in routes] == ["public-internet"]
    assert not [each for each in prod.of("aws:ec2/natGateway:NatGateway").values() if each.in_recovery]
    assert not [each for each in prod.of("aws:eks/addon:Addon").values() if each.in_recovery]


@pytest.mark.contract("NET-2")
def test_nobody_reaches_the_replica_before_the_day(prod: Recording) -> None:
    group = next(
        each
        for each in prod.of("aws:ec2/securityGroup:SecurityGroup").values()
        if each.in_recovery and each.name == "database"
    )
    rules = prod.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").values()
    assert not [
        rule.name for rule in rules if rule.references.get("securityGroupId") == frozenset([group.urn])
    ]


@pytest.mark.contract("DR-3")
def test_what_takes_longest_to_make_stands_there(prod: Recording) -> None:
    """The control plane 10 to 15 minutes, Redis 9 to 15 (docs/recovery.md)."""
    (cluster,) = [each for each in prod.of("aws:eks/cluster:Cluster").values() if each.in_recovery]
    assert cluster.inputs["name"] == "triangle-prod"
    groups = prod.of("aws:elasticache/replicationGroup:ReplicationGroup").values()
    waiting = {each.name: each.inputs["numCacheClusters"] for each in groups if each.in_recovery}
    assert waiting == {"cache": 1, "queue": 1}
    entries = prod.of("aws:secretsmanager/secret:Secret").values()
    assert not [each.name for each in entries if each.in_recovery]  # their names are those of the copies


@pytest.mark.contract("NET-1")
def test_every_network_has_flow_logs(each: Recording) -> None:
    vpcs = {vpc.id for vpc in each.of("aws:ec2/vpc:Vpc").values()}
    assert {log.inputs["vpcId"] for log in each.of("aws:ec2/flowLog:FlowLog").values()} == vpcs


@pytest.mark.contract("NET-1")
def test_no_two_networks_of_any_environment_and_region_overlap() -> None:
    networks = [
        IPv4Network(vpc.inputs["cidrBlock"])
        for environment in ("dev", "staging", "prod")
        for vpc in recording_of(environment).of("aws:ec2/vpc:Vpc").values()
    ]
    assert len(networks) == 4  # three environments, and prod's recovery region
    pairs = [(a, b) for n, a in enumerate(networks) for b in networks[n + 1 :]]
    assert not [pair for pair in pairs if pair[0].overlaps(pair[1])]


@pytest.mark.contract("DB-2", "ALM-13")
def test_a_replica_that_is_behind_pages_from_the_region_that_it_is_in(prod: Recording) -> None:
    alarm = prod.one("aws:cloudwatch/metricAlarm:MetricAlarm", "replica-lag")
    assert alarm.provider == "aws-recovery"
    dimensions = {"DBInstanceIdentifier": prod.one(INSTANCE, "recovery/database").inputs["identifier"]}
    assert all(
        query["metric"]["dimensions"] == dimensions
        for query in alarm.inputs["metricQueries"]
        if "metric" in query
    )
    assert alarm.inputs["threshold"] == 900  # seconds: a quarter of the hour that may be lost
    (told,) = alarm.inputs["alarmActions"]
    (topic,) = [each for each in prod.of("aws:sns/topic:Topic").values() if each.outputs["arn"] == told]
    assert topic.provider == "aws-recovery"
