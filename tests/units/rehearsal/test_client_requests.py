"""What clients change through `make serve` is in the journal, and comes back with the same identifiers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import READING, Cloud
from rehearsal.aws.requests import Request
from rehearsal.workspace.journal import Journal
from tests.support.servers import embedded_aws

ACCOUNT, REGION = "111122224444", "us-west-2"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
BYTES = bytes(range(256))


@contextmanager
def served(journal: Path) -> Iterator[Callable[[str], Any]]:
    """Clients of an embedded AWS that is what its journal says."""
    with Cloud(ACCOUNT, Journal(journal)) as cloud, embedded_aws(ACCOUNT, cloud.answer) as url:
        keys = {"aws_access_key_id": "AKIAOWN", "aws_secret_access_key": "of-a-person"}
        yield lambda service: boto3.client(
            service, region_name=REGION, endpoint_url=url, aws_session_token="token-of-a-person", **keys
        )


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


# One of each protocol: EC2's, query, REST with XML and with JSON, JSON.
def test_what_clients_change_comes_back_with_the_same_identifiers(journal: Path) -> None:
    with served(journal) as client:
        network = client("ec2").create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
        user = client("iam").create_user(UserName="somebody")["User"]["UserId"]
        entry = client("secretsmanager").create_secret(Name="entry", SecretString="value")
        key = client("kms").create_key()["KeyMetadata"]["KeyId"]
        client("s3").create_bucket(
            Bucket="a-bucket", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        client("s3").put_object(Bucket="a-bucket", Key="a letter/ä", Body=BYTES)
    with served(journal) as client:
        assert network in [vpc["VpcId"] for vpc in client("ec2").describe_vpcs()["Vpcs"]]
        assert client("iam").get_user(UserName="somebody")["User"]["UserId"] == user
        again = client("secretsmanager").get_secret_value(SecretId=entry["ARN"])
        assert (again["VersionId"], again["SecretString"]) == (entry["VersionId"], "value")
        assert client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key
        assert client("s3").get_object(Bucket="a-bucket", Key="a letter/ä")["Body"].read() == BYTES


def test_what_clients_read_or_are_refused_is_not_kept(journal: Path) -> None:
    with served(journal) as client:
        client("ec2").describe_vpcs()
        client("s3").list_buckets()
        with pytest.raises(ClientError, match="NoSuchBucket"):
            client("s3").put_object(Bucket="no-such-bucket", Key="letter", Body=b"")
        with pytest.raises(ClientError, match="ResourceNotFound"):
            client("secretsmanager").put_secret_value(SecretId="nothing", SecretString="value")
    assert not journal.exists()


def test_a_persons_own_credentials_are_not_kept(journal: Path) -> None:
    with served(journal) as client:
        client("secretsmanager").create_secret(Name="entry", SecretString="value")
    text = journal.read_text(encoding="utf-8")
    assert "/us-west-2/secretsmanager/aws4_request" in text
    assert "AKIAOWN" not in text
    assert "token-of-a-person" not in text


def test_what_cannot_be_repeated_is_told_and_everything_else_stands(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(journal) as client:
        client("iam").create_user(UserName="first")
        client("iam").delete_user(UserName="first")
        client("iam").create_user(UserName="second")
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    journal.write_text("".join(lines[1:]), encoding="utf-8")  # as if the first had hung on the time of day
    with served(journal) as client:
        assert client("iam").get_user(UserName="second")
    assert "a client's DeleteUser could not be repeated: 404" in capsys.readouterr().err


def request(method: str = "POST", body: bytes = b"", **variables: str) -> Request:
    given = {"REQUEST_METHOD": method, "PATH_INFO": "/", "CONTENT_LENGTH": str(len(body)), **variables}
    return Request.of({**given, "wsgi.input": io.BytesIO(body)})


@pytest.mark.parametrize(
    ("sent", "changes"),
    [
        (request(body=b"Action=DescribeVpcs&Version=1", CONTENT_TYPE=FORM), False),
        (request(body=b"Action=ModifyDBInstance&Version=1", CONTENT_TYPE=FORM), True),
        (request("GET", QUERY_STRING="Action=DeleteQueue"), True),
        (request(HTTP_X_AMZ_TARGET="secretsmanager.GetSecretValue"), False),
        (request(HTTP_X_AMZ_TARGET="secretsmanager.BatchGetSecretValue"), False),
        (request(HTTP_X_AMZ_TARGET="secretsmanager.PutSecretValue"), True),
        (request(PATH_INFO="/service/Granite/operation/PutMetricAlarm"), True),
        (request(PATH_INFO="/service/Granite/operation/DescribeAlarms"), False),
        (request("GET", PATH_INFO="/bucket/key"), False),
        (request("PUT", PATH_INFO="/bucket/key"), True),
        (request("DELETE", PATH_INFO="/2015-03-31/functions/api"), True),
    ],
    ids=lambda value: str(value) if isinstance(value, Request) else "",
)
def test_operations_that_only_read_are_told_apart(sent: Request, changes: bool) -> None:
    assert sent.changes(READING) is changes


def test_a_body_in_pieces_is_read_to_its_end() -> None:
    environ = {"REQUEST_METHOD": "PUT", "wsgi.input": io.BytesIO(b"content"), "wsgi.input_terminated": True}
    assert Request.of(environ).body == b"content"
    assert json.dumps(dict(Request.of(environ).variables)) == '{"REQUEST_METHOD": "PUT"}'


def test_what_a_key_computes_is_no_change_and_is_not_repeated(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(journal) as client:
        key = client("kms").create_key()["KeyMetadata"]["KeyId"]
        hidden = client("kms").encrypt(KeyId=key, Plaintext=b"hidden")["CiphertextBlob"]
        assert client("kms").decrypt(CiphertextBlob=hidden)["Plaintext"] == b"hidden"
    assert [entry["kind"] for entry in Journal(journal).entries()] == ["http"]
    with served(journal):
        pass
    assert capsys.readouterr().err == ""
