"""Load balancers, certificates, zones, firewalls and distributions: the whole life of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, Made, WatchedCloud, replayed

LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"
RULE = "aws:lb/listenerRule:ListenerRule"
ZONE = "aws:route53/zone:Zone"
RECORD = "aws:route53/record:Record"
CERTIFICATE = "aws:acm/certificate:Certificate"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
VISIBLE = {"cloudwatchMetricsEnabled": True, "sampledRequestsEnabled": True}


@pytest.fixture(scope="module")
def network(life: Life) -> dict[str, Any]:
    vpc = life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, name="edge")
    zones = {"a": "10.0.1.0/24", "b": "10.0.2.0/24"}
    subnets = [
        life.create(
            "aws:ec2/subnet:Subnet",
            {"vpcId": vpc.id, "cidrBlock": addresses, "availabilityZone": f"{REGION}{zone}"},
            name=zone,
        ).id
        for zone, addresses in zones.items()
    ]
    group = life.create(
        "aws:ec2/securityGroup:SecurityGroup",
        {"name": "balancer", "description": "Edge", "vpcId": vpc.id},
        name="edge",
    )
    return {"vpc": vpc.id, "subnets": subnets, "group": group.id}


def _load_balancer(life: Life, network: dict[str, Any], name: str = "edge", **more: Any) -> Made:
    inputs = {
        "name": name,
        "internal": False,
        "loadBalancerType": "application",
        "subnets": network["subnets"],
        "securityGroups": [network["group"]],
        **more,
    }
    return life.create(LOAD_BALANCER, inputs, name=name)


def _target_group(life: Life, network: dict[str, Any], name: str = "api", **more: Any) -> Made:
    inputs = {
        "name": name,
        "port": 8080,
        "protocol": "HTTP",
        "targetType": "ip",
        "vpcId": network["vpc"],
        "healthCheck": {"path": "/health/ready", "interval": 10, "timeout": 3, "matcher": "200"},
        **more,
    }
    return life.create(TARGET_GROUP, inputs, name=name)


def test_a_load_balancer_lives(life: Life, network: dict[str, Any]) -> None:
    made = _load_balancer(
        life,
        network,
        idleTimeout=70,
        dropInvalidHeaderFields=True,
        enableDeletionProtection=False,
        accessLogs={"enabled": True, "bucket": "logs", "prefix": "load-balancer"},
        tags={"owner": "platform"},
    )
    assert made.outputs["arn"] == made.id
    assert made.outputs["arnSuffix"] == made.id.split(":loadbalancer/")[1]
    assert made.outputs["dnsName"].endswith(".elb.amazonaws.com")
    life.imports(made)
    for change in (
        {"idleTimeout": 120},
        {"accessLogs": {"enabled": False, "bucket": "logs", "prefix": "load-balancer"}},
        {"dropInvalidHeaderFields": None},
        {"securityGroups": [network["group"]], "enableHttp2": False},
        {"tags": {"owner": "somebody"}},
    ):
        made = life.changes_to(made, change)
    life.ends(made)


def test_a_target_group_lives(life: Life, network: dict[str, Any]) -> None:
    made = _target_group(
        life,
        network,
        deregistrationDelay=30,
        stickiness={"enabled": True, "type": "lb_cookie", "cookieDuration": 3600},
        tags={"owner": "platform"},
    )
    assert made.outputs["arnSuffix"] == f"targetgroup/{made.id.split(':targetgroup/')[1]}"
    # AWS adds the checks' other settings to the block.
    life.imports(made, but=("healthCheck",))
    changes: list[dict[str, Any]] = [
        {"deregistrationDelay": 20},
        {"healthCheck": {"path": "/ready", "interval": 15, "timeout": 5, "matcher": "200-299"}},
        {"stickiness": {"enabled": False, "type": "lb_cookie"}},
    ]
    for change in changes:
        made = life.changes_to(made, change)
    life.ends(made)


def test_a_listener_and_its_rules_live(life: Life, network: dict[str, Any]) -> None:
    balancer = _load_balancer(life, network, "listened")
    target = _target_group(life, network, "target")
    certificate = life.create(CERTIFICATE, {"domainName": "a.example", "validationMethod": "DNS"}, name="a")
    refusal = {
        "type": "fixed-response",
        "fixedResponse": {"contentType": "text/plain", "messageBody": "no", "statusCode": "403"},
    }
    listener = life.create(
        LISTENER,
        {
            "loadBalancerArn": balancer.id,
            "port": 443,
            "protocol": "HTTPS",
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "certificateArn": certificate.id,
            "defaultActions": [refusal],
        },
    )
    life.imports(listener)
    rule = life.create(
        RULE,
        {
            "listenerArn": listener.id,
            "priority": 100,
            "actions": [{"type": "forward", "targetGroupArn": target.id}],
            "conditions": [
                {"hostHeader": {"values": ["api.example.com"]}},
                {"pathPattern": {"values": ["/*"]}},
                {"httpHeader": {"httpHeaderName": "X-Origin-Verify", "values": ["secret"]}},
            ],
        },
    )
    life.imports(rule)
    rule = life.changes_to(rule, {"priority": 200})
    rule = life.changes_to(
        rule,
        {
            "conditions": [
                {"pathPattern": {"values": ["/api/*"]}},
                {"httpHeader": {"httpHeaderName": "X-Origin-Verify", "values": ["other"]}},
            ]
        },
    )
    life.ends(rule)
    listener = life.changes_to(listener, {"sslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"})
    for made in (listener, target, certificate, balancer):
        life.ends(made)


def test_a_certificate_says_which_record_validates_it(life: Life) -> None:
    made = life.create(
        CERTIFICATE,
        {
            "domainName": "dev.example.com",
            "subjectAlternativeNames": ["*.dev.example.com"],
            "validationMethod": "DNS",
            "tags": {"owner": "platform"},
        },
    )
    options = made.outputs["domainValidationOptions"]
    assert [option["domainName"] for option in options] == ["dev.example.com", "*.dev.example.com"]
    assert options[0]["resourceRecordName"] == options[1]["resourceRecordName"]
    assert options[0]["resourceRecordType"] == "CNAME"
    life.imports(made, but=("validationMethod",))
    made = life.changes_to(made, {"tags": {"owner": "somebody"}})
    life.ends(made)


def test_waiting_for_a_certificate_is_recorded(life: Life) -> None:
    arn = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/one"
    made = life.create("aws:acm/certificateValidation:CertificateValidation", {"certificateArn": arn})
    assert made.id == arn


@pytest.fixture(scope="module")
def zone(life: Life) -> Made:
    return life.create(ZONE, {"name": "example.com", "comment": "Portal", "tags": {"owner": "platform"}})


def test_a_zone_lives(life: Life, zone: Made) -> None:
    assert zone.outputs["zoneId"] == zone.id
    assert len(zone.outputs["nameServers"]) == 4
    life.imports(zone, but=("forceDestroy",))
    other = life.create(ZONE, {"name": "other.example.com", "comment": "Other"}, name="other")
    other = life.changes_to(other, {"comment": "Another", "tags": {"owner": "somebody"}})
    life.ends(other)


@pytest.mark.parametrize(
    ("kind", "value", "change"),
    [
        ("A", "192.0.2.1", "192.0.2.2"),
        ("CNAME", "a.example.org", "b.example.org"),
        ("CAA", '0 issue "amazon.com"', '0 issue "amazontrust.com"'),
    ],
)
def test_a_record_lives(life: Life, zone: Made, kind: str, value: str, change: str) -> None:
    name = f"{kind.lower()}.example.com"
    inputs = {"zoneId": zone.id, "name": name, "type": kind, "ttl": 300, "records": [value]}
    made = life.create(RECORD, inputs, name=name)
    assert made.outputs["fqdn"] == name
    life.imports(made)
    made = life.changes_to(made, {"ttl": 60, "records": [change]})
    life.ends(made)


@pytest.mark.parametrize("kind", ["A", "AAAA"])
def test_a_record_stands_for_a_distribution(life: Life, zone: Made, kind: str) -> None:
    alias = {"name": "abc.cloudfront.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}
    inputs = {"zoneId": zone.id, "name": "example.com", "type": kind, "aliases": [alias]}
    made = life.create(RECORD, inputs, name=kind)
    life.imports(made)
    made = life.changes_to(made, {"aliases": [{**alias, "name": "def.cloudfront.net"}]})
    life.ends(made)


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


def test_the_edge_is_there_again_after_a_replay(
    life: Life, cloud: Cloud, network: dict[str, Any], access: Made, zone: Made, journal: Path
) -> None:
    balancer = _load_balancer(life, network, "kept")
    distribution = life.create(DISTRIBUTION, _distribution(access.id), name="kept")
    certificate = life.create(CERTIFICATE, {"domainName": "kept.example", "validationMethod": "DNS"})
    made = [balancer, distribution, certificate, zone]
    for one, found in zip(made, replayed(cloud, journal, made).values(), strict=True):
        assert found is not None, one.resource.urn
        assert found.outputs == one.outputs
