"""Documents of IAM."""

from __future__ import annotations

import json

import pytest

from infra import iam


def test_a_document_is_known_before_anything_exists_when_its_arns_are() -> None:
    document = iam.document(iam.read_secrets(["arn:aws:secretsmanager:us-west-2:1:secret:x"]))
    assert isinstance(document, str)
    assert json.loads(document) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReadSecrets",
                "Effect": "Allow",
                "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
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
