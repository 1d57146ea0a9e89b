"""Documents of IAM."""

from __future__ import annotations

import json

import pytest

from infra import iam


def test_a_document_is_known_before_anything_exists_when_its_arns_are() -> None:
    document = iam.document(iam.read_values(["arn:aws:secretsmanager:us-west-2:1:secret:x"]))
    assert isinstance(document, str)
    assert json.loads(document) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReadValues",
                "Effect": "Allow",
                "Action": ["secretsmanager:GetSecretValue"],
                "Resource": "arn:aws:secretsmanager:us-west-2:1:secret:x",
            }
        ],
    }


def test_a_service_is_trusted_for_one_account_alone() -> None:
    statement = iam.trust_service("rds.amazonaws.com", account="123456789012", source="arn:aws:rds:::db")
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:rds:::db"},
    }


@pytest.mark.parametrize(("via", "conditions"), [("s3.us-west-2.amazonaws.com", 1), (None, 0)])
def test_a_key_can_be_used_through_one_service_alone(via: str | None, conditions: int) -> None:
    statement = iam.use_key(["arn:aws:kms:us-west-2:1:key/x"], via=via)
    assert len(statement.get("Condition", {})) == conditions


def test_statements_of_a_document_have_different_names() -> None:
    # IAM refuses a document with two of one name.
    copying = [*iam.replicate_from("arn:a", locked=True), iam.replicate_to("arn:b", deletions=True)]
    statements = [
        *copying,
        iam.use_key(["arn:c"]),
        iam.decrypt_through(["arn:d"], "s3.us-west-2.amazonaws.com"),
    ]
    names = [statement["Sid"] for statement in statements]
    assert len(names) == len(set(names))


def _several(one_or_more: str | list[str]) -> list[str]:
    return [one_or_more] if isinstance(one_or_more, str) else one_or_more


SECRET, SECRETS_KEY = "arn:aws:secretsmanager:us-west-2:1:secret:x", "arn:aws:kms:us-west-2:1:key/s"
COPIES_KEY = "arn:aws:kms:us-east-2:1:key/c"
BUCKET, DATA_KEY = "arn:aws:s3:::documents", "arn:aws:kms:us-west-2:1:key/d"


@pytest.mark.parametrize(
    ("statements", "needed"),
    [
        (
            iam.encrypted.read_secrets([SECRET], iam.Key(SECRETS_KEY, "us-west-2")),
            {("kms:Decrypt", SECRETS_KEY, "secretsmanager.us-west-2.amazonaws.com")},
        ),
        (
            iam.encrypted.set_secrets(
                [SECRET], iam.Key(SECRETS_KEY, "us-west-2"), iam.Key(COPIES_KEY, "us-east-2")
            ),
            {
                ("kms:Decrypt", SECRETS_KEY, "secretsmanager.us-west-2.amazonaws.com"),
                ("kms:GenerateDataKey", SECRETS_KEY, "secretsmanager.us-west-2.amazonaws.com"),
                ("kms:Encrypt", COPIES_KEY, "secretsmanager.us-east-2.amazonaws.com"),
                ("kms:GenerateDataKey", COPIES_KEY, "secretsmanager.us-east-2.amazonaws.com"),
            },
        ),
        (
            iam.encrypted.rotate_secrets([SECRET], iam.Key(SECRETS_KEY, "us-west-2"), None),
            {
                ("kms:Decrypt", SECRETS_KEY, "secretsmanager.us-west-2.amazonaws.com"),
                ("kms:GenerateDataKey", SECRETS_KEY, "secretsmanager.us-west-2.amazonaws.com"),
            },
        ),
        (
            iam.encrypted.work_with_objects([BUCKET], iam.Key(DATA_KEY, "us-west-2")),
            {
                ("kms:Decrypt", DATA_KEY, "s3.us-west-2.amazonaws.com"),
                ("kms:GenerateDataKey", DATA_KEY, "s3.us-west-2.amazonaws.com"),
            },
        ),
        (
            iam.encrypted.add_objects([BUCKET], ["reports/"], iam.Key(DATA_KEY, "us-west-2")),
            {("kms:GenerateDataKey", DATA_KEY, "s3.us-west-2.amazonaws.com")},
        ),
    ],
)
def test_what_is_encrypted_is_granted_with_its_key_and_through_its_service_alone(
    statements: list[iam.Statement], needed: set[tuple[str, str, str]]
) -> None:
    given = {
        (action, resource, statement["Condition"]["StringEquals"]["kms:ViaService"])
        for statement in statements
        for action in _several(statement["Action"])
        for resource in _several(statement["Resource"])
        if action.startswith("kms:")
    }
    assert given == needed
