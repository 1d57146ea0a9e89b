"""The network and what stands at its edge: what makes them weaker, opens them, or has them answer nobody."""

from __future__ import annotations

from preview.risk import Kind
from preview.values import differs, fewer, gains, grows, leaves, loses, lost, more, off, shrinks
from preview.weakenings.weakening import Weakening

_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
_CACHE = "aws:cloudfront/cachePolicy:CachePolicy"
_CDN = "aws:cloudfront/distribution:Distribution"
_CERTIFICATE = "aws:acm/certificate:Certificate"
_EKS = "aws:eks/cluster:Cluster"
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
_TARGETS = "aws:lb/targetGroup:TargetGroup"
_VPC = "aws:ec2/vpc:Vpc"

OF_NETWORK: tuple[Weakening, ...] = (
    # The CDN.
    Weakening(_CDN, "enabled", off, "is switched off: its sites answer nobody", Kind.NO_SECOND_COPY),
    Weakening(_CDN, "aliases", loses, "answers as {after} alone, where it was {before}", Kind.NO_SECOND_COPY),
    Weakening(
        _CDN,
        "restrictions.geoRestriction.restrictionType",
        leaves("none"),
        "answers some countries alone",
        Kind.NO_SECOND_COPY,
    ),
    Weakening(
        _CDN,
        "defaultCacheBehavior.allowedMethods",
        shrinks,
        "takes {after} alone, instead of {before}",
        Kind.NO_SECOND_COPY,
    ),
    Weakening(
        _CDN, "defaultCacheBehavior.responseHeadersPolicyId", lost, "adds no security headers any more"
    ),
    Weakening(
        _CDN,
        "defaultCacheBehavior.originRequestPolicyId",
        lost,
        "hands no headers, cookies and queries on to services but those of its cache's key",
        Kind.NO_SECOND_COPY,
    ),
    # CloudFront developer guide, "Manage how long content stays in the cache": above 0 it keeps what says
    # `no-store` or `private` as well.
    Weakening(
        _CACHE,
        "minTtl",
        more,
        "keeps answers for {after} s, also those for one person alone (`private`, `no-store`)",
        Kind.ACCESS,
    ),
    Weakening(
        _CACHE,
        "defaultTtl",
        more,
        "keeps answers that do not say how long for {after} s, instead of {before}",
        Kind.ACCESS,
    ),
    Weakening(
        _HEADERS,
        "securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec",
        fewer,
        "has browsers insist on TLS for {after} s, instead of {before}",
    ),
    Weakening(
        _HEADERS,
        "securityHeadersConfig.strictTransportSecurity.includeSubdomains",
        off,
        "does not have browsers insist on TLS for names below it any more",
    ),
    Weakening(
        _HEADERS,
        "securityHeadersConfig.frameOptions.frameOption",
        leaves("DENY"),
        "lets pages be shown within others ({after})",
    ),
    Weakening(
        _HEADERS,
        "securityHeadersConfig.referrerPolicy.referrerPolicy",
        leaves("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"),
        "tells other sites more of the address of a page ({after}, instead of {before})",
    ),
    Weakening(
        _HEADERS,
        "corsConfig.accessControlAllowOrigins.items",
        grows,
        "lets pages of {after} ask",
        Kind.ACCESS,
    ),
    Weakening(
        _CERTIFICATE,
        "subjectAlternativeNames",
        loses,
        "is valid for {after} besides its own name, instead of {before}: browsers refuse the rest",
        Kind.NO_SECOND_COPY,
    ),
    # The load balancer.
    Weakening(_BALANCER, "subnets", shrinks, "stands in fewer zones"),
    Weakening(_BALANCER, "securityGroups", grows, "is in one more security group", Kind.ACCESS),
    Weakening(
        _BALANCER,
        "desyncMitigationMode",
        leaves("defensive", "strictest"),
        "hands on requests that two servers may understand differently ({after})",
    ),
    Weakening(
        _TARGETS,
        "deregistrationDelay",
        fewer,
        "cuts requests off {after} s after a pod begins to go, instead of {before}",
        Kind.INTERRUPTION,
    ),
    Weakening(
        _TARGETS,
        "healthCheck.unhealthyThreshold",
        more,
        "gives a pod up after {after} checks that fail, instead of {before}",
    ),
    Weakening(
        _TARGETS, "healthCheck.interval", more, "asks pods every {after} s, instead of every {before} s"
    ),
    Weakening(
        _TARGETS,
        "healthCheck.matcher",
        differs,
        "takes {after} for a healthy answer, instead of {before}",
    ),
    Weakening(
        _TARGETS,
        "stickiness.enabled",
        off,
        "sends one person's requests to different pods",
        Kind.INTERRUPTION,
    ),
    # The network.
    Weakening(_VPC, "enableDnsSupport", off, "answers no names any more", Kind.NO_SECOND_COPY),
    Weakening(
        _VPC, "enableDnsHostnames", off, "has no names for its endpoints any more", Kind.NO_SECOND_COPY
    ),
    Weakening(_ENDPOINT, "privateDnsEnabled", off, "is not used any more: calls leave the network"),
    Weakening(_ENDPOINT, "subnetIds", shrinks, "stands in fewer zones"),
    Weakening(
        _ENDPOINT, "routeTableIds", shrinks, "serves fewer subnets: calls of the others leave the network"
    ),
    Weakening("aws:rds/subnetGroup:SubnetGroup", "subnetIds", shrinks, "has fewer zones"),
    Weakening("aws:elasticache/subnetGroup:SubnetGroup", "subnetIds", shrinks, "has fewer zones"),
    # The cluster.
    Weakening(
        _EKS,
        "vpcConfig.endpointPrivateAccess",
        off,
        "is reached by its own nodes over the internet alone",
    ),
    Weakening(
        _EKS,
        "accessConfig.authenticationMode",
        leaves("API"),
        "takes rights out of the ConfigMap aws-auth, too, where nobody looks for them",
        Kind.ACCESS,
    ),
    Weakening(_EKS, "computeConfig.enabled", off, "has no nodes any more: no pod runs", Kind.NO_SECOND_COPY),
    Weakening(_EKS, "zonalShiftConfig.enabled", off, "does not leave a zone by itself that is disturbed"),
    Weakening(
        _EKS,
        "encryptionConfig.resources",
        shrinks,
        "does not encrypt its secrets with a key of ours any more",
    ),
    Weakening(
        "kubernetes:core/v1:ConfigMap",
        "data.enable-network-policy-controller",
        off,
        "has no network policy hold any more: pods reach all that their security group lets them",
        Kind.ACCESS,
    ),
    Weakening(
        "kubernetes:eks.amazonaws.com/v1:NodeClass",
        "spec.podSecurityGroupSelectorTerms",
        lost,
        "has pods in the security group of their nodes, not in one of their own",
        Kind.ACCESS,
    ),
    # Firewall and its records.
    Weakening(
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        "redactedFields",
        shrinks,
        "writes headers into its log that were left out: they are what people log in with",
    ),
    Weakening(
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        "loggingFilter",
        gains,
        "does not record all that it recorded",
    ),
    Weakening(
        "aws:wafv2/webAcl:WebAcl",
        "visibilityConfig.cloudwatchMetricsEnabled",
        off,
        "is not measured any more",
    ),
    # Who comes in.
    Weakening(
        "aws:lb/listener:Listener",
        "port",
        differs,
        "listens on {after}, not on {before}: the CDN does not find it",
        Kind.NO_SECOND_COPY,
    ),
    Weakening(
        _CDN,
        "defaultCacheBehavior.functionAssociations",
        grows,
        "has a function see, and change, every request",
        Kind.ACCESS,
    ),
    Weakening(
        "aws:ecr/repository:Repository",
        "imageTagMutabilityExclusionFilters",
        grows,
        "lets more tags be given to another image",
    ),
    Weakening(
        "aws:iam/role:Role",
        "maxSessionDuration",
        more,
        "can be taken for {after} s at a time, instead of {before}",
    ),
)
