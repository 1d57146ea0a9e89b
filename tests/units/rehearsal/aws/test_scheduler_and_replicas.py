"""Schedules, and keys of two regions: the whole life of each."""

from __future__ import annotations

import json
from pathlib import Path

from rehearsal.aws.cloud import Cloud
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, WatchedCloud, replayed

RECOVERY = "us-east-2"


def _policy(user: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_schedule_lives(life: Life) -> None:
    schedule = life.create(
        "aws:scheduler/schedule:Schedule",
        {
            "name": "remind",
            "scheduleExpression": "cron(0 8 * * ? *)",
            "scheduleExpressionTimezone": "UTC",
            "flexibleTimeWindow": {"mode": "OFF"},
            "target": {
                "arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:remind",
                "roleArn": f"arn:aws:iam::{ACCOUNT}:role/clock",
                "retryPolicy": {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 5},
            },
        },
    )
    assert schedule.id == "default/remind"
    life.imports(schedule)
    schedule = life.changes_to(schedule, {"scheduleExpression": "rate(1 day)", "description": "Reminders"})
    schedule = life.changes_to(schedule, {"state": "DISABLED"})
    life.ends(schedule)


def test_a_key_is_in_another_region_too_and_reads_what_the_first_one_wrote(
    life: Life, cloud: WatchedCloud
) -> None:
    key = life.create("aws:kms/key:Key", {"multiRegion": True, "policy": _policy(ACCOUNT)}, name="copies")
    there = Life(cloud, RECOVERY)
    replica = there.create(
        "aws:kms/replicaKey:ReplicaKey",
        {
            "primaryKeyArn": key.outputs["arn"],
            "description": "Copies of secrets",
            "policy": _policy(f"arn:aws:iam::{ACCOUNT}:root"),
            "deletionWindowInDays": 30,
        },
        name="copies-recovery",
        sent_as_written=False,
    )
    assert replica.outputs["arn"] == key.outputs["arn"].replace(REGION, RECOVERY)
    # Past the journal: what a key has encrypted is no change of the cloud.
    sealed = cloud.client("kms", REGION).encrypt(KeyId=key.id, Plaintext=b"secret")["CiphertextBlob"]
    opened = cloud.client("kms", RECOVERY).decrypt(CiphertextBlob=sealed)
    assert opened["Plaintext"] == b"secret"
    for where, each in ((life, key), (there, replica)):
        alias = {"name": "alias/copies", "targetKeyId": each.id}
        where.create("aws:kms/alias:Alias", alias, name=f"copies-{each.outputs['region']}")
    replica = there.changes_to(replica, {"description": "Copies"})
    replica = there.changes_to(replica, {"tags": {"owner": "somebody"}})
    there.ends(replica)
    assert life.provider.read(key.resource, key.inputs, key.outputs) is not None


def test_a_schedule_is_there_again_after_a_replay(life: Life, cloud: Cloud, journal: Path) -> None:
    schedule = life.create(
        "aws:scheduler/schedule:Schedule",
        {
            "name": "kept",
            "scheduleExpression": "rate(1 day)",
            "flexibleTimeWindow": {"mode": "OFF"},
            "target": {
                "arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:remind",
                "roleArn": f"arn:aws:iam::{ACCOUNT}:role/clock",
            },
        },
        name="kept",
    )
    (found,) = replayed(cloud, journal, [schedule]).values()
    assert found is not None
    assert found.inputs == schedule.inputs
