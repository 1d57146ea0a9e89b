"""CloudFront in front of everything that the internet reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudfront, cloudwatch

from infra.edge.behaviors import FRONTEND_ORIGIN, SERVICES_ORIGIN, default_behavior, ordered_behaviors
from infra.edge.cache_policies import declare_cache_policies
from infra.edge.dns_records import declare_alias
from infra.edge.frontend_access import (
    declare_frontend_access,
    declare_pages_function,
)
from infra.edge.sites import ORIGIN_HEADER, Site
from infra.foundations.new_account import CLOUDFRONT, told_what_to_do
from infra.foundations.replacement import delete_before_replace
from infra.naming import Naming

# TLS 1.2 and 1.3 with forward secrecy (CloudFront developer guide, "supported protocols and ciphers").
TLS_VERSION = "TLSv1.2_2021"
# Seconds that a service has for an answer; more would need a higher quota.
ORIGIN_READ_SECONDS = 60
# Below the load balancer's own idle timeout: it must not close a connection that is about to be used.
ORIGIN_KEEPALIVE_SECONDS = 50
# North America and Europe, where the users are; others are served from there.
PRICE_CLASS = "PriceClass_100"

ACCESS_LOGS_PREFIX = "cdn"
# No cookies and no query strings: either may hold what lets its reader in.
LOG_FIELDS = (
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(User-Agent)",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "ssl-protocol",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
)


@dataclass(frozen=True)
class DistributionsArgs:
    """What is distributed.

    Args:
        sites: a distribution each: CloudFront chooses by path within one, never by host.
        domain: of the environment.
        zone_id: of the domain.
        certificate_arn: of the domain, in us-east-1, issued.
        firewall_arn: of the web ACL.
        origin_host: the load balancer's name.
        origin_secret: what the load balancer wants to see.
        access_logs_bucket: the ARN of where access logs go.
        access_logs_ready: that bucket's policy.
        frontend: where the static files are read, as a host; None where there are none.
    """

    naming: Naming
    sites: Sequence[Site]
    domain: str
    zone_id: pulumi.Input[str]
    certificate_arn: pulumi.Input[str]
    firewall_arn: pulumi.Input[str]
    origin_host: str
    origin_secret: pulumi.Output[str]
    access_logs_bucket: str
    access_logs_ready: pulumi.Resource
    frontend: str | None


class Distributions(pulumi.ComponentResource):
    """A distribution for each host of the environment. Keeps S3-4, and K8S-8 at the edge.

    Produces the distributions with their names (IPv4 and IPv6) and access logs, the policies that say how
    long what is kept, and how CloudFront reads the static site.
    """

    ids: dict[str, pulumi.Output[str]]
    arns: list[pulumi.Output[str]]
    of_frontend: pulumi.Output[str] | None

    def __init__(
        self, name: str, args: DistributionsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("groundwork:distributions:Distributions", name, None, opts)
        self._args = args
        self._here = pulumi.ResourceOptions(parent=self)
        self._policies = declare_cache_policies(args.naming, args.domain, self)
        self._access = declare_frontend_access(args.naming, self) if args.frontend else None
        self._pages = declare_pages_function(args.naming, self) if args.frontend else None
        self._told = told_what_to_do(CLOUDFRONT)
        destination = self._log_destination()
        self.ids, self.arns, self.of_frontend = {}, [], None
        deliveries: list[pulumi.Resource] = []
        for site in args.sites:
            distribution = self._distribution(site)
            self.ids[site.host] = distribution.id
            self.arns.append(distribution.arn)
            self._names(site, distribution)
            deliveries.append(self._deliver_logs(site, distribution, destination, deliveries[-1:]))
            if site.frontend:
                self.of_frontend = distribution.arn
        self.register_outputs({})

    def _distribution(self, site: Site) -> cloudfront.Distribution:
        args = self._args
        certificate = cloudfront.DistributionViewerCertificateArgs(
            acm_certificate_arn=args.certificate_arn,
            minimum_protocol_version=TLS_VERSION,
            ssl_support_method="sni-only",
        )
        everywhere = cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
        return cloudfront.Distribution(
            site.name,
            aliases=[site.host],
            comment=f"{args.naming.prefix}: {site.name}",
            enabled=True,
            is_ipv6_enabled=True,
            http_version="http2and3",
            price_class=PRICE_CLASS,
            default_root_object="index.html" if site.frontend else None,
            origins=self._origins(site),
            default_cache_behavior=default_behavior(site, self._policies, self._pages),
            ordered_cache_behaviors=ordered_behaviors(site, self._policies),
            restrictions=cloudfront.DistributionRestrictionsArgs(geo_restriction=everywhere),
            viewer_certificate=certificate,
            web_acl_id=args.firewall_arn,
            opts=pulumi.ResourceOptions(parent=self, hooks=self._told),
        )

    def _origins(self, site: Site) -> list[cloudfront.DistributionOriginArgs]:
        args = self._args
        origins = []
        if site.services:
            verified = cloudfront.DistributionOriginCustomHeaderArgs(
                name=ORIGIN_HEADER, value=args.origin_secret
            )
            connection = cloudfront.DistributionOriginCustomOriginConfigArgs(
                http_port=80,  # AWS wants it named; the protocol policy never uses it
                https_port=443,
                origin_protocol_policy="https-only",
                origin_ssl_protocols=["TLSv1.2"],
                origin_read_timeout=ORIGIN_READ_SECONDS,
                origin_keepalive_timeout=ORIGIN_KEEPALIVE_SECONDS,
            )
            origins.append(
                cloudfront.DistributionOriginArgs(
                    origin_id=SERVICES_ORIGIN,
                    domain_name=args.origin_host,
                    custom_headers=[verified],
                    custom_origin_config=connection,
                )
            )
        if site.frontend and args.frontend:
            origins.append(
                cloudfront.DistributionOriginArgs(
                    origin_id=FRONTEND_ORIGIN,
                    domain_name=args.frontend,
                    origin_access_control_id=self._access,
                )
            )
        return origins

    def _names(self, site: Site, distribution: cloudfront.Distribution) -> None:
        for kind, family in (("A", "ipv4"), ("AAAA", "ipv6")):
            declare_alias(
                f"{site.name}-{family}",
                kind=kind,
                zone_id=self._args.zone_id,
                host=site.host,
                target=distribution.domain_name,
                target_zone_id=distribution.hosted_zone_id,
                parent=self,
            )

    def _log_destination(self) -> cloudwatch.LogDeliveryDestination:
        configuration = cloudwatch.LogDeliveryDestinationDeliveryDestinationConfigurationArgs(
            destination_resource_arn=f"{self._args.access_logs_bucket}/{ACCESS_LOGS_PREFIX}"
        )
        return cloudwatch.LogDeliveryDestination(
            "access-logs",
            name=self._args.naming.named("access-logs"),
            output_format="w3c",
            delivery_destination_configuration=configuration,
            opts=delete_before_replace(self, depends_on=[self._args.access_logs_ready]),
        )

    def _deliver_logs(
        self,
        site: Site,
        distribution: cloudfront.Distribution,
        destination: cloudwatch.LogDeliveryDestination,
        before: Sequence[pulumi.Resource],
    ) -> cloudwatch.LogDelivery:
        source = cloudwatch.LogDeliverySource(
            site.name,
            name=self._args.naming.named(f"cdn-{site.name}"),
            log_type="ACCESS_LOGS",
            resource_arn=distribution.arn,
            opts=delete_before_replace(self),
        )
        return cloudwatch.LogDelivery(
            site.name,
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            record_fields=list(LOG_FIELDS),
            # CloudWatch Logs refuses a second delivery to a destination while one is being made
            # (ConflictException, terraform-provider-aws#42194).
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(before)),
        )
