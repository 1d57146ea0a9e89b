"""What the parts that everything else stands on are given."""

from __future__ import annotations

import pulumi

from infra.configuration import Configuration
from infra.data.database_monitoring import log_group
from infra.foundations.keys import Keys, KeysArgs
from infra.foundations.network import Network, NetworkArgs
from infra.kubernetes.cluster import OBSERVABILITY, ClusterArgs
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
        settings={OBSERVABILITY: log_shipping.settings(configuration.naming, configuration.system.name)},
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
