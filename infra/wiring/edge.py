"""Arguments of the components in `infra/edge`."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra import iam
from infra.common import CommonArgs
from infra.configuration import Configuration
from infra.configuration.buckets import FRONTEND
from infra.data.storage import Storage
from infra.edge.certificates import Certificates, CertificatesArgs
from infra.edge.distributions import ACCESS_LOGS_PREFIX as EDGE_LOGS
from infra.edge.distributions import Distributions, DistributionsArgs
from infra.edge.dns import Dns, DnsArgs
from infra.edge.firewall import Firewall, FirewallArgs
from infra.edge.frontend import FrontendArgs, frontend_address
from infra.edge.load_balancer import ACCESS_LOGS_PREFIX as LOAD_BALANCER_LOGS
from infra.edge.load_balancer import LoadBalancer, LoadBalancerArgs
from infra.edge.sites import Site, sites
from infra.foundations.network import Network
from infra.kubernetes.pod_group import PodGroup
from infra.naming import GLOBAL_REGION, Naming, bucket_arn


def edge_sites(configuration: Configuration) -> list[Site]:
    """The hosts of the environment."""
    system = configuration.system
    frontend = system.frontend.host if system.frontend else None
    return sites(system.services, frontend, configuration.domain)


def dns(configuration: Configuration) -> DnsArgs:
    """For the domain."""
    return DnsArgs(
        domain=configuration.domain,
        contact=configuration.system.owner,
        records=configuration.settings.dns.all_records,
        protect=configuration.settings.standard.protects_data,
    )


def certificates(
    configuration: Configuration, dns: Dns, edge_provider: pulumi.ProviderResource
) -> CertificatesArgs:
    """For the domain's certificates."""
    return CertificatesArgs(configuration.domain, dns.zone_id, edge_provider)


def load_balancer(
    configuration: Configuration,
    common: CommonArgs,
    network: Network,
    pod_group: PodGroup,
    storage: Storage,
    dns: Dns,
    certificates: Certificates,
) -> LoadBalancerArgs:
    """For the load balancer."""
    return LoadBalancerArgs(
        common=common,
        sites=edge_sites(configuration),
        vpc_id=network.vpc_id,
        subnet_ids=network.public_subnet_ids,
        pods_security_group_id=pod_group.id,
        cluster_name=common.naming.prefix,
        certificate_arn=certificates.load_balancer,
        zone_id=dns.zone_id,
        domain=configuration.domain,
        access_logs_bucket=storage.access_logs_name,
        access_logs_ready=storage.access_logs_ready,
    )


def firewall(configuration: Configuration, common: CommonArgs) -> FirewallArgs:
    """For the firewall."""
    return FirewallArgs(common, GLOBAL_REGION, configuration.settings.maintenance)


def distributions(
    configuration: Configuration,
    storage: Storage,
    dns: Dns,
    certificates: Certificates,
    firewall: Firewall,
    load_balancer: LoadBalancer,
) -> DistributionsArgs:
    """For CloudFront."""
    return DistributionsArgs(
        naming=configuration.naming,
        sites=edge_sites(configuration),
        domain=configuration.domain,
        zone_id=dns.zone_id,
        certificate_arn=certificates.edge,
        firewall_arn=firewall.arn,
        origin_host=load_balancer.origin_host,
        origin_secret=load_balancer.origin_secret,
        access_logs_bucket=bucket_arn(storage.access_logs_name),
        access_logs_ready=storage.access_logs_ready,
        frontend=frontend_address(configuration.naming) if configuration.system.frontend else None,
    )


def frontend(common: CommonArgs, storage: Storage, distributions: Distributions) -> FrontendArgs | None:
    """For the static site of one place; None for a system without.

    Args:
        common: of the place.
        storage: of the place, for the access logs.
        distributions: one of them reads it.
    """
    if distributions.of_frontend is None:
        return None
    return FrontendArgs(
        common=common,
        access_logs_bucket=storage.access_logs_name,
        access_logs_ready=storage.access_logs_ready,
        distribution=distributions.of_frontend,
    )


def edge_buckets(configuration: Configuration, naming: Naming | None = None) -> Mapping[str, str]:
    """Physical names of the buckets that the edge has, by name; of another place with its names."""
    if configuration.system.frontend is None:
        return {}
    return {FRONTEND: (naming or configuration.naming).bucket(FRONTEND)}


def edge_log_writers(configuration: Configuration, access_logs: str) -> list[iam.Statement]:
    """Who of the edge writes into the bucket of access logs."""
    account, arn = configuration.naming.account, bucket_arn(access_logs)
    return [
        iam.deliver_load_balancer_logs(arn, LOAD_BALANCER_LOGS, account),
        iam.deliver_edge_logs(arn, EDGE_LOGS, account, GLOBAL_REGION),
    ]
