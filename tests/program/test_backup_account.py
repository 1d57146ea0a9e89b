"""ENV-6: what is in the backup account, by its own program, is what prod's program copies to; and nobody of
prod's account removes anything of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product

import pulumi
import pytest

from infra.configuration import load_configuration
from infra.configuration.buckets import BACKUP_ACCOUNT_RULE, STATE
from infra.configuration.files import read_environment
from rights.conditions import listed
from tests.support.policies import allows_outside
from tests.support.recorder import (
    ROOT,
    TODAY,
    Recording,
    Resource,
    record_backup_account,
    stack_file,
    system_file,
)
from tests.support.recordings import SYSTEMS, backup_account_of, recording_of, system_recording
from tests.support.replication import REPLICATION, rule_of

BUCKET = "aws:s3/bucket:Bucket"
KEY = "aws:kms/key:Key"
REPOSITORY = "aws:ecr/repository:Repository"
VAULT = "aws:backup/vault:Vault"
VAULT_LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"

# As Pulumi.prod.yaml has them.
ACCOUNT, BACKUP_ACCOUNT = "230000000003", "230000000009"
STRANGER = f"arn:aws:iam::{ACCOUNT}:role/administrator"
# Who deploys recovers (system.yaml, access.deploy).
DEPLOY = f"arn:aws:iam::{ACCOUNT}:role/{read_environment(ROOT, 'prod', today=TODAY).system.access.deploy}"
# With which AWS itself copies.
_LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role"
ECR = f"{_LINKED}/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication"
BACKUP = f"arn:aws:iam::{ACCOUNT}:role/triangle-prod-backup"

COPIED = ("audit", "backups", "documents", "photos", "reports")
EACH_BUCKET = pytest.mark.parametrize("bucket", COPIED)
# The engine's state, too: what it is copied from `make bootstrap` has made.
KEPT = (*COPIED, STATE.name)
EACH_COPY = pytest.mark.parametrize("bucket", KEPT)

pytestmark = pytest.mark.contract("ENV-6")


@pytest.fixture
def outside() -> Recording:
    return backup_account_of("triangle", "prod")


def _settings(recording: Recording, bucket: str) -> dict[str, Resource]:
    """What is set of a bucket, by kind."""
    kinds = {each.type for each in recording.resources if each.type.startswith("aws:s3/bucket")}
    return {
        kind.rpartition(":")[2]: recording.perhaps(kind)[bucket]
        for kind in kinds - {BUCKET}
        if bucket in recording.perhaps(kind)
    }


def _replication_role(bucket: str) -> str:
    if bucket == STATE.name:
        return f"arn:aws:iam::{ACCOUNT}:role/triangle-prod-replication-state"
    prod = recording_of("prod")
    role = prod.one(REPLICATION, bucket).inputs["role"].rpartition(":")[2]
    return f"arn:aws:iam::{ACCOUNT}:role/{prod.one('aws:iam/role:Role', role).inputs['name']}"


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_bucket_that_is_copied_is_there_under_the_name_that_is_copied_to(system: str) -> None:
    prod, outside = system_recording(system, "prod"), backup_account_of(system, "prod")
    copied = {name: rule_of(prod, name, BACKUP_ACCOUNT_RULE)["destination"] for name in prod.of(REPLICATION)}
    assert {each["account"] for each in copied.values()} == {BACKUP_ACCOUNT}
    there = {name: f"arn:aws:s3:::{bucket.inputs['bucket']}" for name, bucket in outside.of(BUCKET).items()}
    # Who reads them is logged, too; those logs are a copy of nothing.
    assert there.keys() - copied.keys() == {"access-logs", STATE.name}
    assert {name: there[name] for name in copied} == {name: each["bucket"] for name, each in copied.items()}


@EACH_BUCKET
def test_a_copy_is_as_safe_as_the_original(outside: Recording, prod: Recording, bucket: str) -> None:
    original, copy = (each.one(BUCKET, bucket) for each in (prod, outside))
    assert (copy.protect, copy.retain_on_delete) == (original.protect, original.retain_on_delete)
    assert copy.inputs.get("objectLockEnabled") == original.inputs.get("objectLockEnabled")
    here, there = _settings(prod, bucket), _settings(outside, bucket)
    assert here.keys() - there.keys() == {"BucketReplicationConfig"}
    assert {"BucketPublicAccessBlock", "BucketVersioning"} <= there.keys()
    for kind in there.keys() - {"BucketLogging", "BucketPolicy", "BucketServerSideEncryptionConfiguration"}:
        ours, theirs = (dict(each[kind].inputs, bucket="") for each in (here, there))
        assert theirs == ours, kind


@EACH_COPY
def test_a_copy_keeps_versions_and_is_closed_to_the_public(outside: Recording, bucket: str) -> None:
    there = _settings(outside, bucket)
    assert there["BucketVersioning"].inputs["versioningConfiguration"]["status"] == "Enabled"
    closed = {k: v for k, v in there["BucketPublicAccessBlock"].inputs.items() if k != "bucket"}
    assert len(closed) == 4
    assert set(closed.values()) == {True}
    assert there["BucketOwnershipControls"].inputs["rule"]["objectOwnership"] == "BucketOwnerEnforced"


@pytest.mark.parametrize("bucket", ["audit", "backups", STATE.name])
def test_nobody_at_all_removes_what_is_locked(outside: Recording, bucket: str) -> None:
    lock = _settings(outside, bucket)["BucketObjectLockConfiguration"]
    retention = lock.inputs["rule"]["defaultRetention"]
    assert (retention["mode"], retention["days"]) == ("COMPLIANCE", {"audit": 730}.get(bucket, 30))


@EACH_COPY
def test_the_role_that_copies_a_bucket_writes_there_and_no_other_role_does(
    outside: Recording, bucket: str
) -> None:
    policy = _settings(outside, bucket)["BucketPolicy"].plain("policy")
    arn = f"arn:aws:s3:::{outside.one(BUCKET, bucket).inputs['bucket']}"
    writing = ("ReplicateDelete", "ReplicateObject", "ReplicateTags")
    for other in (*KEPT, None):
        role, ours = _replication_role(other) if other else STRANGER, other == bucket
        for action in writing:
            assert allows_outside(policy, role, f"s3:{action}", f"{arn}/a.pdf") is ours
        for action in ("GetBucketVersioning", "ListBucket"):
            assert allows_outside(policy, role, f"s3:{action}", arn) is ours
    # Over TLS alone, as everywhere.
    keys = {"aws:SecureTransport": "false"}
    assert not allows_outside(policy, _replication_role(bucket), "s3:ReplicateObject", f"{arn}/a.pdf", keys)


@EACH_COPY
def test_who_deploys_reads_every_version_on_the_day_and_writes_none(outside: Recording, bucket: str) -> None:
    policy = _settings(outside, bucket)["BucketPolicy"].plain("policy")
    arn = f"arn:aws:s3:::{outside.one(BUCKET, bucket).inputs['bucket']}"
    reading = ("GetObject", "GetObjectTagging", "GetObjectVersion", "GetObjectVersionTagging")
    # The state is read by who is in the backup account.
    for role, may in ((DEPLOY, bucket != STATE.name), (STRANGER, False)):
        for action in reading:
            assert allows_outside(policy, role, f"s3:{action}", f"{arn}/a.pdf") is may
        for action in ("ListBucket", "ListBucketVersions"):
            assert allows_outside(policy, role, f"s3:{action}", arn) is may
    for action in ("PutObject", "ReplicateObject"):
        assert not allows_outside(policy, DEPLOY, f"s3:{action}", f"{arn}/a.pdf")


def _alias_arns(outside: Recording) -> dict[str, str]:
    """The key's name by the ARN that its alias has."""
    return {
        f"arn:aws:kms:us-west-2:{BACKUP_ACCOUNT}:{each.inputs['name']}": name
        for name, each in outside.of("aws:kms/alias:Alias").items()
    }


def test_the_keys_have_the_aliases_that_prods_program_knows_them_by(
    outside: Recording, prod: Recording
) -> None:
    named = {
        rule["destination"]["encryptionConfiguration"]["replicaKmsKeyId"]
        for bucket in COPIED
        for rule in (rule_of(prod, bucket, BACKUP_ACCOUNT_RULE),)
    }
    function = prod.one("aws:lambda/function:Function", "snapshot-secrets")
    sealing = function.plain("environment")["variables"]["OUTSIDE_KEY"]
    aliases = _alias_arns(outside)
    assert {aliases[each] for each in named} == {"data"}
    assert aliases[sealing] == "secret-copies"
    for name, alias in outside.of("aws:kms/alias:Alias").items():
        assert alias.inputs["targetKeyId"] == outside.one(KEY, name).outputs["keyId"]


@EACH_COPY
def test_what_arrives_is_encrypted_with_the_key_that_the_rule_names(outside: Recording, bucket: str) -> None:
    (default,) = _settings(outside, bucket)["BucketServerSideEncryptionConfiguration"].inputs["rules"]
    key = default["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"]
    assert key == outside.one(KEY, "data").outputs["arn"]


def test_copying_encrypts_through_s3_and_whoever_recovers_decrypts(outside: Recording) -> None:
    policy = outside.one(KEY, "data").plain("policy")
    through, not_through = (
        {"kms:ViaService": f"{service}.us-west-2.amazonaws.com"} for service in ("s3", "ec2")
    )
    for bucket in KEPT:
        for action in ("Decrypt", "Encrypt", "GenerateDataKey"):
            assert allows_outside(policy, _replication_role(bucket), f"kms:{action}", keys=through)
            assert not allows_outside(policy, _replication_role(bucket), f"kms:{action}", keys=not_through)
    assert allows_outside(policy, DEPLOY, "kms:Decrypt", keys=through)
    assert not allows_outside(policy, DEPLOY, "kms:Decrypt", keys=not_through)
    assert not allows_outside(policy, DEPLOY, "kms:Encrypt", keys=through)
    assert not allows_outside(policy, STRANGER, "kms:Decrypt", keys=through)


def test_the_function_seals_snapshots_of_secrets_and_whoever_recovers_opens_them(
    outside: Recording, prod: Recording
) -> None:
    policy = outside.one(KEY, "secret-copies").plain("policy")
    name = prod.one("aws:iam/role:Role", "function-snapshot-secrets").inputs["name"]
    function = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    # It reads back what it has encrypted.
    for action in ("kms:Decrypt", "kms:Encrypt"):
        assert allows_outside(policy, function, action)
    assert allows_outside(policy, DEPLOY, "kms:Decrypt")
    assert not allows_outside(policy, DEPLOY, "kms:Encrypt")
    assert not allows_outside(policy, STRANGER, "kms:Decrypt")


def test_the_vault_is_the_one_that_the_database_is_copied_to(outside: Recording, prod: Recording) -> None:
    (vault,) = outside.of(VAULT).values()
    arn = f"arn:aws:backup:us-west-2:{BACKUP_ACCOUNT}:backup-vault:{vault.inputs['name']}"
    (rule,) = prod.one("aws:backup/plan:Plan", "database").inputs["rules"]
    assert arn in {action["destinationVaultArn"] for action in rule["copyActions"]}
    assert vault.inputs["kmsKeyArn"] == outside.one(KEY, "backup").outputs["arn"]


def test_prod_copies_into_the_vault_and_removes_nothing_of_it(outside: Recording) -> None:
    (policy,) = outside.of("aws:backup/vaultPolicy:VaultPolicy").values()
    assert policy.inputs["backupVaultName"] == outside.one(VAULT, "backup").inputs["name"]
    document = policy.plain("policy")
    assert allows_outside(document, BACKUP, "backup:CopyIntoBackupVault")
    assert not allows_outside(document, "arn:aws:iam::444455556666:role/backup", "backup:CopyIntoBackupVault")
    for action in ("DeleteBackupVault", "DeleteRecoveryPoint", "UpdateRecoveryPointLifecycle"):
        assert not allows_outside(document, BACKUP, f"backup:{action}")


def test_the_vault_is_locked_as_prods_own(outside: Recording, prod: Recording) -> None:
    theirs, ours = (dict(each.one(VAULT_LOCK, "backup").inputs) for each in (outside, prod))
    assert theirs == ours
    # With changeableForDays it is a lock in compliance mode, which nobody can lift.
    assert (theirs["minRetentionDays"], theirs["changeableForDays"]) == (30, 3)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_repository_is_there_under_its_name(system: str) -> None:
    prod, outside = system_recording(system, "prod"), backup_account_of(system, "prod")
    ours = {each.inputs["name"] for each in prod.of(REPOSITORY).values() if not each.in_recovery}
    assert {each.inputs["name"] for each in outside.of(REPOSITORY).values()} == ours
    assert all(each.inputs["imageTagMutability"] == "IMMUTABLE" for each in outside.of(REPOSITORY).values())


def test_ecr_writes_images_there_and_makes_no_repositories(outside: Recording) -> None:
    (policy,) = outside.of("aws:ecr/registryPolicy:RegistryPolicy").values()
    document = policy.plain("policy")
    for repository in outside.of(REPOSITORY).values():
        arn = f"arn:aws:ecr:us-west-2:{BACKUP_ACCOUNT}:repository/{repository.inputs['name']}"
        assert allows_outside(document, ECR, "ecr:ReplicateImage", arn)
        # Those would have tags that move (ECR user guide, "Private registry permissions").
        for action in ("BatchDeleteImage", "CreateRepository", "DeleteRepository"):
            assert not allows_outside(document, ECR, f"ecr:{action}", arn)
    others = f"arn:aws:ecr:us-west-2:{BACKUP_ACCOUNT}:repository/other/backend"
    assert not allows_outside(document, ECR, "ecr:ReplicateImage", others)


def test_who_deploys_pulls_images_on_the_day(outside: Recording) -> None:
    policies = outside.of("aws:ecr/repositoryPolicy:RepositoryPolicy")
    assert policies.keys() == outside.of(REPOSITORY).keys()
    pulling = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
    for name, each in policies.items():
        assert each.inputs["repository"] == outside.one(REPOSITORY, name).inputs["name"]
        # A repository's policy names no resource: it is about that repository.
        for action in pulling:
            assert allows_outside(each.plain("policy"), DEPLOY, f"ecr:{action}")
            assert not allows_outside(each.plain("policy"), STRANGER, f"ecr:{action}")
        assert not allows_outside(each.plain("policy"), DEPLOY, "ecr:BatchDeleteImage")


def test_a_role_of_the_backup_account_copies_snapshots_back(outside: Recording, prod: Recording) -> None:
    (role,) = outside.of("aws:iam/role:Role").values()
    (trust,) = json.loads(role.plain("assumeRolePolicy"))["Statement"]
    assert trust["Principal"] == {"Service": "backup.amazonaws.com"}
    attached = outside.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment").values()
    assert [(each.inputs["role"], each.inputs["policyArn"].rpartition("/")[2]) for each in attached] == [
        (role.inputs["name"], "AWSBackupServiceRolePolicyForBackup")
    ]
    (back,) = prod.of("aws:backup/vaultPolicy:VaultPolicy").values()
    arn = f"arn:aws:iam::{BACKUP_ACCOUNT}:role/{role.inputs['name']}"
    assert allows_outside(back.plain("policy"), arn, "backup:CopyIntoBackupVault")


def test_all_of_it_is_in_one_account_and_one_region(outside: Recording) -> None:
    (provider,) = outside.of("pulumi:providers:aws").values()
    assert json.loads(provider.inputs["allowedAccountIds"]) == [BACKUP_ACCOUNT]
    assert provider.inputs["region"] == stack_file("prod")["region"]
    parts = [each for each in outside.resources if each.custom and each is not provider]
    assert {each.provider for each in parts} == {provider.name}
    assert {each.type.partition(":")[0] for each in parts} == {"aws"}


def _policies(recording: Recording) -> Iterator[str]:
    """Of every resource that has one of who may do what with it."""
    for each in recording.resources:
        if (
            each.custom
            and each.inputs.get("policy")
            and each.type != "aws:ecr/lifecyclePolicy:LifecyclePolicy"
        ):
            yield each.plain("policy")


# What would remove copies, or let somebody in who does.
REMOVING = (
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultLockConfiguration",
    "backup:DeleteRecoveryPoint",
    "backup:PutBackupVaultAccessPolicy",
    "backup:UpdateRecoveryPointLifecycle",
    "ecr:BatchDeleteImage",
    "ecr:DeleteRegistryPolicy",
    "ecr:DeleteRepository",
    "ecr:PutImage",
    "ecr:PutLifecyclePolicy",
    "ecr:PutRegistryPolicy",
    "ecr:SetRepositoryPolicy",
    "kms:CreateGrant",
    "kms:DeleteAlias",
    "kms:DisableKey",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:UpdateAlias",
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketPolicy",
    "s3:PutBucketVersioning",
    "s3:PutLifecycleConfiguration",
    "s3:PutObject",
    "s3:PutObjectRetention",
)


@pytest.mark.parametrize("action", REMOVING)
def test_nobody_of_prods_account_removes_anything(outside: Recording, prod: Recording, action: str) -> None:
    roles = [each.inputs["name"] for each in prod.of("aws:iam/role:Role").values()]
    asking = [*(f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in roles), DEPLOY, STRANGER, ECR]
    asking.append(_replication_role(STATE.name))
    documents = list(_policies(outside))
    # Buckets and their access logs, keys, vault, registry, repositories.
    assert len(documents) == len(KEPT) + 1 + 3 + 1 + 1 + 2
    # Grants of the vault's key AWS's services alone make, for a copy.
    keys = {"kms:GrantIsForAWSResource": "false", "kms:ViaService": "s3.us-west-2.amazonaws.com"}
    for document in documents:
        statements = json.loads(document)["Statement"]
        named = {resource for each in statements for resource in listed(each.get("Resource", "*"))}
        for role, resource in product(asking, named):
            asked = resource if resource == "*" else f"{resource.removesuffix('*')}a"
            assert not allows_outside(document, role, action, asked, keys), (role, statements)


def test_everything_that_holds_data_is_protected(outside: Recording) -> None:
    holding = [each for kind in (BUCKET, KEY, REPOSITORY, VAULT) for each in outside.of(kind).values()]
    assert [each.name for each in holding if not each.protect and each.name != "access-logs"] == []


def test_the_same_tags_say_whose_it_is(outside: Recording, prod: Recording) -> None:
    theirs = json.loads(outside.one("pulumi:providers:aws", "aws-backup-account").inputs["defaultTags"])
    assert theirs == json.loads(prod.one("pulumi:providers:aws", "aws").inputs["defaultTags"])


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_without_a_backup_account_the_program_names_file_and_key(environment: str) -> None:
    with pytest.raises(pulumi.RunError) as refused:
        record_backup_account(environment)
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"Pulumi.{environment}.yaml: groundwork:backupAccount: found nothing; allowed: ")


def test_a_broken_file_is_refused_as_by_the_program_itself() -> None:
    with pytest.raises(pulumi.RunError, match=r"gone\.yaml: the file: found no such file"):
        record_backup_account("prod", "gone.yaml")


def test_it_is_the_same_when_the_region_of_the_first_day_is_lost() -> None:
    """Copies stay where they are, and are found under the same names on that day."""
    database = {**stack_file("prod")["database"], "promoted": [1]}
    recovered = {**stack_file("prod"), "serving": "us-east-2", "lost": "us-west-2", "database": database}
    before, after = (
        load_configuration("prod", stack, system_file(), today=TODAY).naming.in_home.in_backup_account
        for stack in (stack_file("prod"), recovered)
    )
    assert before is not None
    assert before == after
