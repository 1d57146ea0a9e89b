"""Certificates of the domain, which ACM renews by itself as long as the record in the zone stays."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import acm, route53

from infra.configuration.dns_settings import TTL_SECONDS


@dataclass(frozen=True)
class CertificatesArgs:
    """What is certified.

    Args:
        domain: of the environment; every host below it is certified too.
        zone_id: of its zone.
        edge_provider: AWS in us-east-1, the only region whose certificates CloudFront takes.
    """

    domain: str
    zone_id: pulumi.Input[str]
    edge_provider: pulumi.ProviderResource


class Certificates(pulumi.ComponentResource):
    """The domain's certificate for the load balancer, and the one for CloudFront; both validated by DNS."""

    load_balancer: pulumi.Output[str]
    edge: pulumi.Output[str]

    def __init__(self, name: str, args: CertificatesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:certificates:Certificates", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        there = pulumi.ResourceOptions(parent=self, provider=args.edge_provider)
        load_balancer = _certificate("load-balancer", args.domain, here)
        edge = _certificate("edge", args.domain, there)
        option = edge.domain_validation_options[0]
        # One record for all: ACM asks every certificate of an account for the same one, in each region
        # and for the wildcard alike (ACM user guide, "DNS validation").
        record = route53.Record(
            "validation",
            zone_id=args.zone_id,
            name=option.resource_record_name.apply(_present),
            type=option.resource_record_type.apply(_present),
            ttl=TTL_SECONDS,
            records=[option.resource_record_value.apply(_present)],
            opts=here,
        )
        self.load_balancer = _validated("load-balancer", load_balancer, record, here)
        self.edge = _validated("edge", edge, record, there)
        self.register_outputs({})


def _certificate(name: str, domain: str, opts: pulumi.ResourceOptions) -> acm.Certificate:
    return acm.Certificate(
        name,
        domain_name=domain,
        subject_alternative_names=[f"*.{domain}"],
        validation_method="DNS",
        opts=opts,
    )


def _present(value: str | None) -> str:
    return value or ""


def _validated(
    name: str, certificate: acm.Certificate, record: route53.Record, opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """The ARN, once the certificate is issued."""
    return acm.CertificateValidation(
        name, certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn], opts=opts
    ).certificate_arn
