"""Arguments of the components in `infra/foundations`."""

from __future__ import annotations

from infra.configuration import Configuration
from infra.configuration.environments import Standard
from infra.configuration.images import is_digest, is_own
from infra.foundations.keys import Keys, KeysArgs
from infra.foundations.network import NetworkArgs, Tier
from infra.foundations.registry import RegistryArgs
from infra.foundations.release import ReleaseArgs
from infra.kubernetes.job_specs import release_name
from infra.naming import Naming, Place
from infra.wiring.data import Copies


def keys(naming: Naming, standard: Standard, *, serving: bool, original: Keys | None) -> KeysArgs:
    """For the encryption keys of one place.

    The key for copies of secrets is home's own. In the other place a replica of it stands, also when home is
    lost: it stays what it is then, whatever is said here of its original.
    """
    copies = None
    if naming.place is Place.RECOVERY:
        unknown = naming.arn("kms", "key/lost", naming.recovery_region)
        copies = unknown if original is None else original.secret_copies
    return KeysArgs(naming, serving=serving, protect=standard.protects_data, original=copies)


def network(configuration: Configuration, keys: Keys) -> NetworkArgs:
    """For the network."""
    settings, standard = configuration.settings, configuration.settings.standard
    return NetworkArgs(
        naming=configuration.naming,
        cidr=settings.network.cidr,
        tiers=list(Tier),
        zones=settings.network.availability_zones,
        nat_gateways=len(settings.network.availability_zones) if standard.nat_per_zone else 1,
        endpoint_zones=standard.endpoint_zones,
        log_retention=standard.log_retention,
        log_key=keys.logs,
        protect=standard.protects_data,
    )


def registry(
    configuration: Configuration, naming: Naming, keys: Keys, copies: Copies | None = None
) -> RegistryArgs:
    """For the images of one place: a repository for each one that is not somebody else's."""
    standard, system = configuration.settings.standard, configuration.system
    named = [service.repository for service in system.services.values()]
    named += [service.repository for service in system.retired.values() if service.repository]
    return RegistryArgs(
        naming=naming,
        repositories=sorted({repository for repository in named if is_own(repository)}),
        key=keys.data,
        copies=copies.registry.repositories if copies else [],
        moving_tags=sorted({version for version in configuration.images.values() if not is_digest(version)}),
        protect=standard.protects_data,
    )


def release(configuration: Configuration) -> ReleaseArgs | None:
    """For what is migrated to; None for a system without migration."""
    declared = configuration.system.migration
    if declared is None:
        return None
    return ReleaseArgs(release_name(configuration.taken_back or configuration.images[declared.service]))
