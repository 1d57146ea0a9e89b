"""Changes of what stands at the edge: what the CDN keeps and answers, headers, firewall, load balancer, network."""

from __future__ import annotations

from typing import Any

from tests.preview.case import GONE, Case
from tests.preview.edits import one

API = "CachePolicy api"
KEY = "parametersInCacheKeyAndForwardedToOrigin"
CDN = "Distribution api"
DEFAULT = "defaultCacheBehavior"
HEADERS = "ResponseHeadersPolicy pages"
SECURITY = "securityHeadersConfig"
CSP = f"{SECURITY}.contentSecurityPolicy.contentSecurityPolicy"
FIREWALL = "WebAcl firewall"
TARGETS = "TargetGroup api"
# CloudFront developer guide, "Use managed cache policies": CachingOptimized, whose key has neither cookies nor
# headers nor queries; CachingDisabled.
OPTIMIZED, DISABLED = "658327ea-f89d-4fab-a63d-7443e88fb1d9", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALIKE = (
    "ACCESS cache policy api answers alike whatever {} a request has: one person's answer may go to another"
)
PAGES = (
    "default-src 'self'; connect-src 'self' https://triangle.example https://*.triangle.example "
    "wss://triangle.example wss://*.triangle.example; img-src 'self' data: https://triangle.example "
    "https://*.triangle.example; base-uri 'self'; frame-ancestors 'none'; object-src 'none'; form-action 'self'"
)


def rule(index: int, path: str) -> str:
    """A path within a rule of the firewall."""
    return f"rules.{index}.statement.{path}"


ALLOW: dict[str, Any] = {
    "name": "partner",
    "priority": 0,
    "action": {"allow": {}},
    "statement": {"geoMatchStatement": {"countryCodes": ["US"]}},
    "visibilityConfig": {
        "metricName": "partner",
        "sampledRequestsEnabled": True,
        "cloudwatchMetricsEnabled": True,
    },
}

CASES: tuple[Case, ...] = (
    # What the CDN keeps.
    one(
        "answers are kept whoever logs in",
        API,
        f"{KEY}.headersConfig.headers.items",
        ["Origin", "X-Api-Key"],
        ALIKE.format("Authorization"),
    ),
    one(
        "answers are kept whatever headers",
        API,
        f"{KEY}.headersConfig",
        {"headerBehavior": "none"},
        ALIKE.format("Authorization, Origin, X-Api-Key"),
    ),
    one(
        "answers are kept whatever cookies",
        API,
        f"{KEY}.cookiesConfig",
        {"cookieBehavior": "none"},
        ALIKE.format("cookies"),
    ),
    one(
        "answers are kept by one cookie alone",
        API,
        f"{KEY}.cookiesConfig",
        {"cookieBehavior": "whitelist", "cookies": {"items": ["theme"]}},
        ALIKE.format("cookies"),
    ),
    one(
        "answers are kept whatever query",
        API,
        f"{KEY}.queryStringsConfig",
        {"queryStringBehavior": "none"},
        ALIKE.format("queries"),
    ),
    one(
        "answers are told apart by one more header",
        API,
        f"{KEY}.headersConfig.headers.items",
        ["Accept-Language", "Authorization", "Origin", "X-Api-Key"],
    ),
    one("answers are not compressed", API, f"{KEY}.enableAcceptEncodingBrotli", False),
    one(
        "private answers are kept",
        API,
        "minTtl",
        60,
        "ACCESS cache policy api keeps answers for 60 s, also those for one person alone (`private`, `no-store`)",
    ),
    one(
        "answers that say nothing are kept",
        API,
        "defaultTtl",
        300,
        "ACCESS cache policy api keeps answers that do not say how long for 300 s, instead of 0",
    ),
    one("answers are kept for less long", API, "maxTtl", 60),
    one(
        "answers of services are kept as files are",
        CDN,
        f"{DEFAULT}.cachePolicyId",
        OPTIMIZED,
        f"ACCESS CDN api keeps answers of what has no rule of its own by another policy ({OPTIMIZED}): judge whether it tells people apart",
    ),
    one(
        "answers of services are kept by the policy of files",
        CDN,
        f"{DEFAULT}.cachePolicyId",
        "static-id",
        "ACCESS CDN api answers alike whatever cookies, queries, Authorization, Origin, X-Api-Key a request has: one person's answer may go to another (what has no rule of its own)",
        "ACCESS CDN api keeps answers of what has no rule of its own for 31536000 s, instead of 0",
    ),
    one("nothing is kept", CDN, f"{DEFAULT}.cachePolicyId", DISABLED),
    one(
        "health is kept",
        CDN,
        "orderedCacheBehaviors.0.cachePolicyId",
        "api-id",
        "ACCESS CDN api keeps answers of /health/live, where it kept none: one person's may go to another",
    ),
    # What it answers.
    one(
        "a site is switched off",
        CDN,
        "enabled",
        False,
        "OUTAGE CDN api is switched off: its sites answer nobody",
    ),
    one(
        "a site has no name",
        CDN,
        "aliases",
        [],
        "OUTAGE CDN api answers as nothing alone, where it was api.triangle.example",
    ),
    one(
        "some countries alone",
        CDN,
        "restrictions.geoRestriction",
        {"restrictionType": "whitelist", "locations": ["US"]},
        "OUTAGE CDN api answers some countries alone",
    ),
    one(
        "nothing is written any more",
        CDN,
        f"{DEFAULT}.allowedMethods",
        ["GET", "HEAD", "OPTIONS"],
        "OUTAGE CDN api takes GET, HEAD, OPTIONS alone, instead of *",
    ),
    one(
        "no security headers",
        CDN,
        f"{DEFAULT}.responseHeadersPolicyId",
        GONE,
        "WEAKER CDN api adds no security headers any more",
    ),
    one(
        "services see no cookies",
        CDN,
        f"{DEFAULT}.originRequestPolicyId",
        GONE,
        "OUTAGE CDN api hands no headers, cookies and queries on to services but those of its cache's key",
    ),
    one("answers are told in another protocol", CDN, "httpVersion", "http2"),
    # Headers.
    one(
        "browsers insist on TLS for an hour",
        HEADERS,
        f"{SECURITY}.strictTransportSecurity.accessControlMaxAgeSec",
        3600,
        "WEAKER response headers policy pages has browsers insist on TLS for 3600 s, instead of 31536000",
    ),
    one(
        "browsers insist on TLS for two years",
        HEADERS,
        f"{SECURITY}.strictTransportSecurity.accessControlMaxAgeSec",
        63072000,
    ),
    one(
        "scripts of everybody",
        HEADERS,
        CSP,
        PAGES.replace("default-src 'self'", "default-src 'self' 'unsafe-inline' https://cdn.example.net"),
        "WEAKER response headers policy pages lets pages take default-src from 'unsafe-inline', https://cdn.example.net, too",
    ),
    one(
        "pages within any other",
        HEADERS,
        CSP,
        PAGES.replace(" frame-ancestors 'none';", ""),
        "WEAKER response headers policy pages says nothing of frame-ancestors to browsers any more",
    ),
    one(
        "pages ask one more name of ours",
        HEADERS,
        CSP,
        PAGES.replace(" wss://", " https://a.triangle.example wss://", 1),
    ),
    one("pages load less", HEADERS, CSP, PAGES.replace(" data:", "")),
    # The firewall.
    one(
        "the firewall lets a country through",
        FIREWALL,
        "rules.99",
        ALLOW,
        "ACCESS web ACL firewall lets through what partner is about, whatever the rules behind it say",
    ),
    one(
        "requests are counted for a minute",
        FIREWALL,
        rule(0, "rateBasedStatement.evaluationWindowSec"),
        60,
        "WEAKER web ACL firewall counts requests of 60 s at a time, instead of 300",
    ),
    one(
        "requests are counted for ten minutes",
        FIREWALL,
        rule(0, "rateBasedStatement.evaluationWindowSec"),
        600,
    ),
    one(
        "requests are counted on one path",
        FIREWALL,
        rule(0, "rateBasedStatement.scopeDownStatement"),
        {"byteMatchStatement": {"searchString": "/login"}},
        "WEAKER web ACL firewall has rate-limit look at some requests alone",
    ),
    one(
        "a rule of a group is only counted",
        FIREWALL,
        rule(1, "managedRuleGroupStatement.ruleActionOverrides"),
        [{"name": "AWSManagedIPDDoSList", "actionToUse": {"count": {}}}],
        "WEAKER web ACL firewall only counts what AWSManagedIPDDoSList of AWSManagedRulesAmazonIpReputationList kept out",
    ),
    one(
        "a rule of a group asks for a captcha",
        FIREWALL,
        rule(1, "managedRuleGroupStatement.ruleActionOverrides"),
        [{"name": "AWSManagedIPDDoSList", "actionToUse": {"captcha": {}}}],
    ),
    one(
        "what people log in with stands in a log",
        "WebAclLoggingConfiguration firewall",
        "redactedFields",
        [{"singleHeader": {"name": "cookie"}}],
        "WEAKER web acl logging configuration firewall writes headers into its log that were left out: they are what people log in with",
    ),
    # The load balancer.
    one(
        "the load balancer answers everybody",
        "ListenerRule api/*",
        "conditions.2",
        GONE,
        "ACCESS listener rule api/* answers requests without X-Origin-Verify: they come past the CDN and its firewall",
    ),
    one(
        "the load balancer hands all on",
        "Listener https",
        "defaultActions",
        [{"type": "forward", "targetGroupArn": "arn:aws:lb:us-west-2:123456789012:api"}],
        "ACCESS * hands on what no rule is about: it comes past the CDN and its firewall",
    ),
    one(
        "the load balancer says something else",
        "Listener https",
        "defaultActions.0.fixedResponse.statusCode",
        "404",
    ),
    one(
        "requests are cut off in a release",
        TARGETS,
        "deregistrationDelay",
        0,
        "INTERRUPTS target group api cuts requests off 0 s after a pod begins to go, instead of 30",
    ),
    one("requests are waited for longer", TARGETS, "deregistrationDelay", 60),
    one(
        "an error is a healthy answer",
        TARGETS,
        "healthCheck.matcher",
        "200-499",
        "WEAKER target group api takes 200-499 for a healthy answer, instead of 200-299",
    ),
    one(
        "a pod that hangs is found late",
        TARGETS,
        "healthCheck.interval",
        120,
        "WEAKER target group api asks pods every 120 s, instead of every 10 s",
    ),
    one(
        "the load balancer stands in two zones",
        "LoadBalancer load-balancer",
        "subnets",
        ["public-1-id", "public-2-id"],
        "WEAKER load balancer stands in fewer zones",
    ),
    one(
        "malformed requests are handed on",
        "LoadBalancer load-balancer",
        "desyncMitigationMode",
        "monitor",
        "WEAKER load balancer hands on requests that two servers may understand differently (monitor)",
    ),
    one(
        "a certificate for fewer names",
        "Certificate edge",
        "subjectAlternativeNames",
        [],
        "OUTAGE certificate edge is valid for nothing besides its own name, instead of *.triangle.example: browsers refuse the rest",
    ),
    # The network.
    one(
        "no names in the network",
        "Vpc vpc",
        "enableDnsSupport",
        False,
        "OUTAGE VPC answers no names any more",
    ),
    one(
        "secrets are read over the internet",
        "VpcEndpoint secretsmanager",
        "privateDnsEnabled",
        False,
        "WEAKER interface endpoint secretsmanager is not used any more: calls leave the network",
    ),
    one(
        "an endpoint stands in one zone",
        "VpcEndpoint kms",
        "subnetIds",
        ["private-1-id"],
        "WEAKER interface endpoint kms stands in fewer zones",
    ),
    one(
        "a NAT gateway in another subnet",
        "NatGateway nat-1",
        "subnetId",
        "public-2-id",
        "INTERRUPTS NAT gateway nat-1 is replaced: meanwhile pods of its zone reach nothing outside",
    ),
    # The cluster.
    one(
        "nodes reach the cluster's API over the internet",
        "Cluster cluster",
        "vpcConfig.endpointPrivateAccess",
        False,
        "WEAKER EKS cluster is reached by its own nodes over the internet alone",
    ),
    one(
        "rights in a ConfigMap",
        "Cluster cluster",
        "accessConfig.authenticationMode",
        "API_AND_CONFIG_MAP",
        "ACCESS EKS cluster takes rights out of the ConfigMap aws-auth, too, where nobody looks for them",
    ),
    one(
        "a cluster without nodes",
        "Cluster cluster",
        "computeConfig.enabled",
        False,
        "OUTAGE EKS cluster has no nodes any more: no pod runs",
    ),
    one(
        "no network policy holds",
        "ConfigMap amazon-vpc-cni",
        "data.enable-network-policy-controller",
        "false",
        "ACCESS config map amazon-vpc-cni has no network policy hold any more: pods reach all that their security group lets them",
    ),
    one(
        "pods go before the load balancer knows the new ones",
        "Namespace triangle",
        "metadata.labels",
        {"pod-security.kubernetes.io/enforce": "restricted"},
        "WEAKER namespace triangle takes old pods away before the load balancer has the new ones: requests fail in a release",
    ),
)
