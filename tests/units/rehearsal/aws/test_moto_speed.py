"""What makes moto quick leaves its answers as they are."""

from __future__ import annotations

from tests.support.aws_round_trip import WatchedCloud


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
