"""What the parts that everything else stands on are given."""

from __future__ import annotations

import pulumi

from infra.configuration import Configuration
from infra.configuration.singletons import Singleton
from infra.data.database_monitoring import log_group
from infra.foundations.keys import Keys, KeysArgs
from infra.foundations.network import Network, NetworkArgs
from infra.kubernetes.application_nodes import ApplicationNodesArgs
from infra.kubernetes.cluster import OBSERVABILITY, Cluster, ClusterArgs
from infra.kubernetes.pod_group import PodGroup, PodGroupArgs
from infra.watching import log_shipping
from infra.watching.logs import LogsArgs


def keys(configuration: Configuration, recovery_provider: pulumi.ProviderResource) -> KeysArgs:
    """For the encryption keys."""
    standard = configuration.settings.standard
    return KeysArgs(
        configuration.naming,
        protect=standard.protects_data,
        # Backups are locked where they are copied to the recovery region.
        recovery_provider=recovery_provider if standard.locks_backups else None,
    )


def network(configuration: Configuration, keys: Keys) -> NetworkArgs:
    """For the network."""
    settings, standard = configuration.settings, configuration.settings.standard
    return NetworkArgs(
        naming=configuration.naming,
        cidr=settings.network.cidr,
        zones=settings.network.availability_zones,
        nat_per_zone=standard.nat_per_zone,
        endpoint_zones=standard.endpoint_zones,
        log_retention=standard.log_retention,
        log_key=keys.logs,
        protect=standard.protects_data,
    )


def cluster(configuration: Configuration, keys: Keys, network: Network) -> ClusterArgs:
    """For the cluster."""
    settings, standard = configuration.settings, configuration.settings.standard
    return ClusterArgs(
        naming=configuration.naming,
        version=settings.cluster.version,
        api_access=settings.cluster.api_access,
        private_subnet_ids=network.private_subnet_ids,
        endpoint_security_group_id=network.endpoint_security_group_id,
        access=configuration.system.access,
        namespace=configuration.system.name,
        secrets_key=keys.cluster,
        log_key=keys.logs,
        log_retention=standard.log_retention,
        deletion_protection=standard.deletion_protection,
        logs_exist=Singleton.CONTROL_PLANE_LOGS in settings.existing,
        settings={OBSERVABILITY: log_shipping.settings(configuration.naming, configuration.system.name)},
    )


def pod_group(configuration: Configuration, network: Network, cluster: Cluster) -> PodGroupArgs:
    """For the security group of the application's pods."""
    return PodGroupArgs(
        naming=configuration.naming,
        vpc_id=network.vpc_id,
        cluster_security_group_id=cluster.security_group_id,
        endpoint_security_group_id=network.endpoint_security_group_id,
    )


def application_nodes(network: Network, cluster: Cluster, pod_group: PodGroup) -> ApplicationNodesArgs:
    """For the nodes that the application's pods run on."""
    return ApplicationNodesArgs(
        node_role=cluster.node_role,
        subnet_ids=network.private_subnet_ids,
        node_security_group_id=cluster.security_group_id,
        pod_security_group_id=pod_group.id,
        ready=cluster.ready,
    )


def logs(configuration: Configuration, keys: Keys) -> LogsArgs:
    """For the services' logs."""
    return LogsArgs(
        naming=configuration.naming,
        services=list(configuration.system.services),
        retired=list(configuration.system.retired),
        protect=configuration.settings.standard.protects_data,
        retention=configuration.settings.standard.log_retention,
        key=keys.logs,
        database_group=log_group(configuration.naming.prefix),
    )
