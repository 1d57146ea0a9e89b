"""Lists of allowed values: a wrong one is refused by each service's properties, each rule has a place."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.aws.enumerations import enumerations, types_with_enumerations
from rehearsal.aws.formats import RULES, format_failures
from rehearsal.aws.schema import BlockType, PropertyType, resource_type
from rehearsal.providers.property_differences import without_indexes

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
TARGETS = "aws:lb/targetGroup:TargetGroup"

# Type, property, an accepted value, a refused one, what the message says is allowed.
VALUES: list[tuple[str, str, str, str, str]] = [
    (DISTRIBUTION, "priceClass", "PriceClass_100", "PriceClass_300", "PriceClass_100, PriceClass_200"),
    (DISTRIBUTION, "httpVersion", "http2and3", "http4", "http2and3"),
    (
        DISTRIBUTION,
        "defaultCacheBehavior.viewerProtocolPolicy",
        "https-only",
        "https",
        "allow-all, https-only, redirect-to-https",
    ),
    (
        DISTRIBUTION,
        "orderedCacheBehaviors.viewerProtocolPolicy",
        "redirect-to-https",
        "redirect",
        "allow-all, https-only",
    ),
    (DISTRIBUTION, "viewerCertificate.minimumProtocolVersion", "TLSv1.2_2021", "TLSv1.2", "TLSv1.2_2021"),
    (DISTRIBUTION, "origins.customOriginConfig.originProtocolPolicy", "https-only", "https", "match-viewer"),
    (DISTRIBUTION, "defaultCacheBehavior.allowedMethods", "GET", "get", "GET, HEAD, POST"),
    ("aws:route53/record:Record", "type", "CAA", "A6", "AAAA"),
    ("aws:route53/healthCheck:HealthCheck", "type", "HTTPS", "https", "HTTPS"),
    ("aws:budgets/budget:Budget", "notifications.notificationType", "FORECASTED", "EXPECTED", "FORECASTED"),
    ("aws:guardduty/detectorFeature:DetectorFeature", "name", "RUNTIME_MONITORING", "RUNTIME", "RUNTIME"),
    ("aws:guardduty/detectorFeature:DetectorFeature", "status", "ENABLED", "ON", "ENABLED, DISABLED"),
    ("aws:eks/cluster:Cluster", "enabledClusterLogTypes", "audit", "audits", "authenticator"),
    ("aws:eks/cluster:Cluster", "computeConfig.nodePools", "system", "gpu", "general-purpose, system"),
    ("aws:eks/accessEntry:AccessEntry", "type", "STANDARD", "USER", "FARGATE_LINUX"),
    ("aws:lambda/function:Function", "architectures", "arm64", "aarch64", "x86_64, arm64"),
    ("aws:lb/loadBalancer:LoadBalancer", "desyncMitigationMode", "strictest", "strict", "defensive"),
    (TARGETS, "stickiness.type", "app_cookie", "cookie", "lb_cookie"),
    (TARGETS, "healthCheck.protocol", "HTTPS", "TLS", "HTTP, HTTPS, TCP"),
    (
        "aws:cloudtrail/trail:Trail",
        "advancedEventSelectors.fieldSelectors.field",
        "resources.ARN",
        "resource",
        "resources.ARN",
    ),
    ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ipProtocol", "tcp", "http", "tcp"),
]


def _placed(block: BlockType, path: list[str], value: str) -> dict[str, Any]:
    """Inputs in which nothing but one place has a value."""
    name, *inside = path
    declared: PropertyType = block.properties[name]
    item = declared.item if declared.kind == "list" and declared.item else declared
    found: Any = value
    if inside:
        assert item.block is not None, f"{name} is no block"
        found = _placed(item.block, inside, value)
    return {name: [found] if declared.kind == "list" else found}


def _failures(token: str, path: str, value: str) -> list[str]:
    inputs = _placed(resource_type(token).inputs, path.split("."), value)
    failures = format_failures(token, inputs)
    return [each.reason for each in failures if without_indexes(each.property) == path]


@pytest.mark.parametrize(("token", "path", "accepted", "refused", "allowed"), VALUES)
def test_a_wrong_value_is_refused_with_what_was_found_and_what_is_allowed(
    token: str, path: str, accepted: str, refused: str, allowed: str
) -> None:
    assert _failures(token, path, accepted) == []
    [reason] = _failures(token, path, refused)
    assert repr(refused) in reason
    assert allowed in reason
    assert path.rpartition(".")[2] in reason


@pytest.mark.parametrize("token", sorted(types_with_enumerations()))
def test_every_list_stands_at_a_property_of_the_sdk_and_refuses_something(token: str) -> None:
    for path in enumerations(token):
        assert _failures(token, path, "not-allowed!"), path


def test_every_other_rule_stands_at_a_property_of_the_sdk() -> None:
    for token, rules in RULES.items():
        for path in rules:
            _placed(resource_type(token).inputs, path.split("."), "any")
