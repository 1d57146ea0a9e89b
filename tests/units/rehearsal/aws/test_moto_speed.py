"""What makes moto quick leaves its answers as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.aws import services
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.moto_speed import NoAnswer
from rehearsal.workspace.journal import Journal
from tests.support.aws_round_trip import REGION, WatchedCloud

_POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def test_a_signing_key_signs_though_its_key_pair_is_made_late(cloud: WatchedCloud) -> None:
    made = cloud.call("kms", "us-west-2", "create_key", KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
    key = {"KeyId": made["KeyMetadata"]["KeyId"], "SigningAlgorithm": "RSASSA_PSS_SHA_256", "Message": b"it"}
    signature = cloud.call("kms", "us-west-2", "sign", **key)["Signature"]
    assert cloud.call("kms", "us-west-2", "verify", Signature=signature, **key)["SignatureValid"]


def test_unsigned_calls_reach_the_region_and_the_account_that_they_are_for(cloud: WatchedCloud) -> None:
    made = cloud.call("sns", "eu-central-1", "create_topic", Name="pages")
    assert made["TopicArn"] == f"arn:aws:sns:eu-central-1:{cloud.account}:pages"
    assert cloud.call("sns", "us-west-2", "list_topics")["Topics"] == []
    cloud.call("s3", "us-west-2", "create_bucket", Bucket="documents",
               CreateBucketConfiguration={"LocationConstraint": "us-west-2"})  # fmt: skip
    assert cloud.call("s3", "us-west-2", "head_bucket", Bucket="documents")["BucketRegion"] == "us-west-2"


def test_certificates_differ_though_they_have_one_key_pair(cloud: WatchedCloud) -> None:
    def issued(domain: str) -> str:
        made = cloud.call("acm", "us-west-2", "request_certificate", DomainName=domain)
        return str(made["CertificateArn"])

    first, second = issued("one.example"), issued("two.example")
    described = [
        cloud.call("acm", "us-west-2", "describe_certificate", CertificateArn=arn)["Certificate"]
        for arn in (first, second)
    ]
    assert [each["DomainName"] for each in described] == ["one.example", "two.example"]
    assert described[0]["Serial"] != described[1]["Serial"]


def test_two_accounts_have_aws_own_policies_and_attach_them_apart(
    cloud: WatchedCloud, tmp_path: Path
) -> None:
    def attached(to: Cloud) -> int:
        return int(to.call("iam", REGION, "get_policy", PolicyArn=_POLICY)["Policy"]["AttachmentCount"])

    trust = '{"Version": "2012-10-17", "Statement": []}'
    with Cloud("999988887777", Journal(tmp_path / "journal.jsonl")) as other:
        before = attached(cloud)
        other.call("iam", REGION, "create_role", RoleName="reader", AssumeRolePolicyDocument=trust)
        other.call("iam", REGION, "attach_role_policy", RoleName="reader", PolicyArn=_POLICY)
        assert (attached(other), attached(cloud)) == (1, before)


@pytest.mark.parametrize(("service", "question"), services.questions().items())
def test_a_service_answers_the_question_that_it_is_got_ready_with(
    service: str, question: str, cloud: WatchedCloud
) -> None:
    assert isinstance(cloud.call(service, REGION, question), dict)


def test_every_service_is_got_ready_but_the_firewall_which_has_no_such_question() -> None:
    used = {mapping.service for mapping in services.all_mappings().values()}
    assert used - set(services.questions()) == {"wafv2"}
    assert set(services.questions()) <= used


def test_a_request_that_moto_does_not_know_does_not_leave_the_machine(cloud: WatchedCloud) -> None:
    with pytest.raises(NoAnswer, match="the embedded AWS has no answer to"):
        cloud.call("acm", REGION, "list_acme_endpoints")
