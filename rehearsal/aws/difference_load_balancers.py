"""The part of `rehearsal.aws.difference_table` about load balancers: most hangs on the kind of balancer."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.aws import difference_rules as rule
from rehearsal.aws import equivalence as same

_ANY_CASE = rule.alone(same.SAME_IN_ANY_CASE)
_FOR_LAMBDA = rule.where("targetType", "instance", "lambda")
_APPLICATION = rule.unless("loadBalancerType", "application", "application")
_NETWORK = rule.unless("loadBalancerType", "application", "network")
_APPLICATION_OR_NETWORK = rule.unless("loadBalancerType", "application", "application", "network")
_HTTPS = rule.not_of_its_protocol("HTTPS")
_HTTP_OR_HTTPS = rule.not_of_its_protocol("HTTP", "HTTPS")

LOAD_BALANCING: Mapping[str, Mapping[str, rule.Rule]] = {
    "aws:lb/listener:Listener": {
        # elbv2/listener.go: suppressIfDefaultActionTypeNot, suppressIfActionTypeNot
        "defaultActions.authenticateCognito": rule.not_of_its_type("authenticate-cognito"),
        "defaultActions.authenticateOidc": rule.not_of_its_type("authenticate-oidc"),
        "defaultActions.fixedResponse": rule.not_of_its_type("fixed-response"),
        "defaultActions.forward": rule.not_of_its_type("forward"),
        "defaultActions.jwtValidation": rule.not_of_its_type("jwt-validation"),
        "defaultActions.redirect": rule.not_of_its_type("redirect"),
        "defaultActions.targetGroupArn": rule.not_of_its_type("forward"),
        # the same: a StateFunc that raises; suppressIfListenerProtocolNot
        "protocol": _ANY_CASE,
        "routingHttpRequestXAmznMtlsClientcertHeaderName": _HTTPS,
        "routingHttpRequestXAmznMtlsClientcertIssuerHeaderName": _HTTPS,
        "routingHttpRequestXAmznMtlsClientcertLeafHeaderName": _HTTPS,
        "routingHttpRequestXAmznMtlsClientcertSerialNumberHeaderName": _HTTPS,
        "routingHttpRequestXAmznMtlsClientcertSubjectHeaderName": _HTTPS,
        "routingHttpRequestXAmznMtlsClientcertValidityHeaderName": _HTTPS,
        "routingHttpRequestXAmznTlsCipherSuiteHeaderName": _HTTPS,
        "routingHttpRequestXAmznTlsVersionHeaderName": _HTTPS,
        "routingHttpResponseAccessControlAllowCredentialsHeaderValue": _HTTP_OR_HTTPS,
        "routingHttpResponseAccessControlAllowHeadersHeaderValue": _HTTP_OR_HTTPS,
        "routingHttpResponseAccessControlAllowMethodsHeaderValue": _HTTP_OR_HTTPS,
        "routingHttpResponseAccessControlAllowOriginHeaderValue": _HTTP_OR_HTTPS,
        "routingHttpResponseAccessControlExposeHeadersHeaderValue": _HTTP_OR_HTTPS,
        "routingHttpResponseAccessControlMaxAgeHeaderValue": _HTTP_OR_HTTPS,
        "routingHttpResponseContentSecurityPolicyHeaderValue": _HTTP_OR_HTTPS,
        "routingHttpResponseServerEnabled": _HTTP_OR_HTTPS,
        "routingHttpResponseStrictTransportSecurityHeaderValue": _HTTP_OR_HTTPS,
        "routingHttpResponseXContentTypeOptionsHeaderValue": _HTTP_OR_HTTPS,
        "routingHttpResponseXFrameOptionsHeaderValue": _HTTP_OR_HTTPS,
        "tcpIdleTimeoutSeconds": rule.not_of_its_protocol("GENEVE", "TCP"),
    },
    "aws:lb/listenerRule:ListenerRule": {
        # elbv2/listener_rule.go: suppressIfActionTypeNot (`forward` has another rule, for what was imported)
        "actions.authenticateCognito": rule.not_of_its_type("authenticate-cognito"),
        "actions.authenticateOidc": rule.not_of_its_type("authenticate-oidc"),
        "actions.fixedResponse": rule.not_of_its_type("fixed-response"),
        "actions.jwtValidation": rule.not_of_its_type("jwt-validation"),
        "actions.redirect": rule.not_of_its_type("redirect"),
        "actions.targetGroupArn": rule.not_of_its_type("forward"),
    },
    "aws:lb/loadBalancer:LoadBalancer": {
        # elbv2/load_balancer.go: while `enabled` is false, in each of the three blocks
        **{
            path: ignored
            for block in ("accessLogs", "connectionLogs", "healthCheckLogs")
            for path, ignored in (
                (block, rule.gone_switched_off),
                (f"{block}.bucket", rule.switched_off),
                (f"{block}.prefix", rule.switched_off),
            )
        },
        # the same: suppressIfLBTypeNot
        "clientKeepAlive": _APPLICATION,
        "desyncMitigationMode": _APPLICATION,
        "dropInvalidHeaderFields": _APPLICATION,
        "enableHttp2": _APPLICATION,
        "enableTlsVersionAndCipherSuiteHeaders": _APPLICATION,
        "enableWafFailOpen": _APPLICATION,
        "enableXffClientPort": _APPLICATION,
        "idleTimeout": _APPLICATION,
        "ipamPools": _APPLICATION,
        "preserveHostHeader": _APPLICATION,
        "xffHeaderProcessingMode": _APPLICATION,
        "dnsRecordClientRoutingPolicy": _NETWORK,
        "enablePrefixForIpv6SourceNat": _NETWORK,
        "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": _NETWORK,
        "secondaryIpsAutoAssignedPerSubnet": _NETWORK,
        "enableZonalShift": _APPLICATION_OR_NETWORK,
        "minimumLoadBalancerCapacity": _APPLICATION_OR_NETWORK,
        # the same: suppressIfLBType
        "enableCrossZoneLoadBalancing": rule.where("loadBalancerType", "application", "application"),
    },
    "aws:lb/targetGroup:TargetGroup": {
        # elbv2/target_group.go: suppressIfTargetType; StateFuncs that raise
        "port": _FOR_LAMBDA,
        "protocol": _FOR_LAMBDA,
        "vpcId": _FOR_LAMBDA,
        "healthCheck.port": _FOR_LAMBDA,
        "healthCheck.protocol": rule.either(_ANY_CASE, _FOR_LAMBDA),
        # the same: a version is of HTTP alone, a duration of a cookie not of what is below HTTP
        "protocolVersion": rule.either(_ANY_CASE, _FOR_LAMBDA, rule.unless("protocol", "", "HTTP", "HTTPS")),
        "stickiness.cookieDuration": rule.where("protocol", "", "TCP", "UDP", "TCP_UDP", "TLS", "GENEVE"),
        # the same: nullable.DiffSuppressNullableBool
        "preserveClientIp": rule.alone(same.SAME_TRUTH),
    },
}
