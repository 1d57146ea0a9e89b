"""Which permission a request takes: of every protocol, by what it calls, its path or its query."""

from __future__ import annotations

import pytest

from rehearsal.aws.requests import Request
from rehearsal.terraform.calls import permission_of

FORM = "application/x-www-form-urlencoded"

# Service of the signature, method, path, query, another variable, body, permission.
REQUESTS = [
    ("ec2", "POST", "/", "", ("CONTENT_TYPE", FORM), b"Action=DescribeVpcs&Version=1", "ec2:DescribeVpcs"),
    ("kms", "POST", "/", "", ("HTTP_X_AMZ_TARGET", "TrentService.DescribeKey"), b"", "kms:DescribeKey"),
    (
        "monitoring",
        "POST",
        "/service/GraniteServiceVersion20100801/operation/DescribeAlarms",
        "",
        ("HTTP_SMITHY_PROTOCOL", "rpc-v2-cbor"),
        b"",
        "cloudwatch:DescribeAlarms",
    ),
    ("eks", "GET", "/clusters/main", "", None, b"", "eks:DescribeCluster"),
    ("eks", "GET", "/clusters/main/addons/coredns", "", None, b"", "eks:DescribeAddon"),
    (
        "route53",
        "GET",
        "/2013-04-01/hostedzone/Z1/rrset",
        "name=a",
        None,
        b"",
        "route53:ListResourceRecordSets",
    ),
    ("lambda", "GET", "/2015-03-31/functions/rotate", "", None, b"", "lambda:GetFunction"),
    ("s3", "GET", "/documents", "encryption=", None, b"", "s3:GetEncryptionConfiguration"),
    ("s3", "GET", "/documents", "policy", None, b"", "s3:GetBucketPolicy"),
    ("s3", "HEAD", "/documents", "", None, b"", "s3:ListBucket"),
    ("sts", "POST", "/", "", ("CONTENT_TYPE", FORM), b"Action=GetCallerIdentity", ""),
    ("moon", "GET", "/craters", "", None, b"", ""),
]


@pytest.mark.parametrize(("service", "method", "path", "query", "more", "body", "permission"), REQUESTS)
def test_a_request_takes_its_permission(
    service: str,
    method: str,
    path: str,
    query: str,
    more: tuple[str, str] | None,
    body: bytes,
    permission: str,
) -> None:
    variables = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=a/20261201/us-west-2/{service}/aws4_request, x",
        **dict([more] if more else []),
    }
    assert permission_of(Request(variables, body)) == permission


def test_a_request_without_a_signature_takes_none() -> None:
    assert permission_of(Request({"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, b"")) == ""
