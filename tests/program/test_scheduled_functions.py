"""SEC-4, SEC-5: a snapshot of secrets every week, reminders every day, copies in the recovery region."""

from __future__ import annotations

import json

import pytest

from tests.support.policies import allows
from tests.support.recorder import Recording, Resource, stack_file, system_file

FUNCTION = "aws:lambda/function:Function"
SECRET = "aws:secretsmanager/secret:Secret"


def _variables(recording: Recording, function: str) -> dict[str, str]:
    found: dict[str, str] = recording.one(FUNCTION, function).plain("environment")["variables"]
    return found


def _schedule(recording: Recording, name: str) -> Resource:
    return recording.one("aws:scheduler/schedule:Schedule", name)


@pytest.mark.contract("SEC-4")
def test_a_snapshot_of_secrets_is_taken_every_week(each: Recording) -> None:
    schedule = _schedule(each, "snapshot-secrets")
    assert schedule.inputs["scheduleExpression"] == "cron(0 3 ? * SUN *)"
    assert schedule.inputs["target"]["arn"].endswith(":snapshot-secrets")


@pytest.mark.contract("SEC-4")
def test_the_snapshot_has_every_secret_but_the_masters(each: Recording) -> None:
    names = set(_variables(each, "snapshot-secrets")["ENTRIES"].split(","))
    assert names == set(each.of(SECRET)) - {"database-master"}


@pytest.mark.contract("SEC-4")
def test_the_snapshot_goes_to_the_backups_under_a_key_for_both_regions(each: Recording) -> None:
    variables = _variables(each, "snapshot-secrets")
    assert variables["BUCKET"] == each.one("aws:s3/bucket:Bucket", "backups").inputs["bucket"]
    key = each.one("aws:kms/key:Key", "secret-copies")
    assert key.inputs["multiRegion"] is True
    assert variables["KEY"].endswith(":secret-copies")


@pytest.mark.contract("SEC-4")
def test_the_key_of_prod_is_in_the_recovery_region_too(prod: Recording, staging: Recording) -> None:
    replica = prod.one("aws:kms/replicaKey:ReplicaKey", "secret-copies")
    assert replica.provider == "aws-recovery"
    assert replica.inputs["primaryKeyArn"].endswith(":secret-copies")
    assert replica.protect
    assert not staging.perhaps("aws:kms/replicaKey:ReplicaKey")


@pytest.mark.contract("SEC-4")
def test_every_secret_of_prod_has_a_copy_in_the_recovery_region(prod: Recording) -> None:
    for secret in prod.of(SECRET).values():
        (replica,) = secret.inputs["replicas"]
        assert replica["region"] == "us-east-2"
        assert replica["kmsKeyId"].endswith(":us-east-2:123456789012:secret-copies")


def test_the_snapshot_can_write_nothing_else_and_remove_nothing(each: Recording) -> None:
    policy = each.one("aws:iam/rolePolicy:RolePolicy", "function-snapshot-secrets").plain("policy")
    statements = [
        s for s in json.loads(policy)["Statement"] if any("s3:" in action for action in s["Action"])
    ]
    (statement,) = statements
    bucket = each.one("aws:s3/bucket:Bucket", "backups").inputs["bucket"]
    assert statement["Action"] == ["s3:PutObject"]
    folders = ["secrets", *(["secrets-outside"] if each.environment == "prod" else [])]
    written = [statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]
    assert written == [f"arn:aws:s3:::{bucket}/{folder}/*" for folder in folders]


@pytest.mark.contract("ENV-6", "SEC-4")
def test_in_prod_the_snapshot_is_also_encrypted_with_a_key_of_the_backup_account(each: Recording) -> None:
    alias = _variables(each, "snapshot-secrets").get("OUTSIDE_KEY")
    if each.environment != "prod":
        assert alias is None
        return
    account = stack_file("prod")["backupAccount"]
    assert alias == f"arn:aws:kms:us-west-2:{account}:alias/triangle-prod-secret-copies"
    policy = each.one("aws:iam/rolePolicy:RolePolicy", "function-snapshot-secrets").plain("policy")
    key = f"arn:aws:kms:us-west-2:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    for action in ("kms:Decrypt", "kms:Encrypt"):
        assert allows(
            policy, action, key, keys={"kms:ResourceAliases": ["alias/triangle-prod-secret-copies"]}
        )
        assert not allows(policy, action, key, keys={"kms:ResourceAliases": ["alias/triangle-prod-data"]})
        assert not allows(policy, action, key)


@pytest.mark.contract("SEC-5")
def test_reminders_are_looked_for_every_day(each: Recording) -> None:
    assert _schedule(each, "remind").inputs["scheduleExpression"] == "cron(0 8 * * ? *)"
    expiries = json.loads(_variables(each, "remind")["EXPIRIES"])
    declared = system_file()["expiries"]
    assert {name: expiry["ends"] for name, expiry in expiries.items()} == {
        name: str(expiry["ends"]) for name, expiry in declared.items()
    }
    assert _variables(each, "remind")["TOPIC"].endswith(":sev-3")


@pytest.mark.contract("SEC-2")
def test_every_rotation_is_watched(each: Recording) -> None:
    rotations = each.of("aws:secretsmanager/secretRotation:SecretRotation")
    watched = json.loads(_variables(each, "remind")["ROTATED"])
    assert watched == {
        name: rotation.inputs["rotationRules"]["automaticallyAfterDays"]
        for name, rotation in rotations.items()
    }


def test_the_clock_calls_one_function_with_a_role_of_its_own(each: Recording) -> None:
    for name, schedule in each.of("aws:scheduler/schedule:Schedule").items():
        policy = json.loads(each.one("aws:iam/rolePolicy:RolePolicy", f"schedule-{name}").plain("policy"))
        (statement,) = policy["Statement"]
        assert (statement["Action"], statement["Resource"]) == (
            ["lambda:InvokeFunction"],
            schedule.inputs["target"]["arn"],
        )


@pytest.mark.contract("ALM-17")
def test_the_clock_tells_every_function_the_time_that_it_is_called_for(each: Recording) -> None:
    # A call that comes late would otherwise look at other minutes than those since the one before.
    for schedule in each.of("aws:scheduler/schedule:Schedule").values():
        assert json.loads(schedule.inputs["target"]["input"]) == {"time": "<aws.scheduler.scheduled-time>"}
        # The runbooks' times are UTC, and to the minute.
        assert schedule.inputs["scheduleExpressionTimezone"] == "UTC"
        assert schedule.inputs["flexibleTimeWindow"] == {"mode": "OFF"}


def test_variables_of_functions_fit_into_what_lambda_takes(each: Recording) -> None:
    # "Lambda quotas" in the Lambda developer guide: 4 KB for all of them together.
    for function in each.of(FUNCTION).values():
        variables = (function.plain("environment") or {"variables": {}})["variables"]
        assert len(json.dumps(variables)) < 4096, function.name
