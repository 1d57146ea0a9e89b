"""Behaviors of a distribution: who answers which path of a host, and whether the answer is kept."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_aws import cloudfront

from infra.configuration.service import Service
from infra.edge.cache_policies import ALL_VIEWER, CACHING_DISABLED, CachePolicies
from infra.edge.sites import Site

SERVICES_ORIGIN = "services"
FRONTEND_ORIGIN = "frontend"

# Where build tools put files whose names change with their content: Vite, Create React App, Next.js.
FRONTEND_FILES = ("/assets/*", "/static/*")
SERVICE_FILES = ("/_next/static/*",)

READING = ("GET", "HEAD", "OPTIONS")
EVERY_METHOD = ("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE")


def default_behavior(
    site: Site, policies: CachePolicies, pages: pulumi.Output[str] | None
) -> cloudfront.DistributionDefaultCacheBehaviorArgs:
    """For every path that no other behavior has."""
    if not site.frontend:
        return cloudfront.DistributionDefaultCacheBehaviorArgs(**_service(policies, policies.api))
    assert pages is not None
    return cloudfront.DistributionDefaultCacheBehaviorArgs(
        **_frontend(CACHING_DISABLED, policies.page_headers),
        function_associations=[
            cloudfront.DistributionDefaultCacheBehaviorFunctionAssociationArgs(
                event_type="viewer-request", function_arn=pages
            )
        ],
    )


def ordered_behaviors(
    site: Site, policies: CachePolicies
) -> list[cloudfront.DistributionOrderedCacheBehaviorArgs]:
    """In the order in which CloudFront asks them: what is never kept, then the most specific first.

    A path that a service names is the service's, even among static files.
    """
    behaviors: dict[str, dict[str, Any]] = {}
    for service in site.services:
        for path in uncached_paths(service):
            behaviors[path] = _service(policies, CACHING_DISABLED)
    if site.services and not site.frontend:
        for path in SERVICE_FILES:
            behaviors[path] = _service(policies, policies.static)
    named = {path for service in site.services if service.route for path in service.route.paths} - {"/*"}
    files = FRONTEND_FILES if site.frontend else ()
    for path in sorted({*named, *files}, key=lambda path: (-len(path), path)):
        behaviors.setdefault(
            path,
            _service(policies, policies.api)
            if path in named
            else _frontend(policies.static, policies.static_headers),
        )
    return [
        cloudfront.DistributionOrderedCacheBehaviorArgs(path_pattern=path, **behavior)
        for path, behavior in behaviors.items()
    ]


def uncached_paths(service: Service) -> list[str]:
    """Health, which is asked to know what is so now, and connections that stay open."""
    paths = [service.health.live, service.health.ready]
    if service.websockets:
        path = service.websockets.path.rstrip("/")
        paths += [path or "/", f"{path}/*"]
    return list(dict.fromkeys(paths))


def _service(policies: CachePolicies, cache_policy: pulumi.Input[str]) -> dict[str, Any]:
    return {
        "target_origin_id": SERVICES_ORIGIN,
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": list(EVERY_METHOD),
        "cached_methods": ["GET", "HEAD"],
        "compress": True,
        "cache_policy_id": cache_policy,
        # The host too: the load balancer chooses by it, and WebSockets need every header.
        "origin_request_policy_id": ALL_VIEWER,
        "response_headers_policy_id": policies.service_headers,
    }


def _frontend(cache_policy: pulumi.Input[str], headers: pulumi.Input[str]) -> dict[str, Any]:
    return {
        "target_origin_id": FRONTEND_ORIGIN,
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": list(READING),
        "cached_methods": ["GET", "HEAD"],
        "compress": True,
        "cache_policy_id": cache_policy,
        "response_headers_policy_id": headers,
    }
