"""DB-1, DB-3, DB-5: PostgreSQL."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from infra.configuration.tiers import DATABASE_TIERS
from rehearsal.aws.postgres_parameters import STATIC, is_default
from tests.support.recorder import Recording, record, stack_file
from tests.support.recordings import recording_of

INSTANCE = "aws:rds/instance:Instance"


def _parameters(recording: Recording) -> dict[str, str]:
    group = recording.one("aws:rds/parameterGroup:ParameterGroup", "database")
    return {parameter["name"]: parameter["value"] for parameter in group.inputs["parameters"]}


@pytest.mark.contract("DB-1")
@pytest.mark.parametrize(("environment", "days"), [("dev", 1), ("staging", 30), ("prod", 30)])
def test_backups_are_kept_for_30_days_and_shorter_in_dev(environment: str, days: int) -> None:
    database = recording_of(environment).one(INSTANCE, "database")
    assert database.inputs["backupRetentionPeriod"] == days


@pytest.mark.contract("DB-1")
def test_the_daily_backup_begins_at_two_and_maintenance_is_apart_from_it(each: Recording) -> None:
    database = each.one(INSTANCE, "database").inputs
    assert database["backupWindow"] == "02:00-02:30"
    assert database["maintenanceWindow"] == "sun:04:00-sun:05:00"


@pytest.mark.contract("DB-1")
def test_a_primary_and_its_replica_are_never_worked_on_at_once(prod: Recording) -> None:
    one, other = (prod.one(INSTANCE, name).inputs for name in ("database", "recovery/database"))
    # Backups are daily, so the hours of maintenance have to be apart on every day of the week.
    times = [
        each[window].replace("sun:", "").replace("sat:", "").split("-")
        for each in (one, other)
        for window in ("backupWindow", "maintenanceWindow")
    ]
    ordered = sorted(times)
    assert all(before[1] <= after[0] for before, after in pairwise(ordered)), ordered


@pytest.mark.contract("DB-1")
def test_everything_of_the_database_is_encrypted_with_a_key_of_our_own(each: Recording) -> None:
    database = each.one(INSTANCE, "database").inputs
    assert database["storageEncrypted"] is True
    assert {database["kmsKeyId"], database["performanceInsightsKmsKeyId"]} == {
        "arn:aws:kms:us-west-2:123456789012:data"
    }


@pytest.mark.contract("DB-1")
def test_the_database_cannot_be_lost_by_mistake(like_prod: Recording) -> None:
    database = like_prod.one(INSTANCE, "database")
    kept = {
        "deletionProtection": True,
        "deleteAutomatedBackups": False,
        "skipFinalSnapshot": False,
        "finalSnapshotIdentifier": f"triangle-{like_prod.environment}-database-final-0a1b2c",
        "copyTagsToSnapshot": True,
    }
    assert database.protect
    assert {name: database.inputs[name] for name in kept} == kept


@pytest.mark.contract("DB-1", "RED-2")
def test_what_is_left_of_a_database_is_not_in_the_way_of_what_the_next_one_leaves(
    like_prod: Recording,
) -> None:
    """A final snapshot stays, and RDS and ElastiCache refuse another one of its name, with the deletion."""
    ends = like_prod.of("random:index/randomId:RandomId")
    # What alone replaces one of them: its other fixed inputs follow from its name.
    key = like_prod.one(INSTANCE, "database").inputs["kmsKeyId"]
    for name in ("final-snapshot", "cache-final-snapshot", "queue-final-snapshot"):
        assert ends[name].inputs["keepers"] == {"key": key}


@pytest.mark.contract("DB-1")
def test_dev_can_be_thrown_away(dev: Recording) -> None:
    database = dev.one(INSTANCE, "database")
    assert not database.protect
    assert (database.inputs["skipFinalSnapshot"], database.inputs["deletionProtection"]) == (True, False)


@pytest.mark.contract("DB-2")
@pytest.mark.parametrize(("environment", "standby"), [("dev", False), ("staging", True), ("prod", True)])
def test_staging_and_prod_have_a_standby_in_another_zone(environment: str, standby: bool) -> None:
    assert recording_of(environment).one(INSTANCE, "database").inputs["multiAz"] is standby


@pytest.mark.contract("DB-3")
@pytest.mark.parametrize(
    ("tier", "instance_class", "gigabytes"),
    [("small", "db.t4g.small", 20), ("standard", "db.m7g.large", 100), ("high", "db.m7g.xlarge", 100)],
)
def test_a_tier_is_a_machine_and_a_size_of_storage(tier: str, instance_class: str, gigabytes: int) -> None:
    settings = {**stack_file("dev")["database"], "tier": tier, "storageMaximum": 200}
    database = record("dev", {"database": settings}).one(INSTANCE, "database").inputs
    assert (database["instanceClass"], database["allocatedStorage"]) == (instance_class, gigabytes)


@pytest.mark.contract("DB-3")
@pytest.mark.parametrize(("environment", "ceiling"), [("dev", 50), ("staging", 100), ("prod", 500)])
def test_storage_grows_by_itself_up_to_a_ceiling(environment: str, ceiling: int) -> None:
    database = recording_of(environment).one(INSTANCE, "database").inputs
    assert database["maxAllocatedStorage"] == ceiling > database["allocatedStorage"]
    assert database["storageType"] == "gp3"


@pytest.mark.contract("DB-5")
def test_statements_are_counted_and_slow_ones_logged(each: Recording) -> None:
    parameters = _parameters(each)
    assert parameters["shared_preload_libraries"] == "pg_stat_statements"
    # Those in functions, too (PostgreSQL, "pg_stat_statements", Configuration Parameters).
    assert parameters["pg_stat_statements.track"] == "all"
    assert parameters["log_min_duration_statement"] == "500"
    # What waits for another one, and sorts that go to disk: why it was slow.
    assert parameters["log_lock_waits"] == "1"
    assert int(parameters["log_temp_files"]) > 0


@pytest.mark.contract("DB-5")
def test_the_logs_are_exported_into_groups_that_are_there_before(each: Recording) -> None:
    database = each.one(INSTANCE, "database")
    groups = each.of("aws:cloudwatch/logGroup:LogGroup")
    for log in database.inputs["enabledCloudwatchLogsExports"]:
        assert groups[log].inputs["name"] == f"/aws/rds/instance/{database.inputs['identifier']}/{log}"
        assert groups[log].urn in database.depends_on


@pytest.mark.contract("DB-5")
@pytest.mark.parametrize(("environment", "days"), [("dev", 7), ("staging", 7), ("prod", 93)])
def test_performance_insights_keep_a_history(environment: str, days: int) -> None:
    database = recording_of(environment).one(INSTANCE, "database").inputs
    assert database["performanceInsightsEnabled"] is True
    assert database["performanceInsightsRetentionPeriod"] == days


@pytest.mark.contract("DB-3")
@pytest.mark.parametrize(
    ("settings", "version", "allowed"),
    [({}, "17", False), ({"version": "18", "majorUpgrade": True}, "18", True)],
)
def test_another_major_version_is_an_environments_own_decision(
    settings: dict[str, object], version: str, allowed: bool
) -> None:
    """Not before it is allowed, and then at once: a window on Sunday would find no one at work."""
    recording = record("staging", {"database": {**stack_file("staging")["database"], **settings}})
    database = recording.one(INSTANCE, "database").inputs
    assert (database["engineVersion"], database["allowMajorVersionUpgrade"]) == (version, allowed)
    assert database["applyImmediately"] is allowed
    group = recording.one("aws:rds/parameterGroup:ParameterGroup", "database").inputs
    assert (group["family"], group["name"]) == (f"postgres{version}", f"triangle-staging-postgres{version}")


@pytest.mark.contract("DB-5")
def test_no_parameter_differs_from_what_rds_tells_of_it(each: Recording) -> None:
    """What is as RDS has it anyway, or static, is never "immediate" to RDS."""
    for group in each.of("aws:rds/parameterGroup:ParameterGroup").values():
        for one in group.inputs["parameters"]:
            fixed = one["name"] in STATIC or is_default(group.inputs["family"], one["name"], one["value"])
            assert one["applyMethod"] in ("immediate", "pending-reboot")
            assert not (fixed and one["applyMethod"] == "immediate"), one["name"]


def test_plaintext_connections_are_refused(each: Recording) -> None:
    assert _parameters(each)["rds.force_ssl"] == "1"


@pytest.mark.contract("DB-4")
@pytest.mark.parametrize(
    ("environment", "connections"), [("dev", "200"), ("staging", "200"), ("prod", "800")]
)
def test_max_connections_is_what_the_arithmetic_counts_with(environment: str, connections: str) -> None:
    assert _parameters(recording_of(environment))["max_connections"] == connections


@pytest.mark.parametrize(("tier", "previous"), [("high", "standard"), ("standard", "high")])
def test_alarms_hold_for_both_sizes_while_another_one_waits_for_the_window(tier: str, previous: str) -> None:
    """None is late before Sunday, and none calls for nothing after it."""
    settings = {**stack_file("prod")["database"], "tier": tier, "previousTier": previous}
    waiting = record("prod", {"database": settings})
    instance = waiting.one(INSTANCE, "database").inputs
    assert instance["instanceClass"] == DATABASE_TIERS[tier].instance_class
    # Those of the smaller one, `standard`, which is what prod has.
    kind = "aws:cloudwatch/metricAlarm:MetricAlarm"
    for name, alarm in recording_of("prod").of(kind).items():
        assert waiting.one(kind, name).inputs == alarm.inputs, name


@pytest.mark.contract("DB-1", "NET-2")
def test_it_is_postgresql_at_the_port_that_rules_and_entries_name(each: Recording) -> None:
    database = each.one(INSTANCE, "database").inputs
    assert (database["engine"], database["port"]) == ("postgres", 5432)
    version = each.one("aws:secretsmanager/secretVersion:SecretVersion", "database")
    entry = json.loads(version.plain("secretString"))
    assert (entry["port"], entry["dbname"]) == (database["port"], database["dbName"])
