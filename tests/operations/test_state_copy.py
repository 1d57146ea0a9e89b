"""ENV-6: `bootstrap` has S3 copy the engine's state into the backup account, as its stack lets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.checkout import declared
from rehearsal.aws.cloud import Cloud
from rights.evaluation import Policies, Policy, Principal, Request, decide
from tests.operations.conftest import Account
from tests.support.bootstrapped import REGION, Start, answered, bootstrap, empty_account, states
from tests.support.recorder import Recording
from tests.support.recordings import backup_account_of

pytestmark = pytest.mark.contract("ENV-6")

HOME = "us-west-2"
BUCKET = "triangle-prod-state-230000000003-eu-central-1"
COPY = "triangle-prod-state-230000000009-us-west-2"
PART = f"copy of the state in s3://{COPY}"
ROLE = "role triangle-prod-replication-state"
ROLE_ARN = "arn:aws:iam::230000000003:role/triangle-prod-replication-state"
STATE = ".pulumi/stacks/groundwork/prod.json"


@pytest.fixture
def prod(account: Start, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An empty account of an environment that has a backup account, of which nothing is known here."""
    return empty_account("prod", account, monkeypatch)


@pytest.fixture
def outside() -> Iterator[Cloud]:
    """The backup account, as empty."""
    with Cloud(declared("prod").settings.backup_account) as cloud:
        yield cloud


@pytest.fixture
def with_roles(prod: Account) -> Iterator[Account]:
    """The same account, whose roles are known to the policies of others."""
    with Cloud(declared("prod").settings.account):
        yield prod


def _deploy(outside: Cloud) -> str:
    """What its own program declares of the state's copy: bucket, policy, key; answers the key's ARN."""
    recording = backup_account_of("triangle", "prod")
    key = outside.call("kms", HOME, "create_key", Policy=_policy(recording, "aws:kms/key:Key", "data"))
    identifier = key["KeyMetadata"]["KeyId"]
    alias = recording.one("aws:kms/alias:Alias", "data").inputs["name"]
    outside.call("kms", HOME, "create_alias", AliasName=alias, TargetKeyId=identifier)
    declaration = recording.one("aws:s3/bucket:Bucket", "state").inputs
    outside.call(
        "s3",
        HOME,
        "create_bucket",
        Bucket=declaration["bucket"],
        ObjectLockEnabledForBucket=declaration["objectLockEnabled"],
        CreateBucketConfiguration={"LocationConstraint": HOME},
    )
    kept = {"Status": "Enabled"}
    outside.call("s3", HOME, "put_bucket_versioning", Bucket=COPY, VersioningConfiguration=kept)
    policy = _policy(recording, "aws:s3/bucketPolicy:BucketPolicy", "state")
    outside.call("s3", HOME, "put_bucket_policy", Bucket=COPY, Policy=policy)
    return str(key["KeyMetadata"]["Arn"])


def _policy(recording: Recording, kind: str, name: str) -> str:
    found: str = recording.one(kind, name).plain("policy")
    return found


def test_where_there_is_a_backup_account_the_copy_is_one_more_thing_to_make(prod: Account) -> None:
    told = answered(bootstrap(prod, "--dry-run", "--json"))
    assert [name for name in states(told) if not name.startswith("connection ")][-2:] == [ROLE, PART]
    assert {states(told)[ROLE], states(told)[PART]} == {"missing"}


def test_before_its_stack_is_deployed_all_else_is_made_and_a_person_is_told_what_to_do(
    prod: Account, outside: Cloud
) -> None:
    outside.call("s3", HOME, "list_buckets")  # it is there, and empty
    result = bootstrap(prod, "--yes")
    assert result.exit_code == 1
    assert "Destination bucket must exist" in result.stderr
    assert "in backup_account/, `pulumi up --stack prod`; then the same command" in " ".join(
        result.stderr.split()
    )
    _deploy(outside)
    assert answered(bootstrap(prod, "--yes", "--json"))["made"] == [PART]
    again = answered(bootstrap(prod, "--yes", "--json"))
    assert again["made"] == []
    assert {name: state for name, state in states(again).items() if state != "there"} == {
        "connection triangle-prod to GitHub": "waits for a person"
    }


def test_the_state_arrives_encrypted_by_the_other_account_and_locks_do_not(
    prod: Account, outside: Cloud
) -> None:
    key = _deploy(outside)
    answered(bootstrap(prod, "--yes", "--json"))
    s3 = prod.other("s3", REGION)
    for name in (STATE, ".pulumi/locks/organization/groundwork/prod/1.json", ".pulumi/meta.yaml"):
        s3.put_object(Bucket=BUCKET, Key=name, Body=name.encode())
    assert s3.head_object(Bucket=BUCKET, Key=STATE)["ReplicationStatus"] == "COMPLETED"
    there = outside.call("s3", HOME, "list_objects_v2", Bucket=COPY)["Contents"]
    assert [each["Key"] for each in there] == [STATE]
    copy = outside.call("s3", HOME, "get_object", Bucket=COPY, Key=STATE)
    assert copy["Body"].read() == STATE.encode()
    alias = f"arn:aws:kms:{HOME}:230000000009:alias/triangle-prod-data"
    assert (copy["ServerSideEncryption"], copy["SSEKMSKeyId"]) in {("aws:kms", key), ("aws:kms", alias)}


def test_what_is_deleted_stays_there(prod: Account, outside: Cloud) -> None:
    _deploy(outside)
    answered(bootstrap(prod, "--yes", "--json"))
    s3 = prod.other("s3", REGION)
    s3.put_object(Bucket=BUCKET, Key=STATE, Body=b"a state")
    s3.delete_object(Bucket=BUCKET, Key=STATE)
    kept = outside.call("s3", HOME, "get_object", Bucket=COPY, Key=STATE)
    assert kept["Body"].read() == b"a state"


def test_nobody_of_the_account_reads_or_writes_there(with_roles: Account, outside: Cloud) -> None:
    prod = with_roles
    _deploy(outside)
    answered(bootstrap(prod, "--yes", "--json"))
    s3 = prod.other("s3", HOME)
    prod.other("s3", REGION).put_object(Bucket=BUCKET, Key=STATE, Body=b"a state")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("get_object", {"Key": STATE}),
        ("list_object_versions", {}),
        ("put_object", {"Key": STATE, "Body": b"another"}),
        ("delete_object", {"Key": STATE}),
        ("delete_bucket_policy", {}),
    ]
    for operation, parameters in calls:
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(s3, operation)(Bucket=COPY, **parameters)


@pytest.mark.parametrize(
    "change",
    [
        {"Status": "Disabled"},
        {"Filter": {"Prefix": "other/"}},
        {"Destination": {"Bucket": "arn:aws:s3:::triangle-prod-state-other", "Account": "111122223333"}},
    ],
)
def test_a_rule_that_copies_otherwise_is_put_right(prod: Account, change: dict[str, Any]) -> None:
    answered(bootstrap(prod, "--yes", "--json"))
    s3 = prod.other("s3", REGION)
    found = s3.get_bucket_replication(Bucket=BUCKET)["ReplicationConfiguration"]
    (rule,) = found["Rules"]
    changed = {**found, "Rules": [{**rule, **change}]}
    if "Destination" in change:
        del changed["Rules"][0]["SourceSelectionCriteria"]
    s3.put_bucket_replication(Bucket=BUCKET, ReplicationConfiguration=changed)
    assert answered(bootstrap(prod, "--yes", "--json"))["made"] == [PART]
    assert s3.get_bucket_replication(Bucket=BUCKET)["ReplicationConfiguration"] == found


def _decided(prod: Account, action: str, resource: str, of_resource: str | None, **keys: Any) -> bool:
    """What AWS decides about the role's request, by its own policy and by the other account's."""
    own = prod.other("iam").get_role_policy(
        RoleName="triangle-prod-replication-state", PolicyName="bootstrap"
    )["PolicyDocument"]
    resource_policy = Policy.of("resource", json.loads(of_resource)) if of_resource else None
    across = "230000000003" not in resource and BUCKET not in resource
    return decide(
        Request(Principal("AWS", ROLE_ARN, "230000000003"), action, resource, keys),
        Policies([Policy.of("role", own)], resource_policy, across_accounts=across),
    ).allowed


def test_the_role_may_do_what_s3_does_with_it_and_no_more(prod: Account) -> None:
    """S3 user guide, "Setting up permissions for live replication" and "Replicating encrypted objects"."""
    answered(bootstrap(prod, "--yes", "--json"))
    recording = backup_account_of("triangle", "prod")
    bucket = _policy(recording, "aws:s3/bucketPolicy:BucketPolicy", "state")
    key = _policy(recording, "aws:kms/key:Key", "data")
    here, there = f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{COPY}"
    kms = prod.other("kms", REGION)
    own_key = kms.describe_key(KeyId="alias/triangle-prod-state")["KeyMetadata"]["Arn"]
    own_policy = kms.get_key_policy(KeyId=own_key, PolicyName="default")["Policy"]
    via_here, via_there = ({"kms:ViaService": f"s3.{each}.amazonaws.com"} for each in (REGION, HOME))
    aliases = {"kms:ResourceAliases": ["alias/triangle-prod-data"]}
    needed: list[tuple[str, str, str | None, dict[str, Any]]] = [
        ("s3:GetReplicationConfiguration", here, None, {}),
        ("s3:ListBucket", here, None, {}),
        ("s3:GetObjectVersionForReplication", f"{here}/{STATE}", None, {}),
        ("s3:GetObjectVersionAcl", f"{here}/{STATE}", None, {}),
        ("s3:GetObjectVersionTagging", f"{here}/{STATE}", None, {}),
        ("kms:Decrypt", own_key, own_policy, via_here),
        ("s3:ReplicateObject", f"{there}/{STATE}", bucket, {}),
        ("s3:ReplicateTags", f"{there}/{STATE}", bucket, {}),
        *(
            (f"kms:{each}", f"arn:aws:kms:{HOME}:230000000009:key/1", key, {**via_there, **aliases})
            for each in ("Decrypt", "Encrypt", "GenerateDataKey")
        ),
    ]
    for action, resource, of_resource, keys in needed:
        assert _decided(prod, action, resource, of_resource, **keys), action
    refused: list[tuple[str, str, str | None, dict[str, Any]]] = [
        ("s3:GetObject", f"{here}/{STATE}", None, {}),
        ("s3:PutObject", f"{here}/{STATE}", None, {}),
        ("kms:Decrypt", own_key, own_policy, {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}),
        ("s3:ReplicateDelete", f"{there}/{STATE}", bucket, {}),
        ("s3:PutObject", f"{there}/{STATE}", bucket, {}),
        ("s3:GetObject", f"{there}/{STATE}", bucket, {}),
        ("s3:ReplicateObject", f"{there.replace('state', 'backups')}/a", bucket, {}),
        ("kms:Decrypt", f"arn:aws:kms:{HOME}:230000000009:key/1", key, via_there),
    ]
    for action, resource, of_resource, keys in refused:
        assert not _decided(prod, action, resource, of_resource, **keys), action


def test_a_role_that_lacks_something_gets_it(prod: Account) -> None:
    answered(bootstrap(prod, "--yes", "--json"))
    prod.other("iam").delete_role_policy(RoleName="triangle-prod-replication-state", PolicyName="bootstrap")
    assert answered(bootstrap(prod, "--yes", "--json"))["made"] == [ROLE]
