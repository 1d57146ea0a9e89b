"""Enumerations to which no mapping leads: a request that is put together has other members than properties.

`limits` finds the enumeration of a property that goes into a request as it is. For the others this says which
shape of botocore's model has it; what botocore has as a plain text is a list, with its source beside it. One
that is missing is told by `make provider` (a value that AWS's provider refuses), and by a test of all
declared properties that are called like a member with an enumeration.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from rehearsal.aws.value_rules import Rule, one_of


def listed(shape: str) -> Rule:
    """One of a shape's values, by service and name: `cloudfront.PriceClass`."""

    def rule(value: object) -> str | None:
        return _rule(shape)(value)

    return rule


@cache
def _rule(shape: str) -> Rule:
    # Imported when the first value is looked at, like everything that needs botocore's models.
    from rehearsal.aws.operations import service_model

    service, name = shape.split(".")
    return one_of(*service_model(service).shape_for(name).metadata["enum"])


_BEHAVIOR = {
    "allowedMethods": "cloudfront.Method",
    "cachedMethods": "cloudfront.Method",
    "functionAssociations.eventType": "cloudfront.EventType",
    "viewerProtocolPolicy": "cloudfront.ViewerProtocolPolicy",
}
_SHAPES: Mapping[str, Mapping[str, str]] = {
    "aws:budgets/budget:Budget": {
        "notifications.comparisonOperator": "budgets.ComparisonOperator",
        "notifications.notificationType": "budgets.NotificationType",
        "notifications.thresholdType": "budgets.ThresholdType",
    },
    "aws:cloudfront/distribution:Distribution": {
        **{f"defaultCacheBehavior.{name}": shape for name, shape in _BEHAVIOR.items()},
        **{f"orderedCacheBehaviors.{name}": shape for name, shape in _BEHAVIOR.items()},
        "httpVersion": "cloudfront.HttpVersion",
        "origins.customOriginConfig.originProtocolPolicy": "cloudfront.OriginProtocolPolicy",
        "origins.customOriginConfig.originSslProtocols": "cloudfront.SslProtocol",
        "priceClass": "cloudfront.PriceClass",
        "restrictions.geoRestriction.restrictionType": "cloudfront.GeoRestrictionType",
        "viewerCertificate.minimumProtocolVersion": "cloudfront.MinimumProtocolVersion",
        "viewerCertificate.sslSupportMethod": "cloudfront.SSLSupportMethod",
    },
    "aws:eks/addon:Addon": {"resolveConflictsOnUpdate": "eks.ResolveConflicts"},
    "aws:eks/cluster:Cluster": {"enabledClusterLogTypes": "eks.LogType"},
    "aws:guardduty/detectorFeature:DetectorFeature": {
        "additionalConfigurations.name": "guardduty.FeatureAdditionalConfiguration",
        "additionalConfigurations.status": "guardduty.FeatureStatus",
        "name": "guardduty.DetectorFeature",
        "status": "guardduty.FeatureStatus",
    },
    "aws:lambda/function:Function": {"architectures": "lambda.Architecture"},
    "aws:route53/healthCheck:HealthCheck": {"type": "route53.HealthCheckType"},
    "aws:route53/record:Record": {"type": "route53.RRType"},
}

# Files below internal/service of AWS's provider (the version in tools/aws-provider/go.mod).
_LISTS: Mapping[str, Mapping[str, Rule]] = {
    "aws:cloudtrail/trail:Trail": {  # cloudtrail/consts.go: field_Values
        "advancedEventSelectors.fieldSelectors.field": one_of(
            "errorCode",
            "eventCategory",
            "eventName",
            "eventSource",
            "eventType",
            "readOnly",
            "resources.ARN",
            "resources.type",
            "sessionCredentialFromConsole",
            "userIdentity.arn",
            "vpcEndpointId",
        )
    },
    "aws:eks/accessEntry:AccessEntry": {  # eks/consts.go: accessEntryType_Values
        "type": one_of("EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX", "STANDARD")
    },
    "aws:eks/cluster:Cluster": {  # eks/consts.go: nodePool_Values; eks/cluster.go: resources
        "computeConfig.nodePools": one_of("general-purpose", "system"),
        "encryptionConfig.resources": one_of("secrets"),
    },
    "aws:lb/listener:Listener": {  # elbv2/listener.go, also of a rule
        "defaultActions.fixedResponse.contentType": one_of(
            "text/plain", "text/css", "text/html", "application/javascript", "application/json"
        )
    },
    "aws:lb/loadBalancer:LoadBalancer": {  # elbv2/const.go: httpDesyncMitigationMode_Values
        "desyncMitigationMode": one_of("monitor", "defensive", "strictest")
    },
    # elbv2/const.go: healthCheckProtocolEnumValues, stickinessType_Values
    "aws:lb/targetGroup:TargetGroup": {
        "healthCheck.protocol": one_of("HTTP", "HTTPS", "TCP"),
        "stickiness.type": one_of(
            "lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"
        ),
    },
}


@cache
def enumerations(token: str) -> Mapping[str, Rule]:
    """The rules of a type, by property path."""
    shapes = {path: listed(shape) for path, shape in _SHAPES.get(token, {}).items()}
    return {**shapes, **_LISTS.get(token, {})}


def types_with_enumerations() -> frozenset[str]:
    """The types that have any."""
    return frozenset({*_SHAPES, *_LISTS})
