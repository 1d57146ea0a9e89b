"""Addresses, certificates, load balancer and CDN; keys and functions."""

from __future__ import annotations

from datetime import date

from timing.facts import Duration, Form, Interruption, Source, Times

_LOGS = date(2026, 11, 29)

DURATIONS = {
    "aws:route53/zone:Zone": Duration(
        "DNS zone",
        create=Times(40, 75),
        change=Times(2, 10),
        delete=Times(30, 60),
        source=Source("apply logs of aws_route53_zone: 36 s, 40 s, 1:12", _LOGS),
    ),
    "aws:route53/record:Record": Duration(
        "DNS record",
        create=Times(35, 60),
        change=Times(35, 60),
        delete=Times(35, 60),
        source=Source("apply logs of aws_route53_record: 35 s; changes reach all servers in 60 s", _LOGS),
    ),
    "aws:acm/certificate:Certificate": Duration(
        "certificate",
        create=Times(6, 12),
        change=Times(2, 5),
        delete=Times(1, 600),
        source=Source(
            "apply logs of aws_acm_certificate: 5-9 s; the provider waits 10 min for its users", _LOGS
        ),
    ),
    "aws:acm/certificateValidation:CertificateValidation": Duration(
        "validation of a certificate",
        create=Times(90, 540),
        change=Times(1, 1),
        delete=Times(0, 0),
        source=Source(
            "apply logs of aws_acm_certificate_validation: 1.5 min, 9 at worst, 0-1 s where the record "
            "stands; and only once the parent domain delegates",
            date(2026, 11, 28),
        ),
    ),
    "aws:lb/loadBalancer:LoadBalancer": Duration(
        "load balancer",
        create=Times(150, 180),
        change=Times(5, 60),
        delete=Times(30, 155),
        source=Source("apply logs of aws_lb: made in 2:19-2:52, gone in 0:15-2:33", _LOGS),
        replaced=Interruption("requests go nowhere until DNS and the CDN know the new one", Times(60, 300)),
    ),
    "aws:cloudfront/distribution:Distribution": Duration(
        "CDN",
        create=Times(210, 755),
        change=Times(180, 600),
        delete=Times(445, 900),
        source=Source(
            "apply logs of aws_cloudfront_distribution: made in 3:00, 3:36, 12:34; changed in 1:08 (24 min "
            "in years gone by; AWS says 5 since 2020); switched off and gone in 7:23",
            _LOGS,
        ),
        replaced=Interruption("its host name changes, DNS with it", Times(60, 300)),
    ),
    "aws:wafv2/webAcl:WebAcl": Duration(
        "web ACL",
        create=Times(2, 10),
        change=Times(2, 60),
        delete=Times(2, 300),
        source=Source("apply logs of aws_wafv2_web_acl: 2 s; the provider waits 5 min for its users", _LOGS),
    ),
    "aws:kms/key:Key": Duration(
        "KMS key",
        create=Times(12, 30),
        change=Times(10, 30),
        delete=Times(2, 10),
        source=Source(
            "apply logs of aws_kms_key: 9 s, 16 s: the policy has to be read back five times", _LOGS
        ),
    ),
    "aws:kms/replicaKey:ReplicaKey": Duration(
        "replica of a KMS key",
        create=Times(20, 60),
        change=Times(10, 30),
        delete=Times(2, 10),
        source=Source(
            "estimated: the state is Creating for a moment (KMS developer guide, multi-Region keys)", _LOGS
        ),
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Duration(
        "lifecycle of a bucket",
        create=Times(57, 70),
        change=Times(57, 70),
        delete=Times(30, 70),
        source=Source("apply logs of aws_s3_bucket_lifecycle_configuration: 57 s, 58 s", _LOGS),
    ),
    "aws:lambda/function:Function": Duration(
        "function",
        create=Times(12, 30),
        change=Times(10, 30),
        delete=Times(1, 5),
        source=Source("apply logs of aws_lambda_function: 9 s, 13 s, 30 s", _LOGS),
        forms=(
            Form(
                "function in the network",
                lambda inputs: bool(inputs.get("vpcConfig")),
                create=Times(60, 180),
                delete=Times(1200, 2700),
                source=Source(
                    "estimated until it is active; its security group and subnets are released after up to "
                    "45 minutes (provider's documentation of both)",
                    _LOGS,
                ),
            ),
        ),
    ),
    "aws:lambda/invocation:Invocation": Duration(
        "call of a function",
        create=Times(20, 60),
        change=Times(20, 60),
        delete=Times(1, 5),
        source=Source("estimated: prepare-database, from its steps", date(2026, 11, 28)),
    ),
}
