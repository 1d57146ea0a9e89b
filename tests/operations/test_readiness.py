"""What a recovery needs: each question, answered well and badly, and one that AWS does not answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import EndpointConnectionError

from infra.configuration.buckets import CATALOGUE
from operations.recovery.readiness import State, readiness
from tests.support.readiness_answers import (
    DOMAIN,
    HOME,
    NOW,
    PRIMARY,
    RECOVERY,
    STATE_KEY,
    STATE_REGION,
    Answer,
    Told,
    ago,
    ask,
    certificate,
    copied_backup,
    copy_job,
    healthy,
    instance,
    records,
    redis,
    refused,
    replication,
    restore_tests,
    support,
)
from tests.support.recordings import configuration_of


@pytest.mark.contract("DR-3")
def test_where_everything_is_there_a_recovery_is_ready() -> None:
    found = ask()
    assert {each.state for each in found.values()} == {State.READY}
    assert found["replica"].found == "triangle-prod is 41 s behind"
    assert found["buckets"].found.startswith(f"all {len([each for each in CATALOGUE if each.replicated])} ")
    assert not any(each.advice for each in found.values())


@pytest.mark.contract("DR-3")
@pytest.mark.parametrize(
    ("check", "call", "answer", "said"),
    [
        (
            "no recovery",
            (HOME, "s3", "list_objects_v2"),
            {"Contents": [{"Key": "recoveries/current.json"}]},
            "one is under way",
        ),
        (
            "time to restore",
            (HOME, "rds", "describe_db_instances"),
            instance("triangle-prod", DBInstanceArn=PRIMARY, LatestRestorableTime=ago(minutes=61)),
            "up to 61 min ago",
        ),
        (
            "time to restore",
            (HOME, "rds", "describe_db_instances"),
            instance("triangle-prod", DBInstanceArn=PRIMARY),
            "cannot be restored",
        ),
        (
            "snapshot",
            (HOME, "rds", "describe_db_snapshots"),
            {"DBSnapshots": [{"Status": "available", "SnapshotCreateTime": ago(hours=27)}]},
            "27 h old",
        ),
        ("snapshot", (HOME, "rds", "describe_db_snapshots"), {"DBSnapshots": []}, "there is none"),
        (
            "restore test",
            (HOME, "s3", "list_objects_v2"),
            restore_tests("2026-11-20T1200Z.json"),
            "9 days old",
        ),
        (
            "restore test",
            (HOME, "s3", "list_objects_v2"),
            restore_tests("2026-11-29T0600Z.failed.json"),
            "the one of 2026-11-29 06:00 UTC has failed",
        ),
        (
            "restore test",
            (HOME, "s3", "list_objects_v2"),
            restore_tests("2026-11-24T1200Z.json", "2026-11-29T0600Z.failed.json"),
            "has failed; the last good one is 5 days old",
        ),
        ("restore test", (HOME, "s3", "list_objects_v2"), {}, "there is none"),
        (
            "replica",
            (HOME, "rds", "describe_db_instances"),
            instance("triangle-prod", DBInstanceArn=PRIMARY, LatestRestorableTime=ago(minutes=4)),
            f"none in {RECOVERY}",
        ),
        (
            "replica",
            (RECOVERY, "cloudwatch", "get_metric_statistics"),
            {"Datapoints": [{"Timestamp": ago(minutes=1), "Maximum": -1.0}]},
            "-1 s behind",
        ),
        (
            "replica",
            (RECOVERY, "cloudwatch", "get_metric_statistics"),
            {"Datapoints": [{"Timestamp": ago(minutes=1), "Maximum": 3601.0}]},
            "3601 s behind",
        ),
        (
            "copied backups",
            (RECOVERY, "rds", "describe_db_instance_automated_backups"),
            {"DBInstanceAutomatedBackups": [{"DBInstanceArn": "arn:another", "Status": "replicating"}]},
            f"none in {RECOVERY}",
        ),
        *(
            (
                "copied backups",
                (RECOVERY, "rds", "describe_db_instance_automated_backups"),
                {"DBInstanceAutomatedBackups": [backup]},
                said,
            )
            for backup, said in (
                (copied_backup(minutes=61), "replicating, up to 61 min ago"),
                ({"DBInstanceArn": PRIMARY, "Status": "replicating"}, "nothing can be restored yet"),
                (copied_backup("active"), "active"),
                (copied_backup("retained"), "retained"),
            )
        ),
        (
            "secrets",
            (HOME, "secretsmanager", "describe_secret"),
            {"ReplicationStatus": [{"Region": RECOVERY, "Status": "Failed"}]},
            "database (Failed)",
        ),
        ("secrets", (HOME, "secretsmanager", "describe_secret"), {}, "database (no copy)"),
        ("images", (RECOVERY, "ecr", "describe_images"), refused("ImageNotFoundException"), "2 of 2 not"),
        (
            "quotas",
            (RECOVERY, "service-quotas", "get_service_quota"),
            {"Quota": {"Value": 5.0}},
            "of 5, Elastic IP addresses 3 of 5",
        ),
        (
            "kubernetes",
            (HOME, "eks", "describe_cluster"),
            {"cluster": {"status": "ACTIVE", "version": "1.36"}},
            f"1.36 here, 1.35 in {RECOVERY}",
        ),
        (
            "kubernetes",
            (RECOVERY, "eks", "describe_cluster_versions"),
            {"clusterVersions": [{"endOfStandardSupportDate": ago(days=1)}]},
            "1.35, supported until 2026-11-28",
        ),
        (
            "postgresql",
            (RECOVERY, "rds", "describe_db_instances"),
            instance("triangle-prod", EngineVersion="17.9"),
            "18.1 here, the replica 17.9",
        ),
        (
            "postgresql",
            (HOME, "rds", "describe_db_major_engine_versions"),
            support(ago(days=2)),
            "18.1, supported until 2026-11-27",
        ),
        (
            "certificate",
            (HOME, "acm", "describe_certificate"),
            certificate("EXPIRED"),
            f"none is issued for {DOMAIN}",
        ),
        ("certificate", (HOME, "acm", "list_certificates"), {"CertificateSummaryList": []}, "none is issued"),
        (
            "certificate",
            (HOME, "route53", "list_resource_record_sets"),
            {"ResourceRecordSets": records("_proof")},
            f"the record _proof.{DOMAIN} is gone",
        ),
        (
            "dns",
            (HOME, "route53", "list_resource_record_sets"),
            {"ResourceRecordSets": records("origin")},
            f"origin.{DOMAIN} is not in the zone",
        ),
        (
            "dns",
            (HOME, "route53", "list_resource_record_sets"),
            {"ResourceRecordSets": records(ttl=3600)},
            f"origin.{DOMAIN} is kept for 3600 s",
        ),
        ("dns", (HOME, "route53", "list_hosted_zones_by_name"), {"HostedZones": []}, "is not in the zone"),
        (
            "buckets",
            (HOME, "s3", "get_bucket_replication"),
            refused("ReplicationConfigurationNotFoundError"),
            "documents",
        ),
        ("buckets", (HOME, "s3", "get_bucket_replication"), replication(recovery="Disabled"), "documents"),
        (
            "buckets outside",
            (HOME, "s3", "get_bucket_replication"),
            replication(backup_account="Disabled"),
            "documents",
        ),
        *(
            ("database outside", (HOME, "backup", "list_copy_jobs"), {"CopyJobs": jobs}, said)
            for jobs, said in (
                ([], "no copy in 30 days"),
                ([copy_job("RUNNING")], "no copy in 30 days"),
                (
                    [copy_job(), copy_job("FAILED", CreationDate=ago(hours=2), StatusMessage="no right")],
                    "the newest copy has failed, 2 h ago: no right",
                ),
                (
                    [copy_job("RUNNING"), copy_job(CreationDate=ago(hours=30), CompletionDate=ago(hours=27))],
                    "the newest copy is 27 h old",
                ),
            )
        ),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(
    check: str, call: tuple[str, str, str], answer: Answer, said: str
) -> None:
    found = ask({call: answer})
    assert found[check].state is State.NOT_READY
    assert said in found[check].found
    assert found[check].advice


@pytest.mark.contract("DR-3")
def test_one_that_failed_and_was_repeated_is_a_success_and_so_is_one_after_it() -> None:
    names = (
        ["2026-11-29T0600Z.failed.json", "2026-11-29T0600Z.json"],
        ["2026-11-29T0600Z.failed.json", "2026-11-29T0800Z.json"],
    )
    for each in names:
        found = ask({(HOME, "s3", "list_objects_v2"): restore_tests(*each)})["restore test"]
        assert found.state is State.READY, found


def test_rds_may_write_its_statuses_in_capitals() -> None:
    answer = {"DBInstanceAutomatedBackups": [copied_backup("REPLICATING")]}
    found = ask({(RECOVERY, "rds", "describe_db_instance_automated_backups"): answer})["copied backups"]
    assert (found.state, found.found) == (State.READY, "REPLICATING, up to 14 min ago")


def test_an_instance_that_is_not_available_is_no_replica() -> None:
    replica = instance("triangle-prod")
    replica["DBInstances"][0]["DBInstanceStatus"] = "storage-full"
    found = ask({(RECOVERY, "rds", "describe_db_instances"): replica})["replica"]
    assert (found.state, found.found) == (State.NOT_READY, "triangle-prod is storage-full")


@pytest.mark.parametrize(
    ("provider", "state"),
    [
        (STATE_KEY, State.READY),
        (f"awskms://alias/state?region={HOME}", State.NOT_READY),
        (f"awskms://alias/state?awssdk=v2&region={RECOVERY}", State.NOT_READY),
        ("awskms://alias/state", State.UNKNOWN),
        ("passphrase", State.UNKNOWN),
        ("", State.UNKNOWN),
    ],
)
def test_the_states_key_outlives_both_regions(provider: str, state: State) -> None:
    assert ask(state_key=provider)["state's key"].state is state


@pytest.mark.contract("ENV-6")
@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        (replication(), State.READY, "copies what is written to 230000000009"),
        (replication(backup_account="Disabled"), State.NOT_READY, "copies nothing outside"),
        (refused("ReplicationConfigurationNotFoundError"), State.NOT_READY, "copies nothing outside"),
        (refused("NoSuchBucket"), State.UNKNOWN, "said by AWS"),
    ],
)
def test_the_state_is_copied_into_the_backup_account(answer: Answer, state: State, said: str) -> None:
    found = ask({(STATE_REGION, "s3", "get_bucket_replication"): answer})["state outside"]
    assert (found.state, bool(found.advice)) == (state, state is not State.READY)
    assert found.found.startswith("s3://triangle-prod-state-230000000003-eu-central-1")
    assert said in found.found


@pytest.mark.parametrize(("environment", "key"), [("staging", STATE_KEY), ("prod", "passphrase")])
def test_where_no_state_is_copied_nothing_is_asked_about_it(environment: str, key: str) -> None:
    assert "state outside" not in ask(environment=environment, state_key=key)


def test_a_cluster_or_a_redis_that_does_not_stand_there_costs_a_quarter_of_an_hour() -> None:
    found = ask(
        {
            (RECOVERY, "eks", "describe_cluster"): {"cluster": {"status": "FAILED", "version": "1.35"}},
            (RECOVERY, "elasticache", "describe_replication_groups"): redis("deleting"),
        }
    )
    assert (found["cluster"].state, found["cluster"].found) == (State.NOT_READY, "triangle-prod is FAILED")
    assert found["redis"].state is State.NOT_READY
    assert found["redis"].found == "triangle-prod-cache is available, triangle-prod-queue is deleting"


def test_the_newest_snapshot_may_be_on_a_later_page() -> None:
    old, new = ({"Status": "available", "SnapshotCreateTime": ago(hours=hours)} for hours in (90, 6))
    pages = [{"DBSnapshots": [old]}, {"DBSnapshots": [new]}]
    assert ask({(HOME, "rds", "describe_db_snapshots"): pages})["snapshot"].state is State.READY


def test_what_aws_does_not_tell_is_not_known_and_the_rest_is_asked() -> None:
    gone = EndpointConnectionError(endpoint_url=f"https://rds.{HOME}.amazonaws.com")
    found = ask({(HOME, "rds", "describe_db_instances"): gone})
    unknown = {check for check, each in found.items() if each.state is State.UNKNOWN}
    assert unknown == {
        "time to restore",
        "snapshot",
        "replica",
        "copied backups",
        "postgresql",
        "database outside",
    }
    assert found["secrets"].state is State.READY


def test_a_region_that_is_lost_is_not_asked_and_said_to_have_no_copies() -> None:
    configuration = configuration_of("triangle", "prod")
    after = replace(configuration, settings=configuration.settings.recovered)
    asked = {
        (RECOVERY, *question[1:]): answer for question, answer in healthy().items() if question[0] == HOME
    }
    found = readiness(after, Told({**healthy(), **asked}, RECOVERY), STATE_KEY, NOW)
    (copies,) = [each for each in found if each.check == "copies"]
    assert (copies.state, copies.found) == (State.NOT_READY, f"{HOME} is lost: nothing is copied anywhere")
    assert not {"replica", "secrets", "cluster"} & {each.check for each in found}


def test_without_a_recovery_region_nothing_is_asked_of_it() -> None:
    assert set(ask(environment="dev")) == {
        "no recovery",
        "time to restore",
        "snapshot",
        "state's key",
    }


def test_a_database_that_is_young_has_no_restore_test_yet() -> None:
    young = instance("triangle-prod", DBInstanceArn=PRIMARY, InstanceCreateTime=ago(days=5))
    answers = {(HOME, "rds", "describe_db_instances"): young, (HOME, "s3", "list_objects_v2"): {}}
    found = ask(answers)["restore test"]
    assert (found.state, found.found) == (State.READY, "none yet: the database is 5 days old")
    old = instance("triangle-prod", DBInstanceArn=PRIMARY, InstanceCreateTime=ago(days=9))
    assert (
        ask({**answers, (HOME, "rds", "describe_db_instances"): old})["restore test"].state is State.NOT_READY
    )


def test_a_copy_counts_from_its_end_and_the_one_before_it_while_another_goes_on() -> None:
    jobs = [copy_job("RUNNING"), copy_job(CreationDate=ago(hours=30), CompletionDate=ago(hours=25))]
    found = ask({(HOME, "backup", "list_copy_jobs"): {"CopyJobs": jobs}})["database outside"]
    assert (found.state, found.found) == (State.READY, "the newest copy is 25 h old")


def test_a_copy_that_was_repeated_is_one_that_has_ended_well() -> None:
    jobs = [copy_job("FAILED", CreationDate=ago(hours=7)), copy_job()]
    found = ask({(HOME, "backup", "list_copy_jobs"): {"CopyJobs": jobs}})["database outside"]
    assert found.state is State.READY


def test_a_database_that_is_young_has_no_copy_yet_and_is_waited_for() -> None:
    young = instance("triangle-prod", DBInstanceArn=PRIMARY, InstanceCreateTime=ago(hours=3))
    none: Answer = {"CopyJobs": []}
    answers = {(HOME, "rds", "describe_db_instances"): young, (HOME, "backup", "list_copy_jobs"): none}
    found = ask(answers)["database outside"]
    assert (found.state, found.found) == (State.NOT_READY, "no copy yet: the database is 3 h old")
    assert "wait" in found.advice


def test_without_a_backup_account_nothing_is_asked_of_it() -> None:
    prod = configuration_of("triangle", "prod")
    alone = replace(prod, settings=replace(prod.settings, backup_account=""))
    found = {each.check for each in readiness(alone, Told(healthy()), STATE_KEY, NOW)}
    assert "buckets" in found
    assert not {"database outside", "buckets outside"} & found


def test_support_whose_end_aws_does_not_tell_is_not_known() -> None:
    found = ask({(RECOVERY, "eks", "describe_cluster_versions"): {"clusterVersions": []}})["kubernetes"]
    assert (found.state, found.found) == (State.UNKNOWN, "1.35: AWS tells no end of its support")
