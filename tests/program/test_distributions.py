"""S3-4 and K8S-8: what the CDN keeps, for how long, and what it tells browsers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.edge.cache_policies import ALL_VIEWER, CACHING_DISABLED, frontend_content_policy
from tests.support.engine_values import uncovered
from tests.support.recorder import Recording, record, system_file
from tests.support.recordings import SYSTEMS, routed_services, system_recording

EACH_SYSTEM = pytest.mark.parametrize("system", SYSTEMS)
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
CACHE_POLICY = "aws:cloudfront/cachePolicy:CachePolicy"
HEADERS_POLICY = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
RECORD = "aws:route53/record:Record"


def _behaviors(recording: Recording, site: str) -> dict[str, dict[str, Any]]:
    inputs = recording.one(DISTRIBUTION, site).inputs
    ordered = {one["pathPattern"]: one for one in inputs["orderedCacheBehaviors"]}
    return {**ordered, "*": inputs["defaultCacheBehavior"]}


@pytest.mark.contract("K8S-8")
def test_websockets_are_never_kept_and_pass_with_all_headers() -> None:
    behavior = _behaviors(system_recording("paintbox", "prod"), "domain")
    for path in ("/ws", "/ws/*"):
        assert behavior[path]["cachePolicyId"] == CACHING_DISABLED
        assert behavior[path]["originRequestPolicyId"] == ALL_VIEWER


@pytest.mark.contract("S3-4")
def test_every_host_has_a_distribution_by_all_protocols_that_are_safe(each: Recording) -> None:
    domain = "triangle.example" if each.environment == "prod" else f"{each.environment}.triangle.example"
    hosts = {name: site.inputs["aliases"] for name, site in each.of(DISTRIBUTION).items()}
    assert hosts == {"api": [f"api.{domain}"], "admin": [f"admin.{domain}"]}
    for site in each.of(DISTRIBUTION).values():
        assert site.inputs["enabled"] is True
        # Otherwise nothing answers where the AAAA records lead.
        assert site.inputs["isIpv6Enabled"] is True
        assert site.inputs["restrictions"] == {"geoRestriction": {"restrictionType": "none"}}
        assert site.inputs["httpVersion"] == "http2and3"
        assert site.inputs["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.2_2021"
        assert site.inputs["webAclId"].endswith(":firewall")
        behaviors = [site.inputs["defaultCacheBehavior"], *site.inputs["orderedCacheBehaviors"]]
        assert {one["viewerProtocolPolicy"] for one in behaviors} == {"redirect-to-https"}
        for origin in site.inputs["origins"]:
            assert origin["customOriginConfig"]["originProtocolPolicy"] == "https-only"
            assert origin["customOriginConfig"]["originSslProtocols"] == ["TLSv1.2"]
            assert origin["customOriginConfig"]["httpsPort"] == 443
            assert origin["domainName"] == f"origin.{domain}"
            # What the load balancer's rules ask for: without it they refuse everything.
            (header,) = uncovered(origin["customHeaders"])
            rules = each.of("aws:lb/listenerRule:ListenerRule").values()
            conditions = [
                c["httpHeader"] for rule in rules for c in rule.plain("conditions") if "httpHeader" in c
            ]
            assert len(conditions) == len(rules)
            assert all(
                (c["httpHeaderName"], c["values"]) == (header["name"], [header["value"]]) for c in conditions
            )
    for name, (host,) in hosts.items():
        for family, kind in (("ipv4", "A"), ("ipv6", "AAAA")):
            record_ = each.one(RECORD, f"{name}-{family}").inputs
            assert (record_["name"], record_["type"]) == (host, kind)
            assert record_["aliases"][0]["name"] == f"{name}.cloudfront.example"


@pytest.mark.contract("S3-4")
def test_static_files_are_kept_for_a_year_and_pages_are_not() -> None:
    node = system_recording("node", "prod")
    behavior = _behaviors(node, "domain")
    static = node.one(CACHE_POLICY, "static").inputs
    # An answer that forbids it is not kept.
    assert (static["minTtl"], static["defaultTtl"], static["maxTtl"]) == (0, 31_536_000, 31_536_000)
    for path in ("/assets/*", "/static/*"):
        assert behavior[path]["cachePolicyId"] == "static-id"
        assert behavior[path]["targetOriginId"] == "frontend"
    assert behavior["*"]["cachePolicyId"] == CACHING_DISABLED
    headers = node.of(HEADERS_POLICY)
    cached = {
        name: policy.inputs.get("customHeadersConfig", {}).get("items", [])
        for name, policy in headers.items()
    }
    # S3 says nothing of caches; whatever an upload said, browsers hear this.
    said = {"pages": "no-cache", "static": "public, max-age=31536000, immutable"}
    assert cached == {
        "services": [],
        **{
            name: [{"header": "Cache-Control", "value": value, "override": True}]
            for name, value in said.items()
        },
    }


@pytest.mark.contract("S3-4")
def test_files_that_a_service_has_built_are_kept_for_a_year_too(prod: Recording) -> None:
    for site in ("api", "admin"):
        built = _behaviors(prod, site)["/_next/static/*"]
        assert (built["cachePolicyId"], built["targetOriginId"]) == ("static-id", "services")
    assert "/_next/static/*" not in _behaviors(system_recording("node", "prod"), "domain")


@pytest.mark.contract("S3-4")
def test_a_path_of_a_service_is_the_services_even_among_static_files(tmp_path: Path) -> None:
    system = system_file("examples/systems/node.yaml")
    paths = ["/api/*", "/health/*", "/assets/uploads/*", "/static/*", "/a*"]
    system["services"]["api"]["route"]["paths"] = paths
    file = tmp_path / "system.yaml"
    file.write_text(yaml.safe_dump(system))
    behaviors = _behaviors(record("prod", {"systemFile": str(file)}), "domain")
    assert {behaviors[path]["targetOriginId"] for path in paths} == {"services"}
    assert behaviors["/assets/*"]["targetOriginId"] == "frontend"
    asked = [path for path in behaviors if path.startswith("/a")]
    assert asked == ["/assets/uploads/*", "/assets/*", "/api/*", "/a*"]


@pytest.mark.contract("S3-4")
def test_the_static_site_may_call_the_domain_itself_wherever_it_is() -> None:
    sources = dict(part.split(" ", 1) for part in frontend_content_policy("node.example").split("; "))
    assert {"'self'", "https://node.example", "https://*.node.example"} <= set(sources["connect-src"].split())


@pytest.mark.contract("S3-4")
def test_answers_of_services_are_kept_for_5_minutes_at_most_and_only_if_they_say_so(each: Recording) -> None:
    policy = each.one(CACHE_POLICY, "api").inputs
    assert (policy["minTtl"], policy["defaultTtl"], policy["maxTtl"]) == (0, 0, 300)
    assert _behaviors(each, "api")["*"]["cachePolicyId"] == "api-id"


@pytest.mark.contract("S3-4")
def test_nobody_gets_the_answer_to_somebody_elses_credentials(each: Recording) -> None:
    key = each.one(CACHE_POLICY, "api").inputs["parametersInCacheKeyAndForwardedToOrigin"]
    assert "Authorization" in key["headersConfig"]["headers"]["items"]
    assert key["cookiesConfig"]["cookieBehavior"] == "all"
    assert key["queryStringsConfig"]["queryStringBehavior"] == "all"
    assert key["headersConfig"]["headerBehavior"] == "whitelist"


@pytest.mark.contract("S3-4")
def test_what_is_kept_is_compressed_as_the_browser_asks(each: Recording) -> None:
    """CloudFront compresses only what a policy lets vary by it ("Serve compressed files")."""
    for policy in each.of(CACHE_POLICY).values():
        key = policy.inputs["parametersInCacheKeyAndForwardedToOrigin"]
        assert key["enableAcceptEncodingGzip"] is True
        assert key["enableAcceptEncodingBrotli"] is True
    for site in each.of(DISTRIBUTION).values():
        behaviors = [site.inputs["defaultCacheBehavior"], *site.inputs["orderedCacheBehaviors"]]
        assert all(behavior["compress"] is True for behavior in behaviors)


@EACH_SYSTEM
def test_health_is_never_answered_from_a_cache(system: str) -> None:
    recording = system_recording(system, "prod")
    for service in routed_services(system).values():
        behavior = _behaviors(recording, service["route"]["host"] or "domain")
        for path in service["health"].values():
            assert behavior[path]["cachePolicyId"] == CACHING_DISABLED


@pytest.mark.contract("S3-4")
def test_the_static_site_is_read_by_its_distribution_alone() -> None:
    node = system_recording("node", "prod")
    policy = json.loads(node.one("aws:s3/bucketPolicy:BucketPolicy", "frontend").plain("policy"))
    (allowed,) = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
    assert allowed["Action"] == ["s3:GetObject"]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    source = allowed["Condition"]["StringEquals"]["aws:SourceArn"]
    assert source == "arn:aws:cloudfront:us-west-2:123456789012:domain"
    block = node.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "frontend")
    assert block.inputs["restrictPublicBuckets"]
    (origin,) = [
        one for one in node.one(DISTRIBUTION, "domain").inputs["origins"] if one["originId"] == "frontend"
    ]
    assert origin["originAccessControlId"] == "frontend-id"
    # An unsigned request is nobody's: the policy lets a service in, and no bucket is public.
    control = node.one("aws:cloudfront/originAccessControl:OriginAccessControl", "frontend").inputs
    signing = (
        control["signingBehavior"],
        control["signingProtocol"],
        control["originAccessControlOriginType"],
    )
    assert signing == ("always", "sigv4", "s3")


@pytest.mark.contract("S3-4")
def test_the_static_site_begins_with_its_index() -> None:
    assert (
        system_recording("node", "prod").one(DISTRIBUTION, "domain").inputs["defaultRootObject"]
        == "index.html"
    )


@pytest.mark.contract("S3-4")
def test_a_bad_release_of_the_static_site_can_be_taken_back_for_30_days() -> None:
    kind = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    (rule,) = system_recording("node", "prod").one(kind, "frontend").inputs["rules"]
    assert rule["noncurrentVersionExpiration"]["noncurrentDays"] == 30


@pytest.mark.contract("S3-4")
def test_browsers_are_told_to_be_careful(each: Recording) -> None:
    for policy in each.of(HEADERS_POLICY).values():
        headers = policy.inputs["securityHeadersConfig"]
        transport = headers["strictTransportSecurity"]
        assert (transport["accessControlMaxAgeSec"], transport["includeSubdomains"]) == (31_536_000, True)
        assert transport["override"]
        assert headers["contentTypeOptions"]["override"]
        assert headers["frameOptions"]["frameOption"] == "DENY"
        assert headers["referrerPolicy"]["referrerPolicy"] == "strict-origin-when-cross-origin"
        assert "object-src 'none'" in headers["contentSecurityPolicy"]["contentSecurityPolicy"]
        # An application that knows what it shows, and who may frame it, has the last word.
        for name in ("contentSecurityPolicy", "frameOptions", "referrerPolicy"):
            assert headers[name]["override"] is False, name


def test_the_stack_tells_its_name_servers_and_distributions(prod: Recording) -> None:
    assert prod.outputs["nameServers"] == ["ns-1.example", "ns-2.example"]
    assert set(prod.outputs["distributions"]) == {"api.triangle.example", "admin.triangle.example"}
