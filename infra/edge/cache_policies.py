"""CloudFront's policies: how long it keeps what, and which headers it adds."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudfront

from infra.edge.sites import HSTS_SECONDS
from infra.naming import Naming

# Runbook 003, Caching Strategy: static assets 1 year, API responses 5 minutes.
STATIC_SECONDS = 365 * 24 * 3600
API_SECONDS = 300

# AWS's own policies, the same in every account (CloudFront developer guide, "managed policies").
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"

# For pages that a service makes itself: nothing that an application could not live with.
SERVICE_CONTENT_POLICY = "base-uri 'self'; frame-ancestors 'none'; object-src 'none'"


def frontend_content_policy(domain: str) -> str:
    """For the static site: its own files, and the environment's services."""
    hosts = f"https://{domain} https://*.{domain}"
    return (
        f"default-src 'self'; connect-src 'self' {hosts} wss://{domain} wss://*.{domain}; "
        f"img-src 'self' data: {hosts}; {SERVICE_CONTENT_POLICY}; form-action 'self'"
    )


@dataclass(frozen=True)
class CachePolicies:
    """Identifiers of the environment's policies.

    Args:
        api: answers of services.
        static: files whose names change with their content.
        service_headers: what is added to services' answers.
        page_headers: to pages of the static site.
        static_headers: to its other files.
    """

    api: pulumi.Output[str]
    static: pulumi.Output[str]
    service_headers: pulumi.Output[str]
    page_headers: pulumi.Output[str]
    static_headers: pulumi.Output[str]


def declare_cache_policies(naming: Naming, domain: str, parent: pulumi.Resource) -> CachePolicies:
    """Declares them, once for all distributions.

    An API's answer is kept for as long as the application says (Cache-Control), five minutes at most; one
    that says nothing is kept for nobody, since it may be private. Should the application mark a private
    answer as public by mistake, nobody else gets it: credentials are part of what it is found by.
    """
    opts = pulumi.ResourceOptions(parent=parent)
    content = frontend_content_policy(domain)
    return CachePolicies(
        api=cloudfront.CachePolicy(
            "api",
            name=naming.named("api"),
            comment="Answers of services: as they say, at most 5 minutes",
            min_ttl=0,
            default_ttl=0,
            max_ttl=API_SECONDS,
            parameters_in_cache_key_and_forwarded_to_origin=_found_by(
                headers=("Authorization", "Origin", "X-Api-Key"), everything=True
            ),
            opts=opts,
        ).id,
        static=cloudfront.CachePolicy(
            "static",
            name=naming.named("static"),
            comment="Files whose names change with their content: 1 year",
            min_ttl=0,
            default_ttl=STATIC_SECONDS,
            max_ttl=STATIC_SECONDS,
            parameters_in_cache_key_and_forwarded_to_origin=_found_by(headers=(), everything=False),
            opts=opts,
        ).id,
        service_headers=_headers("services", naming, SERVICE_CONTENT_POLICY, None, opts),
        page_headers=_headers("pages", naming, content, "no-cache", opts),
        static_headers=_headers(
            "static", naming, content, f"public, max-age={STATIC_SECONDS}, immutable", opts
        ),
    )


def _found_by(
    headers: tuple[str, ...], everything: bool
) -> cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs:
    """What an answer in the cache is found by, beside host and path."""
    behavior = "all" if everything else "none"
    listed = cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigHeadersArgs(
        items=list(headers)
    )
    return cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs(
        cookies_config=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs(
            cookie_behavior=behavior
        ),
        headers_config=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs(
            header_behavior="whitelist" if headers else "none", headers=listed if headers else None
        ),
        query_strings_config=(
            cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs(
                query_string_behavior=behavior
            )
        ),
        enable_accept_encoding_brotli=True,
        enable_accept_encoding_gzip=True,
    )


def _headers(
    name: str, naming: Naming, content_policy: str, cache_control: str | None, opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Security headers; what an application itself says about content and frames stands."""
    custom = None
    if cache_control is not None:
        item = cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArgs(
            header="Cache-Control", value=cache_control, override=True
        )
        custom = cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgs(items=[item])
    security = cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs(
        strict_transport_security=(
            cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs(
                access_control_max_age_sec=HSTS_SECONDS, include_subdomains=True, override=True
            )
        ),
        content_type_options=cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs(
            override=True
        ),
        content_security_policy=(
            cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs(
                content_security_policy=content_policy, override=False
            )
        ),
        frame_options=cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs(
            frame_option="DENY", override=False
        ),
        referrer_policy=cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs(
            referrer_policy="strict-origin-when-cross-origin", override=False
        ),
    )
    return cloudfront.ResponseHeadersPolicy(
        name,
        name=naming.named(name),
        security_headers_config=security,
        custom_headers_config=custom,
        opts=opts,
    ).id
