"""Rules of load balancers: much of what they have does not matter where they are of another kind."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.difference_row import Row, cases, ignored

LISTENER, RULE = "aws:lb/listener:Listener", "aws:lb/listenerRule:ListenerRule"
BALANCER, TARGETS = "aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"
GATEWAY = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/gwy/a/1"


def _actions(token: str, path: str, kinds: Mapping[str, str]) -> list[Row]:
    return [
        Row(
            token,
            f"{path}[].{name}",
            "a" if name == "targetGroupArn" else {"order": "a"},
            "b" if name == "targetGroupArn" else {"order": "b"},
            block={"type": "other"},
            elsewhere={"type": kind},
        )
        for name, kind in kinds.items()
    ]


_KINDS = {
    "authenticateCognito": "authenticate-cognito",
    "authenticateOidc": "authenticate-oidc",
    "fixedResponse": "fixed-response",
    "jwtValidation": "jwt-validation",
    "redirect": "redirect",
    "targetGroupArn": "forward",
}
_REQUEST = "routingHttpRequestXAmzn"
_RESPONSE = "routingHttpResponse"

ROWS = [
    *_actions(LISTENER, "defaultActions", {**_KINDS, "forward": "forward"}),
    *cases(LISTENER, "protocol"),
    *(
        row
        for names in (
            f"{_REQUEST}MtlsClientcertHeaderName {_REQUEST}MtlsClientcertIssuerHeaderName",
            f"{_REQUEST}MtlsClientcertLeafHeaderName {_REQUEST}MtlsClientcertSerialNumberHeaderName",
            f"{_REQUEST}MtlsClientcertSubjectHeaderName {_REQUEST}MtlsClientcertValidityHeaderName",
            f"{_REQUEST}TlsCipherSuiteHeaderName {_REQUEST}TlsVersionHeaderName",
        )
        for row in ignored(LISTENER, names, ("a", "b"), "protocol", "HTTP", "HTTPS")
    ),
    *(
        row
        for names in (
            f"{_RESPONSE}AccessControlAllowCredentialsHeaderValue",
            f"{_RESPONSE}AccessControlAllowHeadersHeaderValue",
            f"{_RESPONSE}AccessControlAllowMethodsHeaderValue {_RESPONSE}AccessControlAllowOriginHeaderValue",
            f"{_RESPONSE}AccessControlExposeHeadersHeaderValue {_RESPONSE}AccessControlMaxAgeHeaderValue",
            f"{_RESPONSE}ContentSecurityPolicyHeaderValue {_RESPONSE}ServerEnabled",
            f"{_RESPONSE}StrictTransportSecurityHeaderValue {_RESPONSE}XContentTypeOptionsHeaderValue",
            f"{_RESPONSE}XFrameOptionsHeaderValue",
        )
        for row in ignored(LISTENER, names, ("a", "b"), "protocol", "TCP", "HTTP")
    ),
    *ignored(LISTENER, "tcpIdleTimeoutSeconds", (100, 200), "protocol", "HTTP", "TCP"),
    Row(
        LISTENER,
        f"{_RESPONSE}ServerEnabled",
        True,
        False,
        properties={"loadBalancerArn": GATEWAY},
        elsewhere={"loadBalancerArn": "other"},
    ),
    *_actions(RULE, "actions", _KINDS),
    *(
        row
        for block in ("accessLogs", "connectionLogs", "healthCheckLogs")
        for row in (
            Row(BALANCER, block, {"bucket": "a", "enabled": False}, None, {"bucket": "a", "enabled": True}),
            Row(BALANCER, f"{block}.bucket", "a", "b", block={"enabled": False}, elsewhere={"enabled": True}),
            Row(
                BALANCER, f"{block}.prefix", "a", None, block={"enabled": False}, elsewhere={"enabled": True}
            ),
            Row(BALANCER, f"{block}.prefix", None, "a", block={"bucket": "a"}),
        )
    ),
    *ignored(
        BALANCER,
        "clientKeepAlive desyncMitigationMode dropInvalidHeaderFields enableHttp2 enableWafFailOpen "
        "idleTimeout enableTlsVersionAndCipherSuiteHeaders enableXffClientPort ipamPools preserveHostHeader "
        "xffHeaderProcessingMode",
        (1, 2),
        "loadBalancerType",
        "network",
        "application",
    ),
    *ignored(
        BALANCER,
        "dnsRecordClientRoutingPolicy enablePrefixForIpv6SourceNat secondaryIpsAutoAssignedPerSubnet "
        "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
        (1, 2),
        "loadBalancerType",
        "application",
        "network",
    ),
    *ignored(
        BALANCER,
        "enableZonalShift minimumLoadBalancerCapacity",
        (1, 2),
        "loadBalancerType",
        "gateway",
        "network",
    ),
    *ignored(
        BALANCER, "enableCrossZoneLoadBalancing", (True, False), "loadBalancerType", "application", "network"
    ),
    *ignored(TARGETS, "port protocol vpcId", ("a", "b"), "targetType", "lambda", "ip"),
    *ignored(TARGETS, "healthCheck.port", ("1", "2"), "targetType", "lambda", "ip"),
    Row(TARGETS, "healthCheck.protocol", "HTTP", "http", "TCP"),
    Row(TARGETS, "healthCheck.protocol", "HTTP", "HTTPS", properties={"targetType": "lambda"}),
    Row(TARGETS, "protocolVersion", "HTTP1", "http1", "GRPC", properties={"protocol": "HTTP"}),
    *ignored(TARGETS, "protocolVersion", ("HTTP1", "GRPC"), "protocol", "TCP", "HTTP"),
    *ignored(TARGETS, "stickiness.cookieDuration", (60, 90), "protocol", "TCP", "HTTP"),
    Row(TARGETS, "preserveClientIp", "true", "1", "false"),
]
