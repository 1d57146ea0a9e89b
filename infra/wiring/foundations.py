"""Arguments of the components in `infra/foundations`."""

from __future__ import annotations

import pulumi

from infra.configuration import Configuration
from infra.configuration.images import is_digest
from infra.foundations.keys import Keys, KeysArgs
from infra.foundations.network import NetworkArgs, Tier
from infra.foundations.registry import RegistryArgs, is_own
from infra.foundations.release import ReleaseArgs
from infra.kubernetes.job_specs import release_name


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
        tiers=list(Tier),
        zones=settings.network.availability_zones,
        nat_per_zone=standard.nat_per_zone,
        endpoint_zones=standard.endpoint_zones,
        log_retention=standard.log_retention,
        log_key=keys.logs,
        protect=standard.protects_data,
    )


def registry(
    configuration: Configuration, keys: Keys, recovery_provider: pulumi.ProviderResource
) -> RegistryArgs:
    """For the images: a repository for each one that is not somebody else's."""
    standard, system = configuration.settings.standard, configuration.system
    named = [service.repository for service in system.services.values()]
    named += [service.repository for service in system.retired.values() if service.repository]
    return RegistryArgs(
        naming=configuration.naming,
        repositories=sorted({repository for repository in named if is_own(repository)}),
        key=keys.data,
        recovery_provider=recovery_provider if standard.recovery_copies else None,
        moving_tags=sorted({version for version in configuration.images.values() if not is_digest(version)}),
        protect=standard.protects_data,
    )


def release(configuration: Configuration) -> ReleaseArgs | None:
    """For what is migrated to; None for a system without migration."""
    declared = configuration.system.migration
    return ReleaseArgs(release_name(configuration.images[declared.service])) if declared else None
