"""Keys of another account: used where its key policy lets the caller's account in, and only there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from tests.support.aws_round_trip import ABSENT_ACCOUNT, ACCOUNT, OTHER_ACCOUNT, REGION

THERE = "us-east-2"
USES: dict[str, dict[str, Any]] = {
    "kms:DescribeKey": {"operation": "describe_key"},
    "kms:Encrypt": {"operation": "encrypt", "Plaintext": b"content"},
    "kms:GenerateDataKey": {"operation": "generate_data_key", "KeySpec": "AES_256"},
    "kms:GenerateDataKeyWithoutPlaintext": {
        "operation": "generate_data_key_without_plaintext",
        "KeySpec": "AES_256",
    },
}
NO_KEY = "key/00000000-0000-0000-0000-000000000000"


def _allow(principal: str, *actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, "Resource": "*", **more}


def _root(account: str) -> str:
    return f"arn:aws:iam::{account}:root"


Maker = Callable[..., str]


@pytest.fixture
def key(other_cloud: Cloud) -> Maker:
    """Makes a key of the other account with some statements beside its own; its ARN."""

    def make(*statements: dict[str, Any]) -> str:
        whole = [_allow(_root(OTHER_ACCOUNT), "kms:*"), *statements]
        policy = json.dumps({"Version": "2012-10-17", "Statement": whole})
        return str(other_cloud.call("kms", REGION, "create_key", Policy=policy)["KeyMetadata"]["Arn"])

    return make


def _use(cloud: Cloud, action: str, arn: str, **more: Any) -> dict[str, Any]:
    parameters = {**USES[action], "KeyId": arn, **more}
    operation = parameters.pop("operation")
    return cloud.call("kms", REGION, operation, **parameters)


def _refused(code: str, cloud: Cloud, operation: str, **parameters: Any) -> None:
    with pytest.raises(ClientError) as caught:
        cloud.call("kms", REGION, operation, **parameters)
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize("action", USES)
@pytest.mark.parametrize("principal", [_root(ACCOUNT), ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/backup"])
def test_a_key_is_used_where_its_policy_lets_the_account_or_a_role_of_it_in(
    cloud: Cloud, key: Maker, action: str, principal: str
) -> None:
    arn = key(_allow(principal, action))
    answer = _use(cloud, action, arn)
    assert answer.get("KeyId") == arn or answer["KeyMetadata"]["Arn"] == arn


@pytest.mark.parametrize("action", USES)
@pytest.mark.parametrize(
    "statement",
    [
        None,
        _allow(_root(ACCOUNT), "kms:ReEncryptTo"),
        _allow(_root(ABSENT_ACCOUNT), "kms:*"),
        _allow("*", "kms:*", Condition={"StringEquals": {"kms:CallerAccount": ABSENT_ACCOUNT}}),
    ],
)
def test_a_key_is_not_used_otherwise(
    cloud: Cloud, key: Maker, action: str, statement: dict[str, Any] | None
) -> None:
    arn = key(*([statement] if statement else []))
    parameters = {**USES[action], "KeyId": arn}
    _refused("AccessDeniedException", cloud, parameters.pop("operation"), **parameters)


def test_a_denial_is_stronger(cloud: Cloud, key: Maker) -> None:
    arn = key(_allow(_root(ACCOUNT), "kms:*"), {**_allow("*", "kms:Encrypt"), "Effect": "Deny"})
    _refused("AccessDeniedException", cloud, "encrypt", KeyId=arn, Plaintext=b"content")


def test_a_role_may_be_meant_by_a_condition(cloud: Cloud, key: Maker) -> None:
    only = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/restore-*"}}
    arn = key(_allow(_root(ACCOUNT), "kms:Encrypt", Condition=only))
    _refused("AccessDeniedException", cloud, "encrypt", KeyId=arn, Plaintext=b"content")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    cloud.call("iam", REGION, "create_role", RoleName="restore-all", AssumeRolePolicyDocument=document)
    assert _use(cloud, "kms:Encrypt", arn)["KeyId"] == arn


def test_the_context_is_a_condition(cloud: Cloud, key: Maker) -> None:
    only = {"StringEquals": {"kms:EncryptionContext:purpose": "backup"}}
    arn = key(_allow(_root(ACCOUNT), "kms:Encrypt", Condition=only))
    assert _use(cloud, "kms:Encrypt", arn, EncryptionContext={"purpose": "backup"})["KeyId"] == arn
    _refused(
        "AccessDeniedException",
        cloud,
        "encrypt",
        KeyId=arn,
        Plaintext=b"content",
        EncryptionContext={"purpose": "other"},
    )


@pytest.mark.parametrize("action", USES)
def test_a_key_is_named_by_its_alias(cloud: Cloud, other_cloud: Cloud, key: Maker, action: str) -> None:
    arn, alias = key(_allow(_root(ACCOUNT), action)), f"alias/{action.rpartition(':')[2]}"
    other_cloud.call("kms", REGION, "create_alias", AliasName=alias, TargetKeyId=arn)
    answer = _use(cloud, action, f"arn:aws:kms:{REGION}:{OTHER_ACCOUNT}:{alias}")
    assert answer.get("KeyId") == arn or answer["KeyMetadata"]["Arn"] == arn


@pytest.mark.parametrize("named", [False, True])
def test_what_another_account_has_encrypted_is_decrypted_where_it_may_be(
    cloud: Cloud, other_cloud: Cloud, key: Maker, named: bool
) -> None:
    arn = key(_allow(_root(ACCOUNT), "kms:Decrypt"))
    made = other_cloud.call("kms", REGION, "encrypt", KeyId=arn, Plaintext=b"content")
    more = {"KeyId": arn} if named else {}
    found = cloud.call("kms", REGION, "decrypt", CiphertextBlob=made["CiphertextBlob"], **more)
    assert (found["Plaintext"], found["KeyId"]) == (b"content", arn)


@pytest.mark.parametrize("named", [False, True])
def test_a_ciphertext_of_a_key_that_lets_nobody_in_stays_closed(
    cloud: Cloud, other_cloud: Cloud, key: Maker, named: bool
) -> None:
    arn = key(_allow(_root(ACCOUNT), "kms:Encrypt"))
    made = other_cloud.call("kms", REGION, "encrypt", KeyId=arn, Plaintext=b"content")
    more = {"KeyId": arn} if named else {}
    _refused("AccessDeniedException", cloud, "decrypt", CiphertextBlob=made["CiphertextBlob"], **more)


def test_an_accounts_own_ciphertext_is_decrypted_as_before(cloud: Cloud) -> None:
    arn = cloud.call("kms", REGION, "create_key")["KeyMetadata"]["Arn"]
    made = cloud.call("kms", REGION, "encrypt", KeyId=arn, Plaintext=b"content")["CiphertextBlob"]
    assert cloud.call("kms", REGION, "decrypt", CiphertextBlob=made)["Plaintext"] == b"content"


@pytest.mark.parametrize("account", [OTHER_ACCOUNT, ABSENT_ACCOUNT])
@pytest.mark.parametrize("name", [NO_KEY, "alias/nothing"])
def test_what_is_not_there_is_not_found(cloud: Cloud, other_cloud: Cloud, account: str, name: str) -> None:
    arn = f"arn:aws:kms:{REGION}:{account}:{name}"
    _refused("NotFoundException", cloud, "encrypt", KeyId=arn, Plaintext=b"content")


def test_a_key_is_used_in_its_region(cloud: Cloud, key: Maker) -> None:
    arn = key(_allow(_root(ACCOUNT), "kms:*"))
    elsewhere = arn.replace(REGION, THERE)
    _refused("NotFoundException", cloud, "encrypt", KeyId=elsewhere, Plaintext=b"content")
