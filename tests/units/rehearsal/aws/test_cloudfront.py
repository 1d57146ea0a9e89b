"""CloudFront: distributions, their firewall, their access to buckets and their logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.providers.provider import ProviderError, Resource
from tests.support.aws_round_trip import ACCOUNT, Life, Made, WatchedCloud, replayed

WEB_ACL = "aws:wafv2/webAcl:WebAcl"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
VISIBLE = {"cloudwatchMetricsEnabled": True, "sampledRequestsEnabled": True}


def _rules(limit: int) -> list[dict[str, Any]]:
    return [
        {
            "name": "maintenance",
            "priority": 0,
            "action": {
                "block": {
                    "customResponse": {
                        "responseCode": 503,
                        "customResponseBodyKey": "maintenance",
                        "responseHeaders": [{"name": "Retry-After", "value": "600"}],
                    }
                }
            },
            "statement": {
                "byteMatchStatement": {
                    "fieldToMatch": {"uriPath": {}},
                    "positionalConstraint": "STARTS_WITH",
                    "searchString": "/",
                    "textTransformations": [{"priority": 0, "type": "NONE"}],
                }
            },
            "visibilityConfig": {**VISIBLE, "metricName": "maintenance"},
        },
        {
            "name": "rate",
            "priority": 1,
            "action": {"block": {}},
            "statement": {"rateBasedStatement": {"limit": limit, "aggregateKeyType": "IP"}},
            "visibilityConfig": {**VISIBLE, "metricName": "rate"},
        },
        {
            "name": "common",
            "priority": 2,
            "overrideAction": {"none": {}},
            "statement": {
                "managedRuleGroupStatement": {"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}
            },
            "visibilityConfig": {**VISIBLE, "metricName": "common"},
        },
    ]


def test_a_firewall_and_its_logging_live(cloud: WatchedCloud) -> None:
    life = Life(cloud, "us-east-1")
    body = {"key": "maintenance", "contentType": "TEXT_PLAIN", "content": "Back at ten"}
    made = life.create(
        WEB_ACL,
        {
            "name": "edge",
            "scope": "CLOUDFRONT",
            "description": "Of the distributions",
            "defaultAction": {"allow": {}},
            "customResponseBodies": [body],
            "rules": _rules(2000),
            "visibilityConfig": {**VISIBLE, "metricName": "edge"},
            "tags": {"owner": "platform"},
        },
    )
    assert made.outputs["arn"].startswith(f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/edge/")
    life.imports(made, by=f"{made.id}/edge/CLOUDFRONT")
    made = life.changes_to(made, {"rules": _rules(3000)})
    made = life.changes_to(made, {"rules": _rules(3000)[1:], "customResponseBodies": None})
    log_group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:aws-waf-logs-edge"
    logging = life.create(
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        {
            "resourceArn": made.outputs["arn"],
            "logDestinationConfigs": [log_group],
            "redactedFields": [{"singleHeader": {"name": "authorization"}}],
        },
    )
    life.imports(logging)
    logging = life.changes_to(logging, {"redactedFields": [{"singleHeader": {"name": "cookie"}}]})
    life.ends(logging)
    life.ends(made)


def _behavior(origin: str, **more: Any) -> dict[str, Any]:
    return {
        "targetOriginId": origin,
        "viewerProtocolPolicy": "redirect-to-https",
        "allowedMethods": ["GET", "HEAD", "OPTIONS"],
        "cachedMethods": ["GET", "HEAD"],
        "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "compress": True,
        **more,
    }


def _distribution(access: str) -> dict[str, Any]:
    return {
        "aliases": ["example.com"],
        "comment": "The domain itself",
        "defaultRootObject": "index.html",
        "defaultCacheBehavior": _behavior("frontend"),
        "enabled": True,
        "httpVersion": "http2and3",
        "isIpv6Enabled": True,
        "orderedCacheBehaviors": [_behavior("services", pathPattern="/api/*")],
        "origins": [
            {
                "originId": "frontend",
                "domainName": "frontend.s3.us-west-2.amazonaws.com",
                "originAccessControlId": access,
            },
            {
                "originId": "services",
                "domainName": "origin.example.com",
                "customHeaders": [{"name": "X-Origin-Verify", "value": "secret"}],
                "customOriginConfig": {
                    "httpPort": 80,
                    "httpsPort": 443,
                    "originProtocolPolicy": "https-only",
                    "originSslProtocols": ["TLSv1.2"],
                    "originReadTimeout": 60,
                    "originKeepaliveTimeout": 30,
                },
            },
        ],
        "priceClass": "PriceClass_100",
        "restrictions": {"geoRestriction": {"restrictionType": "none"}},
        "viewerCertificate": {
            "acmCertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/one",
            "minimumProtocolVersion": "TLSv1.2_2021",
            "sslSupportMethod": "sni-only",
        },
        "webAclId": f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/edge/one",
        "tags": {"owner": "platform"},
    }


@pytest.fixture(scope="module")
def access(life: Life) -> Made:
    return life.create(
        "aws:cloudfront/originAccessControl:OriginAccessControl",
        {
            "name": "frontend",
            "description": "The frontend's bucket",
            "originAccessControlOriginType": "s3",
            "signingBehavior": "always",
            "signingProtocol": "sigv4",
        },
    )


def test_an_origin_access_control_lives(life: Life) -> None:
    inputs = {
        "name": "other",
        "description": "Another",
        "originAccessControlOriginType": "s3",
        "signingBehavior": "always",
        "signingProtocol": "sigv4",
    }
    made = life.create("aws:cloudfront/originAccessControl:OriginAccessControl", inputs, name="other")
    life.imports(made)
    made = life.changes_to(made, {"description": "Changed"})
    life.ends(made)


def test_values_that_cloudfront_does_not_know_are_refused(life: Life, access: Made) -> None:
    inputs = _distribution(access.id)
    behavior = {**inputs["defaultCacheBehavior"], "viewerProtocolPolicy": "redirect"}
    wrong = {**inputs, "defaultCacheBehavior": behavior, "httpVersion": "http4"}
    resource = Resource(f"urn:pulumi:dev::groundwork::{DISTRIBUTION}::it", DISTRIBUTION, "it")
    said = {failure.reason for failure in life.provider.check(resource, None, wrong)[1]}
    policies = "allow-all, https-only, redirect-to-https"
    assert said == {
        f"'defaultCacheBehavior.viewerProtocolPolicy' is 'redirect'; allowed: {policies}",
        "'httpVersion' is 'http4'; allowed: http1.1, http2, http3, http2and3",
    }
    # A request that is put together is held against the model as a whole, when a check has not seen it.
    with pytest.raises(ProviderError, match=r"CreateDistribution: InvalidArgument: .*HttpVersion is 'http4'"):
        life.provider.create(resource, wrong, preview=False)


def test_a_distribution_lives(life: Life, access: Made) -> None:
    made = life.create(DISTRIBUTION, _distribution(access.id))
    assert made.outputs["arn"] == f"arn:aws:cloudfront::{ACCOUNT}:distribution/{made.id}"
    assert made.outputs["domainName"].endswith(".cloudfront.net")
    assert made.outputs["hostedZoneId"] == "Z2FDTNDATAQYW2"
    made = life.changes_to(made, {"comment": "Changed", "aliases": ["example.com", "www.example.com"]})
    made = life.changes_to(made, {"orderedCacheBehaviors": [_behavior("services", pathPattern="/v2/*")]})
    made = life.changes_to(made, {"tags": {"owner": "somebody"}})
    life.ends(made)


def test_access_logs_of_a_distribution_are_delivered(cloud: WatchedCloud, access: Made) -> None:
    life = Life(cloud, "us-east-1")
    distribution = f"arn:aws:cloudfront::{ACCOUNT}:distribution/one"
    source = life.create(
        "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        {"name": "edge", "logType": "ACCESS_LOGS", "resourceArn": distribution, "tags": {"owner": "us"}},
    )
    destination = life.create(
        "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        {
            "name": "bucket",
            "deliveryDestinationType": "S3",
            "outputFormat": "w3c",
            "deliveryDestinationConfiguration": {"destinationResourceArn": "arn:aws:s3:::logs/cdn"},
        },
    )
    delivery = life.create(
        "aws:cloudwatch/logDelivery:LogDelivery",
        {
            "deliverySourceName": source.id,
            "deliveryDestinationArn": destination.outputs["arn"],
            "recordFields": ["date", "time", "sc-status"],
            "s3DeliveryConfigurations": [
                {"suffixPath": "{DistributionId}/{yyyy}/{MM}/{dd}", "enableHiveCompatiblePath": False}
            ],
        },
    )
    for made in (delivery, destination, source):
        life.ends(made)


def test_a_distribution_is_there_again_after_a_replay(
    life: Life, cloud: Cloud, access: Made, journal: Path
) -> None:
    distribution = life.create(DISTRIBUTION, _distribution(access.id), name="kept")
    made = [access, distribution]
    for one, found in zip(made, replayed(cloud, journal, made).values(), strict=True):
        assert found is not None, one.resource.urn
        assert found.outputs == one.outputs
